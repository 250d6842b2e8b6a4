//! The document that an editor has open: a rope with a revision number.
//!
//! Cloning is cheap, so a snapshot is a clone. Every conversion walks one path of the rope, so it costs the
//! same on line 3 and on line 300,000. Whoever needs the text in one piece gets it from [`Text::whole`],
//! which is made at most once per revision and then shared.

use std::sync::{Arc, OnceLock};

use ropey::Rope;

use crate::{Edit, Encoding, LineColumn, TextRange, TextSize};

/// A document: its text and how often it was changed.
#[derive(Clone, Debug, Default)]
pub struct Text {
    rope: Rope,
    revision: u64,
    whole: OnceLock<Arc<str>>,
}

impl Text {
    /// A document at revision 0.
    pub fn new(text: &str) -> Self {
        Self { rope: Rope::from_str(text), revision: 0, whole: OnceLock::new() }
    }

    /// How many edits made this text. Two clones of one document with the same revision have the same text.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The text in one piece, made once per revision.
    pub fn whole(&self) -> &Arc<str> {
        self.whole.get_or_init(|| self.rope.to_string().into())
    }

    /// Length in bytes.
    pub fn len(&self) -> TextSize {
        size(self.rope.len_bytes())
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.rope.len_bytes() == 0
    }

    /// Number of lines; the empty one behind a last line break counts.
    pub fn line_count(&self) -> u32 {
        self.rope.len_lines() as u32
    }

    /// The line `line` without its line break; past the last line, the empty range at the end.
    pub fn line_range(&self, line: u32) -> TextRange {
        let line = line as usize;
        if line >= self.rope.len_lines() {
            return TextRange::empty(self.len());
        }
        let start = self.rope.line_to_byte(line);
        TextRange::new(size(start), size(self.line_end(line)))
    }

    /// A piece of the text, clamped to it and to its characters.
    pub fn slice(&self, range: TextRange) -> String {
        let (start, end) = self.clamp(range);
        self.rope.byte_slice(start..end).to_string()
    }

    /// Where `offset` lies. Past the end is the end, inside a character is its start.
    pub fn line_column(&self, offset: TextSize, encoding: Encoding) -> LineColumn {
        let byte = self.char_start(offset.into());
        let line = self.rope.byte_to_line(byte);
        let start = self.rope.line_to_byte(line);
        let column = match encoding {
            Encoding::Utf8 => byte - start,
            Encoding::Utf16 => self.utf16_at(byte) - self.utf16_at(start),
            Encoding::Utf32 => self.rope.byte_to_char(byte) - self.rope.byte_to_char(start),
        };
        LineColumn::new(line as u32, column as u32)
    }

    /// The offset of a line and column. Past the end of a line is the end of the line, past the last line is
    /// the end of the text, inside a character (or between two surrogates) is its start.
    pub fn offset(&self, place: LineColumn, encoding: Encoding) -> TextSize {
        let line = place.line as usize;
        if line >= self.rope.len_lines() {
            return self.len();
        }
        let (start, end) = (self.rope.line_to_byte(line), self.line_end(line));
        let column = place.column as usize;
        let byte = match encoding {
            Encoding::Utf8 => self.char_start(start.saturating_add(column).min(end)),
            Encoding::Utf16 => {
                let unit = self.utf16_at(start).saturating_add(column).min(self.utf16_at(end));
                self.rope.char_to_byte(self.rope.utf16_cu_to_char(unit))
            }
            Encoding::Utf32 => {
                let first = self.rope.byte_to_char(start);
                let char = first.saturating_add(column).min(self.rope.byte_to_char(end));
                self.rope.char_to_byte(char)
            }
        };
        size(byte)
    }

    /// The range between two places, in either order.
    pub fn range(&self, from: LineColumn, to: LineColumn, encoding: Encoding) -> TextRange {
        let (a, b) = (self.offset(from, encoding), self.offset(to, encoding));
        TextRange::new(a.min(b), a.max(b))
    }

    /// Applies `edit` and returns what it came to: the same edit with its range clamped to the text and to
    /// whole characters. Feed that one, not the first, to trees and positions.
    pub fn apply(&mut self, edit: &Edit) -> Edit {
        let (start, end) = self.clamp(edit.range);
        let (first, last) = (self.rope.byte_to_char(start), self.rope.byte_to_char(end));
        self.rope.remove(first..last);
        self.rope.insert(first, &edit.new);
        self.revision += 1;
        self.whole = OnceLock::new();
        Edit::replace(TextRange::new(size(start), size(end)), edit.new.clone())
    }

    /// Makes the text `new`, as the smallest edit. Nothing happens, not even a revision, if it is that already.
    pub fn replace_all(&mut self, new: &str) -> Option<Edit> {
        let edit = Edit::between(self.whole(), new)?;
        Some(self.apply(&edit))
    }

    fn clamp(&self, range: TextRange) -> (usize, usize) {
        let start = self.char_start(range.start().into());
        (start, self.char_start(range.end().into()).max(start))
    }

    fn char_start(&self, byte: usize) -> usize {
        let byte = byte.min(self.rope.len_bytes());
        self.rope.char_to_byte(self.rope.byte_to_char(byte))
    }

