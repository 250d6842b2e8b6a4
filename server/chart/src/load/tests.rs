//! What loading makes of files, and what it says about broken ones.

use std::collections::HashMap;

use text::{FileId, FileRange, FileTable};

use super::{LoadContext, LoadErrorKind};
use crate::archive::tests::pack;
use crate::testing::{json, load, load_tolerant, node};
use crate::{Chart, Dialect, SourceFile};

const CHART: &str = "#- Chart.yaml\napiVersion: v2\nname: c\nversion: 1.0.0\n";

fn with(rest: &str) -> String {
    format!("{CHART}{rest}")
}

#[track_caller]
fn loaded(rest: &str) -> Chart {
    load(&with(rest), Dialect::Helm4).unwrap()
}

#[track_caller]
fn check_error(fixture: &str, dialect: Dialect, want: &str) {
    assert_eq!(load(fixture, dialect).unwrap_err().to_string(), want);
}

fn paths(files: &[SourceFile]) -> Vec<&str> {
    files.iter().map(|file| &*file.path).collect()
}

#[test]
fn files_have_their_places() {
    let chart = loaded(
        "#- values.yaml\na: 1\n#- values.schema.json\n{}\n#- templates/a.yaml\n#- templates/_b.tpl\n#- templates/x/NOTES.txt
#- crds/a.yaml\n#- README.md\n#- .helmignore\n#- Chart.lock\ndigest: d\n#- charts/x.prov\n",
    );
    assert_eq!(paths(&chart.templates), ["templates/a.yaml", "templates/_b.tpl", "templates/x/NOTES.txt"]);
    assert_eq!(paths(&chart.files), ["crds/a.yaml", "README.md", ".helmignore", "charts/x.prov"]);
    assert_eq!(json(&chart.values).to_string(), r#"{"a":1.0}"#);
    assert_eq!(chart.lock.as_ref().unwrap().digest, "d");
    assert!(chart.schema.is_some() && chart.is_root);
    assert_eq!(chart.crds()[0].filename, "c/crds/a.yaml");
}

#[test]
fn metadata_is_turned_into_text() {
    let chart = load(
        "#- Chart.yaml\nname: n\nversion: 1.2\nappVersion: 1.10\nKubeVersion: \">=1\"\nannotations: {a: 1, b: true}\n",
        Dialect::Helm3,
    )
    .unwrap();
    let metadata = &chart.metadata;
    assert_eq!((&*metadata.name, &*metadata.version, &*metadata.app_version), ("false", "1.2", "1.1"));
    assert_eq!((&*metadata.api_version, &*metadata.kube_version), ("v1", ">=1"));
    assert_eq!(metadata.annotations["b"], "true");
    assert!(metadata.source.value_at("appVersion").is_some() && metadata.source.key_at("name").is_some());
}

#[test]
fn subcharts_know_their_place() {
    let chart = loaded(
        "#- charts/b/Chart.yaml\nname: b\nversion: 1.0.0\n#- charts/b/templates/x.yaml\nx: 1
#- charts/b/charts/d/Chart.yaml\nname: d\nversion: 1.0.0\n#- charts/a/Chart.yaml\nname: z\nversion: 1.0.0
#- charts/_hidden/x\n#- charts/.git/x\n",
    );
    let names: Vec<&str> = chart.all().iter().map(|chart| &*chart.full_path).collect();
    assert_eq!(names, ["c", "c/charts/z", "c/charts/b", "c/charts/b/charts/d"]);
    let b = chart.dependency("b").unwrap();
    assert_eq!(&*b.templates[0].path, "templates/x.yaml");
    assert_eq!(b.full_file_path(&b.templates[0]), "c/charts/b/templates/x.yaml");
    assert!(!b.is_root);
}

#[test]
fn errors_as_helm_says_them() {
    let map = "into Go value of type map[string]interface {}";
    for dialect in [Dialect::Helm3, Dialect::Helm4] {
        check_error("#- values.yaml\n", dialect, "Chart.yaml file is missing");
        check_error("#- Chart.yaml\nversion: 1\n", dialect, "validation: chart.metadata.name is required");
        check_error("#- Chart.yaml\nname: a\n", dialect, "validation: chart.metadata.version is required");
        let name = "validation: chart.metadata.name \"a/b\" is invalid";
        check_error("#- Chart.yaml\nname: a/b\nversion: 1.0.0\n", dialect, name);
        let version = "validation: chart.metadata.version \"x\" is invalid";
        check_error("#- Chart.yaml\nname: a\nversion: x\n", dialect, version);
        let kind = "validation: chart.metadata.type must be application or library";
        check_error("#- Chart.yaml\nname: a\nversion: 1.0.0\ntype: x\n", dialect, kind);
        check_error(
            &with("#- charts/x/values.yaml\n"),
            dialect,
            "error unpacking subchart x in c: Chart.yaml file is missing",
        );
    }
    let decoding = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal";
    check_error(
        &with("#- values.yaml\n- a\n"),
        Dialect::Helm3,
        &format!("cannot load values.yaml: {decoding} array {map}"),
    );
    check_error(
        &with("#- values.yaml\ntext\n"),
        Dialect::Helm4,
        &format!("cannot load values.yaml: cannot unmarshal yaml document: {decoding} string {map}"),
    );
    check_error(
        "#- Chart.yaml\nname: [a]\n",
        Dialect::Helm3,
        &format!(
            "cannot load Chart.yaml: {decoding} array into Go struct field Metadata.name of type string"
        ),
    );
    check_error(
        "#- Chart.yaml\nname: a\nversion: 1.0.0\ndependencies: [{name: {}}]\n",
        Dialect::Helm4,
        &format!(
            "cannot load Chart.yaml: {decoding} object into Go struct field Dependency.dependencies.name of type string"
        ),
    );
    check_error(
        "#- Chart.yaml\n- a\n",
        Dialect::Helm3,
        &format!("cannot load Chart.yaml: {decoding} array into Go value of type chart.Metadata"),
    );
    check_error(
        "#- Chart.yaml\n- a\n",
        Dialect::Helm4,
        &format!("cannot load Chart.yaml: {decoding} array into Go value of type loader.chartBase"),
    );
    check_error("#- Chart.yaml\napiVersion: v9\n", Dialect::Helm4, "unsupported chart version");
}

#[test]
fn dependencies_are_checked() {
    let chart = "#- Chart.yaml\nname: a\nversion: 1.0.0\ndependencies:\n";
    check_error(
        &format!("{chart}- null\n"),
        Dialect::Helm4,
        "validation: dependencies must not contain empty or null nodes",
    );
    check_error(
        &format!("{chart}- {{name: x}}\n- {{name: y, alias: x}}\n"),
        Dialect::Helm4,
        "validation: more than one dependency with name or alias \"x\"",
    );
    check_error(
        &format!("{chart}- {{name: x, alias: a.b}}\n"),
        Dialect::Helm4,
        "validation: dependency \"x\" has disallowed characters in the alias",
    );
}

#[test]
fn documents_of_values() {
    let fixture = with("#- values.yaml\na: {x: 1}\n---\na: {z: 2}\nb: 1\n--- # end\nb: 2\n");
    let values = |dialect| json(&load(&fixture, dialect).unwrap().values).to_string();
    assert_eq!(values(Dialect::Helm3), r#"{"a":{"x":1.0}}"#);
    assert_eq!(values(Dialect::Helm4), r#"{"a":{"x":1.0,"z":2.0},"b":2.0}"#);
    check_error(
        &with("#- values.yaml\na: 1\n--- text\n"),
        Dialect::Helm4,
        "cannot load values.yaml: error reading yaml document: invalid Yaml document separator: text",
    );
}

#[test]
fn later_documents_keep_their_places() {
    let chart = loaded("#- values.yaml\na: 1\n---\nb: 22\n");
    let at = chart.values.get("b").unwrap().at.unwrap();
    assert_eq!(at, FileRange::new(chart.values_file.as_ref().unwrap().id, 12, 14));
}

#[test]
fn requirements_of_old_charts() {
    let rest = "#- requirements.yaml\ndependencies: [{name: x, version: 1.0.0}]\n";
    let old =
        load(&format!("#- Chart.yaml\napiVersion: v1\nname: a\nversion: 1.0.0\n{rest}"), Dialect::Helm4)
            .unwrap();
    assert_eq!(old.metadata.dependencies()[0].name, "x");
    assert_eq!(paths(&old.files), ["requirements.yaml"]);
    let new = loaded(rest);
    assert_eq!(new.metadata.dependencies()[0].name, "x");
    assert!(new.files.is_empty());
}

fn load_packed(name: &str, packed: Vec<u8>) -> (Result<Chart, super::LoadError>, FileTable) {
    let mut table = FileTable::default();
    let mut files = crate::testing::files(&mut table, CHART);
    let path = format!("charts/{name}");
    files.push(SourceFile::new(path.as_str(), table.intern(&path), packed));
    let chart =
        crate::load(files, &mut LoadContext { table: &mut table, base: "dir/c", dialect: Dialect::Helm4 });
    (chart, table)
}

#[test]
fn packed_subcharts_have_numbered_members() {
    let inner = pack(&[("in/Chart.yaml", b"name: in\nversion: 1.0.0\n"), ("in/templates/x", b"x")]);
    let outer = pack(&[("out/Chart.yaml", b"name: out\nversion: 1.0.0\n"), ("out/charts/in-1.tgz", &inner)]);
    let (chart, table) = load_packed("out-1.tgz", outer);
    let chart = chart.unwrap();
    let inner = &chart.dependencies[0].dependencies[0];
    assert_eq!(&*inner.full_path, "c/charts/out/charts/in");
    assert_eq!(&**table.path(inner.templates[0].id), "dir/c/charts/out-1.tgz/charts/in-1.tgz/templates/x");
}

#[test]
fn broken_archives_are_told() {
    let (chart, _) = load_packed("x.tgz", b"nonsense".to_vec());
    let error = chart.unwrap_err();
    assert_eq!(error.to_string(), "error unpacking subchart x.tgz in c: gzip: invalid header");
    assert_eq!(error.kind, LoadErrorKind::Archive);
}

#[test]
fn tolerant_goes_on() {
    let fixture = "#- Chart.yaml\nname: [x]\nversion: 1.0.0\ndescription: still read\n#- values.yaml\na: [\n
#- charts/s/values.yaml\n#- charts/t/Chart.yaml\nname: t\nversion: 1.0.0\n#- templates/a\n";
    let last_good = HashMap::from([(FileId(1), node(&serde_json::json!({"a": 1})))]);
    let loaded = load_tolerant(fixture, &last_good);
    let chart = loaded.chart.unwrap();
    assert_eq!(chart.metadata.description, "still read");
    assert_eq!(json(&chart.values).to_string(), r#"{"a":1.0}"#);
    assert_eq!(chart.dependencies.len(), 1);
    let kinds: Vec<LoadErrorKind> = loaded.errors.iter().map(|error| error.kind).collect();
    assert_eq!(kinds, [LoadErrorKind::ChartYaml, LoadErrorKind::Values, LoadErrorKind::NotAChart]);
    assert!(loaded.errors[0].at.is_some());
    assert!(load_tolerant("#- values.yaml\n", &last_good).chart.is_none());
}

#[test]
fn nesting_ends_somewhere() {
    let mut fixture = CHART.to_owned();
    let mut prefix = String::new();
    for _ in 0..50 {
        prefix.push_str("charts/x/");
        fixture.extend(["#- ", &prefix, "Chart.yaml\nname: x\nversion: 1.0.0\n"]);
    }
    assert!(
        load(&fixture, Dialect::Helm4).unwrap_err().to_string().ends_with("charts are nested too deeply")
    );
}
