//! Strings that are put together without losing where their parts come from.

use std::ops::Range;

use memchr::memmem;

use super::{Origin, Segment, is_value, push};
use crate::parse::utf8;
use crate::{Cx, Str, Value};

/// A string argument or result that keeps its origin, for functions that move bytes without scrambling them.
#[derive(Clone, Debug)]
pub struct Text {
    /// The bytes.
    pub bytes: Str,
    /// Where they come from.
    pub origin: Origin,
}

impl From<Text> for Value {
    fn from(it: Text) -> Self {
        Self::from(it.bytes).with_origin(it.origin)
    }
}

/// Puts a [`Text`] together out of parts of others; without a trace it is a byte buffer.
#[derive(Debug)]
pub struct TextBuilder {
    bytes: Vec<u8>,
    segments: Option<Vec<Segment>>,
}

impl TextBuilder {
    /// An empty text that keeps segments if the run is traced.
    pub fn new(cx: &Cx<'_>) -> Self {
        Self { bytes: Vec::new(), segments: cx.trace.is_some().then(Vec::new) }
    }

    /// Bytes of the function's own making: padding, quotes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.push_from(bytes, Origin::NONE);
    }

    /// Bytes that show a value as a whole, such as the digits of a number.
    pub fn push_from(&mut self, bytes: &[u8], origin: Origin) {
        self.bytes.extend_from_slice(bytes);
        if let Some(segments) = &mut self.segments {
            push(segments, Segment::of_value(bytes.len(), origin));
        }
    }

    /// A part of another text.
    pub fn push_part(&mut self, cx: &Cx<'_>, text: &Text, range: Range<usize>) {
        if let (Some(segments), Some(trace)) = (&mut self.segments, &cx.trace) {
            trace.slice(text.origin, range.clone(), segments);
            // They take more than the bytes, where these come from many places. Then the run ends, and nobody asks for
            // them.
            if cx.budget.ensure(segments.len() * size_of::<Segment>()).is_err() {
                self.segments = None;
            }
        }
        self.bytes.extend_from_slice(&text.bytes[range]);
    }

    /// Bytes in the place of a part of another text, such as an escape for a character.
    pub fn push_instead(&mut self, cx: &Cx<'_>, bytes: &[u8], text: &Text, range: Range<usize>) {
        let mut segments = Vec::new();
        if let Some(trace) = &cx.trace {
            trace.slice(text.origin, range, &mut segments);
        }
        let first = segments.iter().find(|it| !it.value.is_none()).or(segments.first());
        match (first, &mut self.segments) {
            (Some(first), Some(segments)) => {
                self.bytes.extend_from_slice(bytes);
                // Other bytes than the template's own are no longer its text, but still its work.
                let value = if first.is_verbatim() { Origin::NONE } else { first.value };
                push(segments, Segment { len: bytes.len() as u32, value, ..*first });
            }
            _ => self.push(bytes),
        }
    }

    /// A text, character by character, as `change` makes it: what it leaves alone keeps its origin, and what
    /// it puts in place of a character has that of the character.
    pub fn push_changed<B: AsRef<[u8]>>(&mut self, cx: &Cx<'_>, text: &Text, change: impl Fn(&[u8]) -> B) {
        let mut start = 0;
        while start < text.bytes.len() {
            let end = start + utf8::decode(&text.bytes[start..]).1;
            let new = change(&text.bytes[start..end]);
            match new.as_ref() {
                new if *new == text.bytes[start..end] => self.push_part(cx, text, start..end),
                new => self.push_instead(cx, new, text, start..end),
            }
            start = end;
        }
    }

    /// Bytes in which a text is to be seen: padded, between quotes, with its lines indented. Where a line of it
    /// is not found as it is (there are escapes in it), that part shows the text as a whole.
    pub fn push_shown(&mut self, cx: &Cx<'_>, bytes: &[u8], text: &Text) {
        let Some(trace) = &cx.trace else { return self.push(bytes) };
        let whole = trace.summary(text.origin);
        let (mut done, mut line_start) = (0, 0);
        for line in text.bytes.split(|it| *it == b'\n') {
            let range = line_start..line_start + line.len();
            line_start = range.end + 1;
            let Some(at) = memmem::find(&bytes[done..], line).filter(|_| !line.is_empty()) else { continue };
            self.push_from(&bytes[done..done + at], whole);
            self.push_part(cx, text, range);
            done += at + line.len();
        }
        self.push_from(&bytes[done..], whole);
    }

    /// The whole of another text.
    pub fn push_text(&mut self, cx: &Cx<'_>, text: &Text) {
        self.push_part(cx, text, 0..text.bytes.len());
    }

    /// How many bytes there are so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The finished text.
    pub fn finish(self, cx: &mut Cx<'_>) -> Text {
        let known = |it: &Segment| is_value(it.value) || !it.place.is_none();
        let segments = self.segments.filter(|it| it.iter().any(known));
        cx.budget.note(segments.as_ref().map_or(0, Vec::len), size_of::<Segment>());
        let origin = match (segments, &mut cx.trace) {
            (Some(segments), Some(trace)) => trace.compose(segments),
            _ => Origin::NONE,
        };
        Text { bytes: self.bytes.into(), origin }
    }
}
