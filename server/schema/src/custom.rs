//! Kinds that custom resource definition bring.
//!
//! A definition can be as large as a chart, so of each only the head is read until an object of its kind is looked at, and
//! its documentation is not kept at all but looked up in its text.

use std::sync::{Arc, OnceLock};

use text::FileId;
use yaml::{Node, Numbers, Value};

use crate::explain::Step;
use crate::shape::{List, Object, Property, Shape, Unique};

/// A kind, as its definition has it.
#[derive(Debug)]
pub struct CustomKind {
    /// `monitoring.coreos.com`.
    pub group: String,
    /// `ServiceMonitor`.
    pub kind: String,
    versions: Vec<Version>,
    text: Arc<str>,
}

#[derive(Debug)]
struct Version {
    name: String,
    is_served: bool,
    shape: OnceLock<Option<Shape>>,
}

/// The kind that a document defines, if it is the definition of one.
pub fn definition(document: &str) -> Option<CustomKind> {
    if !document.contains("CustomResourceDefinition") {
        return None;
    }
    let head = yaml::parse_parts(document, FileId(0), Numbers::AsWritten, is_of_head).ok()?;
    if text_of(&head, "kind")? != "CustomResourceDefinition" {
        return None;
    }
    let spec = head.get("spec")?;
    let versions =
        spec.get("versions").and_then(|it| it.value.as_list()).into_iter().flat_map(|it| it.iter());
    let version = |it: &Node| {
        Some(Version {
            name: text_of(it, "name")?.to_owned(),
            is_served: it.get("served").and_then(|it| it.value.as_bool()).unwrap_or(false),
            shape: OnceLock::new(),
        })
    };
    Some(CustomKind {
        group: text_of(spec, "group")?.to_owned(),
        kind: text_of(spec.get("names")?, "kind")?.to_owned(),
        versions: versions.filter_map(version).collect(),
        text: document.into(),
    })
}

/// Whether a key inside of so many collections is needed to know what is defined.
fn is_of_head(depth: usize, key: &str) -> bool {
    match depth {
        1 => matches!(key, "kind" | "spec"),
        2 => matches!(key, "group" | "names" | "versions"),
        3 => key == "kind",
        _ => matches!(key, "name" | "served"),
    }
}

fn text_of<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    node.get(key)?.value.as_str()
}

fn is_true(node: &Node, key: &str) -> bool {
    node.get(key).and_then(|it| it.value.as_bool()).unwrap_or(false)
}

impl CustomKind {
    /// The versions that are served.
    pub fn versions(&self) -> impl Iterator<Item = &str> {
        self.versions.iter().filter(|it| it.is_served).map(|it| it.name.as_str())
    }

    /// What objects of a version may say; `None` where the definition does not tell.
    pub(crate) fn shape(&self, version: &str) -> Option<&Shape> {
        let known = self.versions.iter().find(|it| it.name == version)?;
        known.shape.get_or_init(|| Some(root(&self.schema(version)?))).as_ref()
    }

    /// The schema as it is written.
    fn schema(&self, version: &str) -> Option<Node> {
        let document = yaml::parse(&self.text, FileId(0), Numbers::AsWritten).ok()?;
        let versions = document.path(["spec", "versions"])?.value.as_list()?;
        let version = versions.iter().find(|it| text_of(it, "name") == Some(version))?;
        version.path(["schema", "openAPIV3Schema"]).cloned()
    }

    /// What is said about a place of an object, and about each key below it.
    pub(crate) fn docs(&self, version: &str, path: &[Step<'_>]) -> Option<(String, Vec<(String, String)>)> {
        let schema = self.schema(version)?;
        let place = path.iter().try_fold(&schema, |at, step| match step {
            Step::Key(key) => at.path(["properties", key]).or_else(|| at.get("additionalProperties")),
            Step::Item => at.get("items"),
        })?;
        let said = |node: &Node| text_of(node, "description").unwrap_or_default().to_owned();
        let properties = place.get("properties").and_then(|it| it.value.as_map());
        let below = properties.into_iter().flat_map(|it| it.iter());
        Some((said(place), below.map(|it| (it.key.to_string(), said(&it.node))).collect()))
    }
}

/// The schema of a whole object: its head is the API server's business.
fn root(schema: &Node) -> Shape {
    match shape(schema) {
        Shape::Object(object) => {
            let mut object = Object::clone(&object);
            object.is_embedded = true;
            Shape::Object(object.into())
        }
        other => other,
    }
}

/// What a structural schema allows.
fn shape(schema: &Node) -> Shape {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || shape_of(schema))
}

