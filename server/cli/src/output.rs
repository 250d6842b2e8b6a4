//! What goes to the terminal: results to standard output, everything else to standard error.
//!
//! A reader that closes the pipe early (`chartroom template … | head`) is no error.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anyhow::Result;
use chart::Dialect;
use chart::warning::Warning;

/// Writes a result.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}

/// How many columns there are for a result; where no terminal takes it, as many as terminals had.
pub(crate) fn width() -> usize {
    terminal_size::terminal_size_of(io::stdout()).map_or(80, |(width, _)| usize::from(width.0))
}

/// Writes a result that comes in parts. Small ones are gathered, large ones go as they are.
pub(crate) fn print_all<'t>(parts: impl Iterator<Item = &'t str>) -> Result<()> {
    const LARGE: usize = 64 * 1024;
    let mut stdout = io::stdout().lock();
    let mut gathered = String::with_capacity(LARGE);
    let write = || {
        for part in parts {
            if gathered.len() + part.len() > LARGE {
                stdout.write_all(gathered.as_bytes())?;
                gathered.clear();
            }
            if part.len() > LARGE { stdout.write_all(part.as_bytes())? } else { gathered.push_str(part) }
        }
        stdout.write_all(gathered.as_bytes())?;
        stdout.flush()
    };
    match write() {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => Ok(done?),
    }
}

/// Writes a remark.
pub(crate) fn remark(text: &str) {
    let mut stderr = io::stderr().lock();
    // Nobody is left to tell where standard error is gone.
    let _ = writeln!(stderr, "{text}");
}

/// Writes what Helm would have logged.
pub(crate) fn remark_all(warnings: &[Warning], dialect: Dialect) {
    for warning in warnings {
        remark(&warning.logged(dialect));
    }
}

/// A command failed and said why already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told;

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("it did not work")
    }
}

impl std::error::Error for Told {}

/// The end of a command that has an exit code of its own: Helmfile tells by it what it found. There need be no message.
#[derive(Clone, Debug)]
pub(crate) struct Exit {
    pub(crate) code: u8,
    pub(crate) message: String,
}

impl std::fmt::Display for Exit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Exit {}

/// Says why a command failed, as Helm does: `Error: …`, exit code 1.
pub(crate) fn fail(error: &anyhow::Error) -> ExitCode {
    if let Some(exit) = error.downcast_ref::<Exit>() {
        if !exit.message.is_empty() {
            remark(&exit.message);
        }
        return ExitCode::from(exit.code);
    }
    if error.downcast_ref::<Told>().is_none() {
        remark(&format!("Error: {error:#}"));
    }
    ExitCode::FAILURE
}
