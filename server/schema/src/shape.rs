//! What may stand somewhere in an object.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// A type of Kubernetes' own, by its number in the bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct TypeId(pub(crate) u32);

/// What may stand at a place.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// Anything, or nothing is known.
    Any,
    /// A map of which nothing more is known.
    AnyMap,
    Boolean,
    Integer,
    Number,
    /// Text; if there are values, one of them.
    Text(Arc<[Box<str>]>),
    /// Text in base64.
    Bytes,
    /// A port, a percentage: an integer or text.
    IntOrText,
    /// An amount of something: a number or text.
    Quantity,
    List(Arc<List>),
    /// A map with any keys.
    Map(Arc<Shape>),
    /// A map with certain keys.
    Object(Arc<Object>),
    /// The same, of Kubernetes' own types; these refer to each other in circles.
    Named(TypeId),
}

/// A list.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) item: Shape,
    pub(crate) unique: Unique,
}

/// What may be only once in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unique {
    Nothing,
    /// Each item.
    Items,
    /// What items have under these keys, taken together.
    Keys(Box<[Box<str>]>),
}

/// A map with certain keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Object {
    pub(crate) fields: FxHashMap<Box<str>, Property>,
    /// Whether other keys are kept all the same.
    pub(crate) is_open: bool,
    /// Whether it is an object of its own, with a version, a kind and metadata.
    pub(crate) is_embedded: bool,
}

/// A key of an object.
#[derive(Clone, Debug)]
pub(crate) struct Property {
    pub(crate) shape: Shape,
    pub(crate) required: bool,
}

impl Object {
    pub(crate) fn insert(&mut self, name: &str, property: Property) {
        self.fields.insert(name.into(), property);
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Property> {
        self.fields.get(name)
    }

    /// The keys, sorted by name.
    pub(crate) fn sorted(&self) -> Vec<(&str, &Property)> {
        let mut all: Vec<_> = self.fields.iter().map(|(name, it)| (&**name, it)).collect();
        all.sort_by_key(|(name, _)| *name);
        all
    }

    /// What must be there, sorted by name.
    pub(crate) fn required(&self) -> Vec<&str> {
        let mut all: Vec<&str> =
            self.fields.iter().filter(|(_, it)| it.required).map(|(name, _)| &**name).collect();
        all.sort_unstable();
        all
    }
}
