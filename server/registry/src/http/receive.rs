//! Bodies: received up to a limit, held against their digest, and fetched on from where they were cut.

use std::io::Read;

use reqwest::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, IF_RANGE, RANGE,
};
use reqwest::{Method, Response, StatusCode};
use serde::Deserialize;

use super::{Ask, Limits, Sender, connect};
use crate::cache::{hex, sha256};
use crate::error::{Error, Refusal, RegistryError, Trouble, shown};

/// How much of a refusal is looked at, in bytes.
const MAX_REFUSAL: usize = 8 * 1024;

/// How much of a page is repeated in a message, in characters.
const MAX_QUOTE: usize = 200;

/// What a body may be.
#[derive(Clone, Debug)]
pub(crate) struct Want<'a> {
    /// At most so many bytes, unpacked.
    pub(crate) limit: u64,
    /// Of this digest, with or without `sha256:`, if one is known.
    pub(crate) digest: Option<&'a str>,
    /// Whether it may come packed: large texts do, archives are packed already.
    pub(crate) packed: bool,
}

/// An answer whose body was received.
#[derive(Debug)]
pub(crate) struct Received {
    /// The head, with the address that answered in the end.
    pub(crate) head: Head,
    /// The body, as it was before it was packed for the way.
    pub(crate) data: Vec<u8>,
}

/// The head of an answer.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) url: url::Url,
    pub(crate) headers: reqwest::header::HeaderMap,
}

impl Head {
    fn of(answer: &Response) -> Self {
        Self { url: answer.url().clone(), headers: answer.headers().clone() }
    }

    /// A header's text, if it is there.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What the server says that it sent, in lower case and without parameters.
    pub(crate) fn media_type(&self) -> String {
        let value = self.headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }
}

impl Received {
    /// The body as JSON.
    pub(crate) fn json<T: for<'de> Deserialize<'de>>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.data).map_err(|error| {
            let what = match page(&self.head.media_type(), &self.data) {
                Some(page) => format!("JSON was due, but {page} came; is this the address of a registry?"),
                None => format!("the answer is no JSON of the kind that was due: {error}"),
            };
            Error::nonsense(&Method::GET, &self.head.url, what)
        })
    }
}

/// Sends a request, and receives the whole body of a good answer. What was cut goes on from there.
pub(crate) async fn download(sender: &impl Sender, ask: &Ask, want: &Want<'_>) -> Result<Received, Error> {
    let ask = ask.clone().header(ACCEPT_ENCODING, if want.packed { "gzip" } else { "identity" });
    let mut got = Vec::new();
    let mut answer = accept(&ask, sender.send(&ask).await?, &[200]).await?;
    let mut head = Head::of(&answer);
    let (mut attempt, mut had) = (1, 0);
    while let Err(error) = receive(&ask, &mut answer, &mut got, want.limit, sender.limits()).await {
        let is_stuck = matches!(&error, Error::NoAnswer(it) if matches!(it.trouble, Trouble::Silent { .. }))
            && got.len() <= had;
        if attempt >= sender.limits().attempts || !matches!(&error, Error::NoAnswer(_)) || is_stuck {
            return Err(error);
        }
        had = got.len();
        tokio::time::sleep(sender.limits().backoff(attempt)).await;
        attempt += 1;
        answer = accept(&ask, sender.send(&from(&ask, got.len(), &head)).await?, &[200, 206]).await?;
        if !continues(&answer, got.len()) {
            got.clear();
            head = Head::of(&answer);
        }
    }
    let data = unpack(&ask, &head, got, want.limit)?;
    // Texts are read by whoever knows what they should be, and says so.
    if !want.packed && is_html(&head.media_type(), &data) {
        let page = page("text/html", &data).unwrap_or_default();
        let why = format!(
            "{page} came instead; is the address right, or does somebody ask for a login in between?"
        );
        return Err(Error::nonsense(&ask.method, &head.url, why));
    }
    ensure_digest(&shown(&ask.url), &data, want.digest)?;
    Ok(Received { head, data })
}

/// The same request for what is missing, if it is still the same.
fn from(ask: &Ask, have: usize, head: &Head) -> Ask {
    let etag = head.headers.get(ETAG).and_then(|it| it.to_str().ok()).filter(|it| !it.starts_with("W/"));
    if have == 0 {
        return ask.clone();
    }
    let ranged = ask.clone().header(RANGE, &format!("bytes={have}-"));
    match etag {
        Some(etag) => ranged.header(IF_RANGE, etag),
        None => ranged,
    }
}

