//! Keys that a mapping has twice: YAML forbids them, go-yaml takes the last one unless it is told to be strict.

use text::TextRange;

use crate::events::{Event, EventKind, events};
use crate::resolve::plain;
use crate::{Style, Value};

/// A key that its mapping had already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// Its text.
    pub key: String,
    /// Where it stands this time.
    pub at: TextRange,
    /// Where its value begins this time: the line that go-yaml names.
    pub value: TextRange,
    /// Where it stood the first time.
    pub first: TextRange,
}

/// A collection that is being read.
struct Level {
    /// The keys of a mapping, `None` for a sequence.
    keys: Option<Vec<(Key, TextRange)>>,
    /// Whether the next node is a key.
    wants_key: bool,
    /// The key that was said before, until its value begins.
    pending: Option<(String, TextRange, TextRange)>,
}

/// A key as go-yaml compares them: `1` and `"1"` are two.
#[derive(PartialEq, Eq)]
struct Key {
    text: String,
    is_text: bool,
}

/// The keys that are said twice in the first document, in the order of the text; up to an error, if there is one.
///
/// Keys that are no scalars are not looked at, and `<<` may come as often as it likes.
pub fn duplicate_keys(text: &str) -> Vec<Duplicate> {
    let mut found = Vec::new();
    let mut levels: Vec<Level> = Vec::new();
    for event in events(text) {
        let Ok(Event { kind, at }) = event else { break };
        match kind {
            EventKind::DocumentStart => {}
            EventKind::DocumentEnd => break,
            EventKind::MappingEnd | EventKind::SequenceEnd => {
                levels.pop();
            }
            EventKind::MappingStart { .. } => {
                node(&mut levels, None, at, &mut found);
                levels.push(Level { keys: Some(Vec::new()), wants_key: true, pending: None });
            }
            EventKind::SequenceStart { .. } => {
                node(&mut levels, None, at, &mut found);
                levels.push(Level { keys: None, wants_key: false, pending: None });
            }
            EventKind::Alias { .. } => node(&mut levels, None, at, &mut found),
            EventKind::Scalar { value, style, implicit, .. } => {
                let is_plain = style == Style::Plain && implicit;
                let is_text = !is_plain || matches!(plain(&value), Value::String(_));
                let is_merge = is_plain && value == "<<";
                let key = (!is_merge).then(|| Key { text: value.into_owned(), is_text });
                node(&mut levels, key, at, &mut found);
            }
        }
    }
    found
}

/// Takes a node in, as the next key or value of the collection that it stands in.
fn node(levels: &mut [Level], key: Option<Key>, at: TextRange, found: &mut Vec<Duplicate>) {
    let Some(level) = levels.last_mut() else { return };
    let Some(keys) = &mut level.keys else { return };
    if !level.wants_key {
        level.wants_key = true;
        found.extend(level.pending.take().map(|(key, at_key, first)| Duplicate {
            key,
            at: at_key,
            value: at,
            first,
        }));
        return;
    }
    level.wants_key = false;
    let Some(key) = key else { return };
    match keys.iter().find(|(known, _)| *known == key) {
        Some((_, first)) => level.pending = Some((key.text, at, *first)),
        None => keys.push((key, at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubles(text: &str) -> Vec<String> {
        let line = |range: TextRange| text[..usize::from(range.start())].matches('\n').count() + 1;
        let show =
            |it: &Duplicate| format!("{}:{}:{}:{}", it.key, line(it.first), line(it.at), line(it.value));
        duplicate_keys(text).iter().map(show).collect()
    }

    #[test]
    fn keys_of_one_mapping() {
        assert_eq!(doubles("a: 1\nb: {a: 2}\na:\n  c: 1\n"), ["a:1:3:4"]);
        assert_eq!(doubles("- a: 1\n- a: 1\n"), [""; 0]);
        assert_eq!(doubles("a: {b: 1, b: 2}\n'a': 3\n"), ["b:1:1:1", "a:1:2:2"]);
    }

    #[test]
    fn only_the_same_kind_of_key() {
        assert_eq!(doubles("1: a\n'1': b\n<<: {}\n<<: {}\n"), [""; 0]);
    }

    #[test]
    fn what_comes_behind_is_not_read() {
        assert_eq!(doubles("a: 1\n---\na: 1\na: 2\n"), [""; 0]);
        assert_eq!(doubles("a: 1\na: 2\nb: [\n"), ["a:1:2:2"]);
    }
}
