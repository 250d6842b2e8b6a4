//! The walls of the house, as tests: who may use whom, and what every file must have.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::root;

/// Which of our crates each may use. ARCHITECTURE.md draws the same table.
const EDGES: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("golang", &[]),
    ("grammar", &[]),
    ("fixtures", &["text"]),
    ("syntax", &["text", "grammar"]),
    ("yaml", &["text", "golang"]),
    ("template", &["text", "golang", "yaml"]),
    ("chart", &["text", "golang", "yaml"]),
    ("schema", &["text", "yaml"]),
    ("render", &["text", "golang", "yaml", "template", "chart", "schema"]),
    (
        "ide",
        &["text", "golang", "syntax", "yaml", "template", "chart", "render", "release", "schema", "helmfile"],
    ),
    ("release", &["text", "golang", "yaml", "template", "chart", "render"]),
    ("helmfile", &["text", "golang", "yaml", "template", "chart", "render", "release"]),
    ("project", &["text", "chart"]),
    ("registry", &["text", "golang", "yaml", "chart"]),
    ("cluster", &["text", "golang", "yaml", "chart", "release"]),
    (
        "lsp",
        &[
            "text", "golang", "syntax", "yaml", "template", "chart", "render", "schema", "release",
            "helmfile", "ide", "project",
        ],
    ),
    (
        "cli",
        &[
            "text", "golang", "yaml", "template", "chart", "render", "schema", "release", "helmfile", "ide",
            "project", "cluster", "registry", "lsp",
        ],
    ),
];

const PURE: &[&str] = &[
    "text", "golang", "grammar", "syntax", "yaml", "template", "chart", "render", "schema", "release",
    "helmfile", "ide",
];

/// What a pure crate must not even reach through others.
const IMPURE: &[&str] =
    &["tokio", "tower-lsp-server", "gen-lsp-types", "lsp-types", "kube", "reqwest", "notify", "async-trait"];

/// Calls that a pure crate must not make.
const OUTSIDE: &[&str] = &[
    "std::fs",
    "TcpStream",
    "UdpSocket",
    "ToSocketAddrs",
    "std::env::",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "std::io::std",
];

fn metadata() -> serde_json::Value {
    let output =
        Command::new("cargo").args(["metadata", "--format-version", "1"]).current_dir(root()).output();
    serde_json::from_slice(&output.unwrap().stdout).unwrap()
}

/// Package name to names of what it depends on, tests aside.
fn graph() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    let runtime = |dependency: &&serde_json::Value| dependency["kind"].is_null();
    let names = |package: &serde_json::Value| {
        let all = package["dependencies"].as_array().unwrap().iter().filter(runtime);
        all.map(|it| it["name"].as_str().unwrap().to_owned()).collect()
    };
    packages.iter().map(|it| (it["name"].as_str().unwrap().to_owned(), names(it))).collect()
}

fn short(name: &str) -> Option<&str> {
    name.strip_prefix("chartroom-")
}

#[test]
fn crates_use_only_what_they_may() {
    let graph = graph();
    let allowed: BTreeMap<_, _> = EDGES.iter().copied().collect();
    for (package, uses) in &graph {
        let Some(package) = short(package).filter(|it| *it != "tests") else { continue };
        let allowed =
            allowed.get(package).unwrap_or_else(|| panic!("{package} is not in the table of edges"));
        for used in uses.iter().filter_map(|it| short(it)) {
            assert!(allowed.contains(&used), "{package} must not use {used}");
        }
    }
}

#[test]
fn pure_crates_reach_nothing_impure() {
    let graph = graph();
    for pure in PURE {
        let mut reached = BTreeSet::new();
        let mut next = vec![format!("chartroom-{pure}")];
        while let Some(package) = next.pop() {
            next.extend(
                graph.get(&package).into_iter().flatten().filter(|it| reached.insert((*it).clone())).cloned(),
            );
        }
        let bad: Vec<_> = IMPURE.iter().filter(|it| reached.contains(**it)).collect();
        assert!(bad.is_empty(), "{pure} reaches {bad:?}");
    }
}

#[test]
fn pure_crates_do_not_touch_the_world() {
    for path in rust_files().iter().filter(|path| PURE.iter().any(|it| in_crate(path, it))) {
        let text = std::fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        for (number, line) in code.enumerate() {
            let found = OUTSIDE.iter().find(|it| line.contains(**it));
            assert!(found.is_none(), "{}:{} uses {found:?}", path.display(), number + 1);
        }
    }
}

#[test]
fn every_file_says_why_it_exists() {
    for path in rust_files() {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("//!") || text.starts_with("// @generated"),
            "{} has no header",
            path.display()
        );
    }
}

#[test]
fn nothing_is_left_half_done() {
    let marks = ["todo!(", "unimplemented!(", "dbg!(", "FIXME", "XXX:"];
    for path in rust_files().iter().filter(|path| !path.ends_with("tidy.rs")) {
        let text = std::fs::read_to_string(path).unwrap();
        let found = marks.iter().find(|mark| text.contains(**mark));
        assert!(found.is_none(), "{} has {found:?}", path.display());
    }
}

/// Tests of a pure crate may read the corpus, and its benches the clock: their files are not held to purity.
fn in_crate(path: &Path, name: &str) -> bool {
    let inside = path.strip_prefix(root()).unwrap_or(path);
    let is_test = inside
        .components()
        .any(|it| ["tests", "tests.rs", "benches"].iter().any(|name| it.as_os_str() == *name));
    let is_test = is_test || is_test_module(path);
    let home = if name == "grammar" { PathBuf::from("grammar/src") } else { Path::new("server").join(name) };
    inside.starts_with(home) && !is_test
}

/// Whether the module above declares the file for tests only.
fn is_test_module(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let folder = path.parent().unwrap();
    let above =
        ["mod.rs", "lib.rs"].map(|name| folder.join(name)).into_iter().chain([folder.with_extension("rs")]);
    let declarations = ["mod", "pub(crate) mod"].map(|it| format!("#[cfg(test)]\n{it} {stem};"));
    above
        .filter_map(|it| std::fs::read_to_string(it).ok())
        .any(|text| declarations.iter().any(|it| text.contains(it)))
}

fn rust_files() -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = ["server", "grammar", "tests", "xtask"].map(|it| root().join(it)).into();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let skipped = path.ends_with("target") || path.ends_with("node_modules");
            if path.is_dir() && !skipped {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                files.push(path);
            }
        }
    }
    files
}
