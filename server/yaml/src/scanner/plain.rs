//! Scalars without quotes. One line of them is a piece of the text as it stands.

use std::borrow::Cow;

use super::token::{Style, Token, TokenKind};
use super::{Fault, Scanner};

/// The line breaks between two lines of a scalar, which fold into a blank or into all but the first of them.
#[derive(Default)]
pub(super) struct Breaks {
    first: Option<char>,
    rest: String,
}

impl Breaks {
    pub(super) fn push(&mut self, is: char) {
        if self.first.is_none() {
            self.first = Some(is);
        } else {
            self.rest.push(is);
        }
    }

    /// A break behind one that was escaped.
    pub(super) fn push_rest(&mut self, is: char) {
        self.rest.push(is);
    }

    /// Appends what the breaks stand for, and forgets them.
    pub(super) fn fold_into(&mut self, out: &mut String) {
        match self.first.take() {
            Some('\n') if self.rest.is_empty() => out.push(' '),
            Some('\n') | None => out.push_str(&self.rest),
            Some(separator) => {
                out.push(separator);
                out.push_str(&self.rest);
            }
        }
        self.rest.clear();
    }
}

impl<'t> Scanner<'t> {
    pub(super) fn plain(&mut self) -> Result<Token<'t>, Fault> {
        let start = self.cursor.mark();
        let indent = self.indent.map_or(0, |it| it + 1);
        // What of the scalar was folded already, and where the piece of text begins that was not.
        let mut folded: Option<String> = None;
        let mut piece = start.offset;
        let mut end = start.offset;
        let mut breaks = Breaks::default();
        let mut after_break = false;
        loop {
            if self.cursor.peek() == b'#' || self.cursor.is_document_marker() {
                break;
            }
            let from = self.cursor.offset;
            self.plain_run();
            if self.cursor.offset > from {
                if after_break {
                    let out = folded.get_or_insert_default();
                    out.push_str(&self.cursor.text[piece..end]);
                    breaks.fold_into(out);
                    piece = from;
                    after_break = false;
                }
                end = self.cursor.offset;
            }
            if !self.cursor.is_blank() && self.cursor.break_at(0).is_none() {
                break;
            }
            if self.plain_blanks(&mut breaks, &mut after_break, indent)? {
                return Err(self.fault(start, "found a tab character that violates indentation"));
            }
            if self.flow_level == 0 && after_break && self.cursor.column() < indent {
                break;
            }
        }
        // The next line may begin with a key.
        self.key_allowed |= after_break;
        let last = &self.cursor.text[piece..end];
        let value = match folded {
            None => Cow::Borrowed(last),
            Some(out) => Cow::Owned(out + last),
        };
        Ok(Token { kind: TokenKind::Scalar(value, Style::Plain), start, end })
    }

    /// Passes what is no blank and does not end the scalar.
    fn plain_run(&mut self) {
        let flow = self.flow_level > 0;
        loop {
            let rest = &self.cursor.bytes[self.cursor.offset..];
            let stop = |byte: &u8| PLAIN_STOPS[usize::from(*byte)];
            self.cursor.offset += rest.iter().position(stop).unwrap_or(rest.len());
            let ends = match self.cursor.peek() {
                b':' => self.cursor.is_blank_or_end_at(1),
                b',' | b'?' | b'[' | b']' | b'{' | b'}' => flow,
                0xC2 | 0xE2 => self.cursor.break_at(0).is_some(),
                _ => true,
            };
            if ends {
                return;
            }
            self.cursor.offset += 1;
        }
    }

    /// Passes blanks and line breaks; true if a tab stands where indentation must.
    fn plain_blanks(
        &mut self,
        breaks: &mut Breaks,
        after_break: &mut bool,
        indent: usize,
    ) -> Result<bool, Fault> {
        loop {
            match self.cursor.peek() {
                b'\t' if *after_break && self.cursor.column() < indent => return Ok(true),
                b' ' | b'\t' => self.cursor.skip(1),
                _ => match self.cursor.take_break() {
                    Some(found) => {
                        breaks.push(found.is);
                        *after_break = true;
                    }
                    None => return Ok(false),
                },
            }
        }
    }
}

/// Bytes at which a plain scalar may end.
const PLAIN_STOPS: [bool; 256] = {
    let mut table = [false; 256];
    let stops = b" \t\r\n:,?[]{}\xC2\xE2";
    let mut at = 0;
    while at < stops.len() {
        table[stops[at] as usize] = true;
        at += 1;
    }
    table
};
