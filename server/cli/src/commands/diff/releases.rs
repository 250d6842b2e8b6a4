//! `chartroom diff release`: how two releases of one chart differ.

use anyhow::{Result, anyhow};
use release::record::{Record, Records};

use super::flags::Flags;
use super::{find, index_of, tell};
use crate::flags::Global;
use crate::output;
use crate::site::Site;

/// Show how two releases of the same chart differ.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A release: `name`, or `namespace/name`.
    #[arg(value_name = "RELEASE")]
    first: String,
    /// Another one.
    #[arg(value_name = "RELEASE")]
    second: String,
    #[command(flatten)]
    flags: Flags,
}

pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let (old, new) = (named(global, &args.first)?, named(global, &args.second)?);
    let (old_chart, new_chart) = (old.chart.metadata().name, new.chart.metadata().name);
    if old_chart != new_chart {
        return output::print(&format!(
            "Error : Incomparable Releases \n Unable to compare releases from two different charts \"{old_chart}\", \
             \"{new_chart}\". \n try helm diff release --help to know more \n"
        ));
    }
    let (old, new) = (index_of(&old, &args.flags)?.by_template(), index_of(&new, &args.flags)?.by_template());
    let diff = release::diff::diff(&old, &new, &args.flags.config().map_err(|error| anyhow!(error))?);
    tell(&diff, &args.flags)
}

fn named(global: &Global, name: &str) -> Result<Record> {
    let mut global = global.clone();
    let name = match name.split_once('/') {
        Some((namespace, name)) => {
            global.namespace = Some(namespace.to_owned());
            name
        }
        None => name,
    };
    let site = Site::open(&global)?;
    let storage = site.storage(false);
    find(&Records::new(&storage), name, None)
}
