//! The way out for a release that was left pending: somebody was stopped in the middle, and every tool refuses to go on.
//!
//! Helm has no command for it; people delete Secrets by hand. Here the revision is marked as failed, which lets the next
//! upgrade start from the last good one, or the last good one is brought back.

use super::rollback::{RollbackConfig, last_good, rollback};
use crate::error::{Error, ErrorKind};
use crate::holder::Holder;
use crate::record::{Record, Status};
use crate::world::World;

/// What is known of a revision that was left pending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The revision.
    pub revision: i64,
    /// What was going on.
    pub status: Status,
    /// Seconds since it began.
    pub age: i64,
    /// The revision that can be brought back; `None` if there never was a good one.
    pub last_good: Option<i64>,
    /// Who was at it, if that is known.
    pub holder: Option<Holder>,
}

/// Whether a release was left pending, and how.
pub fn pending(world: &World<'_>, name: &str) -> Result<Option<Pending>, Error> {
    let last = world.records.last(name)?;
    if !(last.info.status.is_pending() || last.info.status == Status::Uninstalling) {
        return Ok(None);
    }
    let began = last.info.last_deployed.map_or(0, crate::record::Time::seconds);
    let stubs = world.records.stubs(name)?;
    Ok(Some(Pending {
        revision: last.version,
        status: last.info.status,
        age: world.now().seconds() - began,
        last_good: last_good(&stubs),
        holder: Holder::of(&last.info.description),
    }))
}

/// Marks the pending revision as failed. What it wrote stays as it is until the next upgrade or rollback.
pub fn mark_failed(world: &World<'_>, name: &str) -> Result<Record, Error> {
    mark_failed_by(world, name, "chartroom unlock")
}

/// The same, saying by whom.
pub fn mark_failed_by(world: &World<'_>, name: &str, who: &str) -> Result<Record, Error> {
    let mut last = world.records.last(name)?;
    if !last.info.status.is_pending() {
        let message = format!(
            "release {name} is not pending: revision {} is {}",
            last.version,
            last.info.status.as_str()
        );
        return Err(Error::new(ErrorKind::Usage, message));
    }
    let was = last.info.status.as_str();
    last.set_status(Status::Failed, format!("Interrupted ({was}), marked as failed by {who}"));
    world.records.update(&last)?;
    Ok(last)
}

/// Marks the pending revision as failed and brings the last good one back.
pub fn roll_back(world: &World<'_>, name: &str, config: &RollbackConfig) -> Result<Record, Error> {
    let good = pending(world, name)?.and_then(|it| it.last_good).ok_or_else(|| {
        Error::new(ErrorKind::NotFound, format!("release {name} has no revision that could be brought back"))
    })?;
    mark_failed(world, name)?;
    rollback(world, &RollbackConfig { name: name.to_owned(), revision: good, ..config.clone() })
}
