//! Values files as each Helm reads them.
//!
//! Helm 3 takes the first document of a file and does not mention the others. Helm 4 cuts the file at lines that begin
//! with `---` (before any YAML is read, as Kubernetes does) and merges the documents, later ones winning.

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
            for (start, end) in documents {
                let map = read_map(&only(data, start, end), file).map_err(inner)?;
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
            let message =
                format!("json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}");
            Err(DecodeError { message: unmarshal_error(&message), at: node.at })
        }
    }
}

/// Cuts where Kubernetes' `YAMLReader` does. A separator that nothing came before stays with its document.
fn split_documents(data: &[u8], file: FileId) -> Result<Vec<(usize, usize)>, DecodeError> {
    let mut documents = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in data.split_inclusive(|&byte| byte == b'\n') {
        let end = at + line.len();
        if let Some(rest) = line.strip_prefix(b"---") {
            let rest = String::from_utf8_lossy(rest);
            let rest = rest.trim();
            if !rest.is_empty() && !rest.starts_with('#') {
                let message = format!("error reading yaml document: invalid Yaml document separator: {rest}");
                return Err(DecodeError { message, at: Some(FileRange::new(file, at + 3, end)) });
            }
            if at > start {
                documents.push((start, at));
                start = end;
            }
        }
        at = end;
    }
    if at > start {
        documents.push((start, at));
    }
    Ok(documents)
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
