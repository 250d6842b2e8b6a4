//! All that is found in what real Helm rendered of fifty public charts: each of these an API server minds too.
#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test reads what lies there"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chartroom_schema::{Catalog, CustomKind, definition};
use expect_test::expect;
use text::FileId;
use yaml::Numbers;

/// The corpus; it lies beside the repository, and need not.
fn shared(path: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if !found.is_dir() {
        println!("skipped: there is no {}", found.display());
        return None;
    }
    Some(found)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|it| it == "yaml" || it == "yml") {
            found.push(path);
        }
    }
    found.sort();
}

fn documents(path: &Path) -> Vec<String> {
    let text = format!("\n{}", std::fs::read_to_string(path).unwrap());
    text.split("\n---\n").map(str::to_owned).collect()
}

/// Everything that charts define, wherever they do.
fn defined(all: &[PathBuf]) -> Vec<Arc<CustomKind>> {
    let mut found: BTreeMap<(String, String), Arc<CustomKind>> = BTreeMap::new();
    for document in all.iter().flat_map(|it| documents(it)) {
        if let Some(kind) = definition(&document) {
            found.entry((kind.group.clone(), kind.kind.clone())).or_insert_with(|| kind.into());
        }
    }
    found.into_values().collect()
}

#[test]
fn nothing_is_found_that_an_api_server_lets_pass() {
    let (Some(charts), Some(golden)) = (shared("corpus/charts"), shared("corpus/golden/v4")) else { return };
    let (mut rendered, mut own) = (Vec::new(), Vec::new());
    files(&golden, &mut rendered);
    files(&charts, &mut own);
    own.retain(|it| it.components().any(|it| it.as_os_str() == "crds"));
    let custom = defined(&[rendered.clone(), own].concat());
    assert!(custom.len() > 20, "{}", custom.len());
    let catalog = Catalog::new(37, custom);
    let mut told: BTreeMap<String, usize> = BTreeMap::new();
    let mut known = 0;
    for path in &rendered {
        let chart = path.parent().and_then(Path::file_name).unwrap().to_string_lossy();
        for document in documents(path) {
            let Ok(object) = yaml::parse(&document, FileId(0), Numbers::AsWritten) else { continue };
            let text = |key: &str| object.get(key).and_then(|it| it.value.as_str()).unwrap_or_default();
            let kind = text("kind");
            known += usize::from(catalog.kind(text("apiVersion"), kind).is_some());
            for finding in catalog.validate(&object) {
                *told.entry(format!("{chart} {kind}: {}", finding.message)).or_default() += 1;
            }
        }
    }
    let lines: String = told.iter().map(|(line, count)| format!("{count} × {line}\n")).collect();
    expect![[r#"
        2882 objects
        4 × prometheus-adapter APIService: Kubernetes 1.37 has no apiregistration.k8s.io/v1beta1 APIService; did you mean apiregistration.k8s.io/v1 APIService?
    "#]].assert_eq(&format!("{known} objects\n{lines}"));
}
