//! The files of a chart's folder, in Helm's order.
//!
//! As Helm's `sympath.Walk` under `loader.LoadDir`: names sorted bytewise per folder, links followed under
//! the name that they have in the chart, `.helmignore` asked for every folder before it is entered. Helm
//! follows a link to a folder above forever; we refuse it.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chart::ignore::Rules;

use crate::error::{ReadError, ReadErrorKind, reason};
use crate::path::join;

/// Folders within folders that a chart may have.
const MAX_DEPTH: usize = 64;
/// Files that a chart may have. Helm has no limit; this one is for folders that are charts by mistake.
const MAX_FILES: usize = 100_000;

/// A file that belongs to the chart.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    /// Below the chart's root, with `/`.
    pub(crate) relative: String,
    pub(crate) stamp: Stamp,
}

/// What tells whether a file is still what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) len: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self { len: metadata.len(), modified: metadata.modified().ok() }
    }
}

/// How to walk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WalkConfig<'r> {
    pub(crate) rules: &'r Rules,
    /// Go on where Helm stops, and leave out what no editor wants to read.
    pub(crate) tolerant: bool,
}

/// Finds the files. Where the walk is tolerant there are all that could be reached, whatever the errors.
pub(crate) fn walk(root: &Path, config: WalkConfig) -> (Vec<Found>, Vec<ReadError>) {
    let mut walk = Walk { config, found: Vec::new(), errors: Vec::new(), around: Vec::new() };
    // The only error that comes back is the one that a strict walk stops at.
    if let Err(error) = walk.folder(root, "") {
        walk.errors.push(error);
    }
    (walk.found, walk.errors)
}

struct Walk<'r> {
    config: WalkConfig<'r>,
    found: Vec<Found>,
    errors: Vec<ReadError>,
    /// The folders that we are in, by their real paths.
    around: Vec<PathBuf>,
}

type Result<T = ()> = std::result::Result<T, ReadError>;

impl Walk<'_> {
    fn report(&mut self, error: ReadError) -> Result {
        if !self.config.tolerant {
            return Err(error);
        }
        self.errors.push(error);
        Ok(())
    }

    fn folder(&mut self, path: &Path, relative: &str) -> Result {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if self.around.contains(&real) {
            let message = format!("error evaluating symlink {}: it leads back to itself", path.display());
            return self.report(ReadError::new(ReadErrorKind::Link, path, message));
        }
        if self.around.len() >= MAX_DEPTH {
            let message = format!("folders are nested too deeply at {}", path.display());
            return self.report(ReadError::new(ReadErrorKind::TooLarge, path, message));
        }
        let names = match names_in(path) {
            Ok(names) => names,
            Err(error) => return self.report(ReadError::io("open", path, &error)),
        };
        self.around.push(real);
        for name in names {
            self.entry(&path.join(&name), &join(relative, &name.to_string_lossy()))?;
        }
        self.around.pop();
        Ok(())
    }

    fn entry(&mut self, path: &Path, relative: &str) -> Result {
        if self.found.len() >= MAX_FILES {
            return match self.errors.last() {
                Some(last) if last.kind == ReadErrorKind::TooLarge => Ok(()),
                _ => {
                    let message = format!("chart has more than {MAX_FILES} files");
                    self.report(ReadError::new(ReadErrorKind::TooLarge, path, message))
                }
            };
        }
        let metadata = match path.metadata() {
            Ok(metadata) => metadata,
            Err(error) => {
                let error = unreachable_entry(path, &error);
                return self.report(error);
            }
        };
        if self.config.rules.ignores(relative, metadata.is_dir()) {
            return Ok(());
        }
        if metadata.is_dir() {
            if self.config.tolerant && matches!(base(relative), ".git" | "node_modules") {
                return Ok(());
            }
            return self.folder(path, relative);
        }
        if !metadata.is_file() {
            let message =
                format!("cannot load irregular file {} as it has file mode type bits set", path.display());
            return self.report(ReadError::new(ReadErrorKind::Irregular, path, message));
        }
        let stamp = Stamp::of(&metadata);
        self.found.push(Found { path: path.to_owned(), relative: relative.to_owned(), stamp });
        Ok(())
    }
}

fn base(relative: &str) -> &str {
    relative.rsplit('/').next().unwrap_or(relative)
}

fn unreachable_entry(path: &Path, error: &std::io::Error) -> ReadError {
    match path.read_link() {
        Ok(target) => {
            let target = path.parent().unwrap_or(Path::new("")).join(target);
            let why = reason(error);
            let message =
                format!("error evaluating symlink {}: lstat {}: {why}", path.display(), target.display());
            ReadError::new(ReadErrorKind::Link, path, message)
        }
        Err(_) => ReadError::io("lstat", path, error),
    }
}

fn names_in(folder: &Path) -> std::io::Result<Vec<std::ffi::OsString>> {
    let mut names: Vec<_> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    Ok(names)
}
