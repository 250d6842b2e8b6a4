//! The outside of a helmfile, as it is on the screen: unsaved texts first, then the disk. Nothing runs here.
//!
//! It notes what it was asked, so that a helmfile is loaded again only if one of the answers is another one now.

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use helmfile::{Entry, Fault, Output, PathKind, Program, World};
use project::{FileCache, path_of, reason};

use crate::model::Host;
use crate::state::Snapshot;

/// A question, with its answer.
#[derive(Clone, Debug)]
enum Look {
    Read(String, Option<Arc<[u8]>>),
    Kind(String, Option<PathKind>),
    List(String, Vec<Entry>),
    /// Something that would have run or been looked up, by its name.
    NotRun(String),
}

/// What somebody looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Looks(Vec<Look>);

/// The world of one snapshot.
pub(crate) struct ScreenWorld<'s> {
    snapshot: &'s Snapshot,
    cache: &'s FileCache,
    looks: RefCell<Looks>,
    host: Host,
}

impl<'s> ScreenWorld<'s> {
    pub(crate) fn new(snapshot: &'s Snapshot, cache: &'s FileCache) -> Self {
        Self { snapshot, cache, looks: RefCell::default(), host: Host::default() }
    }

    /// All that was asked until now.
    pub(crate) fn looks(self) -> Looks {
        self.looks.into_inner()
    }

    fn note(&self, look: Look) {
        self.looks.borrow_mut().0.push(look);
    }

    fn bytes(&self, path: &str) -> Result<Arc<[u8]>, Fault> {
        if let Some(document) = self.snapshot.document_at(path) {
            return Ok(document.bytes());
        }
        self.cache.read(&path_of(path)).map_err(|error| {
            let message = format!("open {path}: {}", reason(&error));
            let is_missing = error.kind() == std::io::ErrorKind::NotFound;
            if is_missing { Fault::missing(message) } else { Fault::other(message) }
        })
    }

    fn kind_now(&self, path: &str) -> Option<PathKind> {
        if self.snapshot.document_at(path).is_some() {
            return Some(PathKind::File);
        }
        let metadata = path_of(path).metadata().ok()?;
        Some(if metadata.is_dir() { PathKind::Folder } else { PathKind::File })
    }
}

impl Looks {
    /// Whether all answers are the same now.
    pub(crate) fn hold(&self, snapshot: &Snapshot, cache: &FileCache) -> bool {
        let now = ScreenWorld::new(snapshot, cache);
        self.0.iter().all(|look| match look {
            Look::Read(path, before) => match (now.bytes(path).ok(), before) {
                (Some(now), Some(before)) => Arc::ptr_eq(&now, before),
                (now, before) => now.is_none() && before.is_none(),
            },
            Look::Kind(path, before) => now.kind_now(path) == *before,
            Look::List(folder, before) => list(&path_of(folder)).unwrap_or_default() == *before,
            Look::NotRun(_) => true,
        })
    }

    /// Whether a file was looked for, whether it was there or not.
    pub(crate) fn are_at(&self, path: &str) -> bool {
        self.0.iter().any(|look| matches!(look, Look::Read(it, _) | Look::Kind(it, _) if it == path))
    }

    /// What would have run or been looked up.
    pub(crate) fn not_run(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|look| match look {
            Look::NotRun(name) => Some(name.as_str()),
            Look::Read(..) | Look::Kind(..) | Look::List(..) => None,
        })
    }

    pub(crate) fn extend(&mut self, more: Self) {
        self.0.extend(more.0);
    }
}

impl World for ScreenWorld<'_> {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, Fault> {
        let answer = self.bytes(path);
        self.note(Look::Read(path.to_owned(), answer.clone().ok()));
        answer
    }

    fn kind(&self, path: &str) -> Result<Option<PathKind>, Fault> {
        let kind = self.kind_now(path);
        self.note(Look::Kind(path.to_owned(), kind));
        Ok(kind)
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, Fault> {
        let answer = list(&path_of(folder));
        self.note(Look::List(folder.to_owned(), answer.as_ref().cloned().unwrap_or_default()));
        answer.map_err(|error| Fault::other(format!("open {folder}: {}", reason(&error))))
    }

    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    /// Templates go on with a text that says what is missing; the place of the call is told as a finding.
    fn run(&self, program: &Program) -> Result<Output, Fault> {
        self.note(Look::NotRun(program.program.clone()));
        let text = format!("<{} was not run>", program.program);
        Ok(Output { code: 0, stdout: text.into_bytes(), stderr: Vec::new() })
    }

    fn decrypt(&self, path: &str) -> Result<Arc<[u8]>, Fault> {
        Err(Fault::untrusted(format!("{path} is not decrypted while you type")))
    }

    fn secret(&self, reference: &str) -> Result<String, Fault> {
        let scheme = reference.split("://").next().unwrap_or(reference);
        self.note(Look::NotRun(scheme.to_owned()));
        Ok(format!("<{scheme} was not looked up>"))
    }

    fn fetch(&self, source: &str) -> Result<String, Fault> {
        Err(Fault::untrusted(format!("{source} is not fetched while you type")))
    }

    fn host(&self) -> &dyn template::Host {
        &self.host
    }
}

fn list(folder: &Path) -> std::io::Result<Vec<Entry>> {
    let entry = |it: std::fs::DirEntry| {
        let is_folder = it.file_type().is_ok_and(|kind| kind.is_dir());
        let kind = if is_folder { PathKind::Folder } else { PathKind::File };
        Entry { name: it.file_name().to_string_lossy().into_owned(), kind }
    };
    let mut entries: Vec<Entry> = std::fs::read_dir(folder)?.flatten().map(entry).collect();
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}
