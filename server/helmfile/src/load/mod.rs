//! Loads a state: finds the files, loads each with its bases, goes down into sub-helmfiles.
//!
//! One [`Loader`] goes through all files. What is wrong is told as it is found; a step that cannot go on says [`Stop`].

mod bases;
mod entries;
mod environment;
mod file;
mod find;
mod policy;
mod set;
mod sub;

use golang::path::dir;
use text::{FileId, FileRange};
use yaml::{Entry, Node, Value};

pub(crate) use self::entries::missing_file;
use self::environment::Layers;
pub(crate) use self::file::{invalid_handler, list};
use self::sub::Inherited;
use crate::engine::Engine;
use crate::model::{Loaded, State};
use crate::releases::{self, FileFacts};
use crate::{Code, Files, Finding, Request, Severity, World};

/// Loads what is asked for. What is wrong stands among the findings; what could be loaded all the same is there.
pub fn load(request: &Request, world: &dyn World) -> Loaded {
    let mut loader = Loader::new(request, world);
    let done = loader.root();
    loader.finish(done)
}

/// How deep sub-helmfiles may stand in each other.
const MAX_DEPTH: usize = 64;

/// Goes through all files.
pub(super) struct Loader<'w> {
    engine: Engine<'w>,
    request: &'w Request,
    findings: Vec<Finding>,
    state: State,
    /// The files that are being loaded, each below the one before.
    open: Vec<String>,
}

/// Why a step does not go on.
pub(super) enum Stop {
    /// It was told.
    Failed,
    /// The environment is not defined in the file, which is passed over.
    NoEnvironment(Finding),
}

pub(super) type Step<T> = Result<T, Stop>;

/// How a file is loaded.
#[derive(Clone, Default)]
pub(super) struct Visit {
    /// Which of its releases count.
    selectors: Vec<String>,
    /// State values that are given to it: files and maps.
    values: Vec<Node>,
    /// What these files are relative to.
    values_folder: String,
    /// `--state-values-set`
    overrides: Option<Node>,
    /// What it takes from its parent.
    inherited: Option<Inherited>,
    /// The repositories of its parent.
    parent_repositories: Vec<String>,
    /// The file that names it, and where.
    parent: Option<(FileId, Option<FileRange>)>,
    /// It is the only file that was asked for, so that it need not define environments.
    alone: bool,
}

/// A file with its bases and parts, merged.
pub(super) struct Raw {
    id: FileId,
    /// Typed by [`crate::keys::FILE`].
    tree: Node,
    layers: Layers,
}

impl<'w> Loader<'w> {
    fn new(request: &'w Request, world: &'w dyn World) -> Self {
        let engine = Engine::new(world, request, Files::default());
        let state = State { environment: request.environment().to_owned(), files: Vec::new() };
        Self { engine, request, findings: Vec::new(), state, open: Vec::new() }
    }

    /// Tells what is wrong, and stops.
    fn fail<T>(&mut self, finding: Finding) -> Step<T> {
        self.findings.push(finding);
        Err(Stop::Failed)
    }

    /// The result, or what is wrong told.
    fn told<T>(&mut self, result: Result<T, Finding>) -> Step<T> {
        result.or_else(|finding| self.fail(finding))
    }

    /// All that was asked for.
    fn root(&mut self) -> Step<()> {
        let found = find::files(self.engine.world, self.request);
        let files = self.told(found)?;
        let set = set::parse(&self.request.state_values, &mut self.engine.files);
        let overrides = self.told(set)?;
        let visit = Visit {
            selectors: self.request.selectors.clone(),
            values: self.request.state_values.iter().filter_map(values_file).collect(),
            overrides,
            alone: files.len() == 1,
            ..Visit::default()
        };
        self.visit(&files, &visit)
    }

    /// Files that stand for each other: one, or those of a folder.
    fn visit(&mut self, files: &[String], visit: &Visit) -> Step<()> {
        for path in files {
            match self.file(path, visit, files.len() > 1) {
                Err(Stop::NoEnvironment(finding)) if visit.alone => return self.fail(finding),
                Err(Stop::NoEnvironment(finding)) => {
                    self.findings.push(Finding { severity: Severity::Info, ..finding });
                }
                other => other?,
            }
        }
        Ok(())
    }

    /// One file: its sub-helmfiles, then itself; the other way round for deletions.
    fn file(&mut self, path: &str, visit: &Visit, among_many: bool) -> Step<()> {
        // Links may lead to the same file under ever longer names.
        if self.open.len() >= MAX_DEPTH || self.open.iter().any(|it| it == path) {
            let at = visit.parent.and_then(|it| it.1);
            let message = format!("{path} contains a recursion into the same sub-helmfile");
            return self.fail(Finding::error(Code::Recursion, at, message));
        }
        self.open.push(path.to_owned());
        let done = self.file_alone(path, visit, among_many);
        self.open.pop();
        done
    }

