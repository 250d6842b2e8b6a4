//! Lists: item by item where something names the items, or else as bags in which an item is there or not.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write;

use yaml::{Content, NodeId, Written};

use super::compare::{Found, Incomparable, objects, texts};
use super::names::{Identifier, object_name};
use super::{Detail, Difference, Group, Path, Step, deeper, text_of};

/// Fields that name items, in the order in which they are tried.
const FIELDS: [&str; 4] = ["name", "key", "id", "manager"];

/// Lists must be longer for a field to name their items that is not among those.
const TOO_SHORT_TO_GUESS: usize = 3;

pub(super) fn compare(nodes: &mut Written, path: &Path, old: &[NodeId], new: &[NodeId]) -> Found {
    if old.is_empty() && new.is_empty() {
        return Ok(Vec::new());
    }
    match identifier(nodes, old, new) {
        Some(identifier) => by_name(nodes, path, &identifier, old, new),
        None => by_value(nodes, path, old, new),
    }
}

fn identifier(nodes: &Written, old: &[NodeId], new: &[NodeId]) -> Option<Identifier> {
    known_field(nodes, old, new).or_else(|| guessed_field(nodes, old, new)).or_else(|| {
        let all_named = |items: &[NodeId]| items.iter().all(|it| object_name(nodes, *it).is_some());
        (all_named(old) && all_named(new)).then_some(Identifier::Object)
    })
}

/// The texts that each field has in the items, in which order whatsoever.
type Texts<'n> = BTreeMap<&'n str, HashSet<&'n str>>;

fn known_field(nodes: &Written, old: &[NodeId], new: &[NodeId]) -> Option<Identifier> {
    let texts = |items: &[NodeId]| {
        let mut texts = Texts::new();
        for (key, value) in items.iter().filter_map(|it| entries(nodes, *it)).flatten() {
            let (key, value) = (nodes.followed(*key), nodes.followed(*value));
            if FIELDS.contains(&text_of(nodes, key)) {
                texts.entry(text_of(nodes, key)).or_default().insert(text_of(nodes, value));
            }
        }
        texts
    };
    let (old_texts, new_texts) = (texts(old), texts(new));
    let is_other_in_each =
        |texts: &Texts<'_>, field: &str, len| texts.get(field).is_some_and(|it| it.len() == len);
    let names = |field: &&&str| {
        is_other_in_each(&old_texts, field, old.len()) && is_other_in_each(&new_texts, field, new.len())
    };
    FIELDS.iter().find(names).map(|it| Identifier::Field((*it).to_owned()))
}

fn guessed_field(nodes: &Written, old: &[NodeId], new: &[NodeId]) -> Option<Identifier> {
    if old.len() <= TOO_SHORT_TO_GUESS {
        return None;
    }
    let is_text = |id: NodeId| matches!(nodes[id].content, Content::Scalar(..)) && nodes[id].tag == "!!str";
    let texts = |items: &[NodeId]| {
        let mut texts = Texts::new();
        for item in items {
            for (key, value) in entries(nodes, *item)? {
                let (key, value) = (nodes.followed(*key), nodes.followed(*value));
                if is_text(key) && is_text(value) {
                    texts.entry(text_of(nodes, key)).or_default().insert(text_of(nodes, value));
                }
            }
        }
        Some(texts)
    };
    let (old_texts, new_texts) = (texts(old)?, texts(new)?);
    let names = |(field, texts): &(&&str, &HashSet<&str>)| {
        texts.len() == old.len() && new_texts.get(**field).is_some_and(|it| it.len() == new.len())
    };
    old_texts.iter().find(names).map(|(field, _)| Identifier::Field((*field).to_owned()))
}

fn entries(nodes: &Written, id: NodeId) -> Option<&[(NodeId, NodeId)]> {
    match &nodes[id].content {
        Content::Map(entries) => Some(entries),
        Content::Scalar(..) | Content::List(_) | Content::Alias(..) => None,
    }
}

fn by_name(
    nodes: &mut Written,
    path: &Path,
    identifier: &Identifier,
    old: &[NodeId],
    new: &[NodeId],
) -> Found {
    let names = |items: &[NodeId]| -> Vec<Option<String>> {
        items.iter().map(|it| identifier.name(nodes, *it)).collect()
    };
    let (old_all, new_all) = (names(old), names(new));
    let (old_places, new_places) = (places(&old_all), places(&new_all));
    let mut found = Vec::new();
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    let (mut old_names, mut new_names) = (Vec::new(), Vec::new());
    for (item, name) in old.iter().zip(&old_all) {
        let name = name.as_deref().ok_or(Incomparable)?;
        match new_places.get(name) {
            Some(other) => {
                let step = Step::Name(name.to_owned());
                found.extend(objects(nodes, &path.then(step), *item, new[*other])?);
                old_names.push(name);
            }
            None => removed.push(*item),
        }
    }
    for (item, name) in new.iter().zip(&new_all) {
        let name = name.as_deref().ok_or(Incomparable)?;
        if old_places.contains_key(name) { new_names.push(name) } else { added.push(*item) }
    }
    let last_places: HashMap<&str, usize> = new_names.iter().enumerate().map(|(at, it)| (*it, at)).collect();
    let moved = |(at, name): (usize, &&str)| last_places.get(name).copied().unwrap_or(0) != at;
    let order =
        old_names.iter().enumerate().any(moved).then(|| (texts(nodes, &old_names), texts(nodes, &new_names)));
    Ok(with_group(found, path, order, removed, added))
}

