//! A release as templates of the user's see it: by the names that Go's structs have in Helm (`release.Release`).

use anyhow::{Result, anyhow};
use release::record::{HookRecord, Record, Time};
use release::to_node;
use serde_json::Value as Json;
use template::{List, Map, MapType, Str, Struct, Value};

/// `.Release`, and nothing else.
pub(crate) fn of(record: &Record) -> Result<Value> {
    let chart = vec![("Metadata", metadata(record)?), ("Values", map(record.chart.values()))];
    let release = vec![
        ("Name", text(&record.name)),
        ("Info", info(record)),
        ("Chart", Struct::value("*chart.Chart", chart)),
        ("Config", map(record.config.clone())),
        ("Manifest", text(&record.manifest)),
        ("Hooks", List::any(record.hooks.iter().map(hook).collect()).into()),
        ("Version", Value::int(record.version)),
        ("Namespace", text(&record.namespace)),
        ("Labels", labels(record)),
        ("ApplyMethod", text(record.apply_method.as_str())),
    ];
    let release = [(Str::from("Release"), Struct::value("*v1.Release", release))];
    Ok(release.into_iter().collect::<Map>().into())
}

fn info(record: &Record) -> Value {
    let info = &record.info;
    Struct::value(
        "*v1.Info",
        vec![
            ("FirstDeployed", time(info.first_deployed)),
            ("LastDeployed", time(info.last_deployed)),
            ("Deleted", time(info.deleted)),
            ("Description", text(&info.description)),
            ("Status", text(info.status.as_str())),
            ("RollbackRevision", Value::int(info.rollback_revision)),
            ("Notes", text(&info.notes)),
        ],
    )
}

fn hook(hook: &HookRecord) -> Value {
    Struct::value(
        "*v1.Hook",
        vec![
            ("Name", text(&hook.name)),
            ("Kind", text(&hook.kind)),
            ("Path", text(&hook.path)),
            ("Manifest", text(&hook.manifest)),
            ("Events", texts(&hook.events)),
            ("Weight", Value::int(hook.weight)),
            ("DeletePolicies", texts(&hook.delete_policies)),
        ],
    )
}

/// Keys of `Chart.yaml` with the fields that Go has for them (`chart.Metadata`).
const METADATA: [(&str, &str); 17] = [
    ("name", "Name"),
    ("home", "Home"),
    ("sources", "Sources"),
    ("version", "Version"),
    ("description", "Description"),
    ("keywords", "Keywords"),
    ("maintainers", "Maintainers"),
    ("icon", "Icon"),
    ("apiVersion", "APIVersion"),
    ("condition", "Condition"),
    ("tags", "Tags"),
    ("appVersion", "AppVersion"),
    ("deprecated", "Deprecated"),
    ("annotations", "Annotations"),
    ("kubeVersion", "KubeVersion"),
    ("dependencies", "Dependencies"),
    ("type", "Type"),
];

fn metadata(record: &Record) -> Result<Value> {
    let chart: Json = serde_json::from_str(record.chart.as_json()).map_err(|error| anyhow!(error))?;
    let field = |(key, name): (&'static str, &'static str)| {
        let value = match (chart["metadata"].get(key), key) {
            (Some(said), _) => tree(said),
            (None, "sources" | "keywords" | "maintainers" | "dependencies") => List::any(Vec::new()).into(),
            (None, "annotations") => Map::nil(MapType::Any).into(),
            (None, "deprecated") => false.into(),
            (None, _) => text(""),
        };
        (name, value)
    };
    Ok(Struct::value("*chart.Metadata", METADATA.into_iter().map(field).collect()))
}

fn labels(record: &Record) -> Value {
    let label = |(key, value): (&String, &String)| (Str::from(key.as_str()), text(value));
    record.labels.iter().map(label).collect::<Map>().into()
}

/// As Go prints times; one that is not there is Go's zero.
fn time(time: Option<Time>) -> Value {
    text(&time.map_or_else(|| "0001-01-01 00:00:00 +0000 UTC".to_owned(), Time::go_string))
}

fn text(text: &str) -> Value {
    Str::from(text).into()
}

fn texts(all: &[String]) -> Value {
    List::any(all.iter().map(|it| text(it)).collect()).into()
}

fn map(map: serde_json::Map<String, Json>) -> Value {
    tree(&Json::Object(map))
}

fn tree(value: &Json) -> Value {
    Value::from_node(&to_node(value))
}
