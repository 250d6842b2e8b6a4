//! Servers in the tests' own process: they note what they are asked, and make the faults that rules ask for.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::http::{Request, Response};
use super::rules::{Rule, Rules};

/// Somebody who takes connections on a free port of loopback until it is dropped.
#[derive(Debug)]
pub(super) struct Listener {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
}

impl Listener {
    /// Each connection has a thread of its own. Whoever went away is not waited for: an error ends their connection, and
    /// nothing else.
    pub(super) fn new(answer: impl Fn(&TcpStream) -> std::io::Result<()> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (ended, answer) = (Arc::new(AtomicBool::new(false)), Arc::new(answer));
        let end = Arc::clone(&ended);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if end.load(Ordering::Relaxed) {
                    return;
                }
                let answer = Arc::clone(&answer);
                std::thread::spawn(move || drop(answer(&stream)));
            }
        });
        Self { address, ended }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // It waits for somebody to come.
        let _ = TcpStream::connect(self.address);
    }
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection ends without an answer.
    Drop,
    /// Nobody ever answers, and the connection stays.
    Silence,
    /// The answer comes later.
    Delay(Duration),
    /// A status in the place of an answer; 429 asks to come back in a second.
    Status(u16),
    /// A page for people where a program was to be answered: a login, or a proxy that speaks first.
    Page,
    /// The connection breaks after so many bytes of the answer's body.
    Cut(usize),
    /// The first byte of the answer's body is another one.
    Corrupt,
}

/// A server; it ends when it is dropped.
#[derive(Debug)]
pub struct Server {
    listener: Listener,
    encrypted: bool,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    rules: Rules<Fault>,
    seen: Mutex<Vec<Request>>,
}

impl Server {
    /// A server that answers as a function does, but for the faults of rules; with TLS where there is a configuration.
    pub fn new(
        tls: Option<ServerConfig>,
        rules: Vec<Rule<Fault>>,
        answer: impl Fn(&Request) -> Response + Send + Sync + 'static,
    ) -> Self {
        let shared = Arc::new(Shared { rules: Rules::new(rules, 1), seen: Mutex::default() });
        let (tls, serving) = (tls.map(Arc::new), Arc::clone(&shared));
        let encrypted = tls.is_some();
        let listener = Listener::new(move |stream| match &tls {
            None => serving.serve(stream, stream, &answer),
            Some(config) => {
                let connection = ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
                let mut talk = StreamOwned::new(connection, stream);
                serving.serve(&mut talk, stream, &answer)?;
                talk.conn.send_close_notify();
                talk.flush()
            }
        });
        Self { listener, encrypted, shared }
    }

    /// `127.0.0.1` with the port.
    pub fn host(&self) -> String {
        self.listener.address().to_string()
    }

    /// The address with `http://` or `https://`, without a slash at the end.
    pub fn url(&self) -> String {
        let scheme = if self.encrypted { "https" } else { "http" };
        format!("{scheme}://{}", self.host())
    }

    /// The requests that came so far, those that went wrong included.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// How many requests went wrong.
    pub fn faults(&self) -> u64 {
        self.shared.rules.faults()
    }
}

impl Shared {
    /// One request and what becomes of it; `below` is the connection that carries the talk.
    fn serve(
        &self,
        mut talk: impl Read + Write,
        below: &TcpStream,
        answer: &impl Fn(&Request) -> Response,
    ) -> std::io::Result<()> {
        let Some(request) = Request::read(&mut talk)? else { return Ok(()) };
        self.seen.lock().unwrap().push(request.clone());
        let head_only = request.method == "HEAD";
        let mut most = usize::MAX;
        let response = match self.rules.fault(&request.method, &request.target) {
            None => answer(&request),
            Some(Fault::Drop) => return below.shutdown(Shutdown::Both),
            Some(Fault::Silence) => return wait_for_the_end(below),
            Some(Fault::Delay(time)) => {
                std::thread::sleep(time);
                answer(&request)
            }
            Some(Fault::Status(429)) => Response::new(429).with("Retry-After", "1").body("slow down"),
            Some(Fault::Status(code)) => Response::new(code).body("something is wrong here"),
            Some(Fault::Page) => page(),
            Some(Fault::Cut(bytes)) => {
                most = bytes;
                answer(&request)
            }
            Some(Fault::Corrupt) => {
                let mut response = answer(&request);
                response.body.iter_mut().take(1).for_each(|it| *it ^= 1);
                response
            }
        };
        response.write(&mut talk, head_only, most)?;
        if most < response.body.len() { below.shutdown(Shutdown::Both) } else { Ok(()) }
    }
}

/// Until the other side has had enough.
fn wait_for_the_end(mut stream: &TcpStream) -> std::io::Result<()> {
    let mut buffer = [0; 1024];
    while stream.read(&mut buffer)? > 0 {}
    Ok(())
}

fn page() -> Response {
    let text =
        "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n";
    Response::new(200).with("Content-Type", "text/html; charset=utf-8").body(text)
}
