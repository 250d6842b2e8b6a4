//! `cargo xtask record-cases`: the answers of both real Helms to the cases of the command line.

use anyhow::Result;

use crate::helm;
use crate::run::{self, command};

/// Records the named topics, or all.
pub(crate) fn record_cases(topics: &[String]) -> Result<()> {
    let mut all = vec!["run", "--locked", "--package", "chartroom-tests", "--bin", "record-cases", "--"];
    all.extend(topics.iter().map(String::as_str));
    let mut record = command("cargo", &all);
    helm::name_both(&mut record)?;
    run::run(record)
}
