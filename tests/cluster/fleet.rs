//! Helmfiles deployed on a real cluster: what changes, what is left alone, in which order, and what becomes of the rest
//! when something fails.

use chartroom_tests::recording::Outcome;
use chartroom_tests::rig::{Namespace, Rig, Tool, rig};
use chartroom_tests::{copy, shared};

/// A chart with one ConfigMap and, where it is asked for, a Deployment that gets ready or not.
fn bring_chart(namespace: &Namespace<'_>) {
    let folder = namespace.folder();
    folder.write("chart/Chart.yaml", "apiVersion: v2\nname: small\nversion: 0.1.0\n");
    folder.write("chart/values.yaml", "word: one\nfate: ''\nkind: ConfigMap\n");
    folder.write(
        "chart/templates/config.yaml",
        "apiVersion: v1\nkind: {{ .Values.kind }}\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  word: {{ .Values.word | \
         quote }}\n",
    );
    folder.write(
        "chart/templates/deployment.yaml",
        "{{- with .Values.fate }}\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ $.Release.Name }}\nspec:\n  \
         selector: {matchLabels: {app: {{ $.Release.Name }}}}\n  template:\n    metadata:\n      labels: {app: {{ \
         $.Release.Name }}}\n      annotations: {chartroom.dev/fate: {{ . }}}\n    spec:\n      containers: [{name: c, \
         image: nowhere/none:1}]\n{{- end }}\n",
    );
}

/// A namespace with the chart and a helmfile in its folder. `NS` in the text is the namespace.
fn bring(namespace: &Namespace<'_>, helmfile: &str) {
    bring_chart(namespace);
    write(namespace, helmfile);
}

fn write(namespace: &Namespace<'_>, helmfile: &str) {
    namespace.folder().write("helmfile.yaml", helmfile.replace("NS", namespace.name()));
}

/// Runs a command line of Helmfile's. Nobody says a namespace: the file does.
fn run(rig: &Rig, namespace: &Namespace<'_>, line: &str) -> Outcome {
    let args: Vec<&str> = line.split_whitespace().collect();
    rig.run(Tool::Ours4, namespace.folder().path(), &args)
}

#[track_caller]
fn must(rig: &Rig, namespace: &Namespace<'_>, line: &str, code: i32) -> Outcome {
    let outcome = run(rig, namespace, line);
    assert_eq!(outcome.code, code, "{line}\n{outcome}");
    outcome
}

fn word(namespace: &Namespace<'_>, name: &str) -> Option<String> {
    let found = namespace.get("v1", "configmaps", name)?;
    Some(found["data"]["word"].as_str().unwrap_or_default().to_owned())
}

fn revisions(namespace: &Namespace<'_>, release: &str) -> String {
    let told = namespace.statuses(release).into_iter().map(|(number, status)| format!("{number} {status}"));
    told.collect::<Vec<_>>().join(", ")
}

const THREE: &str = "\
releases:
  - {name: a, namespace: NS, chart: ./chart, needs: [NS/b]}
  - {name: b, namespace: NS, chart: ./chart, values: [{word: two}]}
  - {name: c, namespace: NS, chart: ./chart, installed: false}
";

#[test]
fn a_helmfile_is_applied_once_and_then_left_alone() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    bring(&namespace, THREE);
    let first = must(rig, &namespace, "apply --detailed-exitcode", 2);
    assert!(first.stdout.starts_with("Comparing release=b, chart=chart"), "{first}");
    assert!(
        first.stderr.contains("Affected releases are:\n  a (./chart) UPDATED\n  b (./chart) UPDATED\n"),
        "{first}"
    );
    assert!(first.stderr.contains(" Updated Releases "), "{first}");
    assert_eq!((word(&namespace, "a"), word(&namespace, "b")), (Some("one".into()), Some("two".into())));
    let again = must(rig, &namespace, "apply --detailed-exitcode", 0);
    assert_eq!(again.stdout.lines().count(), 2, "{again}");
    assert_eq!(again.stdout.lines().filter(|it| it.starts_with("Comparing ")).count(), 2, "{again}");
    must(rig, &namespace, "-e default diff --detailed-exitcode", 0);
    assert_eq!(revisions(&namespace, "a"), "1 deployed");
}

