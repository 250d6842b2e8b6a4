//! Another program between rendering and printing: `--post-renderer`, as Helm 3 runs it (`postrender/exec.go`).
//!
//! Helm 4 takes the name of a plugin there, and prints the YAML of every document anew around it; that is refused.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Result, anyhow, bail};
use chart::Dialect;
use golang::strconv::quote;

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
        command.args(self.args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .map_err(|error| failed("", format!("fork/exec {shown}: {}", project::reason(&error))))?;
        let stdin = child.stdin.take();
        let output = std::thread::scope(|scope| {
            // A program may end without reading all that it is given.
            scope.spawn(move || stdin.map(|mut it| it.write_all(manifests.as_bytes())));
            child.wait_with_output()
        })?;
        if !output.status.success() {
            return Err(failed(&String::from_utf8_lossy(&output.stderr), ending(output.status)));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// How a program ended, in Go's words.
fn ending(status: ExitStatus) -> String {
    if let Some(code) = status.code() {
        return format!("exit status {code}");
    }
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return match signal {
            1 => "signal: hangup".to_owned(),
            2 => "signal: interrupt".to_owned(),
            6 => "signal: aborted".to_owned(),
            9 => "signal: killed".to_owned(),
            11 => "signal: segmentation fault".to_owned(),
            13 => "signal: broken pipe".to_owned(),
            15 => "signal: terminated".to_owned(),
            other => format!("signal: signal {other}"),
        };
    }
    status.to_string()
}

/// Go's `exec.LookPath`: a path as it is, or a name in one of the folders of `$PATH`.
fn look_up(name: &str) -> Result<PathBuf, String> {
    if name.contains('/') {
        return may_run(Path::new(name)).map(|()| name.into()).map_err(|error| match error.kind() {
            ErrorKind::NotFound => format!("stat {name}: no such file or directory"),
            _ => project::reason(&error),
        });
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let candidates = std::env::split_paths(&path).map(|folder| folder.join(name));
    let mut found = candidates.filter(|candidate| may_run(candidate).is_ok());
    found.next().ok_or_else(|| "executable file not found in $PATH".to_owned())
}

fn may_run(path: &Path) -> std::io::Result<()> {
    let metadata = path.metadata()?;
    if metadata.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o111 == 0 {
        return Err(ErrorKind::PermissionDenied.into());
    }
    Ok(())
}
