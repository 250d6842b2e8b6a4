//! Documents as trees: what Helm has after `YAML → JSON → interface{}`.

use text::FileId;

use crate::build::Builder;
use crate::error::Error;
use crate::events::{EventKind, events};
use crate::{Node, Value};

/// What becomes of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbers {
    /// Every number is a 64-bit float, as in values files and `fromYaml`.
    AsJson,
    /// Integers stay integers, for files with types of their own (`Chart.yaml`).
    AsWritten,
}

/// Reads the first document. Nothing at all is null.
pub fn parse(text: &str, file: FileId, numbers: Numbers) -> Result<Node, Error> {
    Ok(documents(text, &|| Builder::new(file, numbers), 1)?.pop().unwrap_or(Node::computed(Value::Null)))
}

/// Reads all documents.
pub fn parse_all(text: &str, file: FileId, numbers: Numbers) -> Result<Vec<Node>, Error> {
    documents(text, &|| Builder::new(file, numbers), usize::MAX)
}

/// Reads the first document as the third version of go-yaml does, which Helmfile is made with: `yes` is a string,
/// integers stay integers, a key that stands twice is an error, and what is written beats what `<<` brings.
pub fn parse_v3(text: &str, file: FileId) -> Result<Node, Error> {
    Ok(documents(text, &|| Builder::v3(file), 1)?.pop().unwrap_or(Node::computed(Value::Null)))
}

/// Reads all documents as [`parse_v3`] does.
pub fn parse_all_v3(text: &str, file: FileId) -> Result<Vec<Node>, Error> {
    documents(text, &|| Builder::v3(file), usize::MAX)
}

