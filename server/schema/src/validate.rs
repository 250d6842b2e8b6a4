//! Objects held against what may stand in them.
//!
//! Null is nothing: Kubernetes takes it everywhere. What the API server fills in or leaves out by itself (`status`) is not
//! looked at, and what the server may or may not mind is no finding.

use std::fmt::Write as _;

use text::{FileRange, Slip};
use yaml::{Node, Value};

use crate::catalog::{Catalog, Served};
use crate::lifecycle::Lifecycle;
use crate::shape::{List, Object, Shape, Unique};

/// Something that is wrong with an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where in the object: `spec.template.spec.containers[0].image`.
    pub path: String,
    /// What kind of trouble it is.
    pub about: About,
    /// What is wrong, in a sentence.
    pub message: String,
    /// The place in the text that the object was read from.
    pub at: Option<FileRange>,
    /// What was likely meant by what stands at the place.
    pub slip: Option<Slip>,
}

/// What kind of trouble a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The cluster knows no such kind.
    Kind,
    /// The kind will go away.
    Deprecated,
    /// A key that is none here. Whether it is refused or dropped depends on who sends the object and how.
    UnknownField,
    /// A key that must be there and is not.
    Missing,
    /// Something else than what belongs here.
    WrongType,
    /// A text that is none of those that may stand here.
    Value,
    /// Items of a list that must not be the same and are.
    Duplicate,
}

impl Catalog {
    /// What is wrong with an object, in the order of its keys.
    pub fn validate(&self, object: &Node) -> Vec<Finding> {
        let mut walk = Walk { catalog: self, path: Vec::new(), found: Vec::new() };
        walk.root(object);
        walk.found
    }
}

#[derive(Clone, Copy)]
enum Place<'n> {
    Key(&'n str),
    Item(usize),
}

struct Walk<'c, 'n> {
    catalog: &'c Catalog,
    path: Vec<Place<'n>>,
    found: Vec<Finding>,
}

