//! Dependencies from repositories and registries: which versions there are, and the archives.

use std::collections::HashSet;
use std::fmt::Write;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use chart::Dependency;
use golang::semver::{Constraints, Version};
use golang::strconv::quote;
use registry::repository::{
    ChartVersion, Repositories, Repository, read_cached_chart, resolve_reference, without_credentials,
};
use registry::{ChartRef, Fetched};
use text::FileTable;

use super::sources::{Source, is_unmanaged};
use super::update::{Archives, Manager};
use crate::{charts, fetching, output};

/// How long Helm waits for an index.
const LONGEST: Duration = Duration::from_mins(2);

impl Manager {
    /// Fetches the indexes of repositories that nobody added. What cannot be had is told, and missed later.
    pub(super) fn refresh_unmanaged(&mut self, sources: &[Source]) -> Result<()> {
        let mut unmanaged: Vec<Repository> = Vec::new();
        for repository in sources.iter().filter_map(Source::unmanaged) {
            if !unmanaged.contains(repository) {
                unmanaged.push(repository.clone());
            }
        }
        if self.skip_refresh || unmanaged.is_empty() {
            return Ok(());
        }
        self.told += "Getting updates for unmanaged Helm repositories...\n";
        for Repository { url, .. } in &unmanaged {
            let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
            if !matches!(scheme, "http" | "https") {
                bail!("could not find protocol handler for: {scheme}");
            }
        }
        self.refresh(&unmanaged);
        Ok(())
    }

    /// Fetches the indexes of the user's list, all of them, as Helm does; none if no dependency is in a repository.
    pub(super) fn refresh_list(&mut self, list: &Repositories, sources: &[Source]) {
        let wanted = sources.iter().any(|it| matches!(it, Source::Repository(_)));
        if wanted && !self.skip_refresh && !list.entries.is_empty() {
            self.told += "Hang tight while we grab the latest from your chart repositories...\n";
            self.refresh(&list.entries);
            self.told += "Update Complete. ⎈Happy Helming!⎈\n";
        }
    }

    fn refresh(&mut self, repositories: &[Repository]) {
        for (repository, read) in repositories.iter().zip(self.client.refresh(repositories, LONGEST)) {
            let url = without_credentials(&repository.url);
            let (name, of) = match is_unmanaged(repository) {
                true => (quote(&url), String::new()),
                false => (quote(&repository.name), format!(" ({url})")),
            };
            let _ = match read {
                Ok(read) => {
                    output::remark_all(&read.warnings, self.dialect);
                    writeln!(self.told, "...Successfully got an update from the {name} chart repository")
                }
                Err(error) => writeln!(
                    self.told,
                    "...Unable to get an update from the {name} chart repository{of}:\n\t{error}"
                ),
            };
        }
    }

    /// The newest version in the range that the index of a repository lists; no version where there is none.
    pub(super) fn newest_listed(
        &self,
        dependency: &Dependency,
        repository: &Repository,
    ) -> Result<String, String> {
        let Dependency { name, version, .. } = dependency;
        let of = &repository.name;
        let versions = self
            .listed(name, repository)
            .map_err(|error| {
                format!("no cached repository for {of} found. (try 'helm repo update'): {error}")
            })?
            .ok_or_else(|| format!("{name} chart not found in repo {}", dependency.repository))?;
        let versions = versions.into_iter().filter(|it| !it.urls.is_empty());
        first_in(version, versions.map(|it| it.metadata.version))
    }

    /// The versions of a chart in a repository; `None` if it has no such chart.
    fn listed(&self, name: &str, repository: &Repository) -> Result<Option<Vec<ChartVersion>>, String> {
        let cache = &self.client.settings().repository_cache;
        let mut read = read_cached_chart(cache, &repository.name, name, self.dialect)?;
        Ok(read.index.entries.remove(name))
    }

