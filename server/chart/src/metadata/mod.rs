//! `Chart.yaml` and `Chart.lock` as Helm types them.
//!
//! Reading keeps Go's habits: a number or boolean becomes text where text is wanted (`appVersion: 1.10` is
//! `1.1`), field names match in any case, null changes nothing. Checking is in [`validate`].

mod read;
mod validate;
mod write;

use std::collections::BTreeMap;

use text::FileRange;
use yaml::Node;

pub use read::{METADATA_FIELDS, read_metadata_field};
pub(crate) use read::{read_api_version, read_lock, read_metadata};
pub use validate::validate;

use golang::Dialect;

use crate::SourceFile;
use crate::decode::{DecodeError, convert_error, unmarshal_error};
use crate::load::parse_typed;

/// `Chart.yaml` by itself, its types checked and nothing else (`chartutil.LoadChartfile`).
pub fn read_chart_yaml(file: &SourceFile, dialect: Dialect) -> Result<Metadata, DecodeError> {
    let node = parse_typed(file).map_err(converting)?;
    let mut metadata = Metadata { source: Source::new(&node), ..Metadata::default() };
    match read::read_unchecked(&node, dialect, false, &mut metadata) {
        None => Ok(metadata),
        Some(problem) => Err(unmarshaling(problem)),
    }
}

/// What a strict reading of `Chart.yaml` objects to: keys that are said twice or mean nothing
/// (`StrictLoadChartfile` of Helm 4).
pub fn read_chart_yaml_strictly(file: &SourceFile, dialect: Dialect) -> Option<DecodeError> {
    let text = file.text().unwrap_or_default();
    let doubles = yaml::duplicate_keys(text);
    if let Some(first) = doubles.first() {
        let line = |double: &yaml::Duplicate| {
            let line = text[..usize::from(double.value.start())].matches('\n').count() + 1;
            format!("\n  line {line}: key {} already set in map", golang::strconv::quote(&double.key))
        };
        let lines: String = doubles.iter().map(line).collect();
        let at = Some(FileRange { file: file.id, range: first.at });
        return Some(converting(DecodeError { message: format!("yaml: unmarshal errors:{lines}"), at }));
    }
    let node = parse_typed(file).ok()?;
    read::read_unchecked(&node, dialect, true, &mut Metadata::default()).map(unmarshaling)
}

fn converting(problem: DecodeError) -> DecodeError {
    DecodeError { message: convert_error(&problem.message), ..problem }
}

fn unmarshaling(problem: DecodeError) -> DecodeError {
    DecodeError { message: unmarshal_error(&problem.message), ..problem }
}

/// The contents of `Chart.yaml`.
#[derive(Clone, Debug, Default)]
pub struct Metadata {
    /// The chart's name; a subchart's alias, once dependencies are processed.
    pub name: String,
    /// The project's page.
    pub home: String,
    /// Where the sources are.
    pub sources: Vec<String>,
    /// The chart's own version.
    pub version: String,
    /// One sentence.
    pub description: String,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// Who cares for it.
    pub maintainers: Vec<Maintainer>,
    /// Address of an image.
    pub icon: String,
    /// `v1` or `v2`.
    pub api_version: String,
    /// A condition of the chart itself: read, never used.
    pub condition: String,
    /// Tags of the chart itself: read, never used.
    pub tags: String,
    /// The version of what it installs.
    pub app_version: String,
    /// Whether it should no longer be used.
    pub deprecated: bool,
    /// Free text for other tools.
    pub annotations: BTreeMap<String, String>,
    /// Which versions of Kubernetes it works with.
    pub kube_version: String,
    /// What it depends on. `None` where nothing is said: then Helm does not even look into the subcharts.
    pub dependencies: Option<Vec<Dependency>>,
    /// `application`, `library` or nothing.
    pub kind: String,
    /// The document that it was read from, to find places in. Null for what was not read from a file.
    pub source: Source,
}

/// Someone who cares for a chart.
#[derive(Clone, Debug, Default)]
pub struct Maintainer {
    /// Person or organisation.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Page.
    pub url: String,
}

/// A chart that another depends on.
#[derive(Clone, Debug, Default)]
pub struct Dependency {
    /// The other chart's name; the alias, once dependencies are processed.
    pub name: String,
    /// The versions that will do; in a lock file the one that was chosen.
    pub version: String,
    /// Where it comes from.
    pub repository: String,
    /// Paths of values that switch it, separated by commas.
    pub condition: String,
    /// Groups that switch it.
    pub tags: Vec<String>,
    /// Whether it is on: known once dependencies are processed.
    pub enabled: bool,
    /// Values to take over from it.
    pub import_values: Vec<ImportValue>,
    /// The name under which the parent knows it.
    pub alias: String,
    /// The entry that it was read from.
    pub source: Source,
}

/// An entry of `import-values`.
#[derive(Clone, Debug)]
pub enum ImportValue {
    /// `name`: everything below the child's `exports.name`.
    Export(String),
    /// `{child, parent}` as written.
    Paths(Node),
    /// `{child, parent}` after processing.
    Resolved {
        /// The path in the child.
        child: String,
        /// The path in the parent, `.` for its root.
        parent: String,
    },
    /// Anything else: Helm says nothing and does nothing.
    Other(Node),
}

/// `Chart.lock` or `requirements.lock`.
#[derive(Clone, Debug, Default)]
pub struct Lock {
    /// When it was made, as Go prints it; nothing where that is not said.
    pub generated: String,
    /// Hash of what `Chart.yaml` asked for.
    pub digest: String,
    /// What was chosen. `None` where nothing is said.
    pub dependencies: Option<Vec<Dependency>>,
    /// The document that it was read from.
    pub source: Source,
}

/// Where something was read from: the YAML node, or none.
#[derive(Clone, Debug, Default)]
pub struct Source(Option<Node>);

impl Source {
    pub(crate) fn new(node: &Node) -> Self {
        Self(Some(node.clone()))
    }

    /// The node.
    pub fn node(&self) -> Option<&Node> {
        self.0.as_ref()
    }

    /// The whole place.
    pub fn at(&self) -> Option<FileRange> {
        self.0.as_ref()?.at
    }

    /// The place of the value of a field, in the spelling of `Chart.yaml` (`appVersion`).
    pub fn value_at(&self, field: &str) -> Option<FileRange> {
        self.0.as_ref()?.get(field)?.at
    }

    /// The place of the name of a field.
    pub fn key_at(&self, field: &str) -> Option<FileRange> {
        self.0.as_ref()?.value.as_map()?.entry(field)?.key_at
    }
}

impl Metadata {
    /// The dependencies, none where nothing is said.
    pub fn dependencies(&self) -> &[Dependency] {
        self.dependencies.as_deref().unwrap_or_default()
    }
}

impl Dependency {
    /// The name under which the parent knows it: the alias if there is one.
    pub fn local_name(&self) -> &str {
        if self.alias.is_empty() { &self.name } else { &self.alias }
    }
}
