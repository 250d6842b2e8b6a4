//! `merge` and `mergeOverwrite`: the corner of `dario.cat/mergo` that dicts can see.
//!
//! Dicts are merged into the first one, in place. What moves in moves by reference: a later `set` on it is seen
//! in its source as well. `merge` fills keys that are missing or *empty*, so that it turns `false` into `true`;
//! `mergeOverwrite` lets the source win, even when it is empty or null, except that an empty dict clears none.

use crate::value::map_memory;
use crate::{Cx, Data, Failure, Function, MAX_NESTING, Map, MapType, Refusal, Rest, Value, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("merge", merge),
    function!("mustMerge", must_merge),
    function!("mergeOverwrite", merge_overwrite),
    function!("mustMergeOverwrite", must_merge_overwrite),
];

/// Fills what the first dict lacks from the others, earlier ones first, and returns the first dict itself. Keys
/// that are there but empty, such as `false` or `""`, are filled too.
///
/// `{{ merge (dict "a" 1) (dict "a" 2 "b" 3) }}` gives `map[a:1 b:3]`
pub fn merge(cx: &mut Cx<'_>, into: Map, sources: Rest<Map>) -> Result<Value, Failure> {
    swallow(merge_all(cx, into, &sources.0, false))
}

/// Fills what the first dict lacks from the others. Like `merge`, but dicts that do not fit are an error.
///
/// `{{ mustMerge (dict "a" (dict "x" 1)) (dict "a" (dict "y" 2)) }}` gives `map[a:map[x:1 y:2]]`
pub fn must_merge(cx: &mut Cx<'_>, into: Map, sources: Rest<Map>) -> Result<Map, Failure> {
    merge_all(cx, into, &sources.0, false).map_err(Stop::into_failure)
}

/// Merges the others into the first dict, later ones winning, and returns the first dict itself.
///
/// `{{ mergeOverwrite (dict "a" 1) (dict "a" 2 "b" 3) }}` gives `map[a:2 b:3]`
pub fn merge_overwrite(cx: &mut Cx<'_>, into: Map, sources: Rest<Map>) -> Result<Value, Failure> {
    swallow(merge_all(cx, into, &sources.0, true))
}

/// Merges the others into the first dict. Like `mergeOverwrite`, but dicts that do not fit are an error.
///
/// `{{ mustMergeOverwrite (dict "a" (list 1 2)) (dict "a" (list 3)) }}` gives `map[a:[3]]`
pub fn must_merge_overwrite(cx: &mut Cx<'_>, into: Map, sources: Rest<Map>) -> Result<Map, Failure> {
    merge_all(cx, into, &sources.0, true).map_err(Stop::into_failure)
}

