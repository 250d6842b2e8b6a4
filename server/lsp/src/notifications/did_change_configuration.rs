//! `workspace/didChangeConfiguration`: either with the settings, or to say that we should ask for them.

use serde_json::Value;

use crate::server::Server;

pub(super) fn apply(server: &Server, params: &Value) {
    let settings = params.get("settings").unwrap_or(&Value::Null);
    if settings.as_object().is_some_and(|it| !it.is_empty()) {
        server.set_settings(settings);
    } else {
        let server = server.clone();
        // No handler: the answer may never come.
        tokio::spawn(async move { server.pull_settings().await });
    }
}
