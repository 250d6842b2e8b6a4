//! What is in the repositories, and the requests of the distribution specification that ask for it or change it.

use std::collections::BTreeMap;

use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::http::{Request, Response};
use super::super::processes::random;
use super::{State, error};

/// All repositories by name.
pub(super) type Repositories = BTreeMap<String, Repository>;

/// A repository.
#[derive(Debug, Default)]
pub(super) struct Repository {
    /// By digest.
    pub(super) blobs: BTreeMap<String, Vec<u8>>,
    /// The digest of each tag's manifest.
    pub(super) tags: BTreeMap<String, String>,
    /// Media type and text by digest.
    manifests: BTreeMap<String, (String, Vec<u8>)>,
    /// What was uploaded so far, by a name of ours.
    uploads: BTreeMap<String, Vec<u8>>,
}

impl Repository {
    /// A manifest with its digest.
    pub(super) fn manifest(&self, reference: &str) -> Option<(&str, &(String, Vec<u8>))> {
        let digest = self.tags.get(reference).map_or(reference, String::as_str);
        self.manifests.get_key_value(digest).map(|(digest, it)| (digest.as_str(), it))
    }

    pub(super) fn keep(&mut self, tag: Option<&str>, media: &str, bytes: Vec<u8>) -> String {
        let digest = digest_of(&bytes);
        self.manifests.insert(digest.clone(), (media.to_owned(), bytes));
        if let Some(tag) = tag {
            self.tags.insert(tag.to_owned(), digest.clone());
        }
        digest
    }
}

/// The digest of bytes, with the name of the function.
pub(super) fn digest_of(bytes: &[u8]) -> String {
    format!("sha256:{}", HEXLOWER.encode(&Sha256::digest(bytes)))
}

/// What a path is about.
pub(super) struct Place<'p> {
    pub(super) repository: &'p str,
    kind: &'static str,
    name: &'p str,
}

impl<'p> Place<'p> {
    /// `/v2/REPOSITORY/KIND/NAME`; a repository's name may have slashes in it.
    pub(super) fn of(path: &'p str) -> Option<Self> {
        let inside = path.strip_prefix("/v2/")?;
        ["/blobs/uploads/", "/manifests/", "/blobs/", "/tags/"].into_iter().find_map(|kind| {
            let (repository, name) = inside.rsplit_once(kind)?;
            Some(Self { repository, kind, name })
        })
    }
}

impl State {
    pub(super) fn about_a_repository(&self, request: &Request) -> Response {
        let Some(place) = Place::of(request.path()) else {
            return error(404, "NOT_FOUND", "there is nothing here");
        };
        let mut repositories = self.repositories.lock().unwrap();
        let pushes = place.kind == "/blobs/uploads/" || request.method == "PUT";
        if pushes && !self.manners.only_made_repositories {
            repositories.entry(place.repository.to_owned()).or_default();
        }
        let Some(repository) = repositories.get_mut(place.repository) else {
            return unknown(place.repository);
        };
        match (place.kind, request.method.as_str()) {
            ("/tags/", "GET") => self.tags(request, repository, place.repository),
            ("/manifests/", "GET" | "HEAD") => read_manifest(repository, place.name),
            ("/manifests/", "PUT") => put_manifest(request, repository, &place),
            ("/blobs/", "GET" | "HEAD") => self.blob(request, repository, place.name),
            ("/blobs/uploads/", "POST" | "PATCH" | "PUT") => self.upload(request, repository, &place),
            _ => error(405, "UNSUPPORTED", "this cannot be done here"),
        }
    }

    fn tags(&self, request: &Request, repository: &Repository, name: &str) -> Response {
        let last = request.query("last").unwrap_or_default();
        let left: Vec<&String> = repository.tags.keys().filter(|it| **it > last).collect();
        let asked = request.query("n").and_then(|it| it.parse().ok());
        let most = asked.into_iter().chain(self.manners.tags_a_page).min().unwrap_or(usize::MAX);
        let page = &left[..left.len().min(most)];
        let response = Response::json(200, &json!({ "name": name, "tags": page }));
        match page.last() {
            Some(end) if page.len() < left.len() => {
                let next = self.location(request, &format!("/v2/{name}/tags/list?n={most}&last={end}"));
                response.with("Link", format!("<{next}>; rel=\"next\""))
            }
            _ => response,
        }
    }

