//! Tree-sitter, behind three functions: parse, edit, and what editors ask of a tree.
//!
//! Tree-sitter nodes do not leave this crate. A tree that was re-parsed after an edit must equal one parsed
//! afresh. Tree-sitter grants that where there are no errors; its recovery from an error, however, depends on
//! what it remembers of the tree before. So a tree with errors is parsed afresh, and never re-used.
//!
//! Parsing waits until somebody asks. An edit only tells the tree where it was (in a microsecond), so a key that
//! is held down costs one re-parse in the end: completion and diagnostics do not need these trees, and a values
//! file of 200 kB can take 6 ms when a key is put in at its top.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use text::{Edit, TextRange, TextSize};
use tree_sitter::{InputEdit, Language, Node, Parser, Point, Tree};

/// Which grammar a tree is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grammar {
    Template,
    Yaml,
}

impl Grammar {
    fn language(self) -> Language {
        match self {
            Self::Template => grammar::LANGUAGE.into(),
            Self::Yaml => tree_sitter_yaml::LANGUAGE.into(),
        }
    }
}

/// A syntax tree of a text that the caller keeps, and hands in again with every question.
///
/// It is empty if the grammar could not be loaded, which the tests exclude.
#[derive(Clone, Debug)]
pub(crate) struct SyntaxTree {
    grammar: Grammar,
    /// The tree of an earlier text, told of the edits since; it has no errors.
    earlier: Option<Tree>,
    /// The tree of this text, made when first asked for. Clones share it.
    now: Arc<OnceLock<Option<Tree>>>,
}

impl SyntaxTree {
    pub(crate) fn new(grammar: Grammar) -> Self {
        Self { grammar, earlier: None, now: Arc::default() }
    }

    /// The tree of `new`, which is `old` after `edit`.
    pub(crate) fn edited(&self, old: &str, new: &str, edit: &Edit) -> Self {
        let tree = self.now.get().map_or(&self.earlier, |now| now);
        let mut earlier =
            tree.clone().filter(|tree| self.now.get().is_none() || !tree.root_node().has_error());
        if let Some(tree) = &mut earlier {
            tree.edit(&input_edit(old, new, edit));
        }
        Self { grammar: self.grammar, earlier, now: Arc::default() }
    }

    fn tree(&self, text: &str) -> Option<&Tree> {
        let again =
            |earlier| parse(self.grammar, text, Some(earlier)).filter(|it| !it.root_node().has_error());
        let make = || self.earlier.as_ref().and_then(again).or_else(|| parse(self.grammar, text, None));
        self.now.get_or_init(make).as_ref()
    }

    /// Whether the grammar found no way to read some part.
    pub(crate) fn has_error(&self, text: &str) -> bool {
        self.tree(text).is_none_or(|tree| tree.root_node().has_error())
    }

    /// The whole tree in words, with ranges; for tests.
    pub(crate) fn dump(&self, text: &str) -> String {
        let mut out = String::new();
        self.each(text, |node| {
            let _ = write!(out, "{} {:?} ", node.kind(), node.range());
            true
        });
        out
    }

    /// Ranges of the nodes of `text` around `offset`, from the innermost out, each larger than the one before
    /// and without blank space at its end. Right behind a word, the word is meant.
    pub(crate) fn ranges_around(&self, text: &str, offset: TextSize) -> Vec<TextRange> {
        let mut all: Vec<TextRange> = Vec::new();
        let at = usize::from(offset);
        let is_word = |char: char| char.is_alphanumeric() || char == '_';
        let behind = text.get(..at).is_some_and(|it| it.ends_with(is_word));
        let behind = behind && !text.get(at..).is_some_and(|it| it.starts_with(is_word));
        let at = at - usize::from(behind);
        let mut node = self.tree(text).and_then(|tree| tree.root_node().descendant_for_byte_range(at, at));
        while let Some(inner) = node {
            let range = trimmed(text, range_of(inner));
            if all.last() != Some(&range) && !range.is_empty() {
                all.push(range);
            }
            node = inner.parent();
        }
        all
    }

    /// Visits the nodes in order, going down where `visit` says so, without recursion.
    fn each(&self, text: &str, mut visit: impl FnMut(Node) -> bool) {
        let Some(tree) = self.tree(text) else { return };
        let mut cursor = tree.walk();
        loop {
            if visit(cursor.node()) && cursor.goto_first_child() {
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return;
                }
            }
        }
    }

    /// Ranges of every action node of a template tree, for holding against our own lexer.
    pub(crate) fn delimiters(&self, text: &str) -> Vec<(usize, usize)> {
        let mut all = Vec::new();
        let mut open = None;
        self.each(text, |node| {
            match node.kind() {
                "{{" | "{{-" => open = Some(node.start_byte()),
                "}}" | "-}}" => all.extend(open.take().map(|start| (start, node.end_byte()))),
                _ => {}
            }
            true
        });
        all
    }
}

fn parse(grammar: Grammar, text: &str, old: Option<&Tree>) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&grammar.language()).ok()?;
    parser.parse(text, old)
}

fn trimmed(text: &str, range: TextRange) -> TextRange {
    let written = text.get(usize::from(range.start())..usize::from(range.end())).unwrap_or("");
    TextRange::at(range.start(), TextSize::of(written.trim_end()))
}

fn range_of(node: Node) -> TextRange {
    TextRange::new(TextSize::from(node.start_byte() as u32), TextSize::from(node.end_byte() as u32))
}

fn input_edit(old: &str, new: &str, edit: &Edit) -> InputEdit {
    let (start, old_end) = (usize::from(edit.range.start()), usize::from(edit.range.end()));
    let new_end = usize::from(edit.new_range().end());
    InputEdit {
        start_byte: start,
        old_end_byte: old_end,
        new_end_byte: new_end,
        start_position: point(new, start),
        old_end_position: point(old, old_end),
        new_end_position: point(new, new_end),
    }
}

/// Row and byte column as tree-sitter counts them: only `\n` ends a row.
fn point(text: &str, offset: usize) -> Point {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let row = memchr::memchr_iter(b'\n', before).count();
    let column = before.len() - memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    Point::new(row, column)
}
