//! How Go's mergo, which Helmfile merges with, lays one thing over another.
//!
//! Typed trees ([`crate::typed`]) are merged by their keys' types. What is empty never wins, and what Go cannot tell
//! from empty is not in the tree; a pointer to `false` is, and still does not win over `true`. Plain values
//! ([`over_any`]) are merged as Go's `map[string]any`.

use std::sync::Arc;

use yaml::{Entry, Node, Value};

use crate::keys::{self, Key, Kind};

/// How two structs are merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// What the second says wins, lists as a whole: parts of a file.
    Override,
    /// What the second says wins, lists are put behind each other: bases, documents of a part, templates of releases.
    OverrideAppend,
    /// What the first says stays, lists too: what sub-helmfiles inherit.
    Keep,
}

impl Mode {
    fn overrides(self) -> bool {
        matches!(self, Self::Override | Self::OverrideAppend)
    }

    fn appends(self) -> bool {
        self == Self::OverrideAppend
    }
}

/// Merges two structs of these keys, the second into the first.
pub(crate) fn merge(into: &Node, from: &Node, keys: &'static [Key], mode: Mode) -> Node {
    let (Value::Map(old), Value::Map(new)) = (&into.value, &from.value) else { return into.clone() };
    let mut merged = (**old).clone();
    for entry in new.iter() {
        let node = match (old.get(&entry.key), keys::find(keys, &entry.key)) {
            (Some(old), Some(key)) => merge_value(old, &entry.node, key.kind, mode),
            _ => entry.node.clone(),
        };
        merged.insert(Entry { node, ..entry.clone() });
    }
    Node { value: Value::Map(merged.into()), at: into.at.or(from.at) }
}

fn merge_value(old: &Node, new: &Node, kind: Kind, mode: Mode) -> Node {
    match kind {
        Kind::Group(keys) | Kind::MaybeGroup(keys) => merge(old, new, keys, mode),
        Kind::Named(_) | Kind::TextMap => merge_entries(old, new, mode),
        Kind::Texts
        | Kind::TextOrTexts
        | Kind::List
        | Kind::Groups(_)
        | Kind::GroupOrGroups(_)
        | Kind::TextsOrGroups(..) => merge_lists(old, new, mode),
        Kind::Bool
        | Kind::MaybeBool
        | Kind::Int
        | Kind::MaybeInt
        | Kind::MaybeFloat
        | Kind::Text
        | Kind::MaybeText
        | Kind::Any => {
            let wins = !is_empty(&new.value) && (mode.overrides() || is_empty(&old.value));
            if wins { new.clone() } else { old.clone() }
        }
    }
}

fn merge_lists(old: &Node, new: &Node, mode: Mode) -> Node {
    let (Value::List(first), Value::List(second)) = (&old.value, &new.value) else { return new.clone() };
    if mode.appends() {
        let items: Vec<Node> = first.iter().chain(second.iter()).cloned().collect();
        return Node { value: Value::List(items.into()), at: old.at };
    }
    let wins = !second.is_empty() && (mode.overrides() || first.is_empty());
    if wins { new.clone() } else { old.clone() }
}

/// Maps key by key; a value that is a struct or a string is taken as a whole.
fn merge_entries(old: &Node, new: &Node, mode: Mode) -> Node {
    let (Value::Map(first), Value::Map(second)) = (&old.value, &new.value) else { return new.clone() };
    let mut merged = (**first).clone();
    for entry in second.iter() {
        let stays = first.get(&entry.key).is_some_and(|it| !is_empty(&it.value));
        if mode.overrides() || !stays {
            merged.insert(entry.clone());
        }
    }
    Node { value: Value::Map(merged.into()), at: old.at }
}

/// What mergo calls empty: the zero of its type.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(it) => !it,
        Value::Int(it) => *it == 0,
        Value::Uint(it) => *it == 0,
        Value::Float(it) => *it == 0.0,
        Value::String(it) => it.is_empty(),
        Value::List(it) => it.is_empty(),
        Value::Map(_) => false, // a struct
    }
}

/// One `map[string]any` over another, as mergo does with `WithOverride`: maps are merged, all else is replaced, even by
/// null.
pub(crate) fn over_any(old: &Node, new: &Node) -> Node {
    let (Value::Map(first), Value::Map(second)) = (&old.value, &new.value) else { return new.clone() };
    let mut merged = (**first).clone();
    for entry in second.iter() {
        let below = first.get(&entry.key).filter(|it| it.value.as_map().is_some_and(|it| !it.is_empty()));
        let node = match (below, &entry.node.value) {
            (Some(below), Value::Map(_)) => over_any(below, &entry.node),
            _ => entry.node.clone(),
        };
        merged.insert(Entry { node, ..entry.clone() });
    }
    Node { value: Value::Map(merged.into()), at: old.at.or(new.at) }
}

