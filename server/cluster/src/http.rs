//! Requests and answers: addresses, headers, what may be sent again, and what an error says.

use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER, USER_AGENT};
use http::{HeaderValue, Method, Request, Response};
use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use release::ports::ApiError;
use serde_json::Value;

/// Records carry the first part of it as the manager of their fields, with each Helm and with us.
const AGENT: HeaderValue = HeaderValue::from_static("Helm/4.3.1 chartroom");

/// No answer takes longer; watches are told apart.
const TIMEOUT: Duration = Duration::from_mins(1);
const NO_ANSWER: &str = "there was no answer for a minute";

/// As often as something is sent again that the server could not take.
const ATTEMPTS: u32 = 6;

/// An API server.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) client: Client,
    pub(crate) server: Arc<str>,
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) accept: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) body: Vec<u8>,
    /// Whether it is sent again, whatever came in between.
    persistent: bool,
}

impl Call {
    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn new(method: Method, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            query: Vec::new(),
            accept: "application/json",
            content_type: "application/json",
            body: Vec::new(),
            persistent: false,
        }
    }

    /// What would leave something half done if it did not arrive. Sending it twice must be the same as sending it once.
    pub(crate) fn persistent(self) -> Self {
        Self { persistent: true, ..self }
    }

    pub(crate) fn query(mut self, key: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.query.push((key, value));
        }
        self
    }

    pub(crate) fn accept(self, accept: &'static str) -> Self {
        Self { accept, ..self }
    }

    pub(crate) fn body(self, content_type: &'static str, value: &Value) -> Self {
        Self { content_type, body: value.to_string().into_bytes(), ..self }
    }

    fn address(&self) -> String {
        let mut address = self.path.clone();
        for (at, (key, value)) in self.query.iter().enumerate() {
            address.push(if at == 0 { '?' } else { '&' });
            address.push_str(key);
            address.push('=');
            address.push_str(&escaped(value));
        }
        address
    }

    fn request(&self) -> Result<Request<Body>, ApiError> {
        Request::builder()
            .method(self.method.clone())
            .uri(self.address())
            .header(ACCEPT, self.accept)
            .header(CONTENT_TYPE, self.content_type)
            .header(USER_AGENT, AGENT)
            .body(Body::from(self.body.clone()))
            .map_err(|error| ApiError::unreached(error.to_string()))
    }

    /// Whether sending it twice is the same as sending it once.
    fn may_be_repeated(&self) -> bool {
        self.method != Method::POST
    }
}

/// A part of an address, with everything escaped that means something in one.
pub(crate) fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if plain(byte) { out.push(byte.into()) } else { out.push_str(&format!("%{byte:02X}")) }
    }
    out
}

impl Api {
    /// Sends a call and reads the answer as JSON.
    pub(crate) async fn json(&self, call: Call) -> Result<Value, ApiError> {
        let bytes = self.bytes(call).await?;
        serde_json::from_slice(&bytes).map_err(|error| {
            ApiError::unreached(format!("{} sent something that is no JSON: {error}", self.server))
        })
    }

    /// Sends a call, again where the server could not take it, and reads the answer.
    pub(crate) async fn bytes(&self, call: Call) -> Result<Vec<u8>, ApiError> {
        for attempt in 1.. {
            let error = match self.once(&call).await {
                Ok(bytes) => return Ok(bytes),
                Err(error) => error,
            };
            match error.pause(&call, attempt) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return Err(error.error),
            }
        }
        unreachable!("attempts are counted")
    }

    async fn once(&self, call: &Call) -> Result<Vec<u8>, Failed> {
        let work = async {
            let response = self.response(call).await?;
            let retry_after = retry_after(&response);
            let status = response.status();
            let body = response.into_body().collect().await.map_err(|error| self.unreached(call, &error))?;
            let bytes = body.to_bytes().to_vec();
            if status.is_success() {
                return Ok(bytes);
            }
            Err(Failed { error: api_error(status.as_u16(), &bytes), retry_after })
        };
        match tokio::time::timeout(TIMEOUT, work).await {
            Ok(done) => done,
            Err(_) => Err(self.unreached(call, &NO_ANSWER)),
        }
    }

    /// Sends a call once and gives the answer as it begins.
    pub(crate) async fn response(&self, call: &Call) -> Result<Response<Body>, Failed> {
        let request = call.request().map_err(Failed::from)?;
        self.client.send(request).await.map_err(|error| self.unreached(call, &error))
    }

    fn unreached(&self, call: &Call, error: &dyn std::fmt::Display) -> Failed {
        let method = golang_method(&call.method);
        let message =
            format!("kubernetes cluster unreachable: {method} \"{}{}\": {error}", self.server, call.path);
        Failed { error: ApiError::unreached(message), retry_after: None }
    }
}

