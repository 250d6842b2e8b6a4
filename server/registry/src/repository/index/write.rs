//! Printing an index as Helm does: YAML with sorted keys, or JSON in the order of Go's structs.

use golang::time::NEVER;
use serde_json::{Map, Value as Json};
use yaml::{Entry, Layout, Node, Value};

use super::read::{OBSOLETE, OWN};
use super::{ChartVersion, Index};

impl Index {
    /// The text of `index.yaml`.
    pub fn to_yaml(&self) -> Result<String, yaml::Error> {
        yaml::write(&self.to_node(), Layout::V2).map(|text| text + "\n")
    }

    /// The same as JSON.
    pub fn to_json(&self) -> String {
        let entries = self.entries.iter().map(|(name, versions)| {
            (name.clone(), versions.iter().map(ChartVersion::to_json).collect::<Vec<_>>().into())
        });
        let mut index = Map::new();
        index.insert("apiVersion".to_owned(), self.api_version.as_str().into());
        index.insert("generated".to_owned(), told(&self.generated).into());
        index.insert("entries".to_owned(), Json::Object(entries.collect()));
        if !self.public_keys.is_empty() {
            index.insert("publicKeys".to_owned(), self.public_keys.clone().into());
        }
        if !self.annotations.is_empty() {
            let texts = self.annotations.iter().map(|(key, text)| (key.clone(), text.as_str().into()));
            index.insert("annotations".to_owned(), Json::Object(texts.collect()));
        }
        escaped(&format!("{:#}", Json::Object(index)))
    }

    fn to_node(&self) -> Node {
        let entries = self.entries.iter().map(|(name, versions)| {
            (name.as_str(), list(versions.iter().map(ChartVersion::to_node).collect()))
        });
        let mut fields = vec![
            ("apiVersion", text(&self.api_version)),
            ("generated", text(told(&self.generated))),
            ("entries", map(entries)),
        ];
        if !self.public_keys.is_empty() {
            fields.push(("publicKeys", list(self.public_keys.iter().map(|it| text(it)).collect())));
        }
        if !self.annotations.is_empty() {
            let texts = self.annotations.iter().map(|(key, value)| (key.as_str(), text(value)));
            fields.push(("annotations", map(texts)));
        }
        map(fields)
    }
}

impl ChartVersion {
    fn to_node(&self) -> Node {
        let mut fields: Vec<_> =
            vec![("urls", list_or_null(&self.urls)), ("created", text(told(&self.created)))];
        if self.removed {
            fields.push(("removed", Node::computed(Value::Bool(true))));
        }
        fields.push(("digest", text(&self.digest)));
        fields.extend(self.obsolete.iter().map(|(field, value)| (*field, text(value))));
        fields.retain(|(field, node)| matches!(*field, "urls" | "created") || !is_empty(node));
        let metadata = self.metadata.to_node();
        let own = metadata.value.as_map().into_iter().flat_map(|it| it.iter());
        map(own.map(|it| (&*it.key, it.node.clone())).chain(fields))
    }

    fn to_json(&self) -> Json {
        let metadata = serde_json::from_str(&chart::json::metadata(&self.metadata));
        let mut fields: Map<String, Json> = metadata.unwrap_or_default();
        let node = self.to_node();
        let own = OWN.iter().chain(&OBSOLETE);
        fields.extend(own.filter_map(|field| Some(((*field).to_owned(), json(node.get(field)?)))));
        Json::Object(fields)
    }
}

/// Go prints a time that nobody said, too.
fn told(time: &str) -> &str {
    if time.is_empty() { NEVER } else { time }
}

fn is_empty(node: &Node) -> bool {
    node.value.as_str() == Some("")
}

fn text(text: &str) -> Node {
    Node::computed(Value::String(text.into()))
}

fn list(items: Vec<Node>) -> Node {
    Node::computed(Value::List(items.into()))
}

/// A slice that nobody filled is `null` to Go.
fn list_or_null(items: &[String]) -> Node {
    if items.is_empty() {
        Node::computed(Value::Null)
    } else {
        list(items.iter().map(|it| text(it)).collect())
    }
}

fn map<'k>(fields: impl IntoIterator<Item = (&'k str, Node)>) -> Node {
    let entries = fields.into_iter().map(|(key, node)| Entry { key: key.into(), key_at: None, node });
    Node::computed(Value::Map(std::sync::Arc::new(entries.collect())))
}

fn json(node: &Node) -> Json {
    match &node.value {
        Value::Null => Json::Null,
        Value::Bool(it) => (*it).into(),
        Value::Int(it) => (*it).into(),
        Value::Uint(it) => (*it).into(),
        Value::Float(it) => (*it).into(),
        Value::String(it) => (&**it).into(),
        Value::List(items) => items.iter().map(json).collect::<Vec<_>>().into(),
        Value::Map(map) => Json::Object(map.iter().map(|it| (it.key.to_string(), json(&it.node))).collect()),
    }
}

/// `encoding/json` escapes what means something in HTML; outside of texts there is none of it.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => out.push(character),
        }
    }
    out
}
