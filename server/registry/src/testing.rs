//! A server for tests that answers as it is told, and remembers what it was asked: one thread, one request a connection.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::client::Client;
use crate::http::Limits;
use crate::settings::{Access, Settings};

/// How a client begins that wants TLS.
const TLS_HANDSHAKE: u8 = 0x16;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    /// By names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn is(&self, method: &str, path: &str) -> bool {
        self.method == method && self.path == path
    }
}

/// What is answered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// After how many bytes of the body the connection is cut.
    cut: Option<usize>,
    /// Whether nothing follows then, instead.
    is_stuck: bool,
}

pub(crate) fn reply(status: u16, body: impl Into<Vec<u8>>) -> Reply {
    Reply { status, body: body.into(), ..Reply::default() }
}

impl Reply {
    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn cut_after(mut self, bytes: usize) -> Self {
        self.cut = Some(bytes);
        self
    }

    pub(crate) fn stuck_after(self, bytes: usize) -> Self {
        Self { is_stuck: true, ..self.cut_after(bytes) }
    }
}

/// A server on this machine.
pub(crate) struct Fake {
    /// Host and port.
    pub(crate) host: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Fake {
    /// Answers as the function says. No reply is none at all: the line is kept open in silence.
    pub(crate) fn start(mut answer: impl FnMut(&Asked) -> Option<Reply> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let noted = asked.clone();
        std::thread::spawn(move || {
            let mut silent = Vec::new();
            for stream in listener.incoming() {
                let Some((request, stream)) = stream.ok().and_then(read) else { continue };
                noted.lock().unwrap().push(request.clone());
                match answer(&request) {
                    Some(reply) => {
                        write(&stream, &request, &reply);
                        silent.extend(reply.is_stuck.then_some(stream));
                    }
                    None => silent.push(stream),
                }
            }
        });
        Self { host, asked }
    }

    /// All requests until now.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// All requests until now, as `METHOD path`.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.asked().iter().map(|it| format!("{} {}", it.method, it.path)).collect()
    }

    pub(crate) fn url(&self, path: &str) -> url::Url {
        format!("http://{}{path}", self.host).parse().unwrap()
    }
}

fn read(mut stream: TcpStream) -> Option<(Asked, TcpStream)> {
    let mut first = [0];
    stream.peek(&mut first).ok()?;
    if first[0] == TLS_HANDSHAKE {
        // As Go's server does, which knows what this is.
        stream.write_all(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTPS request\n").ok()?;
        return None;
    }
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|it| it.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((Asked { method, path, headers, body }, reader.into_inner()))
}

fn write(mut stream: &TcpStream, asked: &Asked, reply: &Reply) {
    let mut head = format!("HTTP/1.1 {} It\r\nConnection: close\r\n", reply.status);
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!("Content-Length: {}\r\n\r\n", reply.body.len()));
    let body = match asked.method.as_str() {
        "HEAD" => &[],
        _ => &reply.body[..reply.cut.unwrap_or(reply.body.len())],
    };
    // Whoever asked may be gone already.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}

/// A client whose files are all in a folder, and that does not wait for long.
pub(crate) fn client(folder: &tempfile::TempDir) -> Client {
    let at = |name: &str| folder.path().join(name);
    Client::new(Settings {
        registry_config: at("registry/config.json"),
        docker_config: Some(at("docker.json")),
        repository_config: at("repositories.yaml"),
        repository_cache: at("repository"),
        content_cache: at("content"),
        limits: Limits {
            idle: Duration::from_millis(400),
            pause: Duration::from_millis(1),
            attempts: 4,
            ..Limits::default()
        },
        ..Settings::default()
    })
    .unwrap()
}

/// Without TLS, and as nobody.
pub(crate) fn plain() -> Access {
    Access { plain_http: true, ..Access::default() }
}
