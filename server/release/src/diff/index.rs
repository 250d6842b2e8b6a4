//! Manifests by object, as helm-diff reads them (`manifest/parse.go`).

use std::collections::BTreeMap;

use serde_json::Value;
use text::FileId;
use yaml::{Layout, Node, Numbers};

use crate::error::{Error, ErrorKind};
use crate::object::Object;

/// How a manifest is read.
#[derive(Clone, Debug, Default)]
pub struct IndexConfig {
    /// Where objects are that do not say so.
    pub namespace: String,
    /// Tests are objects like others.
    pub include_tests: bool,
    /// Every object is written anew before it is compared, so that style does not count.
    pub normalize: bool,
}

/// One object of a manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// Its kind.
    pub kind: String,
    /// Its text.
    pub content: String,
    /// What its annotation `helm.sh/resource-policy` says.
    pub policy: String,
}

/// The objects of a manifest by their names.
#[derive(Clone, Debug, Default)]
pub struct Index {
    items: BTreeMap<String, Item>,
}

impl Index {
    /// Reads a manifest.
    pub fn read(manifest: &str, config: &IndexConfig) -> Result<Self, Error> {
        let mut index = Self::default();
        let text = format!("\n{manifest}");
        for document in text.split("\n---\n") {
            let document = document.trim();
            if !document.is_empty() {
                index.add(document, config)?;
            }
        }
        Ok(index)
    }

    /// Objects as a cluster has them, without what only a cluster says.
    pub fn of_objects(objects: &[Object], config: &IndexConfig) -> Result<Self, Error> {
        let mut index = Self::default();
        for object in objects {
            index.add(&written(&crate::json::to_node(&tidy(object)))?, config)?;
        }
        Ok(index)
    }

    fn add(&mut self, document: &str, config: &IndexConfig) -> Result<(), Error> {
        let node = yaml::parse(document, FileId(0), Numbers::AsWritten).map_err(|error| {
            Error::new(
                ErrorKind::Manifest,
                format!("YAML unmarshal error: {}\nCan't unmarshal {document}", error.message),
            )
        })?;
        let text = |path: &[&str]| node.path(path.iter().copied()).and_then(scalar).unwrap_or_default();
        let (api_version, kind) = (text(&["apiVersion"]), text(&["kind"]));
        if api_version.is_empty() && kind.is_empty() {
            return Ok(());
        }
        if kind.ends_with("List") {
            let items = node.get("items").and_then(|it| it.value.as_list()).cloned().unwrap_or_default();
            return items.iter().try_for_each(|item| self.add(written(item)?.trim_end(), config));
        }
        let annotation = |key: &str| text(&["metadata", "annotations", key]);
        let hook = annotation("helm.sh/hook");
        if !config.include_tests && (hook == "test" || hook == "test-success") {
            return Ok(());
        }
        let namespace = Some(text(&["metadata", "namespace"])).filter(|it| !it.is_empty());
        let namespace = namespace.unwrap_or_else(|| config.namespace.clone());
        let base_name = annotation(BASE_NAME);
        let name = if base_name.is_empty() { text(&["metadata", "name"]) } else { base_name };
        let content = if config.normalize { written(&node)? } else { document.to_owned() };
        let key = key(&namespace, &name, &kind, &api_version);
        let policy = annotation("helm.sh/resource-policy");
        // Of two objects under one name the first counts.
        self.items.entry(key).or_insert(Item { kind, content, policy });
        Ok(())
    }

    /// The name under which an object is found.
    pub fn key_of(object: &Object, config: &IndexConfig) -> String {
        let namespace = Some(object.namespace()).filter(|it| !it.is_empty()).unwrap_or(&config.namespace);
        let base_name = object.annotation(BASE_NAME).filter(|it| !it.is_empty());
        key(namespace, base_name.unwrap_or(object.name()), object.kind(), object.api_version())
    }

    /// All objects by key.
    pub fn items(&self) -> impl Iterator<Item = (&str, &Item)> {
        self.items.iter().map(|(key, item)| (key.as_str(), item))
    }

    /// One of them.
    pub fn get(&self, key: &str) -> Option<&Item> {
        self.items.get(key)
    }

    /// The same by the templates that they come from: two releases have no names in common.
    #[must_use]
    pub fn by_template(self) -> Self {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let mut items = BTreeMap::new();
        for item in self.items.into_values() {
            let first = item.content.lines().next().unwrap_or_default();
            let mut key = first.replacen("# Source: ", "", 1);
            let count = counts.entry(key.clone()).or_default();
            *count += 1;
            if *count > 1 {
                key += &format!(" {count}");
            }
            items.insert(key, item);
        }
        Self { items }
    }
}

/// What two objects that are one have in common where their names differ.
const BASE_NAME: &str = "helm-diff/base-name";

fn key(namespace: &str, name: &str, kind: &str, api_version: &str) -> String {
    let group = api_version.rsplit_once('/').map_or(api_version, |(group, _)| group);
    format!("{namespace}, {name}, {kind} ({group})")
}

fn scalar(node: &Node) -> Option<String> {
    Some(match &node.value {
        yaml::Value::String(text) => text.to_string(),
        yaml::Value::Bool(it) => it.to_string(),
        yaml::Value::Int(it) => it.to_string(),
        yaml::Value::Uint(it) => it.to_string(),
        yaml::Value::Float(it) => it.to_string(),
        yaml::Value::Null | yaml::Value::List(_) | yaml::Value::Map(_) => return None,
    })
}

pub(super) fn written(node: &Node) -> Result<String, Error> {
    let text =
        yaml::write(node, Layout::V2).map_err(|error| Error::new(ErrorKind::Manifest, error.message))?;
    Ok(text.trim_end_matches('\n').to_owned() + "\n")
}

/// A live object without what only the cluster says of it: its status, who wrote what, versions and times.
pub fn tidy(object: &Object) -> Value {
    let mut value = object.as_value().clone();
    let Some(map) = value.as_object_mut() else { return value };
    map.shift_remove("status");
    if let Some(metadata) = map.get_mut("metadata").and_then(Value::as_object_mut) {
        for key in ["managedFields", "generation", "creationTimestamp", "resourceVersion", "uid"] {
            metadata.shift_remove(key);
        }
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            for key in [
                "meta.helm.sh/release-name",
                "meta.helm.sh/release-namespace",
                "deployment.kubernetes.io/revision",
            ] {
                annotations.shift_remove(key);
            }
            if annotations.is_empty() {
                metadata.shift_remove("annotations");
            }
        }
    }
    value
}
