//! Types that are the same in several versions, kept once, as text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use super::enums::Enums;

/// What the documents call required and the API server does without: it takes the zero value or fills something in. So it
/// was with all that newer documents no longer call required.
const NOT_ENFORCED: &[(&str, &str)] = &[
    ("rbac.v1.RoleRef", "apiGroup"),
    ("scheduling.v1.PriorityClass", "value"),
    ("core.v1.HTTPHeader", "value"),
    ("core.v1.Sysctl", "value"),
    ("core.v1.ISCSIVolumeSource", "lun"),
    ("core.v1.ISCSIPersistentVolumeSource", "lun"),
    ("core.v1.PreferredSchedulingTerm", "preference"),
    ("discovery.v1.EndpointSlice", "endpoints"),
    ("storage.v1.CSIDriver", "spec"),
    ("batch.v1.PodFailurePolicyOnPodConditionsPattern", "status"),
    ("apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion", "served"),
    ("apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion", "storage"),
];

/// Required fields by type.
type Required = BTreeMap<String, BTreeSet<String>>;

/// What the newest document that has a type calls required of it.
fn required(documents: &BTreeMap<u32, Value>) -> Required {
    let of = |definition: &Value| {
        let names = definition["required"].as_array().into_iter().flatten();
        names.filter_map(|it| it.as_str().map(str::to_owned)).collect()
    };
    let all = documents.values().flat_map(definitions);
    all.map(|(name, definition)| (name, of(definition))).collect()
}

/// The text of the schemas and that of the documentation.
pub(super) fn texts(documents: &BTreeMap<u32, Value>, enums: &Enums) -> (String, String) {
    (schemas(documents, enums), docs(documents))
}

fn definitions(document: &Value) -> impl Iterator<Item = (String, &Value)> {
    document.as_object().into_iter().flatten().map(|(name, it)| (short(name), it))
}

/// `io.k8s.api.apps.v1.Deployment` is `apps.v1.Deployment`.
fn short(name: &str) -> String {
    let rest = name.strip_prefix("io.k8s.").unwrap_or(name);
    rest.strip_prefix("api.").unwrap_or(rest).to_owned()
}

/// Kinds and types, each with the versions in which it is so.
fn schemas(documents: &BTreeMap<u32, Value>, enums: &Enums) -> String {
    let newest = required(documents);
    let mut kinds: BTreeMap<(String, String, String), BTreeSet<u32>> = BTreeMap::new();
    let mut types: BTreeMap<String, BTreeMap<String, BTreeSet<u32>>> = BTreeMap::new();
    for (&minor, document) in documents {
        let shapes = Shapes { document, enums, required: &newest };
        for (name, definition) in definitions(document) {
            for (api_version, kind) in kinds_of(definition) {
                kinds.entry((api_version, kind, name.clone())).or_default().insert(minor);
            }
            if definition["properties"].is_object() {
                let text = shapes.fields(&name, definition);
                types.entry(name).or_default().entry(text).or_default().insert(minor);
            }
        }
    }
    let known: Vec<&u32> = documents.keys().collect();
    let mut text = String::new();
    if let (Some(first), Some(last)) = (known.first(), known.last()) {
        let _ = writeln!(text, "versions {first} {last}");
    }
    for ((api_version, kind, name), minors) in kinds {
        let _ = writeln!(text, "kind {api_version} {kind} {name} {}", ranges(&minors));
    }
    for (name, definitions) in types {
        let _ = writeln!(text, "@type {name}");
        for (fields, minors) in definitions {
            let _ = write!(text, "@for {}\n{fields}", ranges(&minors));
        }
    }
    text
}

/// `25-28,31`
fn ranges(minors: &BTreeSet<u32>) -> String {
    let mut found: Vec<(u32, u32)> = Vec::new();
    for &minor in minors {
        match found.last_mut().filter(|(_, to)| *to + 1 == minor) {
            Some((_, to)) => *to = minor,
            None => found.push((minor, minor)),
        }
    }
    let shown = |(from, to): &(u32, u32)| if from == to { from.to_string() } else { format!("{from}-{to}") };
    found.iter().map(shown).collect::<Vec<_>>().join(",")
}

/// The kinds of a type that has the head of an object; options of requests and lists of objects are nobody's to write.
fn kinds_of(definition: &Value) -> Vec<(String, String)> {
    let properties = &definition["properties"];
    if !properties["metadata"].is_object()
        || !properties["kind"].is_object()
        || properties["items"].is_object()
    {
        return Vec::new();
    }
    let all = definition["x-kubernetes-group-version-kind"].as_array().into_iter().flatten();
    let text = |it: &Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
    let entry = |it: &Value| {
        let (group, version) = (text(it, "group"), text(it, "version"));
        (if group.is_empty() { version } else { format!("{group}/{version}") }, text(it, "kind"))
    };
    all.map(entry).collect()
}

