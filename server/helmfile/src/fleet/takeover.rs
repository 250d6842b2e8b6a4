//! Releases that somebody was stopped at: taken up again where it is certain that nobody works on them any more.
//!
//! Helm refuses such a release until people delete Secrets by hand. Our own revisions say which process made them: if that
//! is gone, or could not have taken so long, the release is free. What Helm left pending is not for us to judge.

use release::actions::unlock::{self, Pending};
use release::record::{Record, Status};
use release::{Error, ErrorKind, World};

use super::{Told, Unit, Yard};

/// What a process may take beyond what it waits for.
const GRACE: u64 = 300;

/// Refuses a release that somebody else works on, or may work on. The answer is how it was left.
pub(super) fn examine(
    yard: &dyn Yard,
    world: &World<'_>,
    unit: &Unit<'_>,
    last: &Record,
) -> Result<Option<Pending>, Error> {
    let status = last.info.status;
    if !status.is_pending() && status != Status::Uninstalling {
        return Ok(None);
    }
    let Some(found) = unlock::pending(world, unit.name())? else { return Ok(None) };
    let gone = found.holder.as_ref().map(|it| yard.is_gone(it));
    let is_free = match gone {
        Some(Some(gone)) => gone,
        Some(None) => found.age > longest(unit, last),
        // Whoever uninstalls again does no harm.
        None => status == Status::Uninstalling,
    };
    if is_free { Ok(Some(found)) } else { Err(refusal(unit, &found)) }
}

/// Takes a release up again.
pub(super) fn take_up(
    yard: &dyn Yard,
    world: &World<'_>,
    unit: &Unit<'_>,
    last: &Record,
) -> Result<(), Error> {
    let Some(found) = examine(yard, world, unit, last)? else { return Ok(()) };
    yard.tell(unit, Told::TakenUp(&found));
    if found.status == Status::Uninstalling {
        return release::actions::uninstall::uninstall(world, unit.name(), &unit.config.uninstall).map(drop);
    }
    unlock::mark_failed_by(world, unit.name(), "chartroom apply").map(drop)
}

/// The most seconds that somebody can have been at a release who waits as long as we would.
fn longest(unit: &Unit<'_>, last: &Record) -> i64 {
    let each = unit.config.upgrade.apply.wait.timeout.as_secs();
    let times = last.hooks.len() as u64 + 2;
    i64::try_from(each.saturating_mul(times).saturating_add(GRACE)).unwrap_or(i64::MAX)
}

fn refusal(unit: &Unit<'_>, found: &Pending) -> Error {
    let name = unit.name();
    let who = match &found.holder {
        Some(holder) => format!("{holder} is or was at it"),
        None => "nobody can say by whom".to_owned(),
    };
    let namespace = match unit.release.namespace.it.as_str() {
        "" => String::new(),
        namespace => format!(" -n {namespace}"),
    };
    let message = format!(
        "another operation (install/upgrade/rollback) is in progress: revision {} of {name} is {} since {} s, {who}. If it \
         was stopped: chartroom unlock {name}{namespace} --mark-failed",
        found.revision,
        found.status.as_str(),
        found.age
    );
    Error::new(ErrorKind::Pending, message)
}