#[test]
fn only_what_changes_is_upgraded_and_what_is_not_wanted_goes() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    bring(&namespace, &THREE.replace("installed: false", "installed: true"));
    must(rig, &namespace, "apply", 0);
    write(&namespace, &THREE.replace("word: two", "word: three"));
    let shown = must(rig, &namespace, "-e default diff --detailed-exitcode", 2);
    assert!(shown.stdout.contains("-   word: \"two\"\n+   word: \"three\"\n"), "{shown}");
    assert!(shown.stderr.ends_with("Identified at least one change\n"), "{shown}");
    let done = must(rig, &namespace, "apply", 0);
    assert!(done.stderr.contains(" Deleted Releases "), "{done}");
    assert_eq!(
        (revisions(&namespace, "a"), revisions(&namespace, "c")),
        ("1 deployed".into(), String::new())
    );
    assert_eq!(revisions(&namespace, "b"), "1 superseded, 2 deployed");
    assert_eq!((word(&namespace, "b"), word(&namespace, "c")), (Some("three".into()), None));
    must(rig, &namespace, "destroy", 0);
    assert!(namespace.records().is_empty());
}

#[test]
fn a_failure_stops_what_needs_it_and_a_second_apply_repairs_it() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    let text = "\
releases:
  - {name: base, namespace: NS, chart: ./chart, values: [{kind: Nothing}]}
  - {name: top, namespace: NS, chart: ./chart, needs: [NS/base]}
  - {name: other, namespace: NS, chart: ./chart}
";
    bring(&namespace, text);
    let failed = must(rig, &namespace, "apply", 1);
    assert!(failed.stderr.contains("failed processing release base: "), "{failed}");
    assert!(failed.stderr.contains(" Skipped Releases "), "{failed}");
    assert!(failed.stderr.contains("needs base"), "{failed}");
    assert_eq!((word(&namespace, "top"), word(&namespace, "other")), (None, Some("one".into())));
    write(&namespace, &text.replace("Nothing", "ConfigMap"));
    must(rig, &namespace, "apply", 0);
    assert_eq!((word(&namespace, "base"), word(&namespace, "top")), (Some("one".into()), Some("one".into())));
    assert_eq!(revisions(&namespace, "other"), "1 deployed");
}

#[test]
fn an_atomic_release_comes_back_by_itself() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    let text = "\
helmDefaults: {atomic: true, timeout: 20}
releases:
  - {name: web, namespace: NS, chart: ./chart, values: [{word: good, fate: ready}]}
";
    bring(&namespace, text);
    must(rig, &namespace, "apply", 0);
    write(&namespace, &text.replace("good, fate: ready", "bad, fate: crash-loop"));
    let failed = must(rig, &namespace, "apply", 1);
    assert!(failed.stderr.contains(" Failed Releases "), "{failed}");
    assert_eq!(word(&namespace, "web"), Some("good".into()));
    assert_eq!(revisions(&namespace, "web"), "1 superseded, 2 failed, 3 deployed");
}

#[test]
fn a_release_that_failed_is_deployed_again_although_nothing_changes() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    bring(&namespace, "releases: [{name: web, namespace: NS, chart: ./chart}]\n");
    must(rig, &namespace, "apply", 0);
    let secret = namespace.record_secrets().pop().unwrap();
    namespace.rewrite_record(&secret, |record| record["info"]["status"] = "failed".into());
    let again = must(rig, &namespace, "apply", 0);
    assert!(again.stderr.contains("web does not change, but its last revision is failed"), "{again}");
    assert_eq!(revisions(&namespace, "web"), "1 superseded, 2 deployed");
}

