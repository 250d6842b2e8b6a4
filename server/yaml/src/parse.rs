//! From events to the tree: go-yaml's decoder, then the way through JSON that Helm takes.
//!
//! Of two equal keys the last one counts. `<<` is applied where it stands, so it beats keys before it. Aliases
//! share what they stand for; expanding them is counted as go-yaml counts it, and refused when it gets out of
//! hand.

use std::collections::HashMap;
use std::sync::Arc;

use golang::strconv::format_float;
use text::{FileId, FileRange, TextRange};

use crate::error::Error;
use crate::events::{Event, EventKind, scan};
use crate::resolve::resolve;
use crate::{Entry, Map, Node, Value, verb};

/// What becomes of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// Every number is a 64-bit float, as in values files and `fromYaml`.
    AsJson,
    /// Integers stay integers, for files with types of their own (`Chart.yaml`).
    AsWritten,
}

const MAX_DEPTH: usize = 10_000;

/// Reads the first document. Nothing at all is null.
pub fn parse(text: &str, file: FileId, numbers: Numbers) -> Result<Node, Error> {
    Ok(documents(text, file, numbers, 1)?.pop().unwrap_or(Node::computed(Value::Null)))
}

/// Reads all documents.
pub fn parse_all(text: &str, file: FileId, numbers: Numbers) -> Result<Vec<Node>, Error> {
    documents(text, file, numbers, usize::MAX)
}

fn documents(text: &str, file: FileId, numbers: Numbers, wanted: usize) -> Result<Vec<Node>, Error> {
    let bom = if text.starts_with('\u{FEFF}') { '\u{FEFF}'.len_utf8() } else { 0 };
    let mut builder = Builder { file, numbers, bom, ..Builder::new() };
    let mut found = Vec::new();
    let scanned = scan(&text[bom..], |event| {
        match event.kind {
            EventKind::DocumentStart => builder.reset(),
            EventKind::DocumentEnd => found.push(builder.finish()),
            EventKind::StreamEnd | EventKind::Nothing => {}
            _ => builder.event(event),
        }
        // A syntax error further down in the same document comes before what is wrong with its values.
        found.len() < wanted && found.last().is_none_or(Result::is_ok)
    });
    scanned.map_err(|error| Error { at: error.at + text::TextSize::from(bom as u32), ..error })?;
    found.into_iter().collect()
}

/// A collection that is still open.
enum Open {
    List { items: Vec<Node>, start: TextRange, flow: bool, anchor: Option<String> },
    Map { entries: Vec<Entry>, key: Option<Key>, start: TextRange, flow: bool, anchor: Option<String> },
}

/// A key whose value has not come yet.
enum Key {
    Name(Arc<str>, TextRange),
    /// `<<`
    Merge,
    /// No key at all: said already, the value is dropped.
    Wrong,
}

/// What an anchor stands for, and how many nodes go-yaml would decode for it.
struct Anchored {
    node: Node,
    size: u64,
}

struct Builder {
    file: FileId,
    numbers: Numbers,
    bom: usize,
    open: Vec<Open>,
    root: Option<Node>,
    anchors: HashMap<String, Anchored>,
    /// How many nodes were decoded at the start of each open collection.
    counts: Vec<u64>,
    decoded: u64,
    by_alias: u64,
    error: Option<Error>,
}

impl Builder {
    fn new() -> Self {
        Self {
            file: FileId(0),
            numbers: Numbers::AsJson,
            bom: 0,
            open: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            counts: Vec::new(),
            decoded: 0,
            by_alias: 0,
            error: None,
        }
    }

    fn reset(&mut self) {
        *self = Self { file: self.file, numbers: self.numbers, bom: self.bom, ..Self::new() };
    }

    fn finish(&mut self) -> Result<Node, Error> {
        match self.error.take() {
            Some(error) => Err(error),
            None => Ok(self.root.take().unwrap_or(Node::computed(Value::Null))),
        }
    }

    fn place(&self, at: TextRange) -> Option<FileRange> {
        let shift = text::TextSize::from(self.bom as u32);
        Some(FileRange { file: self.file, range: at + shift })
    }

    fn fail(&mut self, error: Error) {
        self.error.get_or_insert(error);
    }

