//! Running programs, with the command on the screen before and a clear error after.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The project's root.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.to_owned(), Path::to_owned)
}

/// Where tests keep what they install or build once: beside `target`, so that `cargo clean` keeps it.
pub(crate) fn cache() -> PathBuf {
    std::env::var_os("CHARTROOM_CACHE").map_or_else(|| root().join(".cache"), PathBuf::from)
}

/// Where cargo puts what it builds.
pub(crate) fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The program, optimised, built now.
pub(crate) fn build_chartroom() -> Result<PathBuf> {
    cargo(&["build", "--locked", "--release", "--package", "chartroom-cli", "--bin", "chartroom"])?;
    let name = format!("chartroom{}", std::env::consts::EXE_SUFFIX);
    Ok(target_dir().join("release").join(name))
}

/// Runs cargo in the project.
pub(crate) fn cargo(args: &[&str]) -> Result<()> {
    run(command("cargo", args))
}

/// A command in the project's root.
pub(crate) fn command<S: AsRef<OsStr>>(program: &str, args: &[S]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(root());
    command
}

/// Runs a command to its end; its failure is ours.
pub(crate) fn run(mut command: Command) -> Result<()> {
    println!("$ {}", shown(&command));
    let status = command.status().with_context(|| format!("cannot run `{}`", shown(&command)))?;
    if !status.success() {
        bail!("`{}` failed: {status}", shown(&command));
    }
    Ok(())
}

/// Whether a program can be started at all.
pub(crate) fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|it| it.status.success())
}

/// Whether programs can be built from Go modules here.
pub(crate) fn can_build_go() -> bool {
    Command::new("go").arg("version").output().is_ok_and(|it| it.status.success())
}

fn shown(command: &Command) -> String {
    let args = command.get_args().map(OsStr::to_string_lossy);
    std::iter::once(command.get_program().to_string_lossy()).chain(args).collect::<Vec<_>>().join(" ")
}
