//! A values file: keys that the other layers have there or the schema knows, so that an override can only be a key that
//! exists, and the values that the schema allows.

use std::collections::BTreeMap;

use syntax::{EntryId, YamlPart};
use text::{TextRange, TextSize};

use super::{CompletionItem, CompletionKind, within_quotes};
use crate::analysis::Analysis;
use crate::describe;
use crate::shape::ValueAt;
use crate::source::ValuesSource;
use crate::values_schema::Said;

pub(super) fn complete(analysis: &Analysis, source: &ValuesSource, offset: TextSize) -> Vec<CompletionItem> {
    let cursor = source.parsed().cursor(offset);
    match cursor.part {
        YamlPart::Key { entry, range, .. } => keys(analysis, source, cursor.parent, entry, range),
        YamlPart::Value { entry, range, .. } => {
            let said = analysis.said_of(&analysis.value_of_entry(source, entry));
            values(&said, &source.text()[range], range)
        }
        YamlPart::Comment => Vec::new(),
    }
}

fn keys(
    analysis: &Analysis,
    source: &ValuesSource,
    above: Option<EntryId>,
    entry: Option<EntryId>,
    range: TextRange,
) -> Vec<CompletionItem> {
    let outline = source.parsed().outline();
    let parent = match above {
        Some(parent) => analysis.value_of_entry(source, parent),
        None => ValueAt { chart: source.chart.clone(), path: Vec::new(), key_at: None, node: None },
    };
    let here: Vec<_> = outline.children(above).iter().filter(|it| Some(**it) != entry).collect();
    let present = |name: &str| {
        here.iter().any(|it| {
            let it = outline.entry(**it);
            !it.commented && matches!(&it.name, syntax::EntryName::Key(key) if key == name)
        })
    };
    let item = |name: &str, behind: &str| {
        let mut item = CompletionItem::new(name, CompletionKind::Value, range)
            .documentation(describe::value_documentation(analysis, &parent.child(name)));
        if entry.is_none() {
            item.insert.push_str(behind);
        }
        item
    };
    let mut items: BTreeMap<String, CompletionItem> = BTreeMap::new();
    for (name, place) in analysis.keys_below(&parent) {
        if present(&name) || (place.source.file == source.file && Some(place.entry) == entry) {
            continue;
        }
        let item = item(&name, ": ")
            .detail(place.value_text().lines().next().unwrap_or_default())
            .rank(u8::from(place.is_commented()));
        items.entry(name).or_insert(item);
    }
    let said = analysis.said_of(&parent);
    for (name, (child, is_required)) in said.keys() {
        if present(name) || items.contains_key(name) {
            continue;
        }
        let kind = child.kind();
        let behind = if matches!(kind.as_str(), "map" | "list") { ":" } else { ": " };
        let must = if is_required { "required, " } else { "" };
        let item = item(name, behind).detail(format!("{must}{kind}")).rank(u8::from(!is_required));
        items.insert(name.to_owned(), item);
    }
    // A word behind `- ` may be an element as well as the first key of one.
    let elements = if entry.is_none() { values(&said, &source.text()[range], range) } else { Vec::new() };
    items.into_values().chain(elements).collect()
}

/// The values that the schema has, if only some may stand there.
fn values(said: &Said<'_>, text: &str, range: TextRange) -> Vec<CompletionItem> {
    let within = within_quotes(text, range);
    let is_quoted = within != range;
    let choices = said.choices().into_iter();
    choices
        .map(|it| {
            let text = if is_quoted { it.quoted } else { it.written };
            CompletionItem::new(text, CompletionKind::Value, within)
        })
        .collect()
}
