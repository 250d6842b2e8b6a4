//! Progress for people: a line for each object, and one for all.

use serde_json::Value;

use super::fields::number;
use super::kstatus::Status;
use super::trouble::{self, Cause};
use super::watch::Reading;
use crate::object::Object;

/// How far an object has got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is ready.
    Ready,
    /// It may become so.
    Waiting,
    /// It will not.
    Failed,
}

/// The line of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How far it has got.
    pub state: State,
    /// `Deployment web: 1 of 3 pods ready (ImagePullBackOff: nginx:nope)`.
    pub text: String,
}

/// Puts an object, its status and what is in its way into a line.
pub fn line(object: &Object, reading: &Reading, causes: &[Cause]) -> Line {
    let state = match reading.status {
        // Helm waits no longer for a pod that has failed; it is not what anybody wanted for all that.
        Status::Current if object.kind() == "Pod" && object.text_at(&["status", "phase"]) == "Failed" => {
            State::Failed
        }
        Status::Current => State::Ready,
        Status::Failed => State::Failed,
        Status::InProgress | Status::Terminating | Status::NotFound | Status::Unknown => {
            if trouble::hopeless(causes).is_some() { State::Failed } else { State::Waiting }
        }
    };
    let (kind, name) = (object.kind(), object.name());
    let mut text = format!("{kind} {name}: {}", words(object, reading));
    if let Some(cause) = causes.first().filter(|_| state != State::Ready) {
        text += &format!(" ({})", cause.short);
    }
    Line { state, text }
}

fn words(object: &Object, reading: &Reading) -> String {
    match reading.status {
        Status::NotFound => return "not there".to_owned(),
        Status::Terminating => return "is being deleted".to_owned(),
        Status::Unknown if reading.error.is_none() => return "not seen yet".to_owned(),
        Status::InProgress | Status::Failed | Status::Current | Status::Unknown => {}
    }
    let status = |field| number(object, &["status", field], 0);
    let wanted = number(object, &["spec", "replicas"], 1);
    match object.kind() {
        "Deployment" => {
            let updated = status("updatedReplicas");
            let ready = pods(status("readyReplicas"), wanted);
            if updated < wanted { format!("{ready}, {updated} of {wanted} updated") } else { ready }
        }
        "StatefulSet" | "ReplicaSet" | "ReplicationController" => pods(status("readyReplicas"), wanted),
        "DaemonSet" => pods(status("numberReady"), status("desiredNumberScheduled")),
        "Job" => {
            let wanted = number(object, &["spec", "completions"], 1);
            format!("{} of {wanted} {} completed", status("succeeded"), plural(wanted, "pod"))
        }
        "Pod" => pod(object),
        "PersistentVolumeClaim" => {
            let phase = object.text_at(&["status", "phase"]).to_lowercase();
            if phase.is_empty() { "pending".to_owned() } else { phase }
        }
        _ => other(reading),
    }
}

fn pods(ready: i64, wanted: i64) -> String {
    format!("{ready} of {wanted} {} ready", plural(wanted, "pod"))
}

fn plural(count: i64, word: &str) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

fn pod(pod: &Object) -> String {
    match pod.text_at(&["status", "phase"]) {
        "Succeeded" => return "completed".to_owned(),
        "Failed" => return "failed".to_owned(),
        _ => {}
    }
    let statuses = pod.list_at(&["status", "containerStatuses"]);
    let is_ready = |status: &&Value| status.get("ready").and_then(Value::as_bool) == Some(true);
    let ready = statuses.iter().filter(is_ready).count();
    let all = pod.list_at(&["spec", "containers"]).len().max(statuses.len());
    format!("{ready} of {all} {} ready", plural(all as i64, "container"))
}

fn other(reading: &Reading) -> String {
    match (reading.status, reading.message.as_str()) {
        (Status::Current, _) => "ready".to_owned(),
        (Status::Failed, "") => "failed".to_owned(),
        (_, "") => "not ready".to_owned(),
        (_, message) => message.to_owned(),
    }
}

/// All lines in one: `3 of 5 ready, 1 failed`.
pub fn totals(lines: &[Line]) -> String {
    let count = |state| lines.iter().filter(|line| line.state == state).count();
    let ready = format!("{} of {} ready", count(State::Ready), lines.len());
    match count(State::Failed) {
        0 => ready,
        failed => format!("{ready}, {failed} failed"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ready::kstatus;

    #[track_caller]
    fn check(object: Value, expected: &str) {
        let object = Object::from(object);
        let reading = kstatus::compute(&object, 0).map_or_else(Reading::from, Reading::from);
        assert_eq!(line(&object, &reading, &[]).text, expected);
    }

    #[test]
    fn each_kind_counts_its_own() {
        let object = |kind: &str, version: &str, spec: Value, status: Value| json!({"apiVersion": version, "kind": kind, "metadata": {"name": "a"}, "spec": spec, "status": status});
        check(
            object(
                "Deployment",
                "apps/v1",
                json!({"replicas": 3}),
                json!({"readyReplicas": 1, "updatedReplicas": 2}),
            ),
            "Deployment a: 1 of 3 pods ready, 2 of 3 updated",
        );
        check(object("StatefulSet", "apps/v1", json!({}), json!({})), "StatefulSet a: 0 of 1 pod ready");
        check(
            object("DaemonSet", "apps/v1", json!({}), json!({"numberReady": 1, "desiredNumberScheduled": 4})),
            "DaemonSet a: 1 of 4 pods ready",
        );
        check(
            object("Job", "batch/v1", json!({"completions": 2}), json!({"succeeded": 1})),
            "Job a: 1 of 2 pods completed",
        );
        check(
            object(
                "Pod",
                "v1",
                json!({"containers": [{}, {}]}),
                json!({"phase": "Running", "containerStatuses": [{"ready": true}, {"ready": false}]}),
            ),
            "Pod a: 1 of 2 containers ready",
        );
        check(object("Pod", "v1", json!({}), json!({"phase": "Succeeded"})), "Pod a: completed");
        check(
            object("PersistentVolumeClaim", "v1", json!({}), json!({"phase": "Pending"})),
            "PersistentVolumeClaim a: pending",
        );
        check(object("ConfigMap", "v1", json!({}), json!({})), "ConfigMap a: ready");
        let broken = json!({"conditions": [{"type": "Ready", "status": "False", "message": "no fuel"}]});
        check(object("Car", "example.com/v1", json!({}), broken), "Car a: no fuel");
    }

    #[test]
    fn what_has_not_been_seen() {
        let object = Object::from(json!({"kind": "Car", "metadata": {"name": "a"}}));
        assert_eq!(line(&object, &Reading::default(), &[]).text, "Car a: not seen yet");
        assert_eq!(line(&object, &Reading::gone(), &[]).text, "Car a: not there");
    }

    #[test]
    fn totals_count_failures_only_where_there_are_some() {
        let of = |states: &[State]| {
            let lines: Vec<_> = states.iter().map(|&state| Line { state, text: String::new() }).collect();
            totals(&lines)
        };
        assert_eq!(of(&[State::Ready, State::Waiting]), "1 of 2 ready");
        assert_eq!(of(&[State::Ready, State::Failed, State::Waiting]), "1 of 3 ready, 1 failed");
        assert_eq!(of(&[]), "0 of 0 ready");
    }
}
