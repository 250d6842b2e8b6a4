//! Keys in the order in which people read them: `name` first, an object's `apiVersion`, `kind`, `metadata`; then what is
//! flat before what is deep. Mappings that have none of the keys that dyff knows stay as they are.

use std::collections::HashMap;

use golang::sort::sort_unstable_by;
use yaml::{Content, NodeId, Written};

use super::{deeper, text_of};

/// Keys that stand together, in their order.
const KNOWN: [&[&str]; 13] = [
    &["name", "director_uuid", "releases", "instance_groups", "networks", "resource_pools", "compilation"],
    &["name", "url", "version", "sha1"],
    &["jobs", "resources", "resource_types"],
    &["name", "type", "source"],
    &["get"],
    &["put"],
    &["task"],
    &["releases", "instance_groups", "configuration", "variables"],
    &["auth", "templates"],
    &["apiVersion", "kind", "metadata", "spec", "status"],
    &["name"],
    &["key"],
    &["id"],
];

type Entry = (NodeId, NodeId);

/// Arranges a node and what is in it.
pub(super) fn arrange(nodes: &mut Written, id: NodeId) {
    match &nodes[id].content {
        Content::Map(entries) => {
            let arranged = arrange_entries(nodes, entries.clone());
            nodes[id].content = Content::Map(arranged);
        }
        Content::List(items) => {
            let items = items.clone();
            deeper(|| items.into_iter().for_each(|it| arrange(nodes, it)));
        }
        Content::Scalar(..) | Content::Alias(..) => {}
    }
}

/// The entries of a mapping, arranged.
pub(super) fn arrange_entries(nodes: &mut Written, mut entries: Vec<Entry>) -> Vec<Entry> {
    if let Some(first) = best_known(nodes, &entries) {
        entries = sorted(nodes, &entries, first);
    }
    deeper(|| entries.iter().for_each(|(_, value)| arrange(nodes, *value)));
    entries
}

/// The known keys of which most are here.
fn best_known(nodes: &Written, entries: &[Entry]) -> Option<&'static [&'static str]> {
    let mut best: Option<(usize, &'static [&'static str])> = None;
    for known in KNOWN {
        let count = known.iter().filter(|it| has_key(nodes, entries, it)).count();
        if count > best.map_or(0, |it| it.0) {
            best = Some((count, known));
        }
    }
    best.map(|it| it.1)
}

fn has_key(nodes: &Written, entries: &[Entry], key: &str) -> bool {
    entries.iter().any(|it| text_of(nodes, it.0) == key)
}

fn sorted(nodes: &Written, entries: &[Entry], first: &[&str]) -> Vec<Entry> {
    // Of equal keys the first says how deep they are, and the last is shown for each.
    let mut places: HashMap<&str, (Entry, Entry)> = HashMap::new();
    for entry in entries {
        places.entry(text_of(nodes, entry.0)).or_insert((*entry, *entry)).1 = *entry;
    }
    let others = entries.iter().map(|it| text_of(nodes, it.0)).filter(|it| !first.contains(it));
    let mut rest: Vec<(usize, Entry)> =
        others.map(|key| (depth(nodes, places[key].0.1), places[key].1)).collect();
    sort_unstable_by(&mut rest, |a, b| a.0 < b.0);
    let known = first.iter().filter_map(|key| places.get(key).map(|it| it.1));
    known.chain(rest.into_iter().map(|it| it.1)).collect()
}

/// How many steps lead to the deepest scalar.
fn depth(nodes: &Written, id: NodeId) -> usize {
    match &nodes[id].content {
        Content::Scalar(..) | Content::Alias(..) => 0,
        Content::Map(entries) => deepest(nodes, entries.iter().map(|it| it.1)),
        Content::List(items) => match naming_field(nodes, items) {
            None => deepest(nodes, items.iter().copied()),
            Some(field) => {
                let within = |item: &NodeId| match &nodes[*item].content {
                    Content::Map(entries) => {
                        let others = entries.iter().filter(|it| text_of(nodes, it.0) != field);
                        deepest(nodes, others.map(|it| it.1))
                    }
                    Content::Scalar(..) | Content::List(_) | Content::Alias(..) => 0,
                };
                deeper(|| items.iter().map(within).filter(|it| *it > 0).max().map_or(0, |it| it + 1))
            }
        },
    }
}

/// One more than the deepest of these, of those that lead to a scalar at all.
fn deepest(nodes: &Written, ids: impl Iterator<Item = NodeId>) -> usize {
    deeper(|| ids.filter_map(|it| leads_to_scalar(nodes, it)).max().map_or(0, |it| it + 1))
}

/// How many steps lead to the deepest scalar, if there is one.
fn leads_to_scalar(nodes: &Written, id: NodeId) -> Option<usize> {
    let is_scalar = matches!(nodes[id].content, Content::Scalar(..) | Content::Alias(..));
    Some(depth(nodes, id)).filter(|it| is_scalar || *it > 0)
}

/// `name`, `key` or `id`, if it stands as often in the items as there are items.
fn naming_field(nodes: &Written, items: &[NodeId]) -> Option<&'static str> {
    let count = |field: &str| {
        let maps = items.iter().filter_map(|it| match &nodes[*it].content {
            Content::Map(entries) => Some(entries),
            Content::Scalar(..) | Content::List(_) | Content::Alias(..) => None,
        });
        maps.flatten().filter(|it| text_of(nodes, it.0) == field).count()
    };
    ["name", "key", "id"].into_iter().find(|field| !items.is_empty() && count(field) == items.len())
}