/// Marks the last record of the only release as one that a process is at.
fn leave_pending(namespace: &Namespace<'_>, description: &str) {
    let secret = namespace.record_secrets().pop().unwrap();
    namespace.rewrite_record(&secret, |record| {
        record["info"]["status"] = "pending-upgrade".into();
        record["info"]["description"] = description.into();
    });
}

#[test]
fn what_somebody_may_still_be_at_is_left_alone() {
    let Some(rig) = rig() else { return };
    let cases = [
        ("Preparing upgrade", "nobody can say by whom"),
        (
            "Preparing upgrade (chartroom, process 7/elsewhere:1 on another-machine)",
            "process 7 on another-machine is or was at it",
        ),
    ];
    for (description, told) in cases {
        let namespace = rig.namespace();
        bring(&namespace, "releases: [{name: web, namespace: NS, chart: ./chart}]\n");
        must(rig, &namespace, "apply", 0);
        leave_pending(&namespace, description);
        let refused = must(rig, &namespace, "apply", 1);
        assert!(refused.stderr.contains("revision 1 of web is pending-upgrade since"), "{refused}");
        assert!(refused.stderr.contains(told), "{refused}");
        assert!(refused.stderr.contains("chartroom unlock web -n "), "{refused}");
        let secrets = namespace.record_secrets();
        assert_eq!(secrets.len(), 1);
        assert_eq!(secrets[0]["metadata"]["labels"]["status"], "pending-upgrade");
    }
}

#[test]
fn an_apply_that_was_killed_is_finished_by_the_next() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    bring(
        &namespace,
        "helmDefaults: {wait: true, timeout: 120}\nreleases: [{name: web, namespace: NS, chart: ./chart, values: [{fate: \
         never-ready}]}]\n",
    );
    let mut killed = rig.command(Tool::Ours4, namespace.folder().path());
    let mut killed = killed.arg("apply").stdout(std::process::Stdio::null()).spawn().unwrap();
    rig.wait("the release to be pending", || revisions(&namespace, "web") == "1 pending-install");
    killed.kill().unwrap();
    killed.wait().unwrap();
    write(&namespace, "releases: [{name: web, namespace: NS, chart: ./chart, values: [{word: two}]}]\n");
    let done = must(rig, &namespace, "apply", 0);
    assert!(done.stderr.contains("web: revision 1 was left pending-install by process "), "{done}");
    assert_eq!(revisions(&namespace, "web"), "1 superseded, 2 deployed");
    assert_eq!(word(&namespace, "web"), Some("two".into()));
}

#[test]
fn somebody_who_interrupts_gets_a_defined_end() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    bring(
        &namespace,
        "helmDefaults: {wait: true, timeout: 120}\nreleases:\n  - {name: a, namespace: NS, chart: ./chart, values: [{fate: \
         never-ready}]}\n  - {name: b, namespace: NS, chart: ./chart, needs: [NS/a]}\n",
    );
    let mut command = rig.command(Tool::Ours4, namespace.folder().path());
    command.arg("apply").stdout(std::process::Stdio::null()).stderr(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    rig.wait("the release to be pending", || revisions(&namespace, "a") == "1 pending-install");
    std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    let ended = child.wait_with_output().unwrap();
    let told = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(130), "{told}");
    assert!(told.contains(" Failed Releases ") && told.contains(" Skipped Releases "), "{told}");
    assert_eq!((revisions(&namespace, "a"), revisions(&namespace, "b")), ("1 failed".into(), String::new()));
}

