//! Expressions from tokens, whatever is missing or too much.
//!
//! Tokens that fit nowhere are passed over. What was understood before them stays, which is what a cursor
//! behind half a word needs.

use std::ops::Range;

use text::{TextRange, TextSize};

use super::ast::{Command, Declaration, Expr, Head, Literal, Name, Pipeline, StringLiteral};
use super::lexer::{Lexeme, LexemeKind};

/// Deeper parentheses are passed over: nobody writes them, and a tree that deep could not be walked.
const MAX_DEPTH: usize = 200;

/// The pipeline that `tokens` make, or `None` if there are none.
pub(crate) fn pipeline(source: &str, tokens: &[Lexeme]) -> Option<Pipeline> {
    let (first, last) = (tokens.first()?, tokens.last()?);
    let mut parser = Parser { source, tokens, at: 0, depth: 0 };
    let mut pipeline = parser.pipeline();
    pipeline.range = range(&(first.range.start..last.range.end));
    Some(pipeline)
}

/// The string that a token is, if it is one.
pub(crate) fn string(source: &str, token: &Lexeme) -> Option<StringLiteral> {
    let (raw, terminated) = match token.kind {
        LexemeKind::String { terminated } => (false, terminated),
        LexemeKind::RawString { terminated } => (true, terminated),
        LexemeKind::Identifier
        | LexemeKind::Field
        | LexemeKind::Variable
        | LexemeKind::Char
        | LexemeKind::Number
        | LexemeKind::Pipe
        | LexemeKind::Declare
        | LexemeKind::Assign
        | LexemeKind::Comma
        | LexemeKind::Open
        | LexemeKind::Close
        | LexemeKind::Bad => return None,
    };
    let content = token.range.start + 1..token.range.end - usize::from(terminated);
    let written = &source[content.clone()];
    let value = if raw { written.to_owned() } else { unescape(written) };
    Some(StringLiteral { range: range(&token.range), content: range(&content), value, raw, terminated })
}

pub(crate) fn range(bytes: &Range<usize>) -> TextRange {
    TextRange::new(TextSize::from(bytes.start as u32), TextSize::from(bytes.end as u32))
}

