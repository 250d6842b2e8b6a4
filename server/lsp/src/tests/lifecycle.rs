//! Beginning and end.

use std::sync::Arc;

use serde_json::json;

use super::client::Client;
use super::fake::Fake;
use crate::serve::ServeError;

#[tokio::test]
async fn a_polite_client_ends_the_server() {
    let mut client = Client::start(&[]).await;
    client.request("shutdown", json!(null)).await;
    client.notify("exit", json!(null)).await;
    assert!(client.server.await.unwrap().is_ok());
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_server_too() {
    let mut client = Client::start(&[("Chart.yaml", "name: c\n")]).await;
    client.open("templates/a.yaml", "a: 1\n").await;
    assert!(matches!(client.hang_up().await, Err(ServeError::NoShutdown)));
}

#[tokio::test]
async fn what_is_asked_too_early_is_refused() {
    let mut client = Client::uninitialized(&[], Arc::new(Fake));
    let error = client.failing("textDocument/documentSymbol", client.document("a.yaml")).await;
    assert_eq!(error["code"], -32002);
}

#[tokio::test]
async fn what_is_unknown_is_said_to_be() {
    let mut client = Client::start(&[]).await;
    assert_eq!(client.failing("textDocument/moniker", json!({})).await["code"], -32601);
    client.notify("$/unheardOf", json!({})).await;
    client.notify("textDocument/didOpen", json!({ "nonsense": true })).await;
}

/// An editor asks on while it closes a document; an error would be shown to the person.
#[tokio::test]
async fn what_is_not_open_has_no_answer() {
    let mut client = Client::start(&[]).await;
    for method in ["textDocument/documentSymbol", "textDocument/foldingRange"] {
        let params = client.document("a.yaml");
        assert!(client.request(method, params).await.is_null());
    }
}

#[tokio::test]
async fn capabilities_say_what_is_there() {
    let mut client = Client::uninitialized(&[], Arc::new(Fake));
    let params = json!({ "capabilities": { "general": { "positionEncodings": ["utf-16", "utf-8"] } } });
    let answer = client.request("initialize", params).await;
    let capabilities = &answer["capabilities"];
    assert_eq!(capabilities["positionEncoding"], "utf-8");
    assert_eq!(capabilities["textDocumentSync"], json!({ "openClose": true, "change": 2, "save": true }));
    let commands = capabilities["executeCommandProvider"]["commands"].as_array().unwrap();
    assert!(commands.contains(&json!("chartroom.preview")) && commands.contains(&json!("chartroom.deploy")));
    assert_eq!(capabilities["workspace"].get("textDocumentContent"), None);
    assert_eq!(answer["serverInfo"]["name"], "chartroom");
}

#[tokio::test]
async fn files_to_watch_are_registered() {
    let mut client = Client::start(&[]).await;
    let request = client.told("client/registerCapability").await;
    assert_eq!(request["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
}
