//! What an expression of a template can be, without running the template.
//!
//! A [`Shape`] is a set of possibilities: a value out of the values files, a built-in object, a map that a
//! caller put together with `dict`. Completion offers what any of them has; hover shows them. Where nothing
//! is known the set is empty, and features stay silent rather than guess.

mod builtin;
mod eval;
mod functions;

use std::collections::BTreeMap;
use std::sync::Arc;

use text::FileRange;
use yaml::Node;

pub(crate) use builtin::ROOT;
pub use builtin::{Builtin, Member};
pub use eval::{Evaluator, Scope};

/// How many possibilities are followed at most: a define may be called from hundreds of places.
const MAX_OPTIONS: usize = 48;

/// The possibilities, without doubles.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    options: Vec<Thing>,
}

/// One possibility.
#[derive(Clone, Debug)]
pub enum Thing {
    /// A value that some values file says.
    Value(ValueAt),
    /// The dot of a chart's templates: `.Values`, `.Chart`, …
    Context(Arc<str>),
    /// A built-in object or a field of one.
    Builtin(Builtin),
    /// A map made by `dict`, with what its keys hold.
    Dict(Arc<BTreeMap<String, Shape>>),
    /// A list made by `list`, with what its elements are.
    List(Arc<Shape>),
    /// A constant of the template.
    Literal(Arc<str>),
    /// The result of a function, known by its Go type only.
    Typed(&'static str),
}

/// A value of `.Values`, and the way to it.
#[derive(Clone, Debug)]
pub struct ValueAt {
    /// The full path of the chart whose `.Values` it is seen through.
    pub chart: Arc<str>,
    /// Keys from `.Values` down; elements of lists as `[0]`.
    pub path: Vec<Arc<str>>,
    /// Where the key is written that won.
    pub key_at: Option<FileRange>,
    /// The value; absent where only a comment or nothing at all tells of it.
    pub node: Option<Node>,
}

impl Shape {
    /// Nothing is known.
    pub fn unknown() -> Self {
        Self::default()
    }

    /// One possibility.
    pub fn of(thing: Thing) -> Self {
        Self { options: vec![thing] }
    }

    /// A result that is known by its type only.
    pub fn typed(go_type: &'static str) -> Self {
        Self::of(Thing::Typed(go_type))
    }

    /// The possibilities.
    pub fn options(&self) -> &[Thing] {
        &self.options
    }

    /// Whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        self.options.is_empty()
    }

    /// Adds the possibilities of another shape.
    pub fn add(&mut self, other: Self) {
        for thing in other.options {
            if self.options.len() < MAX_OPTIONS && !self.options.iter().any(|it| it.same(&thing)) {
                self.options.push(thing);
            }
        }
    }

    /// The possibilities of all.
    pub fn union(shapes: impl IntoIterator<Item = Self>) -> Self {
        let mut union = Self::unknown();
        for shape in shapes {
            union.add(shape);
        }
        union
    }

    /// The values among the possibilities.
    pub fn values(&self) -> impl Iterator<Item = &ValueAt> {
        self.options.iter().filter_map(|it| if let Thing::Value(value) = it { Some(value) } else { None })
    }

    fn flat_map(&self, each: impl FnMut(&Thing) -> Self) -> Self {
        Self::union(self.options.iter().map(each))
    }
}

impl Thing {
    /// Whether both are the same possibility: values by their way, not by what they hold.
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(a), Self::Value(b)) => a.chart == b.chart && a.path == b.path,
            (Self::Context(a), Self::Context(b)) => a == b,
            (Self::Builtin(a), Self::Builtin(b)) => a == b,
            (Self::Dict(a), Self::Dict(b)) => Arc::ptr_eq(a, b),
            (Self::List(a), Self::List(b)) => Arc::ptr_eq(a, b),
            (Self::Literal(a), Self::Literal(b)) => a == b,
            (Self::Typed(a), Self::Typed(b)) => a == b,
            _ => false,
        }
    }
}

impl ValueAt {
    /// The value below a key.
    pub fn child(&self, key: &str) -> Self {
        let entry = self.node.as_ref().and_then(|node| node.value.as_map()?.entry(key));
        self.below(key.into(), entry.and_then(|it| it.key_at), entry.map(|it| it.node.clone()))
    }

    fn below(&self, key: Arc<str>, key_at: Option<FileRange>, node: Option<Node>) -> Self {
        let mut path = self.path.clone();
        path.push(key);
        Self { chart: self.chart.clone(), path, key_at, node }
    }

    /// What a `range` over it goes through.
    pub fn elements(&self) -> Vec<Self> {
        match self.node.as_ref().map(|node| &node.value) {
            Some(yaml::Value::List(items)) if !items.is_empty() => {
                let element = |(at, node): (usize, &Node)| {
                    self.below(format!("[{at}]").into(), node.at, Some(node.clone()))
                };
                items.iter().enumerate().take(MAX_OPTIONS).map(element).collect()
            }
            Some(yaml::Value::Map(map)) if !map.is_empty() => {
                let element = |it: &yaml::Entry| self.below(it.key.clone(), it.key_at, Some(it.node.clone()));
                map.iter().take(MAX_OPTIONS).map(element).collect()
            }
            // Nothing in it: what a comment shows by way of example is looked up under the first element.
            _ => vec![self.below("[0]".into(), None, None)],
        }
    }

    /// `.Values.a.b[0].c`
    pub fn display(&self) -> String {
        let mut text = ".Values".to_owned();
        for key in &self.path {
            if !key.starts_with('[') {
                text.push('.');
            }
            text.push_str(key);
        }
        text
    }

    /// The keys without the numbers of elements.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.path.iter().map(|key| &**key).filter(|key| !key.starts_with('['))
    }
}
