//! Releases on a real control plane: what an upgrade that changes nothing, a diff and a list of 200 releases take.
//!
//! helm-diff is a plugin that no package has; `HELM_DIFF_BIN` names it.

use std::path::Path;

use anyhow::{Result, bail};
use chartroom_tests::rig::{Rig, Tool, rig};

use crate::process::{self, Pair};

/// So many releases are listed.
const RELEASES: usize = 200;

/// Prints the table.
pub(crate) fn report(chartroom: &Path, corpus: Option<&Path>) -> Result<()> {
    let Some(rig) = rig() else { return Ok(()) };
    let Some(helm) = std::env::var_os("HELM4_BIN") else {
        println!("skipped: HELM4_BIN names no Helm 4");
        return Ok(());
    };
    let helm = Path::new(&helm);
    let namespace = rig.namespace();
    let name = namespace.name().to_owned();
    let chart = chartroom_tests::root().join("tests/charts/devops-network");
    let chart = chart.to_string_lossy().into_owned();
    namespace.must(Tool::Ours4, &["install", "web", &chart]);
    println!(
        "\nReleases, whole process, against Helm 4 on the same cluster: median of {} runs each",
        process::RUNS
    );
    println!(
        "{:<34}{:>10}{:>10}{:>8}{:>12}{:>12}{:>8}",
        "what", "ours ms", "peer ms", "faster", "ours MiB", "peer MiB", "memory"
    );
    let environment = [("KUBECONFIG", rig.kubeconfig().into_os_string())];
    let upgrade = words(&["upgrade", "web", &chart, "-n", &name, "--history-max", "3"]);
    row(
        "upgrade that changes nothing",
        process::both(&environment, process::RUNS, (chartroom, &upgrade), (helm, &upgrade))?,
    );
    diffs(rig, chartroom, helm, &chart, &name)?;
    for index in 0..RELEASES {
        namespace.must(
            Tool::Ours4,
            &[
                "install",
                &format!("r{index}"),
                &chart,
                "--no-preflight",
                "--set",
                &format!("fullnameOverride=r{index}"),
            ],
        );
    }
    let list = words(&["list", "-n", &name]);
    row(
        &format!("list of {} releases", RELEASES + 1),
        process::both(&environment, process::RUNS, (chartroom, &list), (helm, &list))?,
    );
    match corpus {
        Some(folder) => live_diff(rig, chartroom, &folder.join("kube-prometheus-stack")),
        None => Ok(()),
    }
}

fn diffs(rig: &Rig, chartroom: &Path, helm: &Path, chart: &str, namespace: &str) -> Result<()> {
    let Some(plugin) = std::env::var_os("HELM_DIFF_BIN") else {
        println!("skipped: HELM_DIFF_BIN names no helm-diff");
        return Ok(());
    };
    let environment = [
        ("KUBECONFIG", rig.kubeconfig().into_os_string()),
        ("HELM_BIN", helm.as_os_str().to_owned()),
        ("HELM_NAMESPACE", namespace.into()),
    ];
    let theirs = words(&["upgrade", "web", chart, "--set", "replicaCount=3"]);
    let mut ours = theirs.clone();
    ours.insert(0, "diff".to_owned());
    row(
        "diff upgrade (helm-diff)",
        process::both(&environment, process::RUNS, (chartroom, &ours), (Path::new(&plugin), &theirs))?,
    );
    Ok(())
}

/// A large chart against the live objects. No peer does that.
fn live_diff(rig: &Rig, chartroom: &Path, chart: &Path) -> Result<()> {
    let namespace = rig.namespace();
    let chart = chart.to_string_lossy().into_owned();
    namespace.must(Tool::Ours4, &["install", "kps", &chart, "--timeout", "2m"]);
    let environment = [("KUBECONFIG", rig.kubeconfig().into_os_string())];
    let diff = words(&["diff", "upgrade", "kps", &chart, "-n", namespace.name(), "--base", "live"]);
    let figures = process::alone(&environment, (chartroom, &diff))?;
    if figures.milliseconds > 60_000.0 {
        bail!("a diff that takes a minute is none");
    }
    println!(
        "kube-prometheus-stack against the live cluster: {:.0} ms, {:.1} MiB",
        figures.milliseconds, figures.mebibytes
    );
    Ok(())
}

/// Arguments.
pub(crate) fn words(args: &[&str]) -> Vec<String> {
    args.iter().map(|it| (*it).to_owned()).collect()
}

/// A line of a table.
pub(crate) fn row(what: &str, pair: Pair) {
    println!(
        "{what:<34}{:>10.1}{:>10.1}{:>7.1}x{:>12.1}{:>12.1}{:>8.2}",
        pair.ours.milliseconds,
        pair.peer.milliseconds,
        pair.peer.milliseconds / pair.ours.milliseconds,
        pair.ours.mebibytes,
        pair.peer.mebibytes,
        pair.ours.mebibytes / pair.peer.mebibytes,
    );
}
