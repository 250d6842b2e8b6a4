//! Where bytes come from.
//!
//! A value out of a file carries the range that it shows, packed into eight bytes. A string that was put
//! together carries a number instead, under which the [`Trace`] of the run keeps its segments. Without a
//! trace every origin is [`Origin::NONE`] and building strings costs what it always costs.
//!
//! A segment names the frame that it was written in: one tree of calls and conditions for the whole run, so
//! that a segment stays small however deep it stands.

mod builder;
mod frame;

use std::ops::Range;

use text::{FileId, FileRange};

pub use builder::{Text, TextBuilder};
pub use frame::{Frame, FrameId, FrameKind, Keyword};

/// Where a value came from: nowhere known, a range of a file, several of them, or a list of segments in the
/// trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Origin(u64);

const OFFSET_BITS: u32 = 24;
const OFFSET_MASK: u64 = (1 << OFFSET_BITS) - 1;
/// The file number that marks a list of segments.
const SEGMENTS: u64 = 0xffff;
/// The file number that marks several ranges.
const SEVERAL: u64 = 0xfffe;
/// The file number of no file at all: see [`Origin::VERBATIM`].
const ITSELF: u64 = 0xfffd;

/// How many values a scrambled text remembers. More say no more to a person.
const MOST_VALUES: usize = 16;

impl Origin {
    /// Nothing is known.
    pub const NONE: Self = Self(0);

    /// As the value of a [`Segment`]: none, for the bytes are those of the template's own text, one by one.
    pub const VERBATIM: Self = Self(ITSELF << (2 * OFFSET_BITS));

    /// Whether nothing is known.
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// The range that the value shows, if it is one.
    pub fn range(self) -> Option<FileRange> {
        if self.is_none() || self.tag() >= ITSELF {
            return None;
        }
        let start = (self.0 >> OFFSET_BITS) & OFFSET_MASK;
        let len = self.0 & OFFSET_MASK;
        Some(FileRange::new(FileId(self.tag() as u32 - 1), start as usize, (start + len) as usize))
    }

    fn tag(self) -> u64 {
        self.0 >> (2 * OFFSET_BITS)
    }

    fn tagged(tag: u64, number: usize) -> Self {
        Self(tag << (2 * OFFSET_BITS) | number as u64)
    }

    /// The number behind a tag, if it is that tag.
    fn number(self, tag: u64) -> Option<usize> {
        (self.tag() == tag).then_some((self.0 & ((1 << (2 * OFFSET_BITS)) - 1)) as usize)
    }

    /// A part of the range, which must lie within it.
    fn part(self, from: u32, len: u32) -> Self {
        if self.range().is_none() {
            return self;
        }
        Self((self.0 & !OFFSET_MASK) + (u64::from(from) << OFFSET_BITS) + u64::from(len))
    }
}

impl From<Option<FileRange>> for Origin {
    /// Files beyond the 65,000th and ranges beyond 16 MiB are not traced.
    fn from(at: Option<FileRange>) -> Self {
        let Some(at) = at else { return Self::NONE };
        let (file, start) = (u64::from(at.file.0) + 1, u64::from(u32::from(at.range.start())));
        let len = u64::from(u32::from(at.range.len()));
        if file >= ITSELF || start > OFFSET_MASK || len > OFFSET_MASK {
            return Self::NONE;
        }
        Self(file << (2 * OFFSET_BITS) | start << OFFSET_BITS | len)
    }
}

/// A run of bytes with one origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// How many bytes.
    pub len: u32,
    /// Through which calls, and under which conditions.
    pub frame: FrameId,
    /// The template text or action that wrote them, once something has: a range or nothing.
    pub place: Origin,
    /// The value that they show: a range, several, or [`Origin::VERBATIM`].
    pub value: Origin,
}

impl Segment {
    /// Bytes that show a value and that no template has written yet.
    pub fn of_value(len: usize, value: Origin) -> Self {
        Self { len: len as u32, frame: FrameId::default(), place: Origin::NONE, value }
    }

