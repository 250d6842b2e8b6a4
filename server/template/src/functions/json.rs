//! JSON, as Go's `encoding/json` writes and reads it.
//!
//! `toJson` swallows what goes wrong, the `must` forms fail with it, and `fromJson` returns it below the key
//! `Error`: three habits of Helm and sprig that templates rely on. Writing is in `json/write.rs`, reading in
//! `json/read.rs`.

pub mod read;
pub(crate) mod write;

use self::read::Read;
use self::write::Layout;
use crate::{Cx, Data, Failure, Function, List, ListType, Map, MapType, Origin, Str, Text, Value, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("toJson", to_json),
    function!("mustToJson", must_to_json),
    function!("toPrettyJson", to_pretty_json),
    function!("mustToPrettyJson", must_to_pretty_json),
    function!("toRawJson", to_raw_json),
    function!("mustToRawJson", must_to_raw_json),
    function!("fromJson", from_json),
    function!("mustFromJson", must_from_json),
    function!("fromJsonArray", from_json_array),
];

/// Writes a value as JSON on one line, keys sorted, `<`, `>` and `&` escaped. What has no JSON gives nothing.
///
/// `{{ dict "b" 1 "a" (list true nil) | toJson }}` gives `{"a":[true,null],"b":1}`
pub fn to_json(cx: &mut Cx<'_>, value: Value) -> Text {
    write::write(cx, &value, Layout::COMPACT).unwrap_or_else(|_| nothing())
}

/// Writes a value as JSON like `toJson`, and fails on what has no JSON.
///
/// `{{ list 1 2.5 "x" | mustToJson }}` gives `[1,2.5,"x"]`
pub fn must_to_json(cx: &mut Cx<'_>, value: Value) -> Result<Text, Failure> {
    write::write(cx, &value, Layout::COMPACT)
}

/// Writes a value as JSON over several lines, indented by two spaces. What has no JSON gives nothing.
///
/// `{{ list | toPrettyJson }}` gives `[]`
pub fn to_pretty_json(cx: &mut Cx<'_>, value: Value) -> Text {
    write::write(cx, &value, Layout::PRETTY).unwrap_or_else(|_| nothing())
}

/// Writes a value as indented JSON like `toPrettyJson`, and fails on what has no JSON.
///
/// `{{ dict | mustToPrettyJson }}` gives `{}`
pub fn must_to_pretty_json(cx: &mut Cx<'_>, value: Value) -> Result<Text, Failure> {
    write::write(cx, &value, Layout::PRETTY)
}

/// Writes a value as JSON and leaves `<`, `>` and `&` as they are. Fails on what has no JSON.
///
/// `{{ "a < b" | toRawJson }}` gives `"a < b"`
pub fn to_raw_json(cx: &mut Cx<'_>, value: Value) -> Result<Text, Failure> {
    write::write(cx, &value, Layout::RAW)
}

/// Writes a value as JSON without escaping `<`, `>` and `&`; the same as `toRawJson`.
///
/// `{{ "a & b" | mustToRawJson }}` gives `"a & b"`
pub fn must_to_raw_json(cx: &mut Cx<'_>, value: Value) -> Result<Text, Failure> {
    write::write(cx, &value, Layout::RAW)
}

/// Reads a JSON object into a map. Anything else gives a map with the message below `Error`.
///
/// `{{ (fromJson "{\"port\": 80}").port }}` gives `80`
pub fn from_json(cx: &mut Cx<'_>, text: Text) -> Map {
    let read = match read_text(cx, &text) {
        Ok(read) => read,
        Err(message) => return with_error(Map::new(), message),
    };
    let Read { value, problem } = read;
    let map = match value.data {
        Data::Map(map) => map,
        Data::Nil if problem.is_none() => return Map::nil(MapType::Any), // Go resets the map to nil
        _ => return with_error(Map::new(), mismatch(&value, MapType::Any.name())),
    };
    match problem {
        Some(message) => with_error(map, message),
        None => map,
    }
}

/// Reads any JSON value: objects become maps, arrays lists, numbers 64-bit floats. Fails on bad JSON.
///
/// `{{ mustFromJson "[1, 2.5]" }}` gives `[1 2.5]`
pub fn must_from_json(cx: &mut Cx<'_>, text: Text) -> Result<Value, Failure> {
    let Read { value, problem } = read_text(cx, &text)?;
    match problem {
        Some(message) => Err(message.into()),
        None => Ok(value),
    }
}

/// Reads a JSON array into a list. Anything else gives a list with the message as its only element.
///
/// `{{ fromJsonArray "[\"a\", \"b\"]" | join "," }}` gives `a,b`
pub fn from_json_array(cx: &mut Cx<'_>, text: Text) -> List {
    let message = match read_text(cx, &text) {
        Ok(Read { value, problem }) => match (value.data.clone(), problem) {
            (Data::List(list), None) => return list,
            (Data::Nil, None) => return List::nil(ListType::Any),
            (Data::List(_), Some(message)) => message,
            _ => mismatch(&value, ListType::Any.name()),
        },
        Err(message) => message,
    };
    List::any(vec![message.into()])
}

/// Reads JSON. The reader keeps no places, so that everything in it shows what the whole text shows.
fn read_text(cx: &mut Cx<'_>, text: &Text) -> Result<Read, String> {
    let memory = super::yaml_functions::read::memory_of_parts(&text.bytes);
    cx.budget.allocate(memory).map_err(|refused| refused.to_string())?;
    let mut read = read::read(&text.bytes)?;
    if let Some(trace) = &mut cx.trace {
        let origin = trace.mix([text.origin]);
        if !origin.is_none() {
            read.value = shows(read.value, origin);
        }
    }
    Ok(read)
}

