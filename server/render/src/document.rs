//! One document of a rendered file, and the little that Helm reads of it: apiVersion, kind, name, annotations.
//!
//! Helm decodes each document whole to get at its head, so a document that is not YAML fails the release;
//! types are checked as Go's JSON decoder does, with its words.

use std::ops::Range;
use std::sync::Arc;

use golang::Dialect;
use golang::strconv::format_float;
use text::{FileId, TextRange, TextSize};
use yaml::{Node, Numbers, Value};

use crate::split::split_manifests;

/// A Kubernetes object, or what a template rendered in its place.
#[derive(Clone, Debug)]
pub struct Document {
    /// Which of the rendered files it is part of.
    pub file: usize,
    /// Its bytes there.
    pub range: Range<usize>,
    /// What Helm read of it.
    pub head: Head,
    /// When it runs, if it is a hook.
    pub hook: Option<Hook>,
}

/// The documents of one rendered file, up to the first that cannot be read.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    /// Where each stands, what Helm read of it, and when it runs.
    pub read: Vec<(Range<usize>, Head, Option<Hook>)>,
    /// Hooks whose events Helm does not know: it drops them, with a remark in its log.
    pub dropped: Vec<String>,
    /// Why the next one cannot be read, with the offset of its document.
    pub error: Option<(usize, HeadError)>,
}

/// More documents than these in one file are there to fill the memory: each takes many times what is written of it.
const MAX_DOCUMENTS: usize = 1_000_000;

impl Documents {
    /// Splits a rendered file and reads the heads.
    pub(crate) fn read(text: &str, dialect: Dialect) -> Self {
        let mut documents = Self::default();
        if text.trim().is_empty() {
            return documents;
        }
        for range in split_manifests(text, dialect) {
            if documents.read.len() == MAX_DOCUMENTS {
                let message = format!("there are more than {MAX_DOCUMENTS} documents");
                let at = TextRange::empty(TextSize::from(0));
                documents.error = Some((range.start, HeadError { message, at }));
                break;
            }
            match Head::parse(&text[range.clone()], dialect) {
                Ok(head) => match head.hook() {
                    Ok(hook) => documents.read.push((range, head, hook)),
                    Err(UnknownHook(hook)) => documents.dropped.push(hook),
                },
                Err(error) => {
                    documents.error = Some((range.start, error));
                    break;
                }
            }
        }
        documents
    }
}

/// What go-yaml says of bytes that are no UTF-8, and where they begin.
pub(crate) fn encoding_error(bytes: &[u8], dialect: Dialect) -> Option<(usize, HeadError)> {
    // Helm 3 trims documents on both sides before it reads them.
    let bytes = if dialect == Dialect::Helm3 { bytes.trim_ascii_end() } else { bytes };
    let error = std::str::from_utf8(bytes).err()?;
    let reason = match (bytes.get(error.valid_up_to()), error.error_len()) {
        (Some(0x80..=0xC1 | 0xF8..), _) => "invalid leading UTF-8 octet",
        (_, None) => "incomplete UTF-8 octet sequence",
        (_, Some(_)) => "invalid trailing UTF-8 octet",
    };
    let message = format!("error converting YAML to JSON: yaml: {reason}");
    let at = TextRange::empty(TextSize::from(0));
    Some((error.valid_up_to(), HeadError { message, at }))
}

/// Helm's `SimpleHead`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// `apiVersion`.
    pub api_version: String,
    /// `kind`.
    pub kind: String,
    /// `metadata.name`.
    pub name: String,
    /// `metadata.annotations`, sorted.
    pub annotations: Vec<(Arc<str>, String)>,
}

/// What the annotation `helm.sh/hook` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// `pre-install`, `test`, …
    pub events: Vec<String>,
    /// `helm.sh/hook-weight`; what is no number counts as 0.
    pub weight: i64,
}

/// Why a document is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadError {
    /// The text that Helm prints behind `YAML parse error on PATH: `.
    pub message: String,
    /// Where in the document.
    pub at: TextRange,
}

const HOOK: &str = "helm.sh/hook";

const EVENTS: [&str; 10] = [
    "pre-install",
    "post-install",
    "pre-delete",
    "post-delete",
    "pre-upgrade",
    "post-upgrade",
    "pre-rollback",
    "post-rollback",
    "test",
    "test-success",
];

const METADATA_TYPE: &str =
    r#"struct { Name string "json:\"name\""; Annotations map[string]string "json:\"annotations\"" }"#;

impl Head {
    /// Decodes a document.
    pub fn parse(text: &str, dialect: Dialect) -> Result<Self, HeadError> {
        let root = yaml::parse_parts(text, FileId(0), Numbers::AsWritten, is_of_head).map_err(|error| {
            HeadError { message: format!("error converting YAML to JSON: {}", error.message), at: error.at }
        })?;
        let package = if dialect == Dialect::Helm3 { "releaseutil" } else { "util" };
        match &root.value {
            Value::Null => Ok(Self::default()),
            Value::Map(_) => Self::decode(&root),
            _ => Err(mismatch(&root, &format!("Go value of type {package}.SimpleHead"))),
        }
    }

