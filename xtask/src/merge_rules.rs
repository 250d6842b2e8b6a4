//! `cargo xtask merge-rules`: how lists of built-in kinds merge, from Kubernetes' own OpenAPI document.
//!
//! The document says with each list whether its items are merged, and by which of their fields. Of its 4.5 MB only that is
//! kept, in a text that people can read (`server/release/data/merge-rules.txt`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::run::root;

const MODULE: &str = "k8s.io/kubernetes@v1.37.2";

/// A field that matters: its type, how it merges, and by which key.
type Field = (String, String, String);

/// Writes the file anew.
pub(crate) fn merge_rules() -> Result<()> {
    let document: Value = serde_json::from_slice(&std::fs::read(openapi()?)?)?;
    let definitions = document["definitions"].as_object().context("there are no definitions")?;
    let mut types: BTreeMap<String, BTreeMap<String, Field>> = BTreeMap::new();
    let mut kinds = BTreeSet::new();
    for (name, definition) in definitions {
        let fields = definition["properties"].as_object().into_iter().flatten();
        types.insert(short(name), fields.filter_map(|(key, it)| Some((key.clone(), field(it)?))).collect());
        kinds.extend(kinds_of(name, definition));
    }
    keep_what_matters(&mut types);
    let path = root().join("server/release/data/merge-rules.txt");
    std::fs::create_dir_all(path.parent().context("no folder")?)?;
    std::fs::write(&path, text(&kinds, &types))?;
    println!("wrote {}: {} kinds, {} types", path.display(), kinds.len(), types.len());
    Ok(())
}

/// The document lies in the Go module of Kubernetes.
fn openapi() -> Result<PathBuf> {
    let output = Command::new("go").args(["mod", "download", "-json", MODULE]).output()?;
    let module: Value = serde_json::from_slice(&output.stdout).context("go mod download")?;
    let folder =
        module["Dir"].as_str().with_context(|| format!("{MODULE} cannot be had: {}", module["Error"]))?;
    Ok(PathBuf::from(folder).join("api/openapi-spec/swagger.json"))
}

/// `io.k8s.api.apps.v1.Deployment` is `apps.v1.Deployment`.
fn short(name: &str) -> String {
    let rest = name.strip_prefix("io.k8s.").unwrap_or(name);
    rest.strip_prefix("api.").unwrap_or(rest).to_owned()
}

fn field(property: &Value) -> Option<Field> {
    let of = |value: &Value| Some(short(value["$ref"].as_str()?.strip_prefix("#/definitions/")?));
    let text = |key: &str| property[key].as_str().unwrap_or_default().to_owned();
    let strategy = text("x-kubernetes-patch-strategy");
    let kind =
        of(property).or_else(|| of(&property["items"])).or_else(|| of(&property["additionalProperties"]));
    let kind = match (kind, strategy.is_empty()) {
        (None, true) => return None,
        (kind, _) => kind.unwrap_or_else(|| "-".to_owned()),
    };
    Some((kind, strategy, text("x-kubernetes-patch-merge-key")))
}

fn kinds_of(name: &str, definition: &Value) -> Vec<(String, String, String)> {
    // client-go knows no kinds of the aggregator.
    if name.contains("kube-aggregator") {
        return Vec::new();
    }
    let all = definition["x-kubernetes-group-version-kind"].as_array().into_iter().flatten();
    let text = |it: &Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
    let entry = |it: &Value| {
        let (group, version) = (text(it, "group"), text(it, "version"));
        let api_version = if group.is_empty() { version } else { format!("{group}/{version}") };
        (api_version, text(it, "kind"), short(name))
    };
    // Options of requests are no objects, and count for every group.
    all.filter(|_| definition["properties"]["metadata"].is_object()).map(entry).collect()
}

/// Drops fields behind which everything is as it would be without a rule.
fn keep_what_matters(types: &mut BTreeMap<String, BTreeMap<String, Field>>) {
    let mut matters: BTreeSet<String> = BTreeSet::new();
    loop {
        let leads = |field: &Field| !field.1.is_empty() || matters.contains(&field.0);
        let found: BTreeSet<String> =
            types.iter().filter(|(_, it)| it.values().any(leads)).map(|(name, _)| name.clone()).collect();
        if found == matters {
            break;
        }
        matters = found;
    }
    types.retain(|name, _| matters.contains(name));
    for fields in types.values_mut() {
        fields.retain(|_, field| !field.1.is_empty() || matters.contains(&field.0));
    }
}

fn text(
    kinds: &BTreeSet<(String, String, String)>,
    types: &BTreeMap<String, BTreeMap<String, Field>>,
) -> String {
    let mut text = format!(
        "# Made by `cargo xtask merge-rules` from the OpenAPI document of {MODULE}. Do not edit.\n\
         # kind API-VERSION KIND TYPE; then per type: FIELD TYPE [STRATEGY [MERGE-KEY]]. `-` has no rules.\n"
    );
    for (api_version, kind, name) in kinds {
        let name = if types.contains_key(name) { name } else { "-" };
        let _ = writeln!(text, "kind {api_version} {kind} {name}");
    }
    for (name, fields) in types {
        let _ = writeln!(text, "type {name}");
        for (key, (kind, strategy, merge_key)) in fields {
            let kind = if types.contains_key(kind) { kind } else { "-" };
            let _ = writeln!(text, "{}", format!("{key} {kind} {strategy} {merge_key}").trim_end());
        }
    }
    text
}
