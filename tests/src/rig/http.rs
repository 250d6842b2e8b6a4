//! Requests and answers of HTTP/1.1 as the servers of a rig read and write them: one of each a connection.

use std::io::{BufRead, BufReader, Read, Write};

use serde_json::Value;

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET` and its like.
    pub method: String,
    /// The path with its query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, without what a transfer put around it.
    pub body: Vec<u8>,
}

impl Request {
    /// Reads one; `None` where somebody only looked whether anyone listens.
    pub(super) fn read(stream: impl Read) -> std::io::Result<Option<Self>> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut words = line.split_whitespace();
        let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
        let (method, target) = (method.to_owned(), path_of(target).to_owned());
        let mut request = Self { method, target, headers: Vec::new(), body: Vec::new() };
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        request.body = if request.header("transfer-encoding") == Some("chunked") {
            read_chunks(&mut reader)?
        } else {
            let length = request.header("content-length").and_then(|it| it.parse().ok()).unwrap_or(0);
            let mut body = vec![0; length];
            reader.read_exact(&mut body)?;
            body
        };
        Ok(Some(request))
    }

    /// The value of a header, its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(&self.target, |(path, _)| path)
    }

    /// All values of a parameter of the query.
    pub fn queries(&self, name: &str) -> Vec<String> {
        fields(self.target.split_once('?').map_or("", |(_, query)| query), name)
    }

    /// The first value of a parameter of the query.
    pub fn query(&self, name: &str) -> Option<String> {
        self.queries(name).into_iter().next()
    }

    /// The first value of a field of a form in the body.
    pub fn field(&self, name: &str) -> Option<String> {
        fields(&String::from_utf8_lossy(&self.body), name).into_iter().next()
    }
}

/// What is asked for. Whoever takes the server for a proxy says the whole address.
fn path_of(target: &str) -> &str {
    let rest = target.strip_prefix("http://").and_then(|it| it.split_once('/'));
    rest.map_or(target, |(host, _)| &target["http://".len() + host.len()..])
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

/// The values of a field in `a=b&c=d`, decoded.
fn fields(text: &str, name: &str) -> Vec<String> {
    let pairs = text.split('&').filter_map(|it| it.split_once('='));
    pairs.filter(|(it, _)| decoded(it) == name).map(|(_, value)| decoded(value)).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |it: Option<u8>| it.and_then(|it| char::from(it).to_digit(16));
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => match (digit(rest.next()), digit(rest.next())) {
                (Some(high), Some(low)) => (high * 16 + low) as u8,
                _ => b'?',
            },
            byte => byte,
        });
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// The status of HTTP.
    pub status: u16,
    /// The headers, without those that the writer adds: `Content-Length` and `Connection`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// Only a status.
    pub fn new(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// A body of JSON.
    pub fn json(status: u16, value: &Value) -> Self {
        Self::new(status).with("Content-Type", "application/json").body(value.to_string())
    }

    /// With a header.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// With a body.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The part of a body that a request asks for, or all of it: whoever lost a connection goes on where it broke.
    pub fn ranged(mut self, request: &Request) -> Self {
        let range = request.header("range").and_then(|it| it.strip_prefix("bytes="));
        let Some((start, end)) = range.and_then(|it| it.split_once('-')) else { return self };
        let total = self.body.len();
        let start: usize = start.parse().unwrap_or(0);
        let end = end.parse().unwrap_or(usize::MAX).min(total.saturating_sub(1));
        if start > end {
            return Self::new(416).with("Content-Range", format!("bytes */{total}"));
        }
        self.status = 206;
        self.body = self.body[start..=end].to_vec();
        self.with("Content-Range", format!("bytes {start}-{end}/{total}"))
    }

    /// Writes it, the body up to so many bytes; nothing of it where only the head was asked for.
    pub(super) fn write(&self, mut stream: impl Write, head_only: bool, most: usize) -> std::io::Result<()> {
        let mut head = format!("HTTP/1.1 {} {}\r\nConnection: close\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if !self.headers.iter().any(|(name, _)| name == "Content-Length") {
            head += &format!("Content-Length: {}\r\n", self.body.len());
        }
        stream.write_all(format!("{head}\r\n").as_bytes())?;
        if !head_only {
            stream.write_all(&self.body[..self.body.len().min(most)])?;
        }
        stream.flush()
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        206 => "Partial Content",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        416 => "Range Not Satisfiable",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Something",
    }
}
