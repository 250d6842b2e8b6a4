//! `workspace/executeCommand`: `chartroom.preview [uri, scope?]`, for clients without custom requests, and the commands for
//! releases.

use serde::de::DeserializeOwned;
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Result};

use crate::ext::{CommandPreview, PREVIEW_COMMAND, RELEASE_COMMANDS, Scope};
use crate::lsp_types::ExecuteCommandParams;
use crate::preview::Previews;
use crate::releases;
use crate::server::{Lane, Server};

pub(crate) async fn handle(server: &Server, params: ExecuteCommandParams) -> Result<Option<Value>> {
    let mut arguments = params.arguments.unwrap_or_default().into_iter();
    let command = params.command;
    if command == PREVIEW_COMMAND {
        return preview(server, arguments).await;
    }
    if !RELEASE_COMMANDS.contains(&&*command) {
        return Err(Error::invalid_params(format!("there is no command {command}")));
    }
    let of = argument(arguments.next())?;
    let options = argument(arguments.next())?.unwrap_or_default();
    let snapshot = server.snapshot();
    let server = server.clone();
    // It goes on to its end also where the client no longer waits for the answer.
    let running = tokio::spawn(
        crate::server::SNAPSHOT
            .scope(snapshot, async move { releases::run(&server, &command, of, options).await }),
    );
    let outcome = running.await.map_err(|error| {
        let mut failed = Error::internal_error();
        failed.message = format!("internal error: {error}").into();
        failed
    })??;
    Ok(serde_json::to_value(outcome).ok())
}

fn argument<T: DeserializeOwned>(value: Option<Value>) -> Result<Option<T>> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            serde_json::from_value(value).map(Some).map_err(|it| Error::invalid_params(it.to_string()))
        }
    }
}

async fn preview(server: &Server, mut arguments: impl Iterator<Item = Value>) -> Result<Option<Value>> {
    let Some(Value::String(uri)) = arguments.next() else {
        return Err(Error::invalid_params("the first argument must be the URI of a file"));
    };
    let scope: Scope = argument(arguments.next())?.unwrap_or_default();
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