/// Where each name stands first, up to the first item without one.
fn places(names: &[Option<String>]) -> HashMap<&str, usize> {
    let mut places = HashMap::new();
    for (at, name) in names.iter().map_while(Option::as_deref).enumerate() {
        places.entry(name).or_insert(at);
    }
    places
}

fn by_value(nodes: &mut Written, path: &Path, old: &[NodeId], new: &[NodeId]) -> Found {
    if let ([before], [after]) = (old, new) {
        return objects(nodes, &path.then(Step::Item(0)), *before, *after);
    }
    let prints = |items: &[NodeId]| -> Vec<String> { items.iter().map(|it| print_of(nodes, *it)).collect() };
    let (old_prints, new_prints) = (prints(old), prints(new));
    let (old_counts, new_counts) = (counts(&old_prints), counts(&new_prints));
    let (removed, old_common) = missing(old, &old_prints, &old_counts, &new_counts);
    let (added, new_common) = missing(new, &new_prints, &new_counts, &old_counts);
    let same_order = || {
        let both = old_common.iter().zip(&new_common);
        both.into_iter().all(|(before, after)| old_prints[*before] == new_prints[*after])
    };
    let order = (old_common.len() == new_common.len() && !same_order()).then(|| {
        (old_common.iter().map(|it| old[*it]).collect(), new_common.iter().map(|it| new[*it]).collect())
    });
    Ok(with_group(Vec::new(), path, order, removed, added))
}

fn counts(prints: &[String]) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    for print in prints {
        *counts.entry(print.as_str()).or_default() += 1;
    }
    counts
}

/// The items that the other side has not, or not so often; and where those are that it has.
fn missing(
    items: &[NodeId],
    prints: &[String],
    counts: &HashMap<&str, usize>,
    others: &HashMap<&str, usize>,
) -> (Vec<NodeId>, Vec<usize>) {
    let (mut missing, mut common) = (Vec::new(), Vec::new());
    let mut counted = HashSet::new();
    for (at, (item, print)) in items.iter().zip(prints).enumerate() {
        let (here, there) = (counts[print.as_str()], others.get(print.as_str()).copied().unwrap_or(0));
        if there == 0 {
            missing.push(*item);
            continue;
        }
        common.push(at);
        if here > there && counted.insert(print) {
            missing.extend(std::iter::repeat_n(*item, here - there));
        }
    }
    (missing, common)
}

type Order = (Vec<NodeId>, Vec<NodeId>);

/// What is said of a list itself comes before what is said of its items.
fn with_group(
    mut found: Vec<Difference>,
    path: &Path,
    order: Option<Order>,
    removed: Vec<NodeId>,
    added: Vec<NodeId>,
) -> Vec<Difference> {
    let mut details: Vec<Detail> =
        order.into_iter().map(|(before, after)| Detail::Reordered(before, after)).collect();
    if !removed.is_empty() {
        details.push(Detail::Removed(Group::Items(removed)));
    }
    if !added.is_empty() {
        details.push(Detail::Added(Group::Items(added)));
    }
    if !details.is_empty() {
        found.insert(0, Difference { path: Some(path.clone()), details });
    }
    found
}

/// A text that is the same for equal items, in whatever order their keys are. Tags count for scalars only, and not below.
fn print_of(nodes: &Written, item: NodeId) -> String {
    let mut print = String::new();
    let item = nodes.followed(item);
    if let Content::Scalar(..) = nodes[item].content {
        print.push_str(&nodes[item].tag);
    }
    push_print(nodes, item, &mut print);
    print
}

fn push_print(nodes: &Written, id: NodeId, into: &mut String) {
    let id = nodes.followed(id);
    match &nodes[id].content {
        Content::Scalar(text, _) | Content::Alias(text, _) => {
            let _ = write!(into, "{}:{text}", text.len());
        }
        Content::List(items) => {
            into.push('[');
            deeper(|| items.iter().for_each(|it| push_print(nodes, *it, into)));
            into.push(']');
        }
        Content::Map(entries) => {
            let print = |id| {
                let mut print = String::new();
                deeper(|| push_print(nodes, id, &mut print));
                print
            };
            // Of equal keys the last counts.
            let entries: BTreeMap<String, String> =
                entries.iter().map(|(key, value)| (print(*key), print(*value))).collect();
            into.push('{');
            for (key, value) in &entries {
                into.extend([key.as_str(), value]);
            }
            into.push('}');
        }
    }
}
