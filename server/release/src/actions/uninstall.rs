//! Uninstalling a release (`pkg/action/uninstall.go`).

use chart::Dialect;

use super::{keep, supersede, targets};
use crate::apply;
use crate::error::{Error, ErrorKind};
use crate::hooks::{self, HookConfig};
use crate::manifest::{self, Fate};
use crate::object::Object;
use crate::order::uninstall_key;
use crate::ports::{Propagation, Reply, Request, Target};
use crate::preflight;
use crate::record::{Record, Status, StoreError};
use crate::wait::{self, WaitConfig, WaitStrategy};
use crate::world::{Done, News, Step, World};

/// How a release is uninstalled.
#[derive(Clone, Debug, Default)]
pub struct UninstallConfig {
    /// Run no hooks.
    pub no_hooks: bool,
    /// Keep the records.
    pub keep_history: bool,
    /// What is not there is fine.
    pub ignore_not_found: bool,
    /// What becomes of what the objects own.
    pub propagation: Propagation,
    /// What the record is to say instead of `Uninstallation complete`.
    pub description: String,
    /// Only say what would be done.
    pub dry_run: bool,
    /// Whether it is waited for that objects are gone, and how long.
    pub wait: WaitConfig,
}

/// What came of uninstalling.
#[derive(Clone, Debug, Default)]
pub struct Uninstalled {
    /// The last revision. `None` where there was none, and that was fine.
    pub record: Option<Record>,
    /// What is told of objects that stay; empty if none do.
    pub kept: String,
}

/// Uninstalls a release.
pub fn uninstall(world: &World<'_>, name: &str, config: &UninstallConfig) -> Result<Uninstalled, Error> {
    if config.dry_run {
        return would_uninstall(world, name, config);
    }
    super::check_name(name, "uninstall: Release name is invalid: ")?;
    let mut record = match world.records.last(name) {
        Err(StoreError::NotFound) if config.ignore_not_found => return Ok(Uninstalled::default()),
        last => last
            .map_err(|error| Error::from(error).context(format!("uninstall: Release not loaded: {name}")))?,
    };
    if record.info.status == Status::Uninstalled {
        if config.keep_history {
            let message = format!("the release named {} is already deleted", golang::strconv::quote(name));
            return Err(Error::new(ErrorKind::NotFound, message));
        }
        purge(world, name)?;
        return Ok(Uninstalled { record: Some(record), kept: String::new() });
    }
    record.set_status(Status::Uninstalling, world.signed("Deletion in progress (or silently failed)"));
    record.info.deleted = Some(world.now());
    let hook_config =
        HookConfig { server_side: world.dialect == Dialect::Helm4, timeout: config.wait.timeout };
    if !config.no_hooks {
        hooks::run(world, &mut record, "pre-delete", hook_config)?;
    }
    keep(world, &record);
    world.tell(News::Step(Step::Deleting));
    let (deleted, kept) = delete_objects(world, &record, config)?;
    let mut errors = Vec::new();
    if config.wait.strategy != WaitStrategy::HookOnly {
        errors.extend(wait::gone(world, &deleted, config.wait.timeout).err());
    }
    if !config.no_hooks {
        errors.extend(hooks::run(world, &mut record, "post-delete", hook_config).err());
    }
    let description = match config.description.as_str() {
        "" => "Uninstallation complete",
        given => given,
    };
    record.set_status(Status::Uninstalled, description);
    errors.extend(close_history(world, &record, config).err());
    let count = errors.len();
    match Error::joined(errors, "; ") {
        Some(error) => Err(error.context(format!("uninstallation completed with {count} error(s)"))),
        None => Ok(Uninstalled { record: Some(record), kept }),
    }
}

/// Drops the records, or lets them say that nothing is deployed any more.
fn close_history(world: &World<'_>, record: &Record, config: &UninstallConfig) -> Result<(), Error> {
    if !config.keep_history {
        return purge(world, &record.name);
    }
    keep(world, record);
    supersede(world, world.records.deployed_all(&record.name)?)
}

fn purge(world: &World<'_>, name: &str) -> Result<(), Error> {
    world
        .records
        .purge(name)
        .map_err(|error| Error::from(error).context("uninstall: Failed to purge the release"))
}

