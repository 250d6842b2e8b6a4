//! From the trees of values files and manifests to JSON, as Go makes it of them.

use serde_json::{Map, Number, Value};
use yaml::Node;

/// A tree as JSON. Whole numbers lose their point, as `encoding/json` prints them.
pub fn to_json(node: &Node) -> Value {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || match &node.value {
        yaml::Value::Null => Value::Null,
        yaml::Value::Bool(it) => Value::Bool(*it),
        yaml::Value::Int(it) => Value::from(*it),
        yaml::Value::Uint(it) => Value::from(*it),
        yaml::Value::Float(it) => number(*it),
        yaml::Value::String(it) => Value::from(&**it),
        yaml::Value::List(items) => items.iter().map(to_json).collect(),
        yaml::Value::Map(map) => {
            let entries = map.iter().map(|it| (it.key.to_string(), to_json(&it.node)));
            Value::Object(entries.collect::<Map<_, _>>())
        }
    })
}

/// A JSON tree as the values that templates see; no file says them.
pub fn to_node(json: &Value) -> Node {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, || {
        Node::computed(match json {
            Value::Null => yaml::Value::Null,
            Value::Bool(it) => yaml::Value::Bool(*it),
            Value::Number(it) => yaml::Value::Float(it.as_f64().unwrap_or_default()),
            Value::String(it) => yaml::Value::String(it.as_str().into()),
            Value::Array(items) => yaml::Value::List(items.iter().map(to_node).collect::<Vec<_>>().into()),
            Value::Object(map) => {
                let entries = map.iter().map(|(key, value)| yaml::Entry {
                    key: key.as_str().into(),
                    key_at: None,
                    node: to_node(value),
                });
                yaml::Value::Map(entries.collect::<yaml::Map>().into())
            }
        })
    })
}

fn number(it: f64) -> Value {
    /// Up to here a float knows every whole number.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if it.fract() == 0.0 && it.abs() <= EXACT {
        return Value::from(it as i64);
    }
    Number::from_f64(it).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_numbers_have_no_point() {
        let node = to_node(&json!({"a": [1, 1.5, -3, 1e300], "b": null, "c": {"d": "x"}}));
        assert_eq!(to_json(&node), json!({"a": [1, 1.5, -3, 1e300], "b": null, "c": {"d": "x"}}));
        assert_eq!(to_json(&node).to_string(), r#"{"a":[1,1.5,-3,1e+300],"b":null,"c":{"d":"x"}}"#);
    }
}
