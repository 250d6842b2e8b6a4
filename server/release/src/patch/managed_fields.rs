//! Who owns which fields of a live object, and how fields pass from one kind of ownership to the other.
//!
//! `metadata.managedFields` has an entry for each manager and each way of writing. A release that goes from patches to
//! server-side apply takes its own entries along (`client-go/util/csaupgrade`): otherwise nothing that a template drops
//! would ever go away.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::object::Object;
use crate::ports::{ApiError, Patch, PatchKind};

/// The patch that turns what managers wrote from the client's side into what one of them applies. `None` where there is
/// nothing of theirs.
pub fn upgrade(live: &Object, from: &[&str], to: &str) -> Option<Patch> {
    let old = live.list_at(&["metadata", "managedFields"]);
    let new = from.iter().fold(old.to_vec(), |entries, manager| upgraded(entries, manager, to));
    let body = json!([
        {"op": "replace", "path": "/metadata/managedFields", "value": new},
        {"op": "replace", "path": "/metadata/resourceVersion", "value": live.resource_version()}
    ]);
    (new != old).then_some(Patch { kind: PatchKind::Json, body })
}

/// An entry that is there stays where it is. It gets the fields of the manager's latest update in its own version of the
/// kind; the manager's other updates are dropped.
fn upgraded(mut entries: Vec<Value>, manager: &str, to: &str) -> Vec<Value> {
    let is = |entry: &Value, manager: &str, operation: &str| {
        entry["manager"] == manager
            && entry["operation"] == operation
            && entry["subresource"].as_str().unwrap_or_default().is_empty()
    };
    let Some(update) = entries.iter().position(|entry| is(entry, manager, "Update")) else { return entries };
    let target = entries.iter().position(|entry| is(entry, to, "Apply")).unwrap_or(update);
    let same_version = |entry: &Value| entry["apiVersion"] == entries[target]["apiVersion"];
    let more = entries
        .iter()
        .enumerate()
        .find(|(at, it)| *at != target && is(it, manager, "Update") && same_version(it))
        .map(|(_, entry)| FieldSet::read(&entry["fieldsV1"]));
    let mut fields = FieldSet::read(&entries[target]["fieldsV1"]);
    fields.add(more.unwrap_or_default());
    if let Some(entry) = entries[target].as_object_mut() {
        entry.insert("manager".to_owned(), to.into());
        entry.insert("operation".to_owned(), "Apply".into());
        entry.insert("fieldsV1".to_owned(), fields.write(false));
    }
    entries.retain(|entry| !is(entry, manager, "Update"));
    entries
}

/// A set of fields: a tree of which some nodes are in the set themselves, and all leaves.
#[derive(Default)]
struct FieldSet(BTreeMap<String, (bool, FieldSet)>);

impl FieldSet {
    /// A node that is in the set has the key `.` below it, unless it is a leaf. Kinds of keys that nobody knows go.
    fn read(fields: &Value) -> Self {
        let below = fields.as_object().into_iter().flatten();
        let known = below.filter(|(key, _)| ["f:", "k:", "v:", "i:"].iter().any(|it| key.starts_with(it)));
        let mut set = Self::default();
        for (key, below) in known {
            let children = Self::read(below);
            let is_in = children.0.is_empty() || below.get(".").is_some();
            set.add(Self(BTreeMap::from([(in_order(key), (is_in, children))])));
        }
        set
    }

    fn add(&mut self, more: Self) {
        for (key, (is_in, below)) in more.0 {
            let node = self.0.entry(key).or_default();
            node.0 |= is_in;
            node.1.add(below);
        }
    }

    fn write(&self, is_in: bool) -> Value {
        let below = self.0.iter().map(|(key, (is_in, below))| (key.clone(), below.write(*is_in)));
        let dot = (is_in && !self.0.is_empty()).then(|| (".".to_owned(), json!({})));
        Value::Object(dot.into_iter().chain(below).collect())
    }
}

/// `k:{"name":"a"}` with its fields in the order of their names.
fn in_order(key: &str) -> String {
    let fields =
        key.strip_prefix("k:").and_then(|it| serde_json::from_str::<BTreeMap<String, Value>>(it).ok());
    fields.map_or_else(|| key.to_owned(), |fields| format!("k:{}", json!(fields)))
}

