//! Values files as each Helm reads them.
//!
//! Helm 3 takes the first document of a file and does not mention the others. Helm 4 cuts the file at lines that begin
//! with `---` (before any YAML is read, as Kubernetes does) and merges the documents, later ones winning.

use std::ops::Range;

use golang::Dialect;
use text::{FileId, FileRange};
use yaml::{Node, Numbers, Value};

use crate::decode::{DecodeError, convert_error, unmarshal_error};
use crate::govalue::json_kind;
use crate::values::merge_maps;

/// Reads a values file into a map. The error's text is what Helm puts after `cannot load values.yaml: `.
pub(crate) fn read_values(data: &[u8], file: FileId, dialect: Dialect) -> Result<Node, DecodeError> {
    match dialect {
        Dialect::Helm3 => read_map(data, file),
        Dialect::Helm4 => {
            let inner = |problem: DecodeError| DecodeError {
                message: format!("cannot unmarshal yaml document: {}", problem.message),
                ..problem
            };
            let documents = split_documents(data, file)?;
            if let [_] = documents[..] {
                return read_map(data, file).map_err(inner);
            }
            let mut merged = Node::computed(Value::empty_map());
            for document in documents {
                let map = read_map(&only(data, document.start, document.end), file).map_err(inner)?;
                merged = merge_maps(&merged, &map);
            }
            Ok(merged)
        }
    }
}

/// The first document of a text, with YAML's own error.
pub(crate) fn parse(data: &[u8], file: FileId, numbers: Numbers) -> Result<Node, DecodeError> {
    let text = std::str::from_utf8(data).map_err(|error| {
        let at = error.valid_up_to();
        let message = "yaml: invalid leading UTF-8 octet".to_owned();
        DecodeError { message, at: Some(FileRange::new(file, at, at + 1)) }
    })?;
    yaml::parse(text, file, numbers).map_err(|error| {
        let at = Some(FileRange { file, range: error.at });
        DecodeError { message: error.message, at }
    })
}

fn read_map(data: &[u8], file: FileId) -> Result<Node, DecodeError> {
    read_first_map(data, file, "map[string]interface {}")
}

/// The first document of a values file as a map; nothing at all is an empty one. `wanted` is the Go type that a
/// message names.
pub fn read_first_map(data: &[u8], file: FileId, wanted: &str) -> Result<Node, DecodeError> {
    let node = parse(data, file, Numbers::AsJson)
        .map_err(|problem| DecodeError { message: convert_error(&problem.message), ..problem })?;
    match &node.value {
        Value::Map(_) => Ok(node),
        Value::Null => Ok(Node { value: Value::empty_map(), at: node.at }),
        value @ (Value::Bool(_)
        | Value::Int(_)
        | Value::Uint(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::List(_)) => {
            let kind = json_kind(value);
            let message = format!("json: cannot unmarshal {kind} into Go value of type {wanted}");
            Err(DecodeError { message: unmarshal_error(&message), at: node.at })
        }
    }
}

/// A line that begins with `---` and says something else behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadSeparator {
    /// Kubernetes' text.
    pub message: String,
    /// What stands behind the dashes.
    pub range: Range<usize>,
}

/// The documents of a text where Kubernetes' `YAMLReader` cuts it. A separator that nothing came before stays with
/// its document; a bad one takes the document before it along, and nothing comes behind it.
pub fn documents(data: &[u8]) -> impl Iterator<Item = Result<Range<usize>, BadSeparator>> {
    let mut lines = data.split_inclusive(|&byte| byte == b'\n');
    let (mut start, mut at, mut done) = (0, 0, false);
    std::iter::from_fn(move || {
        while !done {
            let Some(line) = lines.next() else {
                done = true;
                return (at > start).then_some(Ok(start..at));
            };
            let (line_start, end) = (at, at + line.len());
            at = end;
            let Some(rest) = line.strip_prefix(b"---") else { continue };
            let rest = String::from_utf8_lossy(rest);
            let rest = rest.trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                done = true;
                let message = format!("invalid Yaml document separator: {rest}");
                return Some(Err(BadSeparator { message, range: line_start + 3..end }));
            }
            if line_start > start {
                let document = start..line_start;
                start = end;
                return Some(Ok(document));
            }
        }
        None
    })
}

fn split_documents(data: &[u8], file: FileId) -> Result<Vec<Range<usize>>, DecodeError> {
    documents(data).collect::<Result<_, _>>().map_err(|bad| DecodeError {
        message: format!("error reading yaml document: {}", bad.message),
        at: Some(FileRange::new(file, bad.range.start, bad.range.end)),
    })
}

/// One document with the rest blanked out, so that places stay.
fn only(data: &[u8], start: usize, end: usize) -> Vec<u8> {
    let mut kept = data[..end].to_vec();
    for byte in &mut kept[..start] {
        if !matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
    kept
}
