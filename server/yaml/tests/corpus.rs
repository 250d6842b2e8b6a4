//! Reads and writes the corpus' YAML, and holds the writer against what real Helm printed for single strings.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot read its files has failed, one that is skipped says so"
)]

use std::path::{Path, PathBuf};

use chartroom_yaml as yaml;
use text::FileId;
use yaml::{Layout, Node, Numbers, Value, parse, parse_all, write};

fn shared(wanted: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3)?.join("shared").join(wanted);
    if !path.exists() {
        println!("skipped: ../shared/{wanted} is not here");
        return None;
    }
    Some(path)
}

fn files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, into);
        } else {
            into.push(path);
        }
    }
}

/// `"input" => "printed" <error>`, both in Go's quotes.
fn probe(line: &str) -> Option<(String, String)> {
    let (input, rest) = line.split_once("=> ")?;
    if !rest.starts_with("\"a: ") {
        return None; // probes of keys and of whole documents
    }
    let printed = rest.strip_suffix(" <nil>")?;
    let unquote = |text: &str| String::from_utf8(golang::strconv::unquote(text.trim().as_bytes())?).ok();
    Some((unquote(input)?, unquote(printed)?))
}

#[test]
fn strings_print_as_helm_prints_them() {
    let Some(path) = shared("corpus/functions/yaml_probe.txt") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let (mut right, mut wrong) = (0, Vec::new());
    for (input, want) in text.lines().filter_map(probe) {
        let entry = yaml::Entry {
            key: "a".into(),
            key_at: None,
            node: Node::computed(Value::String(input.as_str().into())),
        };
        let map = Node::computed(Value::Map(std::iter::once(entry).collect::<yaml::Map>().into()));
        match write(&map, Layout::V2) {
            Ok(got) if format!("{got}\n") == want || got == want => right += 1,
            got => wrong.push(format!("{input:?}: want {want:?}, got {got:?}")),
        }
    }
    println!("{right} right, {} wrong", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(right > 120);
}

#[test]
fn the_corpus_reads_and_reads_back_as_written() {
    let Some(path) = shared("corpus") else { return };
    let mut paths = Vec::new();
    files(&path.join("charts"), &mut paths);
    files(&path.join("golden/v4"), &mut paths);
    let mut count = 0;
    for path in paths {
        let golden = path.to_string_lossy().contains("/golden/");
        let name = path.file_name().unwrap().to_string_lossy();
        let wanted = golden && name.ends_with(".yaml") || !golden && name.ends_with("values.yaml");
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        // The few large ones are lists of definitions, all alike.
        let large = text.len() > 300_000;
        if !wanted || large || path.to_string_lossy().contains("/templates/") {
            continue;
        }
        let documents = parse_all(&text, FileId(0), Numbers::AsJson)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for document in documents {
            let Ok(written) = write(&document, Layout::V2) else { continue };
            let again = parse(&format!("{written}\n"), FileId(0), Numbers::AsJson)
                .unwrap_or_else(|error| panic!("{}: {error}\n{written}", path.display()));
            assert!(again.value.says_same(&document.value), "{}", path.display());
            count += 1;
        }
    }
    println!("{count} documents");
    assert!(count > 100);
}
