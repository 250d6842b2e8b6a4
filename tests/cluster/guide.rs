//! The release commands of the guide beside the project, as written there, on the guide's chart.

use chartroom_tests::guide;
use chartroom_tests::rig::{Namespace, Tool, rig};

/// Puts the guide's chart into the folder of a namespace, as `./chart`.
fn bring(namespace: &Namespace<'_>) -> Option<()> {
    let folder = namespace.folder();
    guide::write_chart(folder, "chart")?;
    let dev = folder.read("chart/dev.values.yaml");
    folder.write("dev.values.yaml", &dev);
    folder.write("prod.values.yaml", "replicaCount: 3\n");
    Some(())
}

/// Runs a line of the guide: `-n devops-network` and `-n production` become the test's own namespace.
#[track_caller]
fn run(namespace: &Namespace<'_>, line: &str) -> String {
    let args: Vec<&str> = line.split_whitespace().collect();
    namespace.must(Tool::Ours4, &args)
}

#[test]
fn the_commands_of_the_guide_work_as_written() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    if bring(&namespace).is_none() {
        return;
    }
    let installed = run(&namespace, "install devops-network ./chart -f dev.values.yaml");
    assert!(installed.contains("STATUS: deployed\nREVISION: 1\n"), "{installed}");
    let upgraded = run(&namespace, "upgrade devops-network ./chart -f dev.values.yaml");
    assert!(upgraded.contains("has been upgraded. Happy Helming!"), "{upgraded}");
    run(&namespace, "upgrade --install devops-network ./chart -f dev.values.yaml");
    let list = run(&namespace, "list");
    assert!(list.contains("devops-network-0.1.2"), "{list}");
    let history = run(&namespace, "history devops-network");
    assert_eq!(history.lines().count(), 4, "{history}");
    assert!(run(&namespace, "template devops-network ./chart").contains("kind: Deployment"));
    let changed = run(&namespace, "diff upgrade devops-network ./chart --reset-values");
    assert!(changed.contains("Ingress"), "{changed}");
    run(&namespace, "rollback devops-network 2");
    let statuses = namespace.statuses("devops-network");
    let words: Vec<&str> = statuses.iter().map(|(_, status)| status.as_str()).collect();
    assert_eq!(words, ["superseded", "superseded", "superseded", "deployed"]);
    let gone = run(&namespace, "uninstall devops-network");
    assert_eq!(gone, "release \"devops-network\" uninstalled\n");
    assert!(namespace.records().is_empty());
    rig.wait("the deployment to go", || namespace.list("apps/v1", "deployments").is_empty());
}

#[test]
fn an_atomic_upgrade_that_never_gets_ready_comes_back_by_itself() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    if bring(&namespace).is_none() {
        return;
    }
    run(&namespace, "upgrade --install --atomic devops-network ./chart -f prod.values.yaml");
    let args =
        "upgrade --atomic devops-network ./chart -f prod.values.yaml --set fate=never-ready --timeout 5s";
    let outcome = namespace.run(Tool::Ours4, &args.split(' ').collect::<Vec<_>>());
    assert_eq!(outcome.code, 1, "{outcome}");
    assert!(outcome.stderr.contains("and has been rolled back due to"), "{outcome}");
    let statuses = namespace.statuses("devops-network");
    let words: Vec<&str> = statuses.iter().map(|(_, status)| status.as_str()).collect();
    assert_eq!(words, ["superseded", "failed", "deployed"]);
    for helm in [Tool::Helm3, Tool::Helm4] {
        let history = namespace.must(helm, &["history", "devops-network"]);
        assert!(history.contains("Rollback to 1"), "{history}");
    }
    let deployment = namespace.get("apps/v1", "deployments", "devops-network").unwrap();
    assert_eq!(deployment["spec"]["template"]["metadata"]["annotations"]["chartroom.dev/fate"], "ready");
}

#[test]
fn an_atomic_install_that_never_gets_ready_leaves_nothing() {
    let Some(rig) = rig() else { return };
    let namespace = rig.namespace();
    if bring(&namespace).is_none() {
        return;
    }
    let args = "install --atomic devops-network ./chart --set fate=never-ready --timeout 4s";
    let outcome = namespace.run(Tool::Ours4, &args.split(' ').collect::<Vec<_>>());
    assert_eq!(outcome.code, 1, "{outcome}");
    assert!(namespace.records().is_empty());
    rig.wait("the deployment to go", || namespace.list("apps/v1", "deployments").is_empty());
}
