//! A diff for programs: each object with the fields that change, as helm-diff's `--output structured` has it
//! (`diff/structured.go`).
//!
//! Fields are found as in a JSON merge patch: maps are compared key by key, lists item by item, and a field that is `null`
//! afterwards counts as taken away.

use serde::Serialize;
use serde_json::Value;
use text::FileId;
use yaml::Numbers;

use crate::error::{Error, ErrorKind};
use crate::json::to_json;

/// An object that changes, with its fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Structured {
    #[serde(skip_serializing_if = "String::is_empty")]
    api_version: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    namespace: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    name: String,
    change_type: &'static str,
    resource_status: Existence,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    changes: Vec<FieldChange>,
    #[serde(skip_serializing_if = "is_false")]
    changes_suppressed: bool,
}

/// On which side an object is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Existence {
    old_exists: bool,
    new_exists: bool,
}

/// A field that changes.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct FieldChange {
    /// Where it stands: `spec.template.spec.containers[0]`.
    #[serde(skip_serializing_if = "String::is_empty")]
    path: String,
    /// Its key, or its number in a list.
    #[serde(skip_serializing_if = "String::is_empty")]
    field: String,
    change: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_value: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_value: Option<Value>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(it: &bool) -> bool {
    !it
}

impl Structured {
    /// An object as it was and as it will be, in YAML; what it does not have is empty. `None` if no field changes.
    pub(super) fn new(
        key: &str,
        change_type: &'static str,
        old: &str,
        new: &str,
        suppressed: bool,
    ) -> Result<Option<Self>, Error> {
        let (old, new) = (read(old)?, read(new)?);
        let mut it = Self {
            change_type,
            resource_status: Existence { old_exists: old.is_some(), new_exists: new.is_some() },
            changes_suppressed: suppressed,
            ..Self::default()
        };
        it.name_it(key, [&old, &new].into_iter().flatten());
        if let (Some(old), Some(new), false) = (&old, &new, suppressed) {
            compare(&mut Vec::new(), Some(old), Some(new), &mut it.changes);
            if it.changes.is_empty() {
                return Ok(None);
            }
        }
        Ok(Some(it))
    }

    /// An object that cannot be read.
    pub(super) fn unread(key: &str, change_type: &'static str) -> Self {
        Self { name: key.to_owned(), change_type, ..Self::default() }
    }

    /// What it is called: as it says itself, or else as its key says (`namespace, name, Kind (group)`).
    fn name_it<'v>(&mut self, key: &str, objects: impl Iterator<Item = &'v Value>) {
        let set = |to: &mut String, value: &Value| {
            if let (true, Some(text)) = (to.is_empty(), value.as_str()) {
                text.clone_into(to);
            }
        };
        for object in objects {
            set(&mut self.api_version, &object["apiVersion"]);
            set(&mut self.kind, &object["kind"]);
            set(&mut self.name, &object["metadata"]["name"]);
            set(&mut self.namespace, &object["metadata"]["namespace"]);
        }
        let Some(parts) = super::report::parts_of(key) else { return };
        for (to, part) in [
            (&mut self.api_version, parts.group),
            (&mut self.kind, parts.kind),
            (&mut self.name, parts.name),
            (&mut self.namespace, parts.namespace),
        ] {
            set(to, &Value::from(part));
        }
    }
}

fn read(text: &str) -> Result<Option<Value>, Error> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let node = yaml::parse(text, FileId(0), Numbers::AsWritten)
        .map_err(|error| Error::new(ErrorKind::Manifest, error.message))?;
    Ok(Some(to_json(&node)))
}

/// Notes what differs. A side that is not there is `None`.
fn compare(path: &mut Vec<String>, old: Option<&Value>, new: Option<&Value>, into: &mut Vec<FieldChange>) {
    if old == new {
        return;
    }
    match (old, new) {
        (_, Some(Value::Object(after))) if path.is_empty() || !is_leaf(old, new, path) => {
            let before = old.and_then(Value::as_object);
            let mut keys: Vec<&String> =
                after.keys().chain(before.into_iter().flat_map(|it| it.keys())).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                let of =
                    |side: Option<&serde_json::Map<String, Value>>| side.and_then(|it| it.get(key)).cloned();
                let (before, after) = (of(before), of(Some(after)));
                within(path, key, |path| compare(path, before.as_ref(), after.as_ref(), into));
            }
        }
        (_, Some(Value::Array(after))) if !is_leaf(old, new, path) => {
            let before = old.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            for at in 0..before.len().max(after.len()) {
                within(path, &at.to_string(), |path| compare(path, before.get(at), after.get(at), into));
            }
        }
        _ => into.extend(leaf(path, old, new)),
    }
}

