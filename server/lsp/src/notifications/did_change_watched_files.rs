//! `workspace/didChangeWatchedFiles`: files were written, made or removed outside of the editor.

use project::path_of;

use crate::convert::uri;
use crate::lsp_types::DidChangeWatchedFilesParams;
use crate::refresh::Touched;
use crate::state::State;

pub(super) fn apply(state: &mut State, params: DidChangeWatchedFilesParams) -> Touched {
    let paths: Vec<_> =
        params.changes.iter().filter_map(|change| Some(path_of(&uri::path_of(&change.uri.0)?))).collect();
    if paths.is_empty() {
        return Touched::default();
    }
    state.files_changed(&paths);
    Touched::everything()
}
