//! What handlers work with: the snapshot of their message, the pools, the client.

use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::channel::oneshot;
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Result};
use tower_lsp::{Client, LanguageServer};

use crate::cancel::Cancel;
use crate::capabilities::capabilities;
use crate::lsp_types::{
    ConfigurationItem, DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern,
    InitializeParams, InitializeResult, InitializedParams, Registration, ServerInfo,
};
use crate::market::{Known, Market};
use crate::pool::Pool;
use crate::preview::{PreviewSource, Previews};
use crate::refresh::{Refresher, Touched};
use crate::releases::{Clusters, Releases};
use crate::settings::SECTION;
use crate::state::{Snapshot, State};

/// Files whose changes concern us: all. By `.Files` a template may read any file of its chart, and links may lead
/// out of it. A change in or beside a chart costs a walk over its folder: some 3 ms for 180 templates.
const WATCHED: [&str; 1] = ["**/*"];

/// How long an operation on a release may take to come to its end when the server is stopped.
const LAST_CHANCE: Duration = Duration::from_secs(5);
const STEP: Duration = Duration::from_millis(20);

tokio::task_local! {
    /// What was known when the message came that is being handled.
    pub(crate) static SNAPSHOT: Arc<Snapshot>;
}

/// Which threads do the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// Someone waits at the keyboard.
    Interactive,
    /// Whole charts.
    Background,
}

/// The server, as handlers see it: a handle to what is [`Shared`].
#[derive(Clone, Debug)]
pub(crate) struct Server(Arc<Shared>);

impl Deref for Server {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// What all handlers work with.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) client: Client,
    pub(crate) previews: Arc<Previews>,
    pub(crate) releases: Releases,
    state: Mutex<State>,
    refresher: Refresher,
    interactive: Pool,
    background: Pool,
    shut_down: AtomicBool,
}

impl Server {
    pub(crate) fn new(
        client: Client,
        source: Arc<dyn PreviewSource>,
        clusters: Arc<dyn Clusters>,
        market: Arc<dyn Market>,
    ) -> Self {
        let mut state = State::default();
        state.set_market(Arc::new(Known::new(market)));
        let previews = Arc::new(Previews::new(source));
        Self(Arc::new(Shared {
            refresher: Refresher::start(client.clone(), previews.clone()),
            client,
            previews,
            releases: Releases::new(clusters),
            state: Mutex::new(state),
            interactive: Pool::new("interactive", 2),
            background: Pool::new("background", 1),
            shut_down: AtomicBool::new(false),
        }))
    }
}

impl Shared {
    /// The state. Only messages in their order write to it, and pulled settings.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what a change touched.
    pub(crate) fn touched(&self, touched: Touched) {
        if !touched.is_nothing() {
            let snapshot = self.state().snapshot();
            self.refresher.wake(snapshot, touched);
        }
    }

