//! How far an operation is, told to the client while it runs, and the way to stop it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use futures::executor::block_on;
use release::{Done, News, Observer, Step};
use tower_lsp::Client;

use super::Releases;
use crate::cancel::Cancel;
use crate::lsp_types::{
    MessageType, ProgressNotification, ProgressParams, ProgressToken, WorkDoneProgressBegin,
    WorkDoneProgressEnd, WorkDoneProgressReport,
};
use crate::server::Server;

/// Tells a client how far something is.
#[derive(Debug)]
pub(super) struct Progress {
    client: Client,
    token: String,
    /// Whether the client shows such things.
    is_shown: bool,
    pub(super) cancel: Cancel,
    last: Mutex<String>,
}

static COUNT: AtomicU64 = AtomicU64::new(0);

impl Progress {
    /// Begins. With `can_stop` the user may stop it.
    pub(super) async fn begin(server: &Server, title: &str, can_stop: bool) -> Self {
        let token = format!("chartroom-{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let shows = server.state().snapshot().client.shows_progress;
        let creating = ProgressToken::String(token.clone());
        let is_shown = shows && server.client.create_work_done_progress(creating).await.is_ok();
        let cancel = Cancel::default();
        server.releases.running().insert(token.clone(), cancel.clone());
        let it = Self { client: server.client.clone(), token, is_shown, cancel, last: Mutex::default() };
        let begin = WorkDoneProgressBegin {
            title: title.to_owned(),
            cancellable: Some(can_stop),
            ..WorkDoneProgressBegin::default()
        };
        it.send(tagged("begin", serde_json::to_value(begin))).await;
        it
    }

    async fn send(&self, value: serde_json::Value) {
        if self.is_shown {
            let params = ProgressParams { token: ProgressToken::String(self.token.clone()), value };
            self.client.send_notification::<ProgressNotification>(params).await;
        }
    }

    /// Ends.
    pub(super) async fn end(self, releases: &Releases, message: &str) {
        releases.running().remove(&self.token);
        let end = WorkDoneProgressEnd { message: Some(message.to_owned()) };
        self.send(tagged("end", serde_json::to_value(end))).await;
    }

    /// Tells something new, from the thread that works.
    fn report(&self, message: &str, percentage: Option<u32>) {
        {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if *last == message {
                return;
            }
            message.clone_into(&mut last);
        }
        let report = WorkDoneProgressReport {
            message: Some(message.to_owned()),
            percentage,
            ..WorkDoneProgressReport::default()
        };
        block_on(self.send(tagged("report", serde_json::to_value(report))));
    }

    fn log(&self, kind: MessageType, message: &str) {
        block_on(self.client.log_message(kind, message));
    }
}

/// The library's types do not say which kind they are.
fn tagged(kind: &str, value: serde_json::Result<serde_json::Value>) -> serde_json::Value {
    let mut value = value.unwrap_or_default();
    if let Some(map) = value.as_object_mut() {
        map.insert("kind".to_owned(), kind.into());
    }
    value
}

impl Observer for Progress {
    fn tell(&self, news: News<'_>) {
        match news {
            News::Step(step) => self.report(&told(step), None),
            News::Waiting { open, ready, all } => {
                let first = open.first().map(|it| format!("; {it}")).unwrap_or_default();
                let percentage = (ready * 100).checked_div(all).and_then(|it| u32::try_from(it).ok());
                self.report(&format!("{ready} of {all} ready{first}"), percentage);
            }
            News::Done(target, done) => {
                let what = match done {
                    Done::Created => "created",
                    Done::Updated => "updated",
                    Done::Unchanged => return,
                    Done::Deleted => "deleted",
                    Done::Kept => "kept",
                };
                let line = format!("{} {} {what}", target.gvk.kind, target.name);
                self.log(MessageType::Info, &line);
                self.report(&line, None);
            }
            News::Log { pod, container, text } => {
                self.log(MessageType::Warning, &format!("pod {pod}, container {container}:\n{text}"));
            }
            News::Warning(text) => self.log(MessageType::Warning, text),
        }
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.is_set()
    }
}

fn told(step: Step<'_>) -> String {
    match step {
        Step::Crds => "making custom resource definitions".to_owned(),
        Step::DryRun => "trying it on the server".to_owned(),
        Step::Namespace(name) => format!("making namespace {name}"),
        Step::Hooks(event) => format!("{event} hooks"),
        Step::Hook(path) => format!("running hook {path}"),
        Step::Writing => "writing objects".to_owned(),
        Step::Deleting => "deleting objects".to_owned(),
        Step::Waiting => "waiting until everything is ready".to_owned(),
        Step::RollingBack(revision) => format!("it failed; rolling back to revision {revision}"),
        Step::Uninstalling => "it failed; taking away what was made of it".to_owned(),
    }
}