    /// Whether the bytes are those of [`Self::place`], one by one.
    pub fn is_verbatim(&self) -> bool {
        self.value == Origin::VERBATIM
    }

    /// Some of its bytes. Those of a template's text keep to themselves in what they name.
    #[must_use]
    pub fn part(&self, from: usize, len: usize) -> Self {
        let (from, len) = (from as u32, len as u32);
        let place = if self.is_verbatim() { self.place.part(from, len) } else { self.place };
        Self { len, place, ..*self }
    }

    /// Takes the next one in, if both are one run.
    fn join(&mut self, next: &Self) -> bool {
        let same = (self.frame, self.value) == (next.frame, next.value);
        if same && self.is_verbatim() {
            let (Some(mine), Some(other)) = (self.place.range(), next.place.range()) else { return false };
            if mine.file != other.file || mine.range.end() != other.range.start() {
                return false;
            }
            let whole = FileRange { file: mine.file, range: mine.range.cover(other.range) };
            let place = Origin::from(Some(whole));
            if place.is_none() {
                return false;
            }
            self.place = place;
        } else if !same || self.place != next.place {
            return false;
        }
        self.len += next.len;
        true
    }
}

/// All that a run knows about where its bytes come from.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    frames: Vec<Frame>,
    lists: Vec<Box<[Segment]>>,
    several: Vec<Box<[FileRange]>>,
}

impl Trace {
    /// Remembers a call or a condition.
    pub fn enter(&mut self, frame: Frame) -> FrameId {
        self.frames.push(frame);
        FrameId(self.frames.len() as u32)
    }

    /// The call or condition behind a number; `None` for the rendered file itself.
    pub fn frame(&self, id: FrameId) -> Option<&Frame> {
        self.frames.get((id.0 as usize).checked_sub(1)?)
    }

    /// What segments speak of after the run: all frames in the order in which they were entered, number 1
    /// first, and for [`Origin::values`] the values that came together.
    pub fn into_parts(self) -> (Vec<Frame>, Vec<Box<[FileRange]>>) {
        (self.frames, self.several)
    }

    /// An origin for a string with these segments.
    pub fn compose(&mut self, segments: Vec<Segment>) -> Origin {
        self.lists.push(segments.into());
        Origin::tagged(SEGMENTS, self.lists.len() - 1)
    }

    fn list(&self, origin: Origin) -> Option<&[Segment]> {
        Some(self.lists.get(origin.number(SEGMENTS)?)?)
    }

    /// The segments of the `bytes` of a string of the given origin, in order, to `into`.
    pub fn slice(&self, origin: Origin, bytes: Range<usize>, into: &mut Vec<Segment>) {
        let Some(list) = self.list(origin) else {
            return push(into, Segment::of_value(bytes.len(), origin));
        };
        let mut at = 0;
        for segment in list {
            let end = at + segment.len as usize;
            let (from, to) = (at.max(bytes.start), end.min(bytes.end));
            if from < to {
                push(into, segment.part(from - at, to - from));
            }
            at = end;
            if at >= bytes.end {
                break;
            }
        }
    }

    /// One origin for the whole: the first value that any part of it shows.
    pub fn summary(&self, origin: Origin) -> Origin {
        match self.list(origin) {
            Some(list) => list.iter().map(|it| it.value).find(|it| is_value(*it)).unwrap_or_default(),
            None => origin,
        }
    }

    /// One origin for what was made out of several values; it remembers the first few of them.
    pub fn mix(&mut self, origins: impl IntoIterator<Item = Origin>) -> Origin {
        let mut known = origins.into_iter().filter(|it| is_value(*it));
        let Some(first) = known.next() else { return Origin::NONE };
        let second = known.next();
        if second.is_none() && self.list(first).is_none() {
            return first;
        }
        let mut ranges = Vec::new();
        for origin in std::iter::once(first).chain(second).chain(known) {
            self.collect(origin, &mut ranges);
        }
        match ranges[..] {
            [] => Origin::NONE,
            [one] => Origin::from(Some(one)),
            _ => {
                self.several.push(ranges.into());
                Origin::tagged(SEVERAL, self.several.len() - 1)
            }
        }
    }

