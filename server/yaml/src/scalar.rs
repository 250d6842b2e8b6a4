//! How a scalar is written: which style, which escapes, which digits.
//!
//! The choice of style is go-yaml v2's (`encode.go`), what a style can hold is its emitter's, and before both
//! stands JSON: `toYaml` prints what JSON text reads back as YAML, so a few characters cannot pass at all.

use std::borrow::Cow;

use golang::strconv::format_float;

use crate::resolve::{is_base60, looks_like_date, plain};
use crate::{Error, Value};

/// The four ways to write a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

/// What a text would be read as without quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    OtherWhenPlain,
}

/// Whether it would be no string without quotes, or none to others.
pub(crate) fn is_number_like(text: &str) -> bool {
    !matches!(plain(text), Value::String(_)) || is_base60(text) || looks_like_date(text)
}

/// A number as JSON text reads back: an integer where it is one.
pub(crate) fn number(it: f64, v3: bool) -> String {
    if v3 {
        return format_float(it, b'g', -1, 64);
    }
    let exponent_form = it != 0.0 && !(1e-6..1e21).contains(&it.abs());
    if exponent_form {
        return format_float(it, b'g', -1, 64);
    }
    let json = format_float(it, b'f', -1, 64);
    match plain(&json) {
        Value::Int(whole) => whole.to_string(),
        Value::Uint(whole) => whole.to_string(),
        _ => format_float(it, b'g', -1, 64),
    }
}

/// The style of a string.
pub(crate) fn style(text: &str, kind: Kind, key: bool, v3: bool) -> Style {
    let facts = Facts::of(text, v3);
    if text.contains('\n') {
        return if !facts.block_allowed || key { Style::Double } else { Style::Literal };
    }
    if kind == Kind::OtherWhenPlain || text.is_empty() {
        return Style::Double;
    }
    if facts.plain_allowed {
        Style::Plain
    } else if facts.single_allowed {
        Style::Single
    } else {
        Style::Double
    }
}

/// What a text has that styles cannot hold.
struct Facts {
    plain_allowed: bool,
    single_allowed: bool,
    block_allowed: bool,
}

impl Facts {
    fn of(text: &str, v3: bool) -> Self {
        let blank = |it: Option<char>| it.is_none_or(|it| matches!(it, ' ' | '\t' | '\n' | '\r'));
        let breaks = |it: char| matches!(it, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
        let mut indicators = text.starts_with("---") || text.starts_with("...");
        let (mut special, mut space_break) = (false, false);
        let mut last = None;
        let mut characters = text.chars().peekable();
        let mut first = true;
        while let Some(it) = characters.next() {
            let next = characters.peek().copied();
            indicators |= match it {
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@'
                | '`'
                    if first =>
                {
                    true
                }
                '-' | '?' if first => blank(next),
                ':' => blank(next),
                '#' => blank(last),
                _ => false,
            };
            special |= is_special(it, v3);
            space_break |= last == Some(' ') && breaks(it);
            last = Some(it);
            first = false;
        }
        let edge = |it: Option<char>| it.is_some_and(|it| it == ' ' || breaks(it));
        let blank_edge = edge(text.chars().next()) || edge(text.chars().next_back());
        let ends_in_space = text.ends_with(' ');
        let multiline = text.chars().any(breaks);
        Self {
            plain_allowed: !indicators && !special && !blank_edge && !multiline,
            single_allowed: !special && !space_break,
            block_allowed: !special && !space_break && !ends_in_space,
        }
    }
}

/// What only double quotes can hold.
fn is_special(it: char, v3: bool) -> bool {
    let printable = matches!(it, '\n' | ' '..='~' | '\u{A0}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}');
    let allowed = printable && it != '\u{FEFF}';
    !(allowed || v3 && (it == '\t' || it >= '\u{10000}'))
}

/// A key that can stand before its colon on one line.
pub(crate) fn is_simple_key(text: &str) -> bool {
    text.len() <= 128 && !text.contains('\n')
}

/// What a character is between double quotes.
pub(crate) fn escape(it: char, escape_all: bool, into: &mut String) {
    let code = it as u32;
    let plain = !escape_all && !is_special(it, false) && it != '\n' && it != '"' && it != '\\';
    if plain && !matches!(it, '\u{2028}' | '\u{2029}' | '\u{85}') {
        into.push(it);
        return;
    }
    let short = match it {
        '\0' => "\\0",
        '\x07' => "\\a",
        '\x08' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\x0b' => "\\v",
        '\x0c' => "\\f",
        '\r' => "\\r",
        '\x1b' => "\\e",
        '"' => "\\\"",
        '\\' => "\\\\",
        '\u{85}' => "\\N",
        '\u{2028}' => "\\L",
        '\u{2029}' => "\\P",
        _ => "",
    };
    if !short.is_empty() {
        into.push_str(short);
    } else if code <= 0xFF {
        into.push_str(&format!("\\x{code:02X}"));
    } else if code <= 0xFFFF {
        into.push_str(&format!("\\u{code:04X}"));
    } else {
        into.push_str(&format!("\\U{code:08X}"));
    }
}

/// What the reader behind JSON refuses: control characters that JSON writes as they are.
pub fn check(text: &str) -> Result<(), Error> {
    let refused = |it: char| matches!(it, '\u{7F}'..='\u{9F}' | '\u{FFFE}' | '\u{FFFF}') && it != '\u{85}';
    if text.chars().any(refused) {
        return Err(Error::new("yaml: control characters are not allowed", text::TextRange::default()));
    }
    Ok(())
}

/// A key must fit the reader's buffer for simple keys as well.
pub fn check_key(text: &str) -> Result<(), Error> {
    if text.len() > 1024 {
        let message = "yaml: line 1: could not find expected ':'";
        return Err(Error::new(message, text::TextRange::default()));
    }
    check(text)
}

/// U+0085 between JSON's quotes is a line break to YAML, and a line break there is a blank.
pub fn as_read(text: &str) -> Cow<'_, str> {
    if text.contains('\u{85}') { Cow::Owned(text.replace('\u{85}', " ")) } else { Cow::Borrowed(text) }
}