/// As Go's `net/http` writes it in errors.
fn golang_method(method: &Method) -> String {
    let (first, rest) = method.as_str().split_at(1);
    format!("{first}{}", rest.to_lowercase())
}

/// A call that failed.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) error: ApiError,
    /// How long the server asks to be left alone.
    retry_after: Option<Duration>,
}

impl From<ApiError> for Failed {
    fn from(error: ApiError) -> Self {
        Self { error, retry_after: None }
    }
}

impl Failed {
    /// How long to wait before the same is sent again; `None` where that is of no use.
    fn pause(&self, call: &Call, attempt: u32) -> Option<Duration> {
        if attempt >= ATTEMPTS {
            return None;
        }
        let backoff = Duration::from_millis(100 * (1 << attempt.min(5)));
        let pause = self.retry_after.unwrap_or(backoff).min(Duration::from_secs(10));
        match self.error.code {
            // It was not looked at.
            429 => Some(pause),
            503 | 504 | 500 if call.may_be_repeated() && self.retry_after.is_some() => Some(pause),
            409 | 500..=504 if call.persistent => Some(pause),
            500..=504 if call.method == Method::GET => Some(pause),
            0 if call.persistent && !is_silent(&self.error) => Some(backoff),
            // The connection broke. A server that cannot be found does not come back so soon.
            0 if call.method == Method::GET && attempt < 3 && !is_refused(&self.error) => Some(backoff),
            _ => None,
        }
    }
}

fn is_refused(error: &ApiError) -> bool {
    is_silent(error) || ["refused", "dns error", "certificate"].iter().any(|it| error.message.contains(it))
}

/// Whether it was waited for long enough.
fn is_silent(error: &ApiError) -> bool {
    error.message.contains(NO_ANSWER)
}

fn retry_after(response: &Response<Body>) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// What an answer that is none says.
pub(crate) fn api_error(code: u16, body: &[u8]) -> ApiError {
    let Ok(status) = serde_json::from_slice::<Value>(body) else {
        let text = String::from_utf8_lossy(body);
        let message = match (code, text.trim()) {
            (404, _) => "the server could not find the requested resource".to_owned(),
            (_, "") => format!("the server answered with status {code}"),
            (_, text) => text.chars().take(1000).collect(),
        };
        let reason = if code == 404 { "NotFound" } else { "" };
        return ApiError { code, reason: reason.to_owned(), message, details: Box::default() };
    };
    let text = |key: &str| status[key].as_str().unwrap_or_default().to_owned();
    ApiError {
        code,
        reason: text("reason"),
        message: text("message"),
        details: Box::new(status["details"].clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_escaped() {
        let call =
            Call::get("/api/v1/pods").query("labelSelector", "a=b,c in (d)").query("fieldSelector", "");
        assert_eq!(call.address(), "/api/v1/pods?labelSelector=a%3Db%2Cc%20in%20%28d%29");
    }

    #[test]
    fn errors_are_read_from_a_status() {
        let body = br#"{"kind":"Status","reason":"AlreadyExists","message":"pods \"a\" already exists","details":{"name":"a"}}"#;
        let error = api_error(409, body);
        assert!(error.is_already_exists());
        assert_eq!(error.to_string(), "pods \"a\" already exists");
        assert_eq!(api_error(502, b"<html>").message, "<html>");
    }

    #[test]
    fn what_was_taken_is_not_sent_twice() {
        let failed = |code| Failed { error: ApiError { code, ..ApiError::default() }, retry_after: None };
        let post = Call::new(Method::POST, "/");
        assert!(failed(429).pause(&post, 1).is_some());
        assert!(failed(500).pause(&post, 1).is_none());
        assert!(failed(503).pause(&Call::get("/"), 1).is_some());
        assert!(failed(503).pause(&Call::get("/"), ATTEMPTS).is_none());
        assert!(failed(404).pause(&Call::get("/"), 1).is_none());
    }

    #[test]
    fn what_must_arrive_is_sent_again() {
        let failed = |code, message: &str| Failed {
            error: ApiError { code, message: message.to_owned(), ..ApiError::default() },
            retry_after: None,
        };
        let put = Call::new(Method::PUT, "/");
        let persistent = put.clone().persistent();
        for (code, message) in [(0, "connection reset"), (0, "connection refused"), (409, ""), (500, "")] {
            assert!(failed(code, message).pause(&put, 1).is_none(), "{code}");
            assert!(failed(code, message).pause(&persistent, 1).is_some(), "{code}");
            assert!(failed(code, message).pause(&persistent, ATTEMPTS).is_none(), "{code}");
        }
        for (code, message) in [(0, NO_ANSWER), (403, ""), (422, "")] {
            assert!(failed(code, message).pause(&persistent, 1).is_none(), "{code}");
        }
    }
}
