//! State values as templates see them.

use std::collections::BTreeMap;

use template::{Data, IntKind, List, Map, MapType, Origin, Str, Value};
use yaml::Node;

/// A tree as Go's values: integers are `int`, as go-yaml makes them of a file for anything. What has no place of its own
/// is said to come from `around`.
pub(crate) fn from_node(node: &Node, around: Origin) -> Value {
    let origin = if node.at.is_some() { Origin::from(node.at) } else { around };
    let below = |node: &Node| stacker::maybe_grow(32 << 10, 1 << 20, || from_node(node, origin));
    let data = match &node.value {
        yaml::Value::Null => Data::Nil,
        yaml::Value::Bool(it) => Data::Bool(*it),
        yaml::Value::Int(it) => Data::Int(IntKind::Int, *it),
        yaml::Value::Uint(it) => Data::Int(IntKind::Uint64, *it as i64),
        yaml::Value::Float(it) => Data::Float(*it),
        yaml::Value::String(it) => Data::Str(Str::from(it.clone())),
        yaml::Value::List(items) => Data::List(List::any(items.iter().map(below).collect())),
        yaml::Value::Map(map) => {
            let entry = |it: &yaml::Entry| (Str::from(it.key.clone()), below(&it.node));
            Data::Map(Map::typed(MapType::Any, map.iter().map(entry).collect::<BTreeMap<_, _>>()))
        }
    };
    Value { data, origin }
}

/// A value as a tree again, without places; what has no YAML becomes null.
pub(crate) fn to_node(value: &Value) -> Node {
    let below = |value: &Value| stacker::maybe_grow(32 << 10, 1 << 20, || to_node(value));
    let tree = match &value.data {
        Data::Bool(it) => yaml::Value::Bool(*it),
        Data::Int(kind, it) if kind.is_unsigned() => yaml::Value::Uint(*it as u64),
        Data::Int(_, it) => yaml::Value::Int(*it),
        Data::Float(it) => yaml::Value::Float(*it),
        Data::Str(it) => yaml::Value::String(it.to_text().into()),
        Data::List(it) => yaml::Value::List(it.items().iter().map(below).collect::<Vec<_>>().into()),
        Data::Map(it) => {
            let entry = |(key, value): (Str, Value)| yaml::Entry {
                key: key.to_text().into(),
                key_at: None,
                node: below(&value),
            };
            yaml::Value::Map(it.to_vec().into_iter().map(entry).collect::<yaml::Map>().into())
        }
        Data::Object(it) => return to_node(&it.to_json()),
        Data::Invalid | Data::Nil | Data::Complex(_) | Data::Bytes(_) => yaml::Value::Null,
    };
    Node::computed(tree)
}