fn shape_of(schema: &Node) -> Shape {
    if is_true(schema, "x-kubernetes-int-or-string") {
        return Shape::IntOrText;
    }
    match text_of(schema, "type") {
        Some("string") => Shape::Text(values(schema)),
        Some("integer") => Shape::Integer,
        Some("number") => Shape::Number,
        Some("boolean") => Shape::Boolean,
        Some("array") => Shape::List(Arc::new(List {
            item: schema.get("items").map_or(Shape::Any, shape),
            unique: unique(schema),
        })),
        Some("object") => object(schema),
        _ => Shape::Any,
    }
}

fn values(schema: &Node) -> Arc<[Box<str>]> {
    let all = schema.get("enum").and_then(|it| it.value.as_list());
    all.into_iter().flat_map(|it| it.iter()).filter_map(|it| it.value.as_str().map(Into::into)).collect()
}

fn unique(schema: &Node) -> Unique {
    match text_of(schema, "x-kubernetes-list-type") {
        Some("set") => Unique::Items,
        Some("map") => {
            let keys = schema.get("x-kubernetes-list-map-keys").and_then(|it| it.value.as_list());
            let keys = keys.into_iter().flat_map(|it| it.iter());
            Unique::Keys(keys.filter_map(|it| it.value.as_str().map(Into::into)).collect())
        }
        _ => Unique::Nothing,
    }
}

fn object(schema: &Node) -> Shape {
    let keeps_all = is_true(schema, "x-kubernetes-preserve-unknown-fields");
    let Some(properties) = schema.get("properties").and_then(|it| it.value.as_map()) else {
        return match schema.get("additionalProperties") {
            Some(below) if matches!(below.value, Value::Map(_)) => Shape::Map(Arc::new(shape(below))),
            _ => Shape::AnyMap,
        };
    };
    let required = schema.get("required").and_then(|it| it.value.as_list());
    let required: Vec<&str> =
        required.into_iter().flat_map(|it| it.iter()).filter_map(|it| it.value.as_str()).collect();
    let mut object = Object {
        is_open: keeps_all || schema.get("additionalProperties").is_some(),
        is_embedded: is_true(schema, "x-kubernetes-embedded-resource"),
        ..Object::default()
    };
    for entry in properties.iter() {
        // What has a default is there before anybody looks whether it is.
        let required = required.contains(&&*entry.key) && entry.node.get("default").is_none();
        object.insert(&entry.key, Property { shape: shape(&entry.node), required });
    }
    Shape::Object(object.into())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const WIDGETS: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  names: {kind: Widget, plural: widgets}
  scope: Namespaced
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          apiVersion: {type: string}
          kind: {type: string}
          metadata: {type: object}
          spec:
            type: object
            description: What is wanted.
            required: [size, mode, color]
            properties:
              size: {type: integer, description: How large.}
              mode: {type: string, enum: [fast, slow], default: fast}
              color: {type: string}
              port: {x-kubernetes-int-or-string: true}
              more: {type: object, x-kubernetes-preserve-unknown-fields: true}
              labels: {type: object, additionalProperties: {type: string}}
              parts:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name]
                items: {type: object, properties: {name: {type: string}}}
  - name: v1alpha1
    served: false
    storage: false
";

    #[test]
    fn the_head_says_what_is_defined() {
        let kind = definition(WIDGETS).unwrap();
        assert_eq!((kind.group.as_str(), kind.kind.as_str()), ("example.com", "Widget"));
        assert_eq!(kind.versions().collect::<Vec<_>>(), ["v1"]);
        assert!(kind.shape("v1").is_some() && kind.shape("v1alpha1").is_none() && kind.shape("v2").is_none());
    }

    #[test]
    fn other_documents_define_nothing() {
        assert!(definition("kind: ConfigMap\n").is_none());
        assert!(definition("kind: ConfigMap\ndata: {a: CustomResourceDefinition}\n").is_none());
        assert!(definition("kind: CustomResourceDefinition\n").is_none());
    }

    #[test]
    fn what_is_said_is_looked_up() {
        let kind = definition(WIDGETS).unwrap();
        let (said, below) = kind.docs("v1", &[Step::Key("spec")]).unwrap();
        assert_eq!(said, "What is wanted.");
        assert!(below.contains(&("size".to_owned(), "How large.".to_owned())));
    }
}
