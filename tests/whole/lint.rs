//! The checks of `chartroom lint` that Helm has not. What it says like Helm is in `cases.rs`.

use chartroom_tests::{Scratch, run, shared};

/// What real charts have that our own checks find, each looked at by hand.
const FOUND: [&str; 9] = [
    "argo-cd templates/_versions.tpl:5:12 shadowed-define",
    "prometheus-blackbox-exporter values.yaml:15:1 unused-value",
    "prometheus-nats-exporter values.yaml:73:1 unused-value",
    "prometheus-operator-admission-webhook values.yaml:15:1 unused-value",
    "prometheus-operator-admission-webhook values.yaml:365:3 unused-value",
    "prometheus-windows-exporter templates/daemonset.yaml:132:21 lost-root",
    "prometheus-windows-exporter templates/daemonset.yaml:132:48 lost-root",
    "prometheus-windows-exporter templates/daemonset.yaml:134:37 lost-root",
    "prometheus-windows-exporter templates/daemonset.yaml:139:37 lost-root",
];

#[test]
fn checks_raise_no_false_alarm_over_the_corpus() {
    let Some(charts) = shared("corpus/charts") else { return };
    let mut folders: Vec<_> = std::fs::read_dir(charts).unwrap().map(|it| it.unwrap().path()).collect();
    folders.sort();
    let mut found = Vec::new();
    for folder in folders {
        let output = run(&["lint", "--checks", folder.to_str().unwrap()]);
        let name = folder.file_name().unwrap().to_str().unwrap();
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            let Some((rest, id)) = line.strip_suffix(')').and_then(|it| it.split_once(" (chartroom:")) else {
                continue;
            };
            let place = rest.split_once("] ").unwrap().1.split_once(": ").unwrap().0;
            found.push(format!("{name} {place} {id}"));
        }
    }
    assert_eq!(found, FOUND);
}

#[test]
fn checks_are_added_where_asked_for() {
    let scratch = Scratch::new();
    scratch.write("c/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\nicon: https://example.com/a\n");
    scratch.write("c/values.yaml", "used: 1\nlost:\n  a: 1\n");
    scratch.write(
        "c/templates/a.yaml",
        "kind: A\nmetadata:\n  name: a{{ .Values.used }}\n  labels:\n    b: 1\n",
    );
    let chart = scratch.path().join("c");
    let lint = |flags: &[&str]| run(&[&["lint", chart.to_str().unwrap()], flags].concat());
    let plain = lint(&["--strict"]);
    assert!(plain.status.success());
    assert!(!String::from_utf8_lossy(&plain.stdout).contains("(chartroom:"));
    let checked = lint(&["--checks"]);
    assert!(!checked.status.success());
    let want = format!(
        "==> Linting {}\n\
         [ERROR] templates/a.yaml:5:8: `metadata.labels.b` is a number here, and Kubernetes takes only text: quote it \
         (chartroom:not-a-string)\n\
         [WARNING] values.yaml:2:1: nothing reads `lost` (chartroom:unused-value)\n\n",
        chart.display()
    );
    assert_eq!(String::from_utf8(checked.stdout).unwrap(), want);
}
