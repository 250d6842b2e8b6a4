//! The tree of a template: actions in a row, blocks as a second row that points into the first.
//!
//! Everything is owned and flat. An [`ActionId`] or [`BlockId`] is an index; ids are given in the order of the
//! text, so finding what stands at an offset is a binary search, and walking outwards is following `parent`.
//!
//! Whatever is missing while somebody types is absent, never invented: a path that ends with a dot ends with
//! an empty [`Name`], an `if` without a condition has no `pipeline`, a block without `end` has no `end` and
//! reaches to where something else ends it.

use text::{TextRange, TextSize};

/// Index of an [`Action`] in its [`Ast`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ActionId(pub u32);

/// Index of a [`Block`] in its [`Ast`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockId(pub u32);

/// One branch of a block: 0 is the body of the action that opens it, 1 and up are its `else` parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BranchId {
    /// The block.
    pub block: BlockId,
    /// Which branch of it.
    pub branch: u32,
}

/// All actions and blocks of one template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ast {
    /// In the order of the text; they do not overlap.
    pub actions: Vec<Action>,
    /// In the order of the actions that open them: a block comes after those around it.
    pub blocks: Vec<Block>,
    /// Length of the text.
    pub len: TextSize,
}

/// From `{{` to `}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// With delimiters and trim markers. An action that is not closed ends where its line ends.
    pub range: TextRange,
    /// Without delimiters and trim markers, but with the blanks inside them.
    pub inner: TextRange,
    /// Whether it begins with `{{-`.
    pub trim_left: bool,
    /// Whether it ends with `-}}`.
    pub trim_right: bool,
    /// Whether it has its `}}`.
    pub closed: bool,
    /// What it is.
    pub kind: ActionKind,
    /// Its first word, where that is a keyword (`else` of `else if`).
    pub keyword: Option<TextRange>,
    /// The second word of `else if` and `else with`.
    pub second_keyword: Option<TextRange>,
    /// The name after `define`, `block` and `template`.
    pub name: Option<StringLiteral>,
    /// The expression: what is printed, the header of a block, the argument of `template`.
    pub pipeline: Option<Pipeline>,
    /// The branch whose body it stands in. For the actions of a block (`if`, `else`, `end`): the branch that
    /// the whole block stands in.
    pub parent: Option<BranchId>,
    /// The branch that it opens (`if`, `range`, `else` …), or for an `end` the last branch, which it closes.
    pub opens: Option<BranchId>,
}

/// What an action is, by its first word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActionKind {
    /// `{{/* … */}}`
    Comment,
    /// A pipeline: prints, declares or assigns. Also an empty action.
    Pipeline,
    /// `if`
    If,
    /// `with`
    With,
    /// `range`
    Range,
    /// `define "name"`
    Define,
    /// `block "name" argument`
    Block,
    /// `else`
    Else,
    /// `else if`
    ElseIf,
    /// `else with`
    ElseWith,
    /// `end`
    End,
    /// `template "name" argument`
    Template,
    /// `break`
    Break,
    /// `continue`
    Continue,
}

/// An action with a body, its `else` parts and its `end`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What opens it.
    pub kind: BlockKind,
    /// From the `{{` that opens it to behind its `end`; without an `end`, to where its last branch stops.
    pub range: TextRange,
    /// At least one.
    pub branches: Vec<Branch>,
    /// Its `end`, if that is there.
    pub end: Option<ActionId>,
    /// The branch that it stands in.
    pub parent: Option<BranchId>,
}

/// The kinds of blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// `if`
    If,
    /// `with`
    With,
    /// `range`
    Range,
    /// `define`
    Define,
    /// `block`, which defines and calls at once
    Block,
}

/// A head and the body under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// `if …`, `else if …`, `else`
    pub action: ActionId,
    /// From behind the head to before the next head or `end`.
    pub body: TextRange,
}

/// A word and where it stands. Empty names are half-typed ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As written; variables with their `$`. A field may hold a `-`, which Go refuses but people type.
    pub text: String,
    /// Where.
    pub range: TextRange,
}

/// Commands joined by `|`, perhaps given to variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    /// From the first to behind the last token.
    pub range: TextRange,
    /// `$x :=`, `$k, $v :=`, `$x =`
    pub declaration: Option<Declaration>,
    /// Between the `|`; one may be empty while it is typed.
    pub commands: Vec<Command>,
    /// Every `|`: there is one less than commands.
    pub pipes: Vec<TextRange>,
}

/// The left side of `:=` or `=`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// One, or two in a `range`; with their `$`.
    pub variables: Vec<Name>,
    /// `:=` or `=`
    pub operator: TextRange,
    /// `=`: the variable was declared before.
    pub assigns: bool,
}

/// Operands beside each other: the first is called with the others if there are others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// From the first to behind the last operand.
    pub range: TextRange,
    /// Callee and arguments, or one value.
    pub operands: Vec<Expr>,
}

