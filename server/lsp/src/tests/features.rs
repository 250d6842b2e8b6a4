//! Features over the protocol, rendered by the real engine.

use std::sync::Arc;

use serde_json::{Value, json};

use super::client::Client;
use crate::preview::Helm;

const FILES: [(&str, &str); 4] = [
    ("Chart.yaml", "apiVersion: v2\nname: web\nversion: 1.0.0\n"),
    ("values.yaml", "# How many.\nreplicas: 2\nimage:\n  tag: v1 # 🎉\n"),
    ("templates/_helpers.tpl", "{{ define \"web.name\" }}{{ .Chart.Name }}{{ end }}\n"),
    ("templates/a.yaml", TEMPLATE),
];
const TEMPLATE: &str = "kind: A # 🎉 {{ .Values.image.tag }}\nname: {{ include \"web.name\" . }}\nreplicas: {{ .Values.replicas }}\n";
const FILE: &str = "templates/a.yaml";

async fn start() -> Client {
    let mut client = Client::start_with(&FILES, json!({}), Arc::new(Helm)).await;
    client.open(FILE, TEMPLATE).await;
    client
}

/// The place right behind `snippet`.
fn behind(client: &Client, name: &str, text: &str, snippet: &str) -> Value {
    let offset = text.find(snippet).unwrap() + snippet.len();
    let line = text[..offset].matches('\n').count();
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let mut params = client.document(name);
    params["position"] = json!({ "line": line, "character": text[start..offset].encode_utf16().count() });
    params
}

#[tokio::test]
async fn completion_of_what_is_being_typed() {
    let mut client = start().await;
    let text = TEMPLATE.replacen(".Values.image.tag", ".Values.im", 1);
    client.set_text(FILE, 2, &text).await;
    let answer =
        client.request("textDocument/completion", behind(&client, FILE, &text, "{{ .Values.im")).await;
    let item = answer["items"].as_array().unwrap().iter().find(|it| it["label"] == "image").unwrap();
    assert_eq!(item["textEdit"]["range"]["start"], json!({ "line": 0, "character": 24 }));
    assert_eq!(item["textEdit"]["newText"], "image");
}

#[tokio::test]
async fn completion_knows_unsaved_values() {
    let mut client = start().await;
    client.open("values.yaml", "fresh: 1\n").await;
    let answer = client.request("textDocument/completion", behind(&client, FILE, TEMPLATE, ".Values.")).await;
    assert!(Client::labels(&answer).contains(&"fresh".to_owned()), "{answer}");
}

#[tokio::test]
async fn hover_tells_the_value() {
    let mut client = start().await;
    let hover =
        client.request("textDocument/hover", behind(&client, FILE, TEMPLATE, ".Values.image.t")).await;
    assert!(hover["contents"]["value"].as_str().unwrap().contains("v1"), "{hover}");
    assert_eq!(hover["contents"]["kind"], "plaintext");
}

#[tokio::test]
async fn a_call_is_explained_while_it_is_typed() {
    let mut client = start().await;
    let text = TEMPLATE.replacen(".Values.image.tag", "default 1 ", 1);
    client.set_text(FILE, 2, &text).await;
    let help = client.request("textDocument/signatureHelp", behind(&client, FILE, &text, "default 1 ")).await;
    assert_eq!(help["signatures"][0]["label"], "default(any, ...any)");
    assert_eq!(help["activeParameter"], 1);
    assert_eq!(help["signatures"][0]["parameters"][1]["label"], json!([13, 19]));
}

#[tokio::test]
async fn definition_leads_to_the_key_and_to_the_define() {
    let mut client = start().await;
    let there =
        client.request("textDocument/definition", behind(&client, FILE, TEMPLATE, ".Values.image.t")).await;
    assert_eq!(there[0]["uri"], client.uri("values.yaml"));
    assert_eq!(there[0]["range"]["start"], json!({ "line": 3, "character": 2 }));
    let there = client.request("textDocument/definition", behind(&client, FILE, TEMPLATE, "\"web.n")).await;
    assert_eq!(there[0]["uri"], client.uri("templates/_helpers.tpl"));
}

