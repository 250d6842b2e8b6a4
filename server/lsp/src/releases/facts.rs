//! What previews, checks and completion are told of a cluster, once somebody asked for it by a command: its version, what it
//! serves, what is defined in it, and what templates look up.
//!
//! It is a snapshot with a time. Nothing is asked while someone types: a `lookup` that was not known when the snapshot was made
//! finds nothing and is counted, and asked when the snapshot is made anew. Values of Secrets are not kept: a stand-in is shown.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chart::capabilities::Capabilities;
use release::ports::{Cluster, Reply, Request, Scope};
use release::{Gvk, look_up};
use schema::{CustomKind, definition};
use serde_json::Value;
use template::Lookup;

use super::place::Place;
use super::{Reason, check};
use crate::ext;

/// What is known of a cluster.
#[derive(Debug)]
pub(crate) struct Facts {
    /// Where: `kind-dev / shop`.
    place: String,
    /// When, in nanoseconds since 1970.
    taken: i128,
    pub(crate) capabilities: Capabilities,
    /// The kinds that are defined there.
    pub(crate) kinds: Vec<Arc<CustomKind>>,
    answers: HashMap<Lookup, Answer>,
    /// What templates looked up since that is not among the answers.
    open: Mutex<HashSet<Lookup>>,
}

/// What the cluster said: an object or nothing, or why it does not tell.
type Answer = Result<Option<Value>, String>;

/// What stands for a value of a Secret, in base64 as all of them.
const STAND_IN: &str = "KGhpZGRlbik=";
/// The same as text.
const HIDDEN: &str = "(hidden)";

impl Facts {
    /// Asks a cluster. Lookups that are known from before are asked again.
    pub(super) fn take(place: &Place, last: Option<&Self>) -> Result<Self, Reason> {
        let cluster = place.site.cluster();
        let capabilities = cluster.capabilities().map_err(|error| error.message)?;
        let mut known: HashSet<Lookup> = HashSet::new();
        if let Some(last) = last {
            known.extend(last.answers.keys().cloned());
            known.extend(last.open().iter().cloned());
        }
        Ok(Self {
            place: place.told(),
            taken: place.site.clock().now(),
            capabilities,
            kinds: kinds(cluster),
            answers: known.into_iter().map(|it| asked(cluster, it)).collect(),
            open: Mutex::default(),
        })
    }

    /// The same with the answers to what templates looked up in vain; `None` where there was nothing.
    pub(super) fn answered(&self, cluster: &dyn Cluster) -> Option<Self> {
        let open: Vec<Lookup> = self.open().iter().cloned().collect();
        if open.is_empty() {
            return None;
        }
        let mut answers = self.answers.clone();
        answers.extend(open.into_iter().map(|it| asked(cluster, it)));
        Some(Self {
            place: self.place.clone(),
            taken: self.taken,
            capabilities: self.capabilities.clone(),
            kinds: self.kinds.clone(),
            answers,
            open: Mutex::default(),
        })
    }

    /// What a template gets to see.
    pub(crate) fn look_up(&self, query: &Lookup) -> Answer {
        let known = self.answers.get(query).cloned();
        known.unwrap_or_else(|| {
            self.open().insert(query.clone());
            Ok(None)
        })
    }

    /// In the protocol's words.
    pub(crate) fn to_ext(&self) -> ext::ClusterAnswers {
        ext::ClusterAnswers {
            place: self.place.clone(),
            taken: u64::try_from(self.taken / 1_000_000).unwrap_or(0),
            not_asked: self.open().len(),
        }
    }

    /// In a sentence.
    pub(super) fn told(&self, now: i128) -> String {
        let Self { place, capabilities, kinds, answers, .. } = self;
        let version = &capabilities.kube_version.version;
        let when = check::ago(now - self.taken);
        format!(
            "previews show what {place} answered {when}: Kubernetes {version}, {}, {}",
            counted(kinds.len(), "kind of its own", "kinds of its own"),
            counted(answers.len(), "lookup", "lookups")
        )
    }

    fn open(&self) -> MutexGuard<'_, HashSet<Lookup>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

fn asked(cluster: &dyn Cluster, query: Lookup) -> (Lookup, Answer) {
    let mut answer = look_up(cluster, &query).map_err(|error| error.message);
    if let (Ok(Some(object)), "Secret") = (&mut answer, &*query.kind) {
        hide(object);
    }
    (query, answer)
}

/// Takes the values out of a Secret, or out of a list of them.
fn hide(object: &mut Value) {
    if let Some(items) = object.get_mut("items").and_then(Value::as_array_mut) {
        items.iter_mut().for_each(hide);
    }
    for (field, instead) in [("data", STAND_IN), ("stringData", HIDDEN)] {
        let values = object.get_mut(field).and_then(Value::as_object_mut);
        values.into_iter().flat_map(|it| it.iter_mut()).for_each(|(_, value)| *value = instead.into());
    }
    // What was applied is kept there once more.
    if let Some(annotations) = object.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut) {
        annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
    }
}

/// What is defined in a cluster; nothing where that may not be read.
fn kinds(cluster: &dyn Cluster) -> Vec<Arc<CustomKind>> {
    let gvk = Gvk::new("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    let reply = cluster.ask(Request::List(Scope { gvk, ..Scope::default() }));
    let found = reply.map(Reply::into_list).unwrap_or_default();
    let kind = Value::from("CustomResourceDefinition");
    let read = found.into_iter().filter_map(|object| {
        let spec = &object.as_value()["spec"];
        // The rest is the server's bookkeeping, and can be as large.
        let text = BTreeMap::from([("kind", &kind), ("spec", spec)]);
        definition(&serde_json::to_string(&text).ok()?)
    });
    read.map(Arc::new).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_secrets_are_not_kept() {
        let secret = json!({
            "kind": "Secret", "data": { "a": "cGFzc3dvcmQ=" },
            "metadata": { "annotations": { "kubectl.kubernetes.io/last-applied-configuration": "x", "b": "c" } },
        });
        let mut list = json!({ "kind": "SecretList", "items": [secret] });
        hide(&mut list);
        let hidden = json!({
            "kind": "Secret", "data": { "a": "KGhpZGRlbik=" }, "metadata": { "annotations": { "b": "c" } },
        });
        assert_eq!(list["items"][0], hidden);
    }
}
