//! What the server knows of the editor and the disk. One writer, many readers.
//!
//! [`State`] is written by the messages that `front` applies, in their order, and by nothing else but pulled
//! settings. Everyone else works on a [`Snapshot`], which never changes: a change makes the next one, which
//! shares with the last what did not change. What is computed from a snapshot (charts read, texts parsed) is
//! computed when someone asks and remembered; none of it happens here, on the thread that reads messages.

mod chart_view;
mod disk;
mod document;
mod memory;
mod snapshot;
mod target;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ide::ClusterNames;
use project::path_of;
use serde_json::Value;

use crate::client::ClientFacts;
use crate::convert::uri;
use crate::lsp_types::{TextDocumentContentChangeEvent, TextDocumentItem};
use crate::market::Known;
use crate::releases::{Checked, Facts};
use crate::settings::Settings;

pub(crate) use chart_view::{ChartView, Circumstances, same_facts};
pub(crate) use document::{Document, Syntax};
pub(crate) use memory::{ChartMemory, Numbers};
pub(crate) use snapshot::Snapshot;
pub(crate) use target::Target;

/// How long the disk is believed where no client tells us of changes.
const BELIEVED: Duration = Duration::from_secs(1);

/// The latest snapshot, and how it becomes the next one.
#[derive(Debug)]
pub(crate) struct State {
    current: Arc<Snapshot>,
    /// When the disk was last doubted, for clients that do not watch files.
    doubted: Instant,
}

impl Default for State {
    fn default() -> Self {
        Self { current: Arc::default(), doubted: Instant::now() }
    }
}

impl State {
    /// What is known now.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.current.clone()
    }

    /// What is known now, for a request: where nobody tells us of changed files, the disk is looked at again
    /// now and then. Looking costs little and happens when someone needs the chart.
    pub(crate) fn snapshot_to_answer(&mut self) -> Arc<Snapshot> {
        if !self.current.client.watches_files && self.doubted.elapsed() > BELIEVED {
            self.doubted = Instant::now();
            let disk = self.current.disk.doubted();
            self.update(|next| next.disk = disk);
        }
        self.snapshot()
    }

    fn update(&mut self, change: impl FnOnce(&mut Snapshot)) {
        let mut next = self.current.next();
        change(&mut next);
        self.current = Arc::new(next);
    }

    /// The parameters of `initialize`.
    pub(crate) fn initialize(&mut self, params: &Value) {
        let client = ClientFacts::read(params);
        let folders = folders_of(params);
        let mut settings = Settings::default();
        if let Some(options) = params.get("initializationOptions") {
            complain(settings.merge(options));
        }
        self.update(|next| {
            next.client = Arc::new(client);
            next.folders = folders.into();
            next.settings = Arc::new(settings);
        });
    }

    /// Repositories and registries, before anything else.
    pub(crate) fn set_market(&mut self, market: Arc<Known>) {
        self.update(|next| next.market = market);
    }

    /// New settings, laid over what `initialize` said.
    pub(crate) fn set_settings(&mut self, value: &Value) -> bool {
        let mut settings = (*self.current.settings).clone();
        complain(settings.merge(value));
        let changed = settings != *self.current.settings;
        if changed {
            self.update(|next| next.settings = Arc::new(settings));
        }
        changed
    }

    /// The user opened and closed folders.
    pub(crate) fn change_folders(&mut self, added: Vec<PathBuf>, removed: &[PathBuf]) {
        let mut folders: Vec<_> =
            self.current.folders.iter().filter(|it| !removed.contains(it)).cloned().collect();
        folders.extend(added);
        self.update(|next| next.folders = folders.into());
    }

    /// A document was opened. Returns its key.
    pub(crate) fn open(&mut self, item: TextDocumentItem) -> Arc<str> {
        let document = Document::new(&item.uri.0, &String::from(item.language_id), item.version, &item.text);
        let key = document.key();
        self.update(|next| drop(next.documents_mut().insert(key.clone(), Arc::new(document))));
        key
    }

    /// A document was changed; the changes apply one after the other. `None` if it is not open.
    pub(crate) fn change(
        &mut self,
        uri: &str,
        version: i32,
        changes: &[TextDocumentContentChangeEvent],
    ) -> Option<Arc<str>> {
        let document = self.current.document(uri)?;
        let changed = document.changed(version, changes, self.current.client.encoding);
        let key = document.key();
        self.update(|next| drop(next.documents_mut().insert(key.clone(), Arc::new(changed))));
        Some(key)
    }

    /// A document was closed: from now on the disk counts.
    pub(crate) fn close(&mut self, uri: &str) -> Option<Arc<str>> {
        let document = self.current.document(uri)?.clone();
        let key = document.key();
        self.update(|next| drop(next.documents_mut().remove(&key)));
        if let Some(path) = &document.path {
            self.files_changed(&[path_of(path)]);
        }
        Some(key)
    }

    /// Files were written, made or removed.
    pub(crate) fn files_changed(&mut self, paths: &[PathBuf]) {
        let disk = self.current.disk.changed(paths);
        self.update(|next| next.disk = disk);
    }

    /// A release was looked at.
    pub(crate) fn set_checked(&mut self, root: &Path, checked: Arc<Checked>) {
        self.update(|next| drop(next.checked_mut().insert(root.to_owned(), checked)));
    }

    /// Names where the release of a chart is.
    pub(crate) fn set_names(&mut self, root: &Path, names: Arc<ClusterNames>) {
        self.update(|next| drop(next.names_mut().insert(root.to_owned(), names)));
    }

    /// What templates of a chart are told of a cluster, from now on.
    pub(crate) fn set_facts(&mut self, root: &Path, facts: Option<Arc<Facts>>) {
        self.update(|next| {
            match facts {
                Some(facts) => next.facts_mut().insert(root.to_owned(), facts),
                None => next.facts_mut().remove(root),
            };
        });
    }

    /// Another cluster is meant from now on.
    pub(crate) fn forget_clusters(&mut self) {
        self.update(|next| {
            next.checked_mut().clear();
            next.names_mut().clear();
            next.facts_mut().clear();
        });
    }

    /// The user chose a target. Whether there is one of that name is found out when someone looks for it.
    pub(crate) fn set_target(&mut self, uri: &str, name: &str) -> bool {
        let helmfile = uri::path_of(uri).map(|it| path_of(&it)).filter(|it| project::is_helmfile(it));
        let Some(root) = helmfile.or_else(|| self.current.root_of(uri)) else { return false };
        self.set_target_of(&root, name);
        true
    }

    /// The same for a chart by its folder, or for a helmfile by its path.
    pub(crate) fn set_target_of(&mut self, root: &Path, name: &str) {
        let root = root.to_owned();
        self.update(|next| drop(next.active_mut().insert(root, name.to_owned())));
    }
}

fn folders_of(params: &Value) -> Vec<PathBuf> {
    let folder = |it: &Value| uri::path_of(it.as_str()?).map(|path| path_of(path.trim_end_matches('/')));
    match params.get("workspaceFolders").and_then(Value::as_array) {
        Some(folders) => folders.iter().filter_map(|it| folder(it.get("uri")?)).collect(),
        None => params.get("rootUri").and_then(folder).into_iter().collect(),
    }
}

fn complain(complaints: Vec<String>) {
    for complaint in complaints {
        tracing::warn!("{complaint}");
    }
}
