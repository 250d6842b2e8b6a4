//! `textDocument/hover`.

use tower_lsp::jsonrpc::Result;

use crate::chart_yaml;
use crate::convert::{from, to};
use crate::helmfiles;
use crate::lsp_types::{Contents, Hover, HoverParams};
use crate::server::{Lane, Server};

pub(crate) async fn handle(server: &Server, params: HoverParams) -> Result<Option<Hover>> {
    server
        .run(Lane::Interactive, move |snapshot, _| {
            if let Some((at, offset)) = helmfiles::place(snapshot, &params.text_document_position_params) {
                let hover = at.helmfile().hover(offset);
                return Ok(hover.map(|it| Hover {
                    contents: Contents::MarkupContent(to::markup(&snapshot.client, it.markup)),
                    range: Some(at.range(it.range)),
                }));
            }
            if let Some((at, offset)) = chart_yaml::place(snapshot, &params.text_document_position_params) {
                return Ok(at.hover(offset).map(|(range, markup)| Hover {
                    contents: Contents::MarkupContent(to::markup(&snapshot.client, markup)),
                    range: Some(at.range(range)),
                }));
            }
            let Some(at) = from::place(snapshot, &params.text_document_position_params)? else {
                return Ok(None);
            };
            let hover = match at.analysis()?.hover(at.pos) {
                None if snapshot.settings.schemas => at.field()?,
                known => known,
            };
            let answer = |it: ide::Hover| Hover {
                contents: Contents::MarkupContent(to::markup(&snapshot.client, it.markup)),
                range: Some(at.places(snapshot).range(it.range)),
            };
            Ok(hover.map(answer))
        })
        .await
}
