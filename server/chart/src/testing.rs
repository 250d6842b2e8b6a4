//! Charts for tests: from JSON trees, and from files in one text.

use std::sync::Arc;

use serde_json::Value as Json;
use text::FileTable;
use yaml::{Entry, Map, Node, Value};

use crate::chart::ChartData;
use crate::load::LastGood;
use crate::values::to_json;
use crate::{Chart, Dialect, LoadContext, LoadError, LoadedChart, Metadata, SourceFile};

/// A value tree; whole numbers become floats, as in a values file.
pub(crate) fn node(json: &Json) -> Node {
    Node::computed(match json {
        Json::Null => Value::Null,
        Json::Bool(it) => Value::Bool(*it),
        Json::Number(it) => Value::Float(it.as_f64().unwrap()),
        Json::String(it) => Value::String(it.as_str().into()),
        Json::Array(items) => Value::List(items.iter().map(node).collect::<Vec<_>>().into()),
        Json::Object(fields) => {
            let entry = |(key, json): (&String, &Json)| Entry {
                key: key.as_str().into(),
                key_at: None,
                node: node(json),
            };
            Value::Map(Arc::new(fields.iter().map(entry).collect::<Map>()))
        }
    })
}

/// JSON to compare with: all numbers as floats.
pub(crate) fn plain(json: &Json) -> Json {
    match json {
        Json::Number(it) => Json::from(it.as_f64().unwrap()),
        Json::Array(items) => Json::Array(items.iter().map(plain).collect()),
        Json::Object(fields) => fields.iter().map(|(key, json)| (key.clone(), plain(json))).collect(),
        Json::Null | Json::Bool(_) | Json::String(_) => json.clone(),
    }
}

/// The JSON of a tree, to compare with [`plain`].
pub(crate) fn json(node: &Node) -> Json {
    plain(&to_json(node))
}

/// A chart of `{name, values, deps}`.
pub(crate) fn chart(json: &Json) -> Chart {
    build(json).placed(None)
}

fn build(json: &Json) -> Chart {
    let name = json["name"].as_str().unwrap().to_owned();
    let values = node(&json["values"]);
    let dependencies =
        json["deps"].as_array().map(|deps| deps.iter().map(build).collect()).unwrap_or_default();
    Chart::new(ChartData {
        full_path: name.as_str().into(),
        metadata: Arc::new(Metadata { name, ..Metadata::default() }),
        lock: None,
        defaults: values.clone(),
        values,
        values_file: None,
        schema: None,
        templates: [].into(),
        files: [].into(),
        raw: [].into(),
        dependencies,
        is_root: true,
    })
}

/// Files from one text: a line `#- path` starts a file.
pub(crate) fn files(table: &mut FileTable, fixture: &str) -> Vec<SourceFile> {
    let mut files: Vec<(&str, String)> = Vec::new();
    for line in fixture.lines() {
        if let Some(path) = line.strip_prefix("#- ") {
            files.push((path, String::new()));
        } else if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
            text.push('\n');
        }
    }
    let file = |(path, text): (&str, String)| SourceFile::new(path, table.intern(path), text.into_bytes());
    files.into_iter().map(file).collect()
}

/// Loads the chart of a fixture as Helm does.
pub(crate) fn load(fixture: &str, dialect: Dialect) -> Result<Chart, LoadError> {
    let mut table = FileTable::default();
    let files = files(&mut table, fixture);
    crate::load(files, &mut LoadContext { table: &mut table, base: "c", dialect })
}

/// Loads what can be loaded of a fixture.
pub(crate) fn load_tolerant(fixture: &str, last_good: &LastGood) -> LoadedChart {
    let mut table = FileTable::default();
    let files = files(&mut table, fixture);
    let mut context = LoadContext { table: &mut table, base: "c", dialect: Dialect::Helm4 };
    crate::load_tolerant(files, &mut context, last_good, &crate::load::KnownFiles::default())
}
