//! What `chartroom template` prints, against what real Helm printed.

use std::path::Path;

use chartroom_tests::{root, run, shared};

/// Our own recordings, in `tests/recorded/helm-VERSION/CHART/VALUES.yaml`.
#[test]
fn the_guides_chart_renders_as_in_helm() {
    for (folder, version) in [("helm-3.22.0", "3"), ("helm-4.3.1", "4")] {
        for values in ["values", "dev.values"] {
            let chart = root().join("tests/charts/devops-network");
            let file = chart.join(format!("{values}.yaml"));
            let args = ["--helm", version, "template", "devops-network", chart.to_str().unwrap()];
            let output =
                run(&[&args[..], &["-f", file.to_str().unwrap(), "--kube-version", "v1.34.0"]].concat());
            let recorded = root().join(format!("tests/recorded/{folder}/devops-network/{values}.yaml"));
            let expected = std::fs::read_to_string(recorded).unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), expected, "Helm {version}, {values}");
        }
    }
}

#[test]
fn the_corpus_renders_as_in_helm() {
    let (Some(charts), Some(golden)) = (shared("corpus/charts"), shared("corpus/golden")) else { return };
    for version in ["3", "4"] {
        let golden = golden.join(format!("v{version}"));
        let table = std::fs::read_to_string(golden.join("cases.tsv")).unwrap();
        let cases: Vec<Vec<&str>> = table.lines().skip(1).map(|line| line.split('\t').collect()).collect();
        let stable = cases.iter().filter(|case| case[2] != "unstable");
        let different: Vec<String> =
            stable.filter_map(|case| compare(&charts, &golden, version, case)).collect();
        println!("Helm {version}: {} of {} differ", different.len(), cases.len());
        assert!(different.is_empty(), "{}", different.join("\n"));
    }
}

/// What is wrong with a case, if anything: `chart case exit …`.
fn compare(charts: &Path, golden: &Path, version: &str, case: &[&str]) -> Option<String> {
    let (chart, name, refused) = (case[0], case[1], case[2] != "0");
    let folder = charts.join(chart);
    let values = folder.join(format!("ci/{name}.yaml"));
    let mut args = vec!["--helm", version, "template", "release-name", folder.to_str()?];
    args.extend(["--namespace", "default", "--kube-version", "v1.34.0"]);
    if name != "default" {
        args.extend(["--values", values.to_str()?]);
    }
    let output = run(&args);
    if refused || !output.status.success() {
        let same = refused != output.status.success();
        return (!same)
            .then(|| format!("{chart} {name}: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let expected = std::fs::read(golden.join(chart).join(format!("{name}.yaml"))).unwrap();
    first_difference(&expected, &output.stdout).map(|it| format!("{chart} {name}: {it}"))
}

/// The first line that differs; a recorded `#~` stands for any line.
fn first_difference(expected: &[u8], found: &[u8]) -> Option<String> {
    let lines = |text: &[u8]| text.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
    let (expected, found) = (lines(expected), lines(found));
    for (number, (want, got)) in expected.iter().zip(&found).enumerate() {
        if want != got && want != b"#~" {
            let (want, got) = (String::from_utf8_lossy(want), String::from_utf8_lossy(got));
            return Some(format!("line {}: want {want:?}, got {got:?}", number + 1));
        }
    }
    (expected.len() != found.len())
        .then(|| format!("{} lines wanted, {} printed", expected.len(), found.len()))
}
