//! Names that are in the cluster, where a line of YAML takes one: classes, Secrets and their keys, service accounts.
//!
//! Which names there are was found out when somebody last looked at the release; nothing is asked while someone types. It is
//! told by the key of the line and the keys around it, in templates as in values files.

use std::collections::{BTreeMap, BTreeSet};

use text::{TextRange, TextSize};

use super::item::{CompletionItem, CompletionKind};

/// Names in a cluster and in the namespace of a release. Of Secrets only the keys are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterNames {
    /// Where they are from: `kind-dev / shop`.
    pub place: String,
    /// Names by kind: `StorageClass`, `IngressClass`, `PriorityClass`, `Namespace`, `ServiceAccount`,
    /// `PersistentVolumeClaim`, `Secret`, `ConfigMap`.
    pub names: BTreeMap<&'static str, BTreeSet<String>>,
    /// The keys of Secrets and ConfigMaps, by kind and name.
    pub keys: BTreeMap<(&'static str, String), BTreeSet<String>>,
}

/// A line of YAML: how far it is indented, its key, and where its value begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Line<'t> {
    indent: usize,
    key: &'t str,
    value: &'t str,
}

impl ClusterNames {
    /// What can stand at an offset of a text, in bytes.
    pub fn completions(&self, text: &str, offset: usize) -> Vec<CompletionItem> {
        let before = text.get(..offset).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let Some(line) = Line::read(&before[start..]) else { return Vec::new() };
        let typed = line.value.trim_start_matches(['"', '\'']);
        if typed.contains(['{', '}', '"', '\'', ' ', '#', ':']) {
            return Vec::new();
        }
        let Ok(size) = u32::try_from(offset - typed.len()) else { return Vec::new() };
        let Ok(end) = u32::try_from(offset) else { return Vec::new() };
        let range = TextRange::new(TextSize::from(size), TextSize::from(end));
        let (kind, found) = self.wanted(&before[..start], text.get(offset..).unwrap_or_default(), line);
        let item = |name: &String| CompletionItem {
            detail: format!("{kind} in {}", self.place),
            ..CompletionItem::new(name.clone(), CompletionKind::Name, range)
        };
        found.into_iter().flatten().map(item).collect()
    }

    /// The names that a line takes.
    fn wanted(&self, above: &str, below: &str, line: Line<'_>) -> (&'static str, Option<&BTreeSet<String>>) {
        let around = around(above, line.indent);
        let of_parent = |parent: &str| match parent {
            "secretKeyRef" | "secretRef" | "secret" | "imagePullSecrets" => Some("Secret"),
            "configMapKeyRef" | "configMapRef" | "configMap" => Some("ConfigMap"),
            "serviceAccount" => Some("ServiceAccount"),
            _ => None,
        };
        let kind = match line.key {
            "name" => around.and_then(of_parent),
            "key" => {
                let kind = around.and_then(of_parent);
                let name = sibling(above, below, line.indent, "name");
                let keys = kind.zip(name).and_then(|(kind, name)| self.keys.get(&(kind, name.to_owned())));
                return (kind.unwrap_or_default(), keys);
            }
            "storageClassName" | "storageClass" => Some("StorageClass"),
            "ingressClassName" => Some("IngressClass"),
            "className" if around == Some("ingress") => Some("IngressClass"),
            "priorityClassName" => Some("PriorityClass"),
            "serviceAccountName" => Some("ServiceAccount"),
            "secretName" => Some("Secret"),
            "claimName" | "existingClaim" => Some("PersistentVolumeClaim"),
            "namespace" => Some("Namespace"),
            key if key.starts_with("existingSecret") => Some("Secret"),
            key if key.starts_with("existingConfig") => Some("ConfigMap"),
            _ => None,
        };
        (kind.unwrap_or_default(), kind.and_then(|kind| self.names.get(kind)))
    }
}

