//! The life of a release, without a cluster: which revisions there are after each step, and what was written in which order.

mod plan;

use std::collections::BTreeMap;
use std::time::Duration;

use chart::Dialect;
use chartroom_release::actions::ApplyConfig;
use chartroom_release::actions::install::{InstallConfig, install};
use chartroom_release::actions::rollback::{RollbackConfig, rollback};
use chartroom_release::actions::uninstall::{UninstallConfig, uninstall};
use chartroom_release::actions::unlock;
use chartroom_release::actions::upgrade::{UpgradeConfig, begin, upgrade};
use chartroom_release::memory::MemoryCluster;
use chartroom_release::ports::{ApiError, Clock};
use chartroom_release::record::{
    HookPhase, HookRecord, MemoryStore, Record, RecordStore, Records, Status, StoreError, Stub,
};
use chartroom_release::{Error, ErrorKind, Nobody, Object, Rendered, WaitConfig, WaitStrategy, World};
use serde_json::json;

/// A cluster, and what is remembered in it.
struct Place {
    cluster: MemoryCluster,
    store: MemoryStore,
    dialect: Dialect,
}

impl Place {
    fn new(dialect: Dialect) -> Self {
        Self::with(dialect, MemoryCluster::with_fate(becomes_ready))
    }

    fn with(dialect: Dialect, cluster: MemoryCluster) -> Self {
        Self { cluster, store: MemoryStore::default(), dialect }
    }

    fn world(&self, max_history: usize) -> World<'_> {
        World {
            cluster: &self.cluster,
            records: Records::new(&self.store).keeping(max_history),
            clock: &self.cluster,
            observer: &Nobody,
            dialect: self.dialect,
        }
    }

    fn install(&self, rendered: &Rendered) -> Result<Record, Error> {
        self.install_with(rendered, ApplyConfig::default())
    }

    fn install_with(&self, rendered: &Rendered, apply: ApplyConfig) -> Result<Record, Error> {
        let config =
            InstallConfig { name: "web".into(), namespace: "n".into(), apply, ..InstallConfig::default() };
        install(&self.world(0), &config, rendered)
    }

    fn upgrade(&self, rendered: &Rendered) -> Result<Record, Error> {
        self.upgrade_with(rendered, ApplyConfig::default())
    }

    fn upgrade_with(&self, rendered: &Rendered, apply: ApplyConfig) -> Result<Record, Error> {
        let config = UpgradeConfig { name: "web".into(), apply, ..UpgradeConfig::default() };
        let world = self.world(10);
        upgrade(&world, &config, begin(&world, "web")?, rendered)
    }

    /// `1 superseded, 2 deployed`
    fn history(&self) -> String {
        let stubs = self.world(0).records.stubs("web").unwrap_or_default();
        let lines = stubs.iter().map(|stub| format!("{} {}", stub.version, stub.status.as_str()));
        lines.collect::<Vec<_>>().join(", ")
    }

    fn names(&self) -> String {
        self.cluster
            .objects()
            .iter()
            .map(|it| format!("{} {}", it.kind(), it.name()))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// Records of which no deployed one can be changed.
struct Stubborn<'s>(&'s MemoryStore);

impl RecordStore for Stubborn<'_> {
    fn stubs(&self, name: Option<&str>) -> Result<Vec<Stub>, StoreError> {
        self.0.stubs(name)
    }

    fn read(&self, stub: &Stub) -> Result<Record, StoreError> {
        self.0.read(stub)
    }

    fn create(&self, record: &Record) -> Result<(), StoreError> {
        self.0.create(record)
    }

    fn update(&self, record: &Record) -> Result<(), StoreError> {
        match self.read(&record.stub())?.info.status {
            Status::Deployed => Err(StoreError::Broken("release: record is read-only".to_owned())),
            _ => self.0.update(record),
        }
    }

    fn delete(&self, stub: &Stub) -> Result<(), StoreError> {
        self.0.delete(stub)
    }
}

/// Jobs come to their end at once, Deployments are ready at once unless their image is bad.
fn becomes_ready(object: &mut Object) {
    let is_bad = object.text_at(&["spec", "image"]) == "bad";
    match object.kind() {
        "Job" if is_bad => {
            object.as_value_mut()["status"] =
                json!({"conditions": [{"type": "Failed", "status": "True", "message": "no luck"}]});
        }
        "Job" => {
            object.as_value_mut()["status"] =
                json!({"succeeded": 1, "conditions": [{"type": "Complete", "status": "True"}]});
        }
        "PersistentVolumeClaim" => {
            object.as_value_mut()["status"] = json!({"phase": if is_bad { "Pending" } else { "Bound" }});
        }
        _ => {}
    }
}

