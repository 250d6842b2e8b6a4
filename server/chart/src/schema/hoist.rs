//! References into places where no schema is expected, moved to where one is.
//!
//! Charts group their definitions (`#/definitions/config/duration`), and for such a target the library prepares the schema
//! of schemas after all. A copy of the target among the definitions proper spares that; findings are told in the
//! places of the original.

use serde_json::Value as Json;

use super::shape::HOLDS_A_SCHEMA;

const NAME: &str = "chartroom-hoisted-";

/// Rewrites the document; returns the original pointers of the copies, by their number.
pub(super) fn hoist(document: &mut Json) -> Vec<String> {
    let mut pointers = Vec::new();
    let home = if document.get("$schema").and_then(Json::as_str).is_some_and(|it| it.contains("draft-07")) {
        "definitions"
    } else {
        "$defs"
    };
    rewrite(document, home, &mut pointers);
    let copies: Vec<Json> =
        pointers.iter().filter_map(|pointer| document.pointer(pointer)).cloned().collect();
    let Some(root) = document.as_object_mut().filter(|_| !copies.is_empty()) else { return pointers };
    let home = root.entry(home).or_insert_with(|| Json::Object(serde_json::Map::new()));
    if let Json::Object(home) = home {
        home.extend(copies.into_iter().enumerate().map(|(at, copy)| (format!("{NAME}{at}"), copy)));
    }
    pointers
}

/// The place in the original of a pointer that may lead into a copy.
pub(super) fn original(pointer: &str, pointers: &[String]) -> String {
    let Some((_, rest)) = pointer.split_once(NAME) else { return pointer.to_owned() };
    let (number, below) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let found = number.parse().ok().and_then(|number: usize| pointers.get(number));
    found.map_or_else(|| pointer.to_owned(), |start| format!("{start}{below}"))
}

/// The reader has bounded the depth.
fn rewrite(value: &mut Json, home: &str, pointers: &mut Vec<String>) {
    match value {
        Json::Object(fields) => {
            for (key, inner) in fields {
                match inner {
                    Json::String(target) if key == "$ref" => rewrite_one(target, home, pointers),
                    // Data, not schemas.
                    _ if matches!(&**key, "default" | "const" | "enum" | "examples") => {}
                    _ => rewrite(inner, home, pointers),
                }
            }
        }
        Json::Array(items) => items.iter_mut().for_each(|item| rewrite(item, home, pointers)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn rewrite_one(target: &mut String, home: &str, pointers: &mut Vec<String>) {
    let Some(pointer) = target.strip_prefix('#').filter(|pointer| pointer.starts_with('/')) else { return };
    if is_schema_place(pointer) {
        return;
    }
    let number = pointers.iter().position(|it| it == pointer).unwrap_or_else(|| {
        pointers.push(pointer.to_owned());
        pointers.len() - 1
    });
    *target = format!("#/{home}/{NAME}{number}");
}

/// Whether a pointer leads from schema to schema.
fn is_schema_place(pointer: &str) -> bool {
    let mut keys = pointer.split('/').skip(1);
    while let Some(key) = keys.next() {
        let named = matches!(
            key,
            "properties"
                | "patternProperties"
                | "definitions"
                | "$defs"
                | "dependentSchemas"
                | "allOf"
                | "anyOf"
                | "oneOf"
                | "prefixItems"
        );
        let plain = HOLDS_A_SCHEMA.contains(&key);
        if !(plain || named && keys.next().is_some()) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn grouped_definitions_are_copied() {
        let mut document = json!({
            "definitions": {"group": {"a": {"$ref": "#/definitions/group/b"}, "b": {"type": "string"}}},
            "properties": {"x": {"$ref": "#/definitions/group/a"}, "y": {"$ref": "#/properties/x"}},
            "const": {"$ref": "#/definitions/group/a"},
        });
        let pointers = hoist(&mut document);
        assert_eq!(pointers, ["/definitions/group/b", "/definitions/group/a"]);
        assert_eq!(document["properties"]["x"]["$ref"], "#/$defs/chartroom-hoisted-1");
        assert_eq!(document["$defs"]["chartroom-hoisted-1"]["$ref"], "#/$defs/chartroom-hoisted-0");
        assert_eq!(document["properties"]["y"]["$ref"], "#/properties/x");
        assert_eq!(document["const"]["$ref"], "#/definitions/group/a");
        assert_eq!(original("/$defs/chartroom-hoisted-1/items", &pointers), "/definitions/group/a/items");
        assert_eq!(original("/properties/x", &pointers), "/properties/x");
    }

    #[test]
    fn missing_targets_stay_missing() {
        let mut document = json!({"$ref": "#/x"});
        assert_eq!(hoist(&mut document), ["/x"]);
        assert_eq!(document, json!({"$ref": "#/$defs/chartroom-hoisted-0"}));
    }
}
