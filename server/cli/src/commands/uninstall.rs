//! `chartroom uninstall`: releases go away.

use anyhow::{Result, anyhow, bail};
use release::actions::uninstall::{UninstallConfig, uninstall};
use release::ports::Propagation;

use crate::flags::{Global, wait_config};
use crate::output;
use crate::site::Site;

/// Uninstall releases.
///
/// Deletes what the last revision of each made, and its history. What says `helm.sh/resource-policy: keep` stays.
#[derive(Debug, clap::Args)]
#[command(visible_aliases = ["delete", "del", "un"])]
pub(crate) struct Args {
    /// The releases.
    #[arg(value_name = "RELEASE", required = true)]
    names: Vec<String>,
    /// Keep the history, so that it can be rolled back.
    #[arg(long)]
    keep_history: bool,
    /// What is not there is fine.
    #[arg(long)]
    ignore_not_found: bool,
    /// Run no hooks.
    #[arg(long)]
    no_hooks: bool,
    /// Only say what would be deleted.
    #[arg(long)]
    dry_run: bool,
    /// What becomes of what the objects own.
    #[arg(long, value_name = "background|foreground|orphan", default_value = "background")]
    cascade: String,
    /// What the history is to say of it. Only with --keep-history.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    description: String,
    /// Wait until everything is gone.
    #[arg(long, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "watcher")]
    wait: Option<String>,
    /// How long to wait, each time.
    #[arg(long, value_name = "DURATION", default_value = "5m0s")]
    timeout: String,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let propagation = match args.cascade.as_str() {
        "background" => Propagation::Background,
        "foreground" => Propagation::Foreground,
        "orphan" => Propagation::Orphan,
        other => {
            bail!("invalid cascade value ({other}). Must be \"background\", \"foreground\", or \"orphan\"")
        }
    };
    let site = Site::open(global)?;
    let config = UninstallConfig {
        no_hooks: args.no_hooks,
        keep_history: args.keep_history,
        ignore_not_found: args.ignore_not_found,
        propagation,
        description: args.description.clone(),
        dry_run: args.dry_run,
        wait: wait_config(args.wait.as_deref(), false, &args.timeout, global.helm.dialect())?,
    };
    for name in &args.names {
        let done = site.work(0, |world| uninstall(world, name, &config)).map_err(|error| anyhow!(error))?;
        let kept = if done.kept.is_empty() { String::new() } else { format!("{}\n", done.kept) };
        let told = match (&done.record, args.dry_run) {
            (None, _) => format!("release \"{name}\" not found\n"),
            (Some(_), _) => format!("release \"{name}\" uninstalled\n"),
        };
        output::print(&format!("{kept}{told}"))?;
    }
    Ok(())
}
