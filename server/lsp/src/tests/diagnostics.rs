//! What is wrong is told once, with the version of the text, and taken back.

use serde_json::{Value, json};

use super::client::Client;

const CHART: (&str, &str) = ("Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n");

#[tokio::test]
async fn a_broken_values_file_is_told_and_taken_back() {
    let mut client = Client::start(&[CHART, ("values.yaml", "a: 1\n")]).await;
    client.open("values.yaml", "a: 1\n").await;
    let first = client.diagnostics("values.yaml").await;
    assert_eq!((&first["diagnostics"], &first["version"]), (&json!([]), &json!(1)));
    client.set_text("values.yaml", 2, "a: 1\nb: [\n").await;
    let broken = client.diagnostics("values.yaml").await;
    assert_eq!(broken["version"], 2);
    assert_eq!(broken["diagnostics"][0]["code"], "chart");
    assert_eq!(broken["diagnostics"][0]["severity"], 1);
    client.set_text("values.yaml", 3, "a: 1\n").await;
    let fixed = client.diagnostics("values.yaml").await;
    assert_eq!((&fixed["diagnostics"], &fixed["version"]), (&json!([]), &json!(3)));
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_not_judged_by_what_it_said_before() {
    let schema = r#"{"properties": {"a": {"type": "string"}}}"#;
    let files = [CHART, ("values.yaml", "a: 1\nb: 2\n"), ("values.schema.json", schema)];
    let mut client = Client::start(&files).await;
    client.open("values.yaml", "a: 1\nb: 2\n").await;
    assert_eq!(client.diagnostics("values.yaml").await["diagnostics"][0]["code"], "schema");
    client.set_text("values.yaml", 2, "c: [\na: 1\nb: 2\n").await;
    let codes = |told: &serde_json::Value| {
        let all = told["diagnostics"].as_array().unwrap().iter();
        all.map(|it| it["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(codes(&client.diagnostics("values.yaml").await), ["chart"]);
    // Also not once everything is checked.
    client.notify("textDocument/didSave", client.document("values.yaml")).await;
    assert_eq!(codes(&client.diagnostics("values.yaml").await), ["chart"]);
}

#[tokio::test]
async fn what_cannot_be_read_is_not_said_to_lack_anything() {
    let broken = "apiVersion: v2\nname: [\n";
    let mut client = Client::start(&[("Chart.yaml", broken)]).await;
    client.open("Chart.yaml", broken).await;
    let told = client.diagnostics("Chart.yaml").await;
    assert_eq!(told["diagnostics"].as_array().unwrap().len(), 1, "{told}");
}

#[tokio::test]
async fn a_mistake_that_several_templates_come_upon_is_told_once() {
    let (helpers, caller) = ("{{ define \"a\" }}{{ fail \"no\" }}{{ end }}\n", "a: {{ include \"a\" . }}\n");
    let files =
        [CHART, ("templates/_h.tpl", helpers), ("templates/a.yaml", caller), ("templates/b.yaml", caller)];
    let mut client = Client::start(&files).await;
    client.open("templates/_h.tpl", helpers).await;
    let told = client.diagnostics("templates/_h.tpl").await;
    assert_eq!(told["diagnostics"].as_array().unwrap().len(), 1, "{told}");
}

#[tokio::test]
async fn a_file_that_nobody_opened_is_told_of_too() {
    let mut client = Client::start(&[CHART, ("values.yaml", "a: [\n"), ("templates/a.yaml", "")]).await;
    client.open("templates/a.yaml", "").await;
    let told = client.diagnostics("values.yaml").await;
    assert_eq!(told["diagnostics"].as_array().unwrap().len(), 1);
    assert_eq!(told.get("version"), None);
    client.notify("textDocument/didClose", client.document("templates/a.yaml")).await;
    assert_eq!(client.diagnostics("values.yaml").await["diagnostics"], json!([]));
}

#[tokio::test]
async fn a_save_is_answered_even_if_nothing_changed() {
    let mut client = Client::start(&[CHART, ("values.yaml", "a: 1\n")]).await;
    client.open("values.yaml", "a: 1\n").await;
    client.diagnostics("values.yaml").await;
    client.notify("textDocument/didSave", client.document("values.yaml")).await;
    assert_eq!(client.diagnostics("values.yaml").await["diagnostics"], json!([]));
}

#[tokio::test]
async fn a_hint_stands_below_the_message() {
    let template = "a: {{ .Values.imagee.tag }}\n";
    let values = ("values.yaml", "image: {tag: x}\n");
    let mut client = Client::start(&[CHART, values, ("templates/a.yaml", template)]).await;
    client.open("templates/a.yaml", template).await;
    let told = client.diagnostics("templates/a.yaml").await;
    let wanted = "nil pointer evaluating interface {}.tag\n\
                  hint: `imagee` is not set in the values; did you mean `image`?";
    assert_eq!(told["diagnostics"][0]["message"], wanted);
}

#[tokio::test]
async fn what_a_run_found_is_not_told_by_a_check_again() {
    let template = "a: {{ range .Values.hosts }}{{ .Values.tag }}{{ end }}\nb: {{ include \"nowhere\" . }}\n";
    let values = ("values.yaml", "hosts: []\ntag: x\n");
    let mut client = Client::start(&[CHART, values, ("templates/a.yaml", template)]).await;
    client.open("templates/a.yaml", template).await;
    let codes = |told: &Value| -> Vec<String> {
        let all = told["diagnostics"].as_array().unwrap().iter();
        all.map(|it| it["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(codes(&client.diagnostics("templates/a.yaml").await), ["template-execution"]);
    // The checks of the file are there when this one is.
    let checked = codes(&client.diagnostics("templates/a.yaml").await);
    assert_eq!(checked, ["template-execution", "lost-root"]);
}

#[tokio::test]
async fn checks_follow_the_errors() {
    let template =
        "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata:\n  port: {{ .Values.port }}\n";
    let values = ("values.yaml", "port: 1\nlost: 2\n");
    let mut client = Client::start(&[CHART, values, ("templates/a.yaml", template)]).await;
    client.open("templates/a.yaml", template).await;
    assert_eq!(client.diagnostics("templates/a.yaml").await["diagnostics"], json!([]));
    let unquoted = client.diagnostics("templates/a.yaml").await["diagnostics"][0].take();
    assert_eq!((&unquoted["code"], &unquoted["severity"]), (&json!("not-a-string"), &json!(1)));
    assert_eq!(unquoted["range"]["start"], json!({ "line": 4, "character": 8 }));
    let unread = client.diagnostics("values.yaml").await["diagnostics"][0].take();
    assert_eq!((&unread["code"], &unread["tags"]), (&json!("unused-value"), &json!([1])));
    assert_eq!(unread["range"]["start"], json!({ "line": 1, "character": 0 }));

    let mended = template.replace("port }}", "port | quote }} # {{ .Values.lost }}");
    client.set_text("templates/a.yaml", 2, &mended).await;
    assert_eq!(client.diagnostics("templates/a.yaml").await["diagnostics"], json!([]));
    assert_eq!(client.diagnostics("values.yaml").await["diagnostics"], json!([]));
}

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  typ: NodePort\n  ports: {{ toJson .Values.ports }}\n";

#[tokio::test]
async fn objects_that_kubernetes_refuses_are_told_where_they_come_from() {
    let values = "ports:\n- port: \"http\"\n";
    let mut client = Client::start(&[CHART, ("values.yaml", values), ("templates/a.yaml", SERVICE)]).await;
    client.open("templates/a.yaml", SERVICE).await;
    assert_eq!(client.diagnostics("templates/a.yaml").await["diagnostics"], json!([]));
    let unknown = client.diagnostics("templates/a.yaml").await["diagnostics"][0].take();
    assert_eq!((&unknown["code"], &unknown["severity"]), (&json!("kubernetes-schema"), &json!(1)));
    assert_eq!(unknown["message"], "`spec.typ` is no field of ServiceSpec; did you mean `type`?");
    assert_eq!(unknown["range"]["start"], json!({ "line": 4, "character": 2 }));
    // The value is what cannot be right, so it is told there.
    let value = client.diagnostics("values.yaml").await["diagnostics"][0].take();
    let message = "in Service a: `spec.ports[0].port` is text here, and Kubernetes takes an integer";
    assert_eq!(value["message"], message);
    assert_eq!(value["range"]["start"]["line"], 1);

    let settings = json!({ "settings": { "chartroom": { "kubernetes": { "schemas": false } } } });
    client.notify("workspace/didChangeConfiguration", settings).await;
    assert_eq!(client.diagnostics("templates/a.yaml").await["diagnostics"], json!([]));
}

#[tokio::test]
async fn an_object_that_ends_in_the_middle_is_not_judged() {
    let broken = SERVICE.replace("  ports: {{ toJson .Values.ports }}", "  ports:\n  - {{ fail \"no\" }}");
    let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndta: {}\n";
    let files = [CHART, ("templates/a.yaml", &broken), ("templates/b.yaml", other)];
    let mut client = Client::start(&files).await;
    client.open("templates/a.yaml", &broken).await;
    let failed = client.diagnostics("templates/a.yaml").await["diagnostics"].take();
    assert_eq!(failed[0]["code"], "template-execution");
    let unknown = client.diagnostics("templates/b.yaml").await["diagnostics"].take();
    assert_eq!(unknown[0]["code"], "kubernetes-schema");
    client.notify("textDocument/didSave", client.document("templates/a.yaml")).await;
    assert_eq!(client.diagnostics("templates/a.yaml").await["diagnostics"], failed);
}
