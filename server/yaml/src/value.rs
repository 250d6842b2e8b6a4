//! The tree that a document becomes: immutable, cheap to clone, every node with its place.
//!
//! It is what Helm has after `YAML → JSON → interface{}`: keys are strings, maps are sorted bytewise (the
//! order in which Go ranges over a map), anchors are expanded. Layers of values share subtrees, so that
//! merging ten values files copies only the maps on the way to a change.

use std::sync::Arc;

use text::FileRange;

/// A value and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub value: Value,
    /// The text of the value itself (not its key). `None` for what no file says (`--set`, computed).
    pub at: Option<FileRange>,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`, `~` or nothing.
    Null,
    /// A boolean in any of YAML 1.1's spellings.
    Bool(bool),
    /// An integer that stays one: from `--set`, or as written where numbers are kept (typed files).
    Int(i64),
    /// An integer above `i64::MAX`, as written where numbers are kept.
    Uint(u64),
    /// A number: every number of a values file is a 64-bit float.
    Float(f64),
    /// A string.
    String(Arc<str>),
    /// A sequence.
    List(Arc<Vec<Node>>),
    /// A mapping.
    Map(Arc<Map>),
}

/// One `key: value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key as text (`1: x` has the key `1`).
    pub key: Arc<str>,
    /// Where the key is written.
    pub key_at: Option<FileRange>,
    /// Its value.
    pub node: Node,
}

/// A mapping, sorted bytewise by key, each key once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Map {
    entries: Vec<Entry>,
}

impl Node {
    /// A node that no file says.
    pub fn computed(value: Value) -> Self {
        Self { value, at: None }
    }

    /// The entry's node below `key`, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.value.as_map()?.get(key)
    }

    /// Follows keys down through maps.
    pub fn path<'k>(&self, keys: impl IntoIterator<Item = &'k str>) -> Option<&Node> {
        keys.into_iter().try_fold(self, |node, key| node.get(key))
    }
}

/// Places count as well. Numbers are compared by their bits, so that each equals itself.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(one), Self::List(other)) => one == other,
            (Self::Map(one), Self::Map(other)) => one == other,
            (one, other) => one.is_same_scalar(other),
        }
    }
}

impl Eq for Value {}

impl Value {
    /// Whether both say the same, wherever it is written.
    pub fn says_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::List(one), Self::List(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other.iter()).all(|(one, other)| one.value.says_same(&other.value))
            }
            (Self::Map(one), Self::Map(other)) => {
                let same = |(one, other): (&Entry, &Entry)| {
                    one.key == other.key && one.node.value.says_same(&other.node.value)
                };
                one.len() == other.len() && one.iter().zip(other.iter()).all(same)
            }
            (one, other) => one.is_same_scalar(other),
        }
    }

    fn is_same_scalar(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::Int(one), Self::Int(other)) => one == other,
            (Self::Uint(one), Self::Uint(other)) => one == other,
            (Self::Float(one), Self::Float(other)) => one.to_bits() == other.to_bits(),
            (Self::String(one), Self::String(other)) => one == other,
            _ => false,
        }
    }

    /// An empty map.
    pub fn empty_map() -> Self {
        Self::Map(Arc::default())
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Arc<Map>> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&Arc<Vec<Node>>> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// The text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(it) = self { Some(*it) } else { None }
    }

    /// What it is, for people: `a number`.
    pub fn told_kind(&self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Uint(_) | Self::Float(_) => "a number",
            Self::String(_) => "text",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl Map {
    /// How many keys it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no keys.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.entries.iter()
    }

    /// The entry of `key`.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.find(key).ok().map(|at| &self.entries[at])
    }

    /// The value of `key`.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The value of `key`, to change it.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let at = self.find(key).ok()?;
        Some(&mut self.entries[at].node)
    }

    /// Sets a key, replacing what it had.
    pub fn insert(&mut self, entry: Entry) {
        match self.find(&entry.key) {
            Ok(at) => self.entries[at] = entry,
            Err(at) => self.entries.insert(at, entry),
        }
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let at = self.find(key).ok()?;
        Some(self.entries.remove(at))
    }

    fn find(&self, key: &str) -> Result<usize, usize> {
        self.entries.binary_search_by(|entry| (*entry.key).cmp(key))
    }
}

impl FromIterator<Entry> for Map {
    /// Later entries win over earlier ones of the same key.
    fn from_iter<I: IntoIterator<Item = Entry>>(iter: I) -> Self {
        let mut entries: Vec<Entry> = iter.into_iter().collect();
        entries.reverse();
        entries.sort_by(|a, b| a.key.cmp(&b.key)); // stable: the last one written comes first
        entries.dedup_by(|later, first| later.key == first.key);
        Self { entries }
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
