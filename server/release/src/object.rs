//! Kubernetes objects as JSON, and what names them.
//!
//! Nothing here knows the fields of a kind: whoever needs them looks them up by their path ([`Object::at`]).

use std::fmt;

use serde_json::{Map, Value};

/// A Kubernetes object, or what claims to be one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object(Value);

/// Group, version and kind. The group of the core is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Gvk {
    /// `apps`; empty for the core.
    pub group: String,
    /// `v1`.
    pub version: String,
    /// `Deployment`.
    pub kind: String,
}

/// What names one object in a cluster, whichever version it is looked at in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKey {
    /// `apps`; empty for the core.
    pub group: String,
    /// `Deployment`.
    pub kind: String,
    /// Empty for what lives in no namespace.
    pub namespace: String,
    /// `metadata.name`.
    pub name: String,
}

impl Gvk {
    /// Reads an `apiVersion` and a `kind`.
    pub fn new(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.rsplit_once('/').unwrap_or(("", api_version));
        Self { group: group.to_owned(), version: version.to_owned(), kind: kind.to_owned() }
    }

    /// `apps/v1`, or `v1` for the core.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }
}

impl fmt::Display for Gvk {
    /// `apps/v1/Deployment`, `v1/Pod`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.api_version(), self.kind)
    }
}

impl From<Value> for Object {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        object.0
    }
}

impl Object {
    /// The object as JSON.
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// The object as JSON, to change it.
    pub fn as_value_mut(&mut self) -> &mut Value {
        &mut self.0
    }

    /// What stands at a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Value> {
        path.iter().try_fold(&self.0, |value, key| value.get(key))
    }

    /// The text at a path of keys; empty where there is none.
    pub fn text_at(&self, path: &[&str]) -> &str {
        self.at(path).and_then(Value::as_str).unwrap_or_default()
    }

    /// The whole number at a path of keys.
    pub fn number_at(&self, path: &[&str]) -> Option<i64> {
        self.at(path).and_then(Value::as_i64)
    }

    /// The items of the list at a path of keys; none where there is no list.
    pub fn list_at(&self, path: &[&str]) -> &[Value] {
        self.at(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// `apiVersion`.
    pub fn api_version(&self) -> &str {
        self.text_at(&["apiVersion"])
    }

    /// `kind`.
    pub fn kind(&self) -> &str {
        self.text_at(&["kind"])
    }

    /// `metadata.name`.
    pub fn name(&self) -> &str {
        self.text_at(&["metadata", "name"])
    }

    /// `metadata.namespace`, empty where it says none.
    pub fn namespace(&self) -> &str {
        self.text_at(&["metadata", "namespace"])
    }

    /// Group, version and kind.
    pub fn gvk(&self) -> Gvk {
        Gvk::new(self.api_version(), self.kind())
    }

    /// What names it, with the namespace that it says itself.
    pub fn key(&self) -> ObjectKey {
        let Gvk { group, kind, .. } = self.gvk();
        ObjectKey { group, kind, namespace: self.namespace().to_owned(), name: self.name().to_owned() }
    }

    /// `metadata.uid`: another object under the same name has another one.
    pub fn uid(&self) -> &str {
        self.text_at(&["metadata", "uid"])
    }

    /// `metadata.resourceVersion`: what it changes with.
    pub fn resource_version(&self) -> &str {
        self.text_at(&["metadata", "resourceVersion"])
    }

    /// One of its annotations.
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.at(&["metadata", "annotations", key])?.as_str()
    }

    /// One of its labels.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.at(&["metadata", "labels", key])?.as_str()
    }

    /// Sets a label.
    pub fn set_label(&mut self, key: &str, value: &str) {
        self.metadata("labels").insert(key.to_owned(), value.into());
    }

    /// Sets an annotation.
    pub fn set_annotation(&mut self, key: &str, value: &str) {
        self.metadata("annotations").insert(key.to_owned(), value.into());
    }

    /// Sets `metadata.namespace`.
    pub fn set_namespace(&mut self, namespace: &str) {
        map_in(&mut self.0, "metadata").insert("namespace".to_owned(), namespace.into());
    }

    /// Sets `metadata.resourceVersion`: a replacement is refused if somebody else was faster.
    pub fn set_resource_version(&mut self, version: &str) {
        map_in(&mut self.0, "metadata").insert("resourceVersion".to_owned(), version.into());
    }

    fn metadata(&mut self, key: &str) -> &mut Map<String, Value> {
        let metadata = map_in(&mut self.0, "metadata");
        let value = metadata.entry(key).or_insert(Value::Null);
        as_map(value)
    }
}

/// The map under a key; what is no map becomes one.
fn map_in<'v>(value: &'v mut Value, key: &str) -> &'v mut Map<String, Value> {
    as_map(as_map(value).entry(key).or_insert(Value::Null))
}

fn as_map(value: &mut Value) -> &mut Map<String, Value> {
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => map,
        // It was made one above.
        _ => unreachable!("a map"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_group_of_the_core_is_empty() {
        assert_eq!(
            Gvk::new("v1", "Pod"),
            Gvk { group: String::new(), version: "v1".into(), kind: "Pod".into() }
        );
        assert_eq!(Gvk::new("apps/v1", "Deployment").to_string(), "apps/v1/Deployment");
        assert_eq!(Gvk::new("v1", "Pod").to_string(), "v1/Pod");
    }

    #[test]
    fn marks_are_set_where_there_were_none() {
        let mut object = Object::from(json!({"kind": "Pod", "metadata": {"labels": null}}));
        object.set_label("a", "1");
        object.set_annotation("b", "2");
        object.set_namespace("n");
        assert_eq!(object.label("a"), Some("1"));
        assert_eq!(object.annotation("b"), Some("2"));
        assert_eq!(object.key().namespace, "n");
    }
}
