//! `chartroom/targets`: what a chart can be rendered for; of a helmfile, its environments.

use tower_lsp::jsonrpc::{Error, Result};

use crate::ext::{DocumentParams, Targets};
use crate::helmfiles;
use crate::server::{Lane, Server};

pub(crate) async fn handle(server: &Server, params: DocumentParams) -> Result<Targets> {
    server
        .run(Lane::Interactive, move |snapshot, _| {
            let uri = &params.text_document.uri.0;
            if let Some(targets) = helmfiles::environments(snapshot, uri) {
                return Ok(targets);
            }
            let root = snapshot
                .root_of(uri)
                .ok_or_else(|| Error::invalid_params(format!("{uri} belongs to no chart")))?;
            let targets = snapshot.targets(&root).iter().map(|it| it.to_ext(&root)).collect();
            Ok(Targets { active: snapshot.active_target(&root).name, targets })
        })
        .await
}
