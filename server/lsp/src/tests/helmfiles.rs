//! Helmfiles: features, targets of charts, and releases that are previewed, compared and applied out of them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use ide::catalog::{ChartSource, ChartVersion, RepositorySource};
use serde_json::{Value, json};

use super::client::Client;
use super::cluster::Memory;
use crate::Market;
use crate::preview::Helm;

const TEMPLATE: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\ndata:\n  word: {{ .Values.word }}\n  size: {{ .Values.size | quote }}\n";
const HELMFILE: &str = r#"environments:
  dev:
    values: [dev.yaml]
  prod:
    values: [prod.yaml]
---
releases:
  - name: web
    namespace: shop
    chart: ./charts/web
    needs: [shop/db]
    values:
      - web.yaml.gotmpl
      - word: inline
    set:
      - name: size
        value: {{ .Values.size | quote }}
  - name: db
    namespace: shop
    chart: ./charts/web
"#;
const FILES: [(&str, &str); 7] = [
    ("helmfile.yaml.gotmpl", HELMFILE),
    ("dev.yaml", "size: 1\nword: dev\n"),
    ("prod.yaml", "size: 3\nword: prod\n"),
    ("web.yaml.gotmpl", "word: {{ .Values.word }}\nfrom: {{ .Environment.Name }}\n"),
    ("charts/web/Chart.yaml", "apiVersion: v2\nname: web\nversion: 0.1.0\n"),
    ("charts/web/values.yaml", "word: own\nsize: 0\n"),
    ("charts/web/templates/config.yaml", TEMPLATE),
];

struct Desk {
    client: Client,
    memory: Arc<Memory>,
}

impl Desk {
    async fn new() -> Self {
        Self::with(&FILES, Arc::<Shop>::default()).await
    }

    async fn with(files: &[(&str, &str)], market: Arc<dyn Market>) -> Self {
        let memory = Arc::<Memory>::default();
        let capabilities = json!({
            "window": { "workDoneProgress": true, "showDocument": { "support": true } },
            "workspace": {
                "textDocumentContent": {},
                "workspaceEdit": { "documentChanges": true, "resourceOperations": ["create", "rename"] },
            },
        });
        let params = json!({ "capabilities": capabilities });
        let client = Client::start_at(files, params, Arc::new(Helm), memory.clone(), market).await;
        Self { client, memory }
    }

    async fn command(&mut self, command: &str, environment: &str, release: Option<&str>) -> Value {
        let helmfile = self.client.uri("helmfile.yaml.gotmpl");
        let of = json!({ "helmfile": helmfile, "environment": environment, "release": release });
        let params = json!({ "command": command, "arguments": [of] });
        self.client.request("workspace/executeCommand", params).await
    }

    async fn lenses(&mut self, name: &str) -> Vec<String> {
        let answer = self.client.request("textDocument/codeLens", self.client.document(name)).await;
        let title = |it: &Value| {
            format!("{} {}", it["range"]["start"]["line"], it["command"]["title"].as_str().unwrap())
        };
        answer.as_array().unwrap().iter().map(title).collect()
    }

    async fn targets(&mut self, name: &str) -> (String, Vec<String>) {
        let answer = self.client.request("chartroom/targets", self.client.document(name)).await;
        let names = answer["targets"].as_array().unwrap().iter();
        let names = names.map(|it| it["name"].as_str().unwrap().to_owned()).collect();
        (answer["active"].as_str().unwrap().to_owned(), names)
    }

    async fn at(&mut self, method: &str, name: &str, line: u32, character: u32) -> Value {
        let mut params = self.client.document(name);
        params["position"] = json!({ "line": line, "character": character });
        self.client.request(method, params).await
    }

    async fn set_target(&mut self, name: &str, target: &str) {
        let mut params = self.client.document(name);
        params["name"] = json!(target);
        self.client.request("chartroom/setTarget", params).await;
    }

    async fn actions(&mut self, name: &str, line: u32) -> Vec<Value> {
        let mut params = self.client.document(name);
        let at = json!({ "line": line, "character": 4 });
        params["range"] = json!({ "start": at, "end": at });
        params["context"] = json!({ "diagnostics": [], "only": ["quickfix"] });
        let answer = self.client.request("textDocument/codeAction", params).await;
        answer.as_array().unwrap().clone()
    }
}

