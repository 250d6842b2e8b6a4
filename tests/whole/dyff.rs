//! `diff --output dyff`, held against what helm-diff says: pairs of manifests, each as the template of a chart.
//!
//! A case is a file `tests/diff/cases/NAME.txt`: the manifest before, a line `=====`, and the manifest after. The answers are in
//! `tests/recorded/helm-diff-3.15.11/dyff.jsonl`. Where `HELM_DIFF_BIN` and `HELM4_BIN` name the real programs they are asked as
//! well; with `CHARTROOM_RECORD` set their answers are written down anew.

use std::path::PathBuf;
use std::process::Command;

use chartroom_tests::{Scratch, chartroom, root};
use serde_json::{Value, json};

const BETWEEN: &str = "=====\n";

/// Each pair is compared in all of these ways.
const WAYS: [&[&str]; 4] =
    [&[], &["--color"], &["-D", "0.5"], &["--detailed-exitcode", "--no-color", "-C", "1"]];

/// A pair of charts in a folder of its own.
struct Pair {
    name: String,
    folder: Scratch,
}

impl Pair {
    fn all() -> Vec<Self> {
        let files = std::fs::read_dir(root().join("tests/diff/cases")).unwrap();
        let mut files: Vec<PathBuf> = files.map(|it| it.unwrap().path()).collect();
        files.sort();
        files.iter().map(Self::read).collect()
    }

    fn read(file: &PathBuf) -> Self {
        let text = std::fs::read_to_string(file).unwrap();
        let (before, after) = text.split_once(BETWEEN).unwrap();
        let folder = Scratch::new();
        for (side, manifest) in [("before", before), ("after", after)] {
            folder.write(&format!("{side}/Chart.yaml"), "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
            folder.write(&format!("{side}/templates/all.yaml"), manifest);
        }
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        Self { name, folder }
    }

    /// What a program says of the pair in each of the ways: its exit code and its output.
    fn answers(&self, mut command: impl FnMut() -> Command) -> Value {
        let answer = |way: &&[&str]| {
            let mut command = command();
            command.args(["local", "before", "after", "--output", "dyff"]).args(*way);
            let output = command.current_dir(self.folder.path()).output().unwrap();
            json!([output.status.code(), String::from_utf8(output.stdout).unwrap()])
        };
        WAYS.iter().map(answer).collect()
    }

    fn ours(&self) -> Value {
        self.answers(|| {
            let mut command = Command::new(chartroom());
            command.arg("diff");
            command
        })
    }

    /// `None` where the real programs are not here.
    fn theirs(&self) -> Option<Value> {
        let (plugin, helm) = (std::env::var_os("HELM_DIFF_BIN")?, std::env::var_os("HELM4_BIN")?);
        Some(self.answers(|| {
            let mut command = Command::new(&plugin);
            command.env("HELM_BIN", &helm);
            command
        }))
    }
}

fn recording() -> PathBuf {
    root().join("tests/recorded/helm-diff-3.15.11/dyff.jsonl")
}

#[test]
fn fields_that_change_are_told_as_helm_diff_tells_them() {
    let pairs = Pair::all();
    if std::env::var_os("CHARTROOM_RECORD").is_some() {
        let line = |pair: &Pair| {
            let answers = pair.theirs().expect("HELM_DIFF_BIN and HELM4_BIN name the programs to ask");
            format!("{}\n", json!({ "case": pair.name, "answers": answers }))
        };
        std::fs::write(recording(), pairs.iter().map(line).collect::<String>()).unwrap();
    }
    let text = std::fs::read_to_string(recording()).unwrap();
    let recorded: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let known: Vec<&str> = recorded.iter().map(|it| it["case"].as_str().unwrap()).collect();
    let names: Vec<&str> = pairs.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(known, names, "CHARTROOM_RECORD writes the answers to new cases down");
    let mut wrong = Vec::new();
    for (pair, recorded) in pairs.iter().zip(&recorded) {
        let (wanted, ours) = (&recorded["answers"], pair.ours());
        for (at, way) in WAYS.iter().enumerate().filter(|(at, _)| ours[at] != wanted[at]) {
            wrong.push(format!("{} {way:?}\nhelm-diff: {}\nours:      {}", pair.name, wanted[at], ours[at]));
        }
        if let Some(now) = pair.theirs() {
            assert_eq!(now, *wanted, "{}: helm-diff says something else than what was recorded", pair.name);
        }
    }
    assert!(wrong.is_empty(), "{}\n\n{}", wrong.len(), wrong.join("\n\n"));
}
