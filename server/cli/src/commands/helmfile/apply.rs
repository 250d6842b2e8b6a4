//! `helmfile apply`: what differs from the cluster is changed, and nothing else.

use std::io::IsTerminal as _;

use anyhow::Result;

use super::Called;
use super::deployment::{Deployment, Wanted};
use super::flags::{DiffFlags, NeedsFlags, RefusedFlags, ReleaseFlags, UpgradeFlags};
use super::session::Session;
use crate::output::Exit;

/// Bring the cluster to what the helmfile says, where it differs.
///
/// Every release is rendered and compared with what is deployed, all at the same time; what would change is shown first.
/// Releases that do not change are left alone. Then releases that are not wanted are deleted, and the others upgraded in
/// the order of their needs. A release that fails stops those that need it, and no others.
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
        command: "apply",
        releases: &args.releases,
        needs: Some(&args.needs),
        overrides: args.upgrade.overrides(&args.diff),
        hide_notes: args.upgrade.hide_notes,
    };
    let deployment = Deployment::begin(called, &session, wanted)?;
    let work = || {
        let plan = deployment.plan(&args.diff.look())?;
        deployment.print_diffs(&plan, &report, args.diff.suppress_diff)?;
        let affected = plan.affected(&deployment.fleet);
        if affected.is_empty() {
            if args.diff.detailed_exitcode {
                called.remark("No affected releases");
            }
            return deployment.carry_out(plan).map(|_| false);
        }
        called.remark(&affected);
        let question =
            "Do you really want to apply?\n  Helmfile will apply all your changes, as shown above.";
        if !deployment.is_agreed(&affected, question)? {
            return Ok(false);
        }
        deployment.carry_out(plan).map(|_| true)
    };
    let changed = deployment.end(work())?;
    match changed && args.diff.detailed_exitcode {
        true => Err(Exit { code: 2, message: String::new() }.into()),
        false => Ok(()),
    }
}