#[tokio::test]
async fn every_release_says_what_can_be_done_in_each_environment() {
    let mut desk = Desk::new().await;
    desk.client.open("helmfile.yaml.gotmpl", HELMFILE).await;
    let each = ["Preview", "Diff dev", "Apply dev", "Diff prod", "Apply prod"];
    let all = ["Diff all dev", "Apply all dev", "Diff all prod", "Apply all prod"];
    let all = all.iter().map(|it| format!("0 {it}"));
    let want =
        all.chain(each.iter().map(|it| format!("7 {it}"))).chain(each.iter().map(|it| format!("17 {it}")));
    assert_eq!(desk.lenses("helmfile.yaml.gotmpl").await, want.collect::<Vec<_>>());
}

#[tokio::test]
async fn releases_are_targets_of_their_chart() {
    let mut desk = Desk::new().await;
    desk.client.open("charts/web/values.yaml", "word: own\nsize: 0\n").await;
    let (active, names) = desk.targets("charts/web/values.yaml").await;
    assert_eq!(active, "default");
    assert_eq!(names, ["default", "dev: web", "dev: db", "prod: web", "prod: db"]);
    desk.set_target("charts/web/values.yaml", "prod: web").await;
    let rendered = desk.client.rendered("charts/web/values.yaml", "chart").await;
    assert!(rendered.contains("name: web\n") && rendered.contains("word: inline\n"), "{rendered}");
    assert!(rendered.contains("size: \"3\"\n"), "{rendered}");
}

#[tokio::test]
async fn hover_in_the_chart_says_which_layer_of_the_helmfile_won() {
    let mut desk = Desk::new().await;
    desk.client.open("charts/web/templates/config.yaml", TEMPLATE).await;
    desk.set_target("charts/web/values.yaml", "dev: web").await;
    let hover = desk.at("textDocument/hover", "charts/web/templates/config.yaml", 5, 22).await;
    let text = hover["contents"]["value"].as_str().unwrap();
    assert!(text.contains("inline"), "{text}");
    assert!(text.contains("helmfile.yaml.gotmpl:14"), "{text}");
    assert!(text.contains("web.yaml.gotmpl:1"), "{text}");
}

#[tokio::test]
async fn the_preview_follows_what_is_typed_in_values_of_the_helmfile() {
    let mut desk = Desk::new().await;
    desk.set_target("charts/web/values.yaml", "dev: db").await;
    let params =
        json!({ "textDocument": { "uri": desk.client.uri("charts/web/Chart.yaml") }, "scope": "chart" });
    let first = desk.client.request("chartroom/preview", params).await;
    assert!(first["text"].as_str().unwrap().contains("word: own\n"));
    let changed = HELMFILE.replace("    chart: ./charts/web\n\"", "").trim_end().to_owned()
        + "\n    values: [{word: typed}]\n";
    desk.client.open("helmfile.yaml.gotmpl", &changed).await;
    let text = desk.client.told("chartroom/previewChanged").await["text"].clone();
    assert!(text.as_str().unwrap().contains("word: typed\n"), "{text}");
}

#[tokio::test]
async fn the_preview_of_a_release_follows_what_is_typed_in_the_helmfile() {
    let mut desk = Desk::new().await;
    // Files stay as they are, so that only what `set:` says is news.
    let helmfile = HELMFILE.replace("      - web.yaml.gotmpl\n      - word: inline\n", "      - dev.yaml\n");
    desk.client.open("helmfile.yaml.gotmpl", &helmfile).await;
    desk.command("chartroom.previewRelease", "dev", Some("shop/web")).await;
    // As VS Code does with the URI that it is shown.
    let params = json!({ "textDocument": { "uri": desk.client.uri("charts/web") }, "scope": "chart" });
    let first = desk.client.request("chartroom/preview", params).await;
    assert!(first["text"].as_str().unwrap().contains("size: \"1\"\n"), "{first}");
    // Character by character, through lines that are no YAML.
    let line = "value: 17";
    for typed in 1..=line.len() {
        let text = helmfile.replace("value: {{ .Values.size | quote }}", &line[..typed]);
        desk.client.set_text("helmfile.yaml.gotmpl", 1 + typed as i32, &text).await;
        // VS Code asks for these while somebody types.
        desk.client.request("textDocument/codeLens", desk.client.document("helmfile.yaml.gotmpl")).await;
    }
    let seen = async {
        while !desk.client.told("chartroom/previewChanged").await["text"]
            .to_string()
            .contains("size: \\\"17\\\"")
        {}
    };
    tokio::time::timeout(std::time::Duration::from_secs(5), seen).await.expect("the preview does not follow");
}

