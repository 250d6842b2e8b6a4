//! The tokens of all actions with what they are, for semantic highlighting.

use text::TextRange;

use super::ast::{Action, ActionKind, Ast, Expr, Head, Literal, Pipeline};

/// A token and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where.
    pub range: TextRange,
    /// What.
    pub kind: TokenKind,
}

/// What a token of an action is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// `{{`, `-}}`
    Delimiter,
    /// A whole comment, without its delimiters
    Comment,
    /// `if`, `end`, `template` …
    Keyword,
    /// A function's name
    Function,
    /// `$x`, with its `$`
    Variable,
    /// The left side of `:=`
    VariableDeclaration,
    /// A name of a path, without its dot
    Field,
    /// The name of a named template where it is defined, with quotes
    TemplateName,
    /// A string, with quotes
    String,
    /// A number
    Number,
    /// `true`, `nil`, `'x'`
    Constant,
    /// `|`, `:=`, `=`
    Operator,
}

impl Ast {
    /// Every token of every action, in order, none overlapping.
    pub fn tokens(&self) -> Vec<Token> {
        let mut all = Vec::new();
        for action in &self.actions {
            let from = all.len();
            action_tokens(action, &mut all);
            all[from..].sort_by_key(|token| token.range.start());
        }
        all
    }
}

fn action_tokens(action: &Action, all: &mut Vec<Token>) {
    let mut push = |range: TextRange, kind| {
        if !range.is_empty() {
            all.push(Token { range, kind });
        }
    };
    push(TextRange::new(action.range.start(), action.inner.start()), TokenKind::Delimiter);
    push(TextRange::new(action.inner.end(), action.range.end()), TokenKind::Delimiter);
    for keyword in action.keyword.iter().chain(&action.second_keyword) {
        push(*keyword, TokenKind::Keyword);
    }
    if let Some(name) = &action.name {
        push(name.range, TokenKind::TemplateName);
    }
    if action.kind == ActionKind::Comment {
        push(action.inner, TokenKind::Comment);
    }
    if let Some(pipeline) = &action.pipeline {
        pipeline_tokens(pipeline, &mut push);
        pipeline.each_command(&mut |inner, index, command| {
            if index == 0 && !std::ptr::eq(inner, pipeline) {
                pipeline_tokens(inner, &mut push);
            }
            command.operands.iter().for_each(|operand| operand_tokens(operand, &mut push));
        });
    }
}

fn pipeline_tokens(pipeline: &Pipeline, push: &mut impl FnMut(TextRange, TokenKind)) {
    for pipe in &pipeline.pipes {
        push(*pipe, TokenKind::Operator);
    }
    if let Some(declaration) = &pipeline.declaration {
        push(declaration.operator, TokenKind::Operator);
        for name in &declaration.variables {
            let assigned =
                if declaration.assigns { TokenKind::Variable } else { TokenKind::VariableDeclaration };
            push(name.range, assigned);
        }
    }
}

fn operand_tokens(operand: &Expr, push: &mut impl FnMut(TextRange, TokenKind)) {
    let head = match &operand.head {
        Head::Dot | Head::Paren(_) => None,
        Head::Variable(_) => Some(TokenKind::Variable),
        Head::Function(_) => Some(TokenKind::Function),
        Head::Literal(Literal::String(_)) => Some(TokenKind::String),
        Head::Literal(Literal::Number(_)) => Some(TokenKind::Number),
        Head::Literal(Literal::Char(_) | Literal::Bool(_) | Literal::Nil) => Some(TokenKind::Constant),
    };
    if let Some(kind) = head {
        push(operand.head_range, kind);
    }
    for name in &operand.path {
        push(name.range, TokenKind::Field);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &[(&str, TokenKind)]) {
        let tokens = Ast::parse(source).tokens();
        assert!(tokens.windows(2).all(|it| it[0].range.end() <= it[1].range.start()), "{tokens:?}");
        let shown: Vec<_> = tokens
            .iter()
            .filter(|it| it.kind != TokenKind::Delimiter)
            .map(|it| (&source[it.range], it.kind))
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn all_kinds() {
        use TokenKind::{
            Comment, Constant, Field, Function, Keyword, Number, Operator, String, TemplateName, Variable,
            VariableDeclaration,
        };
        check(
            "{{- else if eq .a.b $x -}}",
            &[
                ("else", Keyword),
                ("if", Keyword),
                ("eq", Function),
                ("a", Field),
                ("b", Field),
                ("$x", Variable),
            ],
        );
        check(
            "{{ $x := f (1 | g \"s\") true }}",
            &[
                ("$x", VariableDeclaration),
                (":=", Operator),
                ("f", Function),
                ("1", Number),
                ("|", Operator),
                ("g", Function),
                ("\"s\"", String),
                ("true", Constant),
            ],
        );
        check(
            "{{ define \"a\" }}{{/* b */}}",
            &[("define", Keyword), ("\"a\"", TemplateName), ("/* b */", Comment)],
        );
    }
}
