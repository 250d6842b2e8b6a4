//! What is wrong with one pod.

use serde_json::Value;

use super::chain::{self, Event};
use super::{Finding, Kind, Scene, between, crashes, images, one_line};
use crate::object::Object;
use crate::ready::fields::{self, readable_conditions};

/// A container of a pod, as far as it has got.
pub(super) struct Container<'o> {
    pub pod: &'o Object,
    status: &'o Value,
    /// Runs before the others.
    is_init: bool,
}

impl<'o> Container<'o> {
    pub(super) fn name(&self) -> &'o str {
        self.status.get("name").and_then(Value::as_str).unwrap_or_default()
    }

    /// `container web`, `init container migrate`.
    pub(super) fn phrase(&self) -> String {
        let stays = || self.spec()?.get("restartPolicy")?.as_str().filter(|policy| *policy == "Always");
        let what = match (self.is_init, stays()) {
            (false, _) => "container",
            (true, None) => "init container",
            (true, Some(_)) => "sidecar container",
        };
        format!("{what} {}", self.name())
    }

    /// The image as the manifest names it; the status may have it in another way.
    pub(super) fn image(&self) -> &'o str {
        let of = |value: &'o Value| value.get("image").and_then(Value::as_str);
        self.spec().and_then(of).or_else(|| of(self.status)).unwrap_or_default()
    }

    pub(super) fn memory_limit(&self) -> Option<&'o str> {
        self.spec()?.pointer("/resources/limits/memory")?.as_str()
    }

    fn spec(&self) -> Option<&'o Value> {
        let list = if self.is_init { "initContainers" } else { "containers" };
        let named = |spec: &&Value| spec.get("name").and_then(Value::as_str) == Some(self.name());
        self.pod.list_at(&["spec", list]).iter().find(named)
    }

    /// `waiting`, `running` or `terminated`.
    pub(super) fn state(&self, state: &str) -> Option<&'o Value> {
        self.status.get("state")?.get(state)
    }

    /// Why it waits, in one word and in a sentence.
    pub(super) fn waiting(&self) -> Option<(&'o str, &'o str)> {
        let waiting = self.state("waiting")?;
        let text = |key| waiting.get(key).and_then(Value::as_str).unwrap_or_default();
        Some((text("reason"), text("message")))
    }

    pub(super) fn last_end(&self) -> Option<&'o Value> {
        self.status.pointer("/lastState/terminated")
    }

    pub(super) fn restarts(&self) -> i64 {
        self.status.get("restartCount").and_then(Value::as_i64).unwrap_or_default()
    }

    /// How many nanoseconds ago its turn came: when the node took the pod, when the containers before it were done, and
    /// when it last ended.
    pub(super) fn waited(&self, now: i128) -> i128 {
        let begun = fields::time(self.pod.text_at(&["status", "startTime"]));
        let initialized = self.pod.list_at(&["status", "conditions"]).iter().find(|condition| {
            !self.is_init && condition.get("type").and_then(Value::as_str) == Some("Initialized")
        });
        let time = |value: Option<&Value>, key| fields::time(value?.get(key)?.as_str()?);
        let turns = [begun, time(initialized, "lastTransitionTime"), time(self.last_end(), "finishedAt")];
        turns.into_iter().flatten().max().map_or_else(|| chain::age(self.pod, now), |turn| now - turn)
    }

    pub(super) fn is_ready(&self) -> bool {
        self.status.get("ready").and_then(Value::as_bool) == Some(true)
    }
}

fn containers(pod: &Object) -> impl Iterator<Item = Container<'_>> {
    [("initContainerStatuses", true), ("containerStatuses", false)].into_iter().flat_map(
        move |(list, is_init)| {
            let statuses = pod.list_at(&["status", list]).iter();
            statuses.map(move |status| Container { pod, status, is_init })
        },
    )
}

