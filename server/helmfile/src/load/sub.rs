//! Sub-helmfiles: files that are done with the one that names them, with values and selectors of their own.

use golang::path::dir;
use text::FileRange;
use yaml::{Node, Value};

use super::entries::missing_file;
use super::environment::Layers;
use super::file::list;
use super::{Loader, Raw, Step, Visit, find, insert};
use crate::engine::fault_finding;
use crate::keys;
use crate::merge::{Mode, merge};
use crate::model::MissingFileHandler;
use crate::paths::{glob, is_remote, relative, within};
use crate::selectors::Selectors;
use crate::{Code, Finding};

/// What a sub-helmfile takes from its parent (`inherits:`).
#[derive(Clone)]
pub(super) struct Inherited {
    /// The keys that it takes.
    tree: Node,
    /// The environment, if it takes that.
    pub(super) layers: Option<Layers>,
}

/// What can be inherited.
const INHERITED: &[&str] = &[
    "repositories",
    "helmDefaults",
    "commonLabels",
    "apiVersions",
    "kubeVersion",
    "templates",
    "environments",
];

/// A sub-helmfile.
pub(super) struct Sub {
    /// The item of `helmfiles:`, its path that of one match of the pattern.
    pub(super) item: Node,
    /// The file, or those of the folder; absolute.
    files: Vec<String>,
}

impl Loader<'_> {
    /// The sub-helmfiles of a file: one for each match of a pattern.
    pub(super) fn expand(&mut self, path: &str, raw: &Raw) -> Step<Vec<Sub>> {
        let items = list(&raw.tree, "helmfiles");
        let checked = items.iter().try_for_each(check_item);
        self.told(checked)?;
        let folder = dir(path);
        let mut subs = Vec::new();
        for item in items {
            let Some(pattern) = item.get("path").cloned() else { continue };
            for path in self.matches(&pattern, &folder, raw)? {
                let files =
                    find::at(self.engine.world, &path, &path).map_err(|it| Finding { at: pattern.at, ..it });
                let mut files = self.told(files)?;
                let mut item = item.clone();
                let path = Value::String(relative(&folder, &path).into());
                insert(&mut item, "path", Node { value: path, at: pattern.at });
                if self.request.reverse {
                    files.reverse();
                }
                subs.push(Sub { item, files });
            }
        }
        if self.request.reverse {
            subs.reverse();
        }
        Ok(subs)
    }

    /// Loads sub-helmfiles.
    pub(super) fn sub_helmfiles(&mut self, path: &str, subs: &[Sub], raw: &Raw, visit: &Visit) -> Step<()> {
        for Sub { item, files } in subs {
            let selectors = texts(item, "selectors");
            let inherits_selectors = item.get("selectorsInherited").is_some();
            if !inherits_selectors && Selectors::conflict(&self.request.selectors, &selectors) {
                continue; // nothing in it can fit
            }
            let says_nothing = item.get("selectors").is_none() && !self.request.explicit_selector_inheritance;
            let takes_selectors = inherits_selectors || says_nothing;
            let below = Visit {
                selectors: if takes_selectors { visit.selectors.clone() } else { selectors },
                values: list(item, "values"),
                values_folder: dir(path),
                overrides: None,
                inherited: Inherited::of(raw, &texts(item, "inherits")),
                parent_repositories: names(&raw.tree),
                parent: Some((raw.id, item.get("path").and_then(|it| it.at).or(item.at))),
                alone: false,
            };
            self.visit(files, &below)?;
        }
        Ok(())
    }

    /// What a path means, absolute.
    fn matches(&mut self, path: &Node, folder: &str, raw: &Raw) -> Step<Vec<String>> {
        let (at, text) = (path.at, path.value.as_str().unwrap_or_default());
        let matches = if is_remote(text) {
            let fetched = self.engine.world.fetch(text).map(|it| vec![it]);
            fetched.map_err(|fault| {
                fault_finding(&fault, Code::MissingFile, at, format!("{text} cannot be fetched"))
            })
        } else {
            let found = glob(self.engine.world, &within(folder, text));
            found.map_err(|fault| {
                fault_finding(&fault, Code::MissingFile, at, format!("failed processing {text}"))
            })
        };
        let matches = self.told(matches)?;
        if matches.is_empty() { self.no_matches(text, folder, at, raw) } else { Ok(matches) }
    }

    /// A sub-helmfile that is not there stops nothing but where the file says `Error`, or nothing.
    fn no_matches(
        &mut self,
        path: &str,
        folder: &str,
        at: Option<FileRange>,
        raw: &Raw,
    ) -> Step<Vec<String>> {
        let handler = self.missing_file_handler(&raw.tree)?.unwrap_or_default();
        let finding = match handler {
            MissingFileHandler::Error => {
                Finding::error(Code::MissingFile, at, format!("no matches for path: {path}"))
                    .advise("make the file, correct its path, or set `missingFileHandler: Warn`")
            }
            other => missing_file("sub-helmfile", path, folder, other, at),
        };
        if handler == MissingFileHandler::Error {
            return self.fail(finding);
        }
        self.findings.push(finding);
        Ok(Vec::new())
    }

    /// Says where a release names a repository that only the parent has.
    pub(super) fn warn_of_repositories(&mut self, tree: &Node, visit: &Visit) {
        let own = names(tree);
        for release in list(tree, "releases") {
            let Some(chart) = release.get("chart") else { continue };
            let repository = chart.value.as_str().and_then(|it| it.split_once('/')).map(|it| it.0.to_owned());
            let Some(repository) = repository else { continue };
            if visit.parent_repositories.contains(&repository) && !own.contains(&repository) {
                let message =
                    format!("the repository \"{repository}\" is one of the parent's and not of this file");
                self.findings.push(Finding::warning(Code::UnknownRepository, chart.at, message).advise(
                    "add `inherits: [repositories]` to the item of `helmfiles:`, or name it here too",
                ));
            }
        }
    }
}