impl<'n> Walk<'_, 'n> {
    fn root(&mut self, object: &'n Node) {
        let text = |key: &str| object.get(key).and_then(|it| it.value.as_str());
        let (Some(api_version), Some(kind)) = (text("apiVersion"), text("kind")) else { return };
        if (api_version, kind) == ("v1", "List") {
            return self.items(object);
        }
        let at = |key: &str| object.get(key).and_then(|it| it.at);
        let (version_at, kind_at) = (at("apiVersion"), at("kind"));
        match self.catalog.served(api_version, kind) {
            Served::Yes(known) => {
                let deprecated =
                    Lifecycle::of(api_version, kind).filter(|it| it.is_deprecated(self.catalog.minor()));
                if let (Some(it), None) = (deprecated, &known.custom) {
                    self.found(About::Deprecated, deprecation(&it), version_at);
                }
                self.value(&known.shape, object, kind_at);
            }
            // Of a kind that there is in another version the version is wrong.
            Served::No(why) => {
                let is_known = self.catalog.version_of(kind).is_some();
                self.found(About::Kind, why, if is_known { version_at } else { kind_at });
            }
            Served::Unknown => {}
        }
    }

    /// What `kubectl get -o yaml` prints of several objects.
    fn items(&mut self, list: &'n Node) {
        let items = list.get("items").and_then(|it| it.value.as_list());
        self.path.push(Place::Key("items"));
        for (index, item) in items.into_iter().flat_map(|it| it.iter()).enumerate() {
            self.path.push(Place::Item(index));
            self.root(item);
            self.path.pop();
        }
        self.path.pop();
    }

    fn found(&mut self, about: About, message: String, at: Option<FileRange>) {
        self.found.push(Finding { path: self.shown(), about, message, at, slip: None });
    }

    /// The same for a name that is none, after which the message asks for the near one.
    fn found_slip(&mut self, about: About, message: &str, at: Option<FileRange>, slip: Option<Slip>) {
        let hint = slip.as_ref().map(|it| format!("; did you mean `{}`?", it.meant)).unwrap_or_default();
        self.found.push(Finding { path: self.shown(), about, message: format!("{message}{hint}"), at, slip });
    }

    fn shown(&self) -> String {
        let mut text = String::new();
        for place in &self.path {
            let _ = match place {
                Place::Item(index) => write!(text, "[{index}]"),
                Place::Key(key) if key.contains(['.', '[', ' ']) => write!(text, "[{key:?}]"),
                Place::Key(key) if text.is_empty() => write!(text, "{key}"),
                Place::Key(key) => write!(text, ".{key}"),
            };
        }
        text
    }

    /// `named` is the place of the key or item that holds the value.
    fn value(&mut self, shape: &Shape, node: &'n Node, named: Option<FileRange>) {
        // Texts may be deep, and schemas of schemas have no end.
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.checked(shape, node, named));
    }

    fn checked(&mut self, shape: &Shape, node: &'n Node, named: Option<FileRange>) {
        if node.value.is_null() {
            return;
        }
        if let Some(object) = self.catalog.object(shape) {
            return match &node.value {
                Value::Map(_) => self.object(shape, object, node, named),
                _ => self.wrong("a map", node),
            };
        }
        match (shape, &node.value) {
            (Shape::Any, _)
            | (Shape::AnyMap, Value::Map(_))
            | (Shape::Boolean, Value::Bool(_))
            | (Shape::Number, Value::Int(_) | Value::Uint(_) | Value::Float(_))
            | (Shape::Integer, Value::Int(_) | Value::Uint(_))
            | (Shape::IntOrText, Value::Int(_) | Value::Uint(_) | Value::String(_))
            | (Shape::Quantity, Value::Int(_) | Value::Uint(_) | Value::Float(_) | Value::String(_)) => {}
            // 1e3 arrives as 1000.
            (Shape::Integer | Shape::IntOrText, Value::Float(it)) if it.fract() == 0.0 && it.abs() < 1e21 => {
            }
            (Shape::Text(values), Value::String(text)) => self.text(values, text, node),
            (Shape::Bytes, Value::String(text)) if is_base64(text) => {}
            (Shape::List(list), Value::List(items)) => self.list(list, items),
            (Shape::Map(value), Value::Map(entries)) => {
                for entry in entries.iter() {
                    self.path.push(Place::Key(&entry.key));
                    self.value(value, &entry.node, entry.key_at);
                    self.path.pop();
                }
            }
            (Shape::Bytes, Value::String(_)) => {
                let message = format!("`{}` is not base64, which it must be here", self.shown());
                self.found(About::Value, message, node.at);
            }
            (Shape::Boolean, _) => self.wrong("a boolean", node),
            (Shape::Integer, _) => self.wrong("an integer", node),
            (Shape::Number, _) => self.wrong("a number", node),
            (Shape::Text(_) | Shape::Bytes, _) => self.wrong("text", node),
            (Shape::IntOrText, _) => self.wrong("an integer or text", node),
            (Shape::Quantity, _) => self.wrong("a quantity", node),
            (Shape::List(_), _) => self.wrong("a list", node),
            (Shape::AnyMap | Shape::Map(_) | Shape::Object(_) | Shape::Named(_), _) => {
                self.wrong("a map", node);
            }
        }
    }

    fn wrong(&mut self, wanted: &str, node: &Node) {
        let hint = match (&node.value, wanted) {
            (Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Float(_), "text") => ": quote it",
            (Value::String(text), "an integer" | "a number") if text.parse::<f64>().is_ok() => {
                ": take its quotes away"
            }
            (Value::String(text), "a boolean") if matches!(&**text, "true" | "false") => {
                ": take its quotes away"
            }
            _ => "",
        };
        let is = node.value.told_kind();
        let message = format!("`{}` is {is} here, and Kubernetes takes {wanted}{hint}", self.shown());
        self.found(About::WrongType, message, node.at);
    }

    fn text(&mut self, values: &[Box<str>], text: &str, node: &Node) {
        // Nothing is often the same as what is filled in.
        if values.is_empty() || text.is_empty() || values.iter().any(|it| **it == *text) {
            return;
        }
        let slip = Slip::of(text, values.iter().map(|it| &**it));
        let all = values.join(", ");
        let message = format!("`{}` is {text:?}, and Kubernetes takes one of {all}", self.shown());
        self.found_slip(About::Value, &message, node.at, slip);
    }

    fn object(&mut self, shape: &Shape, object: &Object, node: &'n Node, named: Option<FileRange>) {
        let Some(entries) = node.value.as_map() else { return };
        let is_root = self.path.is_empty();
        for entry in entries.iter().filter(|it| !(is_root && *it.key == *"status")) {
            self.path.push(Place::Key(&entry.key));
            match object.get(&entry.key) {
                Some(_) if object.is_embedded && *entry.key == *"metadata" => {
                    self.metadata(&entry.node, entry.key_at);
                }
                Some(property) => self.value(&property.shape, &entry.node, entry.key_at),
                None if object.is_open => {}
                None if object.is_embedded && matches!(&*entry.key, "apiVersion" | "kind") => {}
                None if object.is_embedded && *entry.key == *"metadata" => {
                    self.metadata(&entry.node, entry.key_at);
                }
                None => self.unknown(shape, object, &entry.key, entry.key_at),
            }
            self.path.pop();
        }
        // An item of a list has no key that could be shown: its first one is.
        let first = entries.iter().filter_map(|it| it.key_at).min_by_key(|it| it.range.start());
        for name in object.required() {
            if entries.get(name).is_none_or(|it| it.value.is_null()) && !(is_root && name == "status") {
                let around = self.shown();
                let path = if around.is_empty() { name.to_owned() } else { format!("{around}.{name}") };
                let message = format!("`{path}` is missing, and Kubernetes asks for it");
                let at = named.or(first).or(node.at);
                self.found.push(Finding { path, about: About::Missing, message, at, slip: None });
            }
        }
    }

    /// Metadata is the same for all objects, whatever their definition says.
    fn metadata(&mut self, node: &'n Node, named: Option<FileRange>) {
        if let Some(id) = self.catalog.kubernetes.named("apimachinery.pkg.apis.meta.v1.ObjectMeta") {
            self.value(&Shape::Named(id), node, named);
        }
    }

    fn unknown(&mut self, shape: &Shape, object: &Object, key: &str, at: Option<FileRange>) {
        let of = match shape {
            Shape::Named(id) => format!("no field of {}", self.catalog.type_name(*id)),
            _ => "no field that is known here".to_owned(),
        };
        let known = object.sorted();
        let slip = Slip::of(key, known.iter().map(|it| it.0));
        let message = format!("`{}` is {of}", self.shown());
        self.found_slip(About::UnknownField, &message, at, slip);
    }

    fn list(&mut self, list: &List, items: &'n [Node]) {
        for (index, item) in items.iter().enumerate() {
            self.path.push(Place::Item(index));
            self.value(&list.item, item, None);
            self.path.pop();
        }
        let mut seen: Vec<(String, usize)> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let Some(key) = identity(&list.unique, item) else { continue };
            if let Some((_, first)) = seen.iter().find(|it| it.0 == key) {
                let path = self.shown();
                let message = format!("`{path}[{index}]` has the same {key} as `{path}[{first}]`");
                let at = first_key(item).or(item.at);
                self.path.push(Place::Item(index));
                self.found(About::Duplicate, message, at);
                self.path.pop();
                continue;
            }
            seen.push((key, index));
        }
    }
}