/// All that is wrong with a pod.
pub(super) fn findings(pod: &Object, scene: &Scene) -> Vec<Finding> {
    match pod.text_at(&["status", "phase"]) {
        "Succeeded" => return Vec::new(),
        "Failed" => return vec![failed(pod, scene)],
        _ => {}
    }
    if readable_conditions(pod).any(|condition| condition.is("Ready", "True")) {
        return Vec::new();
    }
    let events = chain::events(pod, scene);
    let mut found: Vec<_> = no_node(pod, &events).into_iter().collect();
    found.extend(containers(pod).filter_map(|container| of_container(&container, &events, scene)));
    // A container that says why it waits knows better than the events of its pod.
    if found.is_empty() {
        found.extend(not_set_up(pod, &events, scene));
    }
    found
}

fn of_container(container: &Container, events: &[Event], scene: &Scene) -> Option<Finding> {
    images::finding(container, events, scene)
        .or_else(|| not_made(container, scene))
        .or_else(|| crashes::finding(container, events, scene))
        .or_else(|| probe(container, events))
}

fn failed(pod: &Object, scene: &Scene) -> Finding {
    let is_alone = std::ptr::eq(pod, scene.workload);
    let reason = pod.text_at(&["status", "reason"]);
    let ended = containers(pod).find(|container| exit_code(container).is_some_and(|code| code != 0));
    let Some(container) = ended else {
        let short = if reason.is_empty() { "Failed" } else { reason };
        let message = one_line(pod.text_at(&["status", "message"]));
        let detail = match (reason, message.as_str()) {
            ("", "") => "it has failed".to_owned(),
            (reason, "") => format!("it has failed ({reason})"),
            (_, message) => format!("it has failed: {message}"),
        };
        return Finding::new(Kind::PodFailed, pod, short, detail).finally(is_alone);
    };
    let code = exit_code(&container).unwrap_or_default();
    let detail = format!("{} has failed with exit code {code}", container.phrase());
    let finding = Finding::new(Kind::PodFailed, pod, format!("Failed: exit code {code}"), detail);
    finding.in_container(container.name()).with_logs(pod, false).finally(is_alone)
}

fn exit_code(container: &Container) -> Option<i64> {
    container.state("terminated")?.get("exitCode")?.as_i64()
}

fn no_node(pod: &Object, events: &[Event]) -> Option<Finding> {
    let condition = readable_conditions(pod).find(|condition| condition.is("PodScheduled", "False"))?;
    // What removing other pods would bring is of no interest here.
    let message = condition.message.split(" preemption:").next().unwrap_or_default();
    let why = one_line(message);
    if condition.reason == "SchedulingGated" {
        let detail = "it is held back from scheduling by its gates";
        return Some(Finding::new(Kind::Unschedulable, pod, "SchedulingGated", detail));
    }
    if condition.reason != "Unschedulable" {
        return None;
    }
    let fits_nowhere = events.iter().find(|event| event.reason == "NotTriggerScaleUp");
    let in_vain = fits_nowhere.is_some_and(|event| !may_make_room(event.message));
    let addition = if in_vain { "; the autoscaler has no node for it either" } else { "" };
    let detail = format!("no node takes it: {why}{addition}");
    let first = why.split_once(" available: ").map_or(why.as_str(), |(_, reasons)| reasons);
    let first = first.split(", ").next().unwrap_or_default();
    Some(Finding::new(Kind::Unschedulable, pod, format!("Unschedulable: {first}"), detail).finally(in_vain))
}

/// Whether an autoscaler that adds no node leaves hope: nodes are full or at their limit, and other pods may go.
fn may_make_room(message: &str) -> bool {
    ["Insufficient", "max node group size", "max limit", "backoff", "not ready"]
        .iter()
        .any(|words| message.contains(words))
}