    fn file_alone(&mut self, path: &str, visit: &Visit, among_many: bool) -> Step<()> {
        let mut raw = self.load_state(path, visit)?;
        self.override_all(&mut raw)?;
        let subs = self.expand(path, &raw)?;
        if !subs.is_empty() {
            let items = subs.iter().map(|it| it.item.clone()).collect::<Vec<_>>();
            insert(&mut raw.tree, "helmfiles", Node::computed(Value::List(items.into())));
        }
        if !self.request.reverse {
            self.sub_helmfiles(path, &subs, &raw, visit)?;
        }
        let facts = FileFacts {
            id: raw.id,
            path: path.to_owned(),
            folder: dir(path),
            parent: visit.parent,
            among_many,
            environment: raw.layers.plain_data(),
            values: raw.layers.all_values(),
            own_values: raw.layers.own_values(),
            selectors: visit.selectors.clone(),
            tree: raw.tree.clone(),
        };
        let built = releases::build(facts, &mut self.engine, &mut self.findings);
        let mut file = built.or_else(|finding| self.fail(finding))?;
        if self.request.reverse {
            file.releases.reverse();
        }
        self.state.files.push(file);
        if self.request.reverse {
            self.sub_helmfiles(path, &subs, &raw, visit)?;
        }
        Ok(())
    }

    /// What the command line says about all releases, which the file may not say too.
    fn override_all(&mut self, raw: &mut Raw) -> Step<()> {
        let request = self.request;
        let said = [
            ("kubeContext", "kube-context", &request.kube_context),
            ("namespace", "namespace", &request.namespace),
            ("chart", "chart", &request.chart),
        ];
        for (key, flag, value) in said {
            let Some(value) = value.as_ref().filter(|it| !it.is_empty()) else { continue };
            if let Some(node) = raw.tree.get(key) {
                let message = format!("err: Cannot use option --{flag} and set attribute {key}.");
                let advice = format!("leave out --{flag}, or take `{key}:` out of the file");
                return self.fail(Finding::error(Code::Invalid, node.at, message).advise(advice));
            }
            let text = Node::computed(Value::String(value.as_str().into()));
            insert(&mut raw.tree, key, text.clone());
            if key == "kubeContext" {
                let empty = Node::computed(Value::empty_map());
                let mut defaults = raw.tree.get("helmDefaults").cloned().unwrap_or(empty);
                insert(&mut defaults, key, text);
                insert(&mut raw.tree, "helmDefaults", defaults);
            }
        }
        Ok(())
    }

    /// What was loaded. State values that are missing are told first and alone: all else may come of them.
    fn finish(mut self, done: Step<()>) -> Loaded {
        if let Err(Stop::NoEnvironment(finding)) = done {
            self.findings.push(finding);
        }
        if self.state.files.is_empty() && self.findings.iter().all(|it| it.severity != Severity::Error) {
            self.findings.push(nothing_fits(self.request));
        }
        if let Some(missing) = crate::missing::finding(self.engine.missing()) {
            self.findings.retain(|it| it.severity != Severity::Error);
            self.findings.push(missing);
        }
        Loaded { state: self.state, findings: self.findings, files: self.engine.files }
    }
}

/// An argument as an item of `values:`.
fn values_file(argument: &crate::StateValue) -> Option<Node> {
    match argument {
        crate::StateValue::File(path) => Some(Node::computed(Value::String(path.as_str().into()))),
        crate::StateValue::Set(_) | crate::StateValue::SetString(_) => None,
    }
}

/// Sets a key of a map.
pub(crate) fn insert(node: &mut Node, key: &str, below: Node) {
    let mut map = node.value.as_map().map(|it| (**it).clone()).unwrap_or_default();
    let key_at = map.entry(key).and_then(|it| it.key_at);
    map.insert(Entry { key: key.into(), key_at, node: below });
    node.value = Value::Map(map.into());
}

/// Helmfile's words for having nothing to do.
pub(crate) fn nothing_fits(request: &Request) -> Finding {
    let (selectors, environment) = (request.selectors.join(", "), request.environment());
    let message = format!(
        "no releases found that matches specified selector({selectors}) and environment({environment}), in any helmfile"
    );
    Finding::error(Code::NoReleases, None, format!("err: {message}"))
        .advise("look at the spelling of the environment and of the selectors")
}

#[cfg(test)]
mod tests;