/// An operand: a head and the path of fields behind it. `.Values.x` is [`Head::Dot`] with a path of two, `.`
/// alone has no path, `$x.` has one empty name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// All of it.
    pub range: TextRange,
    /// What the path starts from.
    pub head: Head,
    /// Where the head stands; for [`Head::Dot`] the first dot.
    pub head_range: TextRange,
    /// Fields, in order.
    pub path: Vec<Name>,
}

/// What an operand starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// `.`
    Dot,
    /// `$`, `$x`: with its `$`
    Variable(String),
    /// A function's name
    Function(String),
    /// `( … )`
    Paren(Box<Pipeline>),
    /// A constant
    Literal(Literal),
}

/// Constants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Literal {
    /// `"…"` or raw
    String(StringLiteral),
    /// As written
    Number(String),
    /// `'x'`, as written
    Char(String),
    /// `true`, `false`
    Bool(bool),
    /// `nil`
    Nil,
}

/// A string and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StringLiteral {
    /// With quotes.
    pub range: TextRange,
    /// Between the quotes.
    pub content: TextRange,
    /// What it means, escapes resolved.
    pub value: String,
    /// Whether it stands between backquotes.
    pub raw: bool,
    /// Whether its second quote is there.
    pub terminated: bool,
}

impl Ast {
    /// The action with this id.
    pub fn action(&self, id: ActionId) -> &Action {
        &self.actions[id.0 as usize]
    }

    /// The block with this id.
    pub fn block(&self, id: BlockId) -> &Block {
        &self.blocks[id.0 as usize]
    }

    /// The action that heads a branch.
    pub fn head(&self, id: BranchId) -> &Action {
        self.action(self.block(id.block).branches[id.branch as usize].action)
    }

    /// The action that `offset` is in: behind its first brace and before its last, or at its very end where
    /// it is not closed.
    pub fn action_at(&self, offset: TextSize) -> Option<ActionId> {
        let id = self.last_before(offset)?;
        let action = self.action(id);
        let inside = offset < action.range.end() || (!action.closed && offset == action.range.end());
        inside.then_some(id)
    }

    /// The last action that starts before `offset`.
    pub(crate) fn last_before(&self, offset: TextSize) -> Option<ActionId> {
        let count = self.actions.partition_point(|action| action.range.start() < offset);
        count.checked_sub(1).map(|at| ActionId(at as u32))
    }

    /// Visits every operand of every action, outer ones before those in their parentheses.
    pub fn each_expr<'a>(&'a self, mut visit: impl FnMut(ActionId, &'a Expr)) {
        for (id, action) in (0..).map(ActionId).zip(&self.actions) {
            if let Some(pipeline) = &action.pipeline {
                pipeline.each_expr(&mut |expr| visit(id, expr));
            }
        }
    }
}

impl Action {
    /// Whether it puts something on its place in the output.
    pub fn prints(&self) -> bool {
        match self.kind {
            ActionKind::Pipeline => self.pipeline.as_ref().is_some_and(|it| it.declaration.is_none()),
            ActionKind::Template | ActionKind::Block => true,
            ActionKind::Comment
            | ActionKind::If
            | ActionKind::With
            | ActionKind::Range
            | ActionKind::Define
            | ActionKind::Else
            | ActionKind::ElseIf
            | ActionKind::ElseWith
            | ActionKind::End
            | ActionKind::Break
            | ActionKind::Continue => false,
        }
    }
}

impl Pipeline {
    /// Visits every operand, outer ones before those in their parentheses.
    pub fn each_expr<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        self.each_command(&mut |_, _, command| command.operands.iter().for_each(&mut *visit));
    }

    /// Visits every command with the pipeline that it stands in and its index there, outer ones first.
    ///
    /// The depth of parentheses is bounded by the parser, so this may recurse.
    pub fn each_command<'a>(&'a self, visit: &mut dyn FnMut(&'a Pipeline, usize, &'a Command)) {
        for (index, command) in self.commands.iter().enumerate() {
            visit(self, index, command);
            for operand in &command.operands {
                if let Head::Paren(inner) = &operand.head {
                    inner.each_command(visit);
                }
            }
        }
    }
}

impl Command {
    /// The function's name and its arguments, if the command starts with a function.
    pub fn function(&self) -> Option<(&str, &[Expr])> {
        let (first, arguments) = self.operands.split_first()?;
        match &first.head {
            Head::Function(name) if first.path.is_empty() => Some((name, arguments)),
            Head::Function(_) | Head::Dot | Head::Variable(_) | Head::Paren(_) | Head::Literal(_) => None,
        }
    }
}

impl Expr {
    /// The string, if it is nothing but a string.
    pub fn string(&self) -> Option<&StringLiteral> {
        match &self.head {
            Head::Literal(Literal::String(string)) if self.path.is_empty() => Some(string),
            Head::Literal(_) | Head::Dot | Head::Variable(_) | Head::Function(_) | Head::Paren(_) => None,
        }
    }

    /// The names of the path.
    pub fn path_names(&self) -> impl Iterator<Item = &str> {
        self.path.iter().map(|name| name.text.as_str())
    }
}
