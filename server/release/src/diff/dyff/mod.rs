//! A diff by fields for people, as helm-diff's `--output dyff` has it: what the program dyff says of two files.
//!
//! Two texts are read as they are written (`yaml::Written`), since comments, tags and the order of keys are shown, compared
//! node by node (`compare`) and told (`human`). Objects are found by kind and name, items of lists by a field that names them.
//!
//! dyff says nothing at all of texts that it cannot read or compare: no more than an empty line. Neither do we.

mod arrange;
mod blocks;
mod certificates;
mod compare;
mod edits;
mod human;
mod lists;
mod marshal;
mod names;
mod neat;
mod paint;
mod renames;

use yaml::{NodeId, Written};

use self::compare::Compared;

/// How a diff by fields is told.
#[derive(Clone, Copy, Debug)]
pub struct DyffConfig {
    /// Whether an object under one name may be one that was under another.
    pub renames: bool,
    /// With colours.
    pub colour: bool,
    /// How wide the terminal is: what fits stands side by side.
    pub width: usize,
}

impl Default for DyffConfig {
    fn default() -> Self {
        Self { renames: false, colour: false, width: 80 }
    }
}

/// Where something stands in one of the two texts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Path {
    /// What the document is called: the name of its object, or its number.
    root: String,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Key(String),
    /// An item of a list by the value of the field that names it.
    Name(String),
    Item(usize),
}

impl Path {
    fn at(root: &str) -> Self {
        Self { root: root.to_owned(), steps: Vec::new() }
    }

    fn then(&self, step: Step) -> Self {
        let mut path = self.clone();
        path.steps.push(step);
        path
    }
}

/// What differs in one place. Without a place it is the order of documents.
#[derive(Debug)]
struct Difference {
    path: Option<Path>,
    details: Vec<Detail>,
}

#[derive(Debug)]
enum Detail {
    Added(Group),
    Removed(Group),
    Changed(NodeId, NodeId),
    Reordered(Vec<NodeId>, Vec<NodeId>),
}

/// Nodes that come or go together.
#[derive(Debug)]
enum Group {
    Document(NodeId),
    Items(Vec<NodeId>),
    Entries(Vec<(NodeId, NodeId)>),
}

/// What becomes of one text to make it another, in dyff's words.
pub fn dyff(old: &str, new: &str, config: &DyffConfig) -> String {
    let mut nodes = Written::default();
    let (Ok(old), Ok(new)) = (nodes.read(old), nodes.read(new)) else { return "\n".to_owned() };
    let Compared { differences, documents } = compare::compare(&mut nodes, old, new, config.renames);
    human::tell(nodes, differences, documents > 1, config)
}

/// The text of a scalar, or the name of the anchor that an alias means; what else there is has none.
fn text_of(nodes: &Written, id: NodeId) -> &str {
    match &nodes[id].content {
        yaml::Content::Scalar(text, _) | yaml::Content::Alias(text, _) => text,
        yaml::Content::List(_) | yaml::Content::Map(_) => "",
    }
}

/// Runs on a stack that suffices.
fn deeper<T>(job: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(64 * 1024, 1024 * 1024, job)
}

#[cfg(test)]
mod tests;
