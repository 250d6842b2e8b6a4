//! What is left when an `apply` of twenty releases ends in the middle: the next one always ends in what the helmfile says.
//!
//! Every run asks for other releases with other values, is killed after some time or loses requests on the way, and is
//! made good by an `apply` without faults. What was left by one run is what the next one starts from.

use chartroom_tests::rig::{Dice, Namespace, Rig, Tool, rig};
use serde_json::Value;

use crate::faults::{Reach, suffer, wrong_runs};

const RUNS: u64 = 100;
const RELEASES: usize = 20;
/// An apply takes about a second, and a few requests for each release.
const REACH: Reach = Reach { milliseconds: 1500, requests: 120 };

#[test]
fn after_any_fault_another_apply_ends_in_the_desired_state() {
    let Some(rig) = rig() else { return };
    let wrong = wrong_runs(rig, RUNS, &write_chart, &run);
    assert!(wrong.is_empty(), "{} of {RUNS} runs went wrong\n{}", wrong.len(), wrong.join("\n\n"));
}

fn write_chart(namespace: &Namespace<'_>) {
    let folder = namespace.folder();
    folder.write("chart/Chart.yaml", "apiVersion: v2\nname: small\nversion: 1.0.0\n");
    folder.write(
        "chart/templates/config.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  word: {{ .Values.word }}\n",
    );
}

/// What a helmfile says of one release.
struct Wanted {
    name: String,
    installed: bool,
    word: String,
    needs: Option<String>,
}

/// Other words for some, some gone, some back; each needs at most one that stands before it.
fn wanted(dice: &mut Dice, seed: u64) -> Vec<Wanted> {
    let release = |index: usize| {
        let changed = dice.below(3) == 0;
        let word = if changed { format!("seed-{seed}") } else { "same".to_owned() };
        let need = dice.below(index as u64 + 1);
        let needs = (dice.below(3) == 0 && need < index as u64).then(|| format!("r{need}"));
        Wanted { name: format!("r{index}"), installed: dice.below(5) > 0, word, needs }
    };
    let mut all: Vec<Wanted> = (0..RELEASES).map(release).collect();
    // Who needs somebody that is to go is not what this is about.
    let gone: Vec<String> = all.iter().filter(|it| !it.installed).map(|it| it.name.clone()).collect();
    for release in &mut all {
        release.needs = release.needs.take().filter(|it| !gone.contains(it));
    }
    all
}

fn helmfile(wanted: &[Wanted]) -> String {
    let release = |it: &Wanted| {
        let needs = it.needs.as_ref().map(|it| format!("  needs: [{it}]\n")).unwrap_or_default();
        let Wanted { name, installed, word, .. } = it;
        format!(
            "- name: {name}\n  chart: ./chart\n  installed: {installed}\n{needs}  values:\n  - word: {word}\n"
        )
    };
    format!("releases:\n{}", wanted.iter().map(release).collect::<String>())
}

/// Makes a fault in an apply, and another apply; the error says what it left undone.
fn run(rig: &Rig, namespace: &Namespace<'_>, seed: u64) -> Result<(), String> {
    let mut dice = Dice(seed);
    let wanted = wanted(&mut dice, seed);
    namespace.folder().write("helmfile.yaml", helmfile(&wanted));
    let fault = suffer(rig, namespace, &mut dice, &["helmfile", "apply"], REACH);
    let again = namespace.run(Tool::Ours4, &["helmfile", "apply"]);
    if again.code != 0 {
        return Err(format!("seed {seed}, {fault}: the second apply failed: {again}"));
    }
    is_as_wanted(namespace, &wanted).map_err(|why| format!("seed {seed}, {fault}: {why}\n{again}"))?;
    let left = namespace.run(Tool::Ours4, &["helmfile", "diff", "--detailed-exitcode"]);
    if left.code == 0 { Ok(()) } else { Err(format!("seed {seed}, {fault}: there is more to do: {left}")) }
}

/// Whether records and objects are those of the releases that are to be there, and no others.
fn is_as_wanted(namespace: &Namespace<'_>, wanted: &[Wanted]) -> Result<(), String> {
    let (records, objects) = (namespace.records(), namespace.list("v1", "configmaps"));
    for release in wanted {
        let of = |it: &&Value| it["name"] == release.name.as_str();
        let statuses: Vec<&str> =
            records.iter().filter(of).filter_map(|it| it["info"]["status"].as_str()).collect();
        let object = objects.iter().find(|it| it["metadata"]["name"] == release.name.as_str());
        let word = object.and_then(|it| it["data"]["word"].as_str());
        let name = &release.name;
        if !release.installed && (word.is_some() || !statuses.is_empty()) {
            return Err(format!("{name} is still there: {statuses:?}, {word:?}"));
        }
        let deployed = statuses.iter().filter(|it| **it == "deployed").count();
        let is_deployed = deployed == 1 && statuses.last() == Some(&"deployed");
        if release.installed && (word != Some(&release.word) || !is_deployed) {
            return Err(format!("{name} says {word:?} instead of {}: {statuses:?}", release.word));
        }
    }
    Ok(())
}
