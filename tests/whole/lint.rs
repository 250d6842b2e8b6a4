//! What `chartroom lint` prints, against what real Helm printed: exit code, results, remarks.

use chartroom_tests::{Case, HELMS, chartroom};

#[test]
fn lint_says_what_helm_says() {
    let mut different = Vec::new();
    for (version, helm, _) in HELMS {
        for case in Case::all("lint") {
            let expected = std::fs::read_to_string(case.recorded("lint", helm)).unwrap();
            let found = case.run(chartroom(), &["--helm", version]);
            if found != expected {
                different.push(format!("{helm} {}\n--- Helm\n{expected}\n--- ours\n{found}", case.name));
            }
        }
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}