    fn utf16_at(&self, byte: usize) -> usize {
        self.rope.char_to_utf16_cu(self.rope.byte_to_char(byte))
    }

    /// Where the line ends, before its line break.
    fn line_end(&self, line: usize) -> usize {
        if line + 1 >= self.rope.len_lines() {
            return self.rope.len_bytes();
        }
        let next = self.rope.line_to_byte(line + 1);
        let start = self.rope.line_to_byte(line);
        let crlf =
            next - start >= 2 && self.rope.byte(next - 1) == b'\n' && self.rope.byte(next - 2) == b'\r';
        next - if crlf { 2 } else { 1 }
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.rope == other.rope
    }
}

impl Eq for Text {}

fn size(bytes: usize) -> TextSize {
    TextSize::from(u32::try_from(bytes).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIXED: &str = "plain\nnaïve: ü\r\n日本: 🎉x\n\n👩‍👩‍👧 עברית\rlast";

    #[track_caller]
    fn check(line: u32, column: u32, encoding: Encoding, rest: &str) {
        let text = Text::new(MIXED);
        let offset = text.offset(LineColumn::new(line, column), encoding);
        assert!(MIXED[usize::from(offset)..].starts_with(rest), "{:?}", &MIXED[usize::from(offset)..]);
        assert_eq!(text.line_column(offset, encoding).line, line);
    }

    #[test]
    fn columns_count_bytes() {
        check(1, 4, Encoding::Utf8, "ve: ü");
        check(2, 8, Encoding::Utf8, "🎉x");
    }

    #[test]
    fn columns_count_utf16_units() {
        check(1, 3, Encoding::Utf16, "ve: ü");
        check(2, 4, Encoding::Utf16, "🎉x");
        check(2, 6, Encoding::Utf16, "x\n");
    }

    #[test]
    fn columns_count_characters() {
        check(2, 4, Encoding::Utf32, "🎉x");
        check(2, 5, Encoding::Utf32, "x\n");
    }

    #[test]
    fn inside_a_character_is_its_start() {
        check(1, 3, Encoding::Utf8, "ïve");
        check(2, 5, Encoding::Utf16, "🎉x");
    }

    #[test]
    fn past_the_end_of_a_line_is_its_end() {
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            check(0, 99, encoding, "\nnaïve");
            check(1, 99, encoding, "\r\n日本");
            check(3, 99, encoding, "\n👩");
            check(4, 99, encoding, "\rlast");
            check(5, u32::MAX, encoding, "");
        }
    }

    #[test]
    fn past_the_last_line_is_the_end() {
        let text = Text::new("a\nb");
        assert_eq!(text.offset(LineColumn::new(7, 0), Encoding::Utf16), 3.into());
        assert_eq!(text.line_range(7), TextRange::empty(3.into()));
    }

    #[test]
    fn every_offset_survives_the_way_there_and_back() {
        let text = Text::new(MIXED);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            // Between the two halves of `\r\n` there is no column; that one goes to the end of the line.
            for (byte, _) in MIXED.char_indices().filter(|(byte, _)| !MIXED[*byte..].starts_with("\n日")) {
                let place = text.line_column(size(byte), encoding);
                assert_eq!(text.offset(place, encoding), size(byte), "{place:?} {encoding:?}");
            }
        }
    }

    #[test]
    fn an_edit_counts_one_revision_and_leaves_clones_alone() {
        let mut text = Text::new("tag: v1\n");
        let before = text.clone();
        text.apply(&Edit::insert(7.into(), "2"));
        assert_eq!((&**text.whole(), text.revision()), ("tag: v12\n", 1));
        assert_eq!((&**before.whole(), before.revision()), ("tag: v1\n", 0));
    }

    #[test]
    fn an_edit_is_clamped() {
        let mut text = Text::new("é");
        let done = text.apply(&Edit::replace(TextRange::new(1.into(), 99.into()), "x"));
        assert_eq!(done.range, TextRange::new(0.into(), 2.into()));
        assert_eq!(&**text.whole(), "x");
    }

    #[test]
    fn a_whole_new_text_becomes_a_small_edit() {
        let mut text = Text::new("a: 1\nb: 2\nc: 3\n");
        let edit = text.replace_all("a: 1\nb: 4\nc: 3\n").unwrap();
        assert_eq!(edit, Edit::replace(TextRange::new(8.into(), 9.into()), "4"));
        assert_eq!(text.replace_all("a: 1\nb: 4\nc: 3\n"), None);
        assert_eq!(text.revision(), 1);
    }

    #[test]
    fn the_whole_text_is_made_once() {
        let text = Text::new("x");
        assert!(Arc::ptr_eq(text.whole(), text.whole()));
        assert!(Arc::ptr_eq(text.whole(), text.clone().whole()));
    }

    #[test]
    fn lines_end_with_any_of_three_breaks() {
        let text = Text::new("a\nb\r\nc\rd\u{2028}e\u{b}f");
        assert_eq!(text.line_count(), 4);
        assert_eq!(text.slice(text.line_range(1)), "b");
        assert_eq!(text.slice(text.line_range(3)), "d\u{2028}e\u{b}f");
    }
}
