//! The rig itself: it comes up, pods meet their fates, and nothing is left of it.

use chartroom_tests::rig::proxy::{Fault, Proxy, Rule};
use chartroom_tests::rig::{FATE, Namespace, Rig, Tool, rig};
use serde_json::{Value, json};

fn pod(name: &str, restart: &str, fate: Option<&str>) -> Value {
    let annotations = fate.map_or_else(|| json!({}), |it| json!({ FATE: it }));
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": { "name": name, "annotations": annotations },
        "spec": { "restartPolicy": restart, "containers": [{ "name": "c", "image": "nowhere/none:1" }] },
    })
}

#[track_caller]
fn make(namespace: &Namespace<'_>, group_version: &str, plural: &str, object: &Value) {
    let (status, answer) = namespace.api().post(&namespace.path(group_version, plural), object);
    assert_eq!(status, 201, "{answer}");
}

#[test]
fn pods_meet_their_fates() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    let cases = [
        ("ready", "Always", None, "/conditions/1/status", "True"),
        ("never", "Always", Some("never-ready"), "/conditions/1/status", "False"),
        (
            "pull",
            "Always",
            Some("image-pull"),
            "/containerStatuses/0/state/waiting/reason",
            "ImagePullBackOff",
        ),
        (
            "crash",
            "Always",
            Some("crash-loop"),
            "/containerStatuses/0/state/waiting/reason",
            "CrashLoopBackOff",
        ),
        ("done", "Never", None, "/phase", "Succeeded"),
        ("failed", "Never", Some("fail"), "/phase", "Failed"),
    ];
    for (name, restart, fate, ..) in cases {
        make(&namespace, "v1", "pods", &pod(name, restart, fate));
    }
    for (name, .., path, wanted) in cases {
        rig.wait(name, || {
            namespace
                .get("v1", "pods", name)
                .is_some_and(|it| it["status"].pointer(path) == Some(&json!(wanted)))
        });
    }
}

#[test]
fn jobs_end_as_their_pods_do() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    for (name, fate, wanted) in [("good", None, "Complete"), ("bad", Some("fail"), "Failed")] {
        let pod = pod("p", "Never", fate);
        let template = json!({
            "metadata": { "annotations": pod["metadata"]["annotations"] }, "spec": pod["spec"],
        });
        let job = json!({
            "apiVersion": "batch/v1", "kind": "Job", "metadata": { "name": name },
            "spec": { "backoffLimit": 0, "template": template },
        });
        make(&namespace, "batch/v1", "jobs", &job);
        rig.wait(name, || {
            let job = namespace.get("batch/v1", "jobs", name).unwrap_or_default();
            let conditions = job["status"]["conditions"].as_array().cloned().unwrap_or_default();
            conditions.iter().any(|it| it["type"] == wanted && it["status"] == "True")
        });
    }
}

#[test]
fn deleted_pods_go() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    make(&namespace, "v1", "pods", &pod("short", "Always", None));
    let path = format!("{}/short", namespace.path("v1", "pods"));
    rig.wait("the pod", || namespace.api().get(&path).1["status"]["phase"] == "Running");
    namespace.api().delete(&path);
    rig.wait("its end", || namespace.api().get(&path).0 == 404);
}

#[test]
fn the_restricted_user_may_do_what_was_granted() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    let list = |namespace: &Namespace<'_>| {
        let mut command = namespace.command(Tool::Ours4, &["list"]);
        command.env("KUBECONFIG", rig.restricted_kubeconfig()).output().unwrap().status.success()
    };
    assert!(!list(&namespace));
    namespace.grant(&json!([{ "apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list"] }]));
    rig.wait("the grant", || list(&namespace));
}

#[test]
fn nothing_is_left_of_a_rig() {
    if rig().is_none() {
        return;
    }
    let programs = std::env::var_os("CHARTROOM_RIG").unwrap();
    let start = std::time::Instant::now();
    let own = Rig::start(std::path::Path::new(&programs));
    let (folder, server) = (own.kubeconfig(), own.server().to_owned());
    assert!(start.elapsed().as_secs() < 60, "a rig took {:?} to start", start.elapsed());
    assert!(folder.exists());
    drop(own);
    assert!(!folder.exists());
    let address = server.trim_start_matches("https://");
    assert!(std::net::TcpStream::connect(address).is_err());
}

#[test]
fn the_proxy_passes_and_makes_faults() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    let proxy = Proxy::new(rig, 1, vec![Rule::new("/secrets", Fault::Status(500)).method("GET").nth(2)]);
    let config = rig.kubeconfig_for(&proxy.server());
    let list = |tool: Tool| {
        let mut command = namespace.command(tool, &["list"]);
        command.env("KUBECONFIG", &config).output().unwrap()
    };
    assert!(list(Tool::Helm4).status.success());
    assert_eq!(proxy.faults(), 0);
    let second = list(Tool::Helm3);
    assert_eq!(proxy.faults(), 1);
    assert!(String::from_utf8_lossy(&second.stderr).contains("an error on the server"), "{second:?}");
    assert!(list(Tool::Ours4).status.success());
    assert!(proxy.requests() >= 3);
}
