//! Trees as JSON, as Go writes it.

use serde_json::{Map, Number, Value as Json};
use yaml::{Node, Value};

/// A tree on one line, keys sorted, `<`, `>` and `&` escaped.
pub(crate) fn of_node(node: &Node) -> String {
    escaped(&tree(node).to_string())
}

/// Go's escapes of what HTML would take for its own, and of two line breaks that JavaScript would.
pub(crate) fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for it in json.chars() {
        match it {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(it))),
            _ => out.push(it),
        }
    }
    out
}

fn tree(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(it) => Json::Bool(*it),
        Value::Int(it) => Json::Number((*it).into()),
        Value::Uint(it) => Json::Number((*it).into()),
        Value::Float(it) if it.fract() == 0.0 && it.abs() < 1e15 => Json::Number((*it as i64).into()),
        Value::Float(it) => Number::from_f64(*it).map_or(Json::Null, Json::Number),
        Value::String(it) => Json::String(it.to_string()),
        Value::List(items) => Json::Array(items.iter().map(tree).collect()),
        Value::Map(map) => {
            Json::Object(map.iter().map(|it| (it.key.to_string(), tree(&it.node))).collect::<Map<_, _>>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_go_writes_it() {
        let node = yaml::parse_v3("b: [1, 2.5, '<']\na: null", text::FileId(0)).unwrap();
        assert_eq!(of_node(&node), r#"{"a":null,"b":[1,2.5,"\u003c"]}"#);
    }
}
