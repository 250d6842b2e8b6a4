//! Which release is meant, and where it is: the target of a chart, or a name that was picked in a list.

use std::path::PathBuf;
use std::sync::Arc;

use helmfile::Release;
use release::World;
use release::ports::Identity;
use release::record::Records;

use super::port::Site;
use crate::ext::ReleaseId;
use crate::helmfiles::ReleaseOfFleet;
use crate::state::{ChartView, Snapshot};

/// A release in a cluster.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The cluster.
    pub site: Arc<dyn Site>,
    /// Which one it is.
    pub identity: Identity,
    /// The release.
    pub id: ReleaseId,
    /// The chart that it is deployed from, if it is known.
    pub chart: Option<PathBuf>,
    /// What a helmfile says of it, if it is one's.
    pub wanted: Option<Arc<Wanted>>,
    pub dialect: chart::Dialect,
}

/// A release of a helmfile.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// Which one.
    pub of: ReleaseOfFleet,
    /// What the helmfile says of it.
    pub release: Release,
}

impl Place {
    /// Where: `kind-dev / shop`.
    pub(crate) fn told(&self) -> String {
        let cluster = match self.identity.context.as_str() {
            "" => &self.identity.server,
            context => context,
        };
        format!("{cluster} / {}", self.id.namespace)
    }

    /// The chart as a snapshot sees it, for this release. `None` if it is not known, or no longer there.
    pub(crate) fn view(&self, snapshot: &Snapshot) -> Option<Arc<ChartView>> {
        let root = self.chart.as_ref()?;
        match &self.wanted {
            Some(wanted) => Some(snapshot.chart_for(root, &snapshot.target_of(root, &wanted.of)?)),
            None => Some(snapshot.chart(root)),
        }
    }

    /// How many revisions are kept; 0 is all.
    fn history_max(&self) -> usize {
        let said = self.wanted.as_ref().map(|it| it.release.options.history_max);
        said.map_or(MAX_HISTORY, |it| usize::try_from(it).unwrap_or(usize::MAX))
    }

    /// Works with the release.
    pub(crate) fn work<T>(&self, observer: &dyn release::Observer, job: impl FnOnce(&World<'_>) -> T) -> T {
        let store = self.site.records(&self.id.namespace);
        job(&World {
            cluster: self.site.cluster(),
            records: Records::new(&*store).keeping(self.history_max()),
            clock: self.site.clock(),
            observer,
            dialect: self.dialect,
        })
    }
}

/// How many revisions are kept, as in Helm.
const MAX_HISTORY: usize = 10;

/// What the release of a chart is called, and where it goes: what the settings say; else the chart's name, and the
/// namespace of the context. A helmfile's release is called what the helmfile says.
pub(crate) fn release_of(snapshot: &Snapshot, view: &ChartView, namespace: &str) -> ReleaseId {
    if view.target.of.is_some() {
        let own = &view.target.namespace;
        let namespace = if own.is_empty() { namespace } else { own };
        return ReleaseId { namespace: namespace.to_owned(), name: view.target.release_name.clone() };
    }
    let defaults = crate::settings::Settings::default();
    let settings = &snapshot.settings;
    let name = if settings.release_name == defaults.release_name {
        chart_name(snapshot, view).unwrap_or_else(|| settings.release_name.clone())
    } else {
        view.target.release_name.clone()
    };
    let namespace = match settings.namespace == defaults.namespace {
        true => namespace.to_owned(),
        false => view.target.namespace.clone(),
    };
    ReleaseId { namespace, name }
}

/// The name of a chart.
pub(crate) fn chart_name(snapshot: &Snapshot, view: &ChartView) -> Option<String> {
    let model = snapshot.model(view);
    let name = model.exact(view).chart.as_ref()?.metadata.name.clone();
    (!name.is_empty()).then_some(name)
}
