//! Previews: what a chart renders to, kept up to date while someone looks at it.
//!
//! The rendering itself is behind [`PreviewSource`]. Here is what a person sees of it: the last good text
//! stays when rendering fails, revisions count, and lines of the text lead to their sources and back.

mod helm;
mod shown;
mod source;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use project::path_of;
use text::{FileId, FileRange, LineIndex};

use crate::cancel::Cancel;
use crate::convert::to::Places;
use crate::convert::uri::{self, PreviewOf};
use crate::ext::{Preview, PreviewError, Scope};
use crate::lsp_types::Uri;
use crate::state::{ChartView, Snapshot};

pub(crate) use helm::Helm;
use shown::Shown;
pub(crate) use source::{NoMap, PreviewMap, PreviewSource, RenderFailure, RenderScope, Rendered};

/// All previews that someone looks at, and what renders them.
#[derive(Debug)]
pub(crate) struct Previews {
    source: Arc<dyn PreviewSource>,
    sessions: Mutex<Sessions>,
}

#[derive(Debug, Default)]
struct Sessions {
    /// By what they show.
    open: BTreeMap<PreviewOf, Session>,
    last_id: u64,
}

#[derive(Debug)]
struct Session {
    id: String,
    root: PathBuf,
    shown: Shown,
    /// Someone wants to hear of changes; otherwise only the virtual document was asked for.
    subscribed: bool,
}

impl Previews {
    pub(crate) fn new(source: Arc<dyn PreviewSource>) -> Self {
        Self { source, sessions: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a preview of that document shows: of something that is no template, the whole chart.
    pub(crate) fn wanted(snapshot: &Snapshot, uri: &str, scope: Scope) -> Option<PreviewOf> {
        let root = snapshot.root_of(uri)?;
        let chart = || PreviewOf::Chart(project::text_of(&root));
        let path = uri::path_of(uri)?;
        Some(match scope {
            Scope::Template if path.contains("/templates/") => PreviewOf::Template(path),
            Scope::Template | Scope::Chart => chart(),
        })
    }

    /// Renders and, from now on, keeps up to date. `None` if it was cancelled or belongs to no chart.
    pub(crate) fn subscribe(&self, snapshot: &Snapshot, of: &PreviewOf, cancel: &Cancel) -> Option<Preview> {
        let (preview, _) = self.render(snapshot, of, Keep::Subscribed, cancel)?;
        Some(preview)
    }

    /// Renders for someone who asks once.
    pub(crate) fn once(&self, snapshot: &Snapshot, of: &PreviewOf, cancel: &Cancel) -> Option<Preview> {
        Some(self.render(snapshot, of, Keep::IfOpen, cancel)?.0)
    }

    /// Renders for a virtual document, of whose changes its editor shall hear.
    pub(crate) fn document(&self, snapshot: &Snapshot, of: &PreviewOf, cancel: &Cancel) -> Option<Preview> {
        Some(self.render(snapshot, of, Keep::Open, cancel)?.0)
    }

    /// Nobody looks at it any longer.
    pub(crate) fn close(&self, id: &str) {
        self.lock().open.retain(|_, session| session.id != id);
    }

    /// What is open of a chart.
    pub(crate) fn open_of(&self, root: &Path) -> Vec<PreviewOf> {
        let sessions = self.lock();
        sessions.open.iter().filter(|(_, session)| session.root == root).map(|(of, _)| of.clone()).collect()
    }

    /// The charts of which something is open.
    pub(crate) fn roots(&self) -> Vec<PathBuf> {
        self.lock().open.values().map(|session| session.root.clone()).collect()
    }

    /// Renders again what is open. `None` if nothing changed.
    pub(crate) fn refresh(&self, snapshot: &Snapshot, of: &PreviewOf, cancel: &Cancel) -> Option<Changed> {
        let (preview, changed) = self.render(snapshot, of, Keep::IfOpen, cancel)?;
        let subscribed = self.lock().open.get(of)?.subscribed;
        changed.then_some(Changed { preview, subscribed })
    }

    /// What wrote a line of a preview.
    pub(crate) fn source_of_line(&self, id: &str, line: u32) -> Option<(PathBuf, FileRange)> {
        let sessions = self.lock();
        let session = sessions.open.values().find(|it| it.id == id)?;
        Some((session.root.clone(), session.shown.source_of(line)?))
    }

    /// The lines of a preview that a place wrote.
    pub(crate) fn lines_of(&self, id: &str, places: &[FileRange]) -> Vec<u32> {
        let sessions = self.lock();
        let Some(session) = sessions.open.values().find(|it| it.id == id) else { return Vec::new() };
        places.iter().map(|it| session.shown.lines_of(*it)).find(|it| !it.is_empty()).unwrap_or_default()
    }

    fn render(
        &self,
        snapshot: &Snapshot,
        of: &PreviewOf,
        keep: Keep,
        cancel: &Cancel,
    ) -> Option<(Preview, bool)> {
        let (PreviewOf::Template(path) | PreviewOf::Chart(path)) = of;
        let root = snapshot.disk.home(&path_of(path))?;
        let view = snapshot.chart(&root);
        let model = snapshot.model(&view);
        let rendered = match scope_of(of, &view) {
            Some(scope) => self.source.render(&view, &model, scope, cancel)?,
            None => Rendered::failed(format!("{path} is no template of this chart")),
        };
        let places = Places::new(snapshot, &view, &model);
        let error = rendered.error.as_ref().map(|failure| PreviewError {
            message: failure.message.clone(),
            uri: failure.at.map(|at| places.uri(at.file)),
            range: failure.at.map(|at| places.range(at)),
        });
        let mut sessions = self.lock();
        let (mut shown, id, subscribed) = match sessions.open.remove(of) {
            Some(session) => (session.shown, session.id, session.subscribed),
            None if keep == Keep::IfOpen => (Shown::default(), String::new(), false),
            None => {
                sessions.last_id += 1;
                (Shown::default(), sessions.last_id.to_string(), false)
            }
        };
        let target = view.target.to_ext(&root);
        let cluster = view.facts.as_ref().map(|it| it.to_ext());
        let changed = shown.update(snapshot.revision, rendered, error, target.clone(), cluster.clone());
        let preview = Preview {
            id: id.clone(),
            uri: Uri(uri::of_preview(of)),
            revision: shown.revision,
            text: shown.text.clone(),
            status: shown.status,
            error: shown.error.clone(),
            target,
            cluster,
        };
        if !id.is_empty() {
            let subscribed = subscribed || keep == Keep::Subscribed;
            sessions.open.insert(of.clone(), Session { id, root, shown, subscribed });
        }
        Some((preview, changed))
    }
}

/// A preview that changed.
#[derive(Debug)]
pub(crate) struct Changed {
    pub(crate) preview: Preview,
    pub(crate) subscribed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keep {
    Subscribed,
    Open,
    IfOpen,
}

fn scope_of(of: &PreviewOf, view: &ChartView) -> Option<RenderScope> {
    match of {
        PreviewOf::Chart(_) => Some(RenderScope::Chart),
        PreviewOf::Template(path) => {
            let file: FileId = view.file(path)?;
            view.source(file).map(|_| RenderScope::Template(file))
        }
    }
}

/// The lines of `text` at the given offsets, in order and without repetition.
fn lines_at(index: &LineIndex, offsets: &[usize]) -> Vec<u32> {
    let mut lines: Vec<u32> = offsets.iter().map(|at| index.line((*at as u32).into())).collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}
