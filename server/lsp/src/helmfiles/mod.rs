//! Helmfiles in the editor: which there are, what each comes to in its environments, which charts they deploy.
//!
//! A helmfile is loaded from what is on the screen, by [`ScreenWorld`], which runs nothing. What was loaded is kept from
//! snapshot to snapshot for as long as nothing that it looked at changed.

mod actions;
mod diagnostics;
mod fleet;
mod lenses;
mod target;
mod world;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use helmfile::{Loaded, Release, StateFile};
use ide::catalog::{Catalog, ChartSource, RepositorySource};
use ide::helmfile::{Files, Helmfile, PathRange, Role};
use project::{FileCache, path_of, text_of};
use syntax::Template;
use text::TextSize;

use crate::convert::uri;
use crate::ext;
use crate::lsp_types::{Location, TextDocumentPositionParams, Uri};
use crate::state::{Document, Snapshot, Syntax};

pub(crate) use diagnostics::{Shown, by_file};
pub(crate) use fleet::Fleet;
pub(crate) use target::{Layers, ReleaseOfFleet, layers, targets};
pub(crate) use world::{Looks, ScreenWorld};

/// What is remembered of helmfiles from one snapshot to the next.
#[derive(Debug, Default)]
pub(crate) struct FleetMemory {
    fleets: Mutex<HashMap<PathBuf, (u64, Arc<Fleet>)>>,
    layers: Mutex<HashMap<ReleaseOfFleet, (Looks, Arc<Layers>)>>,
    /// Files that helmfiles look at.
    pub(crate) files: FileCache,
}

impl FleetMemory {
    fn fleets(&self) -> MutexGuard<'_, HashMap<PathBuf, (u64, Arc<Fleet>)>> {
        self.fleets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A helmfile as a snapshot sees it.
    pub(crate) fn fleet(&self, snapshot: &Snapshot, path: &Path) -> Arc<Fleet> {
        let last = self.fleets().get(path).map(|it| it.1.clone());
        let fleet = Fleet::new(snapshot, &self.files, &text_of(path), last.as_ref());
        let mut fleets = self.fleets();
        if fleets.get(path).is_none_or(|it| it.0 <= snapshot.revision) {
            fleets.insert(path.to_owned(), (snapshot.revision, fleet.clone()));
        }
        fleet
    }
}

/// An open file of a helmfile, with what is known of the helmfile.
pub(crate) struct At<'s> {
    pub(crate) document: Arc<Document>,
    pub(crate) fleet: Arc<Fleet>,
    loaded: Vec<Arc<Loaded>>,
    role: Role,
    template: Template,
    world: ScreenWorld<'s>,
    catalog: Arc<dyn Catalog>,
    snapshot: &'s Snapshot,
}

/// The file of a helmfile that a request is about. `None` for one that belongs to none.
pub(crate) fn at<'s>(snapshot: &'s Snapshot, uri: &Uri) -> Option<At<'s>> {
    let document = snapshot.document(&uri.0)?.clone();
    let path = document.path.clone()?;
    let fleet = snapshot.fleet_of(&path_of(&path))?;
    let role = if fleet.is_state(&path) { Role::Helmfile } else { Role::Values };
    let template = match document.syntax() {
        Some(Syntax::Template(template)) => template.clone(),
        Some(Syntax::Yaml(_)) | None => Template::parse(document.text.whole().clone()),
    };
    let active = snapshot.active_environment(&fleet);
    let mut loaded = fleet.good.clone();
    loaded.sort_by_key(|it| it.state.environment != active);
    let world = ScreenWorld::new(snapshot, &snapshot.fleets().files);
    let catalog = snapshot.market.quiet();
    Some(At { document, fleet, loaded, role, template, world, catalog, snapshot })
}

/// The same with the offset of a position.
pub(crate) fn place<'s>(
    snapshot: &'s Snapshot,
    params: &TextDocumentPositionParams,
) -> Option<(At<'s>, TextSize)> {
    let at = at(snapshot, &params.text_document.uri)?;
    let offset = crate::convert::from::offset(&at.document.text, params.position, snapshot.client.encoding);
    Some((at, offset))
}

/// Where the chart of a release comes from, if it is not a folder.
pub(crate) fn source_of(file: &StateFile, release: &Release) -> Option<ChartSource> {
    if release.has_local_chart() {
        return None;
    }
    let repository = |name: &str| match file.repositories.iter().find(|it| it.name == name) {
        Some(known) => RepositorySource::of_helmfile(known, &file.folder),
        None => RepositorySource::at(format!("@{name}")),
    };
    ChartSource::named(&release.chart.it, |name| (!name.ends_with(':')).then(|| repository(name)))
}

/// The environments of a helmfile, as targets. `None` for a file that belongs to none.
pub(crate) fn environments(snapshot: &Snapshot, uri: &str) -> Option<ext::Targets> {
    let fleet = snapshot.fleet_of(&path_of(&uri::path_of(uri)?))?;
    let helmfile = Uri(uri::of_path(&fleet.path));
    let target = |name: &str| ext::Target {
        name: name.to_owned(),
        release_name: String::new(),
        namespace: String::new(),
        values_files: Vec::new(),
        helmfile: Some(helmfile.clone()),
        chart: helmfile.clone(),
    };
    let targets = fleet.environments().map(target).collect();
    Some(ext::Targets { active: snapshot.active_environment(&fleet), targets })
}

impl At<'_> {
    /// The features of the file.
    pub(crate) fn helmfile(&self) -> Helmfile<'_> {
        self.helmfile_with(&*self.catalog)
    }

    /// The same with another knowledge of repositories.
    pub(crate) fn helmfile_with<'h>(&'h self, catalog: &'h dyn Catalog) -> Helmfile<'h> {
        Helmfile {
            path: self.document.path.as_deref().unwrap_or_default(),
            document: &self.template,
            role: self.role,
            loaded: &self.loaded,
            world: Files(&self.world),
            catalog,
        }
    }

    /// The URI of a file.
    pub(crate) fn uri_of(&self, path: &str) -> Uri {
        diagnostics::uri_of(self.snapshot, path)
    }

    /// A place in a file of the helmfile, to go to.
    pub(crate) fn location(&self, at: &PathRange) -> Location {
        diagnostics::location(self.snapshot, &self.fleet, at)
    }

    /// A range of the file, in the protocol's words.
    pub(crate) fn range(&self, range: text::TextRange) -> crate::lsp_types::Range {
        crate::convert::to::range(&self.document.text, range, self.snapshot.client.encoding)
    }
}
