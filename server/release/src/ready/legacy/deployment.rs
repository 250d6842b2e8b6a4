//! Deployments: ready when the newest ReplicaSet has as many ready pods as a rolling update may get by with.
//!
//! The newest ReplicaSet is the one with the Deployment's own template, as the Deployment's controller finds it.

use serde_json::{Map, Value};

use super::kinds::{ceiling, is_observed, too_few};
use super::{Error, Options, read_selector};
use crate::object::{Gvk, Object};
use crate::ready::Around;
use crate::ready::fields::number;
use crate::ready::quantity::Quantity;

pub(super) fn is_ready(
    deployment: &Object,
    around: &(impl Around + ?Sized),
    options: Options,
    log: &mut Vec<String>,
) -> Result<bool, Error> {
    if deployment.at(&["spec", "paused"]).and_then(Value::as_bool) == Some(true) {
        return Ok(options.paused_as_ready);
    }
    let selector = read_selector(deployment)?;
    let sets = around.list(&Gvk::new("apps/v1", "ReplicaSet"), deployment.namespace(), &selector)?;
    let Some(newest) = newest_replica_set(deployment, &sets) else { return Ok(false) };
    if !is_observed(newest, log) || !is_observed(deployment, log) {
        return Ok(false);
    }
    let expected = number(deployment, &["spec", "replicas"], 1).saturating_sub(max_unavailable(deployment));
    let ready = number(newest, &["status", "readyReplicas"], 0);
    if ready < expected {
        too_few(deployment, ready, expected, "are ready", log);
    }
    Ok(ready >= expected)
}

/// The ReplicaSet with the template of a Deployment, among those that it controls. Of several the oldest counts, and of
/// equally old ones the first by name.
pub(crate) fn newest_replica_set<'o>(
    deployment: &Object,
    sets: impl IntoIterator<Item = &'o Object>,
) -> Option<&'o Object> {
    let template = template(deployment);
    sets.into_iter()
        .filter(|set| is_controlled_by(set, deployment.uid()) && same(&self::template(set), &template))
        .min_by_key(|set| (set.text_at(&["metadata", "creationTimestamp"]), set.name()))
}

/// Whether an object's controller is the one with that `uid`.
pub(crate) fn is_controlled_by(object: &Object, uid: &str) -> bool {
    let owners = object.list_at(&["metadata", "ownerReferences"]);
    let controls = |owner: &&Value| owner.get("controller").and_then(Value::as_bool) == Some(true);
    owners.iter().find(controls).is_some_and(|owner| owner.get("uid").and_then(Value::as_str) == Some(uid))
}

/// The template of pods, without the label that tells ReplicaSets of one Deployment apart.
fn template(object: &Object) -> Value {
    let mut template = object.at(&["spec", "template"]).cloned().unwrap_or_default();
    if let Some(Value::Object(labels)) = template.pointer_mut("/metadata/labels") {
        labels.remove("pod-template-hash");
    }
    template
}

/// Fields that are maps, in which nothing is the same as an empty map.
const MAPS: [&str; 5] = ["labels", "annotations", "nodeSelector", "limits", "requests"];

/// Whether two templates mean the same: `null` and empty lists are nothing, and quantities are compared by their value.
fn same(left: &Value, right: &Value) -> bool {
    same_under("", left, right)
}

fn same_under(key: &str, left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => same_maps(key, left, right),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same_under(key, left, right))
        }
        _ => left == right,
    }
}

fn same_maps(of: &str, left: &Map<String, Value>, right: &Map<String, Value>) -> bool {
    let quantities = matches!(of, "limits" | "requests");
    let equal = |key: &str| match (left.get(key), right.get(key)) {
        (Some(left), Some(right)) if quantities || matches!(key, "sizeLimit" | "divisor") => {
            same_quantities(left, right)
        }
        (Some(left), Some(right)) => {
            same_under(key, left, right) || is_nothing(key, left) && is_nothing(key, right)
        }
        (Some(value), None) | (None, Some(value)) => is_nothing(key, value),
        (None, None) => true,
    };
    left.keys().chain(right.keys()).all(|key| equal(key))
}

fn same_quantities(left: &Value, right: &Value) -> bool {
    let read = |value: &Value| match value {
        Value::String(text) => Quantity::read(text),
        other => Quantity::read(&other.to_string()),
    };
    left == right || read(left).is_some_and(|left| Some(left) == read(right))
}

fn is_nothing(key: &str, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty() && MAPS.contains(&key),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// How many pods a rolling update may get by without.
fn max_unavailable(deployment: &Object) -> i64 {
    let replicas = number(deployment, &["spec", "replicas"], 1);
    let rolls = deployment.text_at(&["spec", "strategy", "type"]) == "RollingUpdate";
    if !rolls || replicas == 0 {
        return 0;
    }
    let limit = |field| deployment.at(&["spec", "strategy", "rollingUpdate", field]);
    // What cannot be read, of either, is an error that Helm takes for nothing.
    let (Some(surge), Some(missing)) = (
        scaled(limit("maxSurge"), |percent| ceiling(percent, replicas)),
        scaled(limit("maxUnavailable"), |percent| percent.saturating_mul(replicas).div_euclid(100)),
    ) else {
        return 0;
    };
    // If shares are rounded to nothing on both sides, nothing could ever move.
    let missing = if surge == 0 && missing == 0 { 1 } else { missing };
    missing.min(replicas)
}

/// A number, or a share of a whole: here with or without its sign.
fn scaled(value: Option<&Value>, share: impl Fn(i64) -> i64) -> Option<i64> {
    match value {
        None | Some(Value::Null) => Some(0),
        Some(Value::Number(number)) => number.as_i64(),
        Some(Value::String(text)) => text.replace('%', "").parse().ok().map(share),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_is_nothing_in_any_words() {
        assert!(same(&json!({"a": null, "b": [], "labels": {}}), &json!({})));
        assert!(same(&json!({"labels": {}}), &json!({"labels": null})));
        assert!(!same(&json!({"emptyDir": {}}), &json!({})));
        assert!(!same(&json!({"a": [1]}), &json!({"a": [1, 2]})));
    }

    #[test]
    fn quantities_go_by_value_where_they_are_quantities() {
        let limits = |cpu: &str| json!({"resources": {"limits": {"cpu": cpu}}});
        assert!(same(&limits("1"), &limits("1000m")));
        assert!(!same(&limits("1"), &limits("2")));
        assert!(!same(&json!({"value": "1"}), &json!({"value": "1000m"})));
    }
}