/// Somebody who owns fields of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// The manager: `kubectl`, `helm`, `kube-controller-manager`, …
    pub manager: String,
    /// The part of the object that it wrote through: `scale`, `status`, or nothing.
    pub subresource: String,
    /// Whether it applies, or updates.
    pub applies: bool,
}

/// Who owns the field at a path (`spec`, `replicas`), or something below it.
pub fn owners(live: &Object, path: &[&str]) -> Vec<Owner> {
    let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
    let owns = |entry: &&Value| {
        let fields = path.iter().try_fold(&entry["fieldsV1"], |fields, key| fields.get(format!("f:{key}")));
        fields.is_some_and(|it| !it.is_null())
    };
    let owner = |entry: &Value| Owner {
        manager: text(entry, "manager"),
        subresource: text(entry, "subresource"),
        applies: entry["operation"] == "Apply",
    };
    live.list_at(&["metadata", "managedFields"]).iter().filter(owns).map(owner).collect()
}

/// A field that another manager holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflict {
    /// Who holds it.
    pub manager: String,
    /// Through which part of the object it was written: `scale`, or nothing.
    pub subresource: String,
    /// In which version of the kind.
    pub api_version: String,
    /// Which field: `.spec.replicas`.
    pub field: String,
}

/// The fields that a server-side apply was refused for.
pub fn conflicts(error: &ApiError) -> Vec<Conflict> {
    let causes = error.details["causes"].as_array().into_iter().flatten();
    let conflicts = causes.filter(|cause| cause["reason"] == "FieldManagerConflict");
    let read = |cause: &Value| {
        let message = cause["message"].as_str().unwrap_or_default();
        let quoted = |after: &str| {
            let rest = message.split_once(after)?.1;
            Some(rest.split_once('"')?.0.to_owned())
        };
        Conflict {
            manager: quoted("conflict with \"").unwrap_or_default(),
            subresource: quoted("with subresource \"").unwrap_or_default(),
            api_version: message
                .split_once(" using ")
                .map(|(_, rest)| rest.split([' ', ':']).next().unwrap_or_default().to_owned())
                .unwrap_or_default(),
            field: cause["field"].as_str().unwrap_or_default().to_owned(),
        }
    };
    conflicts.map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(manager: &str, operation: &str, fields: Value) -> Value {
        json!({"manager": manager, "operation": operation, "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": fields})
    }

    #[test]
    fn updates_become_applies() {
        let live = Object::from(json!({"metadata": {"resourceVersion": "7", "managedFields": [
            entry("helm", "Update", json!({"f:data": {".": {}, "f:a": {}}})),
            entry("kubectl", "Update", json!({"f:data": {"f:b": {}}})),
            entry("helm", "Apply", json!({"f:data": {"f:c": {}}})),
        ]}}));
        let patch = upgrade(&live, &["helm"], "helm").unwrap();
        assert_eq!(
            patch.body[0]["value"],
            json!([
                entry("kubectl", "Update", json!({"f:data": {"f:b": {}}})),
                entry("helm", "Apply", json!({"f:data": {"f:c": {}, ".": {}, "f:a": {}}})),
            ])
        );
        assert_eq!(patch.body[1]["value"], "7");
        assert_eq!(upgrade(&Object::from(json!({})), &["helm"], "helm"), None);
    }

    #[test]
    fn owners_are_found_by_path() {
        let live = Object::from(json!({"metadata": {"managedFields": [
            {"manager": "kubectl", "operation": "Update", "subresource": "scale", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
            entry("helm", "Apply", json!({"f:spec": {"f:template": {}}})),
        ]}}));
        let found = owners(&live, &["spec", "replicas"]);
        assert_eq!(found, [Owner { manager: "kubectl".into(), subresource: "scale".into(), applies: false }]);
    }

    #[test]
    fn conflicts_name_the_manager() {
        let details = json!({"causes": [{
            "reason": "FieldManagerConflict",
            "message": "conflict with \"kubectl\" with subresource \"scale\" using apps/v1",
            "field": ".spec.replicas"
        }]});
        let error = ApiError { details: Box::new(details), ..ApiError::default() };
        let conflict = Conflict {
            manager: "kubectl".into(),
            subresource: "scale".into(),
            api_version: "apps/v1".into(),
            field: ".spec.replicas".into(),
        };
        assert_eq!(conflicts(&error), [conflict]);
    }
}
