//! What becomes of pods without anybody to run them: kwok plays what a kubelet would say of them.
//!
//! A pod becomes ready at once; one that is not to be started again (`restartPolicy`: those of Jobs, tests of a release)
//! runs and succeeds. The annotation [`FATE`] says otherwise.

use serde_json::{Value, json};

/// The annotation of a pod that says what becomes of it: `never-ready`, `image-pull`, `crash-loop`, or, for one that is
/// not to be started again, `fail`.
pub const FATE: &str = "chartroom.dev/fate";

/// The node, and the policy that puts pods on it: there is no scheduler.
pub(super) fn objects() -> [(&'static str, Value); 3] {
    const POLICIES: &str = "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies";
    const BINDINGS: &str = "/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings";
    let size = json!({ "cpu": "64", "memory": "512Gi", "pods": "10000" });
    let node = json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": { "name": "kwok-0", "annotations": { "kwok.x-k8s.io/node": "fake" } },
        "status": { "allocatable": size, "capacity": size },
    });
    let pods = json!({
        "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"],
    });
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicy",
        "metadata": { "name": "put-on-the-node" },
        "spec": {
            "failurePolicy": "Fail",
            "reinvocationPolicy": "Never",
            "matchConstraints": { "resourceRules": [pods] },
            "matchConditions": [{ "name": "nowhere-yet", "expression": "!has(object.spec.nodeName)" }],
            "mutations": [{
                "patchType": "ApplyConfiguration",
                "applyConfiguration": {
                    "expression": "Object{spec: Object.spec{nodeName: \"kwok-0\"}}",
                },
            }],
        },
    });
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingAdmissionPolicyBinding",
        "metadata": { "name": "put-on-the-node" },
        "spec": { "policyName": "put-on-the-node" },
    });
    [("/api/v1/nodes", node), (POLICIES, policy), (BINDINGS, binding)]
}

/// A pod that is on a node as soon as the policy works.
pub(super) fn probe() -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "name": "probe" },
        "spec": { "containers": [{ "name": "probe", "image": "none" }] },
    })
}

/// Whether an object has the condition `Ready`.
pub(super) fn is_ready(object: &Value) -> bool {
    let conditions = object["status"]["conditions"].as_array().cloned().unwrap_or_default();
    conditions.iter().any(|it| it["type"] == "Ready" && it["status"] == "True")
}

/// What kwok does to objects, one document for each thing.
pub(super) fn stages() -> String {
    let is = |key: &str, operator: &str, values: &[&str]| match values {
        [] => json!({ "key": key, "operator": operator }),
        values => json!({ "key": key, "operator": operator, "values": values }),
    };
    let fate = format!(".metadata.annotations[\"{FATE}\"]");
    let lives = is(".metadata.deletionTimestamp", "DoesNotExist", &[]);
    let dies = is(".metadata.deletionTimestamp", "Exists", &[]);
    let fresh = is(".status.containerStatuses", "DoesNotExist", &[]);
    let running = is(".status.phase", "In", &["Running"]);
    let ends = is(".spec.restartPolicy", "NotIn", &["Always"]);
    let ready = is(&fate, "NotIn", &["never-ready", "image-pull", "crash-loop"]);
    let fated = |it: &str| is(&fate, "In", &[it]);
    let pod = |name: &str, when: &[&Value], next: Value| stage(name, "Pod", when, next);
    let status = |text: String| json!({ "statusTemplate": text });
    let stages = [
        stage(
            "node-ready",
            "Node",
            &[&is(".status.conditions", "DoesNotExist", &[])],
            status("conditions:\n- {type: Ready, status: \"True\", reason: KubeletReady, message: kwok, lastHeartbeatTime: {{ Now | Quote }}, lastTransitionTime: {{ Now | Quote }}}\naddresses:\n- {type: InternalIP, address: {{ NodeIP | Quote }}}\n".to_owned()),
        ),
        pod("pod-ready", &[&lives, &fresh, &ready], status(pod_status("Running", true, &RUNNING))),
        pod("pod-never-ready", &[&lives, &fresh, &fated("never-ready")], status(pod_status("Running", false, &RUNNING))),
        pod("pod-image-pull", &[&lives, &fresh, &fated("image-pull")], status(pod_status("Pending", false, &NO_IMAGE))),
        pod("pod-crash-loop", &[&lives, &fresh, &fated("crash-loop")], status(pod_status("Running", false, &CRASHING))),
        pod(
            "pod-succeeds",
            &[&lives, &running, &ends, &ready, &is(&fate, "NotIn", &["fail"])],
            status(pod_status("Succeeded", false, &DONE)),
        ),
        pod("pod-fails", &[&lives, &running, &ends, &fated("fail")], status(pod_status("Failed", false, &FAILED))),
        pod("pod-goes", &[&dies], json!({ "delete": true })),
    ];
    stages.map(|it| it.to_string()).join("\n---\n")
}

fn stage(name: &str, kind: &str, when: &[&Value], next: Value) -> Value {
    json!({
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": { "name": name },
        "spec": {
            "resourceRef": { "apiGroup": "v1", "kind": kind },
            "selector": { "matchExpressions": when },
            "next": next,
        },
    })
}

/// How a container is, in YAML's flow style with kwok's templates in it.
struct Container {
    restarts: u32,
    state: &'static str,
    before: &'static str,
}

const RUNNING: Container =
    Container { restarts: 0, state: "running: {startedAt: {{ Now | Quote }}}", before: "" };
const DONE: Container = Container {
    restarts: 0,
    state: "terminated: {exitCode: 0, reason: Completed, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }}}",
    before: "",
};
const FAILED: Container = Container {
    restarts: 0,
    state: "terminated: {exitCode: 1, reason: Error, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }}}",
    before: "",
};
const NO_IMAGE: Container = Container {
    restarts: 0,
    state: "waiting: {reason: ImagePullBackOff, message: Back-off pulling image}",
    before: "",
};
const CRASHING: Container = Container {
    restarts: 4,
    state: "waiting: {reason: CrashLoopBackOff, message: back-off 40s restarting failed container}",
    before: ", lastState: {terminated: {exitCode: 1, reason: Error, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }}}}",
};

fn pod_status(phase: &str, ready: bool, container: &Container) -> String {
    let condition = |kind: &str, holds: bool| {
        let holds = if holds { "True" } else { "False" };
        format!("- {{type: {kind}, status: \"{holds}\", lastTransitionTime: {{{{ Now | Quote }}}}}}\n")
    };
    let conditions = ["Ready", "ContainersReady"].map(|it| condition(it, ready)).concat();
    let Container { restarts, state, before } = container;
    format!(
        "phase: {phase}\nstartTime: {{{{ Now | Quote }}}}\nconditions:\n{}{conditions}containerStatuses:\n\
         {{{{ range .spec.containers }}}}\n\
         - {{name: {{{{ .name | Quote }}}}, image: {{{{ .image | Quote }}}}, imageID: \"\", ready: {ready}, \
         restartCount: {restarts}, state: {{{state}}}{before}}}\n\
         {{{{ end }}}}\n\
         {{{{ if not (index .status \"podIP\") }}}}{{{{ with PodIPsWith .spec.nodeName false (or .metadata.uid \"\") (or .metadata.name \"\") \
         (or .metadata.namespace \"\") }}}}\n\
         podIP: {{{{ index . 0 | Quote }}}}\npodIPs:\n- {{ip: {{{{ index . 0 | Quote }}}}}}\n\
         {{{{ end }}}}{{{{ end }}}}\n",
        condition("Initialized", true)
    )
}
