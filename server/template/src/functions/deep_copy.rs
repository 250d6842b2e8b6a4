//! `deepCopy`, as `github.com/mitchellh/copystructure` does it: nothing that can be written to is shared.
//!
//! Charts copy `.Values` freely and then change a key or two. So what still shows unchanged YAML is not copied
//! at all: a second view of the same YAML does.

use crate::value::map_memory;
use crate::{Cx, Data, Failure, List, ListType, MAX_NESTING, Map, Refusal, Value};

/// A copy that shares nothing that `set` or `sortAlpha` could change.
pub(super) fn deep_copy(cx: &mut Cx<'_>, value: &Value) -> Result<Value, Failure> {
    if value.is_nil() {
        return Err("reflect: call of reflect.Value.Type on zero Value".into());
    }
    copy(cx, value, 0)
}

fn copy(cx: &mut Cx<'_>, value: &Value, depth: usize) -> Result<Value, Failure> {
    let data = match &value.data {
        Data::Map(map) => Data::Map(copy_map(cx, map, depth + 1)?),
        Data::List(list) => Data::List(copy_list(cx, list, depth + 1)?),
        data => data.clone(),
    };
    Ok(Value { data, origin: value.origin })
}

fn copy_map(cx: &mut Cx<'_>, map: &Map, depth: usize) -> Result<Map, Failure> {
    if let Some(view) = map.pristine_copy() {
        return Ok(view);
    }
    if map.is_nil() {
        return Ok(Map::nil(map.map_type()));
    }
    let entries = map.to_vec();
    descend(cx, entries.len(), depth, |cx| {
        let copied = |(key, value)| Ok((key, copy(cx, &value, depth)?));
        Ok(Map::typed(map.map_type(), entries.into_iter().map(copied).collect::<Result<_, Failure>>()?))
    })
}

fn copy_list(cx: &mut Cx<'_>, list: &List, depth: usize) -> Result<List, Failure> {
    if let Some(view) = list.pristine_copy() {
        return Ok(view);
    }
    // Nothing but `sortAlpha` changes a list in place, and that only a `[]string`.
    let is_plain = |it: &Value| !matches!(it.data, Data::Map(_) | Data::List(_));
    if list.is_nil() || list.list_type() != ListType::Strings && list.items().iter().all(is_plain) {
        return Ok(list.clone());
    }
    let items = list.to_vec();
    descend(cx, items.len(), depth, |cx| {
        let copied = items.iter().map(|it| copy(cx, it, depth));
        Ok(List::new(list.list_type(), copied.collect::<Result<_, Failure>>()?))
    })
}

fn descend<T>(
    cx: &mut Cx<'_>,
    len: usize,
    depth: usize,
    copy_parts: impl FnOnce(&mut Cx<'_>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    if depth > MAX_NESTING {
        return cx.budget.refuse(Refusal::Nesting);
    }
    cx.budget.allocate(map_memory(len))?;
    cx.budget.step()?;
    stacker::maybe_grow(64 << 10, 1 << 20, || copy_parts(cx))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::calling::{call, context, error_of};
    use super::*;
    use crate::MapType;

    #[test]
    fn nil_cannot_be_copied() {
        let message = "reflect: call of reflect.Value.Type on zero Value";
        assert_eq!(error_of("deepCopy", &[Value::NIL]), message);
    }

    #[test]
    fn a_dict_that_contains_itself_ends() {
        let map = Map::new();
        map.set("self", map.clone().into());
        assert!(error_of("deepCopy", &[map.into()]).contains("contains itself"));
    }

    fn yaml() -> Map {
        let map = |key: &str, value| {
            let entry = yaml::Entry { key: key.into(), key_at: None, node: yaml::Node::computed(value) };
            Arc::new(std::iter::once(entry).collect::<yaml::Map>())
        };
        Map::from_yaml(map("a", yaml::Value::Map(map("b", yaml::Value::Bool(true)))), MapType::Any)
    }

    #[test]
    fn unchanged_yaml_is_viewed_twice() {
        let original = yaml();
        let copy = copy_map(&mut context(), &original, 0).unwrap();
        original.get(b"a").unwrap().as_map().unwrap().set("b", Value::int(1));
        copy.set("c", Value::int(2));
        assert_eq!(call("list", &[original.into(), copy.into()]), "[map[a:map[b:1]] map[a:map[b:true] c:2]]");
    }

    #[test]
    fn changes_before_the_copy_are_in_it() {
        let original = yaml();
        original.get(b"a").unwrap().as_map().unwrap().set("b", Value::int(1));
        let copy = copy_map(&mut context(), &original, 0).unwrap();
        original.set("a", Value::NIL);
        assert_eq!(call("list", &[copy.into()]), "[map[a:map[b:1]]]");
    }
}
