//! Bringing dependencies into `charts/`: `dependency update` and `build`, `package --dependency-update` and
//! `template --dependency-update`.
//!
//! What goes to standard output, in which order and in which words, is Helm's (`downloader.Manager`). Two things are
//! better: everything is fetched, checked and packed before the first file is touched, and what was changed is put back
//! when a later step fails.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use chart::lock::{digest, digest_of_helm2, lock_file_name, resolve};
use chart::pack::{PackConfig, pack};
use chart::{Chart, Dependency, Dialect, Lock};
use golang::path;
use golang::semver::{Constraints, Version};
use golang::strconv::quote;
use registry::repository::Repository;
use registry::{Access, ChartRef, Client};
use text::FileTable;

use super::sources::{Source, locked_sources};
use crate::files::Exchange;
use crate::flags::Global;
use crate::{charts, epoch, output};

/// A chart and what it takes to bring its dependencies.
pub(crate) struct Manager {
    /// Its folder, as messages name it.
    chart: String,
    pub(super) dialect: Dialect,
    pub(super) debug: bool,
    packing: PackConfig,
    /// Registries and repositories.
    pub(super) client: Client,
    /// Whether chart repositories are not to be asked what is new.
    pub(super) skip_refresh: bool,
    /// What is done about signatures, with which keys, and how registries are talked to.
    pub(crate) asking: ChartRef,
    /// Repositories that count as if the user had added them: those of a helmfile.
    pub(crate) repositories: Vec<Repository>,
    /// How certain registries are talked to, by their hosts; all others as `asking` says.
    pub(crate) registries: Vec<(String, Access)>,
    /// Whether what registries say belongs to the report (Helm 4, of the command that does nothing else).
    pub(super) reports_pulls: bool,
    /// What Helm would have printed so far.
    pub(crate) told: String,
}

/// Archives by their names.
pub(super) type Archives = BTreeMap<String, Vec<u8>>;

impl Manager {
    pub(crate) fn new(chart: &str, global: &Global) -> Result<Self> {
        let dialect = global.helm.dialect();
        Ok(Self {
            chart: chart.to_owned(),
            dialect,
            debug: global.debug,
            packing: epoch::pack_config(dialect)?,
            client: global.files.client()?,
            skip_refresh: false,
            asking: ChartRef::default(),
            repositories: Vec::new(),
            registries: Vec::new(),
            reports_pulls: false,
            told: String::new(),
        })
    }

    /// Chooses versions anew, and locks them.
    pub(crate) fn update(&mut self) -> Result<()> {
        let chart = self.load()?;
        self.update_chart(&chart)
    }

    fn update_chart(&mut self, chart: &Chart) -> Result<()> {
        let Some(required) = chart.metadata.dependencies.as_deref() else { return Ok(()) };
        let list = self.list()?;
        let (required, sources) = self.resolve_names(required, &list)?;
        self.refresh_unmanaged(&sources)?;
        self.refresh_list(&list, &sources);
        let mut remaining = sources.iter();
        let chosen =
            resolve(&required, |it| remaining.next().map_or(Ok(None), |source| self.look(it, source)));
        let mut locked = chosen.map_err(|reason| anyhow!(reason))?;
        let (archives, charts) = self.gather(&mut locked, &sources)?;
        let lock = Lock {
            generated: epoch::now(),
            digest: digest(Some(&required), Some(&locked)),
            dependencies: Some(locked.clone()),
            ..Lock::default()
        };
        let is_news = chart.lock.as_ref().is_none_or(|old| old.digest != lock.digest);
        self.exchange(&charts, &archives, &locked, is_news.then_some((chart, &lock)))
    }

    /// Takes the versions that are locked; without a lock it chooses them.
    pub(crate) fn build(&mut self) -> Result<()> {
        let chart = self.load()?;
        let Some(lock) = &chart.lock else { return self.update_chart(&chart) };
        let list = self.list()?;
        let required = chart.metadata.dependencies.as_deref();
        let (resolved, _) = self.resolve_names(required.unwrap_or_default(), &list)?;
        let resolved = required.map(|_| &*resolved);
        if digest(resolved, lock.dependencies.as_deref()) != lock.digest {
            self.check_old_digest(&chart, lock)?;
        }
        let mut locked = lock.dependencies.clone().unwrap_or_default();
        let sources = locked_sources(&locked, &list)?;
        self.refresh_list(&list, &sources);
        let (archives, charts) = self.gather(&mut locked, &sources)?;
        self.exchange(&charts, &archives, &locked, None)
    }

