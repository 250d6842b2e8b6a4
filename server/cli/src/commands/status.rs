//! `chartroom status`: what became of a release, and how its objects are.

use anyhow::{Result, anyhow};
use cluster::Connection;
use release::manifest;
use release::ports::{Cluster, Scope, Target};
use release::record::{ChartPart, Record, Records};
use release::{Gvk, Object};
use serde_json::Value;

use crate::flags::{Form, Global};
use crate::output;
use crate::release_texts::{Shown, for_programs, status};
use crate::site::Site;

/// Show the status of a release, with its objects as they are in the cluster.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The release.
    #[arg(value_name = "RELEASE")]
    name: String,
    /// Another revision than the last.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    revision: Option<i64>,
    /// Show the objects; with Helm 4 they always are.
    #[arg(long)]
    show_resources: bool,
    /// Show the description; with Helm 4 it always is.
    #[arg(long)]
    show_desc: bool,
    /// In which form.
    #[arg(short, long, value_enum, default_value_t)]
    output: Form,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let site = Site::open(global)?;
    let storage = site.storage(false);
    let record = find(&Records::new(&storage), &args.name, args.revision)?;
    let dialect = global.helm.dialect();
    let stripped = Record { chart: ChartPart::default(), ..record.clone() };
    if let Some(text) = args.output.write(&for_programs(&stripped, dialect)?)? {
        return output::print(&text);
    }
    let with_resources = args.show_resources || dialect == chart::Dialect::Helm4;
    let resources = if with_resources { resources(site.connection(), &record)? } else { String::new() };
    let shown = Shown { description: args.show_desc, resources, ..Shown::default() };
    output::print(&status(&record, &shown, dialect)?)
}

/// The last revision, or the one that is asked for.
pub(super) fn find(records: &Records<'_>, name: &str, revision: Option<i64>) -> Result<Record> {
    let found = match revision.filter(|it| *it > 0) {
        None => records.last(name),
        Some(revision) => records.get(name, revision),
    };
    found.map_err(|error| anyhow!(error))
}

/// Tables of the objects, by their kind, with the pods that they own.
pub(super) fn resources(connection: &Connection, record: &Record) -> Result<String> {
    let objects =
        manifest::build(connection, &record.manifest, &record.namespace).map_err(|error| anyhow!(error))?;
    let targets: Vec<Target> = objects.iter().map(Target::of).collect();
    let mut tables: Vec<(String, Vec<Value>)> = Vec::new();
    let mut put = |title: String, table: Value| match tables.iter_mut().find(|(known, _)| *known == title) {
        Some((_, all)) => all.push(table),
        None => tables.push((title, vec![table])),
    };
    for (object, table) in objects.iter().zip(connection.tables(&targets)) {
        if let Ok(table) = table {
            put(format!("{}/{}", object.gvk().version, object.kind()), table);
        }
    }
    for scope in related(&objects) {
        if let Ok(table) = connection.table_of(&scope)
            && table["rows"].as_array().is_some_and(|rows| !rows.is_empty())
        {
            put("v1/Pod(related)".to_owned(), table);
        }
    }
    Ok(tables.into_iter().map(|(title, tables)| format!("==> {title}\n{}\n", rows(&tables))).collect())
}

/// Where the pods of workloads are found. The same selector twice is looked at once.
fn related(objects: &[Object]) -> Vec<Scope> {
    let mut scopes: Vec<Scope> = Vec::new();
    for object in objects {
        let path: &[&str] = match object.kind() {
            "ReplicaSet" | "Deployment" | "StatefulSet" | "DaemonSet" | "Job" => {
                &["spec", "selector", "matchLabels"]
            }
            "ReplicationController" => &["spec", "selector"],
            _ => continue,
        };
        let Some(labels) = object.at(path).and_then(Value::as_object) else { continue };
        let mut pairs: Vec<String> = labels
            .iter()
            .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()))
            .collect();
        pairs.sort();
        let scope = Scope {
            gvk: Gvk::new("v1", "Pod"),
            namespace: object.namespace().to_owned(),
            labels: pairs.join(","),
            fields: String::new(),
        };
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    scopes
}

/// Rows of tables with the same columns, as `kubectl get` prints them: three spaces between columns.
fn rows(tables: &[Value]) -> String {
    let columns: Vec<(usize, String)> = tables
        .first()
        .and_then(|table| table["columnDefinitions"].as_array())
        .into_iter()
        .flatten()
        .enumerate()
        .filter(|(_, column)| column["priority"].as_i64().unwrap_or(0) == 0)
        .map(|(at, column)| (at, column["name"].as_str().unwrap_or_default().to_uppercase()))
        .collect();
    let mut lines = vec![columns.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>()];
    for row in tables.iter().flat_map(|table| table["rows"].as_array().into_iter().flatten()) {
        lines.push(columns.iter().map(|(at, _)| cell(&row["cells"][*at])).collect());
    }
    let widths: Vec<usize> =
        (0..columns.len()).map(|at| lines.iter().map(|line| line[at].len()).max().unwrap_or(0)).collect();
    let line = |cells: &Vec<String>| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        padded.collect::<Vec<_>>().join("   ").trim_end().to_owned() + "\n"
    };
    lines.iter().map(line).collect()
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "<none>".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
