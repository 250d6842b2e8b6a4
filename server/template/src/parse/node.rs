//! The tree of a template. Names and shapes follow Go's `text/template/parse/node.go`.
//!
//! Every node knows two places: `pos`, by which Go's messages count columns (for `.a.b` that is the second
//! dot), and `range`, the bytes that an editor underlines. Texts and names are ranges of the source.

use std::sync::Arc;

use text::{FileId, FileRange, TextRange};

use crate::functions::Known;
use crate::{Origin, Str};

/// The text that a tree was parsed from.
#[derive(Debug)]
pub struct Source {
    /// The name by which messages call it.
    pub name: Arc<str>,
    /// The text.
    pub text: Arc<[u8]>,
    /// The file, unless `tpl` was given a string.
    pub file: Option<FileId>,
    /// Where the string given to `tpl` came from.
    pub origin: Origin,
}

impl Source {
    /// The bytes of a range.
    pub fn slice(&self, range: TextRange) -> &[u8] {
        &self.text[usize::from(range.start())..usize::from(range.end())]
    }

    /// The range with its file, if there is one.
    pub fn file_range(&self, range: TextRange) -> Option<FileRange> {
        Some(FileRange { file: self.file?, range })
    }
}

/// A named template: a whole file, a `define` or a `block`.
#[derive(Debug)]
pub struct Define {
    /// Its name.
    pub name: Str,
    /// The text that it stands in.
    pub source: Arc<Source>,
    /// The name as written, with quotes; `None` for a whole file.
    pub name_range: Option<TextRange>,
    /// All of it, from `{{ define` to `end }}`.
    pub range: TextRange,
    /// What it consists of.
    pub body: Vec<Node>,
    /// Whether it is only blanks and comments: such a define replaces no other.
    pub is_empty: bool,
}

/// A statement.
#[derive(Debug)]
pub enum Node {
    /// Plain text, trimmed.
    Text(TextRange),
    /// An action that prints or sets a variable.
    Action(Action),
    /// `if … else … end`.
    If(Box<Branch>),
    /// `range … else … end`.
    Range(Box<Branch>),
    /// `with … else … end`.
    With(Box<Branch>),
    /// `template "name" pipeline`, also what remains of a `block`.
    Template(Box<TemplateCall>),
    /// `break`.
    Break(TextRange),
    /// `continue`.
    Continue(TextRange),
}

/// `{{ pipeline }}`.
#[derive(Debug)]
pub struct Action {
    /// Go's position.
    pub pos: u32,
    /// With the delimiters.
    pub range: TextRange,
    /// What is evaluated.
    pub pipe: Pipe,
}

/// `if`, `range` or `with`.
#[derive(Debug)]
pub struct Branch {
    /// From the opening delimiter to that of `end`.
    pub range: TextRange,
    /// The opening action alone.
    pub head: TextRange,
    /// What decides.
    pub pipe: Pipe,
    /// What is done if the value is not empty.
    pub list: Vec<Node>,
    /// What is done otherwise.
    pub else_list: Option<Vec<Node>>,
}

/// `template "name" pipeline`.
#[derive(Debug)]
pub struct TemplateCall {
    /// Go's position.
    pub pos: u32,
    /// With the delimiters; of a `block`, its opening action.
    pub range: TextRange,
    /// The name.
    pub name: Str,
    /// The name as written.
    pub name_range: TextRange,
    /// What becomes the template's dot.
    pub pipe: Option<Pipe>,
}

/// `$a, $b := command | command`.
#[derive(Debug)]
pub struct Pipe {
    /// Go's position.
    pub pos: u32,
    /// From the first to the last token.
    pub range: TextRange,
    /// `=` rather than `:=`.
    pub is_assign: bool,
    /// The variables that are set, as written.
    pub decl: Box<[TextRange]>,
    /// The commands.
    pub commands: Box<[Command]>,
}

