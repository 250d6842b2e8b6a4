//! Where a cursor is in YAML: which key is being typed, and into which mapping.

use text::{TextRange, TextSize};

use super::flow;
use super::outline::{Entry, EntryId, EntryName, Outline};

/// A place in YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlCursor {
    /// The entry whose value holds the place: a key typed here becomes its child. `None` is the top.
    pub parent: Option<EntryId>,
    /// What stands at the place.
    pub part: YamlPart,
    /// The column of the key or of the cursor, `- ` included.
    pub column: u32,
}

/// What stands at a place in YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum YamlPart {
    /// A key, or a word that may become one, or a blank line.
    Key {
        /// The entry, if the key has its `:` already.
        entry: Option<EntryId>,
        /// The whole word.
        range: TextRange,
        /// The part before the cursor.
        prefix: String,
    },
    /// The value of an entry, or the blank behind its `:`.
    Value {
        /// The entry.
        entry: EntryId,
        /// The value, perhaps empty.
        range: TextRange,
        /// The part before the cursor.
        prefix: String,
    },
    /// A comment.
    Comment,
}

impl Outline {
    /// What stands at `offset` of `text`, the text that this was read from.
    pub fn cursor(&self, text: &str, offset: TextSize) -> YamlCursor {
        let at = text.floor_char_boundary(offset.into());
        let start = memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |it| it + 1);
        let end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |it| at + it);
        let line = text[start..end].trim_end_matches('\r');
        if let Some(cursor) = self.on_entry(text, start, at) {
            return cursor;
        }
        let content = flow::without_comment(line);
        if line.len() > content.len() && line[content.len()..].trim_start().starts_with('#') {
            let hash = start + line.len() - line[content.len()..].trim_start().len();
            if at > hash {
                return YamlCursor { parent: None, part: YamlPart::Comment, column: 0 };
            }
        }
        self.on_no_entry(text, start, start + content.len(), at)
    }

    /// The place is on a key or in a value that begins on the cursor's line, or in one of several lines.
    fn on_entry(&self, text: &str, line: usize, at: usize) -> Option<YamlCursor> {
        let offset = TextSize::from(at as u32);
        let place = |id: EntryId, part| {
            let entry = self.entry(id);
            Some(YamlCursor { parent: entry.parent, part, column: entry.column })
        };
        let prefix = |range: TextRange| text[usize::from(range.start()).min(at)..at].to_owned();
        let starts_here = |entry: &Entry| usize::from(entry.name_range.start()) >= line && !entry.commented;
        let key = self.entries().filter(|(_, it)| starts_here(it) && matches!(it.name, EntryName::Key(_)));
        for (id, entry) in key {
            if entry.name_range.start() > offset {
                break;
            }
            if entry.name_range.contains_inclusive(offset) {
                let range = entry.name_range;
                return place(id, YamlPart::Key { entry: Some(id), range, prefix: prefix(range) });
            }
        }
        let (id, entry) = self
            .entries()
            .filter(|(_, it)| !it.commented && it.children.is_empty() && it.name_range.end() < offset)
            .filter(|(_, it)| it.full.contains_inclusive(offset) || same_line(text, it.full.end(), offset))
            .last()?;
        let range =
            if entry.value.contains_inclusive(offset) { entry.value } else { TextRange::empty(offset) };
        let is_item = matches!(entry.name, EntryName::Item(_));
        // A word behind `- ` may still become a key of the item.
        if is_item && !text[entry.value].starts_with(['"', '\'', '[', '{', '|', '>', '*']) {
            let part = YamlPart::Key { entry: None, range, prefix: prefix(range) };
            return Some(YamlCursor { parent: Some(id), part, column: entry.column + 2 });
        }
        let behind_colon = text[usize::from(entry.name_range.end())..at].contains(':');
        if !behind_colon && !is_item {
            return None;
        }
        place(id, YamlPart::Value { entry: id, range, prefix: prefix(range) })
    }

    /// A blank line, or a word that has no `:` yet: its column says which mapping it would belong to.
    fn on_no_entry(&self, text: &str, line: usize, end: usize, at: usize) -> YamlCursor {
        let content = text[line..end.max(line)].trim_start_matches([' ', '\t']);
        let start = if content.is_empty() { at } else { end - content.len() };
        let column = (start.min(at) - line) as u32;
        let word = if content.is_empty() { (at, at) } else { (start.min(at), end.max(at)) };
        let range = TextRange::new(TextSize::from(word.0 as u32), TextSize::from(word.1 as u32));
        let prefix = text[word.0..at].to_owned();
        let part = YamlPart::Key { entry: None, range, prefix };
        YamlCursor { parent: self.parent_for(TextSize::from(line as u32), column), part, column }
    }

    /// The entry that a key at `column` of the line starting at `line` would be a child of.
    pub fn parent_for(&self, line: TextSize, column: u32) -> Option<EntryId> {
        let before = self.entries().filter(|(_, it)| !it.commented && it.name_range.start() < line).last()?;
        let mut at = Some(before.0);
        while let Some(id) = at {
            if self.entry(id).column < column {
                return Some(id);
            }
            at = self.entry(id).parent;
        }
        None
    }
}

fn same_line(text: &str, from: TextSize, to: TextSize) -> bool {
    from <= to
        && text
            .get(usize::from(from)..usize::from(to))
            .is_some_and(|it| it.trim_matches([' ', '\t', ':']).is_empty())
}

#[cfg(test)]
mod tests {
    use fixtures::Fixture;

    use super::super::outline::path_text;
    use super::*;

    #[track_caller]
    fn check(fixture: &str, expected: &str) {
        let fixture = Fixture::parse(fixture);
        let text = fixture.only_text();
        let outline = Outline::parse(text);
        let cursor = outline.cursor(text, fixture.cursor().offset);
        let path = |id| path_text(&outline.path(id));
        let shown = match cursor.part {
            YamlPart::Key { prefix, range, .. } => {
                format!("key [{prefix}|{}] in {}", &text[range], cursor.parent.map_or("top".into(), path))
            }
            YamlPart::Value { entry, prefix, range } => {
                format!("value [{prefix}|{}] of {}", &text[range], path(entry))
            }
            YamlPart::Comment => "comment".into(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn keys() {
        check("a:\n  b<|>c: 1\n", "key [b|bc] in a");
        check("a<|>: 1\n", "key [a|a] in top");
        check("a:\n  - b: 1\n    c<|>: 2\n", "key [c|c] in a[0]");
        check("a:\n  - b<|>: 1\n", "key [b|b] in a[0]");
    }

    #[test]
    fn keys_about_to_be_typed() {
        check("a:\n  b: 1\n  c<|>\nd: 1\n", "key [c|c] in a");
        check("a:\n  <|>\n", "key [|] in a");
        check("a:\n  b: 1\n<|>\n", "key [|] in top");
        check("a:\n  b: 1\n  <|>\n", "key [|] in a");
        check("a:\n  b:\n    <|>\n  c: 1\n", "key [|] in a.b");
        check("a:\n  - <|>\n", "key [|] in a[0]");
        check("a:\n  - b: 1\n    <|>\n", "key [|] in a[0]");
        check("a:\n- na<|>\n", "key [na|na] in a[0]");
    }

    #[test]
    fn values() {
        check("a: <|>\n", "value [|] of a");
        check("a: b<|>c\n", "value [b|bc] of a");
        check("a:\n  b: \"<|>\"\n", "value [\"|\"\"] of a.b");
        check("a: b # <|>c\n", "comment");
        check("# <|>c\n", "comment");
    }
}
