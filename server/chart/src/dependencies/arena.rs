//! Charts under processing, with what Helm's copies share.

use std::sync::Arc;

use golang::Dialect;
use yaml::Node;

use crate::chart::ChartData;
use crate::coalesce::{ChartValues, CoalesceError, Coalesced, Warning, coalesce_of};
use crate::{Chart, Dependency, Metadata};

/// The place of a chart in the arena.
pub(super) type ChartId = usize;

/// All charts, metadata and dependency entries that Helm would have on its heap.
#[derive(Debug)]
pub(super) struct Arena {
    pub(super) charts: Vec<Entry>,
    pub(super) metadata: Vec<Meta>,
    pub(super) dependencies: Vec<Dependency>,
    pub(super) dialect: Dialect,
    pub(super) warnings: Vec<Warning>,
}

/// Helm's `Chart`, as far as it changes.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// What does not change.
    origin: Chart,
    pub(super) metadata: usize,
    pub(super) values: Node,
    pub(super) subcharts: Vec<ChartId>,
    pub(super) parent: Option<ChartId>,
}

/// Helm's `Metadata`, as far as it changes.
#[derive(Clone, Debug)]
pub(super) struct Meta {
    pub(super) name: String,
    origin: Arc<Metadata>,
    /// Into [`Arena::dependencies`].
    pub(super) dependencies: Option<Vec<usize>>,
}

/// A chart of the arena, to coalesce values with.
#[derive(Clone, Copy)]
struct View<'a> {
    arena: &'a Arena,
    id: ChartId,
}

impl ChartValues for View<'_> {
    fn name(&self) -> &str {
        self.arena.name(self.id)
    }

    fn values(&self) -> &Node {
        &self.arena.charts[self.id].values
    }

    fn dependencies(&self) -> Vec<Self> {
        self.arena.charts[self.id].subcharts.iter().map(|&id| Self { id, ..*self }).collect()
    }
}

impl Arena {
    pub(super) const ROOT: ChartId = 0;

    pub(super) fn new(chart: &Chart, dialect: Dialect) -> Self {
        let (charts, metadata, dependencies) = (Vec::new(), Vec::new(), Vec::new());
        let mut arena = Self { charts, metadata, dependencies, dialect, warnings: Vec::new() };
        arena.add(chart, None);
        arena
    }

    fn add(&mut self, chart: &Chart, parent: Option<ChartId>) -> ChartId {
        let id = self.charts.len();
        let first = self.dependencies.len();
        let dependencies = chart.metadata.dependencies.as_ref().map(|entries| {
            self.dependencies.extend(entries.iter().cloned());
            (first..self.dependencies.len()).collect()
        });
        self.metadata.push(Meta {
            name: chart.name().to_owned(),
            origin: chart.metadata.clone(),
            dependencies,
        });
        self.charts.push(Entry {
            origin: chart.clone(),
            metadata: self.metadata.len() - 1,
            values: chart.values.clone(),
            subcharts: Vec::new(),
            parent,
        });
        self.charts[id].subcharts =
            chart.dependencies.iter().map(|child| self.add(child, Some(id))).collect();
        id
    }

    pub(super) fn name(&self, id: ChartId) -> &str {
        &self.meta(id).name
    }

    pub(super) fn version(&self, id: ChartId) -> &str {
        &self.meta(id).origin.version
    }

    pub(super) fn meta(&self, id: ChartId) -> &Meta {
        &self.metadata[self.charts[id].metadata]
    }

    pub(super) fn meta_mut(&mut self, id: ChartId) -> &mut Meta {
        &mut self.metadata[self.charts[id].metadata]
    }

    pub(super) fn coalesce(
        &mut self,
        id: ChartId,
        values: &Node,
        merge: bool,
    ) -> Result<Node, CoalesceError> {
        let view = View { arena: self, id };
        let Coalesced { values, warnings } = coalesce_of(&view, values, self.dialect, merge)?;
        self.warnings.extend(warnings);
        Ok(values)
    }

    /// `AddDependency`: whoever takes a chart in last is its parent.
    pub(super) fn set_subcharts(&mut self, id: ChartId, subcharts: Vec<ChartId>) {
        for &subchart in &subcharts {
            self.charts[subchart].parent = Some(id);
        }
        self.charts[id].subcharts = subcharts;
    }

    /// A copy of the chart structure. The metadata is the same unless the caller copies it.
    pub(super) fn copy_chart(&mut self, id: ChartId) -> ChartId {
        self.charts.push(self.charts[id].clone());
        self.charts.len() - 1
    }

    /// Gives the chart metadata of its own; the dependency entries stay shared.
    pub(super) fn own_metadata(&mut self, id: ChartId) {
        self.metadata.push(self.meta(id).clone());
        self.charts[id].metadata = self.metadata.len() - 1;
    }

    /// Gives the chart's metadata dependency entries of their own.
    pub(super) fn own_dependencies(&mut self, id: ChartId) {
        let Some(shared) = self.meta(id).dependencies.clone() else { return };
        let first = self.dependencies.len();
        self.dependencies
            .extend(shared.iter().map(|&entry| self.dependencies[entry].clone()).collect::<Vec<_>>());
        self.meta_mut(id).dependencies = Some((first..self.dependencies.len()).collect());
    }

    /// The path as Helm derives it, by asking for parents: they need not be those of the tree.
    fn full_path(&self, id: ChartId) -> String {
        let mut names = vec![self.name(id)];
        let mut at = id;
        while let Some(parent) = self.charts[at].parent {
            names.push(self.name(parent));
            at = parent;
        }
        names.reverse();
        names.join("/charts/")
    }

    /// The tree of charts that has come of it.
    pub(super) fn freeze(&self, id: ChartId) -> Chart {
        let entry = &self.charts[id];
        let meta = self.meta(id);
        let dependencies = meta.dependencies.as_ref();
        let metadata = Metadata {
            name: meta.name.clone(),
            dependencies: dependencies
                .map(|ids| ids.iter().map(|&at| self.dependencies[at].clone()).collect()),
            ..(*meta.origin).clone()
        };
        Chart::new(ChartData {
            metadata: Arc::new(metadata),
            values: entry.values.clone(),
            dependencies: entry.subcharts.iter().map(|&child| self.freeze(child)).collect(),
            full_path: self.full_path(id).into(),
            is_root: entry.parent.is_none(),
            ..(*entry.origin).clone()
        })
    }
}
