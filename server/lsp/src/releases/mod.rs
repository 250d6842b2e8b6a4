//! Releases from the editor: what would change is shown, then agreed to, then done.
//!
//! Nothing is sent to a cluster before somebody asks for it by a command. The cluster is the one of the user's kubeconfig
//! and settings, and stays the same for the session until the user picks another; no file of the workspace chooses it.

mod agreement;
mod ask;
mod check;
mod documents;
mod facts;
mod fetch;
mod fleet;
mod flow;
mod how;
mod lists;
mod names;
mod place;
mod port;
mod progress;
mod rails;
mod rendering;
mod shown;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use release::ports::Identity;

pub(crate) use check::{Checked, drift_findings};
pub(crate) use documents::SCHEME;
pub(crate) use facts::Facts;
pub(crate) use flow::run;
pub(crate) use lists::{Made, releases, revisions};
pub(crate) use place::release_of;
pub use port::{Asked, Clusters, Context, NoClusters, Site};
pub(crate) use rails::PROTECTED;

use documents::Documents;
use place::Place;

use crate::cancel::Cancel;
use crate::ext::{ReleaseId, ReleaseOf};
use crate::settings::Settings;
use crate::state::Snapshot;

/// Clusters that were opened, and what is going on in them.
#[derive(Debug)]
pub(crate) struct Releases {
    clusters: Arc<dyn Clusters>,
    /// Which context the user picked, and the clusters of this session by what was asked for.
    session: Mutex<Session>,
    documents: Documents,
    /// What runs, by its progress token: it can be stopped.
    running: Mutex<BTreeMap<String, Cancel>>,
    /// Releases that something is being done with.
    busy: Mutex<BTreeSet<(String, ReleaseId)>>,
}

#[derive(Debug, Default)]
struct Session {
    picked: Option<String>,
    open: Vec<(Asked, chart::Dialect, Arc<dyn Site>)>,
}

/// Why something cannot be done, for people.
pub(crate) type Reason = String;

impl Releases {
    pub(crate) fn new(clusters: Arc<dyn Clusters>) -> Self {
        Self {
            clusters,
            session: Mutex::default(),
            documents: Documents::default(),
            running: Mutex::default(),
            busy: Mutex::default(),
        }
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn asked(&self, settings: &Settings) -> Asked {
        let picked = self.session().picked.clone();
        Asked {
            kubeconfig: settings.kube.config.clone(),
            context: picked.or_else(|| settings.kube.context.clone()),
            allow_programs: settings.kube.trusted,
        }
    }

    /// The cluster of this session. It blocks.
    fn site(&self, settings: &Settings) -> Result<Arc<dyn Site>, Reason> {
        let (asked, dialect) = (self.asked(settings), settings.helm_version.dialect());
        let known = |session: &Session| {
            session.open.iter().find(|it| it.0 == asked && it.1 == dialect).map(|it| it.2.clone())
        };
        if let Some(site) = known(&self.session()) {
            return Ok(site);
        }
        let site = self.clusters.open(&asked, dialect)?;
        self.session().open.push((asked, dialect, site.clone()));
        Ok(site)
    }

    /// The contexts that the user can pick from. It blocks.
    fn contexts(&self, settings: &Settings) -> Result<Vec<Context>, Reason> {
        self.clusters.contexts(&self.asked(settings))
    }

    fn pick(&self, context: &str) {
        self.session().picked = Some(context.to_owned());
    }

    /// Where a release is. It blocks.
    fn place(&self, snapshot: &Snapshot, of: &ReleaseOf) -> Result<Place, Reason> {
        let settings = &snapshot.settings;
        let site = self.site(settings)?;
        // What is served may have changed since the last time.
        site.cluster().forget_resources();
        let identity = site.cluster().identity().map_err(|error| error.message)?;
        let (id, chart) = match of {
            ReleaseOf::Named(id) => (id.clone(), None),
            ReleaseOf::Chart(uri) => {
                let view = snapshot.chart_of(uri).ok_or_else(|| format!("{uri} belongs to no chart"))?;
                (release_of(snapshot, &view, site.namespace()), Some(view.root.clone()))
            }
            ReleaseOf::Helmfile(of) => {
                let found = fleet::find(snapshot, of)?;
                return fleet::place(snapshot, site, identity, found);
            }
        };
        Ok(Place { site, identity, id, chart, wanted: None, dialect: settings.helm_version.dialect() })
    }

    /// The text of a virtual document.
    pub(crate) fn text(&self, uri: &str) -> Option<String> {
        self.documents.text(uri)
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<String, Cancel>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody wants to stop what is told by a progress token.
    pub(crate) fn cancel(&self, token: &str) {
        if let Some(cancel) = self.running().get(token) {
            cancel.set();
        }
    }

    /// Stops everything that runs, each at the next place where everything is recorded.
    pub(crate) fn cancel_all(&self) {
        self.running().values().for_each(Cancel::set);
    }

    /// Whether something is being done in a cluster. While the user is asked, nothing is.
    pub(crate) fn is_busy(&self) -> bool {
        !self.running().is_empty()
    }

    /// Says that something is being done with a release, until the answer is dropped.
    fn occupy(&self, place: &Place) -> Result<Busy<'_>, Reason> {
        let key = (cluster_key(&place.identity), place.id.clone());
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if !busy.insert(key.clone()) {
            return Err(format!("something is being done with {} already", place.id.name));
        }
        Ok(Busy { releases: self, key })
    }
}

fn cluster_key(identity: &Identity) -> String {
    if identity.uid.is_empty() { identity.server.clone() } else { identity.uid.clone() }
}

/// Something is being done with a release.
#[derive(Debug)]
struct Busy<'r> {
    releases: &'r Releases,
    key: (String, ReleaseId),
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.releases.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}
