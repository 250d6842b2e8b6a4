//! `helmfile diff`: what `apply` would change.

use std::io::IsTerminal as _;

use anyhow::Result;

use super::Called;
use super::deployment::{Deployment, Wanted};
use super::flags::{DiffFlags, NeedsFlags, RefusedFlags, ReleaseFlags, UpgradeFlags};
use super::session::Session;
use crate::output::Exit;

/// Show what `apply` would change, as helm-diff does.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    releases: ReleaseFlags,
    #[command(flatten)]
    needs: NeedsFlags,
    #[command(flatten)]
    diff: DiffFlags,
    #[command(flatten)]
    upgrade: UpgradeFlags,
    #[command(flatten)]
    refused: RefusedFlags,
}

pub(super) fn run(called: &Called<'_>, args: &Args) -> Result<()> {
    args.refused.refuse()?;
    let report = args.diff.report(called.globals.colour(std::io::stdout().is_terminal())?)?;
    let session = Session::load(called, false)?;
    let wanted = Wanted {
        command: "diff",
        releases: &args.releases,
        needs: Some(&args.needs),
        overrides: args.upgrade.overrides(&args.diff),
        hide_notes: true,
    };
    let deployment = Deployment::begin(called, &session, wanted)?;
    let work = || {
        let plan = deployment.plan(&args.diff.look())?;
        deployment.print_diffs(&plan, &report, args.diff.suppress_diff)?;
        deployment.clean_up();
        let affected = plan.affected(&deployment.fleet);
        if !affected.is_empty() {
            called.remark(&affected);
        } else if args.diff.detailed_exitcode {
            called.remark("No affected releases");
        }
        Ok(!affected.is_empty())
    };
    let changes = deployment.end(work())?;
    match changes && args.diff.detailed_exitcode {
        true => Err(Exit { code: 2, message: "Identified at least one change".to_owned() }.into()),
        false => Ok(()),
    }
}
