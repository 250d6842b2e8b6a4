//! The library's error tree as Helm prints it, and as findings for an editor.

use boon::{ErrorKind, InstanceLocation, InstanceToken, ValidationError};
use serde_json::Value as Json;
use text::{FileId, FileRange};
use yaml::{Node, Value};

use super::english::quote;
use super::levels::{place_of_name, restore_group, restore_levels, shared_steps, steps_between};
use super::words::describe;
use super::{Finding, FindingKind, LOCATION, Ready, TRUSTED};

/// An error with its causes.
#[derive(Debug)]
pub(super) struct Report {
    /// Where in the instance.
    pub(super) location: Vec<String>,
    pub(super) text: String,
    pub(super) kind: Kind,
    /// The JSON pointer of the rule.
    pub(super) pointer: String,
    pub(super) causes: Vec<Report>,
}

/// What an error is, as far as it is treated differently.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The whole: its text has no place.
    Schema,
    /// A jump: not shown when it leads to one thing.
    Reference,
    /// Several things of which all count.
    All,
    /// Alternatives of which none fits.
    Choice,
    /// A key that may not be called so.
    Name(String),
    Missing(Vec<String>),
    Additional(Vec<String>),
    Plain,
}

/// The text of an error whose schema is not at hand.
pub(super) fn text_of(error: &ValidationError) -> String {
    let mut out = String::new();
    build(error, &Json::Null, &Json::Null).write(&mut out, 0);
    out
}

/// How deep the values nest.
pub(super) fn depth(node: &Node) -> usize {
    let grow = |node: &Node| stacker::maybe_grow(64 * 1024, 1024 * 1024, || depth(node));
    match &node.value {
        Value::List(items) => 1 + items.iter().map(grow).max().unwrap_or_default(),
        Value::Map(map) => 1 + map.iter().map(|entry| grow(&entry.node)).max().unwrap_or_default(),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Uint(_)
        | Value::Float(_)
        | Value::String(_) => 0,
    }
}

impl Report {
    pub(super) fn new(error: &ValidationError, ready: &Ready, instance: &Json) -> Self {
        build(error, &ready.document, instance)
    }

    /// Helm's text: without the first line if that says only which schema it was.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, 0);
        let out = out.replace(TRUSTED, LOCATION);
        let head = "jsonschema validation failed with 'file:///values.schema.json#'\n";
        let text = out.strip_prefix(head).unwrap_or(&out);
        format!("{text}\n")
    }

    fn is_skipped(&self) -> bool {
        self.kind == Kind::Reference && self.causes.len() == 1
    }

    fn write(&self, out: &mut String, indent: usize) {
        let mut indent = indent;
        if !self.is_skipped() {
            if indent > 0 {
                out.push('\n');
                out.push_str(&"  ".repeat(indent - 1));
                out.push_str("- ");
            }
            indent += 1;
            if self.kind != Kind::Schema {
                out.extend(["at ", &quote(&pointer(&self.location)), ": "]);
            }
            out.push_str(&self.text);
        }
        for cause in &self.causes {
            cause.write(out, indent);
        }
    }

    /// One finding for each thing to mend: alternatives are one thing.
    pub(super) fn findings(&self, values: &Node, schema: FileId, out: &mut Vec<Finding>) {
        if self.kind == Kind::Choice && self.causes.len() > 1 {
            let mut text = String::new();
            self.causes.iter().for_each(|cause| cause.write(&mut text, 1));
            out.push(self.finding(values, schema, format!("{}{text}", self.text), FindingKind::Value));
        } else if !self.causes.is_empty() && !matches!(self.kind, Kind::Name(_)) {
            self.causes.iter().for_each(|cause| cause.findings(values, schema, out));
        } else {
            match &self.kind {
                Kind::Additional(keys) => {
                    for key in keys {
                        let message = format!("additional properties {} not allowed", quote(key));
                        let mut finding = self.finding(values, schema, message, FindingKind::Additional);
                        finding.at = key_at(values, &self.location, key).or(finding.at);
                        finding.path.push(key.clone());
                        out.push(finding);
                    }
                }
                Kind::Missing(keys) => {
                    let kind = FindingKind::Missing(keys.clone());
                    out.push(self.finding(values, schema, self.text.clone(), kind));
                }
                Kind::Name(key) => {
                    let mut finding = self.finding(values, schema, self.text.clone(), FindingKind::Value);
                    finding.at = key_at(values, &self.location, key).or(finding.at);
                    out.push(finding);
                }
                Kind::Schema | Kind::Reference | Kind::All | Kind::Choice | Kind::Plain => {
                    out.push(self.finding(values, schema, self.text.clone(), FindingKind::Value));
                }
            }
        }
    }

    fn finding(&self, values: &Node, schema: FileId, message: String, kind: FindingKind) -> Finding {
        Finding {
            chart: "".into(),
            path: self.location.clone(),
            message,
            at: place_of(values, &self.location),
            kind,
            schema: (schema, self.pointer.clone()),
        }
    }
}

