//! Why a workload does not become ready, and whether waiting can help. Neither Helm says: they wait until time runs out.
//!
//! Out of a workload, what belongs to it, and events, come causes: a sentence each. A cause is **final** when nothing
//! that a cluster does by itself ends it, so that a wait may end at once. The rule for each kind:
//!
//! | kind | final when |
//! |---|---|
//! | image name that is none, or an image that may not be pulled and is not there | at once: only another manifest helps |
//! | image that the registry does not have, or not for this platform | after 2 attempts, or in back-off 30 seconds after its container's turn came |
//! | image that the registry refuses to give | the same with 3 attempts or 60 seconds: pull secrets are copied late |
//! | registry that cannot be reached, or limits pulls | never: it may come back |
//! | image, for any other reason | after 5 attempts, which takes two and a half minutes |
//! | command that is not in the image, or cannot be run | when the container was started twice |
//! | out of memory again and again | in a crash loop, after 2 restarts |
//! | any other crash loop | after 3 restarts (70 seconds) if all else was ready when it last began, else after 5 (five minutes): it may wait for a database |
//! | … of a Job's pod | not: the Job says itself how often it tries |
//! | … whose last run lasted ten minutes or more | not: the kubelet starts to count anew, and so do we |
//! | ConfigMap, Secret, key or ServiceAccount that is missing | 2 minutes after the pod was made and all else ready, else 5: an operator may make it, a certificate takes its time |
//! | settings of a container that contradict the image (`runAsNonRoot`) | at once |
//! | no node | only if the autoscaler says that no node it can add would fit |
//! | quota | if the pod alone asks for more than the quota has, or lacks a limit that the quota wants |
//! | refused by admission (a policy, a limit range, an invalid pod) | at once; not if the webhook could not be reached |
//! | volumes that cannot be mounted, no network, probes that fail | never: that heals, or becomes a crash loop |
//! | pod that has failed | if nobody makes another one |
//! | Job that has failed | at once |
//! | claim without a storage class or with one that there is not | 30 seconds after it was made |
//! | progress deadline | at once, as Helm 4 has it |
//!
//! Pods that are being deleted and those of older ReplicaSets are not looked at.

mod chain;
mod claims;
mod crashes;
mod images;
mod pods;
mod refusals;
mod workloads;

use std::fmt;

use crate::object::{Gvk, Object, ObjectKey};
use crate::ports::{Scope, Target};
use crate::ready::Selector;

/// What there is to look at.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'o> {
    /// What should become ready.
    pub workload: &'o Object,
    /// What may belong to it: ReplicaSets, Jobs, pods, claims. What does not is left aside.
    pub around: &'o [Object],
    /// Recent events of the namespace, of `v1` or of `events.k8s.io/v1`, in any order.
    pub events: &'o [Object],
    /// The time in nanoseconds since 1970.
    pub now: i128,
    /// Since when all else that is waited for has been ready; none while something is not, for a workload that crashes may
    /// be waiting for just that.
    pub settled: Option<i128>,
}

/// What kind of trouble; the order is that in which causes are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The API server refuses the pods: admission, policies, limits, validation.
    Refused,
    /// A quota leaves no room.
    Quota,
    /// The name of an image is none.
    ImageName,
    /// An image cannot be pulled.
    ImagePull,
    /// A ConfigMap, a Secret, a key of one, or a ServiceAccount is missing.
    Missing,
    /// A container cannot be made out of what the manifest says.
    ContainerConfig,
    /// A container cannot be started.
    ContainerStart,
    /// A container ends again and again.
    CrashLoop,
    /// A pod has failed.
    PodFailed,
    /// A claim has no volume.
    ClaimPending,
    /// No node takes the pod.
    Unschedulable,
    /// A volume cannot be mounted.
    Mount,
    /// The node cannot set the pod up: mostly its network.
    Sandbox,
    /// A probe fails.
    Probe,
    /// A Job has failed.
    JobFailed,
    /// A Job tries again.
    JobRetrying,
    /// A load balancer has no address.
    LoadBalancer,
    /// A Deployment has made no progress for too long. Says nothing of why.
    Deadline,
}

/// Where to find what a container has printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logs {
    /// The pod.
    pub pod: Target,
    /// The container.
    pub container: String,
    /// Ask for the container before this one: the present one has only begun.
    pub previous: bool,
}

/// One cause of trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// What kind of trouble.
    pub kind: Kind,
    /// One sentence for people, which names the object.
    pub sentence: String,
    /// A few words for a line of progress: `ImagePullBackOff: nginx:nope`.
    pub short: String,
    /// The object that it is about: the first of several that have the same trouble.
    pub object: ObjectKey,
    /// The container, if it is about one.
    pub container: Option<String>,
    /// How many objects have the same trouble.
    pub count: usize,
    /// Whether waiting longer is in vain.
    pub is_final: bool,
    /// Whose last lines may say more.
    pub logs: Option<Logs>,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

