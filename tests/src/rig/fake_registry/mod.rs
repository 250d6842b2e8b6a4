//! A registry in the tests' own process that plays the ones that real registries on loopback do not: ECR, which makes no
//! repository by itself and whose passwords run out; hubs that hand out tokens; storage behind a redirect; and, by
//! rules, all that goes wrong on the way.
//!
//! It keeps what is pushed as the distribution specification says, and notes every request.

mod login;
mod store;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use serde_json::{Value, json};

pub(super) use login::credentials;
pub use login::{IDENTITY, PASSWORD, USER};

use super::certificates::Certificates;
use super::http::{Request, Response};
use super::rules::Rule;
use super::web::{Fault, Server};
use login::Doors;
use store::{Repositories, digest_of};

/// How somebody shows who they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Login {
    /// Everybody may do everything.
    #[default]
    None,
    /// With every request, as with ECR.
    Basic,
    /// With a token for some repositories, which is good for a time.
    Token(Duration),
}

/// How a registry behaves.
#[derive(Clone, Debug, Default)]
pub struct Manners {
    /// Who is let in.
    pub login: Login,
    /// Without TLS.
    pub plain_http: bool,
    /// Only those who show a client's certificate.
    pub client_certificates: bool,
    /// Names of the world by which it goes behind a [`super::Tunnel`].
    pub hosts: Vec<String>,
    /// A repository must be made before something is pushed to it, as with ECR.
    pub only_made_repositories: bool,
    /// Places of uploads and of further pages name the host, too.
    pub absolute_locations: bool,
    /// So many tags a page; all, where none is said.
    pub tags_a_page: Option<usize>,
    /// Blobs are fetched from another host, which refuses whoever shows it a password.
    pub blobs_elsewhere: bool,
    /// What goes wrong.
    pub faults: Vec<Rule<Fault>>,
}

/// The registry; it ends when it is dropped.
#[derive(Debug)]
pub struct FakeRegistry {
    server: Server,
    certificates: Certificates,
    state: Arc<State>,
}

/// What answers need.
#[derive(Debug)]
struct State {
    manners: Manners,
    doors: Mutex<Doors>,
    repositories: Mutex<Repositories>,
}

impl FakeRegistry {
    /// Opens an empty registry.
    pub fn new(manners: Manners) -> Self {
        let certificates = Certificates::with_hosts(&manners.hosts);
        let tls = (!manners.plain_http).then(|| certificates.config(manners.client_certificates));
        let faults = manners.faults.clone();
        let state = Arc::new(State { manners, doors: Mutex::default(), repositories: Mutex::default() });
        let serving = Arc::clone(&state);
        let server = Server::new(tls, faults, move |request| serving.answer(request));
        Self { server, certificates, state }
    }

    /// As it is named in references: the address with the port.
    pub fn host(&self) -> String {
        self.server.host()
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

    /// From now on the password has run out, as ECR's do after twelve hours.
    pub fn expire_password(&self) {
        self.state.doors.lock().unwrap().password_is_old = true;
    }

    /// From now on no token that was handed out is good.
    pub fn expire_tokens(&self) {
        self.state.doors.lock().unwrap().forget();
    }

    /// Makes an empty repository.
    pub fn make_repository(&self, name: &str) {
        self.repositories().entry(name.to_owned()).or_default();
    }

    /// Puts a blob into a repository; the answer is its digest.
    pub fn put_blob(&self, repository: &str, bytes: &[u8]) -> String {
        let digest = digest_of(bytes);
        let mut repositories = self.repositories();
        let repository = repositories.entry(repository.to_owned()).or_default();
        repository.blobs.insert(digest.clone(), bytes.to_vec());
        digest
    }

    /// Puts a manifest under a tag, whatever it says; the answer is its digest.
    pub fn put_manifest(&self, repository: &str, tag: &str, manifest: &Value) -> String {
        let media = manifest["mediaType"].as_str().unwrap_or("application/vnd.oci.image.manifest.v1+json");
        let bytes = manifest.to_string().into_bytes();
        let mut repositories = self.repositories();
        repositories.entry(repository.to_owned()).or_default().keep(Some(tag), media, bytes)
    }

    /// Puts an archive under a tag as the chart that it may be; the answer is the digest of the manifest.
    pub fn put_chart(&self, repository: &str, tag: &str, archive: &[u8]) -> String {
        let config = br#"{"apiVersion":"v2","name":"web","version":"1.0.0"}"#;
        let part = |kind: &str, bytes: &[u8]| {
            let media = format!("application/vnd.cncf.helm.{kind}");
            json!({ "mediaType": media, "digest": self.put_blob(repository, bytes), "size": bytes.len() })
        };
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": part("config.v1+json", config),
            "layers": [part("chart.content.v1.tar+gzip", archive)],
        });
        self.put_manifest(repository, tag, &manifest)
    }

    /// The names of all repositories.
    pub fn repository_names(&self) -> Vec<String> {
        self.repositories().keys().cloned().collect()
    }

    /// The tags of a repository, sorted.
    pub fn tags(&self, repository: &str) -> Vec<String> {
        let repositories = self.repositories();
        repositories.get(repository).map(|it| it.tags.keys().cloned().collect()).unwrap_or_default()
    }

    /// The manifest under a tag or digest; `None` where there is none.
    pub fn manifest(&self, repository: &str, reference: &str) -> Option<Value> {
        let repositories = self.repositories();
        let (_, bytes) = repositories.get(repository)?.manifest(reference)?.1;
        serde_json::from_slice(bytes).ok()
    }

    /// A blob of a repository; `None` where there is none.
    pub fn blob(&self, repository: &str, digest: &str) -> Option<Vec<u8>> {
        self.repositories().get(repository)?.blobs.get(digest).cloned()
    }

    fn repositories(&self) -> MutexGuard<'_, Repositories> {
        self.state.repositories.lock().unwrap()
    }
}

impl State {
    fn answer(&self, request: &Request) -> Response {
        if let Some(digest) = request.path().strip_prefix("/storage/") {
            return self.stored(request, digest);
        }
        if request.path() == "/token" {
            return self.doors.lock().unwrap().token(request, self.manners.login);
        }
        if let Some(refusal) = self.doors.lock().unwrap().refusal(request, &self.manners) {
            return refusal;
        }
        match request.path() {
            "/v2/" | "/v2" => Response::json(200, &json!({})),
            _ => self.about_a_repository(request),
        }
    }
}

/// An error as registries say it.
fn error(status: u16, code: &str, message: &str) -> Response {
    Response::json(status, &json!({ "errors": [{ "code": code, "message": message }] }))
}
