//! All that is known at one moment.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use ide::ClusterNames;
use project::path_of;

use super::chart_view::ChartView;
use super::disk::Disk;
use super::document::Document;
use super::memory::Memory;
use super::target::{self, Target};
use crate::client::ClientFacts;
use crate::convert::uri::{self, PreviewOf};
use crate::model::Model;
use crate::releases::{Checked, Facts};
use crate::settings::Settings;

type Documents = HashMap<Arc<str>, Arc<Document>>;
type Views = HashMap<PathBuf, Arc<OnceLock<Arc<ChartView>>>>;

/// All that is known at one moment. It never changes; what is computed from it is remembered in it.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    /// How many changes there were before it.
    pub(crate) revision: u64,
    pub(crate) client: Arc<ClientFacts>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) folders: Arc<[PathBuf]>,
    pub(crate) disk: Arc<Disk>,
    documents: Arc<Documents>,
    /// What was last seen of the releases of charts.
    checked: Arc<HashMap<PathBuf, Arc<Checked>>>,
    /// What there is in the clusters and namespaces of the releases of charts.
    names: Arc<HashMap<PathBuf, Arc<ClusterNames>>>,
    /// What templates of charts are told of a cluster.
    facts: Arc<HashMap<PathBuf, Arc<Facts>>>,
    /// Which target the user chose for a chart.
    active: Arc<HashMap<PathBuf, String>>,
    memory: Arc<Memory>,
    views: Mutex<Views>,
}

impl Snapshot {
    /// The next one, which is like this one until it is changed.
    pub(super) fn next(&self) -> Self {
        Self {
            revision: self.revision + 1,
            client: self.client.clone(),
            settings: self.settings.clone(),
            folders: self.folders.clone(),
            disk: self.disk.clone(),
            documents: self.documents.clone(),
            checked: self.checked.clone(),
            names: self.names.clone(),
            facts: self.facts.clone(),
            active: self.active.clone(),
            memory: self.memory.clone(),
            views: Mutex::default(),
        }
    }

    pub(super) fn documents_mut(&mut self) -> &mut Documents {
        Arc::make_mut(&mut self.documents)
    }

    pub(super) fn checked_mut(&mut self) -> &mut HashMap<PathBuf, Arc<Checked>> {
        Arc::make_mut(&mut self.checked)
    }

    /// What was last seen of the release of a chart.
    pub(crate) fn checked(&self, root: &Path) -> Option<&Arc<Checked>> {
        self.checked.get(root)
    }

    pub(super) fn names_mut(&mut self) -> &mut HashMap<PathBuf, Arc<ClusterNames>> {
        Arc::make_mut(&mut self.names)
    }

    /// Names where the release of a chart is, as they were when somebody last looked.
    pub(crate) fn names(&self, root: &Path) -> Option<&Arc<ClusterNames>> {
        self.names.get(root)
    }

    pub(super) fn facts_mut(&mut self) -> &mut HashMap<PathBuf, Arc<Facts>> {
        Arc::make_mut(&mut self.facts)
    }

    /// What templates of a chart are told of a cluster, if somebody asked for it.
    pub(crate) fn facts(&self, root: &Path) -> Option<&Arc<Facts>> {
        self.facts.get(root)
    }

    pub(super) fn active_mut(&mut self) -> &mut HashMap<PathBuf, String> {
        Arc::make_mut(&mut self.active)
    }

    /// The open document with that URI, however the client writes it.
    pub(crate) fn document(&self, uri: &str) -> Option<&Arc<Document>> {
        match uri::path_of(uri) {
            Some(path) => self.documents.get(path.as_str()),
            None => self.documents.get(uri),
        }
    }

    /// The open document with that path or, without a path, that URI.
    pub(crate) fn document_at(&self, key: &str) -> Option<&Arc<Document>> {
        self.documents.get(key)
    }

    /// Whether all open documents are as in the other.
    pub(crate) fn same_texts(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.documents, &other.documents)
    }

    /// All open documents, in no order.
    pub(crate) fn documents(&self) -> impl Iterator<Item = &Arc<Document>> {
        self.documents.values()
    }

    /// The folder of the chart that a URI belongs to: of a file, open or not, of a member of an archive, or
    /// of a preview.
    pub(crate) fn root_of(&self, uri: &str) -> Option<PathBuf> {
        let path = uri::path_of(uri).or_else(|| uri::member_of(uri)).or_else(|| {
            Some(match uri::preview_of(uri)? {
                PreviewOf::Template(path) => path,
                PreviewOf::Chart(folder) => folder,
            })
        })?;
        self.disk.home(&path_of(path.trim_end_matches('/')))
    }

    /// The targets of a chart, `default` first.
    pub(crate) fn targets(&self, root: &Path) -> Vec<Target> {
        let files = self.disk.chart(root).files(&self.memory.chart(root));
        target::targets(root, &self.folders, &self.settings, &files.values_files)
    }

    /// The target that the user chose, or the first if there is none of that name any longer.
    pub(crate) fn active_target(&self, root: &Path) -> Target {
        let mut targets = self.targets(root);
        let chosen = self.active.get(root).and_then(|name| targets.iter().position(|it| it.name == *name));
        targets.swap_remove(chosen.unwrap_or(0))
    }

    /// The chart in `root` as it is on the screen.
    pub(crate) fn chart(&self, root: &Path) -> Arc<ChartView> {
        let place = {
            let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
            views.entry(root.to_owned()).or_default().clone()
        };
        // Not under the lock: whoever asks for another chart shall not wait for this one to be read.
        let view = place.get_or_init(|| ChartView::new(self, root, &self.memory.chart(root)));
        view.clone()
    }

    /// The chart that a URI belongs to, as it is on the screen.
    pub(crate) fn chart_of(&self, uri: &str) -> Option<Arc<ChartView>> {
        Some(self.chart(&self.root_of(uri)?))
    }

    /// What can be known of a chart.
    pub(crate) fn model(&self, view: &ChartView) -> Arc<Model> {
        view.model(self.revision, &self.memory.chart(&view.root))
    }
}
