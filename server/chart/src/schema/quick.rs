//! Whether values plainly fit a schema, found out without preparing the schema.
//!
//! Nearly all values fit, and then there is nothing to tell; but preparing a middling schema with the library takes
//! longer than rendering its chart. This knows the common keywords and is not sure wherever the dialects or the
//! library's limits could matter: then the library decides, and finds the words for what is wrong.

use std::cell::Cell;
use std::collections::HashSet;

use regex::Regex;
use serde_json::{Map as Fields, Value as Json};
use yaml::{Node, Value};

use super::shape;

/// From here on not every whole number is a float of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Schemas within schemas, references followed.
const MAX_DEPTH: usize = 100;
/// Schemas applied to values in all.
const MAX_STEPS: usize = 100_000;

/// Whether a document is one that [`fits`] can judge by: in shape, and all its references lead to schemas in shape.
pub(super) fn is_sound(document: &Json) -> bool {
    shape::is_plain(document) && is_sound_below(document, document, &mut HashSet::new())
}

fn is_sound_below<'d>(value: &'d Json, document: &'d Json, seen: &mut HashSet<&'d str>) -> bool {
    match value {
        Json::Object(fields) => fields.iter().all(|(key, inner)| match (&**key, inner) {
            ("$ref", Json::String(reference)) => {
                !seen.insert(reference) || target(document, reference).is_some_and(shape::is_plain_below)
            }
            // Go bounds repetitions, and refuses a schema with larger ones.
            ("pattern", Json::String(pattern)) => !pattern.contains('{'),
            ("patternProperties", Json::Object(patterns)) => {
                !patterns.keys().any(|it| it.contains('{')) && is_sound_below(inner, document, seen)
            }
            _ => is_sound_below(inner, document, seen),
        }),
        Json::Array(items) => items.iter().all(|item| is_sound_below(item, document, seen)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => true,
    }
}

fn target<'d>(document: &'d Json, reference: &str) -> Option<&'d Json> {
    document.pointer(reference.strip_prefix('#')?)
}

/// Whether the values fit for sure. The document is sound.
pub(super) fn fits(document: &Json, values: &Node) -> bool {
    Judge { document, steps: Cell::new(0) }.schema(document, values, 0) == Some(true)
}

struct Judge<'d> {
    document: &'d Json,
    steps: Cell<usize>,
}

/// Whether something fits; `None` where that is not sure.
type Verdict = Option<bool>;

/// One that does not fit decides, whatever else is not sure.
fn all(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let mut sure = true;
    for verdict in verdicts {
        match verdict {
            Some(true) => {}
            Some(false) => return Some(false),
            None => sure = false,
        }
    }
    sure.then_some(true)
}

fn any(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    all(verdicts.map(|it| it.map(|fits| !fits))).map(|none| !none)
}

