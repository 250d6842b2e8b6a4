//! What of a schema reaches the editor: keys, values, words, and the places of a rename.

use fixtures::Fixture;

use crate::testing::analyse;

const SCHEMA: &str = r##"
#- values.schema.json
{
  "type": "object",
  "required": ["image"],
  "properties": {
    "image": {"$ref": "#/$defs/image"},
    "mode": {"description": "How it runs.", "enum": ["fast", "on", 1]},
    "hosts": {"type": "array", "items": {"type": "object", "properties": {"host": {"type": "string"}}}},
    "tolerate": {"type": "array", "items": {"enum": ["a", "b"]}},
    "debug": {"type": "boolean"},
    "either": {"oneOf": [{"properties": {"one": {}}}, {"properties": {"two": {}}}]},
    "extra": {"additionalProperties": {"properties": {"path": {"type": ["string", "null"]}}}}
  },
  "$defs": {
    "image": {"description": "The image.", "properties": {"tag": {"type": "string"}, "pullPolicy": {"const": "Always"}}}
  }
}
"##;

/// What is offered in `values.yaml`, required ones with `!`.
#[track_caller]
fn check(values: &str, want: &str) {
    let fixture = Fixture::parse(&format!("#- values.yaml\n{values}\n{}", &SCHEMA[1..]));
    let items = analyse(&fixture).completions(fixture.cursor());
    let shown = items.iter().map(|it| format!("{}{}", it.insert, if it.rank == 0 { "!" } else { "" }));
    assert_eq!(shown.collect::<Vec<_>>().join(" | "), want, "{values}");
}

#[test]
fn keys_that_the_schema_knows() {
    check("<|>", "debug:  | either:  | extra:  | hosts: | image: ! | mode:  | tolerate:");
    check("image:\n  <|>", "pullPolicy:  | tag: ");
    check("image:\n  tag: a\n  <|>", "pullPolicy: ");
    check("image:\n  pu<|>ll: a", "pullPolicy | tag");
    check("hosts:\n  - <|>", "host: ");
    check("either:\n  <|>", "one:  | two: ");
    check("extra:\n  some:\n    <|>", "path: ");
}

#[test]
fn values_that_the_schema_allows() {
    check("mode: <|>", "fast | \"on\" | 1");
    check("mode: \"<|>\"", "fast | on | 1");
    check("debug: <|>", "true | false");
    check("image:\n  pullPolicy: A<|>", "Always");
    check("tolerate:\n  - <|>", "a | b");
}

#[test]
fn hover_tells_what_it_is_for() {
    let fixture =
        Fixture::parse(&format!("#- templates/a.yaml\n{{{{ .Values.mo<|>de }}}}\n{}", &SCHEMA[1..]));
    let hover = analyse(&fixture).hover(fixture.cursor()).unwrap().markup;
    assert_eq!(hover, "`.Values.mode`\n\nHow it runs.\n\nOne of `fast`, `\"on\"`, `1`.\n\nnot set anywhere");
}

#[test]
fn a_rename_reaches_the_schema() {
    let fixture = Fixture::parse(
        r#"
#- values.yaml
<|1>po<|>rt: 1
#- values.schema.json
{"properties": {"<|1>port": {"type": "number"}}, "required": ["other", "<|1>port"]}
#- templates/a.yaml
{{ .Values.<|1>port }}
"#,
    );
    let mut found: Vec<_> = analyse(&fixture).rename(fixture.cursor(), "door").unwrap();
    found.sort_by_key(|it| it.0.start());
    let starts: Vec<_> = found.iter().map(|it| it.0.start()).collect();
    assert_eq!(starts, fixture.marks(1));
}

#[test]
fn what_several_values_share_is_not_renamed_for_one() {
    let fixture = Fixture::parse(
        r##"
#- values.yaml
a: {po<|>rt: 1}
b: {port: 1}
#- values.schema.json
{"properties": {"a": {"$ref": "#/$defs/p"}, "b": {"$ref": "#/$defs/p"}}, "$defs": {"p": {"properties": {"port": {}}}}}
"##,
    );
    let said = analyse(&fixture).rename(fixture.cursor(), "door").unwrap_err().0;
    assert_eq!(said, "`port` is described by a part of values.schema.json that several values share");
}

#[test]
fn a_subchart_is_spoken_of_by_both_schemas() {
    let fixture = Fixture::parse(
        r#"
#- Chart.yaml
apiVersion: v2
name: app
version: 1.0.0
dependencies: [{name: db, version: 1.0.0}]
#- values.yaml
db:
  <|>
#- values.schema.json
{"properties": {"db": {"properties": {"size": {}}}}}
#- charts/db/Chart.yaml
apiVersion: v2
name: db
version: 1.0.0
#- charts/db/values.schema.json
{"properties": {"user": {}}}
"#,
    );
    let items = analyse(&fixture).completions(fixture.cursor());
    assert_eq!(items.iter().map(|it| it.label.as_str()).collect::<Vec<_>>(), ["size", "user"]);
}
