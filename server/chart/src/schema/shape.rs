//! Whether a schema is plainly well formed, so that it need not be held against the schema of schemas.
//!
//! Preparing that schema takes longer than all else that is done to render a middling chart. This knows the shape of
//! the common keywords and says no wherever it is not sure: the thorough way then finds the words for what is wrong.

use std::collections::HashSet;

use serde_json::Value as Json;

/// The dialects whose keywords have the shapes below. Older ones differ.
const DIALECTS: [&str; 3] = ["draft-07/schema", "draft/2019-09/schema", "draft/2020-12/schema"];
const TYPES: [&str; 7] = ["null", "boolean", "number", "integer", "string", "array", "object"];

/// Whether a whole document is a plain schema.
pub(super) fn is_plain(document: &Json) -> bool {
    let dialect = document.get("$schema").is_none_or(|it| it.as_str().is_some_and(is_known_dialect));
    dialect && is_plain_below(document)
}

fn is_known_dialect(address: &str) -> bool {
    let address = address.strip_prefix("http://").or_else(|| address.strip_prefix("https://"));
    let path = address.and_then(|it| it.strip_prefix("json-schema.org/"));
    path.is_some_and(|path| DIALECTS.contains(&path.strip_suffix('#').unwrap_or(path)))
}

/// Keywords whose value is a schema.
pub(super) const HOLDS_A_SCHEMA: [&str; 11] = [
    "items",
    "additionalItems",
    "additionalProperties",
    "contains",
    "propertyNames",
    "if",
    "then",
    "else",
    "not",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// The reader has bounded the depth.
pub(super) fn is_plain_below(schema: &Json) -> bool {
    match schema {
        Json::Bool(_) => true,
        Json::Object(fields) => fields.iter().all(|(keyword, value)| is_plain_keyword(keyword, value)),
        Json::Null | Json::Number(_) | Json::String(_) | Json::Array(_) => false,
    }
}

fn is_plain_keyword(keyword: &str, value: &Json) -> bool {
    match keyword {
        // At the root it was looked at; further down it may mean another dialect.
        "$schema" => value.as_str().is_some_and(is_known_dialect),
        "$ref" => value.as_str().is_some_and(is_local_reference),
        "$comment" | "title" | "description" | "format" => value.is_string(),
        "pattern" => value.as_str().is_some_and(is_pattern),
        "deprecated" | "readOnly" | "writeOnly" | "uniqueItems" => value.is_boolean(),
        "examples" => value.is_array(),
        "enum" => value.as_array().is_some_and(|items| !items.is_empty()),
        "type" => {
            is_type(value) || (is_set_of_texts(value) && value.as_array().is_some_and(|it| is_types(it)))
        }
        "patternProperties" => value.as_object().is_some_and(|fields| {
            fields.iter().all(|(pattern, schema)| is_pattern(pattern) && is_plain_below(schema))
        }),
        "properties" | "definitions" | "$defs" | "dependentSchemas" => {
            value.as_object().is_some_and(|fields| fields.values().all(is_plain_below))
        }
        key if HOLDS_A_SCHEMA.contains(&key) => is_plain_below(value),
        "prefixItems" | "allOf" | "anyOf" | "oneOf" => {
            value.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(is_plain_below))
        }
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => value.is_number(),
        "multipleOf" => value.as_f64().is_some_and(|it| it > 0.0),
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties"
        | "minContains" | "maxContains" => value.is_u64(),
        "required" => is_set_of_texts(value),
        "dependentRequired" => value.as_object().is_some_and(|fields| fields.values().all(is_set_of_texts)),
        "dependencies" => false,
        "default" | "const" => true,
        _ => !keyword.starts_with('$') && !keyword.starts_with("content"),
    }
}

/// The library takes it for a bug of its own when a pattern that was let through does not compile.
fn is_pattern(text: &str) -> bool {
    regex_syntax::parse(text).is_ok()
}

fn is_local_reference(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.');
    text.strip_prefix('#').is_some_and(|pointer| pointer.bytes().all(good))
}

fn is_type(value: &Json) -> bool {
    value.as_str().is_some_and(|name| TYPES.contains(&name))
}

fn is_types(items: &[Json]) -> bool {
    !items.is_empty() && items.iter().all(is_type)
}

fn is_set_of_texts(value: &Json) -> bool {
    let mut seen = HashSet::new();
    value
        .as_array()
        .is_some_and(|items| items.iter().all(|it| it.as_str().is_some_and(|text| seen.insert(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(schema: &str, want: bool) {
        assert_eq!(is_plain(&serde_json::from_str(schema).unwrap()), want, "{schema}");
    }

    #[test]
    fn common_schemas_are_plain() {
        check("true", true);
        check(r#"{"$schema":"http://json-schema.org/draft-07/schema#","type":"object"}"#, true);
        check(
            r##"{"properties":{"a":{"$ref":"#/definitions/x"}},"definitions":{"x":{"type":["string","null"]}}}"##,
            true,
        );
        check(r#"{"required":["a","b"],"additionalProperties":false,"form":true,"title":"x"}"#, true);
        check(r#"{"anyOf":[{"minLength":1},{"enum":[1]}],"if":{},"then":{"items":{"minimum":1.5}}}"#, true);
    }

    #[test]
    fn doubt_means_no() {
        for schema in [
            "[]",
            r#"{"type":"nothing"}"#,
            r#"{"type":[]}"#,
            r#"{"type":["string","string"]}"#,
            r#"{"required":["a","a"]}"#,
            r#"{"items":[{}]}"#,
            r#"{"minLength":-1}"#,
            r#"{"$id":"x"}"#,
            r#"{"$ref":"other.json"}"#,
            r#"{"$schema":"http://json-schema.org/draft-04/schema#"}"#,
            r#"{"properties":{"a":{"properties":[]}}}"#,
            r#"{"allOf":[]}"#,
            r#"{"pattern":"("}"#,
            r#"{"patternProperties":{"(?=a)":{}}}"#,
        ] {
            check(schema, false);
        }
    }
}