    /// The lock is out of date, unless Helm 2 made it.
    fn check_old_digest(&self, chart: &Chart, lock: &Lock) -> Result<()> {
        const OUT_OF_SYNC: &str = "is out of sync with the dependencies file";
        if chart.metadata.api_version != "v1" {
            let how = if self.dialect == Dialect::Helm4 { " with 'helm dependency update'" } else { "" };
            bail!(
                "the lock file (Chart.lock) {OUT_OF_SYNC} (Chart.yaml). Please update the dependencies{how}"
            );
        }
        output::remark_all(&[chart::warning::old_digest()], self.dialect);
        if digest_of_helm2(chart.metadata.dependencies.as_deref()) != lock.digest {
            bail!(
                "the lock file (requirements.lock) {OUT_OF_SYNC} (requirements.yaml). Please update the dependencies"
            );
        }
        Ok(())
    }

    fn load(&self) -> Result<Chart> {
        let chart = &self.chart;
        if !charts::stat(chart).with_context(|| format!("could not find {chart}"))?.is_dir() {
            bail!("only unpacked charts can be updated");
        }
        let chart = charts::load_folder(chart, &mut FileTable::default(), self.dialect)?;
        output::remark_all(&chart::warning::of_loading(&chart), self.dialect);
        Ok(chart)
    }

    /// The version that a dependency has where it lies, `None` for one in `charts/`. Nothing that is no version fits no range.
    fn look(&self, dependency: &Dependency, source: &Source) -> Result<Option<String>, String> {
        match source {
            Source::Vendored => self.local_path(&path::join(["charts", &dependency.name])).map(|_| None),
            Source::Folder => {
                let folder = self.local_path(&dependency.repository)?;
                let found = charts::load_folder(&folder, &mut FileTable::default(), self.dialect);
                found.map(|chart| Some(chart.metadata.version.clone())).map_err(|error| format!("{error:#}"))
            }
            Source::Registry => self.newest_tag(dependency).map(Some),
            Source::Repository(repository) => self.newest_listed(dependency, repository).map(Some),
        }
    }

