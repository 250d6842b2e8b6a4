//! Where bytes come from.
//!
//! A value out of a file carries the range that it shows, packed into eight bytes. A string that was put
//! together carries a number instead, under which the [`Trace`] of the run keeps its segments. Without a
//! trace every origin is [`Origin::NONE`] and building strings costs what it always costs.

use std::ops::Range;

use text::{FileId, FileRange};

use crate::{Cx, Str, Value};

/// Where a value came from: nowhere known, a range of a file, or a list of segments in the trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Origin(u64);

const OFFSET_BITS: u32 = 24;
const OFFSET_MASK: u64 = (1 << OFFSET_BITS) - 1;
/// The file number that marks a list of segments.
const SEGMENTS: u64 = 0xffff;

impl Origin {
    /// Nothing is known.
    pub const NONE: Self = Self(0);

    /// Whether nothing is known.
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// The range that the value shows, if it is one.
    pub fn range(self) -> Option<FileRange> {
        let file = self.0 >> (2 * OFFSET_BITS);
        if self.is_none() || file == SEGMENTS {
            return None;
        }
        let start = (self.0 >> OFFSET_BITS) & OFFSET_MASK;
        let len = self.0 & OFFSET_MASK;
        Some(FileRange::new(FileId(file as u32 - 1), start as usize, (start + len) as usize))
    }

    fn segments(self) -> Option<usize> {
        (self.0 >> (2 * OFFSET_BITS) == SEGMENTS).then_some((self.0 & ((1 << 48) - 1)) as usize)
    }
}

impl From<Option<FileRange>> for Origin {
    /// Files beyond the 65,000th and ranges beyond 16 MiB are not traced.
    fn from(at: Option<FileRange>) -> Self {
        let Some(at) = at else { return Self::NONE };
        let (file, start) = (u64::from(at.file.0) + 1, u64::from(u32::from(at.range.start())));
        let len = u64::from(u32::from(at.range.len()));
        if file >= SEGMENTS || start > OFFSET_MASK || len > OFFSET_MASK {
            return Self::NONE;
        }
        Self(file << (2 * OFFSET_BITS) | start << OFFSET_BITS | len)
    }
}

/// One call on the way to a byte: an `include`, `template` or `tpl`.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The action that made the call.
    pub call: FileRange,
    /// The name of the template that was called.
    pub name: Str,
    /// The call in which this one stands.
    pub parent: FrameId,
}

/// A [`Frame`] of the trace; 0 is the rendered file itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FrameId(pub u32);

/// A run of bytes with one origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// How many bytes.
    pub len: u32,
    /// The template text or action that wrote them, once something has.
    pub place: Option<FileRange>,
    /// Through which calls.
    pub frame: FrameId,
    /// The value that they show.
    pub value: Option<FileRange>,
}

/// All that a run knows about where its bytes come from.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    frames: Vec<Frame>,
    lists: Vec<Box<[Segment]>>,
}

impl Trace {
    /// Remembers a call.
    pub fn enter(&mut self, frame: Frame) -> FrameId {
        self.frames.push(frame);
        FrameId(self.frames.len() as u32)
    }

    /// The call behind a number; `None` for the rendered file itself.
    pub fn frame(&self, id: FrameId) -> Option<&Frame> {
        self.frames.get((id.0 as usize).checked_sub(1)?)
    }

    /// All calls, in the order in which they were made: number 1 first.
    pub fn into_frames(self) -> Vec<Frame> {
        self.frames
    }

    /// An origin for a string with these segments.
    pub fn compose(&mut self, segments: Vec<Segment>) -> Origin {
        self.lists.push(segments.into());
        Origin(SEGMENTS << (2 * OFFSET_BITS) | (self.lists.len() - 1) as u64)
    }

    /// The segments of the `bytes` of a string of the given length and origin, in order, to `into`.
    pub fn slice(&self, origin: Origin, len: usize, bytes: Range<usize>, into: &mut Vec<Segment>) {
        let Some(list) = origin.segments().and_then(|at| self.lists.get(at)) else {
            let _ = len;
            push(
                into,
                Segment { len: bytes.len() as u32, place: None, frame: FrameId(0), value: origin.range() },
            );
            return;
        };
        let mut at = 0;
        for segment in list {
            let end = at + segment.len as usize;
            let (from, to) = (at.max(bytes.start), end.min(bytes.end));
            if from < to {
                push(into, Segment { len: (to - from) as u32, ..*segment });
            }
            at = end;
            if at >= bytes.end {
                break;
            }
        }
    }

    /// One range for the whole: the first value that any part of it shows.
    pub fn summary(&self, origin: Origin) -> Origin {
        match origin.segments().and_then(|at| self.lists.get(at)) {
            Some(list) => Origin::from(list.iter().find_map(|it| it.value)),
            None => origin,
        }
    }
}

/// Appends a segment, joined to the last where both say the same.
pub(crate) fn push(into: &mut Vec<Segment>, segment: Segment) {
    if segment.len == 0 {
        return;
    }
    match into.last_mut() {
        Some(last) if (Segment { len: segment.len, ..*last }) == segment => last.len += segment.len,
        _ => into.push(segment),
    }
}

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
            let (len, value) = (bytes.len() as u32, origin.range());
            push(segments, Segment { len, place: None, frame: FrameId(0), value });
        }
    }

    /// A part of another text.
    pub fn push_part(&mut self, cx: &Cx<'_>, text: &Text, range: Range<usize>) {
        if let (Some(segments), Some(trace)) = (&mut self.segments, &cx.trace) {
            trace.slice(text.origin, text.bytes.len(), range.clone(), segments);
        }
        self.bytes.extend_from_slice(&text.bytes[range]);
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
        let known =
            |segments: &Vec<Segment>| segments.iter().any(|it| it.value.is_some() || it.place.is_some());
        let origin = match (self.segments.filter(known), &mut cx.trace) {
            (Some(segments), Some(trace)) => trace.compose(segments),
            _ => Origin::NONE,
        };
        Text { bytes: self.bytes.into(), origin }
    }
}
