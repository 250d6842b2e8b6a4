//! Tests against registries and repositories: charts of ours and of both Helms, pushed, pulled and refused.
//!
//! `cargo xtask test registry` builds what they need and runs them; without it those that need a real registry or a real
//! Helm say that they were skipped.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot set up has failed")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod charts;
mod credentials;
mod dependencies;
mod exchange;
mod guide;
mod helmfiles;
mod repositories;
mod rig;
mod signatures;
mod trouble;

use std::path::Path;

use chartroom_tests::recording::Outcome;
use chartroom_tests::rig::{PASSWORD, Tool, USER};

/// Both Helms; nothing, said aloud, where they are not named.
fn helms() -> &'static [Tool] {
    if std::env::var_os("HELM3_BIN").is_some() && std::env::var_os("HELM4_BIN").is_some() {
        return &[Tool::Helm3, Tool::Helm4];
    }
    eprintln!("skipped: no Helm to compare with (`cargo xtask test registry` brings both)");
    &[]
}

/// Runs a tool in a folder.
fn run(tool: Tool, folder: &Path, args: &[&str]) -> Outcome {
    Outcome::of(tool.command(folder).args(args), folder)
}

/// Runs a tool that must succeed; the answer is all that it said.
#[track_caller]
fn must(tool: Tool, folder: &Path, args: &[&str]) -> String {
    let outcome = run(tool, folder, args);
    assert_eq!(outcome.code, 0, "{tool:?} {args:?}\n{outcome}");
    outcome.stdout + &outcome.stderr
}

/// Gives a tool the password of a registry, as the guide does it.
fn log_in(tool: Tool, folder: &Path, host: &str, ca: &Path) -> Outcome {
    let mut command = tool.command(folder);
    command.args(["registry", "login", host, "--username", USER, "--password-stdin", "--ca-file"]).arg(ca);
    Outcome::with_input(&mut command, &format!("{PASSWORD}\n"), folder)
}
