//! Claims that wait for a volume: a workload's own, or those that its pods mount.

use super::chain;
use super::{Finding, Kind, Scene, between, one_line};
use crate::object::Object;
use crate::ready::fields::SECOND;

/// How long a volume that was made by hand may take to be bound.
const BINDING_FOR: i128 = 30 * SECOND;

pub(super) fn findings(scene: &Scene, pods: &[&Object]) -> Vec<Finding> {
    if scene.workload.kind() == "PersistentVolumeClaim" {
        let pods =
            scene.around.iter().filter(|object| object.kind() == "Pod" && mounts(object, scene.workload));
        return pending(scene.workload, scene, &pods.collect::<Vec<_>>()).into_iter().collect();
    }
    let claims = scene.around.iter().filter(|object| object.kind() == "PersistentVolumeClaim");
    claims
        .filter(|claim| pods.iter().any(|pod| mounts(pod, claim)))
        .filter_map(|claim| pending(claim, scene, pods))
        .collect()
}

fn mounts(pod: &Object, claim: &Object) -> bool {
    let named = |volume: &serde_json::Value| {
        let name = volume.pointer("/persistentVolumeClaim/claimName");
        name.and_then(serde_json::Value::as_str) == Some(claim.name())
    };
    pod.namespace() == claim.namespace() && pod.list_at(&["spec", "volumes"]).iter().any(named)
}

fn pending(claim: &Object, scene: &Scene, pods: &[&Object]) -> Option<Finding> {
    let new = |short: &str, detail: String| Finding::new(Kind::ClaimPending, claim, short, detail);
    match claim.text_at(&["status", "phase"]) {
        "Bound" => return None,
        "Lost" => return Some(new("claim lost", "its volume is lost".to_owned()).finally(true)),
        _ => {}
    }
    let waited = chain::age(claim, scene.now) >= BINDING_FOR;
    let events = chain::events(claim, scene);
    let event = events.iter().find(|event| {
        matches!(
            event.reason,
            "ProvisioningFailed" | "FailedBinding" | "WaitForFirstConsumer" | "ExternalProvisioning"
        )
    });
    let Some(event) = event else { return Some(new("no volume yet", "it has no volume yet".to_owned())) };
    let message = event.message;
    if let Some(class) = between(message, "storageclass.storage.k8s.io \"", "\" not found") {
        let detail = format!("there is no storage class {class}");
        return Some(new(&format!("no storage class {class}"), detail).finally(waited));
    }
    if message.contains("no storage class is set") {
        let detail = "no volume fits, and neither it nor the cluster names a storage class".to_owned();
        return Some(new("no storage class", detail).finally(waited));
    }
    if event.reason == "WaitForFirstConsumer" {
        if !pods.is_empty() {
            return None;
        }
        let detail = "it gets a volume only when a pod uses it".to_owned();
        return Some(new("waits for a pod", detail));
    }
    Some(new(event.reason, format!("it has no volume: {}", one_line(message))))
}
