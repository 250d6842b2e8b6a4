//! A packed chart into a registry (`pkg/pusher`, `Client.Push`): blobs first, each only if it is not there, then the
//! manifest that names them.

use bytes::Bytes;
use chart::{Dialect, LoadContext, Metadata, SourceFile, json};
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, LOCATION};
use reqwest::{Method, Response};
use text::FileTable;
use url::Url;

use super::advice::push_refused;
use super::manifest::{self, CHART, CONFIG, Descriptor, MANIFEST, PROVENANCE};
use super::reference::Reference;
use super::remote::Remote;
use crate::client::Client;
use crate::error::{Error, Trouble, shown};
use crate::http::{Ask, Sender, accept, same_origin};
use crate::settings::Access;

/// How large the parts of an upload are that a server does not take whole, in bytes.
const PART: usize = 1024 * 1024;

/// A chart that is ready to be pushed.
#[derive(Debug)]
pub struct Push {
    target: Reference,
    metadata: Metadata,
    config: Bytes,
    archive: Bytes,
    provenance: Option<Bytes>,
    /// What a person should know before anything is sent.
    pub warnings: Vec<String>,
}

/// A chart that was pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// Where it is, without `oci://`.
    pub reference: String,
    /// The digest of its manifest, with `sha256:`.
    pub digest: String,
}

impl Push {
    /// Looks at a packed chart, and at where it is to go: `oci://host/path`, to which its name is added. `name` is what
    /// the archive is called in messages.
    pub fn prepare(
        name: &str,
        archive: Vec<u8>,
        provenance: Option<Vec<u8>>,
        remote: &str,
        dialect: Dialect,
    ) -> Result<Self, Error> {
        let metadata = read(name, &archive, dialect)?;
        let path = remote.strip_prefix("oci://").unwrap_or(remote).trim_end_matches('/');
        let target = Reference::parse(&format!("{path}/{}:{}", metadata.name, metadata.version))?;
        let warnings = flat(path, &metadata.name).into_iter().collect();
        let config = json::metadata(&metadata).into();
        let (archive, provenance) = (archive.into(), provenance.map(Bytes::from));
        Ok(Self { target, metadata, config, archive, provenance, warnings })
    }

    /// Where it will be, without `oci://`.
    pub fn target(&self) -> String {
        self.target.to_string()
    }
}

/// Reads the chart as Helm does before it sends it: what cannot be loaded is not pushed.
fn read(name: &str, archive: &[u8], dialect: Dialect) -> Result<Metadata, Error> {
    let say = |why: String| Error::say(why);
    chart::archive::ensure_archive(name, archive).map_err(say)?;
    let members = chart::archive::unpack(archive, dialect).map_err(say)?;
    let mut table = FileTable::default();
    let files = members.into_iter().map(|member| {
        let id = table.intern(&format!("{name}/{}", member.path));
        SourceFile::new(member.path, id, member.data)
    });
    let files = files.collect();
    let mut context = LoadContext { table: &mut table, base: name, dialect };
    let chart =
        chart::load_any_version(files, &mut context).map_err(|error| Error::say(error.to_string()))?;
    Ok(Metadata::clone(&chart.metadata))
}

/// A path that is hardly meant: Helm adds the chart's name by itself.
fn flat(path: &str, name: &str) -> Option<String> {
    match path.split_once('/') {
        None => Some(format!(
            "oci://{path} names no path: the chart goes to the repository {name} at the top of the registry"
        )),
        Some((_, path)) if path.rsplit('/').next() == Some(name) => Some(format!(
            "the path ends in the chart's name, which is added by itself: the chart goes to the repository {path}/{name}"
        )),
        Some(_) => None,
    }
}

impl Client {
    /// Pushes a chart. `created` is when the archive was made, in RFC 3339.
    pub fn push(&self, push: &Push, created: &str, access: &Access) -> Result<Pushed, Error> {
        let target = &push.target;
        self.wait(async {
            let remote = Remote::open(self, target, access, "pull,push")?;
            upload(&remote, push, created).await
        })
        .map_err(|error| push_refused(error, target))
    }
}

async fn upload(remote: &Remote, push: &Push, created: &str) -> Result<Pushed, Error> {
    let config = remote.put_blob(CONFIG, &push.config).await?;
    let mut layers = vec![remote.put_blob(CHART, &push.archive).await?];
    if let Some(provenance) = &push.provenance {
        layers.push(remote.put_blob(PROVENANCE, provenance).await?);
    }
    let annotations = manifest::annotations(&push.metadata, created);
    let text = manifest::write(&config, &layers, &annotations);
    remote.put_manifest(&text).await?;
    Ok(Pushed { reference: push.target(), digest: Descriptor::of(MANIFEST, text.as_bytes()).digest })
}

