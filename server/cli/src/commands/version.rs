//! `chartroom version`.

use anyhow::Result;

use crate::flags::Global;

/// Print the version, and which Helm is meant where the two differ.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Print the version number and nothing else.
    #[arg(long)]
    short: bool,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let version = concat!("v", env!("CARGO_PKG_VERSION"));
    if args.short {
        return crate::output::print(&format!("{version}\n"));
    }
    crate::output::print(&format!("chartroom {version}, rendering as Helm {}\n", global.helm.release()))
}
