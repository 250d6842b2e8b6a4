//! What a helmfile wants of a cluster, for one environment: files in Helmfile's order, releases in theirs.
//!
//! All templates of the files have run, bases and parts are merged, templates of releases have run, overrides and
//! defaults are applied. Values files are not read yet: that is [`crate::values`], for the releases that are needed.

mod hook;
mod options;
mod release;
mod repository;
mod values;

pub use hook::{Hook, HookEvent, KubectlApply};
pub use options::{MissingFileHandler, Options};
pub use release::{Release, SetArgument, SetKind, ValuesEntry};
pub use repository::Repository;
pub use values::{Layer, LayerSource, ReleaseValues};

use std::collections::BTreeMap;

use text::{FileId, FileRange};
use yaml::Node;

use crate::load::nothing_fits;
use crate::{Files, Finding, Request, Severity};

/// What came of loading.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The files and their releases, as far as they could be read.
    pub state: State,
    /// What is wrong, or worth a word, in the order in which it was found.
    pub findings: Vec<Finding>,
    /// The files that were read.
    pub files: Files,
}

/// The state of all files.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The environment that it was loaded for.
    pub environment: String,
    /// The files in the order in which they are done: sub-helmfiles before the file that names them, or behind it
    /// where [`crate::Request::reverse`] was asked for.
    pub files: Vec<StateFile>,
}

/// One file with its bases and parts.
#[derive(Clone, Debug)]
pub struct StateFile {
    /// Its number.
    pub id: FileId,
    /// Its path, absolute.
    pub path: String,
    /// Its folder, which all its paths are relative to; absolute.
    pub folder: String,
    /// The file that names it below `helmfiles:`, and where.
    pub parent: Option<(FileId, Option<FileRange>)>,
    /// Whether it is one of several files of a folder. Helmfile then goes into no folder: paths are shown whole, and what
    /// is written is relative to where the program was started.
    pub among_many: bool,
    /// The environment with its values.
    pub environment: Environment,
    /// `namespace:` or `--namespace`.
    pub namespace: Option<String>,
    /// `kubeContext:` or `--kube-context`.
    pub kube_context: Option<String>,
    /// `chart:` or `--chart`, for templates.
    pub chart: Option<String>,
    /// Chart repositories and registries, those that are inherited included.
    pub repositories: Vec<Repository>,
    /// All its releases in the order of the file, whether they are selected or not.
    pub releases: Vec<Release>,
    /// The selectors that count here: the user's, or those that the parent gives.
    pub selectors: Vec<String>,
    /// `hooks:` of the file itself: `prepare` and `cleanup`.
    pub hooks: Vec<Hook>,
    /// `missingFileHandler:` of the file.
    pub missing_file_handler: Option<MissingFileHandler>,
    /// Where `deps` writes: `lockFilePath:`, or `helmfile.lock` for `helmfile.yaml`; absolute.
    pub lock_file: String,
    /// The whole desired state, merged and typed, as `build` prints it but for its releases.
    pub tree: Node,
}

/// An environment with its values.
#[derive(Clone, Debug)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// `environments.NAME.kubeContext`
    pub kube_context: Option<String>,
    /// What templates see as `.Values` and `.StateValues`: defaults, the environment's values, those of the command
    /// line, each over the one before. Every value names the place that won.
    pub values: Node,
    /// What templates of files see as `.Environment.Values`: without the top-level `values:`.
    pub own_values: Node,
    /// What templates of releases see as that: without `--state-values-set`, too.
    pub plain_values: Node,
    /// The top-level `values:`.
    pub defaults: Node,
    /// Where `environments.NAME` is written, if it is.
    pub at: Option<FileRange>,
}

/// Something of a file and where it is written: in a rendered file the action or text that printed it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placed<T> {
    /// What it is.
    pub it: T,
    /// Where.
    pub at: Option<FileRange>,
}

/// Labels, by key.
pub type Labels = BTreeMap<String, String>;

impl Loaded {
    /// Whether nothing stops the work.
    pub fn is_ok(&self) -> bool {
        self.errors().next().is_none()
    }

    /// What to say where no release fits the selectors, as Helmfile does unless `--allow-no-matching-release` is given.
    /// Releases that a condition leaves out count where nothing is selected.
    pub fn nothing_selected(&self, request: &Request) -> Option<Finding> {
        let counts = |file: &StateFile| {
            file.selected().next().is_some() || (file.selectors.is_empty() && !file.releases.is_empty())
        };
        (!self.state.files.iter().any(counts)).then(|| nothing_fits(request))
    }

    /// What stops the work.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|it| it.severity == Severity::Error)
    }
}

impl State {
    /// All selected releases, each with its file.
    pub fn selected(&self) -> impl Iterator<Item = (&StateFile, &Release)> {
        self.files.iter().flat_map(|file| file.selected().map(move |release| (file, release)))
    }
}

impl StateFile {
    /// The releases that selectors and conditions leave.
    pub fn selected(&self) -> impl Iterator<Item = &Release> {
        self.releases.iter().filter(|it| it.selected)
    }
}

impl<T> Placed<T> {
    /// Something with its place.
    pub fn new(it: T, at: Option<FileRange>) -> Self {
        Self { it, at }
    }
}
