//! Installing a release (`pkg/action/install.go`).

use std::collections::BTreeMap;

use chart::Dialect;
use serde_json::json;

use super::uninstall::{UninstallConfig, uninstall};
use super::{ApplyConfig, check_cancelled, keep, method_of, owned_objects, run_hooks};
use crate::apply::{self, MANAGER};
use crate::error::{Error, ErrorKind};
use crate::manifest;
use crate::object::Object;
use crate::ports::{Request, WriteOptions};
use crate::preflight::{self, Tried};
use crate::record::{Info, Record, Status, StoreError, refuse_system_labels};
use crate::rendered::Rendered;
use crate::wait;
use crate::world::{News, Step, World};

/// How a release is installed.
#[derive(Clone, Debug, Default)]
pub struct InstallConfig {
    /// The release.
    pub name: String,
    /// Where it goes.
    pub namespace: String,
    /// Make the namespace if it is not there.
    pub create_namespace: bool,
    /// Take the name of a release that failed or was uninstalled.
    pub replace: bool,
    /// Leave the chart's custom resource definitions alone.
    pub skip_crds: bool,
    /// Take over objects that belong to somebody else.
    pub take_ownership: bool,
    /// What the record is to say instead of `Install complete`.
    pub description: String,
    /// Labels for the record.
    pub labels: BTreeMap<String, String>,
    /// Do everything but what changes something.
    pub dry_run: bool,
    /// The rest.
    pub apply: ApplyConfig,
}

/// Whether a release may be installed under its name. The answer is the number of its first revision.
pub fn check(world: &World<'_>, config: &InstallConfig) -> Result<i64, Error> {
    refuse_system_labels(&config.labels)?;
    config.apply.check(config.apply.server_side.of_new(world.dialect))?;
    if config.dry_run {
        return Ok(1);
    }
    let stubs = world.records.stubs(&config.name).unwrap_or_default();
    let Some(last) = stubs.last() else { return Ok(1) };
    if config.replace && matches!(last.status, Status::Uninstalled | Status::Failed) {
        return Ok(last.version + 1);
    }
    let message = world.words(
        "cannot re-use a name that is still in use",
        "release name check failed: cannot reuse a name that is still in use",
    );
    Err(Error::new(ErrorKind::InUse, message))
}

/// Whether there is no release of that name, or one that was uninstalled.
pub fn is_free(world: &World<'_>, name: &str) -> Result<bool, Error> {
    let stubs = world.records.stubs(name)?;
    Ok(stubs.last().is_none_or(|last| last.status == Status::Uninstalled))
}

/// Tries an installation on the server, and writes nothing: what each object would be.
pub fn trials(world: &World<'_>, config: &InstallConfig, rendered: &Rendered) -> Result<Tried, Error> {
    let server_side = config.apply.server_side.of_new(world.dialect);
    let record = new_record(world, config, rendered, server_side);
    let (adopted, objects) = objects(world, config, &record)?;
    Ok(preflight::all(world, &adopted, &objects, preflight::creating(server_side)))
}

/// Objects that are there already and count as the release's, and all that are to be there.
fn objects(
    world: &World<'_>,
    config: &InstallConfig,
    record: &Record,
) -> Result<(Vec<Object>, Vec<Object>), Error> {
    let objects = owned_objects(world, record)
        .map_err(|error| error.context("unable to build kubernetes objects from release manifest"))?;
    let adopted =
        apply::already_there(world, &objects, &record.name, &record.namespace, config.take_ownership)
            .map_err(|error| error.context(cannot_install(world)))?;
    Ok((adopted, objects))
}

