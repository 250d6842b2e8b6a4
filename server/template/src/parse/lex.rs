//! Cuts a template into items, one at a time, exactly where Go's `text/template/parse/lex.go` cuts.
//!
//! Items are byte ranges of the source. Lines are not counted here: only a message needs them, and a message
//! can count them from an offset.

use std::sync::LazyLock;

use memchr::memmem;
use regex_syntax::hir::{Class, HirKind};

use super::utf8;

/// What an item is. The names are Go's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The input is wrong here; [`Lexer::error`] says why.
    Error,
    Bool,
    /// A printable ASCII character with no meaning of its own, such as a comma.
    Char,
    CharConstant,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    // Keywords from here on.
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

impl Kind {
    /// Keywords are named `<if>` in messages, not quoted.
    pub(super) fn is_keyword(self) -> bool {
        matches!(
            self,
            Self::Block
                | Self::Break
                | Self::Continue
                | Self::Dot
                | Self::Define
                | Self::Else
                | Self::End
                | Self::If
                | Self::Nil
                | Self::Range
                | Self::Template
                | Self::With
        )
    }

    /// What Go's `lex_test.go` calls it; it has no name for text.
    pub(super) fn go_name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Bool => "bool",
            Self::Char => "char",
            Self::CharConstant => "charconst",
            Self::Complex => "complex",
            Self::Assign => "=",
            Self::Declare => ":=",
            Self::Eof => "EOF",
            Self::Field => "field",
            Self::Identifier => "identifier",
            Self::LeftDelim => "left delim",
            Self::LeftParen => "(",
            Self::Number => "number",
            Self::Pipe => "pipe",
            Self::RawString => "raw string",
            Self::RightDelim => "right delim",
            Self::RightParen => ")",
            Self::Space => "space",
            Self::String => "string",
            Self::Text => "item20",
            Self::Variable => "variable",
            Self::Block => "block",
            Self::Break => "break",
            Self::Continue => "continue",
            Self::Dot => ".",
            Self::Define => "define",
            Self::Else => "else",
            Self::End => "end",
            Self::If => "if",
            Self::Nil => "nil",
            Self::Range => "range",
            Self::Template => "template",
            Self::With => "with",
        }
    }

    fn of_word(word: &[u8]) -> Self {
        match word {
            b"block" => Self::Block,
            b"break" => Self::Break,
            b"continue" => Self::Continue,
            b"define" => Self::Define,
            b"else" => Self::Else,
            b"end" => Self::End,
            b"if" => Self::If,
            b"range" => Self::Range,
            b"nil" => Self::Nil,
            b"template" => Self::Template,
            b"with" => Self::With,
            b"true" | b"false" => Self::Bool,
            _ => Self::Identifier,
        }
    }
}

/// A token: its kind and the bytes `start..end` of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) kind: Kind,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Item {
    /// What a parser holds before it has asked for anything.
    pub(super) const NONE: Self = Self { kind: Kind::Eof, start: 0, end: 0 };
}

/// The state of the scanner.
pub(super) struct Lexer<'s> {
    source: &'s [u8],
    at: usize,
    start: usize,
    paren_depth: u32,
    inside_action: bool,
    left: memmem::Finder<'static>,
    error: Option<String>,
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

impl<'s> Lexer<'s> {
    pub(super) fn new(source: &'s [u8]) -> Self {
        let left = memmem::Finder::new(b"{{");
        Self { source, at: 0, start: 0, paren_depth: 0, inside_action: false, left, error: None }
    }

    /// Why the last item of kind [`Kind::Error`] is one.
    pub(super) fn error(&self) -> &str {
        self.error.as_deref().unwrap_or_default()
    }

    /// The next item. Behind an error everything is at its end.
    pub(super) fn next_item(&mut self) -> Item {
        if self.error.is_some() {
            let end = self.source.len() as u32;
            return Item { kind: Kind::Eof, start: end, end };
        }
        if self.inside_action { self.inside_action() } else { self.text() }
    }

