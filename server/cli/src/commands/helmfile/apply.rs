//! `helmfile apply`: what differs from the cluster is changed, and nothing else.

use anyhow::Result;

use super::Called;
use super::deployment::deploy;
use super::flags::DeploymentFlags;

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
    deploy(called, flags, "apply", "", |deployment, report| {
        let plan = deployment.plan(&flags.diff.look())?;
        deployment.print_diffs(&plan, report, flags.diff.suppress_diff)?;
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
    })
}
