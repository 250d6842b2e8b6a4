//! Upgrading a release (`pkg/action/upgrade.go`).
//!
//! It comes in two parts, since what is rendered depends on what is there: [`begin`] looks at the history, [`upgrade`] takes
//! what was rendered.

use std::collections::BTreeMap;

use chart::Dialect;
use rustc_hash::FxHashSet;
use serde_json::{Map, Value};

use super::rollback::{RollbackConfig, rollback};
use super::{
    ApplyConfig, Patient, check_cancelled, clean_up, keep, method_of, owned_objects, run_hooks, supersede,
};
use crate::apply::{self, Changes};
use crate::error::{Error, ErrorKind};
use crate::manifest;
use crate::object::{Gvk, Object};
use crate::preflight::{self, Trial, Tried};
use crate::record::{ApplyMethod, Info, Record, Status, StoreError, merged_labels, refuse_system_labels};
use crate::rendered::{Rendered, ValuesRule};
use crate::wait;
use crate::world::{News, Step, World};

/// How a release is upgraded.
#[derive(Clone, Debug, Default)]
pub struct UpgradeConfig {
    /// The release.
    pub name: String,
    /// Take over objects that belong to somebody else.
    pub take_ownership: bool,
    /// What the record is to say instead of `Upgrade complete`.
    pub description: String,
    /// Labels for the record, over those of the last one; `null` takes one away.
    pub labels: BTreeMap<String, String>,
    /// Do everything but what changes something.
    pub dry_run: bool,
    /// The rest.
    pub apply: ApplyConfig,
}

/// What an upgrade starts from.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The revision that counts: the deployed one, or the last if none is.
    pub current: Record,
    /// The number that the new revision gets.
    pub revision: i64,
    /// What became of the last revision.
    pub last_status: Status,
    /// How the last revision was written.
    last_method: ApplyMethod,
    /// The labels of the last revision.
    last_labels: BTreeMap<String, String>,
}

/// Looks at the history of a release, and refuses if somebody else is at it.
pub fn begin(world: &World<'_>, name: &str) -> Result<Begun, Error> {
    super::check_name(name, "release name is invalid: ")?;
    let last = match world.records.last(name) {
        Err(StoreError::NotFound) => return Err(StoreError::NoDeployed(name.to_owned()).into()),
        last => last?,
    };
    if last.info.status.is_pending() {
        let message = "another operation (install/upgrade/rollback) is in progress";
        return Err(Error::new(ErrorKind::Pending, message));
    }
    Begun::after(world, last)
}

impl Begun {
    /// What an upgrade starts from that comes after a last revision. One that was left pending counts as failed: that is
    /// for whoever only looks, or knows that nobody is at it any more.
    pub fn after(world: &World<'_>, last: Record) -> Result<Self, Error> {
        let (revision, last_method, last_labels) = (last.version + 1, last.apply_method, last.labels.clone());
        let last_status = last.info.status;
        let current = if last_status == Status::Deployed {
            last
        } else {
            match world.records.deployed(&last.name) {
                Err(StoreError::NoDeployed(_))
                    if matches!(last_status, Status::Failed | Status::Superseded)
                        || last_status.is_pending() =>
                {
                    last
                }
                deployed => deployed?,
            }
        };
        Ok(Self { current, revision, last_status, last_method, last_labels })
    }

    /// What the new revision keeps as the user's values, and what counts as the chart's own if not what the chart says.
    pub fn values(
        &self,
        rule: ValuesRule,
        given: Map<String, Value>,
    ) -> (Map<String, Value>, Option<Map<String, Value>>) {
        let old = &self.current.config;
        match rule {
            ValuesRule::Reset => (given, None),
            ValuesRule::Reuse => {
                let chart = coalesced(old.clone(), &self.current.chart.values());
                (coalesced(given, old), Some(chart))
            }
            ValuesRule::ResetThenReuse => (coalesced(given, old), None),
            ValuesRule::Given if given.is_empty() => (old.clone(), None),
            ValuesRule::Given => (given, None),
        }
    }

    /// Whether objects will be applied by the server.
    pub fn server_side(&self, config: &ApplyConfig) -> bool {
        config.server_side.after(self.last_method)
    }
}

/// Maps over one another: what is in `over` wins, also where it is null (`CoalesceTables`).
pub(crate) fn coalesced(mut over: Map<String, Value>, under: &Map<String, Value>) -> Map<String, Value> {
    for (key, below) in under {
        match (over.get_mut(key), below) {
            (None, below) => drop(over.insert(key.clone(), below.clone())),
            (Some(Value::Object(above)), Value::Object(below)) => {
                *above = coalesced(std::mem::take(above), below);
            }
            // A null in front of a default takes it away.
            (Some(Value::Null), _) => drop(over.shift_remove(key)),
            (Some(_), _) => {}
        }
    }
    over
}

