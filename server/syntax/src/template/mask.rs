//! The YAML of a template: the same text with every action painted over, byte for byte as long.
//!
//! An action that prints inside a line becomes `xxx…`, because something will stand there: a value, part of a
//! key. Whatever controls, and whatever has its line for itself or starts with a line break of its own
//! (`nindent`), becomes spaces. Line breaks stay where they are. So `image: {{ .a }}:{{ .b }}` still has a
//! value, `{{ .key }}: 1` still has a key, and every offset is an offset of the template.

use std::ops::Range;

use super::ast::{Action, Ast, Pipeline};

/// `source` with the actions of `ast`, its tree, painted over.
pub(crate) fn mask(source: &str, ast: &Ast) -> String {
    let mut bytes = source.as_bytes().to_vec();
    for action in &ast.actions {
        blank(&mut bytes, action);
    }
    let mut line = Line::default();
    for action in &ast.actions {
        let start = usize::from(action.range.start());
        if action.prints() && !breaks_line(action.pipeline.as_ref()) {
            line.move_to(&bytes, start, action.range.end().into());
            if !line.only_actions {
                fill(&mut bytes, action);
            }
        }
    }
    // Whole actions were replaced by ASCII, so this is UTF-8 again.
    String::from_utf8(bytes).unwrap_or_default()
}

/// The lines that an action stands on.
#[derive(Default)]
struct Line {
    end: usize,
    /// Nothing but actions and blanks stand there.
    only_actions: bool,
}

impl Line {
    /// `bytes` has the actions from here on blanked, so that a line of actions is a blank line.
    fn move_to(&mut self, bytes: &[u8], start: usize, end: usize) {
        if end <= self.end && start < self.end {
            return;
        }
        let begin = memchr::memrchr(b'\n', &bytes[..start]).map_or(0, |at| at + 1);
        self.end = memchr::memchr(b'\n', &bytes[end..]).map_or(bytes.len(), |at| end + at);
        self.only_actions = bytes[begin..self.end].iter().all(u8::is_ascii_whitespace);
    }
}

fn blank(bytes: &mut [u8], action: &Action) {
    for byte in &mut bytes[Range::<usize>::from(action.range)] {
        if !matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

/// Only the first line of an action shows: a plain scalar must not go on into the next line by accident.
fn fill(bytes: &mut [u8], action: &Action) {
    let range = Range::<usize>::from(action.range);
    for byte in bytes[range].iter_mut().take_while(|it| !matches!(it, b'\n' | b'\r')) {
        *byte = b'x';
    }
}

/// Whether the output starts with a line break: the last function is `nindent`.
fn breaks_line(pipeline: Option<&Pipeline>) -> bool {
    let last = pipeline.and_then(|it| it.commands.last());
    last.and_then(|command| command.function()).is_some_and(|(name, _)| name == "nindent")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &str) {
        assert_eq!(mask(source, &Ast::parse(source)), expected);
    }

    #[test]
    fn what_prints_in_a_line_shows() {
        check("a: {{ .b }}", "a: xxxxxxxx");
        check("image: {{ .a }}:{{ .b }}", "image: xxxxxxxx:xxxxxxxx");
        check("{{ .a }}: b", "xxxxxxxx: b");
        check("- {{ .a }}", "- xxxxxxxx");
        check("a: \"{{ .b }}\"", "a: \"xxxxxxxx\"");
    }

    #[test]
    fn what_has_its_line_for_itself_vanishes() {
        check("a:\n  {{ .b }}\nc: d", "a:\n          \nc: d");
        check("a:\n  {{ .b }} {{ .c }}\n", "a:\n                   \n");
    }

    #[test]
    fn what_controls_vanishes() {
        check("{{ if .a }}\nb: c\n{{ end }}", "           \nb: c\n         ");
        check("a: {{ if .b }}c{{ end }}", "a:            c         ");
        check("{{ $x := 1 }}a: {{ $x }}", "             a: xxxxxxxx");
        check("a: b {{/* c */}}", "a: b            ");
    }

    #[test]
    fn what_breaks_the_line_vanishes() {
        check("a: {{ .b | nindent 2 }}", "a:                     ");
        check("a: {{ nindent 2 .b }}", "a:                   ");
    }

    #[test]
    fn line_breaks_stay() {
        check("a: {{ f\n  .b }}\r\nc: d", "a: xxxx\n       \r\nc: d");
    }

    #[test]
    fn letters_of_any_script_have_their_bytes() {
        check("é: {{ .日 }}ü", "é: xxxxxxxxxxü");
    }

    #[test]
    fn what_is_not_closed_takes_its_line() {
        check("a: {{ .b.\nc: d", "a: xxxxxx\nc: d");
    }
}
