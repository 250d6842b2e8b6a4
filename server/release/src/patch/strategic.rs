//! Strategic merge patches: what has to change in a live object so that it becomes what is wanted, without touching what
//! others wrote (`apimachinery/pkg/util/strategicpatch`).
//!
//! Go computes what goes and what comes apart from each other and then merges the two patches. Here both are found on one
//! walk: what the last revision had and this one has not goes; what is not as wanted in the live object comes.

use serde_json::{Map, Value, json};

use super::rules::{Field, Rules};

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
                list_field(
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
    let has_more = |map: &Object| map.keys().any(|key| !modified.contains_key(key));
    if retain_keys && !modified.is_empty() && (!patch.is_empty() || has_more(live) || has_more(original)) {
        let mut keys: Vec<&String> = modified.keys().collect();
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

fn list_field(
    patch: &mut Object,
    key: &str,
    (original, wanted, live): (Option<&Value>, &[Value], Option<&Value>),
    rules: Rules,
    field: Field,
) -> Result<(), PatchError> {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let before = list(original);
    // What is null or of another type there is replaced; so is what is not there.
    let now = match live {
        Some(Value::Array(now)) => now.clone(),
        None => Vec::new(),
        Some(_) => {
            patch.insert(key.to_owned(), Value::Array(wanted.to_vec()));
            return Ok(());
        }
    };
    if live.is_none() && wanted.is_empty() && before.is_empty() {
        patch.insert(key.to_owned(), json!([]));
        return Ok(());
    }
    check_items([&*before, wanted, &*now].into_iter().flatten())?;
    let maps = [wanted, &*now, &*before].into_iter().flatten().any(Value::is_object);
    if maps && !field.merge_key.is_empty() {
        keyed_list(patch, key, (&before, wanted, &now), rules, field)
    } else {
        plain_list(patch, key, (&before, wanted, &now));
        Ok(())
    }
}

fn check_items<'v>(items: impl Iterator<Item = &'v Value>) -> Result<(), PatchError> {
    let mut first: Option<std::mem::Discriminant<Value>> = None;
    for item in items {
        if item.is_array() {
            return Err(PatchError::ListOfLists);
        }
        let kind = std::mem::discriminant(item);
        if *first.get_or_insert(kind) != kind {
            return Err(PatchError::MixedList);
        }
    }
    Ok(())
}

fn keyed_list(
    patch: &mut Object,
    key: &str,
    (before, wanted, now): (&[Value], &[Value], &[Value]),
    rules: Rules,
    field: Field,
) -> Result<(), PatchError> {
    let empty = Object::new();
    let name = field.merge_key;
    let (before, wanted, now) = (keyed(before, name)?, keyed(wanted, name)?, keyed(now, name)?);
    let find = |list: &[(&Value, &Object)], which: &Value| {
        list.iter().find(|(it, _)| *it == which).map(|(_, item)| (*item).clone())
    };
    let mut changes = Vec::new();
    for (which, item) in &wanted {
        let Some(live) = find(&now, which) else {
            changes.push(Value::Object((*item).clone()));
            continue;
        };
        let original = find(&before, which);
        let mut change = maps(original.as_ref().unwrap_or(&empty), item, &live, rules, field.retains_keys)?;
        if !change.is_empty() {
            change.insert(name.to_owned(), (*which).clone());
            changes.push(Value::Object(change));
        }
    }
    let gone = before.iter().filter(|(which, _)| find(&wanted, which).is_none());
    changes.extend(gone.map(|(which, _)| json!({PATCH: "delete", name: which})));
    let order = |list: &[(&Value, &Object)]| list.iter().map(|(it, _)| (*it).clone()).collect::<Vec<_>>();
    let reordered = !now.is_empty() && order(&wanted) != order(&now);
    if !changes.is_empty() || reordered {
        let order: Vec<Value> = wanted.iter().map(|(which, _)| json!({name: which})).collect();
        patch.insert(format!("{ORDER}{key}"), Value::Array(order));
    }
    if !changes.is_empty() {
        patch.insert(key.to_owned(), Value::Array(changes));
    }
    Ok(())
}

fn keyed<'v>(list: &'v [Value], key: &str) -> Result<Vec<(&'v Value, &'v Object)>, PatchError> {
    let item = |value: &'v Value| {
        let map = value.as_object().ok_or_else(|| PatchError::NoMap(value.to_string()))?;
        let which = map.get(key).ok_or_else(|| PatchError::NoMergeKey(value.to_string(), key.to_owned()))?;
        Ok((which, map))
    };
    list.iter().map(item).collect()
}

