//! Another program between rendering and printing: `--post-renderer`, as Helm 3 runs it (`postrender/exec.go`).
//!
//! Helm 4 takes the name of a plugin there, and prints the YAML of every document anew around it; that is refused.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, anyhow, bail};
use chart::Dialect;
use golang::strconv::quote;

use crate::programs::{ending, look_up, run_to_end};

/// The flags.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Flags {
    /// A program that changes the manifests before anybody sees them: it reads them from standard input and writes
    /// what becomes of them to standard output. Hooks are not given to it. Only with --helm 3: Helm 4 takes plugins.
    #[arg(long, value_name = "PROGRAM")]
    post_renderer: Option<String>,
    /// An argument for the post-renderer; may be given again.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    post_renderer_args: Vec<String>,
}

/// A program that was found.
pub(crate) struct PostRenderer<'f> {
    program: PathBuf,
    args: &'f [String],
}

impl Flags {
    /// A program with its arguments, from wherever they are known.
    pub(crate) fn of(program: &str, args: &[String]) -> Self {
        Self { post_renderer: Some(program.to_owned()), post_renderer_args: args.to_vec() }
    }

    /// The program, if one is named.
    pub(crate) fn find(&self, dialect: Dialect) -> Result<Option<PostRenderer<'_>>> {
        let Some(name) = self.post_renderer.as_deref().filter(|name| !name.is_empty()) else {
            return Ok(None);
        };
        if dialect == Dialect::Helm4 {
            bail!(
                "--post-renderer is the name of a plugin in Helm 4, and chartroom runs no plugins; with --helm 3 \
                 it is a program, which chartroom runs"
            );
        }
        let invalid = |reason: String| {
            let name_quoted = quote(name);
            let found = format!("unable to find binary at {name}: exec: {name_quoted}: {reason}");
            anyhow!("invalid argument {name_quoted} for \"--post-renderer\" flag: {found}")
        };
        let program = look_up(name).map_err(invalid)?;
        Ok(Some(PostRenderer { program: std::path::absolute(program)?, args: &self.post_renderer_args }))
    }
}

impl PostRenderer<'_> {
    /// What the program makes of the manifests.
    pub(crate) fn run(&self, manifests: &str) -> Result<String> {
        let shown = self.program.display();
        let failed = |said: &str, reason: String| {
            anyhow!(
                "error while running post render on files: error while running command {shown}. error output:\n\
                 {said}: {reason}"
            )
        };
        let mut command = Command::new(&self.program);
        let output = run_to_end(command.args(self.args), manifests.as_bytes())
            .map_err(|error| failed("", format!("fork/exec {shown}: {}", project::reason(&error))))?;
        if !output.status.success() {
            return Err(failed(&String::from_utf8_lossy(&output.stderr), ending(output.status)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}
