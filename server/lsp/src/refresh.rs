//! What is computed without being asked for: diagnostics, and previews that someone looks at.
//!
//! One thread, always on the latest snapshot: it takes all that came since it last looked and works on that,
//! once. There is no waiting for the typing to pause. New work cancels what is under way, but previews not twice in a
//! row: someone who types without a pause still sees the rendering follow. Diagnostics are made behind them and give
//! way to them for a while, lest the next preview wait for what is wrong with the last one.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use futures::executor::block_on;
use project::{path_of, text_of};
use tokio::runtime::Handle;
use tower_lsp::Client;

use crate::cancel::Cancel;
use crate::diagnostics::{Board, News, Published, checks, findings};
use crate::ext::PreviewChangedNotification;
use crate::helmfiles::{Fleet, Shown, by_file};
use crate::lsp_types::{PublishDiagnosticsNotification, PublishDiagnosticsParams, Uri};
use crate::preview::Previews;
use crate::releases::drift_findings;
use crate::state::Snapshot;

/// Someone who types without a pause waits so long for diagnostics at the most, and for what it takes to make them.
const PATIENCE: Duration = Duration::from_millis(300);

/// Starts the work and lets it be.
#[derive(Debug)]
pub(crate) struct Refresher {
    mailbox: Arc<Mailbox>,
}

/// What a change may have touched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Touched {
    /// Anything at all.
    everything: bool,
    /// These documents, by their keys; they need not be open any longer.
    documents: BTreeSet<Arc<str>>,
    /// The client shall hear of these documents even if nothing changed.
    again: BTreeSet<Arc<str>>,
}

#[derive(Debug, Default)]
struct Mailbox {
    mail: Mutex<Mail>,
    ready: Condvar,
}

#[derive(Debug, Default)]
struct Mail {
    snapshot: Option<Arc<Snapshot>>,
    touched: Touched,
    /// Cancels what is under way, if that may be.
    running: Option<Cancel>,
    closing: bool,
}

impl Touched {
    pub(crate) fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    pub(crate) fn document(key: Arc<str>) -> Self {
        Self { documents: BTreeSet::from([key]), ..Self::default() }
    }

    /// A document whose diagnostics the client wants to hear even if they are the same.
    pub(crate) fn again(key: Arc<str>) -> Self {
        let documents = BTreeSet::from([key]);
        Self { everything: false, again: documents.clone(), documents }
    }

    pub(crate) fn and(mut self, other: Self) -> Self {
        self.everything |= other.everything;
        self.documents.extend(other.documents);
        self.again.extend(other.again);
        self
    }

