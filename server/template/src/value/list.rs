//! Go's slices: typed, shared, with `sortAlpha` as the one function that changes one in place.

use std::cell::{OnceCell, Ref, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use super::deep::Contents;
use super::watch::Watched;
use super::{ListType, Value};

/// A slice; cloning shares it.
#[derive(Clone, Debug)]
pub struct List(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    list_type: ListType,
    /// A nil slice: empty like any other, but `null` in JSON.
    nil: bool,
    /// Not yet looked into: the YAML that it comes from.
    source: Option<Arc<Vec<yaml::Node>>>,
    items: OnceCell<RefCell<Vec<Value>>>,
    /// Who wants to know what is done with it.
    watched: OnceCell<Watched>,
}

impl List {
    /// A slice of the given type.
    pub fn new(list_type: ListType, items: Vec<Value>) -> Self {
        Self::build(list_type, false, None, OnceCell::from(RefCell::new(items)))
    }

    /// `[]interface {}`.
    pub fn any(items: Vec<Value>) -> Self {
        Self::new(ListType::Any, items)
    }

    /// `[]string`.
    pub fn strings<T: Into<Value>>(items: impl IntoIterator<Item = T>) -> Self {
        Self::new(ListType::Strings, items.into_iter().map(Into::into).collect())
    }

    /// A nil slice.
    pub fn nil(list_type: ListType) -> Self {
        Self::build(list_type, true, None, OnceCell::from(RefCell::default()))
    }

    pub(super) fn from_nodes(nodes: Arc<Vec<yaml::Node>>) -> Self {
        Self::build(ListType::Any, false, Some(nodes), OnceCell::new())
    }

    fn build(
        list_type: ListType,
        nil: bool,
        source: Option<Arc<Vec<yaml::Node>>>,
        items: OnceCell<RefCell<Vec<Value>>>,
    ) -> Self {
        Self(Rc::new(Inner { list_type, nil, source, items, watched: OnceCell::new() }))
    }

    /// From now on someone wants to know what is done with it; the first to want that counts.
    pub(super) fn watch(&self, watched: Watched) {
        if self.0.watched.set(watched.clone()).is_ok()
            && let Some(items) = self.0.items.get()
        {
            let items = items.borrow();
            items.iter().enumerate().for_each(|(at, it)| watched.pass_down(at.to_string().as_bytes(), it));
        }
    }

    /// Its Go type.
    pub fn list_type(&self) -> ListType {
        self.0.list_type
    }

    /// Whether it is a nil slice.
    pub fn is_nil(&self) -> bool {
        self.0.nil
    }

    /// The elements. Do not hold this across a call into a template.
    pub fn items(&self) -> Ref<'_, Vec<Value>> {
        if let Some(watched) = self.0.watched.get() {
            watched.look_at_entries();
        }
        self.cell().borrow()
    }

    /// A copy of the elements, to go through while templates run.
    pub fn to_vec(&self) -> Vec<Value> {
        self.items().clone()
    }

    /// How many elements it has.
    pub fn len(&self) -> usize {
        if let Some(watched) = self.0.watched.get() {
            watched.look_at_entries();
        }
        self.count()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        if let Some(watched) = self.0.watched.get() {
            watched.look_at_emptiness();
        }
        self.count() == 0
    }

    /// Roughly what it takes, without what is in its values, if nobody but the caller holds it.
    pub(crate) fn own_memory(&self) -> Option<usize> {
        let memory = || size_of::<Inner>() + self.count() * size_of::<Value>();
        (Rc::strong_count(&self.0) == 1).then(memory)
    }

    /// The same as [`Self::len`], for who does not look at it on behalf of a template.
    pub(crate) fn count(&self) -> usize {
        match (&self.0.source, self.0.items.get()) {
            (Some(nodes), None) => nodes.len(),
            _ => self.cell().borrow().len(),
        }
    }

    /// Element `at`.
    pub fn get(&self, at: usize) -> Option<Value> {
        self.items().get(at).cloned()
    }

    /// Changes the elements in place, for all who share the slice.
    pub fn update(&self, change: impl FnOnce(&mut Vec<Value>)) {
        self.0.watched.get().into_iter().for_each(Watched::write);
        change(&mut self.cell().borrow_mut());
    }

    /// Whether both are the same slice, not only equal ones.
    pub fn same(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// A deep copy at no cost: a second view of the same YAML, if nothing below was changed since.
    pub fn pristine_copy(&self) -> Option<Self> {
        let source = self.0.source.as_ref().filter(|_| self.is_pristine())?;
        let copy = Self::from_nodes(source.clone());
        self.0.watched.get().into_iter().for_each(|it| copy.watch(it.of_copy()));
        Some(copy)
    }

    /// Lists out of YAML are never changed themselves: `sortAlpha` sorts a copy unless it gets a `[]string`.
    pub(super) fn is_pristine(&self) -> bool {
        let unchanged = |cell: &RefCell<Vec<Value>>| cell.borrow().iter().all(Value::is_pristine);
        self.0.source.is_some() && self.0.items.get().is_none_or(unchanged)
    }

    fn cell(&self) -> &RefCell<Vec<Value>> {
        self.0.items.get_or_init(|| {
            let nodes = self.0.source.as_deref().map_or(&[][..], Vec::as_slice);
            let watched = self.0.watched.get();
            let item = |(at, node): (usize, &yaml::Node)| {
                let value = Value::from_node(node);
                if let Some(watched) = watched {
                    watched.pass_down(at.to_string().as_bytes(), &value);
                }
                value
            };
            RefCell::new(nodes.iter().enumerate().map(item).collect())
        })
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(items) = self.items.take() {
            Contents::List(items.into_inner()).drop();
        }
    }
}