#[test]
fn one_run_reaches_several_clusters_by_their_contexts() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    let kubeconfig = std::fs::read_to_string(rig.kubeconfig()).unwrap();
    let config: serde_json::Value = serde_json::from_str(&kubeconfig).unwrap();
    let current = config["current-context"].as_str().unwrap();
    let mut two = config.clone();
    let mut other = config["contexts"][0].clone();
    other["name"] = "other".into();
    two["contexts"].as_array_mut().unwrap().push(other);
    namespace.folder().write("kubeconfig", two.to_string());
    bring(
        &namespace,
        &format!(
            "releases:\n  - {{name: a, namespace: NS, kubeContext: other, chart: ./chart, needs: [{current}/NS/b]}}\n  - \
             {{name: b, namespace: NS, kubeContext: {current}, chart: ./chart}}\n"
        ),
    );
    must(rig, &namespace, "apply --kubeconfig kubeconfig", 0);
    assert_eq!((word(&namespace, "a"), word(&namespace, "b")), (Some("one".into()), Some("one".into())));
    write(&namespace, "releases: [{name: a, namespace: NS, kubeContext: nowhere, chart: ./chart}]\n");
    let nowhere = must(rig, &namespace, "apply --kubeconfig kubeconfig", 1);
    assert!(nowhere.stderr.contains("context \"nowhere\" does not exist"), "{nowhere}");
}

#[test]
fn hooks_run_around_a_release_in_the_folder_of_the_helmfile() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    let hook = |event: &str| {
        format!(
            "      - events: [{event}]\n        command: sh\n        args: [-c, 'echo {{{{ .Event.Name }}}} {{{{ .Release.Name \
             }}}} >> log']\n"
        )
    };
    let hooks: String =
        ["prepare", "preapply", "presync", "postsync", "cleanup"].iter().map(|it| hook(it)).collect();
    bring(
        &namespace,
        &format!("releases:\n  - name: web\n    namespace: NS\n    chart: ./chart\n    hooks:\n{hooks}"),
    );
    must(rig, &namespace, "apply", 0);
    assert_eq!(
        namespace.folder().read("log"),
        "prepare web\npreapply web\npresync web\npostsync web\ncleanup web\n"
    );
    must(rig, &namespace, "apply", 0);
    assert!(namespace.folder().read("log").ends_with("cleanup web\nprepare web\ncleanup web\n"));
}

#[test]
fn the_file_of_the_guide_does_what_the_guide_says() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    let Some(guide) = shared("guide") else { return };
    let folder = namespace.folder();
    copy(&guide.join("devops-network"), &folder.path().join("chart"));
    folder.write(
        "chart/templates/config.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata:\n  image: {{ .Values.image.tag | quote \
         }}\n  replicas: {{ .Values.replicaCount | quote }}\n",
    );
    for name in ["values.yaml", "dev.values.yaml"] {
        folder.write(name, folder.read(&format!("chart/{name}")));
    }
    let text = std::fs::read_to_string(guide.join("helmfile.yaml")).unwrap();
    let chart = text.lines().find_map(|line| line.trim().strip_prefix("chart: ")).unwrap();
    // Where the chart comes from is for the tests of registries.
    let text = text
        .replace(chart, "./chart")
        .replace("namespace: devops-network-testing", &format!("namespace: {}", namespace.name()));
    folder.write("helmfile.yaml", &text);
    let bare = must(rig, &namespace, "-e dev apply", 1);
    assert!(bare.stderr.contains("CHART_VERSION") && bare.stderr.contains("BUILD_ID"), "{bare}");
    let values = "-e dev --state-values-set CHART_VERSION=0.1.2 --state-values-set BUILD_ID=1.0.5";
    must(rig, &namespace, &format!("{values} diff --detailed-exitcode"), 2);
    must(rig, &namespace, &format!("{values} apply"), 0);
    let config = namespace.get("v1", "configmaps", "devops-network").unwrap();
    assert_eq!(config["data"]["image"], "1.0.5");
    must(rig, &namespace, &format!("helmfile {values} apply --detailed-exitcode"), 0);
    assert_eq!(revisions(&namespace, "devops-network"), "1 deployed");
}
