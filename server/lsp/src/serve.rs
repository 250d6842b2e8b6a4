//! Runs the server on a pair of streams.

use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};
use tower_lsp::LspService;

use crate::front::Front;
use crate::logging;
use crate::market::Market;
use crate::preview::{Helm, PreviewSource};
use crate::releases::Clusters;
use crate::requests;
use crate::server::Server;

/// As many requests as a client may have open: those that wait cost next to nothing.
const CONCURRENCY: usize = 1024;

/// Why the server ended otherwise than the client wanted.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The runtime could not be started.
    #[error("cannot start: {0}")]
    Start(#[source] io::Error),
    /// The client sent `exit` without `shutdown`, or went away.
    #[error("the client left without saying goodbye")]
    NoShutdown,
}

/// Runs the server on standard input and output until the client is done.
///
/// `clusters` are those that releases are worked with in, `market` is where charts come from.
pub fn run_stdio(clusters: Arc<dyn Clusters>, market: Arc<dyn Market>) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(ServeError::Start)?;
    let (log, forwarder) = logging::log();
    // It fails where a log is set already, which then is the one to use.
    let _ = tracing::subscriber::set_global_default(log);
    let parts = Parts { source: Arc::new(Helm), clusters, market, forwarder: Some(forwarder) };
    let ended = runtime.block_on(serve(tokio::io::stdin(), tokio::io::stdout(), parts));
    // A read of standard input cannot be called off, so nobody waits for it.
    runtime.shutdown_background();
    ended
}

/// Runs the server on any pair of streams, within a tokio runtime.
pub async fn run(
    reader: impl AsyncRead + Unpin,
    writer: impl AsyncWrite,
    clusters: Arc<dyn Clusters>,
    market: Arc<dyn Market>,
) -> Result<(), ServeError> {
    serve(reader, writer, Parts { source: Arc::new(Helm), clusters, market, forwarder: None }).await
}

/// What a server is made of.
pub(crate) struct Parts {
    pub(crate) source: Arc<dyn PreviewSource>,
    pub(crate) clusters: Arc<dyn Clusters>,
    pub(crate) market: Arc<dyn Market>,
    pub(crate) forwarder: Option<logging::Forwarder>,
}

pub(crate) async fn serve(
    reader: impl AsyncRead + Unpin,
    writer: impl AsyncWrite,
    parts: Parts,
) -> Result<(), ServeError> {
    let Parts { source, clusters, market, forwarder } = parts;
    let builder =
        LspService::build_with_lifecycle_methods(|client| Server::new(client, source, clusters, market));
    let (service, socket) = requests::register(builder).finish();
    let server = service.inner().clone();
    let logging = forwarder.map(|it| tokio::spawn(it.run(server.client.clone())));
    tower_lsp::Server::new(reader, writer, socket)
        .concurrency_level(CONCURRENCY)
        .serve(Front::new(service))
        .await;
    if let Some(logging) = logging {
        logging.abort();
    }
    if server.was_shut_down() { Ok(()) } else { Err(ServeError::NoShutdown) }
}
