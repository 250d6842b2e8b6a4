//! Reads YAML into values, with the messages of the steps behind `fromYaml`.

use memchr::memmem;
use text::{FileId, FileRange};
use yaml::{Node, Numbers};

use crate::functions::json;
use crate::{Cx, List, Map, Origin, Str, Text, Value};

/// A file that no origin can name: the text came out of the template, not out of a file.
const NO_FILE: FileId = FileId(u32::MAX - 1);

/// Reads the first document.
pub(in crate::functions) fn read(cx: &mut Cx<'_>, text: &Text) -> Result<Value, String> {
    let Ok(source) = std::str::from_utf8(&text.bytes) else {
        return Err("error converting YAML to JSON: yaml: invalid leading UTF-8 octet".to_owned());
    };
    cx.budget.allocate(memory_of_parts(&text.bytes)).map_err(|refused| refused.to_string())?;
    let node = yaml::parse(source, NO_FILE, Numbers::AsJson)
        .map_err(|error| format!("error converting YAML to JSON: {error}"))?;
    Ok(if cx.trace.is_some() { traced(cx, text, &node) } else { Value::from_node(&node) })
}

/// What the parts of a text in YAML, JSON or TOML may take when they are values. Each stands behind one of a few
/// characters.
pub(in crate::functions) fn memory_of_parts(text: &[u8]) -> usize {
    const A_PART: usize = 160;
    let is_mark = |byte: &&u8| matches!(byte, b'\n' | b',' | b'[' | b'{');
    let within_lines = memmem::find_iter(text, b"- ").count() + memmem::find_iter(text, b"? ").count();
    (text.iter().filter(is_mark).count() + within_lines) * A_PART + text.len()
}

/// Go's words for YAML of one type where another was wanted.
pub(in crate::functions) fn mismatch(value: &Value, wanted: &str) -> String {
    format!("error unmarshaling JSON: while decoding JSON: {}", json::mismatch(value, wanted))
}

/// The value with, for each part, the origin of the text in which it stands.
fn traced(cx: &mut Cx<'_>, text: &Text, node: &Node) -> Value {
    let value = match &node.value {
        yaml::Value::Map(map) => {
            let entries = map.iter().map(|it| (it.key.clone(), nested(cx, text, &it.node)));
            entries.collect::<Map>().into()
        }
        yaml::Value::List(items) => List::any(items.iter().map(|it| nested(cx, text, it)).collect()).into(),
        _ => Value::from_node(node),
    };
    let origin = node.at.map_or(Origin::NONE, |at| origin_of(cx, text, at, value.as_str()));
    value.with_origin(origin)
}

fn nested(cx: &mut Cx<'_>, text: &Text, node: &Node) -> Value {
    stacker::maybe_grow(32 * 1024, 1024 * 1024, || traced(cx, text, node))
}

/// What the bytes show: of a string that stands there as it is each byte, else all of them together.
fn origin_of(cx: &mut Cx<'_>, text: &Text, at: FileRange, string: Option<&Str>) -> Origin {
    let Some(trace) = &mut cx.trace else { return Origin::NONE };
    let len = text.bytes.len();
    let (start, end) = (usize::from(at.range.start()).min(len), usize::from(at.range.end()).min(len));
    let mut segments = Vec::new();
    trace.slice(text.origin, start..end.max(start), &mut segments);
    let written = &text.bytes[start..end.max(start)];
    let inside =
        string.and_then(|it| Some((memmem::find(written, it).filter(|_| !it.is_empty())?, it.len())));
    match (inside, &segments[..]) {
        (_, [one]) if one.place.is_none() => trace.mix([one.value]),
        (Some((from, len)), _) => {
            let mut parts = Vec::new();
            trace.slice(text.origin, start + from..start + from + len, &mut parts);
            trace.compose(parts)
        }
        (None, _) => trace.mix(segments.iter().map(|it| it.value)),
    }
}
