//! Command lines that make no sense.
//!
//! Commands that Helm has too are called by scripts that were written for it: where no person reads along, they answer in
//! Helm's words and with Helm's exit code. People get the longer answer, with a suggestion.

use std::io::{IsTerminal, stderr};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::output;

/// The commands that are Helm's to the byte.
const OF_HELM: [&str; 15] = [
    "template",
    "lint",
    "show",
    "inspect",
    "package",
    "dependency",
    "dependencies",
    "dep",
    "repo",
    "search",
    "verify",
    "registry",
    "push",
    "pull",
    "fetch",
];

/// The commands whose exit code 2 says that something changes.
const WITH_CHANGES: [&str; 5] = ["helmfile", "apply", "diff", "sync", "destroy"];

/// Says why, and gives the exit code. `--help` and `--version` come along here too.
pub(crate) fn refuse(error: &clap::Error) -> ExitCode {
    let is_one_of =
        |commands: &[&str]| std::env::args().any(|argument| commands.contains(&argument.as_str()));
    let is_of_helm = is_one_of(&OF_HELM);
    let person = stderr().is_terminal();
    if let Some(words) = helms_words(error).filter(|_| is_of_helm && !person) {
        output::remark(&format!("Error: {words}"));
        return ExitCode::FAILURE;
    }
    // Nobody is left to tell where the terminal is gone.
    let _ = error.print();
    match error.exit_code() {
        0 => ExitCode::SUCCESS,
        _ if is_of_helm || is_one_of(&WITH_CHANGES) => ExitCode::FAILURE,
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
