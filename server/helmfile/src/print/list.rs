//! `list`: every release with what it is and whether it counts.

use crate::json::escaped;
use crate::model::{Release, State};

/// A release in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// What its condition says.
    pub enabled: bool,
    /// Whether it shall be there.
    pub installed: bool,
    /// `key:value` of each label, by key.
    pub labels: String,
    /// Its chart, as written.
    pub chart: String,
    /// Its version: the one in the lock file, if there is one.
    pub version: String,
}

/// The releases by namespace and name: the selected ones, or all where nothing is selected.
pub fn rows(state: &State) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for file in &state.files {
        let counts = |it: &&Release| it.selected || file.selectors.is_empty();
        rows.extend(file.releases.iter().filter(counts).map(row));
    }
    rows.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    rows
}

fn row(release: &Release) -> Row {
    let labels: Vec<String> = release.labels.iter().map(|(key, value)| format!("{key}:{value}")).collect();
    Row {
        name: release.name.it.clone(),
        namespace: release.namespace.it.clone(),
        enabled: release.enabled,
        installed: release.installed,
        labels: labels.join(","),
        chart: release.own_chart().to_owned(),
        version: release.chart_version().to_owned(),
    }
}

/// The rows as Helmfile's table: columns as wide as their widest cell, a tab between them.
pub fn table(rows: &[Row]) -> String {
    let head = ["NAME", "NAMESPACE", "ENABLED", "INSTALLED", "LABELS", "CHART", "VERSION"].map(str::to_owned);
    let cells = |it: &Row| {
        let (enabled, installed) = (it.enabled.to_string(), it.installed.to_string());
        let (name, namespace, labels) = (it.name.clone(), it.namespace.clone(), it.labels.clone());
        [name, namespace, enabled, installed, labels, it.chart.clone(), it.version.clone()]
    };
    let lines: Vec<[String; 7]> = std::iter::once(head).chain(rows.iter().map(cells)).collect();
    let width = |column: usize| lines.iter().map(|it| it[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..7).map(width).collect();
    let line = |line: &[String; 7]| {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("\t").trim_end().to_owned() + "\n"
    };
    lines.iter().map(line).collect()
}

/// The rows as Helmfile's JSON, on one line.
pub fn json(rows: &[Row]) -> String {
    if rows.is_empty() {
        return "null\n".to_owned(); // a slice that nobody made, in Go
    }
    let text = |it: &str| serde_json::Value::from(it).to_string();
    let row = |it: &Row| {
        let (name, namespace, labels) = (text(&it.name), text(&it.namespace), text(&it.labels));
        let (enabled, installed, chart, version) =
            (it.enabled, it.installed, text(&it.chart), text(&it.version));
        format!(
            r#"{{"name":{name},"namespace":{namespace},"enabled":{enabled},"installed":{installed},"labels":{labels},"chart":{chart},"version":{version}}}"#
        )
    };
    escaped(&format!("[{}]\n", rows.iter().map(row).collect::<Vec<_>>().join(",")))
}
