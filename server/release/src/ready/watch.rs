//! Helm 4's wait (`pkg/kube/statuswait.go`): how a status is read, and when the whole wait is over.
//!
//! Most objects are read by [`kstatus`] alone. ReplicaSets and StatefulSets fail with their pods; Jobs count as there
//! once they have started, unless somebody waits for them; of hooks only Jobs and Pods are waited for, to their end.

use std::time::Duration;

use super::fields::Malformed;
use super::kstatus::{self, Outcome, Status};
use super::{Around, Selector};
use crate::object::{Gvk, Object, ObjectKey};
use crate::ports::ApiError;

/// How statuses are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reader {
    /// `--wait`.
    #[default]
    Ready,
    /// `--wait --wait-for-jobs`.
    ReadyWithJobs,
    /// The objects of a hook.
    Hook,
}

/// The status of an object, as read by a wait.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// In one word. [`Status::Unknown`] also where it could not be read.
    pub status: Status,
    /// In a sentence; empty where it could not be read.
    pub message: String,
    /// Why it could not be read. Helm keeps this to itself.
    pub error: Option<String>,
    /// After how long to read it again although nothing has changed: time alone changes it.
    pub again_in: Option<Duration>,
}

impl Reading {
    /// The reading of an object that is not there.
    pub fn gone() -> Self {
        Self { status: Status::NotFound, message: "Resource not found".to_owned(), ..Self::default() }
    }

    fn unknown(error: impl ToString) -> Self {
        Self { error: Some(error.to_string()), ..Self::default() }
    }

    fn refused(error: &ApiError) -> Self {
        if error.is_not_found() { Self::gone() } else { Self::unknown(error) }
    }
}

impl From<Outcome> for Reading {
    fn from(outcome: Outcome) -> Self {
        Self { status: outcome.status, message: outcome.message, ..Self::default() }
    }
}

impl From<Malformed> for Reading {
    fn from(error: Malformed) -> Self {
        Self::unknown(error)
    }
}

/// Reads the status of an object. The time is in nanoseconds since 1970.
pub fn read(object: &Object, reader: Reader, around: &(impl Around + ?Sized), now: i128) -> Reading {
    let gvk = object.gvk();
    match (reader, gvk.group.as_str(), gvk.kind.as_str()) {
        (Reader::Hook | Reader::ReadyWithJobs, "batch", "Job") => finished(object),
        (Reader::Hook, "", "Pod") => ended(object),
        (Reader::Hook, ..) => Outcome::current("Resource is current").into(),
        (_, "apps", "StatefulSet" | "ReplicaSet") => with_pods(object, around, now),
        (_, "apps", "Deployment") => with_replica_sets(object, around, now),
        _ => alone(object, now),
    }
}

fn alone(object: &Object, now: i128) -> Reading {
    let outcome = match kstatus::compute(object, now) {
        Ok(outcome) => outcome,
        Err(error) => return error.into(),
    };
    let again = kstatus::may_find_a_node(object, &outcome).then_some(kstatus::SCHEDULE_WINDOW);
    Reading { again_in: again, ..outcome.into() }
}

/// A Job counts when it has come to its end. Neither deletion nor generations are looked at.
fn finished(job: &Object) -> Reading {
    match kstatus::finished_job(job) {
        Ok(Some(outcome)) => outcome.into(),
        Ok(None) => Outcome::in_progress("JobInProgress", "Job in progress").into(),
        Err(error) => error.into(),
    }
}

/// The Pod of a hook counts when it has come to its end.
fn ended(pod: &Object) -> Reading {
    let name = pod.name();
    match pod.text_at(&["status", "phase"]) {
        "Succeeded" => Outcome::current(format!("pod {name} succeeded")),
        "Failed" => Outcome::failed("PodFailed", format!("pod {name} failed")),
        _ => Outcome::in_progress("PodInProgress", "Pod in progress"),
    }
    .into()
}

/// A Deployment is read by its own status; that its ReplicaSets cannot be listed makes it unknown all the same.
fn with_replica_sets(object: &Object, around: &(impl Around + ?Sized), now: i128) -> Reading {
    match selected(object, &Gvk::new("apps/v1", "ReplicaSet"), around) {
        Ok(_) => alone(object, now),
        Err(reading) => *reading,
    }
}

/// What is in progress has failed if one of its pods has.
fn with_pods(object: &Object, around: &(impl Around + ?Sized), now: i128) -> Reading {
    let pods = match selected(object, &Gvk::new("v1", "Pod"), around) {
        Ok(pods) => pods,
        Err(reading) => return *reading,
    };
    let reading = alone(object, now);
    let failed = pods.iter().filter(|pod| has_failed_for_good(pod, now)).count();
    if reading.status == Status::InProgress && failed > 0 {
        return Outcome::failed("", format!("{failed} pods have failed")).into();
    }
    reading
}

/// Pods without a node may still get one, and pods that are being deleted are meant to go.
fn has_failed_for_good(pod: &Object, now: i128) -> bool {
    kstatus::compute(pod, now).is_ok_and(|outcome| outcome.status == Status::Failed)
        && !kstatus::is_unschedulable(pod)
}

