//! `chartroom/preview`: renders what is on the screen, and goes on doing so.

use tower_lsp::jsonrpc::{Error, Result};

use crate::ext::{Preview, PreviewParams};
use crate::preview::Previews;
use crate::server::{Lane, Server};

pub(crate) async fn handle(server: &Server, params: PreviewParams) -> Result<Preview> {
    let previews = server.previews.clone();
    server
        .run(Lane::Background, move |snapshot, cancel| {
            let uri = &params.text_document.uri.0;
            let of = Previews::wanted(snapshot, uri, params.scope)
                .ok_or_else(|| Error::invalid_params(format!("{uri} belongs to no chart")))?;
            previews.subscribe(snapshot, &of, cancel).ok_or_else(Error::request_cancelled)
        })
        .await
}
