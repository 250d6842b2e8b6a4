//! The files of a chart's folder, in Helm's order.
//!
//! As Helm's `sympath.Walk` under `loader.LoadDir`: names sorted bytewise per folder, links followed under
//! the name that they have in the chart, `.helmignore` asked for every folder before it is entered. Helm
//! follows a link to a folder above forever; we refuse it.

use std::ffi::OsString;
use std::fs::{FileType, Metadata};
use std::path::{Component, Path, PathBuf};
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
    /// Of a tolerant walk only: nobody looks at a chart again that was read strictly.
    pub(crate) stamp: Option<Stamp>,
}

/// What tells whether a file is still what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    len: u64,
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
    if let Err(error) = walk.folder(root, "", false) {
        walk.errors.push(error);
    }
    (walk.found, walk.errors)
}

struct Walk<'r> {
    config: WalkConfig<'r>,
    found: Vec<Found>,
    errors: Vec<ReadError>,
    /// The folders that we are in.
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

    /// `linked`: it was reached by a link, without which nobody gets back to where he came from.
    fn folder(&mut self, path: &Path, relative: &str, linked: bool) -> Result {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if linked && self.around.iter().map(|it| real(it)).any(|it| it == real(path)) {
            let message = format!("error evaluating symlink {}: it leads back to itself", path.display());
            return self.report(ReadError::new(ReadErrorKind::Link, path, message));
        }
        if self.around.len() >= MAX_DEPTH {
            let message = format!("folders are nested too deeply at {}", path.display());
            return self.report(ReadError::new(ReadErrorKind::TooLarge, path, message));
        }
        let entries = match entries_of(path) {
            Ok(entries) => entries,
            Err(error) => return self.report(ReadError::io("open", path, &error)),
        };
        self.around.push(path.to_owned());
        for (name, kind) in entries {
            self.entry(path.join(&name), join(relative, &name.to_string_lossy()), kind)?;
        }
        self.around.pop();
        Ok(())
    }

    fn entry(&mut self, path: PathBuf, relative: String, kind: Option<FileType>) -> Result {
        if self.found.len() >= MAX_FILES {
            return match self.errors.last() {
                Some(last) if last.kind == ReadErrorKind::TooLarge => Ok(()),
                _ => {
                    let message = format!("chart has more than {MAX_FILES} files");
                    self.report(ReadError::new(ReadErrorKind::TooLarge, &path, message))
                }
            };
        }
        let linked = kind.is_none_or(|it| it.is_symlink());
        // The folder says already what its entries are, links and time stamps aside.
        let (kind, stamp) = match kind.filter(|_| !linked && !self.config.tolerant) {
            Some(kind) => (kind, None),
            None => match path.metadata() {
                Ok(metadata) => (metadata.file_type(), Some(Stamp::of(&metadata))),
                Err(error) => {
                    let error = unreachable_entry(&path, &error);
                    return self.report(error);
                }
            },
        };
        if self.config.rules.ignores(&relative, kind.is_dir()) {
            return Ok(());
        }
        if kind.is_dir() {
            if self.config.tolerant && matches!(base(&relative), ".git" | "node_modules") {
                return Ok(());
            }
            return self.folder(&path, &relative, linked);
        }
        if !kind.is_file() {
            let message =
                format!("cannot load irregular file {} as it has file mode type bits set", path.display());
            return self.report(ReadError::new(ReadErrorKind::Irregular, &path, message));
        }
        self.found.push(Found { path, relative, stamp });
        Ok(())
    }
}

fn base(relative: &str) -> &str {
    relative.rsplit('/').next().unwrap_or(relative)
}

fn unreachable_entry(path: &Path, error: &std::io::Error) -> ReadError {
    match path.read_link() {
        Ok(target) => {
            let target = without_dots(&path.parent().unwrap_or(Path::new("")).join(target));
            let why = reason(error);
            let message =
                format!("error evaluating symlink {}: lstat {}: {why}", path.display(), target.display());
            ReadError::new(ReadErrorKind::Link, path, message)
        }
        Err(_) => ReadError::io("lstat", path, error),
    }
}

/// The path with each `..` carried out, as Go names what a link leads to.
fn without_dots(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut clean, part| {
        match part {
            Component::CurDir => {}
            Component::ParentDir if clean.file_name().is_some() => drop(clean.pop()),
            _ => clean.push(part),
        }
        clean
    })
}

/// The names in a folder, with what they are where the folder knows it.
fn entries_of(folder: &Path) -> std::io::Result<Vec<(OsString, Option<FileType>)>> {
    let entries = std::fs::read_dir(folder)?.flatten();
    let mut entries: Vec<_> = entries.map(|entry| (entry.file_name(), entry.file_type().ok())).collect();
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(entries)
}
