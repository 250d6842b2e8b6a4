//! `index.yaml`: which charts a repository has, in which versions, and where they lie (`pkg/repo`).
//!
//! Indexes of large repositories have tens of megabytes. Whoever wants one chart of them reads only that one
//! ([`Index::read_chart`]).

mod make;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeMap;

use chart::Metadata;
use chart::warning::Warning;
use golang::semver::{Constraints, Version};

pub use make::{IndexTime, add_folder};

/// An index.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// `v1`.
    pub api_version: String,
    /// When it was made, as Go prints times.
    pub generated: String,
    /// The charts by name, the newest version of each first.
    pub entries: BTreeMap<String, Vec<ChartVersion>>,
    /// Names of keys. Nothing uses them.
    pub public_keys: Vec<String>,
    /// Free text for other tools.
    pub annotations: BTreeMap<String, String>,
}

/// One version of a chart.
#[derive(Clone, Debug, Default)]
pub struct ChartVersion {
    /// Its `Chart.yaml`.
    pub metadata: Metadata,
    /// Where it can be had; addresses may be relative to the index.
    pub urls: Vec<String>,
    /// When it came into the index, as Go prints times; nothing where that is not said.
    pub created: String,
    /// Whether it was taken back.
    pub removed: bool,
    /// The SHA-256 of the archive in hexadecimal, perhaps with `sha256:` in front.
    pub digest: String,
    /// Fields of old that only come through: their names and texts.
    obsolete: Vec<(&'static str, String)>,
}

/// An index as it was read, and the entries that were left out of it.
#[derive(Debug)]
pub struct ReadIndex {
    /// The index.
    pub index: Index,
    /// What Helm logs about it.
    pub warnings: Vec<Warning>,
}

/// Why there is no index. The texts are Helm's, but for a page where an index was due.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    /// Nothing at all.
    #[error("empty index.yaml file")]
    Empty,
    /// HTML: the page of a login, an error, or a site for people.
    #[error(
        "this is a web page (HTML), not an index of charts; is it the address of a chart repository, and do you have to \
         log in there?"
    )]
    Page,
    /// It says no `apiVersion`.
    #[error("no API version specified")]
    NoApiVersion,
    /// No YAML, or not the fields of an index.
    #[error("{0}")]
    Unreadable(String),
}

/// Why an index has no such version. The texts are Helm's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFound {
    /// No chart of that name.
    #[error("no chart name found")]
    Name,
    /// A name without any version.
    #[error("no chart version found")]
    NoVersions,
    /// No version that would do.
    #[error("no chart version found for {0}-{1}")]
    Version(String, String),
    /// What was asked for is no range.
    #[error("{0}")]
    Range(String),
}

impl Index {
    /// The version of a chart that is exactly `version`, or else the newest in that range; without one the newest
    /// release.
    pub fn get(&self, name: &str, version: &str) -> Result<&ChartVersion, NotFound> {
        let versions = self.entries.get(name).ok_or(NotFound::Name)?;
        if versions.is_empty() {
            return Err(NotFound::NoVersions);
        }
        let range = Constraints::parse(if version.is_empty() { "*" } else { version })
            .map_err(|error| NotFound::Range(error.to_string()))?;
        let exact = versions.iter().find(|it| !version.is_empty() && it.metadata.version == version);
        let fits = |it: &&ChartVersion| Version::parse(&it.metadata.version).is_ok_and(|it| range.check(&it));
        exact
            .or_else(|| versions.iter().find(fits))
            .ok_or_else(|| NotFound::Version(name.to_owned(), version.to_owned()))
    }

    /// Takes over what another index has and this one has not.
    pub fn merge(&mut self, other: Self) {
        for version in other.entries.into_values().flatten() {
            let (name, number) = (&version.metadata.name, &version.metadata.version);
            if self.get(name, number).is_err() {
                self.entries.entry(name.clone()).or_default().push(version);
            }
        }
    }

    /// Puts the newest versions first; what is no version comes last.
    pub fn sort(&mut self) {
        for versions in self.entries.values_mut() {
            versions.sort_by_cached_key(|it| std::cmp::Reverse(Order::of(&it.metadata.version)));
        }
    }
}

/// The order of versions in an index.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Order(Option<Version>);

impl Order {
    fn of(version: &str) -> Self {
        Self(Version::parse(version).ok())
    }
}
