//! `cargo xtask record-conformance`: the answers of both real Helms to our own cases.

use anyhow::Result;

use crate::helm;
use crate::run::{self, command};

/// Records the named topics, or all.
pub(crate) fn record(topics: &[String]) -> Result<()> {
    let mut all = vec!["run", "--locked", "--package", "chartroom-tests", "--bin", "record", "--"];
    all.extend(topics.iter().map(String::as_str));
    let mut record = command("cargo", &all);
    helm::name_both(&mut record)?;
    run::run(record)
}