/// Whose the objects of a release are, and which are to be kept.
#[derive(Debug, Default)]
struct Sorted {
    /// To be deleted.
    going: Vec<Object>,
    /// What is told of those that stay.
    told: String,
}

fn sort_out(world: &World<'_>, record: &Record) -> Result<Sorted, Error> {
    let all = manifest::read(&record.manifest)
        .map_err(|error| error.context("corrupted release record. You must manually delete the resources"))?;
    let mut sorted = Sorted::default();
    let kept: Vec<&Object> = all.iter().filter(|object| manifest::fate(object) == Fate::Kept).collect();
    if !kept.is_empty() {
        sorted.told.push_str("These resources were kept due to the resource policy:\n");
    }
    for object in kept {
        sorted.told.push_str(&format!("[{}] {}\n", object.kind(), object.name()));
        world.tell(News::Done(&Target::of(object), Done::Kept));
    }
    let mut going = manifest::build(world.cluster, &record.manifest, &record.namespace)
        .map_err(|error| error.context("unable to build kubernetes objects for delete"))?;
    going.retain(|object| manifest::fate(object) == Fate::Deleted);
    going.sort_by_cached_key(|object| uninstall_key(object.kind()));
    match world.dialect {
        Dialect::Helm3 => sorted.going = going,
        Dialect::Helm4 => keep_what_is_not_ours(world, record, going, &mut sorted)?,
    }
    Ok(sorted)
}

/// Helm 4 looks whose an object is before it deletes it. Where it gets no answer it leaves the object and forgets the
/// release; here nothing is deleted then, so that another attempt finds both.
fn keep_what_is_not_ours(
    world: &World<'_>,
    record: &Record,
    objects: Vec<Object>,
    sorted: &mut Sorted,
) -> Result<(), Error> {
    let gets: Vec<_> = objects.iter().map(|object| Request::Get(Target::of(object))).collect();
    let replies = if gets.is_empty() { Vec::new() } else { world.cluster.send(&gets) };
    let mut foreign = Vec::new();
    for (object, reply) in objects.into_iter().zip(replies) {
        let line = format!("[{}] {}", object.kind(), object.name());
        match reply.map(Reply::into_object) {
            Ok(live) => match manifest::check_owner(&live, &record.name, &record.namespace) {
                Ok(()) => sorted.going.push(object),
                Err(_) => foreign.push(line),
            },
            Err(error) if error.is_not_found() => {}
            Err(error) => {
                return Err(Error::from(error)
                    .context(format!("nothing was deleted, since it is unclear whose {line} is")));
            }
        }
    }
    if !foreign.is_empty() {
        if !sorted.told.is_empty() {
            sorted.told.push('\n');
        }
        let count = foreign.len();
        sorted.told.push_str(&format!(
            "{count} resource(s) were not deleted because they are not owned by this release:\n{}\n",
            foreign.join("\n")
        ));
    }
    Ok(())
}

fn delete_objects(
    world: &World<'_>,
    record: &Record,
    config: &UninstallConfig,
) -> Result<(Vec<Object>, String), Error> {
    let failed = |error: Error| {
        world.tell(News::Warning(&format!("uninstall: Failed to delete release: {error}")));
        Error::new(error.kind(), format!("failed to delete release: {}", record.name))
    };
    let sorted = sort_out(world, record).map_err(failed)?;
    let errors = apply::delete_all(world, &targets(&sorted.going), config.propagation);
    match Error::joined(errors, "; ") {
        Some(error) => Err(failed(error)),
        None => Ok((sorted.going, sorted.told)),
    }
}

/// What uninstalling would take away, and what is told of objects that would stay.
pub fn trials(world: &World<'_>, name: &str) -> Result<(Record, Vec<Object>, String), Error> {
    let record = world.records.last(name)?;
    let sorted = sort_out(world, &record)?;
    Ok((record, preflight::live(world, &sorted.going), sorted.told))
}

fn would_uninstall(world: &World<'_>, name: &str, config: &UninstallConfig) -> Result<Uninstalled, Error> {
    let record = match world.records.last(name) {
        Err(StoreError::NotFound) if config.ignore_not_found => return Ok(Uninstalled::default()),
        last => last?,
    };
    let kept = sort_out(world, &record).map(|sorted| sorted.told).unwrap_or_default();
    Ok(Uninstalled { record: Some(record), kept })
}
