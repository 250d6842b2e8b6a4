//! Why bytes of the output are there, and where a value or a part of a template got to.
//!
//! Previews, diagnostics, diffs and the command line ask here. What a rendered file knows are ranges of files;
//! which key of the values such a range is, and who else says something about that key, is the business of
//! [`ValueMap`].

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use template::{Frame, FrameKind, Keyword};
use text::{FileId, FileRange};

use crate::engine::RenderedFile;
use crate::output::Output;
use crate::rendering::Rendering;

/// Why a run of bytes is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The bytes.
    pub range: Range<usize>,
    /// The rendered template, as Helm names it: `root/templates/a.yaml`.
    pub name: Arc<str>,
    /// The file of that template.
    pub template: FileId,
    /// The text or action that wrote them, in that template or in one that it calls. Of text, exactly those
    /// bytes. `None` for bytes that came through a text of which nothing is known.
    pub place: Option<FileRange>,
    /// The calls and conditions on the way, from the rendered template in.
    pub steps: Vec<Step>,
    /// The values that they show: in values files, in `Chart.yaml`. Several where a function made one
    /// text out of them.
    pub values: Vec<FileRange>,
}

/// A call or condition on the way to a byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The action.
    pub at: FileRange,
    /// What it is.
    pub kind: StepKind,
    /// The values that it looked at. None for a call.
    pub values: Vec<FileRange>,
}

/// What a [`Step`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// An `include`, `template` or `tpl` of the template with this name.
    Call(String),
    /// An `if`, `with` or `range`.
    Condition {
        /// Which of them.
        keyword: Keyword,
        /// The value that decided, as Go prints it, cut.
        shown: Cow<'static, str>,
        /// Whether the byte stands in the branch for true values; else behind `else`.
        holds: bool,
    },
    /// A round of the `range` before.
    Item {
        /// The index, key or number of the element.
        key: Cow<'static, str>,
        /// Where the key is written.
        key_at: Option<FileRange>,
    },
}

impl Explanation {
    /// The calls on the way, from the rendered template in: the action and the name of what it called.
    pub fn calls(&self) -> impl Iterator<Item = (FileRange, &str)> {
        self.steps.iter().filter_map(|step| match &step.kind {
            StepKind::Call(name) => Some((step.at, name.as_str())),
            StepKind::Condition { .. } | StepKind::Item { .. } => None,
        })
    }

    /// The conditions and loops on the way, from the rendered template in.
    pub fn conditions(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(|step| !matches!(step.kind, StepKind::Call(_)))
    }
}

impl RenderedFile {
    /// Why the bytes of a range of the file are there, in runs that have one reason.
    pub fn explain(&self, range: Range<usize>) -> Vec<Explanation> {
        let end = range.end.min(self.text.len());
        let mut found = Vec::new();
        let mut at = range.start;
        while at < end {
            let next = self.run(at, end);
            at = next.range.end;
            found.push(next);
        }
        found
    }

    /// What the bytes from `at` on have in common, at most up to `end`.
    fn run(&self, at: usize, end: usize) -> Explanation {
        let unknown = || Explanation {
            range: at..end,
            name: self.name.clone(),
            template: self.source,
            place: None,
            steps: Vec::new(),
            values: Vec::new(),
        };
        let Some((start, segment)) = self.origins.at(at) else { return unknown() };
        let end = end.min(start + segment.len as usize);
        let mut steps: Vec<Step> = self.origins.frames_from(segment.frame).map(|it| self.step(it)).collect();
        steps.reverse();
        let place = segment.part(at - start, end - at).place.range();
        let values = self.origins.values(segment.value).collect();
        Explanation { range: at..end, place, steps, values, ..unknown() }
    }

    fn step(&self, frame: &Frame) -> Step {
        let values = |origin| self.origins.values(origin).collect();
        let (kind, values) = match &frame.kind {
            FrameKind::Call { name } => (StepKind::Call(name.to_text().into_owned()), Vec::new()),
            FrameKind::Condition { keyword, shown, value, holds } => {
                let (keyword, shown, holds) = (*keyword, shown.clone(), *holds);
                (StepKind::Condition { keyword, shown, holds }, values(*value))
            }
            FrameKind::Item { key, key_at, value } => {
                (StepKind::Item { key: key.clone(), key_at: key_at.range() }, values(*value))
            }
        };
        Step { at: frame.place, kind, values }
    }

    /// The bytes of the file that a range of a template wrote, or that show a range of a values file.
    pub fn reached(&self, place: FileRange) -> Vec<Range<usize>> {
        self.origins.reached(place)
    }

    /// The conditions that looked at a range of a values file, whatever they let through, each place once.
    pub fn asked_by(&self, place: FileRange) -> Vec<Step> {
        let looked = |step: &Step| {
            let about = |it: &FileRange| it.file == place.file && it.range.intersect(place.range).is_some();
            matches!(step.kind, StepKind::Condition { .. }) && step.values.iter().any(about)
        };
        let mut found: Vec<Step> = Vec::new();
        for step in self.origins.frames().iter().map(|frame| self.step(frame)).filter(looked) {
            if !found.iter().any(|known| known.at == step.at) {
                found.push(step);
            }
        }
        found
    }
}

impl Rendering {
    /// Why the bytes of a range of an output are there, in runs that have one reason. Nothing is said of what
    /// no template wrote: Helm's own lines between documents, resource definitions of the chart.
    pub fn explain(&self, output: &Output, range: Range<usize>) -> Vec<Explanation> {
        let mut found = Vec::new();
        let first = output.pieces.partition_point(|piece| piece.range.end <= range.start);
        for piece in output.pieces[first..].iter().take_while(|piece| piece.range.start < range.end) {
            let (start, end) = (range.start.max(piece.range.start), range.end.min(piece.range.end));
            let inside = piece.from + (start - piece.range.start)..piece.from + (end - piece.range.start);
            let moved = |at: usize| at - piece.from + piece.range.start;
            found.extend(
                self.files[piece.file]
                    .explain(inside)
                    .into_iter()
                    .map(|it| Explanation { range: moved(it.range.start)..moved(it.range.end), ..it }),
            );
        }
        found
    }

    /// Every range of an output that a range of a template wrote, or that shows a range of a values file.
    pub fn reached(&self, output: &Output, place: FileRange) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut by_file: Vec<Option<Vec<Range<usize>>>> = vec![None; self.files.len()];
        for piece in &output.pieces {
            let reached = by_file[piece.file].get_or_insert_with(|| self.files[piece.file].reached(place));
            let end = piece.from + piece.range.len();
            for range in reached.iter() {
                let (start, end) = (range.start.max(piece.from), range.end.min(end));
                if start < end {
                    let shift = piece.range.start;
                    found.push(start - piece.from + shift..end - piece.from + shift);
                }
            }
        }
        found
    }

    /// The conditions of all templates that looked at a range of a values file.
    pub fn asked_by(&self, place: FileRange) -> Vec<Step> {
        let mut found: Vec<Step> = Vec::new();
        for step in self.files.iter().chain(&self.notes).flat_map(|file| file.asked_by(place)) {
            if !found.iter().any(|known| known.at == step.at) {
                found.push(step);
            }
        }
        found
    }
}
