//! Explanations in words.

use std::fmt::Write as _;

use chart::layers::Layer;
use chart::values::ValuePath;
use render::{Step, StepKind, ValueOrigin};
use text::FileRange;
use yaml::Node;

use super::{Line, NotWritten, Reached, ReachedLine, Shown};
use crate::rendered::Sources;

/// How much of a value or an action is shown.
const MOST: usize = 80;

/// What is known of a line of the output.
pub(crate) fn line_text(line: &Line<'_>, sources: &Sources) -> String {
    let mut out = format!("line {} of the output\n", line.spot.line);
    let gutter = line.spot.line.to_string();
    let _ = writeln!(out, "  {gutter} | {}", line.text);
    if let Some(column) = line.spot.column {
        let _ = writeln!(out, "  {:1$} | {2:3$}^", "", gutter.len(), "", column - 1);
    }
    match &line.not_written {
        Some(NotWritten::Helm) => out.push_str("\nwritten by Helm itself, between what templates write\n"),
        Some(NotWritten::Crd(name)) => {
            let _ = writeln!(out, "\ntaken as it is from {name}");
        }
        None => {}
    }
    if !line.places.is_empty() {
        out.push_str("\nwritten by\n");
        out.push_str(&underlined(&line.places, sources));
    }
    let (calls, conditions): (Vec<_>, Vec<_>) =
        line.steps.iter().partition(|(step, _)| matches!(step.kind, StepKind::Call(_)));
    if !calls.is_empty() {
        out.push_str("\ncalled from\n");
        for (call, _) in calls.into_iter().rev() {
            let StepKind::Call(name) = &call.kind else { continue };
            let _ = writeln!(out, "  {}  {name}: {}", sources.place(call.at), source(call.at, sources));
        }
    }
    if !conditions.is_empty() {
        out.push_str("\nbecause\n");
        for (condition, values) in conditions {
            out.push_str(&told(condition, values, sources));
        }
    }
    if !line.values.is_empty() {
        out.push_str("\nvalues\n");
        line.values.iter().for_each(|value| out.push_str(&shown(value, sources)));
    }
    out
}

/// Where a value got to.
pub(crate) fn value_text(reached: &Reached<'_>, sources: &Sources) -> String {
    let mut out = told_by(&reached.origin, None, sources);
    if !reached.lines.is_empty() {
        out.push('\n');
        out.push_str(&lines_text(&reached.lines, sources));
    }
    if !reached.asked_by.is_empty() {
        out.push_str("\nlooked at by\n");
        for step in &reached.asked_by {
            let _ = writeln!(out, "  {}  {}", sources.place(step.at), source(step.at, sources));
        }
    }
    out
}

