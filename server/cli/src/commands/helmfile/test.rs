//! `helmfile test`: the tests of each release.

use std::time::Duration;

use anyhow::{Result, anyhow};
use helmfile::fleet::Unit;
use release::actions::test::{TestConfig, test};

use super::Called;
use super::deployment::each_in_its_cluster;
use super::flags::RefusedFlags;
use crate::fleet::Sites;
use crate::output;
use crate::release_texts::{Shown, status};

/// Run the tests of each release.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    refused: RefusedFlags,
    /// Taken for Helmfile's sake: what becomes of a test when it is done is said by its annotations, as with Helm.
    #[arg(long, hide = true)]
    cleanup: bool,
    /// Print what the tests printed.
    #[arg(long)]
    logs: bool,
    /// How long a test may take, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    timeout: u64,
    #[arg(long, hide = true)]
    concurrency: Option<usize>,
}

pub(super) fn run(called: &Called<'_>, args: &Args) -> Result<()> {
    args.refused.refuse()?;
    let config = TestConfig {
        only: Vec::new(),
        without: Vec::new(),
        logs: args.logs,
        timeout: Duration::from_secs(args.timeout),
    };
    each_in_its_cluster(called, |sites, unit| one(called, sites, unit, &config))
}

fn one(called: &Called<'_>, sites: &Sites, unit: &Unit<'_>, config: &TestConfig) -> Result<()> {
    called.remark(&format!("Testing {}", unit.name()));
    let site = sites.site(unit).map_err(|error| anyhow!(error))?;
    let (record, done) = test(&site.world(0), unit.name(), config).map_err(|error| anyhow!(error))?;
    let text = status(&record, &Shown::default(), called.global.helm.dialect())?;
    output::remark(text.trim_end_matches('\n'));
    done.map_err(|error| anyhow!(error))
}
