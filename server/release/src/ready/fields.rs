//! How fields of an object are read: as Go's `unstructured` helpers do, where Helm's answer hangs on it.

use serde_json::Value;

use crate::object::Object;

/// An object whose fields are of other types than they must be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} is not {wanted}")]
pub struct Malformed {
    /// Where: `status.conditions`.
    pub field: String,
    /// What should be there.
    pub wanted: &'static str,
}

impl Malformed {
    fn new(path: &[&str], wanted: &'static str) -> Self {
        Self { field: path.join("."), wanted }
    }
}

/// One of an object's `status.conditions`. What it does not say is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Condition<'o> {
    /// `Ready`, `Available`, …
    pub kind: &'o str,
    /// `True`, `False` or `Unknown`.
    pub status: &'o str,
    /// A word for programs.
    pub reason: &'o str,
    /// A sentence for people.
    pub message: &'o str,
}

impl Condition<'_> {
    /// Whether it is of a kind and has a status.
    pub fn is(&self, kind: &str, status: &str) -> bool {
        self.kind == kind && self.status == status
    }
}

/// A whole number, or else what it is by default.
pub fn number(object: &Object, path: &[&str], default: i64) -> i64 {
    object.number_at(path).unwrap_or(default)
}

/// A text, or else what it is by default.
pub fn text<'o>(object: &'o Object, path: &[&str], default: &'o str) -> &'o str {
    object.at(path).and_then(Value::as_str).unwrap_or(default)
}

/// `metadata.generation`, `status.observedGeneration`: 0 where there is none, as in Go's types.
pub fn generations(object: &Object) -> (i64, i64) {
    (number(object, &["metadata", "generation"], 0), number(object, &["status", "observedGeneration"], 0))
}

/// The field of a path; `None` where it is not there, an error where the way to it leads through no map.
pub fn nested<'o>(object: &'o Object, path: &[&str]) -> Result<Option<&'o Value>, Malformed> {
    let mut value = object.as_value();
    for (at, key) in path.iter().enumerate() {
        match value {
            Value::Null => return Ok(None),
            Value::Object(map) => match map.get(*key) {
                Some(found) => value = found,
                None => return Ok(None),
            },
            _ => return Err(Malformed::new(&path[..at], "a map")),
        }
    }
    Ok(Some(value))
}

/// The whole number of a path. `null` is none, but there: an error.
pub fn nested_number(object: &Object, path: &[&str]) -> Result<Option<i64>, Malformed> {
    let Some(value) = nested(object, path)? else { return Ok(None) };
    value.as_i64().map(Some).ok_or_else(|| Malformed::new(path, "a whole number"))
}

/// The text of a path. `null` is none, but there: an error.
pub fn nested_text<'o>(object: &'o Object, path: &[&str]) -> Result<Option<&'o str>, Malformed> {
    let Some(value) = nested(object, path)? else { return Ok(None) };
    value.as_str().map(Some).ok_or_else(|| Malformed::new(path, "text"))
}

/// The conditions, as Go decodes them: what is of another type is an error.
pub fn conditions(object: &Object) -> Result<Vec<Condition<'_>>, Malformed> {
    let path = ["status", "conditions"];
    match object.at(&["status"]) {
        None | Some(Value::Null | Value::Object(_)) => {}
        Some(_) => return Err(Malformed::new(&path[..1], "a map")),
    }
    match object.at(&path) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(list)) => list.iter().map(condition).collect(),
        Some(_) => Err(Malformed::new(&path, "a list")),
    }
}

fn condition(value: &Value) -> Result<Condition<'_>, Malformed> {
    let text = |key: &'static str| match value.get(key) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(Malformed::new(&["status", "conditions", key], "text")),
    };
    if !value.is_object() && !value.is_null() {
        return Err(Malformed::new(&["status", "conditions"], "a list of maps"));
    }
    Ok(Condition {
        kind: text("type")?,
        status: text("status")?,
        reason: text("reason")?,
        message: text("message")?,
    })
}

/// The conditions that can be read.
pub fn readable_conditions(object: &Object) -> impl Iterator<Item = Condition<'_>> {
    object.list_at(&["status", "conditions"]).iter().filter_map(|value| condition(value).ok())
}

/// A time as objects have it (RFC 3339), in nanoseconds since 1970.
pub fn time(text: &str) -> Option<i128> {
    Some(text.parse::<jiff::Timestamp>().ok()?.as_nanosecond())
}

/// The nanoseconds of a second.
pub const SECOND: i128 = 1_000_000_000;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_null_on_the_way_is_not_there() {
        let object = Object::from(json!({"status": null, "metadata": {"generation": null}}));
        assert_eq!(nested_number(&object, &["status", "observedGeneration"]), Ok(None));
        let error = nested_number(&object, &["metadata", "generation"]).unwrap_err();
        assert_eq!(error.to_string(), "metadata.generation is not a whole number");
    }

    #[test]
    fn a_way_through_a_text_is_an_error() {
        let object = Object::from(json!({"status": "fine"}));
        assert_eq!(nested(&object, &["status", "phase"]).unwrap_err().to_string(), "status is not a map");
        assert_eq!(conditions(&object).unwrap_err().to_string(), "status is not a map");
    }

    #[test]
    fn conditions_are_strict_or_lenient() {
        let object = Object::from(json!({"status": {"conditions": [{"type": 1}, {"type": "Ready"}]}}));
        assert!(conditions(&object).is_err());
        assert_eq!(readable_conditions(&object).map(|it| it.kind).collect::<Vec<_>>(), ["Ready"]);
    }

    #[test]
    fn times_are_nanoseconds() {
        assert_eq!(time("1970-01-01T00:00:02Z"), Some(2 * SECOND));
        assert_eq!(time("1970-01-01T01:00:02.5+01:00"), Some(2 * SECOND + SECOND / 2));
        assert_eq!(time("yesterday"), None);
    }
}