struct Shapes<'d> {
    document: &'d Value,
    enums: &'d Enums,
    required: &'d Required,
}

impl Shapes<'_> {
    /// One line for each field.
    fn fields(&self, name: &str, definition: &Value) -> String {
        let required: BTreeSet<&str> =
            definition["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut fields: Vec<(&String, &Value)> =
            definition["properties"].as_object().into_iter().flatten().collect();
        fields.sort_by_key(|(key, _)| *key);
        let mut text = String::new();
        for (key, property) in fields {
            let _ = write!(text, "{key} {}", self.shape(property));
            let still = self.required.get(name).is_some_and(|it| it.contains(key));
            if still && required.contains(key.as_str()) && !NOT_ENFORCED.contains(&(name, key)) {
                text.push_str(" !");
            }
            if let Some(values) = self.enums.get(&(name.to_owned(), key.clone())) {
                let values: Vec<&str> =
                    values.iter().map(String::as_str).filter(|it| !it.is_empty()).collect();
                let _ = write!(text, " ={}", values.join("|"));
            }
            match property["x-kubernetes-list-type"].as_str() {
                Some("set") => text.push_str(" $"),
                Some("map") => {
                    let keys = property["x-kubernetes-list-map-keys"].as_array().into_iter().flatten();
                    let keys: Vec<&str> = keys.filter_map(Value::as_str).collect();
                    let _ = write!(text, " #{}", keys.join(","));
                }
                _ => {}
            }
            text.push('\n');
        }
        text
    }

    fn shape(&self, schema: &Value) -> String {
        if let Some(full) = schema["$ref"].as_str().and_then(|it| it.strip_prefix("#/$defs/")) {
            return self.named(full);
        }
        match kind(schema) {
            "array" => format!("[]{}", self.shape(&schema["items"])),
            "object" if schema["additionalProperties"].is_object() => {
                format!("{{}}{}", self.shape(&schema["additionalProperties"]))
            }
            "object" => "object".to_owned(),
            "string" if schema["format"] == "byte" => "bytes".to_owned(),
            "string" => "text".to_owned(),
            "integer" => "integer".to_owned(),
            "number" => "number".to_owned(),
            "boolean" => "boolean".to_owned(),
            _ => "any".to_owned(),
        }
    }

    /// A type by its name, or what it comes to where it has no fields.
    fn named(&self, full: &str) -> String {
        let definition = &self.document[full];
        match full.rsplit('.').next().unwrap_or(full) {
            "Quantity" => "quantity".to_owned(),
            "IntOrString" => "int-or-text".to_owned(),
            _ if definition["properties"].is_object() => format!("@{}", short(full)),
            _ if kind(definition) == "object" => "object".to_owned(),
            _ => self.shape(definition),
        }
    }
}

/// The type, whether it may be null or not.
fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::Array(kinds) => {
            kinds.iter().filter_map(Value::as_str).find(|it| *it != "null").unwrap_or_default()
        }
        kind => kind.as_str().unwrap_or_default(),
    }
}

/// What the newest version says of each type and field; what several say is kept once.
fn docs(documents: &BTreeMap<u32, Value>) -> String {
    let mut by_type: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for document in documents.values() {
        for (name, definition) in definitions(document) {
            let told = by_type.entry(name).or_default();
            let mut tell = |key: &str, value: &Value| {
                if let Some(text) = value["description"].as_str() {
                    told.insert(key.to_owned(), text.replace('\\', "\\\\").replace('\n', "\\n"));
                }
            };
            tell("", definition);
            definition["properties"].as_object().into_iter().flatten().for_each(|(key, it)| tell(key, it));
        }
    }
    let distinct: BTreeSet<&String> = by_type.values().flat_map(BTreeMap::values).collect();
    let number: BTreeMap<&String, usize> = distinct.iter().enumerate().map(|(at, it)| (*it, at)).collect();
    let mut text = format!("{}\n", distinct.len());
    for it in &distinct {
        let _ = writeln!(text, "{it}");
    }
    for (name, fields) in &by_type {
        let _ = writeln!(text, "@type {name}");
        for (key, doc) in fields {
            let _ = writeln!(text, "{} {key}", number[doc]);
        }
    }
    text
}
