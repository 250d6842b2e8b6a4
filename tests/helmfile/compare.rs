//! When two answers are the same: by what they mean, and not by how it is laid out.

use chartroom_tests::helmfile::Case;
use serde_json::{Map, Value, json};
use text::FileId;
use yaml::{Node, Numbers};

/// What differs between an answer and Helmfile's, if anything does. Words of errors are everybody's own.
pub(crate) fn difference(verb: &str, ours: &str, theirs: &str) -> Option<String> {
    let ((our_code, ours), (their_code, theirs)) = (parts(ours), parts(theirs));
    if (our_code == 0) != (their_code == 0) {
        return Some(format!(
            "exit {our_code} where Helmfile says {their_code}\n{ours}\n--- Helmfile\n{theirs}"
        ));
    }
    if our_code != 0 {
        return None;
    }
    let pair = match verb {
        "list" => (json_of(ours), json_of(theirs)),
        "build" => (unordered(states(ours)), unordered(states(theirs))),
        "write-values" => (values(ours), values(theirs)),
        _ => (manifests(ours), manifests(theirs)),
    };
    (pair.0 != pair.1).then(|| format!("{}\n--- Helmfile\n{}", shown(&pair.0), shown(&pair.1)))
}

/// The exit code, and what was said.
fn parts(answer: &str) -> (i32, &str) {
    let (head, text) = answer.split_once('\n').unwrap_or((answer, ""));
    (head.trim_start_matches("exit ").parse().unwrap(), text)
}

/// What is wrong with our complaint, if it is one: it names what the case says it must.
pub(crate) fn complaint(case: &Case, ours: &str) -> Option<String> {
    let ((code, ours), wanted) = (parts(ours), case.error.as_deref()?);
    (code != 0 && !ours.contains(wanted)).then(|| format!("our complaint does not say `{wanted}`:\n{ours}"))
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|why| json!({ "no JSON": why.to_string(), "text": text }))
}

/// The documents of a text, without the comments in which paths stand.
fn states(text: &str) -> Value {
    yaml::parse_all(text, FileId(0), Numbers::AsWritten).map_or_else(
        |why| json!({ "no YAML": why.to_string(), "text": text }),
        |it| it.iter().map(value).collect(),
    )
}

/// The helmfiles of a folder come as they are done.
fn unordered(mut states: Value) -> Value {
    if let Some(states) = states.as_array_mut() {
        states.sort_by_key(|it| it["filepath"].to_string());
    }
    states
}

/// The files of a text, each a tree.
fn values(text: &str) -> Value {
    let mut files = Map::new();
    for file in text.split("#- ").skip(1) {
        let (name, text) = file.split_once('\n').unwrap_or((file, ""));
        files.insert(name.to_owned(), states(text));
    }
    files.into()
}

/// The manifests of a text, in an order of their own: releases that do not need each other come as they are done.
fn manifests(text: &str) -> Value {
    let text = format!("\n{text}");
    let documents = text.split("\n---\n").map(str::trim).filter(|it| !it.is_empty());
    let mut documents: Vec<&str> = documents.collect();
    documents.sort_unstable();
    documents.into()
}

fn value(node: &Node) -> Value {
    match &node.value {
        yaml::Value::Null => Value::Null,
        yaml::Value::Bool(it) => json!(it),
        yaml::Value::Int(it) => json!(it),
        yaml::Value::Uint(it) => json!(it),
        yaml::Value::Float(it) => json!(it),
        yaml::Value::String(it) => json!(**it),
        yaml::Value::List(it) => it.iter().map(value).collect(),
        yaml::Value::Map(it) => it.iter().map(|it| (it.key.to_string(), value(&it.node))).collect(),
    }
}

fn shown(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
