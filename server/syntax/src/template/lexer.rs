//! Cuts a template into actions and an action into tokens, and never gives up.
//!
//! Where Go's lexer (`text/template/parse/lex.go`) is content, the cuts are Go's. Where it is not, somebody is
//! typing, and the rule is to lose as little as possible: an action without `}}` ends with its line, so that
//! the lines and actions below stay what they were; a string without its second quote ends before `}}` or
//! with its line.

use std::ops::Range;

/// An action, still in tokens. Offsets are of the template.
#[derive(Clone, Debug)]
pub(crate) struct RawAction {
    pub(crate) range: Range<usize>,
    pub(crate) inner: Range<usize>,
    pub(crate) trim_left: bool,
    pub(crate) trim_right: bool,
    pub(crate) closed: bool,
    pub(crate) comment: bool,
    pub(crate) tokens: Vec<Lexeme>,
}

/// A token of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lexeme {
    pub(crate) kind: LexemeKind,
    pub(crate) range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LexemeKind {
    Identifier,
    /// `.name`, or `.` alone
    Field,
    Variable,
    String {
        terminated: bool,
    },
    RawString {
        terminated: bool,
    },
    Char,
    Number,
    Pipe,
    Declare,
    Assign,
    Comma,
    Open,
    Close,
    /// What has no place in an action
    Bad,
}

/// All actions of `source`, in order.
pub(crate) fn actions(source: &str) -> Vec<RawAction> {
    let mut all = Vec::new();
    let mut from = 0;
    // Looked up once: a thousand comments that are not closed must not search the file a thousand times.
    let last_comment_end = source.rfind("*/").unwrap_or(0);
    while let Some(start) = memchr::memmem::find(&source.as_bytes()[from..], b"{{").map(|at| from + at) {
        let action = action(source, start, last_comment_end);
        from = action.range.end;
        all.push(action);
    }
    all
}

fn action(source: &str, start: usize, last_comment_end: usize) -> RawAction {
    let bytes = source.as_bytes();
    // Go: the minus is a trim marker only before a blank. At the end of the file it is being typed.
    let trim_left =
        bytes.get(start + 2) == Some(&b'-') && bytes.get(start + 3).is_none_or(|it| is_space(*it));
    let inner = start + 2 + usize::from(trim_left);
    let first = skip_space(bytes, inner);
    if source[first..].starts_with("/*") {
        return comment(source, start, inner, trim_left, first, last_comment_end);
    }
    let lexed = Lexer::new(source, start, inner, trim_left, false).run();
    // `"{{ include "x }}"` between quotes of YAML: the string seems to end at the wrong quote, behind the braces.
    let swallowed = |token: &Lexeme| {
        matches!(token.kind, LexemeKind::String { .. }) && source[token.range.clone()].contains("}}")
    };
    if !lexed.closed && lexed.tokens.iter().any(swallowed) {
        return Lexer::new(source, start, inner, trim_left, true).run();
    }
    lexed
}

fn comment(
    source: &str,
    start: usize,
    inner: usize,
    trim_left: bool,
    first: usize,
    last_comment_end: usize,
) -> RawAction {
    let bytes = source.as_bytes();
    let done = |end: usize, inner_end: usize, trim_right, closed| RawAction {
        range: start..end,
        inner: inner..inner_end,
        trim_left,
        trim_right,
        closed,
        comment: true,
        tokens: Vec::new(),
    };
    if first + 2 <= last_comment_end {
        let length = source[first + 2..].find("*/").unwrap_or(0);
        let behind = first + 2 + length + 2;
        let rest = skip_space(bytes, behind);
        if source[rest..].starts_with("}}") {
            return done(rest + 2, rest, false, true);
        }
        if source[rest..].starts_with("-}}") {
            return done(rest + 3, rest, true, true);
        }
        return done(behind, behind, false, false);
    }
    let line = line_end(source, first);
    match source[first..line].find("}}") {
        Some(length) => done(first + length + 2, first + length, false, true),
        None => done(line, line, false, false),
    }
}

struct Lexer<'a> {
    source: &'a str,
    start: usize,
    inner: usize,
    at: usize,
    trim_left: bool,
    /// Strings end before `}}` even if a quote follows.
    short_strings: bool,
    tokens: Vec<Lexeme>,
}

impl<'a> Lexer<'a> {
    fn new(source: &'a str, start: usize, inner: usize, trim_left: bool, short_strings: bool) -> Self {
        Self { source, start, inner, at: inner, trim_left, short_strings, tokens: Vec::new() }
    }

    fn run(mut self) -> RawAction {
        let bytes = self.source.as_bytes();
        loop {
            self.at = skip_space(bytes, self.at);
            let rest = &self.source[self.at..];
            if rest.starts_with("}}") {
                return self.closed(2, false);
            }
            if rest.starts_with("-}}") {
                return self.closed(3, true);
            }
            if rest.is_empty() || rest.starts_with("{{") || !self.token() {
                return self.not_closed();
            }
        }
    }