    fn event(&mut self, event: Event) {
        if self.open.len() > MAX_DEPTH {
            self.fail(Error::decode(format_args!("exceeded max depth of {MAX_DEPTH}"), event.at));
            return;
        }
        match event.kind {
            EventKind::Scalar { anchor, tag, value, implicit } => {
                self.decoded += 1;
                self.scalar(anchor, tag.as_deref(), &value, implicit, event.at);
            }
            EventKind::Alias { anchor } => self.alias(&anchor, event.at),
            EventKind::SequenceStart { anchor, flow } => {
                self.start(Open::List { items: Vec::new(), start: event.at, flow, anchor });
            }
            EventKind::MappingStart { anchor, flow } => {
                self.start(Open::Map { entries: Vec::new(), key: None, start: event.at, flow, anchor });
            }
            EventKind::SequenceEnd | EventKind::MappingEnd => self.end(event.at),
            EventKind::DocumentStart | EventKind::DocumentEnd | EventKind::StreamEnd | EventKind::Nothing => {
            }
        }
    }

    fn start(&mut self, open: Open) {
        self.counts.push(self.decoded);
        self.decoded += 1;
        self.open.push(open);
    }

    fn end(&mut self, at: TextRange) {
        let Some(open) = self.open.pop() else { return };
        let size = self.decoded - self.counts.pop().unwrap_or(0);
        let (value, start, last, flow, anchor) = match open {
            Open::List { items, start, flow, anchor } => {
                let last = items.last().and_then(|it| it.at);
                (Value::List(Arc::new(items)), start, last, flow, anchor)
            }
            Open::Map { entries, start, flow, anchor, .. } => {
                let last = entries.last().and_then(|it| it.node.at.or(it.key_at));
                (Value::Map(Arc::new(entries.into_iter().collect())), start, last, flow, anchor)
            }
        };
        // The end of a block is only noticed where something else begins; it ends with what it holds. What
        // an alias put there stands elsewhere.
        let shift = text::TextSize::from(self.bom as u32);
        let inside = last.map(|it| it.range.end()).filter(|end| *end >= start.start() + shift);
        let end = if flow { at.end() } else { inside.map_or(start.end(), |end| end - shift).min(at.end()) };
        let node = Node { value, at: self.place(TextRange::new(start.start(), end.max(start.start()))) };
        self.define(anchor, &node, size);
        self.add(node);
    }

    fn scalar(
        &mut self,
        anchor: Option<String>,
        tag: Option<&str>,
        text: &str,
        implicit: bool,
        at: TextRange,
    ) {
        let merge = text == "<<" && (implicit || tag == Some("tag:yaml.org,2002:merge"));
        if merge && let Some(Open::Map { key: key @ None, .. }) = self.open.last_mut() {
            *key = Some(Key::Merge);
            return;
        }
        let value = resolve(tag, text, implicit).unwrap_or_else(|message| {
            self.fail(Error::decode(message, at));
            Value::Null
        });
        let node = Node { value, at: self.place(trim_block(at, text)) };
        self.define(anchor, &node, 1);
        self.add(node);
    }

    fn define(&mut self, anchor: Option<String>, node: &Node, size: u64) {
        if let Some(anchor) = anchor {
            let node = Node { value: self.as_value(node.value.clone()), at: node.at };
            self.anchors.insert(anchor, Anchored { node, size });
        }
    }

    fn alias(&mut self, anchor: &str, at: TextRange) {
        let Some(Anchored { node, size }) = self.anchors.get(anchor) else {
            let inside = self.open.iter().any(|open| match open {
                Open::List { anchor: it, .. } | Open::Map { anchor: it, .. } => it.as_deref() == Some(anchor),
            });
            let message = match inside {
                true => format!("anchor '{anchor}' value contains itself"),
                false => format!("unknown anchor '{anchor}' referenced"),
            };
            return self.fail(Error::decode(message, at));
        };
        let (node, size) = (node.clone(), *size);
        self.decoded = self.decoded.saturating_add(size + 1);
        self.by_alias = self.by_alias.saturating_add(size);
        if self.by_alias > 100
            && self.decoded > 1000
            && self.by_alias as f64 / self.decoded as f64 > allowed_ratio(self.decoded)
        {
            self.fail(Error::decode("document contains excessive aliasing", at));
        }
        self.add(node);
    }

