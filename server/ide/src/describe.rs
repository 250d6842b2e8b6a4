//! Values in words: on one line behind an item, and at length for a hover.

use yaml::{Layout, Node, Value};

use crate::analysis::Analysis;
use crate::shape::{Shape, Thing, ValueAt};

/// How many lines of a value are shown at most.
const MAX_LINES: usize = 24;
/// How long a value on one line may be.
const MAX_COLUMNS: usize = 60;

/// A node on one line.
pub(crate) fn node_in_a_word(node: &Node) -> String {
    match &node.value {
        Value::Map(map) if map.is_empty() => "{}".to_owned(),
        Value::Map(map) => {
            let keys: Vec<&str> = map.iter().map(|entry| &*entry.key).collect();
            shorten(&format!("{{{}}}", keys.join(", ")))
        }
        Value::List(items) if items.is_empty() => "[]".to_owned(),
        Value::List(items) if items.len() == 1 => "[1 element]".to_owned(),
        Value::List(items) => format!("[{} elements]", items.len()),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        scalar => {
            let node = Node::computed(scalar.clone());
            shorten(yaml::write(&node, Layout::V2).unwrap_or_default().lines().next().unwrap_or_default())
        }
    }
}

/// A value on one line.
pub(crate) fn value_in_a_word(value: &ValueAt) -> String {
    value.node.as_ref().map_or_else(|| "not set".to_owned(), node_in_a_word)
}

/// A shape on one line.
pub(crate) fn shape_in_a_word(shape: &Shape) -> String {
    match shape.options().first() {
        None => String::new(),
        Some(Thing::Value(value)) => format!("{} = {}", value.display(), value_in_a_word(value)),
        Some(Thing::Context(chart)) => format!("the dot of {}", chart.rsplit('/').next().unwrap_or(chart)),
        Some(Thing::Builtin(builtin)) => builtin.display(),
        Some(Thing::Dict(entries)) => {
            let keys: Vec<&str> = entries.keys().map(String::as_str).collect();
            shorten(&format!("dict {}", keys.join(", ")))
        }
        Some(Thing::List(_)) => "list".to_owned(),
        Some(Thing::Literal(text)) => shorten(&format!("{text:?}")),
        Some(Thing::Typed(name)) => (*name).to_owned(),
    }
}

/// What is known of a value besides itself: which file sets it, what its comments and its schema
/// say, whom it overrides.
pub(crate) fn value_documentation(analysis: &Analysis, value: &ValueAt) -> String {
    let places = analysis.key_places(value);
    let mut text = String::new();
    if let Some(doc) = places.iter().find_map(crate::keys::KeyPlace::doc) {
        text.push_str(&doc);
        text.push_str("\n\n");
    }
    let said = analysis.said_of(value).documentation();
    if !said.is_empty() && !text.contains(&said) {
        text.push_str(&said);
        text.push_str("\n\n");
    }
    let mut set = places.iter().filter(|it| !it.is_commented());
    match set.next() {
        Some(winner) => text.push_str(&format!("set in {}", winner.shown())),
        None if value.node.is_some() => text.push_str("set on the way, by no file"),
        None if places.is_empty() => text.push_str("not set anywhere"),
        None => text.push_str(&format!("only an example in {}", places[0].shown())),
    }
    for other in set {
        let shown = shorten(other.value_text().lines().next().unwrap_or_default());
        text.push_str(&format!("\noverrides {} (`{}`)", other.shown(), shown.trim()));
    }
    text
}

/// A node as YAML, cut where it gets long.
pub(crate) fn node_as_yaml(node: &Node) -> String {
    let text = yaml::write(node, Layout::V2).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    if lines.len() <= MAX_LINES {
        return text;
    }
    format!("{}\n# … {} more lines", lines[..MAX_LINES].join("\n"), lines.len() - MAX_LINES)
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(MAX_COLUMNS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
