//! From events to the tree: go-yaml's decoder, then the way through JSON that Helm takes.
//!
//! Of two equal keys the last one counts. `<<` is applied where it stands, so it beats keys before it; the third version
//! knows neither. Aliases
//! share what they stand for; expanding them is counted as go-yaml counts it, and refused when it gets out of
//! hand.
//!
//! go-yaml reads the whole document before it decodes it, decodes all before it makes JSON keys of the keys, and
//! makes these before it writes numbers. So does the order of complaints here.

use std::collections::HashMap;
use std::sync::Arc;

use golang::strconv::format_float;
use text::{FileId, FileRange, TextRange, TextSize};

use crate::error::Error;
use crate::events::{Event, EventKind, Properties};
use crate::parse::Numbers;
use crate::resolve::{is_old_bool, resolve};
use crate::{Entry, Map, Node, Value, verb};

/// How deep a tree may be, aliases expanded. go-yaml allows 10,000, but whoever walks or drops a tree walks down
/// a stack that must suffice on every thread; no chart comes near either.
pub(crate) const MAX_DEPTH: usize = 1_000;

/// Builds the tree of one document.
pub(crate) struct Builder<'t> {
    file: FileId,
    numbers: Numbers,
    /// Whether we are the third version of go-yaml: see [`crate::parse_v3`].
    v3: bool,
    open: Vec<Open<'t>>,
    root: Option<Node>,
    /// What anchors stand for; nothing yet while that is being read.
    anchors: HashMap<&'t str, Option<Anchored>>,
    /// Where the last thing ended that was read.
    end: TextSize,
    counts: Counts,
    /// The first complaint of the decoder.
    decoding: Option<Error>,
    /// The first complaint of the step to JSON about a key.
    keys: Option<Error>,
    /// There is a number that JSON cannot say.
    infinite: bool,
}

/// A collection that is still open.
struct Open<'t> {
    content: Content,
    start: TextSize,
    anchor: Option<&'t str>,
    /// How many nodes were decoded before it.
    decoded_before: u64,
    /// How many levels there are below it.
    height: usize,
}

enum Content {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        /// What `<<` brings that counts less than what is written, as it does in the third version.
        merged: Vec<Entry>,
        key: Option<Key>,
    },
}

/// A key whose value has not come yet.
enum Key {
    Name(Arc<str>, TextRange),
    /// `<<`
    Merge,
    /// No key for the decoder, which has complained; or none for JSON, which will.
    Wrong(Option<Value>, TextRange),
}

/// What an anchor stands for, and how many nodes go-yaml decodes for it.
#[derive(Clone)]
struct Anchored {
    node: Node,
    size: u64,
    height: usize,
}

impl<'t> Builder<'t> {
    pub(crate) fn new(file: FileId, numbers: Numbers) -> Self {
        Self {
            file,
            numbers,
            v3: false,
            open: Vec::new(),
            root: None,
            anchors: HashMap::new(),
            end: TextSize::new(0),
            counts: Counts::default(),
            decoding: None,
            keys: None,
            infinite: false,
        }
    }

    /// The same by the rules of the third version.
    pub(crate) fn v3(file: FileId) -> Self {
        Self { v3: true, ..Self::new(file, Numbers::AsWritten) }
    }

    /// The tree, at the end of the document.
    pub(crate) fn finish(&mut self) -> Result<Node, Error> {
        if let Some(error) = self.decoding.take().or_else(|| self.keys.take()) {
            return Err(error);
        }
        let root = self.root.take().unwrap_or(Node::computed(Value::Null));
        // The number may be one that a later key of the same name has replaced.
        match self.infinite.then(|| first_infinite(&root)).flatten() {
            Some(error) => Err(error),
            None => Ok(root),
        }
    }

    /// Takes an event from inside the document. An error here is one of reading, which ends it.
    pub(crate) fn event(&mut self, event: Event<'t>) -> Result<(), Error> {
        let at = event.at;
        match event.kind {
            EventKind::DocumentStart | EventKind::DocumentEnd => {}
            EventKind::Alias { anchor } => {
                self.end = at.end();
                self.alias(anchor, at)?;
            }
            EventKind::Scalar { properties, value, implicit, .. } => {
                self.end = at.end();
                self.scalar(properties, &value, implicit, at);
            }
            EventKind::SequenceStart { properties, .. } => {
                self.check_depth(1, at)?;
                self.start(Content::List(Vec::new()), properties, at.start());
            }
            EventKind::MappingStart { properties, .. } => {
                self.check_depth(1, at)?;
                self.start(
                    Content::Map { entries: Vec::new(), merged: Vec::new(), key: None },
                    properties,
                    at.start(),
                );
            }
            EventKind::SequenceEnd | EventKind::MappingEnd => {
                // Brackets are the end of a collection; a block ends with what it holds.
                self.end = if at.is_empty() { self.end } else { at.end() };
                self.close();
            }
        }
        Ok(())
    }

