//! The milestones of kinds that need nothing beside the object itself, and what Helm 3 logs about them.

use serde_json::Value;

use super::Error;
use crate::object::Object;
use crate::ready::fields::{generations, number, readable_conditions, text};

/// `shop/web`.
fn place(object: &Object) -> String {
    format!("{}/{}", object.namespace(), object.name())
}

/// Whether the controller has looked at the latest change.
pub(super) fn is_observed(object: &Object, log: &mut Vec<String>) -> bool {
    let (wanted, observed) = generations(object);
    if wanted != observed {
        let (kind, place) = (object.kind(), place(object));
        log.push(format!(
            "{kind} is not ready: {place}. observedGeneration ({observed}) does not match spec generation ({wanted})."
        ));
    }
    wanted == observed
}

/// Writes down that too few pods are in a state.
pub(super) fn too_few(object: &Object, have: i64, want: i64, state: &str, log: &mut Vec<String>) {
    let (kind, place) = (object.kind(), place(object));
    log.push(format!("{kind} is not ready: {place}. {have} out of {want} expected pods {state}"));
}

/// A Pod that has succeeded is not ready and never will be, so that a wait for one times out.
pub(super) fn pod(pod: &Object, log: &mut Vec<String>) -> bool {
    let ready = readable_conditions(pod).any(|condition| condition.is("Ready", "True"));
    if !ready {
        log.push(format!("Pod is not ready: {}", place(pod)));
    }
    ready
}

pub(super) fn job(job: &Object, log: &mut Vec<String>) -> Result<bool, Error> {
    // 6 is what the API server sets where a Job says nothing.
    if number(job, &["status", "failed"], 0) > number(job, &["spec", "backoffLimit"], 6) {
        log.push(format!("Job is failed: {}", place(job)));
        return Err(Error::JobFailed { namespace: job.namespace().to_owned(), name: job.name().to_owned() });
    }
    let completions = job.number_at(&["spec", "completions"]);
    if completions.is_some_and(|want| number(job, &["status", "succeeded"], 0) < want) {
        log.push(format!("Job is not completed: {}", place(job)));
        return Ok(false);
    }
    Ok(true)
}

/// Of a hook's Job its conditions are asked, not its counts.
pub(super) fn job_is_done(job: &Object) -> Result<bool, String> {
    for condition in readable_conditions(job) {
        if condition.is("Complete", "True") {
            return Ok(true);
        }
        if condition.is("Failed", "True") {
            return Err(format!("job {} failed: {}", job.name(), condition.reason));
        }
    }
    Ok(false)
}

pub(super) fn claim(claim: &Object, log: &mut Vec<String>) -> bool {
    let bound = claim.text_at(&["status", "phase"]) == "Bound";
    if !bound {
        log.push(format!("PersistentVolumeClaim is not bound: {}", place(claim)));
    }
    bound
}

pub(super) fn service(service: &Object, log: &mut Vec<String>) -> bool {
    let kind = service.text_at(&["spec", "type"]);
    if kind == "ExternalName" {
        return true;
    }
    let place = place(service);
    if service.text_at(&["spec", "clusterIP"]).is_empty() {
        log.push(format!("Service does not have cluster IP address: {place}"));
        return false;
    }
    if kind != "LoadBalancer" {
        return true;
    }
    let addresses: Vec<_> =
        service.list_at(&["spec", "externalIPs"]).iter().filter_map(Value::as_str).collect();
    if !addresses.is_empty() {
        let addresses = addresses.join(" ");
        log.push(format!("Service {place} has external IP addresses ([{addresses}]), marking as ready"));
        return true;
    }
    let answered = service.at(&["status", "loadBalancer", "ingress"]).is_some_and(Value::is_array);
    if !answered {
        log.push(format!("Service does not have load balancer ingress IP address: {place}"));
    }
    answered
}

pub(super) fn daemon_set(set: &Object, log: &mut Vec<String>) -> bool {
    if !is_observed(set, log) {
        return false;
    }
    if set.text_at(&["spec", "updateStrategy", "type"]) != "RollingUpdate" {
        return true;
    }
    let status = |field| number(set, &["status", field], 0);
    let (desired, updated) = (status("desiredNumberScheduled"), status("updatedNumberScheduled"));
    if updated != desired {
        too_few(set, updated, desired, "have been scheduled", log);
        return false;
    }
    let missing = set.at(&["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"]);
    // What cannot be read lets all be missing.
    let missing = missing.and_then(|missing| scaled_up(missing, desired)).unwrap_or(desired);
    let (ready, expected) = (status("numberReady"), desired.saturating_sub(missing));
    if ready < expected {
        too_few(set, ready, expected, "are ready", log);
        return false;
    }
    true
}

/// A number, or a share of a whole, rounded up. A share needs its sign.
fn scaled_up(value: &Value, whole: i64) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(share) => Some(ceiling(share.strip_suffix('%')?.parse().ok()?, whole)),
        _ => None,
    }
}

/// So many hundredths of a whole, rounded up.
pub(super) fn ceiling(percent: i64, whole: i64) -> i64 {
    (percent.saturating_mul(whole) as f64 / 100.0).ceil() as i64
}

pub(super) fn stateful_set(set: &Object, log: &mut Vec<String>) -> bool {
    if !is_observed(set, log) {
        return false;
    }
    let place = place(set);
    let strategy = set.text_at(&["spec", "updateStrategy", "type"]);
    if strategy != "RollingUpdate" {
        log.push(format!("StatefulSet skipped ready check: {place}. updateStrategy is {strategy}"));
        return true;
    }
    let partition = number(set, &["spec", "updateStrategy", "rollingUpdate", "partition"], 0);
    let replicas = number(set, &["spec", "replicas"], 1);
    let status = |field| number(set, &["status", field], 0);
    let (updated, ready) = (status("updatedReplicas"), status("readyReplicas"));
    let expected = replicas.saturating_sub(partition);
    if updated < expected {
        too_few(set, updated, expected, "have been scheduled", log);
        return false;
    }
    if ready != replicas {
        too_few(set, ready, replicas, "are ready", log);
        return false;
    }
    let revision = |field| text(set, &["status", field], "");
    let (current, update) = (revision("currentRevision"), revision("updateRevision"));
    if partition == 0 && current != update {
        log.push(format!(
            "StatefulSet is not ready: {place}. currentRevision {current} does not yet match updateRevision {update}"
        ));
        return false;
    }
    log.push(format!("StatefulSet is ready: {place}. {ready} out of {replicas} expected pods are ready"));
    true
}

/// A definition whose names are taken counts as ready: whatever comes next will tell.
pub(super) fn definition(definition: &Object) -> bool {
    readable_conditions(definition)
        .any(|condition| condition.is("Established", "True") || condition.is("NamesAccepted", "False"))
}
