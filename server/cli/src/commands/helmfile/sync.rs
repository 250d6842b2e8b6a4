//! `helmfile sync`: every release is upgraded, whether it differs or not.

use anyhow::Result;
use helmfile::fleet::Plan;

use super::Called;
use super::deployment::deploy;
use super::flags::DeploymentFlags;

/// Upgrade every release of the helmfile, whether it differs from the cluster or not.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    flags: DeploymentFlags,
}

pub(super) fn run(called: &Called<'_>, args: &Args) -> Result<()> {
    let flags = &args.flags;
    deploy(called, flags, "sync", "", |deployment, report| {
        if called.globals.is_interactive() {
            // Whoever is asked sees what would change.
            let shown = deployment.plan(&flags.diff.look())?;
            deployment.print_diffs(&shown, report, flags.diff.suppress_diff)?;
        }
        let plan = deployment.plan_blindly(|fleet, yard, crew| Plan::everything(fleet, yard, crew))?;
        let affected = plan.affected(&deployment.fleet);
        let question = "Do you really want to sync?\n  Helmfile will sync all your releases, as shown above.";
        if !deployment.is_agreed(&affected, question)? {
            return Ok(false);
        }
        deployment.carry_out(plan).map(|outcome| !outcome.ended.is_empty())
    })
}
