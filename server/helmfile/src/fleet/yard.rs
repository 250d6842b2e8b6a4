//! What a fleet needs of whoever has it deployed: clusters, what charts render to, values, hooks, and somebody to tell.

use chart::Dialect;
use release::actions::unlock::Pending;
use release::ports::{Clock, Cluster};
use release::record::{Record, RecordStore, Records};
use release::{Error, Holder, Observer, Rendered, World};
use serde_json::{Map, Value};

use super::Unit;
use crate::model::HookEvent;

/// Where a release is deployed.
pub struct Site<'s> {
    /// The cluster.
    pub cluster: &'s dyn Cluster,
    /// The namespace: the release's, or that of the context.
    pub namespace: String,
    /// The records of the namespace.
    pub records: Box<dyn RecordStore + 's>,
    /// The time.
    pub clock: &'s dyn Clock,
    /// Who watches.
    pub observer: Box<dyn Observer + 's>,
    /// Which Helm's words and defaults.
    pub dialect: Dialect,
}

impl std::fmt::Debug for Site<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Site").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}

impl Site<'_> {
    /// Where actions work, keeping so many revisions of a release.
    pub fn world(&self, history_max: usize) -> World<'_> {
        self.world_of(&*self.records, history_max)
    }

    /// The same over other records.
    pub(super) fn world_of<'w>(&'w self, records: &'w dyn RecordStore, history_max: usize) -> World<'w> {
        World {
            cluster: self.cluster,
            records: Records::new(records).keeping(history_max),
            clock: self.clock,
            observer: &*self.observer,
            dialect: self.dialect,
        }
    }
}

/// What is to be rendered.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Name, namespace and revision.
    pub release: render::Release,
    /// The values that the user gives.
    pub values: Map<String, Value>,
    /// What takes the place of the chart's own values.
    pub own_values: Option<Map<String, Value>>,
}

/// What a fleet needs. Everything is asked from several threads at once.
pub trait Yard: Sync {
    /// Where a release is deployed.
    fn site(&self, unit: &Unit<'_>) -> Result<Site<'_>, Error>;

    /// The values of a release, merged.
    fn values(&self, unit: &Unit<'_>) -> Result<Map<String, Value>, Error>;

    /// What the chart of a release comes to. With `brief` nothing is said of the chart itself: it is for looking only.
    fn render(
        &self,
        unit: &Unit<'_>,
        world: &World<'_>,
        asked: Asked,
        brief: bool,
    ) -> Result<Rendered, Error>;

    /// The custom resource definitions of a release's chart: file and text.
    fn crds(&self, unit: &Unit<'_>) -> Result<Vec<(String, String)>, Error>;

    /// Runs the hooks of a release. `command` is what Helmfile calls the command that goes on, `failure` why it failed.
    fn hooks(
        &self,
        unit: &Unit<'_>,
        event: HookEvent,
        command: &str,
        failure: Option<&str>,
    ) -> Result<(), Error>;

    /// Whether the program that holds a release runs no more; nothing where that cannot be known from here.
    fn is_gone(&self, holder: &Holder) -> Option<bool>;

    /// Whether everything is to come to its end.
    fn is_cancelled(&self) -> bool;

    /// Something happened.
    fn tell(&self, unit: &Unit<'_>, told: Told<'_>);
}

/// What is told while a fleet is deployed.
#[derive(Clone, Debug)]
pub enum Told<'t> {
    /// A revision that was left pending is taken up again.
    TakenUp(&'t Pending),
    /// The release is being upgraded or installed.
    Upgrading,
    /// It was.
    Upgraded(&'t Record),
    /// An object cannot be changed, so that the release is uninstalled and installed anew.
    Reinstalling,
    /// The release is being deleted.
    Deleting,
    /// It was. Of some objects it is told that they stay.
    Deleted(&'t str),
    /// Something went wrong that changes nothing.
    Warning(&'t str),
}
