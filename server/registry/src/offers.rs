//! What repositories and registries offer, for whoever shows it to people while they type: out of what was fetched last,
//! as long as that is young enough, and never waiting where that is asked for. Charts are unpacked to be looked into.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chart::{Dialect, archive};
use golang::semver::{Constraints, Version};

use crate::cache::sha256;
use crate::client::Client;
use crate::error::Error;
use crate::fetch::{ChartRef, Fetched};
use crate::files::replace;
use crate::oci::is_oci;
use crate::repository::{
    ChartVersion, Index, Repositories, Repository, index_file, is_same_address, read_cached,
    read_cached_chart, unmanaged_name,
};

/// How long a repository is waited for.
const LONGEST: Duration = Duration::from_mins(2);

/// A version of a chart. Registries say nothing but the version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// The version.
    pub version: String,
    /// That of the application.
    pub app_version: String,
    /// What the chart is.
    pub description: String,
    /// When it came into the repository, as Go prints times.
    pub created: String,
    /// Whether nobody should take it any more.
    pub deprecated: bool,
}

/// What is known without asking anybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The versions, the newest first.
    pub offers: Vec<Offer>,
    /// How long ago they were fetched.
    pub age: Duration,
}

/// Where charts are offered.
enum Shop {
    /// A registry: the reference of one chart.
    Registry(String),
    /// A repository, of the user's list or by its address.
    Repository(Repository),
}

impl Offer {
    fn of(version: ChartVersion) -> Self {
        let it = version.metadata;
        Self {
            version: it.version,
            app_version: it.app_version,
            description: it.description,
            created: version.created,
            deprecated: it.deprecated,
        }
    }
}

/// The newest version in a range, in Helm's sense of ranges; none where the range is none.
pub fn newest_in<'o>(offers: &'o [Offer], range: &str) -> Option<&'o Offer> {
    let range = Constraints::parse(range).ok()?;
    offers.iter().find(|it| Version::parse(&it.version).is_ok_and(|it| range.check(&it)))
}

/// Versions that are offered. `repository` is an address (`https://…`, `oci://…` up to the chart's name), or `@name` or
/// `alias:name` of the user's list.
impl Client {
    /// What is known of a chart. Only the disk is looked at.
    pub fn known_offers(&self, repository: &str, chart: &str) -> Option<Known> {
        let shop = self.shop(repository, chart).ok()?;
        let path = self.kept(&shop);
        let age = age(&path)?;
        let offers = match &shop {
            Shop::Registry(_) => of_tags(serde_json::from_slice(&std::fs::read(path).ok()?).ok()?),
            Shop::Repository(repository) => self.listed(repository, chart).ok()?,
        };
        Some(Known { offers, age })
    }

    /// The versions of a chart, the newest first. Asks if what is known is older than `oldest`.
    pub fn offers(&self, repository: &str, chart: &str, oldest: Duration) -> Result<Vec<Offer>, Error> {
        if let Some(known) = self.known_offers(repository, chart).filter(|it| it.age <= oldest) {
            return Ok(known.offers);
        }
        match self.shop(repository, chart)? {
            shop @ Shop::Registry(_) => self.tags(&shop),
            Shop::Repository(repository) => {
                self.refresh(std::slice::from_ref(&repository), LONGEST).pop().transpose()?;
                self.listed(&repository, chart)
            }
        }
    }

    /// The charts of a repository, each with the description of its newest version; none of a registry, which does not say.
    pub fn offered_charts(&self, repository: &str, oldest: Duration) -> Result<Vec<(String, String)>, Error> {
        let Shop::Repository(repository) = self.shop(repository, "")? else { return Ok(Vec::new()) };
        let cache = &self.settings.repository_cache;
        let is_young = age(&index_file(cache, &repository.name)).is_some_and(|it| it <= oldest);
        let known = if is_young { read_cached(cache, &repository.name, Dialect::Helm4).ok() } else { None };
        let index = match known {
            Some(read) => read.index,
            None => match self.refresh(std::slice::from_ref(&repository), LONGEST).pop() {
                Some(read) => read?.index,
                None => Index::default(),
            },
        };
        let newest =
            |versions: Vec<ChartVersion>| versions.into_iter().next().map(|it| it.metadata.description);
        let charts = index.entries.into_iter();
        Ok(charts.filter_map(|(name, versions)| Some((name, newest(versions)?))).collect())
    }

