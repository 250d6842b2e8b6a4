//! Outlines, folds and growing selections over the protocol.

use serde_json::json;

use super::client::Client;

#[tokio::test]
async fn symbols_have_columns_of_the_protocol() {
    let mut client = Client::start(&[]).await;
    client.open("templates/a.yaml", "\"🎉\": {x: 1}\n").await;
    let symbols = client.request("textDocument/documentSymbol", client.document("templates/a.yaml")).await;
    assert_eq!(symbols[0]["name"], "🎉");
    assert_eq!(symbols[0]["selectionRange"]["end"], json!({ "line": 0, "character": 4 }));
    assert_eq!(symbols[0]["children"][0]["range"]["start"], json!({ "line": 0, "character": 7 }));
}

#[tokio::test]
async fn a_simple_client_gets_a_list() {
    let flat = json!({ "capabilities": { "textDocument": { "documentSymbol": null } } });
    let mut client = Client::start_with(&[], flat, std::sync::Arc::new(super::fake::Fake)).await;
    client.open("values.yaml", "a:\n  b: 1\nc: 2\n").await;
    let symbols = client.request("textDocument/documentSymbol", client.document("values.yaml")).await;
    let names: Vec<_> = symbols
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["name"].clone(), it["containerName"].clone()))
        .collect();
    assert_eq!(names, [(json!("a"), json!(null)), (json!("b"), json!("a")), (json!("c"), json!(null))]);
}

#[tokio::test]
async fn folds_are_whole_lines() {
    let mut client = Client::start(&[]).await;
    client.open("templates/a.yaml", "{{ if .a }}\nb:\n  c: 1\n{{ end }}\n").await;
    let folds = client.request("textDocument/foldingRange", client.document("templates/a.yaml")).await;
    assert_eq!(folds, json!([{ "startLine": 0, "endLine": 2 }, { "startLine": 1, "endLine": 2 }]));
}

#[tokio::test]
async fn a_selection_grows_in_columns_of_the_protocol() {
    let mut client = Client::start(&[]).await;
    client.open("templates/a.yaml", "\"🎉\": {{ .Values.b }}\n").await;
    let mut question = client.document("templates/a.yaml");
    question["positions"] = json!([{ "line": 0, "character": 17 }, { "line": 0, "character": 1 }]);
    let grown = client.request("textDocument/selectionRange", question).await;
    assert_eq!(grown.as_array().unwrap().len(), 2);
    let columns = |it: &serde_json::Value| {
        (it["range"]["start"]["character"].clone(), it["range"]["end"]["character"].clone())
    };
    assert_eq!(columns(&grown[0]), (json!(17), json!(18)));
    assert_eq!(columns(&grown[0]["parent"]), (json!(9), json!(18)));
    let mut all = vec![columns(&grown[0])];
    let mut next = &grown[0]["parent"];
    while next.is_object() {
        all.push(columns(next));
        next = &next["parent"];
    }
    assert!(all.contains(&(json!(6), json!(21))), "the action: {all:?}");
}
