//! Where references are found, and what a rename changes: the marks `<|1>` are the expected places.

use fixtures::Fixture;
use text::FilePos;

use crate::testing::analyse;

#[track_caller]
fn check(fixture: &str) {
    let fixture = Fixture::parse(fixture);
    let analysis = analyse(&fixture);
    let cursor = fixture.cursor();
    let sorted = |mut places: Vec<FilePos>| {
        places.sort();
        places.into_iter().map(|it| (fixture.path(it.file).to_owned(), it.offset)).collect::<Vec<_>>()
    };
    let found = analysis.references(cursor).iter().map(|it| it.at.start()).collect();
    assert_eq!(sorted(found), sorted(fixture.marks(1).to_vec()));
}

#[track_caller]
fn check_definition(fixture: &str) {
    let fixture = Fixture::parse(fixture);
    let found = analyse(&fixture).goto_definition(fixture.cursor());
    let found: Vec<FilePos> = found.iter().map(|it| it.start()).collect();
    assert_eq!(found, fixture.all_marks());
}

#[test]
fn a_value_however_it_is_spelled() {
    check(
        r#"
#- values.yaml
image:
  <|1>tag: v1
#- dev.values.yaml
image: {<|1>tag: v2}
#- templates/a.yaml
{{ .Values.image.<|1>t<|>ag }}
{{ with .Values.image }}{{ .<|1>tag }}{{ end }}
{{ index .Values.image "<|1>tag" }}
{{ $x := .Values }}{{ $x.image.<|1>tag | quote }}
{{ .Values.other.tag }}
"#,
    );
}

#[test]
fn a_define_and_its_calls() {
    check(
        r#"
#- templates/_h.tpl
{{ define "<|1>a.b" }}{{ end }}
#- templates/a.yaml
{{ include "<|1>a<|>.b" . }}{{ template "<|1>a.b" . }}{{ include "a.c" . }}
"#,
    );
}

#[test]
fn a_variable_in_its_scope() {
    check(
        r#"
#- templates/a.yaml
{{ <|1>$x := 1 }}{{ <|1>$x<|> }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ <|1>$x }}
"#,
    );
}

#[test]
fn from_a_key_to_its_uses() {
    check(
        r#"
#- values.yaml
<|1>po<|>rt: 1
#- templates/a.yaml
{{ .Values.<|1>port }}{{ $.Values.<|1>port }}
"#,
    );
}

#[test]
fn the_key_that_counts_comes_first() {
    check_definition(
        r#"
#- dev.values.yaml
<|1>port: 2
#- values.yaml
<|2>port: 1
#- templates/a.yaml
{{ .Values.po<|>rt }}
"#,
    );
}

#[test]
fn values_of_a_subchart() {
    check_definition(
        r#"
#- Chart.yaml
apiVersion: v2
name: app
version: 1.0.0
dependencies: [{name: my-db, version: 1.0.0}]
#- charts/my-db/Chart.yaml
apiVersion: v2
name: my-db
version: 1.0.0
#- charts/my-db/values.yaml
<|1>size: 1
#- templates/a.yaml
{{ (index .Values "my-db").si<|>ze }}
"#,
    );
}

#[test]
fn a_value_of_a_subchart_in_all_its_files() {
    check(
        r#"
#- Chart.yaml
apiVersion: v2
name: app
version: 1.0.0
dependencies: [{name: db, version: 1.0.0}]
#- values.yaml
db:
  <|1>size: 2
#- charts/db/Chart.yaml
apiVersion: v2
name: db
version: 1.0.0
#- charts/db/values.yaml
<|1>size: 1
#- charts/db/templates/b.yaml
{{ .Values.<|1>size }}
#- templates/a.yaml
{{ .Values.db.<|1>si<|>ze }}
"#,
    );
}