    fn collect(&self, origin: Origin, into: &mut Vec<FileRange>) {
        let mut add = |origin: Origin| {
            for range in origin.values(&self.several) {
                if into.len() < MOST_VALUES && !into.contains(&range) {
                    into.push(range);
                }
            }
        };
        match self.list(origin) {
            Some(list) => list.iter().for_each(|segment| add(segment.value)),
            None => add(origin),
        }
    }
}

impl Origin {
    /// The values that it names, given those that the run put together.
    pub fn values(self, several: &[Box<[FileRange]>]) -> impl Iterator<Item = FileRange> + '_ {
        let many = self.number(SEVERAL).and_then(|at| several.get(at)).map_or(&[][..], |it| it);
        self.range().into_iter().chain(many.iter().copied())
    }
}

/// Whether it says anything about values.
pub(crate) fn is_value(origin: Origin) -> bool {
    !origin.is_none() && origin != Origin::VERBATIM
}

/// Appends a segment, joined to the last where both are one run.
pub(crate) fn push(into: &mut Vec<Segment>, segment: Segment) {
    if segment.len == 0 || into.last_mut().is_some_and(|last| last.join(&segment)) {
        return;
    }
    into.push(segment);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(start: usize, end: usize) -> Origin {
        Origin::from(Some(FileRange::new(FileId(3), start, end)))
    }

    #[test]
    fn eight_bytes_hold_a_range() {
        let range = at(5, 9).range().unwrap();
        assert_eq!(
            (range.file, usize::from(range.range.start()), usize::from(range.range.len())),
            (FileId(3), 5, 4)
        );
        assert_eq!(at(5, 9).part(1, 2), at(6, 8));
        assert_eq!(Origin::from(Some(FileRange::new(FileId(70_000), 0, 1))), Origin::NONE);
        assert_eq!(Origin::from(Some(FileRange::new(FileId(0), 1 << 24, 1 << 25))), Origin::NONE);
        assert_eq!((Origin::VERBATIM.range(), Origin::NONE.range()), (None, None));
        assert_eq!(size_of::<Segment>(), 24);
    }

    #[test]
    fn parts_of_template_text_name_their_own_bytes() {
        let text = Segment { len: 9, frame: FrameId(0), place: at(10, 19), value: Origin::VERBATIM };
        let mut trace = Trace::default();
        let origin = trace.compose(vec![text]);
        let mut parts = Vec::new();
        trace.slice(origin, 1..3, &mut parts);
        trace.slice(origin, 3..4, &mut parts);
        trace.slice(origin, 6..7, &mut parts);
        let places: Vec<Origin> = parts.iter().map(|it| it.place).collect();
        assert_eq!(places, [at(11, 14), at(16, 17)]);
        assert_eq!(trace.summary(origin), Origin::NONE);
    }

    #[test]
    fn a_mix_remembers_each_value_once() {
        let mut trace = Trace::default();
        assert_eq!(trace.mix([Origin::NONE, at(1, 2)]), at(1, 2));
        assert_eq!(trace.mix([at(1, 2), at(1, 2)]), at(1, 2));
        let two = trace.mix([at(1, 2), Origin::NONE, at(3, 4)]);
        let list = trace.compose(vec![Segment::of_value(1, two), Segment::of_value(1, at(5, 6))]);
        let all = trace.mix([list]);
        let (_, several) = trace.into_parts();
        let starts: Vec<u32> = all.values(&several).map(|it| it.range.start().into()).collect();
        assert_eq!(starts, [1, 3, 5]);
    }
}
