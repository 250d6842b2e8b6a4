//! The first document of a text, without the entries that nobody wants.
//!
//! Helm decodes each rendered document whole to learn its name. A document that is wrong anywhere is refused, so all
//! of it is read here too, but no tree is made of what is left out. Where something that is left out could matter
//! (anchors, tags, merges, keys that JSON lacks, numbers that it lacks, mistakes), the whole is read again as a tree,
//! which knows what to say.

use text::{FileId, TextSize};

use crate::build::{Builder, MAX_DEPTH};
use crate::error::Error;
use crate::events::{Event, EventKind, events};
use crate::parse::{Numbers, parse};
use crate::resolve::plain;
use crate::{Node, Value};

/// Reads as [`parse`] does, with its errors, and leaves out entries of mappings. `wanted` is asked about each key
/// that is not in a part left out, with the number of collections around it.
pub fn parse_parts(
    text: &str,
    file: FileId,
    numbers: Numbers,
    wanted: impl Fn(usize, &str) -> bool,
) -> Result<Node, Error> {
    match parts(text, file, numbers, wanted) {
        Some(node) => Ok(node),
        None => parse(text, file, numbers),
    }
}

/// `None` where the whole must be read.
fn parts(text: &str, file: FileId, numbers: Numbers, wanted: impl Fn(usize, &str) -> bool) -> Option<Node> {
    let mut builder = Builder::new(file, numbers);
    let mut skipped = Skipped::default();
    let mut row = events(text);
    while let Some(event) = row.next() {
        let event = event.ok()?;
        match &event.kind {
            EventKind::DocumentStart => {}
            EventKind::DocumentEnd => return builder.finish().ok(),
            kind if !is_ordinary(kind) => return None,
            EventKind::Scalar { value, implicit, .. } => {
                if let Some(depth) = builder.expects_key()
                    && !wanted(depth, value)
                {
                    is_harmless_key(value, *implicit).then_some(())?;
                    builder.pass(skipped.value(depth, &mut row)?);
                } else {
                    builder.event(event).ok()?;
                }
            }
            _ => builder.event(event).ok()?,
        }
    }
    Some(Node::computed(Value::Null))
}

/// Neither alias nor anchor nor tag.
fn is_ordinary(kind: &EventKind<'_>) -> bool {
    match kind {
        EventKind::Alias { .. } => false,
        EventKind::Scalar { properties, .. }
        | EventKind::SequenceStart { properties, .. }
        | EventKind::MappingStart { properties, .. } => properties.is_none(),
        EventKind::DocumentStart
        | EventKind::DocumentEnd
        | EventKind::SequenceEnd
        | EventKind::MappingEnd => true,
    }
}

/// What is passed over.
#[derive(Default)]
struct Skipped {
    open: Vec<Open>,
}

/// What is expected next in a collection that is passed over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Element,
    Key,
    Value,
}

impl Skipped {
    /// Passes a value inside of so many collections, and says where it ends. `None` where something in it matters.
    fn value<'t>(
        &mut self,
        depth: usize,
        row: &mut impl Iterator<Item = Result<Event<'t>, Error>>,
    ) -> Option<TextSize> {
        self.open.clear();
        let mut end = TextSize::new(0);
        loop {
            let event = row.next()?.ok()?;
            is_ordinary(&event.kind).then_some(())?;
            let is_key = self.open.last() == Some(&Open::Key);
            match event.kind {
                EventKind::Scalar { value, implicit, .. } => {
                    let harmless = if is_key { is_harmless_key } else { is_harmless_value };
                    harmless(&value, implicit).then_some(())?;
                    end = event.at.end();
                }
                EventKind::SequenceStart { .. } | EventKind::MappingStart { .. }
                    if is_key || depth + self.open.len() >= MAX_DEPTH =>
                {
                    return None;
                }
                EventKind::SequenceStart { .. } => {
                    self.open.push(Open::Element);
                    continue;
                }
                EventKind::MappingStart { .. } => {
                    self.open.push(Open::Key);
                    continue;
                }
                EventKind::SequenceEnd | EventKind::MappingEnd => {
                    self.open.pop()?;
                    end = if event.at.is_empty() { end } else { event.at.end() };
                }
                EventKind::Alias { .. } | EventKind::DocumentStart | EventKind::DocumentEnd => return None,
            }
            match self.open.last_mut() {
                None => return Some(end),
                Some(Open::Element) => {}
                Some(open @ Open::Key) => *open = Open::Value,
                Some(open @ Open::Value) => *open = Open::Key,
            }
        }
    }
}

