//! What hover says, by place.

use expect_test::{Expect, expect};
use fixtures::Fixture;

use crate::testing::analyse;

#[track_caller]
fn check(fixture: &str, expect: Expect) {
    let fixture = Fixture::parse(fixture);
    let cursor = fixture.cursor();
    let hover = analyse(&fixture).hover(cursor);
    let shown = hover.map(|it| {
        let underlined = fixtures::underline(fixture.text(it.range.file), &[it.range.range]);
        format!("{underlined}\n{}\n", it.markup)
    });
    expect.assert_eq(&shown.unwrap_or_default());
}

const CHART: &str = "
#- values.yaml
# Image to pull.
image:
  # -- Tag of the image.
  tag: v1
port: 80
#- dev.values.yaml
image:
  tag: v2
";

#[track_caller]
fn check_template(template: &str, expect: Expect) {
    check(&format!("{CHART}#- templates/a.yaml\n{template}\n"), expect);
}

#[test]
fn a_value_with_its_comment_and_who_overrides_whom() {
    check_template(
        "x: {{ .Values.image.<|>tag }}",
        expect![[r#"
            x: {{ .Values.image.tag }}
                                ▔▔▔

            `.Values.image.tag`

            ```yaml
            v2
            ```

            Tag of the image.

            set in dev.values.yaml:2  
            overrides values.yaml:4 (`v1`)
        "#]],
    );
}

#[test]
fn a_map_is_shown_as_yaml() {
    check_template(
        "x: {{ toYaml .Values.im<|>age }}",
        expect![[r#"
            x: {{ toYaml .Values.image }}
                                 ▔▔▔▔▔

            `.Values.image`

            ```yaml
            tag: v2
            ```

            Image to pull.

            set in dev.values.yaml:1  
            overrides values.yaml:2 (`tag: v1`)
        "#]],
    );
}

#[test]
fn a_variable_holds_a_value() {
    check_template(
        "{{ $port := .Values.port }}{{ $po<|>rt }}",
        expect![[r#"
        {{ $port := .Values.port }}{{ $port }}
                                      ▔▔▔▔▔

        `$port`

        `.Values.port`

        ```yaml
        80
        ```

        set in values.yaml:5
    "#]],
    );
}

#[test]
fn a_function_is_documented() {
    check_template(
        "{{ .Values.port | tru<|>nc }}",
        expect![[r#"
        {{ .Values.port | trunc }}
                          ▔▔▔▔▔

        `trunc(int, string)`

        Keeps the first `n` bytes, or the last `-n` when `n` is negative.

        `{{ trunc -3 "hello" }}` gives `llo`
    "#]],
    );
}

#[test]
fn built_in_fields_have_their_value() {
    check_template(
        "{{ .Release.Na<|>me }}",
        expect![[r#"
        {{ .Release.Name }}
                    ▔▔▔▔

        `.Release.Name` = `demo` _string_

        The name of the release.
    "#]],
    );
}

#[test]
fn a_define_shows_its_body() {
    check_template(
        "{{ define \"d\" }}x{{ end }}{{ include \"<|>d\" . }}",
        expect![[r#"
            {{ define "d" }}x{{ end }}{{ include "d" . }}
                                                  ▔

            `d` in templates/a.yaml, called once

            ```helm
            {{ define "d" }}x{{ end }}
            ```
        "#]],
    );
}

#[test]
fn keys_of_values_files_too() {
    check(
        &format!("{CHART}#- x\n").replace("  tag: v2", "  t<|>ag: v2"),
        expect![[r#"
              tag: v2
              ▔▔▔

            `.Values.image.tag`

            ```yaml
            v2
            ```

            Tag of the image.

            set in dev.values.yaml:2  
            overrides values.yaml:4 (`v1`)
        "#]],
    );
}

#[test]
fn nothing_where_nothing_is_known() {
    check_template("{{ .Nothing.he<|>re }}", expect![[r#""#]]);
}

#[test]
fn the_comment_above_a_define() {
    let said = |comment: &str| {
        let fixture = fixtures::Fixture::parse(&format!(
            "#- templates/a.yaml\n{comment}{{{{- define \"a\" }}}}x{{{{ end }}}}{{{{ include \"a<|>\" . }}}}"
        ));
        let markup = crate::testing::analyse(&fixture).hover(fixture.cursor()).unwrap().markup;
        let (head, _) = markup.split_once("```").unwrap();
        head.trim_start_matches("`a` in templates/a.yaml, called once").trim().to_owned()
    };
    assert_eq!(said("{{/* The name. */}}\n"), "The name.");
    assert_eq!(said("{{- /*\n  The name,\n  or another.\n*/ -}}\n"), "The name,  \nor another.");
    assert_eq!(said("{{/* Of the file. */}}\n\n"), "");
    assert_eq!(said("{{ .Values.a }}\n"), "");
    assert_eq!(said("{{/* a */}}{{ 1 }}"), "");
}
