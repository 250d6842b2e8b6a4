//! `build`: the desired state as YAML, in the order and with the omissions of Helmfile's structs.

use yaml::{Emitter, Error, Layout, Node, Value};

use golang::path::base;

use crate::keys::{self, Key, Kind};
use crate::load::insert;
use crate::model::{Release, StateFile};
use crate::paths::relative;

/// The line that stands before a file.
pub fn source(file: &StateFile) -> String {
    format!("---\n#  Source: {}\n\n", file.path)
}

/// A file with these releases, each with the tree to print: its own, or one with values embedded.
pub fn build(file: &StateFile, releases: &[(&Release, &Node)]) -> Result<String, Error> {
    let mut out = Writer { emitter: Emitter::new(Layout::V3) };
    let tree = &file.tree;
    out.emitter.begin_map(1);
    out.emitter.key("filepath");
    out.emitter.str(if file.among_many { &file.path } else { base(&file.path) });
    for key in keys::FILE {
        match key.name {
            // Programs that nobody names have names all the same.
            "helmBinary" => out.text_or(key.name, tree.get(key.name), "helm"),
            "kustomizeBinary" => out.text_or(key.name, tree.get(key.name), "kustomize"),
            "releases" if !releases.is_empty() => {
                out.emitter.key(key.name);
                out.emitter.begin_list(releases.len());
                for (release, tree) in releases {
                    out.group(&with_chart_path(file, release, tree), keys::RELEASE)?;
                }
                out.emitter.end_list();
            }
            "releases" => {}
            _ => out.entry(tree, key)?,
        }
    }
    out.emitter.key("renderedvalues");
    out.emitter.node(&file.environment.values)?;
    out.emitter.end_map();
    Ok(out.emitter.finish() + "\n")
}

/// The release with the folder of its chart, if that is written in another way than Helmfile writes it.
fn with_chart_path(file: &StateFile, release: &Release, tree: &Node) -> Node {
    let mut tree = tree.clone();
    if !release.installed || !release.selected {
        return tree;
    }
    let whole = file.among_many || release.chart.it.starts_with('/');
    let path = match &release.chart_folder {
        Some(folder) if whole => folder.clone(),
        Some(folder) => relative(&file.folder, folder),
        None => release.chart.it.clone(),
    };
    if path != release.own_chart() {
        insert(&mut tree, "chartPath", Node::computed(Value::String(path.into())));
    }
    tree
}

struct Writer {
    emitter: Emitter,
}

impl Writer {
    fn text_or(&mut self, key: &str, node: Option<&Node>, otherwise: &str) {
        self.emitter.key(key);
        self.emitter.str(node.and_then(|it| it.value.as_str()).unwrap_or(otherwise));
    }

    /// A key of a struct, unless it says nothing.
    fn entry(&mut self, tree: &Node, key: &'static Key) -> Result<(), Error> {
        let node = tree.get(key.name).filter(|it| !is_nothing(it, key.kind));
        let Some(node) = node else {
            if key.always_printed {
                self.emitter.key(key.name);
                self.zero(key.kind);
            }
            return Ok(());
        };
        self.emitter.key(key.name);
        match (key.kind, &node.value) {
            (Kind::Group(keys) | Kind::MaybeGroup(keys), _) => self.group(node, keys),
            (
                Kind::Groups(keys) | Kind::GroupOrGroups(keys) | Kind::TextsOrGroups(_, keys),
                Value::List(items),
            ) => {
                self.emitter.begin_list(items.len());
                items.iter().try_for_each(|it| self.group(it, keys))?;
                self.emitter.end_list();
                Ok(())
            }
            (Kind::Named(keys), Value::Map(map)) => {
                let mut entries: Vec<_> = map.iter().collect();
                yaml::sort_keys(&mut entries, Layout::V3, |it| &it.key);
                self.emitter.begin_map(entries.len());
                for entry in entries {
                    self.emitter.key(&entry.key);
                    self.group(&entry.node, keys)?;
                }
                self.emitter.end_map();
                Ok(())
            }
            _ => self.emitter.node(node),
        }
    }

    fn group(&mut self, node: &Node, keys: &'static [Key]) -> Result<(), Error> {
        let printed =
            |key: &&Key| key.always_printed || node.get(key.name).is_some_and(|it| !is_nothing(it, key.kind));
        self.emitter.begin_map(keys.iter().filter(printed).count());
        keys.iter().try_for_each(|key| self.entry(node, key))?;
        self.emitter.end_map();
        Ok(())
    }

    /// What Go's zero of a type looks like.
    fn zero(&mut self, kind: Kind) {
        match kind {
            Kind::Bool => self.emitter.bool(false),
            Kind::Int => self.emitter.int(0),
            Kind::Text => self.emitter.str(""),
            Kind::Texts
            | Kind::TextOrTexts
            | Kind::List
            | Kind::Groups(_)
            | Kind::GroupOrGroups(_)
            | Kind::TextsOrGroups(..) => {
                self.emitter.begin_list(0);
                self.emitter.end_list();
            }
            Kind::TextMap | Kind::Named(_) | Kind::Group(_) => {
                self.emitter.begin_map(0);
                self.emitter.end_map();
            }
            Kind::MaybeBool
            | Kind::MaybeInt
            | Kind::MaybeFloat
            | Kind::MaybeText
            | Kind::MaybeGroup(_)
            | Kind::Any => self.emitter.null(),
        }
    }
}

/// Whether `omitempty` leaves a value out.
fn is_nothing(node: &Node, kind: Kind) -> bool {
    match (&node.value, kind) {
        (Value::Map(map), Kind::Group(keys)) => {
            let says = |key: &Key| map.get(key.name).is_some_and(|it| !is_nothing(it, key.kind));
            !keys.iter().any(says)
        }
        (Value::Map(map), _) => map.is_empty() && !matches!(kind, Kind::MaybeGroup(_)),
        (Value::List(items), _) => items.is_empty(),
        (Value::Null, _) => true,
        _ => false, // scalars that say nothing are not in the tree
    }
}