    /// Whether a key is expected next, and how many collections are open.
    pub(crate) fn expects_key(&mut self) -> Option<usize> {
        let depth = self.open.len();
        matches!(self.expected_key(), Some(None)).then_some(depth)
    }

    /// The value of the key before is left out; it ends there.
    pub(crate) fn pass(&mut self, end: TextSize) {
        self.end = end;
    }

    /// Whether so many levels more are not too many.
    fn check_depth(&self, more: usize, at: TextRange) -> Result<(), Error> {
        if self.open.len() + more > MAX_DEPTH {
            return Err(Error::decode(format_args!("exceeded max depth of {MAX_DEPTH}"), at));
        }
        Ok(())
    }

    fn fail(&mut self, error: Error) {
        self.decoding.get_or_insert(error);
    }

    fn start(&mut self, content: Content, properties: Option<Box<Properties<'t>>>, start: TextSize) {
        let anchor = properties.and_then(|it| it.anchor);
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, None);
        }
        let decoded_before = self.counts.decoded;
        self.counts.decoded += 1;
        self.open.push(Open { content, start, anchor, decoded_before, height: 1 });
    }

    fn close(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let value = match open.content {
            Content::List(items) => Value::List(Arc::new(items)),
            Content::Map { entries, merged, .. } => {
                if self.v3 {
                    self.refuse_duplicates(&entries);
                }
                Value::Map(Arc::new(merged.into_iter().chain(entries).collect()))
            }
        };
        let range = TextRange::new(open.start, self.end.max(open.start));
        let node = Node { value, at: Some(FileRange { file: self.file, range }) };
        if let Some(anchor) = open.anchor {
            let size = self.counts.decoded - open.decoded_before;
            self.anchors.insert(anchor, Some(Anchored { node: node.clone(), size, height: open.height }));
        }
        self.raise(open.height);
        self.add(node, false);
    }

    /// A key that is written twice is a mistake to the third version.
    fn refuse_duplicates(&mut self, entries: &[Entry]) {
        let mut sorted: Vec<&Entry> = entries.iter().collect();
        sorted.sort_by(|a, b| a.key.cmp(&b.key)); // stable: the first one written comes first
        if let Some(pair) = sorted.windows(2).find(|pair| pair[0].key == pair[1].key) {
            let again = pair[1];
            let at = again.key_at.map_or_else(TextRange::default, |it| it.range);
            self.fail(Error::decode(format_args!("mapping key \"{}\" already defined", again.key), at));
        }
    }

    /// The collection that is open has something of that height in it.
    fn raise(&mut self, height: usize) {
        if let Some(open) = self.open.last_mut() {
            open.height = open.height.max(height + 1);
        }
    }

    fn scalar(&mut self, properties: Option<Box<Properties<'t>>>, text: &str, implicit: bool, at: TextRange) {
        let Properties { anchor, tag } = properties.map(|it| *it).unwrap_or_default();
        let merges = text == "<<" && (implicit || tag.as_deref() == Some("tag:yaml.org,2002:merge"));
        if merges && let Some(key @ None) = self.expected_key() {
            *key = Some(Key::Merge);
            return;
        }
        self.counts.decoded += 1;
        // `yes` and `off` are no truth values any more to the third version.
        let implicit = implicit && !(self.v3 && is_old_bool(text));
        let value = resolve(tag.as_deref(), text, implicit).unwrap_or_else(|message| {
            self.fail(Error::decode(message, at));
            Value::Null
        });
        let node = Node { value, at: Some(FileRange { file: self.file, range: at }) };
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Some(Anchored { node: node.clone(), size: 1, height: 0 }));
        }
        self.add(node, false);
    }

    fn alias(&mut self, anchor: &'t str, at: TextRange) -> Result<(), Error> {
        let Some(anchored) = self.anchors.get(anchor).cloned() else {
            return Err(Error::decode(format_args!("unknown anchor '{anchor}' referenced"), at));
        };
        let Some(Anchored { node, size, height }) = anchored else {
            self.fail(Error::decode(format_args!("anchor '{anchor}' value contains itself"), at));
            self.add(Node::computed(Value::Null), true);
            return Ok(());
        };
        self.check_depth(height, at)?;
        self.raise(height);
        if self.counts.expand(size) {
            self.fail(Error::decode("document contains excessive aliasing", at));
            // The rest of the text is read for its own complaints; nobody shall walk through what was meant.
            self.add(Node::computed(Value::Null), true);
            return Ok(());
        }
        self.add(node, true);
        Ok(())
    }

    /// The key of the mapping that is open; inside, nothing if the next node is a key.
    fn expected_key(&mut self) -> Option<&mut Option<Key>> {
        match &mut self.open.last_mut()?.content {
            Content::Map { key, .. } => Some(key),
            Content::List(_) => None,
        }
    }

    /// A node is whole: it is a key, a value, an element or the document.
    fn add(&mut self, node: Node, aliased: bool) {
        if let Some(None) = self.expected_key() {
            let key = self.key(&node);
            if let Some(expected) = self.expected_key() {
                *expected = Some(key);
            }
            return;
        }
        let node = Node { value: self.as_value(node.value), at: node.at };
        let file = self.file;
        match self.open.last_mut().map(|it| &mut it.content) {
            None => self.root = Some(node),
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map { entries, key, .. }) => match key.take() {
                Some(Key::Name(key, range)) => {
                    entries.push(Entry { key, key_at: Some(FileRange { file, range }), node });
                }
                Some(Key::Merge) => self.merge(&node, aliased),
                Some(Key::Wrong(Some(key), range)) => {
                    let kind = if key.is_null() { "%!s(<nil>)" } else { "uint64" };
                    let (key, value) = (verb::go_syntax(&key), verb::go_syntax(&node.value));
                    let message = format!("unsupported map key of type: {kind}, key: {key}, value: {value}");
                    self.keys.get_or_insert(Error::new(message, range));
                }
                Some(Key::Wrong(None, _)) | None => {}
            },
        }
    }

    /// A number as it counts once it is a value and no key.
    fn as_value(&mut self, value: Value) -> Value {
        match value {
            Value::Int(it) if self.numbers == Numbers::AsJson => Value::Float(it as f64),
            Value::Uint(it) if self.numbers == Numbers::AsJson => Value::Float(it as f64),
            Value::Float(it) => {
                self.infinite |= !self.v3 && !it.is_finite();
                value
            }
            value => value,
        }
    }

    /// A key as JSON wants it.
    fn key(&mut self, node: &Node) -> Key {
        let at = node.at.map_or_else(TextRange::default, |it| it.range);
        let name = match &node.value {
            Value::String(it) => it.clone(),
            Value::Bool(it) => Arc::from(if *it { "true" } else { "false" }),
            Value::Int(it) => it.to_string().into(),
            Value::Float(it) => match format_float(*it, b'g', -1, 32).as_str() {
                "+Inf" => ".inf".into(),
                "-Inf" => "-.inf".into(),
                "NaN" => ".nan".into(),
                text => text.into(),
            },
            Value::Null | Value::Uint(_) => return Key::Wrong(Some(node.value.clone()), at),
            Value::List(_) | Value::Map(_) => {
                self.fail(Error::decode(format!("invalid map key: {}", verb::go_syntax(&node.value)), at));
                return Key::Wrong(None, at);
            }
        };
        Key::Name(name, at)
    }

    /// `<<`: a mapping, or several of which the earlier ones win.
    fn merge(&mut self, node: &Node, aliased: bool) {
        let maps: Vec<Arc<Map>> = match &node.value {
            Value::Map(map) => vec![map.clone()],
            Value::List(items) if !aliased && items.iter().all(|it| it.value.as_map().is_some()) => {
                self.counts.decoded -= 1; // the list is looked at, not decoded
                items.iter().rev().filter_map(|it| it.value.as_map().cloned()).collect()
            }
            _ => {
                let at = node.at.map_or_else(TextRange::default, |it| it.range);
                let problem = "map merge requires map or sequence of maps as the value";
                return self.fail(Error::decode(problem, at));
            }
        };
        if let Some(Open { content: Content::Map { entries, merged, .. }, .. }) = self.open.last_mut() {
            let into = if self.v3 { merged } else { entries };
            into.extend(maps.iter().flat_map(|map| map.iter().cloned()));
        }
    }
}