fn rendered(objects: &[(&str, &str, &str)]) -> Rendered {
    let document = |(kind, name, image): &(&str, &str, &str)| {
        let version = if *kind == "Job" { "batch/v1" } else { "v1" };
        format!(
            "---\n# Source: c/{name}.yaml\napiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {name}\nspec:\n  image: {image:?}\n"
        )
    };
    Rendered { manifest: objects.iter().map(document).collect(), ..Rendered::default() }
}

fn hook(name: &str, event: &str, weight: i64, image: &str, policies: &[&str]) -> HookRecord {
    HookRecord {
        name: name.into(),
        kind: "Job".into(),
        path: format!("c/{name}.yaml"),
        manifest: format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: {name}\nspec:\n  image: {image}\n"
        ),
        events: vec![event.into()],
        weight,
        delete_policies: policies.iter().map(|it| (*it).to_owned()).collect(),
        ..HookRecord::default()
    }
}

fn waiting() -> ApplyConfig {
    let wait = WaitConfig {
        strategy: WaitStrategy::Watcher,
        timeout: Duration::from_secs(20),
        ..WaitConfig::default()
    };
    ApplyConfig { wait, ..ApplyConfig::default() }
}

#[test]
fn a_release_lives_and_goes() {
    for dialect in [Dialect::Helm3, Dialect::Helm4] {
        let place = Place::new(dialect);
        let one = rendered(&[("ConfigMap", "a", "1"), ("Service", "b", "1")]);
        assert_eq!(place.install(&one).unwrap().info.description, "Install complete");
        assert_eq!(place.history(), "1 deployed");
        let two = rendered(&[("ConfigMap", "a", "2"), ("ConfigMap", "c", "1")]);
        place.upgrade(&two).unwrap();
        assert_eq!(
            (&*place.history(), &*place.names()),
            ("1 superseded, 2 deployed", "ConfigMap a, ConfigMap c")
        );
        let config = RollbackConfig { name: "web".into(), ..RollbackConfig::default() };
        let back = rollback(&place.world(10), &config).unwrap();
        assert_eq!(back.info.description, "Rollback to 1");
        assert_eq!(place.history(), "1 superseded, 2 superseded, 3 deployed");
        assert_eq!(place.names(), "ConfigMap a, Service b");
        uninstall(&place.world(0), "web", &UninstallConfig::default()).unwrap();
        assert_eq!((&*place.history(), &*place.names()), ("", ""));
    }
}

#[test]
fn objects_carry_the_name_of_their_release() {
    let place = Place::new(Dialect::Helm4);
    place.install(&rendered(&[("ConfigMap", "a", "1")])).unwrap();
    let object = &place.cluster.objects()[0];
    assert_eq!(object.label("app.kubernetes.io/managed-by"), Some("Helm"));
    assert_eq!(object.annotation("meta.helm.sh/release-name"), Some("web"));
    assert_eq!(object.namespace(), "n");
}

#[test]
fn what_belongs_to_somebody_else_is_left_alone() {
    let place = Place::new(Dialect::Helm4);
    let theirs =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "n"}});
    place.cluster.put(theirs.into());
    let error = place.install(&rendered(&[("ConfigMap", "a", "1")])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Ownership);
    assert!(error.to_string().starts_with(
        "unable to continue with install: ConfigMap \"a\" in namespace \"n\" exists and cannot be imported into the current \
         release: invalid ownership metadata; label validation error: missing key"
    ));
    assert_eq!((&*place.history(), place.cluster.log().len()), ("", 0));
}

#[test]
fn hooks_run_in_order_and_are_remembered() {
    let place = Place::new(Dialect::Helm4);
    let mut one = rendered(&[("ConfigMap", "a", "1")]);
    one.hooks = vec![
        hook("late", "pre-install", 5, "1", &["hook-succeeded"]),
        hook("early", "pre-install", -5, "1", &[]),
        hook("after", "post-install", 0, "1", &[]),
    ];
    let record = place.install(&one).unwrap();
    assert_eq!(
        place.cluster.log(),
        [
            "delete Job early",
            "apply Job early",
            "apply Job late",
            "delete Job late",
            "apply ConfigMap a",
            "delete Job after",
            "apply Job after"
        ]
    );
    assert!(record.hooks.iter().all(|hook| hook.last_run.phase == HookPhase::Succeeded));
    assert_eq!(record.hooks[1].delete_policies, ["before-hook-creation"]);
}

#[test]
fn a_hook_that_fails_stops_everything() {
    let place = Place::new(Dialect::Helm4);
    let mut one = rendered(&[("ConfigMap", "a", "1")]);
    one.hooks = vec![hook("h", "pre-install", 0, "bad", &["hook-failed"])];
    let error = place.install(&one).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Hook);
    assert!(error.to_string().starts_with("failed pre-install: "), "{error}");
    assert_eq!((&*place.history(), &*place.names()), ("1 failed", ""));
}

