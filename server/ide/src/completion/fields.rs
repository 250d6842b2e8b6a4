//! Fields behind a dot: keys of values, with what they hold and what is said of them; built-in objects; the keys
//! that callers put into a define's argument.

use std::collections::BTreeMap;

use syntax::FieldPlace;
use text::TextRange;

use super::{CompletionItem, CompletionKind};
use crate::analysis::Analysis;
use crate::describe;
use crate::place::Look;
use crate::shape::{Builtin, Member, ROOT, Shape, Thing, ValueAt};

pub(super) fn complete(analysis: &Analysis, look: &Look<'_>, field: &FieldPlace<'_>) -> Vec<CompletionItem> {
    let (head, path) = field.receiver();
    let shape = look.evaluator.path(look.scope(field.expr), head, path);
    let mut items = of_shape(analysis, &shape, field.range);
    for item in &mut items {
        call_index_for_dashes(look, field, item);
    }
    items
}

/// Everything that can stand behind a dot, each name once.
pub(super) fn of_shape(analysis: &Analysis, shape: &Shape, range: TextRange) -> Vec<CompletionItem> {
    let mut items: BTreeMap<String, CompletionItem> = BTreeMap::new();
    let mut add = |item: CompletionItem| {
        items.entry(item.label.clone()).or_insert(item);
    };
    for thing in shape.options() {
        match thing {
            Thing::Value(value) => keys(analysis, value, range).into_iter().for_each(&mut add),
            Thing::Context(_) => ROOT.iter().map(|it| member(it, range)).for_each(&mut add),
            Thing::Builtin(Builtin::Subcharts(chart)) => {
                let children = analysis.chart(chart).into_iter().flat_map(|it| it.dependencies.iter());
                let item = |it: &chart::Chart| CompletionItem::new(it.name(), CompletionKind::Builtin, range);
                children.map(item).for_each(&mut add);
            }
            Thing::Builtin(builtin) => {
                builtin.members().iter().map(|it| member(it, range)).for_each(&mut add);
            }
            Thing::Dict(entries) => {
                for (key, shape) in entries.iter() {
                    let detail = describe::shape_in_a_word(shape);
                    add(CompletionItem::new(key, CompletionKind::Value, range).detail(detail));
                }
            }
            Thing::List(_) | Thing::Literal(_) | Thing::Typed(_) => {}
        }
    }
    items.into_values().collect()
}

fn member(member: &Member, range: TextRange) -> CompletionItem {
    let method = member.detail.starts_with('(');
    let kind = if method { CompletionKind::Method } else { CompletionKind::Builtin };
    CompletionItem::new(member.name, kind, range).detail(member.detail).documentation(member.doc)
}

/// The keys of a value: those that count, then those that only comments tell of.
fn keys(analysis: &Analysis, value: &ValueAt, range: TextRange) -> Vec<CompletionItem> {
    let map = value.node.as_ref().and_then(|node| node.value.as_map().cloned());
    let mut names: BTreeMap<String, u8> = BTreeMap::new();
    for entry in map.iter().flat_map(|map| map.iter()) {
        names.insert(entry.key.to_string(), 0);
    }
    for (name, place) in analysis.keys_below(value) {
        names.entry(name).or_insert(if place.is_commented() { 2 } else { 1 });
    }
    let item = |(name, rank): (String, u8)| {
        let child = value.child(&name);
        let section = child.node.as_ref().is_some_and(|node| node.value.as_map().is_some());
        let kind = if section { CompletionKind::Section } else { CompletionKind::Value };
        let item = CompletionItem::new(name, kind, range).rank(rank);
        item.detail(describe::value_in_a_word(&child))
            .documentation(describe::value_documentation(analysis, &child))
    };
    names.into_iter().map(item).collect()
}

/// `.Values.a-b` is no path to Go: a key with a dash needs `index`.
fn call_index_for_dashes(look: &Look<'_>, field: &FieldPlace<'_>, item: &mut CompletionItem) {
    let plain = item.label.chars().all(|it| it.is_alphanumeric() || it == '_');
    if plain && !item.label.starts_with(|it: char| it.is_ascii_digit()) {
        return;
    }
    let start = field.expr.range.start();
    let receiver = &look.source.text()[TextRange::new(start, field.range.start().max(start))];
    let receiver = receiver.trim_end_matches('.');
    let receiver = if receiver.is_empty() { "." } else { receiver };
    let before = &look.source.text()[TextRange::new(start, field.range.start().max(start))];
    item.insert = format!("(index {receiver} {:?})", item.label);
    item.filter = Some(format!("{before}{}", item.label));
    item.range = TextRange::new(start, field.range.end().max(start));
}
