//! Values while they are being laid over one another: maps that can be changed and shared.
//!
//! Helm works on Go maps, and two names may mean one map: what a subchart adds to `global.a.b` shows in its parent.
//! So the maps here are shared and changed in place too. A map that nobody has touched yet stays the frozen tree it
//! came as, which makes copying a chart's values free.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use text::FileRange;
use yaml::{Entry, Map, Node, Value};

/// A map under change. Clones are the same map.
#[derive(Clone, Debug)]
pub(crate) struct Table(Rc<RefCell<Inner>>);

#[derive(Debug)]
struct Inner {
    at: Option<FileRange>,
    slots: BTreeMap<Arc<str>, Slot>,
}

/// A value in a [`Table`], and where its key is written.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) key_at: Option<FileRange>,
    pub(crate) value: Thing,
}

/// A value: a map that was touched, or anything else as it came.
#[derive(Clone, Debug)]
pub(crate) enum Thing {
    Table(Table),
    Frozen(Node),
}

impl Thing {
    pub(crate) fn is_table(&self) -> bool {
        match self {
            Self::Table(_) => true,
            Self::Frozen(node) => matches!(node.value, Value::Map(_)),
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        match self {
            Self::Table(_) => false,
            Self::Frozen(node) => node.value.is_null(),
        }
    }

    pub(crate) fn at(&self) -> Option<FileRange> {
        match self {
            Self::Table(table) => table.at(),
            Self::Frozen(node) => node.at,
        }
    }

    /// The tree that it has become.
    pub(crate) fn freeze(&self) -> Node {
        match self {
            Self::Table(table) => table.freeze(),
            Self::Frozen(node) => node.clone(),
        }
    }
}

impl Slot {
    pub(crate) fn new(value: Thing) -> Self {
        Self { key_at: None, value }
    }
}

impl Table {
    pub(crate) fn new() -> Self {
        Self::with(None, BTreeMap::new())
    }

    fn with(at: Option<FileRange>, slots: BTreeMap<Arc<str>, Slot>) -> Self {
        Self(Rc::new(RefCell::new(Inner { at, slots })))
    }

    /// A changeable copy; what is not a map becomes an empty one. Maps inside stay frozen.
    pub(crate) fn thaw(node: &Node) -> Self {
        let slot = |entry: &Entry| {
            let value = Thing::Frozen(entry.node.clone());
            (entry.key.clone(), Slot { key_at: entry.key_at, value })
        };
        let slots = node.value.as_map().map(|map| map.iter().map(slot).collect()).unwrap_or_default();
        Self::with(node.at, slots)
    }

    /// A changeable copy down to the last map.
    pub(crate) fn thaw_deep(node: &Node) -> Self {
        let table = Self::thaw(node);
        for key in table.keys() {
            if let Some(inner) = table.table(&key) {
                let deep = deeper(|| Self::thaw_deep(&inner.freeze()));
                table.set(&key, Thing::Table(deep));
            }
        }
        table
    }

    pub(crate) fn freeze(&self) -> Node {
        let inner = self.0.borrow();
        let entry = |(key, slot): (&Arc<str>, &Slot)| Entry {
            key: key.clone(),
            key_at: slot.key_at,
            node: deeper(|| slot.value.freeze()),
        };
        let map: Map = inner.slots.iter().map(entry).collect();
        Node { value: Value::Map(Arc::new(map)), at: inner.at }
    }

    pub(crate) fn at(&self) -> Option<FileRange> {
        self.0.borrow().at
    }

    /// Gives a map that no file says the place of the one that fills it.
    pub(crate) fn set_at_if_none(&self, at: Option<FileRange>) {
        let mut inner = self.0.borrow_mut();
        inner.at = inner.at.or(at);
    }

    pub(crate) fn keys(&self) -> Vec<Arc<str>> {
        self.0.borrow().slots.keys().cloned().collect()
    }

    pub(crate) fn slots(&self) -> Vec<(Arc<str>, Slot)> {
        self.0.borrow().slots.iter().map(|(key, slot)| (key.clone(), slot.clone())).collect()
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    pub(crate) fn get(&self, key: &str) -> Option<Slot> {
        self.0.borrow().slots.get(key).cloned()
    }

    /// The map under a key, made changeable in place.
    pub(crate) fn table(&self, key: &str) -> Option<Self> {
        let mut inner = self.0.borrow_mut();
        let slot = inner.slots.get_mut(key)?;
        let table = match &slot.value {
            Thing::Table(table) => return Some(table.clone()),
            Thing::Frozen(node) if matches!(node.value, Value::Map(_)) => Self::thaw(node),
            Thing::Frozen(_) => return None,
        };
        slot.value = Thing::Table(table.clone());
        Some(table)
    }

    pub(crate) fn insert(&self, key: Arc<str>, slot: Slot) {
        self.0.borrow_mut().slots.insert(key, slot);
    }

    /// Sets a value; the place of the key stays.
    pub(crate) fn set(&self, key: &str, value: Thing) {
        let mut inner = self.0.borrow_mut();
        match inner.slots.get_mut(key) {
            Some(slot) => slot.value = value,
            None => {
                inner.slots.insert(key.into(), Slot::new(value));
            }
        }
    }

    pub(crate) fn remove(&self, key: &str) {
        self.0.borrow_mut().slots.remove(key);
    }

    /// A new map with the same values; maps inside are the same maps (Helm's `copyMap`).
    pub(crate) fn shallow_copy(&self) -> Self {
        for key in self.keys() {
            // Only a changeable map can be shared.
            let _ = self.table(&key);
        }
        let inner = self.0.borrow();
        Self::with(inner.at, inner.slots.clone())
    }
}

/// Values may nest 10,000 deep.
pub(crate) fn deeper<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, work)
}
