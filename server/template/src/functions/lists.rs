//! Functions on lists. They make new lists and leave their arguments alone.
//!
//! Each comes twice in sprig: the plain one panics where the one with `must` returns an error. Templates see
//! the same message either way, so both names stand for one function here.

use super::cast::to_int64;
use super::deep_equal::deep_equal;
use crate::{Cx, Data, Failure, Function, Int, IntKind, List, ListType, Rest, Value, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("list", list),
    function!("tuple", list),
    function!("append", append),
    function!("mustAppend", append),
    function!("push", append),
    function!("mustPush", append),
    function!("prepend", prepend),
    function!("mustPrepend", prepend),
    function!("concat", concat),
    function!("first", first),
    function!("mustFirst", first),
    function!("last", last),
    function!("mustLast", last),
    function!("rest", rest),
    function!("mustRest", rest),
    function!("initial", initial),
    function!("mustInitial", initial),
    function!("reverse", reverse),
    function!("mustReverse", reverse),
    function!("slice", slice),
    function!("mustSlice", slice),
    function!("chunk", chunk),
    function!("mustChunk", chunk),
    function!("uniq", uniq),
    function!("mustUniq", uniq),
    function!("compact", compact),
    function!("mustCompact", compact),
    function!("without", without),
    function!("mustWithout", without),
    function!("has", has),
    function!("mustHas", has),
];

/// What Go says when a function looks at the type of nil.
const NIL_DEREFERENCE: &str = "runtime error: invalid memory address or nil pointer dereference";

/// The bytes of a `[]byte` as values.
pub(super) fn byte_values(bytes: &[u8]) -> Vec<Value> {
    bytes.iter().map(|it| Value::new(Data::Int(IntKind::Uint8, i64::from(*it)))).collect()
}

/// The elements of a list; for all else, Go's complaint with the kind put behind `complaint`.
fn elements(value: &Value, complaint: &str) -> Result<Vec<Value>, Failure> {
    match &value.data {
        Data::List(list) => Ok(list.to_vec()),
        Data::Bytes(bytes) => Ok(byte_values(bytes)),
        _ => Err(no_list(value, complaint)),
    }
}

fn no_list(value: &Value, complaint: &str) -> Failure {
    match value.data {
        Data::Nil | Data::Invalid => NIL_DEREFERENCE.into(),
        _ => Failure::new(format!("{complaint} {}", value.kind_name())),
    }
}

/// A list of the arguments. `tuple` is its old name.
///
/// `{{ list 1 "a" true }}` gives `[1 a true]`
pub fn list(values: Rest<Value>) -> List {
    List::any(values.0)
}

/// A new list with the value at its end. `push` is another name for it.
///
/// `{{ append (list 1 2) 3 }}` gives `[1 2 3]`
pub fn append(list: Value, value: Value) -> Result<List, Failure> {
    let mut items = elements(&list, "Cannot push on type")?;
    items.push(value);
    Ok(List::any(items))
}

/// A new list with the value at its start.
///
/// `{{ prepend (list 1 2) 0 }}` gives `[0 1 2]`
pub fn prepend(list: Value, value: Value) -> Result<List, Failure> {
    let mut items = elements(&list, "Cannot prepend on type")?;
    items.insert(0, value);
    Ok(List::any(items))
}

/// The elements of all lists in one.
///
/// `{{ concat (list 1 2) (list 3) }}` gives `[1 2 3]`
pub fn concat(cx: &mut Cx<'_>, lists: Rest<Value>) -> Result<List, Failure> {
    let count: usize = lists.0.iter().map(|it| it.as_list().map_or(0, List::count)).sum();
    cx.budget.ensure(count.saturating_mul(size_of::<Value>()))?;
    let mut items = Vec::new();
    for list in &lists.0 {
        match &list.data {
            Data::List(list) => items.extend_from_slice(&list.items()),
            Data::Bytes(bytes) => items.extend(byte_values(bytes)),
            Data::Nil | Data::Invalid => return Err(NIL_DEREFERENCE.into()),
            _ => return Err(Failure::new(format!("Cannot concat type {} as list", list.kind_name()))),
        }
    }
    Ok(if items.is_empty() { List::nil(ListType::Any) } else { List::any(items) })
}

/// The first element, or null if there is none.
///
/// `{{ first (list "a" "b") }}` gives `a`
pub fn first(list: Value) -> Result<Value, Failure> {
    match &list.data {
        Data::List(list) => Ok(list.get(0).unwrap_or(Value::NIL)),
        _ => Ok(elements(&list, "Cannot find first on type")?.into_iter().next().unwrap_or(Value::NIL)),
    }
}

/// The last element, or null if there is none.
///
/// `{{ last (list "a" "b") }}` gives `b`
pub fn last(list: Value) -> Result<Value, Failure> {
    match &list.data {
        Data::List(list) => Ok(list.items().last().cloned().unwrap_or(Value::NIL)),
        _ => Ok(elements(&list, "Cannot find last on type")?.pop().unwrap_or(Value::NIL)),
    }
}

