//! What the client tells us, one file each. All of it is applied at once, in the order of arrival.

mod did_change;
mod did_change_configuration;
mod did_change_watched_files;
mod did_change_workspace_folders;
mod did_close;
mod did_open;
mod did_save;
mod preview_close;

use serde::de::DeserializeOwned;
use serde_json::Value;
use tower_lsp::jsonrpc::Request;

use crate::ext;
use crate::refresh::Touched;
use crate::server::Server;
use crate::state::State;

/// What became of a notification.
pub(crate) enum Handled {
    /// It has its effect.
    Done,
    /// It is none of ours.
    Not(Request),
}

/// Applies a notification.
pub(crate) fn handle(server: &Server, request: Request) -> Handled {
    let apply: Apply = match request.method() {
        "textDocument/didOpen" => Box::new(with(did_open::apply)),
        "textDocument/didChange" => Box::new(with(did_change::apply)),
        "textDocument/didClose" => Box::new(with(did_close::apply)),
        "textDocument/didSave" => Box::new(with(did_save::apply)),
        "workspace/didChangeWatchedFiles" => Box::new(with(did_change_watched_files::apply)),
        "workspace/didChangeWorkspaceFolders" => Box::new(with(did_change_workspace_folders::apply)),
        "workspace/didChangeConfiguration" => {
            did_change_configuration::apply(server, &params(request));
            return Handled::Done;
        }
        "window/workDoneProgress/cancel" => {
            // Tokens of ours are texts.
            if let Some(token) = params(request).get("token").and_then(Value::as_str) {
                server.releases.cancel(token);
            }
            return Handled::Done;
        }
        ext::PREVIEW_CLOSE => {
            preview_close::apply(server, params(request));
            return Handled::Done;
        }
        _ => return Handled::Not(request),
    };
    let method = request.method().to_owned();
    // In two steps: nothing but the change itself happens while the state is held.
    let touched = apply(&mut server.state(), params(request));
    match touched {
        Ok(touched) => server.touched(touched),
        Err(error) => tracing::warn!("{method}: {error}"),
    }
    Handled::Done
}

type Apply = Box<dyn Fn(&mut State, Value) -> Applied>;
type Applied = Result<Touched, serde_json::Error>;

fn with<P: DeserializeOwned>(apply: fn(&mut State, P) -> Touched) -> impl Fn(&mut State, Value) -> Applied {
    move |state, params| Ok(apply(state, serde_json::from_value(params)?))
}

fn params(request: Request) -> Value {
    request.into_parts().2.unwrap_or_default()
}
