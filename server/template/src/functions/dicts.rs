//! Functions on dicts. A dict is shared: `set` and `unset` change it for everyone who holds it.

use super::deep_copy::deep_copy as copy;
use super::strval::strval_shared;
use crate::{Cx, Data, Failure, Function, List, Map, MapType, Rest, Str, Value, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("dict", dict),
    function!("get", get),
    function!("set", set),
    function!("unset", unset),
    function!("hasKey", has_key),
    function!("pluck", pluck),
    function!("keys", keys),
    function!("values", values),
    function!("pick", pick),
    function!("omit", omit),
    function!("dig", dig),
    function!("deepCopy", deep_copy),
    function!("mustDeepCopy", must_deep_copy),
];

/// A dict of the arguments: key, value, key, value. A key that comes last has the value "".
///
/// `{{ dict "name" "web" "port" 80 }}` gives `map[name:web port:80]`
pub fn dict(cx: &mut Cx<'_>, pairs: Rest<Value>) -> Map {
    let value = |pair: &[Value]| pair.get(1).cloned().unwrap_or_else(|| "".into());
    pairs.0.chunks(2).map(|pair| (strval_shared(cx, &pair[0]), value(pair))).collect()
}

/// The value of a key, or "" if there is none.
///
/// `{{ get (dict "a" 1) "a" }}` gives `1`
pub fn get(dict: Map, key: Str) -> Value {
    dict.get(&key).unwrap_or_else(|| "".into())
}

/// Sets a key in the dict itself and returns the dict.
///
/// `{{ set (dict "a" 1) "b" 2 }}` gives `map[a:1 b:2]`
pub fn set(cx: &mut Cx<'_>, dict: Map, key: Str, value: Value) -> Result<Map, Failure> {
    if dict.is_nil() {
        return Err("assignment to entry in nil map".into());
    }
    cx.budget.allocate(ENTRY + key.len())?;
    cx.filled.note(&dict, &value);
    dict.set(key, value);
    Ok(dict.retyped(MapType::Any))
}

/// What one more entry of a dict takes, rounded up: its key may be a string of its own.
const ENTRY: usize = 128;

/// Takes a key out of the dict itself and returns the dict.
///
/// `{{ unset (dict "a" 1 "b" 2) "a" }}` gives `map[b:2]`
pub fn unset(dict: Map, key: Str) -> Map {
    if dict.has(&key) {
        dict.unset(&key);
    }
    dict.retyped(MapType::Any)
}

/// Whether the dict has the key, be its value empty or not.
///
/// `{{ hasKey (dict "a" nil) "a" }}` gives `true`
pub fn has_key(dict: Map, key: Str) -> bool {
    dict.has(&key)
}

/// The values of a key in every dict that has it.
///
/// `{{ pluck "a" (dict "a" 1) (dict "b" 2) (dict "a" 3) }}` gives `[1 3]`
pub fn pluck(key: Str, dicts: Rest<Map>) -> List {
    List::any(dicts.0.iter().filter_map(|dict| dict.get(&key)).collect())
}

/// The keys of all dicts. Helm gives them in random order, so sort them: `keys … | sortAlpha`.
///
/// `{{ keys (dict "b" 1 "a" 2) | sortAlpha }}` gives `[a b]`
pub fn keys(dicts: Rest<Map>) -> List {
    let key = |dict: &Map, key: &Str| Value::from(key.clone()).with_origin(dict.key_origin(key));
    let keys = |dict: &Map| dict.entries().keys().map(|it| key(dict, it)).collect::<Vec<_>>();
    List::strings(dicts.0.iter().flat_map(keys))
}

/// The values of the dict. Helm gives them in random order.
///
/// `{{ values (dict "a" 1) }}` gives `[1]`
pub fn values(dict: Map) -> List {
    List::any(dict.entries().values().cloned().collect())
}

/// A new dict with only these keys.
///
/// `{{ pick (dict "a" 1 "b" 2 "c" 3) "a" "c" }}` gives `map[a:1 c:3]`
pub fn pick(dict: Map, keys: Rest<Str>) -> Map {
    keys.0.into_iter().filter_map(|key| dict.get(&key).map(|value| (key, value))).collect()
}

