//! Plans: what they show is what is done, and what moved meanwhile stops them.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use chart::Dialect;
use chartroom_release::actions::ApplyConfig;
use chartroom_release::actions::rollback::RollbackConfig;
use chartroom_release::actions::uninstall::UninstallConfig;
use chartroom_release::diff::Change;
use chartroom_release::plan::{Deploy, DeployConfig, Intent, Plan, Side, drift};
use chartroom_release::{ErrorKind, Object, Rendered};
use serde_json::{Map, json};

use super::{Place, hook, rendered};

impl Place {
    fn deploy(&self, what: &Rendered) -> Intent {
        let config = DeployConfig::new("web", "n", ApplyConfig::default());
        let render = |_, _, _| Ok(what.clone());
        Intent::Deploy(Box::new(Deploy::begin(&self.world(0), config, Map::new(), render).unwrap()))
    }

    fn plan(&self, intent: &Intent) -> Plan {
        intent.plan(&self.world(0)).unwrap()
    }

    fn planned_and_done(&self, intent: Intent) -> Plan {
        let plan = self.plan(&intent);
        intent.carry_out(&self.world(0), &plan).unwrap();
        plan
    }

    fn configmap(&self, name: &str, image: &str) {
        let mut objects = self.cluster.objects();
        let object: &mut Object = objects.iter_mut().find(|it| it.name() == name).unwrap();
        object.as_value_mut()["spec"]["image"] = json!(image);
        self.cluster.put(object.clone());
    }
}

fn told(plan: &Plan) -> String {
    let mut lines: Vec<String> =
        plan.objects.iter().map(|it| format!("{} {}", it.entry.change.as_str(), it.target.name)).collect();
    lines.push(plan.counts().to_string());
    lines.join(", ")
}

#[test]
fn a_plan_says_what_is_then_done() {
    for dialect in [Dialect::Helm3, Dialect::Helm4] {
        let place = Place::new(dialect);
        let first = place
            .planned_and_done(place.deploy(&rendered(&[("ConfigMap", "a", "1"), ("Service", "b", "1")])));
        assert_eq!((told(&first), first.revision), ("ADD a, ADD b, 2 added".into(), Some(1)));
        let mut two = rendered(&[("ConfigMap", "a", "2"), ("ConfigMap", "c", "1")]);
        two.hooks =
            vec![hook("after", "post-upgrade", 0, "x", &[]), hook("before", "pre-upgrade", 0, "x", &[])];
        let second = place.planned_and_done(place.deploy(&two));
        assert_eq!(told(&second), "REMOVE b, MODIFY a, ADD c, 1 added, 1 changed, 1 deleted, 2 hooks");
        let events: Vec<_> = second.hooks.iter().map(|it| &*it.event).collect();
        assert_eq!((events, second.revision), (vec!["pre-upgrade", "post-upgrade"], Some(2)));
        assert_eq!(place.history(), "1 superseded, 2 deployed");
        let again = place.plan(&place.deploy(&two));
        assert_eq!((again.is_empty(), told(&again)), (true, "2 hooks".into()));
    }
}

#[test]
fn both_sides_and_the_fields_that_differ() {
    let place = Place::new(Dialect::Helm4);
    place.install(&rendered(&[("ConfigMap", "a", "1")])).unwrap();
    let plan = place.plan(&place.deploy(&rendered(&[("ConfigMap", "a", "2")])));
    let object = &plan.objects[0];
    assert!(object.side(Side::Before).contains("image: \"1\""), "{}", object.side(Side::Before));
    assert!(object.side(Side::After).contains("image: \"2\""));
    assert_eq!(object.template.as_deref(), Some("c/a.yaml"));
    assert_eq!(format!("{:?}", object.paths), r#"[[Key("spec"), Key("image")]]"#);
    assert_eq!(object.entry.change, Change::Modified);
}

#[test]
fn a_rollback_says_what_it_does_not_bring_back() {
    let place = Place::new(Dialect::Helm4);
    place.install(&rendered(&[("ConfigMap", "a", "1")])).unwrap();
    place.upgrade(&rendered(&[("ConfigMap", "a", "2")])).unwrap();
    let config = RollbackConfig { name: "web".into(), revision: 1, ..RollbackConfig::default() };
    let plan = place.planned_and_done(Intent::Rollback(config));
    assert_eq!((told(&plan), plan.revision), ("MODIFY a, 1 changed".into(), Some(3)));
    assert!(plan.remarks[0].contains("Databases"), "{:?}", plan.remarks);
    assert_eq!(place.history(), "1 superseded, 2 superseded, 3 deployed");
}

#[test]
fn an_uninstallation_is_planned_as_well() {
    let place = Place::new(Dialect::Helm4);
    place.install(&rendered(&[("ConfigMap", "a", "1"), ("Service", "b", "1")])).unwrap();
    let plan = place.planned_and_done(Intent::Uninstall("web".into(), UninstallConfig::default()));
    assert_eq!(told(&plan), "REMOVE a, REMOVE b, 2 deleted");
    assert_eq!((&*place.history(), &*place.names()), ("", ""));
}

#[track_caller]
fn moved(place: &Place, intent: Intent, plan: &Plan, why: &str) {
    let (history, names) = (place.history(), place.names());
    let error = intent.carry_out(&place.world(0), plan).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Moved);
    assert!(error.to_string().contains(why), "{error}");
    assert_eq!((place.history(), place.names()), (history, names));
}

#[test]
fn nothing_is_done_when_something_moved() {
    let place = Place::new(Dialect::Helm4);
    let (one, two) = (rendered(&[("ConfigMap", "a", "1")]), rendered(&[("ConfigMap", "a", "2")]));
    let intent = place.deploy(&one);
    let plan = place.plan(&intent);
    place.install(&one).unwrap();
    moved(&place, intent, &plan, "the release went from no revision to revision 1 (deployed)");

    let intent = place.deploy(&two);
    let plan = place.plan(&intent);
    place.configmap("a", "3");
    moved(&place, intent, &plan, "ConfigMap \"a\" in namespace \"n\" was changed");

    let (intent, other) = (place.deploy(&two), Place::new(Dialect::Helm4));
    let mut plan = place.plan(&intent);
    other.install(&one).unwrap();
    plan.bound.cluster.uid = "another".into();
    moved(&place, intent, &plan, "another cluster answers at");
}

#[test]
fn drift_is_what_deploying_again_would_change() {
    let place = Place::new(Dialect::Helm4);
    place.install(&rendered(&[("ConfigMap", "a", "1"), ("Service", "b", "1")])).unwrap();
    assert!(drift(&place.world(0), "web").unwrap().objects.is_empty());
    place.configmap("a", "by hand");
    let found = drift(&place.world(0), "web").unwrap();
    assert_eq!((found.record.version, found.objects.len()), (1, 1));
    assert!(found.objects[0].side(Side::Before).contains("by hand"));
}

#[test]
fn secrets_stay_covered() {
    let place = Place::new(Dialect::Helm4);
    let secret = |value: &str| Rendered {
        manifest: format!(
            "---\n# Source: c/s.yaml\napiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  key: {value}\n"
        ),
        ..Rendered::default()
    };
    place.install(&secret("hunter2")).unwrap();
    let plan = place.plan(&place.deploy(&secret("hunter3")));
    let text = plan.text("") + &plan.objects[0].side(Side::Before) + &plan.objects[0].side(Side::After);
    assert!(!text.contains("hunter"), "{text}");
}
