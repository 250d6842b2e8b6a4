//! How Go prints a value and names its type: for the warnings and errors that show one.

use std::fmt::Write;

use yaml::{Entry, Node, Value};

/// The dynamic type as Go's runtime and `%T` name it.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "nil",
        Value::Bool(_) => "bool",
        Value::Int(_) => "int64",
        Value::Uint(_) => "uint64",
        Value::Float(_) => "float64",
        Value::String(_) => "string",
        Value::List(_) => "[]interface {}",
        Value::Map(_) => "map[string]interface {}",
    }
}

/// What `encoding/json` calls the value when it does not fit.
pub(crate) fn json_kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Uint(_) | Value::Float(_) => "number",
        Value::String(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    }
}

/// `%v`.
pub(crate) fn display(node: &Node) -> String {
    let mut out = String::new();
    write_value(&mut out, &node.value, 0);
    out
}

/// Values may nest 10,000 deep; a message needs no more than this.
const MAX_DEPTH: usize = 64;

fn write_value(out: &mut String, value: &Value, depth: usize) {
    if depth > MAX_DEPTH {
        out.push('…');
        return;
    }
    match value {
        Value::Null => out.push_str("<nil>"),
        Value::Bool(it) => out.push_str(if *it { "true" } else { "false" }),
        Value::Int(it) => write_display(out, it),
        Value::Uint(it) => write_display(out, it),
        Value::Float(it) => out.push_str(&golang::strconv::format_float(*it, b'g', -1, 64)),
        Value::String(it) => out.push_str(it),
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { " " } else { "" });
                write_value(out, &item.value, depth + 1);
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push_str("map[");
            for (index, entry) in map.iter().enumerate() {
                out.push_str(if index > 0 { " " } else { "" });
                out.push_str(&entry.key);
                out.push(':');
                write_value(out, &entry.node.value, depth + 1);
            }
            out.push(']');
        }
    }
}

/// `%t`, which Helm asks for where a boolean is the one thing that cannot be.
pub(crate) fn as_bool_verb(node: &Node) -> String {
    match &node.value {
        Value::Null => "%!t(<nil>)".to_owned(),
        _ => bad_verb(node, 0),
    }
}

/// Go goes into lists and maps and complains about each scalar.
fn bad_verb(node: &Node, depth: usize) -> String {
    match &node.value {
        _ if depth > MAX_DEPTH => "…".to_owned(),
        Value::Bool(it) => it.to_string(),
        Value::Null => "<nil>".to_owned(),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| bad_verb(item, depth + 1)).collect();
            format!("[{}]", items.join(" "))
        }
        Value::Map(map) => {
            let entry =
                |entry: &Entry| format!("%!t(string={}):{}", entry.key, bad_verb(&entry.node, depth + 1));
            format!("map[{}]", map.iter().map(entry).collect::<Vec<_>>().join(" "))
        }
        value @ (Value::Int(_) | Value::Uint(_) | Value::Float(_) | Value::String(_)) => {
            format!("%!t({}={})", type_name(value), display(node))
        }
    }
}

fn write_display(out: &mut String, value: impl std::fmt::Display) {
    // Writing to a string cannot fail.
    let _ = write!(out, "{value}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_verbs() {
        let text = |value| as_bool_verb(&Node::computed(value));
        assert_eq!(text(Value::String("x".into())), "%!t(string=x)");
        assert_eq!(text(Value::Float(3.0)), "%!t(float64=3)");
        assert_eq!(text(Value::Null), "%!t(<nil>)");
        assert_eq!(text(Value::Bool(true)), "true");
        let list = Value::List(vec![Node::computed(Value::Int(1))].into());
        assert_eq!(text(list), "[%!t(int64=1)]");
    }
}
