//! Releases: nothing is done that was not shown and agreed to, and everything that was.

use std::sync::Arc;

use release::record::{RecordStore as _, Status};
use serde_json::{Value, json};

use super::client::Client;
use super::cluster::Memory;
use crate::preview::Helm;

const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-config\nspec:\n  word: {{ .Values.word }}\n";
const FILES: [(&str, &str); 4] = [
    ("web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
    ("web/values.yaml", "word: one\n"),
    ("web/dev.values.yaml", "word: dev\n"),
    ("web/templates/config.yaml", TEMPLATE),
];

struct Desk {
    client: Client,
    memory: Arc<Memory>,
}

impl Desk {
    async fn new(settings: Value) -> Self {
        Self::with(settings, json!({})).await
    }

    async fn with(settings: Value, capabilities: Value) -> Self {
        let memory = Arc::<Memory>::default();
        let mut all = json!({
            "window": { "workDoneProgress": true, "showDocument": { "support": true } },
            "workspace": { "textDocumentContent": {}, "codeLens": { "refreshSupport": true } },
        });
        all.as_object_mut().unwrap().extend(capabilities.as_object().unwrap().clone());
        let params = json!({ "capabilities": all, "initializationOptions": { "chartroom": settings } });
        let client = Client::start_in(&FILES, params, Arc::new(Helm), memory.clone()).await;
        Self { client, memory }
    }

    async fn command(&mut self, command: &str, more: Value) -> Value {
        let uri = self.client.uri("web/templates/config.yaml");
        let arguments = json!([uri, more]);
        self.client
            .request("workspace/executeCommand", json!({ "command": command, "arguments": arguments }))
            .await
    }

    /// What the user answers, and what comes of it.
    async fn deploy(&mut self, says: &[&'static str]) -> Value {
        self.client.says.extend(says);
        self.command("chartroom.deploy", Value::Null).await
    }

    async fn text(&mut self, uri: &Value) -> String {
        let answer = self.client.request("workspace/textDocumentContent", json!({ "uri": uri })).await;
        answer["text"].as_str().unwrap().to_owned()
    }

    async fn lenses(&mut self, name: &str) -> Vec<String> {
        let answer = self.client.request("textDocument/codeLens", self.client.document(name)).await;
        let title = |it: &Value| it["command"]["title"].as_str().unwrap().to_owned();
        answer.as_array().unwrap().iter().map(title).collect()
    }

    /// The next question to the user.
    async fn question(&mut self) -> String {
        self.client.told("window/showMessageRequest").await["message"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn what_was_agreed_to_is_deployed() {
    let mut desk = Desk::new(json!({})).await;
    let done = desk.deploy(&["Deploy"]).await;
    assert_eq!((&done["state"], &done["revision"]), (&json!("done"), &json!(1)));
    assert_eq!(desk.memory.history("web"), "1 deployed");
    assert_eq!(desk.question().await, "Deploy revision 1 of web to here / shop: 1 added.");
    assert_eq!(desk.memory.site.cluster.objects()[0].name(), "web-config");
}

#[tokio::test]
async fn what_nobody_agreed_to_is_not() {
    let mut desk = Desk::new(json!({})).await;
    assert_eq!(desk.deploy(&["Cancel"]).await["state"], "declined");
    assert_eq!(desk.deploy(&[]).await["state"], "declined");
    assert_eq!((&*desk.memory.history("web"), desk.memory.site.cluster.log().len()), ("", 0));
}

#[tokio::test]
async fn what_would_change_is_shown() {
    let mut desk = Desk::new(json!({})).await;
    desk.deploy(&["Deploy"]).await;
    desk.client.open("web/templates/config.yaml", &TEMPLATE.replace(".Values.word", "\"two\"")).await;
    let shown = desk.command("chartroom.diff", Value::Null).await;
    assert_eq!(shown["message"], "here / shop: 1 changed");
    let text = desk.text(&shown["uri"]).await;
    assert!(
        text.starts_with(
            "# Deploy revision 2 of web\n# here / shop\n# 1 changed\nshop, web-config, ConfigMap"
        ),
        "{text}"
    );
    assert!(text.contains("-   word: one\n+   word: two\n"), "{text}");
    // It was shown before the answer came, after that of the deployment.
    desk.client.told("window/showDocument").await;
    assert_eq!(desk.client.told("window/showDocument").await["uri"], shown["uri"]);
    assert_eq!(desk.memory.history("web"), "1 deployed");
}

#[tokio::test]
async fn clients_that_can_get_both_sides_and_the_reason() {
    let mut desk =
        Desk::with(json!({}), json!({ "experimental": { "chartroom": { "showPlan": true } } })).await;
    desk.deploy(&["Deploy"]).await;
    desk.client.told("chartroom/showPlan").await;
    let text = TEMPLATE.replace("{{ .Values.word }}", "two");
    desk.client.open("web/templates/config.yaml", &text).await;
    desk.command("chartroom.diff", Value::Null).await;
    let plan = desk.client.told("chartroom/showPlan").await;
    let object = &plan["objects"][0];
    assert_eq!((&object["label"], &object["change"]), (&json!("ConfigMap web-config"), &json!("modify")));
    assert!(desk.text(&object["before"]).await.contains("word: one"));
    assert!(desk.text(&object["after"]).await.contains("word: two"));
    let source = &object["sources"][0];
    assert_eq!(source["uri"], desk.client.uri("web/templates/config.yaml"));
    assert_eq!(source["range"]["start"]["line"], 5);
}

#[tokio::test]
async fn what_is_on_the_screen_counts_and_that_is_said() {
    let mut desk = Desk::new(json!({ "release": { "name": "shop-web", "namespace": "n" } })).await;
    desk.client.open("web/values.yaml", "word: unsaved\n").await;
    desk.deploy(&["Deploy"]).await;
    assert_eq!(
        desk.question().await,
        "Deploy revision 1 of shop-web to here / n: 1 added. Unsaved changes in 1 open files are part of it."
    );
    assert!(format!("{:?}", desk.memory.site.cluster.objects()).contains("unsaved"));
}

#[tokio::test]
async fn an_edit_behind_the_plan_makes_a_new_one() {
    let mut desk = Desk::new(json!({})).await;
    desk.client.open("web/values.yaml", "word: one\n").await;
    let uri = desk.client.uri("web/Chart.yaml");
    let params = json!({ "command": "chartroom.deploy", "arguments": [uri] });
    let id = desk.client.ask("workspace/executeCommand", params).await;
    desk.client.told("window/showDocument").await;
    desk.client.set_text("web/values.yaml", 2, "word: two\n").await;
    desk.client.says.extend(["Deploy", "Deploy"]);
    assert_eq!(desk.client.answer(id).await["result"]["state"], "done");
    assert!(format!("{:?}", desk.memory.site.cluster.objects()).contains("two"));
}

#[tokio::test]
async fn a_rollback_says_what_it_does_not_bring_back() {
    let mut desk = Desk::new(json!({})).await;
    desk.deploy(&["Deploy"]).await;
    desk.client.write("web/values.yaml", "word: two\n");
    desk.client.changed_on_disk("web/values.yaml", 2).await;
    desk.deploy(&["Deploy"]).await;
    desk.client.says.extend(["Roll Back"]);
    let done = desk.command("chartroom.rollBack", json!({ "revision": 1 })).await;
    assert_eq!((&done["state"], &done["revision"]), (&json!("done"), &json!(3)));
    assert_eq!(desk.memory.history("web"), "1 superseded, 2 superseded, 3 deployed");
    let asked = loop {
        let asked = desk.question().await;
        if asked.starts_with("Roll web back to revision 1 as revision 3") {
            break asked;
        }
    };
    assert!(asked.contains("Databases"), "{asked}");
}

#[tokio::test]
async fn without_a_revision_the_user_picks_one() {
    let mut desk = Desk::with(json!({}), json!({ "experimental": { "chartroom": { "ask": true } } })).await;
    for word in ["one", "two", "three"] {
        desk.client.open("web/values.yaml", &format!("word: {word}\n")).await;
        assert_eq!(desk.deploy(&["Deploy"]).await["state"], "done");
    }
    desk.client.says.extend(["1", "Roll Back"]);
    assert_eq!(desk.command("chartroom.rollBack", Value::Null).await["state"], "done");
    let asked = loop {
        let asked = desk.client.told("chartroom/ask").await;
        if asked["stays"] == false {
            break asked;
        }
    };
    let labels: Vec<_> = asked["choices"].as_array().unwrap().iter().map(|it| it["label"].clone()).collect();
    assert_eq!(
        (&asked["title"], labels),
        (&json!("Roll web back from revision 3 to"), vec![json!("2"), json!("1")])
    );
    assert!(format!("{:?}", desk.memory.site.cluster.objects()).contains("one"));
}

#[tokio::test]
async fn a_release_goes_when_it_is_agreed_to() {
    let mut desk = Desk::new(json!({})).await;
    desk.deploy(&["Deploy"]).await;
    desk.client.says.extend(["Uninstall"]);
    let done = desk.command("chartroom.uninstall", Value::Null).await;
    assert_eq!(done["message"], "web was uninstalled from here / shop.");
    let left: Vec<_> = desk.memory.site.cluster.objects().iter().map(|it| it.kind().to_owned()).collect();
    assert_eq!((&*desk.memory.history("web"), left), ("", vec!["Namespace".to_owned()]));
}

#[tokio::test]
async fn other_machines_need_a_word() {
    let mut desk = Desk::new(json!({ "kube": { "context": "there" } })).await;
    assert_eq!(desk.deploy(&["Deploy", "Cancel"]).await["state"], "declined");
    assert_eq!(desk.deploy(&["Deploy", "Only this time"]).await["state"], "done");
    assert!(desk.memory.allowed.lock().unwrap().is_empty());
    desk.client.open("web/values.yaml", "word: two\n").await;
    assert_eq!(desk.deploy(&["Deploy", "Allow from now on"]).await["state"], "done");
    desk.client.set_text("web/values.yaml", 2, "word: three\n").await;
    assert_eq!(desk.deploy(&["Deploy"]).await["state"], "done");
    assert_eq!(desk.memory.history("web"), "1 superseded, 2 superseded, 3 deployed");
}

#[tokio::test]
async fn what_is_protected_is_typed() {
    let settings = json!({ "kube": { "protected": ["he*"] } });
    let mut desk =
        Desk::with(settings.clone(), json!({ "experimental": { "chartroom": { "ask": true } } })).await;
    assert_eq!(desk.deploy(&["Deploy", "yes"]).await["state"], "declined");
    assert_eq!(desk.deploy(&["Deploy", "web"]).await["state"], "done");
    let mut desk = Desk::new(settings).await;
    assert_eq!(desk.deploy(&["Deploy", "I mean web", "Cancel"]).await["state"], "declined");
    assert_eq!(desk.deploy(&["Deploy", "I mean web", "I mean web"]).await["state"], "done");
}

#[tokio::test]
async fn from_a_workspace_without_trust_nothing_is_written() {
    let mut desk = Desk::new(json!({ "kube": { "trusted": false } })).await;
    let uri = desk.client.uri("web/Chart.yaml");
    let params = json!({ "command": "chartroom.deploy", "arguments": [uri] });
    let error = desk.client.failing("workspace/executeCommand", params).await;
    assert!(error["message"].as_str().unwrap().contains("not trusted"), "{error}");
    assert!(!desk.memory.asked.lock().unwrap()[0].allow_programs);
    assert_eq!(desk.command("chartroom.diff", Value::Null).await["state"], "shown");
}

#[tokio::test]
async fn another_context_is_picked_for_the_session() {
    let mut desk = Desk::with(json!({}), json!({ "experimental": { "chartroom": { "ask": true } } })).await;
    desk.client.says.extend(["there"]);
    let params = json!({ "command": "chartroom.pickContext", "arguments": [] });
    let done = desk.client.request("workspace/executeCommand", params).await;
    assert_eq!(done["message"], "The cluster is now that of there.");
    let shown = desk.command("chartroom.diff", Value::Null).await;
    assert_eq!(shown["message"], "there / shop: 1 added");
}

#[tokio::test]
async fn lenses_ask_nobody_and_tell_what_was_seen() {
    let mut desk = Desk::new(json!({})).await;
    let before = ["Diff default", "Deploy default", "Check Release", "Roll Back", "History"];
    for name in ["web/Chart.yaml", "web/values.yaml", "web/dev.values.yaml", "web/templates/config.yaml"] {
        assert_eq!(desk.lenses(name).await, before, "{name}");
    }
    assert!(desk.memory.asked.lock().unwrap().is_empty());
    desk.deploy(&["Deploy"]).await;
    let after = desk.lenses("web/Chart.yaml").await;
    assert!(after[2].starts_with("web in here / shop: revision 1 deployed"), "{after:?}");
}

#[tokio::test]
async fn drift_is_found_where_the_template_writes_it() {
    let mut desk = Desk::new(json!({})).await;
    desk.deploy(&["Deploy"]).await;
    let mut object = desk.memory.site.cluster.objects().remove(0);
    object.as_value_mut()["spec"]["word"] = json!("by hand");
    desk.memory.site.cluster.put(object);
    desk.client.open("web/templates/config.yaml", TEMPLATE).await;
    let seen = desk.command("chartroom.checkRelease", Value::Null).await;
    assert!(seen["message"].as_str().unwrap().ends_with("1 object drifted"), "{seen}");
    let drift = loop {
        let told = desk.client.diagnostics("web/templates/config.yaml").await;
        let found = told["diagnostics"].as_array().unwrap().iter().find(|it| it["code"] == "drift").cloned();
        if let Some(found) = found {
            break found;
        }
    };
    assert_eq!(drift["range"]["start"]["line"], 5);
    assert_eq!(
        drift["message"],
        "ConfigMap web-config in here / shop is not what was deployed. Deploying again brings it back."
    );
}

#[tokio::test]
async fn actions_are_the_same_and_one_more() {
    let mut desk = Desk::new(json!({})).await;
    let mut params = desk.client.document("web/templates/config.yaml");
    params["range"] = json!({ "start": { "line": 5, "character": 0 }, "end": { "line": 5, "character": 0 } });
    params["context"] = json!({ "diagnostics": [], "only": ["source"] });
    let actions = desk.client.request("textDocument/codeAction", params.clone()).await;
    let titles: Vec<_> = actions.as_array().unwrap().iter().map(|it| it["title"].as_str().unwrap()).collect();
    assert_eq!(titles.last(), Some(&"Open Live Object"));
    assert_eq!(titles[0], "Diff default");
    params["context"]["only"] = json!(["quickfix"]);
    assert_eq!(desk.client.request("textDocument/codeAction", params).await, Value::Null);
}

#[tokio::test]
async fn the_live_object_of_a_line_is_shown() {
    let mut desk = Desk::new(json!({})).await;
    desk.deploy(&["Deploy"]).await;
    let place = json!({ "position": { "line": 4, "character": 0 } });
    let shown = desk.command("chartroom.openLive", place).await;
    let text = desk.text(&shown["uri"]).await;
    assert!(text.contains("name: web-config") && text.contains("word: one"), "{text}");
    assert!(shown["uri"].as_str().unwrap().ends_with("ConfigMap%20web-config.yaml"), "{shown}");
}

#[tokio::test]
async fn lists_and_revisions() {
    let mut desk = Desk::new(json!({})).await;
    for word in ["one", "two"] {
        desk.client.open("web/values.yaml", &format!("word: {word}\n")).await;
        desk.deploy(&["Deploy"]).await;
    }
    let list = desk.client.request("chartroom/releases", json!({})).await;
    assert_eq!((&list["context"], &list["releases"][0]["revision"]), (&json!("here"), &json!(2)));
    let id = json!({ "namespace": "shop", "name": "web" });
    let history = desk.client.request("chartroom/history", id.clone()).await;
    let told: Vec<_> = history.as_array().unwrap().iter().map(|it| it["status"].as_str().unwrap()).collect();
    assert_eq!((told, &history[0]["chart"]), (vec!["superseded", "deployed"], &json!("web-0.1.0")));
    let params =
        json!({ "command": "chartroom.diffRevisions", "arguments": [id, { "from": 1, "revision": 2 }] });
    let shown = desk.client.request("workspace/executeCommand", params).await;
    assert!(shown["message"].as_str().unwrap().contains("-   word: one\n+   word: two\n"), "{shown}");
}

#[tokio::test]
async fn clients_without_virtual_documents_get_files() {
    let memory = Arc::<Memory>::default();
    let params = json!({ "capabilities": { "window": { "showDocument": { "support": true } } } });
    let client = Client::start_in(&FILES, params, Arc::new(Helm), memory.clone()).await;
    let mut desk = Desk { client, memory };
    desk.command("chartroom.diff", Value::Null).await;
    let shown = desk.client.told("window/showDocument").await;
    assert_eq!(shown["uri"], "file:///kept/1/Deploy%20revision%201%20of%20web.diff");
}

#[tokio::test]
async fn names_in_the_cluster_are_completed_after_somebody_looked() {
    let mut desk = Desk::new(json!({})).await;
    for (version, kind, name) in [
        ("storage.k8s.io/v1", "StorageClass", "fast"),
        ("v1", "Secret", "db"),
        ("v1", "ConfigMap", "elsewhere"),
    ] {
        let namespace = if name == "elsewhere" { "other" } else { "shop" };
        let metadata = json!({ "name": name, "namespace": namespace });
        let object =
            json!({ "apiVersion": version, "kind": kind, "metadata": metadata, "data": { "password": "x" } });
        desk.memory.site.cluster.put(object.into());
    }
    let text = "storageClassName: \nsecretKeyRef:\n  name: db\n  key: \nconfigMapRef:\n  name: \n";
    desk.client.open("web/templates/config.yaml", text).await;
    let mut labels = Vec::new();
    for round in 0..2 {
        for (line, character) in [(0, 18), (2, 8), (3, 7), (5, 8)] {
            let mut params = desk.client.document("web/templates/config.yaml");
            params["position"] = json!({ "line": line, "character": character });
            // They are found out behind the answer to the command.
            for _ in 0..200 {
                let answer = desk.client.request("textDocument/completion", params.clone()).await;
                labels = Client::labels(&answer);
                if round == 0 || !labels.is_empty() || line == 5 {
                    break;
                }
                tokio::task::yield_now().await;
            }
            let want = match (round, line) {
                (0, _) | (_, 5) => vec![],
                (_, 0) => vec!["fast"],
                (_, 2) => vec!["db"],
                _ => vec!["password"],
            };
            assert_eq!(labels, want, "{round} {line}");
        }
        desk.command("chartroom.checkRelease", Value::Null).await;
    }
    assert!(labels.is_empty());
}

#[tokio::test]
async fn what_somebody_was_stopped_at_can_be_freed() {
    let mut desk = Desk::new(json!({})).await;
    desk.deploy(&["Deploy"]).await;
    let mut stuck =
        desk.memory.site.store.read(&desk.memory.site.store.stubs(Some("web")).unwrap()[0]).unwrap();
    stuck.version = 2;
    stuck.set_status(Status::PendingUpgrade, "Preparing upgrade");
    desk.memory.site.store.create(&stuck).unwrap();
    assert_eq!(desk.deploy(&["Cancel"]).await["state"], "declined");
    assert_eq!(desk.memory.history("web"), "1 deployed, 2 pending-upgrade");
    desk.client.open("web/values.yaml", "word: two\n").await;
    assert_eq!(desk.deploy(&["Mark as Failed", "Deploy"]).await["state"], "done");
    assert_eq!(desk.memory.history("web"), "1 superseded, 2 failed, 3 deployed");
    let asked = loop {
        let asked = desk.question().await;
        if asked.starts_with("Revision 2 of web") {
            break asked;
        }
    };
    assert!(asked.contains("pending-upgrade") && asked.contains("starts from revision 1"), "{asked}");
}

const ASKING: &str = "\
{{- $live := lookup \"v1\" \"ConfigMap\" \"shop\" \"live\" }}
apiVersion: example.com/v1
kind: Widget
metadata:
  name: {{ dig \"data\" \"name\" \"nobody\" $live }}
spec:
  secret: {{ dig \"data\" \"password\" \"\" (lookup \"v1\" \"Secret\" \"shop\" \"db\") | b64dec }}
  siz: 1
";

/// A cluster with things to look up, and a definition.
fn furnish(memory: &Memory) {
    let objects = [
        json!({ "apiVersion": "v1", "kind": "ConfigMap", "metadata": { "name": "live", "namespace": "shop" }, "data": { "name": "found" } }),
        json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "db", "namespace": "shop" }, "data": { "password": "cGFzcw==" } }),
        json!({
            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": { "name": "widgets.example.com" },
            "spec": {
                "group": "example.com", "names": { "kind": "Widget" },
                "versions": [{ "name": "v1", "served": true, "schema": { "openAPIV3Schema": {
                    "type": "object",
                    "properties": { "spec": { "type": "object", "properties": {
                        "secret": { "type": "string" }, "size": { "type": "integer" },
                    } } },
                } } }],
            },
        }),
    ];
    for object in objects {
        memory.site.cluster.put(release::Object::from(object));
    }
}

#[tokio::test]
async fn previews_show_what_the_cluster_answers_when_somebody_asked() {
    let mut desk = Desk::new(json!({})).await;
    furnish(&desk.memory);
    desk.client.open("web/templates/config.yaml", ASKING).await;
    let params = json!({ "textDocument": { "uri": desk.client.uri("web/templates/config.yaml") } });
    let before = desk.client.request("chartroom/preview", params.clone()).await;
    assert!(before["text"].as_str().unwrap().contains("name: nobody"), "{before}");
    assert_eq!(before.get("cluster"), None);
    assert!(desk.memory.asked.lock().unwrap().is_empty());

    let done = desk.command("chartroom.preview.useCluster", Value::Null).await;
    let told = "From now on previews show what here / shop answered just now: Kubernetes v1.";
    assert!(done["message"].as_str().unwrap().starts_with(told), "{done}");
    assert!(done["message"].as_str().unwrap().ends_with("1 kind of its own, 2 lookups."), "{done}");
    let after = desk.client.request("chartroom/preview", params.clone()).await;
    let text = after["text"].as_str().unwrap();
    assert!(text.contains("name: found") && text.contains("secret: (hidden)"), "{text}");
    assert_eq!(
        (&after["cluster"]["place"], &after["cluster"]["notAsked"]),
        (&json!("here / shop"), &json!(0))
    );

    // A lookup that is typed afterwards is not asked before somebody says so.
    let sent = desk.memory.site.cluster.log().len();
    let edited = ASKING.replace("\"live\" }}", "\"other\" }}");
    desk.client.set_text("web/templates/config.yaml", 2, &edited).await;
    let typed = desk.client.request("chartroom/preview", params.clone()).await;
    assert!(typed["text"].as_str().unwrap().contains("name: nobody"), "{typed}");
    assert_eq!(typed["cluster"]["notAsked"], 1);
    assert_eq!(desk.memory.site.cluster.log().len(), sent);

    desk.command("chartroom.preview.forgetCluster", Value::Null).await;
    let forgotten = desk.client.request("chartroom/preview", params).await;
    assert_eq!(forgotten.get("cluster"), None);
}

#[tokio::test]
async fn kinds_of_the_cluster_are_known_when_somebody_asked() {
    let mut desk = Desk::new(json!({})).await;
    furnish(&desk.memory);
    desk.client.open("web/templates/config.yaml", ASKING).await;
    desk.command("chartroom.preview.useCluster", Value::Null).await;
    let found = loop {
        let told = desk.client.diagnostics("web/templates/config.yaml").await;
        if let Some(first) = told["diagnostics"].as_array().and_then(|it| it.first()) {
            break first.clone();
        }
    };
    assert_eq!(found["message"], "`spec.siz` is no field that is known here; did you mean `size`?");
}
