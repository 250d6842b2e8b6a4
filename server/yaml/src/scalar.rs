//! How a scalar is written: which style, which escapes, which digits.
//!
//! The choice of style is go-yaml v2's (`encode.go`), what a style can hold is its emitter's, and before both
//! stands JSON: `toYaml` prints what JSON text reads back as YAML, so a few characters cannot pass at all.

use std::borrow::Cow;
use std::fmt::Write;

use golang::strconv::format_float;
use text::TextRange;

use crate::resolve::{is_base60, is_old_bool, looks_like_date, plain};
use crate::scanner::Style;
use crate::{Error, Layout, Value};

/// A line break of YAML 1.1.
pub(crate) fn is_break(it: char) -> bool {
    matches!(it, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What a text has that some styles cannot hold.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub(crate) struct Facts {
    multiline: bool,
    line_feed: bool,
    plain_allowed: bool,
    single_allowed: bool,
    block_allowed: bool,
}

impl Facts {
    pub(crate) fn of(text: &str, layout: Layout) -> Self {
        let bytes = text.as_bytes();
        let mut indicators = text.starts_with("---") || text.starts_with("...");
        let (mut special, mut tab, mut multiline, mut line_feed) = (false, false, false, false);
        let (mut break_space, mut space_break) = (false, false);
        let mut last = None;
        for (at, it) in text.char_indices() {
            let blank_follows = || bytes.get(at + 1).is_none_or(|it| matches!(it, b' ' | b'\t'));
            match it {
                'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '/' | '_' => {}
                ' ' => break_space |= last.is_some_and(is_break),
                ':' => indicators |= blank_follows(),
                '?' | '-' => indicators |= at == 0 && blank_follows(),
                '#' => indicators |= last.is_none_or(|it| matches!(it, ' ' | '\t') || is_break(it)),
                ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => {
                    indicators |= at == 0;
                }
                '\t' => tab = true,
                _ => {
                    special |= !is_printable(it);
                    if is_break(it) {
                        multiline = true;
                        line_feed |= it == '\n';
                        space_break |= last == Some(' ');
                    }
                }
            }
            last = Some(it);
        }
        let blank_edge = text.starts_with([' ', '\u{85}', '\u{2028}', '\u{2029}']) || last == Some(' ');
        // Only the block styles of the third version can hold a tab.
        let hard = special || tab && layout == Layout::V2;
        Self {
            multiline,
            line_feed,
            plain_allowed: !indicators && !hard && !tab && !blank_edge && !multiline,
            single_allowed: !hard && !tab && !space_break && !break_space,
            block_allowed: !hard && !space_break && last != Some(' '),
        }
    }

    /// A key that can stand before its colon on one line.
    pub(crate) fn is_simple_key(&self, text: &str) -> bool {
        !self.multiline && text.len() <= 128
    }

    /// The style of a string.
    pub(crate) fn style(&self, text: &str, simple_key: bool, layout: Layout) -> Style {
        if self.line_feed {
            return if self.block_allowed && !simple_key { Style::Literal } else { Style::Double };
        }
        if is_no_string(text, layout) {
            return Style::Double;
        }
        if self.plain_allowed {
            Style::Plain
        } else if self.single_allowed {
            Style::Single
        } else {
            Style::Double
        }
    }
}

/// Whether the text would be no string without quotes, or none to other readers.
fn is_no_string(text: &str, layout: Layout) -> bool {
    // All that is no string begins so (`resolveTable`).
    let suspicious = match text.bytes().next() {
        None => return true,
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => true,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => text.len() <= 5,
        Some(_) => false,
    };
    suspicious
        && (!matches!(plain(text), Value::String(_))
            || is_base60(text)
            || looks_like_date(text)
            || layout == Layout::V3 && is_old_bool(text))
}

/// A number; if it comes through JSON, one without a fraction is an integer.
pub(crate) fn number(it: f64, layout: Layout) -> String {
    const EXACT: f64 = 1e15;
    if layout == Layout::V3 {
        return match it {
            f64::INFINITY => ".inf".to_owned(),
            f64::NEG_INFINITY => "-.inf".to_owned(),
            it if it.is_nan() => ".nan".to_owned(),
            it => format_float(it, b'g', -1, 64),
        };
    }
    if it.abs() < EXACT && it.fract() == 0.0 {
        return (it as i64).to_string();
    }
    if !(1e-6..1e21).contains(&it.abs()) {
        return format_float(it, b'g', -1, 64);
    }
    match plain(&format_float(it, b'f', -1, 64)) {
        Value::Int(whole) => whole.to_string(),
        Value::Uint(whole) => whole.to_string(),
        _ => format_float(it, b'g', -1, 64),
    }
}

/// What needs no escape, in any style.
fn is_printable(it: char) -> bool {
    matches!(it, '\n' | ' '..='~' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}') && it != '\u{FEFF}'
}

/// What is escaped between double quotes.
pub(crate) fn needs_escape(it: char) -> bool {
    !is_printable(it) || is_break(it) || matches!(it, '"' | '\\')
}

/// The escape of a character between double quotes.
pub(crate) fn escape(it: char, into: &mut String) {
    let short = match it {
        '\0' => '0',
        '\x07' => 'a',
        '\x08' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\x0b' => 'v',
        '\x0c' => 'f',
        '\r' => 'r',
        '\x1b' => 'e',
        '"' | '\\' => it,
        '\u{85}' => 'N',
        '\u{A0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => {
            // Writing to a string cannot fail.
            let _ = match u32::from(it) {
                code @ ..=0xFF => write!(into, "\\x{code:02X}"),
                code @ ..=0xFFFF => write!(into, "\\u{code:04X}"),
                code => write!(into, "\\U{code:08X}"),
            };
            return;
        }
    };
    into.push('\\');
    into.push(short);
}

/// What the reader behind JSON refuses: control characters that JSON writes as they are.
pub fn check(text: &str) -> Result<(), Error> {
    if text.bytes().all(|byte| byte < 0x7F) {
        return Ok(());
    }
    let refused = |it: char| matches!(it, '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}') && it != '\u{85}';
    if text.chars().any(refused) {
        return Err(Error::new("yaml: control characters are not allowed", TextRange::default()));
    }
    Ok(())
}

/// A key must also be one to the reader behind JSON: on one line, and not longer than 1024 characters with its
/// quotes and escapes.
pub fn check_key(text: &str) -> Result<(), Error> {
    const LONGEST: usize = 1024;
    const LONGEST_ESCAPE: usize = 6;
    check(text)?;
    let wrong = || Err(Error::new("yaml: did not find expected ',' or '}'", TextRange::default()));
    if text.contains('\u{85}') {
        return wrong();
    }
    if text.len() * LONGEST_ESCAPE + 2 <= LONGEST {
        return Ok(());
    }
    let length = |it| match it {
        '"' | '\\' | '\n' | '\r' | '\t' | '\x08' | '\x0c' => 2,
        '\0'..='\x1f' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => LONGEST_ESCAPE,
        _ => 1,
    };
    if text.chars().map(length).sum::<usize>() + 2 > LONGEST { wrong() } else { Ok(()) }
}

/// U+0085 between JSON's quotes is a line break to YAML, and folds with the blanks around it into one blank, or
/// into a line feed for each but the first.
pub fn as_read(text: &str) -> Cow<'_, str> {
    const NEXT_LINE: char = '\u{85}';
    if !text.contains(NEXT_LINE) {
        return Cow::Borrowed(text);
    }
    let mut read = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(NEXT_LINE) {
        read.push_str(rest[..at].trim_end_matches(' '));
        let behind = rest[at..].trim_start_matches([' ', NEXT_LINE]);
        let breaks = rest[at..rest.len() - behind.len()].matches(NEXT_LINE).count();
        read.push_str(if breaks == 1 { " " } else { "" });
        read.extend(std::iter::repeat_n('\n', breaks - 1));
        rest = behind;
    }
    Cow::Owned(read + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_without_a_fraction_are_integers() {
        let check = |it, want: &str| assert_eq!(number(it, Layout::V2), want);
        check(1e6, "1000000");
        check(-0.0, "0");
        check(1e19, "10000000000000000000");
        check(1e20, "1e+20");
        check(12_345_678_901_234_567_890.0, "12345678901234567000");
        check(0.000_001, "1e-06");
        check(1_234_567.5, "1.2345675e+06");
        assert_eq!(number(1e6, Layout::V3), "1e+06");
    }

    #[test]
    fn next_lines_fold() {
        assert_eq!(as_read("a"), "a");
        assert_eq!(as_read("a \u{85} b"), "a b");
        assert_eq!(as_read("a\u{85} \u{85}b\u{85}"), "a\nb ");
    }

    #[test]
    fn keys_have_a_length() {
        assert!(check_key(&"k".repeat(1022)).is_ok());
        assert!(check_key(&"k".repeat(1023)).is_err());
        assert!(check_key(&"<".repeat(170)).is_ok());
        assert!(check_key(&"<".repeat(171)).is_err());
        assert!(check_key("a\u{85}").is_err() && check_key("\u{9F}").is_err());
    }
}
