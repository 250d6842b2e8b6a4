//! Editor trees that never fail: what is on the screen, however half typed it is.
//!
//! Two kinds of documents, both plain owned data that can be cloned into a snapshot, both updated by
//! [`text::Edit`]s:
//!
//! - a [`Template`]: the actions between `{{` and `}}` as an [`Ast`], and the text around them as YAML, read
//!   from a mask of the same length (see [`mask`](Template::masked)), so that every offset is an offset of the
//!   file;
//! - a [`ValuesFile`]: keys, their places, what the comments say about them, and keys that stand only in
//!   commented-out examples.
//!
//! The question that most features ask is [`Template::cursor`]: what is being typed here, which `with`,
//! `range` and `define` stand around it, which variables can be seen. Values are not looked up here; this room
//! does not know a chart.
//!
//! Nothing here judges. What Helm accepts and how it complains is the `template` and `yaml` rooms' word; a
//! conformance test keeps these trees free of errors wherever Helm is content.

mod template;
mod tree;
mod yaml;

pub use template::{
    Access, Action, ActionId, ActionKind, Argument, Ast, Block, BlockId, BlockKind, Branch, BranchId, Call,
    Command, CursorContext, Declaration, Definition, Dot, Expr, FieldPlace, Frame, Head, Literal, Name,
    Pipeline, Place, StringLiteral, StringPlace, StringUse, Template, TemplateUse, Token, TokenKind, Value,
    Variable, VariablePlace, WordPlace, WordPosition,
};
pub use yaml::{
    Entry, EntryId, EntryName, KeyDoc, Outline, ValueKind, ValuesFile, YamlCursor, YamlPart, path_text,
};
