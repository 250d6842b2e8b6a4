//! `helmfile sync`: every release is upgraded, whether it differs or not.

use std::io::IsTerminal as _;

use anyhow::Result;
use helmfile::fleet::Plan;

use super::Called;
use super::deployment::Deployment;
use super::flags::DeploymentFlags;
use super::session::Session;
use crate::output::Exit;

/// Upgrade every release of the helmfile, whether it differs from the cluster or not.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    flags: DeploymentFlags,
}

pub(super) fn run(called: &Called<'_>, args: &Args) -> Result<()> {
    let flags = &args.flags;
    flags.refused.refuse()?;
    let report = flags.diff.report(called.globals.colour(std::io::stdout().is_terminal())?)?;
    let session = Session::load(called, false)?;
    let deployment = Deployment::begin(called, &session, flags.wanted("sync"))?;
    let work = || {
        if called.globals.is_interactive() {
            // Whoever is asked sees what would change.
            let shown = deployment.plan(&flags.diff.look())?;
            deployment.print_diffs(&shown, &report, flags.diff.suppress_diff)?;
        }
        let plan = deployment.plan_blindly(|fleet, yard, crew| Plan::everything(fleet, yard, crew))?;
        let affected = plan.affected(&deployment.fleet);
        let question = "Do you really want to sync?\n  Helmfile will sync all your releases, as shown above.";
        if !deployment.is_agreed(&affected, question)? {
            return Ok(false);
        }
        deployment.carry_out(plan).map(|outcome| !outcome.ended.is_empty())
    };
    let changed = deployment.end(work())?;
    match changed && flags.diff.detailed_exitcode {
        true => Err(Exit { code: 2, message: String::new() }.into()),
        false => Ok(()),
    }
}
