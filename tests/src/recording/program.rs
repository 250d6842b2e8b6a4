//! The program that is asked: a real Helm, or ours.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program that takes Helm's arguments.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
    first: Vec<String>,
}

/// What a run of it gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The exit code; -1 where a signal ended it.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

impl Program {
    /// A real Helm.
    pub fn helm(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), first: Vec::new() }
    }

    /// Ours, as the given version.
    pub fn ours(version: super::Version) -> Self {
        Self {
            path: crate::chartroom().to_owned(),
            first: vec!["--helm".to_owned(), version.dialect.to_owned()],
        }
    }

    /// Runs it in a folder, with nothing around that could change the answer.
    pub fn run(&self, folder: &Path, args: &[String]) -> Outcome {
        Outcome::of(self.command(folder).env("KUBECONFIG", "/dev/null").args(args), folder)
    }

    /// A run in a folder, without arguments yet, and with nothing around that could change the answer.
    pub fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.first).current_dir(folder).stdin(Stdio::null());
        command.env_clear().env("TZ", "UTC").env("PATH", "/usr/bin:/bin");
        for variable in ["HOME", "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"] {
            command.env(variable, folder.join(".home"));
        }
        command
    }
}

impl Outcome {
    /// Runs a command to its end. The folder's path goes by another name, for it is another one each time.
    pub fn of(command: &mut Command, folder: &Path) -> Self {
        Self::with_input(command.stdin(Stdio::null()), "", folder)
    }

    /// The same, with something to read for the command.
    pub fn with_input(command: &mut Command, input: &str, folder: &Path) -> Self {
        if !input.is_empty() {
            command.stdin(Stdio::piped());
        }
        let started = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = started.unwrap_or_else(|why| panic!("{}: {why}", command.get_program().display()));
        if let Some(mut stdin) = child.stdin.take() {
            // Who does not want it has ended before.
            let _ = stdin.write_all(input.as_bytes());
        }
        let output = child.wait_with_output().unwrap();
        let text =
            |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&*folder.to_string_lossy(), "/folder");
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: in_one_order(&text(&output.stderr)),
        }
    }
}

/// Messages of a schema come in the order of a Go map: sorted here, ours as well.
fn in_one_order(stderr: &str) -> String {
    let mut lines: Vec<&str> = stderr.split_inclusive('\n').collect();
    for run in lines.chunk_by_mut(|a, b| a.starts_with("- at '") && b.starts_with("- at '")) {
        run.sort_unstable();
    }
    lines.concat()
}

/// A chain of a thousand includes fills a page that nobody reads: its ends and its length are enough.
pub(super) fn shortened(stderr: &str) -> String {
    const KEPT: usize = 1000;
    let short =
        |line: &str| match (line.get(..KEPT), line.len().checked_sub(KEPT).and_then(|at| line.get(at..))) {
            (Some(start), Some(end)) if line.len() > 3 * KEPT => {
                format!("{start}[… {} bytes …]{end}", line.len() - 2 * KEPT)
            }
            _ => line.to_owned(),
        };
    stderr.split_inclusive('\n').map(short).collect()
}

impl fmt::Display for Outcome {
    /// As recordings hold it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "exit {}", self.code)?;
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            let text = &shortened(text);
            if !text.is_empty() {
                let open = if text.ends_with('\n') { "" } else { "\n(no line break at the end)\n" };
                write!(f, "--- {name}\n{text}{open}")?;
            }
        }
        Ok(())
    }
}
