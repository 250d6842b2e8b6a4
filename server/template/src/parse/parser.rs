//! Makes a tree of the items, accepting and refusing as Go's `text/template/parse/parse.go` does.
//!
//! Go reports every mistake at the line of the item that it read last, which need not be the culprit. So this
//! parser reads ahead exactly as far as Go's, and keeps a state of its own for each `define` and `block`, as
//! Go keeps a tree. The range that editors underline is that of the culprit.

use std::sync::Arc;

use text::TextRange;

use super::lex::{Item, Kind, Lexer};
use super::node::{Action, Branch, Command, Define, Expr, Node, Source, TemplateCall};
use super::{Failed, FindFunction, on_deep_stack};
use crate::Str;

pub(super) type Parsed<T> = Result<T, Failed>;

pub(super) struct Parser<'s> {
    pub(super) source: &'s Arc<Source>,
    bytes: &'s [u8],
    pub(super) find: FindFunction<'s>,
    lexer: Lexer<'s>,
    pub(super) tree: Tree,
    defines: Vec<Arc<Define>>,
    /// What the lists consist of that are being read, innermost last: a list is made when its length is known.
    pub(super) nodes: Vec<Node>,
    pub(super) commands: Vec<Command>,
    pub(super) operands: Vec<Expr>,
}

/// What Go keeps per tree: one for the file, one for each `define` and `block`.
pub(super) struct Tree {
    pub(super) items: [Item; 3],
    peeked: usize,
    pub(super) variables: Vec<TextRange>,
    /// Where the action began that is being parsed, for messages.
    action: Option<Item>,
    range_depth: u32,
    pub(super) stack_depth: u32,
}

impl Tree {
    fn new() -> Self {
        Self {
            items: [Item::NONE; 3],
            peeked: 0,
            variables: Vec::new(),
            action: None,
            range_depth: 0,
            stack_depth: 0,
        }
    }
}

/// What a list can end with.
enum Statement {
    Node(Node),
    /// With the end of its right delimiter.
    End(u32),
    /// Also with the start of `if` or `with` behind it.
    Else,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    If,
    Range,
    With,
}

impl Control {
    fn name(self) -> &'static str {
        match self {
            Self::If => "if",
            Self::Range => "range",
            Self::With => "with",
        }
    }
}

pub(super) fn range(start: u32, end: u32) -> TextRange {
    TextRange::new(start.into(), end.max(start).into())
}

impl<'s> Parser<'s> {
    pub(super) fn new(source: &'s Arc<Source>, find: FindFunction<'s>) -> Self {
        let bytes = &*source.text;
        let lexer = Lexer::new(bytes);
        let (nodes, commands, operands) = (Vec::new(), Vec::new(), Vec::new());
        Self { source, bytes, find, lexer, tree: Tree::new(), defines: Vec::new(), nodes, commands, operands }
    }

    /// The file as a template, then its defines.
    pub(super) fn file(mut self) -> Parsed<Vec<Arc<Define>>> {
        while self.peek().kind != Kind::Eof {
            if self.peek().kind == Kind::LeftDelim {
                let delimiter = self.next();
                if self.next_non_space().kind == Kind::Define {
                    let outer = std::mem::replace(&mut self.tree, Tree::new());
                    self.definition(delimiter)?;
                    self.tree = outer;
                    continue;
                }
                self.backup2(delimiter);
            }
            match self.text_or_action()? {
                Statement::Node(node) => self.nodes.push(node),
                Statement::End(_) => return self.fail("unexpected {{end}}"),
                Statement::Else => return self.fail("unexpected {{else}}"),
            }
        }
        let name = Str::from(self.source.name.as_bytes());
        let whole = range(0, self.bytes.len() as u32);
        let body = std::mem::take(&mut self.nodes);
        self.add(name.clone(), None, whole, body)?;
        // The define that bears the file's name is the file, also where a `define` inside took the name.
        if let Some(at) = self.defines.iter().position(|it| it.name == name) {
            self.defines[..=at].rotate_right(1);
        }
        Ok(self.defines)
    }

    // Items.

    pub(super) fn next(&mut self) -> Item {
        if self.tree.peeked > 0 {
            self.tree.peeked -= 1;
        } else {
            self.tree.items[0] = self.lexer.next_item();
        }
        self.tree.items[self.tree.peeked]
    }

