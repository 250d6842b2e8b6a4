//! What a chart is rendered for.

use serde_json::json;

use super::client::Client;

const FILES: [(&str, &str); 3] =
    [("c/Chart.yaml", "name: c\n"), ("c/values-dev.yaml", "dev"), ("prod.values.yaml", "prod")];

#[tokio::test]
async fn values_files_make_targets() {
    let mut client = Client::start(&FILES).await;
    let answer = client.request("chartroom/targets", client.document("c/Chart.yaml")).await;
    let names: Vec<_> = answer["targets"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert_eq!(
        (answer["active"].clone(), names),
        (json!("default"), vec![json!("default"), json!("dev"), json!("prod")])
    );
    assert_eq!(answer["targets"][0]["chart"], client.uri("c"));
}

#[tokio::test]
async fn a_chosen_target_counts_from_the_next_message_on() {
    let mut client = Client::start(&FILES).await;
    let mut params = client.document("c/Chart.yaml");
    params["name"] = json!("prod");
    let id = client.ask("chartroom/setTarget", params).await;
    let rendered = client.rendered("c/Chart.yaml", "chart").await;
    assert!(rendered.ends_with("-f prod\n"), "{rendered}");
    assert_eq!(client.answer(id).await["result"], json!(null));
    assert_eq!(client.told("chartroom/targetChanged").await["target"]["name"], "prod");
}

#[tokio::test]
async fn an_unknown_target_is_refused() {
    let mut client = Client::start(&FILES).await;
    let mut params = client.document("c/Chart.yaml");
    params["name"] = json!("moon");
    assert_eq!(client.failing("chartroom/setTarget", params).await["code"], -32602);
    let answer = client.request("chartroom/targets", client.document("c/Chart.yaml")).await;
    assert_eq!(answer["active"], "default");
}

#[tokio::test]
async fn unsaved_values_of_a_target_count() {
    let mut client = Client::start(&FILES).await;
    let mut params = client.document("c/Chart.yaml");
    params["name"] = json!("prod");
    client.request("chartroom/setTarget", params).await;
    client.open("prod.values.yaml", "unsaved").await;
    assert!(client.rendered("c/Chart.yaml", "chart").await.ends_with("-f unsaved\n"));
}

#[tokio::test]
async fn settings_are_taken_from_initialize_and_from_changes() {
    let options = json!({ "initializationOptions": { "release": { "name": "web" } } });
    let mut client = Client::start_with(&FILES, options, std::sync::Arc::new(super::fake::Fake)).await;
    let settings = json!({ "settings": { "chartroom": { "release": { "namespace": "shop" } } } });
    client.notify("workspace/didChangeConfiguration", settings).await;
    let answer = client.request("chartroom/targets", client.document("c/Chart.yaml")).await;
    let target = &answer["targets"][0];
    assert_eq!((&target["releaseName"], &target["namespace"]), (&json!("web"), &json!("shop")));
}

#[tokio::test]
async fn settings_are_pulled_where_the_client_can_be_asked() {
    let capabilities = json!({ "capabilities": { "workspace": { "configuration": true } } });
    let mut client = Client::start_with(&FILES, capabilities, std::sync::Arc::new(super::fake::Fake)).await;
    client.settings = json!({ "release": { "name": "pulled" } });
    client.told("workspace/configuration").await;
    // The answer is applied when it comes, which the client learns of by the target.
    loop {
        let answer = client.request("chartroom/targets", client.document("c/Chart.yaml")).await;
        if answer["targets"][0]["releaseName"] == "pulled" {
            break;
        }
    }
}