impl Inherited {
    fn of(raw: &Raw, wanted: &[String]) -> Option<Self> {
        if wanted.is_empty() {
            return None;
        }
        let mut tree = Node::computed(Value::empty_map());
        for key in wanted.iter().filter(|it| *it != "environments") {
            if let Some(node) = raw.tree.get(key) {
                insert(&mut tree, key, node.clone());
            }
        }
        let layers = wanted.iter().any(|it| it == "environments").then(|| raw.layers.clone());
        Some(Self { tree, layers })
    }

    /// A sub-helmfile with what it takes: what it says itself stays.
    pub(super) fn fill(&self, own: &Node) -> Node {
        let mut filled = merge(own, &self.tree, keys::FILE, Mode::Keep);
        for (key, name) in [("repositories", Some("name")), ("apiVersions", None)] {
            let items: Vec<Node> = list(&self.tree, key).into_iter().chain(list(own, key)).collect();
            if !items.is_empty() {
                let items = without_doubles(items, name);
                insert(&mut filled, key, Node { value: Value::List(items.into()), at: own.at });
            }
        }
        filled
    }
}

/// Items that are told apart by a key; the last of equal ones stays. Without a key the first one does.
fn without_doubles(items: Vec<Node>, name: Option<&str>) -> Vec<Node> {
    let id = |node: &Node| {
        let node = name.map_or(Some(node), |name| node.get(name));
        node.and_then(|it| it.value.as_str().map(str::to_owned)).unwrap_or_default()
    };
    let ids: Vec<String> = items.iter().map(id).collect();
    let stays = |at: usize| match name {
        Some(_) => ids.iter().rposition(|it| *it == ids[at]) == Some(at),
        None => ids.iter().position(|it| *it == ids[at]) == Some(at),
    };
    items.into_iter().enumerate().filter(|(at, _)| stays(*at)).map(|it| it.1).collect()
}

/// What Helmfile refuses when it reads an item of `helmfiles:`.
fn check_item(item: &Node) -> Result<(), Finding> {
    let path = item.get("path").and_then(|it| it.value.as_str()).unwrap_or_default();
    let selectors = texts(item, "selectors");
    let refuse = |message: String| Err(Finding::error(Code::Invalid, item.at, message));
    if path.is_empty() {
        return refuse("an item of `helmfiles` has no `path`".to_owned());
    }
    if item.get("selectorsInherited").is_some() && !selectors.is_empty() {
        return refuse(format!(
            "you cannot use 'SelectorsInherited: true' along with and explicit selector for path: {path}"
        ));
    }
    for key in texts(item, "inherits") {
        if !INHERITED.contains(&key.as_str()) {
            let allowed = INHERITED.join(" ");
            return refuse(format!(
                "invalid inherits entry \"{key}\" for path \"{path}\": allowed values are [{allowed}]"
            ));
        }
    }
    Ok(())
}

/// The strings of a list.
fn texts(node: &Node, key: &str) -> Vec<String> {
    list(node, key).iter().filter_map(|it| it.value.as_str().map(str::to_owned)).collect()
}

/// The names of the repositories of a file.
fn names(tree: &Node) -> Vec<String> {
    let name = |it: &Node| it.get("name")?.value.as_str().map(str::to_owned);
    list(tree, "repositories").iter().filter_map(name).collect()
}
