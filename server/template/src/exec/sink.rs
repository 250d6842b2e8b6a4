//! What templates print into: bytes, or bytes that know where they come from.

use memchr::memmem;

use crate::origin::push;
use crate::{Cx, Origin, Segment, Text};

/// A sink of output. The executor writes bytes and, where anyone listens, the segments that they consist of.
pub trait Sink: Default {
    /// Whether segments are wanted.
    const TRACED: bool;

    /// Takes bytes.
    fn write(&mut self, bytes: &[u8]);

    /// Takes the origin of bytes that were just written.
    fn mark(&mut self, segment: Segment);

    /// The bytes so far.
    fn bytes(&self) -> &[u8];

    /// Takes out every `<no value>`, as Helm does, wherever it came from.
    fn remove_no_value(&mut self);

    /// The output as a string, for `include` and `tpl`.
    fn into_text(self, cx: &mut Cx<'_>) -> Text;
}

/// What Go prints for no value at all.
const NO_VALUE: &[u8] = b"<no value>";

/// Bytes only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plain {
    /// The output.
    pub bytes: Vec<u8>,
}

impl Sink for Plain {
    const TRACED: bool = false;

    fn write(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn mark(&mut self, _segment: Segment) {}

    fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn remove_no_value(&mut self) {
        if let Some(kept) = without_no_value(&self.bytes, &mut |_| {}) {
            self.bytes = kept;
        }
    }

    fn into_text(self, _cx: &mut Cx<'_>) -> Text {
        Text { bytes: self.bytes.into(), origin: Origin::NONE }
    }
}

/// Bytes and the segments that they consist of, which together are as long as the bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traced {
    /// The output.
    pub bytes: Vec<u8>,
    /// Where it comes from, in order.
    pub segments: Vec<Segment>,
}

impl Sink for Traced {
    const TRACED: bool = true;

    fn write(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn mark(&mut self, segment: Segment) {
        push(&mut self.segments, segment);
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn remove_no_value(&mut self) {
        let mut kept_ranges = Vec::new();
        let Some(kept) = without_no_value(&self.bytes, &mut |range| kept_ranges.push(range)) else { return };
        self.bytes = kept;
        let mut segments = Vec::new();
        let (mut at, mut ranges) = (0, kept_ranges.into_iter().peekable());
        for segment in &self.segments {
            let end = at + segment.len as usize;
            while let Some(range) = ranges.peek() {
                let (from, to) = (range.start.max(at), range.end.min(end));
                if from < to {
                    push(&mut segments, segment.part(from - at, to - from));
                }
                if range.end > end {
                    break;
                }
                ranges.next();
            }
            at = end;
        }
        self.segments = segments;
    }

    fn into_text(self, cx: &mut Cx<'_>) -> Text {
        let origin = match &mut cx.trace {
            Some(trace) if !self.segments.is_empty() => trace.compose(self.segments),
            _ => Origin::NONE,
        };
        Text { bytes: self.bytes.into(), origin }
    }
}

/// The bytes without any `<no value>`; `None` if there is none. Tells which ranges were kept.
fn without_no_value(bytes: &[u8], kept: &mut dyn FnMut(std::ops::Range<usize>)) -> Option<Vec<u8>> {
    let mut found = memmem::find_iter(bytes, NO_VALUE).peekable();
    found.peek()?;
    let (mut out, mut start) = (Vec::with_capacity(bytes.len()), 0);
    for at in found {
        out.extend_from_slice(&bytes[start..at]);
        kept(start..at);
        start = at + NO_VALUE.len();
    }
    out.extend_from_slice(&bytes[start..]);
    kept(start..bytes.len());
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FrameId;

    fn segment(len: usize, frame: u32) -> Segment {
        Segment { frame: FrameId(frame), ..Segment::of_value(len, Origin::NONE) }
    }

    #[test]
    fn no_value_goes_with_its_segments() {
        let mut sink = Traced::default();
        sink.write(b"a<no value>b");
        for part in [segment(1, 1), segment(10, 2), segment(1, 3)] {
            sink.mark(part);
        }
        sink.remove_no_value();
        assert_eq!(sink.bytes, b"ab");
        assert_eq!(sink.segments, [segment(1, 1), segment(1, 3)]);
    }

    #[test]
    fn no_value_may_lie_across_segments() {
        let mut sink = Traced::default();
        sink.write(b"ab<no value><no value>");
        for part in [segment(4, 1), segment(18, 2)] {
            sink.mark(part);
        }
        sink.remove_no_value();
        assert_eq!(sink.segments, [segment(2, 1)]);
    }
}
