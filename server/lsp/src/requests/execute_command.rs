//! `workspace/executeCommand`: `chartroom.preview [uri, scope?]`, for clients without custom requests.

use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Result};

use crate::ext::{CommandPreview, PREVIEW_COMMAND, Scope};
use crate::lsp_types::ExecuteCommandParams;
use crate::preview::Previews;
use crate::server::{Lane, Server};

pub(crate) async fn handle(server: &Server, params: ExecuteCommandParams) -> Result<Option<Value>> {
    if params.command != PREVIEW_COMMAND {
        return Err(Error::invalid_params(format!("there is no command {}", params.command)));
    }
    let mut arguments = params.arguments.unwrap_or_default().into_iter();
    let Some(Value::String(uri)) = arguments.next() else {
        return Err(Error::invalid_params("the first argument must be the URI of a file"));
    };
    let scope = match arguments.next() {
        None | Some(Value::Null) => Scope::default(),
        Some(scope) => serde_json::from_value(scope).map_err(|it| Error::invalid_params(it.to_string()))?,
    };
    let previews = server.previews.clone();
    server
        .run(Lane::Background, move |snapshot, cancel| {
            let of = Previews::wanted(snapshot, &uri, scope)
                .ok_or_else(|| Error::invalid_params(format!("{uri} belongs to no chart")))?;
            let it = previews.once(snapshot, &of, cancel).ok_or_else(Error::request_cancelled)?;
            let answer = CommandPreview { text: it.text, status: it.status, error: it.error };
            Ok(serde_json::to_value(answer).ok())
        })
        .await
}
