//! The one layer of HTTP below registries and repositories.
//!
//! A request goes out again where that can help and cannot harm (`retry`); redirects are followed here, one by one, so
//! that no other host ever sees credentials; bodies are received with a limit, and go on where they were cut (`receive`).

mod connect;
mod receive;
mod retry;
#[cfg(test)]
mod tests;

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, LOCATION};
use reqwest::{Method, Response, StatusCode};
use url::Url;

pub(crate) use connect::Http;
pub(crate) use receive::{Want, accept, download, ensure_digest};

use crate::error::{Error, Trouble};

/// As many redirects as Go follows.
const MAX_REDIRECTS: usize = 10;

/// What an upload must reach at least, in bytes per second, so as not to count as stuck.
const SLOWEST_UPLOAD: u64 = 16 * 1024;

/// How long is waited, and how often something is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For a connection.
    pub connect: Duration,
    /// For anything at all to come.
    pub idle: Duration,
    /// How often in all something is tried.
    pub attempts: u32,
    /// Before the second attempt; doubled before each one after it.
    pub pause: Duration,
    /// The longest pause that a server may ask for.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            idle: Duration::from_mins(1),
            attempts: 6,
            pause: Duration::from_millis(250),
            patience: Duration::from_mins(1),
        }
    }
}

/// A request, which can be sent more than once.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: bytes::Bytes,
    /// Whether it may be sent again after nobody knows what became of it.
    pub(crate) repeatable: bool,
}

impl Ask {
    /// A request without a body.
    pub(crate) fn new(method: Method, url: Url) -> Self {
        let repeatable = matches!(method, Method::GET | Method::HEAD);
        Self { method, url, headers: HeaderMap::new(), body: bytes::Bytes::new(), repeatable }
    }

    pub(crate) fn get(url: Url) -> Self {
        Self::new(Method::GET, url)
    }

    /// The same with a header. Values that no header can hold are left out.
    pub(crate) fn header(mut self, name: reqwest::header::HeaderName, value: &str) -> Self {
        if let Ok(value) = value.parse() {
            self.headers.insert(name, value);
        }
        self
    }

    /// The same with credentials, which are kept out of every debug print.
    pub(crate) fn authorization(mut self, value: &str) -> Self {
        if let Ok(mut value) = reqwest::header::HeaderValue::from_str(value) {
            value.set_sensitive(true);
            self.headers.insert(AUTHORIZATION, value);
        }
        self
    }

    /// The same for a user, by name and password.
    pub(crate) fn login(self, username: &str, password: &str) -> Self {
        let pair = data_encoding::BASE64.encode(format!("{username}:{password}").as_bytes());
        self.authorization(&format!("Basic {pair}"))
    }
}

/// Whoever sends requests: plainly, or with what a registry asks for.
pub(crate) trait Sender: Sync {
    /// Sends, and waits for the head of an answer, whatever its status.
    fn send(&self, ask: &Ask) -> impl Future<Output = Result<Response, Error>> + Send;

    /// How long to wait, and how often.
    fn limits(&self) -> &Limits;
}

/// A way to talk to servers: certificates, proxies and time limits are settled.
#[derive(Clone, Debug)]
pub(crate) struct Agent {
    client: reqwest::Client,
    limits: Limits,
}

impl Sender for Agent {
    async fn send(&self, ask: &Ask) -> Result<Response, Error> {
        let mut attempt = 1;
        loop {
            let answer = self.follow(ask).await;
            match retry::pause(ask, &answer, attempt, &self.limits) {
                Some(pause) => tokio::time::sleep(pause).await,
                None => return answer,
            }
            attempt += 1;
        }
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }
}

impl Agent {
    /// Sends, and goes where the server points to.
    async fn follow(&self, ask: &Ask) -> Result<Response, Error> {
        let mut ask = ask.clone();
        for _ in 0..=MAX_REDIRECTS {
            let answer = self.once(&ask).await?;
            let Some(next) = redirect(&ask, &answer)? else { return Ok(answer) };
            if !same_origin(&ask.url, &next) {
                ask.headers.remove(AUTHORIZATION);
            }
            if answer.status() == StatusCode::SEE_OTHER && ask.method != Method::HEAD {
                ask.method = Method::GET;
                ask.body = bytes::Bytes::new();
            }
            ask.url = next;
        }
        Err(Error::nonsense(&ask.method, &ask.url, format!("more than {MAX_REDIRECTS} redirects")))
    }

    async fn once(&self, ask: &Ask) -> Result<Response, Error> {
        let uploading = Duration::from_secs(ask.body.len() as u64 / SLOWEST_UPLOAD);
        let idle = self.limits.idle;
        let mut request =
            self.client.request(ask.method.clone(), ask.url.clone()).headers(ask.headers.clone());
        if !ask.body.is_empty() {
            request = request.body(ask.body.clone());
        }
        let trouble = match tokio::time::timeout(idle + uploading, request.send()).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => connect::trouble(&error, &self.limits),
            Err(_) => Trouble::Silent { seconds: (idle + uploading).as_secs() },
        };
        Err(Error::no_answer(&ask.method, &ask.url, trouble))
    }
}

/// Where an answer points to, if it does. What changes something is repeated elsewhere only if the server says so plainly.
fn redirect(ask: &Ask, answer: &Response) -> Result<Option<Url>, Error> {
    let harmless = matches!(ask.method, Method::GET | Method::HEAD);
    let points = match answer.status().as_u16() {
        301 | 302 => harmless,
        303 | 307 | 308 => true,
        _ => false,
    };
    let Some(target) = answer.headers().get(LOCATION).filter(|_| points) else { return Ok(None) };
    let url = target.to_str().ok().and_then(|it| ask.url.join(it).ok());
    match url {
        Some(url) if matches!(url.scheme(), "http" | "https") => Ok(Some(url)),
        _ => Err(Error::nonsense(&ask.method, &ask.url, "the server redirects to an address that is none")),
    }
}

/// Whether two addresses are at the same scheme, host and port.
pub(crate) fn same_origin(a: &Url, b: &Url) -> bool {
    (a.scheme(), a.host_str(), a.port_or_known_default())
        == (b.scheme(), b.host_str(), b.port_or_known_default())
}
