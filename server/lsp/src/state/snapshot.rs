//! All that is known at one moment.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use helmfile::{Release, StateFile};
use ide::ClusterNames;
use ide::helmfile::resolve_path;
use project::path_of;

use super::chart_view::ChartView;
use super::disk::Disk;
use super::document::Document;
use super::memory::Memory;
use super::target::{self, Target};
use crate::client::ClientFacts;
use crate::convert::uri::{self, PreviewOf};
use crate::helmfiles::{Fleet, FleetMemory, Layers, ReleaseOfFleet, source_of};
use crate::market::Known;
use crate::model::Model;
use crate::releases::{Checked, Facts};
use crate::settings::Settings;

type Documents = HashMap<Arc<str>, Arc<Document>>;
type Views = HashMap<(PathBuf, Option<String>), Arc<OnceLock<Arc<ChartView>>>>;
type Fleets = HashMap<PathBuf, Arc<OnceLock<Arc<Fleet>>>>;

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
    /// What repositories and registries have.
    pub(crate) market: Arc<Known>,
    memory: Arc<Memory>,
    views: Mutex<Views>,
    fleets: Mutex<Fleets>,
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
            market: self.market.clone(),
            memory: self.memory.clone(),
            views: Mutex::default(),
            fleets: Mutex::default(),
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

    /// The targets of a chart: `default`, those of values files, those of helmfiles.
    pub(crate) fn targets(&self, root: &Path) -> Vec<Target> {
        let mut targets = self.own_targets(root);
        targets.extend(crate::helmfiles::targets(self, root));
        targets
    }

    /// The targets that the chart and the settings make, `default` first. No helmfile is looked for.
    pub(crate) fn own_targets(&self, root: &Path) -> Vec<Target> {
        let files = self.disk.chart(root).files(&self.memory.chart(root));
        target::targets(root, &self.folders, &self.settings, &files.values_files)
    }

    /// The target that the user chose, or the first if there is none of that name any longer.
    pub(crate) fn active_target(&self, root: &Path) -> Target {
        let mut targets = self.own_targets(root);
        let Some(chosen) = self.active.get(root) else { return targets.swap_remove(0) };
        self.target(root, chosen).unwrap_or_else(|| targets.swap_remove(0))
    }

    /// The target of that name.
    pub(crate) fn target(&self, root: &Path, name: &str) -> Option<Target> {
        let own = self.own_targets(root).into_iter().find(|it| it.name == name);
        own.or_else(|| crate::helmfiles::targets(self, root).into_iter().find(|it| it.name == name))
    }

    /// The target that a release of a helmfile is.
    pub(crate) fn target_of(&self, root: &Path, of: &ReleaseOfFleet) -> Option<Target> {
        crate::helmfiles::targets(self, root).into_iter().find(|it| it.of.as_ref() == Some(of))
    }

    /// The chart in `root` as it is on the screen, for its active target.
    pub(crate) fn chart(&self, root: &Path) -> Arc<ChartView> {
        self.view((root.to_owned(), None), || self.active_target(root))
    }

    /// The same for another target.
    pub(crate) fn chart_for(&self, root: &Path, target: &Target) -> Arc<ChartView> {
        self.view((root.to_owned(), Some(target.name.clone())), || target.clone())
    }

    fn view(&self, key: (PathBuf, Option<String>), target: impl FnOnce() -> Target) -> Arc<ChartView> {
        let root = key.0.clone();
        let place = {
            let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
            views.entry(key).or_default().clone()
        };
        // Not under the lock: whoever asks for another chart shall not wait for this one to be read.
        let view = place.get_or_init(|| ChartView::new(self, &root, target(), &self.memory.chart(&root)));
        view.clone()
    }

    /// All helmfiles of the opened folders, and those that are open.
    pub(crate) fn helmfiles(&self) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> =
            self.folders.iter().flat_map(|it| self.disk.helmfiles(it).to_vec()).collect();
        let open = self.documents().filter_map(|it| Some(path_of(it.path.as_deref()?)));
        found.extend(open.filter(|it| project::is_helmfile(it)));
        found.sort();
        found.dedup();
        found
    }

    /// A helmfile as it is on the screen.
    pub(crate) fn fleet(&self, path: &Path) -> Arc<Fleet> {
        let place = {
            let mut fleets = self.fleets.lock().unwrap_or_else(PoisonError::into_inner);
            fleets.entry(path.to_owned()).or_default().clone()
        };
        place.get_or_init(|| self.memory.fleets.fleet(self, path)).clone()
    }

    /// The helmfile that a file belongs to: itself, or one that looks at it. What lies in a chart is the chart's, unless it
    /// is a template of values.
    pub(crate) fn fleet_of(&self, path: &Path) -> Option<Arc<Fleet>> {
        if project::is_helmfile(path) {
            return Some(self.fleet(path));
        }
        let is_template = path.extension().is_some_and(|it| it == "gotmpl");
        if !is_template && self.disk.home(path).is_some() {
            return None;
        }
        let text = project::text_of(path);
        self.helmfiles().iter().map(|it| self.fleet(it)).find(|it| it.looks_at(&text))
    }

    /// The name of the environment that is active in a helmfile.
    pub(crate) fn active_environment(&self, fleet: &Fleet) -> String {
        let chosen = self.active.get(&path_of(&fleet.path));
        let known = fleet.environments().find(|it| chosen.is_some_and(|chosen| chosen == it));
        known.or_else(|| fleet.environments().next()).unwrap_or_default().to_owned()
    }

    /// The values that a helmfile passes to a release.
    pub(crate) fn layers(&self, of: &ReleaseOfFleet) -> Arc<Layers> {
        crate::helmfiles::layers(self, &self.memory.fleets, of)
    }

    /// What is remembered of helmfiles.
    pub(crate) fn fleets(&self) -> &FleetMemory {
        &self.memory.fleets
    }

    /// The folder of a release's chart, if the chart is here.
    pub(crate) fn chart_of_release(&self, file: &StateFile, release: &Release) -> Option<PathBuf> {
        if !release.has_local_chart() {
            let source = source_of(file, release)?;
            return self.market.market().unpacked(&source, &release.version.it);
        }
        let folder = path_of(&resolve_path(&file.folder, &release.chart.it));
        // By a file in it: what is known of the folder around it says nothing of this one.
        self.disk.home(&folder.join("Chart.yaml")).filter(|it| *it == folder)
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
