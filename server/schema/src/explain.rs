//! What may stand at a place of an object, for someone who writes it.

use crate::catalog::{Catalog, KindRef};
use crate::docs;
use crate::shape::{Property, Shape, TypeId, Unique};

/// A step from an object to a place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'p> {
    /// To a key of a map.
    Key(&'p str),
    /// To an item of a list.
    Item,
}

/// A key that may stand somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The key.
    pub name: String,
    /// Whether it must be there.
    pub required: bool,
    /// What it holds, in words: `list of Container`.
    pub kind: String,
    /// The values that it may have, if only some are.
    pub values: Vec<String>,
    /// What it holds, for whoever types on.
    pub holds: Holds,
    /// What is said about it.
    pub doc: String,
}

/// What stands behind a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Something on the same line.
    Scalar,
    /// Keys.
    Map,
    /// Items.
    List,
}

impl Catalog {
    /// The keys that may stand at a place, those that must first.
    pub fn fields(&self, kind: &KindRef, path: &[Step<'_>]) -> Vec<Field> {
        let Some(shape) = self.find(&kind.shape, path) else { return Vec::new() };
        let Some(object) = self.object(&shape) else { return Vec::new() };
        let mut docs = self.docs_below(kind, &shape, path);
        let mut fields: Vec<Field> =
            object.sorted().into_iter().map(|it| self.described(it, &mut docs)).collect();
        fields.sort_by_key(|it| !it.required);
        fields
    }

    /// The key at the end of a path.
    pub fn field(&self, kind: &KindRef, path: &[Step<'_>]) -> Option<Field> {
        let (Step::Key(name), around) = path.split_last()? else { return None };
        let shape = self.find(&kind.shape, around)?;
        let property = self.object(&shape)?.get(name)?;
        let mut docs = self.docs_below(kind, &shape, around);
        Some(self.described((name, property), &mut docs))
    }

    /// The values that may stand at a place, if only some may.
    pub fn values(&self, kind: &KindRef, path: &[Step<'_>]) -> Vec<String> {
        self.find(&kind.shape, path).map(|it| values(&it)).unwrap_or_default()
    }

    fn find(&self, root: &Shape, path: &[Step<'_>]) -> Option<Shape> {
        let mut at = root.clone();
        for step in path {
            at = match (step, &at) {
                (Step::Item, Shape::List(list)) => list.item.clone(),
                (Step::Key(_), Shape::Map(value)) => Shape::clone(value),
                (Step::Key(key), shape) => self.object(shape)?.get(key)?.shape.clone(),
                (Step::Item, _) => return None,
            };
        }
        Some(at)
    }

    /// What is said about the keys of a place.
    fn docs_below<'d>(
        &self,
        kind: &KindRef,
        shape: &Shape,
        path: &[Step<'_>],
    ) -> Box<dyn FnMut(&str) -> Option<String> + 'd> {
        match (shape, &kind.custom) {
            (Shape::Named(id), _) => {
                let name = self.kubernetes.name(*id);
                Box::new(move |field| docs::doc(name, field))
            }
            (_, Some((custom, version))) => {
                let below = custom.docs(version, path).map(|it| it.1).unwrap_or_default();
                Box::new(move |field| below.iter().find(|it| it.0 == field).map(|it| it.1.clone()))
            }
            (_, None) => Box::new(|_| None),
        }
    }

    fn described(&self, field: (&str, &Property), docs: &mut dyn FnMut(&str) -> Option<String>) -> Field {
        let (name, Property { shape, required }) = field;
        let doc = docs(name).or_else(|| self.said_of_type(shape)).unwrap_or_default();
        let (kind, holds) = (self.words(shape), holds(shape));
        Field { name: name.to_owned(), required: *required, kind, values: values(shape), holds, doc }
    }

    fn said_of_type(&self, shape: &Shape) -> Option<String> {
        let Shape::Named(id) = shape else { return None };
        docs::doc(self.kubernetes.name(*id), "")
    }

    /// What something is, in words.
    pub(crate) fn words(&self, shape: &Shape) -> String {
        match shape {
            Shape::Any => "anything".to_owned(),
            Shape::AnyMap | Shape::Object(_) => "map".to_owned(),
            Shape::Boolean => "boolean".to_owned(),
            Shape::Integer => "integer".to_owned(),
            Shape::Number => "number".to_owned(),
            Shape::Text(_) => "text".to_owned(),
            Shape::Bytes => "text in base64".to_owned(),
            Shape::IntOrText => "integer or text".to_owned(),
            Shape::Quantity => "quantity".to_owned(),
            Shape::List(list) => match list.unique {
                Unique::Items => format!("list of {}, each once", self.words(&list.item)),
                Unique::Nothing | Unique::Keys(_) => format!("list of {}", self.words(&list.item)),
            },
            Shape::Map(value) => format!("map of {}", self.words(value)),
            Shape::Named(id) => self.type_name(*id).to_owned(),
        }
    }

    /// `DeploymentSpec`.
    pub(crate) fn type_name(&self, id: TypeId) -> &'static str {
        let name = self.kubernetes.name(id);
        name.rsplit('.').next().unwrap_or(name)
    }
}

fn holds(shape: &Shape) -> Holds {
    match shape {
        Shape::List(_) => Holds::List,
        Shape::AnyMap | Shape::Map(_) | Shape::Object(_) | Shape::Named(_) => Holds::Map,
        Shape::Any
        | Shape::Boolean
        | Shape::Integer
        | Shape::Number
        | Shape::Text(_)
        | Shape::Bytes
        | Shape::IntOrText
        | Shape::Quantity => Holds::Scalar,
    }
}

fn values(shape: &Shape) -> Vec<String> {
    match shape {
        Shape::Text(values) => values.iter().map(|it| it.to_string()).collect(),
        Shape::Boolean => vec!["true".to_owned(), "false".to_owned()],
        Shape::List(list) => values(&list.item),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::custom::{definition, tests::WIDGETS};

    fn catalog() -> Catalog {
        Catalog::new(37, definition(WIDGETS).map(Arc::new).into_iter().collect())
    }

    #[test]
    fn what_must_be_there_comes_first() {
        let catalog = catalog();
        let kind = catalog.kind("apps/v1", "Deployment").unwrap();
        let path = ["spec", "template", "spec", "containers"].map(Step::Key);
        let fields = catalog.fields(&kind, &[&path[..], &[Step::Item]].concat());
        assert_eq!((fields[0].name.as_str(), fields[0].required), ("name", true));
        let ports = fields.iter().find(|it| it.name == "ports").unwrap();
        assert_eq!((ports.kind.as_str(), ports.holds), ("list of ContainerPort", Holds::List));
        assert!(ports.doc.starts_with("List of ports to expose"), "{}", ports.doc);
        assert!(catalog.fields(&kind, &[Step::Key("nothing")]).is_empty());
    }

    #[test]
    fn values_of_a_text() {
        let catalog = catalog();
        let kind = catalog.kind("v1", "Service").unwrap();
        let values = catalog.values(&kind, &[Step::Key("spec"), Step::Key("type")]);
        assert_eq!(values, ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]);
    }

    #[test]
    fn kinds_of_definitions_too() {
        let catalog = catalog();
        let kind = catalog.kind("example.com/v1", "Widget").unwrap();
        let names: Vec<String> =
            catalog.fields(&kind, &[Step::Key("spec")]).into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["color", "size", "labels", "mode", "more", "parts", "port"]);
        let size = catalog.field(&kind, &[Step::Key("spec"), Step::Key("size")]).unwrap();
        assert_eq!((size.kind.as_str(), size.doc.as_str()), ("integer", "How large."));
    }
}
