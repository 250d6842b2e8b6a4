//! Cases of Go, sprig and Helm that lie beside the repository (`../shared/corpus/functions`), each with the answer of
//! the real code.
//!
//! Every case must pass, or stand in `excused.tsv` with the reason why no chart can notice; COMPATIBILITY.md explains
//! the list. What is excused must still fail: a list of old excuses would hide new mistakes.

mod calls;
mod engine;
mod helm;
mod language;
mod probes;
mod sprig;

use std::fmt::Write;

use chartroom_tests::{root, shared};
use serde_json::Value as Json;

/// How many of all cases may be excused.
const AT_MOST: f64 = 0.01;

/// What became of a case: nothing, or why it differs.
type Verdict = Result<(), String>;

/// The cases of a file.
struct Tally {
    file: &'static str,
    passed: usize,
    excused: usize,
    failed: Vec<String>,
    excuses: Vec<Excuse>,
}

/// A line of `excused.tsv`.
struct Excuse {
    name: String,
    used: bool,
}

impl Tally {
    fn new(file: &'static str) -> Self {
        let list = std::fs::read_to_string(root().join("tests/conformance/corpus/excused.tsv")).unwrap();
        let excuses = list.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
            let mut columns = line.split('\t');
            let excuse = (columns.next()?, columns.next()?, columns.next()?);
            (excuse.0 == file).then(|| Excuse { name: excuse.1.to_owned(), used: false })
        });
        Self { file, passed: 0, excused: 0, failed: Vec::new(), excuses: excuses.collect() }
    }

    /// Counts a case; the list of excuses calls it by the beginning of its `name`.
    fn note(&mut self, name: &str, verdict: Verdict) {
        let excuse = self.excuses.iter_mut().find(|excuse| name.starts_with(&excuse.name));
        match (verdict, excuse) {
            (Ok(()), _) => self.passed += 1,
            (Err(_), Some(excuse)) => {
                excuse.used = true;
                self.excused += 1;
            }
            (Err(why), None) => self.failed.push(format!("{name}\n    {why}")),
        }
    }

    fn all(&self) -> usize {
        self.passed + self.excused + self.failed.len()
    }
}

/// The cases of a file, one JSON object a line; `None`, said aloud, where they are not here.
fn cases(name: &str) -> Option<Vec<Json>> {
    let path = shared(&format!("corpus/functions/{name}"))?;
    let text = std::fs::read_to_string(path).unwrap();
    Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

fn same(got: &str, want: &str) -> Verdict {
    if got == want { Ok(()) } else { Err(format!("got  {got}\n    want {want}")) }
}

fn text(case: &Json, key: &str) -> String {
    case[key].as_str().unwrap_or_default().to_owned()
}

#[test]
fn every_case_passes_or_is_excused() {
    let runs: [fn() -> Option<Tally>; 6] =
        [calls::run, sprig::run, language::execute, language::parse, helm::run, probes::run];
    let tallies: Vec<Tally> = runs.iter().filter_map(|run| run()).collect();
    let mut report = String::new();
    for tally in &tallies {
        let Tally { file, passed, excused, failed, .. } = tally;
        let all = tally.all();
        writeln!(report, "{file}: {all} cases, {passed} pass, {excused} excused, {} fail", failed.len())
            .unwrap();
    }
    println!("{report}");
    let (all, excused) = tallies.iter().fold((0, 0), |sum, it| (sum.0 + it.all(), sum.1 + it.excused));
    let failed: Vec<&str> = tallies.iter().flat_map(|it| &it.failed).map(String::as_str).collect();
    assert!(failed.is_empty(), "{report}\n{}", failed.join("\n"));
    let unused = tallies.iter().flat_map(|it| &it.excuses).filter(|it| !it.used);
    let unused: Vec<&str> = unused.map(|it| it.name.as_str()).collect();
    assert!(unused.is_empty(), "excused, but they pass or are no cases: {unused:?}");
    assert!(excused as f64 <= all as f64 * AT_MOST, "{excused} of {all} are excused");
}