fn plain_list(patch: &mut Object, key: &str, (before, wanted, now): (&[Value], &[Value], &[Value])) {
    let missing = wanted.iter().filter(|it| !now.contains(it)).cloned().collect::<Vec<_>>();
    let mut gone = before.iter().filter(|it| !wanted.contains(it)).cloned().collect::<Vec<_>>();
    gone.dedup();
    if !gone.is_empty() || wanted != now {
        patch.insert(format!("{ORDER}{key}"), Value::Array(wanted.to_vec()));
    }
    if !missing.is_empty() {
        patch.insert(key.to_owned(), Value::Array(missing));
    }
    if !gone.is_empty() {
        patch.insert(format!("{DELETE_FROM}{key}"), Value::Array(gone));
    }
}

/// What a patch makes of an object (`StrategicMergePatch`): for servers in memory, and to hold patches against.
pub fn apply(original: &Value, patch: &Value, rules: Rules) -> Value {
    let (Some(original), Some(patch)) = (original.as_object(), patch.as_object()) else {
        return patch.clone();
    };
    match patch.get(PATCH).and_then(Value::as_str) {
        Some("replace") => {
            let mut new = patch.clone();
            new.remove(PATCH);
            return Value::Object(new);
        }
        Some("delete") => return json!({}),
        _ => {}
    }
    let mut new = original.clone();
    if let Some(keys) = patch.get(RETAIN_KEYS).and_then(Value::as_array) {
        new.retain(|key, _| keys.iter().any(|it| it == key));
    }
    for (key, change) in patch.iter().filter(|(key, _)| !key.starts_with('$')) {
        match change {
            Value::Null => drop(new.remove(key)),
            Value::Array(items) if rules.field(key).merges => {
                let old = new.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
                let merged = merge_lists(old, items, rules.below(key), rules.field(key));
                new.insert(key.clone(), Value::Array(merged));
            }
            Value::Object(_) => {
                let old = new.get(key).cloned().filter(Value::is_object).unwrap_or_else(|| json!({}));
                new.insert(key.clone(), apply(&old, change, rules.below(key)));
            }
            _ => drop(new.insert(key.clone(), change.clone())),
        }
    }
    for (key, gone) in patch.iter().filter_map(|(key, it)| Some((key.strip_prefix(DELETE_FROM)?, it))) {
        if let (Some(Value::Array(list)), Some(gone)) = (new.get_mut(key), gone.as_array()) {
            list.retain(|item| !gone.contains(item));
        }
    }
    for (key, order) in patch.iter().filter_map(|(key, it)| Some((key.strip_prefix(ORDER)?, it))) {
        if let (Some(Value::Array(list)), Some(order)) = (new.get_mut(key), order.as_array()) {
            put_in_order(
                list,
                order,
                original.get(key).and_then(Value::as_array),
                rules.field(key).merge_key,
            );
        }
    }
    Value::Object(new)
}

fn merge_lists(mut old: Vec<Value>, items: &[Value], rules: Rules, field: Field) -> Vec<Value> {
    for item in items {
        let Some(map) = item.as_object().filter(|_| !field.merge_key.is_empty()) else {
            if !old.contains(item) {
                old.push(item.clone());
            }
            continue;
        };
        let which = map.get(field.merge_key);
        let at = old.iter().position(|it| it.get(field.merge_key) == which);
        match (at, map.get(PATCH).and_then(Value::as_str)) {
            (Some(at), Some("delete")) => drop(old.remove(at)),
            (None, Some("delete")) => {}
            (Some(at), _) => old[at] = apply(&old[at], item, rules),
            (None, _) => old.push(apply(&json!({}), item, rules)),
        }
    }
    old
}

/// Items that the order names come in that order; the others stay as near as they can to where they were.
fn put_in_order(list: &mut Vec<Value>, order: &[Value], live: Option<&Vec<Value>>, merge_key: &str) {
    let id = |item: &Value| match merge_key {
        "" => item.clone(),
        key => item.get(key).cloned().unwrap_or_default(),
    };
    let order: Vec<Value> = order.iter().map(id).collect();
    let place = |item: &Value| order.iter().position(|it| *it == id(item));
    let (mut named, others): (Vec<Value>, Vec<Value>) =
        list.drain(..).partition(|item| place(item).is_some());
    named.sort_by_key(|item| place(item));
    let live: Vec<Value> = live.into_iter().flatten().map(id).collect();
    let was = |item: &Value| live.iter().position(|it| *it == id(item));
    let (mut named, mut others) = (named.into_iter().peekable(), others.into_iter().peekable());
    while let (Some(ours), Some(theirs)) = (named.peek(), others.peek()) {
        let theirs_first = matches!((was(theirs), was(ours)), (Some(a), Some(b)) if a < b);
        list.extend(if theirs_first { others.next() } else { named.next() });
    }
    list.extend(named);
    list.extend(others);
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
            json!({"containers": [{"name": "b"}, {"name": "side"}, {"name": "a", "x": 1, "image": "2"}], "volumes": [{"name": "v", "secret": {}}]})
        );
    }
}
