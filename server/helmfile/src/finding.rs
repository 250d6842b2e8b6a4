//! What is wrong with a helmfile, or worth a word: for people, and with a code for what an editor offers.

use std::fmt;

use text::FileRange;

use crate::Files;

/// Something to say about a helmfile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether it stops the work.
    pub severity: Severity,
    /// What it is about, for programs.
    pub code: Code,
    /// Where; nothing for what stands in no file.
    pub at: Option<FileRange>,
    /// What is wrong and why, on one line or a few.
    pub message: String,
    /// What to do about it.
    pub advice: Option<String>,
    /// Other places that belong to it, each with what it is.
    pub related: Box<[(FileRange, String)]>,
}

/// Whether a finding stops the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Told, no more: a file that is missing and may be.
    Info,
    /// Done all the same.
    Warning,
    /// Not done.
    Error,
}

/// What findings are about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// A plain `helmfile.yaml` with templates in it, which was rendered: rename it to `.gotmpl`.
    RenderedPlain,
    /// An environment was asked for and no file has an `environments:` block.
    NoEnvironments,
    /// There are environments, and the one that was asked for is not among them.
    UnknownEnvironment {
        /// Those that there are.
        known: Vec<String>,
    },
    /// State values that templates read and nobody gives.
    MissingStateValues {
        /// Their paths: `CHART_VERSION`, `image.tag`.
        paths: Vec<String>,
    },
    /// A key that Helmfile does not know.
    UnknownKey {
        /// What may have been meant.
        suggestion: Option<String>,
    },
    /// The value of a key is of the wrong type.
    WrongType,
    /// A key that we do not do.
    Unsupported,
    /// A key or value that has no effect any more, or that will go away.
    Deprecated,
    /// No YAML.
    Yaml,
    /// No template, or one that failed.
    Template,
    /// The order of keys in a file, or what stands beside each other.
    Policy,
    /// A file that is not there.
    MissingFile,
    /// A chart whose repository is not among those of its file.
    UnknownRepository,
    /// A chart at the top of a registry in which repositories are made by hand: a part of the path is missing.
    FlatPath,
    /// Files that include themselves.
    Recursion,
    /// Releases that need each other, or templates that inherit each other.
    Cycle,
    /// A release that is needed and is nowhere.
    UndefinedNeed,
    /// A release that is needed and was not selected.
    UnselectedNeed,
    /// A release that is needed and has `installed: false`.
    UninstalledNeed,
    /// Two releases of one name.
    Duplicate,
    /// A selector that is none.
    Selector,
    /// Nothing fits selectors and environment.
    NoReleases,
    /// A condition that leads nowhere.
    Condition,
    /// A value that makes no sense.
    Invalid,
    /// Something that needs a program which nobody has allowed to run.
    Untrusted,
    /// A secret that could not be had.
    Secret,
}

impl Code {
    /// Its name in protocols and logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RenderedPlain => "helmfile-rendered-plain",
            Self::NoEnvironments => "helmfile-no-environments",
            Self::UnknownEnvironment { .. } => "helmfile-unknown-environment",
            Self::MissingStateValues { .. } => "helmfile-missing-state-values",
            Self::UnknownKey { .. } => "helmfile-unknown-key",
            Self::WrongType => "helmfile-wrong-type",
            Self::Unsupported => "helmfile-unsupported",
            Self::Deprecated => "helmfile-deprecated",
            Self::Yaml => "helmfile-yaml",
            Self::Template => "helmfile-template",
            Self::Policy => "helmfile-policy",
            Self::MissingFile => "helmfile-missing-file",
            Self::UnknownRepository => "helmfile-unknown-repository",
            Self::FlatPath => "helmfile-flat-path",
            Self::Recursion => "helmfile-recursion",
            Self::Cycle => "helmfile-cycle",
            Self::UndefinedNeed => "helmfile-undefined-need",
            Self::UnselectedNeed => "helmfile-unselected-need",
            Self::UninstalledNeed => "helmfile-uninstalled-need",
            Self::Duplicate => "helmfile-duplicate-release",
            Self::Selector => "helmfile-selector",
            Self::NoReleases => "helmfile-no-releases",
            Self::Condition => "helmfile-condition",
            Self::Invalid => "helmfile-invalid",
            Self::Untrusted => "helmfile-untrusted",
            Self::Secret => "helmfile-secret",
        }
    }
}

impl Finding {
    /// Something that stops the work.
    pub fn error(code: Code, at: Option<FileRange>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, at, message.into())
    }

    /// Something that does not.
    pub fn warning(code: Code, at: Option<FileRange>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, at, message.into())
    }

    fn new(severity: Severity, code: Code, at: Option<FileRange>, message: String) -> Self {
        Self { severity, code, at, message, advice: None, related: Box::default() }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// The same with another place that belongs to it.
    #[must_use]
    pub fn relate(mut self, at: Option<FileRange>, what: impl Into<String>) -> Self {
        let mut related = self.related.into_vec();
        related.extend(at.map(|at| (at, what.into())));
        self.related = related.into();
        self
    }

    /// The finding as people read it: `path:line:column: message`, and what to do.
    pub fn show<'f>(&'f self, files: &'f Files) -> impl fmt::Display + 'f {
        Shown { finding: self, files }
    }
}

struct Shown<'f> {
    finding: &'f Finding,
    files: &'f Files,
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { finding, files } = self;
        if let Some(at) = finding.at {
            let place = files.line_column(at.start());
            write!(f, "{}:{}:{}: ", files.path(at.file), place.line + 1, place.column + 1)?;
        }
        f.write_str(&finding.message)?;
        match &finding.advice {
            Some(advice) => write!(f, "\n{advice}"),
            None => Ok(()),
        }
    }
}
