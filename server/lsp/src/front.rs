//! Takes the client's messages in the order in which they arrive.
//!
//! The library starts handlers in order but runs them when it likes. So everything whose order matters is
//! done here, in [`Front::call`], which is synchronous: notifications are applied, cancels act, and a request
//! is handed the snapshot of this moment. Nothing here waits, reads files or parses more than the message.

use std::task::{Context, Poll};

use futures::FutureExt as _;
use futures::future::{self, BoxFuture};
use tower::Service;
use tower_lsp::jsonrpc::{Request, Response};
use tower_lsp::{ExitedError, LspService};

use crate::notifications::{self, Handled};
use crate::requests;
use crate::server::{SNAPSHOT, Server};

/// Stands in front of the library's service.
#[derive(Debug)]
pub(crate) struct Front {
    inner: LspService<Server>,
}

impl Front {
    pub(crate) fn new(inner: LspService<Server>) -> Self {
        Self { inner }
    }
}

impl Service<Request> for Front {
    type Response = Option<Response>;
    type Error = ExitedError;
    type Future = BoxFuture<'static, Result<Option<Response>, ExitedError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ExitedError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let server = self.inner.inner().clone();
        if request.method() == "$/cancelRequest" {
            // Its handler never waits; polling it now is what makes it act now.
            let done = self.inner.call(request).now_or_never();
            return future::ready(done.unwrap_or(Ok(None))).boxed();
        }
        if request.id().is_none() {
            return match notifications::handle(&server, request) {
                Handled::Done => future::ok(None).boxed(),
                Handled::Not(request) => self.inner.call(request),
            };
        }
        requests::note(&server, &request);
        let snapshot = server.state().snapshot_to_answer();
        SNAPSHOT.scope(snapshot, self.inner.call(request)).boxed()
    }
}
