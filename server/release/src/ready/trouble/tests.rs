//! What real clusters put into statuses and events, and what we make of it.
//!
//! The first object is the workload. To keep cases short, `of: Kind/name` is the controller of an object, `on: Kind/name`
//! what an event is about, and `ago` how many seconds ago an object was made or an event was seen.

mod controllers;
mod of_pods;

use expect_test::Expect;
use serde::Deserialize;
use serde_json::{Value, json};

use super::*;
use crate::ready::fields::{self, SECOND};
use crate::ready::summary;
use crate::ready::watch::{self, Reader};
use crate::ready::{Around, Selector};

const NOW: &str = "2026-11-23T10:00:00Z";

fn now() -> i128 {
    fields::time(NOW).unwrap()
}

fn seconds_ago(ago: i64) -> String {
    let then = now() - i128::from(ago) * SECOND;
    jiff::Timestamp::from_nanosecond(then).unwrap().to_string()
}

/// Writes the short forms out.
fn written_out(mut value: Value) -> Object {
    let map = value.as_object_mut().unwrap();
    let mut take = |key: &str| map.shift_remove(key);
    let (of, on, ago) = (take("of"), take("on"), take("ago"));
    let kind = map["kind"].as_str().unwrap().to_owned();
    let version = match kind.as_str() {
        "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" => "apps/v1",
        "Job" => "batch/v1",
        _ => "v1",
    };
    map.insert("apiVersion".to_owned(), version.into());
    let name = map.get("name").cloned().unwrap_or_default();
    map.shift_remove("name");
    let uid = |path: &str| format!("uid of {path}");
    let mut metadata = json!({"name": name, "namespace": "shop", "uid": uid(&format!("{kind}/{}", name.as_str().unwrap_or_default()))});
    metadata["creationTimestamp"] = seconds_ago(ago.as_ref().and_then(Value::as_i64).unwrap_or(5)).into();
    if let Some(owner) = of.as_ref().and_then(Value::as_str) {
        metadata["ownerReferences"] = json!([{"uid": uid(owner), "controller": true}]);
    }
    if let Some(more) = map.shift_remove("metadata") {
        metadata.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    }
    map.insert("metadata".to_owned(), metadata);
    if let Some(on) = on.as_ref().and_then(Value::as_str) {
        let field = map.shift_remove("field").unwrap_or_default();
        let (kind, name) = on.split_once('/').unwrap();
        let object =
            json!({"kind": kind, "name": name, "namespace": "shop", "uid": uid(on), "fieldPath": field});
        map.insert("involvedObject".to_owned(), object);
        let last = seconds_ago(ago.as_ref().and_then(Value::as_i64).unwrap_or(5));
        map.insert("lastTimestamp".to_owned(), last.into());
    }
    value.into()
}

struct Nothing;

impl Around for Nothing {
    fn get(&self, _: &Target) -> Result<Object, crate::ports::ApiError> {
        Ok(Object::default())
    }

    fn list(&self, _: &crate::Gvk, _: &str, _: &Selector) -> Result<Vec<Object>, crate::ports::ApiError> {
        Ok(Vec::new())
    }
}

#[test]
fn what_to_list_for_a_scene() {
    let deployment = json!({
        "kind": "Deployment",
        "metadata": {"namespace": "shop"},
        "spec": {"selector": {"matchLabels": {"app": "web"}}},
    });
    let needs = needs(&deployment.into());
    let lists: Vec<_> = needs.iter().map(|it| format!("{} {} {}", it.gvk, it.namespace, it.labels)).collect();
    assert_eq!(
        lists,
        [
            "apps/v1/ReplicaSet shop app=web",
            "v1/Pod shop app=web",
            "v1/PersistentVolumeClaim shop ",
            "v1/Event shop "
        ]
    );
    assert!(super::needs(&json!({"kind": "ConfigMap"}).into()).is_empty());
}

/// Holds the sentences about a workload against what is expected, with the line that it gets. All else is ready.
#[track_caller]
fn check(objects: &str, expected: Expect) {
    check_settled(objects, Some(now() - 300 * SECOND), expected);
}

/// The same, with all else ready since a time or not at all.
#[track_caller]
fn check_settled(objects: &str, settled: Option<i128>, expected: Expect) {
    let documents = serde_yaml::Deserializer::from_str(objects);
    let all: Vec<_> = documents.map(|it| written_out(Value::deserialize(it).unwrap())).collect();
    let (events, objects): (Vec<_>, Vec<_>) = all.into_iter().partition(|it| it.kind() == "Event");
    let scene = Scene { workload: &objects[0], around: &objects[1..], events: &events, now: now(), settled };
    let causes = causes(&scene);
    let mut text = String::new();
    for cause in &causes {
        text += if cause.is_final { "final: " } else { "waits: " };
        text += &cause.sentence;
        if let Some(logs) = &cause.logs {
            let which = if logs.previous { "previous logs" } else { "logs" };
            text += &format!(" [{which} of {}/{}]", logs.pod.name, logs.container);
        }
        text.push('\n');
    }
    let reading = watch::read(scene.workload, Reader::Ready, &Nothing, now());
    text += &summary::line(scene.workload, &reading, &causes).text;
    text.push('\n');
    expected.assert_eq(&text);
}