    fn decode(root: &Node) -> Result<Self, HeadError> {
        let mut head = Self {
            api_version: string_field(root, "apiVersion", "SimpleHead.apiVersion")?,
            kind: string_field(root, "kind", "SimpleHead.kind")?,
            ..Self::default()
        };
        let Some(metadata) = field(root, "metadata").filter(|it| !it.value.is_null()) else {
            return Ok(head);
        };
        if metadata.value.as_map().is_none() {
            let target = format!("Go struct field SimpleHead.metadata of type {METADATA_TYPE}");
            return Err(mismatch(metadata, &target));
        }
        head.name = string_field(metadata, "name", ".metadata.name")?;
        if let Some(annotations) = field(metadata, "annotations").filter(|it| !it.value.is_null()) {
            let wrong =
                || mismatch(annotations, "Go struct field .metadata.annotations of type map[string]string");
            for entry in annotations.value.as_map().ok_or_else(wrong)?.iter() {
                let text = string_of(&entry.node, ".metadata.annotations")?;
                head.annotations.push((entry.key.clone(), text));
            }
        }
        Ok(head)
    }

    /// The value of an annotation.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.iter().find(|(key, _)| &**key == name).map(|(_, value)| value.as_str())
    }

    /// What kind of hook this is: `Ok(None)` for none, `Err` for a hook whose events Helm does not know,
    /// which it drops.
    pub fn hook(&self) -> Result<Option<Hook>, UnknownHook> {
        let Some(events) = self.annotation(HOOK) else { return Ok(None) };
        let events: Vec<String> = events.split(',').map(|event| event.trim().to_lowercase()).collect();
        if events.iter().any(|event| !EVENTS.contains(&event.as_str())) {
            return Err(UnknownHook(self.annotation(HOOK).unwrap_or_default().to_owned()));
        }
        let weight = self.annotation("helm.sh/hook-weight").and_then(|it| it.parse().ok()).unwrap_or(0);
        Ok(Some(Hook { events, weight }))
    }
}

impl Hook {
    /// Whether it runs on `helm test`.
    pub fn is_test(&self) -> bool {
        self.events.iter().any(|event| event == "test" || event == "test-success")
    }
}

/// A hook with an event that Helm does not know: the annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownHook(String);

/// Whether a key inside of so many mappings may be one that the head is read from.
fn is_of_head(depth: usize, key: &str) -> bool {
    let is = |name: &&str| key.eq_ignore_ascii_case(name);
    match depth {
        1 => ["apiVersion", "kind", "metadata"].iter().any(is),
        2 => ["name", "annotations"].iter().any(is),
        _ => true,
    }
}

/// A field as Go's decoder finds it: by its exact name, else without regard to case.
fn field<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    node.get(name).or_else(|| {
        let entries = node.value.as_map()?.iter();
        entries.filter(|entry| entry.key.eq_ignore_ascii_case(name)).map(|entry| &entry.node).next_back()
    })
}

fn string_field(node: &Node, name: &str, go_name: &str) -> Result<String, HeadError> {
    field(node, name).map_or(Ok(String::new()), |it| string_of(it, go_name))
}

/// A scalar as text: what `sigs.k8s.io/yaml` does where Go wants a string.
fn string_of(node: &Node, go_name: &str) -> Result<String, HeadError> {
    Ok(match &node.value {
        Value::Null => String::new(),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Uint(it) => it.to_string(),
        Value::Float(it) => format_float(*it, b'g', -1, 32),
        Value::String(it) => it.to_string(),
        Value::List(_) | Value::Map(_) => {
            return Err(mismatch(node, &format!("Go struct field {go_name} of type string")));
        }
    })
}

fn mismatch(node: &Node, target: &str) -> HeadError {
    let found = match &node.value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Int(_) | Value::Uint(_) | Value::Float(_) => "number",
        Value::String(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
    };
    HeadError {
        message: format!(
            "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {found} into {target}"
        ),
        at: node.at.map_or(TextRange::empty(TextSize::from(0)), |at| at.range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        Head::parse(text, Dialect::Helm3).unwrap_err().message
    }

    #[test]
    fn reads_what_helm_reads() {
        let text =
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    one: 1\n    two: yes\n";
        let head = Head::parse(text, Dialect::Helm4).unwrap();
        assert_eq!((head.kind.as_str(), head.name.as_str()), ("Pod", "a"));
        assert_eq!(head.annotation("one"), Some("1"));
        assert_eq!(head.annotation("two"), Some("true"));
    }

    #[test]
    fn comments_alone_are_an_empty_head() {
        assert_eq!(Head::parse("# nothing\n", Dialect::Helm4).unwrap(), Head::default());
    }

    #[test]
    fn a_scalar_is_no_object() {
        let want = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of \
                    type releaseutil.SimpleHead";
        assert_eq!(message("just text"), want);
    }

    #[test]
    fn a_list_is_no_kind() {
        assert!(message("kind: [a]").ends_with("array into Go struct field SimpleHead.kind of type string"));
    }

    #[test]
    fn hooks_are_read_from_the_annotation() {
        let head = |hook: &str| Head {
            annotations: vec![
                ("helm.sh/hook".into(), hook.into()),
                ("helm.sh/hook-weight".into(), "-5".into()),
            ],
            ..Head::default()
        };
        let hook = head("pre-install, POST-upgrade").hook().unwrap().unwrap();
        assert_eq!((hook.events.len(), hook.weight), (2, -5));
        assert_eq!(head("sometime").hook(), Err(UnknownHook("sometime".to_owned())));
    }
}
