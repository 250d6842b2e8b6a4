//! YAML nodes into [`Metadata`] and [`Lock`].

use golang::Dialect;
use yaml::{Node, Value};

use super::{Dependency, ImportValue, Lock, Maintainer, Metadata, Source};
use crate::decode::{DecodeError, Decoder};

/// Go's names for the types, as messages show them: the package moved in Helm 4.
struct Types {
    metadata: &'static str,
    maintainer: &'static str,
    maintainers: &'static str,
    dependency: &'static str,
    dependencies: &'static str,
    lock: &'static str,
}

const HELM3: Types = Types {
    metadata: "chart.Metadata",
    maintainer: "chart.Maintainer",
    maintainers: "[]*chart.Maintainer",
    dependency: "chart.Dependency",
    dependencies: "[]*chart.Dependency",
    lock: "chart.Lock",
};

const HELM4: Types = Types {
    metadata: "v2.Metadata",
    maintainer: "v2.Maintainer",
    maintainers: "[]*v2.Maintainer",
    dependency: "v2.Dependency",
    dependencies: "[]*v2.Dependency",
    lock: "v2.Lock",
};

fn types(dialect: Dialect) -> &'static Types {
    match dialect {
        Dialect::Helm3 => &HELM3,
        Dialect::Helm4 => &HELM4,
    }
}