    /// A number as it counts once it is a value and no key.
    fn as_value(&mut self, value: Value) -> Value {
        match value {
            Value::Int(it) if self.numbers == Numbers::AsJson => Value::Float(it as f64),
            Value::Uint(it) if self.numbers == Numbers::AsJson => Value::Float(it as f64),
            value => value,
        }
    }

    fn add(&mut self, node: Node) {
        if let Some(Open::Map { key: key @ None, .. }) = self.open.last_mut() {
            let at = node.at.map_or_else(TextRange::default, |it| it.range);
            let (made, error) = match key_name(&node.value) {
                Ok(name) => (Key::Name(name, at), None),
                Err(message) => (Key::Wrong, Some(Error::new(message, at))),
            };
            *key = Some(made);
            if let Some(error) = error {
                self.fail(error);
            }
            return;
        }
        if let Value::Float(it) = node.value
            && !it.is_finite()
        {
            let at = node.at.map_or_else(TextRange::default, |it| it.range);
            self.fail(Error::new(format!("json: unsupported value: {}", format_float(it, b'g', -1, 64)), at));
        }
        let node = Node { value: self.as_value(node.value), at: node.at };
        let file = self.file;
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { items, .. }) => items.push(node),
            Some(Open::Map { entries, key, .. }) => match key.take() {
                Some(Key::Name(key, range)) => {
                    entries.push(Entry { key, key_at: Some(FileRange { file, range }), node });
                }
                Some(Key::Merge) => self.merge(&node),
                Some(Key::Wrong) | None => {}
            },
        }
    }

    /// `<<`: a mapping, or several of which the earlier ones win.
    fn merge(&mut self, node: &Node) {
        let maps: Vec<Arc<Map>> = match &node.value {
            Value::Map(map) => vec![map.clone()],
            Value::List(items) if items.iter().all(|it| it.value.as_map().is_some()) => {
                items.iter().rev().filter_map(|it| it.value.as_map().cloned()).collect()
            }
            _ => {
                let at = node.at.map_or_else(TextRange::default, |it| it.range);
                return self
                    .fail(Error::decode("map merge requires map or sequence of maps as the value", at));
            }
        };
        if let Some(Open::Map { entries, .. }) = self.open.last_mut() {
            entries.extend(maps.iter().flat_map(|map| map.iter().cloned()));
        }
    }
}

/// go-yaml's `allowedAliasRatio`.
fn allowed_ratio(decoded: u64) -> f64 {
    match decoded {
        ..=400_000 => 0.99,
        4_000_000.. => 0.10,
        _ => 0.99 - 0.89 * (decoded - 400_000) as f64 / 3_600_000.0,
    }
}

/// A key as JSON wants it; the error is that of go-yaml or of the JSON step.
fn key_name(value: &Value) -> Result<Arc<str>, String> {
    Ok(match value {
        Value::String(it) => it.clone(),
        Value::Bool(it) => it.to_string().into(),
        Value::Int(it) => it.to_string().into(),
        Value::Uint(it) => it.to_string().into(),
        Value::Float(it) => match format_float(*it, b'g', -1, 32).as_str() {
            "+Inf" => ".inf".into(),
            "-Inf" => "-.inf".into(),
            "NaN" => ".nan".into(),
            text => text.into(),
        },
        Value::Null => return Err("Unsupported map key of type: %!s(<nil>), key: <nil>".to_owned()),
        Value::List(_) | Value::Map(_) => {
            return Err(format!("yaml: invalid map key: {}", verb::go_syntax(value)));
        }
    })
}

