//! `textDocument/documentHighlight`.

use tower_lsp::jsonrpc::Result;

use crate::convert::from;
use crate::lsp_types::{DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams};
use crate::server::{Lane, Server};

pub(crate) async fn handle(
    server: &Server,
    params: DocumentHighlightParams,
) -> Result<Option<Vec<DocumentHighlight>>> {
    server
        .run(Lane::Interactive, move |snapshot, _| {
            let Some(at) = from::place(snapshot, &params.text_document_position_params)? else {
                return Ok(None);
            };
            let places = at.places(snapshot);
            let highlight = |it: ide::Reference| DocumentHighlight {
                range: places.range(it.at),
                kind: Some(if it.writes {
                    DocumentHighlightKind::Write
                } else {
                    DocumentHighlightKind::Read
                }),
            };
            Ok(Some(at.analysis()?.document_highlights(at.pos).into_iter().map(highlight).collect()))
        })
        .await
}
