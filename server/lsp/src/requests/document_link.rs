//! `textDocument/documentLink`: the paths of a helmfile.

use tower_lsp::jsonrpc::Result;

use crate::helmfiles;
use crate::lsp_types::{DocumentLink, DocumentLinkParams};
use crate::server::{Lane, Server};

pub(crate) async fn handle(server: &Server, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
    server
        .run(Lane::Interactive, move |snapshot, _| {
            let Some(at) = helmfiles::at(snapshot, &params.text_document.uri) else { return Ok(None) };
            let link = |it: ide::helmfile::Link| DocumentLink {
                range: at.range(it.range),
                target: Some(at.uri_of(&it.file)),
                ..DocumentLink::default()
            };
            Ok(Some(at.helmfile().links().into_iter().map(link).collect()))
        })
        .await
}
