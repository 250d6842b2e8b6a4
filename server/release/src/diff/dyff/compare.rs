//! What differs between two texts: documents by the names of their objects, mappings key by key.

use std::collections::HashMap;

use yaml::{Content, NodeId, Written, WrittenNode};

use super::names::object_name;
use super::{Detail, Difference, Group, Path, Step, deeper, renames, text_of};

/// What dyff cannot compare.
#[derive(Debug)]
pub(super) struct Incomparable;

pub(super) type Found = Result<Vec<Difference>, Incomparable>;

/// What differs.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) differences: Vec<Difference>,
    /// How many documents there were before.
    pub(super) documents: usize,
}

/// Compares the documents of two texts.
pub(super) fn compare(
    nodes: &mut Written,
    old: Vec<NodeId>,
    new: Vec<NodeId>,
    detect_renames: bool,
) -> Compared {
    let (named_old, named_new) = (Documents::named(nodes, &old), Documents::named(nodes, &new));
    let (documents, found) = match (named_old, named_new) {
        (Some(old), Some(new)) => (old.roots.len(), by_name(nodes, &old, &new, detect_renames)),
        _ => (old.len(), in_order(nodes, &old, &new)),
    };
    match found {
        Ok(differences) => Compared { differences, documents },
        Err(Incomparable) => Compared::default(),
    }
}

/// Documents that are objects, empty ones left out.
#[derive(Debug)]
pub(super) struct Documents {
    pub(super) roots: Vec<NodeId>,
    pub(super) names: Vec<String>,
}

impl Documents {
    /// `None` if one of them has no name.
    fn named(nodes: &Written, roots: &[NodeId]) -> Option<Self> {
        let is_empty =
            |id: &NodeId| matches!(nodes[*id].content, Content::Scalar(..)) && nodes[*id].tag == "!!null";
        let roots: Vec<NodeId> = roots.iter().copied().filter(|it| !is_empty(it)).collect();
        let names = roots.iter().map(|it| object_name(nodes, *it)).collect::<Option<_>>()?;
        Some(Self { roots, names })
    }

    /// Where the document of that name is; the last one, if there are several.
    fn places(&self) -> HashMap<&str, usize> {
        self.names.iter().enumerate().map(|(at, name)| (name.as_str(), at)).collect()
    }
}

fn by_name(nodes: &mut Written, old: &Documents, new: &Documents, detect_renames: bool) -> Found {
    let (old_places, new_places) = (old.places(), new.places());
    let mut found = Vec::new();
    let mut removed = Vec::new();
    for name in &old.names {
        let before = old_places[name.as_str()];
        match new_places.get(name.as_str()) {
            Some(after) => {
                found.extend(objects(nodes, &Path::at(name), old.roots[before], new.roots[*after])?);
            }
            None => removed.push(before),
        }
    }
    let is_new = |name: &&String| !old_places.contains_key(name.as_str());
    let mut added: Vec<usize> =
        new.names.iter().filter(is_new).map(|name| new_places[name.as_str()]).collect();
    let (mut old_names, mut new_names): (Vec<&str>, Vec<&str>) =
        (old.names.iter().map(String::as_str).collect(), new.names.iter().map(String::as_str).collect());
    if detect_renames {
        for (before, after) in renames::detect(nodes, (old, &mut removed), (new, &mut added)) {
            let path = Path::at(&new.names[after]);
            found.extend(objects(nodes, &path, old.roots[before], new.roots[after])?);
            old_names.retain(|it| *it != old.names[before]);
            new_names.retain(|it| *it != new.names[after]);
        }
    }
    let whole = |name: &str, detail| Difference { path: Some(Path::at(name)), details: vec![detail] };
    found.extend(
        removed.iter().map(|at| whole(&old.names[*at], Detail::Removed(Group::Document(old.roots[*at])))),
    );
    found.extend(
        added.iter().map(|at| whole(&new.names[*at], Detail::Added(Group::Document(new.roots[*at])))),
    );
    if old_names.len() == new_names.len() && old_names != new_names {
        let details = vec![Detail::Reordered(texts(nodes, &old_names), texts(nodes, &new_names))];
        found.push(Difference { path: None, details });
    }
    Ok(found)
}

