//! Typed trees as the structs of the model.

use std::sync::Arc;

use text::FileRange;
use yaml::{Node, Value};

use super::{Built, labels, options};
use crate::load::list;
use crate::model::{
    Hook, KubectlApply, MissingFileHandler, Placed, Release, Repository, SetArgument, SetKind, ValuesEntry,
};
use crate::{Code, Finding};

/// A string of a map; empty where it says nothing.
pub(super) fn text<'n>(node: &'n Node, key: &str) -> &'n str {
    node.get(key).and_then(|it| it.value.as_str()).unwrap_or_default()
}

/// A truth value of a map.
pub(super) fn bool(node: &Node, key: &str) -> Option<bool> {
    node.get(key).and_then(|it| it.value.as_bool())
}

/// A whole number of a map.
pub(super) fn int(node: &Node, key: &str) -> Option<i64> {
    match node.get(key)?.value {
        Value::Int(it) => Some(it),
        _ => None,
    }
}

/// The strings of a list.
pub(super) fn texts(node: &Node, key: &str) -> Vec<String> {
    list(node, key).iter().filter_map(|it| it.value.as_str().map(str::to_owned)).collect()
}

/// Whether the release shall be there.
pub(super) fn is_installed(release: &Node) -> bool {
    bool(release, "installed").unwrap_or(true)
}

/// What needs call a release (`ReleaseToID`).
pub(super) fn id(release: &Node) -> String {
    joined(text(release, "kubeContext"), text(release, "namespace"), text(release, "name"))
}

/// `context/namespace/name` without what is empty, but `context//name`, which is not `namespace/name`.
fn joined(context: &str, namespace: &str, name: &str) -> String {
    match (context, namespace) {
        ("", "") => name.to_owned(),
        ("", namespace) => format!("{namespace}/{name}"),
        (context, namespace) => format!("{context}/{namespace}/{name}"),
    }
}

/// A need in full: what it does not say is that of the release that has it.
pub(super) fn full_id(need: &str, release: &Node) -> String {
    let mut parts = need.rsplitn(3, '/');
    let name = parts.next().unwrap_or_default();
    let namespace = parts.next().unwrap_or_else(|| text(release, "namespace"));
    let context = parts.next().unwrap_or_else(|| text(release, "kubeContext"));
    joined(context, namespace, name)
}

/// A release with the defaults of its file.
pub(super) fn release(tree: &Node, file: &Node, handler: Option<MissingFileHandler>) -> Built<Release> {
    let mut own_labels = labels(tree.get("labels"));
    own_labels.retain(|key, _| !matches!(key.as_str(), "name" | "namespace" | "chart"));
    check_strategy(tree)?;
    let placed = |key: &str| {
        let node = tree.get(key);
        Placed::new(text(tree, key).to_owned(), node.and_then(|it| it.at))
    };
    let need = |it: &Node| Placed::new(it.value.as_str().unwrap_or_default().to_owned(), it.at);
    let mut set: Vec<SetArgument> = list(tree, "set").iter().filter_map(|it| argument(it, false)).collect();
    set.extend(list(tree, "setString").iter().filter_map(|it| argument(it, true)));
    set.extend(list(tree, "env").iter().map(variable));
    Ok(Release {
        at: tree.at,
        name: placed("name"),
        namespace: placed("namespace"),
        kube_context: text(tree, "kubeContext").to_owned(),
        id: id(tree),
        chart: placed("chart"),
        chart_folder: None,
        version: placed("version"),
        locked_version: None,
        labels: labels(tree.get("labels")),
        own_labels,
        description: text(tree, "description").to_owned(),
        installed: is_installed(tree),
        enabled: true,
        selected: true,
        needs: list(tree, "needs").iter().map(need).collect(),
        values: entries(tree, "values"),
        secrets: entries(tree, "secrets"),
        set,
        values_path_prefix: text(tree, "valuesPathPrefix").to_owned(),
        options: options::options(tree, file, handler)?,
        hooks: list(tree, "hooks").iter().map(hook).collect(),
        tree: tree.clone(),
    })
}

