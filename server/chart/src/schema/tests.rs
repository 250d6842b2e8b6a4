//! Helm's text for values that do not fit, and where an editor points.

use super::{FindingKind, validate};
use crate::Dialect;
use crate::coalesce::coalesce_values;
use crate::testing::load;

fn chart(schema: &str, values: &str) -> crate::Chart {
    let fixture = format!(
        "#- Chart.yaml\nname: c\nversion: 1.0.0\n#- values.yaml\n{values}\n#- values.schema.json\n{schema}\n"
    );
    load(&fixture, Dialect::Helm4).unwrap()
}

#[track_caller]
fn check(schema: &str, values: &str, want: &str) {
    let chart = chart(schema, values);
    let text = validate(&chart, &chart.values).err().map(|error| error.message).unwrap_or_default();
    let want = if want.is_empty() { String::new() } else { format!("c:\n{want}") };
    assert_eq!(text, want);
}

#[test]
fn kinds_in_helms_words() {
    check(r#"{"properties":{"a":{"type":"string"}}}"#, "a: 1", "- at '/a': got number, want string\n");
    check(
        r#"{"properties":{"a":{"type":["string","null"]}}}"#,
        "a: 1",
        "- at '/a': got number, want null or string\n",
    );
    check(r#"{"required":["x","y"]}"#, "a: 1", "- at '': missing properties 'x', 'y'\n");
    check(r#"{"required":["x"]}"#, "a: 1", "- at '': missing property 'x'\n");
    check(
        r#"{"additionalProperties":false,"properties":{"a":{}}}"#,
        "a: 1\nb: 2\nc: 3",
        "- at '': additional properties 'b', 'c' not allowed\n",
    );
    check(r#"{"properties":{"a":{"minimum":1000}}}"#, "a: 1.5", "- at '/a': minimum: got 1.5, want 1,000\n");
    check(
        r#"{"properties":{"a":{"enum":["x",1,null]}}}"#,
        "a: 2",
        "- at '/a': value must be one of 'x', 1, <nil>\n",
    );
    check(r#"{"properties":{"a":{"minLength":3}}}"#, "a: x", "- at '/a': minLength: got 1, want 3\n");
    check(
        r#"{"properties":{"a":{"pattern":"^\\d+$"}}}"#,
        "a: x",
        "- at '/a': 'x' does not match pattern '^\\\\d+$'\n",
    );
    check(r#"{"properties":{"a":{"type":"integer"}}}"#, "a: 3", "");
}

#[test]
fn levels_with_one_cause_are_shown() {
    check(
        r#"{"properties":{"a":{"allOf":[{"type":"object"},{"type":"string"}]}}}"#,
        "a: {}",
        "- at '/a': 'allOf' failed\n  - at '/a': got object, want string\n",
    );
    check(
        r#"{"anyOf":[{"required":["x"],"properties":{"a":{"type":"null"}}}]}"#,
        "a: 1",
        "- at '': 'anyOf' failed\n  - at '': validation failed\n    - at '': missing property 'x'\n    - at '/a': got number, want null\n",
    );
    check(
        r##"{"$defs":{"d":{"type":"string"}},"properties":{"a":{"$ref":"#/$defs/d"}}}"##,
        "a: 1",
        "- at '/a': got number, want string\n",
    );
}

#[test]
fn subcharts_are_checked_with_their_values() {
    let fixture = "#- Chart.yaml\nname: p\nversion: 1.0.0\n#- values.yaml\ns: {a: x}
#- charts/s/Chart.yaml\nname: s\nversion: 1.0.0\n#- charts/s/values.schema.json\n{\"properties\":{\"a\":{\"type\":\"number\"}}}\n";
    let chart = load(fixture, Dialect::Helm4).unwrap();
    let values = coalesce_values(&chart, &chart.values, Dialect::Helm4).unwrap().values;
    let error = validate(&chart, &values).unwrap_err();
    assert_eq!(
        error.to_string(),
        "values don't meet the specifications of the schema(s) in the following chart(s):\ns:\n- at '/a': got string, want number\n"
    );
    assert_eq!(error.findings[0].path, ["s", "a"]);
    assert_eq!(&*error.findings[0].chart, "p/charts/s");
    assert_eq!(error.findings[0].schema.1, "/properties/a");
}

#[test]
fn findings_point_at_values_and_keys() {
    let chart = chart(
        r#"{"additionalProperties":false,"properties":{"a":{"type":"string"},"o":{"required":["x"]}}}"#,
        "a: 1\nbad: 2\no: {}",
    );
    let error = validate(&chart, &chart.values).unwrap_err();
    let text = chart.values_file.as_ref().unwrap().text().unwrap();
    let mut shown: Vec<(String, FindingKind)> = error
        .findings
        .iter()
        .map(|it| {
            let range = it.at.unwrap().range;
            (text[usize::from(range.start())..usize::from(range.end())].to_owned(), it.kind.clone())
        })
        .collect();
    shown.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        shown,
        [
            ("1".to_owned(), FindingKind::Value),
            ("bad".to_owned(), FindingKind::Additional),
            ("{}".to_owned(), FindingKind::Missing(vec!["x".to_owned()])),
        ]
    );
}

#[test]
fn nothing_is_loaded() {
    let chart = chart(r#"{"$ref":"https://example.com/schema.json"}"#, "a: 1");
    let error = validate(&chart, &chart.values).unwrap_err();
    assert_eq!(error.findings[0].kind, FindingKind::Unresolved("https://example.com/schema.json".to_owned()));
    check(r#"{"$ref":"urn:example:x"}"#, "a: 1", "");
}

#[test]
fn broken_schemas_are_told() {
    for schema in ["{", r#"{"type":"nothing"}"#, r#"{"pattern":"("}"#] {
        let chart = chart(schema, "a: 1");
        let error = validate(&chart, &chart.values).unwrap_err();
        assert_eq!(error.findings[0].kind, FindingKind::Schema, "{schema}");
    }
}

#[test]
fn grouped_definitions_point_at_the_original() {
    let schema =
        r##"{"definitions":{"g":{"s":{"type":"string"}}},"properties":{"a":{"$ref":"#/definitions/g/s"}}}"##;
    let chart = chart(schema, "a: 1");
    let error = validate(&chart, &chart.values).unwrap_err();
    assert_eq!(error.message, "c:\n- at '/a': got number, want string\n");
    assert_eq!(error.findings[0].schema.1, "/definitions/g/s");
}

#[test]
fn deep_values_of_a_recursive_schema() {
    let depth = 400;
    let values = format!("a: {}1{}", "{a: ".repeat(depth), "}".repeat(depth));
    let chart = chart(r##"{"type":"object","additionalProperties":{"$ref":"#"}}"##, &values);
    let error = validate(&chart, &chart.values).unwrap_err();
    assert!(error.message.ends_with("got number, want object\n"));
}

#[test]
fn hostile_schemas_do_not_overflow_the_stack() {
    let defs: Vec<String> =
        (0..40_000).map(|at| format!(r##""{at}":{{"$ref":"#/$defs/{}"}}"##, at + 1)).collect();
    let schema = format!(r##"{{"$ref":"#/$defs/0","$defs":{{{},"40000":{{}}}}}}"##, defs.join(","));
    let chart = chart(&schema, "a: 1");
    let error = validate(&chart, &chart.values).unwrap_err();
    assert_eq!(error.message, "c:\nthe schema is too large to be used");
}
