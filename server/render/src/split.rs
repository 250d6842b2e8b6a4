//! Where one rendered file becomes documents: Helm's `SplitManifests`, in both versions.
//!
//! Neither is a YAML parser. Helm 3 lets `---` swallow all white space around it, so that a second `---`
//! right behind the first stays in the text; Helm 4 looks for `---` at line starts and keeps what trails.

use std::ops::Range;

use golang::Dialect;

/// The byte ranges of the documents in a rendered file, in their order.
pub fn split_manifests(text: &str, dialect: Dialect) -> Vec<Range<usize>> {
    match dialect {
        Dialect::Helm3 => split_helm3(text),
        Dialect::Helm4 => split_helm4(text),
    }
}

/// Splits at `(?:^|\s*\n)---\s*` after trimming the whole; then trims each part.
fn split_helm3(text: &str) -> Vec<Range<usize>> {
    let whole = trimmed(text, 0..text.len());
    let bytes = &text.as_bytes()[..whole.end];
    let mut parts = Vec::new();
    let mut from = whole.start;
    let mut separator = bytes[from..].starts_with(b"---").then_some(from..from + 3);
    loop {
        let Some(found) = separator.take().or_else(|| next_separator(bytes, from)) else {
            parts.push(from..whole.end);
            break;
        };
        parts.push(from..found.start);
        from = found.end + bytes[found.end..].iter().take_while(|byte| is_regex_space(**byte)).count();
    }
    parts.into_iter().filter(|part| !part.is_empty()).map(|part| trimmed(text, part)).collect()
}

/// The next `\s*\n---` at or after `from`.
fn next_separator(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let newline = from + bytes[from..].windows(4).position(|it| it == b"\n---")?;
    let space = bytes[from..newline].iter().rev().take_while(|byte| is_regex_space(**byte)).count();
    Some(newline - space..newline + 4)
}

/// What `\s` is in RE2.
fn is_regex_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

/// Splits at `(?m)^---[ \t]*`; parts are trimmed on the left only.
fn split_helm4(text: &str) -> Vec<Range<usize>> {
    let start = text.len() - text.trim_start().len();
    let bytes = text.as_bytes();
    let mut parts = Vec::new();
    let (mut from, mut at) = (start, start);
    while at <= bytes.len() {
        if bytes[at..].starts_with(b"---") {
            parts.push(from..at);
            from = at + 3 + bytes[at + 3..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        }
        match memchr::memchr(b'\n', &bytes[at..]) {
            Some(newline) => at += newline + 1,
            None => break,
        }
    }
    parts.push(from..text.len());
    let blank = |part: &Range<usize>| text[part.clone()].trim().is_empty();
    let trim_left = |part: Range<usize>| part.end - text[part.clone()].trim_start().len()..part.end;
    parts.into_iter().filter(|part| !blank(part)).map(trim_left).collect()
}

fn trimmed(text: &str, part: Range<usize>) -> Range<usize> {
    let inner = &text[part.clone()];
    let start = part.start + (inner.len() - inner.trim_start().len());
    start..start + inner.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str, dialect: Dialect) -> Vec<&str> {
        split_manifests(text, dialect).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn helm3_eats_white_space_on_both_sides() {
        assert_eq!(parts("\n---\n  a: 1\n \n---\n\nb: 2\n", Dialect::Helm3), ["a: 1", "b: 2"]);
    }

    #[test]
    fn helm3_keeps_a_separator_right_behind_another() {
        assert_eq!(parts("a: 1\n---\n---\nb: 2", Dialect::Helm3), ["a: 1", "---\nb: 2"]);
    }

    #[test]
    fn helm4_keeps_what_trails() {
        assert_eq!(parts("---\na: 1\n\n--- \nb: 2\n", Dialect::Helm4), ["a: 1\n\n", "b: 2\n"]);
    }

    #[test]
    fn blank_documents_are_dropped() {
        assert_eq!(parts("---\n---\n \n---\na: 1\n---\n", Dialect::Helm4), ["a: 1\n"]);
        assert_eq!(parts("", Dialect::Helm4), [""; 0]);
        assert_eq!(parts("  \n", Dialect::Helm3), [""; 0]);
    }

    #[test]
    fn a_separator_needs_no_line_of_its_own() {
        assert_eq!(parts("a: 1\n---b: 2", Dialect::Helm4), ["a: 1\n", "b: 2"]);
        assert_eq!(parts("a: 1\n---b: 2", Dialect::Helm3), ["a: 1", "b: 2"]);
    }
}
