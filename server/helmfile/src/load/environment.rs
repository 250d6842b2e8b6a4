//! State values: three layers that are merged anew for every part of a file, as Helmfile's `environment.Environment` is.

use yaml::{Node, Value};

use super::entries::Reading;
use super::file::{invalid_handler, list};
use super::{Loader, Step};
use crate::engine::EnvironmentData;
use crate::merge::{Lists, over_any, over_state};
use crate::model::MissingFileHandler;
use crate::{Code, Finding};

/// An environment while its file is being loaded.
#[derive(Clone, Debug)]
pub(super) struct Layers {
    /// Its name.
    pub(super) name: String,
    /// `environments.NAME.kubeContext`
    pub(super) kube_context: String,
    /// Top-level `values:`.
    pub(super) defaults: Node,
    /// `environments.NAME.values` and what sub-helmfiles and `--state-values-file` give.
    pub(super) values: Node,
    /// `--state-values-set`
    pub(super) overrides: Node,
}

impl Layers {
    /// One that says nothing.
    pub(super) fn named(name: &str) -> Self {
        let empty = || Node::computed(Value::empty_map());
        Self {
            name: name.to_owned(),
            kube_context: String::new(),
            defaults: empty(),
            values: empty(),
            overrides: empty(),
        }
    }

    /// This one with another over it.
    pub(super) fn under(&self, other: &Self) -> Self {
        let or = |new: &str, old: &str| if new.is_empty() { old.to_owned() } else { new.to_owned() };
        Self {
            name: or(&other.name, &self.name),
            kube_context: or(&other.kube_context, &self.kube_context),
            defaults: over_state(&self.defaults, &other.defaults, Lists::Sparse),
            values: over_state(&self.values, &other.values, Lists::Sparse),
            overrides: over_state(&self.overrides, &other.overrides, Lists::ItemByItem),
        }
    }

    /// Both, as far as there are any.
    pub(super) fn merged(base: Option<&Self>, other: Option<&Self>) -> Option<Self> {
        match (base, other) {
            (Some(base), Some(other)) => Some(base.under(other)),
            (base, other) => base.or(other).cloned(),
        }
    }

    /// What templates see as `.Values`.
    pub(super) fn all_values(&self) -> Node {
        let values = over_state(&self.defaults, &self.values, Lists::Sparse);
        over_state(&values, &self.overrides, Lists::ItemByItem)
    }

    /// What templates see as `.Environment.Values`.
    pub(super) fn own_values(&self) -> Node {
        over_state(&self.values, &self.overrides, Lists::ItemByItem)
    }

    /// What templates of files see as `.Environment`.
    pub(super) fn data(&self) -> EnvironmentData {
        EnvironmentData { values: self.own_values(), ..self.plain_data() }
    }

    /// What templates of releases see: without `--state-values-set`.
    pub(super) fn plain_data(&self) -> EnvironmentData {
        EnvironmentData {
            name: self.name.clone(),
            kube_context: self.kube_context.clone(),
            values: self.values.clone(),
            defaults: self.defaults.clone(),
        }
    }
}

impl Loader<'_> {
    /// The state values after a part (`StateCreator.LoadEnvValues`).
    pub(super) fn environment(&mut self, tree: &Node, folder: &str, before: Option<&Layers>) -> Step<Layers> {
        let name = self.request.environment().to_owned();
        let mut own = Layers::named(&name);
        let seen = before.cloned().unwrap_or_else(|| Layers::named(&name));
        if let Some(spec) = tree.get("environments").and_then(|it| it.get(&name)) {
            let context = spec.get("kubeContext").and_then(|it| it.value.as_str());
            own.kube_context = context.map(str::to_owned).unwrap_or_default();
            own.values = self.environment_values(tree, spec, folder, &seen)?;
        }
        let mut layers = before.map_or_else(|| own.clone(), |before| before.under(&own));
        if let Some(before) = before {
            // What came first keeps its name and its context.
            layers.name.clone_from(&before.name);
            if !before.kube_context.is_empty() {
                layers.kube_context.clone_from(&before.kube_context);
            }
        }
        let items = list(tree, "values");
        let reading = Reading { folder, missing: MissingFileHandler::Error, fallback: false, layers: &seen };
        let defaults = self.state_values(&items, &reading)?;
        layers.defaults = over_any(&layers.defaults, &defaults);
        Ok(layers)
    }

    fn environment_values(&mut self, tree: &Node, spec: &Node, folder: &str, seen: &Layers) -> Step<Node> {
        let handler = self.missing_file_handler(spec)?;
        let of_file = self.missing_file_handler(tree)?;
        let strategy = spec.get("mergeStrategy");
        let fallback = match strategy.and_then(|it| it.value.as_str()) {
            None | Some("override") => false,
            Some("fallback") => true,
            Some(other) => {
                let message = format!(
                    "environment \"{}\": invalid mergeStrategy \"{other}\" (must be \"override\" or \"fallback\")",
                    seen.name
                );
                return self.fail(Finding::error(Code::Invalid, strategy.and_then(|it| it.at), message));
            }
        };
        let missing = handler.or(of_file).unwrap_or_default();
        let secrets = Reading { folder, missing, fallback: false, layers: seen };
        let secrets = self.secret_values(&list(spec, "secrets"), &secrets)?;
        let reading = Reading { folder, missing: handler.unwrap_or_default(), fallback, layers: seen };
        let values = self.state_values(&list(spec, "values"), &reading)?;
        Ok(over_any(&values, &secrets))
    }

    /// `missingFileHandler` of a file or an environment.
    pub(super) fn missing_file_handler(&mut self, node: &Node) -> Step<Option<MissingFileHandler>> {
        let Some(said) = node.get("missingFileHandler") else { return Ok(None) };
        let name = said.value.as_str().unwrap_or_default();
        match MissingFileHandler::from_name(name) {
            Some(handler) => Ok(Some(handler)),
            None => self.fail(invalid_handler(name, said.at)),
        }
    }
}
