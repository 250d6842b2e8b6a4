//! Our readiness against that of both Helms: the questions are `tests/ready/*.yaml`, the answers
//! `tests/recorded/helm-*/ready/*.txt`. Each question is a merge patch on the object of its file, and on what lies around.
//!
//! An answer was made by Helm's own packages, with objects in the place of a cluster: `pkg/kube`'s `ReadyChecker` (with
//! `PausedAsReady` for `wait`, with `CheckJobs` too for `jobs`, with that alone for `unpaused`), what a hook's watch makes
//! of a Job or Pod, `status.Compute`, the status readers of each wait, and Helm 4's waiter as a whole.

#![expect(clippy::unwrap_used, reason = "a test may fail this way")]

use std::collections::BTreeMap;

use chartroom_release::ports::{ApiError, Target};
use chartroom_release::ready::trouble::{self, Scene};
use chartroom_release::ready::watch::{self, Goal, Reader, Wait};
use chartroom_release::ready::{Around, Selector, kstatus, legacy, summary};
use chartroom_release::{Gvk, Object};
use golang::Dialect;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Some moment after all times in the questions that are past, and before those that are to come.
const NOW: i128 = 1_800_000_000 * 1_000_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    object: Value,
    #[serde(default)]
    around: Map<String, Value>,
    #[serde(default)]
    cases: Vec<Case>,
    #[serde(default)]
    waits: Vec<WaitCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    #[serde(default = "nothing")]
    object: Value,
    #[serde(default)]
    around: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WaitCase {
    name: String,
    mode: String,
    #[serde(default)]
    live: Vec<Value>,
    #[serde(default)]
    gone: Vec<Value>,
}

fn nothing() -> Value {
    Value::Object(Map::new())
}

/// RFC 7396.
fn merge(base: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        base.clone_from(patch);
        return;
    };
    if !base.is_object() {
        *base = nothing();
    }
    let map = base.as_object_mut().unwrap();
    for (key, value) in patch {
        if value.is_null() {
            map.remove(key);
        } else {
            merge(map.entry(key).or_insert(Value::Null), value);
        }
    }
}

/// A cluster that remembers; its lists are in the order of names.
struct Memory(Vec<Object>);

impl Around for Memory {
    fn get(&self, target: &Target) -> Result<Object, ApiError> {
        let same = |object: &&Object| object.kind() == target.gvk.kind && object.name() == target.name;
        self.0.iter().find(same).cloned().ok_or_else(|| ApiError { code: 404, ..ApiError::default() })
    }

    fn list(&self, gvk: &Gvk, namespace: &str, selector: &Selector) -> Result<Vec<Object>, ApiError> {
        let meant = |object: &&Object| {
            object.gvk() == *gvk && object.namespace() == namespace && selector.selects(object)
        };
        let mut list: Vec<_> = self.0.iter().filter(meant).cloned().collect();
        list.sort_by(|left, right| left.name().cmp(right.name()));
        Ok(list)
    }
}

fn memory(file: &File, case: &Case) -> Memory {
    let mut object = file.object.clone();
    merge(&mut object, &case.object);
    let mut around = Value::Object(file.around.clone());
    merge(&mut around, &Value::Object(case.around.clone()));
    let around = around.as_object().unwrap().values().cloned();
    Memory(std::iter::once(object).chain(around).map(Object::from).collect())
}

/// The answers of a recording: the lines of each case, by its name.
fn answers(recorded: &str) -> BTreeMap<&str, Vec<&str>> {
    let cases = recorded.split("# ").filter_map(|case| case.split_once('\n'));
    cases.map(|(name, lines)| (name, lines.lines().collect())).collect()
}

fn said(answer: Result<bool, impl ToString>) -> String {
    match answer {
        Ok(true) => "ready".to_owned(),
        Ok(false) => "not ready".to_owned(),
        Err(error) => format!("error: {}", error.to_string()),
    }
}

/// The three ways to ask for readiness, without what is answered as before.
fn legacy(memory: &Memory, dialect: Dialect, prefix: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut last = String::new();
    for (name, paused_as_ready, check_jobs) in
        [("wait", true, false), ("jobs", true, true), ("unpaused", false, true)]
    {
        let options = legacy::Options { paused_as_ready, check_jobs, dialect };
        let mut log = Vec::new();
        let mut answer = said(legacy::is_ready(&memory.0[0], memory, options, &mut log));
        if dialect == Dialect::Helm3 {
            answer.extend(log.iter().map(|line| format!("\n  {line}")));
        }
        if answer != last {
            lines.extend(format!("{prefix}{name}: {answer}").lines().map(str::to_owned));
        }
        last = answer;
    }
    lines
}

fn helm3(memory: &Memory) -> Vec<String> {
    let mut lines = legacy(memory, Dialect::Helm3, "");
    let object = &memory.0[0];
    let gvk = object.gvk();
    if gvk == Gvk::new("v1", "Pod") || gvk == Gvk::new("batch/v1", "Job") {
        lines.push(format!("hook: {}", said(legacy::hook_is_done(object))));
    }
    lines
}

