//! Scalars in quotes. Most are one line without escapes, and then a piece of the text as it stands.

use std::borrow::Cow;

use super::plain::Breaks;
use super::token::{Mark, Style, Token, TokenKind};
use super::{Fault, Scanner};

impl<'t> Scanner<'t> {
    pub(super) fn quoted(&mut self, quote: u8) -> Result<Token<'t>, Fault> {
        let start = self.cursor.mark();
        let style = if quote == b'"' { Style::Double } else { Style::Single };
        self.cursor.skip(1);
        let body = self.cursor.offset;
        let rest = &self.cursor.bytes[body..];
        let special = |byte: &u8| *byte == quote || matches!(byte, b'\\' | b'\n' | b'\r' | 0xC2 | 0xE2);
        let plain = rest.iter().position(special).filter(|at| rest[*at] == quote);
        // Two single quotes are one; two double quotes are the end of one scalar and an error.
        if let Some(len) = plain
            && (quote == b'"' || rest.get(len + 1) != Some(&quote))
        {
            self.cursor.skip(len + 1);
            let value = Cow::Borrowed(&self.cursor.text[body..body + len]);
            return Ok(Token { kind: TokenKind::Scalar(value, style), start, end: self.cursor.offset });
        }
        let value = self.quoted_lines(quote, start)?;
        self.cursor.skip(1);
        let kind = TokenKind::Scalar(Cow::Owned(value), style);
        Ok(Token { kind, start, end: self.cursor.offset })
    }

    /// The text up to the closing quote.
    fn quoted_lines(&mut self, quote: u8, start: Mark) -> Result<String, Fault> {
        let mut out = String::new();
        let mut breaks = Breaks::default();
        loop {
            if self.cursor.is_document_marker() {
                return Err(self.fault(start, "found unexpected document indicator"));
            }
            if self.cursor.is_end() {
                return Err(self.fault(start, "found unexpected end of stream"));
            }
            let mut after_break = self.quoted_run(quote, start, &mut out)?;
            if self.cursor.peek() == quote {
                return Ok(out);
            }
            let blanks = self.cursor.offset;
            let mut blanks_end = blanks;
            loop {
                if self.cursor.is_blank() {
                    self.cursor.skip(1);
                    blanks_end = if after_break { blanks_end } else { self.cursor.offset };
                } else if let Some(found) = self.cursor.take_break() {
                    // After an escaped break the next one is no first break, but one that counts.
                    if after_break {
                        breaks.push_rest(found.is);
                    } else {
                        breaks.push(found.is);
                    }
                    after_break = true;
                } else {
                    break;
                }
            }
            if after_break {
                breaks.fold_into(&mut out);
            } else {
                out.push_str(&self.cursor.text[blanks..blanks_end]);
            }
        }
    }

    /// Passes what is no blank; true if it ends with an escaped line break.
    fn quoted_run(&mut self, quote: u8, start: Mark, out: &mut String) -> Result<bool, Fault> {
        loop {
            let from = self.cursor.offset;
            let rest = &self.cursor.bytes[from..];
            let stop =
                |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\'' | b'"' | b'\\' | 0xC2 | 0xE2);
            self.cursor.offset += rest.iter().position(stop).unwrap_or(rest.len());
            out.push_str(&self.cursor.text[from..self.cursor.offset]);
            match self.cursor.peek() {
                b'\'' if quote == b'\'' && self.cursor.byte_at(1) == b'\'' => {
                    out.push('\'');
                    self.cursor.skip(2);
                }
                byte if byte == quote => return Ok(false),
                b'\\' if quote == b'"' && self.cursor.break_at(1).is_some() => {
                    self.cursor.skip(1);
                    self.cursor.take_break();
                    return Ok(true);
                }
                b'\\' if quote == b'"' => self.escape(start, out)?,
                _ if self.cursor.is_blank_or_end_at(0) => return Ok(false),
                _ => self.push_character(out),
            }
        }
    }

    /// Copies one character of any width.
    fn push_character(&mut self, out: &mut String) {
        let it = self.cursor.text[self.cursor.offset..].chars().next();
        self.cursor.offset += it.map_or(0, char::len_utf8);
        out.extend(it);
    }

    /// A backslash and what it escapes.
    fn escape(&mut self, start: Mark, out: &mut String) -> Result<(), Fault> {
        let (it, digits) = match self.cursor.byte_at(1) {
            b'0' => ('\0', 0),
            b'a' => ('\x07', 0),
            b'b' => ('\x08', 0),
            b't' | b'\t' => ('\t', 0),
            b'n' => ('\n', 0),
            b'v' => ('\x0B', 0),
            b'f' => ('\x0C', 0),
            b'r' => ('\r', 0),
            b'e' => ('\x1B', 0),
            b' ' => (' ', 0),
            b'"' => ('"', 0),
            b'\'' => ('\'', 0),
            b'\\' => ('\\', 0),
            b'N' => ('\u{85}', 0),
            b'_' => ('\u{A0}', 0),
            b'L' => ('\u{2028}', 0),
            b'P' => ('\u{2029}', 0),
            b'x' => (' ', 2),
            b'u' => (' ', 4),
            b'U' => (' ', 8),
            _ => return Err(self.fault(start, "found unknown escape character")),
        };
        self.cursor.skip(2);
        if digits == 0 {
            out.push(it);
            return Ok(());
        }
        let mut code: u64 = 0;
        for at in 0..digits {
            let Some(digit) = char::from(self.cursor.byte_at(at)).to_digit(16) else {
                return Err(self.fault(start, "did not find expected hexdecimal number"));
            };
            code = code << 4 | u64::from(digit);
        }
        let Some(it) = u32::try_from(code).ok().and_then(char::from_u32) else {
            return Err(self.fault(start, "found invalid Unicode character escape code"));
        };
        out.push(it);
        self.cursor.skip(digits);
        Ok(())
    }
}