/// Why a merge ended early.
enum Stop {
    /// mergo's error, which `merge` turns into an empty string.
    Error(&'static str),
    /// A panic, or a limit of ours.
    Panic(Failure),
}

impl Stop {
    fn into_failure(self) -> Failure {
        match self {
            Self::Error(message) => message.into(),
            Self::Panic(failure) => failure,
        }
    }
}

fn swallow(merged: Result<Map, Stop>) -> Result<Value, Failure> {
    match merged {
        Ok(map) => Ok(map.into()),
        Err(Stop::Error(_)) => Ok("".into()),
        Err(Stop::Panic(failure)) => Err(failure),
    }
}

fn merge_all(cx: &mut Cx<'_>, into: Map, sources: &[Map], overwrite: bool) -> Result<Map, Stop> {
    let made = into.is_nil() && sources.iter().any(|it| !it.is_nil());
    let into = if made { Map::new() } else { into.retyped(MapType::Any) };
    for source in sources {
        merge_map(cx, &into, source, overwrite, 0)?;
    }
    Ok(into)
}

fn merge_map(cx: &mut Cx<'_>, into: &Map, source: &Map, overwrite: bool, depth: usize) -> Result<(), Stop> {
    if depth > MAX_NESTING {
        return cx.budget.refuse(Refusal::Nesting).map_err(Stop::Panic);
    }
    cx.budget.step().map_err(Stop::Panic)?;
    if into.is_nil() || into.same(source) {
        return Ok(());
    }
    let entries = source.to_vec();
    cx.budget.allocate(map_memory(entries.len())).map_err(Stop::Panic)?;
    for (key, value) in entries {
        let old = into.get(&key);
        if !value.is_nil() {
            merge_inner(cx, old.as_ref(), &value, overwrite, depth)?;
        }
        // The inner merge may just have filled an empty dict.
        if takes(old.as_ref(), &value, overwrite) {
            if into.map_type() == MapType::Strings && source.map_type() != MapType::Strings {
                let message =
                    "reflect.Value.SetMapIndex: value of type interface {} is not assignable to type string";
                return Err(Stop::Panic(message.into()));
            }
            cx.filled.note(into, &value);
            into.set(key, value);
        }
    }
    Ok(())
}

fn merge_inner(
    cx: &mut Cx<'_>,
    old: Option<&Value>,
    value: &Value,
    overwrite: bool,
    depth: usize,
) -> Result<(), Stop> {
    let Some(old) = old else { return Ok(()) };
    match (&old.data, &value.data) {
        (Data::Map(old), Data::Map(source)) => {
            stacker::maybe_grow(64 << 10, 1 << 20, || merge_map(cx, old, source, overwrite, depth + 1))
        }
        (Data::Object(old), Data::Map(_)) if old.is_pointer() && !overwrite => {
            Err(Stop::Error("src and dst must be of same type"))
        }
        _ => Ok(()),
    }
}

/// Whether a value takes the place of the old one.
fn takes(old: Option<&Value>, value: &Value, overwrite: bool) -> bool {
    let filled = old.filter(|it| it.truth());
    let both_maps = filled.is_some_and(|old| old.as_map().is_some()) && value.as_map().is_some();
    match filled {
        _ if value.is_nil() => overwrite,
        _ if both_maps => false,
        Some(_) => overwrite,
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::super::calling::{call, error_of, value_of};
    use crate::{List, Map, Value};

    fn map(entries: &[(&str, Value)]) -> Value {
        entries.iter().cloned().collect::<Map>().into()
    }

    #[track_caller]
    fn check(old: Value, new: Value, merged: &str, overwritten: &str) {
        let copies = || {
            let copy = |it: &Value| value_of("deepCopy", &[map(&[("a", it.clone())])]);
            [copy(&old), copy(&new)]
        };
        assert_eq!(call("merge", &copies()), format!("map[a:{merged}]"), "merge");
        assert_eq!(call("mergeOverwrite", &copies()), format!("map[a:{overwritten}]"), "mergeOverwrite");
    }

    #[test]
    fn empty_values_are_filled() {
        check("".into(), "x".into(), "x", "x");
        check(0.0.into(), Value::int(1), "1", "1");
        check(false.into(), true.into(), "true", "true");
        check(Value::NIL, "x".into(), "x", "x");
        check(List::any(vec![]).into(), List::any(vec![Value::int(1)]).into(), "[1]", "[1]");
    }

    #[test]
    fn only_overwriting_takes_empty_values() {
        check("x".into(), "".into(), "x", "");
        check(true.into(), false.into(), "true", "false");
        check("x".into(), Value::NIL, "x", "<nil>");
        check(List::any(vec![Value::int(1)]).into(), List::any(vec![]).into(), "[1]", "[]");
        check(map(&[("k", Value::int(1))]), map(&[]), "map[k:1]", "map[k:1]");
    }

    #[test]
    fn dicts_meet_other_things() {
        let inner = map(&[("k", Value::int(1))]);
        check(inner.clone(), "x".into(), "map[k:1]", "x");
        check("x".into(), inner.clone(), "x", "map[k:1]");
        check("".into(), inner.clone(), "map[k:1]", "map[k:1]");
        check("x".into(), List::any(vec![Value::int(1)]).into(), "x", "[1]");
        check(
            inner.clone(),
            map(&[("k", Value::int(2)), ("l", Value::int(3))]),
            "map[k:1 l:3]",
            "map[k:2 l:3]",
        );
        check(inner, List::any(vec![]).into(), "map[k:1]", "[]");
    }

    #[test]
    fn null_is_no_key_for_merge() {
        assert_eq!(call("merge", &[map(&[]), map(&[("a", Value::NIL)])]), "map[]");
        assert_eq!(call("mergeOverwrite", &[map(&[]), map(&[("a", Value::NIL)])]), "map[a:<nil>]");
    }

    #[test]
    fn results_and_parts_are_shared() {
        let inner = Map::new();
        let into = map(&[]);
        let merged = value_of("merge", &[into.clone(), map(&[("n", inner.clone().into())])]);
        assert!(merged.as_map().unwrap().same(into.as_map().unwrap()));
        inner.set("y", Value::int(2));
        assert_eq!(call("list", &[merged]), "[map[n:map[y:2]]]");
    }

    #[test]
    fn an_empty_dict_is_filled_in_place() {
        let inner = Map::new();
        let into = map(&[("n", inner.clone().into())]);
        value_of("merge", &[into, map(&[("n", map(&[("x", Value::int(1))]))])]);
        assert_eq!(inner.len(), 1);
    }

    #[test]
    fn dicts_that_contain_themselves_end() {
        let looped = || {
            let it = Map::new();
            it.set("self", it.clone().into());
            Value::from(it)
        };
        assert!(error_of("merge", &[looped(), looped()]).contains("contains itself"));
    }
}
