//! Kubernetes' own kinds in one minor version.
//!
//! The bundle is looked through once for where the types of the version stand; a type is read when somebody asks for it.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use crate::bundle::{self, includes};
use crate::shape::{List, Object, Property, Shape, TypeId, Unique};

/// The oldest minor version of Kubernetes 1 that is known.
pub const OLDEST: u32 = 25;
/// The newest.
pub const NEWEST: u32 = 37;

/// A minor version of Kubernetes: what its own kinds may say.
#[derive(Debug)]
pub struct Kubernetes {
    minor: u32,
    kinds: FxHashMap<(&'static str, &'static str), TypeId>,
    by_name: FxHashMap<&'static str, TypeId>,
    types: Vec<Type>,
}

#[derive(Debug)]
struct Type {
    name: &'static str,
    /// The lines of its fields.
    fields: &'static str,
    read: OnceLock<Object>,
}

impl Kubernetes {
    /// A minor version of Kubernetes 1; the nearest that is known.
    pub fn version(minor: u32) -> &'static Self {
        const COUNT: usize = (NEWEST - OLDEST + 1) as usize;
        static KNOWN: [OnceLock<Kubernetes>; COUNT] = [const { OnceLock::new() }; COUNT];
        let minor = minor.clamp(OLDEST, NEWEST);
        KNOWN[(minor - OLDEST) as usize].get_or_init(|| Self::read(minor))
    }

    /// Which one.
    pub fn minor(&self) -> u32 {
        self.minor
    }

    fn read(minor: u32) -> Self {
        let text = bundle::schemas();
        let mut kubernetes =
            Self { minor, kinds: FxHashMap::default(), by_name: FxHashMap::default(), types: Vec::new() };
        let mut kinds = Vec::new();
        let (mut at, mut name) = (0, "");
        while at < text.len() {
            let end = text[at..].find('\n').map_or(text.len(), |it| at + it);
            let line = &text[at..end];
            at = end + 1;
            let mut words = line.split(' ');
            match words.next() {
                Some("kind") => kinds.extend(kind(words).filter(|it| includes(it.3, minor))),
                Some("@type") => name = words.next().unwrap_or_default(),
                Some("@for") => {
                    let next = ["\n@for ", "\n@type "].iter().filter_map(|mark| text[end..].find(mark)).min();
                    let until = next.map_or(text.len(), |it| end + it);
                    if words.next().is_some_and(|ranges| includes(ranges, minor)) {
                        let fields = text.get(at..until).unwrap_or_default();
                        kubernetes.by_name.insert(name, TypeId(kubernetes.types.len() as u32));
                        kubernetes.types.push(Type { name, fields, read: OnceLock::new() });
                    }
                    at = until + 1;
                }
                _ => {}
            }
        }
        for (api_version, kind, name, _) in kinds {
            if let Some(id) = kubernetes.by_name.get(name) {
                kubernetes.kinds.insert((api_version, kind), *id);
            }
        }
        kubernetes
    }

    pub(crate) fn kind(&self, api_version: &str, kind: &str) -> Option<TypeId> {
        self.kinds.get(&(api_version, kind)).copied()
    }

    /// All kinds: version, kind.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.kinds.keys().copied()
    }

    /// The type with this name.
    pub(crate) fn named(&self, name: &str) -> Option<TypeId> {
        self.by_name.get(name).copied()
    }

    pub(crate) fn name(&self, id: TypeId) -> &'static str {
        self.types[id.0 as usize].name
    }

    /// What a type is made of.
    pub(crate) fn object(&self, id: TypeId) -> &Object {
        let of = &self.types[id.0 as usize];
        of.read.get_or_init(|| {
            let mut object = Object::default();
            for line in of.fields.lines() {
                if let Some((name, property)) = self.field(line) {
                    object.insert(name, property);
                }
            }
            object
        })
    }

    fn field(&self, line: &'static str) -> Option<(&'static str, Property)> {
        let mut words = line.split(' ');
        let (name, shape) = (words.next()?, words.next()?);
        let (mut required, mut values, mut unique) = (false, Vec::new(), Unique::Nothing);
        for word in words {
            match word.split_at_checked(1)? {
                ("!", _) => required = true,
                ("=", all) => values = all.split('|').map(Into::into).collect(),
                ("$", _) => unique = Unique::Items,
                ("#", keys) => unique = Unique::Keys(keys.split(',').map(Into::into).collect()),
                _ => {}
            }
        }
        Some((name, Property { shape: self.shape(shape, &values.into(), &unique), required }))
    }

    fn shape(&self, text: &str, values: &Arc<[Box<str>]>, unique: &Unique) -> Shape {
        if let Some(item) = text.strip_prefix("[]") {
            let item = self.shape(item, values, &Unique::Nothing);
            return Shape::List(Arc::new(List { item, unique: unique.clone() }));
        }
        if let Some(value) = text.strip_prefix("{}") {
            return Shape::Map(Arc::new(self.shape(value, values, &Unique::Nothing)));
        }
        if let Some(name) = text.strip_prefix('@') {
            return self.named(name).map_or(Shape::AnyMap, Shape::Named);
        }
        match text {
            "text" => Shape::Text(values.clone()),
            "bytes" => Shape::Bytes,
            "integer" => Shape::Integer,
            "number" => Shape::Number,
            "boolean" => Shape::Boolean,
            "quantity" => Shape::Quantity,
            "int-or-text" => Shape::IntOrText,
            "object" => Shape::AnyMap,
            _ => Shape::Any,
        }
    }
}

type Kind = (&'static str, &'static str, &'static str, &'static str);

/// Version, kind, type and the minor versions that have it.
fn kind(mut words: impl Iterator<Item = &'static str>) -> Option<Kind> {
    Some((words.next()?, words.next()?, words.next()?, words.next()?))
}

/// The first and the last minor version that serves a kind, if any that is known does.
pub(crate) fn served(api_version: &str, wanted: &str) -> Option<(u32, u32)> {
    let lines = bundle::schemas().lines().filter_map(|line| kind(line.strip_prefix("kind ")?.split(' ')));
    let mut found = lines.filter(|it| it.0 == api_version && it.1 == wanted);
    bundle::span(found.next()?.3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_every_version_can_be_read() {
        for minor in OLDEST..=NEWEST {
            let kubernetes = Kubernetes::version(minor);
            assert!(kubernetes.types.len() > 400 && kubernetes.kinds.len() > 50, "{minor}");
            for id in 0..kubernetes.types.len() {
                let read = kubernetes.object(TypeId(id as u32)).sorted().len();
                assert_eq!(
                    read,
                    kubernetes.types[id].fields.lines().count(),
                    "{}",
                    kubernetes.types[id].name
                );
            }
        }
    }

    #[test]
    fn versions_that_nobody_knows_are_the_nearest() {
        assert_eq!(Kubernetes::version(1).minor(), OLDEST);
        assert_eq!(Kubernetes::version(99).minor(), NEWEST);
    }

    #[test]
    fn kinds_come_and_go() {
        assert_eq!(served("autoscaling/v2beta2", "HorizontalPodAutoscaler"), Some((25, 25)));
        assert_eq!(served("apps/v1", "Deployment"), Some((OLDEST, NEWEST)));
        assert_eq!(served("apps/v1", "Deploymnet"), None);
    }
}