/// Upgrades to what was rendered.
pub fn upgrade(
    world: &World<'_>,
    config: &UpgradeConfig,
    begun: Begun,
    rendered: &Rendered,
) -> Result<Record, Error> {
    refuse_system_labels(&config.labels)?;
    let apply_config = config.apply.waiting_if_atomic(world.dialect);
    let server_side = begun.server_side(&apply_config);
    apply_config.check(server_side)?;
    let mut record = new_record(world, config, &begun, rendered, server_side);
    let (current, target) = objects(world, &begun.current, &record, config)?;
    if !apply_config.no_preflight {
        let trials = try_out(world, &apply_config, &begun.current, server_side, &current, &target);
        if let Some(error) = preflight::problems(&trials, &target) {
            return Err(error);
        }
    }
    if config.dry_run {
        record.info.description = if config.description.is_empty() {
            "Dry run complete".to_owned()
        } else {
            config.description.clone()
        };
        return Ok(record);
    }
    world.records.create(&record)?;
    let upgrader = Upgrader { world, config, apply: apply_config, server_side };
    let mut changes = Changes::default();
    match upgrader.perform(&mut record, begun.current, &current, &target, &mut changes) {
        Ok(()) => {
            world.records.update(&record)?;
            Ok(record)
        }
        Err(error) => Err(upgrader.fail(&mut record, &changes, error)),
    }
}

fn new_record(
    world: &World<'_>,
    config: &UpgradeConfig,
    begun: &Begun,
    rendered: &Rendered,
    server_side: bool,
) -> Record {
    let mut record = Record {
        name: config.name.clone(),
        namespace: begun.current.namespace.clone(),
        info: Info {
            first_deployed: begun.current.info.first_deployed,
            last_deployed: Some(world.now()),
            ..Info::default()
        },
        version: begun.revision,
        labels: merged_labels(&begun.last_labels, &config.labels),
        apply_method: method_of(server_side, world.dialect),
        ..Record::default()
    };
    rendered.fill(&mut record);
    record.set_status(Status::PendingUpgrade, world.signed("Preparing upgrade"));
    record
}

fn try_out(
    world: &World<'_>,
    config: &ApplyConfig,
    last: &Record,
    server_side: bool,
    current: &[Object],
    target: &[Object],
) -> Vec<Trial> {
    let was_client_side = last.apply_method != ApplyMethod::ServerSide;
    preflight::preflight(world, current, target, config.updating(server_side, was_client_side, false))
}

/// Tries an upgrade on the server, and writes nothing: what each object is now, and what it would be.
pub fn trials(
    world: &World<'_>,
    config: &UpgradeConfig,
    begun: &Begun,
    rendered: &Rendered,
) -> Result<Tried, Error> {
    let server_side = begun.server_side(&config.apply);
    config.apply.check(server_side)?;
    let record = new_record(world, config, begun, rendered, server_side);
    let (current, target) = objects(world, &begun.current, &record, config)?;
    let was_client_side = begun.current.apply_method != ApplyMethod::ServerSide;
    let writing = config.apply.updating(server_side, was_client_side, false);
    Ok(preflight::all(world, &current, &target, writing))
}

/// Tries to deploy a revision once more.
pub(crate) fn trials_of_record(world: &World<'_>, record: &Record) -> Result<Tried, Error> {
    let server_side = record.apply_method == ApplyMethod::ServerSide;
    // Fields that others took over are what is looked for.
    let config = ApplyConfig { force_conflicts: server_side, ..ApplyConfig::default() };
    let objects = owned_objects(world, record)?;
    Ok(preflight::all(world, &objects, &objects, config.updating(server_side, false, false)))
}

/// What is there and counts as the release's, and what is to be there.
fn objects(
    world: &World<'_>,
    current: &Record,
    record: &Record,
    config: &UpgradeConfig,
) -> Result<(Vec<Object>, Vec<Object>), Error> {
    let mut before = manifest::build(world.cluster, &current.manifest, &current.namespace)
        .map_err(|error| error.context("unable to build kubernetes objects from current release manifest"))?;
    let target = owned_objects(world, record)
        .map_err(|error| error.context("unable to build kubernetes objects from new release manifest"))?;
    // Here the version of a kind counts, in Helm as well.
    let key = |object: &Object| (object.gvk(), object.namespace().to_owned(), object.name().to_owned());
    let known: FxHashSet<(Gvk, String, String)> = before.iter().map(key).collect();
    let new: Vec<Object> = target.iter().filter(|object| !known.contains(&key(object))).cloned().collect();
    let adopted = apply::already_there(world, &new, &record.name, &record.namespace, config.take_ownership)
        .map_err(|error| {
        error.context(world.words("Unable to continue with update", "unable to continue with update"))
    })?;
    before.extend(adopted);
    Ok((before, target))
}

struct Upgrader<'u> {
    world: &'u World<'u>,
    config: &'u UpgradeConfig,
    apply: ApplyConfig,
    server_side: bool,
}