fn documents<'t>(text: &'t str, begin: &dyn Fn() -> Builder<'t>, wanted: usize) -> Result<Vec<Node>, Error> {
    let mut found = Vec::new();
    let mut builder = begin();
    for event in events(text) {
        let event = event?;
        match event.kind {
            EventKind::DocumentStart => builder = begin(),
            EventKind::DocumentEnd => {
                found.push(builder.finish()?);
                if found.len() == wanted {
                    break;
                }
            }
            _ => builder.event(event)?,
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree in a line, without places.
    fn show(node: &Node) -> String {
        match &node.value {
            Value::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(" ")),
            Value::Map(map) => {
                let entries = map.iter().map(|it| format!("{}:{}", it.key, show(&it.node)));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(" "))
            }
            Value::Null => "null".to_owned(),
            Value::Bool(it) => it.to_string(),
            Value::Int(it) => it.to_string(),
            Value::Uint(it) => it.to_string(),
            Value::Float(it) => format!("{it:?}"),
            Value::String(it) => format!("{it:?}"),
        }
    }

    #[track_caller]
    fn check(text: &str, want: &str) {
        assert_eq!(show(&parse(text, FileId(0), Numbers::AsJson).unwrap()), want);
    }

    #[track_caller]
    fn fails(text: &str, want: &str) {
        assert_eq!(parse(text, FileId(0), Numbers::AsJson).unwrap_err().message, want);
    }

    #[test]
    fn numbers_are_floats() {
        check("a: 1\nb: 0x10\n1.10: x\nyes: y", "{1.1:\"x\" a:1.0 b:16.0 true:true}");
        let typed = parse("a: 1\nb: 1.5", FileId(0), Numbers::AsWritten).unwrap();
        assert_eq!(show(&typed), "{a:1 b:1.5}");
    }

    #[test]
    fn nothing_is_null() {
        check("", "null");
        check("# only a comment\n", "null");
        check("a:\n", "{a:null}");
    }

    #[test]
    fn the_last_of_equal_keys_counts() {
        check("a: 1\na: 2", "{a:2.0}");
    }

    #[test]
    fn merges_count_where_they_stand() {
        check(
            "x: &x {a: 2, b: 3}\nv:\n  a: 1\n  <<: *x\nz:\n  <<: *x\n  a: 1",
            "{v:{a:2.0 b:3.0} x:{a:2.0 b:3.0} z:{a:1.0 b:3.0}}",
        );
        check("a: &a {k: 1}\nb: &b {k: 2}\nc:\n  <<: [*a, *b]", "{a:{k:1.0} b:{k:2.0} c:{k:1.0}}");
    }

    #[test]
    fn block_scalars_at_the_end_of_the_text() {
        check("a: |\n  x", "{a:\"x\"}");
        check("a: |\n  x\n", "{a:\"x\\n\"}");
        check("a: |-\n  x\n", "{a:\"x\"}");
        check("a: |\n  x\n ", "{a:\"x\\n\"}");
        check("a: |+\n  x\n\n", "{a:\"x\\n\\n\"}");
    }

    #[test]
    fn places_are_bytes() {
        let text = "# ü\nimage:\n  tag: \"1\" # x\n  list:\n    - 北\n    - {a: b}\n";
        let node = parse(text, FileId(7), Numbers::AsJson).unwrap();
        let shown = |node: &Node| text[node.at.unwrap().range].to_owned();
        let image = node.get("image").unwrap();
        assert_eq!(shown(image.get("tag").unwrap()), "\"1\"");
        let list = image.get("list").unwrap();
        assert_eq!(shown(list), "- 北\n    - {a: b}");
        assert_eq!(shown(&list.value.as_list().unwrap()[1]), "{a: b}");
        let entry = node.value.as_map().unwrap().entry("image").unwrap();
        assert_eq!(&text[entry.key_at.unwrap().range], "image");
    }

    #[test]
    fn errors_are_go_yamls() {
        fails("a: b: c", "yaml: mapping values are not allowed in this context");
        fails("a: 1\nb: [1, 2\nc: 3\n", "yaml: line 2: did not find expected ',' or ']'");
        fails("a: *x", "yaml: unknown anchor 'x' referenced");
        fails("a: .inf", "json: unsupported value: +Inf");
        fails(
            "{{ .x }}: 1",
            "yaml: invalid map key: map[interface {}]interface {}{\".x\":interface {}(nil)}",
        );
    }

    #[test]
    fn bombs_are_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let items = vec![format!("*a{}", level - 1); 9].join(", ");
            text = format!("{text}a{level}: &a{level} [{items}]\n");
        }
        fails(&text, "yaml: document contains excessive aliasing");
        fails(&format!("{text}? *a9\n: x\n"), "yaml: document contains excessive aliasing");
        fails(&format!("{text}? [*a9, *a9]\n: <<: *a9\n"), "yaml: document contains excessive aliasing");
    }

    #[test]
    fn control_characters_are_noticed_with_their_chunk() {
        fails("a: 1\nb: \u{7}", "yaml: control characters are not allowed");
        fails("a: b: c\n\u{7}", "yaml: control characters are not allowed");
        let far = format!("a: b: c\n#{}\u{7}", "x".repeat(600));
        fails(&far, "yaml: mapping values are not allowed in this context");
    }

    #[test]
    fn nobody_waits_for_a_colon_behind_empty_brackets() {
        check("[]: x", "[]");
        fails("[a]: x", "yaml: invalid map key: []interface {}{\"a\"}");
    }

    #[test]
    fn keys_that_json_lacks() {
        fails("~: x", "unsupported map key of type: %!s(<nil>), key: <nil>, value: \"x\"");
        check("{1e3: a, .inf: b}", "{.inf:\"b\" 1000:\"a\"}");
        check("a: .inf\na: 1", "{a:1.0}");
    }

    #[test]
    fn aliases_stand_where_they_are_written_first() {
        let text = "a: &x {b: 1}\nc: *x\nd: &y !!str 5\n";
        let node = parse(text, FileId(0), Numbers::AsJson).unwrap();
        let shown = |key: &str| &text[node.get(key).unwrap().at.unwrap().range];
        assert_eq!((shown("a"), shown("c"), shown("d")), ("{b: 1}", "{b: 1}", "5"));
        fails("a: &x [*x]", "yaml: anchor 'x' value contains itself");
        fails("a: &x\n  <<: *x", "yaml: anchor 'x' value contains itself");
        fails("x: &x [{a: 1}]\ny: {<<: *x}", "yaml: map merge requires map or sequence of maps as the value");
    }

    #[test]
    fn block_scalars_end_with_their_last_line() {
        let text = "a: |\n  x\n  y\n\n# z\nb: >-\n  ü\n";
        let node = parse(text, FileId(0), Numbers::AsJson).unwrap();
        let shown = |key: &str| &text[node.get(key).unwrap().at.unwrap().range];
        assert_eq!((shown("a"), shown("b")), ("|\n  x\n  y", ">-\n  ü"));
        assert_eq!(&text[node.at.unwrap().range], text.trim_end());
    }

    #[test]
    fn what_is_left_out_stands_behind_its_colon() {
        let text = "a:\n\n# c\nb: 1\n";
        let node = parse(text, FileId(0), Numbers::AsJson).unwrap();
        assert_eq!(usize::from(node.get("a").unwrap().at.unwrap().range.start()), 2);
    }

    #[test]
    fn carriage_returns_and_byte_order_marks() {
        check("\u{FEFF}a: 1\r\nb: |\r\n  x\r\n  y\r\n", "{a:1.0 b:\"x\\ny\\n\"}");
        let node = parse("\u{FEFF}a: 1", FileId(0), Numbers::AsJson).unwrap();
        assert_eq!(usize::from(node.get("a").unwrap().at.unwrap().range.start()), 6);
    }

    #[test]
    fn all_documents() {
        let all = parse_all("a: 1\n---\n---\n- x\n...\n", FileId(0), Numbers::AsJson).unwrap();
        assert_eq!(all.iter().map(show).collect::<Vec<_>>(), ["{a:1.0}", "null", "[\"x\"]"]);
        let first = parse("a: 1\n---\n{", FileId(0), Numbers::AsJson).unwrap();
        assert_eq!(show(&first), "{a:1.0}");
    }

    #[test]
    fn trees_are_not_deeper_than_a_stack() {
        let deep = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&deep(1_000), FileId(0), Numbers::AsJson).is_ok());
        fails(&deep(1_001), "yaml: exceeded max depth of 1000");
        let chained = format!("a: &a {}\nb: &b {{a: {{a: *a}}}}", deep(998));
        fails(&chained, "yaml: exceeded max depth of 1000");
    }

    #[test]
    fn the_third_version() {
        let shown = |text: &str| parse_v3(text, FileId(0)).map(|it| show(&it)).map_err(|it| it.message);
        assert_eq!(shown("a: yes\nb: true\nc: 1\nd: .inf"), Ok("{a:\"yes\" b:true c:1 d:inf}".to_owned()));
        assert_eq!(shown("x: &x {a: 2, b: 3}\nv:\n  a: 1\n  <<: *x").unwrap(), "{v:{a:1 b:3} x:{a:2 b:3}}");
        assert_eq!(shown("b: 1\na: 1\nb: 2"), Err("yaml: mapping key \"b\" already defined".to_owned()));
        assert_eq!(
            parse_all_v3("a: 1\n---\nno: no", FileId(0)).map(|it| show(&it[1])).unwrap(),
            "{no:\"no\"}"
        );
    }

    #[test]
    fn half_typed_text_never_panics() {
        let text = "a: &x\n  - |\n    b\n  - !!str,\n  - \"c\\\n'd': {e: [f, *x]}\n? g\n: h\n%Z";
        for (end, _) in text.char_indices() {
            let _ = parse(&text[..end], FileId(0), Numbers::AsJson);
            let _ = parse_all(&text[end..], FileId(0), Numbers::AsWritten);
        }
    }
}
