//! `chartroom/history`: the revisions of a release.

use tower_lsp::jsonrpc::Result;

use crate::ext::{ReleaseId, Revision};
use crate::releases;
use crate::server::Server;

pub(crate) async fn handle(server: &Server, params: ReleaseId) -> Result<Vec<Revision>> {
    releases::revisions(server, params).await
}
