//! `workspace/textDocumentContent`: the text of virtual documents, that is previews and files of archives.

use tower_lsp::jsonrpc::{Error, Result};

use crate::convert::uri;
use crate::lsp_types::{TextDocumentContentParams, TextDocumentContentResult};
use crate::server::{Lane, Server};
use crate::state::Snapshot;

pub(crate) async fn handle(
    server: &Server,
    params: TextDocumentContentParams,
) -> Result<TextDocumentContentResult> {
    if let Some(text) = server.releases.text(&params.uri.0) {
        return Ok(TextDocumentContentResult { text });
    }
    let previews = server.previews.clone();
    server
        .run(Lane::Background, move |snapshot, cancel| {
            let uri = &params.uri.0;
            let text = match uri::preview_of(uri) {
                Some(of) => previews.document(snapshot, &of, cancel).map(|it| it.text),
                None => member(snapshot, uri),
            };
            let text = text.ok_or_else(|| Error::invalid_params(format!("there is no {uri}")))?;
            Ok(TextDocumentContentResult { text })
        })
        .await
}

fn member(snapshot: &Snapshot, uri: &str) -> Option<String> {
    let path = uri::member_of(uri)?;
    let view = snapshot.chart_of(uri)?;
    let model = snapshot.model(&view);
    Some(model.text(&view, model.table.get(&path)?)?.to_owned())
}
