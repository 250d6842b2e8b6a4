//! A proxy between a client and the API server that makes faults, as rules say.
//!
//! The client speaks plain HTTP with it, one request a connection; the proxy speaks TLS with the server, as whoever may do
//! everything. Rules (`rules.rs`) say which request meets which fault. Chance comes from a seed, so that what went wrong
//! once goes wrong again.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::json;
use ureq::Agent;

use super::Rig;
use super::api::agent;
use super::http::Request;
use super::rules::Rules;
use super::web::Listener;

pub use super::rules::{Dice, Rule};

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection ends before the request reaches the server.
    Drop,
    /// The server does what it is asked for, but nobody learns of it.
    Lost,
    /// The answer comes later.
    Delay(Duration),
    /// The server is said to have answered with a status; 429 asks to come back in a second.
    Status(u16),
    /// A watch is too old: an event says 410.
    Gone,
    /// The connection breaks after so many bytes of the answer's body.
    Cut(usize),
}

/// A running proxy; it ends when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    shared: Arc<Shared>,
    listener: Listener,
}

#[derive(Debug)]
struct Shared {
    server: String,
    token: String,
    agent: Agent,
    rules: Rules<Fault>,
    requests: AtomicU64,
}

impl Proxy {
    /// A proxy before a rig.
    pub fn new(rig: &Rig, seed: u64, rules: Vec<Rule<Fault>>) -> Self {
        let shared = Arc::new(Shared {
            server: rig.server().to_owned(),
            token: rig.api().token().to_owned(),
            agent: agent(Duration::from_mins(5)),
            rules: Rules::new(rules, seed),
            requests: AtomicU64::new(0),
        });
        let serving = Arc::clone(&shared);
        let listener = Listener::new(move |stream| answer(stream, &serving));
        Self { shared, listener }
    }

    /// Its address, as a kubeconfig has it.
    pub fn server(&self) -> String {
        format!("http://{}", self.listener.address())
    }

    /// How many requests came.
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }

    /// How many of them went wrong.
    pub fn faults(&self) -> u64 {
        self.shared.rules.faults()
    }
}

fn answer(stream: &TcpStream, shared: &Shared) -> std::io::Result<()> {
    let Some(question) = Request::read(stream)? else { return Ok(()) };
    shared.requests.fetch_add(1, Ordering::Relaxed);
    match shared.rules.fault(&question.method, &question.target) {
        None => pass(stream, shared, question, usize::MAX),
        Some(Fault::Drop) => stream.shutdown(Shutdown::Both),
        Some(Fault::Lost) => {
            if let Ok(mut response) = ask(shared, question) {
                let _ = response.body_mut().read_to_vec();
            }
            stream.shutdown(Shutdown::Both)
        }
        Some(Fault::Delay(time)) => {
            std::thread::sleep(time);
            pass(stream, shared, question, usize::MAX)
        }
        Some(Fault::Status(code)) => status(stream, code),
        Some(Fault::Gone) => gone(stream),
        Some(Fault::Cut(bytes)) => pass(stream, shared, question, bytes),
    }
}

/// Headers that are about one connection, and who is at it, rather than about what it carries.
const OF_A_CONNECTION: [&str; 6] =
    ["authorization", "connection", "host", "content-length", "transfer-encoding", "accept-encoding"];

fn ask(shared: &Shared, question: Request) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
    let mut request = ureq::http::Request::builder()
        .method(question.method.as_str())
        .uri(format!("{}{}", shared.server, question.target));
    // Helm sends no token where there is no TLS.
    request = request.header("authorization", format!("Bearer {}", shared.token));
    for (name, value) in question.headers.iter().filter(|(name, _)| !OF_A_CONNECTION.contains(&name.as_str()))
    {
        request = request.header(name, value);
    }
    if question.body.is_empty() {
        return shared.agent.run(request.body(())?);
    }
    shared.agent.run(request.body(question.body)?)
}

/// Lets a request through, and so many bytes of the answer's body back.
fn pass(mut stream: &TcpStream, shared: &Shared, question: Request, most: usize) -> std::io::Result<()> {
    let Ok(response) = ask(shared, question) else { return stream.shutdown(Shutdown::Both) };
    let mut head =
        format!("HTTP/1.1 {}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n", response.status());
    for (name, value) in response.headers() {
        if !OF_A_CONNECTION.contains(&name.as_str()) {
            head += &format!("{name}: {}\r\n", value.to_str().unwrap_or_default());
        }
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    let mut body = response.into_body().into_reader();
    let mut buffer = [0; 16 * 1024];
    let mut left = most;
    loop {
        let Ok(got) = body.read(&mut buffer) else { return stream.shutdown(Shutdown::Both) };
        let taken = got.min(left);
        left -= taken;
        if taken > 0 {
            stream.write_all(format!("{taken:x}\r\n").as_bytes())?;
            stream.write_all(&buffer[..taken])?;
            stream.write_all(b"\r\n")?;
        }
        match (got, left) {
            (0, _) => break,
            (_, 0) => return stream.shutdown(Shutdown::Both),
            _ => {}
        }
    }
    stream.write_all(b"0\r\n\r\n")
}

/// An answer that the server did not give.
fn status(mut stream: &TcpStream, code: u16) -> std::io::Result<()> {
    let (reason, text) = match code {
        409 => ("Conflict", "the object has been modified; please apply your changes to the latest version"),
        429 => ("TooManyRequests", "too many requests, please try again later"),
        _ => ("InternalError", "an error on the server has prevented the request from succeeding"),
    };
    let body = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "reason": reason, "message": text, "code": code,
    })
    .to_string();
    let later = if code == 429 { "Retry-After: 1\r\n" } else { "" };
    let head = format!(
        "HTTP/1.1 {code} {reason}\r\nConnection: close\r\nContent-Type: application/json\r\n{later}Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes())
}

/// A watch whose only event says that it began too long ago.
fn gone(mut stream: &TcpStream) -> std::io::Result<()> {
    let event = json!({
        "type": "ERROR",
        "object": {
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "reason": "Expired", "message": "too old resource version", "code": 410,
        },
    });
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\n\r\n";
    stream.write_all(format!("{head}{event}\n").as_bytes())
}
