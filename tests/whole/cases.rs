//! What commands print and leave behind, against what real Helm printed and left: exit code, results, remarks, files.

use chartroom_tests::{Case, HELMS, chartroom};

#[track_caller]
fn check(topic: &str) {
    let mut different = Vec::new();
    for (version, helm, _) in HELMS {
        for case in Case::all(topic).into_iter().filter(|it| it.is_for(version)) {
            let expected = std::fs::read_to_string(case.recorded(topic, helm)).unwrap();
            let found = case.run(chartroom(), &["--helm", version]);
            if found != expected {
                different.push(format!("{helm} {}\n--- Helm\n{expected}\n--- ours\n{found}", case.name));
            }
        }
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}

#[test]
fn lint() {
    check("lint");
}

#[test]
fn dependency() {
    check("dependency");
}

#[test]
fn package() {
    check("package");
}

#[test]
fn template() {
    check("template");
}

#[test]
fn repo() {
    check("repo");
}

#[test]
fn verify() {
    check("verify");
}

#[test]
fn show() {
    check("show");
}
