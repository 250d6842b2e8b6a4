//! Texts and files arrive as the client means them.

use serde_json::{Value, json};

use super::client::Client;

const CHART: (&str, &str) = ("Chart.yaml", "name: c\n");
const FILE: &str = "templates/a.yaml";

fn position(text: &str, offset: usize) -> Value {
    let line = text[..offset].matches('\n').count();
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": line, "character": text[start..offset].encode_utf16().count() })
}

/// Replaces one piece after the other and compares the server's text with ours after each.
async fn check_edits(text: &str, edits: &[(&str, &str)]) {
    let mut client = Client::start(&[CHART]).await;
    let mut text = text.to_owned();
    client.open(FILE, &text).await;
    for (version, (old, new)) in (2..).zip(edits) {
        let at = text.find(old).unwrap();
        let range = json!({ "start": position(&text, at), "end": position(&text, at + old.len()) });
        text.replace_range(at..at + old.len(), new);
        client.change(FILE, version, json!([{ "range": range, "text": new }])).await;
        assert_eq!(client.rendered(FILE, "template").await, text);
    }
}

#[tokio::test]
async fn columns_are_utf_16() {
    let edits = [("x", "🎉y"), ("日本", "中"), ("👩‍👩‍👧", ""), ("y", "é\nz"), ("z", "漢字🎉"), ("🎉", "")];
    check_edits("a: 🎉🎉x # 日本語\nb: \"👩‍👩‍👧 ü\"\r\nc: 1", &edits).await;
}

#[tokio::test]
async fn columns_are_bytes_if_the_client_can() {
    let params = json!({ "capabilities": { "general": { "positionEncodings": ["utf-16", "utf-8"] } } });
    let mut client = Client::start_with(&[CHART], params, std::sync::Arc::new(super::fake::Fake)).await;
    client.open(FILE, "a: 🎉x").await;
    let at = json!({ "line": 0, "character": 7 });
    client.change(FILE, 2, json!([{ "range": { "start": at, "end": at }, "text": "!" }])).await;
    assert_eq!(client.rendered(FILE, "template").await, "a: 🎉!x");
}

#[tokio::test]
async fn a_change_without_range_is_the_whole_text() {
    let mut client = Client::start(&[CHART]).await;
    client.open(FILE, "a: 1\n").await;
    client.set_text(FILE, 2, "b: 🎉\n").await;
    assert_eq!(client.rendered(FILE, "template").await, "b: 🎉\n");
}

#[tokio::test]
async fn unsaved_texts_hide_the_disk_until_they_are_closed() {
    let mut client = Client::start(&[CHART, ("values.yaml", "disk")]).await;
    client.open("values.yaml", "screen").await;
    assert!(client.rendered(FILE, "chart").await.contains("values.yaml=screen\n"));
    client.notify("textDocument/didClose", client.document("values.yaml")).await;
    assert!(client.rendered(FILE, "chart").await.contains("values.yaml=disk\n"));
}

#[tokio::test]
async fn a_new_text_is_part_of_the_chart_before_it_is_saved() {
    let mut client = Client::start(&[CHART]).await;
    client.open("templates/new.yaml", "new").await;
    assert!(client.rendered("templates/new.yaml", "chart").await.contains("templates/new.yaml=new\n"));
}

#[tokio::test]
async fn files_come_change_and_go() {
    let mut client = Client::start(&[CHART, ("values.yaml", "one")]).await;
    assert_eq!(client.rendered("values.yaml", "chart").await, "Chart.yaml=name: c\n\nvalues.yaml=one\n");
    client.write("templates/_h.tpl", "help");
    client.changed_on_disk("templates/_h.tpl", 1).await;
    assert!(client.rendered("values.yaml", "chart").await.contains("templates/_h.tpl=help\n"));
    // As long as before, and perhaps within one tick of the file system's clock.
    client.write("values.yaml", "two");
    client.changed_on_disk("values.yaml", 2).await;
    assert!(client.rendered("values.yaml", "chart").await.contains("values.yaml=two\n"));
    std::fs::remove_file(client.folder.path().join("templates/_h.tpl")).unwrap();
    client.changed_on_disk("templates/_h.tpl", 3).await;
    assert!(!client.rendered("values.yaml", "chart").await.contains("_h.tpl"));
}

#[tokio::test]
async fn a_chart_may_come_later() {
    let mut client = Client::start(&[]).await;
    client.open(FILE, "a: 1\n").await;
    let params = json!({ "textDocument": { "uri": client.uri(FILE) }, "scope": "template" });
    assert_eq!(client.failing("chartroom/preview", params.clone()).await["code"], -32602);
    client.write("Chart.yaml", "name: c\n");
    client.changed_on_disk("Chart.yaml", 1).await;
    assert_eq!(client.request("chartroom/preview", params).await["text"], "a: 1\n");
}

#[tokio::test]
async fn a_save_tells_that_the_disk_changed() {
    let mut client = Client::start(&[CHART, (FILE, "a")]).await;
    client.open(FILE, "b").await;
    client.write(FILE, "b");
    client.notify("textDocument/didSave", client.document(FILE)).await;
    client.notify("textDocument/didClose", client.document(FILE)).await;
    assert_eq!(client.rendered(FILE, "template").await, "b");
}

#[tokio::test]
async fn any_file_may_be_part_of_a_chart() {
    let mut client = Client::start(&[CHART]).await;
    // By `.Files`, templates read what they like: `dashboards/a.json`, `LICENSE`.
    let asked = client.told("client/registerCapability").await;
    let registrations = asked["registrations"].as_array().unwrap();
    let watched = registrations.iter().find(|it| it["method"] == "workspace/didChangeWatchedFiles").unwrap();
    assert_eq!(watched["registerOptions"]["watchers"], json!([{ "globPattern": "**/*" }]));
}
