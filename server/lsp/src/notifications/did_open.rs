//! `textDocument/didOpen`.

use crate::lsp_types::DidOpenTextDocumentParams;
use crate::refresh::Touched;
use crate::state::State;

pub(super) fn apply(state: &mut State, params: DidOpenTextDocumentParams) -> Touched {
    Touched::again(state.open(params.text_document))
}
