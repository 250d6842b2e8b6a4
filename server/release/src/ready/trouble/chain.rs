//! What belongs to a workload, and what was said about it.

use serde_json::Value;

use super::Scene;
use crate::object::Object;
use crate::ready::fields::{self, SECOND};
use crate::ready::legacy::{is_controlled_by, newest_replica_set};

/// The pods of a workload that are to stay: a pod itself, or those that it controls through others.
pub(super) fn pods<'o>(scene: &Scene<'o>) -> Vec<&'o Object> {
    if is_pod(scene.workload) {
        return if is_going(scene.workload) { Vec::new() } else { vec![scene.workload] };
    }
    let owned = owned(scene);
    owned.into_iter().filter(|object| is_pod(object) && !is_going(object)).collect()
}

/// The controllers of a workload's pods: itself, and those that it controls.
pub(super) fn controllers<'o>(scene: &Scene<'o>) -> Vec<&'o Object> {
    let owned = owned(scene).into_iter().filter(|object| !is_pod(object));
    std::iter::once(scene.workload).chain(owned).collect()
}

/// Whatever a workload controls, at any depth. Of the ReplicaSets of a Deployment only the newest counts.
fn owned<'o>(scene: &Scene<'o>) -> Vec<&'o Object> {
    let mut found: Vec<&Object> = direct(scene);
    let mut at = 0;
    // Each object is found once, so this ends.
    while let Some(owner) = found.get(at) {
        let uid = owner.uid();
        let more = scene.around.iter().filter(|object| !uid.is_empty() && is_controlled_by(object, uid));
        let more: Vec<_> = more.filter(|new| !found.iter().any(|old| std::ptr::eq(*old, *new))).collect();
        found.extend(more);
        at += 1;
    }
    found
}

fn direct<'o>(scene: &Scene<'o>) -> Vec<&'o Object> {
    let uid = scene.workload.uid();
    let of_it = scene.around.iter().filter(|object| !uid.is_empty() && is_controlled_by(object, uid));
    let of_it: Vec<_> = of_it.collect();
    if scene.workload.kind() != "Deployment" {
        return of_it;
    }
    let revision = |set: &Object| {
        set.annotation("deployment.kubernetes.io/revision").and_then(|it| it.parse::<u64>().ok())
    };
    newest_replica_set(scene.workload, of_it.iter().copied())
        .or_else(|| of_it.iter().copied().max_by_key(|set| revision(set)))
        .into_iter()
        .collect()
}

fn is_pod(object: &Object) -> bool {
    object.kind() == "Pod" && object.api_version() == "v1"
}

fn is_going(object: &Object) -> bool {
    !object.text_at(&["metadata", "deletionTimestamp"]).is_empty()
}

/// Something that was said about an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Event<'o> {
    /// `FailedMount`, `Unhealthy`, …
    pub reason: &'o str,
    /// The sentence.
    pub message: &'o str,
    /// `spec.containers{web}`, where it is about a container.
    pub field: &'o str,
    /// How often it was said.
    pub count: i64,
    /// When it was said last, in nanoseconds since 1970.
    pub last: i128,
}

impl Event<'_> {
    /// Whether it can be about a container: it names none, or this one.
    pub(super) fn is_about(&self, container: &str) -> bool {
        match self.field.split_once('{') {
            Some((_, rest)) => rest.trim_end_matches('}') == container,
            None => true,
        }
    }
}

/// What was said about an object, the latest first.
pub(super) fn events<'o>(object: &Object, scene: &Scene<'o>) -> Vec<Event<'o>> {
    let mut events: Vec<_> = scene.events.iter().filter_map(|event| about(event, object)).collect();
    events.sort_by_key(|event| std::cmp::Reverse(event.last));
    events
}

/// An event, if it is about an object: by `uid`, or by kind and name where it says none.
fn about<'o>(event: &'o Object, object: &Object) -> Option<Event<'o>> {
    let regarding = event.at(&["involvedObject"]).or_else(|| event.at(&["regarding"]))?;
    let text = |key: &str| regarding.get(key).and_then(Value::as_str).unwrap_or_default();
    let same = if text("uid").is_empty() || object.uid().is_empty() {
        (text("kind"), text("name"), text("namespace")) == (object.kind(), object.name(), object.namespace())
    } else {
        text("uid") == object.uid()
    };
    if !same {
        return None;
    }
    let message = event.at(&["message"]).or_else(|| event.at(&["note"])).and_then(Value::as_str);
    let count = [&["series", "count"][..], &["count"], &["deprecatedCount"]];
    let last = [
        &["series", "lastObservedTime"][..],
        &["lastTimestamp"],
        &["deprecatedLastTimestamp"],
        &["eventTime"],
        &["metadata", "creationTimestamp"],
    ];
    Some(Event {
        reason: event.text_at(&["reason"]),
        message: message.unwrap_or_default(),
        field: regarding.get("fieldPath").and_then(Value::as_str).unwrap_or_default(),
        count: count.iter().find_map(|path| event.number_at(path)).unwrap_or(1),
        last: last.iter().find_map(|path| fields::time(event.text_at(path))).unwrap_or(i128::MIN),
    })
}

/// Whether what an object lacks has been missing for so long that nobody will make it: see the table in [`super`].
pub(super) fn lacks_for_good(object: &Object, scene: &Scene) -> bool {
    let age = age(object, scene.now);
    let quiet = scene.settled.map_or(0, |settled| age.min(scene.now - settled));
    quiet >= 120 * SECOND || age >= 300 * SECOND
}

/// How many nanoseconds ago an object was made; none where it does not say.
pub(super) fn age(object: &Object, now: i128) -> i128 {
    fields::time(object.text_at(&["metadata", "creationTimestamp"])).map_or(0, |made| now - made)
}
