//! The rules for `Chart.yaml` (`chartfile.go`).

use chart::{Metadata, SourceFile, read_chart_yaml, read_chart_yaml_strictly};
use golang::semver::{Constraints, Version};
use golang::strconv::quote;
use golang::{Dialect, path};
use text::FileRange;
use yaml::{Node, Numbers, Value};

use super::addresses::{is_email, is_request_url, is_url};
use super::{Entry, Folder, Report, Severity};

const PATH: &str = "Chart.yaml";

pub(super) fn lint(folder: &Folder, dialect: Dialect, report: &mut Report) {
    let unparseable = |report: &mut Report, message: &str, at| {
        report.add(Severity::Error, PATH, "chart-yaml", format!("unable to parse YAML\n\t{message}"), at);
    };
    let file = match &folder.chart_yaml {
        Entry::File(file) => file,
        Entry::Folder => {
            report.add(Severity::Error, PATH, "chart-yaml", "should be a file, not a directory", None);
            let message = format!("read {}/{PATH}: is a directory", folder.path);
            return unparseable(report, &message, None);
        }
        Entry::Missing => {
            let message = format!("open {}/{PATH}: no such file or directory", folder.path);
            return unparseable(report, &message, None);
        }
        Entry::Unreadable(reason) => return unparseable(report, reason, None),
    };
    let metadata = match read_chart_yaml(file, dialect) {
        Ok(metadata) => metadata,
        Err(problem) => return unparseable(report, &problem.message, problem.at),
    };
    if dialect == Dialect::Helm4
        && let Some(problem) = read_chart_yaml_strictly(file, dialect)
    {
        let message = format!("failed to strictly parse chart metadata file\n\t{}", problem.message);
        report.add(Severity::Warning, PATH, "chart-yaml-strict", message, problem.at);
    }
    Rules { metadata: &metadata, types: types(file), file, dialect, report }.all();
}

/// The document with every number a float, as Go's `interface{}` has it.
fn types(file: &SourceFile) -> Option<Node> {
    yaml::parse(file.text()?, file.id, Numbers::AsJson).ok()
}

struct Rules<'r> {
    metadata: &'r Metadata,
    types: Option<Node>,
    file: &'r SourceFile,
    dialect: Dialect,
    report: &'r mut Report,
}

impl Rules<'_> {
    fn all(mut self) {
        self.rule(Severity::Error, "chart-name", "name", name(self.metadata));
        self.rule(Severity::Error, "chart-api-version", "apiVersion", api_version(self.metadata));
        self.rule(Severity::Error, "chart-version-type", "version", self.is_string("version"));
        self.rule(Severity::Error, "chart-version", "version", version(self.metadata));
        self.rule(Severity::Error, "chart-app-version-type", "appVersion", self.is_string("appVersion"));
        self.rule(Severity::Error, "chart-maintainer", "maintainers", maintainers(self.metadata));
        self.rule(Severity::Error, "chart-source", "sources", sources(self.metadata));
        let icon = &self.metadata.icon;
        let missing = icon.is_empty().then(|| "icon is recommended".to_owned());
        self.rule(Severity::Info, "chart-icon", "icon", missing);
        let invalid = !icon.is_empty() && !is_request_url(icon);
        let invalid = invalid.then(|| format!("invalid icon URL '{icon}'"));
        self.rule(Severity::Error, "chart-icon-url", "icon", invalid);
        self.rule(Severity::Error, "chart-type", "type", kind(self.metadata));
        self.rule(Severity::Error, "chart-dependencies", "dependencies", dependencies(self.metadata));
        if self.dialect == Dialect::Helm4 {
            let version = &self.metadata.version;
            let loose = Version::parse_strict(version)
                .is_err()
                .then(|| format!("version '{version}' is not a valid SemVerV2"));
            self.rule(Severity::Warning, "chart-version-strict", "version", loose);
        }
    }

    fn rule(&mut self, severity: Severity, id: &'static str, field: &str, problem: Option<String>) {
        let Some(message) = problem else { return };
        let source = &self.metadata.source;
        let at = source.value_at(field).or_else(|| source.key_at(field));
        let at = at.or_else(|| Some(FileRange::new(self.file.id, 0, 0)));
        self.report.add(severity, PATH, id, message, at);
    }

    /// Quotes make the difference between `1.10` and `1.1`, so Helm wants them.
    fn is_string(&self, field: &str) -> Option<String> {
        let kind = match &self.types.as_ref()?.get(field)?.value {
            Value::String(_) => return None,
            Value::Null => "<nil>",
            Value::Bool(_) => "bool",
            Value::Int(_) | Value::Uint(_) | Value::Float(_) => "float64",
            Value::List(_) => "[]interface {}",
            Value::Map(_) => "map[string]interface {}",
        };
        Some(format!("{field} should be of type string but it's of type {kind}"))
    }
}

