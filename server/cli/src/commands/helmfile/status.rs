//! `helmfile status`: what became of each release.

use anyhow::{Result, anyhow};
use chart::Dialect;
use helmfile::fleet::Unit;

use super::Called;
use super::deployment::each_in_its_cluster;
use super::flags::RefusedFlags;
use crate::commands::status::resources;
use crate::fleet::Sites;
use crate::output;
use crate::release_texts::{Shown, status};

/// Show the status of each release.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    refused: RefusedFlags,
    #[arg(long, hide = true)]
    concurrency: Option<usize>,
}

pub(super) fn run(called: &Called<'_>, args: &Args) -> Result<()> {
    args.refused.refuse()?;
    each_in_its_cluster(called, |sites, unit| one(called, sites, unit))
}

fn one(called: &Called<'_>, sites: &Sites, unit: &Unit<'_>) -> Result<()> {
    called.remark(&format!("Getting status {}", unit.name()));
    let dialect = called.global.helm.dialect();
    let site = sites.site(unit).map_err(|error| anyhow!(error))?;
    let record = site.world(0).records.last(unit.name()).map_err(|error| anyhow!(error))?;
    let resources = match dialect {
        Dialect::Helm3 => String::new(),
        Dialect::Helm4 => resources(sites.connection(unit).map_err(|error| anyhow!(error))?, &record)?,
    };
    let text = status(&record, &Shown { resources, ..Shown::default() }, dialect)?;
    // Helmfile logs what Helm prints.
    output::remark(text.trim_end_matches('\n'));
    Ok(())
}
