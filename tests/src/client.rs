//! A language client over the server's standard streams: requests, notifications, and what the server sends.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);

/// A running server and the documents that we have open in it.
#[derive(Debug)]
pub struct Client {
    server: Child,
    stdin: ChildStdin,
    messages: Receiver<Value>,
    root: PathBuf,
    last_id: i64,
    texts: HashMap<String, (i64, String)>,
    /// Notifications that arrived and nobody asked for yet.
    pending: Vec<Value>,
}

impl Client {
    /// Starts the server for a folder and initializes it as a plain UTF-16 client that takes pushed diagnostics.
    pub fn start(root: &Path) -> Self {
        Self::start_with(root, json!({}))
    }

    /// The same with `initializationOptions`.
    pub fn start_with(root: &Path, options: Value) -> Self {
        let mut server = Command::new(crate::chartroom());
        server.arg("lsp").current_dir(root);
        Self::start_as(server, root, options)
    }

    /// The same with a server in surroundings of its own.
    pub fn start_as(mut server: Command, root: &Path, options: Value) -> Self {
        server.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = server.spawn().unwrap();
        let (stdin, stdout) = (server.stdin.take().unwrap(), server.stdout.take().unwrap());
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stdout);
            while let Some(message) = read_message(&mut reader) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let root = root.to_owned();
        let mut client =
            Self { server, stdin, messages, root, last_id: 0, texts: HashMap::new(), pending: Vec::new() };
        let folder = json!({ "uri": client.uri(""), "name": "chart" });
        let capabilities = json!({
            "general": { "positionEncodings": ["utf-16"] },
            "workspace": { "workspaceFolders": true, "didChangeWatchedFiles": { "dynamicRegistration": true } },
            "textDocument": {
                "publishDiagnostics": { "versionSupport": true },
                "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
                "completion": { "completionItem": { "snippetSupport": true } },
                "hover": { "contentFormat": ["markdown"] },
            },
        });
        let params = json!({
            "processId": std::process::id(), "rootUri": folder["uri"], "workspaceFolders": [folder],
            "capabilities": capabilities, "initializationOptions": options,
        });
        client.request("initialize", params);
        client.notify("initialized", json!({}));
        client
    }

    /// The address of a file below the root.
    pub fn uri(&self, name: &str) -> String {
        format!("file://{}", self.root.join(name).display()).trim_end_matches('/').to_owned()
    }

    /// The server's process, to measure it.
    pub fn pid(&self) -> u32 {
        self.server.id()
    }

    /// Sends a request and waits for the answer; an error answer fails the test.
    pub fn request(&mut self, method: &str, params: Value) -> Value {
        let answer = self.try_request(method, params);
        assert!(answer.get("error").is_none(), "{method}: {}", answer["error"]);
        answer["result"].clone()
    }

    /// Sends a request and waits for the answer, error or not.
    pub fn try_request(&mut self, method: &str, params: Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.wait(method, |message| message["id"] == id && message.get("method").is_none())
    }

    /// Sends a notification.
    pub fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Opens a file with the text that it has on disk.
    pub fn open(&mut self, name: &str, language: &str) {
        let text = std::fs::read_to_string(self.root.join(name)).unwrap();
        self.open_text(name, language, &text);
    }

    /// Opens a file with another text.
    pub fn open_text(&mut self, name: &str, language: &str, text: &str) {
        self.texts.insert(name.to_owned(), (1, text.to_owned()));
        let document = json!({ "uri": self.uri(name), "languageId": language, "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces the first occurrence of `old`, as an editor sends a typed change.
    pub fn replace(&mut self, name: &str, old: &str, new: &str) {
        let (version, text) = self.texts.get_mut(name).unwrap();
        let at = text.find(old).unwrap_or_else(|| panic!("{name} has no {old:?}"));
        let range = json!({ "start": position(text, at), "end": position(text, at + old.len()) });
        text.replace_range(at..at + old.len(), new);
        *version += 1;
        let document =
            json!({ "uri": format!("file://{}", self.root.join(name).display()), "version": *version });
        let change = json!({ "range": range, "text": new });
        self.notify(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": [change] }),
        );
    }

    /// A request's place: behind the first occurrence of `snippet` in the text as it is now.
    pub fn behind(&self, name: &str, snippet: &str) -> Value {
        let text = &self.texts[name].1;
        let at = text.find(snippet).unwrap_or_else(|| panic!("{name} has no {snippet:?}")) + snippet.len();
        json!({ "textDocument": { "uri": self.uri(name) }, "position": position(text, at) })
    }

    /// Waits for a notification that is wanted, earlier ones included.
    pub fn notification(&mut self, method: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let fits = |message: &Value| message["method"] == method && wanted(&message["params"]);
        if let Some(at) = self.pending.iter().position(fits) {
            return self.pending.remove(at)["params"].clone();
        }
        self.wait(method, fits)["params"].clone()
    }

    /// The labels of a completion answer.
    pub fn labels(answer: &Value) -> Vec<String> {
        let items = answer.get("items").unwrap_or(answer).as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }

    fn wait(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let message = match self.messages.recv_timeout(left) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => panic!("no {what} within {PATIENCE:?}"),
                Err(RecvTimeoutError::Disconnected) => panic!("the server ended while we waited for {what}"),
            };
            if wanted(&message) {
                return message;
            }
            if message.get("id").is_some() && message.get("method").is_some() {
                self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": null }));
            } else if message.get("method").is_some() {
                self.pending.push(message);
            }
        }
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.stdin, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.stdin.flush().unwrap();
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn read_message(reader: &mut BufReader<ChildStdout>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim() {
            "" => break,
            header => {
                if let Some(value) = header.strip_prefix("Content-Length:") {
                    length = value.trim().parse().ok()?;
                }
            }
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

/// The protocol's position of a byte offset, in UTF-16.
fn position(text: &str, offset: usize) -> Value {
    let line = text[..offset].matches('\n').count();
    let start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": line, "character": text[start..offset].encode_utf16().count() })
}
