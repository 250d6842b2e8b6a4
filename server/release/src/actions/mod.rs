//! What can be done with a release, in the order in which Helm does it (`pkg/action`).
//!
//! Each action is a function over a [`World`]. It writes down what it is about to do before it does it, so that whoever
//! comes after an interruption finds a pending revision and not a riddle.

pub mod install;
pub mod rollback;
pub mod test;
pub mod uninstall;
pub mod unlock;
pub mod upgrade;

use chart::Dialect;

use crate::apply::{self, Changes, Method, Writing};
use crate::error::{Error, ErrorKind};
use crate::holder::Holder;
use crate::hooks::{self, HookConfig};
use crate::manifest;
use crate::object::Object;
use crate::ports::{Propagation, Target};
use crate::record::{ApplyMethod, Record, Status};
use crate::wait::{WaitConfig, WaitStrategy};
use crate::world::{News, Observer, World};

/// How server-side apply is chosen (`--server-side`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServerSide {
    /// As the last revision was written; new releases by it with Helm 4, without it with Helm 3.
    #[default]
    Auto,
    /// By it.
    Yes,
    /// With patches from the client's side.
    No,
}

impl ServerSide {
    fn of_new(self, dialect: Dialect) -> bool {
        match self {
            Self::Auto => dialect == Dialect::Helm4,
            Self::Yes => true,
            Self::No => false,
        }
    }

    fn after(self, last: ApplyMethod) -> bool {
        match self {
            Self::Auto => last == ApplyMethod::ServerSide,
            Self::Yes => true,
            Self::No => false,
        }
    }
}

/// What installing, upgrading and rolling back have in common.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApplyConfig {
    /// How objects are written.
    pub server_side: ServerSide,
    /// Put new objects in the place of old ones.
    pub force_replace: bool,
    /// Take fields from other managers.
    pub force_conflicts: bool,
    /// Run no hooks.
    pub no_hooks: bool,
    /// Write without trying first.
    pub no_preflight: bool,
    /// What is waited for, and how long.
    pub wait: WaitConfig,
    /// If it fails, bring back what was there before.
    pub atomic: bool,
    /// If it fails, delete what was made new.
    pub cleanup_on_fail: bool,
}

impl ApplyConfig {
    /// Whoever wants the old state back when something fails must wait to see whether it does.
    fn waiting_if_atomic(mut self, dialect: Dialect) -> Self {
        if self.atomic && self.wait.strategy == WaitStrategy::HookOnly {
            self.wait.strategy = match dialect {
                Dialect::Helm3 => WaitStrategy::Legacy,
                Dialect::Helm4 => WaitStrategy::Watcher,
            };
        }
        self
    }

    fn hooks(&self, server_side: bool) -> HookConfig {
        HookConfig { server_side, timeout: self.wait.timeout }
    }

    /// Options that exclude one another are told before anything is done.
    pub fn check(&self, server_side: bool) -> Result<(), Error> {
        let wrong = match (self.force_conflicts, self.force_replace, server_side) {
            (true, true, _) => "invalid operation: cannot use force conflicts and force replace together",
            (_, true, true) => "invalid operation: cannot use server-side apply and force replace together",
            (true, _, false) => {
                "invalid client update option(s): forceConflicts enabled when serverSideApply disabled"
            }
            _ => return Ok(()),
        };
        Err(Error::new(ErrorKind::Usage, wrong))
    }

    fn updating(&self, server_side: bool, upgrade_managers: bool, three_way: bool) -> Writing {
        let method = if self.force_replace {
            Method::Replace { server_side }
        } else if server_side {
            Method::ServerSide { force_conflicts: self.force_conflicts }
        } else {
            Method::ClientSide { three_way }
        };
        Writing { method, dry_run: false, upgrade_managers: upgrade_managers && server_side }
    }

    fn creating(server_side: bool) -> Writing {
        let method = match server_side {
            true => Method::ServerSide { force_conflicts: false },
            false => Method::ClientSide { three_way: false },
        };
        Writing { method, dry_run: false, upgrade_managers: false }
    }
}

fn method_of(server_side: bool, dialect: Dialect) -> ApplyMethod {
    match (server_side, dialect) {
        (true, _) => ApplyMethod::ServerSide,
        (false, Dialect::Helm4) => ApplyMethod::ClientSide,
        (false, Dialect::Helm3) => ApplyMethod::Unsaid,
    }
}

/// The objects of a manifest, marked as the release's.
fn owned_objects(world: &World<'_>, record: &Record) -> Result<Vec<Object>, Error> {
    let mut objects = manifest::build(world.cluster, &record.manifest, &record.namespace)?;
    manifest::own(&mut objects, &record.name, &record.namespace);
    Ok(objects)
}

/// Runs the hooks of an event unless nobody wants them.
fn run_hooks(
    world: &World<'_>,
    record: &mut Record,
    event: &str,
    config: &ApplyConfig,
    server_side: bool,
) -> Result<(), Error> {
    if config.no_hooks { Ok(()) } else { hooks::run(world, record, event, config.hooks(server_side)) }
}

/// Keeps what has become of a revision. Helm goes on where that fails; so do we, and say so.
fn keep(world: &World<'_>, record: &Record) {
    if let Err(error) = world.records.update(record) {
        world.tell(News::Warning(&format!("failed to record the release: {error}")));
    }
}

/// From now on these revisions do not count as deployed. Helm goes on where that fails, and two count then; here none
/// becomes deployed before that is done.
fn supersede(world: &World<'_>, records: impl IntoIterator<Item = Record>) -> Result<(), Error> {
    for mut record in records {
        record.info.status = Status::Superseded;
        world.records.update(&record).map_err(|error| {
            let what = format!("revision {} could not be marked as superseded", record.version);
            Error::from(error).context(what)
        })?;
    }
    Ok(())
}

/// Deletes what was made new.
fn clean_up(world: &World<'_>, changes: &Changes) -> Result<(), Error> {
    let errors = apply::delete_all(world, &changes.created, Propagation::Background);
    match Error::joined(errors, ", ") {
        Some(error) => Err(error.context("unable to cleanup resources")),
        None => Ok(()),
    }
}

/// Somebody who can watch, but no longer stop: what undoes a failure runs to its end.
pub(crate) struct Patient<'o>(pub(crate) &'o dyn Observer);

impl Observer for Patient<'_> {
    fn tell(&self, news: News<'_>) {
        self.0.tell(news);
    }

    fn holder(&self) -> Option<&Holder> {
        self.0.holder()
    }
}

fn check_cancelled(world: &World<'_>) -> Result<(), Error> {
    match world.observer.is_cancelled() {
        true => Err(Error::new(ErrorKind::Cancelled, "context canceled")),
        false => Ok(()),
    }
}

fn targets(objects: &[Object]) -> Vec<Target> {
    objects.iter().map(Target::of).collect()
}

/// Kubernetes takes no other names (`chartutil.ValidateReleaseName`).
fn check_name(name: &str, what: &str) -> Result<(), Error> {
    match render::is_release_name(name) {
        true => Ok(()),
        false => Err(Error::new(ErrorKind::Usage, format!("{what}{name}"))),
    }
}
