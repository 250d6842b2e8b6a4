//! `textDocument/didSave`.

use project::path_of;

use crate::lsp_types::DidSaveTextDocumentParams;
use crate::refresh::Touched;
use crate::state::State;

pub(super) fn apply(state: &mut State, params: DidSaveTextDocumentParams) -> Touched {
    let snapshot = state.snapshot();
    let Some(document) = snapshot.document(&params.text_document.uri.0) else { return Touched::default() };
    if let Some(path) = &document.path {
        state.files_changed(&[path_of(path)]);
    }
    Touched::again(document.key())
}
