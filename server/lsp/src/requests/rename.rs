//! `textDocument/rename`. The client edits by the answer, so it must be about the text that it has now.

use std::collections::HashMap;

use tower_lsp::jsonrpc::{Error, ErrorCode, Result};

use crate::convert::from;
use crate::lsp_types::{RenameParams, TextEdit, Uri, WorkspaceEdit};
use crate::server::{Lane, Server};

/// The protocol's code for a well-formed request that cannot be done.
const REQUEST_FAILED: i64 = -32803;

pub(crate) async fn handle(server: &Server, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
    server
        .run_current(Lane::Interactive, move |snapshot, _| {
            let Some(at) = from::place(snapshot, &params.text_document_position_params)? else {
                return Ok(None);
            };
            let places = at.places(snapshot);
            let edits = at.analysis()?.rename(at.pos, &params.new_name).map_err(|it| refused(it.0))?;
            if let Some((packed, _)) = edits.iter().find(|(at, _)| !places.is_editable(at.file)) {
                return Err(refused(format!("{} uses it, and is packed", places.uri(packed.file).0)));
            }
            let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
            for (at, new_text) in edits {
                changes
                    .entry(places.uri(at.file))
                    .or_default()
                    .push(TextEdit { range: places.range(at), new_text });
            }
            Ok(Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }))
        })
        .await
}

fn refused(why: String) -> Error {
    let mut error = Error::new(ErrorCode::ServerError(REQUEST_FAILED));
    error.message = why.into();
    error
}
