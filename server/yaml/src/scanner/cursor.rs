//! Where the scanner stands in the text, and what it sees there.
//!
//! Lines end as YAML 1.1 has them: also at NEL, LS and PS. Columns count characters.

use super::token::Mark;

/// A position that moves forward only.
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) offset: usize,
    pub(super) line: usize,
    /// A column that was counted already, and the offset to which it belongs.
    counted: (usize, usize),
    /// What is known of the whole text.
    survey: Survey,
}

/// What a look over the whole text tells, so that what most texts have not need not be asked for at every byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Survey {
    /// The first character that no YAML text may contain.
    pub(super) control: Option<usize>,
    /// Every character is one byte.
    is_ascii: bool,
    /// Lines end with line feeds alone.
    only_line_feeds: bool,
}

impl Survey {
    fn of(text: &str) -> Self {
        const CHUNK: usize = 64;
        let bytes = text.as_bytes();
        let mut survey = Self { control: None, is_ascii: true, only_line_feeds: true };
        for (number, chunk) in bytes.chunks(CHUNK).enumerate() {
            if !is_ordinary(chunk) {
                let start = number * CHUNK;
                (start..start + chunk.len()).for_each(|at| survey.look_at(&bytes[at..], at));
            }
        }
        survey
    }

    /// The rest of the text, from this offset on.
    fn look_at(&mut self, rest: &[u8], at: usize) {
        self.is_ascii &= rest[0].is_ascii();
        let wide_breaks = ["\u{85}", "\u{2028}", "\u{2029}"];
        if rest[0] == b'\r' || wide_breaks.iter().any(|it| rest.starts_with(it.as_bytes())) {
            self.only_line_feeds = false;
        }
        if self.control.is_none() && is_control(rest) {
            self.control = Some(at);
        }
    }
}

/// Nothing but ASCII that is seen, line feeds and tabs. Without a branch in it, and on single bytes, this takes a
/// few instructions for many of them.
fn is_ordinary(chunk: &[u8]) -> bool {
    let is_odd = |byte: u8| {
        u8::from(byte.wrapping_sub(b' ') >= 0x7F - b' ') & u8::from(byte != b'\n') & u8::from(byte != b'\t')
    };
    chunk.iter().fold(0, |odd, byte| odd | is_odd(*byte)) == 0
}

/// Whether a text begins with a character that no YAML text may contain (`yaml_parser_update_buffer` names the
/// allowed ones).
fn is_control(text: &[u8]) -> bool {
    match text {
        [b'\n' | b'\t' | b'\r', ..] => false,
        [..b' ' | 0x7F, ..] | [0xC2, 0x80..=0x84 | 0x86..=0x9F, ..] | [0xEF, 0xBF, 0xBE | 0xBF, ..] => true,
        _ => false,
    }
}