/// A container that cannot be made, or made and not started.
fn not_made(container: &Container, scene: &Scene) -> Option<Finding> {
    let (reason, message) = container.waiting()?;
    let finding = match reason {
        "CreateContainerConfigError" => not_configured(container, message, scene),
        "CreateContainerError" | "RunContainerError" | "StartError" | "PostStartHookError" => {
            let detail = format!("{} cannot be started: {}", container.phrase(), one_line(message));
            let is_final = is_no_command(message) && container.restarts() >= 1;
            Finding::new(Kind::ContainerStart, container.pod, reason, detail).finally(is_final)
        }
        _ => return None,
    };
    Some(finding.in_container(container.name()))
}

/// A container that lacks something, or whose settings cannot be.
fn not_configured(container: &Container, message: &str, scene: &Scene) -> Finding {
    let place = container.phrase();
    if let Some(what) = missing(message) {
        let detail = format!("{place} needs {what}, which is missing");
        return Finding::new(Kind::Missing, container.pod, format!("missing {what}"), detail)
            .finally(chain::lacks_for_good(container.pod, scene));
    }
    let detail = format!("{place} cannot be made: {}", one_line(message));
    Finding::new(Kind::ContainerConfig, container.pod, "CreateContainerConfigError", detail)
        .finally(message.contains("runAsNonRoot") || message.contains("non-numeric user"))
}

fn is_no_command(message: &str) -> bool {
    ["executable file not found", "no such file or directory", "permission denied", "no command specified"]
        .iter()
        .any(|words| message.contains(words))
}

/// `configmap "a"`, `key "k" in Secret shop/a`: what a message says to be missing.
fn missing(message: &str) -> Option<String> {
    for kind in ["configmap", "secret"] {
        let quoted = between(message, &format!("{kind} \""), "\" not found");
        if let Some(name) = quoted.filter(|name| !name.contains('"')) {
            let kind = if kind == "secret" { "Secret" } else { "ConfigMap" };
            return Some(format!("{kind} {name}"));
        }
    }
    if let Some(rest) = message.split_once("couldn't find key ").map(|(_, rest)| rest) {
        return Some(format!("key {}", one_line(rest)));
    }
    let key = message.split_once("references non-existent ").map(|(_, rest)| rest)?;
    Some(one_line(key))
}

/// A pod whose containers wait for their node.
fn not_set_up(pod: &Object, events: &[Event], scene: &Scene) -> Option<Finding> {
    let waits = pod.text_at(&["status", "phase"]) == "Pending";
    let event = events.iter().filter(|_| waits).find(|event| {
        matches!(
            event.reason,
            "FailedMount" | "FailedAttachVolume" | "FailedMapVolume" | "FailedCreatePodSandBox"
        )
    })?;
    let why = one_line(event.message);
    if event.reason == "FailedCreatePodSandBox" {
        let detail = format!("the node cannot set it up: {why}");
        return Some(Finding::new(Kind::Sandbox, pod, event.reason, detail));
    }
    Some(match missing(event.message) {
        Some(what) => {
            let detail = format!("a volume needs {what}, which is missing");
            Finding::new(Kind::Missing, pod, format!("missing {what}"), detail)
                .finally(chain::lacks_for_good(pod, scene))
        }
        None => Finding::new(Kind::Mount, pod, event.reason, format!("a volume cannot be mounted: {why}")),
    })
}

/// A container that runs, but whose probes fail.
fn probe(container: &Container, events: &[Event]) -> Option<Finding> {
    container.state("running").filter(|_| !container.is_ready())?;
    let event =
        events.iter().find(|event| event.reason == "Unhealthy" && event.is_about(container.name()))?;
    let (probe, why) = event.message.split_once(" probe ").unwrap_or(("A", event.message));
    let why = one_line(why.trim_start_matches("failed: ").trim_start_matches("errored: "));
    let probe = probe.to_lowercase();
    let detail = format!("the {probe} probe of {} fails: {why}", container.phrase());
    let finding = Finding::new(Kind::Probe, container.pod, format!("{probe} probe fails"), detail);
    Some(finding.in_container(container.name()).with_logs(container.pod, false))
}
