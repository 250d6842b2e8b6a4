//! Who owns which fields of a live object, and how fields pass from one kind of ownership to the other.
//!
//! `metadata.managedFields` has an entry for each manager and each way of writing. A release that goes from patches to
//! server-side apply takes its own entries along (`client-go/util/csaupgrade`): otherwise nothing that a template drops
//! would ever go away.

use serde_json::{Map, Value, json};

use crate::object::Object;
use crate::ports::{ApiError, Patch, PatchKind};

/// The patch that turns what managers wrote from the client's side into what one of them applies. `None` where there is
/// nothing of theirs.
pub fn upgrade(live: &Object, from: &[&str], to: &str) -> Option<Patch> {
    let entries = live.list_at(&["metadata", "managedFields"]);
    let is_update = |entry: &Value| {
        entry["operation"] == "Update"
            && entry["subresource"].as_str().unwrap_or_default().is_empty()
            && from.iter().any(|manager| entry["manager"] == *manager)
    };
    let is_apply = |entry: &Value| {
        entry["operation"] == "Apply"
            && entry["subresource"].as_str().unwrap_or_default().is_empty()
            && entry["manager"] == to
    };
    let mut updates = entries.iter().filter(|entry| is_update(entry));
    let first = updates.clone().next()?;
    let mut applied = entries.iter().find(|entry| is_apply(entry)).cloned().unwrap_or_else(|| {
        let mut entry = first.clone();
        entry["operation"] = "Apply".into();
        entry["manager"] = to.into();
        entry
    });
    // What else is written by the client is kept in an annotation that `kubectl` owns, and is of no use any more.
    let all = updates.try_fold(applied["fieldsV1"].clone(), |all, entry| union(all, &entry["fieldsV1"]));
    applied["fieldsV1"] = all.unwrap_or_default();
    let mut rest: Vec<Value> =
        entries.iter().filter(|entry| !is_update(entry) && !is_apply(entry)).cloned().collect();
    rest.insert(0, applied);
    let body = json!([
        {"op": "replace", "path": "/metadata/managedFields", "value": rest},
        {"op": "replace", "path": "/metadata/resourceVersion", "value": live.resource_version()}
    ]);
    Some(Patch { kind: PatchKind::Json, body })
}

/// Both sets of fields. Sets are trees of maps, whose leaves are empty.
fn union(mut all: Value, more: &Value) -> Option<Value> {
    let Some(more) = more.as_object() else { return Some(all) };
    if !all.is_object() {
        all = Value::Object(Map::new());
    }
    let map = all.as_object_mut()?;
    for (key, below) in more {
        let old = map.get(key).cloned().unwrap_or_else(|| json!({}));
        map.insert(key.clone(), union(old, below)?);
    }
    Some(all)
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
                entry("helm", "Apply", json!({"f:data": {"f:c": {}, ".": {}, "f:a": {}}})),
                entry("kubectl", "Update", json!({"f:data": {"f:b": {}}})),
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
