//! A plan carried out: what is not wanted goes first, then what changes is upgraded, each as soon as what it needs is done.

use std::sync::{Mutex, PoisonError};

use chart::Spread;
use release::record::Record;
use release::{Error, ErrorKind};

use super::deploy::{delete, deploy};
use super::schedule::{Fate, run};
use super::{Fleet, Plan, Told, What, Yard, reversed};
use crate::model::HookEvent;

/// What became of a release.
#[derive(Clone, Debug)]
pub enum Ended {
    /// It was installed or upgraded to this revision.
    Upgraded(Box<Record>),
    /// It was uninstalled and installed anew.
    Reinstalled(Box<Record>),
    /// It was deleted.
    Deleted,
    /// It could not be upgraded.
    Failed(Error),
    /// It could not be deleted.
    NotDeleted(Error),
    /// It was not begun, since this one that it needs was not done.
    Unmet(usize),
    /// It was not begun, since somebody wanted everything to end.
    Stopped,
}

/// What became of all releases of a plan that something was to be done with.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// By the number of the release, with the seconds that it took, in the order in which they ended.
    pub ended: Vec<(usize, Ended, i64)>,
}

impl Outcome {
    /// Whether everything was done.
    pub fn is_good(&self) -> bool {
        let is_good = |it: &Ended| matches!(it, Ended::Upgraded(_) | Ended::Reinstalled(_) | Ended::Deleted);
        self.ended.iter().all(|(_, it, _)| is_good(it))
    }

    /// What went wrong with which release.
    pub fn errors(&self) -> impl Iterator<Item = (usize, &Error)> {
        self.ended.iter().filter_map(|(at, ended, _)| match ended {
            Ended::Failed(error) | Ended::NotDeleted(error) => Some((*at, error)),
            Ended::Upgraded(_)
            | Ended::Reinstalled(_)
            | Ended::Deleted
            | Ended::Unmet(_)
            | Ended::Stopped => None,
        })
    }

    /// Whether releases were left out since somebody wanted everything to end, or one of them came to its end for it.
    pub fn was_stopped(&self) -> bool {
        self.ended.iter().any(|(_, it, _)| match it {
            Ended::Stopped => true,
            Ended::Failed(error) | Ended::NotDeleted(error) => error.kind() == ErrorKind::Cancelled,
            Ended::Upgraded(_) | Ended::Reinstalled(_) | Ended::Deleted | Ended::Unmet(_) => false,
        })
    }
}

/// Carries a plan out, on so many lent threads. `command` is what Helmfile calls the command: `apply`, `sync`, `delete`.
/// It fails where a hook before everything fails; what becomes of each release is in the outcome.
pub fn carry_out(
    fleet: &Fleet<'_>,
    plan: Plan,
    yard: &dyn Yard,
    command: &str,
    crew: &dyn Spread,
    workers: usize,
) -> Result<Outcome, Error> {
    let all: Vec<usize> = (0..fleet.units.len()).collect();
    if command == "apply" && !plan.is_empty() {
        for at in all.iter().rev() {
            yard.hooks(&fleet.units[*at], HookEvent::Preapply, command, None)?;
        }
    }
    let (deleted, updated) = (plan.chosen(|it| it == What::Delete), plan.chosen(What::is_update));
    let idle = plan.chosen(|it| it == What::Nothing);
    let workers = if workers == 0 { all.len() } else { workers };
    let carrying = Carrying { fleet, yard, command, plan: Mutex::new(plan), ended: Mutex::default() };
    let stop = || yard.is_cancelled();
    let tasks = reversed(&fleet.tasks(&deleted));
    let fates = run(&tasks, crew, workers, &stop, &|task| carrying.delete(deleted[task]));
    carrying.note(&deleted, &fates);
    let fates =
        run(&fleet.tasks(&updated), crew, workers, &stop, &|task| carrying.update(updated[task], &updated));
    carrying.note(&updated, &fates);
    for at in idle {
        carrying.clean_up(at, command);
    }
    Ok(Outcome { ended: carrying.ended.into_inner().unwrap_or_else(PoisonError::into_inner) })
}

struct Carrying<'c> {
    fleet: &'c Fleet<'c>,
    yard: &'c dyn Yard,
    command: &'c str,
    plan: Mutex<Plan>,
    ended: Mutex<Vec<(usize, Ended, i64)>>,
}

