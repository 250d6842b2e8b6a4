//! What goes to the terminal: results to standard output, everything else to standard error.
//!
//! A reader that closes the pipe early (`chartroom template … | head`) is no error.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anyhow::Result;

/// Writes a result.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
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

/// A command failed and said why already.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told;

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("it did not work")
    }
}

impl std::error::Error for Told {}

/// Says why a command failed, as Helm does: `Error: …`, exit code 1.
pub(crate) fn fail(error: &anyhow::Error) -> ExitCode {
    if error.downcast_ref::<Told>().is_none() {
        remark(&format!("Error: {error:#}"));
    }
    ExitCode::FAILURE
}
