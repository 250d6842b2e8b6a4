//! Go's maps with string keys: shared, mutable, ranged over in the order of their keys' bytes.
//!
//! A map out of a values file is converted one level at a time, when a template first looks into it: most of
//! a large values file is never read by the template on the screen.

use std::cell::{Cell, OnceCell, Ref, RefCell, RefMut};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use super::deep::Contents;
use super::watch::Watched;
use super::{MapType, Str, Value};
use crate::Origin;

/// A map; cloning shares it. One map may be held under two types: a subchart's `.Values` is the parent's
/// `.Values.subchart`.
#[derive(Clone, Debug)]
pub struct Map {
    map_type: MapType,
    inner: Rc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    nil: bool,
    /// What it was made from; reads are answered from here until the first look at a value.
    source: Option<Arc<yaml::Map>>,
    cells: OnceCell<RefCell<BTreeMap<Str, Value>>>,
    /// Set by every write: then it no longer shows what it was made from.
    written: Cell<bool>,
    /// Who wants to know what is done with it.
    watched: OnceCell<Watched>,
}

impl Map {
    /// An empty `map[string]interface {}`.
    pub fn new() -> Self {
        Self::typed(MapType::Any, BTreeMap::new())
    }

    /// A map of the given type.
    pub fn typed(map_type: MapType, entries: BTreeMap<Str, Value>) -> Self {
        Self::build(map_type, false, None, OnceCell::from(RefCell::new(entries)))
    }

    /// A nil map: empty like any other, but `null` in JSON and not to be written to.
    pub fn nil(map_type: MapType) -> Self {
        Self::build(map_type, true, None, OnceCell::from(RefCell::default()))
    }

    /// A map that shows a YAML mapping.
    pub fn from_yaml(source: Arc<yaml::Map>, map_type: MapType) -> Self {
        Self::build(map_type, false, Some(source), OnceCell::new())
    }

    fn build(
        map_type: MapType,
        nil: bool,
        source: Option<Arc<yaml::Map>>,
        cells: OnceCell<RefCell<BTreeMap<Str, Value>>>,
    ) -> Self {
        let (written, watched) = (Cell::new(false), OnceCell::new());
        Self { map_type, inner: Rc::new(Inner { nil, source, cells, written, watched }) }
    }

    /// Its Go type.
    pub fn map_type(&self) -> MapType {
        self.map_type
    }

    /// The same map held under another type, as a Go conversion does.
    #[must_use]
    pub fn retyped(&self, map_type: MapType) -> Self {
        Self { map_type, inner: self.inner.clone() }
    }

    /// Whether it is a nil map.
    pub fn is_nil(&self) -> bool {
        self.inner.nil
    }

    /// Whether anything was ever written to it after it was made.
    pub fn is_written(&self) -> bool {
        self.inner.written.get()
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        if let Some(watched) = self.inner.watched.get() {
            watched.look_at_entries();
        }
        self.count()
    }

    /// Whether it has no keys.
    pub fn is_empty(&self) -> bool {
        if let Some(watched) = self.inner.watched.get() {
            watched.look_at_emptiness();
        }
        self.count() == 0
    }

    /// Roughly what it takes, without what is in its values, if nobody but the caller holds it.
    pub(crate) fn own_memory(&self) -> Option<usize> {
        (Rc::strong_count(&self.inner) == 1).then(|| memory_of(self.count()))
    }

    /// The map, for whoever does not keep it alive.
    pub(super) fn downgrade(&self) -> Weak<Inner> {
        Rc::downgrade(&self.inner)
    }

    fn count(&self) -> usize {
        match (&self.inner.source, self.inner.cells.get()) {
            (Some(source), None) => source.len(),
            _ => self.cells().borrow().len(),
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        if let Some(watched) = self.inner.watched.get() {
            watched.look_at(key);
        }
        self.cells().borrow().get(key).cloned()
    }

    /// Where a key is written, if this is a map out of a file.
    pub fn key_origin(&self, key: &[u8]) -> Origin {
        let source = self.inner.source.as_ref();
        let entry = source.and_then(|it| it.entry(std::str::from_utf8(key).ok()?));
        Origin::from(entry.and_then(|it| it.key_at))
    }

    /// Whether it has the key.
    pub fn has(&self, key: &[u8]) -> bool {
        if let Some(watched) = self.inner.watched.get() {
            watched.look_at(key);
        }
        self.cells().borrow().contains_key(key)
    }

    /// The entries in the order of their keys. Do not hold this across a call into a template.
    pub fn entries(&self) -> Ref<'_, BTreeMap<Str, Value>> {
        if let Some(watched) = self.inner.watched.get() {
            watched.look_at_entries();
        }
        self.cells().borrow()
    }

