//! JSON merge patches (RFC 7396): for kinds whose lists nobody knows how to merge.

use serde_json::{Map, Value};

/// The patch that makes `new` of `old`. An empty map is no change.
pub fn create(old: &Value, new: &Value) -> Value {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else { return new.clone() };
    let mut patch = changes(old, new);
    patch.extend(old.keys().filter(|key| !new.contains_key(*key)).map(|key| (key.clone(), Value::Null)));
    Value::Object(patch)
}

/// The patch that brings `live` to `modified` and takes away what only `original` had.
pub fn three_way(original: &Value, modified: &Value, live: &Value) -> Value {
    let empty = Map::new();
    let map = |value: &'_ Value| value.as_object().cloned();
    let (original, live) = (map(original).unwrap_or_default(), map(live).unwrap_or_default());
    Value::Object(three_way_maps(&original, modified.as_object().unwrap_or(&empty), &live))
}

fn three_way_maps(
    original: &Map<String, Value>,
    modified: &Map<String, Value>,
    live: &Map<String, Value>,
) -> Map<String, Value> {
    let mut patch = Map::new();
    for (key, wanted) in modified {
        let change = match (wanted, live.get(key)) {
            (Value::Object(wanted), Some(Value::Object(live))) => {
                let empty = Map::new();
                let before = original.get(key).and_then(Value::as_object).unwrap_or(&empty);
                let change = three_way_maps(before, wanted, live);
                (!change.is_empty()).then_some(Value::Object(change))
            }
            (wanted, live) => (live != Some(wanted)).then(|| wanted.clone()),
        };
        patch.extend(change.map(|change| (key.clone(), change)));
    }
    patch.extend(
        original.keys().filter(|key| !modified.contains_key(*key)).map(|key| (key.clone(), Value::Null)),
    );
    patch
}

fn changes(old: &Map<String, Value>, new: &Map<String, Value>) -> Map<String, Value> {
    let mut patch = Map::new();
    for (key, wanted) in new {
        match (old.get(key), wanted) {
            (Some(Value::Object(_)), Value::Object(_)) => {
                let change = create(&old[key], wanted);
                if change.as_object().is_some_and(|it| !it.is_empty()) {
                    patch.insert(key.clone(), change);
                }
            }
            (Some(found), wanted) if found == wanted => {}
            _ => drop(patch.insert(key.clone(), wanted.clone())),
        }
    }
    patch
}

/// What a patch makes of a value.
pub fn apply(original: &Value, patch: &Value) -> Value {
    let Some(patch) = patch.as_object() else { return patch.clone() };
    let mut new = original.as_object().cloned().unwrap_or_default();
    for (key, change) in patch {
        match change {
            Value::Null => drop(new.remove(key)),
            change => {
                let old = new.get(key).cloned().unwrap_or_default();
                new.insert(key.clone(), apply(&old, change));
            }
        }
    }
    Value::Object(new)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_are_replaced_and_keys_go() {
        let (old, new) = (json!({"a": {"b": [1], "c": 1}, "d": 1}), json!({"a": {"b": [1, 2], "c": 1}}));
        let patch = create(&old, &new);
        assert_eq!(patch, json!({"a": {"b": [1, 2]}, "d": null}));
        assert_eq!(apply(&old, &patch), new);
        assert_eq!(create(&old, &old), json!({}));
    }

    #[test]
    fn three_ways_look_at_the_live_object() {
        let (original, live) =
            (json!({"a": 1, "b": {"c": 1}}), json!({"a": 2, "b": {"c": 1, "d": 1}, "e": 1}));
        assert_eq!(three_way(&original, &json!({"a": 1, "b": {}}), &live), json!({"a": 1, "b": {"c": null}}));
    }
}
