//! Releases in real editors: what a person sees and presses from the first diff to the last rollback.
//!
//! The hands are `tests/editors/releases.mjs`, `helmfile.mjs` and their `-neovim.mjs`; here is the cluster that they work in, and a look at what became of it.

use std::process::Command;

use chartroom_tests::rig::{FATE, Namespace, Rig, Tool, rig};
use chartroom_tests::{copy, editors, root};
use serde_json::json;

/// The guide's chart, with pods whose image decides what becomes of them.
fn bring(namespace: &Namespace<'_>) {
    let folder = namespace.folder();
    copy(&root().join("tests/charts/devops-network"), &folder.path().join("devops-network"));
    let template = folder.read("devops-network/templates/deployment.yaml");
    let broken = format!(
        "      annotations:\n        {FATE}: {{{{ if eq .Values.image.tag \"broken\" }}}}never-ready{{{{ else }}}}ready{{{{ end }}}}\n    spec:\n      terminationGracePeriodSeconds: 0\n      serviceAccountName:"
    );
    let changed = template.replacen("    spec:\n      serviceAccountName:", &broken, 1);
    assert_ne!(changed, template, "the chart's deployment is another");
    folder.write("devops-network/templates/deployment.yaml", changed);
}

/// A kubeconfig with a context of this machine, and one of the same cluster that nothing says is on this machine.
fn kubeconfig(namespace: &Namespace<'_>, server: &str, token: &str) -> std::path::PathBuf {
    let port = server.rsplit(':').next().unwrap();
    let cluster = |server: String| json!({ "server": server, "insecure-skip-tls-verify": true, "tls-server-name": "localhost" });
    let context = |name: &str| json!({ "name": name, "context": { "cluster": name, "user": "u", "namespace": namespace.name() } });
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            { "name": "kind-rig", "cluster": cluster(server.to_owned()) },
            // The same address, written as few people do.
            { "name": "staging", "cluster": cluster(format!("https://127.1:{port}")) },
        ],
        "users": [{ "name": "u", "user": { "token": token } }],
        "contexts": [context("kind-rig"), context("staging")],
        "current-context": "kind-rig",
    });
    let file = namespace.folder().path().join("kubeconfig.json");
    std::fs::write(&file, config.to_string()).unwrap();
    file
}

/// Runs a script of `tests/editors` on the namespace; the answer is whether it could be run.
fn drive(namespace: &Namespace<'_>, rig: &Rig, script: &str) -> bool {
    let Some(tools) = editors() else { return false };
    bring(namespace);
    let config = kubeconfig(namespace, rig.server(), rig.token());
    let mut node = Command::new("node");
    node.arg(root().join("tests/editors").join(script))
        .env("CHARTROOM_TOOLS", tools)
        .env("CHARTROOM_BIN", chartroom_tests::chartroom())
        .env("CHARTROOM_KUBECONFIG", config)
        .env("CHARTROOM_NAMESPACE", namespace.name())
        .env("CHARTROOM_WORKSPACE", namespace.folder().path());
    // Into a file: what was said until then is there also when somebody loses patience.
    let log = namespace.folder().path().join("editor.log");
    let file = std::fs::File::create(&log).unwrap();
    node.stdout(file.try_clone().unwrap()).stderr(file);
    let status = node.status().unwrap();
    let said = std::fs::read_to_string(log).unwrap();
    assert!(status.success(), "{said}");
    !said.contains("SKIPPED")
}

/// `superseded failed deployed`
fn statuses(namespace: &Namespace<'_>, release: &str) -> String {
    let statuses = namespace.statuses(release);
    statuses.iter().map(|(_, status)| status.as_str()).collect::<Vec<_>>().join(" ")
}

/// What became of the releases of all Neovims.
#[track_caller]
fn each_is(namespace: &Namespace<'_>, wanted: &str) {
    let mut releases: Vec<String> =
        namespace.records().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect();
    releases.dedup();
    assert!(!releases.is_empty());
    for release in releases {
        assert_eq!(statuses(namespace, &release), wanted, "{release}");
    }
}

#[test]
fn a_person_deploys_breaks_and_rolls_back_in_vs_code() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    if !drive(&namespace, rig, "releases.mjs") {
        return;
    }
    assert_eq!(
        statuses(&namespace, "devops-network"),
        "superseded superseded failed superseded failed superseded deployed"
    );
    for helm in [Tool::Helm3, Tool::Helm4] {
        let history = namespace.must(helm, &["history", "devops-network"]);
        assert!(history.contains("Rollback to 2") && history.contains("Rollback to 1"), "{history}");
    }
}

#[test]
fn a_person_deploys_breaks_and_rolls_back_in_neovim() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    if !drive(&namespace, rig, "releases-neovim.mjs") {
        return;
    }
    each_is(&namespace, "superseded failed superseded superseded deployed");
}

#[test]
fn a_person_applies_a_helmfile_in_vs_code() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    if drive(&namespace, rig, "helmfile.mjs") {
        assert_eq!(statuses(&namespace, "devops-network"), "superseded deployed");
    }
}

#[test]
fn a_person_applies_a_helmfile_in_neovim() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    if !drive(&namespace, rig, "helmfile-neovim.mjs") {
        return;
    }
    each_is(&namespace, "superseded deployed");
}
