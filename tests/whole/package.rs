//! Packages of real charts: entry by entry what Helm packs, the same bytes every time, and readable by both Helms.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chartroom_tests::archive::{Entry, entries};
use chartroom_tests::{HELMS, Scratch, chartroom, shared};

/// The charts of the corpus.
fn corpus() -> Vec<PathBuf> {
    let Some(charts) = shared("corpus/charts") else { return Vec::new() };
    let mut folders: Vec<_> = std::fs::read_dir(charts).unwrap().map(|it| it.unwrap().path()).collect();
    folders.sort();
    folders
}

fn call(program: &Path, args: &[&str], scratch: &Scratch) -> Output {
    let mut command = Command::new(program);
    command.args(args).env("TZ", "UTC").env("HOME", scratch.path()).env_remove("SOURCE_DATE_EPOCH");
    command.output().unwrap()
}

/// Packs a chart; the path of the archive.
fn package(program: &Path, first: &[&str], chart: &Path, into: &str, scratch: &Scratch) -> PathBuf {
    let folder = scratch.path().join(into);
    let output = call(
        program,
        &[first, &["package", chart.to_str().unwrap(), "-d", folder.to_str().unwrap()]].concat(),
        scratch,
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let path = text.trim_end().strip_prefix("Successfully packaged chart and saved it to: ");
    path.unwrap_or_else(|| panic!("{}: {}", chart.display(), String::from_utf8_lossy(&output.stderr))).into()
}

/// The entries in their order, those of subcharts sorted: their order is random in Helm.
fn sorted(archive: &Path) -> Vec<Entry> {
    let all = entries(&std::fs::read(archive).unwrap());
    let (mut below, mut own): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| it.name.contains("/charts/"));
    below.sort();
    own.extend(below);
    own
}

/// The real Helm of a version, where it is said where it is.
fn helm(variable: &str) -> Option<PathBuf> {
    let found = std::env::var_os(variable).map(PathBuf::from);
    if found.is_none() {
        eprintln!("skipped: {variable} names no helm");
    }
    found
}

fn check_corpus(version: &str) {
    let (_, _, variable) = HELMS.iter().find(|(it, ..)| *it == version).unwrap();
    let Some(helm) = helm(variable) else { return };
    for chart in corpus() {
        let scratch = Scratch::new();
        let ours = package(chartroom(), &["--helm", version], &chart, "ours", &scratch);
        let theirs = package(&helm, &[], &chart, "theirs", &scratch);
        assert_eq!(ours.file_name(), theirs.file_name());
        let (ours_entries, theirs_entries) = (sorted(&ours), sorted(&theirs));
        let names = |entries: &[Entry]| -> Vec<String> {
            entries.iter().map(|it| format!("{:o} {} {}", it.mode, it.kind, it.name)).collect()
        };
        assert_eq!(names(&ours_entries), names(&theirs_entries), "{}", chart.display());
        for (ours, theirs) in ours_entries.iter().zip(&theirs_entries) {
            assert_eq!(
                String::from_utf8_lossy(&ours.data),
                String::from_utf8_lossy(&theirs.data),
                "{}: {}",
                chart.display(),
                ours.name
            );
        }
        check_readable(&helm, &chart, &ours, &scratch);
    }
}

/// Real Helm renders and shows the package as it does the folder.
fn check_readable(helm: &Path, chart: &Path, packed: &Path, scratch: &Scratch) {
    let (folder, packed) = (chart.to_str().unwrap(), packed.to_str().unwrap());
    for args in [&["template", "r", "--kube-version", "1.37.0"][..], &["show", "all"]] {
        let answer = |chart: &str| {
            let output = call(helm, &[args, &[chart]].concat(), scratch);
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            (text, String::from_utf8_lossy(&output.stderr).replace(chart, "CHART"))
        };
        let expected = answer(folder);
        if answer(packed) != expected {
            // Some charts make up passwords and certificates.
            assert_ne!(answer(folder), expected, "{folder}: {args:?} of the package is another");
        }
    }
}

#[test]
fn packages_are_those_of_helm_3() {
    check_corpus("3");
}

#[test]
fn packages_are_those_of_helm_4() {
    check_corpus("4");
}

/// When and where a chart is packed makes no difference, unless SOURCE_DATE_EPOCH says so.
#[test]
fn the_same_chart_is_the_same_bytes() {
    let scratch = Scratch::new();
    let chart = |name: &str| {
        scratch.write(&format!("{name}/Chart.yaml"), "apiVersion: v2\nname: top\nversion: 1.0.0\n");
        scratch.write(&format!("{name}/templates/a.yaml"), "a: 1\n");
        scratch.path().join(name)
    };
    let first = std::fs::read(package(chartroom(), &[], &chart("one"), "first", &scratch)).unwrap();
    let other = chart("two");
    let file = std::fs::File::open(other.join("templates/a.yaml")).unwrap();
    file.set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(std::fs::read(package(chartroom(), &[], &other, "second", &scratch)).unwrap(), first);
    assert_eq!(
        std::fs::read(package(chartroom(), &["--helm", "3"], &other, "third", &scratch)).unwrap(),
        first
    );
    assert_eq!(modified(&first), [315_532_800; 2]);
}

#[test]
fn source_date_epoch_is_the_time_of_every_entry() {
    let scratch = Scratch::new();
    scratch.write("c/Chart.yaml", "apiVersion: v2\nname: top\nversion: 1.0.0\n");
    scratch.write("c/values.yaml", "a: 1\n");
    let mut command = Command::new(chartroom());
    command.args(["package", "c"]).current_dir(scratch.path()).env("SOURCE_DATE_EPOCH", "946684800");
    assert!(command.status().unwrap().success());
    let packed = std::fs::read(scratch.path().join("top-1.0.0.tgz")).unwrap();
    assert_eq!(modified(&packed), [946_684_800; 2]);
}

/// The times of the entries.
fn modified(packed: &[u8]) -> Vec<u64> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed));
    archive.entries().unwrap().map(|it| it.unwrap().header().mtime().unwrap()).collect()
}
