//! What is wrong with a chart, by Helm's rules: `helm lint`, finding for finding, in its order and words.
//!
//! One file per topic, each after Helm's own (`pkg/lint/rules` in Helm 3, `pkg/chart/v2/lint/rules` in Helm 4). A finding
//! also knows its place in the files, where it has one, so that an editor can show what the command line prints.
//! Our own findings are in [`checks`] and never among these.

mod addresses;
mod chartfile;
pub mod checks;
mod crds;
mod dependencies;
mod deprecations;
mod names;
mod objects;
mod templates;
mod values;

use std::fmt;

use chart::capabilities::Capabilities;
use chart::{Chart, LoadContext, SourceFile, coalesce};
use golang::Dialect;
use template::Host;
use text::{FileRange, FileTable, Slip};
use yaml::Node;

use crate::{Environment, RenderedFile, Templates};

/// A chart's folder, as far as lint looks at it apart from the chart itself.
#[derive(Clone, Debug)]
pub struct Folder {
    /// Its path, absolute: findings about the chart as a whole show it.
    pub path: String,
    /// `Chart.yaml`.
    pub chart_yaml: Entry,
    /// `values.yaml`.
    pub values_yaml: Entry,
    /// `values.schema.json`.
    pub schema: Entry,
    /// `templates`.
    pub templates: Entry,
    /// `crds`.
    pub crds: Entry,
    /// The chart, or why it cannot be loaded.
    pub chart: Result<Chart, Unloadable>,
    /// Whether it lies in `charts/` of another chart, whose templates it may call and which may read its values. No
    /// rule of Helm's asks for it.
    pub is_subchart: bool,
}

/// What stands under a name in a folder.
#[derive(Clone, Debug)]
pub enum Entry {
    /// Nothing.
    Missing,
    /// A folder.
    Folder,
    /// A file.
    File(SourceFile),
    /// Something that cannot be read; the system's reason in Go's words.
    Unreadable(String),
}

/// Why a chart cannot be loaded.
#[derive(Clone, Debug)]
pub struct Unloadable {
    /// Helm's text.
    pub message: String,
    /// Where, if it is in a file.
    pub at: Option<FileRange>,
}

/// What lint is asked for, beside the chart and the values.
#[derive(Clone, Debug)]
pub struct LintOptions {
    /// The namespace that templates are told.
    pub namespace: String,
    /// What templates are told of the cluster; its version decides what is deprecated.
    pub capabilities: Capabilities,
    /// Which Helm.
    pub dialect: Dialect,
    /// Not to hold the values against the schema. Helm 3 does so for the chart's own schema all the same.
    pub skip_schema: bool,
    /// To find the places in templates that findings about rendered objects are due to.
    pub traced: bool,
    /// What all templates may use up together.
    pub limits: template::Limits,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Could be better.
    Info,
    /// Against convention, but it will likely work.
    Warning,
    /// It will likely not work.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
        })
    }
}

/// One thing that is wrong. It displays as Helm prints it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What Helm says it is about: a file below the chart, `templates/`, the chart's folder, or nothing.
    pub path: String,
    /// What is wrong.
    pub message: String,
    /// The name of the rule.
    pub id: &'static str,
    /// The place, if there is one.
    pub at: Option<FileRange>,
    /// What was likely meant by a name there.
    pub slip: Option<Slip>,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}: {}", self.severity, self.path, self.message)
    }
}

/// What came of a lint.
#[derive(Debug, Default)]
pub struct Report {
    /// Helm's findings, in its order.
    pub findings: Vec<Finding>,
    /// What Helm would grumble about while it merges values.
    pub warnings: Vec<coalesce::Warning>,
    /// What was rendered, as far as it came to that.
    pub run: Option<Run>,
}

/// What was rendered for the findings.
#[derive(Debug)]
pub struct Run {
    /// What the templates saw.
    pub environment: Environment,
    /// The templates, parsed.
    pub templates: Templates,
    /// What they printed; all of it unless one failed.
    pub files: Vec<RenderedFile>,
}

impl Folder {
    /// A folder that holds just these files: an archive, or an editor's view of a chart.
    pub fn of_files(path: &str, files: Vec<SourceFile>, table: &mut FileTable, dialect: Dialect) -> Self {
        let entry = |name: &str| {
            let below =
                |file: &SourceFile| file.path.strip_prefix(name).is_some_and(|it| it.starts_with('/'));
            match files.iter().find(|file| &*file.path == name) {
                Some(file) => Entry::File(file.clone()),
                None if files.iter().any(below) => Entry::Folder,
                None => Entry::Missing,
            }
        };
        let (chart_yaml, values_yaml) = (entry("Chart.yaml"), entry("values.yaml"));
        let (schema, templates, crds) = (entry("values.schema.json"), entry("templates"), entry("crds"));
        let chart = load_for_lint(files, path, table, dialect);
        let path = path.to_owned();
        Self { path, chart_yaml, values_yaml, schema, templates, crds, chart, is_subchart: false }
    }
}

/// Loads a chart as lint does.
pub fn load_for_lint(
    files: Vec<SourceFile>,
    base: &str,
    table: &mut FileTable,
    dialect: Dialect,
) -> Result<Chart, Unloadable> {
    chart::load_any_version(files, &mut LoadContext { table, base, dialect })
        .map_err(|error| Unloadable { message: error.message, at: error.at })
}

impl Report {
    fn add(
        &mut self,
        severity: Severity,
        path: &str,
        id: &'static str,
        message: impl Into<String>,
        at: Option<FileRange>,
    ) {
        self.findings.push(Finding {
            severity,
            path: path.to_owned(),
            message: message.into(),
            id,
            at,
            slip: None,
        });
    }
}

/// Lints a chart (`lint.RunAll`). `host` is told through [`Host::let_pass`] what `required` and `fail` let pass; it
/// must say that it [lints](Host::lints).
pub fn lint(folder: &Folder, user: &Node, options: &LintOptions, host: &dyn Host) -> Report {
    let mut report = Report::default();
    chartfile::lint(folder, options.dialect, &mut report);
    values::lint(folder, user, options, &mut report);
    templates::lint(folder, user, options, host, &mut report);
    dependencies::lint(folder, &mut report);
    if options.dialect == Dialect::Helm4 {
        crds::lint(folder, &mut report);
    }
    report
}

#[cfg(test)]
mod tests;
