//! Repositories and registries for the language server: what they have, and charts unpacked where an editor can look.
//!
//! Everything is asked for as Helm asks: with the user's list of repositories, credentials and caches.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use chart::Dialect;
use golang::semver::{Constraints, Version};
use lsp::{ChartSource, ChartVersion, Market};
use registry::repository::{Repositories, Repository, unmanaged_name};
use registry::{Access, ChartRef, Client, Settings};

/// So long an index is waited for.
const LONGEST: Duration = Duration::from_secs(30);

/// The user's repositories and registries. There is no client before something is asked.
#[derive(Debug)]
pub(crate) struct UserMarket {
    settings: Settings,
    client: OnceLock<Result<Client, String>>,
}

impl UserMarket {
    pub(crate) fn new() -> Self {
        Self { settings: Settings::from_environment(), client: OnceLock::new() }
    }

    fn client(&self) -> Result<&Client, String> {
        let made =
            self.client.get_or_init(|| Client::new(self.settings.clone()).map_err(|error| error.to_string()));
        made.as_ref().map_err(Clone::clone)
    }

    fn list(&self) -> Repositories {
        // A list that cannot be read is told of by the commands that change it.
        Repositories::read_or_empty(&self.settings.repository_config).unwrap_or_default()
    }

    /// The repository that a chart names, as the user added it if they did.
    fn repository(&self, named: &str) -> Result<Repository, String> {
        let list = self.list();
        if let Some(name) = named.strip_prefix('@') {
            let known = list.get(name).cloned();
            return known.ok_or_else(|| format!("there is no repository {name}; add it with `repo add`"));
        }
        let is_it = |it: &&Repository| registry::repository::is_same_address(&it.url, named);
        let added = list.entries.iter().find(is_it).cloned();
        let new =
            || Repository { name: unmanaged_name(named), url: named.to_owned(), ..Repository::default() };
        Ok(added.unwrap_or_else(new))
    }

    /// The index of a repository, fetched now; if that fails, as it was fetched last.
    fn index(&self, named: &str) -> Result<registry::repository::Index, String> {
        let repository = self.repository(named)?;
        let fetched = self.client()?.refresh(std::slice::from_ref(&repository), LONGEST).pop();
        match fetched {
            Some(Ok(read)) => Ok(read.index),
            Some(Err(error)) => {
                let folder = &self.settings.repository_cache;
                let kept = registry::repository::read_cached(folder, &repository.name, Dialect::Helm4);
                kept.map(|it| it.index).map_err(|_| error.to_string())
            }
            None => Err(format!("{named} was not asked")),
        }
    }

    /// Where the versions of a chart are unpacked.
    fn folder(&self, chart: &ChartSource) -> PathBuf {
        let all = self.settings.content_cache.with_file_name("chartroom-unpacked");
        all.join(unmanaged_name(&chart.repository)).join(&chart.name)
    }

    fn unpack(&self, chart: &ChartSource, version: &str, archive: &Path) -> Result<PathBuf, String> {
        let cannot =
            |path: &Path, error: &std::io::Error| format!("cannot write {}: {error}", path.display());
        let data =
            std::fs::read(archive).map_err(|error| format!("cannot read {}: {error}", archive.display()))?;
        let members = chart::archive::unpack(&data, Dialect::Helm4)?;
        let folder = self.folder(chart);
        std::fs::create_dir_all(&folder).map_err(|error| cannot(&folder, &error))?;
        // A chart is there whole or not at all.
        let begun = tempfile::tempdir_in(&folder).map_err(|error| cannot(&folder, &error))?;
        let own = begun.path().join(&chart.name);
        for member in members {
            let path = own.join(&member.path);
            let parent = path.parent().unwrap_or(&own);
            std::fs::create_dir_all(parent).map_err(|error| cannot(parent, &error))?;
            std::fs::write(&path, &member.data).map_err(|error| cannot(&path, &error))?;
        }
        let done = folder.join(version);
        match std::fs::rename(begun.path(), &done) {
            Ok(()) => drop(begun.keep()),
            // Somebody else was faster with the same.
            Err(_) if done.join(&chart.name).join("Chart.yaml").is_file() => {}
            Err(error) => return Err(cannot(&done, &error)),
        }
        Ok(done.join(&chart.name))
    }
}

