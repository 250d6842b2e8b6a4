//! `cargo xtask record-helmfile`: the answers of the real Helmfile to our own helmfiles.
//!
//! It is not built here: `HELMFILE_BIN` names it, of the version that the recordings are called after.

use anyhow::Result;

use crate::helm;
use crate::run::{self, command};

/// Records the named cases, or all.
pub(crate) fn record_helmfile(cases: &[String]) -> Result<()> {
    anyhow::ensure!(std::env::var_os("HELMFILE_BIN").is_some(), "HELMFILE_BIN names the Helmfile to ask");
    let mut all = vec!["run", "--locked", "--package", "chartroom-tests", "--bin", "record-helmfile", "--"];
    all.extend(cases.iter().map(String::as_str));
    let mut record = command("cargo", &all);
    helm::name_both(&mut record)?;
    run::run(record)
}
