//! Where the bytes of one rendered file come from, in a form that answers quickly in both directions.
//!
//! A run leaves segments behind, in order. Their ends are summed up once, so that a byte finds its segment by
//! bisection; sorted by what they name, they are found by a place of a template or of a values file. Both are
//! made when first asked for.

use std::ops::Range;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use template::{Frame, FrameId, Origin, Segment};
use text::{FileId, FileRange, TextRange};

/// Where the bytes of a rendered file come from; empty where nobody asked.
#[derive(Debug, Default)]
pub struct Origins {
    segments: Box<[Segment]>,
    frames: Box<[Frame]>,
    several: Box<[Box<[FileRange]>]>,
    ends: OnceLock<Box<[u32]>>,
    by_file: OnceLock<FxHashMap<FileId, Box<[Named]>>>,
}

/// A segment under one of the ranges that it names.
#[derive(Debug)]
struct Named {
    range: TextRange,
    /// The largest end of this one and all before it.
    reach: u32,
    segment: u32,
}

impl Origins {
    /// Takes over what a run knows.
    pub(crate) fn new(
        segments: Vec<Segment>,
        (frames, several): (Vec<Frame>, Vec<Box<[FileRange]>>),
    ) -> Self {
        Self {
            segments: segments.into(),
            frames: frames.into(),
            several: several.into(),
            ends: OnceLock::new(),
            by_file: OnceLock::new(),
        }
    }

    /// Every range that anything comes from, some of them many times.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = FileRange> {
        let of_segments = self.segments.iter().flat_map(|it| [it.place, it.value]).filter_map(Origin::range);
        let of_frames = self.frames.iter().map(|frame| frame.place);
        let in_frames = self.frames.iter().flat_map(Frame::origins).filter_map(Origin::range);
        let several = self.several.iter().flatten().copied();
        of_frames.chain(in_frames).chain(several).chain(of_segments)
    }

    /// The same with every range where `place` says that it is.
    pub(crate) fn moved(&self, place: &dyn Fn(FileRange) -> FileRange) -> Self {
        let origin = |origin: Origin| origin.range().map_or(origin, |at| Origin::from(Some(place(at))));
        let segment = |it: &Segment| Segment { place: origin(it.place), value: origin(it.value), ..*it };
        Self {
            segments: self.segments.iter().map(segment).collect(),
            frames: self.frames.iter().map(|it| it.moved(place, &origin)).collect(),
            several: self.several.iter().map(|it| it.iter().map(|at| place(*at)).collect()).collect(),
            ends: self.ends.clone(),
            by_file: OnceLock::new(),
        }
    }

    /// The segments, in the order of the bytes, which they cover.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The calls and conditions of the whole run, number 1 first: also those that let nothing through.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// The values behind the origin of a segment or frame.
    pub fn values(&self, origin: Origin) -> impl Iterator<Item = FileRange> + '_ {
        origin.values(&self.several)
    }

    /// From a frame outwards, up to the rendered file.
    pub(crate) fn frames_from(&self, innermost: FrameId) -> impl Iterator<Item = &Frame> {
        let at = |id: FrameId| self.frames.get((id.0 as usize).checked_sub(1)?);
        std::iter::successors(at(innermost), move |frame| at(frame.parent))
    }

    /// The segment of a byte and where it begins.
    pub(crate) fn at(&self, offset: usize) -> Option<(usize, &Segment)> {
        let at = self.ends().partition_point(|end| *end as usize <= offset);
        Some((self.start(at), self.segments.get(at)?))
    }

    fn start(&self, segment: usize) -> usize {
        segment.checked_sub(1).map_or(0, |before| self.ends()[before] as usize)
    }

    fn ends(&self) -> &[u32] {
        self.ends.get_or_init(|| {
            let ends = self.segments.iter().scan(0, |end, segment| {
                *end += segment.len;
                Some(*end)
            });
            ends.collect()
        })
    }

    /// The bytes that a range of a template wrote, or that show a range of a values file, in order.
    pub(crate) fn reached(&self, place: FileRange) -> Vec<Range<usize>> {
        let named = self.by_file().get(&place.file).map_or(&[][..], |it| it);
        let end =
            named.partition_point(|it| it.range.start() < place.range.end().max(place.range.start() + one()));
        let start = u32::from(place.range.start());
        let near = named[..end].iter().rev().take_while(|it| it.reach > start);
        let touched = near.filter(|it| touches(it.range, place.range)).map(|it| self.bytes(it, place.range));
        let mut found: Vec<Range<usize>> = touched.collect();
        found.sort_by_key(|it| (it.start, it.end));
        found.dedup_by(|next, last| {
            let joined = next.start < last.end;
            if joined {
                last.end = last.end.max(next.end);
            }
            joined
        });
        found
    }

    /// The bytes of a segment that a place wrote: of text that the template holds as it is, only those.
    fn bytes(&self, named: &Named, place: TextRange) -> Range<usize> {
        let segment = &self.segments[named.segment as usize];
        let start = self.start(named.segment as usize);
        if !segment.is_verbatim() {
            return start..start + segment.len as usize;
        }
        let base = named.range.start();
        let from = usize::from(place.start().max(base) - base);
        let to = usize::from(place.end().min(named.range.end()).max(base) - base).max(from + 1);
        start + from..start + to
    }

    fn by_file(&self) -> &FxHashMap<FileId, Box<[Named]>> {
        self.by_file.get_or_init(|| {
            let mut files: FxHashMap<FileId, Vec<Named>> = FxHashMap::default();
            for (number, segment) in self.segments.iter().enumerate() {
                for at in segment.place.range().into_iter().chain(self.values(segment.value)) {
                    let named = Named { range: at.range, reach: 0, segment: number as u32 };
                    files.entry(at.file).or_default().push(named);
                }
            }
            files.into_iter().map(|(file, named)| (file, sorted(named))).collect()
        })
    }
}

