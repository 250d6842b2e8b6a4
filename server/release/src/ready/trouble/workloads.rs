//! What the controllers of a workload say themselves: pods that cannot be made, Jobs, deadlines, load balancers.

use super::chain::{self, Event};
use super::{Finding, Kind, Scene, one_line, refusals};
use crate::object::Object;
use crate::ready::fields::{SECOND, number, readable_conditions};

/// Controllers try at least that often; what is older has been overcome.
const RECENTLY: i128 = 20 * 60 * SECOND;

pub(super) fn findings(scene: &Scene) -> Vec<Finding> {
    let mut found: Vec<_> =
        chain::controllers(scene).into_iter().filter_map(|controller| not_made(controller, scene)).collect();
    match scene.workload.kind() {
        "Deployment" => found.extend(deadline(scene.workload)),
        "Job" => found.extend(job(scene.workload)),
        "Service" => found.extend(load_balancer(scene)),
        _ => {}
    }
    found
}

/// Pods that a controller could not make, while it lacks some.
fn not_made(controller: &Object, scene: &Scene) -> Option<Finding> {
    if !lacks_pods(controller) {
        return None;
    }
    let failure = readable_conditions(controller).find(|condition| condition.is("ReplicaFailure", "True"));
    let events = chain::events(controller, scene);
    let event = events
        .iter()
        .find(|event| event.reason == "FailedCreate" && scene.now - event.last.max(0) <= RECENTLY);
    let message =
        event.map(|event: &Event| event.message).or_else(|| failure.map(|failure| failure.message))?;
    // A Deployment passes on what its ReplicaSet says.
    if controller.kind() == "Deployment" && chain::controllers(scene).len() > 1 {
        return None;
    }
    Some(refusals::finding(controller, message, chain::lacks_for_good(controller, scene)))
}

fn lacks_pods(controller: &Object) -> bool {
    let status = |field| number(controller, &["status", field], 0);
    match controller.kind() {
        "DaemonSet" => status("currentNumberScheduled") < status("desiredNumberScheduled"),
        "Job" => {
            let done = readable_conditions(controller)
                .any(|condition| condition.is("Complete", "True") || condition.is("Failed", "True"));
            status("active") == 0 && !done
        }
        "Deployment" | "ReplicaSet" | "StatefulSet" | "ReplicationController" => {
            status("replicas") < number(controller, &["spec", "replicas"], 1)
        }
        _ => false,
    }
}

fn deadline(deployment: &Object) -> Option<Finding> {
    readable_conditions(deployment).find(|condition| {
        condition.kind == "Progressing" && condition.reason == "ProgressDeadlineExceeded"
    })?;
    let seconds = number(deployment, &["spec", "progressDeadlineSeconds"], 600);
    let detail = format!("it has made no progress for {seconds} seconds, its progress deadline");
    Some(Finding::new(Kind::Deadline, deployment, "ProgressDeadlineExceeded", detail).finally(true))
}

fn job(job: &Object) -> Option<Finding> {
    let failed = number(job, &["status", "failed"], 0);
    let limit = number(job, &["spec", "backoffLimit"], 6);
    if let Some(condition) = readable_conditions(job).find(|condition| condition.is("Failed", "True")) {
        let why = match condition.reason {
            "BackoffLimitExceeded" => format!("{failed} of its pods failed, and {}", retries(limit)),
            "DeadlineExceeded" => {
                let seconds = number(job, &["spec", "activeDeadlineSeconds"], 0);
                format!("it did not come to an end within {seconds} seconds")
            }
            _ => one_line(condition.message),
        };
        let detail = format!("it has failed, {why}");
        return Some(Finding::new(Kind::JobFailed, job, condition.reason, detail).finally(true));
    }
    if readable_conditions(job).any(|condition| condition.is("Complete", "True")) || failed == 0 {
        return None;
    }
    let detail = format!("{failed} of its pods failed, and {}", retries(limit));
    Some(Finding::new(Kind::JobRetrying, job, format!("{failed} failed"), detail))
}

fn retries(limit: i64) -> String {
    if limit == 1 { "it may retry once".to_owned() } else { format!("it may retry {limit} times") }
}

fn load_balancer(scene: &Scene) -> Option<Finding> {
    let service = scene.workload;
    let waits = service.text_at(&["spec", "type"]) == "LoadBalancer"
        && service.list_at(&["status", "loadBalancer", "ingress"]).is_empty()
        && service.list_at(&["spec", "externalIPs"]).is_empty();
    let events = chain::events(service, scene);
    let failed = events.iter().find(|event| event.reason == "SyncLoadBalancerFailed");
    let detail = match failed {
        Some(event) => format!("its load balancer cannot be made: {}", one_line(event.message)),
        None => "no load balancer has given it an address; the cluster may have none".to_owned(),
    };
    waits.then(|| Finding::new(Kind::LoadBalancer, service, "no load balancer address", detail))
}
