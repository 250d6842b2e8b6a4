//! `textDocument/didClose`.

use crate::lsp_types::DidCloseTextDocumentParams;
use crate::refresh::Touched;
use crate::state::State;

pub(super) fn apply(state: &mut State, params: DidCloseTextDocumentParams) -> Touched {
    state.close(&params.text_document.uri.0).map(Touched::document).unwrap_or_default()
}