/// One line break. NEL counts as a line feed, LS and PS stay what they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Break {
    pub(super) is: char,
    pub(super) len: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let offset = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
        let survey = Survey::of(text);
        Self { text, bytes: text.as_bytes(), offset, line: 0, counted: (offset, 0), survey }
    }

    /// The first character that no YAML text may contain.
    pub(super) fn control(&self) -> Option<usize> {
        self.survey.control
    }

    /// The byte here, 0 at the end. Texts with a real 0 in them never get this far.
    #[inline]
    pub(super) fn peek(&self) -> u8 {
        self.byte_at(0)
    }

    #[inline]
    pub(super) fn byte_at(&self, ahead: usize) -> u8 {
        self.bytes.get(self.offset + ahead).copied().unwrap_or(0)
    }

    pub(super) fn is_end(&self) -> bool {
        self.offset >= self.bytes.len()
    }

    /// Characters since the line began.
    #[inline]
    pub(super) fn column(&mut self) -> usize {
        let (from, column) = self.counted;
        if self.survey.is_ascii {
            return column + (self.offset - from);
        }
        self.count_column(from, column)
    }

    fn count_column(&mut self, from: usize, column: usize) -> usize {
        let passed = &self.bytes[from..self.offset];
        let column = column + passed.iter().filter(|byte| !is_continuation(**byte)).count();
        self.counted = (self.offset, column);
        column
    }

    pub(super) fn mark(&mut self) -> Mark {
        Mark { offset: self.offset, line: self.line, column: self.column() }
    }

    /// Passes ASCII.
    #[inline]
    pub(super) fn skip(&mut self, bytes: usize) {
        self.offset += bytes;
    }

    /// The line break that stands so far ahead.
    #[inline]
    pub(super) fn break_at(&self, ahead: usize) -> Option<Break> {
        let at = self.offset + ahead;
        match self.bytes.get(at)? {
            b'\n' => Some(Break { is: '\n', len: 1 }),
            b'\r' => Some(Break { is: '\n', len: 1 + usize::from(self.bytes.get(at + 1) == Some(&b'\n')) }),
            0xC2 if self.bytes[at..].starts_with("\u{85}".as_bytes()) => Some(Break { is: '\n', len: 2 }),
            0xE2 if self.bytes[at..].starts_with("\u{2028}".as_bytes()) => {
                Some(Break { is: '\u{2028}', len: 3 })
            }
            0xE2 if self.bytes[at..].starts_with("\u{2029}".as_bytes()) => {
                Some(Break { is: '\u{2029}', len: 3 })
            }
            _ => None,
        }
    }

    /// Passes the line break that stands here.
    pub(super) fn take_break(&mut self) -> Option<Break> {
        let found = self.break_at(0)?;
        self.offset += found.len;
        self.line += 1;
        self.counted = (self.offset, 0);
        Some(found)
    }

    /// How many lines ended since the last character that is seen.
    pub(super) fn breaks_before(&self) -> usize {
        let mut rest = &self.text[..self.offset];
        let mut breaks = 0;
        while let Some(last) = rest.chars().next_back() {
            match last {
                ' ' | '\t' => {}
                '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => breaks += 1,
                _ => break,
            }
            let is_pair = rest.ends_with("\r\n");
            rest = &rest[..rest.len() - last.len_utf8() - usize::from(is_pair)];
        }
        breaks
    }

    /// A space or tab here?
    #[inline]
    pub(super) fn is_blank(&self) -> bool {
        matches!(self.peek(), b' ' | b'\t')
    }

    /// A space, a tab, a line break or the end?
    #[inline]
    pub(super) fn is_blank_or_end_at(&self, ahead: usize) -> bool {
        match self.bytes.get(self.offset + ahead) {
            None | Some(b' ' | b'\t' | b'\n' | b'\r') => true,
            Some(0xC2 | 0xE2) => self.break_at(ahead).is_some(),
            Some(_) => false,
        }
    }

    /// Passes everything up to the end of the line.
    pub(super) fn skip_to_line_end(&mut self) {
        let rest = &self.bytes[self.offset..];
        if self.survey.only_line_feeds {
            self.offset += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            return;
        }
        let mut at = 0;
        while let Some(found) = rest[at..].iter().position(|it| matches!(it, b'\n' | b'\r' | 0xC2 | 0xE2)) {
            at += found;
            if self.break_at(at).is_some() {
                self.offset += at;
                return;
            }
            at += 1;
        }
        self.offset = self.bytes.len();
    }

    /// Passes spaces, eight at a time where there are so many: indentation is a good part of most texts.
    #[inline]
    pub(super) fn skip_spaces(&mut self) {
        const EIGHT: &[u8; 8] = b"        ";
        while self.bytes[self.offset..].first_chunk() == Some(EIGHT) {
            self.offset += 8;
        }
        while self.peek() == b' ' {
            self.offset += 1;
        }
    }

    /// Passes blanks and, after them, a comment.
    pub(super) fn skip_blanks_and_comment(&mut self) {
        while self.is_blank() {
            self.skip(1);
        }
        if self.peek() == b'#' {
            self.skip_to_line_end();
        }
    }

    /// Passes letters, digits, `_` and `-`, of which names are made.
    pub(super) fn take_name(&mut self) -> &'t str {
        let start = self.offset;
        while matches!(self.peek(), b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'-') {
            self.skip(1);
        }
        &self.text[start..self.offset]
    }

    /// Whether a document marker, `---` or `...`, stands at the beginning of a line here.
    pub(super) fn is_document_marker(&mut self) -> bool {
        let marker = matches!(self.bytes.get(self.offset..self.offset + 3), Some(b"---" | b"..."));
        marker && self.is_blank_or_end_at(3) && self.column() == 0
    }

    /// The stream ends on a line of its own, even if the text does not.
    pub(super) fn force_new_line(&mut self) {
        if self.column() != 0 {
            self.line += 1;
            self.counted = (self.offset, 0);
        }
    }
}

pub(super) fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let mut cursor = Cursor::new("äb\n北京x");
        cursor.skip(2);
        assert_eq!(cursor.column(), 1);
        cursor.skip(1);
        assert_eq!(cursor.take_break(), Some(Break { is: '\n', len: 1 }));
        cursor.skip(6);
        assert_eq!((cursor.column(), cursor.line), (2, 1));
    }

    #[test]
    fn texts_are_looked_over() {
        let survey = |text: &str| {
            let Survey { control, is_ascii, only_line_feeds } = Survey::of(text);
            (control, is_ascii, only_line_feeds)
        };
        assert_eq!(survey("a\tb\n"), (None, true, true));
        assert_eq!(survey("a\r\n"), (None, true, false));
        assert_eq!(survey("ü→"), (None, false, true));
        assert_eq!(survey("ü\u{85}"), (None, false, false));
        assert_eq!(survey(&format!("{}→\u{2028}", "x".repeat(100))), (None, false, false));
        assert_eq!(survey(&format!("{}\u{7}", "x".repeat(100))), (Some(100), true, true));
    }

    #[test]
    fn spaces_are_passed_in_eights() {
        for spaces in 0..20 {
            let text = format!("{}x", " ".repeat(spaces));
            let mut cursor = Cursor::new(&text);
            cursor.skip_spaces();
            assert_eq!(cursor.offset, spaces);
        }
    }

    #[test]
    fn control_characters() {
        let first_control = |text: &str| Survey::of(text).control;
        assert_eq!(first_control("a\tb\r\nü\u{85}\u{A0}\u{FEFF}😀"), None);
        assert_eq!(first_control("ab\u{7}"), Some(2));
        assert_eq!(first_control("ü\u{9F}"), Some(2));
        assert_eq!(first_control("\u{FFFF}"), Some(0));
        assert_eq!(first_control("\u{7F}"), Some(0));
    }
}
