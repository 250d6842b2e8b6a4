//! `chartroom/previewLocate`: from a line of a preview to its source, and back.

use text::{FileRange, TextRange};
use tower_lsp::jsonrpc::Result;

use crate::convert::from;
use crate::convert::to::Places;
use crate::ext::{Lines, LocateParams, Located};
use crate::lsp_types::{Location, Position, Uri};
use crate::preview::Previews;
use crate::server::{Lane, Server};
use crate::state::Snapshot;

pub(crate) async fn handle(server: &Server, params: LocateParams) -> Result<Located> {
    let previews = server.previews.clone();
    server
        .run(Lane::Interactive, move |snapshot, _| {
            Ok(match params {
                LocateParams::Source { id, line } => Located::Source(source(&previews, snapshot, &id, line)),
                LocateParams::Lines { id, text_document, position } => Located::Lines(Lines {
                    lines: lines(&previews, snapshot, &id, &text_document.uri, position)?,
                }),
            })
        })
        .await
}

fn source(previews: &Previews, snapshot: &Snapshot, id: &str, line: u32) -> Option<Location> {
    let (root, at) = previews.source_of_line(id, line)?;
    let view = snapshot.chart(&root);
    let model = snapshot.model(&view);
    Some(Places::new(snapshot, &view, &model).location(at))
}

/// What the place itself wrote or, if it wrote nothing, what its line did.
fn lines(
    previews: &Previews,
    snapshot: &Snapshot,
    id: &str,
    uri: &Uri,
    position: Position,
) -> Result<Vec<u32>> {
    let Some(document) = from::document(snapshot, uri) else { return Ok(Vec::new()) };
    let Some(view) = snapshot.chart_of(&uri.0) else { return Ok(Vec::new()) };
    let Some(file) = view.file(&document.key()) else { return Ok(Vec::new()) };
    let offset = from::offset(&document.text, position, snapshot.client.encoding);
    let line = document.text.line_range(position.line);
    let places = [TextRange::empty(offset), line].map(|range| FileRange { file, range });
    Ok(previews.lines_of(id, &places))
}
