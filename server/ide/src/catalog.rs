//! What repositories and registries offer: as much of it as is known without waiting for it.

use std::fmt::{self, Debug};
use std::sync::Arc;

use golang::semver::Version;
use helmfile::model::Repository;
use text::TextRange;

use crate::completion::{CompletionItem, CompletionKind};

/// A chart that is fetched from elsewhere: of a helmfile's release or of a `dependencies:` entry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChartSource {
    /// Where from.
    pub repository: RepositorySource,
    /// The chart's name.
    pub name: String,
}

/// A repository or registry. It is shown without the credentials that it may have.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RepositorySource {
    /// `https://…` of a repository, `oci://…` up to the chart's name, or `@name` of one of the user's repositories.
    pub address: String,
    /// What a helmfile says about it: how it is talked to, and whether charts must be signed. Its files are absolute.
    pub item: Option<Arc<Repository>>,
}

impl ChartSource {
    /// A chart as a release of a helmfile names it: `oci://HOST/PATH/NAME`, or `REPOSITORY/NAME`, of a repository that is
    /// looked up.
    pub fn named(chart: &str, repository: impl FnOnce(&str) -> Option<RepositorySource>) -> Option<Self> {
        let (repository, name) = if let Some(address) = chart.strip_prefix("oci://") {
            let (path, name) = address.rsplit_once('/')?;
            (RepositorySource::at(format!("oci://{path}")), name)
        } else {
            let (known, name) = chart.split_once('/')?;
            (repository(known)?, name)
        };
        Some(Self { repository, name: name.to_owned() })
    }
}

impl RepositorySource {
    /// One that is talked to as the user's own list says.
    pub fn at(address: impl Into<String>) -> Self {
        Self { address: address.into(), item: None }
    }

    /// An item of `repositories:` of a helmfile in a folder.
    pub fn of_helmfile(item: &Repository, folder: &str) -> Self {
        let address = match item.oci && !item.url.starts_with("oci://") {
            true => format!("oci://{}", item.url),
            false => item.url.clone(),
        };
        // Where it is written changes with every line above it, and says nothing about the repository.
        let item = Repository { at: None, ..item.in_folder(folder) };
        Self { address, item: Some(Arc::new(item)) }
    }
}

impl fmt::Display for RepositorySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.address.split(['?', '#']).next().unwrap_or_default();
        let Some((scheme, rest)) = address.split_once("://") else { return f.write_str(address) };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let host = authority.rsplit('@').next().unwrap_or_default();
        write!(f, "{scheme}://{host}{path}")
    }
}

impl Debug for RepositorySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One version of a chart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChartVersion {
    /// The version.
    pub version: String,
    /// That of the application; empty if it is not said, as in registries.
    pub app_version: String,
    /// What the chart is; empty if it is not said.
    pub description: String,
    /// Whether nobody should take it any more.
    pub is_deprecated: bool,
}

/// What is known of repositories. Nothing here waits: what is not known yet is asked for behind it, and there next time.
pub trait Catalog: Debug + Send + Sync {
    /// The versions of a chart, the newest first. `None` where they are not known.
    fn versions(&self, chart: &ChartSource) -> Option<Vec<ChartVersion>>;

    /// The charts of a repository, each with what it is. `None` where they are not known; a registry never says.
    fn charts(&self, repository: &RepositorySource) -> Option<Vec<(String, String)>>;

    /// The names of the user's own repositories.
    fn repositories(&self) -> Vec<String>;
}

/// Knows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCatalog;

impl Catalog for NoCatalog {
    fn versions(&self, _: &ChartSource) -> Option<Vec<ChartVersion>> {
        None
    }

    fn charts(&self, _: &RepositorySource) -> Option<Vec<(String, String)>> {
        None
    }

