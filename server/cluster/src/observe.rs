//! Watching: a list first, then what changes, from where the list ended.
//!
//! A watch may end at any time, and the server may have forgotten where it was: then everything is listed again, and what
//! is missing has gone. Where watching is not allowed, the list is asked for every two seconds.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use release::Object;
use release::ports::{ApiError, Scope, Seen, Target};
use serde_json::Value;

use crate::connection::Connection;
use crate::http::{Api, Call, api_error};
use crate::send::items;

/// Whoever watches is asked so often whether it has had enough.
const TICK: Duration = Duration::from_millis(200);

/// Between two lists where watching is not allowed, and after something went wrong.
const PAUSE: Duration = Duration::from_secs(2);

/// So many times in a row a list may fail before the whole watch does.
const FAILURES: u32 = 30;

/// What a watch of one scope tells.
enum News {
    Seen(Seen),
    /// All that was there has been told.
    Listed,
    Failed(ApiError),
}

impl Connection {
    pub(crate) fn watch(
        &self,
        scopes: &[Scope],
        for_at_most: Duration,
        see: &mut dyn FnMut(Seen) -> ControlFlow<()>,
    ) -> Result<bool, ApiError> {
        let calls = scopes.iter().map(|scope| self.listing(scope)).collect::<Result<Vec<_>, _>>()?;
        let (sender, news) = channel();
        let _watches = Tasks(
            calls
                .into_iter()
                .map(|call| {
                    let watch =
                        Watch { api: self.api.clone(), call, sender: sender.clone(), seen: HashMap::new() };
                    self.spawn(watch.run())
                })
                .collect(),
        );
        let deadline = Instant::now() + for_at_most;
        let mut open = scopes.len();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            let told = match news.recv_timeout(TICK.min(left)) {
                Ok(News::Seen(seen)) => see(seen),
                Ok(News::Listed) => {
                    open = open.saturating_sub(1);
                    if open == 0 { see(Seen::Synced) } else { ControlFlow::Continue(()) }
                }
                Ok(News::Failed(error)) => return Err(error),
                Err(RecvTimeoutError::Timeout) => see(Seen::Tick),
                Err(RecvTimeoutError::Disconnected) => return Ok(false),
            };
            if told.is_break() {
                return Ok(true);
            }
        }
    }
}

/// Tasks that end with whoever started them.
struct Tasks(Vec<tokio::task::JoinHandle<()>>);

impl Drop for Tasks {
    fn drop(&mut self) {
        self.0.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

/// Nobody is interested any more.
struct Left;

struct Watch {
    api: Api,
    call: Call,
    sender: Sender<News>,
    /// What is there, by namespace and name, with its version.
    seen: HashMap<(String, String), (Target, String)>,
}

impl Watch {
    async fn run(mut self) {
        let mut failures = 0;
        let mut listed = false;
        loop {
            let version = match self.list().await {
                Ok(Ok(version)) => version,
                Ok(Err(Left)) => return,
                Err(error) if failures < FAILURES && (listed || error.code == 0 || error.code >= 429) => {
                    failures += 1;
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
                Err(error) => {
                    let _ = self.sender.send(News::Failed(error));
                    return;
                }
            };
            failures = 0;
            if !listed && self.sender.send(News::Listed).is_err() {
                return;
            }
            listed = true;
            match self.follow(version).await {
                Ok(()) => {}
                Err(Some(_)) => tokio::time::sleep(PAUSE).await,
                Err(None) => return,
            }
        }
    }

    /// Tells what is there, and what has gone since the last list. The answer is where a watch can begin.
    async fn list(&mut self) -> Result<Result<String, Left>, ApiError> {
        let mut list = self.api.json(self.call.clone()).await?;
        let version = list["metadata"]["resourceVersion"].as_str().unwrap_or_default().to_owned();
        let mut gone = std::mem::take(&mut self.seen);
        for object in items(&mut list) {
            let before = gone.remove(&place(&object));
            let is_new = before.is_none_or(|(_, version)| version != object.resource_version());
            self.seen.insert(place(&object), (Target::of(&object), object.resource_version().to_owned()));
            if is_new && self.tell(Seen::Object(object)).is_err() {
                return Ok(Err(Left));
            }
        }
        for (target, _) in gone.into_values() {
            if self.tell(Seen::Gone(target)).is_err() {
                return Ok(Err(Left));
            }
        }
        Ok(Ok(version))
    }

    /// Follows what changes until the server has had enough. `Err(None)` where nobody is interested any more.
    async fn follow(&mut self, mut version: String) -> Result<(), Option<ApiError>> {
        loop {
            let call = self
                .call
                .clone()
                .query("watch", "true")
                .query("allowWatchBookmarks", "true")
                .query("resourceVersion", version.clone());
            let response = self.api.response(&call).await.map_err(|failed| Some(failed.error))?;
            let status = response.status();
            let mut body = response.into_body();
            if !status.is_success() {
                let bytes = body.collect().await.map(|it| it.to_bytes()).unwrap_or_default();
                return Err(Some(api_error(status.as_u16(), &bytes)));
            }
            let mut buffer = Vec::new();
            while let Some(frame) = body.frame().await {
                let Ok(frame) = frame else { break };
                let Ok(data) = frame.into_data() else { continue };
                buffer.extend_from_slice(&data);
                while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = buffer.drain(..=end).collect();
                    let Ok(event) = serde_json::from_slice::<Value>(&line) else { continue };
                    match self.take(event) {
                        Ok(Some(next)) => version = next,
                        // It has forgotten where we were.
                        Ok(None) => return Ok(()),
                        Err(Left) => return Err(None),
                    }
                }
            }
        }
    }

    /// Takes an event. The answer is where the watch stands now; `None` if it has to begin anew.
    fn take(&mut self, mut event: Value) -> Result<Option<String>, Left> {
        let object = Object::from(event["object"].take());
        let version = object.resource_version().to_owned();
        match event["type"].as_str().unwrap_or_default() {
            "BOOKMARK" => {}
            "ADDED" | "MODIFIED" => {
                self.seen.insert(place(&object), (Target::of(&object), version.clone()));
                self.tell(Seen::Object(object))?;
            }
            "DELETED" => {
                self.seen.remove(&place(&object));
                self.tell(Seen::Gone(Target::of(&object)))?;
            }
            _ => return Ok(None),
        }
        Ok(Some(version))
    }

    fn tell(&self, seen: Seen) -> Result<(), Left> {
        self.sender.send(News::Seen(seen)).map_err(|_| Left)
    }
}

fn place(object: &Object) -> (String, String) {
    (object.namespace().to_owned(), object.name().to_owned())
}
