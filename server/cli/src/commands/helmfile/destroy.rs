//! `helmfile destroy`: every release goes away.

use anyhow::Result;
use helmfile::fleet::{Overrides, Plan};

use super::Called;
use super::deployment::{Deployment, Wanted};
use super::flags::{RefusedFlags, ReleaseFlags};
use super::session::Session;

/// Uninstall every release of the helmfile, those first that need others.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    refused: RefusedFlags,
    /// What becomes of what deleted objects own: background, foreground or orphan.
    #[arg(long, value_name = "HOW")]
    cascade: Option<String>,
    /// Work on so many releases at the same time; 0 is all that can be.
    #[arg(long, value_name = "NUMBER", default_value_t = 0, hide_default_value = true)]
    concurrency: usize,
    /// Wait until everything is gone.
    #[arg(long = "deleteWait")]
    delete_wait: bool,
    /// How long to wait for that, in seconds.
    #[arg(long = "deleteTimeout", value_name = "SECONDS", default_value_t = 300)]
    delete_timeout: u64,
    /// Taken for Helmfile's sake: nothing of a chart is needed to delete what was made of it.
    #[arg(long, hide = true)]
    skip_charts: bool,
}

pub(super) fn run(called: &Called<'_>, args: &Args) -> Result<()> {
    args.refused.refuse()?;
    let session = Session::load(called, true)?;
    let releases = ReleaseFlags { concurrency: args.concurrency, ..ReleaseFlags::default() };
    let overrides = Overrides {
        cascade: args.cascade.clone(),
        delete_wait: args.delete_wait,
        delete_timeout: if args.delete_wait { args.delete_timeout } else { 0 },
        ..Overrides::default()
    };
    let wanted = Wanted { command: "delete", releases: &releases, needs: None, overrides, hide_notes: true };
    let deployment = Deployment::begin(called, &session, wanted)?;
    let work = || {
        let plan = deployment.plan_blindly(|fleet, yard, crew| Plan::nothing_left(fleet, yard, crew))?;
        let affected = plan.affected(&deployment.fleet);
        let question =
            "Do you really want to delete?\n  Helmfile will delete all your releases, as shown above.";
        if deployment.is_agreed(&affected, question)? { deployment.carry_out(plan).map(drop) } else { Ok(()) }
    };
    deployment.end(work())
}