/// A function or value with its arguments.
#[derive(Debug)]
pub struct Command {
    /// Go's position.
    pub pos: u32,
    /// From the first to the last argument.
    pub range: TextRange,
    /// The function or value, then the arguments; never empty.
    pub args: Box<[Expr]>,
}

/// An operand.
#[derive(Debug)]
pub struct Expr {
    /// Go's position.
    pub pos: u32,
    /// As written, with parentheses.
    pub range: TextRange,
    /// What it is.
    pub kind: ExprKind,
}

/// What an operand is.
#[derive(Debug)]
pub enum ExprKind {
    /// `true` or `false`.
    Bool(bool),
    /// A number or character constant.
    Number(Box<super::Number>),
    /// A string, unquoted.
    String(Str),
    /// `nil`.
    Nil,
    /// `.`
    Dot,
    /// `.a.b`, whose names are [`names`] of its range.
    Field,
    /// `$x.a.b`, whose names are [`names`] of its range; the first is the variable's, with its sign.
    Variable,
    /// `(pipeline).a.b` or `function.a.b`.
    Chain(Box<Chain>),
    /// A function.
    Function(&'static Known),
    /// `(pipeline)`.
    Pipe(Box<Pipe>),
}

/// An operand with fields behind it.
#[derive(Debug)]
pub struct Chain {
    /// The operand.
    pub base: Expr,
    /// The fields, from the first dot on.
    pub fields: TextRange,
}

/// The names in `.a.b` or `$x.a.b`.
pub fn names(source: &Source, range: TextRange) -> impl Iterator<Item = &[u8]> {
    let text = source.slice(range);
    text.strip_prefix(b".").unwrap_or(text).split(|&byte| byte == b'.')
}

/// Any node, as the executor remembers the last one that it visited.
#[derive(Clone, Copy, Debug)]
pub enum AnyNode<'t> {
    /// A statement.
    Node(&'t Node),
    /// A pipeline.
    Pipe(&'t Pipe),
    /// A command.
    Command(&'t Command),
    /// An operand.
    Expr(&'t Expr),
}

impl Node {
    /// Go's position.
    pub fn pos(&self) -> u32 {
        match self {
            Self::Text(range) | Self::Break(range) | Self::Continue(range) => range.start().into(),
            Self::Action(it) => it.pos,
            Self::If(it) | Self::Range(it) | Self::With(it) => it.pipe.pos,
            Self::Template(it) => it.pos,
        }
    }

    /// The bytes of the whole statement.
    pub fn range(&self) -> TextRange {
        match self {
            Self::Text(range) | Self::Break(range) | Self::Continue(range) => *range,
            Self::Action(it) => it.range,
            Self::If(it) | Self::Range(it) | Self::With(it) => it.range,
            Self::Template(it) => it.range,
        }
    }
}

impl AnyNode<'_> {
    /// Go's position.
    pub fn pos(self) -> u32 {
        match self {
            Self::Node(it) => it.pos(),
            Self::Pipe(it) => it.pos,
            Self::Command(it) => it.pos,
            Self::Expr(it) => it.pos,
        }
    }

    /// The bytes to underline.
    pub fn range(self) -> TextRange {
        match self {
            // A whole loop would be too much to underline: its head says what is wrong.
            Self::Node(Node::If(it) | Node::Range(it) | Node::With(it)) => it.head,
            Self::Node(it) => it.range(),
            Self::Pipe(it) => it.range,
            Self::Command(it) => it.range,
            Self::Expr(it) => it.range,
        }
    }
}

// Nesting is as deep as the text is long; so trees come down on a growing stack, as they went up.
impl Drop for Branch {
    fn drop(&mut self) {
        let (list, else_list) = (std::mem::take(&mut self.list), self.else_list.take());
        super::on_deep_stack(|| drop((list, else_list)));
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        let commands = std::mem::take(&mut self.commands);
        super::on_deep_stack(|| drop(commands));
    }
}
