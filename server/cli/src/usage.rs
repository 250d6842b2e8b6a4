//! Command lines that make no sense.
//!
//! `template` is called by scripts that were written for Helm: where no person reads along, it answers in Helm's
//! words and with Helm's exit code. People get the longer answer, with a suggestion.

use std::io::{IsTerminal, stderr};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::output;

/// Says why, and gives the exit code. `--help` and `--version` come along here too.
pub(crate) fn refuse(error: &clap::Error) -> ExitCode {
    let is_template = std::env::args().any(|argument| argument == "template");
    let person = stderr().is_terminal();
    if let Some(words) = helms_words(error).filter(|_| is_template && !person) {
        output::remark(&format!("Error: {words}"));
        return ExitCode::FAILURE;
    }
    // Nobody is left to tell where the terminal is gone.
    let _ = error.print();
    match error.exit_code() {
        0 => ExitCode::SUCCESS,
        _ if is_template => ExitCode::FAILURE,
        _ => ExitCode::from(2),
    }
}

/// As pflag, which Helm reads its flags with, would say it.
fn helms_words(error: &clap::Error) -> Option<String> {
    let argument = match error.get(ContextKind::InvalidArg)? {
        ContextValue::String(argument) => argument.split([' ', '=']).next()?.to_owned(),
        _ => return None,
    };
    let letter = argument.strip_prefix('-').filter(|rest| !rest.starts_with('-'));
    match error.kind() {
        ErrorKind::UnknownArgument => Some(match letter.and_then(|rest| rest.chars().next()) {
            Some(letter) => format!("unknown shorthand flag: '{letter}' in {argument}"),
            None => format!("unknown flag: {argument}"),
        }),
        ErrorKind::InvalidValue => {
            let value = error.get(ContextKind::InvalidValue);
            let is_empty = matches!(value, Some(ContextValue::String(it)) if it.is_empty());
            is_empty.then(|| format!("flag needs an argument: {argument}"))
        }
        _ => None,
    }
}