    fn rest(&self) -> &'s [u8] {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.source.get(self.at).copied()
    }

    fn emit(&mut self, kind: Kind) -> Item {
        let item = Item { kind, start: self.start as u32, end: self.at as u32 };
        self.start = self.at;
        item
    }

    fn fail(&mut self, message: impl Into<String>) -> Item {
        self.error = Some(message.into());
        Item { kind: Kind::Error, start: self.start as u32, end: self.at.max(self.start) as u32 }
    }

    /// Text up to the next action; comments are passed over.
    fn text(&mut self) -> Item {
        loop {
            let Some(found) = self.left.find(self.rest()) else {
                self.at = self.source.len();
                let kind = if self.at > self.start { Kind::Text } else { Kind::Eof };
                return self.emit(kind);
            };
            self.at += found;
            if found > 0 {
                let delimiter = self.at;
                if has_left_trim(&self.source[delimiter + 2..]) {
                    self.at -= trailing_spaces(&self.source[self.start..delimiter]);
                }
                let item = self.emit(Kind::Text);
                self.at = delimiter;
                self.start = delimiter;
                if item.end > item.start {
                    return item;
                }
            }
            if let Some(item) = self.left_delim() {
                return item;
            }
        }
    }

    /// `{{`, known to be there. `None` for a comment, which is passed over.
    fn left_delim(&mut self) -> Option<Item> {
        self.at += 2;
        let marker = if has_left_trim(self.rest()) { 2 } else { 0 };
        if self.source[self.at + marker..].starts_with(b"/*") {
            self.at += marker;
            self.start = self.at;
            return self.comment();
        }
        let item = self.emit(Kind::LeftDelim);
        self.inside_action = true;
        self.at += marker;
        self.start = self.at;
        self.paren_depth = 0;
        Some(item)
    }

    fn comment(&mut self) -> Option<Item> {
        self.at += 2;
        let Some(end) = memmem::find(self.rest(), b"*/") else {
            self.at = self.source.len();
            return Some(self.fail("unclosed comment"));
        };
        self.at += end + 2;
        let Some(trims) = self.right_delim_here() else {
            return Some(self.fail("comment ends before closing delimiter"));
        };
        self.at += if trims { 4 } else { 2 };
        if trims {
            self.at += leading_spaces(self.rest());
        }
        self.start = self.at;
        None
    }

    /// Whether a right delimiter stands here, and if so, whether it trims.
    fn right_delim_here(&self) -> Option<bool> {
        let rest = self.rest();
        match rest {
            [b'}', b'}', ..] => Some(false),
            [space, b'-', b'}', b'}', ..] if is_space(*space) => Some(true),
            _ => None,
        }
    }

    fn right_delim(&mut self, trims: bool) -> Item {
        if trims {
            self.at += 2;
            self.start = self.at;
        }
        self.at += 2;
        let item = self.emit(Kind::RightDelim);
        if trims {
            self.at += leading_spaces(self.rest());
            self.start = self.at;
        }
        self.inside_action = false;
        item
    }

    fn inside_action(&mut self) -> Item {
        if let Some(trims) = self.right_delim_here() {
            if self.paren_depth == 0 {
                return self.right_delim(trims);
            }
            return self.fail("unclosed left paren");
        }
        let Some(byte) = self.peek() else { return self.fail("unclosed action") };
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => self.space(),
            b'=' => self.single(Kind::Assign),
            b':' => {
                self.at += 1;
                if self.peek() == Some(b'=') {
                    return self.single(Kind::Declare);
                }
                self.fail("expected :=")
            }
            b'|' => self.single(Kind::Pipe),
            b'"' => self.quoted(b'"', Kind::String, "unterminated quoted string"),
            b'\'' => self.quoted(b'\'', Kind::CharConstant, "unterminated character constant"),
            b'`' => self.raw_string(),
            b'$' => self.field_or_variable(Kind::Variable),
            b'.' => match self.source.get(self.at + 1) {
                Some(b'0'..=b'9') | None => self.number(),
                Some(_) => self.field_or_variable(Kind::Field),
            },
            b'+' | b'-' | b'0'..=b'9' => self.number(),
            b'(' => {
                self.paren_depth += 1;
                self.single(Kind::LeftParen)
            }
            b')' if self.paren_depth == 0 => {
                self.at += 1;
                self.fail("unexpected right paren")
            }
            b')' => {
                self.paren_depth -= 1;
                self.single(Kind::RightParen)
            }
            _ => {
                if IS_WORD[usize::from(byte)] {
                    return self.identifier();
                }
                let (rune, size) = utf8::decode(self.rest());
                if is_alphanumeric(rune) {
                    return self.identifier();
                }
                self.at += size;
                match byte {
                    0x20..=0x7e => self.emit(Kind::Char),
                    _ => self.fail(format!("unrecognized character in action: {}", code_point(rune))),
                }
            }
        }
    }

    fn single(&mut self, kind: Kind) -> Item {
        self.at += 1;
        self.emit(kind)
    }

    /// A run of spaces; the last of them may belong to ` -}}`.
    fn space(&mut self) -> Item {
        let start = self.at;
        self.at += leading_spaces(self.rest());
        let last = self.at - 1;
        if matches!(&self.source[last + 1..], [b'-', b'}', b'}', ..]) {
            self.at = last;
            if last == start {
                return self.right_delim(true);
            }
        }
        self.emit(Kind::Space)
    }

    fn identifier(&mut self) -> Item {
        self.word();
        if !self.at_terminator() {
            return self.bad_character();
        }
        let kind = Kind::of_word(&self.source[self.start..self.at]);
        self.emit(kind)
    }

    /// `.name` or `$name`, or the sign alone.
    fn field_or_variable(&mut self, kind: Kind) -> Item {
        self.at += 1;
        if self.at_terminator() {
            return self.emit(if kind == Kind::Variable { kind } else { Kind::Dot });
        }
        self.word();
        if !self.at_terminator() {
            return self.bad_character();
        }
        self.emit(kind)
    }

    /// Passes over letters, digits and underscores.
    fn word(&mut self) {
        loop {
            let rest = self.rest();
            let ends = |byte: &u8| !IS_WORD[usize::from(*byte)];
            let len = rest.iter().position(ends).unwrap_or(rest.len());
            self.at += len;
            if rest.get(len).is_none_or(u8::is_ascii) {
                return;
            }
            let (rune, size) = utf8::decode(self.rest());
            if !is_alphanumeric(rune) {
                return;
            }
            self.at += size;
        }
    }

    fn bad_character(&mut self) -> Item {
        let (rune, size) = utf8::decode(self.rest());
        self.start = self.at;
        self.at += size;
        self.fail(format!("bad character {}", code_point(rune)))
    }

    /// Whether what stands here may follow a name.
    fn at_terminator(&self) -> bool {
        match self.rest() {
            [] | [b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(', ..] => true,
            rest => rest.starts_with(b"}}"),
        }
    }

    fn quoted(&mut self, quote: u8, kind: Kind, unterminated: &str) -> Item {
        self.at += 1;
        loop {
            match self.peek() {
                Some(byte) if byte == quote => return self.single(kind),
                Some(b'\\') if !matches!(self.source.get(self.at + 1), None | Some(b'\n')) => self.at += 2,
                None | Some(b'\n' | b'\\') => return self.fail(unterminated),
                Some(_) => self.at += 1,
            }
        }
    }

    fn raw_string(&mut self) -> Item {
        self.at += 1;
        let Some(end) = memchr::memchr(b'`', self.rest()) else {
            self.at = self.source.len();
            return self.fail("unterminated raw quoted string");
        };
        self.at += end + 1;
        self.emit(Kind::RawString)
    }

    /// Digits in any base, signs, exponents. What is wrong with them otherwise, the parser finds out.
    fn number(&mut self) -> Item {
        if !self.scan_number() {
            return self.bad_number();
        }
        if matches!(self.peek(), Some(b'+' | b'-')) {
            // A complex constant: `1+2i`, without spaces.
            if !self.scan_number() || self.source[self.at - 1] != b'i' {
                return self.bad_number();
            }
            return self.emit(Kind::Complex);
        }
        self.emit(Kind::Number)
    }

    fn bad_number(&mut self) -> Item {
        let text = golang::strconv::quote(&self.source[self.start..self.at]);
        self.fail(format!("bad number syntax: {text}"))
    }

    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let mut digits: &[u8] = b"0123456789_";
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = b"0123456789abcdefABCDEF_";
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        let exponent: &[u8] = match digits.len() {
            11 => b"eE",
            23 => b"pP",
            _ => b"",
        };
        if self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        self.accept(b"i");
        let (rune, size) = utf8::decode(self.rest());
        if size > 0 && is_alphanumeric(rune) {
            self.at += size;
            return false;
        }
        true
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        let found = self.peek().is_some_and(|byte| valid.contains(&byte));
        self.at += usize::from(found);
        found
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }
}