/// Whether something is told as one, though it has parts: an item of a list that is new, or that is of another kind.
fn is_leaf(old: Option<&Value>, new: Option<&Value>, path: &[String]) -> bool {
    let is_item = path.last().is_some_and(|it| is_index(it));
    let same_kind = matches!(
        (old, new),
        (Some(Value::Object(_)), Some(Value::Object(_))) | (Some(Value::Array(_)), Some(Value::Array(_)))
    );
    is_item && !same_kind
}

fn leaf(path: &[String], old: Option<&Value>, new: Option<&Value>) -> Option<FieldChange> {
    let (old, new) = (old.filter(|it| !it.is_null()), new.filter(|it| !it.is_null()));
    let change = match (old, new) {
        (_, None) => "remove",
        (None, _) => "add",
        _ => "replace",
    };
    let (field, above) = path.split_last()?;
    Some(FieldChange {
        path: shown(above),
        field: field.clone(),
        change,
        old_value: old.cloned(),
        new_value: new.cloned(),
    })
}

fn within(path: &mut Vec<String>, key: &str, job: impl FnOnce(&mut Vec<String>)) {
    path.push(key.to_owned());
    job(path);
    path.pop();
}

/// Keys that look like numbers are taken for numbers of lists, as in helm-diff.
fn is_index(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|it| it.is_ascii_digit())
}

fn shown(path: &[String]) -> String {
    let mut text = String::new();
    for key in path.iter().filter(|it| !it.is_empty()) {
        match is_index(key) {
            true => text += &format!("[{key}]"),
            false if text.is_empty() => text += key,
            false => text += &format!(".{key}"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(old: &str, new: &str, want: &str) {
        let of = |text: &str| format!("apiVersion: v1\nkind: A\nmetadata: {{name: a}}\n{text}");
        let found = Structured::new("n, a, A (v1)", "MODIFY", &of(old), &of(new), false).unwrap();
        let lines: Vec<_> = found.map(|it| it.changes).unwrap_or_default();
        let lines: Vec<_> = lines.iter().map(|it| serde_json::to_string(it).unwrap()).collect();
        assert_eq!(lines.join("\n"), want);
    }

    #[test]
    fn fields_are_found_one_by_one() {
        check(
            "spec: {a: 1, b: {c: x}, gone: {d: 1}}",
            "spec: {a: 2, b: {c: x, e: z}}",
            "{\"path\":\"spec\",\"field\":\"a\",\"change\":\"replace\",\"oldValue\":1,\"newValue\":2}\n\
             {\"path\":\"spec.b\",\"field\":\"e\",\"change\":\"add\",\"newValue\":\"z\"}\n\
             {\"path\":\"spec\",\"field\":\"gone\",\"change\":\"remove\",\"oldValue\":{\"d\":1}}",
        );
        check("a: 1", "a: 1 # a remark", "");
    }

    #[test]
    fn lists_are_compared_item_by_item() {
        check(
            "spec: {c: [{k: a, i: 1}, {k: b}]}",
            "spec: {c: [{k: a, i: 2}]}",
            "{\"path\":\"spec.c[0]\",\"field\":\"i\",\"change\":\"replace\",\"oldValue\":1,\"newValue\":2}\n\
             {\"path\":\"spec.c\",\"field\":\"1\",\"change\":\"remove\",\"oldValue\":{\"k\":\"b\"}}",
        );
        check(
            "args: [a]",
            "args: [a, {b: 1}]",
            "{\"path\":\"args\",\"field\":\"1\",\"change\":\"add\",\"newValue\":{\"b\":1}}",
        );
    }

    #[test]
    fn what_says_no_name_has_that_of_its_key() {
        let found = Structured::new("n, a.b, Kind (apps)", "ADD", "", "x: 1", false).unwrap().unwrap();
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(
            json,
            "{\"apiVersion\":\"apps\",\"kind\":\"Kind\",\"namespace\":\"n\",\"name\":\"a.b\",\"changeType\":\"ADD\",\
             \"resourceStatus\":{\"oldExists\":false,\"newExists\":true}}"
        );
    }
}
