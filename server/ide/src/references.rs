//! References: every place that speaks of a value, a define or a variable.
//!
//! A value is the same however it is spelled: through `with` and `range`, as `index .Values "a"`, in the parent's
//! values below the subchart's name. So uses are found by evaluating, not by comparing text; a quick look at the
//! last name spares most of that.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use syntax::{Access, ActionId, Frame, Pipeline};
use text::{FilePos, FileRange};

use crate::analysis::Analysis;
use crate::keys::identity;
use crate::place::{Look, Meaning};
use crate::shape::{Evaluator, Scope, Shape, ValueAt};
use crate::source::TemplateSource;

/// A place that speaks of the thing asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The name there.
    pub at: FileRange,
    /// Whether it defines, declares, assigns or sets rather than reads.
    pub writes: bool,
}

/// What is looked for.
pub(crate) enum Wanted {
    Values(Vec<ValueAt>),
    Define(String),
    Variable(FileRange),
}

impl Analysis {
    /// Every place that speaks of what stands at `pos`, definitions included.
    pub fn references(&self, pos: FilePos) -> Vec<Reference> {
        match self.wanted(pos) {
            Some(Wanted::Values(values)) => self.uses_of_values(&values),
            Some(Wanted::Define(name)) => self.uses_of_define(&name),
            Some(Wanted::Variable(declared)) => self.uses_of_variable(declared),
            None => Vec::new(),
        }
    }

    /// The places in one file, to light up.
    pub fn document_highlights(&self, pos: FilePos) -> Vec<Reference> {
        self.references(pos).into_iter().filter(|it| it.at.file == pos.file).collect()
    }

    /// What stands at `pos`.
    pub(crate) fn wanted(&self, pos: FilePos) -> Option<Wanted> {
        if let Some(source) = self.values_file(pos.file) {
            let outline = source.parsed().outline();
            let entry = outline.at(pos.offset)?;
            return Some(Wanted::Values(vec![self.value_of_entry(source, entry)]));
        }
        match Look::at(self, pos)?.meaning()?.0 {
            Meaning::Field(shape) => {
                let values: Vec<ValueAt> = shape.values().filter(|it| !it.path.is_empty()).cloned().collect();
                (!values.is_empty()).then_some(Wanted::Values(values))
            }
            Meaning::Define(name) => Some(Wanted::Define(name)),
            Meaning::Variable { declared, .. } => {
                Some(Wanted::Variable(FileRange { file: pos.file, range: declared }))
            }
            Meaning::Dot(_) | Meaning::Function(_) | Meaning::File(_) => None,
        }
    }

    fn uses_of_define(&self, name: &str) -> Vec<Reference> {
        let defined = self.definitions(name).into_iter().map(|(source, range)| source.at(range));
        let mut found: Vec<Reference> = defined.map(|at| Reference { at, writes: true }).collect();
        found.extend(self.call_sites(name).iter().map(|site| Reference { at: site.name, writes: false }));
        found.dedup_by_key(|it| it.at);
        found
    }

    fn uses_of_variable(&self, declared: FileRange) -> Vec<Reference> {
        let Some(source) = self.template(declared.file) else { return Vec::new() };
        let Some(variable) = source.ast().variable_named_at(declared.range.start()) else {
            return Vec::new();
        };
        let uses = source.ast().uses_of(&variable).into_iter();
        uses.map(|(range, access)| Reference { at: source.at(range), writes: access != Access::Read })
            .collect()
    }

    fn uses_of_values(&self, values: &[ValueAt]) -> Vec<Reference> {
        let wanted: Vec<Vec<Arc<str>>> = values.iter().map(identity).collect();
        let mut found = Vec::new();
        let mut seen = FxHashSet::default();
        let mut add = |at: FileRange, writes: bool| {
            if seen.insert(at) {
                found.push(Reference { at, writes });
            }
        };
        for place in values.iter().flat_map(|value| self.key_places(value)) {
            if !place.is_commented() {
                add(place.name_at(), true);
            }
        }
        // The schema speaks of it, too.
        for value in values {
            let Some((key, above)) = value.path.split_last() else { continue };
            let parent = ValueAt { path: above.to_vec(), key_at: None, node: None, ..value.clone() };
            for at in self.said_of(&parent).names(key) {
                add(at, true);
            }
        }
        for template in &self.input.templates {
            for at in uses_in(self, template, &wanted) {
                add(at, false);
            }
        }
        found
    }
}

/// The names in one template that stand for one of the values.
fn uses_in(analysis: &Analysis, source: &TemplateSource, wanted: &[Vec<Arc<str>>]) -> Vec<FileRange> {
    let last: Vec<&str> = wanted.iter().filter_map(|it| it.last()).map(|key| &**key).collect();
    let mut actions: Vec<ActionId> =
        last.iter().flat_map(|key| source.actions_naming(key)).copied().collect();
    actions.sort_unstable();
    actions.dedup();
    let is_wanted = |shape: &Shape| shape.values().any(|value| wanted.contains(&identity(value)));
    let evaluator = Evaluator::new(analysis, source);
    let ast = source.ast();
    let mut found = Vec::new();
    for id in actions {
        let Some(pipeline) = &ast.action(id).pipeline else { continue };
        let frames = ast.frames_of_action(id);
        pipeline.each_expr(&mut |expr| {
            let named = expr.path.iter().enumerate().filter(|(_, name)| last.contains(&name.text.as_str()));
            for (at, name) in named {
                let scope = Scope { frames: &frames, offset: expr.range.start() };
                if is_wanted(&evaluator.path(scope, &expr.head, &expr.path[..=at])) {
                    found.push(source.at(name.range));
                }
            }
        });
        keys_in_calls(source, &evaluator, (pipeline, &frames), &last, &is_wanted, &mut found);
    }
    found
}

/// `index .Values "a" "b"`, `get .Values "a"`, `hasKey .Values "a"`
fn keys_in_calls<'a>(
    source: &'a TemplateSource,
    evaluator: &Evaluator<'a>,
    (pipeline, frames): (&'a Pipeline, &[Frame<'a>]),
    last: &[&str],
    is_wanted: &dyn Fn(&Shape) -> bool,
    found: &mut Vec<FileRange>,
) {
    pipeline.each_command(&mut |_, _, command| {
        let Some(("index" | "get" | "hasKey", [map, keys @ ..])) = command.function() else { return };
        if !keys.iter().any(|key| key.string().is_some_and(|key| last.contains(&key.value.as_str()))) {
            return;
        }
        let mut shape = evaluator.expr(Scope { frames, offset: map.range.start() }, map);
        for key in keys {
            let Some(key) = key.string() else { return };
            shape = evaluator.field(&shape, &key.value);
            if last.contains(&key.value.as_str()) && is_wanted(&shape) {
                found.push(source.at(key.content));
            }
        }
    });
}

#[cfg(test)]
mod tests;