    pub(crate) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl Refresher {
    /// Starts the thread; within the runtime.
    pub(crate) fn start(client: Client, previews: Arc<Previews>) -> Self {
        let mailbox = Arc::<Mailbox>::default();
        let mut worker = Worker {
            mailbox: mailbox.clone(),
            client,
            previews,
            published: Published::default(),
            board: Board::default(),
            shown: BTreeMap::new(),
            runtime: Handle::current(),
        };
        let started = thread::Builder::new().name("refresh".to_owned()).spawn(move || worker.work());
        if let Err(error) = started {
            tracing::error!("cannot start the thread for diagnostics: {error}");
        }
        Self { mailbox }
    }

    /// There is a newer snapshot.
    pub(crate) fn wake(&self, snapshot: Arc<Snapshot>, touched: Touched) {
        let mut mail = self.mailbox.lock();
        mail.snapshot = Some(snapshot);
        mail.touched = std::mem::take(&mut mail.touched).and(touched);
        if let Some(running) = mail.running.take() {
            running.set();
        }
        self.mailbox.ready.notify_one();
    }
}

impl Drop for Refresher {
    fn drop(&mut self) {
        let mut mail = self.mailbox.lock();
        mail.closing = true;
        if let Some(running) = mail.running.take() {
            running.set();
        }
        self.mailbox.ready.notify_one();
    }
}

impl Mailbox {
    fn lock(&self) -> MutexGuard<'_, Mail> {
        self.mail.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All that came since the last time, and the flag that tells when there is more.
    fn take(&self, may_cancel: bool) -> Option<(Arc<Snapshot>, Touched, Cancel)> {
        let mut mail = self.lock();
        loop {
            if mail.closing {
                return None;
            }
            if let Some(snapshot) = mail.snapshot.take() {
                let cancel = Cancel::default();
                mail.running = may_cancel.then(|| cancel.clone());
                return Some((snapshot, std::mem::take(&mut mail.touched), cancel));
            }
            mail = self.ready.wait(mail).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether newer mail may cancel what is left to do, also what has come already.
    fn go_on(&self, cancel: &Cancel, may_cancel: bool) {
        let mut mail = self.lock();
        mail.running = may_cancel.then(|| cancel.clone());
        if may_cancel && (mail.snapshot.is_some() || mail.closing) {
            cancel.set();
        }
    }
}

/// Does some work on a chart or helmfile. A bug in it costs that work, and not all that comes after.
fn surviving(doing: &str, path: &Path, work: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(work)).is_err() {
        tracing::error!("{doing} {} failed; this is a bug in Chartroom", path.display());
    }
}

struct Worker {
    mailbox: Arc<Mailbox>,
    client: Client,
    previews: Arc<Previews>,
    published: Published,
    board: Board,
    /// What the client was told of helmfiles.
    shown: BTreeMap<PathBuf, Shown>,
    runtime: Handle,
}

impl Worker {
    fn work(&mut self) {
        let mut may_cancel = true;
        // Since when diagnostics have been put off.
        let mut behind: Option<Instant> = None;
        while let Some((snapshot, touched, cancel)) = self.mailbox.take(may_cancel) {
            for path in self.fleets(&snapshot, &touched) {
                surviving("checking", &path, || self.fleet(&snapshot, &path, &touched));
            }
            let roots = self.roots(&snapshot, &touched);
            // Previews first: they are what someone looks at while typing.
            for root in &roots {
                surviving("previewing", root, || self.previews(&snapshot, root, &cancel));
            }
            may_cancel = !cancel.is_set();
            self.mailbox.go_on(&cancel, behind.is_none_or(|since| since.elapsed() < PATIENCE));
            for root in &roots {
                surviving("checking", root, || self.chart(&snapshot, root, &touched, &cancel));
            }
            behind = cancel.is_set().then(|| behind.unwrap_or_else(Instant::now));
            let mut mail = self.mailbox.lock();
            mail.running = None;
            if cancel.is_set() {
                mail.touched = std::mem::take(&mut mail.touched).and(touched);
            }
        }
    }

    /// The charts to look at. Those of which nothing is open any longer are among them, to be forgotten.
    fn roots(&self, snapshot: &Snapshot, touched: &Touched) -> BTreeSet<PathBuf> {
        if touched.everything {
            let open = snapshot.documents().filter_map(|it| snapshot.root_of(&it.uri));
            let known = self.published.roots().into_iter().chain(self.previews.roots());
            return open.chain(known).collect();
        }
        let own = touched.documents.iter().filter_map(|key| snapshot.disk.home(&project::path_of(key)));
        let mut roots: BTreeSet<PathBuf> = own.collect();
        // A values file of a target may lie outside of its chart.
        for root in self.published.roots().into_iter().chain(self.previews.roots()) {
            let target = snapshot.active_target(&root);
            let is_own = |file: &PathBuf| touched.documents.contains(project::text_of(file).as_str());
            let fleet = target.of.as_ref().map(|it| snapshot.fleet(&it.helmfile));
            let in_fleet = |fleet: &Fleet| touched.documents.iter().any(|it| fleet.looks_at(it));
            if target.values_files.iter().any(is_own) || fleet.is_some_and(|it| in_fleet(&it)) {
                roots.insert(root);
            }
        }
        roots
    }

    fn chart(&mut self, snapshot: &Snapshot, root: &Path, touched: &Touched, cancel: &Cancel) {
        let is_open = snapshot.documents().any(|it| snapshot.root_of(&it.uri).as_deref() == Some(root));
        if cancel.is_set() {
            return;
        }
        if is_open {
            let view = snapshot.chart(root);
            let model = snapshot.model(&view);
            let Some(found) = findings(&view, &model, cancel) else { return };
            let news = self.published.news(snapshot, &view, &model, News::Errors(found), &touched.again);
            self.publish(root, news);
            let Some(mut found) = checks(&view, &model, cancel) else { return };
            found.extend(crate::chart_yaml::outdated(snapshot, &view));
            if let Some(checked) = snapshot.checked(root) {
                let Some(drift) = drift_findings(checked, &view, &model, cancel) else { return };
                found.extend(drift);
            }
            let news = self.published.news(snapshot, &view, &model, News::Checked(found), &touched.again);
            self.publish(root, news);
        } else {
            let news = self.published.forget(root);
            self.publish(root, news);
        }
    }

