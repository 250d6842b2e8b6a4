//! What completion offers, by place.

use expect_test::{Expect, expect};
use fixtures::Fixture;

use crate::testing::analyse;

/// The labels at the cursor with their details, in the order of their rank; of functions only the count.
#[track_caller]
fn check(fixture: &str, expect: Expect) {
    let fixture = Fixture::parse(fixture);
    let mut items = analyse(&fixture).completions(fixture.cursor());
    items.sort_by_key(|it| it.rank);
    let (functions, others): (Vec<_>, Vec<_>) = items
        .into_iter()
        .partition(|it| matches!(it.kind, super::CompletionKind::Function | super::CompletionKind::Keyword));
    let mut lines: Vec<String> =
        others.iter().map(|it| format!("{} {}", it.label, it.detail).trim().to_owned()).collect();
    if !functions.is_empty() {
        lines.push("and functions".to_owned());
    }
    expect.assert_eq(&lines.join("\n"));
}

const VALUES: &str = "
#- values.yaml
image:
  tag: v1
  pullPolicy: Always
hosts:
  - name: a
    paths: [/]
empty: []
# - inner: 1
";

#[track_caller]
fn check_template(template: &str, expect: Expect) {
    check(&format!("{VALUES}#- templates/a.yaml\n{template}"), expect);
}

#[test]
fn keys_of_values() {
    check_template(
        "x: {{ .Values.image.<|> }}",
        expect![[r#"
        pullPolicy Always
        tag v1"#]],
    );
}

#[test]
fn half_a_line_at_the_end_of_the_file() {
    check_template(
        "x: {{ .Values.im<|>",
        expect![[r#"
        empty []
        hosts [1 element]
        image {pullPolicy, tag}"#]],
    );
}

#[test]
fn elements_of_a_range() {
    check_template(
        "{{ range .Values.hosts }}{{ .<|> }}{{ end }}",
        expect![[r#"
        name a
        paths [1 element]"#]],
    );
}

#[test]
fn keys_that_only_an_example_shows() {
    check_template("{{ range .Values.empty }}{{ .<|> }}{{ end }}", expect!["inner not set"]);
}

#[test]
fn variables_and_their_fields() {
    check_template(
        "{{ $x := .Values.image }}{{ $x.<|> }}",
        expect![[r#"
        pullPolicy Always
        tag v1"#]],
    );
    check_template(
        "{{ $x := .Values.image }}{{ $<|> }}",
        expect![[r#"
        $x .Values.image = {pullPolicy, tag}
        $ the dot that the template was given"#]],
    );
}

#[test]
fn the_else_of_with_keeps_the_dot() {
    check_template(
        "{{ with .Values.image }}{{ else }}{{ .Values.image.<|> }}{{ end }}",
        expect![[r#"
        pullPolicy Always
        tag v1"#]],
    );
}

#[test]
fn a_define_knows_what_callers_pass() {
    check_template(
        r#"{{ define "d" }}{{ .<|> }}{{ end }}{{ include "d" (dict "image" .Values.image "n" 1) }}"#,
        expect![[r#"
            image .Values.image = {pullPolicy, tag}
            n int"#]],
    );
}

#[test]
fn names_of_templates() {
    check_template(r#"{{ define "d.e" }}{{ end }}{{ include "<|>" . }}"#, expect!["d.e templates/a.yaml"]);
    check_template(r#"{{ define "d.e" }}{{ end }}{{ template "d<|>" . }}"#, expect!["d.e templates/a.yaml"]);
}

#[test]
fn built_in_objects() {
    check_template(
        "{{ .Release.<|> }}",
        expect![[r#"
        IsInstall bool
        IsUpgrade bool
        Name string
        Namespace string
        Revision int
        Service string"#]],
    );
}

#[test]
fn only_functions_behind_a_pipe() {
    check_template("{{ .Values.image.tag | <|> }}", expect!["and functions"]);
}

#[test]
fn nothing_in_plain_text() {
    check_template("<|>x: y", expect![""]);
}

#[test]
fn keys_with_dashes_become_index() {
    let fixture = Fixture::parse("#- values.yaml\na-b: 1\n#- templates/a.yaml\n{{ .Values.<|> }}");
    let items = analyse(&fixture).completions(fixture.cursor());
    assert_eq!(items[0].insert, "(index .Values \"a-b\")");
    assert_eq!(items[0].filter.as_deref(), Some(".Values.a-b"));
}

#[test]
fn overrides_complete_what_the_chart_has() {
    check(
        &format!("{VALUES}#- dev.values.yaml\nimage:\n  <|>\n"),
        expect![[r#"
        pullPolicy Always
        tag v1"#]],
    );
}

#[test]
fn values_of_subcharts() {
    check(
        "
#- Chart.yaml
apiVersion: v2
name: app
version: 1.0.0
dependencies: [{name: db, version: 1.0.0}]
#- charts/db/Chart.yaml
apiVersion: v2
name: db
version: 1.0.0
#- charts/db/values.yaml
size: 1
#- templates/a.yaml
{{ .Values.db.<|> }}
",
        expect![[r#"
            global {}
            size 1"#]],
    );
}