impl<'t> Line<'t> {
    fn read(line: &'t str) -> Option<Self> {
        // An item of a list stands where its first key does.
        let rest = line.trim_start_matches([' ', '-']);
        let (key, value) = rest.split_once(':')?;
        let key = key.trim_matches(['"', '\'']);
        let is_plain = !key.is_empty() && !key.contains([' ', '{', '}', '#']);
        let value = value.strip_prefix(' ').or((value.is_empty()).then_some(value))?;
        is_plain.then(|| Self { indent: line.len() - rest.len(), key, value: value.trim_start() })
    }
}

/// The key that a line belongs to.
fn around(above: &str, indent: usize) -> Option<&str> {
    let lines = above.lines().rev().filter_map(Line::read);
    lines.take(LOOK_BACK).find(|line| line.indent < indent).map(|line| line.key)
}

/// So many lines are looked at: what a line belongs to is near.
const LOOK_BACK: usize = 50;

/// The value of a key beside a line.
fn sibling<'t>(above: &'t str, below: &'t str, indent: usize, key: &str) -> Option<&'t str> {
    let of = |line: Line<'t>| line.value.trim().trim_matches(['"', '\'']);
    let here = |line: &Line<'t>| line.indent >= indent;
    let before = above.lines().rev().filter_map(Line::read).take_while(here);
    let after = below.lines().skip(1).filter_map(Line::read).take_while(here);
    before.chain(after).find(|line| line.indent == indent && line.key == key).map(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: &[&str]) {
        let set = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect::<BTreeSet<_>>();
        let names = ClusterNames {
            place: "kind-dev / shop".into(),
            names: BTreeMap::from([
                ("StorageClass", set(&["fast", "standard"])),
                ("IngressClass", set(&["nginx"])),
                ("Secret", set(&["db"])),
                ("ConfigMap", set(&["settings"])),
                ("ServiceAccount", set(&["default"])),
            ]),
            keys: BTreeMap::from([(("Secret", "db".to_owned()), set(&["password", "user"]))]),
        };
        let at = text.find('|').unwrap();
        let items = names.completions(&text.replacen('|', "", 1), at);
        let labels: Vec<&str> = items.iter().map(|it| it.label.as_str()).collect();
        assert_eq!(labels, want, "{text}");
        for item in items {
            let range = usize::from(item.range.start())..usize::from(item.range.end());
            assert!(!text[range].contains([' ', ':', '"']), "{text}");
        }
    }

    #[test]
    fn keys_say_what_they_name() {
        check("spec:\n  storageClassName: |\n", &["fast", "standard"]);
        check("spec:\n  storageClassName: fa|\n", &["fast", "standard"]);
        check("spec:\n  storageClassName: \"fa|\"\n", &["fast", "standard"]);
        check("persistence:\n  existingSecretName: |", &["db"]);
        check("ingress:\n  enabled: true\n  className: |", &["nginx"]);
        check("other:\n  className: |", &[]);
        check("serviceAccountName: |", &["default"]);
        check("name: |", &[]);
    }

    #[test]
    fn keys_around_say_it_too() {
        check("env:\n  - name: A\n    valueFrom:\n      secretKeyRef:\n        name: |\n", &["db"]);
        check("envFrom:\n  - configMapRef:\n      name: |\n", &["settings"]);
        check("imagePullSecrets:\n  - name: |\n", &["db"]);
        check("containers:\n  - name: |\n", &[]);
    }

    #[test]
    fn a_secret_knows_its_keys() {
        check("valueFrom:\n  secretKeyRef:\n    name: db\n    key: |\n", &["password", "user"]);
        check("valueFrom:\n  secretKeyRef:\n    key: |\n    name: \"db\"\n", &["password", "user"]);
        check("valueFrom:\n  secretKeyRef:\n    name: other\n    key: |\n", &[]);
    }

    #[test]
    fn where_something_else_stands_nothing_is_offered() {
        check("storageClassName: {{ .Values.|\n", &[]);
        check("storageClassName: fast # |\n", &[]);
        check("storageClassName:|\n", &["fast", "standard"]);
        check("|", &[]);
        check("- |", &[]);
    }
}
