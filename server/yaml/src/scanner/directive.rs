//! `%YAML`, `%TAG`, tags, anchors and aliases.

use std::borrow::Cow;

use super::token::{Mark, Token, TokenKind};
use super::{Fault, Scanner};

impl<'t> Scanner<'t> {
    pub(super) fn directive(&mut self) -> Result<Token<'t>, Fault> {
        let start = self.cursor.mark();
        self.cursor.skip(1);
        let name = self.cursor.take_name();
        if name.is_empty() {
            return Err(self.fault(start, "could not find expected directive name"));
        }
        if !self.cursor.is_blank_or_end_at(0) {
            return Err(self.fault(start, "found unexpected non-alphabetical character"));
        }
        let kind = match name {
            "YAML" => self.version(start)?,
            "TAG" => self.tag_directive(start)?,
            _ => return Err(self.fault(start, "found unknown directive name")),
        };
        let end = self.cursor.offset;
        self.cursor.skip_blanks_and_comment();
        if self.cursor.break_at(0).is_none() && !self.cursor.is_end() {
            return Err(self.fault(start, "did not find expected comment or line break"));
        }
        self.cursor.take_break();
        Ok(Token { kind, start, end })
    }

    fn skip_blanks(&mut self) {
        while self.cursor.is_blank() {
            self.cursor.skip(1);
        }
    }

    fn version(&mut self, start: Mark) -> Result<TokenKind<'t>, Fault> {
        self.skip_blanks();
        let major = self.version_number(start)?;
        if self.cursor.peek() != b'.' {
            return Err(self.fault(start, "did not find expected digit or '.' character"));
        }
        self.cursor.skip(1);
        Ok(TokenKind::Version(major, self.version_number(start)?))
    }

    fn version_number(&mut self, start: Mark) -> Result<u32, Fault> {
        let mut number = None;
        for length in 1.. {
            let digit = self.cursor.peek();
            if !digit.is_ascii_digit() {
                break;
            }
            if length > 2 {
                return Err(self.fault(start, "found extremely long version number"));
            }
            number = Some(number.unwrap_or(0) * 10 + u32::from(digit - b'0'));
            self.cursor.skip(1);
        }
        number.ok_or_else(|| self.fault(start, "did not find expected version number"))
    }

    fn tag_directive(&mut self, start: Mark) -> Result<TokenKind<'t>, Fault> {
        self.skip_blanks();
        let handle = self.tag_handle(start)?;
        if handle != "!" && !(handle.len() > 1 && handle.ends_with('!')) {
            return Err(self.fault(start, "did not find expected '!'"));
        }
        if !self.cursor.is_blank() {
            return Err(self.fault(start, "did not find expected whitespace"));
        }
        self.skip_blanks();
        let prefix = self.tag_uri("", start)?;
        if !self.cursor.is_blank_or_end_at(0) {
            return Err(self.fault(start, "did not find expected whitespace or line break"));
        }
        Ok(TokenKind::TagDirective(handle, prefix))
    }

    /// `&name` or `*name`.
    pub(super) fn anchor(&mut self, alias: bool) -> Result<Token<'t>, Fault> {
        let start = self.cursor.mark();
        self.cursor.skip(1);
        let name = self.cursor.take_name();
        let ends = self.cursor.is_blank_or_end_at(0)
            || matches!(self.cursor.peek(), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !ends {
            return Err(self.fault(start, "did not find expected alphabetic or numeric character"));
        }
        let kind = if alias { TokenKind::Alias(name) } else { TokenKind::Anchor(name) };
        Ok(Token { kind, start, end: self.cursor.offset })
    }

    /// `!<uri>`, `!suffix`, `!handle!suffix` or `!`.
    pub(super) fn tag(&mut self) -> Result<Token<'t>, Fault> {
        let start = self.cursor.mark();
        let (handle, suffix) = if self.cursor.byte_at(1) == b'<' {
            self.cursor.skip(2);
            let uri = self.tag_uri("", start)?;
            if self.cursor.peek() != b'>' {
                return Err(self.fault(start, "did not find the expected '>'"));
            }
            self.cursor.skip(1);
            ("", uri)
        } else {
            let handle = self.tag_handle(start)?;
            if handle.len() > 1 && handle.ends_with('!') {
                (handle, self.tag_uri("", start)?)
            } else {
                let suffix = self.tag_uri(handle, start)?;
                if suffix.is_empty() { ("", Cow::Borrowed("!")) } else { ("!", suffix) }
            }
        };
        if !self.cursor.is_blank_or_end_at(0) {
            return Err(self.fault(start, "did not find expected whitespace or line break"));
        }
        Ok(Token { kind: TokenKind::Tag(handle, suffix), start, end: self.cursor.offset })
    }

    /// `!`, `!name!`, or the beginning of what is no handle after all: `!name`.
    fn tag_handle(&mut self, start: Mark) -> Result<&'t str, Fault> {
        let from = self.cursor.offset;
        if self.cursor.peek() != b'!' {
            return Err(self.fault(start, "did not find expected '!'"));
        }
        self.cursor.skip(1);
        self.cursor.take_name();
        if self.cursor.peek() == b'!' {
            self.cursor.skip(1);
        }
        Ok(&self.cursor.text[from..self.cursor.offset])
    }

    /// The rest of a tag. `head` is what was read of it in search of a handle, with its `!`.
    fn tag_uri(&mut self, head: &'t str, start: Mark) -> Result<Cow<'t, str>, Fault> {
        let mut uri = head.get(1..).unwrap_or_default().as_bytes().to_vec();
        let mut found = !head.is_empty();
        loop {
            match self.cursor.peek() {
                b'%' => self.uri_escape(&mut uri, start)?,
                byte @ (b'0'..=b'9'
                | b'A'..=b'Z'
                | b'a'..=b'z'
                | b'_'
                | b'-'
                | b';'
                | b'/'
                | b'?'
                | b':'
                | b'@'
                | b'&'
                | b'='
                | b'+'
                | b'$'
                | b','
                | b'.'
                | b'!'
                | b'~'
                | b'*'
                | b'\''
                | b'('
                | b')'
                | b'['
                | b']') => {
                    uri.push(byte);
                    self.cursor.skip(1);
                }
                _ => break,
            }
            found = true;
        }
        if !found {
            return Err(self.fault(start, "did not find expected tag URI"));
        }
        Ok(Cow::Owned(String::from_utf8_lossy(&uri).into_owned()))
    }

    /// One character as `%XX` for each of its bytes.
    fn uri_escape(&mut self, uri: &mut Vec<u8>, start: Mark) -> Result<(), Fault> {
        let mut left = None;
        while left != Some(0) {
            let digit = |ahead| char::from(self.cursor.byte_at(ahead)).to_digit(16);
            let (b'%', Some(high), Some(low)) = (self.cursor.peek(), digit(1), digit(2)) else {
                return Err(self.fault(start, "did not find URI escaped octet"));
            };
            let octet = (high << 4 | low) as u8;
            let width = match left {
                Some(width) if octet & 0xC0 == 0x80 => width,
                Some(_) => return Err(self.fault(start, "found an incorrect trailing UTF-8 octet")),
                None => match octet.leading_ones() {
                    0 => 1,
                    ones @ 2..=4 => ones,
                    _ => return Err(self.fault(start, "found an incorrect leading UTF-8 octet")),
                },
            };
            uri.push(octet);
            self.cursor.skip(3);
            left = Some(width - 1);
        }
        Ok(())
    }
}