fn descend<'n>(values: &'n Node, key: &str) -> Option<&'n Node> {
    match &values.value {
        Value::Map(map) => map.get(key),
        Value::List(items) => items.get(key.parse::<usize>().ok()?),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Uint(_)
        | Value::Float(_)
        | Value::String(_) => None,
    }
}

/// The value's place, or that of the nearest one above which has a place.
fn place_of(values: &Node, path: &[String]) -> Option<FileRange> {
    let mut at = values.at;
    let mut node = values;
    for key in path {
        let Some(inner) = descend(node, key) else { break };
        node = inner;
        at = node.at.or(at);
    }
    at
}

fn key_at(values: &Node, path: &[String], key: &str) -> Option<FileRange> {
    let node = path.iter().try_fold(values, |node, key| descend(node, key))?;
    node.value.as_map()?.entry(key)?.key_at
}

/// Converts an error and its causes. The depth is that of schema and values together, both bounded.
fn build(error: &ValidationError, document: &Json, instance: &Json) -> Report {
    let location = location_of(&error.instance_location);
    let (text, kind) = describe(&error.kind, error.schema_url, document);
    let base = match &error.kind {
        ErrorKind::Reference { url, .. } => url,
        _ => error.schema_url,
    };
    let own = match &error.kind {
        ErrorKind::AllOf => "allOf",
        ErrorKind::AnyOf => "anyOf",
        ErrorKind::OneOf(_) => "oneOf",
        ErrorKind::Contains | ErrorKind::MinContains { .. } => "contains",
        _ => "",
    };
    let build_cause =
        |cause| stacker::maybe_grow(64 * 1024, 1024 * 1024, || build(cause, document, instance));
    let causes: Vec<_> = error
        .causes
        .iter()
        .map(|cause| {
            let mut report = build_cause(cause);
            let steps = steps_between(base, cause.schema_url, document);
            if let Kind::Name(key) = &report.kind {
                report.location = place_of_name(&location, &steps, key, instance);
            }
            (report, steps)
        })
        .collect();
    let shared = match kind {
        Kind::Schema | Kind::Reference => shared_steps(&causes, location.len()),
        _ => 0,
    };
    let causes = if shared > 0 {
        vec![restore_group(causes, shared, document)]
    } else {
        causes.into_iter().map(|(cause, steps)| restore_levels(cause, &steps, own, document)).collect()
    };
    Report { location, text, kind, pointer: pointer_of(error.schema_url), causes }
}

fn pointer_of(url: &str) -> String {
    url.split_once('#').map_or("", |(_, pointer)| pointer).to_owned()
}

fn location_of(location: &InstanceLocation) -> Vec<String> {
    let token = |token: &InstanceToken| match token {
        InstanceToken::Prop(name) => name.to_string(),
        InstanceToken::Item(index) => index.to_string(),
    };
    location.tokens.iter().map(token).collect()
}

/// The JSON pointer of a path.
pub(super) fn pointer(path: &[String]) -> String {
    path.iter().flat_map(|key| ["/".to_owned(), key.replace('~', "~0").replace('/', "~1")]).collect()
}