/// Why a workload does not become ready: final causes first, the same trouble of several pods once.
///
/// What is ready has no causes, even if it had trouble before.
pub fn causes(scene: &Scene) -> Vec<Cause> {
    let pods = chain::pods(scene);
    let mut found = workloads::findings(scene);
    found.extend(claims::findings(scene, &pods));
    for pod in &pods {
        found.extend(pods::findings(pod, scene));
    }
    merge(found)
}

/// What to list for a scene, beside the workload: what belongs to it, and the events of its namespace.
pub fn needs(workload: &Object) -> Vec<Scope> {
    let selector = match workload.kind() {
        "ReplicationController" => Selector::of_labels(workload.at(&["spec", "selector"])),
        // A selector that is none makes no pods, and the controller says so itself.
        _ => Selector::read(workload.at(&["spec", "selector"])).unwrap_or_default(),
    };
    let scope = |version: &str, kind: &str, selector: &Selector| Scope {
        gvk: Gvk::new(version, kind),
        namespace: workload.namespace().to_owned(),
        labels: selector.to_string(),
        fields: String::new(),
    };
    let all = Selector::default();
    let (pods, claims) = (scope("v1", "Pod", &selector), scope("v1", "PersistentVolumeClaim", &all));
    let mut scopes = match workload.kind() {
        "Deployment" => vec![scope("apps/v1", "ReplicaSet", &selector), pods, claims],
        "StatefulSet" | "DaemonSet" | "ReplicaSet" | "ReplicationController" | "Job" => vec![pods, claims],
        "Pod" => vec![claims],
        "PersistentVolumeClaim" => vec![scope("v1", "Pod", &all)],
        "Service" => Vec::new(),
        // Nothing else is looked at.
        _ => return Vec::new(),
    };
    scopes.push(scope("v1", "Event", &all));
    scopes
}

/// The first cause that waiting cannot end, if there is one.
pub fn hopeless(causes: &[Cause]) -> Option<&Cause> {
    causes.iter().find(|cause| cause.is_final)
}

/// Trouble of one object.
#[derive(Clone, Debug)]
struct Finding {
    kind: Kind,
    object: ObjectKey,
    container: Option<String>,
    /// The sentence without its object, as in `container web crashes`.
    detail: String,
    short: String,
    is_final: bool,
    logs: Option<Logs>,
}

impl Finding {
    fn new(kind: Kind, object: &Object, short: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            kind,
            object: object.key(),
            container: None,
            detail: detail.into(),
            short: short.into(),
            is_final: false,
            logs: None,
        }
    }

    fn finally(self, is_final: bool) -> Self {
        Self { is_final, ..self }
    }

    fn in_container(self, name: &str) -> Self {
        Self { container: Some(name.to_owned()), ..self }
    }

    fn with_logs(self, pod: &Object, previous: bool) -> Self {
        let container = self.container.clone().unwrap_or_default();
        Self { logs: Some(Logs { pod: Target::of(pod), container, previous }), ..self }
    }
}

fn merge(mut found: Vec<Finding>) -> Vec<Cause> {
    found.sort_by(|left, right| {
        let order = |it: &Finding| (!it.is_final || it.kind == Kind::Deadline, it.kind);
        order(left).cmp(&order(right)).then_with(|| left.object.cmp(&right.object))
    });
    let mut causes: Vec<Cause> = Vec::new();
    for finding in found {
        let same = causes.iter_mut().find(|cause| {
            cause.kind == finding.kind
                && cause.object.kind == finding.object.kind
                && cause.container == finding.container
                && cause.short == finding.short
        });
        match same {
            Some(cause) if cause.object == finding.object => {}
            Some(cause) => cause.count += 1,
            None => causes.push(finding.into()),
        }
    }
    for cause in &mut causes {
        if cause.count > 1 {
            let name = format!("{} {}", cause.object.kind, cause.object.name);
            let all = format!("{name} and {} more", cause.count - 1);
            cause.sentence = cause.sentence.replacen(&name, &all, 1);
        }
    }
    causes
}

impl From<Finding> for Cause {
    fn from(finding: Finding) -> Self {
        let Finding { kind, object, container, detail, short, is_final, logs } = finding;
        let sentence = format!("{} {}: {detail}.", object.kind, object.name);
        Self { kind, sentence, short, object, container, count: 1, is_final, logs }
    }
}

/// The first line of a message, cut at a length that fits into a sentence, without a full stop.
fn one_line(message: &str) -> String {
    const LONGEST: usize = 300;
    let line = message.trim().lines().next().unwrap_or_default().trim_end_matches('.');
    if line.chars().count() <= LONGEST {
        return line.to_owned();
    }
    line.chars().take(LONGEST).chain("…".chars()).collect()
}

/// The text between two others.
fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}

#[cfg(test)]
mod tests;