/// The ASCII letters, digits and the underscore.
const IS_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte: u8 = 0;
    while byte.is_ascii() {
        table[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'_';
        byte += 1;
    }
    table
};

fn has_left_trim(rest: &[u8]) -> bool {
    matches!(rest, [b'-', space, ..] if is_space(*space))
}

fn leading_spaces(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| is_space(**byte)).count()
}

fn trailing_spaces(bytes: &[u8]) -> usize {
    bytes.iter().rev().take_while(|byte| is_space(**byte)).count()
}

/// Go's `%#U`.
fn code_point(rune: char) -> String {
    let code = u32::from(rune);
    if golang::strconv::is_print(rune) { format!("U+{code:04X} '{rune}'") } else { format!("U+{code:04X}") }
}

/// Go's letters and digits, and the underscore.
pub(super) fn is_alphanumeric(rune: char) -> bool {
    if rune.is_ascii() {
        return rune.is_ascii_alphanumeric() || rune == '_';
    }
    let ranges = &*LETTERS_AND_DIGITS;
    let at = ranges.partition_point(|&(_, end)| end < rune);
    ranges.get(at).is_some_and(|&(start, _)| start <= rune)
}

/// Rust's `char::is_alphabetic` knows more letters than Unicode's category L, by which Go goes.
static LETTERS_AND_DIGITS: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let Ok(hir) = regex_syntax::parse(r"[\p{L}\p{Nd}]") else { return Vec::new() };
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => class.iter().map(|it| (it.start(), it.end())).collect(),
        _ => Vec::new(),
    }
});

