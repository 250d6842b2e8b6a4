//! Explanations for programs.

use chart::layers::{Layer, LayerKind};
use render::{Step, StepKind, ValueOrigin};
use serde_json::{Value, json};
use text::FileRange;

use super::text::{place_of, short, source};
use super::{Line, NotWritten, Reached, ReachedLine, Shown};
use crate::rendered::Sources;

/// What is known of a line of the output.
pub(crate) fn line_json(line: &Line<'_>, sources: &Sources) -> Value {
    let places: Vec<Value> = line.places.iter().map(|at| place(*at, sources)).collect();
    let (calls, conditions): (Vec<_>, Vec<_>) =
        line.steps.iter().partition(|(step, _)| matches!(step.kind, StepKind::Call(_)));
    let steps = |steps: Vec<&(Step, Vec<Shown>)>| {
        let told = steps.into_iter().map(|(it, values)| {
            let mut told = step(it, sources);
            told["values"] = values.iter().map(|it| shown(it, sources)).collect();
            told
        });
        told.collect::<Vec<_>>()
    };
    let owner = match &line.not_written {
        None => Value::Null,
        Some(NotWritten::Helm) => "helm".into(),
        Some(NotWritten::Crd(name)) => name.as_str().into(),
    };
    json!({
        "line": line.spot.line,
        "column": line.spot.column,
        "text": line.text,
        "notWrittenByTemplate": owner,
        "writtenBy": places,
        "calls": steps(calls),
        "conditions": steps(conditions),
        "values": line.values.iter().map(|it| shown(it, sources)).collect::<Vec<_>>(),
    })
}

/// Where a value got to.
pub(crate) fn value_json(reached: &Reached<'_>, sources: &Sources) -> Value {
    let mut told = origin(&reached.origin, sources);
    told["reaches"] = lines_json(&reached.lines, sources);
    told["askedBy"] = reached.asked_by.iter().map(|it| step(it, sources)).collect();
    told
}

/// Lines of the output that something reaches.
pub(crate) fn lines_json(lines: &[ReachedLine<'_>], sources: &Sources) -> Value {
    let told = lines.iter().map(|line| {
        let column = |at: usize| line.text[..at - line.start].chars().count() + 1;
        let columns = |it: &std::ops::Range<usize>| json!([column(it.start), column(it.end)]);
        json!({
            "line": line.number,
            "columns": line.ranges.iter().map(columns).collect::<Vec<_>>(),
            "text": line.text,
            "writtenBy": line.place.map(|at| place(at, sources)),
        })
    });
    told.collect()
}

fn place(at: FileRange, sources: &Sources) -> Value {
    let start = sources.line_column(at);
    let end = sources.line_column(FileRange::new(at.file, at.range.end().into(), at.range.end().into()));
    json!({
        "file": sources.path(at.file),
        "line": start.map(|it| it.line + 1),
        "column": start.map(|it| it.column + 1),
        "endLine": end.map(|it| it.line + 1),
        "endColumn": end.map(|it| it.column + 1),
    })
}

fn step(step: &Step, sources: &Sources) -> Value {
    let (at, action) = (place(step.at, sources), source(step.at, sources));
    match &step.kind {
        StepKind::Call(name) => json!({ "call": name, "at": at, "action": action }),
        StepKind::Condition { keyword, shown, holds } => json!({
            "condition": keyword.name(), "at": at, "action": action,
            "is": shown, "holds": holds,
        }),
        StepKind::Item { key, key_at } => json!({
            "item": key, "at": at, "action": action,
            "keyAt": key_at.map(|it| place(it, sources)),
        }),
    }
}

fn shown(value: &Shown, sources: &Sources) -> Value {
    let mut told = value.origin.as_ref().map_or(json!({ "path": null }), |it| origin(it, sources));
    told["at"] = place(value.at, sources);
    told
}

fn origin(it: &ValueOrigin, sources: &Sources) -> Value {
    json!({
        "path": it.path.to_string(),
        "value": it.value.as_ref().map(short),
        "layers": it.layers.iter().map(|it| layer(it, sources)).collect::<Vec<_>>(),
    })
}

fn layer(layer: &Layer, sources: &Sources) -> Value {
    let kind = match &layer.kind {
        LayerKind::Set(_) => "set",
        LayerKind::File(_) => "file",
        LayerKind::Chart(_) => "chart",
        LayerKind::Import(_) => "import",
    };
    json!({
        "kind": kind,
        "at": place_of(layer).map(|at| place(at, sources)),
        "value": short(&layer.node),
        "stepsAbove": layer.above,
    })
}