    /// The names of the user's repositories. Only the disk is looked at.
    pub fn repository_names(&self) -> Vec<String> {
        let list = Repositories::read(&self.settings.repository_config).unwrap_or_default();
        list.entries.into_iter().map(|it| it.name).collect()
    }

    /// The folder that a version of a chart was unpacked into. Only the disk is looked at.
    pub fn unpacked(&self, repository: &str, chart: &str, version: &str) -> Option<PathBuf> {
        let folder = self.unpacked_folder(repository, chart, version);
        folder.join("Chart.yaml").is_file().then_some(folder)
    }

    /// Fetches a chart and unpacks it. `version` may be a range, or empty for the newest.
    pub fn fetch_unpacked(&self, repository: &str, chart: &str, version: &str) -> Result<PathBuf, Error> {
        let wanted = match self.shop(repository, chart)? {
            Shop::Registry(reference) => ChartRef { reference, ..ChartRef::default() },
            Shop::Repository(it) => ChartRef {
                reference: chart.to_owned(),
                repo_url: Some(it.url.clone()),
                access: it.access(),
                ..ChartRef::default()
            },
        };
        let fetched = self.fetch_chart(&ChartRef { version: version.to_owned(), ..wanted })?;
        let folder = self.unpacked_folder(repository, chart, &fetched.version);
        if !folder.join("Chart.yaml").is_file() {
            unpack(&fetched, &folder)?;
        }
        Ok(folder)
    }

    fn shop(&self, repository: &str, chart: &str) -> Result<Shop, Error> {
        if is_oci(repository) {
            let whole = repository.trim_end_matches('/');
            let has_name = chart.is_empty() || whole.ends_with(&format!("/{chart}"));
            return Ok(Shop::Registry(if has_name { whole.to_owned() } else { format!("{whole}/{chart}") }));
        }
        let list = Repositories::read(&self.settings.repository_config).unwrap_or_default();
        if let Some(name) = repository.strip_prefix('@').or_else(|| repository.strip_prefix("alias:")) {
            let known = list.get(name).cloned();
            return known.map(Shop::Repository).ok_or_else(|| Error::say(format!("repo {name} not found")));
        }
        let known = list.entries.into_iter().find(|it| is_same_address(&it.url, repository));
        Ok(Shop::Repository(known.unwrap_or_else(|| Repository {
            name: unmanaged_name(repository),
            url: repository.to_owned(),
            ..Repository::default()
        })))
    }

    /// Where the answer is kept.
    fn kept(&self, shop: &Shop) -> PathBuf {
        let cache = &self.settings.repository_cache;
        match shop {
            Shop::Registry(chart) => cache.join(format!("chartroom-tags-{}.json", sha256(chart.as_bytes()))),
            Shop::Repository(repository) => index_file(cache, &repository.name),
        }
    }

    fn tags(&self, shop: &Shop) -> Result<Vec<Offer>, Error> {
        let Shop::Registry(reference) = shop else { return Ok(Vec::new()) };
        let chart = ChartRef { reference: reference.clone(), ..ChartRef::default() };
        let tags = self.versions(&chart)?;
        let path = self.kept(shop);
        let text = serde_json::Value::from(tags.clone()).to_string();
        replace(&path, text.as_bytes(), false).map_err(|error| Error::file(&path, error))?;
        Ok(of_tags(tags))
    }

    fn listed(&self, repository: &Repository, chart: &str) -> Result<Vec<Offer>, Error> {
        let cache = &self.settings.repository_cache;
        let mut read =
            read_cached_chart(cache, &repository.name, chart, Dialect::Helm4).map_err(Error::say)?;
        let versions = read.index.entries.remove(chart).unwrap_or_default();
        Ok(versions.into_iter().map(Offer::of).collect())
    }

    /// A folder for each version of each chart of each repository, beside what else is cached.
    fn unpacked_folder(&self, repository: &str, chart: &str, version: &str) -> PathBuf {
        let key = sha256(format!("{repository}\n{chart}\n{version}").as_bytes());
        let beside = self.settings.content_cache.parent().unwrap_or(Path::new("."));
        beside.join("chartroom-unpacked").join(key).join(chart)
    }
}

fn of_tags(tags: Vec<String>) -> Vec<Offer> {
    tags.into_iter().map(|version| Offer { version, ..Offer::default() }).collect()
}

