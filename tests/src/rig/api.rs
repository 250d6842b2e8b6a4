//! Objects as the API server has them: what tests look at, past the program that they test.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::Agent;
use ureq::tls::TlsConfig;

/// A user's way to an API server.
#[derive(Clone, Debug)]
pub struct Api {
    server: String,
    token: String,
    agent: Agent,
}

impl Api {
    pub(super) fn new(server: &str, token: &str) -> Self {
        Self { server: server.to_owned(), token: token.to_owned(), agent: agent(Duration::from_secs(30)) }
    }

    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// What is at a path: the status of HTTP and the answer. Status 0 is no answer.
    pub fn get(&self, path: &str) -> (u16, Value) {
        self.ask("GET", path, "application/json", None)
    }

    /// Makes an object.
    pub fn post(&self, path: &str, object: &Value) -> (u16, Value) {
        self.ask("POST", path, "application/json", Some(object))
    }

    /// Puts an object in the place of what is there.
    pub fn put(&self, path: &str, object: &Value) -> (u16, Value) {
        self.ask("PUT", path, "application/json", Some(object))
    }

    /// Changes an object by a JSON merge patch.
    pub fn merge(&self, path: &str, patch: &Value) -> (u16, Value) {
        self.ask("PATCH", path, "application/merge-patch+json", Some(patch))
    }

    /// Removes what is at a path.
    pub fn delete(&self, path: &str) -> (u16, Value) {
        self.ask("DELETE", path, "application/json", Some(&json!({ "propagationPolicy": "Background" })))
    }

    /// The objects of a list.
    #[track_caller]
    pub fn list(&self, path: &str) -> Vec<Value> {
        let (status, answer) = self.get(path);
        assert_eq!(status, 200, "{path}: {answer}");
        answer["items"].as_array().cloned().unwrap_or_default()
    }

    fn ask(&self, method: &str, path: &str, media: &str, body: Option<&Value>) -> (u16, Value) {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.server))
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", media)
            .body(body.map(Value::to_string).unwrap_or_default())
            .unwrap();
        // The body of a DELETE goes along, too.
        let Ok(mut response) = self.agent.run(request) else { return (0, Value::Null) };
        let text = response.body_mut().with_config().limit(256 << 20).read_to_string().unwrap_or_default();
        let value = serde_json::from_str(&text).unwrap_or(Value::String(text));
        (response.status().as_u16(), value)
    }
}

/// Somebody who asks, and believes every server on loopback. Every status is an answer.
pub(super) fn agent(patience: Duration) -> Agent {
    let tls = TlsConfig::builder().disable_verification(true).build();
    let config = Agent::config_builder().tls_config(tls).http_status_as_error(false).max_redirects(0);
    config.allow_non_standard_methods(true).timeout_global(Some(patience)).proxy(None).build().into()
}
