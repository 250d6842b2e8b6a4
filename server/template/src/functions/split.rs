//! Functions that take strings apart at separators, and put them together again.

use std::ops::Range;

use memchr::memmem;

use super::pieces::part;
use super::strval::{strval_shared, strval_text};
use super::unicode::runes;
use crate::{
    Cx, Data, Failure, Function, Int, List, ListType, Map, MapType, Str, Text, TextBuilder, Value, function,
};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("join", join),
    function!("splitList", split_list),
    function!("split", split),
    function!("splitn", splitn),
    function!("toStrings", to_strings),
    function!("sortAlpha", sort_alpha),
];

/// Joins the elements of a list with a separator. Null elements are left out.
///
/// `{{ list 1 "a" true | join "-" }}` gives `1-a-true`
pub fn join(cx: &mut Cx<'_>, separator: Text, list: Value) -> Result<Text, Failure> {
    let Some(elements) = elements(&list) else {
        let value = if list.is_nil() { "".into() } else { list };
        return Ok(strval_text(cx, &value));
    };
    cx.budget.ensure(elements.len().saturating_mul(separator.bytes.len()))?;
    let mut out = TextBuilder::new(cx);
    let mut first = true;
    for element in elements.iter().filter(|it| !it.is_nil()) {
        if !std::mem::take(&mut first) {
            out.push_text(cx, &separator);
        }
        let text = strval_text(cx, element);
        cx.budget.ensure(out.len() + text.bytes.len())?;
        out.push_text(cx, &text);
    }
    Ok(out.finish(cx))
}

/// The elements of anything that Go ranges over by index.
fn elements(value: &Value) -> Option<Vec<Value>> {
    match &value.data {
        Data::List(list) => Some(list.to_vec()),
        Data::Bytes(bytes) => Some(super::lists::byte_values(bytes)),
        _ => None,
    }
}

/// Splits a string at a separator into a list.
///
/// `{{ splitList "/" "a/b/c" }}` gives `[a b c]`
pub fn split_list(cx: &mut Cx<'_>, separator: Str, text: Text) -> Result<List, Failure> {
    let ranges = split_ranges(cx, &separator, &text.bytes, -1)?;
    Ok(List::strings(ranges.into_iter().map(|range| part(cx, &text, range)).collect::<Vec<_>>()))
}

/// Splits a string at a separator into a dict with the keys `_0`, `_1` and so on.
///
/// `{{ (split "/" "a/b/c")._1 }}` gives `b`
pub fn split(cx: &mut Cx<'_>, separator: Str, text: Text) -> Result<Map, Failure> {
    numbered(cx, &separator, &text, -1)
}

/// Splits a string into a dict of at most `n` parts; the last one keeps the rest.
///
/// `{{ splitn "/" 2 "a/b/c" }}` gives `map[_0:a _1:b/c]`
pub fn splitn(cx: &mut Cx<'_>, separator: Str, n: Int, text: Text) -> Result<Map, Failure> {
    numbered(cx, &separator, &text, n.0)
}

fn numbered(cx: &mut Cx<'_>, separator: &[u8], text: &Text, limit: i64) -> Result<Map, Failure> {
    let ranges = split_ranges(cx, separator, &text.bytes, limit)?;
    // Each has a key of its own, which the list of parts has not.
    cx.budget.allocate(ranges.len() * PART)?;
    let entry = |(at, range)| (Str::from(format!("_{at}")), Value::from(part(cx, text, range)));
    Ok(Map::typed(MapType::Strings, ranges.into_iter().enumerate().map(entry).collect()))
}

/// Go's `strings.SplitN`: an empty separator splits after every character, a limit below 0 is none.
fn split_ranges(
    cx: &Cx<'_>,
    separator: &[u8],
    text: &[u8],
    limit: i64,
) -> Result<Vec<Range<usize>>, Failure> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if limit == 0 || separator.is_empty() && text.is_empty() {
        return Ok(Vec::new());
    }
    let found = match separator {
        [] => text.len(),
        [byte] => memchr::memchr_iter(*byte, text).count(),
        _ => memmem::find_iter(text, separator).count(),
    };
    cx.budget.allocate(found.min(limit).saturating_mul(PART))?;
    let mut ranges = Vec::new();
    let mut start = 0;
    let mut cut = |at: usize, len: usize| {
        ranges.push(start..at);
        start = at + len;
    };
    if separator.is_empty() {
        runes(text).skip(1).take(limit - 1).for_each(|(at, _)| cut(at, 0));
    } else {
        memmem::find_iter(text, separator).take(limit - 1).for_each(|at| cut(at, separator.len()));
    }
    ranges.push(start..text.len());
    Ok(ranges)
}

