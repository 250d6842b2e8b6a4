//! `chartroom/setTarget`: from now on the chart is rendered for another target, or another environment of a helmfile is
//! the one that is spoken of first.
//!
//! It takes effect when it arrives, so that what is asked behind it is answered for the new target. Whether
//! there is one of that name needs a look at the disk, and is answered when that is done.

use serde::Deserialize as _;
use serde_json::Value;
use tower_lsp::jsonrpc::{Error, Result};

use crate::ext::{SetTargetParams, TargetChanged, TargetChangedNotification};
use crate::helmfiles;
use crate::refresh::Touched;
use crate::server::{Lane, Server};

/// Remembers the name.
pub(super) fn note(server: &Server, params: &Value) {
    if let Ok(params) = SetTargetParams::deserialize(params) {
        let known = server.state().set_target(&params.text_document.uri.0, &params.name);
        if known {
            server.touched(Touched::everything());
        }
    }
}

pub(crate) async fn handle(server: &Server, params: SetTargetParams) -> Result<()> {
    let changed = server
        .run(Lane::Interactive, move |snapshot, _| {
            let uri = &params.text_document.uri.0;
            let environments = helmfiles::environments(snapshot, uri);
            let what =
                if environments.is_some() { "helmfile has no environment" } else { "chart has no target" };
            let target = if let Some(known) = environments {
                known.targets.into_iter().find(|it| it.name == known.active)
            } else {
                let root = snapshot
                    .root_of(uri)
                    .ok_or_else(|| Error::invalid_params(format!("{uri} belongs to no chart")))?;
                Some(snapshot.active_target(&root).to_ext(&root))
            };
            let chosen = target.filter(|it| it.name == params.name);
            let target =
                chosen.ok_or_else(|| Error::invalid_params(format!("the {what} {:?}", params.name)))?;
            Ok(TargetChanged { chart: target.chart.clone(), target })
        })
        .await?;
    server.client.send_notification::<TargetChangedNotification>(changed).await;
    server.renew_lenses();
    Ok(())
}
