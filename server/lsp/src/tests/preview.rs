//! Previews follow what is on the screen.

use serde_json::json;

use super::client::Client;

const FILE: &str = "templates/a.yaml";

async fn opened(text: &str) -> Client {
    let mut client = Client::start(&[("Chart.yaml", "name: c\n"), (FILE, "disk\n")]).await;
    client.open(FILE, text).await;
    client
}

fn params(client: &Client) -> serde_json::Value {
    json!({ "textDocument": { "uri": client.uri(FILE) }, "scope": "template" })
}

#[tokio::test]
async fn what_is_typed_is_shown() {
    let mut client = opened("a\n").await;
    let first = client.request("chartroom/preview", params(&client)).await;
    assert_eq!(
        (&first["text"], &first["status"], &first["revision"]),
        (&json!("a\n"), &json!("ok"), &json!(1))
    );
    assert!(first["uri"].as_str().unwrap().starts_with("chartroom-preview:/"));
    assert_eq!(first["target"]["releaseName"], "release-name");
    client.set_text(FILE, 2, "b\n").await;
    let next = client.told("chartroom/previewChanged").await;
    assert_eq!((&next["text"], &next["id"], &next["revision"]), (&json!("b\n"), &first["id"], &json!(2)));
}

#[tokio::test]
async fn the_last_good_text_stays_with_the_place_of_the_error() {
    let mut client = opened("good\n").await;
    client.request("chartroom/preview", params(&client)).await;
    client.set_text(FILE, 2, "x 🎉 BROKEN\n").await;
    let stale = client.told("chartroom/previewChanged").await;
    assert_eq!((&stale["text"], &stale["status"]), (&json!("good\n"), &json!("stale")));
    assert_eq!(stale["error"]["message"], "it is broken");
    assert_eq!(stale["error"]["uri"], client.uri(FILE));
    assert_eq!(stale["error"]["range"]["start"], json!({ "line": 0, "character": 5 }));
    client.set_text(FILE, 3, "fixed\n").await;
    let fixed = client.told("chartroom/previewChanged").await;
    assert_eq!((&fixed["text"], fixed.get("error")), (&json!("fixed\n"), None));
}

#[tokio::test]
async fn without_a_good_text_the_rendered_part_is_shown() {
    let mut client = opened("half BROKEN\n").await;
    let shown = client.request("chartroom/preview", params(&client)).await;
    assert_eq!((&shown["text"], &shown["status"]), (&json!("half "), &json!("error")));
}

#[tokio::test]
async fn lines_lead_to_their_sources_and_back() {
    let mut client = opened("a: 🎉\n  b: 1\n").await;
    let id = client.request("chartroom/preview", params(&client)).await["id"].take();
    let there = client.request("chartroom/previewLocate", json!({ "id": id, "line": 1 })).await;
    assert_eq!(there["uri"], client.uri(FILE));
    assert_eq!(there["range"]["start"], json!({ "line": 1, "character": 2 }));
    let mut question = client.document(FILE);
    question["id"] = id;
    question["position"] = json!({ "line": 1, "character": 3 });
    assert_eq!(client.request("chartroom/previewLocate", question).await, json!({ "lines": [1] }));
    let nowhere = client.request("chartroom/previewLocate", json!({ "id": "no", "line": 1 })).await;
    assert_eq!(nowhere, json!(null));
}

#[tokio::test]
async fn a_closed_preview_is_quiet() {
    let mut client = opened("a\n").await;
    let first = client.request("chartroom/preview", params(&client)).await;
    assert_eq!(client.request("chartroom/preview", params(&client)).await["id"], first["id"]);
    client.notify("chartroom/previewClose", json!({ "id": first["id"] })).await;
    client.set_text(FILE, 2, "b\n").await;
    let second = client.request("chartroom/preview", params(&client)).await;
    assert_ne!(second["id"], first["id"]);
    client.set_text(FILE, 3, "c\n").await;
    let told = client.told("chartroom/previewChanged").await;
    assert_eq!((&told["id"], &told["text"]), (&second["id"], &json!("c\n")));
}

#[tokio::test]
async fn virtual_documents_are_served_and_refreshed() {
    let files = [("Chart.yaml", "name: c\n"), (FILE, "disk\n")];
    let capabilities = json!({ "capabilities": { "workspace": { "textDocumentContent": {} } } });
    let mut client = Client::start_with(&files, capabilities, std::sync::Arc::new(super::fake::Fake)).await;
    client.open(FILE, "a\n").await;
    let path = client.uri(FILE).replace("file://", "");
    let uri = format!("chartroom-preview:{path}");
    let content = client.request("workspace/textDocumentContent", json!({ "uri": uri })).await;
    assert_eq!(content["text"], "a\n");
    client.set_text(FILE, 2, "b\n").await;
    let refresh = client.told("workspace/textDocumentContent/refresh").await;
    assert_eq!(refresh["uri"], uri);
    assert_eq!(client.request("workspace/textDocumentContent", json!({ "uri": uri })).await["text"], "b\n");
}
