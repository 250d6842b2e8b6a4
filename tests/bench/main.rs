//! `cargo xtask bench`: how fast a person gets an answer, in ratios against real Helm in the same run.
//!
//! Every figure is a median of whole runs, taken in turn with the peer's so that a machine that slows down
//! slows both. Each answer is checked before it counts: a wrong answer is not fast. Arguments name parts to run alone:
//! template, releases, helmfile, editor.
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

mod editor;
mod helmfile;
mod process;
mod releases;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

fn main() -> Result<()> {
    let chartroom =
        PathBuf::from(std::env::var_os("CHARTROOM_BIN").context("CHARTROOM_BIN names no program")?);
    let corpus = chartroom_tests::shared("corpus/charts");
    let mut charts = vec![chartroom_tests::root().join("tests/charts/devops-network")];
    charts.extend(corpus.iter().flat_map(|folder| {
        ["alertmanager", "argo-cd", "kube-prometheus-stack", "prometheus-operator-crds"]
            .map(|it| folder.join(it))
    }));
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|it| it == part);
    for (version, variable) in [("3", "HELM3_BIN"), ("4", "HELM4_BIN")] {
        match std::env::var_os(variable).filter(|_| is_wanted("template")) {
            Some(helm) => against_helm(&chartroom, Path::new(&helm), version, &charts)?,
            None if is_wanted("template") => println!("skipped: {variable} names no Helm {version}"),
            None => {}
        }
    }
    if is_wanted("releases") {
        releases::report(&chartroom, corpus.as_deref())?;
    }
    if is_wanted("helmfile") {
        helmfile::report(&chartroom)?;
    }
    match corpus.filter(|_| is_wanted("editor")) {
        Some(folder) => editor::report(&folder.join("kube-prometheus-stack")),
        None => Ok(()),
    }
}

fn against_helm(chartroom: &Path, helm: &Path, version: &str, charts: &[PathBuf]) -> Result<()> {
    println!("\n`template`, whole process, against Helm {version}: median of {} runs each", process::RUNS);
    println!(
        "{:<28}{:>10}{:>10}{:>8}{:>12}{:>12}{:>8}",
        "chart", "ours ms", "Helm ms", "faster", "ours MiB", "Helm MiB", "memory"
    );
    for chart in charts {
        let name = chart.file_name().unwrap_or_default().to_string_lossy();
        let shared =
            ["template", "bench", &chart.to_string_lossy(), "--kube-version", "v1.34.0"].map(str::to_owned);
        let mut ours = vec!["--helm".to_owned(), version.to_owned()];
        ours.extend(shared.iter().cloned());
        let pair = process::in_turn((chartroom, &ours), (helm, &shared))?;
        println!(
            "{name:<28}{:>10.1}{:>10.1}{:>7.1}x{:>12.1}{:>12.1}{:>8.2}",
            pair.ours.milliseconds,
            pair.peer.milliseconds,
            pair.peer.milliseconds / pair.ours.milliseconds,
            pair.ours.mebibytes,
            pair.peer.mebibytes,
            pair.ours.mebibytes / pair.peer.mebibytes,
        );
    }
    Ok(())
}