/// What a part takes besides its bytes: its range, a value, a string's own memory.
pub(super) const PART: usize = 96;

/// The elements of a list as strings. Null elements are left out, a single value makes a list of one.
///
/// `{{ toStrings (list 1 2.5 nil true) }}` gives `[1 2.5 true]`
pub fn to_strings(cx: &mut Cx<'_>, value: Value) -> List {
    if let Some(list) = value.as_list().filter(|it| it.list_type() == ListType::Strings) {
        return list.clone();
    }
    let elements = elements(&value).unwrap_or_else(|| vec![value]);
    List::strings(elements.iter().filter(|it| !it.is_nil()).map(|it| string_value(cx, it)))
}

/// Sprig's `strval` as a value; a string stays what it is.
fn string_value(cx: &Cx<'_>, value: &Value) -> Value {
    Value::from(strval_shared(cx, value)).with_origin(value.origin)
}

/// Sorts a list as strings. A list of strings, such as that of `keys`, is sorted in place.
///
/// `{{ list "b" 3 "a" | sortAlpha }}` gives `[3 a b]`
pub fn sort_alpha(cx: &mut Cx<'_>, value: Value) -> Result<List, Failure> {
    if elements(&value).is_none() {
        return Ok(List::strings([string_value(cx, &value)]));
    }
    let list = to_strings(cx, value);
    let bytes: usize = list.items().iter().map(|it| 16 + it.as_str().map_or(0, |it| it.len())).sum();
    // Each string is held against some others, and may be like them up to the end.
    cx.budget
        .work((bytes as u64).saturating_mul(u64::from(usize::BITS - list.count().leading_zeros())) >> 8)?;
    list.update(|items| items.sort_by(|one, other| one.as_str().cmp(&other.as_str())));
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::super::calling::{call, value_of};
    use crate::{Data, List, ListType, Value};

    #[test]
    fn splits_like_go() {
        let split = |separator: &str, text: &str| call("splitList", &[separator.into(), text.into()]);
        assert_eq!(split(",", ""), "[]");
        assert_eq!(value_of("splitList", &[",".into(), "".into()]).as_list().unwrap().len(), 1);
        assert_eq!(value_of("splitList", &["".into(), "".into()]).as_list().unwrap().len(), 0);
        assert_eq!(split("", "aéb"), "[a é b]");
        assert_eq!(split("aa", "aaa"), "[ a]");
    }

    #[test]
    fn splitn_counts() {
        let splitn = |n, text: &str| call("splitn", &["".into(), Value::int(n), text.into()]);
        assert_eq!(splitn(2, "abc"), "map[_0:a _1:bc]");
        assert_eq!(splitn(0, "abc"), "map[]");
        assert_eq!(splitn(-1, "ab"), "map[_0:a _1:b]");
        assert_eq!(value_of("split", &["/".into(), "a".into()]).type_name(), "map[string]string");
    }

    #[test]
    fn join_takes_anything() {
        assert_eq!(call("join", &["-".into(), Value::int(3)]), "3");
        assert_eq!(call("join", &["-".into(), Value::NIL]), "");
        let bytes = Value::new(Data::Bytes(b"ab".as_slice().into()));
        assert_eq!(call("join", &["-".into(), bytes]), "97-98");
        let list = List::any(vec![Value::NIL, "".into(), "a".into()]);
        assert_eq!(call("join", &["-".into(), list.into()]), "-a");
    }

    #[test]
    fn lists_of_strings_are_sorted_in_place() {
        let strings = List::strings(["b", "a"]);
        value_of("sortAlpha", &[strings.clone().into()]);
        assert_eq!(strings.get(0).unwrap().as_str().unwrap().as_bytes(), b"a");
        let any = List::any(vec!["b".into(), "a".into()]);
        let sorted = value_of("sortAlpha", &[any.clone().into()]);
        assert_eq!(sorted.as_list().unwrap().list_type(), ListType::Strings);
        assert_eq!(any.get(0).unwrap().as_str().unwrap().as_bytes(), b"b");
    }

    #[test]
    fn a_single_value_sorts_into_a_list() {
        assert_eq!(call("sortAlpha", &[Value::NIL]), "[<nil>]");
        assert_eq!(call("toStrings", &[Value::NIL]), "[]");
        assert_eq!(call("toStrings", &[Value::int(4)]), "[4]");
    }
}
