//! `chartroom diff revision`: what changed between two revisions.

use anyhow::Result;

use super::flags::Flags;
use super::{compare, find};
use crate::flags::Global;

/// Show what changed between two revisions of a release, or from one to the last.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The release.
    #[arg(value_name = "RELEASE")]
    name: String,
    /// A revision.
    #[arg(value_name = "REVISION")]
    first: i64,
    /// Another one; the last if none is named.
    #[arg(value_name = "REVISION")]
    second: Option<i64>,
    #[command(flatten)]
    flags: Flags,
}

pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let (first, second) = match args.second {
        Some(second) if second < args.first => (second, Some(args.first)),
        second => (args.first, second),
    };
    compare(global, &args.flags, |records| {
        Ok((find(records, &args.name, Some(first))?, find(records, &args.name, second)?))
    })
}
