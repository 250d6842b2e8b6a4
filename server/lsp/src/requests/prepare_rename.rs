//! `textDocument/prepareRename`: whether something can be renamed, and what its name is now.

use tower_lsp::jsonrpc::Result;

use crate::convert::from;
use crate::lsp_types::{PrepareRenameParams, Range};
use crate::server::{Lane, Server};

pub(crate) async fn handle(server: &Server, params: PrepareRenameParams) -> Result<Option<Range>> {
    server
        .run(Lane::Interactive, move |snapshot, _| {
            let Some(at) = from::place(snapshot, &params.text_document_position_params)? else {
                return Ok(None);
            };
            let name = at.analysis()?.prepare_rename(at.pos);
            Ok(name.map(|it| at.places(snapshot).range(it)))
        })
        .await
}
