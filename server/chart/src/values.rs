//! What the user says about values: `-f` files in their order, then the `--set` family.
//!
//! By kind, not by position: `--set-json`, `--set`, `--set-string`, `--set-file`, `--set-literal` come after all files and
//! in this order, whatever the command line looks like. Nulls are kept here; deleting is [`crate::coalesce`]'s job.

mod json;
mod path;
pub mod strvals;

use std::sync::Arc;

use golang::Dialect;
use text::{FileId, FileRange};
use yaml::{Entry, Map, Node, Value};

pub(crate) use json::to_json;
pub(crate) use path::follow;
pub use path::{PathStep, ValuePath};
use strvals::{Argument, Reader};

/// A values file that was asked for.
#[derive(Clone, Debug)]
pub struct ValuesFile {
    /// As the user wrote it: messages name it so.
    pub name: String,
    /// Its number.
    pub id: FileId,
    /// Its bytes.
    pub data: Arc<[u8]>,
}

/// The arguments of the `--set` family, each kind in the order of the command line.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--set-json`.
    pub json: Vec<String>,
    /// `--set`.
    pub set: Vec<String>,
    /// `--set-string`.
    pub string: Vec<String>,
    /// `--set-file`.
    pub file: Vec<String>,
    /// `--set-literal`.
    pub literal: Vec<String>,
    /// Numbers that stand for the arguments in ranges, as if each were a file: in the order of
    /// [`Overrides::arguments`]. What is set by an argument without a number has no place.
    pub files: Vec<FileId>,
}

/// The arguments of the `--set` family by their flags, in the order in which they are applied.
const FLAGS: [&str; 5] = ["--set-json", "--set", "--set-string", "--set-file", "--set-literal"];

/// What came of them, together and one by one.
#[derive(Clone, Debug)]
pub struct UserValues {
    /// All of them merged: what rendering starts from.
    pub merged: Node,
    /// The files in their order.
    pub files: Vec<Node>,
    /// What each argument of the `--set` family says by itself, in the order of [`Overrides::arguments`]. Null
    /// for one that makes no sense without what comes before it.
    pub sets: Vec<Node>,
}

/// Why the user's values cannot be read.
#[derive(Clone, Debug)]
pub struct ValuesError {
    /// Helm's text.
    pub message: String,
    /// Where, if it is in a file.
    pub at: Option<FileRange>,
}

impl std::fmt::Display for ValuesError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ValuesError {}

impl Overrides {
    /// The arguments with their flags, in the order in which they are applied: by kind.
    pub fn arguments(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let kinds = [&self.json, &self.set, &self.string, &self.file, &self.literal];
        FLAGS
            .into_iter()
            .zip(kinds)
            .flat_map(|(flag, kind)| kind.iter().map(move |text| (flag, text.as_str())))
    }

    /// Whether nothing was asked for.
    pub fn is_empty(&self) -> bool {
        self.arguments().next().is_none()
    }

    /// Lays them over `base`. `read_file` gives the contents for `--set-file`.
    pub fn apply(&self, base: &Node, dialect: Dialect, read_file: Reader) -> Result<Node, ValuesError> {
        let mut values = map_of(base);
        for (at, (flag, text)) in self.arguments().enumerate() {
            let argument = Argument { text, file: self.files.get(at).copied() };
            apply_one(flag, argument, &mut values, dialect, read_file)?;
        }
        Ok(Node { value: Value::Map(values.into()), at: base.at })
    }

    /// What each says by itself.
    fn one_by_one(&self, dialect: Dialect, read_file: Reader) -> Vec<Node> {
        let alone = |(at, (flag, text)): (usize, (&str, &str))| {
            let argument = Argument { text, file: self.files.get(at).copied() };
            let mut values = Map::default();
            match apply_one(flag, argument, &mut values, dialect, read_file) {
                Ok(()) => Node::computed(Value::Map(values.into())),
                Err(_) => Node::computed(Value::Null),
            }
        };
        self.arguments().enumerate().map(alone).collect()
    }
}

fn apply_one(
    flag: &str,
    argument: Argument,
    values: &mut Map,
    dialect: Dialect,
    read_file: Reader,
) -> Result<(), ValuesError> {
    let done = match flag {
        "--set-json" => return set_json(values, argument, dialect),
        "--set" => strvals::parse_into(argument, values, dialect),
        "--set-string" => strvals::parse_into_string(argument, values, dialect),
        "--set-file" => strvals::parse_into_file(argument, values, dialect, read_file),
        _ => strvals::parse_literal_into(argument, values, dialect),
    };
    done.map_err(|error| ValuesError { message: format!("failed parsing {flag} data: {error}"), at: None })
}