    fn closed(self, width: usize, trim_right: bool) -> RawAction {
        let at = self.at;
        RawAction {
            range: self.start..at + width,
            inner: self.inner..at,
            trim_left: self.trim_left,
            trim_right,
            closed: true,
            comment: false,
            tokens: self.tokens,
        }
    }

    /// Only the first line is taken to belong to the action.
    fn not_closed(mut self) -> RawAction {
        let bytes = self.source.as_bytes();
        let next =
            memchr::memmem::find(&bytes[self.inner..], b"{{").map_or(bytes.len(), |at| self.inner + at);
        let line = line_end(&self.source[..next.max(self.at)], self.start).max(self.inner);
        let read = self.tokens.iter().map(|it| it.range.end).take_while(|it| *it <= line).last().unwrap_or(0);
        let end = next.min(line).max(read);
        self.tokens.retain(|token| token.range.end <= end);
        RawAction {
            range: self.start..end,
            inner: self.inner..end,
            trim_left: self.trim_left,
            trim_right: false,
            closed: false,
            comment: false,
            tokens: self.tokens,
        }
    }

    /// Reads one token; `false` says that the action cannot go on here.
    fn token(&mut self) -> bool {
        let Some(char) = self.source[self.at..].chars().next() else { return false };
        let next = self.source.as_bytes().get(self.at + 1).copied();
        match char {
            '"' => return self.string(),
            '`' => return self.raw_string(),
            '\'' => return self.char(),
            '|' => self.push(LexemeKind::Pipe, 1),
            '(' => self.push(LexemeKind::Open, 1),
            ')' => self.push(LexemeKind::Close, 1),
            ',' => self.push(LexemeKind::Comma, 1),
            '=' => self.push(LexemeKind::Assign, 1),
            ':' if next == Some(b'=') => self.push(LexemeKind::Declare, 2),
            '.' if next.is_none_or(|it| !it.is_ascii_digit()) => self.field(),
            '$' => self.push(LexemeKind::Variable, 1 + word_length(&self.source[self.at + 1..])),
            '0'..='9' | '.' => self.number(),
            '+' | '-' if next.is_some_and(|it| it.is_ascii_digit() || it == b'.') => self.number(),
            _ if is_word(char) => self.push(LexemeKind::Identifier, word_length(&self.source[self.at..])),
            _ => return self.bad(char.len_utf8()),
        }
        true
    }

    fn push(&mut self, kind: LexemeKind, length: usize) {
        self.tokens.push(Lexeme { kind, range: self.at..self.at + length });
        self.at += length;
    }

    /// On a later line than the first, a character that no action can have means that the `}}` was forgotten.
    fn bad(&mut self, length: usize) -> bool {
        if self.source[self.start..self.at].contains('\n') {
            return false;
        }
        self.push(LexemeKind::Bad, length);
        true
    }

    /// Go knows no `-` in a field, but who types `.Values.my-key` means that key, and must be told so.
    fn field(&mut self) {
        let rest = &self.source[self.at + 1..];
        let mut length = word_length(rest);
        while length > 0 && rest[length..].starts_with('-') && !rest[length..].starts_with("-}}") {
            length += 1 + word_length(&rest[length + 1..]);
        }
        self.push(LexemeKind::Field, 1 + length);
    }