    /// A version that is one needs no list of tags.
    pub(super) fn newest_tag(&self, dependency: &Dependency) -> Result<String, String> {
        let Dependency { version, repository, .. } = dependency;
        if Version::parse(version).is_ok() {
            return Ok(version.clone());
        }
        let versions = self.client.versions(&self.in_registry(dependency)).map_err(|error| {
            format!("could not retrieve list of tags for repository {repository}: {error}")
        })?;
        first_in(version, versions)
    }

    /// From a registry.
    pub(super) fn pull(
        &mut self,
        dependency: &Dependency,
        fetched: &mut HashSet<String>,
        archives: &mut Archives,
    ) -> Result<()> {
        let version = &dependency.version;
        let chart = ChartRef { version: version.clone(), ..self.in_registry(dependency) };
        let address = &chart.reference;
        if !self.announce(dependency, &format!("{address}:{version}"), fetched) {
            return Ok(());
        }
        let found =
            self.client.fetch_chart(&chart).with_context(|| format!("could not download {address}"))?;
        for line in fetching::pulled(&found) {
            match self.reports_pulls {
                true => self.told += &(line + "\n"),
                false => output::remark(&line),
            }
        }
        self.take(&found, dependency, archives)
    }

    /// From a repository.
    pub(super) fn download(
        &mut self,
        dependency: &Dependency,
        repository: &Repository,
        fetched: &mut HashSet<String>,
        archives: &mut Archives,
    ) -> Result<()> {
        let Dependency { name, version, .. } = dependency;
        let missing = |reason: &str| anyhow!("could not find : {reason}");
        let versions = self
            .listed(name, repository)
            .map_err(|error| anyhow!(error))?
            .ok_or_else(|| missing("entry not found"))?;
        let is_wanted = |it: &&ChartVersion| !it.urls.is_empty() && is_same(version, &it.metadata.version);
        let found = versions.iter().find(is_wanted).ok_or_else(|| missing("no matching version"))?;
        let address =
            resolve_reference(&repository.url, &found.urls[0]).map_err(|reason| missing(&reason))?;
        if !self.announce(dependency, &address, fetched) {
            return Ok(());
        }
        let found = self
            .client
            .fetch_listed(repository, found, &self.asking)
            .with_context(|| format!("could not download {}", without_credentials(&address)))?;
        self.take(&found, dependency, archives)
    }

    /// Says what is fetched, and whether that is still to be done.
    fn announce(&mut self, dependency: &Dependency, address: &str, fetched: &mut HashSet<String>) -> bool {
        let is_new = fetched.insert(address.to_owned());
        let verb = if is_new { "Downloading" } else { "Already downloaded" };
        let _ = writeln!(self.told, "{verb} {} from repo {}", dependency.name, dependency.repository);
        is_new
    }

    /// Takes what was fetched if it is a chart. Helm leaves it out in silence if it is none, and a chart then lacks it.
    fn take(&mut self, found: &Fetched, dependency: &Dependency, archives: &mut Archives) -> Result<()> {
        for warning in &found.warnings {
            let _ = writeln!(self.told, "{warning}");
        }
        let Dependency { name, repository, .. } = dependency;
        charts::load_file(&charts::shown(&found.path), &mut FileTable::default(), self.dialect)
            .with_context(|| format!("what {repository} has for {name} is no chart"))?;
        let data = std::fs::read(&found.path)
            .map_err(|error| anyhow!("open {}: {}", charts::shown(&found.path), project::reason(&error)))?;
        archives.insert(found.file_name.clone(), data);
        Ok(())
    }
}

/// The first version in a range, which is the newest as they come; no version where there is none.
fn first_in(range: &str, versions: impl IntoIterator<Item = String>) -> Result<String, String> {
    let range = Constraints::parse(range).map_err(|error| error.to_string())?;
    let fits = |version: &String| Version::parse(version).is_ok_and(|it| range.check(&it));
    Ok(versions.into_iter().find(fits).unwrap_or_default())
}

/// Whether two versions are the same, however they are written.
fn is_same(one: &str, other: &str) -> bool {
    match (Version::parse(one), Version::parse(other)) {
        (Ok(one), Ok(other)) => one == other,
        (Err(_), _) => one == other,
        (Ok(_), Err(_)) => false,
    }
}