struct Parser<'a> {
    source: &'a str,
    tokens: &'a [Lexeme],
    at: usize,
    depth: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Lexeme> {
        self.tokens.get(self.at)
    }

    fn kind(&self, ahead: usize) -> Option<LexemeKind> {
        self.tokens.get(self.at + ahead).map(|token| token.kind)
    }

    fn text(&self, token: &Lexeme) -> &'a str {
        &self.source[token.range.clone()]
    }

    /// To the end of the tokens, or before the `)` that closes a parenthesis.
    fn pipeline(&mut self) -> Pipeline {
        let declaration = self.declaration();
        let (mut commands, mut pipes, mut operands) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(token) = self.peek() {
            match token.kind {
                LexemeKind::Close if self.depth > 0 => break,
                LexemeKind::Pipe => {
                    self.at += 1;
                    commands.push(Self::command(std::mem::take(&mut operands), token.range.start));
                    pipes.push(range(&token.range));
                }
                _ => operands.extend(self.operand()),
            }
        }
        let end = self.previous_end();
        if !operands.is_empty() || !pipes.is_empty() {
            commands.push(Self::command(operands, end));
        }
        // Who calls this knows where the pipeline begins and ends, and says so.
        Pipeline { range: TextRange::default(), declaration, commands, pipes }
    }

    fn previous_end(&self) -> usize {
        self.at.checked_sub(1).map_or(0, |at| self.tokens[at].range.end)
    }

    fn command(operands: Vec<Expr>, at: usize) -> Command {
        let range = match (operands.first(), operands.last()) {
            (Some(first), Some(last)) => first.range.cover(last.range),
            _ => TextRange::empty(TextSize::from(at as u32)),
        };
        Command { range, operands }
    }

    fn declaration(&mut self) -> Option<Declaration> {
        let count = match (self.kind(0)?, self.kind(1)?, self.kind(2), self.kind(3)) {
            (LexemeKind::Variable, LexemeKind::Declare | LexemeKind::Assign, ..) => 1,
            (
                LexemeKind::Variable,
                LexemeKind::Comma,
                Some(LexemeKind::Variable),
                Some(LexemeKind::Declare | LexemeKind::Assign),
            ) => 2,
            _ => return None,
        };
        let variables = (0..count).map(|it| self.name(&self.tokens[self.at + 2 * it])).collect();
        let operator = &self.tokens[self.at + 2 * count - 1];
        self.at += 2 * count;
        let assigns = operator.kind == LexemeKind::Assign;
        Some(Declaration { variables, operator: range(&operator.range), assigns })
    }

    fn name(&self, token: &Lexeme) -> Name {
        Name { text: self.text(token).to_owned(), range: range(&token.range) }
    }

    /// An operand with its path; `None` for a token that fits nowhere.
    fn operand(&mut self) -> Option<Expr> {
        let token = self.peek()?;
        self.at += 1;
        let text = self.text(token);
        let mut head_range = token.range.clone();
        let mut path = Vec::new();
        let head = match token.kind {
            LexemeKind::Field => {
                head_range.end = head_range.start + 1;
                if text.len() > 1 {
                    path.push(self.field(token));
                }
                Head::Dot
            }
            LexemeKind::Variable => Head::Variable(text.to_owned()),
            LexemeKind::Identifier => word(text),
            LexemeKind::Number => Head::Literal(Literal::Number(text.to_owned())),
            LexemeKind::Char => Head::Literal(Literal::Char(text.to_owned())),
            LexemeKind::String { .. } | LexemeKind::RawString { .. } => {
                Head::Literal(Literal::String(string(self.source, token)?))
            }
            LexemeKind::Open if self.depth < MAX_DEPTH => {
                let inner = self.parenthesis(token);
                head_range.end = self.previous_end();
                Head::Paren(Box::new(inner))
            }
            LexemeKind::Open
            | LexemeKind::Close
            | LexemeKind::Pipe
            | LexemeKind::Declare
            | LexemeKind::Assign
            | LexemeKind::Comma
            | LexemeKind::Bad => return None,
        };
        self.chain(&mut path);
        let whole = head_range.start..self.previous_end();
        Some(Expr { range: range(&whole), head, head_range: range(&head_range), path })
    }

    /// Fields that follow without a blank.
    fn chain(&mut self, path: &mut Vec<Name>) {
        while let Some(token) = self.peek() {
            if token.kind != LexemeKind::Field || token.range.start != self.previous_end() {
                break;
            }
            path.push(self.field(token));
            self.at += 1;
        }
    }

    fn field(&self, token: &Lexeme) -> Name {
        let behind_dot = token.range.start + 1..token.range.end;
        Name { text: self.source[behind_dot.clone()].to_owned(), range: range(&behind_dot) }
    }

    /// What stands between `open` and its `)`, which is passed.
    fn parenthesis(&mut self, open: &Lexeme) -> Pipeline {
        self.depth += 1;
        let mut inner = self.pipeline();
        self.depth -= 1;
        let end = self.peek().map_or(self.previous_end(), |close| close.range.start);
        inner.range = range(&(open.range.end..end.max(open.range.end)));
        if self.peek().is_some() {
            self.at += 1;
        }
        inner
    }
}

fn word(text: &str) -> Head {
    match text {
        "true" => Head::Literal(Literal::Bool(true)),
        "false" => Head::Literal(Literal::Bool(false)),
        "nil" => Head::Literal(Literal::Nil),
        _ => Head::Function(text.to_owned()),
    }
}

/// What an interpreted string means. An escape that Go does not know stays as it is written.
fn unescape(written: &str) -> String {
    let mut out = Vec::with_capacity(written.len());
    let mut rest = written;
    while let Some(at) = rest.find('\\') {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at..];
        let length = escape(rest, &mut out);
        rest = &rest[length..];
    }
    out.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&out).into_owned()
}