/// How many nodes go-yaml has decoded, and how many of them because of an alias.
#[derive(Default)]
struct Counts {
    decoded: u64,
    by_alias: u64,
}

impl Counts {
    /// Counts an alias for so many nodes; true if that is too much. Each of them raises the share of aliases,
    /// so that it is enough to look at the last.
    fn expand(&mut self, size: u64) -> bool {
        self.decoded = self.decoded.saturating_add(size + 1);
        self.by_alias = self.by_alias.saturating_add(size);
        // `allowedAliasRatio` of go-yaml's `decode.go`.
        let allowed = match self.decoded {
            ..=400_000 => 0.99,
            4_000_000.. => 0.10,
            decoded => 0.99 - 0.89 * (decoded - 400_000) as f64 / 3_600_000.0,
        };
        self.by_alias > 100 && self.decoded > 1000 && self.by_alias as f64 / self.decoded as f64 > allowed
    }
}

/// The complaint about the first number that JSON cannot say.
fn first_infinite(root: &Node) -> Option<Error> {
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        match &node.value {
            Value::Float(it) if !it.is_finite() => {
                let at = node.at.map_or_else(TextRange::default, |it| it.range);
                let message = format!("json: unsupported value: {}", format_float(*it, b'g', -1, 64));
                return Some(Error::new(message, at));
            }
            Value::List(items) => waiting.extend(items.iter().rev()),
            Value::Map(map) => waiting.extend(map.iter().rev().map(|it| &it.node)),
            _ => {}
        }
    }
    None
}
