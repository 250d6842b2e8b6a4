//! `cargo xtask record-lint`: the answers of both real Helms to the cases of `lint`.

use anyhow::Result;

use crate::helm;
use crate::run::{self, command};

/// Records all.
pub(crate) fn record_lint() -> Result<()> {
    let mut record =
        command("cargo", &["run", "--locked", "--package", "chartroom-tests", "--bin", "record-lint"]);
    helm::name_both(&mut record)?;
    run::run(record)
}
