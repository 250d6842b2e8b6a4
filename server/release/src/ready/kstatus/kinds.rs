//! The rules of kstatus for the kinds that come with Kubernetes (its `core.go`).
//!
//! The order of the questions matters: the first that is not met makes the sentence.

use serde_json::Value;

use super::{Outcome, SCHEDULE_WINDOW, Status};
use crate::object::Object;
use crate::ready::fields::{self, Malformed, number, text};

/// Where a Deployment says no deadline, or this one, its controller never speaks of progress.
const NO_DEADLINE: i64 = i32::MAX as i64;

/// The status of an object of a known kind; `None` for others.
pub(super) fn compute(object: &Object, now: i128) -> Option<Result<Outcome, Malformed>> {
    let gvk = object.gvk();
    let outcome = match (gvk.group.as_str(), gvk.kind.as_str()) {
        ("", "Service") => Ok(service(object)),
        ("", "Pod") => pod(object, now),
        ("", "Secret" | "ConfigMap") | ("batch", "CronJob") => {
            Ok(Outcome::current("Resource is always ready"))
        }
        ("", "PersistentVolumeClaim") => Ok(claim(object)),
        ("apps", "StatefulSet") => Ok(stateful_set(object)),
        ("apps" | "extensions", "DaemonSet") => daemon_set(object),
        ("apps" | "extensions", "Deployment") => deployment(object),
        ("apps" | "extensions", "ReplicaSet") => replica_set(object),
        ("policy", "PodDisruptionBudget") => Ok(Outcome::current("AllowedDisruptions has been computed.")),
        ("batch", "Job") => job(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => definition(object),
        _ => return None,
    };
    Some(outcome)
}

fn status(object: &Object, field: &str) -> i64 {
    number(object, &["status", field], 0)
}

/// `Ready: 1/3`, unless there are as many as there should be.
fn less(reason: &str, word: &str, have: i64, want: i64) -> Option<Outcome> {
    (want > have).then(|| Outcome::in_progress(reason, format!("{word}: {have}/{want}")))
}

/// `Pending termination: 1`, where there are more than there should be.
fn extra(have: i64, want: i64) -> Option<Outcome> {
    (have > want).then(|| {
        Outcome::in_progress("ExtraPods", format!("Pending termination: {}", have.saturating_sub(want)))
    })
}

fn stateful_set(object: &Object) -> Outcome {
    let strategy = ["spec", "updateStrategy"];
    if text(object, &[strategy[0], strategy[1], "type"], "") == "OnDelete" {
        return Outcome::current("StatefulSet is using the ondelete update strategy");
    }
    let want = number(object, &["spec", "replicas"], 1);
    let have = status(object, "replicas");
    let updated = status(object, "updatedReplicas");
    let counted = less("LessReplicas", "Replicas", have, want)
        .or_else(|| less("LessReady", "Ready", status(object, "readyReplicas"), want))
        .or_else(|| extra(have, want));
    if let Some(outcome) = counted {
        return outcome;
    }
    let partition = number(object, &[strategy[0], strategy[1], "rollingUpdate", "partition"], -1);
    if partition != -1 {
        return less("PartitionRollout", "updated", updated, want.saturating_sub(partition))
            .unwrap_or_else(|| Outcome::current(format!("Partition rollout complete. updated: {updated}")));
    }
    if let Some(outcome) = less("LessCurrent", "current", status(object, "currentReplicas"), want) {
        return outcome;
    }
    let revision = |field| text(object, &["status", field], "");
    if revision("currentRevision") != revision("updateRevision") {
        let message = "Waiting for updated revision to match current";
        return Outcome::in_progress("RevisionMismatch", message);
    }
    Outcome::current(format!("All replicas scheduled as expected. Replicas: {have}"))
}

fn deployment(object: &Object) -> Result<Outcome, Malformed> {
    let mut progressing = number(object, &["spec", "progressDeadlineSeconds"], NO_DEADLINE) == NO_DEADLINE;
    let mut available = false;
    for condition in fields::conditions(object)? {
        if condition.kind == "Progressing" {
            if condition.reason == "ProgressDeadlineExceeded" {
                return Ok(Outcome::failed(condition.reason, "Progress deadline exceeded"));
            }
            progressing |= condition.status == "True" && condition.reason == "NewReplicaSetAvailable";
        }
        available |= condition.is("Available", "True");
    }
    let want = number(object, &["spec", "replicas"], 1);
    let have = status(object, "replicas");
    let updated = status(object, "updatedReplicas");
    let counted = less("LessReplicas", "Replicas", have, want)
        .or_else(|| less("LessUpdated", "Updated", updated, want))
        .or_else(|| extra(have, want))
        .or_else(|| less("LessAvailable", "Available", status(object, "availableReplicas"), updated))
        .or_else(|| less("LessReady", "Ready", status(object, "readyReplicas"), want));
    Ok(match counted {
        Some(outcome) => outcome,
        None if !progressing => Outcome::in_progress("ReplicaSetNotAvailable", "ReplicaSet not Available"),
        None if !available => Outcome::in_progress("DeploymentNotAvailable", "Deployment not Available"),
        None => Outcome::current(format!("Deployment is available. Replicas: {have}")),
    })
}

fn replica_set(object: &Object) -> Result<Outcome, Malformed> {
    if fields::conditions(object)?.iter().any(|condition| condition.is("ReplicaFailure", "True")) {
        let message = "Replica Failure condition. Check Pods";
        return Ok(Outcome::in_progress("ReplicaFailure", message));
    }
    let want = number(object, &["spec", "replicas"], 1);
    let have = status(object, "replicas");
    Ok(less("LessLabelled", "Labelled", status(object, "fullyLabeledReplicas"), want)
        .or_else(|| less("LessAvailable", "Available", status(object, "availableReplicas"), want))
        .or_else(|| less("LessReady", "Ready", status(object, "readyReplicas"), want))
        .or_else(|| extra(have, want))
        .unwrap_or_else(|| Outcome::current(format!("ReplicaSet is available. Replicas: {have}"))))
}

fn daemon_set(object: &Object) -> Result<Outcome, Malformed> {
    let generations = [
        (["metadata", "generation"], "NoGeneration"),
        (["status", "observedGeneration"], "NoObservedGeneration"),
    ];
    for (path, reason) in generations {
        if fields::nested_number(object, &path)?.is_none() {
            let message = format!("{} {} not found", object.kind(), path.join("."));
            return Ok(Outcome::in_progress(reason, message));
        }
    }
    let want = number(object, &["status", "desiredNumberScheduled"], -1);
    if want == -1 {
        let message = "Missing .status.desiredNumberScheduled";
        return Ok(Outcome::in_progress("NoDesiredNumber", message));
    }
    Ok(less("LessCurrent", "Current", status(object, "currentNumberScheduled"), want)
        .or_else(|| less("LessUpdated", "Updated", status(object, "updatedNumberScheduled"), want))
        .or_else(|| less("LessAvailable", "Available", status(object, "numberAvailable"), want))
        .or_else(|| less("LessReady", "Ready", status(object, "numberReady"), want))
        .unwrap_or_else(|| Outcome::current(format!("All replicas scheduled as expected. Replicas: {want}"))))
}

fn claim(object: &Object) -> Outcome {
    match text(object, &["status", "phase"], "unknown") {
        "Bound" => Outcome::current("PVC is Bound"),
        phase => Outcome::in_progress("NotBound", format!("PVC is not Bound. phase: {phase}")),
    }
}

fn pod(object: &Object, now: i128) -> Result<Outcome, Malformed> {
    let conditions = fields::conditions(object)?;
    Ok(match text(object, &["status", "phase"], "") {
        "Succeeded" => Outcome::current("Pod has completed successfully"),
        "Failed" => Outcome::current("Pod has completed, but not successfully"),
        "Running" if conditions.iter().any(|condition| condition.is("Ready", "True")) => {
            Outcome::current("Pod is Ready")
        }
        "Running" => {
            let looping = crash_looping(object)?;
            if looping.is_empty() {
                Outcome::in_progress("PodRunningNotReady", "Pod is running but is not Ready")
            } else {
                let message = format!("Containers in CrashLoop state: {}", looping.join(","));
                Outcome::failed("ContainerCrashLooping", message)
            }
        }
        "Pending" => {
            let scheduled = conditions.iter().find(|condition| condition.is("PodScheduled", "False"));
            if scheduled.is_none_or(|condition| condition.reason != "Unschedulable") {
                Outcome::in_progress("PodPending", "Pod is in the Pending phase")
            } else if now - (SCHEDULE_WINDOW.as_nanos() as i128) < created(object) {
                Outcome::in_progress("PodNotScheduled", "Pod has not been scheduled")
            } else {
                Outcome::failed("PodUnschedulable", "Pod could not be scheduled")
            }
        }
        "" => Outcome::in_progress("PodNotObserved", "Pod phase not available"),
        _ => return Err(Malformed { field: "status.phase".to_owned(), wanted: "a phase of pods" }),
    })
}

/// When an object was made; long ago where it does not say.
fn created(object: &Object) -> i128 {
    fields::time(object.text_at(&["metadata", "creationTimestamp"])).unwrap_or(i128::MIN / 2)
}

/// Containers in a crash loop. Those that run before the others (`initContainers`) are not asked.
fn crash_looping(object: &Object) -> Result<Vec<&str>, Malformed> {
    let path = ["status", "containerStatuses"];
    let list = match fields::nested(object, &path)? {
        None => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => {
            return Err(Malformed { field: path.join("."), wanted: "a list" });
        }
    };
    let waits = |container: &&Value| {
        container.pointer("/state/waiting/reason").and_then(Value::as_str) == Some("CrashLoopBackOff")
    };
    Ok(list.iter().filter(waits).filter_map(|container| container.get("name")?.as_str()).collect())
}

fn job(object: &Object) -> Result<Outcome, Malformed> {
    if let Some(outcome) = finished_job(object)? {
        return Ok(outcome);
    }
    if text(object, &["status", "startTime"], "").is_empty() {
        return Ok(Outcome::in_progress("JobNotStarted", "Job not started"));
    }
    let [succeeded, active, failed] = ["succeeded", "active", "failed"].map(|field| status(object, field));
    let message = format!("Job in progress. success:{succeeded}, active: {active}, failed: {failed}");
    Ok(Outcome::current(message))
}

/// The outcome of a Job that is complete or has failed.
pub(crate) fn finished_job(object: &Object) -> Result<Option<Outcome>, Malformed> {
    let parallelism = number(object, &["spec", "parallelism"], 1);
    let completions = number(object, &["spec", "completions"], parallelism);
    Ok(fields::conditions(object)?.into_iter().find_map(|condition| {
        if condition.is("Complete", "True") {
            let succeeded = status(object, "succeeded");
            Some(Outcome::current(format!("Job Completed. succeeded: {succeeded}/{completions}")))
        } else if condition.is("Failed", "True") {
            let failed = status(object, "failed");
            Some(Outcome::failed("JobFailed", format!("Job Failed. failed: {failed}/{completions}")))
        } else {
            None
        }
    }))
}

/// A load balancer need not have an address of its own; one of the cluster is enough.
fn service(object: &Object) -> Outcome {
    let balances = text(object, &["spec", "type"], "ClusterIP") == "LoadBalancer";
    if balances && text(object, &["spec", "clusterIP"], "").is_empty() {
        return Outcome::in_progress("NoIPAssigned", "ClusterIP not set. Service type: LoadBalancer");
    }
    Outcome::current("Service is ready")
}

fn definition(object: &Object) -> Result<Outcome, Malformed> {
    for condition in fields::conditions(object)? {
        let refused = condition.is("NamesAccepted", "False")
            || condition.is("Established", "False") && condition.reason != "Installing";
        if refused {
            return Ok(Outcome::failed(condition.reason, condition.message));
        }
        if condition.is("Established", "True") {
            return Ok(Outcome::current("CRD is established"));
        }
    }
    Ok(Outcome::in_progress("Installing", "Install in progress"))
}

/// Whether a pod looks for a node in vain.
pub(crate) fn is_unschedulable(pod: &Object) -> bool {
    fields::readable_conditions(pod)
        .any(|condition| condition.is("PodScheduled", "False") && condition.reason == "Unschedulable")
}

/// Whether a pod is in progress only because it may still find a node.
pub(crate) fn may_find_a_node(pod: &Object, outcome: &Outcome) -> bool {
    outcome.status == Status::InProgress
        && pod.gvk().group.is_empty()
        && pod.kind() == "Pod"
        && is_unschedulable(pod)
}
