//! What is offered, by place.

use super::super::testing::Desk;

/// A helmfile with two environments, a chart beside it and two releases, and a cursor that each test puts in.
const FILES: &str = r#"
#- helmfile.yaml.gotmpl
repositories:
  - name: shop
    url: https://shop.example
environments:
  dev:
    values:
      - dev.yaml
  prod:
    values:
      - prod.yaml
---
releases:
  - name: db
    namespace: data
    chart: shop/web
    version: 1.4.0
    labels: {tier: back}
  - name: web
    chart: ./charts/web
    CURSOR
#- dev.yaml
image:
  tag: latest
web:
  enabled: true
#- prod.yaml
image:
  tag: v1
#- charts/web/Chart.yaml
name: web
"#;

fn desk(line: &str) -> Desk {
    Desk::new(&FILES.replace("CURSOR", line), &["dev", "prod"])
}

/// The labels with the best rank, in order; a label that is not wanted may follow.
#[track_caller]
fn check(line: &str, want: &[&str]) {
    let desk = desk(line);
    let mut items = desk.helmfile().completions(desk.cursor());
    items.sort_by_key(|it| it.rank);
    let labels: Vec<&str> = items.iter().map(|it| it.label.as_str()).take(want.len().max(1)).collect();
    assert_eq!(labels, want, "{line}");
}

#[track_caller]
fn check_has(line: &str, label: &str, insert: &str) {
    let desk = desk(line);
    let items = desk.helmfile().completions(desk.cursor());
    let item = items.iter().find(|it| it.label == label);
    assert_eq!(item.map(|it| it.insert.as_str()), Some(insert), "{line}: {:?}", items.len());
}

#[test]
fn keys_that_are_not_there_yet() {
    check("<|>", &["version", "installed", "needs"]);
    check("ver<|>", &["version", "installed"]);
    check_has("<|>", "version", "version: ");
    check_has("<|>", "values", "values:\n      - ");
    check_has("<|>", "hooks", "hooks:\n      - name: ");
    check_has("na<|>: x", "namespace", "namespace");
}

#[test]
fn what_stands_behind_keys() {
    check("wait: <|>", &["true", "false"]);
    check("missingFileHandler: <|>", &["Error", "Warn"]);
    check("chart: <|>", &["./charts/web", "shop/web"]);
    check("needs: [<|>]", &["data/db"]);
    check("needs:\n      - <|>", &["data/db"]);
    check("condition: <|>", &["web.enabled"]);
    check("namespace: <|>", &["data"]);
    check("hooks:\n      - events: [<|>]", &["prepare", "preapply"]);
}

#[test]
fn files_beside_it() {
    check("values:\n      - <|>", &["dev.yaml", "prod.yaml", "charts/"]);
    check("values:\n      - charts/web/<|>", &["charts/web/Chart.yaml"]);
    check("values: [\"{{ .Values.<|> }}\"]", &["image", "web"]);
}

#[test]
fn versions_come_from_the_repository() {
    check("chart: x\n  - chart: shop/web\n    version: <|>", &["2.0.0", "1.4.0"]);
    check("chart: x\n  - chart: oci://shop.example/charts/web\n    version: \"<|>\"", &["2.0.0", "1.4.0"]);
    check("chart: x\n  - chart: ./charts/web\n    version: <|>", &[]);
}

#[test]
fn state_values_are_told_for_each_environment() {
    check("version: {{ .Values.image.<|> }}", &["tag"]);
    check("version: {{ .StateValues.image.t<|> }}", &["tag"]);
    check("version: {{ .Environment.Values.<|> }}", &["image", "web"]);
    check("version: {{ .Environment.<|> }}", &["Name", "Values"]);
    check("version: {{ with .Values.image }}{{ .<|> }}{{ end }}", &["tag"]);
    check("version: {{ range .Values.image }}{{ .<|> }}{{ end }}", &[]);
    check("version: {{ .Values | get \"<|>\" }}", &["image", "image.tag"]);
    let desk = desk("version: {{ .Values.image.<|> }}");
    let items = desk.helmfile().completions(desk.cursor());
    assert_eq!(items[0].documentation, "- dev: `latest`, dev.yaml:2\n- prod: `v1`, prod.yaml:2");
}

#[test]
fn environments_are_names_to_compare_with() {
    check("installed: {{ eq .Environment.Name \"<|>\" }}", &["dev", "prod"]);
    check("installed: {{ eq .Namespace \"<|>\" }}", &[]);
}

#[test]
fn functions_of_helmfile_come_with_those_of_helm() {
    let desk = desk("version: {{ req<|> }}");
    let items = desk.helmfile().completions(desk.cursor());
    let labels: Vec<&str> = items.iter().map(|it| it.label.as_str()).collect();
    for name in ["requiredEnv", "readFile", "nindent", "range", ".Values"] {
        assert_eq!(labels.iter().filter(|it| **it == name).count(), 1, "{name}");
    }
}