    /// What was known when the message came.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        SNAPSHOT.try_with(Arc::clone).unwrap_or_else(|_| self.state().snapshot())
    }

    /// Whether `shutdown` came before `exit`.
    pub(crate) fn was_shut_down(&self) -> bool {
        self.shut_down.load(Ordering::Relaxed)
    }

    /// Answers a request on another thread. The flag is set when the client cancels, because then the library
    /// drops the handler.
    pub(crate) async fn run<R: Send + 'static>(
        &self,
        lane: Lane,
        job: impl FnOnce(&Snapshot, &Cancel) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        let snapshot = self.snapshot();
        let (sender, receiver) = oneshot::channel();
        let cancel = Cancel::default();
        let _interest = cancel.on_drop();
        let pool = match lane {
            Lane::Interactive => &self.interactive,
            Lane::Background => &self.background,
        };
        pool.spawn(move || {
            if cancel.is_set() {
                return;
            }
            let answer = catch_unwind(AssertUnwindSafe(|| job(&snapshot, &cancel)));
            // Nobody may be left to hear it.
            let _ = sender.send(answer.unwrap_or_else(|panic| Err(internal_error(&*panic))));
        });
        receiver.await.unwrap_or_else(|_| Err(Error::request_cancelled()))
    }

    /// The same for answers that are of no use for any other text than the one that was asked about, because
    /// the client will edit by them: if the text changed meanwhile, the client is told so.
    pub(crate) async fn run_current<R: Send + 'static>(
        &self,
        lane: Lane,
        job: impl FnOnce(&Snapshot, &Cancel) -> Result<R> + Send + 'static,
    ) -> Result<R> {
        let asked = self.snapshot();
        let answer = self.run(lane, job).await?;
        let now = self.state().snapshot();
        if now.same_texts(&asked) { Ok(answer) } else { Err(Error::content_modified()) }
    }

    /// Has the client ask for code lenses again, if it can.
    pub(crate) fn renew_lenses(&self) {
        if self.state().snapshot().client.renews_lenses {
            let client = self.client.clone();
            // The answer says nothing, so nobody waits for it.
            tokio::spawn(async move { drop(client.code_lens_refresh().await) });
        }
    }

    /// Asks the client for the settings, if it can be asked.
    pub(crate) async fn pull_settings(&self) {
        if !self.state().snapshot().client.has_settings {
            return;
        }
        let item = ConfigurationItem { scope_uri: None, section: Some(SECTION.to_owned()) };
        match self.client.configuration(vec![item]).await {
            Ok(answers) => self.set_settings(answers.first().unwrap_or(&Value::Null)),
            Err(error) => tracing::warn!("the client did not say its settings: {error}"),
        }
    }

    /// New settings.
    pub(crate) fn set_settings(&self, value: &Value) {
        let changed = self.state().set_settings(value);
        if changed {
            self.touched(Touched::everything());
        }
    }

    async fn register(&self) {
        let client = self.state().snapshot().client.clone();
        let mut registrations = Vec::new();
        if client.watches_files {
            let watcher = |glob: &str| FileSystemWatcher {
                glob_pattern: GlobPattern::Pattern(glob.to_owned()),
                kind: None,
            };
            let options = DidChangeWatchedFilesRegistrationOptions { watchers: WATCHED.map(watcher).into() };
            registrations.push(Registration {
                id: "watched-files".to_owned(),
                method: "workspace/didChangeWatchedFiles".to_owned(),
                register_options: serde_json::to_value(options).ok(),
            });
        }
        if client.tells_settings {
            registrations.push(Registration {
                id: "settings".to_owned(),
                method: "workspace/didChangeConfiguration".to_owned(),
                register_options: Some(serde_json::json!({ "section": SECTION })),
            });
        }
        if !registrations.is_empty()
            && let Err(error) = self.client.register_capability(registrations).await
        {
            tracing::warn!("the client does not tell us of changes: {error}");
        }
    }
}

impl LanguageServer for Server {
    /// `front` has read the parameters already, so that whatever follows sees their effect.
    async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
        let server_info =
            ServerInfo { name: "chartroom".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
        let capabilities = capabilities(&self.state().snapshot().client);
        Ok(InitializeResult { capabilities, server_info: Some(server_info) })
    }

    /// What the client is asked here may never be answered, and a handler that waits would keep the server
    /// from ending; so it is none.
    async fn initialized(&self, _: InitializedParams) {
        let (registering, pulling) = (self.clone(), self.clone());
        tokio::spawn(async move { registering.register().await });
        tokio::spawn(async move { pulling.pull_settings().await });
    }

    async fn shutdown(&self) -> Result<()> {
        self.shut_down.store(true, Ordering::Relaxed);
        self.releases.cancel_all();
        let end = std::time::Instant::now() + LAST_CHANCE;
        while self.releases.is_busy() && std::time::Instant::now() < end {
            // The runtime has no clock; a thread of its own waits.
            let _ = tokio::task::spawn_blocking(|| std::thread::sleep(STEP)).await;
        }
        Ok(())
    }
}

fn internal_error(panic: &(dyn std::any::Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().map(|it| (*it).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    tracing::error!("a request failed; this is a bug in Chartroom: {text}");
    let mut error = Error::internal_error();
    error.message = format!("internal error: {text}").into();
    error
}
