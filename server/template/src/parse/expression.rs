//! The parser's part for what stands inside an action: pipelines, commands, operands.

use text::TextRange;

use super::lex::{Item, Kind};
use super::literal::number;
use super::node::{Chain, Command, Expr, ExprKind, Pipe};
use super::parser::{Parsed, Parser, range};
use super::{Failed, on_deep_stack};

/// How deep parentheses may be nested.
const MAX_STACK_DEPTH: u32 = 10_000;

impl Parser<'_> {
    pub(super) fn pipeline(&mut self, context: &'static str, end: Kind) -> Parsed<Pipe> {
        let pos = self.peek_non_space().start;
        let (decl, is_assign) = self.declarations(context)?;
        let mark = self.commands.len();
        loop {
            let item = self.next_non_space();
            if item.kind == end {
                let commands: Box<[Command]> = self.commands.drain(mark..).collect();
                self.check_pipeline(&commands, context, item)?;
                let last = commands.last().map_or(pos, |it: &Command| it.range.end().into());
                return Ok(Pipe { pos, range: range(pos, last), is_assign, decl: decl.into(), commands });
            }
            match item.kind {
                Kind::Bool
                | Kind::CharConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {
                    self.backup();
                    let command = self.command()?;
                    self.commands.push(command);
                }
                _ => return self.unexpected(item, context),
            }
        }
    }

    /// `$a, $b :=` or `$a =` before a pipeline, if there is one.
    fn declarations(&mut self, context: &'static str) -> Parsed<(Vec<TextRange>, bool)> {
        let mut decl = Vec::new();
        loop {
            let variable = self.peek_non_space();
            if variable.kind != Kind::Variable {
                return Ok((decl, false));
            }
            self.next();
            // Only the item behind the space tells a declaration from an argument.
            let after = self.peek();
            let next = self.peek_non_space();
            if matches!(next.kind, Kind::Assign | Kind::Declare) {
                self.next_non_space();
                self.declare(variable, &mut decl);
                return Ok((decl, next.kind == Kind::Assign));
            }
            if next.kind == Kind::Char && self.value(next) == b"," {
                self.next_non_space();
                self.declare(variable, &mut decl);
                if context != "range" || decl.len() >= 2 {
                    return self.fail(format!("too many declarations in {context}"));
                }
                if !matches!(self.peek_non_space().kind, Kind::Variable | Kind::RightDelim | Kind::RightParen)
                {
                    return self.fail("range can only initialize variables");
                }
                continue;
            }
            if after.kind == Kind::Space {
                self.backup3(variable, after);
            } else {
                self.backup2(variable);
            }
            return Ok((decl, false));
        }
    }

    fn declare(&mut self, variable: Item, decl: &mut Vec<TextRange>) {
        let name = range(variable.start, variable.end);
        decl.push(name);
        self.tree.variables.push(name);
    }

    fn check_pipeline(&self, commands: &[Command], context: &str, end: Item) -> Parsed<()> {
        if commands.is_empty() {
            return self.fail_at(end, format!("missing value for {context}"));
        }
        for (stage, command) in commands.iter().enumerate().skip(1) {
            let first = &command.args[0];
            match first.kind {
                ExprKind::Bool(_)
                | ExprKind::Dot
                | ExprKind::Nil
                | ExprKind::Number(_)
                | ExprKind::String(_) => {
                    return Err(Failed {
                        message: format!("non executable command in pipeline stage {}", stage + 1),
                        line_of: self.tree.items[0].start,
                        at: first.range,
                    });
                }
                ExprKind::Field
                | ExprKind::Variable
                | ExprKind::Chain(_)
                | ExprKind::Function(_)
                | ExprKind::Pipe(_) => {}
            }
        }
        Ok(())
    }

    /// Operands up to a pipe, which is taken, or to the end, which is left.
    fn command(&mut self) -> Parsed<Command> {
        let pos = self.peek_non_space().start;
        let mark = self.operands.len();
        loop {
            self.peek_non_space();
            if let Some(operand) = self.operand()? {
                self.operands.push(operand);
            }
            let item = self.next();
            match item.kind {
                Kind::Space => continue,
                Kind::RightDelim | Kind::RightParen => self.backup(),
                Kind::Pipe => {}
                _ => return self.unexpected(item, "operand"),
            }
            break;
        }
        let args: Box<[Expr]> = self.operands.drain(mark..).collect();
        let Some(last) = args.last() else { return self.fail("empty command") };
        let whole = range(pos, last.range.end().into());
        Ok(Command { pos, range: whole, args })
    }

    /// A term, perhaps with fields behind it.
    fn operand(&mut self) -> Parsed<Option<Expr>> {
        let Some(term) = self.term()? else { return Ok(None) };
        let first = self.peek();
        if first.kind != Kind::Field {
            return Ok(Some(term));
        }
        let mut end = first.end;
        while self.peek().kind == Kind::Field {
            end = self.next().end;
        }
        // Messages place a chain at its first field behind the term.
        let (pos, whole) = (first.start, range(term.range.start().into(), end));
        let kind = match term.kind {
            ExprKind::Field => ExprKind::Field,
            ExprKind::Variable => ExprKind::Variable,
            ExprKind::Bool(_) | ExprKind::String(_) | ExprKind::Number(_) | ExprKind::Nil | ExprKind::Dot => {
                let shown = golang::strconv::quote(self.source.slice(term.range));
                return self.fail_at(first, format!("unexpected . after term {shown}"));
            }
            ExprKind::Chain(_) | ExprKind::Function(_) | ExprKind::Pipe(_) => {
                ExprKind::Chain(Box::new(Chain { base: term, fields: range(first.start, end) }))
            }
        };
        Ok(Some(Expr { pos, range: whole, kind }))
    }

    fn term(&mut self) -> Parsed<Option<Expr>> {
        let item = self.next_non_space();
        let whole = range(item.start, item.end);
        let kind = match item.kind {
            Kind::Identifier => {
                let name = self.value(item);
                let Some(known) = std::str::from_utf8(name).ok().and_then(|name| (self.find)(name)) else {
                    let name = golang::strconv::quote(name);
                    return self.fail_at(item, format!("function {name} not defined"));
                };
                ExprKind::Function(known)
            }
            Kind::Dot => ExprKind::Dot,
            Kind::Nil => ExprKind::Nil,
            Kind::Variable => self.variable(item)?,
            Kind::Field => ExprKind::Field,
            Kind::Bool => ExprKind::Bool(self.value(item) == b"true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => {
                match number(&String::from_utf8_lossy(self.value(item))) {
                    Ok(number) => ExprKind::Number(Box::new(number)),
                    Err(message) => return self.fail_at(item, message),
                }
            }
            Kind::LeftParen => return self.parenthesized(item).map(Some),
            Kind::String | Kind::RawString => ExprKind::String(self.unquoted(item)?),
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(Expr { pos: item.start, range: whole, kind }))
    }

    fn parenthesized(&mut self, paren: Item) -> Parsed<Expr> {
        if self.tree.stack_depth >= MAX_STACK_DEPTH {
            return self.fail_at(paren, "max expression depth exceeded");
        }
        self.tree.stack_depth += 1;
        let pipe = on_deep_stack(|| self.pipeline("parenthesized pipeline", Kind::RightParen))?;
        self.tree.stack_depth -= 1;
        let (pos, range) = (pipe.pos, self.since(paren));
        Ok(Expr { pos, range, kind: ExprKind::Pipe(Box::new(pipe)) })
    }

    fn variable(&mut self, item: Item) -> Parsed<ExprKind> {
        let name = self.value(item);
        let known = name == b"$" || self.tree.variables.iter().any(|it| self.source.slice(*it) == name);
        if !known {
            return self.fail_at(item, format!("undefined variable {}", golang::strconv::quote(name)));
        }
        Ok(ExprKind::Variable)
    }
}
