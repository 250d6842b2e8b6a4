//! From the merged file to its releases: inheritance, templates, overrides, labels, defaults.

mod inherit;
mod options;
mod read;
mod templates;

use text::{FileId, FileRange};
use yaml::{Entry, Map, Node, Value};

use crate::conditions;
use crate::engine::{Engine, EnvironmentData};
use crate::load::{insert, invalid_handler, list};
use crate::lock;
use crate::model::{Environment, Labels, MissingFileHandler, Placed, Release, StateFile};
use crate::paths::within;
use crate::selectors::Selectors;
use crate::{Code, Finding, PathKind, registries};

/// A file whose parts are merged.
pub(crate) struct FileFacts {
    pub(crate) id: FileId,
    pub(crate) path: String,
    pub(crate) folder: String,
    pub(crate) parent: Option<(FileId, Option<FileRange>)>,
    pub(crate) among_many: bool,
    /// What its releases see as `.Environment`.
    pub(crate) environment: EnvironmentData,
    /// What they see as `.Values`.
    pub(crate) values: Node,
    pub(crate) own_values: Node,
    pub(crate) selectors: Vec<String>,
    /// Typed by [`crate::keys::FILE`].
    pub(crate) tree: Node,
}

type Built<T> = Result<T, Finding>;

/// The file with its releases. The error is the first that leaves no release to speak of; what is less is told.
pub(crate) fn build(
    facts: FileFacts,
    engine: &mut Engine<'_>,
    findings: &mut Vec<Finding>,
) -> Built<StateFile> {
    let selectors = Selectors::parse(&facts.selectors)?;
    let handler = file_handler(&facts.tree)?;
    let mut trees = Vec::new();
    for release in list(&facts.tree, "releases") {
        match templates::expand(&release, &facts, engine) {
            Ok(tree) => trees.push(overridden(tree, &facts.tree)),
            Err(finding) => findings.push(finding),
        }
    }
    let installed: Vec<(String, bool)> =
        trees.iter().map(|it| (read::id(it), read::is_installed(it))).collect();
    let mut releases = Vec::new();
    for tree in trees {
        let tree = with_needs(tree, &installed, findings);
        match read::release(&with_labels(tree, &facts.tree), &facts.tree, handler) {
            Ok(release) => releases.push(release),
            Err(finding) => findings.push(finding),
        }
    }
    for release in &mut releases {
        let condition = release.tree.get("condition");
        match conditions::enabled(condition, &facts.values) {
            Ok(enabled) => release.enabled = enabled,
            Err(why) => {
                let (name, at) = (&release.name.it, condition.and_then(|it| it.at));
                let message = format!("failed to parse condition in release {name}: {why}");
                findings.push(Finding::error(Code::Condition, at, message));
            }
        }
        release.selected = release.enabled && selectors.fit(&release.labels);
        find_chart(release, &facts, engine);
    }
    findings.extend(duplicates(&releases, !facts.selectors.is_empty()));
    let mut file = state_file(facts, releases, handler);
    lock::apply(&mut file, engine, findings);
    findings.extend(registries::flat_paths(&file));
    Ok(file)
}

/// The chart that overrides all charts, and where the chart is if it is here.
fn find_chart(release: &mut Release, facts: &FileFacts, engine: &Engine<'_>) {
    if let Some(chart) = facts.tree.get("chart") {
        release.chart = Placed::new(chart.value.as_str().unwrap_or_default().to_owned(), chart.at);
    }
    let path = within(&facts.folder, &release.chart.it);
    let is_there = || engine.world.kind(&path).ok().flatten() == Some(PathKind::Folder);
    if !release.chart.it.contains("://") && is_there() {
        release.chart_folder = Some(path);
    }
}

fn state_file(facts: FileFacts, releases: Vec<Release>, handler: Option<MissingFileHandler>) -> StateFile {
    let text = |key: &str| facts.tree.get(key).and_then(|it| it.value.as_str()).map(str::to_owned);
    let at = facts
        .tree
        .get("environments")
        .and_then(|it| it.value.as_map()?.entry(&facts.environment.name)?.key_at);
    let kube_context = Some(facts.environment.kube_context.clone()).filter(|it| !it.is_empty());
    StateFile {
        id: facts.id,
        environment: Environment {
            name: facts.environment.name.clone(),
            kube_context,
            values: facts.values,
            own_values: facts.own_values,
            plain_values: facts.environment.values,
            defaults: facts.environment.defaults,
            at,
        },
        namespace: text("namespace"),
        kube_context: text("kubeContext"),
        chart: text("chart"),
        repositories: list(&facts.tree, "repositories").iter().map(read::repository).collect(),
        releases,
        selectors: facts.selectors,
        hooks: list(&facts.tree, "hooks").iter().map(read::hook).collect(),
        missing_file_handler: handler,
        lock_file: lock::path(&facts.path, &facts.folder, text("lockFilePath").as_deref()),
        path: facts.path,
        folder: facts.folder,
        parent: facts.parent,
        among_many: facts.among_many,
        tree: facts.tree,
    }
}