/// A new dict without these keys.
///
/// `{{ omit (dict "a" 1 "b" 2 "c" 3) "a" "c" }}` gives `map[b:2]`
pub fn omit(dict: Map, keys: Rest<Str>) -> Map {
    let entries = dict.entries();
    let kept = entries.iter().filter(|(key, _)| !keys.0.contains(key));
    kept.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Follows keys down through dicts. The last argument is the dict, the one before it is for when a key is missing.
///
/// `{{ dig "a" "b" "none" (dict "a" (dict "b" 1)) }}` gives `1`
pub fn dig(arguments: Rest<Value>) -> Result<Value, Failure> {
    let [path @ .., default, dict] = &arguments.0[..] else { return Err(TOO_FEW.into()) };
    if path.is_empty() {
        return Err(TOO_FEW.into());
    }
    let mut level = asserted_map(dict)?;
    let key = |it: &Value| match &it.data {
        Data::Str(key) => Ok(key.clone()),
        _ => Err(conversion(it, "string")),
    };
    let keys = path.iter().map(key).collect::<Result<Vec<_>, _>>()?;
    let (last, steps) = keys.split_last().ok_or(TOO_FEW)?;
    for key in steps {
        let Some(next) = level.get(key) else { return Ok(default.clone()) };
        level = asserted_map(&next)?;
    }
    Ok(level.get(last).unwrap_or_else(|| default.clone()))
}

const TOO_FEW: &str = "dig needs at least three arguments";

/// Go's type assertion, which is strict: `.Values` itself is a `chartutil.Values`.
fn asserted_map(value: &Value) -> Result<Map, Failure> {
    match &value.data {
        Data::Map(map) if map.map_type() == MapType::Any => Ok(map.clone()),
        _ => Err(conversion(value, "map[string]interface {}")),
    }
}

fn conversion(value: &Value, wanted: &str) -> Failure {
    let name = if value.is_nil() { "nil".into() } else { value.type_name() };
    Failure::new(format!("interface conversion: interface {{}} is {name}, not {wanted}"))
}

/// A copy that shares nothing with its original, so that `set` on one is not seen in the other.
///
/// `{{ $a := dict "x" 1 }}{{ $b := deepCopy $a }}{{ set $b "x" 2 }} {{ $a }}` gives `map[x:2] map[x:1]`
pub fn deep_copy(cx: &mut Cx<'_>, value: Value) -> Result<Value, Failure> {
    // Copying nil panics with the same words, inside of the function that copies.
    copy(cx, &value)
}

/// A copy that shares nothing with its original. The same as `deepCopy`.
///
/// `{{ mustDeepCopy (dict "x" (list 1 2)) }}` gives `map[x:[1 2]]`
pub fn must_deep_copy(cx: &mut Cx<'_>, value: Value) -> Result<Value, Failure> {
    copy(cx, &value)
}

#[cfg(test)]
mod tests {
    use golang::Dialect;

    use super::super::calling::{call, error_of, value_of};
    use crate::{List, Map, MapType, Value};

    fn map() -> Map {
        Map::from_iter([("a", Value::int(1)), ("b", Value::NIL)])
    }

    #[test]
    fn keys_of_dicts_are_strings() {
        assert_eq!(call("dict", &[Value::int(1), true.into(), "b".into()]), "map[1:true b:]");
        assert_eq!(call("dict", &[]), "map[]");
        assert_eq!(call("dict", &["a".into(), 1.5.into(), "a".into(), Value::NIL]), "map[a:<nil>]");
    }

    #[test]
    fn set_changes_the_dict_itself() {
        let dict = map();
        let result = value_of("set", &[dict.clone().into(), "c".into(), Value::int(3)]);
        assert!(result.as_map().unwrap().same(&dict));
        value_of("unset", &[dict.clone().into(), "a".into()]);
        assert_eq!(call("list", &[dict.into()]), "[map[b:<nil> c:3]]");
        let nil = Map::nil(MapType::Any).into();
        assert_eq!(error_of("set", &[nil, "a".into(), "b".into()]), "assignment to entry in nil map");
    }

    #[test]
    fn results_are_plain_maps() {
        let values: Value = map().retyped(MapType::Values(Dialect::Helm3)).into();
        let set = value_of("set", &[values.clone(), "a".into(), Value::int(2)]);
        assert_eq!(set.type_name(), "map[string]interface {}");
        assert_eq!(value_of("unset", &[values, "a".into()]).type_name(), "map[string]interface {}");
    }

    #[test]
    fn taking_out_what_is_not_there_writes_nothing() {
        let dict = map();
        value_of("unset", &[dict.clone().into(), "zz".into()]);
        assert!(!dict.is_written());
    }

    #[test]
    fn null_is_a_value() {
        assert_eq!(call("hasKey", &[map().into(), "b".into()]), "true");
        assert!(value_of("get", &[map().into(), "b".into()]).is_nil());
        assert_eq!(call("get", &[map().into(), "zz".into()]), "");
        assert_eq!(call("pluck", &["b".into(), map().into(), Map::new().into()]), "[<nil>]");
    }

    #[test]
    fn dig_is_strict_about_types() {
        let dig = |value: Value| error_of("dig", &["a".into(), "b".into(), "d".into(), value]);
        let message =
            |of: &str| format!("interface conversion: interface {{}} is {of}, not map[string]interface {{}}");
        assert_eq!(dig(map().into()), message("int"));
        assert_eq!(dig(Map::from_iter([("a", Value::NIL)]).into()), message("nil"));
        assert_eq!(dig(map().retyped(MapType::Values(Dialect::Helm3)).into()), message("chartutil.Values"));
        assert_eq!(
            error_of("dig", &[Value::int(1), "d".into(), map().into()]),
            "interface conversion: interface {} is int, not string"
        );
        assert_eq!(error_of("dig", &["a".into(), map().into()]), "dig needs at least three arguments");
        assert_eq!(call("dig", &["z".into(), "y".into(), "d".into(), map().into()]), "d");
    }

    #[test]
    fn copies_share_nothing() {
        let inner = map();
        let outer = Map::from_iter([("list", Value::from(List::any(vec![inner.clone().into()])))]);
        let copy = value_of("deepCopy", &[outer.clone().into()]);
        inner.set("a", Value::int(9));
        assert_eq!(
            call("list", &[copy, outer.into()]),
            "[map[list:[map[a:1 b:<nil>]]] map[list:[map[a:9 b:<nil>]]]]"
        );
    }
}
