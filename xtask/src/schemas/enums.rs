//! Which values a text may have, read out of Go: types that are marked with `+enum`, their constants, and the fields of
//! structs that have such a type.
//!
//! It is no parser of Go. The files are formatted by gofmt, one field or constant a line, which is all that is made use of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;

/// Values by type and field: `core.v1.Container` and `imagePullPolicy`.
pub(super) type Enums = BTreeMap<(String, String), BTreeSet<String>>;

/// A package: `core.v1`.
#[derive(Default)]
struct Package {
    /// Types that are marked.
    marked: BTreeSet<String>,
    /// Constants by type.
    constants: BTreeMap<String, BTreeSet<String>>,
    /// Struct, name in JSON, and type as written.
    fields: Vec<(String, String, String)>,
}

/// Looks through the versions of all groups of `k8s.io/api`.
pub(super) fn read(module: &Path) -> Result<Enums> {
    let mut packages: BTreeMap<String, Package> = BTreeMap::new();
    for group in folders(module)? {
        for version in folders(&module.join(&group))? {
            let mut package = Package::default();
            for file in std::fs::read_dir(module.join(&group).join(&version))? {
                let file = file?;
                if file.file_name().to_string_lossy().starts_with("types") {
                    package.read(&std::fs::read_to_string(file.path())?);
                }
            }
            packages.insert(format!("{group}.{version}"), package);
        }
    }
    let mut enums = Enums::new();
    for (name, package) in &packages {
        for (of, field, written) in &package.fields {
            let written = written.trim_start_matches(['*', '[', ']']);
            // The others of Kubernetes' types that are used elsewhere are core's.
            let (home, kind) = match written.split_once('.') {
                Some(("v1" | "corev1" | "core", kind)) => ("core.v1", kind),
                Some(_) => continue,
                None => (name.as_str(), written),
            };
            let Some(home) = packages.get(home).filter(|it| it.marked.contains(kind)) else { continue };
            if let Some(values) = home.constants.get(kind) {
                enums.insert((format!("{name}.{of}"), field.clone()), values.clone());
            }
        }
    }
    Ok(enums)
}

fn folders(at: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(at)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    Ok(found)
}

impl Package {
    fn read(&mut self, source: &str) {
        let (mut marked, mut structure) = (false, None::<String>);
        for line in source.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["//", "+enum", ..] => marked = true,
                ["//", ..] => {}
                ["type", name, "string", ..] => {
                    if std::mem::take(&mut marked) {
                        self.marked.insert((*name).to_owned());
                    }
                }
                ["type", name, "struct", "{"] => structure = Some((*name).to_owned()),
                ["}"] => structure = None,
                [_, kind, "=", value, ..] if value.starts_with('"') => {
                    let value = value.trim_matches('"').to_owned();
                    self.constants.entry((*kind).to_owned()).or_default().insert(value);
                }
                [_, kind, tags, ..] if tags.starts_with('`') => {
                    let name = tags.split_once("json:\"").and_then(|(_, rest)| rest.split([',', '"']).next());
                    if let (Some(of), Some(name)) = (&structure, name.filter(|it| !it.is_empty())) {
                        self.fields.push((of.clone(), name.to_owned(), (*kind).to_owned()));
                    }
                }
                // A mark is for the type whose comment it stands in.
                _ => marked = false,
            }
        }
    }
}
