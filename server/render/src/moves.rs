//! Where the places of a rendering went when the files that they lie in were edited.
//!
//! Most of an edited file is what it was, only further up or down. A rendering that does not show what was
//! edited stays valid, but for the ranges that it names.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use text::{FileId, FileRange};

use crate::RenderedFile;

/// The edits of files between two moments, each as one replaced stretch.
#[derive(Debug, Default)]
pub(crate) struct Moves {
    by_file: FxHashMap<FileId, Move>,
}

/// Bytes `start..old_end` were replaced, and what follows moved.
#[derive(Clone, Copy, Debug)]
struct Move {
    start: usize,
    old_end: usize,
    new_end: usize,
}

impl Moves {
    /// Notes what happened to a file.
    pub(crate) fn add(&mut self, file: FileId, old: &Arc<[u8]>, new: &Arc<[u8]>) {
        if Arc::ptr_eq(old, new) || old == new {
            return;
        }
        let start = old.iter().zip(new.iter()).take_while(|(old, new)| old == new).count();
        let rest = old[start..].iter().rev().zip(new[start..].iter().rev());
        let kept = rest.take_while(|(old, new)| old == new).count();
        self.by_file.insert(file, Move { start, old_end: old.len() - kept, new_end: new.len() - kept });
    }

    /// Whether nothing was edited.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_file.is_empty()
    }

    /// Where a range lies now; `None` if one of its ends was replaced.
    pub(crate) fn range(&self, at: FileRange) -> Option<FileRange> {
        let Some(by) = self.by_file.get(&at.file) else { return Some(at) };
        let start = by.offset(at.range.start().into())?;
        let end = by.offset(at.range.end().into())?;
        Some(FileRange::new(at.file, start, end))
    }

    /// The same file with its places where they are now; `None` if one of them is gone.
    pub(crate) fn file(&self, file: &RenderedFile) -> Option<RenderedFile> {
        let touched = file.origins.files().any(|it| self.by_file.contains_key(&it));
        let mut file = file.clone();
        if touched {
            file.origins = file.origins.moved(&|at| self.range(at))?.into();
        }
        Some(file)
    }
}

impl Move {
    fn offset(self, offset: usize) -> Option<usize> {
        if offset <= self.start {
            Some(offset)
        } else if offset >= self.old_end {
            Some(offset - self.old_end + self.new_end)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(old: &str, new: &str, range: std::ops::Range<usize>) -> Option<(usize, usize)> {
        let mut moves = Moves::default();
        moves.add(FileId(0), &old.as_bytes().into(), &new.as_bytes().into());
        let range = moves.range(FileRange::new(FileId(0), range.start, range.end))?.range;
        Some((range.start().into(), range.end().into()))
    }

    #[test]
    fn what_follows_an_edit_moves() {
        assert_eq!(moved("a: 1\nb: 2", "a: 123\nb: 2", 8..9), Some((10, 11)));
        assert_eq!(moved("a: 1\nb: 2", "a: 123\nb: 2", 0..1), Some((0, 1)));
        assert_eq!(moved("a: {b: 1}", "a: {b: 22}", 3..9), Some((3, 10)));
    }

    #[test]
    fn what_was_replaced_is_gone() {
        assert_eq!(moved("a: xyz", "a: z", 4..6), None);
    }
}