#[tokio::test]
async fn preview_shows_the_chart_for_the_release() {
    let mut desk = Desk::new().await;
    let shown = desk.command("chartroom.previewRelease", "prod", Some("shop/web")).await;
    let answer = desk.client.request("workspace/textDocumentContent", json!({ "uri": shown["uri"] })).await;
    let text = answer["text"].as_str().unwrap();
    assert!(text.contains("word: inline\n") && text.contains("size: \"3\"\n"), "{text}");
    assert_eq!(desk.client.told("chartroom/targetChanged").await["target"]["name"], "prod: web");
    assert_eq!(desk.targets("charts/web/Chart.yaml").await.0, "prod: web");
}

#[tokio::test]
async fn one_release_is_planned_agreed_to_and_applied() {
    let mut desk = Desk::new().await;
    let shown = desk.command("chartroom.diff", "dev", Some("shop/web")).await;
    assert_eq!(shown["message"], "here / shop: 1 added");
    desk.client.says.push_back("Deploy");
    let done = desk.command("chartroom.deploy", "dev", Some("shop/web")).await;
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(desk.memory.history("web"), "1 deployed");
    assert!(format!("{:?}", desk.memory.site.cluster.objects()).contains("inline"));
}

#[tokio::test]
async fn a_release_is_deployed_as_its_helmfile_says() {
    let mut desk = Desk::new().await;
    let options = "    description: by hand\n    labels: {team: shop}\n    syncReleaseLabels: true\n    historyMax: 1\n";
    let hooks = "    hooks:\n      - events: [presync]\n        command: ./migrate\n";
    let text = HELMFILE.replace("  - name: web\n", &format!("  - name: web\n{options}{hooks}"));
    desk.client.open("helmfile.yaml.gotmpl", &text).await;
    let shown = desk.command("chartroom.diff", "dev", Some("shop/web")).await;
    let plan = desk.client.request("workspace/textDocumentContent", json!({ "uri": shown["uri"] })).await;
    let left_out =
        "Hooks of the helmfile (presync) are programs, which an editor does not run; `chartroom apply` does.";
    assert!(plan["text"].as_str().unwrap().contains(left_out), "{plan}");
    // What is deployed stays until something else is, as in Helm.
    for history in ["1 deployed", "1 superseded, 2 deployed", "2 superseded, 3 deployed"] {
        desk.client.says.push_back("Deploy");
        let done = desk.command("chartroom.deploy", "dev", Some("shop/web")).await;
        assert_eq!(done["state"], "done", "{done}");
        assert_eq!(desk.memory.history("web"), history);
    }
    let record = desk.memory.last("web");
    assert_eq!((&*record.info.description, &*record.labels["team"]), ("by hand", "shop"));
}

#[tokio::test]
async fn manifests_that_a_program_would_change_are_not_deployed_without_it() {
    let mut desk = Desk::new().await;
    let text = HELMFILE.replace("  - name: web\n", "  - name: web\n    postRenderer: ./label\n");
    desk.client.open("helmfile.yaml.gotmpl", &text).await;
    let of = json!({ "helmfile": desk.client.uri("helmfile.yaml.gotmpl"), "environment": "dev", "release": "shop/web" });
    let params = json!({ "command": "chartroom.deploy", "arguments": [of] });
    let error = desk.client.failing("workspace/executeCommand", params).await;
    assert!(error["message"].as_str().unwrap().contains("wants ./label to change the manifests"), "{error}");
    assert_eq!(desk.memory.history("web"), "");
}

#[tokio::test]
async fn all_releases_are_shown_at_once_and_applied_in_the_order_of_needs() {
    let mut desk = Desk::new().await;
    desk.client.says.push_back("Cancel");
    assert_eq!(desk.command("chartroom.applyAll", "dev", None).await["state"], "declined");
    assert_eq!(desk.memory.history("web"), "");
    desk.client.says.push_back("Apply");
    let done = desk.command("chartroom.applyAll", "dev", None).await;
    assert_eq!(
        (&done["state"], &done["message"]),
        (&json!("done"), &json!("db: revision 1\nweb: revision 1"))
    );
    let asked = desk.client.told("window/showMessageRequest").await["message"].clone();
    assert_eq!(asked, "Apply 2 of 2 releases of dev to here: 2 added.");
    let again = desk.command("chartroom.applyAll", "dev", None).await;
    assert_eq!(again["message"], "Nothing changes: all 2 releases are as they should be.");
    assert_eq!(desk.memory.history("web"), "1 deployed");
}