#[tokio::test]
async fn references_and_rename_reach_every_file() {
    let mut client = start().await;
    let at = behind(&client, FILE, TEMPLATE, ".Values.repl");
    let mut question = at.clone();
    question["context"] = json!({ "includeDeclaration": true });
    let found = client.request("textDocument/references", question).await;
    assert_eq!(found.as_array().unwrap().len(), 2, "{found}");
    let range = client.request("textDocument/prepareRename", at.clone()).await;
    assert_eq!(range["start"], json!({ "line": 2, "character": 21 }));
    let mut question = at;
    question["newName"] = json!("count");
    let edit = client.request("textDocument/rename", question).await;
    assert_eq!(edit["changes"][client.uri("values.yaml")][0]["newText"], "count");
    assert_eq!(edit["changes"][client.uri(FILE)].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_broken_template_is_told_where_it_breaks() {
    let mut client = start().await;
    assert_eq!(client.diagnostics(FILE).await["diagnostics"], json!([]));
    let text = format!("{TEMPLATE}x: {{{{ .Values.foo | noSuchFunction }}}}\n");
    client.set_text(FILE, 2, &text).await;
    let told = client.diagnostics(FILE).await;
    assert_eq!(told["version"], 2);
    assert_eq!(told["diagnostics"][0]["code"], "template-syntax", "{told}");
    assert_eq!(told["diagnostics"][0]["range"]["start"]["line"], 3);
    client.set_text(FILE, 3, TEMPLATE).await;
    assert_eq!(client.diagnostics(FILE).await["diagnostics"], json!([]));
}

#[tokio::test]
async fn the_preview_is_what_helm_prints_and_leads_back() {
    let mut client = start().await;
    let params = json!({ "textDocument": { "uri": client.uri(FILE) }, "scope": "template" });
    let preview = client.request("chartroom/preview", params).await;
    assert_eq!(preview["text"], "kind: A # 🎉 v1\nname: web\nreplicas: 2\n");
    assert_eq!(preview["status"], "ok", "{preview}");
    let there = client.request("chartroom/previewLocate", json!({ "id": preview["id"], "line": 2 })).await;
    assert_eq!(there["range"]["start"], json!({ "line": 2, "character": 0 }));
    let mut question = behind(&client, FILE, TEMPLATE, ".Values.repl");
    question["id"] = preview["id"].clone();
    assert_eq!(client.request("chartroom/previewLocate", question).await, json!({ "lines": [2] }));
    client.open("values.yaml", "replicas: 5\nimage: {}\n").await;
    let changed = client.told("chartroom/previewChanged").await;
    assert_eq!(changed["text"], "kind: A # 🎉 \nname: web\nreplicas: 5\n");
    let whole = client.rendered(FILE, "chart").await;
    assert_eq!(whole, "---\n# Source: web/templates/a.yaml\nkind: A # 🎉 \nname: web\nreplicas: 5\n");
}

#[tokio::test]
async fn what_is_rendered_up_to_an_error_is_shown() {
    let mut client = start().await;
    let text = format!("{TEMPLATE}x: {{{{ fail \"no way\" }}}}\n");
    client.set_text(FILE, 2, &text).await;
    let params = json!({ "textDocument": { "uri": client.uri(FILE) } });
    let preview = client.request("chartroom/preview", params).await;
    assert_eq!(
        (&preview["status"], &preview["text"]),
        (&json!("error"), &json!("kind: A # 🎉 v1\nname: web\nreplicas: 2\nx: "))
    );
    assert_eq!(preview["error"]["uri"], client.uri(FILE));
    assert_eq!(preview["error"]["range"]["start"]["line"], 3);
}

/// A packed chart.
fn packed(files: &[(&str, &str)]) -> Vec<u8> {
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut archive = tar::Builder::new(gzip);
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
}

#[tokio::test]
async fn a_definition_in_a_packed_subchart_can_be_read() {
    let text = "port: {{ .Values.redis.port }}\nname: {{ include \"redis.name\" . }}\n";
    let mut client = Client::start_with(&FILES, json!({}), Arc::new(Helm)).await;
    let redis = packed(&[
        ("redis/Chart.yaml", "apiVersion: v2\nname: redis\nversion: 1.2.3\n"),
        ("redis/values.yaml", "# Where it listens.\nport: 6379\n"),
        ("redis/templates/_helpers.tpl", "{{ define \"redis.name\" }}r{{ end }}\n"),
    ]);
    client.write_bytes("charts/redis-1.2.3.tgz", &redis);
    client.open(FILE, text).await;
    let there = client.request("textDocument/definition", behind(&client, FILE, text, ".redis.p")).await;
    let uri = there[0]["uri"].as_str().unwrap();
    assert!(uri.starts_with("chartroom-archive:/") && uri.ends_with("/redis/values.yaml"), "{there}");
    assert_eq!(there[0]["range"]["start"], json!({ "line": 1, "character": 0 }));
    let content = client.request("workspace/textDocumentContent", json!({ "uri": uri })).await;
    assert_eq!(content["text"], "# Where it listens.\nport: 6379\n");
    // What is packed cannot be edited, and half a rename is none.
    let mut rename = behind(&client, FILE, text, "\"redis.n");
    rename["newName"] = json!("redis.title");
    assert_eq!(client.failing("textDocument/rename", rename).await["code"], -32803);
}

#[tokio::test]
async fn an_edit_makes_a_rename_void() {
    let mut client = start().await;
    let mut question = behind(&client, FILE, TEMPLATE, ".Values.repl");
    question["newName"] = json!("count");
    let id = client.ask("textDocument/rename", question).await;
    client.set_text(FILE, 2, "kind: B\n").await;
    // Either it was done before the edit came, or the client is told that it is of no use.
    let answer = client.answer(id).await;
    let code = answer.get("error").map(|it| it["code"].clone());
    assert!(code.is_none_or(|code| code == -32801), "{answer}");
}

#[tokio::test]
async fn fields_of_kubernetes() {
    let mut client = start().await;
    let text = "apiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: {{ .Values.replicas }}\n  sel\n";
    client.set_text(FILE, 2, text).await;
    let answer = client.request("textDocument/completion", behind(&client, FILE, text, "\n  sel")).await;
    let item = answer["items"].as_array().unwrap().iter().find(|it| it["label"] == "selector").unwrap();
    assert_eq!(
        (&item["textEdit"]["newText"], &item["detail"]),
        (&json!("selector:"), &json!("required, LabelSelector"))
    );
    assert!(!Client::labels(&answer).contains(&"replicas".to_owned()), "{answer}");
    let hover = client.request("textDocument/hover", behind(&client, FILE, text, "  repl")).await;
    assert!(hover["contents"]["value"].as_str().unwrap().contains("Number of desired pods"), "{hover}");
}

#[tokio::test]
async fn a_lost_root_is_found_again() {
    let text = "{{ range .Values.hosts }}\na: 🎉 {{ .Values.tag }}\n{{ end }}\n";
    let files = [FILES[0], ("values.yaml", "hosts: [{a: 1}]\ntag: v1\n"), (FILE, text)];
    let mut client = Client::start_with(&files, json!({}), Arc::new(Helm)).await;
    client.open(FILE, text).await;
    let mut told = client.diagnostics(FILE).await["diagnostics"].take();
    while !told.as_array().unwrap().iter().any(|it| it["code"] == "lost-root") {
        told = client.diagnostics(FILE).await["diagnostics"].take();
    }
    let mut params = client.document(FILE);
    params["range"] = json!({ "start": { "line": 1, "character": 9 }, "end": { "line": 1, "character": 9 } });
    params["context"] = json!({ "diagnostics": told, "only": ["quickfix"] });
    let actions = client.request("textDocument/codeAction", params.clone()).await;
    assert_eq!(actions.as_array().map(Vec::len), Some(1), "{actions}");
    let edit = &actions[0]["edit"]["changes"][client.uri(FILE)][0];
    let at = json!({ "line": 1, "character": 9 });
    assert_eq!(*edit, json!({ "range": { "start": at, "end": at }, "newText": "$" }));
    // A finding of a text that is no longer there leads to nothing.
    client.set_text(FILE, 2, "{{ range .Values.hosts }}\na: 🎉 {{ $.Values.tag }}\n{{ end }}\n").await;
    assert_eq!(client.request("textDocument/codeAction", params).await, Value::Null);
}

#[tokio::test]
async fn what_was_meant_takes_the_place_of_a_slip() {
    let values = ("values.yaml", "image: {tag: v1}\nhosts: []\n");
    let helpers = ("templates/_helpers.tpl", "{{ define \"web.labels\" }}{{ end }}\n");
    for (slip, mended) in [
        ("a: 🎉 {{ .Values.imagee.tag }}\n", "a: 🎉 {{ .Values.image.tag }}\n"),
        ("a: {{ include \"web.lables\" . }}\n", "a: {{ include \"web.labels\" . }}\n"),
        ("a: {{ .Values.image.tag | quot }}\n", "a: {{ .Values.image.tag | quote }}\n"),
        (
            "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  slector: {a: b}\n",
            "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  selector: {a: b}\n",
        ),
    ] {
        let mut client =
            Client::start_with(&[FILES[0], values, helpers, (FILE, slip)], json!({}), Arc::new(Helm)).await;
        client.open(FILE, slip).await;
        let mut told = client.diagnostics(FILE).await["diagnostics"].take();
        while told == json!([]) {
            told = client.diagnostics(FILE).await["diagnostics"].take();
        }
        let mut params = client.document(FILE);
        params["range"] = told[0]["range"].clone();
        params["context"] = json!({ "diagnostics": told, "only": ["quickfix"] });
        let actions = client.request("textDocument/codeAction", params).await;
        assert_eq!(actions.as_array().map(Vec::len), Some(1), "{slip}{actions}");
        let edit = &actions[0]["edit"]["changes"][client.uri(FILE)][0];
        let (start, end) = (&edit["range"]["start"], &edit["range"]["end"]);
        assert_eq!(start["line"], end["line"]);
        let line = slip.lines().nth(start["line"].as_u64().unwrap() as usize).unwrap();
        let units: Vec<u16> = line.encode_utf16().collect();
        let part = |range: std::ops::Range<usize>| String::from_utf16(&units[range]).unwrap();
        let at = |it: &Value| it["character"].as_u64().unwrap() as usize;
        let text = edit["newText"].as_str().unwrap();
        let changed = part(0..at(start)) + text + &part(at(end)..units.len());
        assert_eq!(slip.replace(line, &changed), mended, "{edit}");
    }
}
