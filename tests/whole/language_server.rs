//! The main job over the protocol, on the guide's chart: the right keys while typing, and the unsaved text rendered.

use chartroom_tests::{Client, Scratch, root};
use serde_json::{Value, json};

const DEPLOYMENT: &str = "templates/deployment.yaml";

fn guide() -> Scratch {
    Scratch::copy_of(&root().join("tests/charts/devops-network"))
}

fn preview(client: &mut Client, scope: &str) -> Value {
    let document = json!({ "uri": client.uri(DEPLOYMENT) });
    client.request("chartroom/preview", json!({ "textDocument": document, "scope": scope }))
}

#[test]
fn keys_while_typing() {
    let chart = guide();
    let mut client = Client::start(chart.path());
    client.open(DEPLOYMENT, "helm");
    client.replace(DEPLOYMENT, "spec:\n", "x: {{ .Values.image.\nspec:\n");
    let at = client.behind(DEPLOYMENT, "x: {{ .Values.image.");
    let labels = Client::labels(&client.request("textDocument/completion", at));
    assert_eq!(
        labels.iter().filter(|it| ["repository", "tag", "pullPolicy"].contains(&it.as_str())).count(),
        3
    );
    assert!(!labels.contains(&"replicaCount".to_owned()), "{labels:?}");
}

#[test]
fn hover_and_definition() {
    let chart = guide();
    let mut client = Client::start(chart.path());
    client.open(DEPLOYMENT, "helm");
    let at = client.behind(DEPLOYMENT, "{{ .Values.replicaC");
    let hover = client.request("textDocument/hover", at.clone());
    let text = hover["contents"].to_string();
    assert!(text.contains("values.yaml:1") && text.contains('1'), "{text}");
    let definition = client.request("textDocument/definition", at);
    assert!(definition.to_string().contains("values.yaml"), "{definition}");
}

#[test]
fn the_preview_follows_unsaved_text() {
    let chart = guide();
    let mut client = Client::start(chart.path());
    client.open(DEPLOYMENT, "helm");
    client.open("values.yaml", "yaml");
    let first = preview(&mut client, "template");
    assert_eq!(first["status"], "ok", "{first}");
    assert!(first["text"].as_str().unwrap().contains("my-app:latest"), "{first}");
    client.replace("values.yaml", "tag: latest", "tag: next");
    let next =
        client.notification("chartroom/previewChanged", |it| it["text"].to_string().contains("my-app:next"));
    assert_eq!(next["status"], "ok");
    client.replace(
        DEPLOYMENT,
        "kind: Deployment",
        "kind: Deployment\ntyped: {{ .Values.replicaCount | quote }}",
    );
    client.notification("chartroom/previewChanged", |it| {
        it["text"].as_str().is_some_and(|text| text.contains("typed: \"1\""))
    });
}

#[test]
fn on_error_the_last_good_text_stays() {
    let chart = guide();
    let mut client = Client::start(chart.path());
    client.open(DEPLOYMENT, "helm");
    preview(&mut client, "template");
    client.replace(DEPLOYMENT, "kind: Deployment", "kind: {{ .Values.image.tag.x }}");
    let stale = client.notification("chartroom/previewChanged", |it| it["status"] == "stale");
    assert!(stale["text"].as_str().unwrap().contains("kind: Deployment"), "{stale}");
    assert!(stale["error"]["message"].as_str().unwrap().contains("can't evaluate field x"), "{stale}");
    assert_eq!(stale["error"]["range"]["start"]["line"], 1, "{stale}");
}

#[test]
fn errors_stand_at_the_column_that_caused_them() {
    let chart = guide();
    let mut client = Client::start(chart.path());
    client.open(DEPLOYMENT, "helm");
    client.replace(DEPLOYMENT, "kind: Deployment", "kind: \"北京 😀\" {{ .Values.image.tag.x }}");
    let pushed = client.notification("textDocument/publishDiagnostics", |it| {
        it["diagnostics"].as_array().is_some_and(|all| !all.is_empty())
    });
    let range = &pushed["diagnostics"][0]["range"];
    assert_eq!(range["start"]["line"], 1, "{pushed}");
    assert_eq!(range["start"]["character"], 17, "UTF-16 units: {pushed}");
    client.replace(DEPLOYMENT, "{{ .Values.image.tag.x }}", "");
    client.notification("textDocument/publishDiagnostics", |it| {
        it["diagnostics"].as_array().is_some_and(Vec::is_empty)
    });
}

#[test]
fn a_client_without_plugin_has_the_preview_too() {
    let chart = guide();
    let mut client = Client::start(chart.path());
    client.open(DEPLOYMENT, "helm");
    let arguments = json!([client.uri(DEPLOYMENT), "template"]);
    let params = json!({ "command": "chartroom.preview", "arguments": arguments });
    let answer = client.request("workspace/executeCommand", params);
    assert!(answer["text"].as_str().unwrap().contains("kind: Deployment"), "{answer}");
}

#[test]
fn targets_are_the_values_files_beside() {
    let chart = guide();
    let mut client = Client::start(chart.path());
    client.open(DEPLOYMENT, "helm");
    let document = json!({ "uri": client.uri(DEPLOYMENT) });
    let targets = client.request("chartroom/targets", json!({ "textDocument": document }));
    let names: Vec<&str> =
        targets["targets"].as_array().unwrap().iter().filter_map(|it| it["name"].as_str()).collect();
    assert!(names.contains(&"dev"), "{targets}");
    client.request("chartroom/setTarget", json!({ "textDocument": document, "name": "dev" }));
    let shown = preview(&mut client, "chart");
    assert!(shown["text"].as_str().unwrap().contains("app.devopsnetwork.in"), "{shown}");
}

#[test]
fn the_preview_knows_the_line_that_the_cursor_wrote() {
    let chart = guide();
    let mut client = Client::start(chart.path());
    client.open(DEPLOYMENT, "helm");
    let shown = preview(&mut client, "template");
    let text = shown["text"].as_str().unwrap();
    for snippet in ["kind: Depl", "          ima", "  replicas: {{ .Values.repl"] {
        let mut place = client.behind(DEPLOYMENT, snippet);
        place["id"] = shown["id"].clone();
        let answer = client.request("chartroom/previewLocate", place);
        let line = answer["lines"][0].as_u64().unwrap_or_else(|| panic!("{snippet}: {answer}"));
        let found = text.lines().nth(usize::try_from(line).unwrap()).unwrap();
        assert!(
            found.trim_start().starts_with(&snippet.trim_start()[..3]),
            "{snippet:?} is told to write {found:?}"
        );
    }
}
