//! From the protocol to us.

use text::{Encoding, LineColumn, Text, TextRange, TextSize};
use tower_lsp::jsonrpc::{Error, Result};

use crate::lsp_types::{Position, Range, Uri};
use crate::state::{Document, Snapshot};
use std::sync::Arc;

/// A place in a text.
pub(crate) fn offset(text: &Text, position: Position, encoding: Encoding) -> TextSize {
    text.offset(line_column(position), encoding)
}

/// A range of a text; one that is turned around is turned back.
pub(crate) fn range(text: &Text, range: Range, encoding: Encoding) -> TextRange {
    text.range(line_column(range.start), line_column(range.end), encoding)
}

fn line_column(position: Position) -> LineColumn {
    LineColumn::new(position.line, position.character)
}

/// The open document that a request is about.
pub(crate) fn document(snapshot: &Snapshot, uri: &Uri) -> Result<Arc<Document>> {
    let found = snapshot.document(&uri.0).cloned();
    found.ok_or_else(|| Error::invalid_params(format!("{} is not open", uri.0)))
}
