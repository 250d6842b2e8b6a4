//! Questions to the user, in the best form that the client has for them.

use crate::ext::{Answer, AskParams, AskRequest, Choice};
use crate::lsp_types::{MessageActionItem, MessageType};
use crate::server::Server;

/// Asks for one of a few words. `None` if the user went away.
pub(super) async fn one_of(
    server: &Server,
    kind: MessageType,
    message: &str,
    words: &[&str],
) -> Option<String> {
    let actions = words.iter().map(|it| MessageActionItem { title: (*it).to_owned(), ..Default::default() });
    let answer = server.client.show_message_request(kind, message, Some(actions.collect())).await;
    match answer {
        Ok(answer) => answer.map(|it| it.title).filter(|it| words.contains(&it.as_str())),
        Err(error) => {
            tracing::warn!("the client did not ask: {error}");
            None
        }
    }
}

/// Asks for a yes to something that was shown: one of a few words. The question stays while the user reads, where the client
/// can keep it. `None` if the user went away.
pub(super) async fn agreement(
    server: &Server,
    kind: MessageType,
    message: &str,
    words: &[&str],
) -> Option<String> {
    if !server.state().snapshot().client.asks {
        return one_of(server, kind, message, words).await;
    }
    let choice = |word: &&str| Choice { label: (*word).to_owned(), description: None };
    let choices = words.iter().map(choice).collect();
    let answer =
        ask(server, AskParams { title: message.to_owned(), choices: Some(choices), stays: true }).await;
    answer.filter(|it| words.contains(&it.as_str()))
}

/// Clients without lists get no more choices than fit on buttons.
const BUTTONS: usize = 6;

/// Asks for one of many things. `None` if the user went away.
pub(super) async fn pick(server: &Server, title: &str, choices: Vec<Choice>) -> Option<String> {
    let labels: Vec<String> = choices.iter().map(|it| it.label.clone()).collect();
    let chosen = if server.state().snapshot().client.asks {
        ask(server, AskParams { title: title.to_owned(), choices: Some(choices), stays: false }).await
    } else {
        let words: Vec<&str> = labels.iter().map(String::as_str).take(BUTTONS).collect();
        one_of(server, MessageType::Info, title, &words).await
    };
    chosen.filter(|it| labels.contains(it))
}

/// Has the user type a word, so that nobody says yes by habit. Where nothing can be typed, it takes two questions.
pub(super) async fn typed(server: &Server, message: &str, word: &str) -> bool {
    if server.state().snapshot().client.asks {
        let title = format!("{message} Type {word} to go on.");
        return ask(server, AskParams { title, choices: None, stays: true })
            .await
            .is_some_and(|it| it.trim() == word);
    }
    let go_on = format!("I mean {word}");
    for _ in 0..2 {
        if one_of(server, MessageType::Warning, message, &[&go_on, "Cancel"]).await.as_ref() != Some(&go_on) {
            return false;
        }
    }
    true
}

async fn ask(server: &Server, params: AskParams) -> Option<String> {
    match server.client.send_request::<AskRequest>(params).await {
        Ok(Answer { text }) => text,
        Err(error) => {
            tracing::warn!("the client did not ask: {error}");
            None
        }
    }
}
