//! A cancelled request is answered at once, and its work stops.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::json;

use super::client::Client;
use super::fake::{Bomb, Endless};

const FILES: [(&str, &str); 2] = [("Chart.yaml", "name: c\n"), ("templates/a.yaml", "a: 1\n")];

#[tokio::test]
async fn cancelling_acts_while_the_pool_is_busy() {
    let source = Arc::new(Endless::default());
    let mut client = Client::start_with(&FILES, json!({}), source.clone()).await;
    let params = json!({ "command": "chartroom.preview", "arguments": [client.uri("templates/a.yaml")] });
    let mut asked = Vec::new();
    for _ in 0..6 {
        asked.push(client.ask("workspace/executeCommand", params.clone()).await);
    }
    while source.started.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    // The one that runs comes last, so that none of the others gets its thread first.
    for id in asked.iter().rev() {
        client.notify("$/cancelRequest", json!({ "id": id })).await;
    }
    for id in asked {
        assert_eq!(client.answer(id).await["error"]["code"], -32800);
    }
    while source.stopped.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    // What waited was never begun.
    assert_eq!(source.started.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn typing_goes_on_while_charts_are_rendered() {
    let source = Arc::new(Endless::default());
    let mut client = Client::start_with(&FILES, json!({}), source.clone()).await;
    client.open("templates/a.yaml", "a: 1\n").await;
    let params = json!({ "command": "chartroom.preview", "arguments": [client.uri("templates/a.yaml")] });
    let id = client.ask("workspace/executeCommand", params).await;
    client.set_text("templates/a.yaml", 2, "b: 1\n").await;
    let symbols = client.request("textDocument/documentSymbol", client.document("templates/a.yaml")).await;
    assert_eq!(symbols[0]["name"], "b");
    client.notify("$/cancelRequest", json!({ "id": id })).await;
    assert_eq!(client.answer(id).await["error"]["code"], -32800);
}

#[tokio::test]
async fn a_panic_costs_one_answer() {
    let mut client = Client::start_with(&FILES, json!({}), Arc::new(Bomb)).await;
    let params = json!({ "command": "chartroom.preview", "arguments": [client.uri("templates/a.yaml")] });
    for _ in 0..3 {
        let error = client.failing("workspace/executeCommand", params.clone()).await;
        assert_eq!((&error["code"], &error["message"]), (&json!(-32603), &json!("internal error: boom")));
    }
    client.open("templates/a.yaml", "a: 1\n").await;
    let symbols = client.request("textDocument/documentSymbol", client.document("templates/a.yaml")).await;
    assert_eq!(symbols[0]["name"], "a");
}
