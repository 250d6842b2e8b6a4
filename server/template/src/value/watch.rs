//! What templates look at in the values that they share, and whether they change them.
//!
//! An editor renders on every keystroke. What a template prints depends on the values that it looked at; where
//! none of those changed, its last output stands. So maps and lists that come from shared values can carry a
//! [`Watch`], which notes every look as a [`Read`] of a path. Paths keep their numbers from one run to the next:
//! [`Paths::changed`] then tells which reads would see something else in other values.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use text::FileRange;
use yaml::Node;

use super::{Data, Str, Value};

/// A place in shared values, such as `image.tag` below the values of the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PathId(u32);

/// A look at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Read {
    path: PathId,
    aspect: Aspect,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Aspect {
    /// The value as far as it can be told without looking into it: a scalar, or that it is a map, or missing.
    Value,
    /// Whether a map or list has anything in it.
    Emptiness,
    /// The keys of a map or the length of a list, and what the values are without looking into them.
    Entries,
}

/// The numbers of paths. They only ever become more.
#[derive(Debug)]
pub struct Paths {
    nodes: Vec<PathNode>,
    run: u32,
}

#[derive(Debug, Default)]
struct PathNode {
    children: FxHashMap<Str, PathId>,
    /// The run that last looked at each aspect; 0 for none ever.
    looked: [u32; 3],
}

impl Default for Paths {
    fn default() -> Self {
        Self { nodes: vec![PathNode::default()], run: 1 }
    }
}

impl Paths {
    /// What all paths begin with.
    pub const ROOT: PathId = PathId(0);

    /// The path one step further down.
    pub fn child(&mut self, parent: PathId, key: &[u8]) -> PathId {
        if let Some(known) = self.nodes[parent.0 as usize].children.get(key) {
            return *known;
        }
        let id = PathId(self.nodes.len() as u32);
        self.nodes.push(PathNode::default());
        self.nodes[parent.0 as usize].children.insert(key.into(), id);
        id
    }

    /// Which of the reads below a path that were ever made would see something else in `new` than in `old`.
    ///
    /// `same_place` tells whether a range of the old values is a range of the new ones: who shows where
    /// values come from looks at that too.
    pub fn changed(
        &self,
        path: PathId,
        old: &Node,
        new: &Node,
        same_place: &dyn Fn(Option<FileRange>, Option<FileRange>) -> bool,
    ) -> FxHashSet<Read> {
        let mut comparison = Comparison { paths: self, same_place, changed: FxHashSet::default() };
        comparison.node(path, Some(old), Some(new));
        comparison.changed
    }

    /// The reads of entries directly below a path, and of its emptiness, whatever they would see.
    pub fn all_below(&self, path: PathId) -> FxHashSet<Read> {
        let node = &self.nodes[path.0 as usize];
        let below = node.children.values().map(|child| Read { path: *child, aspect: Aspect::Value });
        let own = [Aspect::Emptiness, Aspect::Entries].map(|aspect| Read { path, aspect });
        below.chain(own).collect()
    }
}

/// Two versions of values, held against each other where anybody looked.
struct Comparison<'c> {
    paths: &'c Paths,
    same_place: &'c dyn Fn(Option<FileRange>, Option<FileRange>) -> bool,
    changed: FxHashSet<Read>,
}

impl Comparison<'_> {
    fn note(&mut self, path: PathId, aspect: Aspect) {
        self.changed.insert(Read { path, aspect });
    }

    fn node(&mut self, path: PathId, old: Option<&Node>, new: Option<&Node>) {
        if !self.same(old, new) {
            self.note(path, Aspect::Value);
        }
        let node = &self.paths.nodes[path.0 as usize];
        let [_, emptiness, entries] = node.looked;
        if node.children.is_empty() && emptiness == 0 && entries == 0 {
            return;
        }
        let (old, new) = (Inside::of(old), Inside::of(new));
        if old.is_identical(new) {
            return;
        }
        if old.is_empty() != new.is_empty() {
            self.note(path, Aspect::Emptiness);
        }
        if entries != 0 && !self.same_entries(old, new) {
            self.note(path, Aspect::Entries);
        }
        for (key, child) in &node.children {
            let (old, new) = (old.get(key), new.get(key));
            stacker::maybe_grow(64 << 10, 1 << 20, || self.node(*child, old, new));
        }
    }

    /// Whether both look the same from outside.
    fn same(&self, old: Option<&Node>, new: Option<&Node>) -> bool {
        let (old, new) = match (old, new) {
            (Some(old), Some(new)) => (old, new),
            (None, None) => return true,
            _ => return false,
        };
        let same_value = match (&old.value, &new.value) {
            (yaml::Value::Null, yaml::Value::Null)
            | (yaml::Value::Map(_), yaml::Value::Map(_))
            | (yaml::Value::List(_), yaml::Value::List(_)) => true,
            (yaml::Value::Bool(old), yaml::Value::Bool(new)) => old == new,
            (yaml::Value::Int(old), yaml::Value::Int(new)) => old == new,
            (yaml::Value::Uint(old), yaml::Value::Uint(new)) => old == new,
            (yaml::Value::Float(old), yaml::Value::Float(new)) => old.to_bits() == new.to_bits(),
            (yaml::Value::String(old), yaml::Value::String(new)) => old == new,
            _ => false,
        };
        same_value && (self.same_place)(old.at, new.at)
    }

    fn same_entries(&self, old: Inside<'_>, new: Inside<'_>) -> bool {
        match (old, new) {
            (Inside::Nothing, Inside::Nothing) => true,
            (Inside::Map(old), Inside::Map(new)) => {
                let same = |(old, new): (&yaml::Entry, &yaml::Entry)| {
                    old.key == new.key
                        && (self.same_place)(old.key_at, new.key_at)
                        && self.same(Some(&old.node), Some(&new.node))
                };
                old.len() == new.len() && old.iter().zip(new.iter()).all(same)
            }
            (Inside::List(old), Inside::List(new)) => {
                old.len() == new.len()
                    && old.iter().zip(new).all(|(old, new)| self.same(Some(old), Some(new)))
            }
            _ => false,
        }
    }
}

