//! JSON merge patches (RFC 7396): for kinds whose lists nobody knows how to merge.

use serde_json::{Map, Value};

/// The patch that makes `new` of `old`. An empty map is no change.
pub fn create(old: &Value, new: &Value) -> Value {
    let (Some(old), Some(new)) = (old.as_object(), new.as_object()) else { return new.clone() };
    Value::Object(changes(old, new, |old, new| old == new))
}

/// The patch that brings `live` to `modified` and takes away what only `original` had.
pub fn three_way(original: &Value, modified: &Value, live: &Value) -> Value {
    let empty = Map::new();
    let [original, modified, live] = [original, modified, live].map(|it| it.as_object().unwrap_or(&empty));
    let comes = without_nulls(&changes(live, modified, is_about));
    let goes = only_nulls(&changes(original, modified, is_about));
    apply(&Value::Object(goes), &Value::Object(comes))
}

/// The same, to the precision of a floating point number: so Go compares what it has read.
fn is_about(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| is_about(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let is_there =
                |(key, left): (&String, &Value)| right.get(key).is_some_and(|it| is_about(left, it));
            left.len() == right.len() && left.iter().all(is_there)
        }
        _ => left == right,
    }
}

fn changes(
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    same: fn(&Value, &Value) -> bool,
) -> Map<String, Value> {
    let mut patch = Map::new();
    for (key, wanted) in new {
        match (old.get(key), wanted) {
            (Some(Value::Object(found)), Value::Object(wanted)) => {
                let change = changes(found, wanted, same);
                if !change.is_empty() {
                    patch.insert(key.clone(), Value::Object(change));
                }
            }
            (Some(found), wanted) if same(found, wanted) => {}
            _ => drop(patch.insert(key.clone(), wanted.clone())),
        }
    }
    patch.extend(old.keys().filter(|key| !new.contains_key(*key)).map(|key| (key.clone(), Value::Null)));
    patch
}

/// What comes with a patch. Maps of which nothing is left go too, but not those that are meant to be empty.
fn without_nulls(patch: &Map<String, Value>) -> Map<String, Value> {
    let keep = |(key, change): (&String, &Value)| {
        let change = match change {
            Value::Null => return None,
            Value::Object(map) if !map.is_empty() => {
                Value::Object(Some(without_nulls(map)).filter(|it| !it.is_empty())?)
            }
            change => change.clone(),
        };
        Some((key.clone(), change))
    };
    patch.iter().filter_map(keep).collect()
}

/// What goes with a patch.
fn only_nulls(patch: &Map<String, Value>) -> Map<String, Value> {
    let keep = |(key, change): (&String, &Value)| {
        let change = match change {
            Value::Null => Value::Null,
            Value::Object(map) => Value::Object(Some(only_nulls(map)).filter(|it| !it.is_empty())?),
            _ => return None,
        };
        Some((key.clone(), change))
    };
    patch.iter().filter_map(keep).collect()
}

/// What a patch makes of a value, as servers do it: in what is new, nulls in the maps of lists go too.
pub fn apply(original: &Value, patch: &Value) -> Value {
    let Some(patch) = patch.as_object() else { return patch.clone() };
    let mut new = original.as_object().cloned().unwrap_or_default();
    for (key, change) in patch {
        match (change, new.get(key)) {
            (Value::Null, _) => drop(new.remove(key)),
            (change, Some(old @ Value::Object(_))) => {
                let made = apply(old, change);
                new.insert(key.clone(), made);
            }
            (change, _) => drop(new.insert(key.clone(), pruned(change))),
        }
    }
    Value::Object(new)
}

/// A value without the nulls in its maps.
fn pruned(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let there = map.iter().filter(|(_, it)| !it.is_null());
            Value::Object(there.map(|(key, it)| (key.clone(), pruned(it))).collect())
        }
        Value::Array(list) => list.iter().map(pruned).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
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