    fn blob(&self, request: &Request, repository: &Repository, digest: &str) -> Response {
        let Some(bytes) = repository.blobs.get(digest) else {
            return error(404, "BLOB_UNKNOWN", "blob unknown to registry");
        };
        if self.manners.blobs_elsewhere && request.method == "GET" {
            let here = request.header("host").unwrap_or_default();
            let elsewhere = here.replace("127.0.0.1", "localhost");
            let scheme = self.scheme();
            let place = format!("{scheme}://{elsewhere}/storage/{digest}");
            return Response::new(307).with("Location", place);
        }
        with_digest(bytes, digest).ranged(request)
    }

    /// A blob from the other host, which says what S3 does to whoever brings credentials along.
    pub(super) fn stored(&self, request: &Request, digest: &str) -> Response {
        if request.header("authorization").is_some() {
            return Response::new(400).body("Only one auth mechanism allowed");
        }
        let repositories = self.repositories.lock().unwrap();
        match repositories.values().find_map(|it| it.blobs.get(digest)) {
            Some(bytes) => Response::new(200).body(bytes.clone()).ranged(request),
            None => Response::new(404),
        }
    }

    /// Where an upload goes on says a state in its query, to which the digest is added in the end.
    fn upload(&self, request: &Request, repository: &mut Repository, place: &Place<'_>) -> Response {
        let started = request.method == "POST";
        let id = if started { random() } else { place.name.to_owned() };
        if started {
            repository.uploads.insert(id.clone(), Vec::new());
        }
        let Some(bytes) = repository.uploads.get_mut(&id) else {
            return error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");
        };
        bytes.extend_from_slice(&request.body);
        if request.method == "PUT" {
            return finish(request, repository, &id, place.repository);
        }
        let next = format!("/v2/{}/blobs/uploads/{id}?_state={}", place.repository, bytes.len());
        let range = format!("0-{}", bytes.len().saturating_sub(1));
        Response::new(202).with("Location", self.location(request, &next)).with("Range", range)
    }

    fn location(&self, request: &Request, path: &str) -> String {
        if !self.manners.absolute_locations {
            return path.to_owned();
        }
        let host = request.header("host").unwrap_or_default();
        format!("{}://{host}{path}", self.scheme())
    }

    fn scheme(&self) -> &'static str {
        if self.manners.plain_http { "http" } else { "https" }
    }
}

/// In ECR's words.
fn unknown(name: &str) -> Response {
    let message =
        format!("The repository with name '{name}' does not exist in the registry with id '123456789012'");
    error(404, "NAME_UNKNOWN", &message)
}

fn finish(request: &Request, repository: &mut Repository, id: &str, name: &str) -> Response {
    let bytes = repository.uploads.remove(id).unwrap_or_default();
    let digest = digest_of(&bytes);
    if request.query("digest").as_ref() != Some(&digest) {
        return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
    }
    repository.blobs.insert(digest.clone(), bytes);
    let place = format!("/v2/{name}/blobs/{digest}");
    Response::new(201).with("Location", place).with("Docker-Content-Digest", digest)
}

fn read_manifest(repository: &Repository, reference: &str) -> Response {
    match repository.manifest(reference) {
        Some((digest, (media, bytes))) => with_digest(bytes, digest).with("Content-Type", media),
        None => error(404, "MANIFEST_UNKNOWN", "manifest unknown"),
    }
}

fn put_manifest(request: &Request, repository: &mut Repository, place: &Place<'_>) -> Response {
    let Ok(manifest) = serde_json::from_slice::<Value>(&request.body) else {
        return error(400, "MANIFEST_INVALID", "manifest invalid");
    };
    let layers = manifest["layers"].as_array().into_iter().flatten();
    let needed = layers.chain([&manifest["config"]]).filter_map(|it| it["digest"].as_str());
    if let Some(missing) = needed.into_iter().find(|it| !repository.blobs.contains_key(*it)) {
        return error(400, "MANIFEST_BLOB_UNKNOWN", &format!("blob unknown to manifest: {missing}"));
    }
    let tag = (!place.name.starts_with("sha256:")).then_some(place.name);
    let media = request.header("content-type").unwrap_or_default().to_owned();
    let digest = repository.keep(tag, &media, request.body.clone());
    let location = format!("/v2/{}/manifests/{digest}", place.repository);
    Response::new(201).with("Location", location).with("Docker-Content-Digest", digest)
}

fn with_digest(bytes: &[u8], digest: &str) -> Response {
    Response::new(200).body(bytes).with("Docker-Content-Digest", digest)
}