fn selected(
    object: &Object,
    gvk: &Gvk,
    around: &(impl Around + ?Sized),
) -> Result<Vec<Object>, Box<Reading>> {
    let selector = object.at(&["spec", "selector"]).filter(|selector| selector.is_object());
    if selector.is_none() {
        return Err(Box::new(Reading::unknown("no selector found")));
    }
    let selector = Selector::read(selector).map_err(|error| Box::new(Reading::unknown(error)))?;
    around.list(gvk, object.namespace(), &selector).map_err(|error| Box::new(Reading::refused(&error)))
}

/// What a wait waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// That all objects are current. Failed ones are no longer waited for, but the wait fails in the end.
    Ready,
    /// That all objects are gone.
    Gone,
}

/// A wait for many objects. Nothing is known of them at first.
#[derive(Clone, Debug)]
pub struct Wait {
    goal: Goal,
    objects: Vec<(ObjectKey, Reading)>,
}

impl Wait {
    /// Waits for the objects of a manifest. For ready ones paused Deployments (of `apps/v1`) are passed over.
    pub fn new(goal: Goal, manifests: &[Object]) -> Self {
        let waited = manifests.iter().filter(|object| goal == Goal::Gone || !is_paused(object));
        Self { goal, objects: waited.map(|object| (object.key(), Reading::default())).collect() }
    }

    /// The objects that are waited for, with what was read of them last.
    pub fn objects(&self) -> impl Iterator<Item = (&ObjectKey, &Reading)> {
        self.objects.iter().map(|(key, reading)| (key, reading))
    }

    /// Takes what was read of an object.
    pub fn see(&mut self, key: &ObjectKey, reading: &Reading) {
        for (_, last) in self.objects.iter_mut().filter(|(waited, _)| waited == key) {
            last.clone_from(reading);
        }
    }

    /// Whether the wait is over: to be asked when everything that is there has been seen, and after every change.
    pub fn is_over(&self) -> bool {
        self.remaining().next().is_none()
    }

    /// The first object, by name, that is still waited for.
    pub fn waits_for(&self) -> Option<(&ObjectKey, &Reading)> {
        self.remaining().min_by(|(left, _), (right, _)| left.name.cmp(&right.name))
    }

    fn remaining(&self) -> impl Iterator<Item = (&ObjectKey, &Reading)> {
        self.objects().filter(|(_, reading)| match self.goal {
            Goal::Ready => !matches!(reading.status, Status::Current | Status::Failed),
            Goal::Gone => !matches!(reading.status, Status::NotFound | Status::Unknown),
        })
    }

    /// What Helm says at the end. `stopped` is why the wait ended before it was over: `context deadline exceeded`,
    /// `context canceled`.
    pub fn end(&self, stopped: Option<&str>) -> Result<(), String> {
        let (missed, fine): (_, [Status; 2]) = match self.goal {
            Goal::Ready => ("not ready", [Status::Current, Status::Current]),
            Goal::Gone => ("still exists", [Status::NotFound, Status::Unknown]),
        };
        let bad = self.objects().filter(|(_, reading)| !fine.contains(&reading.status));
        let lines = bad.map(|(key, Reading { status, message, .. })| {
            let ObjectKey { kind, namespace, name, .. } = key;
            format!("resource {kind}/{namespace}/{name} {missed}. status: {status}, message: {message}")
        });
        let lines: Vec<_> = lines.chain(stopped.map(str::to_owned)).collect();
        if lines.is_empty() { Ok(()) } else { Err(lines.join("\n")) }
    }
}

fn is_paused(object: &Object) -> bool {
    object.api_version() == "apps/v1"
        && object.kind() == "Deployment"
        && object.at(&["spec", "paused"]).and_then(serde_json::Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn two() -> Vec<Object> {
        ["b", "a"]
            .map(|name| json!({"kind": "Car", "metadata": {"name": name, "namespace": "n"}}).into())
            .to_vec()
    }

    fn reading(status: Status) -> Reading {
        Reading { status, message: "so it is".to_owned(), ..Reading::default() }
    }

    #[test]
    fn failed_objects_are_not_waited_for_but_told() {
        let objects = two();
        let mut wait = Wait::new(Goal::Ready, &objects);
        wait.see(&objects[0].key(), &reading(Status::Failed));
        assert!(!wait.is_over());
        assert_eq!(wait.waits_for().unwrap().0.name, "a");
        wait.see(&objects[1].key(), &reading(Status::Current));
        assert!(wait.is_over());
        assert_eq!(
            wait.end(None).unwrap_err(),
            "resource Car/n/b not ready. status: Failed, message: so it is"
        );
    }

    #[test]
    fn what_was_never_seen_is_gone() {
        let mut wait = Wait::new(Goal::Gone, &two());
        assert!(wait.is_over());
        let key = two()[0].key();
        wait.see(&key, &reading(Status::Terminating));
        assert!(!wait.is_over());
        wait.see(&key, &Reading::gone());
        assert_eq!(wait.end(None), Ok(()));
    }

    #[test]
    fn the_first_by_name_is_waited_for() {
        let wait = Wait::new(Goal::Ready, &two());
        assert_eq!(wait.waits_for().unwrap().0.name, "a");
        assert!(wait.end(Some("context canceled")).unwrap_err().ends_with("\ncontext canceled"));
    }
}
