//! The charts of a fleet: each is found, fetched and read once, however many releases are made of it.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use anyhow::{Result, anyhow};
use helmfile::fleet::{Unit, shown_chart};
use helmfile::model::Repository;
use helmfile::{Release, StateFile};
use registry::{Access, ChartRef, Client, Fetched, Password, Settings, Verify};
use text::FileTable;

use crate::commands::dependency::update::Manager;
use crate::flags::Global;
use crate::manifests::ChartSource;
use crate::output;
use crate::signatures::default_keyring;

/// Charts that were read, by where they come from.
pub(crate) struct ChartStore<'g> {
    global: &'g Global,
    /// `--skip-deps`: dependencies of local charts are not built.
    skip_deps: bool,
    /// `--oci-plain-http`
    plain_http: bool,
    client: OnceLock<Result<Client, String>>,
    charts: Mutex<HashMap<Origin, Arc<Place>>>,
}

/// A place for a chart. Whoever comes first reads it, and the others wait for it.
#[derive(Default)]
struct Place(OnceLock<Result<Arc<ChartSource>, String>>);

/// What Helm makes of `--devel`: versions before a release count, too.
const ANY_VERSION: &str = ">0.0.0-0";

/// Where a chart comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Origin {
    /// A folder or an archive on this machine, and whether its dependencies are built first.
    Local(PathBuf, bool),
    /// A registry or a repository.
    Remote(Box<Remote>),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Remote {
    reference: String,
    version: String,
    repo_url: Option<String>,
    verify: bool,
    keyring: PathBuf,
    access: Access,
}

impl<'g> ChartStore<'g> {
    pub(crate) fn new(global: &'g Global, skip_deps: bool, plain_http: bool) -> Self {
        Self { global, skip_deps, plain_http, client: OnceLock::new(), charts: Mutex::default() }
    }

    /// The chart of a release.
    pub(crate) fn chart(&self, unit: &Unit<'_>) -> Result<Arc<ChartSource>> {
        let origin = self.origin(unit);
        let place = {
            let mut charts = self.charts.lock().unwrap_or_else(PoisonError::into_inner);
            charts.entry(origin.clone()).or_default().clone()
        };
        let read = || self.read(&origin, unit).map(Arc::new).map_err(|error| format!("{error:#}"));
        place.0.get_or_init(read).clone().map_err(|error| anyhow!(error))
    }

    /// The chart as a file or folder on this machine, with its dependencies: fetched if it is somewhere else.
    pub(crate) fn path(&self, unit: &Unit<'_>) -> Result<PathBuf> {
        self.bring(&self.origin(unit), unit)
    }

    /// Whether the chart is on this machine.
    pub(crate) fn is_local(&self, unit: &Unit<'_>) -> bool {
        matches!(self.origin(unit), Origin::Local(..))
    }

    /// The folder of a chart that is one, on this machine.
    pub(crate) fn folder(&self, unit: &Unit<'_>) -> Option<PathBuf> {
        local(unit.file, unit.release).filter(|it| it.join("Chart.yaml").is_file())
    }

    /// Builds the dependencies of a copy of the chart, unless they are to be left alone.
    pub(crate) fn complete(&self, copy: &Path, unit: &Unit<'_>) -> Result<()> {
        match self.skip_deps || unit.release.options.skip_deps {
            true => Ok(()),
            false => self.build_dependencies(copy, unit),
        }
    }

    /// The newest version that fits what the helmfile asks for, whatever was locked.
    pub(crate) fn newest(&self, unit: &Unit<'_>) -> Result<String> {
        let mut remote = self.remote(unit.file, unit.release);
        remote.version.clone_from(&unit.release.version.it);
        Ok(self.fetched(&remote)?.version)
    }

    fn bring(&self, origin: &Origin, unit: &Unit<'_>) -> Result<PathBuf> {
        match origin {
            Origin::Local(path, builds) => {
                if *builds {
                    self.build_dependencies(path, unit)?;
                }
                Ok(path.clone())
            }
            Origin::Remote(remote) => self.fetch(remote),
        }
    }

    fn origin(&self, unit: &Unit<'_>) -> Origin {
        let (file, release) = (unit.file, unit.release);
        match local(file, release) {
            Some(path) => {
                let builds = path.is_dir() && !self.skip_deps && !release.options.skip_deps;
                Origin::Local(path, builds)
            }
            None => Origin::Remote(Box::new(self.remote(file, release))),
        }
    }

    fn read(&self, origin: &Origin, unit: &Unit<'_>) -> Result<ChartSource> {
        let path = self.bring(origin, unit)?;
        ChartSource::read(&project::text_of(&path), None, &mut FileTable::default(), self.global)
    }