/// Appends what the escape at the start of `text` means, and returns its length.
fn escape(text: &str, out: &mut Vec<u8>) -> usize {
    let simple = |byte: u8| match byte {
        b'a' => Some(7),
        b'b' => Some(8),
        b'f' => Some(12),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        b'v' => Some(11),
        b'\\' | b'\'' | b'"' => Some(byte),
        _ => None,
    };
    let Some(&kind) = text.as_bytes().get(1) else {
        out.push(b'\\');
        return 1;
    };
    if let Some(byte) = simple(kind) {
        out.push(byte);
        return 2;
    }
    let (from, to, radix) = match kind {
        b'x' => (2, 4, 16),
        b'u' => (2, 6, 16),
        b'U' => (2, 10, 16),
        b'0'..=b'7' => (1, 4, 8),
        _ => (0, 0, 0),
    };
    let number = text.get(from..to).and_then(|digits| u32::from_str_radix(digits, radix.max(2)).ok());
    match number {
        Some(number) if radix == 8 || kind == b'x' => out.push(number as u8),
        Some(number) => {
            let char = char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER);
            out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
        }
        None => {
            out.push(b'\\');
            return 1;
        }
    }
    to
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::super::lexer;
    use super::*;

    /// An expression with its shape made visible: `[callee argument]`, paths with dots, `?` for empty names.
    fn show(pipeline: &Pipeline) -> String {
        let mut out = String::new();
        if let Some(it) = &pipeline.declaration {
            let names: Vec<_> = it.variables.iter().map(|name| name.text.as_str()).collect();
            let _ = write!(out, "{} {} ", names.join(","), if it.assigns { "=" } else { ":=" });
        }
        let commands: Vec<_> = pipeline.commands.iter().map(command).collect();
        out + &commands.join(" | ")
    }

    fn command(command: &Command) -> String {
        let operands: Vec<_> = command.operands.iter().map(operand).collect();
        if operands.len() == 1 { operands[0].clone() } else { format!("[{}]", operands.join(" ")) }
    }

    fn operand(expr: &Expr) -> String {
        let mut out = match &expr.head {
            Head::Dot => "@".to_owned(),
            Head::Variable(name) | Head::Function(name) => name.clone(),
            Head::Paren(inner) => format!("({})", show(inner)),
            Head::Literal(Literal::String(it)) => format!("{:?}", it.value),
            Head::Literal(Literal::Number(it) | Literal::Char(it)) => it.clone(),
            Head::Literal(Literal::Bool(it)) => it.to_string(),
            Head::Literal(Literal::Nil) => "nil".to_owned(),
        };
        for name in &expr.path {
            let _ = write!(out, ".{}", if name.text.is_empty() { "?" } else { &name.text });
        }
        out
    }

    #[track_caller]
    fn check(source: &str, expected: &str) {
        let action = lexer::actions(source).remove(0);
        assert_eq!(pipeline(source, &action.tokens).map_or(String::new(), |it| show(&it)), expected);
    }

    #[test]
    fn operands() {
        check("{{ . }}", "@");
        check("{{ .Values.image.tag }}", "@.Values.image.tag");
        check("{{ $ }}", "$");
        check("{{ $.Values.x }}", "$.Values.x");
        check("{{ (index .a 0).b.c }}", "([index @.a 0]).b.c");
        check("{{ f 1 'c' true nil `r` }}", "[f 1 'c' true nil \"r\"]");
    }

    #[test]
    fn blanks_part_operands() {
        check("{{ f .a.b .c . .d }}", "[f @.a.b @.c @ @.d]");
        check("{{ f (.a)(.b) }}", "[f (@.a) (@.b)]");
    }

    #[test]
    fn pipelines() {
        check("{{ .a | default \"x\" | quote }}", "@.a | [default \"x\"] | quote");
        check("{{ $x := .a | f }}", "$x := @.a | f");
        check("{{ $x = 1 }}", "$x = 1");
        check(
            "{{ include \"a\" (dict \"b\" (.c | quote)) }}",
            "[include \"a\" ([dict \"b\" (@.c | quote)])]",
        );
    }

    #[test]
    fn half_typed_paths_end_with_an_empty_name() {
        check("{{ .Values. }}", "@.Values.?");
        check("{{ $v. }}", "$v.?");
        check("{{ (f). }}", "(f).?");
        check("{{ .Values..a }}", "@.Values.?.a");
        check("{{ .Values. | quote }}", "@.Values.? | quote");
    }

    #[test]
    fn half_typed_calls() {
        check("{{ .a | }}", "@.a | []");
        check("{{ | f }}", "[] | f");
        check("{{ include \"x }}", "[include \"x\"]");
        check("{{ f (g .a. }}", "[f ([g @.a.?])]");
        check("{{ f ( }}", "[f ()]");
        check("{{ f ) .a }}", "[f @.a]");
        check("{{ $x := }}", "$x := ");
        check("{{ f # .a }}", "[f @.a]");
    }

    #[test]
    fn fields_with_a_minus_stay_whole() {
        check("{{ .Values.my-key.x }}", "@.Values.my-key.x");
    }

    #[test]
    fn strings_mean_what_go_says() {
        check(r#"{{ "a\"b\u00e9\x41\101\q" }}"#, r#""a\"béAA\\q""#);
        check("{{ `a\\n` }}", r#""a\\n""#);
    }

    #[test]
    fn endless_parentheses_do_no_harm() {
        let source = format!("{{{{ {} .a }}}}", "(".repeat(100_000));
        let action = lexer::actions(&source).remove(0);
        assert!(pipeline(&source, &action.tokens).is_some());
    }
}