#[tokio::test]
async fn what_would_run_a_program_is_shown_without_and_not_deployed() {
    let mut desk = Desk::new().await;
    let text =
        HELMFILE.replace("{{ .Values.size | quote }}", "{{ exec \"git\" (list \"describe\") | quote }}");
    desk.client.open("helmfile.yaml.gotmpl", &text).await;
    let told = desk.client.diagnostics("helmfile.yaml.gotmpl").await;
    assert_eq!(told["diagnostics"][0]["code"], "helmfile-untrusted", "{told}");
    desk.set_target("charts/web/values.yaml", "dev: web").await;
    let rendered = desk.client.rendered("charts/web/values.yaml", "chart").await;
    assert!(rendered.contains("<git was not run>"), "{rendered}");
    let of = json!({ "helmfile": desk.client.uri("helmfile.yaml.gotmpl"), "environment": "dev", "release": "shop/web" });
    let params = json!({ "command": "chartroom.deploy", "arguments": [of] });
    let error = desk.client.failing("workspace/executeCommand", params).await;
    assert!(error["message"].as_str().unwrap().contains("wants git to run"), "{error}");
}

#[tokio::test]
async fn a_release_for_another_context_does_not_end_up_here() {
    let mut desk = Desk::new().await;
    let text = HELMFILE.replace("name: web\n", "name: web\n    kubeContext: production\n");
    desk.client.open("helmfile.yaml.gotmpl", &text).await;
    let of = json!({ "helmfile": desk.client.uri("helmfile.yaml.gotmpl"), "environment": "dev", "release": "production/shop/web" });
    let params = json!({ "command": "chartroom.deploy", "arguments": [of] });
    let error = desk.client.failing("workspace/executeCommand", params).await;
    assert!(error["message"].as_str().unwrap().contains("meant for the context production"), "{error}");
    assert_eq!(desk.memory.site.cluster.log().len(), 0);
}