/// Neither a merge nor a key that JSON lacks.
fn is_harmless_key(text: &str, implicit: bool) -> bool {
    if !implicit {
        return true;
    }
    match text.bytes().next() {
        None => false,
        Some(b'~' | b'n' | b'N' | b'+' | b'-' | b'0'..=b'9') => {
            !matches!(plain(text), Value::Null | Value::Uint(_))
        }
        Some(b'<') => text != "<<",
        Some(_) => true,
    }
}

/// No number that JSON lacks.
fn is_harmless_value(text: &str, implicit: bool) -> bool {
    let numeric = implicit && matches!(text.bytes().next(), Some(b'.' | b'+' | b'-' | b'0'..=b'9'));
    // Few digits alone make no large number, and are what most numbers consist of.
    let short = || text.len() < 16 && text.bytes().all(|byte| byte.is_ascii_digit());
    !numeric || short() || !matches!(plain(text), Value::Float(it) if !it.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Only `a` in the outermost mapping, and all below it.
    fn wanted(depth: usize, key: &str) -> bool {
        depth != 1 || key == "a"
    }

    /// What is made of a text is what a tree of all of it would have; whether it was read only once.
    #[track_caller]
    fn check(text: &str, want_once: bool) {
        let file = FileId(0);
        let got = parse_parts(text, file, Numbers::AsWritten, wanted);
        let whole = parse(text, file, Numbers::AsWritten);
        let shown = |node: &Node| {
            let found = node.get("a").map(|it| format!("{it:?}"));
            (found, node.value.as_map().is_some(), node.at)
        };
        assert_eq!(got.as_ref().map(shown), whole.as_ref().map(shown), "{text}");
        assert_eq!(parts(text, file, Numbers::AsWritten, wanted).is_some(), want_once, "{text}");
    }

    #[test]
    fn what_is_wanted_is_whole() {
        check("", true);
        check("x", true);
        check("b: {c: [1, {d: e}]}\na:\n  b: [1, 2]\n  c: {}\nc: |\n  x\n", true);
        check("b:\n  c: {d: {e: f}, g: {}}\n  h:\n  - i: j\n  - k\n  l: m\na: 1\n", true);
        check("a: 1\nb: 2\na: 3\n", true);
        check("- a\n- b: c\n", true);
        check("b:\na: 1\n---\n*x", true);
        check("1: x\n-1.5: y\nyes: z\na: .inf-\nb: 9223372036854775808", true);
    }

    #[test]
    fn what_matters_is_read_as_a_whole() {
        for text in [
            "b: *x\na: 1",
            "b: &x 1\na: *x",
            "b: !!int x\na: 1",
            "b: {c: d: e}",
            "b: {<<: {a: 1}}",
            "<<: {a: 1}",
            "b: .inf",
            "b: [{c: -.INF}]",
            "b: {? [x] : y}",
            "? [x]\n: y",
            "? {x: y}\n: y",
            "~: x",
            "b: {null: x}",
            "18446744073709551615: x",
            "b: {: x}",
            "b: [1, 2\nc: 3\n",
            "b: \u{7}",
            "a: {x: {~: y}}",
        ] {
            check(text, false);
        }
        let deep = |depth| format!("b: {}{}\na: 1", "[".repeat(depth), "]".repeat(depth));
        check(&deep(999), true);
        check(&deep(1_000), false);
    }
}
