//! Every request sees the text as it was when the request was sent.

use serde_json::json;

use super::client::Client;

const ROUNDS: i32 = 2000;

#[tokio::test]
async fn a_request_sees_all_edits_before_it_and_none_after() {
    let mut client = Client::start(&[("Chart.yaml", "name: c\n")]).await;
    client.open("templates/a.yaml", "v0: 1\n").await;
    let mut asked = Vec::new();
    for round in 1..=ROUNDS {
        let digits = (round - 1).to_string().len();
        let range = json!({
            "start": { "line": 0, "character": 1 }, "end": { "line": 0, "character": 1 + digits },
        });
        client
            .change("templates/a.yaml", round + 1, json!([{ "range": range, "text": round.to_string() }]))
            .await;
        let document = client.document("templates/a.yaml");
        asked.push((client.ask("textDocument/documentSymbol", document).await, round));
    }
    let mut wrong = 0;
    for (id, round) in asked {
        let answer = client.answer(id).await;
        wrong += usize::from(answer["result"][0]["name"] != format!("v{round}"));
    }
    assert_eq!(wrong, 0, "of {ROUNDS}");
}
