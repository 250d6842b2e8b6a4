//! The door for everybody else: calls that block, whoever calls.

use std::future::Future;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::cache::Cache;
use crate::error::Error;
use crate::http::{Agent, Http};
use crate::settings::{Access, Settings};

/// Registries and repositories that can be asked. Keeps connections and tokens for as long as it lives, and may be shared
/// between threads.
pub struct Client {
    /// `None` only while it is being dropped.
    runtime: Option<Runtime>,
    http: Http,
    pub(crate) settings: Settings,
    pub(crate) cache: Cache,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Client {
    /// A client. Nothing is read and nothing is sent yet.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("registry")
            .enable_all()
            .build()
            .map_err(|error| Error::say(error.to_string()))?;
        let cache = Cache::new(&settings.content_cache);
        Ok(Self { runtime: Some(runtime), http: Http::default(), settings, cache })
    }

    /// Where things are.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The agent for a call.
    pub(crate) fn agent(&self, access: &Access) -> Result<Agent, Error> {
        self.http.agent(access, &self.settings)
    }

    /// Waits for something asynchronous, whoever calls: also from within another runtime's threads.
    pub(crate) fn wait<T: Send>(&self, work: impl Future<Output = T> + Send) -> T {
        let Some(runtime) = &self.runtime else { unreachable!("it is there until it is dropped") };
        if tokio::runtime::Handle::try_current().is_err() {
            return runtime.block_on(work);
        }
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| runtime.block_on(work));
            waiting.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }
}

impl Drop for Client {
    /// A runtime must not be dropped where another one runs, and need not wait for connections to close.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::ZERO);
        }
    }
}