/// The fields of `Chart.yaml`, in the order of Go's struct.
pub const METADATA_FIELDS: [&str; 17] = [
    "name",
    "home",
    "sources",
    "version",
    "description",
    "keywords",
    "maintainers",
    "icon",
    "apiVersion",
    "condition",
    "tags",
    "appVersion",
    "deprecated",
    "annotations",
    "kubeVersion",
    "dependencies",
    "type",
];
const MAINTAINER: [&str; 3] = ["name", "email", "url"];
const DEPENDENCY: [&str; 8] =
    ["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];
const LOCK: [&str; 3] = ["generated", "digest", "dependencies"];

/// Reads `Chart.yaml` (or `requirements.yaml`, on top of it) into `into`.
pub(crate) fn read_metadata(node: &Node, dialect: Dialect, into: &mut Metadata) -> Option<DecodeError> {
    let mut decoder = Decoder::default();
    decode_metadata(&mut decoder, node, dialect, into);
    decoder.finish()
}

/// The same for whoever checks the fields by other rules: only types count. `strict` refuses keys that mean nothing.
pub(crate) fn read_unchecked(
    node: &Node,
    dialect: Dialect,
    strict: bool,
    into: &mut Metadata,
) -> Option<DecodeError> {
    let mut decoder = if strict { Decoder::strict() } else { Decoder::default() };
    decode_metadata(&mut decoder, node, dialect, into);
    decoder.finish_unchecked()
}

fn decode_metadata(decoder: &mut Decoder, node: &Node, dialect: Dialect, into: &mut Metadata) {
    let types = types(dialect);
    decoder.object(node, types.metadata, &METADATA_FIELDS, |decoder, field, node| {
        read_metadata_field(decoder, field, node, dialect, into);
    });
}

/// Reads one of the [`METADATA_FIELDS`], for whoever keeps them among others: the index of a repository.
pub fn read_metadata_field(
    decoder: &mut Decoder,
    field: &str,
    node: &Node,
    dialect: Dialect,
    into: &mut Metadata,
) {
    let types = types(dialect);
    match field {
        "name" => decoder.string(node, &mut into.name),
        "home" => decoder.string(node, &mut into.home),
        "sources" => decoder.strings(node, &mut into.sources),
        "version" => decoder.string(node, &mut into.version),
        "description" => decoder.string(node, &mut into.description),
        "keywords" => decoder.strings(node, &mut into.keywords),
        "maintainers" => into.maintainers = maintainers(decoder, node, types),
        "icon" => decoder.string(node, &mut into.icon),
        "apiVersion" => decoder.string(node, &mut into.api_version),
        "condition" => decoder.string(node, &mut into.condition),
        "tags" => decoder.string(node, &mut into.tags),
        "appVersion" => decoder.string(node, &mut into.app_version),
        "deprecated" => decoder.bool(node, &mut into.deprecated),
        "annotations" => annotations(decoder, node, into),
        "kubeVersion" => decoder.string(node, &mut into.kube_version),
        "dependencies" => into.dependencies = dependencies(decoder, node, types),
        _ => decoder.string(node, &mut into.kind),
    }
}

/// What Helm 4 looks at first of all: the API version alone.
pub(crate) fn read_api_version(node: &Node) -> Result<String, DecodeError> {
    let mut version = String::new();
    let mut decoder = Decoder::default();
    decoder.object(node, "loader.chartBase", &["apiVersion"], |decoder, _, node| {
        decoder.string(node, &mut version);
    });
    decoder.finish().map_or(Ok(version), Err)
}

/// Reads a lock file.
pub(crate) fn read_lock(node: &Node, dialect: Dialect) -> (Lock, Option<DecodeError>) {
    let types = types(dialect);
    let mut lock = Lock { source: Source::new(node), ..Lock::default() };
    let mut decoder = Decoder::default();
    decoder.object(node, types.lock, &LOCK, |decoder, field, node| match field {
        "generated" => match &node.value {
            Value::String(text) => match golang::time::normal(text) {
                Ok(text) => lock.generated = text,
                Err(reason) => decoder.fail(reason, node.at),
            },
            Value::Null => {}
            Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::Float(_)
            | Value::List(_)
            | Value::Map(_) => {
                decoder.fail("Time.UnmarshalJSON: input is not a JSON string".to_owned(), node.at);
            }
        },
        "digest" => decoder.string(node, &mut lock.digest),
        _ => lock.dependencies = dependencies(decoder, node, types),
    });
    (lock, decoder.finish())
}

fn maintainers(decoder: &mut Decoder, node: &Node, types: &'static Types) -> Vec<Maintainer> {
    let read = |decoder: &mut Decoder, item: &Node| {
        if item.value.is_null() {
            // What `Validate` says about it later; nothing else looks at maintainers before.
            decoder.invalid(super::validate::NULL_MAINTAINER.to_owned(), item.at);
            return None;
        }
        let mut maintainer = Maintainer::default();
        decoder.object(item, types.maintainer, &MAINTAINER, |decoder, field, node| match field {
            "name" => decoder.string(node, &mut maintainer.name),
            "email" => decoder.string(node, &mut maintainer.email),
            _ => decoder.string(node, &mut maintainer.url),
        });
        Some(maintainer)
    };
    decoder.list(node, types.maintainers, read).unwrap_or_default()
}

fn annotations(decoder: &mut Decoder, node: &Node, into: &mut Metadata) {
    match &node.value {
        Value::Null => into.annotations.clear(),
        Value::Map(map) => {
            for entry in map.iter() {
                let mut text = String::new();
                decoder.string(&entry.node, &mut text);
                into.annotations.insert(entry.key.to_string(), text);
            }
        }
        Value::Bool(_)
        | Value::Int(_)
        | Value::Uint(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::List(_) => {
            decoder.mismatch(node, "map[string]string");
        }
    }
}

fn dependencies(decoder: &mut Decoder, node: &Node, types: &'static Types) -> Option<Vec<Dependency>> {
    decoder.list(node, types.dependencies, |decoder, item| {
        if item.value.is_null() {
            decoder.invalid(super::validate::NULL_DEPENDENCY.to_owned(), item.at);
            return None;
        }
        let mut dependency = Dependency { source: Source::new(item), ..Dependency::default() };
        decoder.object(item, types.dependency, &DEPENDENCY, |decoder, field, node| match field {
            "name" => decoder.string(node, &mut dependency.name),
            "version" => decoder.string(node, &mut dependency.version),
            "repository" => decoder.string(node, &mut dependency.repository),
            "condition" => decoder.string(node, &mut dependency.condition),
            "tags" => decoder.strings(node, &mut dependency.tags),
            "enabled" => decoder.bool(node, &mut dependency.enabled),
            "alias" => decoder.string(node, &mut dependency.alias),
            _ => {
                let read = |_: &mut Decoder, item: &Node| Some(import_value(item));
                dependency.import_values = decoder.list(node, "[]interface {}", read).unwrap_or_default();
            }
        });
        Some(dependency)
    })
}

fn import_value(node: &Node) -> ImportValue {
    match &node.value {
        Value::String(name) => ImportValue::Export(name.to_string()),
        Value::Map(_) => ImportValue::Paths(node.clone()),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Float(_) | Value::List(_) => {
            ImportValue::Other(node.clone())
        }
    }
}
