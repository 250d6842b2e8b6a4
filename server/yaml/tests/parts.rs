//! What is read in parts is what a whole tree would hold, complaints included.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a test that cannot read its files has failed, one that is skipped says so"
)]

use std::path::{Path, PathBuf};

use chartroom_yaml::{Node, Numbers, parse, parse_parts};
use proptest::prelude::*;
use text::FileId;

/// As the head of a manifest is read.
fn wanted(depth: usize, key: &str) -> bool {
    match depth {
        1 => matches!(key, "kind" | "metadata"),
        2 => matches!(key, "name" | "annotations"),
        _ => true,
    }
}

/// What is wanted of a tree, with its places; only that there is more of the rest.
fn show(node: &Node, depth: usize) -> String {
    let inner = match (node.value.as_map(), node.value.as_list()) {
        (Some(map), _) => {
            let entries = map.iter().filter(|entry| wanted(depth, &entry.key));
            entries.map(|it| format!("{}@{:?} {}", it.key, it.key_at, show(&it.node, depth + 1))).collect()
        }
        (_, Some(items)) => items.iter().map(|item| show(item, depth + 1)).collect(),
        _ => format!("{:?}", node.value),
    };
    format!("[{inner}@{:?}]", node.at)
}

#[track_caller]
fn check(text: &str) {
    let whole = parse(text, FileId(0), Numbers::AsWritten).map(|it| show(&it, 1));
    let parts = parse_parts(text, FileId(0), Numbers::AsWritten, wanted).map(|it| show(&it, 1));
    assert_eq!(parts, whole, "{text}");
}

/// A line of a document that is nearly one.
fn line() -> impl Strategy<Value = String> {
    let key = prop_oneof![
        6 => prop::sample::select(vec!["kind", "metadata", "name", "annotations", "spec", "a", "b"]),
        1 => prop::sample::select(vec!["<<", "~", "null", "yes", "1", ".inf", "18446744073709551615", "'x'", "? y", "-"]),
    ];
    let value = prop_oneof![
        6 => prop::sample::select(vec!["", "x", "1", "1.5", "true", "[a, b]", "{a: b}", "'q'", "\"d\"", "x # c"]),
        2 => prop::sample::select(vec![
            ".inf", "-.Inf", "&x y", "*x", "&x", "!!int z", "!!str 1", "|", ">-", "{<<: {a: b}}", "{~: x}", "[", "x: y",
            "{name: .nan}", "é", "\t", "\u{7}", "\u{85}",
        ]),
    ];
    (0..4_usize, prop::bool::weighted(0.2), key, value).prop_map(|(indent, dash, key, value)| {
        format!("{}{}{key}: {value}", "  ".repeat(indent), if dash { "- " } else { "" })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn of_texts_that_are_nearly_documents(lines in prop::collection::vec(line(), 0..10)) {
        check(&lines.join("\n"));
    }
}

/// Files that were rendered, below a folder.
fn rendered(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rendered(&path, into);
        } else if path.extension().is_some_and(|it| it == "yaml" || it == "out") {
            into.push(path);
        }
    }
}

#[test]
fn of_what_real_charts_print() {
    let golden =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3).unwrap().join("shared/corpus/golden/v4");
    if !golden.exists() {
        println!("skipped: ../shared/corpus/golden/v4 is not here");
        return;
    }
    let mut paths = Vec::new();
    rendered(&golden, &mut paths);
    let mut count = 0;
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        for document in text.split("\n---\n").filter(|it| it.len() < 20_000) {
            check(document);
            // Cut short it is broken, and now and then a key or quote is.
            let cut = document.char_indices().map(|(at, _)| at).nth(document.chars().count() * 2 / 3);
            check(&document[..cut.unwrap_or(0)]);
            count += 1;
        }
    }
    println!("{count} documents");
    assert!(count > 1000);
}
