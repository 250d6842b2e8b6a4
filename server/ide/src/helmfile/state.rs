//! State values of a helmfile, environment by environment: what they are and which file says so.

use std::collections::BTreeSet;
use std::sync::Arc;

use helmfile::{Files, Loaded, StateFile};
use text::FileRange;
use yaml::{Entry, Node};

use super::Helmfile;
use super::dot::Seen;
use crate::describe;

/// A place in a file that a helmfile was loaded from, by its path.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PathRange {
    /// Absolute, with `/`.
    pub path: Arc<str>,
    /// Where in it.
    pub range: text::TextRange,
}

impl PathRange {
    /// A place as a loader names it.
    pub fn new(files: &Files, at: FileRange) -> Self {
        Self { path: files.path(at.file).into(), range: at.range }
    }
}

/// A state value in one environment.
#[derive(Clone, Copy, Debug)]
pub(super) struct StateValue<'h> {
    pub(super) environment: &'h str,
    pub(super) node: &'h Node,
    /// Where its key is written.
    pub(super) key_at: Option<FileRange>,
    files: &'h Files,
}

impl StateValue<'_> {
    /// Where it is set: its key, else its value.
    pub(super) fn place(&self) -> Option<PathRange> {
        let at = self.key_at.or(self.node.at)?;
        Some(PathRange::new(self.files, at))
    }

    /// `dev.yaml:3`, seen from a folder.
    fn told(&self, folder: &str) -> Option<String> {
        let at = self.key_at.or(self.node.at)?;
        let path = self.files.path(at.file);
        let path = path.strip_prefix(folder).map_or(path, |it| it.trim_start_matches('/'));
        let line = self.files.line_column(at.start()).line + 1;
        Some(format!("{path}:{line}"))
    }
}

impl<'h> Helmfile<'h> {
    /// The state of this file in an environment. A base has none of its own, and sees that of the first file.
    pub(super) fn state_of(&self, loaded: &'h Loaded) -> Option<&'h StateFile> {
        let own = loaded.state.files.iter().find(|it| it.path == self.path);
        own.or_else(|| loaded.state.files.last())
    }

    /// The keys below something, in any environment.
    pub(super) fn keys_below(&self, seen: &Seen) -> BTreeSet<Arc<str>> {
        let maps = self.values_of(seen);
        let keys = maps.iter().filter_map(|it| it.node.value.as_map());
        keys.flat_map(|map| map.iter().map(|entry| entry.key.clone())).collect()
    }

    /// A state value in all environments that have it.
    pub(super) fn values_of(&self, seen: &Seen) -> Vec<StateValue<'h>> {
        let (path, is_own) = match seen {
            Seen::State(path) => (path, false),
            Seen::Own(path) => (path, true),
            Seen::Root | Seen::Environment | Seen::Release | Seen::Leaf(_) => return Vec::new(),
        };
        let value = |loaded: &'h Loaded| {
            let environment = &self.state_of(loaded)?.environment;
            let root = if is_own { &environment.own_values } else { &environment.values };
            let (node, key_at) = find(root, path)?;
            Some(StateValue { environment: &environment.name, node, key_at, files: &loaded.files })
        };
        self.loaded.iter().filter_map(|it| value(it)).collect()
    }

    /// One line per environment: what a value is there and which file says so. The same in all is told once.
    pub(super) fn told_values(&self, seen: &Seen) -> String {
        let values = self.values_of(seen);
        let told = |it: &StateValue<'_>| {
            let origin = it.told(self.folder()).map(|at| format!(", {at}")).unwrap_or_default();
            format!("`{}`{origin}", describe::node_in_a_word(it.node))
        };
        let lines: Vec<(&str, String)> = values.iter().map(|it| (it.environment, told(it))).collect();
        let is_same = lines.len() == self.loaded.len() && lines.iter().all(|it| it.1 == lines[0].1);
        match lines.first() {
            None => "not set in any environment".to_owned(),
            Some((_, told)) if is_same && lines.len() > 1 => format!("{told} in all environments"),
            Some(_) => {
                let line = |(environment, told): &(&str, String)| format!("- {environment}: {told}");
                lines.iter().map(line).collect::<Vec<_>>().join("\n")
            }
        }
    }
}

fn find<'n>(root: &'n Node, path: &[Arc<str>]) -> Option<(&'n Node, Option<FileRange>)> {
    let step = |(node, _): (&'n Node, _), key: &Arc<str>| {
        let Entry { node, key_at, .. } = node.value.as_map()?.entry(key)?;
        Some((node, *key_at))
    };
    path.iter().try_fold((root, None), step)
}
