//! `chartroom/releases`: what is deployed in the cluster.

use tower_lsp::jsonrpc::Result;

use crate::ext::{Releases, ReleasesParams};
use crate::releases;
use crate::server::Server;

pub(crate) async fn handle(server: &Server, params: ReleasesParams) -> Result<Releases> {
    releases::releases(server, params.namespace).await
}
