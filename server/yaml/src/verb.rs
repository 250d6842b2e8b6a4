//! Values as Go's `%#v` prints them, for the messages that show them: `invalid map key`.

use golang::strconv::{format_float, quote};

use crate::Value;

/// `%#v` of a decoded value. A template action that is not quoted is a map in a map to YAML, so this is what
/// many people see first.
pub(crate) fn go_syntax(value: &Value) -> String {
    if value.is_null() { "<nil>".to_owned() } else { element(value) }
}

/// A nil inside a collection has a type.
fn element(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".to_owned(),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Uint(it) => format!("{it:#x}"),
        Value::Float(it) => format_float(*it, b'g', -1, 64),
        Value::String(it) => quote(&**it),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|it| element(&it.value)).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Value::Map(map) => {
            let entry = |it: &crate::Entry| format!("{}:{}", quote(&*it.key), element(&it.node.value));
            let entries: Vec<String> = map.iter().map(entry).collect();
            format!("map[interface {{}}]interface {{}}{{{}}}", entries.join(", "))
        }
    }
}
