//! A classic chart repository: `index.yaml` and packed charts behind a web server, with whatever a test wants to go wrong.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::certificates::Certificates;
use super::fake_registry::{PASSWORD, USER, credentials};
use super::http::{Request, Response};
use super::rules::Rule;
use super::web::{Fault, Server};

/// How a repository behaves.
#[derive(Clone, Debug, Default)]
pub struct Service {
    /// With TLS.
    pub tls: bool,
    /// Only those who show a client's certificate.
    pub client_certificates: bool,
    /// Only [`USER`] with their [`PASSWORD`].
    pub password: bool,
    /// What goes wrong.
    pub faults: Vec<Rule<Fault>>,
}

/// The repository; it ends when it is dropped.
#[derive(Debug)]
pub struct Repository {
    server: Server,
    certificates: Certificates,
    files: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    /// The part of the index about each version of a chart.
    entries: Mutex<BTreeMap<String, Vec<String>>>,
}

impl Repository {
    /// Opens an empty repository.
    pub fn new(service: Service) -> Self {
        let certificates = Certificates::new();
        let tls = service.tls.then(|| certificates.config(service.client_certificates));
        let files: Arc<Mutex<BTreeMap<String, Vec<u8>>>> = Arc::default();
        let serving = Arc::clone(&files);
        let server = Server::new(tls, service.faults, move |request| {
            if service.password && credentials(request) != Some((USER.to_owned(), PASSWORD.to_owned())) {
                return Response::new(401).with("WWW-Authenticate", "Basic realm=\"charts\"");
            }
            file(request, &serving.lock().unwrap())
        });
        let repository = Self { server, certificates, files, entries: Mutex::default() };
        repository.write_index(&BTreeMap::new());
        repository
    }

    /// The address, without a slash at the end.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The certificates that it uses.
    pub fn certificates(&self) -> &Certificates {
        &self.certificates
    }

    /// The requests that came so far.
    pub fn requests(&self) -> Vec<Request> {
        self.server.requests()
    }

    /// How many requests went wrong.
    pub fn faults(&self) -> u64 {
        self.server.faults()
    }

    /// Puts a file there: `index.yaml` as it should never be, or a signature beside a chart.
    pub fn put(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.files.lock().unwrap().insert(path.to_owned(), bytes.into());
    }

    /// Puts a packed chart there and into the index, the newest first as they come; the answer is the digest.
    pub fn publish(&self, name: &str, version: &str, packed: &[u8]) -> String {
        let path = format!("{name}-{version}.tgz");
        let digest = HEXLOWER.encode(&Sha256::digest(packed));
        self.put(&path, packed);
        let entry = format!(
            "  - apiVersion: v2\n    created: \"2026-01-01T00:00:00Z\"\n    description: What {name} does\n    \
             digest: {digest}\n    name: {name}\n    urls:\n    - {path}\n    version: {version}\n"
        );
        let mut entries = self.entries.lock().unwrap();
        entries.entry(name.to_owned()).or_default().insert(0, entry);
        self.write_index(&entries);
        digest
    }

    fn write_index(&self, entries: &BTreeMap<String, Vec<String>>) {
        let mut index = "apiVersion: v1\ngenerated: \"2026-01-01T00:00:00Z\"\nentries:".to_owned();
        index += if entries.is_empty() { " {}\n" } else { "\n" };
        for (name, versions) in entries {
            write!(index, "  {name}:\n{}", versions.concat()).unwrap();
        }
        self.put("index.yaml", index);
    }
}

fn file(request: &Request, files: &BTreeMap<String, Vec<u8>>) -> Response {
    let path = request.path().trim_start_matches('/');
    let Some(bytes) = files.get(path) else { return Response::new(404).body("404 page not found\n") };
    let media = if bytes.starts_with(&[0x1F, 0x8B]) { "application/x-gzip" } else { "text/yaml" };
    Response::new(200).with("Content-Type", media).body(bytes.clone()).ranged(request)
}
