//! `textDocument/references`.

use tower_lsp::jsonrpc::Result;

use crate::convert::from;
use crate::helmfiles;
use crate::lsp_types::{Location, ReferenceParams};
use crate::server::{Lane, Server};

pub(crate) async fn handle(server: &Server, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
    server
        .run(Lane::Interactive, move |snapshot, _| {
            if let Some((at, offset)) = helmfiles::place(snapshot, &params.text_document_position_params) {
                let found = at.helmfile().references(offset);
                return Ok(Some(found.iter().map(|it| at.location(it)).collect()));
            }
            let Some(at) = from::place(snapshot, &params.text_document_position_params)? else {
                return Ok(None);
            };
            let places = at.places(snapshot);
            let found = at.analysis()?.references(at.pos).into_iter();
            let wanted = found.filter(|it| params.context.include_declaration || !it.writes);
            Ok(Some(wanted.map(|it| places.location(it.at)).collect()))
        })
        .await
}
