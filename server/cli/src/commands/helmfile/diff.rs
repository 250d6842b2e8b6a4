//! `helmfile diff`: what `apply` would change.

use std::io::IsTerminal as _;

use anyhow::Result;

use super::Called;
use super::deployment::Deployment;
use super::flags::DeploymentFlags;
use super::session::Session;
use crate::output::Exit;

/// Show what `apply` would change, as helm-diff does.
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
    let deployment = Deployment::begin(called, &session, flags.wanted("diff"))?;
    let work = || {
        let plan = deployment.plan(&flags.diff.look())?;
        deployment.print_diffs(&plan, &report, flags.diff.suppress_diff)?;
        deployment.clean_up();
        let affected = plan.affected(&deployment.fleet);
        if !affected.is_empty() {
            called.remark(&affected);
        } else if flags.diff.detailed_exitcode {
            called.remark("No affected releases");
        }
        Ok(!affected.is_empty())
    };
    let changes = deployment.end(work())?;
    match changes && flags.diff.detailed_exitcode {
        true => Err(Exit { code: 2, message: "Identified at least one change".to_owned() }.into()),
        false => Ok(()),
    }
}