fn check_strategy(tree: &Node) -> Built<()> {
    match tree.get("updateStrategy") {
        Some(node) if node.value.as_str() != Some("reinstallIfForbidden") => {
            let said = node.value.as_str().unwrap_or_default();
            let message = format!(
                "updateStrategy {said:?} is invalid, valid values are: reinstallIfForbidden or not set"
            );
            Err(Finding::error(Code::Invalid, node.at, message))
        }
        _ => Ok(()),
    }
}

fn entries(tree: &Node, key: &str) -> Vec<ValuesEntry> {
    list(tree, key).into_iter().map(|node| ValuesEntry { at: node.at, node }).collect()
}

/// An item of `set:`; one that sets nothing is passed over, as Helmfile does.
fn argument(item: &Node, as_string: bool) -> Option<SetArgument> {
    let part = |key: &str| Some(Arc::from(text(item, key))).filter(|it: &Arc<str>| !it.is_empty());
    let values = list(item, "values");
    let what = if let Some(value) = part("value") {
        SetKind::Value(value)
    } else if let (Some(file), false) = (part("file"), as_string) {
        SetKind::File(file)
    } else if !values.is_empty() {
        SetKind::Values(values.iter().map(as_json).collect())
    } else {
        return None;
    };
    Some(SetArgument { at: item.at, name: text(item, "name").to_owned(), what, as_string })
}

/// A string as it is, all else as Go's JSON.
fn as_json(node: &Node) -> Arc<str> {
    match &node.value {
        Value::String(it) => it.clone(),
        _ => crate::json::of_node(node).into(),
    }
}

fn variable(item: &Node) -> SetArgument {
    let what = SetKind::Variable(text(item, "value").into());
    SetArgument { at: item.at, name: text(item, "name").to_owned(), what, as_string: false }
}

/// An item of `hooks:`.
pub(super) fn hook(node: &Node) -> Hook {
    let apply = |key: &str| {
        let apply = node.get("kubectlApply")?;
        Some(apply.get(key)?.value.as_str()?.to_owned())
    };
    let kubectl_apply = apply("filename")
        .map(KubectlApply::Filename)
        .or_else(|| apply("kustomize").map(KubectlApply::Kustomize));
    Hook {
        at: node.at,
        name: text(node, "name").to_owned(),
        events: texts(node, "events"),
        command: text(node, "command").to_owned(),
        args: texts(node, "args"),
        kubectl_apply,
        show_logs: bool(node, "showlogs").unwrap_or_default(),
    }
}

/// An item of `repositories:`.
pub(super) fn repository(node: &Node) -> Repository {
    let text = |key: &str| text(node, key).to_owned();
    let flag = |key: &str| bool(node, key).unwrap_or_default();
    Repository {
        at: node.at,
        name: text("name"),
        url: text("url"),
        oci: flag("oci"),
        username: text("username"),
        password: text("password"),
        ca_file: text("caFile"),
        cert_file: text("certFile"),
        key_file: text("keyFile"),
        registry_config: text("registryConfig"),
        managed: text("managed"),
        verify: flag("verify"),
        keyring: text("keyring"),
        pass_credentials: flag("passCredentials"),
        skip_tls_verify: flag("skipTLSVerify"),
        plain_http: flag("plainHttp"),
    }
}

/// Where a key of a map says something.
pub(super) fn place(node: &Node, key: &str) -> Option<FileRange> {
    node.get(key).and_then(|it| it.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needs_in_full() {
        let release = yaml::parse_v3("name: a\nnamespace: ns\n", text::FileId(0)).unwrap();
        assert_eq!(full_id("b", &release), "ns/b");
        assert_eq!(full_id("x/b", &release), "x/b");
        assert_eq!(full_id("ctx//b", &release), "ctx//b");
        assert_eq!(full_id("a/b/c/d", &release), "a/b/c/d");
        let bare = yaml::parse_v3("name: a\nkubeContext: k\n", text::FileId(0)).unwrap();
        assert_eq!((id(&bare), full_id("b", &bare)), ("k//a".to_owned(), "k//b".to_owned()));
    }
}
