//! From the text of a manifest to the objects that a cluster gets, and whose they are.

use serde_json::Value;
use text::FileId;
use yaml::Numbers;

use crate::error::{Error, ErrorKind};
use crate::json::to_json;
use crate::object::Object;
use crate::ports::{Cluster, Target};

/// The label and the annotations that say whose an object is (`pkg/action/validate.go`).
const MANAGED_BY: &str = "app.kubernetes.io/managed-by";
const HELM: &str = "Helm";
const RELEASE_NAME: &str = "meta.helm.sh/release-name";
const RELEASE_NAMESPACE: &str = "meta.helm.sh/release-namespace";
/// The annotation that keeps an object from being deleted.
const RESOURCE_POLICY: &str = "helm.sh/resource-policy";
const KEEP: &str = "keep";

/// Whose an object is, as helm-diff tells it: `namespace/name` of a release, empty for nobody's.
pub fn owner(object: &Object) -> String {
    let namespace = object.annotation(RELEASE_NAMESPACE).map(|it| format!("{it}/")).unwrap_or_default();
    namespace + object.annotation(RELEASE_NAME).unwrap_or_default()
}

/// Reads a manifest. Lists become their items; documents that say nothing are left out.
pub fn read(manifest: &str) -> Result<Vec<Object>, Error> {
    let mut objects = Vec::new();
    for document in documents(manifest) {
        let node = yaml::parse(document, FileId(0), Numbers::AsWritten).map_err(|error| {
            let message = format!("error parsing : error converting YAML to JSON: {}", error.message);
            Error::new(ErrorKind::Manifest, message)
        })?;
        match to_json(&node) {
            Value::Null => {}
            value => flatten(Object::from(value), &mut objects)?,
        }
    }
    Ok(objects)
}

/// The documents of a stream as `kubectl` splits it: at lines that begin with three dashes.
fn documents(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_prefix("---").filter(|rest| rest.starts_with(['\n', '\r', ' '])).unwrap_or(text);
    text.split("\n---").map(|part| match part.split_once('\n') {
        // What stands behind the dashes belongs to no document.
        Some((rest, document)) if rest.trim().is_empty() => document,
        _ => part,
    })
}

fn flatten(object: Object, into: &mut Vec<Object>) -> Result<(), Error> {
    if object.kind().is_empty() {
        let shown = serde_json::to_string(object.as_value()).unwrap_or_default();
        return Err(Error::new(ErrorKind::Manifest, format!("Object 'Kind' is missing in '{shown}'")));
    }
    if object.api_version().is_empty() {
        let shown = serde_json::to_string(object.as_value()).unwrap_or_default();
        return Err(Error::new(ErrorKind::Manifest, format!("Object 'apiVersion' is missing in '{shown}'")));
    }
    match object.as_value().get("items") {
        Some(Value::Array(items)) if object.kind().ends_with("List") => {
            items.iter().try_for_each(|item| flatten(Object::from(item.clone()), into))
        }
        _ => {
            into.push(object);
            Ok(())
        }
    }
}

/// Reads a manifest and puts what lives in namespaces into one where it names none.
///
/// The error is about all kinds that the cluster does not serve.
pub fn build(cluster: &dyn Cluster, manifest: &str, namespace: &str) -> Result<Vec<Object>, Error> {
    let mut objects = read(manifest)?;
    let kinds: Vec<_> = objects.iter().map(Object::gvk).collect();
    let mut unknown = Vec::new();
    for (object, resource) in objects.iter_mut().zip(cluster.resources(&kinds)) {
        match resource {
            Ok(resource) if resource.namespaced && object.namespace().is_empty() => {
                object.set_namespace(namespace);
            }
            Ok(_) => {}
            Err(error) => {
                let message = format!(
                    "resource mapping not found for name: \"{}\" namespace: \"{}\" from \"\": {error}\nensure CRDs are installed first",
                    object.name(),
                    object.namespace(),
                );
                unknown.push(Error::new(ErrorKind::Manifest, message));
            }
        }
    }
    match unknown.len() {
        0 => Ok(objects),
        1 => Err(unknown.remove(0)),
        _ => {
            let all: Vec<String> = unknown.iter().map(ToString::to_string).collect();
            Err(Error::new(ErrorKind::Manifest, format!("[{}]", all.join(", "))))
        }
    }
}

/// Marks objects as those of a release.
pub fn own(objects: &mut [Object], release: &str, namespace: &str) {
    for object in objects {
        object.set_label(MANAGED_BY, HELM);
        object.set_annotation(RELEASE_NAME, release);
        object.set_annotation(RELEASE_NAMESPACE, namespace);
    }
}

