//! Templates: actions as a tree of our own, text as masked YAML, and what stands at a cursor.

mod ast;
mod cursor;
mod document;
mod expr;
mod lexer;
mod mask;
mod parse;
mod scope;
mod tokens;
mod uses;

pub use ast::{
    Action, ActionId, ActionKind, Ast, Block, BlockId, BlockKind, Branch, BranchId, Command, Declaration,
    Expr, Head, Literal, Name, Pipeline, StringLiteral,
};
pub use cursor::{
    Call, CursorContext, FieldPlace, Place, StringPlace, StringUse, VariablePlace, WordPlace, WordPosition,
};
pub use document::Template;
pub use scope::{Access, Dot, Frame, Value, Variable};
pub use tokens::{Token, TokenKind};
pub use uses::{Argument, Definition, TemplateUse};
