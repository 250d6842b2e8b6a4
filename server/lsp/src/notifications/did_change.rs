//! `textDocument/didChange`.

use crate::lsp_types::DidChangeTextDocumentParams;
use crate::refresh::Touched;
use crate::state::State;

pub(super) fn apply(state: &mut State, params: DidChangeTextDocumentParams) -> Touched {
    let document = params.text_document;
    let uri = &document.text_document_identifier.uri.0;
    let changed = state.change(uri, document.version, &params.content_changes);
    if changed.is_none() {
        tracing::warn!("a change of {uri}, which is not open");
    }
    changed.map(Touched::document).unwrap_or_default()
}
