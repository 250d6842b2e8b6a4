//! From a place in a text that was read as YAML to the place in the file that a person wrote.
//!
//! A plain part of a file is only shifted. What a template printed leads back byte by byte where it is the template's
//! own text, and to the whole action where an action printed it.

use template::{Frame, Segment};
use text::{FileId, FileRange, TextRange, TextSize};
use yaml::{Entry, Map, Node, Value};

/// Where the bytes of a text are written.
#[derive(Clone, Debug)]
pub(crate) enum TextMap {
    /// In this file, from this offset on.
    Shifted(FileId, u32),
    /// In a template.
    Rendered(Vec<Piece>),
    /// All of it in one place, or nowhere.
    Whole(Option<FileRange>),
}

/// A run of printed bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    /// Where it ends in the printed text.
    end: u32,
    /// What printed it.
    place: Option<FileRange>,
    /// Whether the place shows it byte by byte.
    verbatim: bool,
}

impl TextMap {
    /// What a template printed. `file` is the file that people know; texts of other files (`_*.tpl`) lead to where they
    /// are included.
    pub(crate) fn rendered(segments: &[Segment], frames: &[Frame], file: FileId) -> Self {
        let mut end = 0;
        let piece = |segment: &Segment| {
            end += segment.len;
            let own = segment.place.range().filter(|it| it.file == file);
            let place = own.or_else(|| caller_in(segment, frames, file));
            Piece { end, place, verbatim: own.is_some() && segment.is_verbatim() }
        };
        Self::Rendered(segments.iter().map(piece).collect())
    }

    /// The same, all places moved by `offset` into `file`.
    pub(crate) fn moved(mut self, file: FileId, offset: u32) -> Self {
        if let Self::Rendered(pieces) = &mut self {
            for place in pieces.iter_mut().filter_map(|it| it.place.as_mut()) {
                *place = FileRange { file, range: place.range + TextSize::from(offset) };
            }
        }
        self
    }

    /// Where a range of the text is written.
    pub(crate) fn place(&self, range: TextRange) -> Option<FileRange> {
        match self {
            Self::Shifted(file, offset) => {
                Some(FileRange { file: *file, range: range + TextSize::from(*offset) })
            }
            Self::Whole(place) => *place,
            Self::Rendered(pieces) => {
                let first = place_of_byte(pieces, range.start().into())?;
                let last_byte = u32::from(range.end()).saturating_sub(1).max(range.start().into());
                let last = place_of_byte(pieces, last_byte).filter(|it| it.file == first.file);
                let cover = last.map_or(first.range, |last| first.range.cover(last.range));
                // A loop prints the same lines again and again, so that the end may lie before the start.
                Some(FileRange { file: first.file, range: cover })
            }
        }
    }

    /// A tree that was read from the text, with the places in the file.
    pub(crate) fn relocate(&self, node: &Node) -> Node {
        let at = node.at.and_then(|at| self.place(at.range));
        let value = match &node.value {
            Value::List(items) => {
                Value::List(items.iter().map(|it| self.relocate(it)).collect::<Vec<_>>().into())
            }
            Value::Map(map) => {
                let entry = |it: &Entry| Entry {
                    key: it.key.clone(),
                    key_at: it.key_at.and_then(|at| self.place(at.range)),
                    node: self.relocate(&it.node),
                };
                Value::Map(map.iter().map(entry).collect::<Map>().into())
            }
            value => value.clone(),
        };
        Node { value, at }
    }
}

/// Where a byte of the printed text is written.
fn place_of_byte(pieces: &[Piece], byte: u32) -> Option<FileRange> {
    let at = pieces.partition_point(|it| it.end <= byte).min(pieces.len().checked_sub(1)?);
    let piece = pieces[at];
    let place = piece.place?;
    if !piece.verbatim {
        return Some(place);
    }
    let start = at.checked_sub(1).map_or(0, |before| pieces[before].end);
    let offset = place.range.start() + TextSize::from(byte.saturating_sub(start));
    Some(FileRange {
        file: place.file,
        range: TextRange::at(offset.min(place.range.end()), TextSize::from(1)),
    })
}

/// The innermost call of the file that led to a segment.
fn caller_in(segment: &Segment, frames: &[Frame], file: FileId) -> Option<FileRange> {
    let mut frame = segment.frame;
    while let Some(it) = (frame.0 as usize).checked_sub(1).and_then(|at| frames.get(at)) {
        if it.place.file == file {
            return Some(it.place);
        }
        frame = it.parent;
    }
    None
}
