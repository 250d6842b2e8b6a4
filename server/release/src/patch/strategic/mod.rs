//! Strategic merge patches: what has to change in a live object so that it becomes what is wanted, without touching what
//! others wrote (`apimachinery/pkg/util/strategicpatch`).
//!
//! Go computes what goes and what comes apart from each other and then merges the two patches. Here both are found on one
//! walk: what the last revision had and this one has not goes; what is not as wanted in the live object comes.

mod apply;
mod lists;

use serde_json::{Map, Value, json};

use super::rules::{Field, Rules};

pub use apply::apply;

const PATCH: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const DELETE_FROM: &str = "$deleteFromPrimitiveList/";
const ORDER: &str = "$setElementOrder/";

type Object = Map<String, Value>;

/// Why there is no patch.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// An item of a list does not say which it is.
    #[error("map: {0} does not contain declared merge key: {1}")]
    NoMergeKey(String, String),
    /// An item of a list is of another type than the rule says.
    #[error("expected a map, but received a different type: {0}")]
    NoMap(String),
    /// A list in a list, which Kubernetes does not have.
    #[error("lists of lists are not supported")]
    ListOfLists,
    /// A list with different types of items.
    #[error("list element types are not identical")]
    MixedList,
}

/// The patch that brings `live` to `modified`, and takes away what only `original` had. An empty map is no change.
pub fn three_way(
    original: &Value,
    modified: &Value,
    live: &Value,
    rules: Rules,
) -> Result<Value, PatchError> {
    let empty = Object::new();
    let map = |value: &'_ Value| value.as_object().cloned();
    let (original, live) = (map(original), map(live));
    let modified = modified.as_object().unwrap_or(&empty);
    let patch =
        maps(original.as_ref().unwrap_or(&empty), modified, live.as_ref().unwrap_or(&empty), rules, false)?;
    Ok(Value::Object(patch))
}

fn maps(
    original: &Object,
    modified: &Object,
    live: &Object,
    rules: Rules,
    retain_keys: bool,
) -> Result<Object, PatchError> {
    let mut patch = Object::new();
    for (key, wanted) in modified {
        let field = rules.field(key);
        match wanted {
            Value::Object(map) => {
                map_field(&mut patch, key, (original.get(key), map, live.get(key)), rules, field)?;
            }
            Value::Array(list) if field.merges => {
                lists::list_field(
                    &mut patch,
                    key,
                    (original.get(key), list, live.get(key)),
                    rules.below(key),
                    field,
                )?;
            }
            _ if live.get(key) == Some(wanted) => {}
            _ => drop(patch.insert(key.clone(), wanted.clone())),
        }
    }
    for key in original.keys().filter(|key| !modified.contains_key(*key)) {
        patch.insert(key.clone(), Value::Null);
    }
    let has_more = |map: &Object| map.iter().any(|(key, it)| !it.is_null() && !modified.contains_key(key));
    let mut keys: Vec<&String> =
        modified.iter().filter(|(_, it)| !it.is_null()).map(|(key, _)| key).collect();
    if retain_keys && !keys.is_empty() && (!patch.is_empty() || has_more(live) || has_more(original)) {
        keys.sort();
        patch.insert(RETAIN_KEYS.to_owned(), json!(keys));
    }
    Ok(patch)
}