fn file_handler(tree: &Node) -> Built<Option<MissingFileHandler>> {
    let Some(said) = tree.get("missingFileHandler") else { return Ok(None) };
    let name = said.value.as_str().unwrap_or_default();
    MissingFileHandler::from_name(name).map(Some).ok_or_else(|| invalid_handler(name, said.at))
}

/// What the file or the command line says about all releases (`ApplyOverrides`).
fn overridden(mut tree: Node, file: &Node) -> Node {
    for key in ["kubeContext", "namespace"] {
        if let Some(node) = file.get(key) {
            insert(&mut tree, key, node.clone());
        }
    }
    tree
}

/// The release with its needs as ids, in full. What is needed and not installed is told.
fn with_needs(mut tree: Node, installed: &[(String, bool)], findings: &mut Vec<Finding>) -> Node {
    let needs = list(&tree, "needs");
    if needs.is_empty() {
        return tree;
    }
    let own = read::is_installed(&tree);
    let mut full = Vec::new();
    for need in &needs {
        let id = read::full_id(need.value.as_str().unwrap_or_default(), &tree);
        if own && installed.iter().any(|(it, wanted)| *it == id && !wanted) {
            let (name, needed) = (read::text(&tree, "name"), id.rsplit('/').next().unwrap_or_default());
            let message = format!(
                "release {name} needs {needed}, but {needed} is not installed due to installed: false. Either mark {needed} as installed or remove {needed} from {name}'s needs"
            );
            findings.push(Finding::warning(Code::UninstalledNeed, need.at, message));
        }
        full.push(Node { value: Value::String(id.into()), at: need.at });
    }
    let at = tree.get("needs").and_then(|it| it.at);
    insert(&mut tree, "needs", Node { value: Value::List(full.into()), at });
    tree
}

/// The release with the labels that it has by itself (`GetReleasesWithLabels`).
fn with_labels(mut tree: Node, file: &Node) -> Node {
    let mut labels: Map = Map::default();
    for from in [file.get("commonLabels"), tree.get("labels")].into_iter().flatten() {
        from.value.as_map().into_iter().flat_map(|it| it.iter()).for_each(|it| labels.insert(it.clone()));
    }
    let chart = read::text(&tree, "chart");
    let own = [
        ("name", read::text(&tree, "name")),
        ("namespace", read::text(&tree, "namespace")),
        ("chart", chart.rsplit('/').next().unwrap_or_default()),
    ];
    let own = own.map(|(key, value)| Entry {
        key: key.into(),
        key_at: None,
        node: Node::computed(Value::String(value.into())),
    });
    for label in own {
        labels.insert(label);
    }
    let at = tree.get("labels").and_then(|it| it.at);
    insert(&mut tree, "labels", Node { value: Value::Map(labels.into()), at });
    tree
}

/// Releases of one name at one place, among those that count.
fn duplicates(releases: &[Release], only_selected: bool) -> Vec<Finding> {
    let counts: Vec<&Release> = releases.iter().filter(|it| it.selected || !only_selected).collect();
    let mut found = Vec::new();
    for (at, release) in counts.iter().enumerate() {
        let Some(first) = counts[..at].iter().find(|it| it.id == release.id) else { continue };
        let Placed { it: name, at: place } = &release.name;
        let number = counts.iter().filter(|it| it.id == release.id).count();
        let mut place_of = String::new();
        if !release.namespace.it.is_empty() {
            place_of = format!(" in namespace {:?}", release.namespace.it);
        }
        if !release.kube_context.is_empty() {
            place_of = format!("{place_of} in kubecontext {:?}", release.kube_context);
        }
        let message = format!(
            "duplicate release {name:?} found{place_of}: there were {number} releases named \"{name}\" matching specified selector"
        );
        found.push(
            Finding::error(Code::Duplicate, *place, message)
                .relate(first.name.at, "the first one is here")
                .advise("give one of them another name or namespace, or select one of them"),
        );
    }
    found
}

/// The strings of a map.
fn labels(node: Option<&Node>) -> Labels {
    let map = node.and_then(|it| it.value.as_map());
    let label = |it: &Entry| (it.key.to_string(), it.node.value.as_str().unwrap_or_default().to_owned());
    map.into_iter().flat_map(|it| it.iter()).map(label).collect()
}
