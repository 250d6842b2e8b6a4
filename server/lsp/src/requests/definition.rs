//! `textDocument/definition`.

use tower_lsp::jsonrpc::Result;

use crate::convert::from;
use crate::helmfiles;
use crate::lsp_types::{DefinitionParams, Location};
use crate::server::{Lane, Server};

pub(crate) async fn handle(server: &Server, params: DefinitionParams) -> Result<Option<Vec<Location>>> {
    server
        .run(Lane::Interactive, move |snapshot, _| {
            if let Some((at, offset)) = helmfiles::place(snapshot, &params.text_document_position_params) {
                let found = at.helmfile().definition(offset);
                return Ok(Some(found.iter().map(|it| at.location(it)).collect()));
            }
            let Some(at) = from::place(snapshot, &params.text_document_position_params)? else {
                return Ok(None);
            };
            let places = at.places(snapshot);
            let found = at.analysis()?.goto_definition(at.pos);
            Ok(Some(found.into_iter().map(|it| places.location(it)).collect()))
        })
        .await
}
