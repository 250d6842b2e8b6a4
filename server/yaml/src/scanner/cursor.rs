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
        Self { text, bytes: text.as_bytes(), offset, line: 0, counted: (offset, 0) }
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
    pub(super) fn column(&mut self) -> usize {
        let (from, column) = self.counted;
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

/// The first character that no YAML text may contain (`yaml_parser_update_buffer` names the allowed ones).
pub(crate) fn first_control(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let suspicious = |byte: &u8| {
        (*byte < b' ' && !matches!(byte, b'\n' | b'\t' | b'\r')) || matches!(byte, 0x7F | 0xC2 | 0xEF)
    };
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(suspicious) {
        at += found;
        let width = match bytes[at..] {
            [0xC2, 0x80..=0x84 | 0x86..=0x9F, ..] | [0xEF, 0xBF, 0xBE | 0xBF, ..] => return Some(at),
            [0xC2, ..] => 2,
            [0xEF, ..] => 3,
            _ => return Some(at),
        };
        at += width;
    }
    None
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
    fn control_characters() {
        assert_eq!(first_control("a\tb\r\nü\u{85}\u{A0}\u{FEFF}😀"), None);
        assert_eq!(first_control("ab\u{7}"), Some(2));
        assert_eq!(first_control("ü\u{9F}"), Some(2));
        assert_eq!(first_control("\u{FFFF}"), Some(0));
        assert_eq!(first_control("\u{7F}"), Some(0));
    }
}
