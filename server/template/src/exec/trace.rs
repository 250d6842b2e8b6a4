//! What an execution tells its [`Sink`] about where bytes come from. Nothing here runs where nobody listens.

use std::borrow::Cow;

use text::{FileRange, TextRange};

use super::{Executor, Sink};
use crate::{Data, Frame, FrameId, FrameKind, Keyword, Map, Origin, Segment, Str, Value};

/// What a frame takes, with the words that it shows.
const A_FRAME: usize = size_of::<Frame>() + 64;
/// How many bytes of a value the frames of conditions show.
const SHOWN_BYTES: usize = 60;

impl<S: Sink> Executor<'_, '_, '_, '_, S> {
    /// Tells the origin of template text that was just written.
    pub(super) fn mark_text(&mut self, range: TextRange) {
        let source = &self.define.source;
        let frame = self.frame;
        if let Some(place) = source.file_range(range) {
            let (len, place) = (range.len().into(), Origin::from(Some(place)));
            let value = if place.is_none() { Origin::NONE } else { Origin::VERBATIM };
            self.run.cx.budget.note(1, size_of::<Segment>());
            self.sink.mark(Segment { len, frame, place, value });
        } else {
            let mut parts = Vec::new();
            self.part_of_source(range, &mut parts);
            self.mark_all(parts, None);
        }
    }

    /// Tells the origin of a value that was just printed.
    pub(super) fn mark_value(&mut self, value: &Value, len: usize, action: TextRange) {
        let parts = self.parts_of(value, len, action);
        self.mark_all(parts, self.define.source.file_range(action));
    }

    /// The segments of a printed value.
    fn parts_of(&self, value: &Value, len: usize, action: TextRange) -> Vec<Segment> {
        let mut parts = Vec::new();
        let Some(trace) = &self.run.cx.trace else { return parts };
        if value.origin.is_none() && self.define.source.file.is_none() {
            // Nobody knows the value, but where the text given to `tpl` came from, it stands.
            self.part_of_source(action, &mut parts);
            let value = parts.iter().map(|it| it.value).find(|it| !it.is_none());
            return vec![Segment::of_value(len, value.unwrap_or_default())];
        }
        let is_text = matches!(value.data, Data::Str(_));
        let origin = if is_text { value.origin } else { trace.summary(value.origin) };
        trace.slice(origin, 0..len, &mut parts);
        let known: usize = parts.iter().map(|it| it.len as usize).sum();
        if known < len {
            // A function passed the origin on with another text.
            trace.slice(trace.summary(origin), known..len, &mut parts);
        }
        parts
    }

    /// The segments of a part of the text given to `tpl`.
    fn part_of_source(&self, range: TextRange, into: &mut Vec<Segment>) {
        let source = &self.define.source;
        let Some(trace) = &self.run.cx.trace else { return };
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        match source.origin.range() {
            // The file shows the text byte by byte, so a part of it stands in a part of the range.
            Some(shown) if usize::from(shown.range.len()) == source.text.len() => {
                let base = usize::from(shown.range.start());
                let value = Some(FileRange::new(shown.file, base + start, base + end));
                into.push(Segment::of_value(end - start, value.into()));
            }
            _ => trace.slice(source.origin, start..end, into),
        }
    }

    /// Gives segments to the sink; those that nothing has written yet were written here.
    fn mark_all(&mut self, parts: Vec<Segment>, place: Option<FileRange>) {
        let place = Origin::from(place.or(self.action));
        self.run.cx.budget.note(parts.len(), size_of::<Segment>());
        for mut part in parts {
            if part.place.is_none() {
                part.place = place;
                if part.frame == FrameId(0) {
                    part.frame = self.frame;
                }
            }
            self.sink.mark(part);
        }
    }

    /// Remembers which action calls whatever is called now. A text without a file stays at its caller's.
    pub(super) fn enter_action(&mut self, range: TextRange) {
        if S::TRACED {
            self.action = self.define.source.file_range(range).or(self.action);
        }
    }

    /// The frame of a call that is made now.
    pub(super) fn enter_call(&mut self, name: &Str) -> FrameId {
        if !S::TRACED {
            return self.frame;
        }
        self.new_frame(FrameKind::Call { name: name.clone() })
    }

    /// Goes into the branch that a value decides for, and gives the frame to return to.
    pub(super) fn enter_branch(&mut self, keyword: Keyword, decided: &Value, holds: bool) -> FrameId {
        let outer = self.frame;
        if S::TRACED {
            let value = self.mixed(decided.origin);
            let shown = crate::fmt::short(decided, SHOWN_BYTES);
            self.frame = self.new_frame(FrameKind::Condition { keyword, shown, value, holds });
        }
        outer
    }

    /// Goes into a round of a loop, and gives the frame to return to.
    pub(super) fn enter_item(&mut self, index: &Value, element: &Value) -> FrameId {
        let outer = self.frame;
        if S::TRACED {
            let (key_at, value) = (self.mixed(index.origin), self.mixed(element.origin));
            // Numbers have no index.
            let key = if matches!(index.data, Data::Invalid) { element } else { index };
            let key = match &key.data {
                Data::Str(name) => Cow::Owned(name.to_text().into_owned()),
                _ => crate::fmt::short(key, SHOWN_BYTES),
            };
            self.frame = self.new_frame(FrameKind::Item { key, key_at, value });
        }
        outer
    }

    /// What a key shows: itself where it is written, or the value below it if a template made the map.
    pub(super) fn key_origin(&self, map: &Map, key: &[u8], value: &Value) -> Origin {
        match (map.key_origin(key), &self.run.cx.trace) {
            (Origin::NONE, Some(trace)) => trace.summary(value.origin),
            (known, _) => known,
        }
    }

    /// An origin that outlives the run: ranges, no segments.
    fn mixed(&mut self, origin: Origin) -> Origin {
        self.run.cx.trace.as_mut().map_or(Origin::NONE, |trace| trace.mix([origin]))
    }

    fn new_frame(&mut self, kind: FrameKind) -> FrameId {
        let parent = self.frame;
        match (&mut self.run.cx.trace, self.action) {
            (Some(trace), Some(place)) => {
                self.run.cx.budget.note(1, A_FRAME);
                trace.enter(Frame { place, parent, kind })
            }
            _ => parent,
        }
    }
}
