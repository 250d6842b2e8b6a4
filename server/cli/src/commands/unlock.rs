//! `chartroom unlock`: the way out for a release that was left pending.

use std::io::IsTerminal as _;

use anyhow::{Result, anyhow, bail};
use release::actions::rollback::RollbackConfig;
use release::actions::unlock::{Pending, mark_failed, pending, roll_back};
use release::{Error, ErrorKind, World};

use crate::flags::{ApplyFlags, Global};
use crate::output;
use crate::site::Site;

/// Free a release that was left pending when somebody was stopped in the middle.
///
/// Says which revision is pending, and for how long. With --mark-failed it becomes a failed one, so that the next upgrade
/// starts from the last good one; with --roll-back that one is brought back at once.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The release.
    #[arg(value_name = "RELEASE")]
    name: String,
    /// Mark the pending revision as failed.
    #[arg(long, conflicts_with = "roll_back")]
    mark_failed: bool,
    /// Bring the last good revision back.
    #[arg(long)]
    roll_back: bool,
    #[command(flatten)]
    apply: ApplyFlags,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let site = Site::open(global)?;
    site.work(0, |world| work(world, args))
}

fn work(world: &World<'_>, args: &Args) -> Result<()> {
    let name = &args.name;
    let Some(found) = pending(world, name).map_err(|error| anyhow!(error))? else {
        return output::print(&format!("release {name} is not pending\n"));
    };
    if args.mark_failed {
        mark_failed(world, name).map_err(|error| anyhow!(error))?;
        return output::print(&format!("revision {} of {name} is marked as failed\n", found.revision));
    }
    if args.roll_back {
        let config = RollbackConfig { apply: args.apply.config(world.dialect)?, ..RollbackConfig::default() };
        let record = roll_back(world, name, &config).map_err(|error| anyhow!(error))?;
        return output::print(&format!(
            "{name} is at revision {}: {}\n",
            record.version, record.info.description
        ));
    }
    bail!(told(name, &found, ""))
}

/// How a release was left, and the ways out. `command` stands before the flags.
fn told(name: &str, found: &Pending, command: &str) -> String {
    let way_out = match found.last_good {
        Some(good) => format!(
            "{command}--roll-back brings revision {good} back, {command}--mark-failed lets the next upgrade start from it"
        ),
        None => format!("{command}--mark-failed lets the next `upgrade --install` try again"),
    };
    format!(
        "revision {} of {name} is {} since {} s; if nobody is at it any more, {way_out}",
        found.revision,
        found.status.as_str(),
        found.age
    )
}

/// Says to somebody at a terminal what else can be done about an error that is about a pending release. In a log it is
/// Helm's words that are looked for.
pub(super) fn hint(world: &World<'_>, name: &str, error: &Error) {
    if error.kind() != ErrorKind::Pending || !std::io::stderr().is_terminal() {
        return;
    }
    if let Ok(Some(found)) = pending(world, name) {
        output::remark(&told(name, &found, &format!("`chartroom unlock {name}` with ")));
    }
}
