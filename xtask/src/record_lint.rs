//! `cargo xtask record-lint`: the answers of both real Helms to the cases of `lint`.

use anyhow::Result;

use crate::run::{self, command};

/// Records all. `HELM3_BIN` and `HELM4_BIN` name the programs.
pub(crate) fn record_lint() -> Result<()> {
    run::run(command("cargo", &["run", "--locked", "--package", "chartroom-tests", "--bin", "record-lint"]))
}
