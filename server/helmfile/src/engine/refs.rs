//! References to secrets in values, `ref+BACKEND://PATH#/KEY`, in the syntax of vals.
//!
//! Files, the environment and plain text are looked up here; all other backends are the business of whoever is outside.

use std::sync::LazyLock;

use golang::path::join;
use regex::{Captures, Regex};
use yaml::{Entry, Map, Node, Value};

use crate::{Code, Fault, FaultKind, World};

/// vals' own (`pkg/expansion`).
static REFERENCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"((?:secret)?ref)\+([^+:]*://[^+\n ]+[^+\n ",])\+?"#).ok());

/// How often references may stand in references.
const MAX_NESTING: usize = 10;

/// Looks references up.
pub(crate) struct References<'w> {
    pub(crate) world: &'w dyn World,
    /// What paths are relative to.
    pub(crate) folder: &'w str,
}

/// Why a reference was not looked up.
#[derive(Clone, Debug)]
pub(crate) struct Unresolved {
    pub(crate) code: Code,
    pub(crate) message: String,
}

impl From<Fault> for Unresolved {
    fn from(fault: Fault) -> Self {
        let code = if fault.kind == FaultKind::Untrusted { Code::Untrusted } else { Code::Secret };
        Self { code, message: fault.message }
    }
}

fn failed(message: impl Into<String>) -> Unresolved {
    Unresolved { code: Code::Secret, message: message.into() }
}

/// Whether there may be references in a text.
pub(crate) fn may_refer(text: &str) -> bool {
    text.contains("ref+")
}

impl References<'_> {
    /// A tree with the secrets in the place of references.
    pub(crate) fn expand(&self, node: &Node) -> Result<Node, Unresolved> {
        let value = match &node.value {
            Value::String(text) if may_refer(text) => self.value(text)?,
            Value::List(items) => {
                Value::List(items.iter().map(|it| self.below(it)).collect::<Result<Vec<_>, _>>()?.into())
            }
            Value::Map(map) => {
                let entry = |it: &Entry| Ok(Entry { node: self.below(&it.node)?, ..it.clone() });
                Value::Map(map.iter().map(entry).collect::<Result<Map, Unresolved>>()?.into())
            }
            value => value.clone(),
        };
        Ok(Node { value, at: node.at })
    }

    /// A part of a tree, which may be as deep as a template has made it.
    fn below(&self, node: &Node) -> Result<Node, Unresolved> {
        stacker::maybe_grow(64 << 10, 1 << 20, || self.expand(node))
    }

    /// What a text becomes: of any type where it is a reference and nothing else.
    fn value(&self, text: &str) -> Result<Value, Unresolved> {
        let text = self.inner(text.to_owned(), 0)?;
        match find(&text) {
            Some(found) if found[0].len() == text.len() => self.look_up(&found[1], &found[2]),
            _ => Ok(Value::String(self.text(&text)?.into())),
        }
    }

    /// A text with what its references stand for.
    pub(crate) fn text(&self, text: &str) -> Result<String, Unresolved> {
        let text = self.inner(text.to_owned(), 0)?;
        let (mut rest, mut expanded) = (text.as_str(), String::new());
        while let Some(found) = find(rest) {
            let Some(whole) = found.get(0) else { break };
            expanded.push_str(&rest[..whole.start()]);
            expanded.push_str(&shown(&self.look_up(&found[1], &found[2])?));
            rest = &rest[whole.end()..];
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    /// Looks up references that stand in others, the innermost first.
    fn inner(&self, text: String, depth: usize) -> Result<String, Unresolved> {
        if depth >= MAX_NESTING {
            return Err(failed(format!("maximum nesting depth ({MAX_NESTING}) exceeded")));
        }
        let starts: Vec<usize> = text.match_indices("ref+").map(|it| it.0).collect();
        for pair in starts.windows(2).rev() {
            let between = &text[pair[0] + "ref+".len()..pair[1]];
            if between.contains([' ', '\n', '\r', '\t', '"', ',']) {
                continue;
            }
            let start = if text[..pair[1]].ends_with("secret") { pair[1] - "secret".len() } else { pair[1] };
            let Some(found) = find(&text[start..]) else { continue };
            let value = shown(&self.look_up(&found[1], &found[2])?);
            let whole = found.get(0).map_or(0..0, |it| it.range());
            let replaced = format!("{}{value}{}", &text[..start + whole.start], &text[start + whole.end..]);
            return self.inner(replaced, depth + 1);
        }
        Ok(text)
    }

    fn look_up(&self, kind: &str, reference: &str) -> Result<Value, Unresolved> {
        let (backend, rest) = reference.split_once("://").unwrap_or((reference, ""));
        let (path, key) = rest.split_once('#').map_or((rest, ""), |(path, key)| (path, key));
        let key = key.strip_prefix('/').unwrap_or(key);
        let told = |error: Unresolved| Unresolved {
            message: format!("expand {reference}: {}", error.message),
            ..error
        };
        let text = match backend {
            "file" if !path.contains('?') => self.file(path),
            "echo" => return echo(path, key).map_err(told),
            "envsubst" => self.substitute(path.trim_end_matches('/').trim()),
            _ => {
                let whole = format!("{kind}+{reference}");
                return self
                    .world
                    .secret(&whole)
                    .map(|it| Value::String(it.into()))
                    .map_err(Unresolved::from);
            }
        };
        let text = text.map_err(told)?;
        if key.is_empty() {
            return Ok(Value::String(text.into()));
        }
        let node = yaml::parse_v3(&text, text::FileId(0)).map_err(|error| told(failed(error.to_string())))?;
        below(&node, key).map_err(told)
    }

    fn file(&self, path: &str) -> Result<String, Unresolved> {
        let path = path.trim_end_matches('/');
        let path = if path.starts_with('/') { path.to_owned() } else { join([self.folder, path]) };
        Ok(String::from_utf8_lossy(&self.world.read(&path)?).into_owned())
    }

    /// `$NAME`, `${NAME}` and `${NAME:-default}` of the environment.
    fn substitute(&self, text: &str) -> Result<String, Unresolved> {
        let (mut rest, mut out) = (text, String::new());
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let (name, behind) = match rest.strip_prefix('{').and_then(|it| it.split_once('}')) {
                Some(found) => found,
                None => rest
                    .split_at(rest.find(|it: char| it != '_' && !it.is_alphanumeric()).unwrap_or(rest.len())),
            };
            rest = behind;
            let (name, default) =
                name.split_once(":-").or_else(|| name.split_once('-')).unwrap_or((name, ""));
            if name.is_empty() || !name.chars().all(|it| it == '_' || it.is_alphanumeric()) {
                return Err(failed(format!("`{text}` is no text with variables")));
            }
            let value = self.world.variable(name).filter(|it| !it.is_empty());
            out.push_str(value.as_deref().unwrap_or(default));
        }
        Ok(out + rest)
    }
}

