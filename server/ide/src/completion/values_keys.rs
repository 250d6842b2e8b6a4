//! Keys of a values file: what the other layers have there, so that an override can only be a key that exists.

use std::collections::BTreeMap;

use syntax::YamlPart;
use text::TextSize;

use super::{CompletionItem, CompletionKind};
use crate::analysis::Analysis;
use crate::describe;
use crate::shape::ValueAt;
use crate::source::ValuesSource;

pub(super) fn complete(analysis: &Analysis, source: &ValuesSource, offset: TextSize) -> Vec<CompletionItem> {
    let cursor = source.parsed().cursor(offset);
    let YamlPart::Key { entry, range, .. } = cursor.part else { return Vec::new() };
    let outline = source.parsed().outline();
    let parent = match cursor.parent {
        Some(parent) => analysis.value_of_entry(source, parent),
        None => ValueAt { chart: source.chart.clone(), path: Vec::new(), key_at: None, node: None },
    };
    let here: Vec<_> = outline.children(cursor.parent).iter().filter(|it| Some(**it) != entry).collect();
    let present = |name: &str| {
        here.iter().any(|it| {
            let it = outline.entry(**it);
            !it.commented && matches!(&it.name, syntax::EntryName::Key(key) if key == name)
        })
    };
    let mut items: BTreeMap<String, CompletionItem> = BTreeMap::new();
    for (name, place) in analysis.keys_below(&parent) {
        if present(&name) || (place.source.file == source.file && Some(place.entry) == entry) {
            continue;
        }
        let child = parent.child(&name);
        let item = CompletionItem::new(&name, CompletionKind::Value, range)
            .detail(place.value_text().lines().next().unwrap_or_default())
            .documentation(describe::value_documentation(analysis, &child))
            .rank(u8::from(place.is_commented()));
        let mut item = item;
        if entry.is_none() {
            item.insert.push_str(": ");
        }
        items.entry(name).or_insert(item);
    }
    items.into_values().collect()
}