    /// `helm dependency build`, for charts that have dependencies.
    fn build_dependencies(&self, path: &Path, unit: &Unit<'_>) -> Result<()> {
        let text = project::text_of(path);
        if !has_dependencies(path) {
            return Ok(());
        }
        output::remark(&format!("Building dependency release={}, chart={}", unit.name(), shown_chart(unit)));
        let mut manager = Manager::new(&text, self.global)?;
        manager.asking.access.plain_http = self.plain_http;
        for it in unit.file.repositories.iter().map(|it| it.in_folder(&unit.file.folder)) {
            if it.oci {
                let mut access = repository_access(&it);
                access.plain_http |= self.plain_http;
                manager.registries.push((it.registry_host().to_owned(), access));
            } else {
                manager.repositories.push(as_added(&it));
            }
        }
        let built = manager.build();
        if !manager.told.is_empty() {
            output::remark(manager.told.trim_end_matches('\n'));
        }
        built.map_err(|error| error.context("building dependencies of local chart"))
    }

    fn remote(&self, file: &StateFile, release: &Release) -> Remote {
        let options = &release.options;
        let named = release.repository_and_chart();
        let repository = named.and_then(|(name, _)| file.repositories.iter().find(|it| it.name == name));
        let repository = repository.map(|it| it.in_folder(&file.folder));
        let repository = repository.as_ref();
        let mut access = repository.map(repository_access).unwrap_or_default();
        access.plain_http |= options.plain_http || self.plain_http;
        access.insecure_skip_tls_verify |= options.insecure_skip_tls_verify && !access.plain_http;
        let (reference, repo_url) = match (named, repository) {
            (Some((_, chart)), Some(it)) if it.oci => {
                (format!("oci://{}/{chart}", it.url.trim_start_matches("oci://").trim_end_matches('/')), None)
            }
            (Some((_, chart)), Some(it)) => (chart.to_owned(), Some(it.url.clone())),
            // A repository of the user's own, or an address.
            _ => (release.chart.it.clone(), None),
        };
        Remote {
            reference,
            version: match release.chart_version() {
                "" if options.devel => ANY_VERSION,
                version => version,
            }
            .to_owned(),
            repo_url,
            verify: options.verify || repository.is_some_and(|it| it.verify),
            keyring: keyring(options.keyring.as_str(), repository),
            access,
        }
    }

    fn fetch(&self, remote: &Remote) -> Result<PathBuf> {
        self.fetched(remote).map(|it| it.path)
    }

    fn fetched(&self, remote: &Remote) -> Result<Fetched> {
        let open = || {
            let settings = Settings::from_environment();
            Client::new(settings).map_err(|error| error.to_string())
        };
        let client = self.client.get_or_init(open).as_ref().map_err(|error| anyhow!(error.clone()))?;
        let fetched = client.fetch_chart(&ChartRef {
            reference: remote.reference.clone(),
            version: remote.version.clone(),
            repo_url: remote.repo_url.clone(),
            verify: if remote.verify { Verify::Always } else { Verify::Never },
            keyring: remote.keyring.clone(),
            access: remote.access.clone(),
        })?;
        fetched.warnings.iter().for_each(|it| output::remark(it));
        Ok(fetched)
    }
}

/// The path of a chart that is on this machine: it is written as one, or there is a folder of that name.
fn local(file: &StateFile, release: &Release) -> Option<PathBuf> {
    let chart = release.chart.it.as_str();
    if chart.contains("://") {
        return None;
    }
    let path = if chart.starts_with('/') {
        project::path_of(chart)
    } else {
        project::path_of(&golang::path::join([file.folder.as_str(), chart]))
    };
    (release.has_local_chart() || path.is_dir()).then_some(path)
}

/// Whether `Chart.yaml` or the `requirements.yaml` of old charts says a word about dependencies. It may be a comment.
fn has_dependencies(folder: &Path) -> bool {
    let says =
        |file: &str| std::fs::read_to_string(folder.join(file)).is_ok_and(|it| it.contains("dependencies"));
    says("Chart.yaml") || says("requirements.yaml")
}

/// A repository of a helmfile as it stands in the user's list once it was added.
pub(crate) fn as_added(repository: &Repository) -> registry::repository::Repository {
    let (name, url) = (repository.name.clone(), repository.url.clone());
    let added = registry::repository::Repository { name, url, ..Default::default() };
    added.with_access(&repository_access(repository))
}

/// How to talk to a repository of a helmfile. Credentials that it does not say may stand in the environment.
pub(crate) fn repository_access(repository: &Repository) -> Access {
    let file = |path: &str| Some(path).filter(|it| !it.is_empty()).map(PathBuf::from);
    let (user_variable, password_variable) = repository.variables();
    let said = |text: &str, variable: &str| match text {
        "" => std::env::var(variable).unwrap_or_default(),
        said => said.to_owned(),
    };
    Access {
        ca_file: file(&repository.ca_file),
        cert_file: file(&repository.cert_file),
        key_file: file(&repository.key_file),
        insecure_skip_tls_verify: repository.skip_tls_verify,
        plain_http: repository.plain_http,
        username: said(&repository.username, &user_variable),
        password: Password::from(said(&repository.password, &password_variable)),
        pass_credentials: repository.pass_credentials,
    }
}

/// The keys that signatures are checked with: the release's, the repository's, or GnuPG's own.
pub(crate) fn keyring(of_release: &str, repository: Option<&Repository>) -> PathBuf {
    let named = [of_release, repository.map_or("", |it| it.keyring.as_str())];
    named.into_iter().find(|it| !it.is_empty()).map_or_else(default_keyring, PathBuf::from)
}