/// All elements but the first.
///
/// `{{ rest (list 1 2 3) }}` gives `[2 3]`
pub fn rest(list: Value) -> Result<List, Failure> {
    let mut items = elements(&list, "Cannot find rest on type")?;
    if items.is_empty() {
        return Ok(List::nil(ListType::Any));
    }
    items.remove(0);
    Ok(List::any(items))
}

/// All elements but the last.
///
/// `{{ initial (list 1 2 3) }}` gives `[1 2]`
pub fn initial(list: Value) -> Result<List, Failure> {
    let mut items = elements(&list, "Cannot find initial on type")?;
    match items.pop() {
        None => Ok(List::nil(ListType::Any)),
        Some(_) => Ok(List::any(items)),
    }
}

/// The elements in the opposite order.
///
/// `{{ reverse (list 1 2 3) }}` gives `[3 2 1]`
pub fn reverse(list: Value) -> Result<List, Failure> {
    let mut items = elements(&list, "Cannot find reverse on type")?;
    items.reverse();
    Ok(List::any(items))
}

/// The elements from the first index up to, not including, the second; without them, from the start or to the end.
///
/// `{{ slice (list 1 2 3 4) 1 3 }}` gives `[2 3]`
pub fn slice(list: Value, indices: Rest<Value>) -> Result<Value, Failure> {
    let list_type = match &list.data {
        Data::List(list) => list.list_type(),
        _ => ListType::Any,
    };
    let items = elements(&list, "list should be type of slice or array but")?;
    if items.is_empty() {
        return Ok(Value::NIL);
    }
    let start = indices.0.first().map_or(0, to_int64);
    let end = indices.0.get(1).map_or(items.len() as i64, to_int64);
    if start < 0 || end < start || end > items.len() as i64 {
        return Err("reflect.Value.Slice: slice index out of bounds".into());
    }
    let range = start as usize..end as usize;
    Ok(match &list.data {
        Data::Bytes(bytes) => Value::new(Data::Bytes(bytes[range].into())),
        _ => List::new(list_type, items[range].to_vec()).into(),
    })
}

/// The elements in lists of `size`, the last of which may be shorter.
///
/// `{{ chunk 2 (list 1 2 3) }}` gives `[[1 2] [3]]`
pub fn chunk(cx: &mut Cx<'_>, size: Int, list: Value) -> Result<List, Failure> {
    let items = elements(&list, "Cannot chunk type")?;
    if size.0 > 0 {
        let size = usize::try_from(size.0).unwrap_or(usize::MAX);
        // The list of them is paid for by the caller, they are not.
        cx.budget.allocate(items.len().div_ceil(size) * A_LIST + items.len() * size_of::<Value>())?;
        let chunks = items.chunks(size).map(|it| List::any(it.to_vec()).into()).collect();
        return Ok(List::new(ListType::Lists, chunks));
    }
    // Sprig divides by the size in floats, which for a negative one may give no chunk at all, or just one.
    let count = ((items.len() as f64 - 1.0) / size.0 as f64).floor() + 1.0;
    match items.len() {
        _ if count == 0.0 => Ok(List::new(ListType::Lists, Vec::new())),
        1 if size.0 < -1 => Ok(List::new(ListType::Lists, vec![List::any(items).into()])),
        _ => Err("runtime error: makeslice: len out of range".into()),
    }
}

/// What a list takes besides its elements, rounded up.
const A_LIST: usize = 128;

/// The elements without repetitions.
///
/// `{{ uniq (list 1 1 2 1) }}` gives `[1 2]`
pub fn uniq(cx: &mut Cx<'_>, list: Value) -> Result<List, Failure> {
    let mut found: Vec<Value> = Vec::new();
    let mut strings = rustc_hash::FxHashSet::default();
    for item in elements(&list, "Cannot find uniq on type")? {
        let new = match &item.data {
            Data::Str(text) => {
                cx.budget.work((text.len() >> 8) as u64)?;
                strings.insert(text.clone())
            }
            _ => !any_equal(cx, &item, &found)?,
        };
        if new {
            found.push(item);
        }
    }
    Ok(List::any(found))
}

/// The elements that are not empty.
///
/// `{{ compact (list 0 1 "" "a" nil) }}` gives `[1 a]`
pub fn compact(list: Value) -> Result<List, Failure> {
    let mut items = elements(&list, "Cannot compact on type")?;
    items.retain(Value::truth);
    Ok(List::any(items))
}

/// The elements that are not among the other arguments.
///
/// `{{ without (list 1 2 3) 1 3 }}` gives `[2]`
pub fn without(cx: &mut Cx<'_>, list: Value, omit: Rest<Value>) -> Result<List, Failure> {
    let mut kept = Vec::new();
    for item in elements(&list, "Cannot find without on type")? {
        if !any_equal(cx, &item, &omit.0)? {
            kept.push(item);
        }
    }
    Ok(List::any(kept))
}

