//! Parts of strings, cut out without losing where they come from.

use std::ops::Range;

use memchr::memmem;

use crate::{Cx, Origin, Str, Text, TextBuilder};

/// A part of a text. The whole costs nothing, and without a trace only the bytes are copied.
pub(super) fn part(cx: &mut Cx<'_>, text: &Text, range: Range<usize>) -> Text {
    if range.len() == text.bytes.len() {
        return text.clone();
    }
    if cx.trace.is_none() || text.origin.is_none() || range.is_empty() {
        return Text { bytes: Str::from(&text.bytes[range]), origin: Origin::NONE };
    }
    let mut out = TextBuilder::new(cx);
    out.push_part(cx, text, range);
    out.finish(cx)
}

/// What was cut out of a text at its end or start; what is not found in it so shows it as a whole.
pub(super) fn seen_in(cx: &mut Cx<'_>, cut: &str, text: &Text) -> Text {
    match memmem::rfind(&text.bytes, cut.as_bytes()) {
        Some(at) => part(cx, text, at..at + cut.len()),
        None => Text { bytes: cut.into(), origin: Origin::NONE },
    }
}

/// The same number of bytes in place of those of a text, each showing what the one before it showed.
pub(super) fn recased(text: &Text, bytes: Vec<u8>, cx: &Cx<'_>) -> Text {
    let origin = match &cx.trace {
        Some(trace) if bytes.len() != text.bytes.len() => trace.summary(text.origin),
        _ => text.origin,
    };
    Text { bytes: bytes.into(), origin }
}
