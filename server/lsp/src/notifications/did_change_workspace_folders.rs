//! `workspace/didChangeWorkspaceFolders`.

use std::path::PathBuf;

use project::path_of;

use crate::convert::uri;
use crate::lsp_types::{DidChangeWorkspaceFoldersParams, WorkspaceFolder};
use crate::refresh::Touched;
use crate::state::State;

pub(super) fn apply(state: &mut State, params: DidChangeWorkspaceFoldersParams) -> Touched {
    state.change_folders(paths(&params.event.added), &paths(&params.event.removed));
    Touched::everything()
}

fn paths(folders: &[WorkspaceFolder]) -> Vec<PathBuf> {
    let path = |it: &WorkspaceFolder| Some(path_of(uri::path_of(&it.uri.0)?.trim_end_matches('/')));
    folders.iter().filter_map(path).collect()
}