/// Whether an object is marked as a release's; the error says what is wrong about its marks.
pub fn check_owner(object: &Object, release: &str, namespace: &str) -> Result<(), String> {
    let marks = [
        ("label", MANAGED_BY, HELM, object.label(MANAGED_BY)),
        ("annotation", RELEASE_NAME, release, object.annotation(RELEASE_NAME)),
        ("annotation", RELEASE_NAMESPACE, namespace, object.annotation(RELEASE_NAMESPACE)),
    ];
    let wrong: Vec<String> = marks
        .into_iter()
        .filter_map(|(what, key, wanted, found)| {
            let problem = match found {
                None => format!("missing key \"{key}\": must be set to \"{wanted}\""),
                Some(found) if found != wanted => {
                    format!("key \"{key}\" must equal \"{wanted}\": current value is \"{found}\"")
                }
                Some(_) => return None,
            };
            Some(format!("{what} validation error: {problem}"))
        })
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(format!("invalid ownership metadata; {}", wrong.join("; "))) }
}

/// Whether an object says that it wants to be kept when it is no longer part of a release, as upgrades read it.
pub fn is_kept(object: &Object) -> bool {
    object.annotation(RESOURCE_POLICY) == Some(KEEP)
}

/// What becomes of an object when its release goes away, as its manifest says (`filterManifestsToKeep`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It goes, too.
    Deleted,
    /// It stays, and that is told.
    Kept,
    /// It has a policy that no Helm knows. It stays, and nobody tells.
    Forgotten,
}

/// What becomes of an object when its release goes away.
pub fn fate(object: &Object) -> Fate {
    match object.annotation(RESOURCE_POLICY) {
        None => Fate::Deleted,
        Some(policy) if policy.trim().eq_ignore_ascii_case(KEEP) => Fate::Kept,
        Some(_) => Fate::Forgotten,
    }
}

/// An object as Helm's messages name it: `Deployment "web" in namespace "n"`.
pub fn named(target: &Target) -> String {
    format!("{} \"{}\" in namespace \"{}\"", target.gvk.kind, target.name, target.namespace)
}

/// Group, version and kind as Go prints them: `apps/v1, Kind=Deployment`.
pub fn go_gvk(target: &Target) -> String {
    format!("{}, Kind={}", target.gvk.api_version(), target.gvk.kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_become_their_items() {
        let objects = read(
            "---\n# Source: a\napiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: A}\n- {apiVersion: v1, kind: B}\n\
             ---\n# Source: nothing\n---\napiVersion: v1\nkind: C\nmetadata: {name: 1e3}\n",
        )
        .unwrap();
        let kinds: Vec<&str> = objects.iter().map(Object::kind).collect();
        assert_eq!(kinds, ["A", "B", "C"]);
    }

    #[test]
    fn dashes_inside_of_lines_are_text() {
        let objects = read("apiVersion: v1\nkind: A\nx: a---b\ntext: |\n  ---\n  z\n").unwrap();
        assert_eq!(objects[0].text_at(&["text"]), "---\nz\n");
    }

    #[test]
    fn what_is_no_object_is_said() {
        let error = |text: &str| read(text).unwrap_err().to_string();
        assert_eq!(error("a: 1\n"), "Object 'Kind' is missing in '{\"a\":1}'");
        assert!(error("a: [\n").starts_with("error parsing : error converting YAML to JSON: yaml:"));
    }

    #[test]
    fn owners_are_told_by_three_marks() {
        let mut objects = read("apiVersion: v1\nkind: A\nmetadata: {name: a}\n").unwrap();
        assert_eq!(
            check_owner(&objects[0], "web", "n").unwrap_err(),
            "invalid ownership metadata; label validation error: missing key \"app.kubernetes.io/managed-by\": must be set to \
             \"Helm\"; annotation validation error: missing key \"meta.helm.sh/release-name\": must be set to \"web\"; annotation \
             validation error: missing key \"meta.helm.sh/release-namespace\": must be set to \"n\""
        );
        own(&mut objects, "web", "n");
        assert_eq!(check_owner(&objects[0], "web", "n"), Ok(()));
        assert_eq!(
            check_owner(&objects[0], "web", "m").unwrap_err(),
            "invalid ownership metadata; annotation validation error: key \"meta.helm.sh/release-namespace\" must equal \"m\": \
             current value is \"n\""
        );
    }
}
