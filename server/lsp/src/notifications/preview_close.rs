//! `chartroom/previewClose`.

use serde_json::Value;

use crate::ext::PreviewId;
use crate::server::Server;

pub(super) fn apply(server: &Server, params: Value) {
    match serde_json::from_value::<PreviewId>(params) {
        Ok(params) => server.previews.close(&params.id),
        Err(error) => tracing::warn!("{}: {error}", crate::ext::PREVIEW_CLOSE),
    }
}
