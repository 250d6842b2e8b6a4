//! Helmfiles on a real control plane: what an apply and a diff that change nothing take, and a rendering of everything.
//!
//! Neither Helmfile nor helm-diff is a module that can be installed; `HELMFILE_BIN` and `HELM_DIFF_BIN` name them. Helmfile runs
//! as many Helms at once as it likes, as it does for people, but no more than [`TOGETHER`] where all would not fit into memory;
//! its memory is that of the largest process, as if there was only one of them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use chartroom_tests::Scratch;
use chartroom_tests::rig::{Namespace, Rig, Tool, rig};

use crate::process;
use crate::releases::{row, words};

/// How many releases a helmfile has, and how often each is run: three hundred take Helmfile minutes.
const SIZES: [(usize, usize); 2] = [(30, 3), (300, 1)];

/// How many releases both may see to at once where there are hundreds: three hundred Helms want 40 GiB.
const TOGETHER: &str = "8";

/// Prints the table.
pub(crate) fn report(chartroom: &Path) -> Result<()> {
    let Some(rig) = rig() else { return Ok(()) };
    let path = |variable: &str| std::env::var_os(variable).map(PathBuf::from);
    let (Some(helmfile), Some(diff), Some(helm)) =
        (path("HELMFILE_BIN"), path("HELM_DIFF_BIN"), path("HELM4_BIN"))
    else {
        println!(
            "skipped: HELMFILE_BIN, HELM_DIFF_BIN and HELM4_BIN do not name Helmfile, helm-diff and Helm 4"
        );
        return Ok(());
    };
    println!(
        "\nHelmfiles, whole process, against Helmfile with helm-diff and Helm 4 on the same cluster: medians"
    );
    println!(
        "{:<34}{:>10}{:>10}{:>8}{:>12}{:>12}{:>8}",
        "what", "ours ms", "peer ms", "faster", "ours MiB", "peer MiB", "memory"
    );
    for (releases, runs) in SIZES {
        let namespace = rig.namespace();
        write(namespace.folder(), namespace.name(), releases);
        bring_plugin(namespace.folder(), &diff)?;
        let environment = environment(rig, &namespace, &helm);
        namespace.must(Tool::Ours4, &["helmfile", "apply"]);
        let file = namespace.folder().path().join("helmfile.yaml").to_string_lossy().into_owned();
        for verb in ["apply", "diff", "template"] {
            if verb == "template" && releases > SIZES[0].0 {
                continue;
            }
            let mut ours = words(&["helmfile", "-f", &file, verb]);
            if releases > SIZES[0].0 {
                ours.extend(words(&["--concurrency", TOGETHER]));
            }
            let figures =
                process::both(&environment, runs, (chartroom, &ours), (&helmfile, &ours[1..].to_vec()))?;
            row(&format!("{verb} of {releases} unchanged releases"), figures);
        }
        let records = namespace.record_secrets().len();
        ensure!(records == releases, "{records} revisions of {releases} releases that nobody changed");
    }
    Ok(())
}

/// A helmfile of so many releases of one small chart.
fn write(folder: &Scratch, namespace: &str, releases: usize) {
    let chart = chartroom_tests::root().join("tests/charts/devops-network");
    chartroom_tests::copy(&chart, &folder.path().join("chart"));
    let release = |index: usize| {
        format!(
            "- name: r{index}\n  namespace: {namespace}\n  chart: ./chart\n  values:\n  - values.yaml\n  \
             - fullnameOverride: r{index}\n"
        )
    };
    let releases: String = (0..releases).map(release).collect();
    folder.write("values.yaml", "replicaCount: 2\n");
    folder.write("helmfile.yaml", format!("releases:\n{releases}"));
}

/// helm-diff where Helm looks for plugins.
fn bring_plugin(folder: &Scratch, program: &Path) -> Result<()> {
    let about =
        "name: diff\nversion: 3.15.11\nusage: diff\ndescription: diff\ncommand: $HELM_PLUGIN_DIR/diff\n";
    folder.write(".home/plugins/diff/plugin.yaml", about);
    std::os::unix::fs::symlink(program, folder.path().join(".home/plugins/diff/diff"))?;
    Ok(())
}

fn environment(rig: &Rig, namespace: &Namespace<'_>, helm: &Path) -> Vec<(&'static str, OsString)> {
    let home = namespace.folder().path().join(".home").into_os_string();
    let mut path = helm.parent().unwrap_or(helm).as_os_str().to_owned();
    path.push(":/usr/bin:/bin");
    let homes = ["HOME", "HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"];
    let mut all: Vec<(&'static str, OsString)> = homes.iter().map(|it| (*it, home.clone())).collect();
    all.extend([("KUBECONFIG", rig.kubeconfig().into_os_string()), ("PATH", path)]);
    all
}
