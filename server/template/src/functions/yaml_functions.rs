//! YAML, written and read as Helm does: through JSON. Writing is in `yaml_functions/write.rs`.

pub(super) mod read;
pub(super) mod write;

use yaml::Layout;

use crate::{Cx, Data, Function, List, ListType, Map, MapType, Origin, Str, Text, Value, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("toYaml", to_yaml),
    function!("toYamlPretty", to_yaml_pretty),
    function!("fromYaml", from_yaml),
    function!("fromYamlArray", from_yaml_array),
];

/// Writes a value as YAML, keys sorted, without a line break at the end. What has no YAML gives nothing.
///
/// `{{ dict "b" (list 1 "2") | toYaml | replace "\n" "; " }}` gives `b:; - 1; - "2"`
pub fn to_yaml(cx: &mut Cx<'_>, value: Value) -> Text {
    write::write(cx, &value, Layout::V2).unwrap_or_else(|_| nothing())
}

/// Writes a value as YAML like `toYaml`, with lists indented below their keys and long lines left alone.
///
/// `{{ dict "b" (list 1 "2") | toYamlPretty | replace "\n" "; " }}` gives `b:;   - 1;   - "2"`
pub fn to_yaml_pretty(cx: &mut Cx<'_>, value: Value) -> Text {
    write::write(cx, &value, Layout::V3).unwrap_or_else(|_| nothing())
}

/// Reads a YAML mapping into a dict; numbers become 64-bit floats. Anything else gives a dict with the message
/// below `Error`.
///
/// `{{ (fromYaml "a: {b: 1}").a.b }}` gives `1`
pub fn from_yaml(cx: &mut Cx<'_>, text: Text) -> Map {
    let value = match read::read(cx, &text) {
        Ok(value) => value,
        Err(message) => return super::json::with_error(Map::new(), message),
    };
    match value.data {
        Data::Map(map) => map,
        Data::Nil => Map::new(),
        _ => super::json::with_error(Map::new(), read::mismatch(&value, MapType::Any.name())),
    }
}

/// Reads a YAML sequence into a list. Anything else gives a list with the message as its only element.
///
/// `{{ fromYamlArray "[a, b]" | join "," }}` gives `a,b`
pub fn from_yaml_array(cx: &mut Cx<'_>, text: Text) -> List {
    let message = match read::read(cx, &text) {
        Ok(value) => match value.data {
            Data::List(list) => return list,
            Data::Nil => return List::any(Vec::new()),
            _ => read::mismatch(&value, ListType::Any.name()),
        },
        Err(message) => message,
    };
    List::any(vec![message.into()])
}