#[cfg(test)]
mod tests {
    use super::*;

    /// The items of a text, as `kind value`; an error as `! message`.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let mut lexer = Lexer::new(text.as_bytes());
        let mut items = Vec::new();
        loop {
            let item = lexer.next_item();
            match item.kind {
                Kind::Eof => break,
                Kind::Error => {
                    items.push(format!("! {}", lexer.error()));
                    break;
                }
                kind => items.push(format!("{kind:?} {}", &text[item.start as usize..item.end as usize])),
            }
        }
        assert_eq!(items, expected, "{text}");
    }

    #[test]
    fn names_end_at_dots() {
        check(
            "{{$x.a .b}}",
            &["LeftDelim {{", "Variable $x", "Field .a", "Space  ", "Field .b", "RightDelim }}"],
        );
        check("{{.}}", &["LeftDelim {{", "Dot .", "RightDelim }}"]);
        check("{{..}}", &["LeftDelim {{", "Dot .", "Dot .", "RightDelim }}"]);
    }

    #[test]
    fn trim_markers_eat_blanks() {
        check("a \n{{- 3 -}} \n b", &["Text a", "LeftDelim {{", "Number 3", "RightDelim }}", "Text b"]);
        check(" {{- /* c */ -}} ", &[]);
    }

    #[test]
    fn letters_are_unicodes() {
        check("{{é}}", &["LeftDelim {{", "Identifier é", "RightDelim }}"]);
        check("{{☺}}", &["LeftDelim {{", "! unrecognized character in action: U+263A '☺'"]);
        check("{{a☺}}", &["LeftDelim {{", "! bad character U+263A '☺'"]);
    }

    #[test]
    fn what_is_not_closed_is_told() {
        check("{{", &["LeftDelim {{", "! unclosed action"]);
        check("{{(}}", &["LeftDelim {{", "LeftParen (", "! unclosed left paren"]);
        check("{{\"a", &["LeftDelim {{", "! unterminated quoted string"]);
        check("{{'a", &["LeftDelim {{", "! unterminated character constant"]);
        check("{{`a", &["LeftDelim {{", "! unterminated raw quoted string"]);
        check("{{/*", &["! unclosed comment"]);
        check("{{/* */ }}", &["! comment ends before closing delimiter"]);
        check("{{3k}}", &["LeftDelim {{", "! bad number syntax: \"3k\""]);
    }
}