impl Remote {
    /// Brings a blob there, if it is not there already. An upload that was cut begins anew: what became of it is unknown.
    async fn put_blob(&self, media_type: &str, data: &Bytes) -> Result<Descriptor, Error> {
        let blob = Descriptor::of(media_type, data);
        let mut attempt = 1;
        loop {
            let error = match self.put_blob_once(&blob, data).await {
                Ok(()) => return Ok(blob),
                Err(error) => error,
            };
            // Whatever else it took was tried often enough by itself, tokens among it.
            let is_upload = |method: &Method| *method == Method::PUT || *method == Method::PATCH;
            let again = match &error {
                Error::NoAnswer(it) => is_upload(&it.method) && matches!(it.trouble, Trouble::Cut(_)),
                Error::Refused(it) => is_upload(&it.method) && it.status >= 500,
                _ => false,
            };
            if !again || attempt >= self.session.limits().attempts {
                return Err(error);
            }
            tokio::time::sleep(self.session.limits().backoff(attempt)).await;
            attempt += 1;
        }
    }

    async fn put_blob_once(&self, blob: &Descriptor, data: &Bytes) -> Result<(), Error> {
        let there = Ask::new(Method::HEAD, self.at(&format!("blobs/{}", blob.digest))?);
        if self.session.send(&there).await?.status().is_success() {
            return Ok(());
        }
        let mut start = Ask::new(Method::POST, self.at("blobs/uploads/")?);
        // A place for an upload that nobody uses harms nobody.
        start.repeatable = true;
        let place = self.start(&start).await?;
        let put = Ask::new(Method::PUT, with_digest(place, &blob.digest)).body(OCTETS, data.clone());
        let answer = self.session.send(&put).await?;
        match answer.status().as_u16() {
            413 => self.put_in_parts(&start, blob, data).await,
            _ => accept(&put, answer, &[201, 204]).await.map(drop),
        }
    }

    /// A place for an upload.
    async fn start(&self, start: &Ask) -> Result<Url, Error> {
        let answer = accept(start, self.session.send(start).await?, &[202]).await?;
        place(start, &answer)
    }

    /// For a server, or a proxy before it, that takes only so much at once.
    async fn put_in_parts(&self, start: &Ask, blob: &Descriptor, data: &Bytes) -> Result<(), Error> {
        let mut place_now = self.start(start).await?;
        for from in (0..data.len()).step_by(PART) {
            let part = data.slice(from..data.len().min(from + PART));
            let range = format!("{from}-{}", from + part.len() - 1);
            let patch = Ask::new(Method::PATCH, place_now).body(OCTETS, part).header(CONTENT_RANGE, &range);
            let answer = accept(&patch, self.session.send(&patch).await?, &[202]).await?;
            place_now = place(&patch, &answer)?;
        }
        let finish = Ask::new(Method::PUT, with_digest(place_now, &blob.digest));
        accept(&finish, self.session.send(&finish).await?, &[201, 204]).await.map(drop)
    }

    async fn put_manifest(&self, text: &str) -> Result<(), Error> {
        let url = self.at(&format!("manifests/{}", self.reference.name()))?;
        let mut ask = Ask::new(Method::PUT, url).body(MANIFEST, Bytes::copy_from_slice(text.as_bytes()));
        // The same under the same tag again.
        ask.repeatable = true;
        accept(&ask, self.session.send(&ask).await?, &[200, 201]).await.map(drop)
    }
}

const OCTETS: &str = "application/octet-stream";

impl Ask {
    fn body(mut self, media_type: &str, data: Bytes) -> Self {
        self.body = data;
        self.header(CONTENT_TYPE, media_type)
    }
}

/// Where an upload goes on: an address, or a path in the registry. Elsewhere, or less safely, a chart is not sent.
fn place(ask: &Ask, answer: &Response) -> Result<Url, Error> {
    let location = answer.headers().get(LOCATION).and_then(|it| it.to_str().ok());
    let Some(url) = location.and_then(|it| answer.url().join(it).ok()) else {
        return Err(Error::nonsense(&ask.method, &ask.url, "the registry does not say where to upload to"));
    };
    match same_origin(&url, &ask.url) {
        true => Ok(url),
        false => Err(Error::nonsense(
            &ask.method,
            &ask.url,
            format!("blob upload Location \"{}\" is on a different host than the registry", shown(&url)),
        )),
    }
}

fn with_digest(mut url: Url, digest: &str) -> Url {
    url.query_pairs_mut().append_pair("digest", digest);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_are_hardly_meant_are_named() {
        assert!(flat("host", "web").unwrap().contains("repository web at the top"));
        assert!(flat("host/team/web", "web").unwrap().contains("repository team/web/web"));
        assert_eq!(flat("host/team", "web"), None);
    }
}