fn cannot_install(world: &World<'_>) -> &'static str {
    world.words("Unable to continue with install", "unable to continue with install")
}

/// Makes the chart's custom resource definitions that are not there yet, one file after the other, and waits until they
/// are served. It comes before rendering, since templates ask which kinds there are.
pub fn install_crds(
    world: &World<'_>,
    crds: &[(String, String)],
    config: &InstallConfig,
) -> Result<(), Error> {
    if crds.is_empty() || config.skip_crds {
        return Ok(());
    }
    world.tell(News::Step(Step::Crds));
    let server_side = config.apply.server_side.of_new(world.dialect);
    let mut made = Vec::new();
    for (name, text) in crds {
        let failed = |error: Error| error.context(format!("failed to install CRD {name}"));
        let objects = manifest::build(world.cluster, text, "").map_err(failed)?;
        if objects.is_empty() {
            return Err(Error::new(
                ErrorKind::Manifest,
                format!("failed to install CRD {name}: resources are empty"),
            ));
        }
        made.extend(make_crds(world, objects, server_side).map_err(failed)?);
    }
    wait::established(world, &made, config.apply.wait)?;
    if !made.is_empty() {
        world.cluster.forget_resources();
    }
    Ok(())
}

/// Definitions that are there stay as they are, whoever made them.
fn make_crds(world: &World<'_>, objects: Vec<Object>, server_side: bool) -> Result<Vec<Object>, Error> {
    let mut missing = Vec::new();
    for object in objects {
        if world.cluster.get(&crate::ports::Target::of(&object))?.is_none() {
            missing.push(object);
        }
    }
    apply::create_all(world, &missing, ApplyConfig::creating(server_side))?;
    Ok(missing)
}

/// What an installation would find out about the objects of a manifest before it writes anything: whether the cluster
/// serves their kinds, and whether they belong to somebody else (`helm template --dry-run=server`).
pub fn check_manifest(
    world: &World<'_>,
    manifest: &str,
    name: &str,
    namespace: &str,
    is_upgrade: bool,
) -> Result<(), Error> {
    let objects = manifest::build(world.cluster, manifest, namespace)
        .map_err(|error| error.context("unable to build kubernetes objects from release manifest"))?;
    if !is_upgrade {
        apply::already_there(world, &objects, name, namespace, false)
            .map_err(|error| error.context(cannot_install(world)))?;
    }
    Ok(())
}

/// Installs what was rendered.
pub fn install(world: &World<'_>, config: &InstallConfig, rendered: &Rendered) -> Result<Record, Error> {
    let revision = check(world, config)?;
    let apply_config = config.apply.waiting_if_atomic(world.dialect);
    let server_side = apply_config.server_side.of_new(world.dialect);
    let mut record = new_record(world, config, rendered, server_side);
    let (adopted, objects) = objects(world, config, &record)?;
    if !apply_config.no_preflight {
        let writing = preflight::creating(server_side);
        let trials = preflight::preflight(world, &adopted, &objects, writing);
        if let Some(error) = preflight::problems(&trials, &objects) {
            return Err(error);
        }
    }
    if config.dry_run {
        "Dry run complete".clone_into(&mut record.info.description);
        return Ok(record);
    }
    if config.create_namespace {
        create_namespace(world, &config.namespace)?;
    }
    if config.replace {
        record.version = revision;
        supersede_last(world, &record.name)?;
    }
    world.records.create(&record)?;
    let installer = Installer { world, config, apply: apply_config, server_side };
    match installer.perform(&mut record, &adopted, &objects) {
        Ok(()) => Ok(record),
        Err(error) => Err(installer.fail(record, error)),
    }
}

fn new_record(world: &World<'_>, config: &InstallConfig, rendered: &Rendered, server_side: bool) -> Record {
    let now = world.now();
    let mut record = Record {
        name: config.name.clone(),
        namespace: config.namespace.clone(),
        info: Info { first_deployed: Some(now), last_deployed: Some(now), ..Info::default() },
        version: 1,
        labels: config.labels.clone(),
        apply_method: method_of(server_side, world.dialect),
        ..Record::default()
    };
    rendered.fill(&mut record);
    record.set_status(Status::PendingInstall, world.signed("Initial install underway"));
    record
}

/// Makes the namespace with the label that Helm gives it. One that is there already is fine.
fn create_namespace(world: &World<'_>, name: &str) -> Result<(), Error> {
    world.tell(News::Step(Step::Namespace(name)));
    let namespace = Object::from(json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": {"name": name}}
    }));
    let options = WriteOptions { manager: MANAGER.to_owned(), ..WriteOptions::default() };
    match world.cluster.ask(Request::Create(namespace, options)) {
        Err(error) if !error.is_already_exists() => Err(error.into()),
        _ => Ok(()),
    }
}

/// The record whose name is taken over. One of a failed release stays what it is.
fn supersede_last(world: &World<'_>, name: &str) -> Result<(), Error> {
    let mut last = match world.records.last(name) {
        Err(StoreError::NotFound) => return Ok(()),
        last => last?,
    };
    if last.info.status == Status::Failed {
        return Ok(());
    }
    last.set_status(Status::Superseded, "superseded by new release");
    Ok(world.records.update(&last)?)
}

struct Installer<'i> {
    world: &'i World<'i>,
    config: &'i InstallConfig,
    apply: ApplyConfig,
    server_side: bool,
}

impl Installer<'_> {
    fn perform(&self, record: &mut Record, adopted: &[Object], objects: &[Object]) -> Result<(), Error> {
        let world = self.world;
        run_hooks(world, record, "pre-install", &self.apply, self.server_side)
            .map_err(|error| error.context("failed pre-install"))?;
        check_cancelled(world)?;
        world.tell(News::Step(Step::Writing));
        if adopted.is_empty() {
            apply::create_all(world, objects, ApplyConfig::creating(self.server_side))?;
        } else {
            let three_way = self.config.take_ownership && !self.server_side;
            let writing = self.apply.updating(self.server_side, true, three_way);
            apply::update_all(world, adopted, objects, writing).1?;
        }
        wait::ready(world, objects, self.apply.wait)?;
        run_hooks(world, record, "post-install", &self.apply, self.server_side)
            .map_err(|error| error.context("failed post-install"))?;
        let description = match self.config.description.as_str() {
            "" => "Install complete",
            given => given,
        };
        record.set_status(Status::Deployed, description);
        keep(world, record);
        Ok(())
    }

    fn fail(&self, mut record: Record, error: Error) -> Error {
        let (world, name) = (self.world, self.config.name.clone());
        record
            .set_status(Status::Failed, format!("Release {} failed: {error}", golang::strconv::quote(&name)));
        keep(world, &record);
        if !self.apply.atomic {
            return error;
        }
        world.tell(News::Step(Step::Uninstalling));
        let config = UninstallConfig {
            no_hooks: self.apply.no_hooks,
            wait: self.apply.wait,
            ..UninstallConfig::default()
        };
        // Whoever stopped the installation wants to have it undone.
        let patient = super::Patient(world.observer);
        let patiently = World { observer: &patient, ..*world };
        match uninstall(&patiently, &name, &config) {
            Ok(_) => {
                let why = match world.dialect {
                    Dialect::Helm3 => "atomic being set",
                    Dialect::Helm4 => "rollback-on-failure being set",
                };
                let what = format!("release {name} failed, and has been uninstalled due to {why}");
                error.context(what).with_kind(ErrorKind::RolledBack)
            }
            Err(second) => Error::new(
                second.kind(),
                format!(
                    "an error occurred while uninstalling the release. original install error: {error}: {second}"
                ),
            ),
        }
    }
}
