//! The outside, as far as a helmfile reaches into it: files, the variables of the process, programs.
//!
//! The command line answers from the disk and runs what the user's files name. An editor answers from the texts on the
//! screen first, and refuses programs until somebody trusts the folder. Paths are absolute, with `/`.

use std::sync::Arc;

/// The outside.
pub trait World {
    /// A file's bytes.
    fn read(&self, path: &str) -> Result<Arc<[u8]>, Fault>;

    /// What is at the path, links followed.
    fn kind(&self, path: &str) -> Result<Option<PathKind>, Fault>;

    /// What is in the folder, by name.
    fn list(&self, folder: &str) -> Result<Vec<Entry>, Fault>;

    /// A variable of the process's environment.
    fn variable(&self, name: &str) -> Option<String>;

    /// Runs a program to its end: `exec` and `envExec`.
    fn run(&self, program: &Program) -> Result<Output, Fault>;

    /// A file of `secrets:` in plain text, as `helm secrets decrypt` or `sops --decrypt` prints it.
    fn decrypt(&self, path: &str) -> Result<Arc<[u8]>, Fault>;

    /// What a reference such as `ref+vault://path#/key` stands for, as `vals get` prints it. `ref+file`,
    /// `ref+envsubst` and `ref+echo` never come here.
    fn secret(&self, reference: &str) -> Result<String, Fault>;

    /// A remote file or folder (`git::https://…@path`), brought here: its path.
    fn fetch(&self, source: &str) -> Result<String, Fault>;

    /// Clock and randomness for templates.
    fn host(&self) -> &dyn template::Host;
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathKind {
    /// A file, or anything that is no folder.
    File,
    /// A folder.
    Folder,
}

/// What is in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it is, links not followed.
    pub kind: PathKind,
}

/// A program to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// Its name or path.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// What is added to the variables of the process.
    pub variables: Vec<(String, String)>,
    /// Given to its stdin.
    pub input: Vec<u8>,
    /// Where it runs.
    pub folder: String,
}

/// What a program did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Its exit code; 128 and the signal where it was killed.
    pub code: i32,
    /// Its stdout.
    pub stdout: Vec<u8>,
    /// Its stderr.
    pub stderr: Vec<u8>,
}

/// Why the outside did not do what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which kind.
    pub kind: FaultKind,
    /// Why, in Go's words where there are any: `open /a/b: no such file or directory`.
    pub message: String,
}

/// The kinds of faults that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// There is no such thing.
    Missing,
    /// Nobody has said that this folder's programs may run.
    Untrusted,
    /// Anything else.
    Other,
}

impl Fault {
    /// Something that is not there.
    pub fn missing(message: impl Into<String>) -> Self {
        Self { kind: FaultKind::Missing, message: message.into() }
    }

    /// Something that nobody has allowed.
    pub fn untrusted(message: impl Into<String>) -> Self {
        Self { kind: FaultKind::Untrusted, message: message.into() }
    }

    /// Anything else.
    pub fn other(message: impl Into<String>) -> Self {
        Self { kind: FaultKind::Other, message: message.into() }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}
