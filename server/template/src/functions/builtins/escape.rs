//! `html`, `js` and `urlquery`.

use std::fmt::Write as _;

use golang::strconv::is_print;

use crate::fmt::Style;
use crate::parse::utf8;
use crate::{Cx, Data, Origin, Text, TextBuilder, Value};

/// The text of the arguments, each character escaped for itself.
pub(super) fn escaped<B: AsRef<[u8]>>(
    cx: &mut Cx<'_>,
    args: Vec<Value>,
    escape: impl Fn(&[u8]) -> B,
) -> Text {
    let text = arguments(cx, args);
    if cx.trace.is_none() {
        return Text { bytes: escape(&text.bytes).as_ref().into(), origin: Origin::NONE };
    }
    let mut out = TextBuilder::new(cx);
    out.push_changed(cx, &text, escape);
    out.finish(cx)
}

/// The arguments as `print` would join them, except that nil is `<no value>`, as where actions print.
fn arguments(cx: &mut Cx<'_>, args: Vec<Value>) -> Text {
    if let [value] = &args[..]
        && let Data::Str(text) = &value.data
    {
        return Text { bytes: text.clone(), origin: value.origin };
    }
    let shown = |it: Value| if it.is_nil() { Value::from("<no value>") } else { it };
    let args: Vec<Value> = args.into_iter().map(shown).collect();
    crate::fmt::print_text(cx, Style::Print, &args)
}

pub(super) fn html(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        match byte {
            0 => out.extend_from_slice("\u{fffd}".as_bytes()),
            b'"' => out.extend_from_slice(b"&#34;"),
            b'\'' => out.extend_from_slice(b"&#39;"),
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            b'>' => out.extend_from_slice(b"&gt;"),
            _ => out.push(byte),
        }
    }
    out
}

pub(super) fn js(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (rune, size) = utf8::decode(rest);
        match rune {
            '\\' | '\'' | '"' => out.extend_from_slice(&[b'\\', rune as u8]),
            '<' | '>' | '&' | '=' | '\0'..='\x1f' => {
                out.extend_from_slice(format!("\\u00{:02X}", u32::from(rune)).as_bytes());
            }
            _ if rune.is_ascii() || is_print(rune) => out.extend_from_slice(&rest[..size]),
            _ => out.extend_from_slice(format!("\\u{:04X}", u32::from(rune)).as_bytes()),
        }
        rest = &rest[size..];
    }
    out
}

/// Go's `url.QueryEscape`.
pub(super) fn query(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for &byte in text {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}
