//! How deep checking values against a schema can go.
//!
//! The library recurses: for every level of the values, once for each schema that applies at that place through `$ref`,
//! `allOf` and the like. A chart from a stranger may chain as many of these as fit into a file, so the stack is sized
//! beforehand, and what would need too much is refused.

use std::collections::HashMap;

use serde_json::Value as Json;

/// The keywords whose schemas apply to the same value.
const IN_PLACE: [&str; 7] = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else"];

/// The length of the longest chain of schemas that apply to one value.
pub(super) fn longest_chain(document: &Json) -> usize {
    let mut search = Search { document, known: HashMap::new(), unclear: false, steps: 0 };
    let longest = search.visit(document);
    // Where a reference cannot be followed here, it may lead to any of the others.
    if search.unclear { search.steps.max(longest) } else { longest }
}

/// How many objects a document holds.
pub(super) fn size(document: &Json) -> usize {
    match document {
        Json::Object(fields) => 1 + fields.values().map(size).sum::<usize>(),
        Json::Array(items) => items.iter().map(size).sum(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => 0,
    }
}

struct Search<'d> {
    document: &'d Json,
    /// The chain from a schema on; 0 while it is being looked at, which ends a circle.
    known: HashMap<*const Json, usize>,
    unclear: bool,
    steps: usize,
}

impl<'d> Search<'d> {
    /// The longest chain that starts anywhere in the value. The reader has bounded the depth.
    fn visit(&mut self, value: &'d Json) -> usize {
        match value {
            Json::Object(fields) => {
                let below = fields.values().map(|inner| self.visit(inner)).max().unwrap_or_default();
                below.max(self.chain(value))
            }
            Json::Array(items) => items.iter().map(|item| self.visit(item)).max().unwrap_or_default(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => 0,
        }
    }

    fn chain(&mut self, schema: &'d Json) -> usize {
        if let Some(&known) = self.known.get(&std::ptr::from_ref(schema)) {
            return known;
        }
        self.known.insert(std::ptr::from_ref(schema), 0);
        let next = self.next(schema);
        self.steps += next.len();
        let longest = next.into_iter().map(|schema| {
            // Chains of references can be as long as the file.
            stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.chain(schema))
        });
        let longest = 1 + longest.max().unwrap_or_default();
        self.known.insert(std::ptr::from_ref(schema), longest);
        longest
    }

    /// The schemas that apply to the same value as this one.
    fn next(&mut self, schema: &'d Json) -> Vec<&'d Json> {
        let Json::Object(fields) = schema else { return Vec::new() };
        let mut next = Vec::new();
        for (keyword, value) in fields {
            match (&**keyword, value) {
                ("$ref", Json::String(target)) => match target.strip_prefix('#') {
                    Some(pointer) if !pointer.contains('%') => next.extend(self.document.pointer(pointer)),
                    _ => self.unclear = true,
                },
                ("$dynamicRef" | "$recursiveRef" | "$id", _) => self.unclear = true,
                ("dependentSchemas" | "dependencies", Json::Object(inner)) => next.extend(inner.values()),
                (keyword, Json::Array(items)) if IN_PLACE.contains(&keyword) => next.extend(items),
                (keyword, Json::Object(_)) if IN_PLACE.contains(&keyword) => next.push(value),
                _ => {}
            }
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn chains_are_counted() {
        assert_eq!(longest_chain(&json!(true)), 0);
        assert_eq!(longest_chain(&json!({"properties": {"a": {"type": "string"}}})), 1);
        assert_eq!(longest_chain(&json!({"allOf": [{"not": {}}, {}]})), 3);
        assert_eq!(
            longest_chain(&json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {}}, "$ref": "#/$defs/a"})),
            3
        );
    }

    #[test]
    fn circles_end() {
        assert!(longest_chain(&json!({"$ref": "#"})) <= 2);
        assert_eq!(longest_chain(&json!({"additionalProperties": {"$ref": "#"}})), 2);
    }

    #[test]
    fn long_chains_do_not_overflow() {
        let mut defs = serde_json::Map::new();
        for at in 0..100_000 {
            defs.insert(at.to_string(), json!({"$ref": format!("#/$defs/{}", at + 1)}));
        }
        assert_eq!(longest_chain(&json!({"$ref": "#/$defs/0", "$defs": defs})), 100_001);
    }
}