fn map_field(
    patch: &mut Object,
    key: &str,
    (original, wanted, live): (Option<&Value>, &Object, Option<&Value>),
    rules: Rules,
    field: Field,
) -> Result<(), PatchError> {
    let empty = Object::new();
    if field.replaces {
        // Where both are maps Go sends it without looking whether they differ.
        patch.insert(key.to_owned(), Value::Object(wanted.clone()));
        return Ok(());
    }
    let before = original.and_then(Value::as_object);
    let Some(live) = live.and_then(Value::as_object) else {
        let mut whole = wanted.clone();
        if let Some(before) = before {
            let gone = before.keys().filter(|it| !wanted.contains_key(*it));
            whole.extend(gone.map(|it| (it.clone(), Value::Null)));
        }
        patch.insert(key.to_owned(), Value::Object(whole));
        return Ok(());
    };
    let change = maps(before.unwrap_or(&empty), wanted, live, rules.below(key), field.retains_keys)?;
    if !change.is_empty() {
        patch.insert(key.to_owned(), Value::Object(change));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::Gvk;

    #[track_caller]
    fn check(original: Value, modified: Value, live: Value, patch: Value) {
        let rules = Rules::of(&Gvk::new("v1", "Pod")).unwrap().below("spec");
        assert_eq!(three_way(&original, &modified, &live, rules).unwrap(), patch);
    }

    #[test]
    fn what_others_wrote_stays() {
        check(
            json!({"a": 1, "b": 1}),
            json!({"a": 2}),
            json!({"a": 1, "b": 1, "c": 1}),
            json!({"a": 2, "b": null}),
        );
        check(json!({}), json!({"a": {"b": 1}}), json!({"a": {"b": 1, "c": 1}}), json!({}));
    }

    #[test]
    fn drift_is_put_right() {
        check(json!({"a": 1}), json!({"a": 1}), json!({"a": 4}), json!({"a": 1}));
    }

    #[test]
    fn containers_merge_by_name() {
        check(
            json!({"containers": [{"name": "a", "image": "1"}, {"name": "old"}]}),
            json!({"containers": [{"name": "a", "image": "2"}]}),
            json!({"containers": [{"name": "a", "image": "1", "x": 1}, {"name": "old"}, {"name": "injected"}]}),
            json!({
                "containers": [{"name": "a", "image": "2"}, {"$patch": "delete", "name": "old"}],
                "$setElementOrder/containers": [{"name": "a"}]
            }),
        );
    }

    #[test]
    fn an_injected_container_alone_changes_the_order_only() {
        check(
            json!({"containers": [{"name": "a"}]}),
            json!({"containers": [{"name": "a"}]}),
            json!({"containers": [{"name": "a"}, {"name": "injected"}]}),
            json!({"$setElementOrder/containers": [{"name": "a"}]}),
        );
    }

    #[test]
    fn volumes_keep_one_source() {
        check(
            json!({"volumes": [{"name": "v", "emptyDir": {}}]}),
            json!({"volumes": [{"name": "v", "secret": {"secretName": "s"}}]}),
            json!({"volumes": [{"name": "v", "emptyDir": {}}]}),
            json!({
                "volumes": [{"name": "v", "emptyDir": null, "secret": {"secretName": "s"}, "$retainKeys": ["name", "secret"]}],
                "$setElementOrder/volumes": [{"name": "v"}]
            }),
        );
    }

    #[test]
    fn items_must_say_which_they_are() {
        let rules = Rules::of(&Gvk::new("v1", "Pod")).unwrap().below("spec");
        let wrong = json!({"containers": [{"image": "1"}]});
        let error = three_way(&json!({}), &wrong, &wrong, rules).unwrap_err();
        assert_eq!(error.to_string(), "map: {\"image\":\"1\"} does not contain declared merge key: name");
    }

    #[test]
    fn patches_apply() {
        let rules = Rules::of(&Gvk::new("v1", "Pod")).unwrap().below("spec");
        let live = json!({"containers": [{"name": "old"}, {"name": "side"}, {"name": "a", "x": 1}], "volumes": [{"name": "v", "emptyDir": {}}]});
        let original = json!({"containers": [{"name": "old"}, {"name": "a"}], "volumes": [{"name": "v", "emptyDir": {}}]});
        let wanted = json!({"containers": [{"name": "b"}, {"name": "a", "image": "2"}], "volumes": [{"name": "v", "secret": {}}]});
        let patch = three_way(&original, &wanted, &live, rules).unwrap();
        assert_eq!(
            apply(&live, &patch, rules),
            json!({"containers": [{"name": "side"}, {"name": "b"}, {"name": "a", "x": 1, "image": "2"}], "volumes": [{"name": "v", "secret": {}}]})
        );
    }
}