impl Judge<'_> {
    fn schema(&self, schema: &Json, value: &Node, depth: usize) -> Verdict {
        self.steps.set(self.steps.get() + 1);
        if depth > MAX_DEPTH || self.steps.get() > MAX_STEPS {
            return None;
        }
        match schema {
            Json::Bool(fits) => Some(*fits),
            Json::Object(fields) => {
                let rules = fields.iter();
                let verdict = all(rules.map(|(name, rule)| self.rule(fields, name, rule, value, depth + 1)));
                // Older dialects do not look at what stands beside a reference.
                if fields.contains_key("$ref") { verdict.filter(|fits| *fits) } else { verdict }
            }
            Json::Null | Json::Number(_) | Json::String(_) | Json::Array(_) => None,
        }
    }

    fn rule(
        &self,
        fields: &Fields<String, Json>,
        name: &str,
        rule: &Json,
        value: &Node,
        depth: usize,
    ) -> Verdict {
        match name {
            "$ref" => self.schema(target(self.document, rule.as_str()?)?, value, depth),
            "type" => match rule {
                Json::Array(types) => any(types.iter().map(|it| is_of_type(it.as_str()?, &value.value))),
                _ => is_of_type(rule.as_str()?, &value.value),
            },
            "enum" => any(rule.as_array()?.iter().map(|item| is_equal(item, &value.value))),
            "const" => is_equal(rule, &value.value),
            "allOf" => all(rule.as_array()?.iter().map(|it| self.schema(it, value, depth))),
            "anyOf" => any(rule.as_array()?.iter().map(|it| self.schema(it, value, depth))),
            "oneOf" => {
                let fitting =
                    rule.as_array()?.iter().map(|it| self.schema(it, value, depth).map(usize::from));
                Some(fitting.sum::<Option<usize>>()? == 1)
            }
            "not" => self.schema(rule, value, depth).map(|fits| !fits),
            "if" => match fields.get(if self.schema(rule, value, depth)? { "then" } else { "else" }) {
                Some(chosen) => self.schema(chosen, value, depth),
                None => Some(true),
            },
            _ => match &value.value {
                Value::Map(map) => self.map_rule(fields, name, rule, map, depth),
                Value::List(items) => self.list_rule(name, rule, items, depth),
                Value::String(text) => text_rule(name, rule, text),
                Value::Float(it) => number_rule(name, rule, *it),
                Value::Int(it) => number_rule(name, rule, *it as f64),
                Value::Uint(it) => number_rule(name, rule, *it as f64),
                Value::Null | Value::Bool(_) => Some(true),
            },
        }
    }

    fn map_rule(
        &self,
        fields: &Fields<String, Json>,
        name: &str,
        rule: &Json,
        map: &yaml::Map,
        depth: usize,
    ) -> Verdict {
        let count = || u64::try_from(map.iter().count()).ok();
        match name {
            "properties" => {
                let named = rule.as_object()?.iter();
                let present = named.filter_map(|(key, schema)| Some((schema, &map.entry(key)?.node)));
                all(present.map(|(schema, node)| self.schema(schema, node, depth)))
            }
            "additionalProperties" => {
                if fields.contains_key("patternProperties") {
                    return None;
                }
                let named = |key: &str| fields.get("properties").is_some_and(|it| it.get(key).is_some());
                let others = map.iter().filter(|entry| !named(&entry.key));
                all(others.map(|entry| self.schema(rule, &entry.node, depth)))
            }
            "required" => {
                Some(rule.as_array()?.iter().all(|it| it.as_str().is_some_and(|it| map.entry(it).is_some())))
            }
            "minProperties" => Some(count()? >= rule.as_u64()?),
            "maxProperties" => Some(count()? <= rule.as_u64()?),
            "patternProperties"
            | "propertyNames"
            | "dependentSchemas"
            | "dependentRequired"
            | "dependencies"
            | "unevaluatedProperties" => None,
            _ => Some(true),
        }
    }

    fn list_rule(&self, name: &str, rule: &Json, items: &[Node], depth: usize) -> Verdict {
        let count = items.len() as u64;
        match name {
            "items" => all(items.iter().map(|item| self.schema(rule, item, depth))),
            "minItems" => Some(count >= rule.as_u64()?),
            "maxItems" => Some(count <= rule.as_u64()?),
            "uniqueItems" => (rule == &Json::Bool(false) || count < 2).then_some(true),
            "contains" | "minContains" | "maxContains" | "prefixItems" | "additionalItems"
            | "unevaluatedItems" => None,
            _ => Some(true),
        }
    }
}

fn text_rule(name: &str, rule: &Json, text: &str) -> Verdict {
    let count = || u64::try_from(text.chars().count()).ok();
    match name {
        "minLength" => Some(count()? >= rule.as_u64()?),
        "maxLength" => Some(count()? <= rule.as_u64()?),
        "pattern" => matches(rule.as_str()?, text),
        "format" => None,
        _ => Some(true),
    }
}

/// Patterns mean the same to everyone as long as nothing in them is escaped or has a flag.
fn matches(pattern: &str, text: &str) -> Verdict {
    if pattern.contains(['\\', '{']) || pattern.contains("(?") || !pattern.is_ascii() || !text.is_ascii() {
        return None;
    }
    Some(Regex::new(pattern).ok()?.is_match(text))
}

fn number_rule(name: &str, rule: &Json, number: f64) -> Verdict {
    let compared = |holds: fn(f64, f64) -> bool| {
        let bound = rule.as_f64()?;
        (number.abs() < EXACT && bound.abs() < EXACT).then(|| holds(number, bound))
    };
    match name {
        "minimum" => compared(|number, bound| number >= bound),
        "maximum" => compared(|number, bound| number <= bound),
        "exclusiveMinimum" => compared(|number, bound| number > bound),
        "exclusiveMaximum" => compared(|number, bound| number < bound),
        "multipleOf" | "format" => None,
        _ => Some(true),
    }
}

fn is_of_type(name: &str, value: &Value) -> Verdict {
    Some(match (name, value) {
        ("integer", Value::Float(it)) if it.abs() >= EXACT || !it.is_finite() => return None,
        ("integer", Value::Float(it)) => it.fract() == 0.0,
        ("integer" | "number", Value::Int(_) | Value::Uint(_))
        | ("number", Value::Float(_))
        | ("null", Value::Null)
        | ("boolean", Value::Bool(_))
        | ("string", Value::String(_))
        | ("array", Value::List(_))
        | ("object", Value::Map(_)) => true,
        _ => false,
    })
}

