//! `chartroom diff rollback`: what going back would change.

use anyhow::Result;

use super::flags::Flags;
use super::{compare, find};
use crate::flags::Global;

/// Show what rolling back to a revision would change.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The release.
    #[arg(value_name = "RELEASE")]
    name: String,
    /// The revision.
    #[arg(value_name = "REVISION")]
    revision: i64,
    #[command(flatten)]
    flags: Flags,
}

pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    compare(global, &args.flags, |records| {
        Ok((find(records, &args.name, None)?, find(records, &args.name, Some(args.revision))?))
    })
}