    fn number(&mut self) {
        let bytes = &self.source.as_bytes()[self.at..];
        let mut length = 1;
        while let Some(&byte) = bytes.get(length) {
            let hex = bytes.get(1).is_some_and(|it| matches!(it, b'x' | b'X'));
            let exponent = match bytes[length - 1] {
                b'e' | b'E' => !hex,
                b'p' | b'P' => true,
                _ => false,
            };
            let sign = matches!(byte, b'+' | b'-') && exponent;
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || sign) {
                break;
            }
            length += 1;
        }
        // The imaginary half of `1+2i` follows its real half without a blank.
        if matches!(bytes.get(length), Some(b'+' | b'-'))
            && bytes.get(length + 1).is_some_and(u8::is_ascii_digit)
        {
            length += 1;
            length += bytes[length..].iter().take_while(|it| it.is_ascii_alphanumeric()).count();
        }
        self.push(LexemeKind::Number, length);
    }

    fn string(&mut self) -> bool {
        let bytes = self.source.as_bytes();
        let mut at = self.at + 1;
        while at < bytes.len() && bytes[at] != b'\n' {
            match bytes[at] {
                b'\\' if bytes.get(at + 1) != Some(&b'\n') => at += 1,
                b'"' if !(self.short_strings && self.source[self.at..at].contains("}}")) => {
                    self.push(LexemeKind::String { terminated: true }, at + 1 - self.at);
                    return true;
                }
                _ => {}
            }
            at += 1;
        }
        self.open_string(LexemeKind::String { terminated: false }, line_end(self.source, self.at))
    }

    fn raw_string(&mut self) -> bool {
        if let Some(length) = self.source[self.at + 1..].find('`') {
            self.push(LexemeKind::RawString { terminated: true }, length + 2);
            return true;
        }
        self.open_string(LexemeKind::RawString { terminated: false }, line_end(self.source, self.at))
    }

    /// A string without its second quote ends before `}}`, or with its line and the action with it.
    fn open_string(&mut self, kind: LexemeKind, line: usize) -> bool {
        let rest = &self.source[self.at..line];
        let Some(braces) = rest.find("}}") else {
            self.push(kind, rest.len());
            return false;
        };
        let content = rest[..braces].strip_suffix(" -").unwrap_or(&rest[..braces]);
        self.push(kind, content.trim_end_matches([' ', '\t']).len().max(1));
        true
    }

    fn char(&mut self) -> bool {
        let rest = &self.source.as_bytes()[self.at..];
        let mut at = 1;
        while let Some(&byte) = rest.get(at) {
            match byte {
                b'\n' => break,
                b'\\' if rest.get(at + 1) != Some(&b'\n') => at += 1,
                b'\'' => {
                    self.push(LexemeKind::Char, at + 1);
                    return true;
                }
                _ => {}
            }
            at += 1;
        }
        self.bad(1)
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn skip_space(bytes: &[u8], from: usize) -> usize {
    from + bytes[from.min(bytes.len())..].iter().take_while(|it| is_space(**it)).count()
}

fn is_word(char: char) -> bool {
    char == '_' || char.is_alphanumeric()
}

fn word_length(text: &str) -> usize {
    text.find(|char| !is_word(char)).unwrap_or(text.len())
}

/// Where the line of `from` ends, before its break.
fn line_end(source: &str, from: usize) -> usize {
    let bytes = source.as_bytes();
    let end = memchr::memchr(b'\n', &bytes[from..]).map_or(bytes.len(), |at| from + at);
    if end > from && bytes[end - 1] == b'\r' { end - 1 } else { end }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &[&str]) {
        let got: Vec<_> = actions(source).into_iter().map(|it| &source[it.range]).collect();
        assert_eq!(got, expected);
    }

    #[track_caller]
    fn check_tokens(source: &str, expected: &[&str]) {
        let action = actions(source).remove(0);
        assert_eq!(action.tokens.into_iter().map(|it| &source[it.range]).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn actions_end_with_their_braces() {
        check("a {{ .b }} c {{- .d -}} e", &["{{ .b }}", "{{- .d -}}"]);
    }

    #[test]
    fn braces_in_strings_and_comments_end_nothing() {
        check("{{ \"}}\" }}{{ `}}\n}}` }}{{/* }} */}}", &["{{ \"}}\" }}", "{{ `}}\n}}` }}", "{{/* }} */}}"]);
    }

    #[test]
    fn an_action_may_take_several_lines() {
        check("{{ include \"x\"\n  (dict \"a\" 1)\n}}\nb", &["{{ include \"x\"\n  (dict \"a\" 1)\n}}"]);
    }

    #[test]
    fn an_open_action_ends_with_its_line() {
        check("a: {{ .Values.image.\nb: {{ .c }}", &["{{ .Values.image.", "{{ .c }}"]);
        check("{{ .Values.image.\n\nb: c: }}\n", &["{{ .Values.image."]);
        check("{{ .a\r\nb: 1", &["{{ .a"]);
        check("{{", &["{{"]);
        check("{{-", &["{{-"]);
    }

    #[test]
    fn an_open_action_ends_before_the_next() {
        check("{{ .a {{ .b }}", &["{{ .a ", "{{ .b }}"]);
    }

    #[test]
    fn an_open_string_ends_before_the_braces() {
        check("a: {{ include \"x }}\nb: \"c\"", &["{{ include \"x }}"]);
        check_tokens("{{ include \"x -}}", &["include", "\"x"]);
    }

    #[test]
    fn an_open_string_in_quotes_of_yaml_ends_before_the_braces() {
        check("a: \"{{ include \"x }}\"\nb: 1", &["{{ include \"x }}"]);
        check("a: \"{{ include \" }}\"\nb: {{ .c }}", &["{{ include \" }}", "{{ .c }}"]);
    }

    #[test]
    fn an_open_string_at_the_end_takes_the_line() {
        check_tokens("{{ include \"\nb: c", &["include", "\""]);
    }

    #[test]
    fn an_open_comment_takes_its_line() {
        check("{{/* a }}\n{{ .b }}", &["{{/* a }}", "{{ .b }}"]);
        check("{{/* a\n{{ .b }}", &["{{/* a", "{{ .b }}"]);
    }

    #[test]
    fn tokens() {
        check_tokens(
            "{{ $x := .a.b | f \"s\" 'c' (-1.5e-3) }}",
            &["$x", ":=", ".a", ".b", "|", "f", "\"s\"", "'c'", "(", "-1.5e-3", ")"],
        );
        check_tokens("{{ . .5 .x }}", &[".", ".5", ".x"]);
        check_tokens("{{ .Values. }}", &[".Values", "."]);
        check_tokens("{{ 1+2i }}", &["1+2i"]);
        check_tokens("{{ .my-key-}}", &[".my-key"]);
    }

    #[test]
    fn a_minus_without_a_blank_is_a_sign() {
        let action = actions("{{-3}}").remove(0);
        assert!(!action.trim_left);
        assert_eq!(action.tokens[0].kind, LexemeKind::Number);
    }
}