/// What becomes of lists in Helmfile's own way of merging state values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lists {
    /// A list with nulls in it is laid over the old one item by item, any other replaces it.
    Sparse,
    /// Item by item, always: `--state-values-set`.
    ItemByItem,
}

/// Helmfile's own way of merging state values (`maputil.MergeMaps`): null never wins over anything.
pub(crate) fn over_state(old: &Node, new: &Node, lists: Lists) -> Node {
    let (Value::Map(first), Value::Map(second)) = (&old.value, &new.value) else { return new.clone() };
    let mut merged = (**first).clone();
    for entry in second.iter() {
        let below = first.get(&entry.key);
        let node = match (below, &entry.node.value) {
            (Some(_), Value::Null) => continue,
            (Some(below), Value::Map(_)) if below.value.as_map().is_some() => {
                over_state(below, &entry.node, lists)
            }
            (Some(below), Value::List(items)) => match &below.value {
                Value::List(old) => Node { value: over_list(old, items, lists), at: entry.node.at },
                _ => entry.node.clone(),
            },
            _ => entry.node.clone(),
        };
        merged.insert(Entry { node, ..entry.clone() });
    }
    Node { value: Value::Map(merged.into()), at: old.at.or(new.at) }
}

fn over_list(old: &[Node], new: &Arc<Vec<Node>>, lists: Lists) -> Value {
    let sparse = new.iter().any(|it| it.value.is_null());
    if lists == Lists::Sparse && !sparse {
        return Value::List(new.clone());
    }
    let mut merged = old.to_vec();
    for (at, item) in new.iter().enumerate() {
        let item = match (merged.get(at), &item.value) {
            (Some(_), Value::Null) => continue,
            (Some(below), Value::Map(_)) if below.value.as_map().is_some() => over_state(below, item, lists),
            _ => item.clone(),
        };
        match merged.get_mut(at) {
            Some(slot) => *slot = item,
            None => merged.push(item),
        }
    }
    Value::List(merged.into())
}

#[cfg(test)]
mod tests {
    use text::FileId;

    use super::*;

    fn node(text: &str) -> Node {
        yaml::parse_v3(text, FileId(0)).unwrap()
    }

    fn shown(node: &Node) -> String {
        yaml::write(node, yaml::Layout::V3).unwrap().replace('\n', "; ")
    }

    #[test]
    fn parts_replace_lists_and_bases_put_them_behind_each_other() {
        let (old, new) =
            (node("releases: [{name: a}]\nhelmDefaults: {wait: true}"), node("releases: [{name: b}]"));
        let merged = |mode| shown(&merge(&old, &new, keys::FILE, mode));
        assert_eq!(merged(Mode::Override), "helmDefaults:;   wait: true; releases:;   - name: b");
        assert_eq!(
            merged(Mode::OverrideAppend),
            "helmDefaults:;   wait: true; releases:;   - name: a;   - name: b"
        );
    }

    #[test]
    fn false_never_wins_over_true() {
        let (old, new) = (node("wait: true\nversion: a"), node("wait: false\nversion: b"));
        let merged = |mode| shown(&merge(&old, &new, keys::RELEASE, mode));
        assert_eq!(merged(Mode::Override), "version: b; wait: true");
        assert_eq!(merged(Mode::Keep), "version: a; wait: true");
        let reversed = shown(&merge(&new, &old, keys::RELEASE, Mode::Keep));
        assert_eq!(reversed, "version: b; wait: true");
    }

    #[test]
    fn state_values() {
        let old = node("a: {b: 1, c: 2}\nl: [1, 2]\nm: [{p: 1}]");
        let check = |new: &str, lists, want: &str| {
            assert_eq!(shown(&over_state(&old, &node(new), lists)).replace("; ", "\n"), want);
        };
        check(
            "a: {b: null, d: null}",
            Lists::Sparse,
            "a:\n  b: 1\n  c: 2\n  d: null\nl:\n  - 1\n  - 2\nm:\n  - p: 1",
        );
        check("l: [3]\nm: [null, 4]", Lists::Sparse, "a:\n  b: 1\n  c: 2\nl:\n  - 3\nm:\n  - p: 1\n  - 4");
        check(
            "l: [3]\nm: [{q: 2}]",
            Lists::ItemByItem,
            "a:\n  b: 1\n  c: 2\nl:\n  - 3\n  - 2\nm:\n  - p: 1\n    q: 2",
        );
    }

    #[test]
    fn mergo_takes_null() {
        let merged = over_any(&node("a: {b: 1, c: 2}\nb: 1"), &node("a: {b: null}\nb: null"));
        assert_eq!(shown(&merged), "a:;   b: null;   c: 2; b: null");
    }
}