    /// The folder that a `file://` leads to, from the chart on (`resolver.GetLocalPath`).
    pub(super) fn local_path(&self, repository: &str) -> Result<String, String> {
        let path = repository.strip_prefix("file://").unwrap_or(repository);
        let path = if path::is_abs(path) { path::clean(path) } else { path::join([&*self.chart, path]) };
        match std::fs::metadata(&path) {
            Ok(_) => Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(format!("directory {path} not found"))
            }
            Err(error) => Err(format!("stat {path}: {}", project::reason(&error))),
        }
    }

    /// Fetches and packs what is not in `charts/` already; the lock then says the version that was found. Returns the path
    /// of `charts/` too.
    fn gather(&mut self, locked: &mut [Dependency], sources: &[Source]) -> Result<(Archives, String)> {
        let charts = path::join([&*self.chart, "charts"]);
        match std::fs::metadata(&charts) {
            Ok(metadata) if !metadata.is_dir() => bail!("{} is not a directory", quote(&charts)),
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                let reason = project::reason(&error);
                bail!("unable to retrieve file info for '{charts}': stat {charts}: {reason}")
            }
            Ok(_) | Err(_) => {}
        }
        let _ = writeln!(self.told, "Saving {} charts", locked.len());
        let (mut archives, mut fetched) = (Archives::new(), HashSet::new());
        for (dependency, source) in locked.iter_mut().zip(sources) {
            let saved = match source {
                Source::Vendored => self.check_vendored(dependency, &charts)?,
                Source::Folder => self.pack_folder(dependency, &mut archives),
                Source::Registry => self.pull(dependency, &mut fetched, &mut archives),
                Source::Repository(repository) => {
                    self.download(dependency, repository, &mut fetched, &mut archives)
                }
            };
            if let Err(error) = saved {
                let _ = writeln!(self.told, "Save error occurred:  {error:#}");
                return Err(error);
            }
        }
        Ok((archives, charts))
    }

    /// The inner error is one that Helm prints twice.
    fn check_vendored(&mut self, dependency: &Dependency, charts: &str) -> Result<Result<()>> {
        let Dependency { name, version, .. } = dependency;
        let _ = writeln!(
            self.told,
            "Dependency {name} did not declare a repository. Assuming it exists in the charts directory"
        );
        let folder = path::join([charts, name]);
        let found = charts::load_folder(&folder, &mut FileTable::default(), self.dialect)
            .with_context(|| format!("unable to load chart '{folder}'"))?;
        let range = range_of(dependency)?;
        let has = &found.metadata.version;
        let parsed = Version::parse(has)
            .map_err(|error| anyhow!("invalid version {version} for dependency {name}: {error}"))?;
        Ok(if range.check(&parsed) {
            Ok(())
        } else {
            Err(anyhow!("dependency {name} at version {has} does not satisfy the constraint {version}"))
        })
    }

    fn pack_folder(&mut self, dependency: &mut Dependency, archives: &mut Archives) -> Result<()> {
        let Dependency { name, repository, .. } = &*dependency;
        if self.debug {
            let _ = writeln!(self.told, "Archiving {name} from repo {repository}");
        }
        let folder = self.local_path(repository).map_err(|reason| anyhow!(reason))?;
        let found = charts::load_folder(&folder, &mut FileTable::default(), self.dialect)?;
        let range = range_of(dependency)?;
        let version = Version::parse(&found.metadata.version)?;
        if !range.check(&version) {
            bail!("can't get a valid version for dependency {name}");
        }
        let package = pack(&found, &self.packing).map_err(|reason| anyhow!(reason))?;
        archives.insert(package.file_name, package.data);
        dependency.version.clone_from(&found.metadata.version);
        Ok(())
    }

    /// Puts the archives into `charts/`, takes out what nobody asks for any more, and writes the lock: all of it or
    /// nothing (`safeMoveDeps`, `writeLock`).
    fn exchange(
        &mut self,
        charts: &str,
        archives: &Archives,
        locked: &[Dependency],
        lock: Option<(&Chart, &Lock)>,
    ) -> Result<()> {
        let outdated = self.outdated(charts, archives, locked);
        let lock = lock.map(|(chart, lock)| self.lock_file(chart, lock)).transpose()?;
        let aside = Path::new(&self.chart).join(format!("tmpcharts-{}", std::process::id()));
        let failed = |what: &str| format!("cannot write {what}; everything is as it was");
        let mut exchange = Exchange::begin(aside).with_context(|| failed(&self.chart))?;
        exchange.folder(Path::new(charts)).with_context(|| failed(charts))?;
        let (mut written, mut removed) = (archives.iter(), outdated.iter());
        written
            .try_for_each(|(name, data)| exchange.write(&Path::new(charts).join(name), data))
            .and_then(|()| removed.try_for_each(|path| exchange.remove(Path::new(path))))
            .with_context(|| failed(charts))?;
        if let Some((path, text)) = &lock {
            exchange.write(path, text.as_bytes()).with_context(|| failed(&path.display().to_string()))?;
        }
        exchange.keep();
        Ok(())
    }

    /// The files in `charts/` that go: charts that are neither new nor asked for without a repository.
    fn outdated(&mut self, charts: &str, archives: &Archives, locked: &[Dependency]) -> Vec<String> {
        self.told += "Deleting outdated charts\n";
        let entries = std::fs::read_dir(charts).into_iter().flatten().flatten();
        let files = entries.filter(|it| !it.file_type().is_ok_and(|kind| kind.is_dir()));
        let mut names: Vec<String> = files.map(|it| it.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        let mut outdated = Vec::new();
        for name in names.into_iter().filter(|name| !archives.contains_key(name)) {
            let path = path::join([charts, &*name]);
            match charts::load_file(&path, &mut FileTable::default(), self.dialect) {
                Err(error) => {
                    let _ = writeln!(self.told, "Could not verify {path} for deletion: {error:#} (Skipping)");
                }
                Ok(chart) if locked.iter().any(|it| it.repository.is_empty() && it.name == chart.name()) => {}
                Ok(_) => outdated.push(path),
            }
        }
        outdated
    }

    /// Where the lock goes and what it says. A link is not written through.
    fn lock_file(&self, chart: &Chart, lock: &Lock) -> Result<(PathBuf, String)> {
        let name = lock_file_name(&chart.metadata);
        let path = Path::new(&self.chart).join(name);
        if let Ok(target) = path.read_link() {
            bail!("the {name} file is a symlink to {}", quote(target.to_string_lossy().as_ref()));
        }
        Ok((path, lock.to_yaml().map_err(|error| anyhow!("{name}: {}", error.message))?))
    }
}

fn range_of(dependency: &Dependency) -> Result<Constraints> {
    let Dependency { name, version, .. } = dependency;
    Constraints::parse(version)
        .map_err(|error| anyhow!("dependency {name} has an invalid version/constraint format: {error}"))
}