/// Whether the list contains the value. Types count: a number of a values file is not `3` but `3.0`.
///
/// `{{ has 4 (list 1 2 4) }}` gives `true`
pub fn has(cx: &mut Cx<'_>, value: Value, list: Value) -> Result<bool, Failure> {
    match &list.data {
        Data::Nil | Data::Invalid => Ok(false),
        Data::List(list) => any_equal(cx, &value, &list.items()),
        _ => any_equal(cx, &value, &elements(&list, "Cannot find has on type")?),
    }
}

/// Whether a value is among others.
fn any_equal(cx: &Cx<'_>, value: &Value, others: &[Value]) -> Result<bool, Failure> {
    cx.budget.work((others.len() >> 3) as u64)?;
    for other in others {
        if deep_equal(cx, value, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::super::calling::{call, error_of, value_of};
    use crate::{Data, List, ListType, Value};

    fn ints(numbers: &[i64]) -> Value {
        List::any(numbers.iter().map(|it| Value::int(*it)).collect()).into()
    }

    #[test]
    fn what_is_no_list_is_refused_by_kind() {
        assert_eq!(error_of("append", &["a".into(), "b".into()]), "Cannot push on type string");
        assert_eq!(error_of("mustFirst", &[Value::int(1)]), "Cannot find first on type int");
        assert_eq!(
            error_of("concat", &[ints(&[1]), crate::Map::new().into()]),
            "Cannot concat type map as list"
        );
        assert_eq!(error_of("slice", &["a".into()]), "list should be type of slice or array but string");
        assert_eq!(error_of("has", &[Value::int(1), "a".into()]), "Cannot find has on type string");
        let nil = "runtime error: invalid memory address or nil pointer dereference";
        for name in ["first", "last", "rest", "initial", "reverse", "uniq", "compact", "concat", "slice"] {
            assert_eq!(error_of(name, &[Value::NIL]), nil, "{name}");
        }
        assert_eq!(call("has", &[Value::int(1), Value::NIL]), "false");
    }

    #[test]
    fn empty_lists() {
        for name in ["rest", "initial", "concat"] {
            assert!(value_of(name, &[ints(&[])]).as_list().unwrap().is_nil(), "{name}");
        }
        assert!(!value_of("reverse", &[ints(&[])]).as_list().unwrap().is_nil());
        assert!(value_of("first", &[ints(&[])]).is_nil());
        assert!(value_of("slice", &[ints(&[])]).is_nil());
    }

    #[test]
    fn arguments_are_left_alone() {
        let list = ints(&[1, 2]);
        value_of("append", &[list.clone(), Value::int(3)]);
        value_of("reverse", std::slice::from_ref(&list));
        assert_eq!(call("list", &[list]), "[[1 2]]");
    }

    #[test]
    fn slices_keep_their_type() {
        let strings: Value = List::strings(["a", "b"]).into();
        assert_eq!(value_of("slice", &[strings.clone(), Value::int(1)]).type_name(), "[]string");
        assert_eq!(value_of("rest", &[strings]).type_name(), "[]interface {}");
        let bytes = Value::new(Data::Bytes(b"abc".as_slice().into()));
        assert_eq!(call("slice", &[bytes.clone(), Value::int(1), "2".into()]), "[98]");
        assert_eq!(value_of("first", &[bytes]).type_name(), "uint8");
        let message = "reflect.Value.Slice: slice index out of bounds";
        assert_eq!(error_of("slice", &[ints(&[1, 2]), Value::int(5)]), message);
    }

    #[test]
    fn chunks() {
        let chunk = |size, list: &[i64]| call("chunk", &[Value::int(size), ints(list)]);
        assert_eq!(chunk(2, &[1, 2, 3, 4]), "[[1 2] [3 4]]");
        assert_eq!(chunk(i64::MAX, &[1]), "[[1]]");
        assert_eq!(chunk(2, &[]), "[]");
        assert_eq!(chunk(-2, &[1, 2]), "[]");
        assert_eq!(chunk(-2, &[1]), "[[1]]");
        let message = "runtime error: makeslice: len out of range";
        assert_eq!(error_of("chunk", &[Value::int(0), ints(&[1])]), message);
        assert_eq!(value_of("chunk", &[Value::int(1), ints(&[1])]).type_name(), "[][]interface {}");
    }

    #[test]
    fn equality_is_deep_and_typed() {
        let mixed: Value =
            List::any(vec![Value::int(1), 1.0.into(), "1".into(), ints(&[1]), ints(&[1])]).into();
        assert_eq!(call("uniq", std::slice::from_ref(&mixed)), "[1 1 1 [1]]");
        assert_eq!(call("without", &[mixed.clone(), 1.0.into(), ints(&[1])]), "[1 1]");
        assert_eq!(call("has", &[ints(&[1]), mixed]), "true");
        assert_eq!(value_of("list", &[]).as_list().unwrap().list_type(), ListType::Any);
    }
}