/// Whether an answer goes on exactly where the last one was cut.
fn continues(answer: &Response, have: usize) -> bool {
    let range = answer.headers().get(CONTENT_RANGE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    answer.status() == StatusCode::PARTIAL_CONTENT && range.starts_with(&format!("bytes {have}-"))
}

async fn receive(
    ask: &Ask,
    answer: &mut Response,
    got: &mut Vec<u8>,
    limit: u64,
    limits: &Limits,
) -> Result<(), Error> {
    let no_answer = |trouble| Error::no_answer(&ask.method, &ask.url, trouble);
    let too_large = || Error::TooLarge { what: shown(&ask.url), limit };
    let announced = answer.headers().get(CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: u64| got.len() as u64 + length > limit) {
        return Err(too_large());
    }
    loop {
        match tokio::time::timeout(limits.idle, answer.chunk()).await {
            Ok(Ok(Some(chunk))) => got.extend_from_slice(&chunk),
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(no_answer(Trouble::Cut(connect::reasons(&error)))),
            Err(_) => return Err(no_answer(Trouble::Silent { seconds: limits.idle.as_secs() })),
        }
        if got.len() as u64 > limit {
            return Err(too_large());
        }
    }
}

fn unpack(ask: &Ask, head: &Head, data: Vec<u8>, limit: u64) -> Result<Vec<u8>, Error> {
    let encoding = head.headers.get(CONTENT_ENCODING).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let asked_for = ask.headers.get(ACCEPT_ENCODING).is_some_and(|it| it == "gzip");
    if !asked_for || encoding != "gzip" {
        return Ok(data);
    }
    let mut unpacked = Vec::new();
    let mut reader = flate2::read::MultiGzDecoder::new(&data[..]).take(limit + 1);
    reader
        .read_to_end(&mut unpacked)
        .map_err(|error| Error::nonsense(&ask.method, &ask.url, format!("broken gzip came: {error}")))?;
    match unpacked.len() as u64 > limit {
        true => Err(Error::TooLarge { what: shown(&ask.url), limit }),
        false => Ok(unpacked),
    }
}

/// Holds content against the digest that it must have. Other algorithms than SHA-256 are refused, not believed.
pub(crate) fn ensure_digest(what: &str, data: &[u8], expected: Option<&str>) -> Result<(), Error> {
    let Some(expected) = expected else { return Ok(()) };
    let got = sha256(data);
    if hex(expected).eq_ignore_ascii_case(&got) {
        return Ok(());
    }
    Err(Error::Digest { what: what.to_owned(), expected: expected.to_owned(), got: format!("sha256:{got}") })
}

/// The answer, if its status is one of these; else what the server says against it.
pub(crate) async fn accept(ask: &Ask, answer: Response, statuses: &[u16]) -> Result<Response, Error> {
    if statuses.contains(&answer.status().as_u16()) {
        return Ok(answer);
    }
    Err(refusal(ask, answer).await)
}

async fn refusal(ask: &Ask, mut answer: Response) -> Error {
    #[derive(Default, Deserialize)]
    struct Body {
        #[serde(default)]
        errors: Vec<RegistryError>,
    }
    let (url, status, head) = (answer.url().clone(), answer.status().as_u16(), Head::of(&answer));
    let mut body = Vec::new();
    // A refusal whose text is cut is one all the same.
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() >= MAX_REFUSAL {
            break;
        }
    }
    let errors = serde_json::from_slice::<Body>(&body).unwrap_or_default().errors;
    let advice = match status {
        429 => "The server is asked too often; try again later.",
        401 => "The server wants to know who asks: --username and --password say it.",
        _ => "",
    };
    Error::Refused(Box::new(Refusal {
        method: ask.method.clone(),
        url,
        status,
        page: errors.is_empty().then(|| page(&head.media_type(), &body)).flatten(),
        errors,
        advice: advice.to_owned(),
    }))
}

/// Whether it is a page for people. Nothing that is asked for here is one.
fn is_html(media_type: &str, data: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&data[..data.len().min(64)]);
    let start = start.trim_start().to_ascii_lowercase();
    let is_binary = data.starts_with(b"\x1F\x8B");
    start.starts_with("<!doctype html")
        || start.starts_with("<html")
        || media_type == "text/html" && !is_binary
}

/// What a text is that should have been something else: `an HTML page, "Sign in"`.
fn page(media_type: &str, data: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(data);
    if is_html(media_type, data) {
        let title = text.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
        return Some(match title {
            Some((title, _)) => format!("an HTML page, \"{}\"", line(title)),
            None => "an HTML page".to_owned(),
        });
    }
    (media_type.starts_with("text/") && !text.trim().is_empty()).then(|| format!("\"{}\"", line(&text)))
}

fn line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|it| !it.is_control()).take(MAX_QUOTE).collect()
}
