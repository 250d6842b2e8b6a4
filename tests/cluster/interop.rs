//! Who did the last step does not matter: ours, Helm 3 and Helm 4 take turns on one release, in every combination.
//!
//! What is in the cluster after each step must be what it is where Helm does ours: records, live objects and who their
//! fields belong to. Both Helms must read the records as well.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use chartroom_tests::rig::{Namespace, Rig, Tool, rig};
use serde_json::{Map, Value, json};

use crate::charts;

/// Who installs, upgrades, rolls back and uninstalls.
type Sequence = [Tool; 4];

/// The state of the cluster after each step, and twice what the Helms read of it.
type States = Vec<Value>;

#[test]
fn every_combination_of_tools_gives_what_helm_gives() {
    let Some(rig) = rig() else { return };
    let references = all_of(&[Tool::Helm3, Tool::Helm4]);
    let mut ours = all_of(&[Tool::Ours4, Tool::Helm3, Tool::Helm4]);
    // As Helm 3 ours still keeps what Helm 4 wrote down, which Helm 3 forgets: see COMPATIBILITY.md.
    ours.extend(all_of(&[Tool::Ours3, Tool::Helm3]));
    ours.retain(|it| it.iter().any(|tool| matches!(tool, Tool::Ours3 | Tool::Ours4)));
    let mut every = references.clone();
    every.extend(ours.iter().copied());
    let states = played(rig, &every);
    let wrong: Vec<String> = ours
        .iter()
        .flat_map(|sequence| {
            let reference = &states[&sequence.map(helm_of)];
            let steps = states[sequence].iter().zip(reference).enumerate();
            steps.filter_map(move |(step, (ours, theirs))| {
                let found = differences("", ours, theirs);
                (!found.is_empty()).then(|| format!("{sequence:?}, look {}:\n{}", step + 1, found.join("\n")))
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} states differ\n{}", wrong.len(), ours.len() * 6, wrong.join("\n\n"));
}

fn all_of(tools: &[Tool]) -> Vec<Sequence> {
    let mut all = Vec::new();
    for &install in tools {
        for &upgrade in tools {
            for &rollback in tools {
                all.extend(tools.iter().map(|&uninstall| [install, upgrade, rollback, uninstall]));
            }
        }
    }
    all
}

/// The Helm that ours is.
fn helm_of(tool: Tool) -> Tool {
    match tool {
        Tool::Ours3 | Tool::Helm3 => Tool::Helm3,
        Tool::Ours4 | Tool::Helm4 => Tool::Helm4,
    }
}

/// Plays sequences, a few at a time: most of their time they wait for hooks.
fn played(rig: &Rig, sequences: &[Sequence]) -> BTreeMap<Sequence, States> {
    let next = AtomicUsize::new(0);
    let states = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some(sequence) = sequences.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let played = play(rig, *sequence);
                    states.lock().unwrap().insert(*sequence, played);
                }
            });
        }
    });
    states.into_inner().unwrap()
}

fn play(rig: &Rig, [install, upgrade, rollback, uninstall]: Sequence) -> States {
    let namespace = rig.namespace();
    charts::web(namespace.folder());
    let mut states = Vec::new();
    namespace.must(install, &["install", "r", "./web", "--set", "word=one"]);
    states.push(state(&namespace));
    namespace.must(upgrade, &["upgrade", "r", "./web", "--set", "word=two,replicas=2"]);
    states.push(state(&namespace));
    namespace.must(rollback, &["rollback", "r", "1"]);
    states.push(state(&namespace));
    states.push(read(&namespace));
    namespace.must(uninstall, &["uninstall", "r", "--keep-history"]);
    rig.wait("the objects to go", || objects(&namespace).is_empty());
    states.push(state(&namespace));
    states.push(read(&namespace));
    states
}

/// All that counts in a namespace, without what is different each time.
fn state(namespace: &Namespace<'_>) -> Value {
    let secrets = namespace.record_secrets().into_iter().map(|mut it| {
        let labels = it["metadata"]["labels"].as_object_mut().unwrap();
        // Helm's own are wrong in ways that nobody can rely on: see COMPATIBILITY.md.
        labels.retain(|key, _| key != "createdAt" && key != "modifiedAt");
        let managers = managers(&it);
        json!({ "name": it["metadata"]["name"], "labels": it["metadata"]["labels"], "managers": managers })
    });
    let records: Vec<Value> = namespace.records();
    let state = json!({
        "secrets": secrets.collect::<Vec<_>>(),
        "records": records,
        "objects": objects(namespace),
    });
    settled(namespace, &state)
}

