//! A YAML node read into typed fields the way sigs.k8s.io/yaml and `encoding/json` do it together.
//!
//! Errors do not stop the reading: the first is kept and told at the end, the rest of the fields is still read. The
//! editor then has a chart to work with while Helm would have none. Lint reads rendered objects the same way.

use text::FileRange;
use yaml::{Entry, Node, Value};

use crate::govalue::json_kind;

/// What Go would say, and where.
#[derive(Clone, Debug)]
pub struct DecodeError {
    /// Go's text.
    pub message: String,
    /// The value to blame.
    pub at: Option<FileRange>,
}

/// The state of one reading: the path of fields for messages, and the first error.
#[derive(Debug, Default)]
pub struct Decoder {
    path: Vec<&'static str>,
    strukt: &'static str,
    error: Option<DecodeError>,
    /// What is only wrong once everything is read: checks come after decoding.
    invalid: Option<DecodeError>,
    /// Keys that mean no field are errors.
    strict: bool,
}

impl Decoder {
    /// A reading to which keys that mean no field are errors (`DisallowUnknownFields`).
    pub fn strict() -> Self {
        Self { strict: true, ..Self::default() }
    }

    /// The first thing that was wrong.
    pub fn finish(self) -> Option<DecodeError> {
        self.error.or(self.invalid)
    }

    /// The first thing that does not fit the types; what is only invalid does not count.
    pub fn finish_unchecked(self) -> Option<DecodeError> {
        self.error
    }

    /// Both: what does not fit the types, and what is only invalid.
    pub fn finish_both(self) -> (Option<DecodeError>, Option<DecodeError>) {
        (self.error, self.invalid)
    }

    /// Reads an object's fields in the order of their keys, as they would stand in the JSON. `name` is the Go type
    /// with its package (`chart.Metadata`); `read` is called with the field that a key means.
    pub fn object(
        &mut self,
        node: &Node,
        name: &'static str,
        fields: &'static [&'static str],
        mut read: impl FnMut(&mut Self, &'static str, &Node),
    ) {
        match &node.value {
            Value::Null => {}
            Value::Map(map) => {
                let outer = self.strukt;
                for Entry { key, node, key_at } in map.iter() {
                    let Some(field) = find_field(fields, key) else {
                        if self.strict {
                            let message = format!("json: unknown field {}", golang::strconv::quote(&**key));
                            self.fail(message, *key_at);
                        }
                        continue;
                    };
                    self.strukt = name.rsplit('.').next().unwrap_or(name);
                    self.path.push(field);
                    read(self, field, node);
                    self.path.pop();
                    self.strukt = outer;
                }
            }
            Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::List(_) => {
                self.mismatch(node, name);
            }
        }
    }

    /// Reads text; numbers and booleans are turned into it. Null leaves what was there.
    pub fn string(&mut self, node: &Node, into: &mut String) {
        match &node.value {
            Value::Null => {}
            Value::String(text) => (**text).clone_into(into),
            Value::Bool(it) => *into = it.to_string(),
            Value::Int(it) => *into = it.to_string(),
            Value::Uint(it) => *into = it.to_string(),
            // With 32 bits: sigs.k8s.io/yaml copied that from go-yaml.
            Value::Float(it) => *into = golang::strconv::format_float(*it, b'g', -1, 32),
            Value::List(_) | Value::Map(_) => self.mismatch(node, "string"),
        }
    }

    /// Reads a truth value.
    pub fn bool(&mut self, node: &Node, into: &mut bool) {
        match &node.value {
            Value::Null => {}
            Value::Bool(it) => *into = *it,
            Value::Int(_)
            | Value::Uint(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::List(_)
            | Value::Map(_) => {
                self.mismatch(node, "bool");
            }
        }
    }

    /// Reads a list; `None` for null and for what is none. `slice` is the Go type (`[]string`).
    pub fn list<T>(
        &mut self,
        node: &Node,
        slice: &'static str,
        mut read: impl FnMut(&mut Self, &Node) -> Option<T>,
    ) -> Option<Vec<T>> {
        match &node.value {
            Value::Null => None,
            Value::List(items) => Some(items.iter().filter_map(|item| read(self, item)).collect()),
            Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Map(_) => {
                self.mismatch(node, slice);
                None
            }
        }
    }

    /// Reads a list of texts.
    pub fn strings(&mut self, node: &Node, into: &mut Vec<String>) {
        let read = |this: &mut Self, item: &Node| {
            let mut text = String::new();
            this.string(item, &mut text);
            Some(text)
        };
        *into = self.list(node, "[]string", read).unwrap_or_default();
    }

    /// Remembers that a value does not fit, if nothing did so before.
    pub fn mismatch(&mut self, node: &Node, wanted: &str) {
        if self.error.is_some() {
            return;
        }
        let target = if self.path.is_empty() {
            "value".to_owned()
        } else {
            format!("struct field {}.{}", self.strukt, self.path.join("."))
        };
        let kind = json_kind(&node.value);
        let message = format!("json: cannot unmarshal {kind} into Go {target} of type {wanted}");
        self.error = Some(DecodeError { message, at: node.at });
    }

    /// Remembers an error of another kind.
    pub fn fail(&mut self, message: String, at: Option<FileRange>) {
        self.error.get_or_insert(DecodeError { message, at });
    }

    /// Remembers what a check will object to once everything is read.
    pub(crate) fn invalid(&mut self, message: String, at: Option<FileRange>) {
        self.invalid.get_or_insert(DecodeError { message, at });
    }
}

/// The field that a key means: exactly, else in any case.
fn find_field(fields: &'static [&'static str], key: &str) -> Option<&'static str> {
    let exact = fields.iter().find(|field| **field == key);
    exact.or_else(|| fields.iter().find(|field| field.eq_ignore_ascii_case(key))).copied()
}

/// The prefix that a type error gets on its way up.
pub fn unmarshal_error(message: &str) -> String {
    format!("error unmarshaling JSON: while decoding JSON: {message}")
}

/// The prefix that a YAML error gets on its way up.
pub fn convert_error(message: &str) -> String {
    format!("error converting YAML to JSON: {message}")
}
