//! What repositories and registries offer, for whoever shows it to people while they type: out of the index that was
//! fetched last, as long as that is young enough.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chart::Dialect;

use crate::client::Client;
use crate::error::Error;
use crate::fetch::{ChartRef, Verify};
use crate::oci::is_oci;
use crate::repository::{
    ChartVersion, Repositories, Repository, index_file, is_same_address, read_cached, read_cached_chart,
    unmanaged_name, without_credentials,
};
use crate::settings::Access;

/// So long an index is waited for: somebody sits there.
const LONGEST: Duration = Duration::from_secs(30);

/// Where charts are offered, and how it is talked to.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// `https://…`, `oci://…` with or without the chart's name, or `@name` or `alias:name` of the user's list.
    pub address: String,
    /// How it is talked to. If this says nothing, what the user's list or the file of credentials says counts.
    pub access: Access,
    /// The keys that charts from there must be signed with; `None` if they need no signature.
    pub keyring: Option<PathBuf>,
}

/// A version of a chart. Registries say nothing but the version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// The version.
    pub version: String,
    /// That of the application.
    pub app_version: String,
    /// What the chart is.
    pub description: String,
    /// Whether nobody should take it any more.
    pub deprecated: bool,
}

/// Who has a chart.
enum Shop {
    Registry(ChartRef),
    /// One of the user's list, or one by its address.
    Repository(Repository),
}

impl Offer {
    fn of(version: ChartVersion) -> Self {
        let it = version.metadata;
        Self {
            version: it.version,
            app_version: it.app_version,
            description: it.description,
            deprecated: it.deprecated,
        }
    }
}

impl Client {
    /// The versions of a chart, the newest first. A repository is asked if its index is older than `oldest`; if it does
    /// not answer, the old one does.
    pub fn offers(&self, source: &Source, chart: &str, oldest: Duration) -> Result<Vec<Offer>, Error> {
        let repository = match self.shop(source, chart)? {
            Shop::Registry(chart) => {
                let offer = |version| Offer { version, ..Offer::default() };
                return Ok(self.versions(&chart)?.into_iter().map(offer).collect());
            }
            Shop::Repository(it) => it,
        };
        self.bring_index(&repository, oldest)?;
        let cache = &self.settings.repository_cache;
        let mut read =
            read_cached_chart(cache, &repository.name, chart, Dialect::Helm4).map_err(Error::say)?;
        let versions = read.index.entries.remove(chart).ok_or_else(|| {
            Error::say(format!("{} has no chart {chart}", without_credentials(&repository.url)))
        })?;
        Ok(versions.into_iter().filter(|it| !it.removed).map(Offer::of).collect())
    }

    /// The charts of a repository, each with the description of its newest version; none of a registry, which does not say.
    pub fn offered_charts(&self, source: &Source, oldest: Duration) -> Result<Vec<(String, String)>, Error> {
        let Shop::Repository(repository) = self.shop(source, "")? else { return Ok(Vec::new()) };
        self.bring_index(&repository, oldest)?;
        let cache = &self.settings.repository_cache;
        let read = read_cached(cache, &repository.name, Dialect::Helm4).map_err(Error::say)?;
        let newest = |versions: Vec<ChartVersion>| {
            versions.into_iter().next().map(|it| it.metadata.description).unwrap_or_default()
        };
        Ok(read.index.entries.into_iter().map(|(name, versions)| (name, newest(versions))).collect())
    }

    /// The names of the user's repositories. Only the disk is looked at.
    pub fn repository_names(&self) -> Vec<String> {
        self.list().entries.into_iter().map(|it| it.name).collect()
    }

    /// A chart of a source, to be fetched.
    pub(crate) fn wanted(&self, source: &Source, chart: &str, version: &str) -> Result<ChartRef, Error> {
        let wanted = match self.shop(source, chart)? {
            Shop::Registry(it) => it,
            Shop::Repository(it) => ChartRef {
                reference: chart.to_owned(),
                access: it.access(),
                repo_url: Some(it.url),
                ..ChartRef::default()
            },
        };
        Ok(ChartRef {
            version: version.to_owned(),
            verify: if source.keyring.is_some() { Verify::Always } else { Verify::Never },
            keyring: source.keyring.clone().unwrap_or_default(),
            ..wanted
        })
    }

    fn shop(&self, source: &Source, chart: &str) -> Result<Shop, Error> {
        let Source { address, access, .. } = source;
        if is_oci(address) {
            let whole = address.trim_end_matches('/');
            let has_name = chart.is_empty() || whole.ends_with(&format!("/{chart}"));
            let reference = if has_name { whole.to_owned() } else { format!("{whole}/{chart}") };
            return Ok(Shop::Registry(ChartRef { reference, access: access.clone(), ..ChartRef::default() }));
        }
        let list = self.list();
        let known = if let Some(name) = address.strip_prefix('@').or_else(|| address.strip_prefix("alias:")) {
            let known = list.get(name).cloned();
            known
                .ok_or_else(|| Error::say(format!("there is no repository {name}; add it with `repo add`")))?
        } else {
            let known = list.entries.into_iter().find(|it| is_same_address(&it.url, address));
            known.unwrap_or_else(|| Repository {
                name: unmanaged_name(address),
                url: address.clone(),
                ..Repository::default()
            })
        };
        let says_nothing = *access == Access::default();
        Ok(Shop::Repository(if says_nothing { known } else { known.with_access(access) }))
    }

