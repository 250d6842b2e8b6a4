//! What a strategic merge patch makes of an object: for servers in memory, and to hold patches against.

use serde_json::{Value, json};

use super::{DELETE_FROM, ORDER, PATCH, RETAIN_KEYS};
use crate::patch::rules::{Field, Rules};

/// What a patch makes of an object (`StrategicMergePatch`). Directives never stay in it.
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
    for (key, change) in patch.iter().filter(|(key, _)| !is_directive(key)) {
        let field = rules.field(key);
        match change {
            Value::Null => drop(new.remove(key)),
            Value::Array(items) if field.merges => {
                let old = new.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
                let order = patch.get(&format!("{ORDER}{key}")).and_then(Value::as_array);
                new.insert(
                    key.clone(),
                    Value::Array(merge_lists(old, items, order, rules.below(key), field)),
                );
            }
            Value::Object(_) => {
                let old = new.get(key).filter(|it| it.is_object() && !field.replaces).cloned();
                let old = old.unwrap_or_else(|| json!({}));
                new.insert(key.clone(), apply(&old, change, rules.below(key)));
            }
            _ => drop(new.insert(key.clone(), change.clone())),
        }
    }
    for (key, order) in patch.iter().filter_map(|(key, it)| Some((key.strip_prefix(ORDER)?, it))) {
        let changed = patch.contains_key(key);
        if let (Some(Value::Array(list)), Some(order), false) = (new.get_mut(key), order.as_array(), changed)
        {
            let merge_key = rules.field(key).merge_key;
            let live: Vec<Value> = list.iter().map(|it| id(it, merge_key)).collect();
            put_in_order(list, order, &live, merge_key);
        }
    }
    for (key, gone) in patch.iter().filter_map(|(key, it)| Some((key.strip_prefix(DELETE_FROM)?, it))) {
        if let (Some(Value::Array(list)), Some(gone)) = (new.get_mut(key), gone.as_array()) {
            list.retain(|item| !gone.contains(item));
        }
    }
    Value::Object(new)
}

fn is_directive(key: &str) -> bool {
    key == PATCH || key == RETAIN_KEYS || key.starts_with(DELETE_FROM) || key.starts_with(ORDER)
}

/// Which item of a list it is.
fn id(item: &Value, merge_key: &str) -> Value {
    match merge_key {
        "" => item.clone(),
        key => item.get(key).cloned().unwrap_or_default(),
    }
}

fn merge_lists(
    mut list: Vec<Value>,
    items: &[Value],
    order: Option<&Vec<Value>>,
    rules: Rules,
    field: Field,
) -> Vec<Value> {
    let name = field.merge_key;
    let (gone, items): (Vec<&Value>, Vec<&Value>) =
        items.iter().partition(|item| item.get(PATCH).is_some_and(|it| it == "delete"));
    // Where others' items go is looked up in the live list, in which Go has deleted and added meanwhile: what is deleted
    // moves the rest up, and what is added takes the places that came free.
    let mut live: Vec<Value> = list.iter().map(|it| id(it, name)).collect();
    for item in gone {
        while let Some(at) = list.iter().position(|it| id(it, name) == id(item, name)) {
            list.remove(at);
            let last = list.len();
            live[at..=last].rotate_left(1);
            live[last] = Value::Null;
        }
    }
    let kept = list.len();
    for item in &items {
        match list.iter().position(|it| id(it, name) == id(item, name)) {
            Some(at) if item.is_object() => list[at] = apply(&list[at], item, rules),
            Some(_) => {}
            None => {
                if let Some(free) = live.get_mut(list.len()) {
                    *free = id(item, name);
                }
                list.push(if item.is_object() { apply(&json!({}), item, rules) } else { (*item).clone() });
            }
        }
    }
    if let Some(order) = order {
        put_in_order(&mut list, order, &live, name);
    } else {
        let order: Vec<Value> = items.into_iter().cloned().collect();
        put_in_order(&mut list, &order, &live[..kept], name);
    }
    list
}

/// Items that the order names come in that order; the others stay as near as they can to where they were.
fn put_in_order(list: &mut Vec<Value>, order: &[Value], live: &[Value], merge_key: &str) {
    let order: Vec<Value> = order.iter().map(|it| id(it, merge_key)).collect();
    let place = |item: &Value| order.iter().position(|it| *it == id(item, merge_key));
    let (mut named, others): (Vec<Value>, Vec<Value>) =
        list.drain(..).partition(|item| place(item).is_some());
    named.sort_by_key(|item| place(item));
    let was = |item: &Value| live.iter().position(|it| *it == id(item, merge_key));
    let (mut named, mut others) = (named.into_iter().peekable(), others.into_iter().peekable());
    while let (Some(ours), Some(theirs)) = (named.peek(), others.peek()) {
        let theirs_first = matches!((was(theirs), was(ours)), (Some(a), Some(b)) if a < b);
        list.extend(if theirs_first { others.next() } else { named.next() });
    }
    list.extend(named);
    list.extend(others);
}
