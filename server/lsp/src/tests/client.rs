//! A language client for tests, and a chart on disk to open.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::io::{
    AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, duplex,
};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;

use super::fake::Fake;
use crate::convert::uri;
use crate::preview::PreviewSource;
use crate::serve::{Parts, ServeError, serve};
use crate::{Clusters, Market, NoClusters, NoMarket};

/// Room for what is under way: more than any test sends.
const PIPE: usize = 1 << 24;

pub(super) struct Client {
    to_server: DuplexStream,
    from_server: UnboundedReceiver<Value>,
    /// What came while something else was waited for.
    later: VecDeque<Value>,
    pub(super) server: JoinHandle<Result<(), ServeError>>,
    last_id: i64,
    pub(super) folder: tempfile::TempDir,
    /// What `workspace/configuration` is answered.
    pub(super) settings: Value,
    /// What the user says to questions, in order. A question that has no such answer gets none.
    pub(super) says: VecDeque<&'static str>,
}

impl Client {
    /// Opens a folder with these files, as a client that can nearly everything, with UTF-16.
    pub(super) async fn start(files: &[(&str, &str)]) -> Self {
        Self::start_with(files, json!({}), Arc::new(Fake)).await
    }

    /// The same with other parameters of `initialize`, and another renderer.
    pub(super) async fn start_with(
        files: &[(&str, &str)],
        params: Value,
        source: Arc<dyn PreviewSource>,
    ) -> Self {
        Self::start_in(files, params, source, Arc::new(NoClusters)).await
    }

    /// The same with clusters.
    pub(super) async fn start_in(
        files: &[(&str, &str)],
        params: Value,
        source: Arc<dyn PreviewSource>,
        clusters: Arc<dyn Clusters>,
    ) -> Self {
        Self::start_at(files, params, source, clusters, Arc::new(NoMarket)).await
    }

    /// The same with repositories.
    pub(super) async fn start_at(
        files: &[(&str, &str)],
        params: Value,
        source: Arc<dyn PreviewSource>,
        clusters: Arc<dyn Clusters>,
        market: Arc<dyn Market>,
    ) -> Self {
        let mut client = Self::uninitialized_in(files, source, clusters, market);
        let mut all = json!({
            "processId": null,
            "workspaceFolders": [{ "uri": client.uri(""), "name": "test" }],
            "capabilities": {
                "general": { "positionEncodings": ["utf-16"] },
                "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } },
                "textDocument": {
                    "publishDiagnostics": { "versionSupport": true },
                    "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
                },
            },
        });
        merge(&mut all, params);
        client.request("initialize", all).await;
        client.notify("initialized", json!({})).await;
        client
    }

    pub(super) fn uninitialized(files: &[(&str, &str)], source: Arc<dyn PreviewSource>) -> Self {
        Self::uninitialized_in(files, source, Arc::new(NoClusters), Arc::new(NoMarket))
    }

    fn uninitialized_in(
        files: &[(&str, &str)],
        source: Arc<dyn PreviewSource>,
        clusters: Arc<dyn Clusters>,
        market: Arc<dyn Market>,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            write(folder.path(), name, text);
        }
        let (to_server, server_reads) = duplex(PIPE);
        let (server_writes, from_server) = duplex(PIPE);
        let server = tokio::spawn(serve(
            server_reads,
            server_writes,
            Parts { source, clusters, market, forwarder: None },
        ));
        let (sender, receiver) = unbounded_channel();
        tokio::spawn(async move {
            let mut reader = BufReader::new(from_server);
            while let Some(message) = read(&mut reader).await {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let later = VecDeque::new();
        let (settings, says) = (Value::Null, VecDeque::new());
        Self { to_server, from_server: receiver, later, server, last_id: 0, folder, settings, says }
    }

    pub(super) fn uri(&self, name: &str) -> String {
        let path = self.folder.path().join(name);
        uri::of_path(project::text_of(&path).trim_end_matches('/'))
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        write(self.folder.path(), name, text);
    }

    pub(super) fn write_bytes(&self, name: &str, data: &[u8]) {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, data).unwrap();
    }

    /// Closes the pipe: the client is gone.
    pub(super) async fn hang_up(mut self) -> Result<(), ServeError> {
        self.to_server.shutdown().await.unwrap();
        drop(self.to_server);
        self.server.await.unwrap()
    }

    async fn send(&mut self, message: &Value) {
        let body = message.to_string();
        let head = format!("Content-Length: {}\r\n\r\n", body.len());
        self.to_server.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    }

    pub(super) async fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
    }

