//! Other programs: where they are, how they are run to their end, and how they ended. Never through a shell.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};

/// Runs a program to its end with something on its standard input, and keeps what it prints.
pub(crate) fn run_to_end(command: &mut Command, input: &[u8]) -> std::io::Result<Output> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let stdin = child.stdin.take();
    std::thread::scope(|scope| {
        // A program may end without reading all that it is given.
        scope.spawn(move || stdin.map(|mut it| it.write_all(input)));
        child.wait_with_output()
    })
}

/// How a program ended, in Go's words.
pub(crate) fn ending(status: ExitStatus) -> String {
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
pub(crate) fn look_up(name: &str) -> Result<PathBuf, String> {
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
