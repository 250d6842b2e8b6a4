//! JSON in and out of value trees: `--set-json` and what schemas are held against.

use serde_json::{Number, Value as Json};
use yaml::{Entry, Node, Value};

/// Reads one JSON value at the start of `text` (after spaces); returns how many bytes it took.
pub(super) fn parse_prefix(text: &str) -> Result<(Node, usize), String> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Json>();
    match stream.next() {
        Some(Ok(json)) => Ok((from_json(json), stream.byte_offset())),
        Some(Err(error)) => Err(error.to_string()),
        None => Err("EOF".to_owned()),
    }
}

/// Reads a text that is one JSON value.
pub(super) fn parse_whole(text: &str) -> Result<Node, String> {
    serde_json::from_str::<Json>(text).map(from_json).map_err(|error| error.to_string())
}

/// The reader has bounded the depth.
fn from_json(json: Json) -> Node {
    Node::computed(match json {
        Json::Null => Value::Null,
        Json::Bool(it) => Value::Bool(it),
        Json::Number(it) => Value::Float(it.as_f64().unwrap_or_default()),
        Json::String(it) => Value::String(it.into()),
        Json::Array(items) => Value::List(items.into_iter().map(from_json).collect::<Vec<_>>().into()),
        Json::Object(fields) => {
            let entry =
                |(key, json): (String, Json)| Entry { key: key.into(), key_at: None, node: from_json(json) };
            Value::Map(std::sync::Arc::new(fields.into_iter().map(entry).collect()))
        }
    })
}

/// The JSON of a value tree.
pub(crate) fn to_json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(it) => Json::Bool(*it),
        Value::Int(it) => Json::from(*it),
        Value::Uint(it) => Json::from(*it),
        Value::Float(it) => Number::from_f64(*it).map_or(Json::Null, Json::Number),
        Value::String(it) => Json::from(&**it),
        Value::List(items) => Json::Array(items.iter().map(grow).collect()),
        Value::Map(map) => {
            Json::Object(map.iter().map(|entry| (entry.key.to_string(), grow(&entry.node))).collect())
        }
    }
}

fn grow(node: &Node) -> Json {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || to_json(node))
}
