//! How much work it is to hold values against a schema.
//!
//! Schemas apply others to the same value, and these others again: forty lines, each of which asks twice for the next, ask
//! for a trillion checks. The library does them all, as Helm's does. So they are counted beforehand, each pair of a schema
//! and a value once, for what comes below them is the same every time.

use std::collections::HashMap;

use serde_json::{Map as Fields, Value as Json};
use yaml::{Node, Value};

/// More checks than these take longer than anybody waits: some seconds.
pub(super) const MOST: u64 = 5_000_000;
/// More pairs are not looked at.
const MOST_PAIRS: usize = 1_000_000;

/// Whether the schema asks for no more checks of the values than can be borne.
pub(super) fn is_bearable(document: &Json, values: &Node) -> bool {
    let mut count = Count { document, named: None, known: HashMap::new() };
    count.of(document, values) <= MOST
}

/// A pattern of the schema that takes more memory than the library gives it.
pub(super) fn huge_pattern(document: &Json) -> Option<&str> {
    let is_huge = |pattern: &&str| matches!(regex::Regex::new(pattern), Err(regex::Error::CompiledTooBig(_)));
    match document {
        Json::Object(fields) => {
            let own = fields.get("pattern").and_then(Json::as_str).into_iter();
            let of_names = fields.get("patternProperties").and_then(Json::as_object);
            let of_names = of_names.into_iter().flat_map(|it| it.keys().map(String::as_str));
            own.chain(of_names).find(is_huge).or_else(|| fields.values().find_map(huge_pattern))
        }
        Json::Array(items) => items.iter().find_map(huge_pattern),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    }
}

struct Count<'d> {
    document: &'d Json,
    /// Schemas by their anchors and ids, once somebody asks for one.
    named: Option<HashMap<&'d str, Vec<&'d Json>>>,
    /// The checks for a schema and a value; one while they are being counted, which ends a circle.
    known: HashMap<(*const Json, *const Node), u64>,
}

impl<'d> Count<'d> {
    fn of(&mut self, schema: &'d Json, node: &Node) -> u64 {
        let Json::Object(fields) = schema else { return 1 };
        let pair = (std::ptr::from_ref(schema), std::ptr::from_ref(node));
        if let Some(&known) = self.known.get(&pair) {
            return known;
        }
        if self.known.len() >= MOST_PAIRS {
            return u64::MAX;
        }
        self.known.insert(pair, 1);
        let checks = stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.fields(fields, node));
        self.known.insert(pair, checks);
        checks
    }

    fn fields(&mut self, fields: &'d Fields<String, Json>, node: &Node) -> u64 {
        let mut checks = 1_u64;
        for (keyword, value) in fields {
            let more = match &**keyword {
                "$ref" | "$dynamicRef" | "$recursiveRef" => {
                    let targets = value.as_str().map(|it| self.targets(it)).unwrap_or_default();
                    self.all(targets, node)
                }
                "allOf" | "anyOf" | "oneOf" | "dependentSchemas" | "dependencies" => {
                    self.all(schemas_in(value), node)
                }
                "not" | "if" | "then" | "else" => self.of(value, node),
                // Names are texts, which no other keyword looks into.
                "propertyNames" => {
                    let names = node.value.as_map().map_or(0, |map| map.len() as u64);
                    self.of(value, node).saturating_mul(names)
                }
                keyword => match &node.value {
                    Value::Map(map) => self.properties(keyword, value, map),
                    Value::List(items) => self.items(keyword, value, items),
                    _ => 0,
                },
            };
            checks = checks.saturating_add(more);
        }
        checks
    }

    fn properties(&mut self, keyword: &str, value: &'d Json, map: &yaml::Map) -> u64 {
        match (keyword, value) {
            ("properties", Json::Object(known)) => {
                let pairs = known.iter().filter_map(|(name, schema)| Some((schema, map.get(name)?)));
                sum(pairs.map(|(schema, node)| self.of(schema, node)))
            }
            ("patternProperties", Json::Object(patterns)) => {
                sum(patterns.values().map(|it| sum(map.iter().map(|entry| self.of(it, &entry.node)))))
            }
            ("additionalProperties" | "unevaluatedProperties", _) => {
                sum(map.iter().map(|entry| self.of(value, &entry.node)))
            }
            _ => 0,
        }
    }

    fn items(&mut self, keyword: &str, value: &'d Json, items: &[Node]) -> u64 {
        match (keyword, value) {
            ("items" | "prefixItems", Json::Array(schemas)) => {
                sum(schemas.iter().zip(items).map(|(schema, item)| self.of(schema, item)))
            }
            ("items" | "additionalItems" | "unevaluatedItems" | "contains", _) => {
                sum(items.iter().map(|item| self.of(value, item)))
            }
            _ => 0,
        }
    }

    fn all(&mut self, schemas: Vec<&'d Json>, node: &Node) -> u64 {
        sum(schemas.into_iter().map(|schema| self.of(schema, node)))
    }

    /// Where a reference may lead. Of several schemas by that name, all count.
    fn targets(&mut self, reference: &str) -> Vec<&'d Json> {
        let (address, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let fragment = unescaped(fragment);
        let base = match address {
            "" => vec![self.document],
            _ => self.named(address.rsplit('/').next().unwrap_or(address)),
        };
        if fragment.is_empty() || fragment.starts_with('/') {
            return base.into_iter().filter_map(|it| it.pointer(&fragment)).collect();
        }
        self.named(&fragment)
    }

    fn named(&mut self, name: &str) -> Vec<&'d Json> {
        let document = self.document;
        let named = self.named.get_or_insert_with(|| {
            let mut named = HashMap::new();
            find_names(document, &mut named);
            named
        });
        named.get(name).cloned().unwrap_or_default()
    }
}