    /// The helmfiles to look at: of those with open files, those that look at what was touched.
    fn fleets(&self, snapshot: &Snapshot, touched: &Touched) -> BTreeSet<PathBuf> {
        let open = snapshot.documents().filter_map(|it| snapshot.fleet_of(&path_of(it.path.as_deref()?)));
        let mut fleets: BTreeSet<PathBuf> = open
            .filter(|it| touched.everything || touched.documents.iter().any(|path| it.looks_at(path)))
            .map(|it| path_of(&it.path))
            .collect();
        // Those of which nothing is open any longer are among them, to be forgotten.
        fleets.extend(self.shown.keys().filter(|_| touched.everything).cloned());
        let closed = self.shown.keys().filter(|it| touched.documents.contains(text_of(it).as_str()));
        fleets.extend(closed.cloned());
        fleets
    }

    fn fleet(&mut self, snapshot: &Snapshot, path: &Path, touched: &Touched) {
        let is_open = snapshot.documents().any(|it| {
            let own = it.path.as_deref().and_then(|it| snapshot.fleet_of(&path_of(it)));
            own.is_some_and(|it| path_of(&it.path) == path)
        });
        let now = if is_open { by_file(snapshot, &snapshot.fleet(path)) } else { Shown::new() };
        let before = self.shown.remove(path).unwrap_or_default();
        let gone = before.keys().filter(|uri| !now.contains_key(*uri));
        let mut news: Vec<_> =
            gone.map(|uri| PublishDiagnosticsParams::new(Uri(uri.clone()), None, Vec::new())).collect();
        for (uri, diagnostics) in &now {
            let document = snapshot.document(uri);
            let asked = document.is_some_and(|it| touched.again.contains(&it.key()));
            if asked || before.get(uri) != Some(diagnostics) {
                let version = document.map(|it| it.version).filter(|_| snapshot.client.diagnostic_versions);
                news.push(PublishDiagnosticsParams::new(Uri(uri.clone()), version, diagnostics.clone()));
            }
        }
        if is_open {
            self.shown.insert(path.to_owned(), now);
        }
        self.publish(path, news);
    }

    fn previews(&self, snapshot: &Snapshot, root: &Path, cancel: &Cancel) {
        for of in self.previews.open_of(root) {
            if cancel.is_set() {
                return;
            }
            let Some(changed) = self.previews.refresh(snapshot, &of, cancel) else { continue };
            if snapshot.client.virtual_documents {
                let (client, uri) = (self.client.clone(), changed.preview.uri.clone());
                // The answer says nothing, so nobody waits for it; sending must not wait for it either.
                self.runtime.spawn(async move { drop(client.text_document_content_refresh(uri).await) });
            }
            if changed.subscribed {
                block_on(self.client.send_notification::<PreviewChangedNotification>(changed.preview));
            }
        }
    }

    /// Tells the client what a chart or a helmfile has to say.
    fn publish(&mut self, owner: &Path, news: Vec<PublishDiagnosticsParams>) {
        for params in news {
            let params = self.board.post(owner, params);
            block_on(self.client.send_notification::<PublishDiagnosticsNotification>(params));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mailbox() -> (Refresher, Arc<Mailbox>) {
        let mailbox = Arc::<Mailbox>::default();
        (Refresher { mailbox: mailbox.clone() }, mailbox)
    }

    fn wake(refresher: &Refresher) {
        refresher.wake(Arc::default(), Touched::everything());
    }

    #[test]
    fn diagnostics_give_way_behind_previews_that_did_not() {
        let (refresher, mailbox) = mailbox();
        wake(&refresher);
        let (.., cancel) = mailbox.take(false).unwrap();
        wake(&refresher);
        assert!(!cancel.is_set());
        mailbox.go_on(&cancel, true);
        assert!(cancel.is_set(), "what came in the meantime counts");
        let (.., cancel) = mailbox.take(false).unwrap();
        mailbox.go_on(&cancel, true);
        assert!(!cancel.is_set());
        wake(&refresher);
        assert!(cancel.is_set());
    }

    #[test]
    fn diagnostics_that_waited_long_enough_are_made() {
        let (refresher, mailbox) = mailbox();
        wake(&refresher);
        let (.., cancel) = mailbox.take(true).unwrap();
        mailbox.go_on(&cancel, false);
        wake(&refresher);
        assert!(!cancel.is_set());
    }
}
