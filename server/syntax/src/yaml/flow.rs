//! Inside a line: keys, quotes, comments, and collections in braces and brackets.
//!
//! A collection that is not closed must not swallow the file: a line that is no deeper than its key ends it,
//! unless that line begins with the closing bracket.

use text::{TextRange, TextSize};

use super::outline::{Entry, EntryId, EntryName, Outline, ValueKind, range};

/// Deeper flow collections are passed over.
const MAX_DEPTH: usize = 64;

/// A key at the start of some text.
pub(super) struct Key {
    /// Without quotes.
    pub(super) name: String,
    /// Bytes as written.
    pub(super) length: usize,
    /// Bytes to behind the `:`.
    pub(super) behind: usize,
}

/// The key that a line begins with, if it does.
pub(super) fn key(line: &str) -> Option<Key> {
    let skipped = skip_properties(line, 0);
    if let Some(quote @ (b'"' | b'\'')) = line.as_bytes().get(skipped) {
        let end = quote_end(line, skipped, *quote)?;
        let blanks = line[end..].len() - line[end..].trim_start_matches([' ', '\t']).len();
        let behind = colon(line, end + blanks)?;
        return Some(Key { name: unquote(&line[skipped..end]), length: end, behind });
    }
    if line.starts_with(['[', '{', '|', '>', '%', '@', '`', '#', ']', '}', ',']) || line.starts_with("? ") {
        return None;
    }
    let mut from = 0;
    while let Some(at) = line[from..].find([':', '#']).map(|at| from + at) {
        if line.as_bytes()[at] == b'#' {
            if line[..at].ends_with([' ', '\t']) {
                return None;
            }
        } else if let Some(behind) = colon(line, at) {
            let written = line[..at].trim_end();
            return Some(Key {
                name: written[skipped.min(written.len())..].to_owned(),
                length: written.len(),
                behind,
            });
        }
        from = at + 1;
    }
    None
}

/// The place behind the `:` at `at`, if that ends a key.
fn colon(line: &str, at: usize) -> Option<usize> {
    let rest = line[at..].strip_prefix(':')?;
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then_some(at + 1)
}

/// Passes blanks, tags and anchors.
pub(super) fn skip_properties(text: &str, from: usize) -> usize {
    let mut at = from;
    loop {
        let rest = &text[at..];
        at += rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let rest = &text[at..];
        if !rest.starts_with(['&', '!']) {
            return at;
        }
        at += rest.find([' ', '\t', '\r', '\n']).unwrap_or(rest.len());
    }
}

/// A line up to its comment, without blanks at its end.
pub(super) fn without_comment(line: &str) -> &str {
    let mut from = 0;
    while let Some(at) = line[from..].find('#').map(|at| from + at) {
        if at == 0 || line[..at].ends_with([' ', '\t']) {
            return line[..at].trim_end();
        }
        from = at + 1;
    }
    line.trim_end()
}

/// What stands between quotes, with the commonest escapes resolved.
fn unquote(quoted: &str) -> String {
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or("");
    if quoted.starts_with('\'') {
        inner.replace("''", "'")
    } else {
        inner.replace("\\\"", "\"").replace("\\\\", "\\")
    }
}

/// Behind the closing quote of what opens at `at`.
fn quote_end(text: &str, at: usize, quote: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut end = at + 1;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'\\' if quote == b'"' => end += 1,
            b'\'' if byte == quote && bytes.get(end + 1) == Some(&quote) => end += 1,
            _ if byte == quote => return Some(end + 1),
            _ => {}
        }
        end += 1;
    }
    None
}

/// Like [`quote_end`] over several lines, as long as they are deeper than `column`.
pub(super) fn quoted_end(text: &str, at: usize, column: usize) -> Option<usize> {
    let quote = text.as_bytes()[at];
    let reach = reach(text, at, column);
    quote_end(&text[..reach], at, quote)
}

/// How far lines deeper than `column` go from `at` on; one that starts with a closing bracket may be less deep.
fn reach(text: &str, at: usize, column: usize) -> usize {
    let mut end = line_end(text, at);
    while end < text.len() {
        let next = &text[end + 1..line_end(text, end + 1)];
        let content = next.trim_start_matches([' ', '\t']);
        let deeper = next.len() - content.len() > column;
        if !deeper && !content.trim_end().is_empty() && !content.starts_with([']', '}']) {
            break;
        }
        end += 1 + next.len();
    }
    end
}

fn line_end(text: &str, from: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[from..]).map_or(text.len(), |at| from + at)
}