fn first_key(node: &Node) -> Option<FileRange> {
    let keys = node.value.as_map()?.iter().filter_map(|it| it.key_at);
    keys.min_by_key(|it| it.range.start())
}

/// What tells an item apart from others, in words; `None` where nothing does.
fn identity(unique: &Unique, item: &Node) -> Option<String> {
    match unique {
        Unique::Nothing => None,
        Unique::Items => Some(format!("value {}", scalar(item)?)),
        Unique::Keys(keys) => {
            let key = |name: &str| match (item.get(name), name) {
                (Some(value), _) => scalar(value),
                // The one key that is filled in before it is looked at.
                (None, "protocol") => Some("TCP".to_owned()),
                (None, _) => None,
            };
            let parts: Option<Vec<String>> =
                keys.iter().map(|it| Some(format!("{it} {}", key(it)?))).collect();
            parts.map(|it| it.join(", "))
        }
    }
}

fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::Bool(it) => Some(it.to_string()),
        Value::Int(it) => Some(it.to_string()),
        Value::Uint(it) => Some(it.to_string()),
        Value::Float(it) => Some(it.to_string()),
        Value::String(it) => Some(it.to_string()),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}

/// As Go's decoder has it: with padding, line breaks do not count.
fn is_base64(text: &str) -> bool {
    let bytes: Vec<u8> = text.bytes().filter(|it| !matches!(it, b'\n' | b'\r')).collect();
    let padding = bytes.iter().rev().take_while(|it| **it == b'=').count();
    let body = &bytes[..bytes.len() - padding];
    bytes.len().is_multiple_of(4)
        && padding <= 2
        && body.iter().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'+' | b'/'))
}

fn deprecation(it: &Lifecycle) -> String {
    let mut text = format!("{} {} is deprecated since Kubernetes {}", it.api_version, it.kind, it.deprecated);
    if !it.removed.is_empty() {
        let _ = write!(text, " and gone in {}", it.removed);
    }
    if !it.replacement.is_empty() {
        let _ = write!(text, "; use {}", it.replacement);
    }
    text
}

#[cfg(test)]
mod tests;