fn nothing() -> Text {
    Text { bytes: Str::default(), origin: Origin::NONE }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::{call, traced};
    use crate::{Int, Segment, Trace};

    fn yaml(value: impl Into<Value>) -> String {
        call(|cx| to_yaml(cx, value.into())).bytes.to_text().into_owned()
    }

    fn map(entries: &[(&str, Value)]) -> Map {
        entries.iter().map(|(key, value)| (*key, value.clone())).collect()
    }

    fn from(text: &str) -> String {
        let map = call(|cx| from_yaml(cx, Text { bytes: text.into(), origin: Origin::NONE }));
        call(|cx| super::super::json::to_raw_json(cx, map.into())).unwrap().bytes.to_text().into_owned()
    }

    #[test]
    fn every_kind_of_value() {
        let value = map(&[
            ("nil", Value::NIL),
            ("nilList", List::nil(ListType::Strings).into()),
            ("nilMap", Map::nil(MapType::Any).into()),
            ("bytes", Value::new(Data::Bytes(b"hi".as_slice().into()))),
            ("list", List::any(vec![1e6.into(), 0.000_001.into(), Int(2).into(), true.into()]).into()),
            ("k10", Map::new().into()),
            ("k9", "yes".into()),
        ]);
        assert_eq!(
            yaml(value),
            "bytes: aGk=\nk9: \"yes\"\nk10: {}\nlist:\n- 1000000\n- 1e-06\n- 2\n- true\nnil: null\nnilList: null\nnilMap: null"
        );
    }

    #[test]
    fn what_has_no_yaml_is_swallowed() {
        assert_eq!(yaml(f64::NAN), "");
        assert_eq!(yaml("a\u{7f}"), "");
        assert_eq!(yaml(map(&[("a\u{81}", true.into())])), "");
        assert_eq!(yaml(map(&[(&"k".repeat(1025), true.into())])), "");
        assert_eq!(yaml(Str::from(b"\xff".as_slice())), "\u{fffd}");
        let own = Map::new();
        own.set("self", own.clone().into());
        assert_eq!(yaml(own.clone()), "");
        own.unset(b"self");
    }

    #[test]
    fn pretty_shows_nil_containers_as_empty() {
        let value =
            map(&[("a", List::any(vec![Int(1).into()]).into()), ("b", List::nil(ListType::Any).into())]);
        let text = call(|cx| to_yaml_pretty(cx, value.into())).bytes;
        assert_eq!(text.to_text(), "a:\n  - 1\nb: []");
    }

    #[test]
    fn reading() {
        assert_eq!(from("a: 1\nb: [x, yes]"), r#"{"a":1,"b":["x",true]}"#);
        assert_eq!(from(""), "{}");
        assert_eq!(from("~"), "{}");
        assert_eq!(
            from("[1]"),
            r#"{"Error":"error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}"}"#
        );
        assert_eq!(
            from("a: b: c"),
            r#"{"Error":"error converting YAML to JSON: yaml: mapping values are not allowed in this context"}"#
        );
        assert_eq!(
            from("a: .inf"),
            r#"{"Error":"error converting YAML to JSON: json: unsupported value: +Inf"}"#
        );
        let array =
            |text: &str| call(|cx| from_yaml_array(cx, Text { bytes: text.into(), origin: Origin::NONE }));
        assert_eq!((array("").len(), array("").is_nil(), array("[a, b]").len()), (0, false, 2));
        assert!(
            array("a: 1").get(0).unwrap().as_str().unwrap().to_text().contains("cannot unmarshal object")
        );
    }

    /// The segments of a text, as `text=value` with the start of the value's range.
    fn segments(trace: &Trace, text: &Text) -> Vec<String> {
        let mut segments: Vec<Segment> = Vec::new();
        trace.slice(text.origin, 0..text.bytes.len(), &mut segments);
        let mut at = 0;
        let mut shown = Vec::new();
        for segment in segments {
            let end = at + segment.len as usize;
            let start =
                segment.value.range().map_or("-".to_owned(), |it| u32::from(it.range.start()).to_string());
            shown.push(format!("{:?}={start}", String::from_utf8_lossy(&text.bytes[at..end])));
            at = end;
        }
        shown
    }

    fn at(start: usize) -> Origin {
        Origin::from(Some(text::FileRange::new(text::FileId(1), start, start + 1)))
    }

    #[test]
    fn each_line_keeps_the_origin_of_its_value() {
        let inner = map(&[("b", Value::from("x").with_origin(at(20))), ("c", "z".into())]);
        let value = map(&[
            ("a", Value::from(inner).with_origin(at(10))),
            ("d", List::any(vec![Value::from(1.0).with_origin(at(30)), 2.0.into()]).into()),
        ]);
        traced(|cx| {
            let text = to_yaml(cx, Value::from(value).with_origin(at(5)));
            let seen = segments(cx.trace.as_ref().unwrap(), &text);
            assert_eq!(
                seen,
                [
                    "\"a:\"=10",
                    "\"\\n  b: x\"=20",
                    "\"\\n  c: z\"=10",
                    "\"\\nd:\"=5",
                    "\"\\n- 1\"=30",
                    "\"\\n- 2\"=5"
                ]
            );
        });
    }

    #[test]
    fn keys_out_of_files_show_themselves() {
        let source = "l:\n- k: x\nm:\n  b: z\n";
        let node = yaml::parse(source, text::FileId(1), yaml::Numbers::AsJson).unwrap();
        traced(|cx| {
            let text = to_yaml(cx, Value::from_node(&node));
            let seen = segments(cx.trace.as_ref().unwrap(), &text);
            let at = |what: &str| source.find(what).unwrap();
            let want = [
                format!("\"l:\"={}", at("l")),
                format!("\"\\n- k:\"={}", at("k")),
                format!("\" x\"={}", at("x")),
                format!("\"\\nm:\"={}", at("m")),
                format!("\"\\n  b:\"={}", at("b")),
                format!("\" z\"={}", at("z")),
            ];
            assert_eq!(seen, want);
        });
    }

    #[test]
    fn values_that_are_read_keep_the_origin_of_their_text() {
        traced(|cx| {
            let mut builder = crate::TextBuilder::new(cx);
            builder.push(b"a: ");
            builder.push_from(b"x", at(40));
            builder.push(b"\nb: y");
            let text = builder.finish(cx);
            let map = from_yaml(cx, text);
            assert_eq!(map.get(b"a").unwrap().origin, at(40));
            assert_eq!(map.get(b"b").unwrap().origin, Origin::NONE);
        });
    }
}
