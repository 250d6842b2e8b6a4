//! Files by number, and places in them.
//!
//! The engine never sees a path on disk. Whoever reads files (the disk, an editor, an archive) gives each
//! path a number in a [`FileTable`]; everything below carries the number.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{TextRange, TextSize};

/// A file known to a [`FileTable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A byte offset in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FilePos {
    /// The file.
    pub file: FileId,
    /// Bytes from its start.
    pub offset: TextSize,
}

/// A byte range in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileRange {
    /// The file.
    pub file: FileId,
    /// Bytes from its start.
    pub range: TextRange,
}

impl FileRange {
    /// The range `start..end`, in bytes.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Self { file, range: TextRange::new(size(start), size(end.max(start))) }
    }

    /// Where the range begins.
    pub fn start(self) -> FilePos {
        FilePos { file: self.file, offset: self.range.start() }
    }
}

/// Offsets are 32 bits wide: Helm refuses files above 5 MiB long before that is not enough.
fn size(bytes: usize) -> TextSize {
    TextSize::from(u32::try_from(bytes).unwrap_or(u32::MAX))
}

/// Numbers for paths. Paths use `/`; a member of an archive is written `…/name.tgz/member/path`.
#[derive(Clone, Debug, Default)]
pub struct FileTable {
    paths: Vec<Arc<str>>,
    ids: HashMap<Arc<str>, FileId>,
}

impl FileTable {
    /// The number of `path`, given now if it had none.
    pub fn intern(&mut self, path: &str) -> FileId {
        if let Some(&id) = self.ids.get(path) {
            return id;
        }
        let id = FileId(self.paths.len() as u32);
        let path: Arc<str> = path.into();
        self.paths.push(path.clone());
        self.ids.insert(path, id);
        id
    }

    /// The number of `path`, if it has one.
    pub fn get(&self, path: &str) -> Option<FileId> {
        self.ids.get(path).copied()
    }

    /// The path behind a number that this table gave.
    pub fn path(&self, id: FileId) -> &Arc<str> {
        &self.paths[id.0 as usize]
    }

    /// How many files have a number.
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// Whether no file has a number yet.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }
}
