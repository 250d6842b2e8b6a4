//! What is known of repositories and registries: asked for behind what somebody types, and kept for a while.
//!
//! Whoever asks gets what is there. A completion may wait for what is on its way; nothing else does. Nothing is asked of
//! the network before somebody completes something in a trusted workspace: opening a file does not.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use futures::channel::oneshot;
use futures::future::join_all;
use ide::catalog::{Catalog, ChartSource, ChartVersion, RepositorySource};

use super::{Market, NoMarket};
use crate::pool::Pool;

/// So long an answer is believed.
const BELIEVED: Duration = Duration::from_mins(15);
/// So long it is not asked again for what could not be had.
const GIVEN_UP: Duration = Duration::from_mins(1);

/// What is known, and what is on its way.
#[derive(Debug)]
pub(crate) struct Known {
    market: Arc<dyn Market>,
    shelf: Arc<Shelf>,
    /// Threads that ask; there are none before there is something to ask.
    pool: OnceLock<Pool>,
}

impl Default for Known {
    fn default() -> Self {
        Self::new(Arc::new(NoMarket))
    }
}

#[derive(Debug, Default)]
struct Shelf {
    versions: Mutex<HashMap<ChartSource, Slot<Vec<ChartVersion>>>>,
    charts: Mutex<HashMap<RepositorySource, Slot<Vec<(String, String)>>>>,
}

/// One answer.
#[derive(Debug)]
struct Slot<T> {
    /// The last good answer.
    answer: Option<T>,
    /// Until when it is not asked again.
    until: Option<Instant>,
    /// Who waits for the answer that is on its way.
    waiting: Vec<oneshot::Sender<()>>,
    on_its_way: bool,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self { answer: None, until: None, waiting: Vec::new(), on_its_way: false }
    }
}

impl<T> Slot<T> {
    /// The answer came, or it turned out that there is none.
    fn arrived(&mut self, answer: Option<T>) {
        let believed = if answer.is_some() { BELIEVED } else { GIVEN_UP };
        self.until = Some(Instant::now() + believed);
        self.on_its_way = false;
        self.answer = answer.or(self.answer.take());
        // Whoever waited may be gone.
        for waiting in self.waiting.drain(..) {
            let _ = waiting.send(());
        }
    }
}

impl Known {
    pub(crate) fn new(market: Arc<dyn Market>) -> Self {
        Self { market, shelf: Arc::default(), pool: OnceLock::new() }
    }

    /// The outside.
    pub(crate) fn market(&self) -> &Arc<dyn Market> {
        &self.market
    }

    /// Answers out of what is known.
    pub(crate) fn quiet(self: &Arc<Self>) -> Arc<dyn Catalog> {
        Arc::new(Quiet(self.clone()))
    }

    fn ask<K, T>(
        &self,
        key: &K,
        slots: fn(&Shelf) -> &Mutex<HashMap<K, Slot<T>>>,
        job: impl FnOnce(&dyn Market) -> Result<T, String> + Send + 'static,
    ) -> Option<oneshot::Receiver<()>>
    where
        K: Clone + Eq + Hash + Send + fmt::Debug + 'static,
        T: Send + 'static,
    {
        let mut all = lock(slots(&self.shelf));
        let slot = all.entry(key.clone()).or_default();
        if slot.until.is_some_and(|it| it > Instant::now()) {
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        slot.waiting.push(sender);
        if !std::mem::replace(&mut slot.on_its_way, true) {
            let (market, shelf, key) = (self.market.clone(), self.shelf.clone(), key.clone());
            self.pool.get_or_init(|| Pool::new("market", 2)).spawn(move || {
                let answer = job(&*market);
                if let Err(error) = &answer {
                    tracing::info!("{key:?} is not known: {error}");
                }
                lock(slots(&shelf)).entry(key).or_default().arrived(answer.ok());
            });
        }
        Some(receiver)
    }
}

/// Answers out of what is known, and asks for nothing.
#[derive(Debug)]
struct Quiet(Arc<Known>);

impl Catalog for Quiet {
    fn versions(&self, chart: &ChartSource) -> Option<Vec<ChartVersion>> {
        lock(&self.0.shelf.versions).get(chart)?.answer.clone()
    }

    fn charts(&self, repository: &RepositorySource) -> Option<Vec<(String, String)>> {
        lock(&self.0.shelf.charts).get(repository)?.answer.clone()
    }

    fn repositories(&self) -> Vec<String> {
        self.0.market.repositories()
    }
}

/// Answers out of what is known, and asks for what is not.
#[derive(Debug)]
pub(crate) struct Asking {
    known: Arc<Known>,
    pending: Mutex<Vec<oneshot::Receiver<()>>>,
}

impl Asking {
    pub(crate) fn new(known: Arc<Known>) -> Self {
        Self { known, pending: Mutex::default() }
    }

    /// Waits for all that was asked for. The answer is whether there was something.
    pub(crate) async fn arrived(self) -> bool {
        let pending = self.pending.into_inner().unwrap_or_else(PoisonError::into_inner);
        let asked = !pending.is_empty();
        join_all(pending).await;
        asked
    }

    fn note(&self, pending: Option<oneshot::Receiver<()>>) {
        lock(&self.pending).extend(pending);
    }
}

impl Catalog for Asking {
    fn versions(&self, chart: &ChartSource) -> Option<Vec<ChartVersion>> {
        let known = Quiet(self.known.clone()).versions(chart);
        if known.is_none() {
            let wanted = chart.clone();
            self.note(self.known.ask(chart, |it| &it.versions, move |it| it.versions(&wanted)));
        }
        known
    }

    fn charts(&self, repository: &RepositorySource) -> Option<Vec<(String, String)>> {
        let known = Quiet(self.known.clone()).charts(repository);
        if known.is_none() {
            let wanted = repository.clone();
            self.note(self.known.ask(repository, |it| &it.charts, move |it| it.charts(&wanted)));
        }
        known
    }

    fn repositories(&self) -> Vec<String> {
        self.known.market.repositories()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
