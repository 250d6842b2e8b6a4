//! The corpus of the grammar: every case of `test/corpus/*.txt` gives the tree that is written below it, and
//! every query fits the grammar.
//!
//! The files have the layout of `tree-sitter test`, but need no program besides Cargo. After a change of the
//! grammar, `UPDATE_EXPECT=1 cargo test -p chartroom-grammar` writes the new trees; read them before
//! committing.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use tree_sitter::{Language, Node, Parser, Query};

const RULE: &str = "================================================================================";
const LINE: &str = "--------------------------------------------------------------------------------";

struct Case {
    name: String,
    input: String,
    tree: String,
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut all: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == extension))
        .collect();
    all.sort();
    all
}

fn cases(file: &str) -> Vec<Case> {
    let rule = format!("{RULE}\n");
    let mut pieces = file.split(rule.as_str()).skip(1);
    let mut all = Vec::new();
    while let (Some(name), Some(body)) = (pieces.next(), pieces.next()) {
        let (input, tree) = body.split_once(&format!("\n{LINE}\n")).expect("a case has a line of dashes");
        all.push(Case { name: name.trim().into(), input: input.into(), tree: tree.trim().into() });
    }
    all
}

fn parser() -> Parser {
    let mut parser = Parser::new();
    parser.set_language(&chartroom_grammar::LANGUAGE.into()).unwrap();
    parser
}

/// The tree, one node a line, text nodes with what they hold: blank space is where templates go wrong.
fn shown(node: Node, field: Option<&str>, depth: usize, source: &str, out: &mut String) {
    let name = field.map_or(String::new(), |it| format!("{it}: "));
    let missing = if node.is_missing() { "MISSING " } else { "" };
    let _ = write!(out, "{}{name}({missing}{}", "  ".repeat(depth), node.kind());
    if node.kind() == "text" {
        let _ = write!(out, " {:?}", &source[node.byte_range()]);
    }
    let mut cursor = node.walk();
    if cursor.goto_first_child() {
        loop {
            let child = cursor.node();
            if child.is_named() || child.is_missing() {
                out.push('\n');
                shown(child, cursor.field_name(), depth + 1, source, out);
            }
            if !cursor.goto_next_sibling() {
                break;
            }
        }
    }
    out.push(')');
}

fn tree_of(parser: &mut Parser, input: &str) -> String {
    let tree = parser.parse(input, None).unwrap();
    let mut out = String::new();
    shown(tree.root_node(), None, 0, input, &mut out);
    out
}

#[test]
fn every_case_gives_its_tree() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut parser = parser();
    let mut count = 0;
    for path in files(&folder("test/corpus"), "txt") {
        let mut rewritten = String::new();
        for case in cases(&fs::read_to_string(&path).unwrap()) {
            let got = tree_of(&mut parser, &case.input);
            if !update {
                assert_eq!(got, case.tree, "case \"{}\" of {}", case.name, path.display());
            }
            let _ = writeln!(rewritten, "{RULE}\n{}\n{RULE}\n{}\n{LINE}\n\n{got}\n", case.name, case.input);
            count += 1;
        }
        if update {
            fs::write(&path, rewritten.trim_end().to_owned() + "\n").unwrap();
        }
    }
    assert!(count > 40, "only {count} cases were found");
}

#[test]
fn only_the_cases_of_broken_input_have_errors() {
    for path in files(&folder("test/corpus"), "txt") {
        let broken = path.file_stem().is_some_and(|it| it == "broken");
        for case in cases(&fs::read_to_string(&path).unwrap()) {
            let wrong = case.tree.contains("ERROR") || case.tree.contains("MISSING");
            assert_eq!(wrong, broken, "case \"{}\" of {}", case.name, path.display());
        }
    }
}

#[test]
fn every_query_fits_the_grammar() {
    let language: Language = chartroom_grammar::LANGUAGE.into();
    let mut count = 0;
    for dir in ["queries", "queries/helix"] {
        for path in files(&folder(dir), "scm") {
            if let Err(error) = Query::new(&language, &fs::read_to_string(&path).unwrap()) {
                panic!("{}: {error}", path.display());
            }
            count += 1;
        }
    }
    assert!(count >= 10, "only {count} queries were found");
}

#[test]
fn the_parser_is_one_that_neovim_0_7_can_load() {
    let language: Language = chartroom_grammar::LANGUAGE.into();
    assert_eq!(language.abi_version(), 14);
}
