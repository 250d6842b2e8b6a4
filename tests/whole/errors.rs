//! What people are told of a broken chart beside Helm's words: `--errors full`.

use chartroom_tests::{Scratch, run};

/// The chart is one text: `#- path` begins a file. Of what is told, Helm's part ends at the first empty line.
#[track_caller]
fn check(files: &str, wanted: &str) {
    let scratch = Scratch::new();
    scratch.write("Chart.yaml", "apiVersion: v2\nname: chart\nversion: 0.1.0\n");
    for file in files.trim_start().split("#- ").filter(|file| !file.is_empty()) {
        let (path, text) = file.split_once('\n').unwrap();
        scratch.write(path, text);
    }
    let output = run(&["template", "r", scratch.path().to_str().unwrap(), "--errors", "full"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(told.starts_with("Error: "), "{told}");
    let start = told.find("\nerror: ").unwrap_or_else(|| panic!("{told}"));
    assert_eq!(told[start..].trim(), wanted.trim());
}

#[test]
fn a_value_that_is_missing_through_two_calls() {
    check(
        r#"
#- values.yaml
image: {tag: x}
#- templates/_h.tpl
{{- define "app.image" -}}
{{ include "app.tag" . }}
{{- end -}}
{{- define "app.tag" -}}
{{ .Values.imagee.registry.host }}
{{- end -}}
#- templates/a.yaml
kind: A
image: {{ include "app.image" . | quote }}
"#,
        r#"
error: nil pointer evaluating interface {}.registry
 --> templates/_h.tpl:5:4
  |
5 | {{ .Values.imagee.registry.host }}
  |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
  |
 ::: templates/_h.tpl:2:4
  |
2 | {{ include "app.tag" . }}
  |    ------------------- called from here
  |
 ::: templates/a.yaml:2:11
  |
2 | image: {{ include "app.image" . | quote }}
  |           --------------------- called from here
  |
  = help: `imagee` is not set in the values; did you mean `image`?
  |
 ::: values.yaml:1:1
  |
1 | image: {tag: x}
  | ----- here
"#,
    );
}

#[test]
fn independent_errors_are_told_together() {
    check(
        r#"
#- templates/a.yaml
host: {{ required "host is needed" .Values.host }}
#- templates/b.yaml
port: {{ required "port is needed" .Values.port }}
"#,
        r#"
error: port is needed
 --> templates/b.yaml:1:10
  |
1 | port: {{ required "port is needed" .Values.port }}
  |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
  |
  = help: `port` is not set in the values: set it, or ask with `with` or `dig` first

error: host is needed
 --> templates/a.yaml:1:10
  |
1 | host: {{ required "host is needed" .Values.host }}
  |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ here
  |
  = help: `host` is not set in the values: set it, or ask with `with` or `dig` first
"#,
    );
}

#[test]
fn an_indent_that_fits_nothing_shows_what_was_rendered() {
    check(
        r#"
#- templates/a.yaml
kind: A
metadata:
  labels:
{{ dict "a" "b" "c" "d" | toYaml | indent 4 }}
    extra: 1
   name: x
"#,
        r"
error: error converting YAML to JSON: yaml: line 6: did not find expected key
 --> templates/a.yaml:6:4
  |
6 |    name: x
  |    ^^^^^^^ here
  |
 ::: chart/templates/a.yaml as rendered:7:4
  |
4 |     a: b
5 |     c: d
6 |     extra: 1
7 |    name: x
  |    ^^^^^^^ YAML stops here
  |
  = help: the line stands at an indent that nothing above it has: is the number of `nindent` right?
",
    );
}

#[test]
fn a_file_that_keeps_the_chart_from_loading() {
    check(
        "#- values.yaml\na: 1\nb: c: d\n",
        r"
error: cannot load values.yaml: cannot unmarshal yaml document: error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context
 --> values.yaml:2:5
  |
2 | b: c: d
  |     ^^^ here
",
    );
}

#[test]
fn pipes_get_helms_words_alone() {
    let scratch = Scratch::new();
    scratch.write("Chart.yaml", "apiVersion: v2\nname: chart\nversion: 0.1.0\n");
    scratch.write("templates/a.yaml", "a: {{ nofunction }}\n");
    let output = run(&["template", "r", scratch.path().to_str().unwrap()]);
    let told = String::from_utf8(output.stderr).unwrap();
    let wanted = "Error: parse error at (chart/templates/a.yaml:1): function \"nofunction\" not defined\n\n\
                  Use --debug flag to render out invalid YAML\n";
    assert_eq!(told, wanted);
}
