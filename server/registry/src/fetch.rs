//! A chart by whatever name a user gives it: `oci://…`, `repository/name`, an address, or a name together with the address
//! of a repository. What was fetched lies in the content cache, and is what its digest says.

use std::path::{Path, PathBuf};

use reqwest::header::ACCEPT;
use url::Url;

use crate::cache::{Kind, hex, sha256};
use crate::client::Client;
use crate::error::{Error, shown};
use crate::http::{Agent, Ask, Want, download};
use crate::oci;
use crate::provenance::{self, Verified};
use crate::repository::{self, ChartVersion, Located, Repository};
use crate::settings::Access;

/// The most that a packed chart may have, in bytes: more could not be unpacked within Helm's limit either.
pub(crate) const MAX_ARCHIVE: u64 = chart::archive::MAX_CHART_SIZE;

/// The most that a signature may have, in bytes.
pub(crate) const MAX_PROVENANCE: u64 = 4 * 1024 * 1024;

/// Which chart is wanted, and how to ask for it.
#[derive(Clone, Debug, Default)]
pub struct ChartRef {
    /// `oci://host/path[:tag][@digest]`, `repository/name`, an address, or a mere name with [`ChartRef::repo_url`].
    pub reference: String,
    /// A version or a range; empty for the newest that is not in development.
    pub version: String,
    /// The address of the repository that the reference is a name in (`--repo`).
    pub repo_url: Option<String>,
    /// What is done about its signature.
    pub verify: Verify,
    /// The keys that a signature is checked with (`--keyring`).
    pub keyring: PathBuf,
    /// How to talk to the server.
    pub access: Access,
}

/// What is done about the signature of a chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verify {
    /// Nothing.
    #[default]
    Never,
    /// It is checked if there is one.
    IfPossible,
    /// It must be there, and hold.
    Always,
    /// It is fetched if there is one, and not checked (`--prov`).
    Later,
}

/// A chart that was fetched.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The packed chart, in the content cache.
    pub path: PathBuf,
    /// What the archive is called: `name-version.tgz`.
    pub file_name: String,
    /// The chart's name, as the reference has it.
    pub name: String,
    /// The version that was chosen; empty where an address says none.
    pub version: String,
    /// The digest of the packed chart, with `sha256:`.
    pub digest: String,
    /// Where it came from: an address, or a reference in a registry without `oci://`.
    pub reference: String,
    /// The digest of the manifest, with `sha256:`, if it came from a registry.
    pub manifest: Option<String>,
    /// Its signature, in the content cache, if it was asked for and there is one.
    pub provenance: Option<PathBuf>,
    /// Who signed it, if that was checked.
    pub verified: Option<Verified>,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// What either side fetched, before it is kept and checked.
pub(crate) struct Content {
    pub(crate) archive: Archive,
    pub(crate) provenance: Option<Vec<u8>>,
    pub(crate) file_name: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) reference: String,
    pub(crate) manifest: Option<String>,
    pub(crate) warnings: Vec<String>,
}

/// A packed chart that was fetched now, or that was there.
pub(crate) enum Archive {
    /// Its bytes.
    Fresh(Vec<u8>),
    /// Its digest and where it is.
    Cached(String, PathBuf),
}

impl Client {
    /// Fetches a chart into the content cache, or finds it there. Its signature is checked if that is asked for.
    pub fn fetch_chart(&self, chart: &ChartRef) -> Result<Fetched, Error> {
        self.wait(self.fetch(chart))
    }

    /// The versions of a chart in a registry (`oci://…`), newest first.
    pub fn versions(&self, chart: &ChartRef) -> Result<Vec<String>, Error> {
        self.wait(oci::list(self, chart))
    }

    /// The same for whoever waits already.
    pub(crate) async fn fetch(&self, chart: &ChartRef) -> Result<Fetched, Error> {
        let content = if oci::is_oci(&chart.reference) && chart.repo_url.is_none() {
            oci::fetch(self, chart).await?
        } else {
            self.content(chart, repository::locate(self, chart).await?).await?
        };
        self.keep(chart, content)
    }

    /// Fetches a version that the index of a repository lists. `chart` says what is done about its signature.
    pub fn fetch_listed(
        &self,
        repository: &Repository,
        version: &ChartVersion,
        chart: &ChartRef,
    ) -> Result<Fetched, Error> {
        let located = Located::listed(&repository.url, version, repository.access())?;
        let content = self.wait(self.content(chart, located))?;
        self.keep(chart, content)
    }

