//! Where a chart lies that is named by `repository/name`, by a name and the address of a repository, or by an address of
//! its own (`ResolveChartVersion`, `FindChartInRepoURL`).

use chart::Dialect;
use golang::strconv::quote;
use url::Url;

use super::refresh::without_credentials;
use super::{ChartVersion, Repositories, Repository, index_file, read_cached_chart, resolve_reference};
use crate::client::Client;
use crate::error::Error;
use crate::fetch::ChartRef;
use crate::http::same_origin;
use crate::settings::{Access, Password};

/// Where a chart lies.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    /// The address of the archive; `oci://` where an index points into a registry.
    pub(crate) url: Url,
    /// The chart's name, if the index or the reference says it.
    pub(crate) name: String,
    /// The version that was chosen; empty where nothing says it.
    pub(crate) version: String,
    /// The digest of the archive, if the index has one.
    pub(crate) digest: Option<String>,
    /// How to talk to that server: with credentials only if it may have them.
    pub(crate) access: Access,
}

impl Located {
    /// The same as a reference into a registry.
    pub(crate) fn as_reference(&self, chart: &ChartRef) -> ChartRef {
        ChartRef {
            reference: self.url.to_string(),
            version: self.version.clone(),
            repo_url: None,
            access: self.access.clone(),
            ..chart.clone()
        }
    }

    /// A version that the index of a repository at `base` lists.
    pub(crate) fn listed(base: &str, found: &ChartVersion, access: Access) -> Result<Self, Error> {
        let what =
            || format!("chart {} version {}", quote(&found.metadata.name), quote(&found.metadata.version));
        let Some(address) = found.urls.first() else {
            return Err(Error::say(format!("{} has no downloadable URLs", what())));
        };
        let address = resolve_reference(base, address).map_err(Error::say)?;
        let url = Url::parse(&address)
            .map_err(|error| Error::say(format!("{}: its address {address} is none: {error}", what())))?;
        Ok(Self {
            access: for_host(access, base, &url),
            name: found.metadata.name.clone(),
            version: found.metadata.version.clone(),
            digest: Some(found.digest.clone()).filter(|it| is_sha256(it)),
            url,
        })
    }
}

/// Finds out where a chart lies.
pub(crate) async fn locate(client: &Client, chart: &ChartRef) -> Result<Located, Error> {
    if let Some(repository) = &chart.repo_url {
        return in_repository(client, chart, repository).await;
    }
    match Url::parse(&chart.reference) {
        Ok(url) if url.has_host() && url.path() != "/" => Ok(at_address(client, chart, url)),
        _ => in_added(client, chart),
    }
}

/// In a repository that nobody needs to have added (`--repo`).
async fn in_repository(client: &Client, chart: &ChartRef, url: &str) -> Result<Located, Error> {
    let (read, _) = client.index(url, &chart.access).await.map_err(|error| {
        let url = quote(without_credentials(url));
        Error::say(format!("looks like {url} is not a valid chart repository or cannot be reached: {error}"))
    })?;
    let found = read.index.get(&chart.reference, &chart.version).map_err(|_| {
        let version = match &*chart.version {
            "" => String::new(),
            version => format!(" version {}", quote(version)),
        };
        let name = quote(&chart.reference);
        Error::say(format!("chart {name}{version} not found in {} repository", without_credentials(url)))
    })?;
    Located::listed(url, found, chart.access.clone())
}

/// By its own address. If an added repository lists it, it is fetched as that repository is.
fn at_address(client: &Client, chart: &ChartRef, url: Url) -> Located {
    let owner = owner(client, &chart.reference);
    let base = owner.as_ref().map_or(&*chart.reference, |it| &it.url);
    let access = owner.as_ref().map_or_else(|| chart.access.clone(), |it| with_flags(it, &chart.access));
    Located {
        access: for_host(access, base, &url),
        name: String::new(),
        version: String::new(),
        digest: None,
        url,
    }
}

/// The first added repository whose index has that address.
fn owner(client: &Client, address: &str) -> Option<Repository> {
    let list = Repositories::read(&client.settings.repository_config).ok()?;
    list.entries.into_iter().find(|it| {
        let index = std::fs::read(index_file(&client.settings.repository_cache, &it.name));
        index.is_ok_and(|data| contains(&data, address.as_bytes()))
    })
}

fn contains(data: &[u8], part: &[u8]) -> bool {
    std::str::from_utf8(data)
        .ok()
        .zip(std::str::from_utf8(part).ok())
        .is_some_and(|(all, part)| all.contains(part))
}

/// In a repository that was added: `repository/name`.
fn in_added(client: &Client, chart: &ChartRef) -> Result<Located, Error> {
    let reference = &chart.reference;
    let (repository, name) = reference.split_once('/').ok_or_else(|| {
        Error::say(format!(
            "non-absolute URLs should be in form of repo_name/path_to_chart, got: {reference}"
        ))
    })?;
    let settings = &client.settings;
    let list = Repositories::read_or_empty(&settings.repository_config)
        .map_err(|error| Error::say(error.to_string()))?;
    let known = list.get(repository).ok_or_else(|| Error::say(format!("repo {repository} not found")))?;
    if known.url.is_empty() {
        return Err(Error::say(format!("no URL found for repository {repository}")));
    }
    let read = read_cached_chart(&settings.repository_cache, repository, name, Dialect::Helm4)
        .map_err(|error| Error::say(format!("no cached repo found. (try 'helm repo update'): {error}")))?;
    let found = read.index.get(name, &chart.version).map_err(|error| {
        Error::say(format!(
            "chart {} matching {} not found in {repository} index. (try 'helm repo update'): {error}",
            quote(name),
            chart.version
        ))
    })?;
    Located::listed(&known.url, found, with_flags(known, &chart.access))
}

