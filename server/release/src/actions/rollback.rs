//! Rolling a release back (`pkg/action/rollback.go`): a new revision with what an old one had.
//!
//! It is also the way out where a revision is left pending: Helm lets it, and so do we.

use chart::Dialect;

use super::{ApplyConfig, clean_up, keep, method_of, owned_objects, run_hooks, supersede};
use crate::apply;
use crate::error::{Error, ErrorKind};
use crate::manifest;
use crate::object::Object;
use crate::preflight::{self, Tried};
use crate::record::{ApplyMethod, HookRun, Info, Record, Status, Stub};
use crate::wait;
use crate::world::{News, Step, World};

/// Descriptions have no more characters than that in Helm 4.
pub const MAX_DESCRIPTION: usize = 256;

/// How a release is rolled back.
#[derive(Clone, Debug, Default)]
pub struct RollbackConfig {
    /// The release.
    pub name: String,
    /// To which revision; 0 is the one before the last.
    pub revision: i64,
    /// What the record is to say instead of `Rollback to N`.
    pub description: String,
    /// Do everything but what changes something.
    pub dry_run: bool,
    /// The rest.
    pub apply: ApplyConfig,
}

/// The revision that is meant where none is named, as Helm has it: the one before the last, whatever became of it.
fn before_last(stubs: &[Stub]) -> i64 {
    stubs.last().map_or(0, |last| last.version - 1)
}

/// The newest revision before the last that was any good: what people mean by going back.
pub fn last_good(stubs: &[Stub]) -> Option<i64> {
    let (_, before) = stubs.split_last()?;
    let was_good = |stub: &&Stub| matches!(stub.status, Status::Superseded | Status::Deployed);
    before.iter().rev().find(was_good).map(|stub| stub.version)
}

/// Rolls back. The answer is the new revision.
pub fn rollback(world: &World<'_>, config: &RollbackConfig) -> Result<Record, Error> {
    let length = config.description.chars().count();
    if length > MAX_DESCRIPTION {
        let message = format!("description must be {MAX_DESCRIPTION} characters or less, got {length}");
        return Err(Error::new(ErrorKind::Usage, message));
    }
    let (mut current, mut record) = prepare(world, config)?;
    if config.dry_run {
        return Ok(record);
    }
    let description = record.info.description.clone();
    record.info.description = world.signed(&description);
    world.records.create(&record)?;
    perform(world, config, &mut current, &mut record)?;
    record.info.description = description;
    world.records.update(&record)?;
    Ok(record)
}

/// The last revision, and the one that is to follow it.
fn prepare(world: &World<'_>, config: &RollbackConfig) -> Result<(Record, Record), Error> {
    super::check_name(&config.name, "prepareRollback: Release name is invalid: ")?;
    if config.revision < 0 {
        return Err(Error::new(ErrorKind::Usage, "invalid release revision"));
    }
    let current = world.records.last(&config.name)?;
    let stubs = world.records.stubs(&config.name)?;
    let wanted = if config.revision == 0 { before_last(&stubs) } else { config.revision };
    if !stubs.iter().any(|stub| stub.version == wanted) {
        return Err(Error::new(ErrorKind::NotFound, format!("release has no {wanted} version")));
    }
    let old = world.records.get(&config.name, wanted)?;
    let server_side = config.apply.server_side.after(old.apply_method);
    config.apply.check(server_side)?;
    let description = match config.description.as_str() {
        "" => format!("Rollback to {wanted}"),
        given => given.to_owned(),
    };
    let record = Record {
        info: Info {
            first_deployed: current.info.first_deployed,
            last_deployed: Some(world.now()),
            deleted: None,
            description,
            status: Status::PendingRollback,
            rollback_revision: if world.dialect == Dialect::Helm4 { wanted } else { 0 },
            notes: old.info.notes.clone(),
        },
        namespace: current.namespace.clone(),
        version: current.version + 1,
        apply_method: method_of(server_side, world.dialect),
        ..old
    };
    Ok((current, record))
}

/// Tries a rollback on the server, and writes nothing: the revision that would be made, and what each object would be.
pub fn trials(world: &World<'_>, config: &RollbackConfig) -> Result<(Record, Tried), Error> {
    let (current, record) = prepare(world, config)?;
    let server_side = record.apply_method == ApplyMethod::ServerSide;
    let (before, target) = objects(world, &current, &record)?;
    let tried = preflight::all(world, &before, &target, config.apply.updating(server_side, true, false));
    Ok((record, tried))
}

/// What is there and counts as the release's, and what is to be there.
fn objects(
    world: &World<'_>,
    current: &Record,
    record: &Record,
) -> Result<(Vec<Object>, Vec<Object>), Error> {
    let before = manifest::build(world.cluster, &current.manifest, &current.namespace)
        .map_err(|error| error.context("unable to build kubernetes objects from current release manifest"))?;
    let target = owned_objects(world, record)
        .map_err(|error| error.context("unable to build kubernetes objects from new release manifest"))?;
    Ok((before, target))
}

fn perform(
    world: &World<'_>,
    config: &RollbackConfig,
    current: &mut Record,
    record: &mut Record,
) -> Result<(), Error> {
    let apply_config = &config.apply;
    let server_side = record.apply_method == ApplyMethod::ServerSide;
    let (before, target) = objects(world, current, record)?;
    record.hooks.iter_mut().for_each(|hook| hook.last_run = HookRun::default());
    run_hooks(world, record, "pre-rollback", apply_config, server_side)?;
    world.tell(News::Step(Step::Writing));
    let writing = apply_config.updating(server_side, true, false);
    let (changes, written) = apply::update_all(world, &before, &target, writing);
    if let Err(error) = written {
        let name = golang::strconv::quote(&record.name);
        current.info.status = Status::Superseded;
        record.set_status(Status::Failed, format!("Rollback {name} failed: {error}"));
        keep(world, current);
        keep(world, record);
        if apply_config.cleanup_on_fail {
            clean_up(world, &changes).map_err(|error| {
                error.context("an error occurred while cleaning up resources. original rollback error")
            })?;
        }
        return Err(error);
    }
    if let Err(error) = wait::ready(world, &target, apply_config.wait) {
        let name = golang::strconv::quote(&record.name);
        record.set_status(Status::Failed, format!("Release {name} failed: {error}"));
        keep(world, current);
        keep(world, record);
        return Err(error.context(format!("release {} failed", record.name)));
    }
    run_hooks(world, record, "post-rollback", apply_config, server_side)?;
    supersede(world, world.records.deployed_all(&record.name)?)?;
    record.info.status = Status::Deployed;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn going_back_passes_over_what_failed() {
        let stub = |version, status| Stub { name: "web".into(), namespace: "n".into(), version, status };
        let stubs = [
            stub(1, Status::Superseded),
            stub(2, Status::Deployed),
            stub(3, Status::Failed),
            stub(4, Status::Failed),
        ];
        assert_eq!(last_good(&stubs), Some(2));
        assert_eq!(before_last(&stubs), 3);
        assert_eq!(last_good(&stubs[..1]), None);
    }
}
