//! Methods of Go's named map and slice types: `.Files.Get`, `.Capabilities.APIVersions.Has`.
//!
//! Structs bring their methods themselves ([`crate::Object::method`]). Helm's `files` is a map and its
//! `VersionSet` a slice, so that templates can range over them; their methods stand here.

use std::rc::Rc;
use std::sync::Arc;

use super::{Data, ListType, Map, MapType, Method, Str, Value};
use crate::functions::{encoding, yaml_functions};
use crate::{Callable, Cx, Failure, Text};

/// The Go type of `.Capabilities.APIVersions`.
pub const VERSION_SET: &str = "VersionSet";

impl Value {
    /// The exported method of that name, which hides fields and keys.
    pub fn method(&self, name: &str) -> Option<Method> {
        match &self.data {
            Data::Object(object) => object.method(name),
            Data::Map(map) if map.map_type() == MapType::Files => file_method(map, name),
            Data::List(list) => match list.list_type() {
                ListType::Named(go_name) if go_name.ends_with(VERSION_SET) && name == "Has" => {
                    let list = list.clone();
                    Some(method(move |api: Str| list.items().iter().any(|it| it.as_str() == Some(&api))))
                }
                _ => None,
            },
            _ => None,
        }
    }
}

/// Wraps a closure as a method.
pub fn method<M, F: Callable<M> + 'static>(call: F) -> Method {
    let signature = call.signature();
    Method { signature, call: Box::new(move |cx: &mut Cx<'_>, args| call.call(cx, args)) }
}

/// Helm's `pkg/engine/files.go`.
fn file_method(files: &Map, name: &str) -> Option<Method> {
    let files = files.clone();
    Some(match name {
        "Get" => method(move |path: Str| Value::from(Str::from(bytes_of(&files, &path)))),
        "GetBytes" => method(move |path: Str| Value::new(Data::Bytes(bytes_of(&files, &path)))),
        "Glob" => method(move |cx: &mut Cx<'_>, pattern: Str| {
            // Each file is held against the pattern.
            cx.budget.work(files.entries().len() as u64 * (8 + (pattern.len() as u64 >> 2)))?;
            Ok::<_, Failure>(Value::from(glob(&files, &pattern)))
        }),
        "Lines" => method(move |path: Str| Value::from(lines(&bytes_of(&files, &path)))),
        "AsConfig" => method(move |cx: &mut Cx<'_>| data_of(cx, &files, |text| text)),
        "AsSecrets" => {
            method(move |cx: &mut Cx<'_>| data_of(cx, &files, |text| encoding::b64enc(text).into()))
        }
        _ => return None,
    })
}

fn bytes_of(files: &Map, path: &[u8]) -> Arc<[u8]> {
    match files.get(path).map(|it| it.data) {
        Some(Data::Bytes(bytes)) => bytes,
        _ => Arc::from(&[] as &[u8]),
    }
}

/// The files whose path matches; a pattern that does not parse stands for `**`, as in Helm.
fn glob(files: &Map, pattern: &[u8]) -> Map {
    let pattern = String::from_utf8_lossy(pattern);
    let glob = golang::glob::Glob::compile(&pattern).unwrap_or_else(|_| golang::glob::Glob::everything());
    let matches = |path: &Str| glob.matches(&path.to_text());
    let found = files.entries().iter().filter(|(path, _)| matches(path)).map(clone_entry).collect();
    Map::typed(MapType::Files, found)
}

/// The files by their base names in YAML, for the `data` of a ConfigMap or Secret. Of two with one base name
/// Helm takes a random one, and this the last.
fn data_of(cx: &mut Cx<'_>, files: &Map, encode: impl Fn(Str) -> Str) -> Text {
    let entries = files.to_vec().into_iter().filter_map(|(path, value)| {
        let Data::Bytes(bytes) = value.data else { return None };
        let name = golang::path::base(&path.to_text()).to_owned();
        Some((Str::from(name), Value::from(encode(bytes.into())).with_origin(value.origin)))
    });
    let data = Map::typed(MapType::Strings, entries.collect());
    yaml_functions::to_yaml(cx, data.into())
}

fn clone_entry((path, data): (&Str, &Value)) -> (Str, Value) {
    (path.clone(), data.clone())
}

/// The lines of a file; a final line break starts no further line.
fn lines(bytes: &[u8]) -> super::List {
    let mut lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
    if lines.last().is_some_and(|last| last.is_empty()) {
        lines.pop();
    }
    super::List::strings(lines.into_iter().map(Str::from))
}

/// Objects are shared by reference.
pub fn object(it: impl super::Object + 'static) -> Value {
    Value::new(Data::Object(Rc::new(it)))
}