/// Helm 4 also takes a whole object.
fn set_json(values: &mut Map, argument: Argument, dialect: Dialect) -> Result<(), ValuesError> {
    let arg = argument.text;
    let failed =
        |what: &str| ValuesError { message: format!("failed parsing --set-json {what} {arg}"), at: None };
    let trimmed = arg.trim();
    if dialect == Dialect::Helm4 && trimmed.starts_with('{') {
        let object = json::parse_whole(trimmed).map_err(|_| failed("data JSON:"))?;
        let at = argument.file.map(|file| FileRange::new(file, 0, arg.len()));
        let object = strvals::placed(object, arg, at);
        let merged = merge_maps(&Node::computed(Value::Map(Arc::new(std::mem::take(values)))), &object);
        *values = map_of(&merged);
        return Ok(());
    }
    strvals::parse_json_into(argument, values, dialect).map_err(|_| failed("data"))
}

/// Reads and merges all that the user says.
pub fn merge(
    files: &[ValuesFile],
    overrides: &Overrides,
    dialect: Dialect,
    read_file: Reader,
) -> Result<UserValues, ValuesError> {
    let files = files.iter().map(|file| read_file_values(file, dialect)).collect::<Result<Vec<_>, _>>()?;
    let merged = merge_files(&files);
    if overrides.is_empty() {
        return Ok(UserValues { merged, files, sets: Vec::new() });
    }
    let merged = overrides.apply(&merged, dialect, read_file)?;
    let sets = overrides.one_by_one(dialect, read_file);
    Ok(UserValues { merged, files, sets })
}

/// Reads one values file; Helm 4 merges its documents.
pub fn read_file_values(file: &ValuesFile, dialect: Dialect) -> Result<Node, ValuesError> {
    crate::load::read_values(&file.data, file.id, dialect).map_err(|problem| ValuesError {
        message: format!("failed to parse {}: {}", file.name, problem.message),
        at: problem.at,
    })
}

/// Values files in their order, later ones winning.
pub fn merge_files<'n>(files: impl IntoIterator<Item = &'n Node>) -> Node {
    files.into_iter().fold(Node::computed(Value::empty_map()), |merged, file| merge_maps(&merged, file))
}

/// `b` over `a`: maps are merged, everything else is replaced, null included.
pub fn merge_maps(a: &Node, b: &Node) -> Node {
    let (Value::Map(over), Value::Map(under)) = (&b.value, &a.value) else { return b.clone() };
    if under.is_empty() {
        return Node { value: b.value.clone(), at: b.at.or(a.at) };
    }
    let mut merged = (**under).clone();
    for entry in over.iter() {
        let node = match merged.get(&entry.key) {
            Some(below) => stacker::maybe_grow(64 * 1024, 1024 * 1024, || merge_maps(below, &entry.node)),
            None => entry.node.clone(),
        };
        merged.insert(Entry { node, ..entry.clone() });
    }
    Node { value: Value::Map(merged.into()), at: b.at.or(a.at) }
}

fn map_of(node: &Node) -> Map {
    node.value.as_map().map(|map| (**map).clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::json::parse_whole;

    fn node(json: &str) -> Node {
        parse_whole(json).unwrap()
    }

    fn text(node: &Node) -> String {
        to_json(node).to_string()
    }

    fn no_files(name: &str) -> Result<String, String> {
        Err(format!("open {name}: no such file or directory"))
    }

    #[test]
    fn later_files_win_and_keep_null() {
        let merged =
            merge_files(&[node(r#"{"a":{"x":1,"y":2},"b":[1,2]}"#), node(r#"{"a":{"y":null},"b":[3]}"#)]);
        assert_eq!(text(&merged), r#"{"a":{"x":1.0,"y":null},"b":[3.0]}"#);
    }

    #[test]
    fn kinds_have_an_order() {
        let overrides = Overrides {
            json: vec!["a=[1]".into()],
            set: vec!["a=2".into(), "b=true".into()],
            string: vec!["b=3".into()],
            file: vec!["c=path".into()],
            literal: vec!["d=1,2".into()],
            files: Vec::new(),
        };
        let read: Reader = &|name| Ok(format!("<{name}>"));
        let values = merge(&[], &overrides, Dialect::Helm4, read).unwrap();
        assert_eq!(text(&values.merged), r#"{"a":2,"b":"3","c":"<path>","d":"1,2"}"#);
    }

    #[test]
    fn whole_objects_in_helm4() {
        let overrides = Overrides { json: vec![r#" {"a":{"b":1}}"#.into()], ..Overrides::default() };
        let apply = |dialect| overrides.apply(&node(r#"{"a":{"c":2}}"#), dialect, &no_files);
        assert_eq!(text(&apply(Dialect::Helm4).unwrap()), r#"{"a":{"b":1.0,"c":2.0}}"#);
        let error = apply(Dialect::Helm3).unwrap_err();
        assert_eq!(error.message, r#"failed parsing --set-json data  {"a":{"b":1}}"#);
    }

    #[test]
    fn errors_name_the_flag() {
        let overrides = Overrides { file: vec!["a=x".into()], ..Overrides::default() };
        let error = merge(&[], &overrides, Dialect::Helm4, &no_files).unwrap_err();
        assert_eq!(error.message, "failed parsing --set-file data: open x: no such file or directory");
    }
}
