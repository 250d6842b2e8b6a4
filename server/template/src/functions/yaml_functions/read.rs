//! Reads YAML into values, with the messages of the steps behind `fromYaml`.

use text::{FileId, FileRange};
use yaml::{Node, Numbers};

use crate::functions::json;
use crate::origin::is_value;
use crate::{Cx, List, Map, Origin, Text, Trace, Value};

/// A file that no origin can name: the text came out of the template, not out of a file.
const NO_FILE: FileId = FileId(u32::MAX - 1);

/// Reads the first document.
pub(in crate::functions) fn read(cx: &Cx<'_>, text: &Text) -> Result<Value, String> {
    let Ok(source) = std::str::from_utf8(&text.bytes) else {
        return Err("error converting YAML to JSON: yaml: invalid leading UTF-8 octet".to_owned());
    };
    let node = yaml::parse(source, NO_FILE, Numbers::AsJson)
        .map_err(|error| format!("error converting YAML to JSON: {error}"))?;
    Ok(match &cx.trace {
        Some(trace) => traced(trace, text, &node),
        None => Value::from_node(&node),
    })
}

/// Go's words for YAML of one type where another was wanted.
pub(in crate::functions) fn mismatch(value: &Value, wanted: &str) -> String {
    format!("error unmarshaling JSON: while decoding JSON: {}", json::mismatch(value, wanted))
}

/// The value with, for each part, the origin of the text in which it stands.
fn traced(trace: &Trace, text: &Text, node: &Node) -> Value {
    let origin = node.at.map_or(Origin::NONE, |at| origin_of(trace, text, at));
    let value = match &node.value {
        yaml::Value::Map(map) => {
            let entries = map.iter().map(|it| (it.key.clone(), nested(trace, text, &it.node)));
            entries.collect::<Map>().into()
        }
        yaml::Value::List(items) => {
            List::any(items.iter().map(|it| nested(trace, text, it)).collect()).into()
        }
        _ => Value::from_node(node),
    };
    value.with_origin(origin)
}

fn nested(trace: &Trace, text: &Text, node: &Node) -> Value {
    stacker::maybe_grow(32 * 1024, 1024 * 1024, || traced(trace, text, node))
}

/// The first value that the bytes show.
fn origin_of(trace: &Trace, text: &Text, at: FileRange) -> Origin {
    let mut segments = Vec::new();
    let (start, end) = (usize::from(at.range.start()), usize::from(at.range.end()));
    trace.slice(text.origin, start..end.min(text.bytes.len()).max(start), &mut segments);
    segments.iter().map(|it| it.value).find(|it| is_value(*it)).unwrap_or_default()
}