/// Reads the collection that opens at `at` into the value of `owner`, and returns where it ends.
pub(super) fn collection(
    text: &str,
    at: usize,
    column: usize,
    owner: EntryId,
    document: u32,
    outline: &mut Outline,
) -> usize {
    let end = reach(text, at, column);
    let mut flow = Flow { text: &text[..end], at, document, depth: 0, outline };
    flow.collection(owner);
    let until = flow.at;
    // What else the line holds (a comment) is nobody's value.
    until.max(at + 1)
}

struct Flow<'a> {
    text: &'a str,
    at: usize,
    document: u32,
    depth: usize,
    outline: &'a mut Outline,
}

impl Flow<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes blanks, line breaks and comments.
    fn skip(&mut self) {
        loop {
            let rest = &self.text[self.at..];
            self.at += rest.len() - rest.trim_start().len();
            if self.peek() != Some(b'#') {
                return;
            }
            self.at = line_end(self.text, self.at);
        }
    }

    fn collection(&mut self, owner: EntryId) {
        let sequence = self.peek() == Some(b'[');
        self.outline.entry_mut(owner).kind = if sequence { ValueKind::Sequence } else { ValueKind::Mapping };
        self.at += 1;
        self.depth += 1;
        let mut index = 0;
        loop {
            self.skip();
            match self.peek() {
                None => break,
                Some(b']' | b'}') => {
                    self.at += 1;
                    break;
                }
                Some(b',') => self.at += 1,
                Some(_) if sequence => {
                    self.item(owner, index);
                    index += 1;
                }
                Some(_) => self.pair(owner),
            }
        }
        self.depth -= 1;
    }

    fn item(&mut self, owner: EntryId, index: u32) {
        let start = self.at;
        let id = self.add(owner, EntryName::Item(index), range(start, start));
        self.value(id);
        self.outline.entry_mut(id).name_range = self.outline.entry(id).value;
    }

    fn pair(&mut self, owner: EntryId) {
        let start = self.at;
        let length = self.scalar_length(true);
        self.at += length.max(1);
        let written = &self.text[start..start + length];
        let name = if written.starts_with(['"', '\'']) { unquote(written) } else { written.to_owned() };
        let id = self.add(owner, EntryName::Key(name), range(start, start + length));
        self.skip();
        if self.peek() == Some(b':') {
            self.at += 1;
            self.value(id);
        }
    }

    fn add(&mut self, owner: EntryId, name: EntryName, name_range: TextRange) -> EntryId {
        let line = memchr::memrchr(b'\n', &self.text.as_bytes()[..self.at]).map_or(0, |at| at + 1);
        self.outline.push(Entry {
            name,
            name_range,
            value: TextRange::empty(name_range.end()),
            full: name_range,
            kind: ValueKind::Null,
            parent: Some(owner),
            children: Vec::new(),
            column: u32::from(name_range.start()).saturating_sub(line as u32),
            document: self.document,
            commented: false,
        })
    }

    fn value(&mut self, id: EntryId) {
        self.skip();
        self.at = skip_properties(self.text, self.at);
        let start = self.at;
        match self.peek() {
            Some(b'[' | b'{') if self.depth < MAX_DEPTH => self.collection(id),
            Some(b',' | b']' | b'}') | None => {}
            Some(first) => {
                let length = self.scalar_length(false).max(1);
                self.at = self.text.ceil_char_boundary(start + length);
                self.outline.entry_mut(id).kind =
                    if first == b'*' { ValueKind::Alias } else { ValueKind::Scalar };
            }
        }
        let value = TextRange::new(TextSize::from(start as u32), TextSize::from(self.at as u32));
        let entry = self.outline.entry_mut(id);
        entry.value = value;
        entry.full = entry.full.cover(value);
    }

    /// Length of the scalar here; a key stops before its `:`.
    fn scalar_length(&self, key: bool) -> usize {
        let rest = &self.text[self.at..];
        if let Some(quote @ (b'"' | b'\'')) = self.peek() {
            return quote_end(rest, 0, quote).unwrap_or(rest.len());
        }
        let bytes = rest.as_bytes();
        let stops = |at: usize| match bytes[at] {
            b',' | b'[' | b']' | b'{' | b'}' | b'\n' => true,
            b':' => {
                key && bytes
                    .get(at + 1)
                    .is_none_or(|it| matches!(it, b' ' | b'\t' | b'\n' | b',' | b'}' | b']'))
            }
            b'#' => at > 0 && bytes[at - 1] == b' ',
            _ => false,
        };
        let end = (0..bytes.len()).find(|at| stops(*at)).unwrap_or(bytes.len());
        rest[..end].trim_end().len()
    }
}