fn find(text: &str) -> Option<Captures<'_>> {
    REFERENCE.as_ref()?.captures(text)
}

fn echo(path: &str, key: &str) -> Result<Value, Unresolved> {
    if key.is_empty() {
        return Ok(Value::String(path.trim_end_matches('/').into()));
    }
    let parts: Vec<&str> = path.split('/').collect();
    let [keys @ .., value] = &parts[..] else { return Ok(Value::Null) };
    if keys.is_empty() {
        let message = format!("key must have two or more components separated by \"/\": got {path:?}");
        return Err(failed(message));
    }
    let leaf = Node::computed(Value::String((*value).into()));
    let tree = keys.iter().rev().fold(leaf, |node, key| {
        let entry = Entry { key: (*key).into(), key_at: None, node };
        Node::computed(Value::Map(Map::from_iter([entry]).into()))
    });
    below(&tree, key)
}

/// What is below keys with slashes between them; nothing where a key is not there.
fn below(node: &Node, path: &str) -> Result<Value, Unresolved> {
    let mut node = node.clone();
    for key in path.split('/') {
        if node.value.as_map().is_none() {
            return Err(failed(format!("unexpected type of value for key {key}: expected a map")));
        }
        match node.get(key) {
            Some(below) => node = below.clone(),
            None => return Ok(Value::Null),
        }
    }
    Ok(node.value)
}

/// A value as Go's `%v` prints it in a text.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Uint(it) => it.to_string(),
        Value::Float(it) => golang::strconv::format_float(*it, b'g', -1, 64),
        Value::String(it) => it.to_string(),
        Value::List(_) | Value::Map(_) => {
            yaml::write(&Node::computed(value.clone()), yaml::Layout::V3).unwrap_or_default()
        }
    }
}