/// What is in a node.
#[derive(Clone, Copy)]
enum Inside<'n> {
    Nothing,
    Map(&'n yaml::Map),
    List(&'n [Node]),
}

impl<'n> Inside<'n> {
    fn of(node: Option<&'n Node>) -> Self {
        match node.map(|it| &it.value) {
            Some(yaml::Value::Map(map)) => Self::Map(map),
            Some(yaml::Value::List(list)) => Self::List(list),
            _ => Self::Nothing,
        }
    }

    fn is_identical(self, other: Self) -> bool {
        match (self, other) {
            (Self::Nothing, Self::Nothing) => true,
            (Self::Map(one), Self::Map(other)) => std::ptr::eq(one, other),
            (Self::List(one), Self::List(other)) => std::ptr::eq(one, other),
            _ => false,
        }
    }

    fn is_empty(self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Map(map) => map.is_empty(),
            Self::List(list) => list.is_empty(),
        }
    }

    fn get(self, key: &[u8]) -> Option<&'n Node> {
        let key = std::str::from_utf8(key).ok()?;
        match self {
            Self::Nothing => None,
            Self::Map(map) => map.get(key),
            Self::List(list) => list.get(key.parse::<usize>().ok()?),
        }
    }
}

/// What was seen of shared values since someone last asked.
#[derive(Clone, Debug, Default)]
pub struct Watch(Rc<RefCell<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    paths: Paths,
    reads: Vec<Read>,
    wrote: bool,
}

/// What a template did with shared values.
#[derive(Clone, Debug, Default)]
pub struct Looks {
    /// What it looked at, each once.
    pub reads: Vec<Read>,
    /// Whether it changed anything: those that run after it see that.
    pub wrote: bool,
}

impl Watch {
    /// A watch that goes on with the numbers of an earlier one.
    pub fn new(paths: Paths) -> Self {
        Self(Rc::new(RefCell::new(Seen { paths, ..Seen::default() })))
    }

    /// Gives the numbers back.
    pub fn into_paths(self) -> Paths {
        std::mem::take(&mut self.0.borrow_mut().paths)
    }

    /// What was seen since the last time, which is forgotten.
    pub fn take(&self) -> Looks {
        let mut seen = self.0.borrow_mut();
        seen.paths.run += 1;
        Looks { reads: std::mem::take(&mut seen.reads), wrote: std::mem::take(&mut seen.wrote) }
    }

    /// Watches a value from a path of names on.
    pub fn over(&self, value: &Value, names: &[&str]) {
        let mut seen = self.0.borrow_mut();
        let path = names.iter().fold(Paths::ROOT, |path, name| seen.paths.child(path, name.as_bytes()));
        drop(seen);
        Watched { watch: self.clone(), path: Some(path), shared: true }.pass_to(value);
    }

    /// Watches for changes to a value and all in it, as far as nobody watches that already. What is looked at
    /// does not matter: it is always the same.
    pub fn over_writes(&self, value: &Value) {
        Watched { watch: self.clone(), path: None, shared: true }.pass_to(value);
    }
}

/// How a map or list is watched.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    watch: Watch,
    /// Where it stands; `None` where nobody cares who looks at it.
    path: Option<PathId>,
    /// Whether it is the shared value itself, and not a copy.
    shared: bool,
}

impl Watched {
    /// Someone looked at the value of a key, or looked for it.
    pub(super) fn look_at(&self, key: &[u8]) {
        let Some(path) = self.path else { return };
        let mut seen = self.watch.0.borrow_mut();
        let child = seen.paths.child(path, key);
        seen.look(child, Aspect::Value);
    }

    /// Someone looked at all keys or items.
    pub(super) fn look_at_entries(&self) {
        self.look(Aspect::Entries);
    }