#[tokio::test]
async fn features_answer_in_the_helmfile() {
    let mut desk = Desk::new().await;
    desk.client.open("helmfile.yaml.gotmpl", HELMFILE).await;
    let hover = desk.at("textDocument/hover", "helmfile.yaml.gotmpl", 16, 27).await;
    let text = hover["contents"]["value"].as_str().unwrap();
    assert!(text.contains("- dev: `1`, dev.yaml:1") && text.contains("- prod: `3`, prod.yaml:1"), "{text}");
    let found = desk.at("textDocument/definition", "helmfile.yaml.gotmpl", 9, 14).await;
    assert_eq!(found[0]["uri"], desk.client.uri("charts/web/Chart.yaml"));
    let found = desk.at("textDocument/definition", "helmfile.yaml.gotmpl", 10, 18).await;
    assert_eq!(
        (&found[0]["uri"], &found[0]["range"]["start"]["line"]),
        (&json!(desk.client.uri("helmfile.yaml.gotmpl")), &json!(17))
    );
    let links =
        desk.client.request("textDocument/documentLink", desk.client.document("helmfile.yaml.gotmpl")).await;
    let targets: Vec<&Value> = links.as_array().unwrap().iter().map(|it| &it["target"]).collect();
    let want = ["dev.yaml", "prod.yaml", "charts/web/Chart.yaml", "web.yaml.gotmpl", "charts/web/Chart.yaml"];
    assert_eq!(targets, want.map(|it| json!(desk.client.uri(it))).iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn what_is_wrong_is_said_with_its_environments_and_can_be_fixed() {
    let mut desk = Desk::new().await;
    let text = HELMFILE.replace(
        "namespace: shop\n    chart: ./charts/web\n    needs",
        "namepsace: shop\n    chart: ./charts/web\n    needs",
    );
    desk.client.open("helmfile.yaml.gotmpl", &text).await;
    let told = desk.client.diagnostics("helmfile.yaml.gotmpl").await;
    let found = &told["diagnostics"][0];
    assert_eq!(
        (&found["code"], &found["range"]["start"]["line"]),
        (&json!("helmfile-unknown-key"), &json!(8)),
        "{told}"
    );
    let actions = desk.actions("helmfile.yaml.gotmpl", 8).await;
    assert_eq!(actions[0]["title"], "Change to namespace");
    let edits = &actions[0]["edit"]["changes"][desk.client.uri("helmfile.yaml.gotmpl")];
    assert_eq!(edits[0]["newText"], "namespace");
    desk.client
        .set_text("helmfile.yaml.gotmpl", 2, &HELMFILE.replace("- web.yaml.gotmpl", "- gone.yaml"))
        .await;
    desk.client.diagnostics("helmfile.yaml.gotmpl").await;
}

#[tokio::test]
async fn what_is_typed_wrong_into_a_good_helmfile_can_be_fixed() {
    let mut desk = Desk::new().await;
    desk.client.open("helmfile.yaml.gotmpl", HELMFILE).await;
    desk.client.diagnostics("helmfile.yaml.gotmpl").await;
    let text = HELMFILE.replacen("    namespace: shop", "    namepsace: shop", 1);
    let line = text.lines().position(|it| it.contains("namepsace")).unwrap() as u32;
    desk.client.set_text("helmfile.yaml.gotmpl", 2, &text).await;
    let told = desk.client.diagnostics("helmfile.yaml.gotmpl").await;
    assert_eq!(told["diagnostics"][0]["code"], "helmfile-unknown-key", "{told}");
    let actions = desk.actions("helmfile.yaml.gotmpl", line).await;
    assert_eq!(actions[0]["title"], "Change to namespace");
}

#[tokio::test]
async fn missing_state_values_get_their_environment() {
    let plain = "releases:\n  - name: web\n    chart: ./charts/web\n    version: {{ .StateValues.CHART_VERSION | quote }}\n";
    let mut desk = Desk::with(&[("helmfile.yaml", plain), FILES[4], FILES[6]], Arc::<Shop>::default()).await;
    desk.client.open("helmfile.yaml", plain).await;
    let told = desk.client.diagnostics("helmfile.yaml").await;
    let codes: Vec<&Value> = told["diagnostics"].as_array().unwrap().iter().map(|it| &it["code"]).collect();
    assert!(codes.contains(&&json!("helmfile-missing-state-values")), "{told}");
    let titles: Vec<Value> =
        desk.actions("helmfile.yaml", 3).await.iter().map(|it| it["title"].clone()).collect();
    assert_eq!(titles, ["Rename to helmfile.yaml.gotmpl", "Add CHART_VERSION to the environment default"]);
}

/// A repository with one chart, and a note of what was asked of it.
#[derive(Debug, Default)]
struct Shop {
    asked: Mutex<Vec<String>>,
    unpacked: Mutex<Option<PathBuf>>,
}

impl Market for Shop {
    fn versions(&self, chart: &ChartSource) -> Result<Vec<ChartVersion>, String> {
        let mut asked = format!("versions of {} in {}", chart.name, chart.repository);
        if let Some(item) = chart.repository.item.as_ref().filter(|it| !it.username.is_empty()) {
            asked += &format!(" as {} {} by {}", item.username, item.password, item.ca_file);
        }
        self.asked.lock().unwrap().push(asked);
        let version = |it: &str| ChartVersion { version: it.to_owned(), ..ChartVersion::default() };
        Ok(["2.0.0", "1.4.0"].map(version).into())
    }

    fn charts(&self, _: &RepositorySource) -> Result<Vec<(String, String)>, String> {
        Ok(vec![("web".to_owned(), "Sells things".to_owned())])
    }

    fn repositories(&self) -> Vec<String> {
        Vec::new()
    }

    fn unpacked(&self, _: &ChartSource, _: &str) -> Option<PathBuf> {
        self.unpacked.lock().unwrap().clone()
    }

    fn fetch(&self, chart: &ChartSource, version: &str) -> Result<PathBuf, String> {
        self.asked.lock().unwrap().push(format!("fetch {} {version}", chart.name));
        let folder = self.asked.lock().unwrap().first().cloned().unwrap_or_default();
        let folder = std::env::temp_dir().join(format!("chartroom-{}-{}", std::process::id(), folder.len()));
        std::fs::create_dir_all(folder.join("templates")).unwrap();
        std::fs::write(folder.join("Chart.yaml"), FILES[4].1).unwrap();
        std::fs::write(folder.join("templates/config.yaml"), TEMPLATE).unwrap();
        *self.unpacked.lock().unwrap() = Some(folder.clone());
        Ok(folder)
    }

    fn update_dependencies(&self, chart: &Path) -> Result<String, String> {
        Ok(format!("Fetched 1 dependency of {}.", chart.file_name().unwrap().to_string_lossy()))
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if let Some(folder) = self.unpacked.lock().unwrap().take() {
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}

const REMOTE: &str = "repositories:\n  - name: shop\n    url: https://shop.example\nreleases:\n  - name: web\n    chart: shop/web\n    version: 1.4.0\n";

#[tokio::test]
async fn a_repository_is_talked_to_as_the_helmfile_says() {
    let text = REMOTE.replace(
        "shop.example\n",
        "u:p@shop.example\n    username: {{ \"me\" }}\n    password: secret\n    caFile: ca.pem\n",
    );
    let shop = Arc::<Shop>::default();
    let mut desk = Desk::with(&[("helmfile.yaml.gotmpl", &text)], shop.clone()).await;
    desk.client.open("helmfile.yaml.gotmpl", &text).await;
    desk.at("textDocument/completion", "helmfile.yaml.gotmpl", 9, 13).await;
    let asked = shop.asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 1, "{asked:?}");
    let (said, file) = asked[0].rsplit_once(' ').unwrap();
    assert_eq!(said, "versions of web in https://shop.example as me secret by");
    assert!(Path::new(file).is_absolute() && file.ends_with("/ca.pem"), "{file}");
}

#[tokio::test]
async fn versions_are_asked_for_when_somebody_completes_them_and_newer_ones_hinted() {
    let shop = Arc::<Shop>::default();
    let mut desk = Desk::with(&[("helmfile.yaml", REMOTE)], shop.clone()).await;
    desk.client.open("helmfile.yaml", REMOTE).await;
    assert_eq!(desk.client.diagnostics("helmfile.yaml").await["diagnostics"], json!([]));
    assert!(shop.asked.lock().unwrap().is_empty(), "opening a file asks nobody");
    let items = desk.at("textDocument/completion", "helmfile.yaml", 6, 13).await;
    assert_eq!(Client::labels(&items), ["2.0.0", "1.4.0"]);
    assert_eq!(*shop.asked.lock().unwrap(), ["versions of web in https://shop.example"]);
    desk.client.set_text("helmfile.yaml", 2, &format!("{REMOTE}    wait: true\n")).await;
    let told = desk.client.diagnostics("helmfile.yaml").await;
    assert_eq!(told["diagnostics"][0]["message"], "web 2.0.0 is the newest version", "{told}");
    assert_eq!(desk.actions("helmfile.yaml", 6).await.len(), 0);
    let mut params = desk.client.document("helmfile.yaml");
    let at = json!({ "line": 6, "character": 15 });
    params["range"] = json!({ "start": at, "end": at });
    params["context"] = json!({ "diagnostics": [] });
    let actions = desk.client.request("textDocument/codeAction", params).await;
    assert_eq!(actions[0]["title"], "Update web to 2.0.0");
}

#[tokio::test]
async fn a_chart_that_is_not_here_is_fetched_if_the_user_says_so() {
    let shop = Arc::<Shop>::default();
    let mut desk = Desk::with(&[("helmfile.yaml", REMOTE)], shop.clone()).await;
    let of =
        json!({ "helmfile": desk.client.uri("helmfile.yaml"), "environment": "default", "release": "web" });
    let params = json!({ "command": "chartroom.previewRelease", "arguments": [of] });
    desk.client.failing("workspace/executeCommand", params.clone()).await;
    assert!(shop.asked.lock().unwrap().is_empty());
    desk.client.says.push_back("Fetch");
    let shown = desk.client.request("workspace/executeCommand", params).await;
    assert_eq!(*shop.asked.lock().unwrap(), ["fetch web 1.4.0"]);
    let answer = desk.client.request("workspace/textDocumentContent", json!({ "uri": shown["uri"] })).await;
    assert!(answer["text"].as_str().unwrap().contains("name: web\n"), "{answer}");
}

#[tokio::test]
async fn dependencies_of_a_chart_are_completed_and_fetched() {
    let chart = "apiVersion: v2\nname: app\nversion: 0.1.0\ndependencies:\n  - name: web\n    version: 1.4.0\n    repository: https://shop.example\n";
    let mut desk = Desk::with(&[("app/Chart.yaml", chart)], Arc::<Shop>::default()).await;
    desk.client.open("app/Chart.yaml", chart).await;
    let items = desk.at("textDocument/completion", "app/Chart.yaml", 5, 13).await;
    assert_eq!(Client::labels(&items), ["2.0.0", "1.4.0"]);
    let params =
        json!({ "command": "chartroom.fetchDependencies", "arguments": [desk.client.uri("app/Chart.yaml")] });
    let done = desk.client.request("workspace/executeCommand", params).await;
    assert_eq!(done["message"], "Fetched 1 dependency of app.");
}