fn name(metadata: &Metadata) -> Option<String> {
    let name = &metadata.name;
    if name.is_empty() {
        return Some("name is required".to_owned());
    }
    (path::base(name) != name).then(|| format!("chart name {} is invalid", quote(name)))
}

fn api_version(metadata: &Metadata) -> Option<String> {
    const WANTED: &str = r#"The value must be either "v1" or "v2""#;
    match metadata.api_version.as_str() {
        "v1" | "v2" => None,
        "" => Some(format!("apiVersion is required. {WANTED}")),
        other => Some(format!("apiVersion '{other}' is not valid. {WANTED}")),
    }
}

fn version(metadata: &Metadata) -> Option<String> {
    let version = &metadata.version;
    if version.is_empty() {
        return Some("version is required".to_owned());
    }
    let Ok(parsed) = Version::parse(version) else {
        return Some(format!("version '{version}' is not a valid SemVer"));
    };
    let reasons = Constraints::parse(">0.0.0-0").ok()?.validate(&parsed).err()?;
    reasons.first().map(|reason| format!("version {reason}"))
}

fn maintainers(metadata: &Metadata) -> Option<String> {
    let written = metadata.source.node().and_then(|it| it.get("maintainers")?.value.as_list().cloned());
    let written = written.as_deref().map_or(&[][..], Vec::as_slice);
    // Nulls are left out of the metadata, so they are looked for in the document, in the same order.
    let mut read = metadata.maintainers.iter();
    let nulls = written.iter().map(|it| it.value.is_null());
    let is_null: Vec<bool> = if written.is_empty() { vec![false; read.len()] } else { nulls.collect() };
    for is_null in is_null {
        if is_null {
            return Some("a maintainer entry is empty".to_owned());
        }
        let maintainer = read.next()?;
        let name = &maintainer.name;
        if name.is_empty() {
            return Some("each maintainer requires a name".to_owned());
        }
        if !maintainer.email.is_empty() && !is_email(&maintainer.email) {
            return Some(format!("invalid email '{}' for maintainer '{name}'", maintainer.email));
        }
        if !maintainer.url.is_empty() && !is_url(&maintainer.url) {
            return Some(format!("invalid url '{}' for maintainer '{name}'", maintainer.url));
        }
    }
    None
}

fn sources(metadata: &Metadata) -> Option<String> {
    let bad = metadata.sources.iter().find(|it| !is_request_url(it))?;
    Some(format!("invalid source URL '{bad}'"))
}

fn kind(metadata: &Metadata) -> Option<String> {
    let version = &metadata.api_version;
    let wrong = !metadata.kind.is_empty() && version != "v2";
    wrong
        .then(|| format!("chart type is not valid in apiVersion '{version}'. It is valid in apiVersion 'v2'"))
}

fn dependencies(metadata: &Metadata) -> Option<String> {
    let version = &metadata.api_version;
    let written = metadata.source.node().and_then(|it| it.get("dependencies")?.value.as_list().cloned());
    let some = !metadata.dependencies().is_empty() || written.is_some_and(|it| !it.is_empty());
    (some && version != "v2").then(|| {
        format!(
            "dependencies are not valid in the Chart file with apiVersion '{version}'. They are valid in \
             apiVersion 'v2'"
        )
    })
}