fn one() -> text::TextSize {
    text::TextSize::new(1)
}

/// By start, each with how far those up to it reach.
fn sorted(mut named: Vec<Named>) -> Box<[Named]> {
    named.sort_by_key(|it| it.range.start());
    let mut reach = 0;
    for it in &mut named {
        // An empty value (`a: ""`, `--set a=`) takes the place of one byte.
        reach = reach.max(u32::from(it.range.end()).max(u32::from(it.range.start()) + 1));
        it.reach = reach;
    }
    named.into()
}

/// Whether two ranges share a byte; an empty one stands for the byte that it stands before.
fn touches(a: TextRange, b: TextRange) -> bool {
    let end = |it: TextRange| it.end().max(it.start() + one());
    a.start() < end(b) && b.start() < end(a)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(file: u32, start: usize, end: usize) -> Origin {
        Origin::from(Some(FileRange::new(FileId(file), start, end)))
    }

    fn origins() -> Origins {
        let segment = |len, place, value| Segment { place, ..Segment::of_value(len, value) };
        let segments = vec![
            segment(4, at(0, 0, 4), Origin::VERBATIM),
            segment(6, at(0, 4, 10), at(1, 3, 5)),
            segment(5, at(0, 10, 15), Origin::VERBATIM),
            segment(1, at(0, 15, 20), at(1, 0, 30)),
            segment(2, at(0, 20, 30), at(1, 3, 5)),
        ];
        Origins::new(segments, (Vec::new(), Vec::new()))
    }

    #[track_caller]
    fn check(file: u32, start: usize, end: usize, want: &str) {
        let reached = origins().reached(FileRange::new(FileId(file), start, end));
        let shown: Vec<String> = reached.iter().map(|it| format!("{}..{}", it.start, it.end)).collect();
        assert_eq!(shown.join(" "), want);
    }

    #[test]
    fn bytes_find_their_segment() {
        let origins = origins();
        let start = |offset| origins.at(offset).map(|(start, _)| start);
        assert_eq!([0, 3, 4, 9, 10, 15, 17].map(start), [0, 0, 4, 4, 10, 15, 16].map(Some));
        assert_eq!(start(18), None);
    }

    #[test]
    fn places_find_what_they_wrote() {
        check(0, 1, 3, "1..3");
        check(0, 5, 6, "4..10");
        check(0, 12, 12, "12..13");
        check(0, 2, 11, "2..4 4..10 10..11");
        check(2, 0, 9, "");
    }

    #[test]
    fn values_find_what_shows_them() {
        check(1, 3, 5, "4..10 15..16 16..18");
        check(1, 20, 21, "15..16");
        check(1, 30, 40, "");
    }
}
