//! `helmfile diff`: what `apply` would change.

use anyhow::Result;

use super::Called;
use super::deployment::deploy;
use super::flags::DeploymentFlags;

/// Show what `apply` would change, as helm-diff does.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    flags: DeploymentFlags,
}

pub(super) fn run(called: &Called<'_>, args: &Args) -> Result<()> {
    let flags = &args.flags;
    deploy(called, flags, "diff", "Identified at least one change", |deployment, report| {
        let plan = deployment.plan(&flags.diff.look())?;
        deployment.print_diffs(&plan, report, flags.diff.suppress_diff)?;
        deployment.clean_up();
        let affected = plan.affected(&deployment.fleet);
        if !affected.is_empty() {
            called.remark(&affected);
        } else if flags.diff.detailed_exitcode {
            called.remark("No affected releases");
        }
        Ok(!affected.is_empty())
    })
}