/// A block scalar reaches to where the next thing begins; its text ends before.
fn trim_block(at: TextRange, text: &str) -> TextRange {
    if text.is_empty() { TextRange::empty(at.start()) } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree in a line, without places.
    fn show(node: &Node) -> String {
        match &node.value {
            Value::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" ")),
            Value::Map(map) => {
                let entries = map.iter().map(|it| format!("{}:{}", it.key, show(&it.node)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(" "))
            }
            Value::Null => "null".to_owned(),
            Value::Bool(it) => it.to_string(),
            Value::Int(it) => it.to_string(),
            Value::Uint(it) => it.to_string(),
            Value::Float(it) => format!("{it:?}"),
            Value::String(it) => format!("{it:?}"),
        }
    }

    #[track_caller]
    fn check(text: &str, want: &str) {
        assert_eq!(show(&parse(text, FileId(0), Numbers::AsJson).unwrap()), want);
    }

    #[track_caller]
    fn fails(text: &str, want: &str) {
        assert_eq!(parse(text, FileId(0), Numbers::AsJson).unwrap_err().message, want);
    }

    #[test]
    fn numbers_are_floats() {
        check("a: 1\nb: 0x10\n1.10: x\nyes: y", "{1.1:\"x\" a:1.0 b:16.0 true:true}");
        let typed = parse("a: 1\nb: 1.5", FileId(0), Numbers::AsWritten).unwrap();
        assert_eq!(show(&typed), "{a:1 b:1.5}");
    }

    #[test]
    fn nothing_is_null() {
        check("", "null");
        check("# only a comment\n", "null");
        check("a:\n", "{a:null}");
    }

    #[test]
    fn the_last_of_equal_keys_counts() {
        check("a: 1\na: 2", "{a:2.0}");
    }

    #[test]
    fn merges_count_where_they_stand() {
        check(
            "x: &x {a: 2, b: 3}\nv:\n  a: 1\n  <<: *x\nz:\n  <<: *x\n  a: 1",
            "{v:{a:2.0 b:3.0} x:{a:2.0 b:3.0} z:{a:1.0 b:3.0}}",
        );
        check("a: &a {k: 1}\nb: &b {k: 2}\nc:\n  <<: [*a, *b]", "{a:{k:1.0} b:{k:2.0} c:{k:1.0}}");
    }

    #[test]
    fn block_scalars_at_the_end_of_the_text() {
        check("a: |\n  x", "{a:\"x\"}");
        check("a: |\n  x\n", "{a:\"x\\n\"}");
        check("a: |-\n  x\n", "{a:\"x\"}");
        check("a: |\n  x\n ", "{a:\"x\\n\"}");
        check("a: |+\n  x\n\n", "{a:\"x\\n\\n\"}");
    }

    #[test]
    fn places_are_bytes() {
        let text = "# ü\nimage:\n  tag: \"1\" # x\n  list:\n    - 北\n    - {a: b}\n";
        let node = parse(text, FileId(7), Numbers::AsJson).unwrap();
        let shown = |node: &Node| text[node.at.unwrap().range].to_owned();
        let image = node.get("image").unwrap();
        assert_eq!(shown(image.get("tag").unwrap()), "\"1\"");
        let list = image.get("list").unwrap();
        assert_eq!(shown(list), "- 北\n    - {a: b}");
        assert_eq!(shown(&list.value.as_list().unwrap()[1]), "{a: b}");
        let entry = node.value.as_map().unwrap().entry("image").unwrap();
        assert_eq!(&text[entry.key_at.unwrap().range], "image");
    }

    #[test]
    fn errors_are_go_yamls() {
        fails("a: b: c", "yaml: mapping values are not allowed in this context");
        fails("a: 1\nb: [1, 2\nc: 3\n", "yaml: line 2: did not find expected ',' or ']'");
        fails("a: *x", "yaml: unknown anchor 'x' referenced");
        fails("a: .inf", "json: unsupported value: +Inf");
        fails(
            "{{ .x }}: 1",
            "yaml: invalid map key: map[interface {}]interface {}{\".x\":interface {}(nil)}",
        );
    }

    #[test]
    fn bombs_are_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let items = vec![format!("*a{}", level - 1); 9].join(", ");
            text += &format!("a{level}: &a{level} [{items}]\n");
        }
        fails(&text, "yaml: document contains excessive aliasing");
    }

    #[test]
    fn half_typed_text_never_panics() {
        let text = "a: &x\n  - |\n    b\n  - !!str,\n  - \"c\\\n'd': {e: [f, *x]}\n? g\n: h\n%Z";
        for (end, _) in text.char_indices() {
            let _ = parse(&text[..end], FileId(0), Numbers::AsJson);
            let _ = parse_all(&text[end..], FileId(0), Numbers::AsWritten);
        }
    }
}