    /// A copy of the entries, to go through while templates run.
    pub fn to_vec(&self) -> Vec<(Str, Value)> {
        self.entries().iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// Sets a key, for all who share the map.
    pub fn set(&self, key: impl Into<Str>, value: Value) {
        self.write().insert(key.into(), value);
    }

    /// Takes a key out, for all who share the map.
    pub fn unset(&self, key: &[u8]) -> Option<Value> {
        self.write().remove(key)
    }

    fn write(&self) -> RefMut<'_, BTreeMap<Str, Value>> {
        self.inner.written.set(true);
        if let Some(watched) = self.inner.watched.get() {
            watched.write();
        }
        self.cells().borrow_mut()
    }

    /// From now on someone wants to know what is done with it; the first to want that counts.
    pub(super) fn watch(&self, watched: Watched) {
        if self.inner.watched.set(watched.clone()).is_ok()
            && let Some(cells) = self.inner.cells.get()
        {
            cells.borrow().iter().for_each(|(key, value)| watched.pass_down(key, value));
        }
    }

    /// Whether both are the same map, not only equal ones.
    pub fn same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.inner, &other.inner)
    }

    /// What tells it from all other maps that there are now.
    pub(crate) fn address(&self) -> usize {
        Rc::as_ptr(&self.inner).addr()
    }

    /// A deep copy at no cost: a second view of the same YAML, if nothing here or below was changed since.
    pub fn pristine_copy(&self) -> Option<Self> {
        let source = self.inner.source.as_ref().filter(|_| self.is_pristine())?;
        let copy = Self::from_yaml(source.clone(), self.map_type);
        self.inner.watched.get().into_iter().for_each(|it| copy.watch(it.of_copy()));
        Some(copy)
    }

    pub(super) fn is_pristine(&self) -> bool {
        let unchanged =
            |cells: &RefCell<BTreeMap<Str, Value>>| cells.borrow().values().all(Value::is_pristine);
        let looked_at = || self.inner.cells.get().is_none_or(unchanged);
        self.inner.source.is_some() && !self.is_written() && stacker::maybe_grow(64 << 10, 1 << 20, looked_at)
    }

    fn cells(&self) -> &RefCell<BTreeMap<Str, Value>> {
        self.inner.cells.get_or_init(|| {
            let watched = self.inner.watched.get();
            let entry = |it: &yaml::Entry| {
                let value = Value::from_node(&it.node);
                if let Some(watched) = watched {
                    watched.pass_down(it.key.as_bytes(), &value);
                }
                (Str::from(it.key.clone()), value)
            };
            RefCell::new(self.inner.source.iter().flat_map(|source| source.iter()).map(entry).collect())
        })
    }
}

impl Inner {
    /// Takes everything out.
    pub(super) fn clear(&self) {
        if let Some(cells) = self.cells.get() {
            // Somebody who is looking at it just now keeps it.
            let contents = cells.try_borrow_mut().map(|mut it| std::mem::take(&mut *it));
            if let Ok(contents) = contents {
                Contents::Map(contents).drop();
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(cells) = self.cells.take() {
            Contents::Map(cells.into_inner()).drop();
        }
    }
}

/// Roughly what a map of so many entries takes: Rust's trees have nodes for eleven.
pub(crate) fn memory_of(entries: usize) -> usize {
    const NODE: usize = 11 * (size_of::<Str>() + size_of::<Value>()) + 16;
    size_of::<Inner>() + entries.div_ceil(8) * NODE
}

impl Default for Map {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: Into<Str>, V: Into<Value>> FromIterator<(K, V)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(iter: I) -> Self {
        let entries = iter.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        Self::typed(MapType::Any, entries)
    }
}

impl std::borrow::Borrow<[u8]> for Str {
    fn borrow(&self) -> &[u8] {
        self
    }
}