impl Upgrader<'_> {
    fn perform(
        &self,
        record: &mut Record,
        last: Record,
        current: &[Object],
        target: &[Object],
        changes: &mut Changes,
    ) -> Result<(), Error> {
        let world = self.world;
        run_hooks(world, record, "pre-upgrade", &self.apply, self.server_side)
            .map_err(|error| error.context("pre-upgrade hooks failed"))?;
        check_cancelled(world)?;
        world.tell(News::Step(Step::Writing));
        let was_client_side = last.apply_method != ApplyMethod::ServerSide;
        let writing = self.apply.updating(self.server_side, was_client_side, false);
        let (done, written) = apply::update_all(world, current, target, writing);
        *changes = done;
        written?;
        wait::ready(world, target, self.apply.wait)?;
        run_hooks(world, record, "post-upgrade", &self.apply, self.server_side)
            .map_err(|error| error.context("post-upgrade hooks failed"))?;
        // Helm supersedes the revision that it came from; others may have been left deployed by a request that was lost.
        supersede(world, world.records.deployed_beside(&last)?)?;
        supersede(world, [last])?;
        let description = match self.config.description.as_str() {
            "" => "Upgrade complete",
            given => given,
        };
        record.set_status(Status::Deployed, description);
        Ok(())
    }

    fn fail(&self, record: &mut Record, changes: &Changes, error: Error) -> Error {
        let world = self.world;
        let name = golang::strconv::quote(&record.name);
        record.set_status(Status::Failed, format!("Upgrade {name} failed: {error}"));
        keep(world, record);
        let patient = Patient(world.observer);
        let patiently = World { observer: &patient, ..*world };
        if self.apply.cleanup_on_fail
            && let Err(second) = clean_up(&patiently, changes)
        {
            let message = format!(
                "an error occurred while cleaning up resources. original upgrade error: {error}: {second}"
            );
            return Error::new(error.kind(), message);
        }
        if self.apply.atomic { self.roll_back(&patiently, record, error) } else { error }
    }

    /// Brings back the last revision that was any good.
    fn roll_back(&self, world: &World<'_>, record: &Record, error: Error) -> Error {
        let stubs = match world.records.stubs(&record.name) {
            Ok(stubs) => stubs,
            Err(second) => {
                let message = format!(
                    "an error occurred while finding last successful release. original upgrade error: {error}: {second}"
                );
                return Error::new(error.kind(), message);
            }
        };
        let was_good = |status: Status| matches!(status, Status::Superseded | Status::Deployed);
        let Some(good) = stubs.iter().rev().find(|stub| was_good(stub.status)) else {
            return error.context(
                "unable to find a previously successful release when attempting to rollback. original upgrade error",
            );
        };
        world.tell(News::Step(Step::RollingBack(good.version)));
        let config = RollbackConfig {
            name: record.name.clone(),
            revision: good.version,
            apply: ApplyConfig { atomic: false, cleanup_on_fail: false, ..self.apply },
            ..RollbackConfig::default()
        };
        if let Err(second) = rollback(world, &config) {
            let message = format!(
                "an error occurred while rolling back the release. original upgrade error: {error}: {second}"
            );
            return Error::new(second.kind(), message);
        }
        let why = match world.dialect {
            Dialect::Helm3 => "atomic being set",
            Dialect::Helm4 => "rollback-on-failure being set",
        };
        let what = format!("release {} failed, and has been rolled back due to {why}", record.name);
        error.context(what).with_kind(ErrorKind::RolledBack)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::ChartPart;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    fn begun() -> Begun {
        let chart = ChartPart::from_json(r#"{"values":{"a":1,"b":1,"c":{"d":1}}}"#).unwrap();
        let current = Record { config: map(json!({"b": 2, "c": {"e": 2}})), chart, ..Record::default() };
        Begun {
            current,
            revision: 2,
            last_status: Status::Deployed,
            last_method: ApplyMethod::Unsaid,
            last_labels: BTreeMap::new(),
        }
    }

    #[test]
    fn old_values_are_kept_where_none_are_given() {
        assert_eq!(begun().values(ValuesRule::Given, Map::new()).0, map(json!({"b": 2, "c": {"e": 2}})));
        assert_eq!(begun().values(ValuesRule::Given, map(json!({"x": 1}))).0, map(json!({"x": 1})));
        assert_eq!(begun().values(ValuesRule::Reset, Map::new()).0, Map::new());
    }

    #[test]
    fn reused_values_take_the_place_of_the_charts() {
        let (config, chart) = begun().values(ValuesRule::Reuse, map(json!({"b": 3})));
        assert_eq!(config, map(json!({"b": 3, "c": {"e": 2}})));
        assert_eq!(chart, Some(map(json!({"b": 2, "c": {"e": 2, "d": 1}, "a": 1}))));
        let (config, chart) = begun().values(ValuesRule::ResetThenReuse, map(json!({"b": 3})));
        assert_eq!((config, chart), (map(json!({"b": 3, "c": {"e": 2}})), None));
    }
}
