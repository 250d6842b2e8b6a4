//! A change as a value: what was replaced and by what.
//!
//! The same value updates the rope, the syntax trees and every position somebody kept. Building one never
//! touches the text; applying it is [`Text::apply`](crate::Text::apply)'s job.

use crate::{TextRange, TextSize};

/// Replaces the text in `range` (of the old text) by `new`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edit {
    /// What goes, in the text before the edit.
    pub range: TextRange,
    /// What comes instead.
    pub new: String,
}

/// To which side a position leans that lies exactly where text was put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bias {
    /// Stays before the new text.
    Before,
    /// Moves behind the new text.
    After,
}

impl Edit {
    /// Replaces `range` by `new`.
    pub fn replace(range: TextRange, new: impl Into<String>) -> Self {
        Self { range, new: new.into() }
    }

    /// Puts `new` in at `offset`.
    pub fn insert(offset: TextSize, new: impl Into<String>) -> Self {
        Self::replace(TextRange::empty(offset), new)
    }

    /// Takes `range` away.
    pub fn delete(range: TextRange) -> Self {
        Self::replace(range, "")
    }

    /// The smallest single edit that makes `new` of `old`, or `None` if they are equal.
    ///
    /// A client that sends whole documents costs us no more than one that sends what changed.
    ///
    /// ```
    /// use chartroom_text::Edit;
    /// let edit = Edit::between("tag: v1\n", "tag: v12\n").unwrap();
    /// assert_eq!((u32::from(edit.range.start()), edit.new.as_str()), (7, "2"));
    /// ```
    pub fn between(old: &str, new: &str) -> Option<Self> {
        if old == new {
            return None;
        }
        let shorter = old.len().min(new.len());
        let mut prefix = common_prefix(old.as_bytes(), new.as_bytes());
        while !(old.is_char_boundary(prefix) && new.is_char_boundary(prefix)) {
            prefix -= 1;
        }
        let mut suffix = common_suffix(old.as_bytes(), new.as_bytes()).min(shorter - prefix);
        while !(old.is_char_boundary(old.len() - suffix) && new.is_char_boundary(new.len() - suffix)) {
            suffix -= 1;
        }
        let range = TextRange::new(size(prefix), size(old.len() - suffix));
        Some(Self::replace(range, &new[prefix..new.len() - suffix]))
    }

    /// The range of the new text after the edit.
    pub fn new_range(&self) -> TextRange {
        TextRange::at(self.range.start(), size(self.new.len()))
    }

    /// Where `offset` of the old text lies in the new one. What was replaced goes to one end of the new text.
    pub fn map(&self, offset: TextSize, bias: Bias) -> TextSize {
        let (start, end) = (self.range.start(), self.range.end());
        if offset < start || (offset == start && bias == Bias::Before) {
            offset
        } else if offset >= end {
            offset - self.range.len() + self.new_range().len()
        } else {
            match bias {
                Bias::Before => start,
                Bias::After => self.new_range().end(),
            }
        }
    }

    /// Where `range` lies after the edit: text put in at its ends stays outside, text put in inside belongs
    /// to it.
    pub fn map_range(&self, range: TextRange) -> TextRange {
        let start = self.map(range.start(), Bias::After);
        let end = self.map(range.end(), Bias::Before);
        TextRange::new(start.min(end), end)
    }

    /// The edit that takes this one back, given what it replaced.
    #[must_use]
    pub fn inverse(&self, replaced: impl Into<String>) -> Self {
        Self::replace(self.new_range(), replaced)
    }

    /// `text` after this edit; the range is clamped to the text and to its characters.
    pub fn applied_to(&self, text: &str) -> String {
        let start = text.floor_char_boundary(self.range.start().into());
        let end = text.floor_char_boundary(self.range.end().into()).max(start);
        let mut out = String::with_capacity(text.len() + self.new.len());
        out.push_str(&text[..start]);
        out.push_str(&self.new);
        out.push_str(&text[end..]);
        out
    }
}

fn common_prefix(a: &[u8], b: &[u8]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| a == b).count()
}

fn common_suffix(a: &[u8], b: &[u8]) -> usize {
    a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count()
}

fn size(bytes: usize) -> TextSize {
    TextSize::from(u32::try_from(bytes).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: u32, end: u32) -> TextRange {
        TextRange::new(start.into(), end.into())
    }

    #[track_caller]
    fn check_between(old: &str, new: &str, range: (u32, u32), text: &str) {
        let edit = Edit::between(old, new).unwrap();
        assert_eq!(edit, Edit::replace(at(range.0, range.1), text));
        assert_eq!(edit.applied_to(old), new);
    }

    #[test]
    fn between_finds_the_middle() {
        check_between("abc", "aXc", (1, 2), "X");
    }

    #[test]
    fn between_equal_texts_is_nothing() {
        assert_eq!(Edit::between("a", "a"), None);
    }

    #[test]
    fn between_does_not_count_a_letter_twice() {
        check_between("aa", "aaa", (2, 2), "a");
        check_between("aaa", "aa", (2, 3), "");
    }

    #[test]
    fn between_keeps_characters_whole() {
        check_between("é", "è", (0, 2), "è");
        check_between("x🎉y", "x🎊y", (1, 5), "🎊");
    }

    #[test]
    fn positions_move_with_text_before_them() {
        let edit = Edit::insert(2.into(), "xyz");
        assert_eq!(edit.map(1.into(), Bias::After), 1.into());
        assert_eq!(edit.map(3.into(), Bias::Before), 6.into());
    }

    #[test]
    fn bias_decides_where_text_is_put_in() {
        let edit = Edit::insert(2.into(), "xyz");
        assert_eq!(edit.map(2.into(), Bias::Before), 2.into());
        assert_eq!(edit.map(2.into(), Bias::After), 5.into());
    }

    #[test]
    fn replaced_positions_go_to_an_end() {
        let edit = Edit::replace(at(2, 6), "x");
        assert_eq!(edit.map(4.into(), Bias::Before), 2.into());
        assert_eq!(edit.map(4.into(), Bias::After), 3.into());
        assert_eq!(edit.map_range(at(3, 8)), at(3, 5));
    }

    #[test]
    fn a_range_keeps_what_is_put_in_inside_only() {
        assert_eq!(Edit::insert(2.into(), "x").map_range(at(2, 4)), at(3, 5));
        assert_eq!(Edit::insert(3.into(), "x").map_range(at(2, 4)), at(2, 5));
        assert_eq!(Edit::insert(4.into(), "x").map_range(at(2, 4)), at(2, 4));
    }

    #[test]
    fn the_inverse_takes_it_back() {
        let edit = Edit::replace(at(1, 2), "XYZ");
        let after = edit.applied_to("abc");
        assert_eq!(after, "aXYZc");
        assert_eq!(edit.inverse("b").applied_to(&after), "abc");
    }
}