impl Carrying<'_> {
    /// What Helmfile calls the command in hooks around a release: those of `apply` hear of `sync`.
    fn inner_command(&self) -> &str {
        if self.command == "apply" { "sync" } else { self.command }
    }

    fn update(&self, at: usize, updated: &[usize]) -> bool {
        let (unit, inner, began) = (&self.fleet.units[at], self.inner_command(), self.seconds(at));
        let prepared = self.plan.lock().unwrap_or_else(PoisonError::into_inner).releases[at].prepared.take();
        // What it needs was changed meanwhile, and with it what templates may have looked at.
        let prepared = prepared.filter(|_| !self.fleet.depends_on(at, updated));
        let done = self.yard.hooks(unit, HookEvent::Presync, inner, None).and_then(|()| {
            self.yard.tell(unit, Told::Upgrading);
            deploy(self.yard, unit, prepared)
        });
        if let Ok(deployed) = &done {
            self.yard.tell(unit, Told::Upgraded(&deployed.record));
        }
        let failure = done.as_ref().err().map(ToString::to_string);
        let after = self.after(at, failure.as_deref(), inner);
        let ended = match (done, after) {
            (Err(error), _) | (Ok(_), Err(error)) => Ended::Failed(error),
            (Ok(deployed), Ok(())) if deployed.anew => Ended::Reinstalled(Box::new(deployed.record)),
            (Ok(deployed), Ok(())) => Ended::Upgraded(Box::new(deployed.record)),
        };
        self.end(at, ended, began)
    }

    fn delete(&self, at: usize) -> bool {
        let (unit, inner, began) = (&self.fleet.units[at], self.inner_command(), self.seconds(at));
        let is_destroy = self.command == "delete";
        let hook = |event| self.yard.hooks(unit, event, inner, None);
        let before = if is_destroy { Ok(()) } else { hook(HookEvent::Presync) };
        let done = before.and_then(|()| {
            hook(HookEvent::Preuninstall)?;
            self.yard.tell(unit, Told::Deleting);
            let kept = delete(self.yard, unit)?;
            self.yard.tell(unit, Told::Deleted(&kept));
            hook(HookEvent::Postuninstall)
        });
        let failure = done.as_ref().err().map(ToString::to_string);
        if !is_destroy && let Err(error) = self.after(at, failure.as_deref(), inner) {
            self.yard.tell(unit, Told::Warning(&error.to_string()));
        }
        let ended = match done {
            Ok(()) => Ended::Deleted,
            Err(error) => Ended::NotDeleted(error),
        };
        self.end(at, ended, began)
    }

    /// The hooks behind a release, whatever became of it. Where it failed already, they are only warned of.
    fn after(&self, at: usize, failure: Option<&str>, command: &str) -> Result<(), Error> {
        let unit = &self.fleet.units[at];
        let mut first = Ok(());
        for event in [HookEvent::Postsync, HookEvent::Cleanup] {
            let told = if event == HookEvent::Postsync { failure } else { None };
            match self.yard.hooks(unit, event, command, told) {
                Err(error) if failure.is_none() && first.is_ok() => first = Err(error),
                Err(error) => self.yard.tell(unit, Told::Warning(&error.to_string())),
                Ok(()) => {}
            }
        }
        first
    }

    fn clean_up(&self, at: usize, command: &str) {
        let unit = &self.fleet.units[at];
        if let Err(error) = self.yard.hooks(unit, HookEvent::Cleanup, command, None) {
            self.yard.tell(unit, Told::Warning(&error.to_string()));
        }
    }

    fn end(&self, at: usize, ended: Ended, began: i64) -> bool {
        let is_good = !matches!(ended, Ended::Failed(_) | Ended::NotDeleted(_));
        let took = self.seconds(at) - began;
        self.ended.lock().unwrap_or_else(PoisonError::into_inner).push((at, ended, took));
        is_good
    }

    /// Notes what was not begun.
    fn note(&self, units: &[usize], fates: &[Fate]) {
        let mut all = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        for (at, fate) in units.iter().zip(fates) {
            match fate {
                Fate::Done | Fate::Failed => {}
                Fate::Unmet(task) => all.push((*at, Ended::Unmet(units[*task]), 0)),
                Fate::Stopped => all.push((*at, Ended::Stopped, 0)),
            }
        }
    }

    fn seconds(&self, at: usize) -> i64 {
        let site = self.yard.site(&self.fleet.units[at]);
        site.map_or(0, |site| i64::try_from(site.clock.now() / 1_000_000_000).unwrap_or_default())
    }
}