    fn repositories(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A version of a chart that is not the newest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outdated {
    /// The version, without its quotes.
    pub range: TextRange,
    /// The chart.
    pub chart: ChartSource,
    /// The newest version that is no pre-release.
    pub newest: String,
}

impl Outdated {
    /// In a sentence.
    pub fn told(&self) -> String {
        format!("{} {} is the newest version", self.chart.name, self.newest)
    }

    /// A version that stands at `range`, if there is a newer one. A range of versions is never outdated.
    pub(crate) fn find(
        range: TextRange,
        version: &str,
        chart: ChartSource,
        catalog: &dyn Catalog,
    ) -> Option<Self> {
        let current = Version::parse(version).ok()?;
        let versions = catalog.versions(&chart)?;
        let parsed = versions.iter().filter_map(|it| Version::parse(&it.version).ok());
        let newest = parsed.filter(|it| it.pre.is_empty()).max()?;
        (newest > current).then(|| Self { range, chart, newest: newest.original().to_owned() })
    }
}

/// Versions as items of a completion, the newest first; those that nobody should take any more come last.
pub(crate) fn version_items(versions: &[ChartVersion], range: TextRange) -> Vec<CompletionItem> {
    let item = |it: &ChartVersion| {
        let app = if it.app_version.is_empty() { String::new() } else { format!("app {}", it.app_version) };
        let item = CompletionItem::new(&it.version, CompletionKind::Name, range).detail(app);
        let mark = if it.is_deprecated { "Deprecated. " } else { "" };
        let doc = format!("{mark}{}", it.description);
        item.documentation(doc.trim_end()).rank(u8::from(it.is_deprecated))
    };
    versions.iter().map(item).collect()
}

#[cfg(test)]
pub(crate) mod testing {
    use super::{Catalog, ChartSource, ChartVersion, RepositorySource};

    /// A repository `shop` with one chart in two versions.
    #[derive(Debug)]
    pub(crate) struct Shop;

    impl Catalog for Shop {
        fn versions(&self, chart: &ChartSource) -> Option<Vec<ChartVersion>> {
            let version = |version: &str, app: &str| ChartVersion {
                version: version.to_owned(),
                app_version: app.to_owned(),
                description: "Sells things".to_owned(),
                is_deprecated: false,
            };
            let is_known = chart.name == "web"
                && matches!(&*chart.repository.address, "https://shop.example" | "oci://shop.example/charts");
            is_known.then(|| vec![version("2.0.0", "7"), version("1.4.0", "6")])
        }

        fn charts(&self, repository: &RepositorySource) -> Option<Vec<(String, String)>> {
            (repository.address == "https://shop.example")
                .then(|| vec![("web".to_owned(), "Sells things".to_owned())])
        }

        fn repositories(&self) -> Vec<String> {
            vec!["own".to_owned()]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_shown_without_its_credentials() {
        let item = Repository {
            url: "https://me:secret@shop.example/charts?token=secret".to_owned(),
            password: "secret".to_owned(),
            ca_file: "../ca.pem".to_owned(),
            key_file: "/etc/key.pem".to_owned(),
            ..Repository::default()
        };
        let source = RepositorySource::of_helmfile(&item, "/work/shop");
        assert_eq!(format!("{source} {source:?}"), "https://shop.example/charts https://shop.example/charts");
        let chart = ChartSource { repository: source.clone(), name: "web".to_owned() };
        assert!(!format!("{chart:?} {:?}", source.item).contains("secret"));
        let item = source.item.unwrap();
        assert_eq!((&*item.ca_file, &*item.key_file, &*item.cert_file), ("/work/ca.pem", "/etc/key.pem", ""));
    }

    #[test]
    fn registries_have_their_scheme() {
        for url in ["r.example/charts", "oci://r.example/charts"] {
            let item = Repository { url: url.to_owned(), oci: true, ..Repository::default() };
            assert_eq!(RepositorySource::of_helmfile(&item, "/").address, "oci://r.example/charts");
        }
        assert_eq!(RepositorySource::at("@own").to_string(), "@own");
    }
}