#[test]
fn a_failed_upgrade_leaves_the_old_revision_deployed() {
    let place = Place::new(Dialect::Helm4);
    place.install(&rendered(&[("PersistentVolumeClaim", "a", "1")])).unwrap();
    let error =
        place.upgrade_with(&rendered(&[("PersistentVolumeClaim", "a", "bad")]), waiting()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotReady);
    assert_eq!(place.history(), "1 deployed, 2 failed");
    place.upgrade(&rendered(&[("PersistentVolumeClaim", "a", "2")])).unwrap();
    assert_eq!(place.history(), "1 superseded, 2 failed, 3 deployed");
}

#[test]
fn what_a_lost_request_left_deployed_is_superseded_by_the_next_upgrade() {
    let place = Place::new(Dialect::Helm4);
    place.install(&rendered(&[("ConfigMap", "a", "1")])).unwrap();
    place.upgrade(&rendered(&[("ConfigMap", "a", "2")])).unwrap();
    let records = place.world(0).records;
    let mut first = records.get("web", 1).unwrap();
    first.info.status = Status::Deployed;
    records.update(&first).unwrap();
    assert_eq!(place.history(), "1 deployed, 2 deployed");
    place.upgrade(&rendered(&[("ConfigMap", "a", "3")])).unwrap();
    assert_eq!(place.history(), "1 superseded, 2 superseded, 3 deployed");
}

#[test]
fn no_revision_is_deployed_beside_one_that_cannot_be_superseded() {
    let place = Place::new(Dialect::Helm4);
    place.install(&rendered(&[("ConfigMap", "a", "1")])).unwrap();
    place.upgrade(&rendered(&[("ConfigMap", "a", "2")])).unwrap();
    let stubborn = Stubborn(&place.store);
    let world = World { records: Records::new(&stubborn), ..place.world(0) };
    let refused = "release: record is read-only";
    let config = UpgradeConfig { name: "web".into(), ..UpgradeConfig::default() };
    let begun = begin(&world, "web").unwrap();
    let error = upgrade(&world, &config, begun, &rendered(&[("ConfigMap", "a", "3")])).unwrap_err();
    assert_eq!(error.to_string(), format!("revision 2 could not be marked as superseded: {refused}"));
    assert_eq!(place.history(), "1 superseded, 2 deployed, 3 failed");

    let config = RollbackConfig { name: "web".into(), revision: 1, ..RollbackConfig::default() };
    assert!(rollback(&world, &config).unwrap_err().to_string().ends_with(refused));
    assert_eq!(place.history(), "1 superseded, 2 deployed, 3 failed, 4 pending-rollback");
    unlock::roll_back(&place.world(0), "web", &RollbackConfig::default()).unwrap();
    assert!(place.history().ends_with("2 superseded, 3 failed, 4 failed, 5 deployed"), "{}", place.history());
}

#[test]
fn atomic_brings_the_last_good_revision_back() {
    for (dialect, word) in [(Dialect::Helm3, "atomic"), (Dialect::Helm4, "rollback-on-failure")] {
        let place = Place::new(dialect);
        place.install(&rendered(&[("PersistentVolumeClaim", "a", "1")])).unwrap();
        let atomic = ApplyConfig { atomic: true, ..waiting() };
        let error =
            place.upgrade_with(&rendered(&[("PersistentVolumeClaim", "a", "bad")]), atomic).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::RolledBack);
        let wanted = format!("release web failed, and has been rolled back due to {word} being set: ");
        assert!(error.to_string().starts_with(&wanted), "{error}");
        assert_eq!(place.history(), "1 superseded, 2 failed, 3 deployed");
        assert_eq!(place.cluster.objects()[0].text_at(&["spec", "image"]), "1");
    }
}

#[test]
fn an_atomic_install_that_fails_leaves_nothing() {
    let place = Place::new(Dialect::Helm4);
    let atomic = ApplyConfig { atomic: true, ..waiting() };
    let error = place.install_with(&rendered(&[("PersistentVolumeClaim", "a", "bad")]), atomic).unwrap_err();
    assert!(error.to_string().contains("has been uninstalled due to rollback-on-failure being set"));
    assert_eq!((&*place.history(), &*place.names()), ("", ""));
}

#[test]
fn what_the_server_refuses_is_told_together_before_anything_is_written() {
    let place = Place::new(Dialect::Helm4);
    let no = |message: &str| ApiError {
        code: 422,
        reason: "Invalid".into(),
        message: message.into(),
        ..ApiError::default()
    };
    place.cluster.refuse("apply ConfigMap a", no("a is wrong"));
    place.cluster.refuse("apply Service b", no("b is wrong"));
    let error = place.install(&rendered(&[("ConfigMap", "a", "1"), ("Service", "b", "1")])).unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with("the server refuses 2 objects, and nothing was changed:\n- ConfigMap \"a\""),
        "{text}"
    );
    assert!(text.contains("a is wrong") && text.contains("b is wrong"));
    assert_eq!((&*place.history(), place.cluster.log().len()), ("", 0));
}

