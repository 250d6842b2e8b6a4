//! What `template --explain` and `explain` tell: facts here, words in `text.rs`, JSON in `json.rs`.

mod json;
mod text;

use std::ops::Range;
use std::str::FromStr;

use anyhow::{Result, bail};
use chart::Crd;
use chart::values::{UserValues, ValuePath};
use render::{Environment, Explanation, Output, Rendering, Step, ValueMap, ValueOrigin};
use text_room::FileRange;

pub(crate) use json::{line_json, lines_json, value_json};
pub(crate) use text::{line_text, lines_text, value_text};

// The module of words would hide the crate.
use ::text as text_room;

/// How to tell it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// A place in the output: a line from 1 on, and a column in characters from 1 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) line: usize,
    pub(crate) column: Option<usize>,
}

impl FromStr for Spot {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| {
            text.parse().ok().filter(|it| *it > 0).ok_or(format!("`{text}` is no number from 1 on"))
        };
        Ok(match text.split_once(':') {
            None => Self { line: number(text)?, column: None },
            Some((line, column)) => Self { line: number(line)?, column: Some(number(column)?) },
        })
    }
}

/// A rendering with all that is needed to say why it is as it is.
#[derive(Debug)]
pub(crate) struct Teller<'r> {
    rendering: &'r Rendering,
    output: &'r Output,
    values: ValueMap<'r>,
}

/// A line of the output.
#[derive(Debug)]
pub(crate) struct Line<'r> {
    pub(crate) spot: Spot,
    pub(crate) text: &'r str,
    /// What wrote it, in order, each place once.
    pub(crate) places: Vec<FileRange>,
    /// The calls and conditions on the way, from the rendered template in, with the values that decided.
    pub(crate) steps: Vec<(Step, Vec<Shown>)>,
    /// The values that it shows.
    pub(crate) values: Vec<Shown>,
    /// Whose it is where no template wrote it.
    pub(crate) not_written: Option<NotWritten>,
}

/// Lines of the output that no template wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NotWritten {
    /// `---` and `# Source:`.
    Helm,
    /// A definition that is printed as it is, by its name.
    Crd(String),
}

/// A value that something shows.
#[derive(Debug)]
pub(crate) struct Shown {
    /// Where it is written.
    pub(crate) at: FileRange,
    /// Which value it is; `None` for what stands in `Chart.yaml`.
    pub(crate) origin: Option<ValueOrigin>,
}

impl Shown {
    fn path(&self) -> Option<&ValuePath> {
        self.origin.as_ref().map(|it| &it.path)
    }

    /// Whether it is the value itself, not its key.
    fn is_value(&self) -> bool {
        let node = self.origin.as_ref().and_then(|it| it.value.as_ref());
        node.is_some_and(|node| node.at == Some(self.at))
    }
}

/// A value and where it got to.
#[derive(Debug)]
pub(crate) struct Reached<'r> {
    pub(crate) origin: ValueOrigin,
    /// The lines of the output that show it.
    pub(crate) lines: Vec<ReachedLine<'r>>,
    /// The conditions that looked at it.
    pub(crate) asked_by: Vec<Step>,
}

/// A line that shows a value.
#[derive(Debug)]
pub(crate) struct ReachedLine<'r> {
    /// From 1 on.
    pub(crate) number: usize,
    pub(crate) text: &'r str,
    /// Which bytes of the line, by offsets in the output.
    pub(crate) ranges: Vec<Range<usize>>,
    /// Where the line begins in the output.
    pub(crate) start: usize,
    /// What wrote the first of them.
    pub(crate) place: Option<FileRange>,
}

impl<'r> Teller<'r> {
    pub(crate) fn new(
        rendering: &'r Rendering,
        output: &'r Output,
        environment: &'r Environment,
        user: &'r UserValues,
    ) -> Self {
        Self { rendering, output, values: ValueMap::new(environment, user) }
    }

    /// What is known of a line, or of one character in it. Fails where the output has no such place.
    pub(crate) fn line(&self, spot: Spot, crds: &[Crd]) -> Result<Line<'r>> {
        let output: &'r Output = self.output;
        let Some((start, text)) = lines(&output.text).nth(spot.line - 1) else {
            bail!("the output has {} lines, so there is no line {}", lines(&output.text).count(), spot.line);
        };
        let range = match spot.column {
            None => start..start + text.len().max(1),
            Some(column) => {
                let Some((at, character)) = text.char_indices().nth(column - 1) else {
                    bail!("line {} has {} characters: {text}", spot.line, text.chars().count());
                };
                start + at..start + at + character.len_utf8()
            }
        };
        let mut runs = self.rendering.explain(output, range.clone());
        let says =
            |run: &Explanation| !run.values.is_empty() || !output.text[run.range.clone()].trim().is_empty();
        if runs.iter().any(says) {
            runs.retain(says);
        }
        let not_written = runs.is_empty().then(|| self.owner(range.start, crds));
        let (mut places, mut steps, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for run in runs {
            add_new(&mut places, run.place);
            add_new(&mut steps, run.steps);
            add_new(&mut values, run.values);
        }
        let values = self.shown_once(values);
        let decided = |step: Step| {
            let values = step.values.iter().map(|at| self.shown(*at)).collect();
            (step, values)
        };
        let steps = steps.into_iter().map(decided).collect();
        Ok(Line { spot, text, places, steps, values, not_written })
    }

