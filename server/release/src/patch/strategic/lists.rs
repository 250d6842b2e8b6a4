//! What is to change in lists that are merged: items have a key, or are plain values.
//!
//! Lists are compared as Go compares them, where that shows: several items of one key are paired from the end of the list,
//! plain values are counted, and the live list of them is sorted before it is held against the wanted one.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::{DELETE_FROM, ORDER, Object, PATCH, PatchError, maps};
use crate::patch::rules::{Field, Rules};

/// What is to change in a list whose items are merged.
pub(super) fn list_field(
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

/// An item of a list: its key, and the whole of it.
type Item<'v> = (&'v Value, &'v Object);

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
    let mut changes: Vec<(usize, Value)> = Vec::new();
    for (place, (which, item)) in wanted.iter().enumerate().rev() {
        let nth = count(&wanted[place + 1..], which);
        let Some(live) = nth_from_the_end(&now, which, nth) else {
            changes.push((place, Value::Object((*item).clone())));
            continue;
        };
        let original = nth_from_the_end(&before, which, nth).unwrap_or(&empty);
        let mut change = maps(original, item, live, rules, field.retains_keys)?;
        if !change.is_empty() {
            change.insert(name.to_owned(), (*which).clone());
            changes.push((place, Value::Object(change)));
        }
    }
    // In the wanted order, and where several have one key the last of them first.
    let first = |place: usize| wanted.iter().position(|(which, _)| *which == wanted[place].0);
    changes.sort_by_key(|(place, _)| first(*place));
    // If one of several goes, all of its key go: a deletion is told from a change by the key alone.
    let goes = |at: usize| count(&before[at..], before[at].0) > count(&wanted, before[at].0);
    let gone: Vec<&Value> = (0..before.len()).filter(|at| goes(*at)).map(|at| before[at].0).collect();
    let stays = |(place, _): &(usize, Value)| !gone.contains(&wanted[*place].0);
    let mut changes: Vec<Value> = changes.into_iter().filter(stays).map(|(_, change)| change).collect();
    changes.extend(gone.into_iter().map(|which| json!({PATCH: "delete", name: which})));
    let reordered = !now.is_empty() && !wanted.iter().map(|it| it.0).eq(now.iter().map(|it| it.0));
    if !wanted.is_empty() && (!changes.is_empty() || reordered) {
        let order: Vec<Value> = wanted.iter().map(|(which, _)| json!({name: which})).collect();
        patch.insert(format!("{ORDER}{key}"), Value::Array(order));
    }
    if !changes.is_empty() {
        patch.insert(key.to_owned(), Value::Array(changes));
    }
    Ok(())
}

fn count(list: &[Item], which: &Value) -> usize {
    list.iter().filter(|(it, _)| *it == which).count()
}

fn nth_from_the_end<'v>(list: &[Item<'v>], which: &Value, nth: usize) -> Option<&'v Object> {
    list.iter().rev().filter(|(it, _)| *it == which).nth(nth).map(|(_, item)| *item)
}

fn keyed<'v>(list: &'v [Value], key: &str) -> Result<Vec<Item<'v>>, PatchError> {
    let item = |value: &'v Value| {
        let map = value.as_object().ok_or_else(|| PatchError::NoMap(value.to_string()))?;
        let which = map.get(key).ok_or_else(|| PatchError::NoMergeKey(value.to_string(), key.to_owned()))?;
        Ok((which, map))
    };
    list.iter().map(item).collect()
}

fn plain_list(patch: &mut Object, key: &str, (before, wanted, now): (&[Value], &[Value], &[Value])) {
    let missing = more_often(wanted, now);
    let mut gone = more_often(before, wanted);
    gone.dedup();
    let mut sorted: Vec<&Value> = now.iter().collect();
    sorted.sort_by_cached_key(|it| text(it).into_owned());
    let differs = !now.is_empty() && !sorted.into_iter().eq(wanted);
    if !wanted.is_empty() && (!gone.is_empty() || differs) {
        patch.insert(format!("{ORDER}{key}"), Value::Array(wanted.to_vec()));
    }
    if !missing.is_empty() {
        patch.insert(key.to_owned(), Value::Array(missing));
    }
    if !gone.is_empty() {
        patch.insert(format!("{DELETE_FROM}{key}"), Value::Array(gone));
    }
}

/// Values that one list has more often than another, as often as it has them more.
fn more_often(list: &[Value], than: &[Value]) -> Vec<Value> {
    let count = |list: &[Value], value: &Value| list.iter().filter(|it| *it == value).count();
    let is_more = |(at, value): &(usize, &Value)| count(&list[*at..], value) > count(than, value);
    list.iter().enumerate().filter(is_more).map(|(_, value)| value.clone()).collect()
}

/// What plain values are sorted by.
fn text(value: &Value) -> Cow<'_, str> {
    value.as_str().map_or_else(|| value.to_string().into(), Cow::Borrowed)
}
