//! Strings in their four styles.

use super::{Emitter, Layout};
use crate::scalar::{Facts, escape, is_break, needs_escape};
use crate::scanner::Style;

/// Lines are folded behind this column.
const WIDTH: usize = 80;

impl Emitter {
    pub(super) fn write_string(&mut self, text: &str, facts: &Facts, simple_key: bool) {
        let around = self.indent;
        self.indent = Some(around.map_or(2, |it| it + 2));
        let folds = !simple_key && self.layout == Layout::V2;
        match facts.style(text, simple_key, self.layout) {
            Style::Plain => {
                self.blank_if_needed();
                self.write_lines(text, folds, false);
            }
            Style::Single => {
                self.mark("'", false);
                self.only_marks = false;
                self.write_lines(text, folds, true);
                self.push_ascii("'");
            }
            Style::Double => self.write_double(text, folds),
            Style::Literal | Style::Folded => self.write_literal(text),
        }
        self.indent = around;
    }

    /// Plain, or between single quotes: a long line is broken at a single blank; line breaks are doubled.
    fn write_lines(&mut self, text: &str, folds: bool, quoted: bool) {
        if text.is_ascii() && !text.contains(['\n', '\r']) {
            self.write_ascii_line(text, folds, quoted);
        } else {
            self.write_any_lines(text, folds, quoted);
        }
        self.after_blank = false;
        self.only_marks = false;
    }

    fn push_line(&mut self, text: &str, quoted: bool) {
        if !quoted || !text.contains('\'') {
            self.push_ascii(text);
            return;
        }
        for (at, part) in text.split('\'').enumerate() {
            self.push_ascii(if at > 0 { "''" } else { "" });
            self.push_ascii(part);
        }
    }

    fn write_ascii_line(&mut self, text: &str, folds: bool, quoted: bool) {
        let bytes = text.as_bytes();
        let mut from = 0;
        if folds && self.column + text.len() > WIDTH {
            for at in spaces(bytes) {
                let single =
                    bytes.get(at + 1).is_some_and(|it| *it != b' ') && at > 0 && bytes[at - 1] != b' ';
                let quotes = if quoted { text[from..at].matches('\'').count() } else { 0 };
                if single && self.column + (at - from) + quotes > WIDTH {
                    self.push_line(&text[from..at], quoted);
                    self.only_marks = false;
                    self.begin_line();
                    from = at + 1;
                }
            }
        }
        self.push_line(&text[from..], quoted);
    }

    fn write_any_lines(&mut self, text: &str, folds: bool, quoted: bool) {
        let mut after_space = false;
        let mut after_break = false;
        let mut rest = text.chars();
        let mut first = true;
        while let Some(it) = rest.next() {
            let next = rest.clone().next();
            if it == ' ' {
                let inner = !first && next.is_some_and(|it| it != ' ');
                if folds && !after_space && inner && self.column > WIDTH {
                    self.begin_line();
                } else {
                    self.push_char(it);
                }
                after_space = true;
            } else if is_break(it) {
                if !after_break && it == '\n' {
                    self.line_break();
                }
                self.write_break(it);
                after_break = true;
            } else {
                if after_break {
                    self.begin_line();
                }
                if quoted && it == '\'' {
                    self.push_char('\'');
                }
                self.push_char(it);
                self.only_marks = false;
                after_space = false;
                after_break = false;
            }
            first = false;
        }
    }

    /// A line break as it is; behind U+2028 a line begins as behind any other.
    fn write_break(&mut self, it: char) {
        if it == '\n' {
            self.line_break();
        } else {
            self.push_char(it);
            self.column = 0;
        }
        self.only_marks = true;
    }

    fn write_double(&mut self, text: &str, folds: bool) {
        self.mark("\"", false);
        self.only_marks = false;
        // go-yaml asks of the first character, for each of them, whether it is a byte order mark.
        let escapes_all = text.starts_with('\u{FEFF}');
        let mut after_space = false;
        let mut first = true;
        let mut rest = text.chars();
        while let Some(it) = rest.next() {
            if escapes_all || needs_escape(it) {
                let from = self.out.len();
                escape(it, &mut self.out);
                self.column += self.out.len() - from;
                after_space = false;
            } else if it == ' ' {
                let next = rest.clone().next();
                if folds && !after_space && !first && next.is_some() && self.column > WIDTH {
                    self.begin_line();
                    if next == Some(' ') {
                        self.push_ascii("\\");
                    }
                    // Nothing but a new line may have been written, which is not only marks for all that.
                    self.only_marks = true;
                } else {
                    self.push_char(it);
                }
                after_space = true;
            } else {
                self.push_char(it);
                after_space = false;
            }
            first = false;
        }
        self.push_ascii("\"");
        self.after_blank = false;
        self.only_marks = false;
    }

    /// `|`, with hints for leading blanks and trailing breaks.
    fn write_literal(&mut self, text: &str) {
        self.mark("|", false);
        self.only_marks = false;
        if text.starts_with(|it| it == ' ' || is_break(it)) {
            self.push_ascii("2");
        }
        let mut backwards = text.chars().rev();
        let last_two = (backwards.next(), backwards.next());
        match last_two {
            (Some(last), _) if !is_break(last) => self.push_ascii("-"),
            (Some(_), Some(before)) if !is_break(before) => {}
            _ => self.push_ascii("+"),
        }
        self.line_break();
        self.only_marks = true;
        self.after_blank = true;
        let mut after_break = true;
        let mut rest = text;
        while let Some(it) = rest.chars().next() {
            if is_break(it) {
                self.write_break(it);
                after_break = true;
                rest = &rest[it.len_utf8()..];
                continue;
            }
            if after_break {
                self.begin_line();
            }
            let end = rest.find(is_break).unwrap_or(rest.len());
            self.out.push_str(&rest[..end]);
            self.column += rest[..end].chars().count();
            self.only_marks = false;
            after_break = false;
            rest = &rest[end..];
        }
    }
}

fn spaces(bytes: &[u8]) -> impl Iterator<Item = usize> {
    bytes.iter().enumerate().filter(|(_, byte)| **byte == b' ').map(|(at, _)| at)
}