    /// Sends a request and does not wait.
    pub(super) async fn ask(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params })).await;
        id
    }

    /// The answer to a request, error or not.
    pub(super) async fn answer(&mut self, id: i64) -> Value {
        self.wait(|it| it["id"] == id && it.get("method").is_none()).await
    }

    /// The result of a request that must not fail.
    pub(super) async fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params).await;
        let mut answer = self.answer(id).await;
        assert!(answer.get("error").is_none(), "{method}: {}", answer["error"]);
        answer["result"].take()
    }

    /// The error of a request that must fail.
    pub(super) async fn failing(&mut self, method: &str, params: Value) -> Value {
        let id = self.ask(method, params).await;
        let mut answer = self.answer(id).await;
        assert!(answer.get("error").is_some(), "{method}: {}", answer["result"]);
        answer["error"].take()
    }

    /// The parameters of the next notification of that name.
    pub(super) async fn told(&mut self, method: &str) -> Value {
        self.wait(|it| it["method"] == method).await["params"].take()
    }

    /// The next diagnostics of a file.
    pub(super) async fn diagnostics(&mut self, name: &str) -> Value {
        let uri = self.uri(name);
        let wanted =
            |it: &Value| it["method"] == "textDocument/publishDiagnostics" && it["params"]["uri"] == *uri;
        self.wait(wanted).await["params"].take()
    }

    async fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.later.iter().position(&wanted) {
            return self.later.remove(at).unwrap();
        }
        loop {
            let message = self.from_server.recv().await.expect("the server ended");
            let is_request = message.get("id").is_some() && message.get("method").is_some();
            if is_request {
                let result = match message["method"].as_str().unwrap() {
                    "workspace/configuration" => json!([self.settings]),
                    "window/showMessageRequest" => self.button(&message["params"]["actions"]),
                    "chartroom/ask" => json!({ "text": self.says.pop_front() }),
                    _ => Value::Null,
                };
                self.send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": result })).await;
            }
            if wanted(&message) {
                return message;
            }
            self.later.push_back(message);
        }
    }

    /// The next word of the user, if that is what there is to press.
    fn button(&mut self, actions: &Value) -> Value {
        let offered = |word: &&str| actions.as_array().unwrap().iter().any(|it| it["title"] == *word);
        match self.says.front().filter(|it| offered(it)) {
            Some(_) => json!({ "title": self.says.pop_front() }),
            None => Value::Null,
        }
    }

    pub(super) async fn open(&mut self, name: &str, text: &str) {
        let document = json!({ "uri": self.uri(name), "languageId": "helm", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document })).await;
    }

    pub(super) async fn change(&mut self, name: &str, version: i32, changes: Value) {
        let document = json!({ "uri": self.uri(name), "version": version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", params).await;
    }

    pub(super) async fn set_text(&mut self, name: &str, version: i32, text: &str) {
        self.change(name, version, json!([{ "text": text }])).await;
    }

    pub(super) async fn changed_on_disk(&mut self, name: &str, kind: i32) {
        let changes = json!([{ "uri": self.uri(name), "type": kind }]);
        self.notify("workspace/didChangeWatchedFiles", json!({ "changes": changes })).await;
    }

    pub(super) fn document(&self, name: &str) -> Value {
        json!({ "textDocument": { "uri": self.uri(name) } })
    }

    /// The labels of a completion.
    pub(super) fn labels(answer: &Value) -> Vec<String> {
        let items = answer["items"].as_array().unwrap();
        items.iter().map(|it| it["label"].as_str().unwrap().to_owned()).collect()
    }

    /// What a document or a chart renders to, asked once.
    pub(super) async fn rendered(&mut self, name: &str, scope: &str) -> String {
        let params = json!({ "command": "chartroom.preview", "arguments": [self.uri(name), scope] });
        self.request("workspace/executeCommand", params).await["text"].as_str().unwrap().to_owned()
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

async fn read(reader: &mut BufReader<DuplexStream>) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).await.ok()?;
    serde_json::from_slice(&body).ok()
}
