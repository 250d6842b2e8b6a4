//! A proxy between a client and the API server that makes faults, as rules say.
//!
//! The client speaks plain HTTP with it, one request a connection; the proxy speaks TLS with the server, as whoever may do
//! everything. Rules are looked at
//! in their order, and the first one that fires decides what becomes of a request. Chance comes from a seed, so that what went
//! wrong once goes wrong again.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use regex::Regex;
use serde_json::json;
use ureq::Agent;

use super::Rig;
use super::api::agent;

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

/// When something goes wrong.
#[derive(Clone, Debug)]
pub struct Rule {
    method: Option<&'static str>,
    path: Regex,
    nth: Option<u64>,
    chance: Option<f64>,
    fault: Fault,
    matched: u64,
}

impl Rule {
    /// Whenever a path with its query matches a pattern.
    pub fn new(path: &str, fault: Fault) -> Self {
        Self { method: None, path: Regex::new(path).unwrap(), nth: None, chance: None, fault, matched: 0 }
    }

    /// Only for one method.
    pub fn method(self, method: &'static str) -> Self {
        Self { method: Some(method), ..self }
    }

    /// Only for the nth request that matches, counted from 1.
    pub fn nth(self, nth: u64) -> Self {
        Self { nth: Some(nth), ..self }
    }

    /// Only with a probability.
    pub fn chance(self, chance: f64) -> Self {
        Self { chance: Some(chance), ..self }
    }

    fn fires(&mut self, method: &str, path: &str, dice: &mut Dice) -> bool {
        if self.method.is_some_and(|it| it != method) || !self.path.is_match(path) {
            return false;
        }
        self.matched += 1;
        self.nth.is_none_or(|it| it == self.matched) && self.chance.is_none_or(|it| dice.fraction() < it)
    }
}

/// Chance from a seed (splitmix64): enough for tests, and the same everywhere.
#[derive(Clone, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// The next number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to a bound, without it.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound.max(1)
    }

    /// A number from 0 to 1.
    pub fn fraction(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// A running proxy; it ends when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    shared: Arc<Shared>,
    address: SocketAddr,
}

#[derive(Debug)]
struct Shared {
    server: String,
    token: String,
    agent: Agent,
    rules: Mutex<(Vec<Rule>, Dice)>,
    requests: AtomicU64,
    faults: AtomicU64,
    ended: AtomicBool,
}

impl Proxy {
    /// A proxy before a rig.
    pub fn new(rig: &Rig, seed: u64, rules: Vec<Rule>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            server: rig.server().to_owned(),
            token: rig.api().token().to_owned(),
            agent: agent(Duration::from_mins(5)),
            rules: Mutex::new((rules, Dice(seed))),
            requests: AtomicU64::new(0),
            faults: AtomicU64::new(0),
            ended: AtomicBool::new(false),
        });
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || serve(&listener, &serving));
        Self { shared, address }
    }

    /// Its address, as a kubeconfig has it.
    pub fn server(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests came.
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }

    /// How many of them went wrong.
    pub fn faults(&self) -> u64 {
        self.shared.faults.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Relaxed);
        // It waits for somebody to come.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming().map_while(Result::ok) {
        if shared.ended.load(Ordering::Relaxed) {
            return;
        }
        let shared = Arc::clone(shared);
        // Whoever went away is not waited for: an error ends this connection, and nothing else.
        std::thread::spawn(move || drop(answer(&stream, &shared)));
    }
}

/// A request as it came.
struct Question {
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

fn answer(stream: &TcpStream, shared: &Shared) -> std::io::Result<()> {
    let Some(question) = read(stream)? else { return Ok(()) };
    shared.requests.fetch_add(1, Ordering::Relaxed);
    let fault = {
        let mut rules = shared.rules.lock().unwrap();
        let (rules, dice) = &mut *rules;
        let fired = rules
            .iter_mut()
            .find_map(|rule| rule.fires(&question.method, &question.path, dice).then(|| rule.fault.clone()));
        shared.faults.fetch_add(u64::from(fired.is_some()), Ordering::Relaxed);
        fired
    };
    match fault {
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

fn read(stream: &TcpStream) -> std::io::Result<Option<Question>> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
    let (method, path) = (method.to_owned(), path.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let header =
        |wanted: &str| headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
    let body = if header("transfer-encoding") == Some("chunked") {
        read_chunks(&mut reader)?
    } else {
        let length = header("content-length").and_then(|it| it.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        body
    };
    Ok(Some(Question { method, path, headers, body }))
}

fn read_chunks(reader: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let size = usize::from_str_radix(line.trim(), 16).unwrap_or(0);
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk)?;
        if size == 0 {
            return Ok(body);
        }
        body.extend_from_slice(&chunk[..size]);
    }
}

/// Headers that are about one connection, and who is at it, rather than about what it carries.
const OF_A_CONNECTION: [&str; 6] =
    ["authorization", "connection", "host", "content-length", "transfer-encoding", "accept-encoding"];

fn ask(shared: &Shared, question: Question) -> Result<ureq::http::Response<ureq::Body>, ureq::Error> {
    let mut request = ureq::http::Request::builder()
        .method(question.method.as_str())
        .uri(format!("{}{}", shared.server, question.path));
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
fn pass(mut stream: &TcpStream, shared: &Shared, question: Question, most: usize) -> std::io::Result<()> {
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
