//! Passwords, tokens and passphrases that are not on the command line: asked for, or read from standard input.

use std::io::{IsTerminal, Read, Write, stdin};

use anyhow::{Result, bail};

use crate::output;

/// Asks for what must not be seen.
pub(crate) fn ask(prompt: &str) -> Result<String> {
    if !stdin().is_terminal() {
        bail!("standard input is no terminal");
    }
    output::print(prompt)?;
    std::io::stdout().flush()?;
    let answer = rpassword::read_password()?;
    output::print("\n")?;
    Ok(answer)
}

/// All of standard input, without the line break at its end (`--password-stdin`).
pub(crate) fn from_stdin() -> Result<String> {
    let mut text = String::new();
    stdin().lock().read_to_string(&mut text)?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}
