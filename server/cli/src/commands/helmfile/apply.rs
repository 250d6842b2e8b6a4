//! `helmfile apply`: what differs from the cluster is changed, and nothing else.

use std::io::IsTerminal as _;

use anyhow::Result;

use super::Called;
use super::deployment::Deployment;
use super::flags::DeploymentFlags;
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
    flags: DeploymentFlags,
}

pub(super) fn run(called: &Called<'_>, args: &Args) -> Result<()> {
    let flags = &args.flags;
    flags.refused.refuse()?;
    let report = flags.diff.report(called.globals.colour(std::io::stdout().is_terminal())?)?;
    let session = Session::load(called, false)?;
    let deployment = Deployment::begin(called, &session, flags.wanted("apply"))?;
    let work = || {
        let plan = deployment.plan(&flags.diff.look())?;
        deployment.print_diffs(&plan, &report, flags.diff.suppress_diff)?;
        let affected = plan.affected(&deployment.fleet);
        if affected.is_empty() {
            if flags.diff.detailed_exitcode {
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
    match changed && flags.diff.detailed_exitcode {
        true => Err(Exit { code: 2, message: String::new() }.into()),
        false => Ok(()),
    }
}
