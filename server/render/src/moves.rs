//! Where the places of a rendering went when the files that they lie in were edited.
//!
//! Most of an edited file is what it was, only further up or down. A rendering that does not show what was
//! edited stays valid, but for the ranges that it names.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use text::{FileId, FileRange};

use crate::Origins;

/// The edits of files between two moments, each as one replaced stretch.
#[derive(Debug, Default)]
pub(crate) struct Moves {
    /// Few: mostly a person edits one file at a time.
    files: Vec<(FileId, Move)>,
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
        if Arc::ptr_eq(old, new) || old == new || self.of(file).is_some() {
            return;
        }
        let start = old.iter().zip(new.iter()).take_while(|(old, new)| old == new).count();
        let rest = old[start..].iter().rev().zip(new[start..].iter().rev());
        let kept = rest.take_while(|(old, new)| old == new).count();
        self.files.push((file, Move { start, old_end: old.len() - kept, new_end: new.len() - kept }));
    }

    /// Whether nothing was edited.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    fn of(&self, file: FileId) -> Option<Move> {
        self.files.iter().find(|(it, _)| *it == file).map(|(_, by)| *by)
    }

    /// Where a range lies now; `None` if one of its ends was replaced.
    pub(crate) fn range(&self, at: FileRange) -> Option<FileRange> {
        let Some(by) = self.of(at.file) else { return Some(at) };
        let start = by.offset(at.range.start().into())?;
        let end = by.offset(at.range.end().into())?;
        Some(FileRange::new(at.file, start, end))
    }
}

/// Origins, and the edits since they were made: carried out when someone asks, which is not on every keystroke.
#[derive(Debug)]
pub struct MovingOrigins {
    made: Arc<Origins>,
    since: Vec<Arc<Moves>>,
    now: OnceLock<Arc<Origins>>,
}

/// So many edits are not put off.
const MOST_MOVES: usize = 16;

impl From<Origins> for MovingOrigins {
    fn from(made: Origins) -> Self {
        Self { made: made.into(), since: Vec::new(), now: OnceLock::new() }
    }
}

impl MovingOrigins {
    /// The same after more edits; `None` if something is shown that was replaced.
    pub(crate) fn moved(&self, moves: &Arc<Moves>) -> Option<Self> {
        let (made, mut since) = match self.now.get() {
            Some(now) => (now.clone(), Vec::new()),
            None if self.since.len() == MOST_MOVES => (self.carried_out().clone(), Vec::new()),
            None => (self.made.clone(), self.since.clone()),
        };
        let goes_on = |at: FileRange| {
            moves.of(at.file).is_none() || moved(at, &since).and_then(|at| moves.range(at)).is_some()
        };
        if !made.ranges().all(goes_on) {
            return None;
        }
        since.push(moves.clone());
        Some(Self { made, since, now: OnceLock::new() })
    }

    fn carried_out(&self) -> &Arc<Origins> {
        // Every range can be moved: that was seen to when the edits were noted.
        let place = |at| moved(at, &self.since).unwrap_or(at);
        self.now.get_or_init(|| Arc::new(self.made.moved(&place)))
    }
}

fn moved(at: FileRange, moves: &[Arc<Moves>]) -> Option<FileRange> {
    moves.iter().try_fold(at, |at, moves| moves.range(at))
}

impl Deref for MovingOrigins {
    type Target = Origins;

    fn deref(&self) -> &Origins {
        if self.since.is_empty() { &self.made } else { self.carried_out() }
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