#[test]
fn a_revision_that_somebody_left_pending_can_be_freed() {
    let place = Place::new(Dialect::Helm4);
    place.install(&rendered(&[("ConfigMap", "a", "1")])).unwrap();
    place.upgrade(&rendered(&[("ConfigMap", "a", "2")])).unwrap();
    let world = place.world(0);
    let mut left = world.records.last("web").unwrap();
    left.version = 3;
    left.set_status(Status::PendingUpgrade, "Preparing upgrade");
    world.records.create(&left).unwrap();
    let error = place.upgrade(&rendered(&[])).unwrap_err();
    assert_eq!(error.to_string(), "another operation (install/upgrade/rollback) is in progress");
    let found = unlock::pending(&world, "web").unwrap().unwrap();
    assert_eq!((found.revision, found.last_good), (3, Some(2)));
    unlock::roll_back(&world, "web", &RollbackConfig::default()).unwrap();
    assert_eq!(place.history(), "1 superseded, 2 superseded, 3 failed, 4 deployed");
}

#[test]
fn kept_objects_stay() {
    let place = Place::new(Dialect::Helm4);
    let kept = "---\n# Source: c/k.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: k\n  annotations:\n    helm.sh/resource-policy: keep\n";
    let mut one = rendered(&[("ConfigMap", "a", "1")]);
    one.manifest += kept;
    place.install(&one).unwrap();
    let done = uninstall(&place.world(0), "web", &UninstallConfig::default()).unwrap();
    assert_eq!(done.kept, "These resources were kept due to the resource policy:\n[Secret] k\n");
    assert_eq!(place.names(), "Secret k");
}

#[test]
fn what_is_unclear_is_neither_deleted_nor_forgotten() {
    let place = Place::new(Dialect::Helm4);
    place.install(&rendered(&[("ConfigMap", "a", "1"), ("ConfigMap", "b", "1")])).unwrap();
    place.cluster.refuse("get ConfigMap b", ApiError::unreached("no answer"));
    let error = uninstall(&place.world(0), "web", &UninstallConfig::default()).unwrap_err();
    assert_eq!(error.to_string(), "failed to delete release: web");
    assert_eq!(
        (place.names().as_str(), place.history().as_str()),
        ("ConfigMap a, ConfigMap b", "1 uninstalling")
    );
}

#[test]
fn a_history_can_be_kept_and_taken_up_again() {
    let place = Place::new(Dialect::Helm4);
    let one = rendered(&[("ConfigMap", "a", "1")]);
    place.install(&one).unwrap();
    let keep = UninstallConfig { keep_history: true, ..UninstallConfig::default() };
    uninstall(&place.world(0), "web", &keep).unwrap();
    assert_eq!(place.history(), "1 uninstalled");
    let again = uninstall(&place.world(0), "web", &keep).unwrap_err();
    assert_eq!(again.to_string(), "the release named \"web\" is already deleted");
    let error = place.install(&one).unwrap_err();
    assert_eq!(error.to_string(), "release name check failed: cannot reuse a name that is still in use");
    let config = InstallConfig {
        name: "web".into(),
        namespace: "n".into(),
        replace: true,
        ..InstallConfig::default()
    };
    install(&place.world(0), &config, &one).unwrap();
    assert_eq!(place.history(), "1 superseded, 2 deployed");
}

#[test]
fn what_nobody_serves_is_said_before_anything_is_written() {
    let place = Place::new(Dialect::Helm4);
    let error = place.install(&rendered(&[("UnknownThing", "x", "1")])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "unable to build kubernetes objects from release manifest: resource mapping not found for name: \"x\" namespace: \"\" \
         from \"\": no matches for kind \"UnknownThing\" in version \"v1\"\nensure CRDs are installed first"
    );
    assert_eq!(place.history(), "");
}

#[test]
fn labels_of_users_pass_from_revision_to_revision() {
    let place = Place::new(Dialect::Helm4);
    let labels = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    let config = InstallConfig {
        name: "web".into(),
        namespace: "n".into(),
        labels: labels(&[("team", "a"), ("old", "x")]),
        ..InstallConfig::default()
    };
    install(&place.world(0), &config, &rendered(&[])).unwrap();
    let world = place.world(10);
    let upgrading = UpgradeConfig {
        name: "web".into(),
        labels: labels(&[("old", "null"), ("new", "y")]),
        ..UpgradeConfig::default()
    };
    let record = upgrade(&world, &upgrading, begin(&world, "web").unwrap(), &rendered(&[])).unwrap();
    assert_eq!(record.labels, labels(&[("team", "a"), ("new", "y")]));
    assert!(place.cluster.now() >= 0);
}
