//! One repository of a registry: its manifests, tags and blobs (distribution spec, "Pull" and "Content Discovery").

use reqwest::Method;
use reqwest::header::{ACCEPT, LINK};
use serde::Deserialize;

use super::manifest::{ACCEPTED, Descriptor, Manifest};
use super::reference::Reference;
use super::session::Session;
use crate::cache::sha256;
use crate::client::Client;
use crate::error::Error;
use crate::http::{Ask, Sender, Want, download, ensure_digest, same_origin};
use crate::settings::Access;

/// The most that a manifest or a page of tags may have, in bytes, as Helm has it.
const MAX_METADATA: u64 = 4 * 1024 * 1024;

/// The most pages of tags: a registry that never ends is not asked for ever.
const MAX_PAGES: usize = 1000;

/// A repository, with a session in its registry.
pub(super) struct Remote {
    pub(super) session: Session,
    pub(super) reference: Reference,
}

/// A manifest as it came.
pub(super) struct Received {
    pub(super) digest: String,
    pub(super) manifest: Manifest,
}

impl Remote {
    /// The repository of a reference, for some actions (`pull`, `pull,push`).
    pub(super) fn open(
        client: &Client,
        reference: &Reference,
        access: &Access,
        actions: &str,
    ) -> Result<Self, Error> {
        let wanted = Some((reference.repository.as_str(), actions));
        let session = Session::open(client, &reference.registry, access, wanted)?;
        Ok(Self { session, reference: reference.clone() })
    }

    /// An address below the repository's.
    pub(super) fn at(&self, path: &str) -> Result<url::Url, Error> {
        self.session.at(&format!("v2/{}/{path}", self.reference.repository))
    }

    /// The manifest that a tag or digest names. Whatever names a digest is held against it.
    pub(super) async fn manifest(&self, name: &str) -> Result<Received, Error> {
        let ask = self.manifest_ask(Method::GET, name)?;
        let named = name.starts_with("sha256:").then_some(name);
        let want = Want { limit: MAX_METADATA, digest: named, packed: false };
        let received = download(&self.session, &ask, &want).await?;
        let told = received.head.header("docker-content-digest").filter(|it| it.starts_with("sha256:"));
        ensure_digest(&crate::error::shown(&ask.url), &received.data, told)?;
        let digest = format!("sha256:{}", sha256(&received.data));
        Ok(Received { digest, manifest: received.json()? })
    }

    /// The digest of the manifest under a tag, without its content; none if there is no such tag.
    pub(super) async fn digest_of(&self, tag: &str) -> Result<Option<String>, Error> {
        let answer = self.session.send(&self.manifest_ask(Method::HEAD, tag)?).await?;
        let digest = answer.headers().get("docker-content-digest").and_then(|it| it.to_str().ok());
        match (answer.status().is_success(), digest) {
            (false, _) => Ok(None),
            (true, Some(digest)) => Ok(Some(digest.to_owned())),
            (true, None) => Ok(Some(self.manifest(tag).await?.digest)),
        }
    }

    fn manifest_ask(&self, method: Method, name: &str) -> Result<Ask, Error> {
        let url = self.at(&format!("manifests/{name}"))?;
        Ok(Ask::new(method, url).header(ACCEPT, &ACCEPTED.join(", ")))
    }

    /// All tags, page by page.
    pub(super) async fn tags(&self) -> Result<Vec<String>, Error> {
        #[derive(Deserialize)]
        struct Page {
            // A repository without tags says null.
            tags: Option<Vec<String>>,
        }
        let (mut tags, mut next) = (Vec::new(), Some(self.at("tags/list")?));
        for _ in 0..MAX_PAGES {
            let Some(url) = next.take() else { return Ok(tags) };
            let want = Want { limit: MAX_METADATA, digest: None, packed: true };
            let received = download(&self.session, &Ask::get(url.clone()), &want).await?;
            tags.extend(received.json::<Page>()?.tags.unwrap_or_default());
            next = received.head.header(LINK.as_str()).and_then(|it| link(&url, it)).filter(|it| *it != url);
        }
        Err(Error::say(format!("{}: the list of tags does not end", self.reference)))
    }

    /// The content of a blob.
    pub(super) async fn blob(&self, blob: &Descriptor, limit: u64) -> Result<Vec<u8>, Error> {
        let url = self.at(&format!("blobs/{}", blob.digest))?;
        if blob.size > limit {
            return Err(Error::TooLarge { what: crate::error::shown(&url), limit });
        }
        let want = Want { limit, digest: Some(&blob.digest), packed: false };
        Ok(download(&self.session, &Ask::get(url), &want).await?.data)
    }
}

/// The next page, in the registry itself.
fn link(from: &url::Url, header: &str) -> Option<url::Url> {
    let (target, _) = header.trim().strip_prefix('<')?.split_once('>')?;
    from.join(target).ok().filter(|it| same_origin(it, from))
}