/// A value that was just made out of a text, all of which shows the origin.
pub(super) fn shows(value: Value, origin: Origin) -> Value {
    let below = |it: &Value| stacker::maybe_grow(32 * 1024, 1024 * 1024, || shows(it.clone(), origin));
    let data = match value.data {
        Data::Map(map) if !map.is_nil() => Data::Map(Map::typed(
            map.map_type(),
            map.to_vec().iter().map(|(key, it)| (key.clone(), below(it))).collect(),
        )),
        Data::List(list) if !list.is_nil() => {
            Data::List(List::new(list.list_type(), list.to_vec().iter().map(below).collect()))
        }
        other => other,
    };
    Value::new(data).with_origin(origin)
}

/// Go's words for JSON of one type where another was wanted. A number too large to be read is nil here.
pub(super) fn mismatch(value: &Value, wanted: &str) -> String {
    let found = match value.data {
        Data::Bool(_) => "bool",
        Data::Str(_) => "string",
        Data::List(_) => "array",
        Data::Map(_) => "object",
        _ => "number",
    };
    format!("json: cannot unmarshal {found} into Go value of type {wanted}")
}

/// The map with the message where templates look for it.
pub(super) fn with_error(map: Map, message: String) -> Map {
    map.set("Error", message.into());
    map
}

fn nothing() -> Text {
    Text { bytes: Str::default(), origin: Origin::NONE }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::{call, traced};
    use crate::{Int, IntKind};

    fn json(value: Value) -> String {
        call(|cx| to_json(cx, value)).bytes.to_text().into_owned()
    }

    fn from_json_of(text: &str) -> Map {
        call(|cx| from_json(cx, Text { bytes: text.into(), origin: Origin::NONE }))
    }

    fn from_json_array_of(text: &str) -> List {
        call(|cx| from_json_array(cx, Text { bytes: text.into(), origin: Origin::NONE }))
    }

    fn map(entries: &[(&str, Value)]) -> Map {
        entries.iter().map(|(key, value)| (*key, value.clone())).collect()
    }

    #[test]
    fn every_kind_of_value() {
        let value = map(&[
            ("nil", Value::NIL),
            ("nilList", List::nil(ListType::Strings).into()),
            ("nilMap", Map::nil(MapType::Any).into()),
            ("bytes", Value::new(Data::Bytes(b"hi".as_slice().into()))),
            ("big", Value::new(Data::Int(IntKind::Uint64, -1))),
            ("int", Int(-3).into()),
        ]);
        assert_eq!(
            json(value.into()),
            r#"{"big":18446744073709551615,"bytes":"aGk=","int":-3,"nil":null,"nilList":null,"nilMap":null}"#
        );
    }

    #[test]
    fn pretty_keeps_empty_containers_on_one_line() {
        let value = map(&[("a", List::any(vec![Map::new().into(), 1.5.into()]).into()), ("b", "<".into())]);
        let text = call(|cx| to_pretty_json(cx, value.into())).bytes;
        assert_eq!(text.to_text(), "{\n  \"a\": [\n    {},\n    1.5\n  ],\n  \"b\": \"\\u003c\"\n}");
    }

    #[test]
    fn what_has_no_json_is_swallowed_or_fails() {
        assert_eq!(json(f64::NAN.into()), "");
        let failure = call(|cx| must_to_json(cx, List::any(vec![f64::INFINITY.into()]).into())).unwrap_err();
        assert_eq!(failure.message(), "json: unsupported value: +Inf");
    }

    #[test]
    fn a_map_inside_of_itself_is_an_error() {
        let map = Map::new();
        map.set("self", map.clone().into());
        let failure = call(|cx| to_raw_json(cx, map.clone().into())).unwrap_err();
        map.unset(b"self"); // or it would keep itself alive
        assert_eq!(
            failure.message(),
            "json: unsupported value: encountered a cycle via map[string]interface {}"
        );
    }

    #[test]
    fn errors_stand_where_templates_look_for_them() {
        let error =
            |text: &str| from_json_of(text).get(b"Error").unwrap().as_str().unwrap().to_text().into_owned();
        assert_eq!(error(""), "unexpected end of JSON input");
        assert_eq!(
            error("[1]"),
            "json: cannot unmarshal array into Go value of type map[string]interface {}"
        );
        assert_eq!(
            error("{\"a\":1e999}"),
            "json: cannot unmarshal number 1e999 into Go value of type float64"
        );
        assert_eq!(
            error("1e999"),
            "json: cannot unmarshal number into Go value of type map[string]interface {}"
        );
        assert!(from_json_of("null").is_nil());
        assert_eq!(
            json(from_json_array_of("{}").into()),
            r#"["json: cannot unmarshal object into Go value of type []interface {}"]"#
        );
    }

    #[test]
    fn values_keep_their_origin() {
        let range = text::FileRange::new(text::FileId(3), 10, 12);
        let origin = Origin::from(Some(range));
        let value = map(&[("a", Value::from("x").with_origin(origin)), ("b", true.into())]);
        traced(|cx| {
            let text = to_json(cx, value.into());
            let mut segments = Vec::new();
            let trace = cx.trace.as_ref().unwrap();
            trace.slice(text.origin, 0..text.bytes.len(), &mut segments);
            let seen: Vec<_> = segments.iter().map(|it| (it.len, it.value.range())).collect();
            assert_eq!(seen, [(1, None), (7, Some(range)), (10, None)]); // `{`, `"a":"x"`, `,"b":true}`
        });
    }
}