    /// Someone asked whether it is empty.
    pub(super) fn look_at_emptiness(&self) {
        self.look(Aspect::Emptiness);
    }

    fn look(&self, aspect: Aspect) {
        if let Some(path) = self.path {
            self.watch.0.borrow_mut().look(path, aspect);
        }
    }

    /// Someone changed it.
    pub(super) fn write(&self) {
        if self.shared {
            self.watch.0.borrow_mut().wrote = true;
        }
    }

    /// How a copy is watched, which still shows what the original shows.
    pub(super) fn of_copy(&self) -> Self {
        Self { shared: false, ..self.clone() }
    }

    /// Watches a value below.
    pub(super) fn pass_down(&self, key: &[u8], value: &Value) {
        if matches!(value.data, Data::Map(_) | Data::List(_)) {
            let path = self.path.map(|path| self.watch.0.borrow_mut().paths.child(path, key));
            Self { path, ..self.clone() }.pass_to(value);
        }
    }

    fn pass_to(self, value: &Value) {
        match &value.data {
            Data::Map(map) => map.watch(self),
            Data::List(list) => list.watch(self),
            _ => {}
        }
    }
}

impl Seen {
    fn look(&mut self, path: PathId, aspect: Aspect) {
        let run = self.paths.run;
        let looked = &mut self.paths.nodes[path.0 as usize].looked[aspect as usize];
        if *looked != run {
            *looked = run;
            self.reads.push(Read { path, aspect });
        }
    }
}

#[cfg(test)]
mod tests {
    use yaml::{Numbers, parse};

    use super::*;
    use crate::Map;

    fn node(text: &str) -> Node {
        parse(text, text::FileId(0), Numbers::AsJson).unwrap()
    }

    /// What `look` sees in `old`, and whether any of it is another thing in `new`.
    fn sees(old: &str, new: &str, look: impl Fn(&Map)) -> bool {
        let watch = Watch::default();
        let (old, new) = (node(old), node(new));
        let value = Value::from_node(&old);
        watch.over(&value, &["values"]);
        look(value.as_map().unwrap());
        let looks = watch.take();
        assert!(!looks.wrote);
        let mut paths = watch.into_paths();
        let root = paths.child(Paths::ROOT, b"values");
        let changed = paths.changed(root, &old, &new, &|_, _| true);
        looks.reads.iter().any(|read| changed.contains(read))
    }

    #[test]
    fn only_what_was_looked_at_matters() {
        let tag = |values: &Map| drop(values.get(b"image").unwrap().as_map().unwrap().get(b"tag"));
        assert!(sees("image: {tag: a}", "image: {tag: b}", tag));
        assert!(!sees("image: {tag: a, name: x}", "image: {tag: a, name: y}", tag));
        assert!(!sees("image: {tag: a}\nother: 1", "image: {tag: a}", tag));
        assert!(sees("image: {tag: a}", "image: a", tag));
    }

    #[test]
    fn what_is_missing_may_come() {
        let look = |values: &Map| drop(values.get(b"a"));
        assert!(sees("b: 1", "a: 1", look));
        assert!(!sees("b: 1", "b: 2", look));
    }

    #[test]
    fn emptiness_is_less_than_entries() {
        let truth = |values: &Map| assert!(values.get(b"a").is_some_and(|it| it.truth()));
        assert!(!sees("a: {x: 1}", "a: {y: 1}", truth));
        assert!(sees("a: {x: 1}", "a: {}", truth));
        let keys = |values: &Map| drop(values.get(b"a").unwrap().as_map().unwrap().to_vec());
        assert!(sees("a: {x: 1}", "a: {y: 1}", keys));
        assert!(!sees("a: {x: {y: 1}}", "a: {x: {y: 2}}", keys));
    }

    #[test]
    fn lists_are_looked_at_whole_and_into() {
        let into = |values: &Map| {
            let first = values.get(b"a").unwrap().as_list().unwrap().get(0).unwrap();
            drop(first.as_map().unwrap().get(b"x"));
        };
        assert!(sees("a: [{x: 1}]", "a: [{x: 2}]", into));
        assert!(!sees("a: [{x: 1, y: 1}]", "a: [{x: 1, y: 2}]", into));
        assert!(sees("a: [{x: 1}]", "a: [{x: 1}, 2]", into));
    }

    #[test]
    fn copies_are_watched_for_looks_only() {
        let watch = Watch::default();
        let value = Value::from_node(&node("a: {b: 1}"));
        watch.over(&value, &["values"]);
        let copy = value.as_map().unwrap().pristine_copy().unwrap();
        copy.get(b"a").unwrap().as_map().unwrap().set("b", Value::NIL);
        let looks = watch.take();
        assert_eq!((looks.reads.len(), looks.wrote), (1, false));
        value.as_map().unwrap().set("c", Value::NIL);
        assert!(watch.take().wrote);
    }
}
