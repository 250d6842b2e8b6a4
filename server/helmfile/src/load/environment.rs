//! State values: three layers that are merged anew for every part of a file, as Helmfile's `environment.Environment` is.

use yaml::{Node, Value};

use crate::engine::EnvironmentData;
use crate::merge::{Lists, over_state};

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