/// What both Helms say of the release.
fn read(namespace: &Namespace<'_>) -> Value {
    settled(namespace, &json!([Tool::Helm3, Tool::Helm4].map(|helm| read_by(namespace, helm))))
}

fn settled(namespace: &Namespace<'_>, state: &Value) -> Value {
    let text = state.to_string().replace(namespace.name(), "NAMESPACE");
    let mut state = serde_json::from_str(&text).unwrap();
    settle(&mut state);
    state
}

/// Who wrote a Secret of ours, and in which way.
fn managers(object: &Value) -> Vec<Value> {
    let all = object["metadata"]["managedFields"].as_array().cloned().unwrap_or_default();
    all.iter().map(|it| json!([it["manager"], it["operation"]])).collect()
}

/// The history as a Helm reads it, and everything that it says of the release but times.
fn read_by(namespace: &Namespace<'_>, helm: Tool) -> Value {
    let history = namespace.must(helm, &["history", "r", "-o", "json"]);
    let mut history: Value = serde_json::from_str(&history).unwrap();
    for revision in history.as_array_mut().unwrap() {
        revision.as_object_mut().unwrap().remove("updated");
    }
    let everything = namespace.must(helm, &["get", "all", "r"]);
    let lines: Vec<&str> = everything.lines().filter(|it| !it.starts_with("LAST DEPLOYED: ")).collect();
    json!({ "history": history, "everything": lines })
}

fn objects(namespace: &Namespace<'_>) -> BTreeMap<String, Value> {
    const KINDS: [(&str, &str); 6] = [
        ("apps/v1", "deployments"),
        ("v1", "services"),
        ("v1", "configmaps"),
        ("v1", "serviceaccounts"),
        ("batch/v1", "jobs"),
        ("tests.chartroom.dev/v1", "widgets"),
    ];
    let mut objects = BTreeMap::new();
    for (group_version, plural) in KINDS {
        for mut object in namespace.list(group_version, plural) {
            let name = object["metadata"]["name"].as_str().unwrap().to_owned();
            let of_the_cluster = ["kube-root-ca.crt", "default"].contains(&name.as_str());
            if !of_the_cluster {
                object.as_object_mut().unwrap().remove("status");
                // Controllers write when they come to it.
                let fields = object["metadata"]["managedFields"].as_array_mut().unwrap();
                fields.retain(|it| it["manager"] != "kube-controller-manager");
                objects.insert(format!("{plural}/{name}"), object);
            }
        }
    }
    objects
}

/// Takes out what is different each time.
fn settle(value: &mut Value) {
    const VOLATILE: [&str; 14] = [
        "uid",
        "resourceVersion",
        "creationTimestamp",
        "time",
        "first_deployed",
        "last_deployed",
        "deleted",
        "started_at",
        "completed_at",
        "modtime",
        "schemamodtime",
        "clusterIP",
        "clusterIPs",
        "deployment.kubernetes.io/revision",
    ];
    match value {
        Value::Object(map) => {
            for key in VOLATILE {
                map.remove(key);
            }
            map.values_mut().for_each(settle);
        }
        Value::Array(list) => list.iter_mut().for_each(settle),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Where two values differ, each with both sides.
fn differences(at: &str, ours: &Value, theirs: &Value) -> Vec<String> {
    match (ours, theirs) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            let side = |map: &Map<String, Value>, key: &str| map.get(key).cloned().unwrap_or(json!("(none)"));
            keys.into_iter()
                .flat_map(|key| differences(&format!("{at}/{key}"), &side(a, key), &side(b, key)))
                .collect()
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b).enumerate();
            pairs.flat_map(|(n, (a, b))| differences(&format!("{at}/{n}"), a, b)).collect()
        }
        _ if ours == theirs => Vec::new(),
        _ => vec![format!("  {at}\n    ours   {ours}\n    Helm's {theirs}")],
    }
}