fn helm4(memory: &Memory) -> Vec<String> {
    let object = &memory.0[0];
    let computed = match kstatus::compute(object, NOW) {
        Err(_) => "error".to_owned(),
        Ok(outcome) => {
            let gives_reasons =
                matches!(outcome.status, kstatus::Status::InProgress | kstatus::Status::Failed);
            let reason = if gives_reasons { format!(" ({})", outcome.reason) } else { String::new() };
            format!("{}{reason}: {}", outcome.status, outcome.message)
        }
    };
    let mut lines = vec![format!("kstatus: {}", computed.trim_end())];
    let mut last = String::new();
    for (name, reader) in [("wait", Reader::Ready), ("jobs", Reader::ReadyWithJobs), ("hook", Reader::Hook)] {
        let reading = watch::read(object, reader, memory, NOW);
        let line = format!("{}: {}", reading.status, reading.message);
        if line != last {
            lines.push(format!("{name}: {line}").trim_end().to_owned());
        }
        last = line;
    }
    lines.extend(legacy(memory, Dialect::Helm4, "legacy "));
    lines
}

/// What the wait of a case comes to: everything is seen once, then time runs out unless it is over.
fn wait(case: &WaitCase) -> Vec<String> {
    let memory = Memory(case.live.iter().cloned().map(Object::from).collect());
    let waited = memory.0.iter().filter(|object| object.label("around").is_none()).cloned();
    let waited: Vec<Object> = waited.chain(case.gone.iter().cloned().map(Object::from)).collect();
    let (goal, reader) = match case.mode.as_str() {
        "delete" => (Goal::Gone, Reader::Ready),
        "jobs" => (Goal::Ready, Reader::ReadyWithJobs),
        "hook" => (Goal::Ready, Reader::Hook),
        _ => (Goal::Ready, Reader::Ready),
    };
    let mut wait = Wait::new(goal, &waited);
    for object in &memory.0 {
        wait.see(&object.key(), &watch::read(object, reader, &memory, NOW));
    }
    let stopped = (!wait.is_over()).then_some("context deadline exceeded");
    match wait.end(stopped) {
        Ok(()) => vec!["done".to_owned()],
        Err(error) => error.lines().map(str::to_owned).collect(),
    }
}

/// Holds our answers against the recorded ones; gives how many there were.
fn check(questions: &str, recorded: [&str; 2]) -> usize {
    let file: File = serde_yaml::from_str(questions).unwrap();
    let [three, four] = recorded.map(answers);
    let mut wrong = String::new();
    let mut compare = |name: &str, recorded: &BTreeMap<&str, Vec<&str>>, ours: Vec<String>| {
        let Some(theirs) = recorded.get(name) else { panic!("`{name}` is not recorded") };
        if ours != *theirs {
            wrong += &format!("# {name}\nHelm:\n  {}\nours:\n  {}\n", theirs.join("\n  "), ours.join("\n  "));
        }
    };
    for case in &file.cases {
        let memory = memory(&file, case);
        compare(&case.name, &three, helm3(&memory));
        compare(&case.name, &four, helm4(&memory));
    }
    for case in &file.waits {
        compare(&case.name, &four, wait(case));
    }
    assert!(wrong.is_empty(), "{wrong}");
    2 * file.cases.len() + file.waits.len()
}

macro_rules! recorded {
    ($($topic:ident)*) => {$(
        #[test]
        fn $topic() {
            let answered = check(
                include_str!(concat!("../../../tests/ready/", stringify!($topic), ".yaml")),
                [
                    include_str!(concat!("../../../tests/recorded/helm-3.22.0/ready/", stringify!($topic), ".txt")),
                    include_str!(concat!("../../../tests/recorded/helm-4.3.1/ready/", stringify!($topic), ".txt")),
                ],
            );
            assert!(answered > 10, "{answered} answers are few");
        }
    )*};
}

recorded!(claim crd daemonset deployment job other pod replicas service statefulset);

#[test]
fn waits() {
    let recorded = include_str!("../../../tests/recorded/helm-4.3.1/ready/waits.txt");
    assert!(check(include_str!("../../../tests/ready/waits.yaml"), ["", recorded]) > 10);
}

/// All places of a value, as JSON pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                places(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                places(value, &format!("{at}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Whatever somebody puts into a status, there is an answer: each field of each object in turn gets odd values.
#[test]
fn odd_values_do_not_panic() {
    let mut asked = 0;
    for questions in [
        include_str!("../../../tests/ready/daemonset.yaml"),
        include_str!("../../../tests/ready/deployment.yaml"),
        include_str!("../../../tests/ready/job.yaml"),
        include_str!("../../../tests/ready/pod.yaml"),
        include_str!("../../../tests/ready/replicas.yaml"),
        include_str!("../../../tests/ready/statefulset.yaml"),
    ] {
        let file: File = serde_yaml::from_str(questions).unwrap();
        let around: Vec<Object> = file.around.values().cloned().map(Object::from).collect();
        let mut pointers = Vec::new();
        places(&file.object, "", &mut pointers);
        for pointer in pointers {
            for odd in
                [Value::Null, "odd%".into(), i64::MIN.into(), i64::MAX.into(), 0.5.into(), vec![1].into()]
            {
                let mut object = file.object.clone();
                *object.pointer_mut(&pointer).unwrap() = odd;
                let object = Object::from(object);
                let memory = Memory(std::iter::once(object.clone()).chain(around.clone()).collect());
                let scene =
                    Scene { workload: &object, around: &around, events: &[], now: NOW, settled: None };
                let causes = trouble::causes(&scene);
                for reader in [Reader::Ready, Reader::ReadyWithJobs, Reader::Hook] {
                    let reading = watch::read(&object, reader, &memory, NOW);
                    assert!(!summary::line(&object, &reading, &causes).text.is_empty());
                }
                assert!(!legacy(&memory, Dialect::Helm3, "").is_empty());
                asked += 1;
            }
        }
    }
    assert!(asked > 500, "{asked} objects are few");
}
