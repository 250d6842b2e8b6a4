//! Indexes as they are met: made by Helm, by other programs, and by nobody who meant an index.

use expect_test::expect;
use golang::Dialect;

use super::*;

const INDEX: &str = "\
apiVersion: v1
entries:
  web:
  - apiVersion: v2
    appVersion: 1.10
    created: \"2024-05-06T07:08:09.120Z\"
    description: A <web> & more
    digest: abc
    name: web
    urls:
    - charts/web-1.2.0.tgz
    version: 1.2.0
  - name: web
    version: 1.10.0
    urls: [https://c.d/web-1.10.0.tgz]
    removed: true
    checksum: old
  - version: 1.11.0
  - null
  - {name: web, version: one}
  - {name: web, version: 2.0.0-beta.1, urls: [b], annotations: {x: z}}
  - name: web
    version: 1.3.0
    dependencies: [{name: a, version: 1, repository: r}, {name: a, version: 2, repository: r}]
  empty: []
  none:
generated: 2024-05-06T07:08:09+00:00
serverInfo: {contextPath: x}
";

fn read(text: &str) -> ReadIndex {
    Index::read(text.as_bytes(), "a/index.yaml", Dialect::Helm4).unwrap()
}

#[track_caller]
fn error(text: &str) -> String {
    Index::read(text.as_bytes(), "a/index.yaml", Dialect::Helm4).unwrap_err().to_string()
}

fn numbers(versions: &[ChartVersion]) -> Vec<&str> {
    versions.iter().map(|it| &*it.metadata.version).collect()
}

#[test]
fn what_is_wrong_is_left_out() {
    let read = read(INDEX);
    assert_eq!(numbers(&read.index.entries["web"]), ["2.0.0-beta.1", "1.10.0", "1.3.0", "1.2.0"]);
    let warnings: Vec<_> = read.warnings.iter().map(|it| it.logged(Dialect::Helm4) + "\n").collect();
    expect![[r#"
        level=WARN msg="skipping loading invalid entry for chart" name=web version=one source=a/index.yaml error="validation: chart.metadata.version \"one\" is invalid"
        level=WARN msg="skipping loading invalid entry for chart: empty entry" name=web source=a/index.yaml
        level=WARN msg="skipping loading invalid entry for chart" name=web version=1.11.0 source=a/index.yaml error="validation: chart.metadata.name is required"
    "#]]
    .assert_eq(&warnings.concat());
    let one = Index::read_chart(INDEX.as_bytes(), "none", "a", Dialect::Helm4).unwrap();
    assert!(one.warnings.is_empty() && one.index.entries["none"].is_empty());
}

#[test]
fn versions_are_found() {
    let index = read(INDEX).index;
    let found = |version: &str| index.get("web", version).map(|it| it.metadata.version.clone());
    assert_eq!(found("").unwrap(), "1.10.0");
    assert_eq!(found("~1.2").unwrap(), "1.2.0");
    assert_eq!(found("1.2.0").unwrap(), "1.2.0");
    assert_eq!(found(">0-0").unwrap(), "2.0.0-beta.1");
    assert_eq!(found("^3").unwrap_err().to_string(), "no chart version found for web-^3");
    assert_eq!(found("x y").unwrap_err().to_string(), "improper constraint: \"x y\"");
    assert_eq!(index.get("db", "").unwrap_err(), NotFound::Name);
    assert_eq!(index.get("empty", "").unwrap_err(), NotFound::NoVersions);
}

#[test]
fn what_is_written_is_read_again() {
    let index = read(INDEX).index;
    let yaml = index.to_yaml().unwrap();
    expect![[r#"
        apiVersion: v1
        entries:
          empty: []
          none: []
          web:
          - annotations:
              x: z
            apiVersion: v1
            created: "0001-01-01T00:00:00Z"
            name: web
            urls:
            - b
            version: 2.0.0-beta.1
          - apiVersion: v1
            checksum: old
            created: "0001-01-01T00:00:00Z"
            name: web
            removed: true
            urls:
            - https://c.d/web-1.10.0.tgz
            version: 1.10.0
          - apiVersion: v1
            created: "0001-01-01T00:00:00Z"
            dependencies:
            - name: a
              repository: r
              version: "1"
            - name: a
              repository: r
              version: "2"
            name: web
            urls: null
            version: 1.3.0
          - apiVersion: v2
            appVersion: "1.1"
            created: "2024-05-06T07:08:09.12Z"
            description: A <web> & more
            digest: abc
            name: web
            urls:
            - charts/web-1.2.0.tgz
            version: 1.2.0
        generated: "2024-05-06T07:08:09Z"
    "#]]
    .assert_eq(&yaml);
    assert_eq!(read(&yaml).index.to_yaml().unwrap(), yaml);
    let json = index.to_json();
    assert!(json.contains("\"name\": \"web\",\n        \"version\": \"1.2.0\",\n"), "{json}");
    assert!(json.contains("A \\u003cweb\\u003e \\u0026 more"));
    assert_eq!(read(&json).index.to_yaml().unwrap(), yaml);
}

#[test]
fn merging_keeps_what_is_there() {
    let mut own =
        read("apiVersion: v1\nentries:\n  web:\n  - {name: web, version: 1.2.0, digest: own}\n").index;
    own.merge(read(INDEX).index);
    own.sort();
    assert_eq!(numbers(&own.entries["web"]), ["2.0.0-beta.1", "1.10.0", "1.3.0", "1.2.0"]);
    assert_eq!(own.entries["web"][3].digest, "own");
}

#[test]
fn what_is_no_index() {
    assert_eq!(error(""), "empty index.yaml file");
    assert_eq!(error("entries: {}"), "no API version specified");
    assert_eq!(error("{\"entries\": {}}"), "no API version specified");
    assert!(error("  <!DOCTYPE html><html>…</html>").starts_with("this is a web page (HTML)"));
    assert!(error("a: b: c").starts_with("error converting YAML to JSON: yaml: "));
    assert_eq!(
        error("apiVersion: v1\nunknown: 1\n"),
        "error unmarshaling JSON: while decoding JSON: json: unknown field \"unknown\""
    );
    assert_eq!(
        error("{\"apiVersion\": \"v1\", \"entries\": 1}"),
        "json: cannot unmarshal number into Go struct field IndexFile.entries of type map[string]repo.ChartVersions"
    );
    assert!(
        error("apiVersion: v1\nentries: {a: [{name: a, version: 1.0.0, created: x}]}")
            .contains("parsing time")
    );
    // JSON may say more than is known.
    assert!(Index::read(b"{\"apiVersion\": \"v1\", \"more\": 1}", "a", Dialect::Helm4).is_ok());
}
