//! Why a chart does not render: Helm's own text, and beside it the places in the chart's files that a person
//! has to look at.

use std::fmt;
use std::sync::Arc;

use chart::coalesce::CoalesceError;
use chart::dependencies::DependencyError;
use chart::schema::SchemaError;
use text::FileRange;

/// Why a chart does not render.
#[derive(Clone, Debug)]
pub struct Error {
    /// At which step.
    pub kind: ErrorKind,
    /// What Helm prints behind `Error: `.
    pub message: String,
    /// The gist for an editor, which shows the place by itself.
    pub reason: String,
    /// The place to blame, if it is in a file.
    pub at: Option<FileRange>,
    /// The calls that led there, from the rendered file in: `include` and `template` actions.
    pub chain: Vec<FileRange>,
    /// Where in what was rendered, if it is about that.
    pub rendered: Option<Excerpt>,
}

/// A place in a rendered file.
#[derive(Clone, Debug)]
pub struct Excerpt {
    /// The template, as Helm names it.
    pub name: Arc<str>,
    /// All that it printed.
    pub text: Arc<String>,
    /// The byte that an error is about.
    pub offset: usize,
}

impl Excerpt {
    /// The line of the place, without its line break.
    pub fn line(&self) -> &str {
        let offset = self.text.floor_char_boundary(self.offset.min(self.text.len()));
        let start = self.text[..offset].rfind('\n').map_or(0, |at| at + 1);
        self.text[start..].lines().next().unwrap_or_default()
    }
}

/// The step at which a chart was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A library chart, or an unknown type.
    NotInstallable,
    /// Subcharts are missing, or their conditions make no sense.
    Dependencies,
    /// The values do not go together.
    Values,
    /// The values are not what `values.schema.json` asks for.
    Schema,
    /// Kubernetes would not take the name of the release.
    ReleaseName,
    /// The chart does not work with this version of Kubernetes.
    KubeVersion,
    /// A template cannot be parsed.
    Parse,
    /// A template failed while it ran.
    Execution,
    /// What a template printed is no YAML, or no object.
    Manifest,
}

impl Error {
    /// An error whose gist is its whole text.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>, at: Option<FileRange>) -> Self {
        let message = message.into();
        Self { kind, reason: message.clone(), message, at, chain: Vec::new(), rendered: None }
    }

    /// Whether it says that `charts/` has not what `Chart.yaml` asks for.
    pub fn is_missing_charts(&self) -> bool {
        self.kind == ErrorKind::Dependencies && self.message.contains("missing in charts/")
    }

    /// The same error with another text for Helm's users.
    pub(crate) fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<DependencyError> for Error {
    fn from(error: DependencyError) -> Self {
        Self::new(ErrorKind::Dependencies, error.message, error.at)
    }
}

impl From<CoalesceError> for Error {
    fn from(error: CoalesceError) -> Self {
        Self::new(ErrorKind::Values, error.message, error.at)
    }
}

/// A schema says several things at once: one error per finding, each with Helm's whole text.
pub(crate) fn schema_errors(error: SchemaError) -> Vec<Error> {
    let finding = |it: &chart::schema::Finding| {
        Error::new(ErrorKind::Schema, it.message.clone(), it.at).with_message(error.to_string())
    };
    let found: Vec<Error> = error.findings.iter().map(finding).collect();
    if found.is_empty() {
        return vec![Error::new(ErrorKind::Schema, error.to_string(), None)];
    }
    found
}
