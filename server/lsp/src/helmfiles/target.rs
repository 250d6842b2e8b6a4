//! Releases of helmfiles as targets of their charts: name, namespace and values as Helmfile passes them.
//!
//! Layers are found out for the target that is active, not for all that could be.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

use helmfile::model::{Layer, LayerSource};
use helmfile::{Files, Release, Severity, StateFile};
use ide::helmfile::resolve_path;
use project::path_of;
use text::{FileId, FileRange, FileTable, TextRange};
use yaml::{Entry, Node, Value};

use super::{FleetMemory, ScreenWorld};
use crate::state::{Snapshot, Target};

/// A release of a helmfile in one of its environments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ReleaseOfFleet {
    /// The helmfile.
    pub helmfile: PathBuf,
    /// The environment.
    pub environment: String,
    /// What `needs` calls it: `namespace/name`.
    pub id: String,
}

/// Values as a helmfile gives them to a chart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Layers {
    /// Files that say something, the one that counts most last, with the text that is theirs: of values that stand in a
    /// helmfile nothing else is left of it, at the same offsets.
    pub files: Vec<(Arc<str>, Arc<[u8]>)>,
    /// All of them and `set:`, merged. Places are in `table`.
    merged: Node,
    /// The numbers of files in `merged`.
    table: Vec<Arc<str>>,
    /// What `set:` arguments are written as: numbers of arguments, and where they stand.
    sets: Vec<(FileId, Option<FileRange>)>,
    /// What could not be found out, for people.
    pub problems: Vec<String>,
    /// Programs and secrets in whose place a text stands: good enough to look at, and not to deploy.
    pub not_run: Vec<String>,
}

impl Layers {
    /// The values with the numbers that a chart gives to their files.
    pub(crate) fn node(&self, numbers: &mut FileTable) -> Node {
        let table: Vec<FileId> = self.table.iter().map(|it| numbers.intern(it)).collect();
        moved(&self.merged, &|at| {
            let at = match self.sets.iter().find(|it| it.0 == at.file) {
                Some((_, written)) => (*written)?,
                None => at,
            };
            Some(FileRange { file: *table.get(at.file.0 as usize)?, range: at.range })
        })
    }
}

/// All releases of all helmfiles that deploy the chart in a folder.
pub(crate) fn targets(snapshot: &Snapshot, root: &Path) -> Vec<Target> {
    let mut found: Vec<Target> = Vec::new();
    for path in snapshot.helmfiles() {
        let fleet = snapshot.fleet(&path);
        for loaded in &fleet.good {
            let environment = &loaded.state.environment;
            for file in &loaded.state.files {
                for release in &file.releases {
                    if snapshot.chart_of_release(file, release).as_deref() != Some(root) {
                        continue;
                    }
                    let of = ReleaseOfFleet {
                        helmfile: path.clone(),
                        environment: environment.clone(),
                        id: release.id.clone(),
                    };
                    let name = format!("{environment}: {}", release.name.it);
                    let is_taken = found.iter().any(|it| it.name == name);
                    let name = if is_taken { format!("{environment}: {}", release.id) } else { name };
                    found.push(target(name, of, file, release));
                }
            }
        }
    }
    found
}

fn target(name: String, of: ReleaseOfFleet, file: &StateFile, release: &Release) -> Target {
    let paths = release.values.iter().filter_map(|it| it.node.value.as_str());
    Target {
        name,
        release_name: release.name.it.clone(),
        namespace: release.namespace.it.clone(),
        values_files: paths.map(|it| path_of(&resolve_path(&file.folder, it))).collect(),
        of: Some(of),
    }
}

/// The values of a release, as they are on the screen. They are the same object for as long as they say the same at the
/// same places: what was made of them holds then.
pub(crate) fn layers(snapshot: &Snapshot, memory: &FleetMemory, of: &ReleaseOfFleet) -> Arc<Layers> {
    let known = memory.layers.lock().unwrap_or_else(PoisonError::into_inner).get(of).cloned();
    if let Some((looks, layers)) = &known
        && looks.hold(snapshot, &memory.files)
    {
        return layers.clone();
    }
    let world = ScreenWorld::new(snapshot, &memory.files);
    let mut made = make(snapshot, of, &world);
    let fleet = snapshot.fleet(&of.helmfile);
    let mut looks = world.looks();
    looks.extend(fleet.looks().clone());
    made.not_run = looks.not_run().map(str::to_owned).collect();
    let made = match known {
        Some((_, last)) if *last == made => last,
        _ => Arc::new(made),
    };
    memory.layers.lock().unwrap_or_else(PoisonError::into_inner).insert(of.clone(), (looks, made.clone()));
    made
}