/// Lines of the output that something reaches.
pub(crate) fn lines_text(lines: &[ReachedLine<'_>], sources: &Sources) -> String {
    let count = lines.len();
    let mut out = format!("reaches {count} {} of the output\n", if count == 1 { "line" } else { "lines" });
    let width = lines.iter().map(|it| it.text.chars().count()).max().unwrap_or(0).min(MOST);
    let digits = lines.last().map_or(1, |it| it.number.to_string().len());
    for line in lines {
        let place = line.place.map_or(String::new(), |at| sources.place(at));
        let text = cut(line.text, MOST);
        let _ = writeln!(out, "  {:>digits$} | {text:<width$}  {place}", line.number);
    }
    out
}

/// The lines of sources with the places in them underlined; places on one line share it.
fn underlined(places: &[FileRange], sources: &Sources) -> String {
    let mut out = String::new();
    let mut rest = places;
    while let Some(first) = rest.first() {
        let _ = writeln!(out, "  {}", sources.place(*first));
        let (Some(text), Some(place)) = (sources.text(first.file), sources.line_column(*first)) else {
            rest = &rest[1..];
            continue;
        };
        let start = text.floor_char_boundary(usize::from(first.range.start()).min(text.len()));
        let line_start = text[..start].rfind('\n').map_or(0, |end| end + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |end| start + end);
        let on_line = |at: &FileRange| {
            at.file == first.file && (line_start..=line_end).contains(&usize::from(at.range.start()))
        };
        let count = rest.iter().take_while(|at| on_line(at)).count();
        let (here, later) = rest.split_at(count);
        rest = later;
        let number = (place.line + 1).to_string();
        let _ = writeln!(out, "    {number} | {}", text[line_start..line_end].trim_end());
        let marked = |at: usize| {
            here.iter().any(|it| {
                let (start, end) = (usize::from(it.range.start()), usize::from(it.range.end()));
                (start..end.max(start + 1)).contains(&at)
            })
        };
        let mark = |(at, it): (usize, char)| match it {
            // Tabs stay tabs, so that what is underlined stands where it should.
            '\t' => '\t',
            _ if marked(line_start + at) => '^',
            _ => ' ',
        };
        let marks: String = text[line_start..line_end].char_indices().map(mark).collect();
        let _ = writeln!(out, "    {:1$} | {2}", "", number.len(), marks.trim_end());
    }
    out
}

/// A condition with what decided it.
fn told(step: &Step, values: &[Shown], sources: &Sources) -> String {
    let action = source(step.at, sources);
    let place = sources.place(step.at);
    let mut out = match &step.kind {
        StepKind::Condition { shown, holds: true, .. } => format!("  {place}  {action} is {shown}\n"),
        StepKind::Condition { shown, holds: false, .. } => {
            format!("  {place}  {action} is {shown}: its else\n")
        }
        StepKind::Item { key, .. } => format!("  {place}  {action} is at {key}\n"),
        StepKind::Call(_) => return String::new(),
    };
    for value in values {
        let path = value.origin.as_ref().map_or(String::new(), |it| format!("{} ", it.path));
        let _ = writeln!(out, "      {path}from {}", sources.place(value.at));
    }
    out
}

/// A value that a line shows, and what it overrides.
fn shown(value: &Shown, sources: &Sources) -> String {
    match &value.origin {
        Some(origin) => told_by(origin, Some(value.at), sources),
        None => format!("  {}  {}\n", sources.place(value.at), source(value.at, sources)),
    }
}

/// A value with who says it; `at` where it is known which place is shown.
fn told_by(origin: &ValueOrigin, at: Option<FileRange>, sources: &Sources) -> String {
    let value = origin.value.as_ref().map_or("nothing".into(), short);
    let mut out = format!("  {} = {value}\n", origin.path);
    let is_it = |layer: &Layer| at.is_none_or(|at| holds(layer, at));
    let winner = origin.layers.iter().position(is_it);
    if let Some(place) = at.or_else(|| origin.layers.get(winner?).and_then(place_of)) {
        let _ = writeln!(out, "    from {}", sources.place(place));
    }
    for (number, layer) in origin.layers.iter().enumerate().filter(|(number, _)| Some(*number) != winner) {
        // A map is put together from several layers; then none of them overrides the others.
        let is_map = origin.value.as_ref().is_some_and(|it| it.value.as_map().is_some());
        let verb = match layer.above {
            _ if is_map && layer.node.value.as_map().is_some() => "and",
            _ if winner.is_some_and(|winner| number < winner) => "not",
            _ => "overrides",
        };
        let place = place_of(layer).map_or_else(|| "a computed value".to_owned(), |at| sources.place(at));
        let above = origin.path.0.len().saturating_sub(layer.above);
        let about = match layer.above {
            0 => String::new(),
            _ => format!(" for {}", ValuePath(origin.path.0[..above].to_vec())),
        };
        let _ = writeln!(out, "    {verb} {place}  {}{about}", short(&layer.node));
    }
    out
}

/// Whether a place stands in what the layer says.
fn holds(layer: &Layer, at: FileRange) -> bool {
    let within = |it: FileRange| it.file == at.file && it.range.contains_range(at.range);
    layer.above == 0 && layer.node.at.into_iter().chain(layer.key_at).any(within)
}

pub(super) fn place_of(layer: &Layer) -> Option<FileRange> {
    layer.node.at.or(layer.key_at)
}

/// A value as Go prints it, cut.
pub(super) fn short(node: &Node) -> std::borrow::Cow<'static, str> {
    template::fmt::short(&template::Value::from_node(node), MOST)
}

/// What stands at a place, on one line and cut.
pub(super) fn source(at: FileRange, sources: &Sources) -> String {
    let text =
        sources.text(at.file).and_then(|text| text.get(usize::from(at.range.start())..at.range.end().into()));
    let text = text.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&text, MOST).into_owned()
}

fn cut(text: &str, most: usize) -> std::borrow::Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}
