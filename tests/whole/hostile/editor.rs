//! The same in an editor: a bomb is a finding at the action that is to blame, and nothing else stops working.

use chartroom_tests::{Client, Scratch};
use serde_json::{Value, json};

use super::CHART;

const FINE: &str = "fine: {{ .Values.good }}\n";

/// A chart with a bomb in one template and nothing wrong with the other.
fn chart(bomb: &str) -> Scratch {
    let scratch = Scratch::new();
    scratch.write("Chart.yaml", CHART);
    scratch.write("values.yaml", "good: 1\nbetter: 2\n");
    scratch.write("templates/bomb.yaml", format!("# first\nbomb: {bomb}\n"));
    scratch.write("templates/fine.yaml", FINE);
    scratch
}

/// Small limits: the server of the tests is a slow build.
fn start(scratch: &Scratch) -> Client {
    start_with(scratch, 2_000_000)
}

fn start_with(scratch: &Scratch, steps: u64) -> Client {
    let limits = json!({ "steps": steps, "memory": 64, "output": 4 });
    Client::start_with(scratch.path(), json!({ "limits": limits }))
}

/// The errors among the findings that were pushed for a file.
fn errors(pushed: &Value, uri: &str) -> Option<Vec<Value>> {
    let found = pushed["diagnostics"].as_array().filter(|_| pushed["uri"] == uri)?;
    Some(found.iter().filter(|it| it["severity"] == 1).cloned().collect())
}

/// The first error of a file, as soon as there is one.
fn finding(client: &mut Client, name: &str) -> Value {
    let uri = client.uri(name);
    let is_found = |it: &Value| errors(it, &uri).is_some_and(|all| !all.is_empty());
    let pushed = client.notification("textDocument/publishDiagnostics", is_found);
    errors(&pushed, &uri).unwrap()[0].clone()
}

fn is_clean(client: &mut Client, name: &str) {
    let uri = client.uri(name);
    client.notification("textDocument/publishDiagnostics", |it| {
        errors(it, &uri).is_some_and(|all| all.is_empty())
    });
}

/// A bomb is found where it stands; then it is edited away.
#[track_caller]
fn is_found_and_goes(bomb: &str, words: &str) {
    let scratch = chart(bomb);
    let mut client = start(&scratch);
    client.open("templates/bomb.yaml", "helm");
    client.open("templates/fine.yaml", "helm");
    let found = finding(&mut client, "templates/bomb.yaml");
    assert!(found["message"].as_str().unwrap().contains(words), "{found}");
    assert_eq!(found["range"]["start"]["line"], 1, "{found}");
    completes(&mut client);
    client.replace("templates/bomb.yaml", bomb, "gone");
    is_clean(&mut client, "templates/bomb.yaml");
    completes(&mut client);
}

/// Keys are offered, and the other template is rendered.
#[track_caller]
fn completes(client: &mut Client) {
    let labels = Client::labels(
        &client.request("textDocument/completion", client.behind("templates/fine.yaml", "{{ .Values.")),
    );
    assert!(labels.contains(&"better".to_owned()), "{labels:?}");
    let document = json!({ "uri": client.uri("templates/fine.yaml") });
    let preview =
        client.request("chartroom/preview", json!({ "textDocument": document, "scope": "template" }));
    assert!(preview["text"].as_str().is_some_and(|it| it.contains("fine: 1")), "{preview}");
    client.notify("chartroom/previewClose", json!({ "id": preview["id"] }));
}

#[test]
fn an_endless_loop() {
    is_found_and_goes("{{ range 9000000000000000000 }}{{ end }}", "chartroom.limits.");
}

#[test]
fn few_steps() {
    let scratch = chart("{{ range 9000000000000000000 }}{{ end }}");
    let mut client = start_with(&scratch, 100_000);
    client.open("templates/bomb.yaml", "helm");
    let found = finding(&mut client, "templates/bomb.yaml");
    assert!(found["message"].as_str().unwrap().contains("limit of 100000 steps"), "{found}");
}

#[test]
fn a_list_of_a_billion() {
    is_found_and_goes("{{ until 1000000000 | len }}", "chartroom.limits.memory");
}

#[test]
fn endless_output() {
    is_found_and_goes(
        "{{ range 9000000000000000000 }}{{ repeat 1000 \"a\" }}{{ end }}",
        "chartroom.limits.output",
    );
}

#[test]
fn a_dict_that_contains_itself() {
    is_found_and_goes("{{ $d := dict }}{{ $_ := set $d \"a\" $d }}{{ $d }}", "contains itself");
}

#[test]
fn deep_json() {
    is_found_and_goes(
        "{{ $d := fromJson (print \"{\\\"a\\\":\" (repeat 9998 \"[\") (repeat 9998 \"]\") \"}\") }}{{ $d | toToml }}{{ fail \"deep\" }}",
        "deep",
    );
}

#[test]
fn a_thousand_calls() {
    let scratch = chart("{{ include \"a\" . }}{{ define \"a\" }}{{ include \"a\" . }}{{ end }}");
    let mut client = start(&scratch);
    client.open("templates/bomb.yaml", "helm");
    let found = finding(&mut client, "templates/bomb.yaml");
    assert!(found["message"].as_str().unwrap().contains("nested reference name: a"), "{found}");
    assert!(found.to_string().len() < 20_000, "{}", found.to_string().len());
}

#[test]
fn values_that_laugh() {
    let scratch = chart("1");
    let laughs = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned()
        + &('a'..'j')
            .zip('b'..='j')
            .map(|(last, next)| format!("{next}: &{next} [{}]\n", vec![format!("*{last}"); 9].join(",")))
            .collect::<String>();
    let mut client = start(&scratch);
    client.open("templates/fine.yaml", "helm");
    client.open("values.yaml", "yaml");
    client.replace("values.yaml", "better: 2\n", &format!("better: 2\n{laughs}"));
    let found = finding(&mut client, "values.yaml");
    assert!(found["message"].as_str().unwrap().contains("excessive aliasing"), "{found}");
    client.replace("values.yaml", &laughs, "");
    is_clean(&mut client, "values.yaml");
    completes(&mut client);
}

#[test]
fn a_folder_of_bombs() {
    let scratch = chart("{{ range 9000000000000000000 }}{{ end }}");
    for at in 0..20 {
        scratch.write(&format!("templates/bomb{at}.yaml"), "{{ range 9000000000000000000 }}{{ end }}");
    }
    let mut client = start(&scratch);
    client.open("templates/bomb.yaml", "helm");
    client.open("templates/fine.yaml", "helm");
    finding(&mut client, "templates/bomb.yaml");
    let labels = Client::labels(
        &client.request("textDocument/completion", client.behind("templates/fine.yaml", "{{ .Values.")),
    );
    assert!(labels.contains(&"better".to_owned()), "{labels:?}");
}

/// What is kept to tell where bytes come from takes more than the bytes.
#[test]
fn a_text_of_many_places() {
    is_found_and_goes(
        "{{ repeat 2000000 (print .Values.good .Values.better) | len }}",
        "chartroom.limits.memory",
    );
}

#[test]
fn a_loop_of_many_rounds() {
    is_found_and_goes("{{ range until 400000 }}{{ end }}", "chartroom.limits.memory");
}