    async fn content(&self, chart: &ChartRef, located: Located) -> Result<Content, Error> {
        match located.url.scheme() {
            // An index may point into a registry.
            "oci" => oci::fetch(self, &located.as_reference(chart)).await,
            _ => from_address(self, chart, located).await,
        }
    }

    fn keep(&self, chart: &ChartRef, content: Content) -> Result<Fetched, Error> {
        let (digest, path) = match content.archive {
            Archive::Cached(digest, path) => (digest, path),
            Archive::Fresh(data) => {
                let digest = sha256(&data);
                let path = self.cache.keep(&digest, Kind::Chart, &data)?;
                (digest, path)
            }
        };
        let provenance = content.provenance.map(|data| self.cache.keep(&digest, Kind::Provenance, &data));
        let mut fetched = Fetched {
            path,
            file_name: content.file_name,
            name: content.name,
            version: content.version,
            digest: format!("sha256:{}", hex(&digest)),
            reference: content.reference,
            manifest: content.manifest,
            provenance: provenance.transpose()?,
            verified: None,
            warnings: content.warnings,
        };
        if matches!(chart.verify, Verify::Always | Verify::IfPossible) {
            fetched.verified = fetched.check(&chart.keyring)?;
        }
        Ok(fetched)
    }
}

impl Fetched {
    /// Who signed it; nobody if there is no signature.
    fn check(&self, keyring: &Path) -> Result<Option<Verified>, Error> {
        let Some(provenance) = &self.provenance else { return Ok(None) };
        let read = |path: &PathBuf| std::fs::read(path).map_err(|source| Error::file(path, source));
        let (archive, signature) = (read(&self.path)?, read(provenance)?);
        let verified = provenance::verify(&archive, &signature, &self.file_name, keyring);
        verified.map(Some).map_err(|error| Error::say(error.to_string()))
    }
}

/// From an address of HTTP, where an index or the user said that it lies.
async fn from_address(client: &Client, chart: &ChartRef, located: Located) -> Result<Content, Error> {
    let agent = client.agent(&located.access)?;
    let digest = located.digest.as_deref().filter(|it| !it.is_empty());
    let known = digest.and_then(|digest| Some((digest, client.cache.chart(digest)?)));
    let archive = if let Some((digest, path)) = known {
        Archive::Cached(digest.to_owned(), path)
    } else {
        let want = Want { limit: MAX_ARCHIVE, digest, packed: false };
        Archive::Fresh(download(&agent, &ask(&located, &located.url), &want).await?.data)
    };
    let mut warnings = Vec::new();
    let provenance = match chart.verify {
        Verify::Never => None,
        _ => signature(&agent, chart, &located, &mut warnings).await?,
    };
    let file_name = located.url.path_segments().and_then(|mut it| it.next_back()).unwrap_or_default();
    Ok(Content {
        archive,
        provenance,
        file_name: file_name.to_owned(),
        name: located.name,
        version: located.version,
        reference: shown(&located.url),
        manifest: None,
        warnings,
    })
}

/// The signature beside an archive; none with a warning where one need not be there.
async fn signature(
    agent: &Agent,
    chart: &ChartRef,
    located: &Located,
    warnings: &mut Vec<String>,
) -> Result<Option<Vec<u8>>, Error> {
    let mut url = located.url.clone();
    url.set_path(&format!("{}.prov", located.url.path()));
    let want = Want { limit: MAX_PROVENANCE, digest: None, packed: false };
    match download(agent, &ask(located, &url), &want).await {
        Ok(received) => Ok(Some(received.data)),
        Err(error) if chart.verify == Verify::Always => {
            Err(Error::say(format!("failed to fetch provenance \"{}\": {error}", shown(&url))))
        }
        Err(error) => {
            warnings.push(format!("WARNING: Verification not found for {}: {error}", chart.reference));
            Ok(None)
        }
    }
}

fn ask(located: &Located, url: &Url) -> Ask {
    let ask = Ask::get(url.clone()).header(ACCEPT, "application/gzip,application/octet-stream");
    match located.access.has_login() {
        true => ask.login(&located.access.username, located.access.password.reveal()),
        false => ask,
    }
}
