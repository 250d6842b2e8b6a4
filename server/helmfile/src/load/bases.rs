//! Bases: files that are merged below the one that names them, their environments one by one.

use yaml::{Entry, Node, Value};

use super::environment::Layers;
use super::file::{Context, list};
use super::{Loader, Step, insert};
use crate::Code;
use crate::engine::fault_finding;
use crate::keys;
use crate::merge::{Mode, merge};
use crate::paths::{is_remote, within};

impl Loader<'_> {
    /// A part with its bases below it.
    pub(super) fn with_bases(&mut self, own: Node, folder: &str, layers: Option<&Layers>) -> Step<Node> {
        let mut merged: Option<Node> = None;
        for base in list(&own, "bases") {
            let path = base.value.as_str().unwrap_or_default().to_owned();
            let path = if is_remote(&path) {
                let fetched = self.engine.world.fetch(&path);
                let what = format!("the base {path} cannot be fetched");
                let fetched =
                    fetched.map_err(|fault| fault_finding(&fault, Code::MissingFile, base.at, what));
                self.told(fetched)?
            } else {
                within(folder, &path)
            };
            let inherited = layers.cloned();
            let context = Context { folder, inherited, overrode: None, with_bases: false, alone: false };
            let raw = self.load_file(&path, base.at, &context)?;
            merged = Some(match merged {
                None => raw.tree,
                Some(below) => laid_over(&below, &raw.tree),
            });
        }
        Ok(match merged {
            None => own,
            Some(below) => laid_over(&below, &own),
        })
    }
}

fn laid_over(below: &Node, above: &Node) -> Node {
    let mut merged = merge(below, above, keys::FILE, Mode::OverrideAppend);
    if let Some(environments) = environments(below.get("environments"), above.get("environments")) {
        insert(&mut merged, "environments", environments);
    }
    merged
}

/// Environments of both: values and secrets are put behind each other (`mergeEnvironments`).
fn environments(below: Option<&Node>, above: Option<&Node>) -> Option<Node> {
    let (Some(below), Some(above)) = (below, above) else { return below.or(above).cloned() };
    let mut merged = below.value.as_map().map(|it| (**it).clone()).unwrap_or_default();
    for entry in above.value.as_map()?.iter() {
        let node = match merged.get(&entry.key) {
            Some(old) => environment(old, &entry.node),
            None => entry.node.clone(),
        };
        merged.insert(Entry { node, ..entry.clone() });
    }
    Some(Node { value: Value::Map(merged.into()), at: below.at })
}

fn environment(below: &Node, above: &Node) -> Node {
    let mut merged = merge(below, above, keys::ENVIRONMENT, Mode::OverrideAppend);
    for key in ["missingFileHandler", "missingFileHandlerConfig"] {
        if let Some(said) = above.get(key) {
            insert(&mut merged, key, said.clone());
        }
    }
    if merged.get("mergeStrategy").and_then(|it| it.value.as_str()) == Some("fallback") {
        // Where earlier files win, the file itself comes first.
        let values: Vec<Node> = list(above, "values").into_iter().chain(list(below, "values")).collect();
        if !values.is_empty() {
            insert(&mut merged, "values", Node { value: Value::List(values.into()), at: above.at });
        }
    }
    merged
}