/// The schemas that a keyword lists, with names or without.
fn schemas_in(value: &Json) -> Vec<&Json> {
    match value {
        Json::Array(items) => items.iter().collect(),
        Json::Object(fields) => fields.values().collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Vec::new(),
    }
}

/// Anchors, and the last parts of ids. The reader has bounded the depth.
fn find_names<'d>(value: &'d Json, named: &mut HashMap<&'d str, Vec<&'d Json>>) {
    match value {
        Json::Object(fields) => {
            for keyword in ["$anchor", "$dynamicAnchor", "$id", "id"] {
                let name = fields.get(keyword).and_then(Json::as_str);
                let name = name.and_then(|it| it.trim_end_matches('#').rsplit(['/', '#']).next());
                named.entry(name.unwrap_or_default()).or_default().push(value);
            }
            fields.values().for_each(|it| find_names(it, named));
        }
        Json::Array(items) => items.iter().for_each(|it| find_names(it, named)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// A fragment without its `%25`.
fn unescaped(fragment: &str) -> String {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail.get(..2).and_then(|it| u8::from_str_radix(std::str::from_utf8(it).ok()?, 16).ok());
        let escaped = code.filter(|_| *first == b'%');
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn sum(checks: impl Iterator<Item = u64>) -> u64 {
    checks.fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use text::FileId;

    use super::*;

    fn values(text: &str) -> Node {
        yaml::parse(text, FileId(0), yaml::Numbers::AsJson).unwrap()
    }

    /// `definitions` of which each asks twice for the next.
    fn doubling(reference: impl Fn(usize) -> String) -> Json {
        let mut all = serde_json::Map::new();
        for at in 0..60 {
            let next = json!({ "$ref": reference(at + 1) });
            all.insert(at.to_string(), json!({ "$id": format!("n{at}"), "allOf": [next, next] }));
        }
        json!({ "$ref": reference(0), "definitions": all })
    }

    #[test]
    fn doubling_schemas_are_too_much() {
        for reference in ["#/definitions/%", "#/definit%69ons/%", "n%", "x://y/n%"] {
            let document =
                doubling(|at| reference.replace("/%", &format!("/{at}")).replace("n%", &format!("n{at}")));
            assert!(!is_bearable(&document, &values("a: 1")), "{reference}");
        }
    }

    #[test]
    fn doubling_on_the_way_down_is_too_much() {
        let below = json!({ "properties": { "a": { "$ref": "#" } } });
        let deep = values(&format!("{}1{}", "{a: ".repeat(60), "}".repeat(60)));
        assert!(!is_bearable(&json!({ "allOf": [below, below] }), &deep));
        assert!(is_bearable(&json!({ "allOf": [below] }), &deep));
    }

    #[test]
    fn patterns_have_a_size() {
        let huge = r"((\pL{100}){100}){100}";
        let schema = |pattern: &str| json!({ "items": [{ "patternProperties": { pattern: {} } }] });
        assert_eq!(huge_pattern(&schema(huge)), Some(huge));
        assert_eq!(huge_pattern(&schema("a{100}")), None);
        assert_eq!(huge_pattern(&schema("(")), None);
    }

    #[test]
    fn honest_schemas_are_bearable() {
        let schema = json!({
            "additionalProperties": { "items": { "$ref": "#/$defs/a" } },
            "$defs": { "a": { "oneOf": [{ "type": "number" }, { "type": "string" }] } },
        });
        let list = format!("a: [{}]", vec!["1"; 10_000].join(","));
        assert!(is_bearable(&schema, &values(&list)));
        assert!(is_bearable(&json!({ "$ref": "#" }), &values("a: 1")));
    }
}