/// Documents that have no names, each with the one at its place.
fn in_order(nodes: &mut Written, old: &[NodeId], new: &[NodeId]) -> Found {
    if old.len() != new.len() {
        return Err(Incomparable);
    }
    let mut found = Vec::new();
    for (at, (before, after)) in old.iter().zip(new).enumerate() {
        found.extend(objects(nodes, &Path::at(&format!("document #{}", at + 1)), *before, *after)?);
    }
    Ok(found)
}

/// Names as nodes of a list.
pub(super) fn texts(nodes: &mut Written, names: &[&str]) -> Vec<NodeId> {
    let node = |name: &&str| WrittenNode {
        content: Content::Scalar((*name).to_owned(), yaml::Style::Plain),
        tag: "!!str".to_owned(),
        ..WrittenNode::default()
    };
    names.iter().map(|it| nodes.push(node(it))).collect()
}

/// Compares two nodes, aliases followed.
pub(super) fn objects(nodes: &mut Written, path: &Path, old: NodeId, new: NodeId) -> Found {
    let (old, new) = (nodes.followed(old), nodes.followed(new));
    let changed =
        || Ok(vec![Difference { path: Some(path.clone()), details: vec![Detail::Changed(old, new)] }]);
    let same_tag = nodes[old].tag == nodes[new].tag;
    match (&nodes[old].content, &nodes[new].content) {
        (Content::Map(before), Content::Map(after)) if same_tag => {
            let (before, after) = (before.clone(), after.clone());
            deeper(|| mappings(nodes, path, &before, &after))
        }
        (Content::List(before), Content::List(after)) if same_tag => {
            let (before, after) = (before.clone(), after.clone());
            deeper(|| super::lists::compare(nodes, path, &before, &after))
        }
        (Content::Scalar(before, _), Content::Scalar(after, _)) if same_tag => {
            if scalars_differ(&nodes[old].tag, before, after)? { changed() } else { Ok(Vec::new()) }
        }
        _ => changed(),
    }
}

/// Whether two scalars of one tag mean something else. Blanks around a text do not count.
fn scalars_differ(tag: &str, old: &str, new: &str) -> Result<bool, Incomparable> {
    let blanks = [' ', '\n'];
    Ok(match tag {
        "!!str" => old.trim_matches(blanks) != new.trim_matches(blanks),
        "!!null" => false,
        "!!bool" => truth(old)? != truth(new)?,
        _ => old != new,
    })
}

fn truth(text: &str) -> Result<bool, Incomparable> {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Ok(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Ok(false),
        _ => Err(Incomparable),
    }
}

type Entries = [(NodeId, NodeId)];

fn mappings(nodes: &mut Written, path: &Path, old: &Entries, new: &Entries) -> Found {
    let (old_keys, new_keys) = (by_key(nodes, old), by_key(nodes, new));
    let mut found = Vec::new();
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    for (key, value) in old {
        let name = text_of(nodes, *key).to_owned();
        match new_keys.get(&name) {
            Some(other) => found.extend(objects(nodes, &path.then(Step::Key(name)), *value, *other)?),
            None => removed.push((*key, *value)),
        }
    }
    added.extend(new.iter().copied().filter(|(key, _)| !old_keys.contains_key(text_of(nodes, *key))));
    let mut details = Vec::new();
    if !removed.is_empty() {
        details.push(Detail::Removed(Group::Entries(removed)));
    }
    if !added.is_empty() {
        details.push(Detail::Added(Group::Entries(added)));
    }
    if !details.is_empty() {
        found.insert(0, Difference { path: Some(path.clone()), details });
    }
    Ok(found)
}

/// Values by key; of equal keys the first counts.
fn by_key(nodes: &Written, entries: &Entries) -> HashMap<String, NodeId> {
    let mut keys = HashMap::with_capacity(entries.len());
    for (key, value) in entries {
        keys.entry(text_of(nodes, nodes.followed(*key)).to_owned()).or_insert(*value);
    }
    keys
}
