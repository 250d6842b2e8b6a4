//! `cargo xtask bench`: the program in release and both Helms, in the benches.

use anyhow::Result;

use crate::run::{self, command};
use crate::{helm, rig};

/// Runs the benches; further arguments are theirs.
pub(crate) fn bench(args: &[String]) -> Result<()> {
    let chartroom = run::build_chartroom()?;
    let mut all =
        vec!["run", "--release", "--locked", "--package", "chartroom-tests", "--bin", "bench", "--"];
    all.extend(args.iter().map(String::as_str));
    let mut bench = command("cargo", &all);
    bench.env("CHARTROOM_BIN", chartroom);
    helm::name_both(&mut bench)?;
    rig::name(&mut bench)?;
    run::run(bench)?;
    // Edits are timed inside of the process, where nothing else is.
    run::run(command(
        "cargo",
        &["bench", "--locked", "--package", "chartroom-render", "--bench", "incremental"],
    ))
}