/// How a chart is asked for.
fn reference(chart: &ChartSource, version: &str) -> ChartRef {
    let (reference, repo_url) = if chart.repository.starts_with("oci://") {
        (format!("{}/{}", chart.repository.trim_end_matches('/'), chart.name), None)
    } else if let Some(name) = chart.repository.strip_prefix('@') {
        (format!("{name}/{}", chart.name), None)
    } else {
        (chart.name.clone(), Some(chart.repository.clone()))
    };
    ChartRef {
        reference,
        version: version.to_owned(),
        repo_url,
        access: Access::default(),
        ..ChartRef::default()
    }
}

impl Market for UserMarket {
    fn versions(&self, chart: &ChartSource) -> Result<Vec<ChartVersion>, String> {
        if chart.repository.starts_with("oci://") {
            let versions =
                self.client()?.versions(&reference(chart, "")).map_err(|error| error.to_string())?;
            let version = |version: String| ChartVersion { version, ..ChartVersion::default() };
            return Ok(versions.into_iter().map(version).collect());
        }
        let index = self.index(&chart.repository)?;
        let listed = index.entries.get(&chart.name);
        let listed = listed.ok_or_else(|| format!("{} has no chart {}", chart.repository, chart.name))?;
        let version = |it: &registry::repository::ChartVersion| ChartVersion {
            version: it.metadata.version.clone(),
            app_version: it.metadata.app_version.clone(),
            description: it.metadata.description.clone(),
            is_deprecated: it.metadata.deprecated,
        };
        Ok(listed.iter().filter(|it| !it.removed).map(version).collect())
    }

    fn charts(&self, repository: &str) -> Result<Vec<(String, String)>, String> {
        if repository.starts_with("oci://") {
            return Ok(Vec::new());
        }
        let index = self.index(repository)?;
        let described = |(name, versions): (String, Vec<registry::repository::ChartVersion>)| {
            let newest = versions.first().map(|it| it.metadata.description.clone());
            (name, newest.unwrap_or_default())
        };
        Ok(index.entries.into_iter().map(described).collect())
    }

    fn repositories(&self) -> Vec<String> {
        self.list().entries.into_iter().map(|it| it.name).collect()
    }

    fn unpacked(&self, chart: &ChartSource, version: &str) -> Option<PathBuf> {
        let wanted = if version.is_empty() { "*" } else { version };
        let wanted = Constraints::parse(wanted).ok()?;
        let entries = std::fs::read_dir(self.folder(chart)).ok()?.flatten();
        let versions = entries.filter_map(|it| {
            let found = Version::parse(&it.file_name().to_string_lossy()).ok()?;
            let folder = it.path().join(&chart.name);
            (wanted.check(&found) && folder.join("Chart.yaml").is_file()).then_some((found, folder))
        });
        versions.max_by(|a, b| a.0.cmp(&b.0)).map(|it| it.1)
    }

    fn fetch(&self, chart: &ChartSource, version: &str) -> Result<PathBuf, String> {
        let fetched =
            self.client()?.fetch_chart(&reference(chart, version)).map_err(|error| error.to_string())?;
        self.unpack(chart, &fetched.version, &fetched.path)
    }

    /// The command does it: what it says is what a person would have read in a terminal.
    fn update_dependencies(&self, chart: &Path) -> Result<String, String> {
        let own = std::env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
        let mut command = Command::new(own);
        command.args(["dependency", "update"]).arg(chart).stdin(Stdio::null());
        let done = command.output().map_err(|error| format!("cannot run `dependency update`: {error}"))?;
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if done.status.success() { Ok(said(&done.stdout)) } else { Err(said(&done.stderr)) }
    }
}
