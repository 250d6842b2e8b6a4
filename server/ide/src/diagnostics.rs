//! Diagnostics: what is wrong with a chart for the active target, at the place that caused it.
//!
//! Everything here was found by the engine itself: loading, merging, the schema, parsing and running. The words
//! are Helm's, without the places that an editor shows by itself.

use render::ErrorKind;
use text::{FileRange, Slip};

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The place to blame.
    pub at: FileRange,
    /// What is wrong.
    pub message: String,
    /// A short name of the kind of trouble.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The calls on the way there.
    pub related: Vec<(FileRange, String)>,
    /// What was likely meant by a name that stands at the place.
    pub slip: Option<Slip>,
}

/// The code of what cannot be read.
pub const READING: &str = "chart";

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Helm refuses the chart.
    Error,
    /// Helm goes on, but likely not as meant.
    Warning,
    /// It could be better.
    Info,
    /// Something to know; nothing is wrong.
    Hint,
}

impl Diagnostic {
    /// For an error of rendering; `fallback` is the place for what has none.
    pub fn of_render_error(error: &render::Error, fallback: FileRange) -> Self {
        let code = match error.kind {
            ErrorKind::NotInstallable => "not-installable",
            ErrorKind::Dependencies => "dependencies",
            ErrorKind::Values => "values",
            ErrorKind::Schema => "schema",
            ErrorKind::ReleaseName => "release-name",
            ErrorKind::KubeVersion => "kube-version",
            ErrorKind::Parse => "template-syntax",
            ErrorKind::Execution => "template-execution",
            ErrorKind::Manifest => "manifest",
        };
        let related = error.chain.iter().map(|at| (*at, "called from here".to_owned())).collect();
        Self {
            at: error.at.unwrap_or(fallback),
            message: error.reason.clone(),
            code,
            severity: Severity::Error,
            related,
            slip: None,
        }
    }

    /// The same with what to do about it below the message, and what that speaks of among the related places.
    pub fn with_hint(mut self, hint: Option<render::Hint>) -> Self {
        if let Some(hint) = hint {
            self.message = format!("{}\nhint: {}", self.message, hint.text);
            self.related.extend(hint.at.map(|at| (at, "the hint speaks of this".to_owned())));
            self.slip = hint.slip;
        }
        self
    }

    /// For a file of the chart that cannot be loaded.
    pub fn of_load_error(error: &chart::LoadError, fallback: FileRange) -> Self {
        Self {
            at: error.at.unwrap_or(fallback),
            message: error.message.clone(),
            code: READING,
            severity: Severity::Error,
            related: Vec::new(),
            slip: None,
        }
    }

    /// Whether another one is about a part of the same place.
    pub fn is_around(&self, other: &Self) -> bool {
        self.at.file == other.at.file && self.at.range.contains_range(other.at.range)
    }

    /// Whether it says that a file cannot be read.
    pub fn is_of_reading(&self) -> bool {
        self.code == READING
    }

    /// For something that only we look for.
    pub fn of_finding(finding: &render::lint::Finding) -> Option<Self> {
        let severity = match finding.severity {
            render::lint::Severity::Error => Severity::Error,
            render::lint::Severity::Warning => Severity::Warning,
            render::lint::Severity::Info => Severity::Info,
        };
        Some(Self {
            at: finding.at?,
            message: finding.message.clone(),
            code: finding.id,
            severity,
            related: Vec::new(),
            slip: finding.slip.clone(),
        })
    }

    /// Whether it is about something that could as well not be there.
    pub fn is_unnecessary(&self) -> bool {
        self.code == render::lint::checks::UNUSED_VALUE
    }

    /// For something that Helm only grumbles about.
    pub fn of_warning(warning: &chart::coalesce::Warning, fallback: FileRange) -> Self {
        Self {
            at: warning.at.unwrap_or(fallback),
            message: warning.message.clone(),
            code: "values",
            severity: Severity::Warning,
            related: Vec::new(),
            slip: None,
        }
    }
}