fn make(snapshot: &Snapshot, of: &ReleaseOfFleet, world: &ScreenWorld<'_>) -> Layers {
    let nothing = |problem: String| Layers {
        files: Vec::new(),
        merged: Node::computed(Value::empty_map()),
        table: Vec::new(),
        sets: Vec::new(),
        problems: vec![problem],
        not_run: Vec::new(),
    };
    let fleet = snapshot.fleet(&of.helmfile);
    let Some(loaded) = fleet.environment(&of.environment) else {
        return nothing(format!("{} has no environment {}", of.helmfile.display(), of.environment));
    };
    let releases = loaded.state.files.iter().flat_map(|file| file.releases.iter().map(move |it| (file, it)));
    let Some((file, release)) = releases.into_iter().find(|it| it.1.id == of.id) else {
        return nothing(format!("{} has no release {}", of.helmfile.display(), of.id));
    };
    let dialect = snapshot.settings.helm_version.dialect();
    let request = super::fleet::request(&fleet.path, &of.environment);
    let mut files = loaded.files.clone();
    let (values, findings) = match helmfile::values(file, release, &request, world, &mut files, dialect) {
        Ok((values, findings)) => (Some(values), findings),
        Err(findings) => (None, findings),
    };
    let errors = findings.iter().filter(|it| it.severity == Severity::Error);
    let mut problems: Vec<String> = errors.map(|it| it.show(&files).to_string()).collect();
    let table = files.iter().map(|it| Arc::from(it.1)).collect();
    let Some(values) = values else {
        return Layers { table, problems, ..nothing(String::new()) };
    };
    let read = |path: &str| -> Result<String, String> {
        let path = resolve_path(&file.folder, path);
        let bytes = helmfile::World::read(world, &path).map_err(|it| it.message)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| format!("{path} is no text"))
    };
    let merged = match values.user_values(dialect, &read) {
        Ok(user) => user.merged,
        Err(error) => {
            problems.push(error.message.clone());
            let nodes: Vec<Node> = values.layers.iter().map(|it| it.node.clone()).collect();
            chart::values::merge_files(&nodes)
        }
    };
    let shown = values.layers.iter().filter_map(|it| shown(it, &files)).collect();
    let (sets, not_run) = (values.set_at.clone(), Vec::new());
    Layers { files: shown, merged, table, sets, problems, not_run }
}

/// The file of a layer, and its text for outlines.
fn shown(layer: &Layer, files: &Files) -> Option<(Arc<str>, Arc<[u8]>)> {
    match layer.source {
        LayerSource::File { id, .. } => Some((files.path(id).into(), files.text(id).clone())),
        LayerSource::Inline => {
            let at = layer.at?;
            let text = alone(files.text(at.file), at.range);
            Some((files.path(at.file).into(), text.into()))
        }
        LayerSource::Secret { .. } => None,
    }
}

/// A part of a text at its own place, and blanks before it. What begins an item of a list is blank as well.
fn alone(text: &[u8], range: TextRange) -> Vec<u8> {
    let (start, end) = (usize::from(range.start()), usize::from(range.end()).min(text.len()));
    let blank = |(at, byte): (usize, &u8)| match byte {
        b'\n' => b'\n',
        byte if (start..end).contains(&at) => *byte,
        _ => b' ',
    };
    let mut alone: Vec<u8> = text[..end].iter().enumerate().map(blank).collect();
    if alone[start..end].starts_with(b"- ") {
        alone[start] = b' ';
    }
    alone
}

/// A tree whose places are somewhere else.
fn moved(node: &Node, to: &dyn Fn(FileRange) -> Option<FileRange>) -> Node {
    let value = match &node.value {
        Value::List(items) => Value::List(Arc::new(items.iter().map(|it| moved(it, to)).collect())),
        Value::Map(map) => {
            let entry = |it: &Entry| Entry {
                key: it.key.clone(),
                key_at: it.key_at.and_then(to),
                node: moved(&it.node, to),
            };
            Value::Map(Arc::new(map.iter().map(entry).collect()))
        }
        scalar => scalar.clone(),
    };
    Node { value, at: node.at.and_then(to) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_behind_a_layer_leaves_it_as_it_was() {
        let text = "- a:\n- word: one\n  size: 1\n- word: two\n";
        let start = text.find("- word").unwrap();
        let range = TextRange::new((start as u32).into(), (text.rfind("- word").unwrap() as u32).into());
        let layer = alone(text.as_bytes(), range);
        assert_eq!(String::from_utf8_lossy(&layer), "    \n  word: one\n  size: 1\n");
        assert_eq!(alone(text.replace("two", "three").as_bytes(), range), layer);
    }
}