/// How to talk to an added repository where flags say something, too: what the list says wins.
fn with_flags(repository: &Repository, flags: &Access) -> Access {
    let own = repository.access();
    let mut access = flags.clone();
    if own.ca_file.is_some() || own.cert_file.is_some() || own.key_file.is_some() {
        (access.ca_file, access.cert_file, access.key_file) =
            (own.ca_file.clone(), own.cert_file.clone(), own.key_file.clone());
    }
    access.insecure_skip_tls_verify |= own.insecure_skip_tls_verify;
    if own.has_login() {
        (access.username, access.password) = (own.username, own.password);
        access.pass_credentials = own.pass_credentials;
    }
    access
}

/// Without credentials for a host that may not have them.
fn for_host(mut access: Access, repository: &str, url: &Url) -> Access {
    let is_own = Url::parse(repository).is_ok_and(|own| same_origin(&own, url));
    if !is_own && !access.pass_credentials {
        access.username.clear();
        access.password = Password::default();
    }
    access
}

/// Some programs write other things into the field.
fn is_sha256(digest: &str) -> bool {
    let hex = digest.strip_prefix("sha256:").unwrap_or(digest);
    hex.len() == 64 && hex.bytes().all(|it| it.is_ascii_hexdigit() && !it.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    const INDEX: &str = "apiVersion: v1\nentries:\n  web:\n  - {name: web, version: 1.0.0, urls: [web-1.0.0.tgz], digest: x}\n  \
                         - {name: web, version: 1.1.0, urls: ['https://other.host/web-1.1.0.tgz']}\n  - {name: web, version: \
                         0.1.0}\n";

    /// A client with a repository `shop` at https://shop.host/charts that wants a login.
    fn client(pass_credentials: bool) -> (Client, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let list = format!(
            "repositories:\n- {{name: shop, url: 'https://shop.host/charts', username: me, password: secret, \
             pass_credentials_all: {pass_credentials}}}\n- {{name: empty}}\n- {{name: new, url: u}}\n"
        );
        std::fs::write(folder.path().join("repositories.yaml"), list).unwrap();
        std::fs::write(folder.path().join("shop-index.yaml"), INDEX).unwrap();
        let settings = Settings {
            repository_config: folder.path().join("repositories.yaml"),
            repository_cache: folder.path().to_owned(),
            ..Settings::default()
        };
        (Client::new(settings).unwrap(), folder)
    }

    fn located(pass_credentials: bool, reference: &str, version: &str) -> Result<Located, String> {
        let (client, folder) = client(pass_credentials);
        let chart = ChartRef { reference: reference.into(), version: version.into(), ..ChartRef::default() };
        let found = client.wait(locate(&client, &chart));
        found.map_err(|it| it.to_string().replace(folder.path().to_str().unwrap(), "DIR"))
    }

    #[test]
    fn credentials_stay_with_their_host() {
        let own = located(false, "shop/web", "1.0.0").unwrap();
        assert_eq!(
            (own.url.as_str(), &*own.access.username),
            ("https://shop.host/charts/web-1.0.0.tgz", "me")
        );
        assert_eq!((&*own.name, &*own.version, own.digest), ("web", "1.0.0", None));
        let other = located(false, "shop/web", "").unwrap();
        assert_eq!(other.url.as_str(), "https://other.host/web-1.1.0.tgz");
        assert!(!other.access.has_login() && other.access.username.is_empty());
        assert!(located(true, "shop/web", "").unwrap().access.has_login());
        let by_address = located(true, "https://other.host/web-1.1.0.tgz", "").unwrap();
        assert!(by_address.access.has_login());
        assert!(!located(true, "https://other.host/unlisted.tgz", "").unwrap().access.has_login());
    }

    #[test]
    fn what_is_not_there() {
        let error = |reference: &str, version: &str| located(false, reference, version).unwrap_err();
        assert_eq!(error("else/web", ""), "repo else not found");
        assert_eq!(error("empty/web", ""), "no URL found for repository empty");
        assert_eq!(
            error("web", ""),
            "non-absolute URLs should be in form of repo_name/path_to_chart, got: web"
        );
        assert_eq!(
            error("new/web", ""),
            "no cached repo found. (try 'helm repo update'): open DIR/new-index.yaml: no such file or directory"
        );
        assert_eq!(
            error("shop/web", "^2"),
            "chart \"web\" matching ^2 not found in shop index. (try 'helm repo update'): no chart version found for web-^2"
        );
        assert_eq!(error("shop/web", "0.1.0"), "chart \"web\" version \"0.1.0\" has no downloadable URLs");
    }
}