    /// Whose a line is that no template wrote: that of the last `# Source:` above it, if that is a definition.
    fn owner(&self, offset: usize, crds: &[Crd]) -> NotWritten {
        let above = &self.output.text[..offset];
        let last_piece = self.output.pieces.iter().rev().find(|it| it.range.end <= offset);
        let from = last_piece.map_or(0, |it| it.range.end);
        let source = above.rfind("# Source: ").filter(|at| *at >= from).map(|at| &above[at + 10..]);
        let name = source.and_then(|it| it.lines().next());
        match name.filter(|name| crds.iter().any(|crd| crd.filename == **name)) {
            Some(name) => NotWritten::Crd(name.to_owned()),
            None => NotWritten::Helm,
        }
    }

    /// Which values ranges of values files are. A key and its value are one.
    fn shown_once(&self, places: Vec<FileRange>) -> Vec<Shown> {
        let mut found: Vec<Shown> = Vec::new();
        for new in places.into_iter().map(|at| self.shown(at)) {
            let known = found.iter_mut().find(|it| it.path().is_some() && it.path() == new.path());
            match known {
                Some(known) if new.is_value() => *known = new,
                Some(_) => {}
                None => found.push(new),
            }
        }
        found
    }

    /// Which value a range of a values file is.
    fn shown(&self, at: FileRange) -> Shown {
        Shown { at, origin: self.values.origin_at(at) }
    }

    /// Where a value got to.
    pub(crate) fn value(&self, path: ValuePath) -> Reached<'r> {
        let origin = self.values.origin_of(path);
        let places = origin.places();
        let mut asked_by = Vec::new();
        for place in &places {
            add_new(&mut asked_by, self.rendering.asked_by(*place));
        }
        Reached { lines: self.reached(&places), origin, asked_by }
    }

    /// The lines of the output that places of templates wrote, or that show places of values files.
    pub(crate) fn reached(&self, places: &[FileRange]) -> Vec<ReachedLine<'r>> {
        let output: &'r Output = self.output;
        let mut ranges: Vec<_> =
            places.iter().flat_map(|place| self.rendering.reached(output, *place)).collect();
        ranges.sort_by_key(|it| (it.start, it.end));
        ranges.dedup();
        let mut found: Vec<ReachedLine<'r>> = Vec::new();
        let mut ranges = ranges.into_iter().peekable();
        for (at, (start, text)) in lines(&output.text).enumerate() {
            let end = start + text.len();
            while let Some(range) = ranges.peek().filter(|it| it.start < end).cloned() {
                let part = range.start.max(start)..range.end.min(end);
                match found.last_mut().filter(|it| it.number == at + 1) {
                    _ if part.is_empty() => {}
                    Some(line) => line.ranges.push(part),
                    None if output.text[part.clone()].trim().is_empty() => {}
                    None => {
                        let runs = self.rendering.explain(output, part.clone());
                        let place = runs.into_iter().find_map(|it| it.place);
                        found.push(ReachedLine { number: at + 1, text, ranges: vec![part], start, place });
                    }
                }
                if range.end > end {
                    break;
                }
                ranges.next();
            }
        }
        found
    }
}

/// Lines without their ends, and where they begin.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        (at, line.trim_end_matches('\n'))
    })
}

fn add_new<T: PartialEq>(into: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
    for it in more {
        if !into.contains(&it) {
            into.push(it);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spots_are_lines_and_columns() {
        assert_eq!("7".parse(), Ok(Spot { line: 7, column: None }));
        assert_eq!("7:3".parse(), Ok(Spot { line: 7, column: Some(3) }));
        for text in ["0", "x", "1:0", "1:", ""] {
            assert!(text.parse::<Spot>().is_err(), "{text}");
        }
    }

    #[test]
    fn lines_know_where_they_begin() {
        assert_eq!(lines("a\n\nbc").collect::<Vec<_>>(), [(0, "a"), (2, ""), (3, "bc")]);
    }
}