fn is_equal(json: &Json, value: &Value) -> Verdict {
    let number = match value {
        Value::Float(it) => Some(*it),
        Value::Int(it) => Some(*it as f64),
        Value::Uint(it) => Some(*it as f64),
        _ => None,
    };
    Some(match (json, value) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(a), Value::Bool(b)) => a == b,
        (Json::String(a), Value::String(b)) => **a == **b,
        (Json::Array(_), Value::List(_)) | (Json::Object(_), Value::Map(_)) => return None,
        (Json::Number(a), _) => match number {
            None => false,
            Some(b) => {
                let a = a.as_f64()?;
                (a.abs() < EXACT && b.abs() < EXACT).then_some(a == b)?
            }
        },
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use text::FileId;
    use yaml::Numbers;

    use super::super::Schema;

    /// Schemas and values of many kinds.
    const SCHEMAS: &[&str] = &[
        "true",
        "false",
        r#"{"type":"object","required":["a"]}"#,
        r#"{"type":["array","null"]}"#,
        r#"{"properties":{"a":{"type":"integer","minimum":1,"maximum":2}},"additionalProperties":false}"#,
        r#"{"properties":{"a":{"type":"number","exclusiveMinimum":1,"exclusiveMaximum":3}}}"#,
        r#"{"properties":{"a":{"enum":["x",1,null,true,[1]]}}}"#,
        r#"{"properties":{"a":{"const":1.5}}}"#,
        r#"{"properties":{"a":{"minLength":2,"maxLength":3,"pattern":"^[a-c]+$"}}}"#,
        r#"{"properties":{"a":{"pattern":"^\\d+$"}}}"#,
        r#"{"properties":{"a":{"items":{"type":"string"},"minItems":1,"maxItems":2,"uniqueItems":true}}}"#,
        r#"{"minProperties":1,"maxProperties":1,"additionalProperties":{"type":"string"}}"#,
        r#"{"patternProperties":{"^a":{"type":"string"}},"additionalProperties":false}"#,
        r#"{"properties":{"a":{"oneOf":[{"type":"string"},{"type":"integer"},{"const":1}]}}}"#,
        r#"{"properties":{"a":{"anyOf":[{"type":"string"},{"multipleOf":2}]},"b":{"not":{"type":"null"}}}}"#,
        r#"{"if":{"required":["a"]},"then":{"required":["b"]},"else":{"type":"null"}}"#,
        r#"{"allOf":[{"required":["a"]},{"properties":{"a":{"type":"string"}}}]}"#,
        r##"{"$defs":{"x":{"type":"string"}},"properties":{"a":{"$ref":"#/$defs/x"}}}"##,
        r##"{"$defs":{"x":{"type":"string"}},"properties":{"a":{"$ref":"#/$defs/x","minLength":3}}}"##,
        r##"{"$schema":"http://json-schema.org/draft-07/schema#","definitions":{"x":{"type":"string"}},
             "properties":{"a":{"$ref":"#/definitions/x","minLength":3,"format":"ipv4"}}}"##,
        r##"{"properties":{"a":{"$ref":"#"}},"type":"object"}"##,
        r##"{"$ref":"#"}"##,
        r##"{"properties":{"z":{"$ref":"#/nowhere"}}}"##,
        r##"{"properties":{"z":{"$ref":"#/group"}},"group":{"type":1}}"##,
        r#"{"properties":{"z":{"pattern":"a{2000}"}}}"#,
        r#"{"properties":{"a":{"format":"ipv4"}},"$schema":"http://json-schema.org/draft-07/schema#"}"#,
    ];
    const VALUES: &[&str] = &[
        "{}",
        "a:",
        "a: 1",
        "a: 2.5",
        "a: 1.5",
        "a: 1e300",
        "a: -1",
        "a: true",
        "a: x",
        "a: abc",
        "a: abcd",
        "a: '12'",
        "a: []",
        "a: [x]",
        "a: [x, x]",
        "a: [1, 2, 3]",
        "a: {}",
        "a: {a: {a: x}}",
        "a: x\nb:",
        "a: x\nb: y",
        "ab: 1",
    ];

    /// Whoever is sure agrees with the library.
    #[test]
    fn agrees_with_the_library() {
        let mut sure = 0;
        for text in SCHEMAS {
            let schema = Schema::of(text.as_bytes());
            for values in VALUES {
                let values = yaml::parse(values, FileId(0), Numbers::AsJson).unwrap();
                if schema.fits_plainly(&values) {
                    sure += 1;
                    let refused = schema.refuse(FileId(0), &values, &mut Vec::new());
                    assert_eq!(refused, None, "{text} {values:?}");
                }
            }
        }
        assert!(sure > 120, "{sure}");
    }

    #[test]
    fn common_schemas_need_no_library() {
        let text = r##"{
            "$schema": "http://json-schema.org/draft-07/schema#",
            "definitions": {"image": {"type": "object", "required": ["tag"], "additionalProperties": false,
                "properties": {"tag": {"type": "string", "pattern": "^v[0-9]+$"}}}},
            "properties": {"image": {"$ref": "#/definitions/image"}, "count": {"oneOf": [{"type": "null"}, {"minimum": 1}]}}
        }"##;
        let schema = Schema::of(text.as_bytes());
        let check = |values: &str, want: bool| {
            let values = yaml::parse(values, FileId(0), Numbers::AsJson).unwrap();
            assert_eq!(schema.fits_plainly(&values), want, "{values:?}");
        };
        check("image: {tag: v1}\ncount: 3\nother: [x]", true);
        check("image: {tag: v1}\ncount:", false);
        check("image: {tag: x}", false);
        check("image: {tag: v1, b: c}", false);
    }
}
