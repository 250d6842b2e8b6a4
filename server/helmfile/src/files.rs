//! The files that were read, by number, with what was in them: findings name places in them.

use std::sync::Arc;

use text::{FileId, FilePos, FileTable, LineColumn};

/// The files that were read while a state was loaded.
#[derive(Clone, Debug, Default)]
pub struct Files {
    table: FileTable,
    /// What was read, by number; nothing for what is no file (`--state-values-set`) or could not be read.
    texts: Vec<Arc<[u8]>>,
}

impl Files {
    /// The number of a file, and its text from now on.
    pub fn add(&mut self, path: &str, text: Arc<[u8]>) -> FileId {
        let id = self.table.intern(path);
        let at = id.0 as usize;
        if self.texts.len() <= at {
            self.texts.resize(at + 1, Arc::default());
        }
        self.texts[at] = text;
        id
    }

    /// The number of a path that was read.
    pub fn id(&self, path: &str) -> Option<FileId> {
        self.table.get(path)
    }

    /// The absolute path of a file.
    pub fn path(&self, file: FileId) -> &str {
        self.table.path(file)
    }

    /// What was read.
    pub fn text(&self, file: FileId) -> &Arc<[u8]> {
        &self.texts[file.0 as usize]
    }

    /// All of them, in the order in which they were read first.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &str)> {
        (0..self.table.len() as u32).map(|it| (FileId(it), self.path(FileId(it))))
    }

    /// The line and column of a place, both from 0, columns in bytes.
    pub fn line_column(&self, at: FilePos) -> LineColumn {
        let text = self.text(at.file);
        let before = &text[..usize::from(at.offset).min(text.len())];
        let start = memchr::memrchr(b'\n', before).map_or(0, |it| it + 1);
        let line = memchr::memchr_iter(b'\n', before).count();
        LineColumn { line: line as u32, column: (before.len() - start) as u32 }
    }
}
