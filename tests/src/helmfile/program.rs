//! The program that is asked: a real Helmfile with a real Helm, or ours.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Case;
use crate::recording::{Outcome, Program, VERSIONS};
use crate::root;

/// What a program is asked about a helmfile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// The releases, as JSON.
    List,
    /// The state with all its parts.
    Build,
    /// The values that Helm is given for each release.
    WriteValues,
    /// The manifests of all releases.
    Template,
}

impl Verb {
    /// All, in the order in which answers are kept.
    pub const ALL: [Self; 4] = [Self::List, Self::Build, Self::WriteValues, Self::Template];

    /// The command's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Build => "build",
            Self::WriteValues => "write-values",
            Self::Template => "template",
        }
    }

    pub(super) fn named(name: &str) -> Self {
        let found = Self::ALL.into_iter().find(|it| it.name() == name);
        found.unwrap_or_else(|| panic!("nothing is asked by `{name}`"))
    }

    fn flags(self) -> &'static [&'static str] {
        match self {
            Self::List => &["--output", "json"],
            Self::Build => &[],
            Self::WriteValues => {
                &["--concurrency", "1", "--output-file-template", "out/{{ .Release.Name }}.yaml"]
            }
            Self::Template => &["--concurrency", "1"],
        }
    }
}

/// A program that takes Helmfile's arguments.
#[derive(Clone, Debug)]
pub enum Helmfile {
    /// The real one, with the Helm that it runs.
    Real {
        /// Helmfile.
        helmfile: PathBuf,
        /// Helm, which must be called so.
        helm: PathBuf,
    },
    /// `chartroom helmfile`.
    Ours,
}

impl Helmfile {
    /// The real one that `HELMFILE_BIN` names, with the Helm of `HELM4_BIN`.
    pub fn real() -> Option<Self> {
        let path = |variable: &str| std::env::var_os(variable).map(PathBuf::from);
        Some(Self::Real { helmfile: path("HELMFILE_BIN")?, helm: path("HELM4_BIN")? })
    }

    /// A run in a folder, without arguments yet. It finds the fake `sops` of the tests, and no cluster.
    pub fn command(&self, folder: &Path) -> Command {
        let mut command = match self {
            Self::Real { helmfile, .. } => Program::helm(helmfile).command(folder),
            Self::Ours => {
                let mut command = Program::ours(VERSIONS[1]).command(folder);
                command.arg("helmfile");
                command
            }
        };
        let mut path = OsString::from(root().join("tests/helmfile/bin"));
        if let Self::Real { helm, .. } = self {
            path.push(":");
            path.push(helm.parent().unwrap());
        }
        path.push(":/usr/bin:/bin");
        command.env("PATH", path).env("KUBECONFIG", "/dev/null").env("HELMFILE_TEMPDIR", folder.join(".tmp"));
        command.env("HELMFILE_CACHE_HOME", folder.join(".cache"));
        command
    }

    /// Asks one thing about a case that was laid out in a folder. What there is to look at stands in the output.
    pub(super) fn ask(&self, case: &Case, verb: Verb, folder: &Path) -> Outcome {
        std::fs::create_dir_all(folder.join(".tmp")).unwrap();
        let mut command = self.command(folder);
        command.args(&case.args).arg(verb.name()).args(verb.flags());
        let is_about_values = matches!(verb, Verb::WriteValues | Verb::Template);
        command.args(case.last.iter().filter(|_| is_about_values)).envs(case.environment.iter().cloned());
        let mut outcome = Outcome::of(&mut command, folder);
        if verb == Verb::WriteValues {
            outcome.stdout = written(folder);
        }
        if let Self::Real { helm, .. } = self {
            outcome.stderr = outcome.stderr.replace(&*helm.to_string_lossy(), "helm");
        }
        outcome
    }
}

/// The files that were written, one after the other: each helmfile has a folder for them beside it.
fn written(folder: &Path) -> String {
    let (mut folders, mut files) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.parent().is_some_and(|it| it.ends_with("out")) {
                files.push(path);
            }
        }
    }
    files.sort();
    let file = |path: &PathBuf| {
        let name = path.strip_prefix(folder).unwrap().display();
        format!("#- {name}\n{}", std::fs::read_to_string(path).unwrap())
    };
    files.iter().map(file).collect()
}