/// How long ago a file was written.
fn age(path: &Path) -> Option<Duration> {
    let written = path.metadata().ok()?.modified().ok()?;
    // What was written in the future is as good as new.
    Some(SystemTime::now().duration_since(written).unwrap_or_default())
}

/// Unpacks beside the place, and moves the whole there in one step.
fn unpack(fetched: &Fetched, folder: &Path) -> Result<(), Error> {
    let file = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::file(&path, source)
    };
    let data = std::fs::read(&fetched.path).map_err(file(&fetched.path))?;
    let members = archive::unpack(&data, Dialect::Helm4)
        .map_err(|error| Error::say(format!("{}: {error}", fetched.file_name)))?;
    let above = folder.parent().and_then(Path::parent).unwrap_or(Path::new("."));
    std::fs::create_dir_all(above).map_err(file(above))?;
    let aside = tempfile::Builder::new().prefix(".new-").tempdir_in(above).map_err(file(above))?;
    let name = folder.file_name().unwrap_or_default();
    for member in members {
        let path = aside.path().join(name).join(&member.path);
        let parent = path.parent().unwrap_or(above);
        std::fs::create_dir_all(parent).map_err(file(parent))?;
        std::fs::write(&path, &member.data).map_err(file(&path))?;
    }
    let whole = folder.parent().unwrap_or(above);
    match std::fs::rename(aside.path(), whole) {
        // Somebody else was faster, with the same.
        Err(_) if folder.join("Chart.yaml").is_file() => Ok(()),
        done => done.map_err(file(whole)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn client() -> (Client, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            repository_config: folder.path().join("repositories.yaml"),
            repository_cache: folder.path().to_owned(),
            content_cache: folder.path().join("content"),
            ..Settings::default()
        };
        let list = "repositories:\n- {name: shop, url: 'https://shop.host/charts'}\n";
        std::fs::write(folder.path().join("repositories.yaml"), list).unwrap();
        let index = "apiVersion: v1\nentries:\n  web:\n  - {name: web, version: 1.0.0, appVersion: '7', deprecated: true}\n  \
                     - {name: web, version: 1.1.0, description: Serves}\n  - {name: web, version: 2.0.0-rc.1}\n";
        std::fs::write(folder.path().join("shop-index.yaml"), index).unwrap();
        (Client::new(settings).unwrap(), folder)
    }

    #[test]
    fn what_was_fetched_is_known_without_asking() {
        let (client, _folder) = client();
        for repository in ["@shop", "alias:shop", "https://shop.host/charts/"] {
            let known = client.known_offers(repository, "web").unwrap();
            assert!(known.age < Duration::from_mins(1));
            let versions: Vec<_> = known.offers.iter().map(|it| it.version.as_str()).collect();
            assert_eq!(versions, ["2.0.0-rc.1", "1.1.0", "1.0.0"]);
            assert!(known.offers[2].deprecated && known.offers[2].app_version == "7");
            assert_eq!(newest_in(&known.offers, "^1").unwrap().description, "Serves");
            assert_eq!(newest_in(&known.offers, "not a range"), None);
        }
        assert_eq!(client.offers("@shop", "web", Duration::from_hours(1)).unwrap().len(), 3);
        let charts = client.offered_charts("@shop", Duration::from_hours(1)).unwrap();
        assert_eq!(charts, [("web".to_owned(), String::new())]);
        assert_eq!(client.repository_names(), ["shop"]);
        assert_eq!(client.known_offers("https://else.host", "web"), None);
        assert_eq!(client.known_offers("oci://a.host/web", "web"), None);
        let error = client.offers("@none", "web", Duration::ZERO).unwrap_err();
        assert_eq!(error.to_string(), "repo none not found");
        assert_eq!(client.unpacked("@shop", "web", "1.0.0"), None);
    }

    #[test]
    fn registries_name_charts_once() {
        let (client, _folder) = client();
        for (repository, want) in [
            ("oci://a.host/charts", "oci://a.host/charts/web"),
            ("oci://a.host/charts/web", "oci://a.host/charts/web"),
            ("oci://a.host/charts/", "oci://a.host/charts/web"),
        ] {
            let Ok(Shop::Registry(found)) = client.shop(repository, "web") else { panic!("{repository}") };
            assert_eq!(found, want);
        }
    }
}