    /// The user's list. One that cannot be read is told of by the commands that change it.
    fn list(&self) -> Repositories {
        Repositories::read(&self.settings.repository_config).unwrap_or_default()
    }

    /// Sees to it that the index of a repository is there.
    fn bring_index(&self, repository: &Repository, oldest: Duration) -> Result<(), Error> {
        let kept = age(&index_file(&self.settings.repository_cache, &repository.name));
        if kept.is_some_and(|it| it <= oldest) {
            return Ok(());
        }
        match self.refresh(std::slice::from_ref(repository), LONGEST).pop() {
            Some(Err(error)) if kept.is_none() => Err(error),
            _ => Ok(()),
        }
    }
}

/// How long ago a file was written.
fn age(path: &Path) -> Option<Duration> {
    let written = path.metadata().ok()?.modified().ok()?;
    // What was written in the future is as good as new.
    Some(SystemTime::now().duration_since(written).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;
    use crate::testing::{Fake, reply};

    const HOUR: Duration = Duration::from_hours(1);
    const INDEX: &str = "apiVersion: v1\nentries:\n  web:\n  - {name: web, version: 1.0.0, appVersion: '7', deprecated: true}\n  \
                         - {name: web, version: 1.1.0, description: Serves}\n  - {name: web, version: 2.0.0-rc.1}\n  \
                         - {name: web, version: 1.2.0, removed: true}\n";

    /// A client whose user knows a repository `shop`, which was fetched.
    fn client() -> (Client, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            repository_config: folder.path().join("repositories.yaml"),
            repository_cache: folder.path().to_owned(),
            content_cache: folder.path().join("content"),
            ..Settings::default()
        };
        let list =
            "repositories:\n- {name: shop, url: 'https://shop.host/charts', username: listed, password: p}\n";
        std::fs::write(folder.path().join("repositories.yaml"), list).unwrap();
        std::fs::write(folder.path().join("shop-index.yaml"), INDEX).unwrap();
        (Client::new(settings).unwrap(), folder)
    }

    fn at(address: &str) -> Source {
        Source { address: address.to_owned(), ..Source::default() }
    }

    #[test]
    fn what_was_fetched_is_known_without_asking() {
        let (client, _folder) = client();
        for address in ["@shop", "alias:shop", "https://shop.host/charts/"] {
            let offers = client.offers(&at(address), "web", HOUR).unwrap();
            let versions: Vec<_> = offers.iter().map(|it| it.version.as_str()).collect();
            assert_eq!(versions, ["2.0.0-rc.1", "1.1.0", "1.0.0"]);
            assert!(offers[2].deprecated && offers[2].app_version == "7");
        }
        assert_eq!(client.offered_charts(&at("@shop"), HOUR).unwrap(), [("web".to_owned(), String::new())]);
        assert_eq!(client.repository_names(), ["shop"]);
        for (address, chart, want) in [
            ("@none", "web", "there is no repository none; add it with `repo add`"),
            ("@shop", "db", "https://shop.host/charts has no chart db"),
        ] {
            assert_eq!(client.offers(&at(address), chart, HOUR).unwrap_err().to_string(), want);
        }
    }

    #[test]
    fn an_old_index_does_where_nobody_answers() {
        let (client, folder) = client();
        let list = "repositories:\n- {name: shop, url: 'http://127.0.0.1:1'}\n";
        std::fs::write(folder.path().join("repositories.yaml"), list).unwrap();
        assert_eq!(client.offers(&at("@shop"), "web", Duration::ZERO).unwrap().len(), 3);
        assert!(client.offers(&at("http://127.0.0.1:1/other"), "web", Duration::ZERO).is_err());
    }

    #[test]
    fn registries_name_charts_once() {
        let (client, _folder) = client();
        for address in ["oci://a.host/charts", "oci://a.host/charts/web", "oci://a.host/charts/"] {
            let wanted = client.wanted(&at(address), "web", "1").unwrap();
            assert_eq!((&*wanted.reference, &*wanted.version), ("oci://a.host/charts/web", "1"));
        }
    }

    #[test]
    fn what_a_source_says_is_said_to_the_server() {
        let (client, _folder) = client();
        let server = Fake::start(|_| Some(reply(200, INDEX)));
        let access =
            Access { username: "me".to_owned(), password: "secret".to_owned().into(), ..Access::default() };
        let source = Source { address: server.url("/").into(), access, keyring: None };
        assert_eq!(client.offers(&source, "web", Duration::ZERO).unwrap().len(), 3);
        assert_eq!(server.asked()[0].header("authorization"), "Basic bWU6c2VjcmV0");
        let listed = client.wanted(&at("@shop"), "web", "").unwrap();
        assert_eq!(listed.access.username, "listed");
        let own = Source { address: "https://shop.host/charts".into(), ..source };
        assert_eq!(client.wanted(&own, "web", "").unwrap().access.username, "me");
    }
}
