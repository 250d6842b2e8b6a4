//! Lint over charts in a text. Helm's own words for each rule are recorded in `tests/recorded`; here is what only
//! an editor sees: places and ids.

use text::FileTable;

use super::*;

struct Quiet;

impl Host for Quiet {
    fn now(&self) -> i128 {
        0
    }

    fn random(&self, into: &mut [u8]) {
        into.fill(7);
    }

    fn lints(&self) -> bool {
        true
    }
}

/// The chart of a text in which a line `#- path` begins a file.
pub(super) fn report(fixture: &str, dialect: Dialect) -> (Report, Vec<SourceFile>) {
    let mut table = FileTable::default();
    let mut files: Vec<(String, String)> = Vec::new();
    for line in fixture.trim_start().lines() {
        match line.strip_prefix("#- ") {
            Some(path) => files.push((path.to_owned(), String::new())),
            None => files.last_mut().unwrap().1.push_str(&format!("{line}\n")),
        }
    }
    let file = |(path, text): (String, String)| {
        let id = table.intern(&path);
        SourceFile::new(path, id, text.into_bytes())
    };
    let files: Vec<SourceFile> = files.into_iter().map(file).collect();
    let folder = Folder::of_files("/c", files.clone(), &mut table, dialect);
    let options = LintOptions {
        namespace: "default".to_owned(),
        capabilities: Capabilities::defaults(dialect),
        dialect,
        skip_schema: false,
        traced: true,
        limits: template::Limits::default(),
    };
    let user = Node::computed(yaml::Value::empty_map());
    (lint(&folder, &user, &options, &Quiet), files)
}

/// `id at "text of the place"`, for every finding.
#[track_caller]
fn check(fixture: &str, want: &[&str]) {
    let (report, files) = report(fixture, Dialect::Helm4);
    let show = |finding: &Finding| {
        let place = finding.at.and_then(|at| {
            let file = files.iter().find(|file| file.id == at.file)?;
            let end = usize::from(at.range.end()).min(file.data.len());
            Some(format!(" at {:?}", &file.text()?[usize::from(at.range.start())..end]))
        });
        format!("{}{}", finding.id, place.unwrap_or_default())
    };
    let found: Vec<String> = report.findings.iter().map(show).collect();
    assert_eq!(found, want);
}

const CHART: &str = "#- Chart.yaml
apiVersion: v2
name: c
version: 1.0.0
icon: https://example.com/a.png
#- values.yaml
name: Bad_Name
";

#[test]
fn a_good_chart_has_no_findings() {
    check(&format!("{CHART}#- templates/a.yaml\nkind: A\nmetadata:\n  name: a\n"), &[]);
}

#[test]
fn places_in_the_chart_file() {
    check(
        "#- Chart.yaml\napiVersion: v2\nname: c\nversion: 1.0\nicon: x\nextra: 1\n#- values.yaml\n",
        &[
            "chart-yaml-strict at \"extra\"",
            "chart-version-type at \"1.0\"",
            "chart-icon-url at \"x\"",
            "chart-version-strict at \"1.0\"",
            "templates-folder",
        ],
    );
}

#[test]
fn a_rendered_name_leads_back_to_the_template() {
    let template = "kind: A\nmetadata:\n  name: {{ .Values.name }}\n";
    check(&format!("{CHART}#- templates/a.yaml\n{template}"), &["object-name at \"{{ .Values.name }}\""]);
}

#[test]
fn text_that_is_no_yaml_leads_back_too() {
    check(
        &format!("{CHART}#- templates/a.yaml\nkind: A\nb: {{{{ \"c: d\" }}}}\n"),
        &["manifest-yaml at \"{{ \\\"c: d\\\" }}\""],
    );
}
