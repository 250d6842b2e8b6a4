//! What `chartroom dependency` does otherwise than Helm: nothing is left half done.

use chartroom_tests::{Scratch, run};

const SUB: &str = "apiVersion: v2\nname: sub\nversion: 1.2.0\n";

/// A chart `top` with these dependencies beside a chart `sub`.
fn charts(dependencies: &str) -> Scratch {
    let scratch = Scratch::new();
    let head = "apiVersion: v2\nname: top\nversion: 1.0.0\ndependencies:\n";
    scratch.write("top/Chart.yaml", format!("{head}{dependencies}"));
    scratch.write("sub/Chart.yaml", SUB);
    scratch
}

/// Runs a command on `top` that must fail, and gives its standard error.
fn failing(scratch: &Scratch, args: &[&str]) -> String {
    let top = scratch.path().join("top");
    let output = run(&[args, &[top.to_str().unwrap()]].concat());
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

/// The names in the chart's folder and in its `charts/`.
fn names(scratch: &Scratch) -> Vec<String> {
    let mut found = Vec::new();
    for folder in ["top", "top/charts"] {
        let entries = std::fs::read_dir(scratch.path().join(folder)).into_iter().flatten();
        found.extend(entries.map(|it| format!("{folder}/{}", it.unwrap().file_name().to_str().unwrap())));
    }
    found.sort();
    found
}

#[test]
fn a_failure_leaves_everything_as_it_was() {
    let near = "- name: sub\n  version: 1.x\n  repository: file://../sub\n";
    let scratch = charts(&format!("{near}- name: bad\n  version: 1.x\n  repository: file://../bad\n"));
    scratch.write("bad/Chart.yaml", SUB.replace("sub", "bad"));
    scratch.write("bad/values.schema.json", "{");
    assert_eq!(failing(&scratch, &["dep", "update"]), "Error: invalid JSON in values.schema.json\n");
    assert_eq!(names(&scratch), ["top/Chart.yaml"]);
}

#[cfg(unix)]
#[test]
fn a_lock_that_cannot_be_written_keeps_charts_as_they_were() {
    let scratch = charts("- name: sub\n  version: 1.x\n  repository: file://../sub\n");
    std::os::unix::fs::symlink("elsewhere", scratch.path().join("top/Chart.lock")).unwrap();
    // The link leads nowhere, so that the chart itself cannot be loaded; with a target it can.
    scratch.write("top/elsewhere", "digest: x\n");
    assert_eq!(
        failing(&scratch, &["dep", "update"]),
        "Error: the Chart.lock file is a symlink to \"elsewhere\"\n"
    );
    assert_eq!(names(&scratch), ["top/Chart.lock", "top/Chart.yaml", "top/elsewhere"]);
    assert_eq!(scratch.read("top/elsewhere"), "digest: x\n");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = charts("- name: sub\n  version: 1.x\n  repository: file://../sub\n");
    let top = scratch.path().join("top");
    let may = |mode| std::fs::set_permissions(&top, std::fs::Permissions::from_mode(mode)).unwrap();
    may(0o555);
    // Whoever may write everywhere sees nothing of it.
    if std::fs::write(top.join("probe"), "").is_err() {
        let error = failing(&scratch, &["dep", "update"]);
        assert!(error.contains("everything is as it was"), "{error}");
        assert_eq!(names(&scratch), ["top/Chart.yaml"]);
    }
    may(0o755);
}
