//! Text to trees: Go's `text/template/parse`, to the letter.
//!
//! [`parse`] accepts, refuses and complains as Go 1.26 does. What editors show while half a line is typed is
//! `syntax`'s business; this parser stops at the first mistake.

mod expression;
mod lex;
mod literal;
mod node;
mod parser;
mod print;
mod set;
pub(crate) mod utf8;
mod walk;

use std::fmt;
use std::sync::Arc;

use text::{FileId, TextRange};

pub use literal::{Ideal, Number};
pub use node::{
    Action, AnyNode, Branch, Chain, Command, Define, Expr, ExprKind, Node, Pipe, Source, TemplateCall, names,
};
pub use print::{list_to_text, to_text};
pub use set::TemplateSet;
pub use walk::{Visitor, walk};

use crate::functions::{Known, find_known};
use crate::{Dialect, Origin};

/// Why a text is no template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The name of the text.
    pub name: Arc<str>,
    /// What is wrong, in Go's words.
    pub message: String,
    /// Go's line, from 1: that of the item that was read last.
    pub line: u32,
    /// What to underline.
    pub at: TextRange,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "template: {}:{}: {}", self.name, self.line, self.message)
    }
}

impl std::error::Error for ParseError {}

/// How the parser knows the functions that there are.
pub type FindFunction<'f> = &'f dyn Fn(&str) -> Option<&'static Known>;

/// Parses a file: the template of its own name first, then its defines in the order of the text.
pub fn parse(
    name: &str,
    source: Arc<[u8]>,
    file: FileId,
    dialect: Dialect,
) -> Result<Vec<Arc<Define>>, ParseError> {
    let find = |name: &str| find_known(name, dialect);
    let source = Source { name: name.into(), text: source, file: Some(file), origin: Origin::NONE };
    parse_source(source, &find)
}

/// Parses any text with any functions.
pub fn parse_source(source: Source, find: FindFunction<'_>) -> Result<Vec<Arc<Define>>, ParseError> {
    let source = Arc::new(source);
    parser::Parser::new(&source, find).file().map_err(|failed| ParseError {
        name: source.name.clone(),
        line: line_of(&source.text, failed.line_of),
        message: failed.message,
        at: failed.at,
    })
}

/// The tokens of a text, each under the name that Go's own tests give its kind; the last is `EOF`, or `error` with
/// the reason for its text. For tests that hold the lexer against Go's.
pub fn tokens(text: &[u8]) -> Vec<(&'static str, String)> {
    let mut lexer = lex::Lexer::new(text);
    let mut tokens = Vec::new();
    loop {
        let item = lexer.next_item();
        let written = String::from_utf8_lossy(&text[item.start as usize..item.end as usize]).into_owned();
        match item.kind {
            lex::Kind::Error => tokens.push((item.kind.go_name(), lexer.error().to_owned())),
            kind => tokens.push((kind.go_name(), written)),
        }
        if matches!(item.kind, lex::Kind::Error | lex::Kind::Eof) {
            return tokens;
        }
    }
}

/// A mistake before its line is counted.
struct Failed {
    message: String,
    /// The offset whose line Go names.
    line_of: u32,
    at: TextRange,
}

/// The line of an offset, from 1. Go counts line feeds only.
pub(crate) fn line_of(text: &[u8], offset: u32) -> u32 {
    memchr::memchr_iter(b'\n', &text[..(offset as usize).min(text.len())]).count() as u32 + 1
}

/// Templates nest as deep as their authors please: each level of recursion asks for stack before it needs it.
pub(crate) fn on_deep_stack<R>(run: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, run)
}

#[cfg(test)]
pub(crate) mod tests;
