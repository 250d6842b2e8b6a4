//! `chartroom rollback`: back to an earlier revision.

use anyhow::{Result, anyhow};
use release::actions::rollback::{RollbackConfig, rollback};

use crate::flags::{ApplyFlags, Global};
use crate::output;
use crate::site::Site;

/// Roll a release back to an earlier revision.
///
/// The objects of that revision come back as a new one. What is outside of Kubernetes does not: no database, no volume's
/// content, nothing that a hook did.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The release.
    #[arg(value_name = "RELEASE")]
    name: String,
    /// The revision; the one before the last if none is named.
    #[arg(value_name = "REVISION")]
    revision: Option<i64>,
    /// Only say what would be done.
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "client")]
    dry_run: Option<String>,
    /// What the history is to say of it.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    description: String,
    /// How many revisions are kept; 0 is all.
    #[arg(long, value_name = "COUNT", default_value_t = 10, env = "HELM_MAX_HISTORY")]
    history_max: usize,
    #[command(flatten)]
    apply: ApplyFlags,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let site = Site::open(global)?;
    let config = RollbackConfig {
        name: args.name.clone(),
        revision: args.revision.unwrap_or(0),
        description: args.description.clone(),
        dry_run: args.dry_run.as_deref().is_some_and(|how| how != "none" && how != "false"),
        apply: args.apply.config(global.helm.dialect())?,
    };
    site.work(args.history_max, |world| rollback(world, &config)).map_err(|error| anyhow!(error))?;
    output::print("Rollback was a success! Happy Helming!\n")
}