    pub(super) fn backup(&mut self) {
        self.tree.peeked += 1;
    }

    pub(super) fn backup2(&mut self, first: Item) {
        self.tree.items[1] = first;
        self.tree.peeked = 2;
    }

    pub(super) fn backup3(&mut self, first: Item, second: Item) {
        self.tree.items[1] = second;
        self.tree.items[2] = first;
        self.tree.peeked = 3;
    }

    pub(super) fn peek(&mut self) -> Item {
        if self.tree.peeked == 0 {
            self.tree.peeked = 1;
            self.tree.items[0] = self.lexer.next_item();
        }
        self.tree.items[self.tree.peeked - 1]
    }

    pub(super) fn next_non_space(&mut self) -> Item {
        loop {
            let item = self.next();
            if item.kind != Kind::Space {
                return item;
            }
        }
    }

    pub(super) fn peek_non_space(&mut self) -> Item {
        let item = self.next_non_space();
        self.backup();
        item
    }

    pub(super) fn value(&self, item: Item) -> &'s [u8] {
        &self.bytes[item.start as usize..item.end as usize]
    }

    // Mistakes.

    /// A mistake in the item that was read last.
    pub(super) fn fail<T>(&self, message: impl Into<String>) -> Parsed<T> {
        self.fail_at(self.tree.items[0], message)
    }

    /// A mistake in an item; Go names the line of the last one all the same.
    pub(super) fn fail_at<T>(&self, culprit: Item, message: impl Into<String>) -> Parsed<T> {
        let at = range(culprit.start, culprit.end);
        Err(Failed { message: message.into(), line_of: self.tree.items[0].start, at })
    }

    pub(super) fn unexpected<T>(&self, item: Item, context: &str) -> Parsed<T> {
        if item.kind != Kind::Error {
            return self.fail_at(item, format!("unexpected {} in {context}", self.display(item)));
        }
        let message = self.lexer.error();
        let Some(action) = self.tree.action else { return self.fail_at(item, message) };
        let unclosed = message == "unclosed action";
        let started = self.line(action.start);
        let extra = match (started == self.line(item.start), unclosed) {
            (true, _) => String::new(),
            (false, true) => format!(" started at {}:{started}", self.source.name),
            (false, false) => format!(" in action started at {}:{started}", self.source.name),
        };
        // The end of the file is a poor place to look for what was not closed.
        let culprit = if unclosed { action } else { item };
        self.fail_at(culprit, format!("{message}{extra}"))
    }

    fn line(&self, offset: u32) -> u32 {
        super::line_of(self.bytes, offset)
    }

    /// An item as messages show it.
    fn display(&self, item: Item) -> String {
        let value = self.value(item);
        if item.kind == Kind::Eof {
            return "EOF".into();
        }
        if item.kind.is_keyword() {
            return format!("<{}>", String::from_utf8_lossy(value));
        }
        if value.len() <= 10 {
            return golang::strconv::quote(value);
        }
        let mut end = 0;
        for _ in 0..10 {
            end += super::utf8::decode(&value[end..]).1;
        }
        format!("{}...", golang::strconv::quote(&value[..end]))
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Parsed<Item> {
        let item = self.next_non_space();
        if item.kind == kind { Ok(item) } else { self.unexpected(item, context) }
    }

    // Templates.

    /// Adds a template to those of the file: an empty one gives way, two full ones are a mistake.
    fn add(
        &mut self,
        name: Str,
        name_range: Option<TextRange>,
        whole: TextRange,
        body: Vec<Node>,
    ) -> Parsed<()> {
        let is_empty = body.iter().all(|node| match node {
            Node::Text(range) => is_blank(self.source.slice(*range)),
            Node::Action(_)
            | Node::If(_)
            | Node::Range(_)
            | Node::With(_)
            | Node::Template(_)
            | Node::Break(_)
            | Node::Continue(_) => false,
        });
        let old = self.defines.iter().position(|it| it.name == name);
        if old.is_some_and(|at| !self.defines[at].is_empty) {
            if is_empty {
                return Ok(());
            }
            let name = golang::strconv::quote(&name);
            let message = format!("template: multiple definition of template {name}");
            let Some(at) = name_range else { return self.fail(message) };
            return Err(Failed { message, line_of: self.tree.items[0].start, at });
        }
        let source = self.source.clone();
        let define = Arc::new(Define { name, source, name_range, range: whole, body, is_empty });
        match old {
            Some(at) => self.defines[at] = define,
            None => self.defines.push(define),
        }
        Ok(())
    }

    /// `define`, whose keyword is past.
    fn definition(&mut self, delimiter: Item) -> Parsed<()> {
        const CONTEXT: &str = "define clause";
        let item = self.next_non_space();
        let name = self.template_name(item, CONTEXT)?;
        self.expect(Kind::RightDelim, CONTEXT)?;
        let (body, end) = self.item_list()?;
        let Statement::End(end) = end else {
            return self.fail(format!("unexpected {{{{else}}}} in {CONTEXT}"));
        };
        self.add(name, Some(range(item.start, item.end)), range(delimiter.start, end), body)
    }

    fn template_name(&mut self, item: Item, context: &str) -> Parsed<Str> {
        if !matches!(item.kind, Kind::String | Kind::RawString) {
            return self.unexpected(item, context);
        }
        self.unquoted(item)
    }

    pub(super) fn unquoted(&self, item: Item) -> Parsed<Str> {
        let literal = self.value(item);
        let inner = &literal[1..literal.len() - 1];
        // Nearly all strings say what they mean; raw ones can be whole dashboards.
        let plain = match item.kind {
            Kind::RawString => memchr::memchr(b'\r', inner).is_none(),
            _ => memchr::memchr2(b'\\', b'\n', inner).is_none(),
        };
        if plain {
            return Ok(inner.into());
        }
        match golang::strconv::unquote(literal) {
            Some(text) => Ok(text.into()),
            None => self.fail_at(item, "invalid syntax"),
        }
    }

    // Statements.

    /// Statements up to `end` or `else`.
    fn item_list(&mut self) -> Parsed<(Vec<Node>, Statement)> {
        let mark = self.nodes.len();
        while self.peek_non_space().kind != Kind::Eof {
            match self.text_or_action()? {
                Statement::Node(node) => self.nodes.push(node),
                end @ (Statement::End(_) | Statement::Else) => {
                    return Ok((self.nodes.drain(mark..).collect(), end));
                }
            }
        }
        self.fail("unexpected EOF")
    }

    fn text_or_action(&mut self) -> Parsed<Statement> {
        let item = self.next_non_space();
        match item.kind {
            Kind::Text => Ok(Statement::Node(Node::Text(range(item.start, item.end)))),
            Kind::LeftDelim => {
                self.tree.action = Some(item);
                let statement = on_deep_stack(|| self.action(item));
                if statement.is_ok() {
                    self.tree.action = None;
                }
                statement
            }
            _ => self.unexpected(item, "input"),
        }
    }

    /// What is in delimiters; the left one is past.
    fn action(&mut self, delimiter: Item) -> Parsed<Statement> {
        let item = self.next_non_space();
        let node = match item.kind {
            Kind::Block => self.block(delimiter)?,
            Kind::Break => Node::Break(self.loop_exit(item, delimiter, "{{break}}")?),
            Kind::Continue => Node::Continue(self.loop_exit(item, delimiter, "{{continue}}")?),
            Kind::Else => return self.else_control(),
            Kind::End => return Ok(Statement::End(self.expect(Kind::RightDelim, "end")?.end)),
            Kind::If => Node::If(self.control(Control::If, delimiter)?.0),
            Kind::Range => Node::Range(self.control(Control::Range, delimiter)?.0),
            Kind::With => Node::With(self.control(Control::With, delimiter)?.0),
            Kind::Template => self.template_call(delimiter)?,
            _ => {
                self.backup();
                let pos = self.peek().start;
                let pipe = self.pipeline("command", Kind::RightDelim)?;
                Node::Action(Action { pos, range: self.since(delimiter), pipe })
            }
        };
        Ok(Statement::Node(node))
    }

    /// From an item to the end of the one that was read last.
    pub(super) fn since(&self, start: Item) -> TextRange {
        range(start.start, self.tree.items[0].end)
    }

    fn loop_exit(&mut self, keyword: Item, delimiter: Item, shown: &str) -> Parsed<TextRange> {
        let item = self.next_non_space();
        if item.kind != Kind::RightDelim {
            return self.unexpected(item, shown);
        }
        if self.tree.range_depth == 0 {
            return self.fail_at(keyword, format!("{shown} outside {{{{range}}}}"));
        }
        Ok(self.since(delimiter))
    }

    fn else_control(&mut self) -> Parsed<Statement> {
        // `else if` is `else` with an `if` still to be read.
        if !matches!(self.peek_non_space().kind, Kind::If | Kind::With) {
            self.expect(Kind::RightDelim, "else")?;
        }
        Ok(Statement::Else)
    }

    /// `if`, `range` and `with`, whose keyword is past, with the end of the closing delimiter.
    fn control(&mut self, control: Control, delimiter: Item) -> Parsed<(Box<Branch>, u32)> {
        let variables = self.tree.variables.len();
        let pipe = self.pipeline(control.name(), Kind::RightDelim)?;
        let head = self.since(delimiter);
        self.tree.range_depth += u32::from(control == Control::Range);
        let (list, next) = self.item_list()?;
        self.tree.range_depth -= u32::from(control == Control::Range);
        let (else_list, end) = match next {
            Statement::End(end) => (None, end),
            Statement::Else | Statement::Node(_) => {
                let (list, end) = self.else_list(control)?;
                (Some(list), end)
            }
        };
        self.tree.variables.truncate(variables);
        let whole = range(delimiter.start, end);
        Ok((Box::new(Branch { range: whole, head, pipe, list, else_list }), end))
    }

    /// What follows `else`. `else if` is an `if` alone in it, and shares its `end`.
    fn else_list(&mut self, control: Control) -> Parsed<(Vec<Node>, u32)> {
        let item = self.peek();
        match (control, item.kind) {
            (Control::If, Kind::If) => {
                self.next();
                let (branch, end) = on_deep_stack(|| self.control(Control::If, item))?;
                Ok((vec![Node::If(branch)], end))
            }
            (Control::With, Kind::With) => {
                self.next();
                let (branch, end) = on_deep_stack(|| self.control(Control::With, item))?;
                Ok((vec![Node::With(branch)], end))
            }
            _ => match self.item_list()? {
                (list, Statement::End(end)) => Ok((list, end)),
                _ => self.fail("expected end; found {{else}}"),
            },
        }
    }

    /// `block`: a define and its call at once.
    fn block(&mut self, delimiter: Item) -> Parsed<Node> {
        const CONTEXT: &str = "block clause";
        let item = self.next_non_space();
        let name = self.template_name(item, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, Kind::RightDelim)?;
        let head = self.since(delimiter);
        let name_range = range(item.start, item.end);

        let outer = std::mem::replace(&mut self.tree, Tree::new());
        let (body, end) = self.item_list()?;
        let Statement::End(end) = end else {
            self.tree = outer;
            return self.fail(format!("unexpected {{{{else}}}} in {CONTEXT}"));
        };
        self.add(name.clone(), Some(name_range), range(delimiter.start, end), body)?;
        self.tree = outer;
        let call = TemplateCall { pos: item.start, range: head, name, name_range, pipe: Some(pipe) };
        Ok(Node::Template(Box::new(call)))
    }

    fn template_call(&mut self, delimiter: Item) -> Parsed<Node> {
        const CONTEXT: &str = "template clause";
        let item = self.next_non_space();
        let name = self.template_name(item, CONTEXT)?;
        let mut pipe = None;
        if self.next_non_space().kind != Kind::RightDelim {
            self.backup();
            pipe = Some(self.pipeline(CONTEXT, Kind::RightDelim)?);
        }
        let (pos, name_range) = (item.start, range(item.start, item.end));
        Ok(Node::Template(Box::new(TemplateCall {
            pos,
            range: self.since(delimiter),
            name,
            name_range,
            pipe,
        })))
    }
}

/// Nothing but what Unicode calls white space.
fn is_blank(bytes: &[u8]) -> bool {
    String::from_utf8_lossy(bytes).trim().is_empty()
}
