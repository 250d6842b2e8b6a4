//! Repositories and registries for the language server: what they have, and charts unpacked where an editor can look.
//!
//! Everything is asked for as Helm asks: with the user's list of repositories, credentials and caches. What a helmfile says
//! of a repository of its own goes before.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use lsp::{ChartSource, ChartVersion, Market, RepositorySource};
use registry::{Client, Offer, Settings, Source};

use crate::fleet::charts::{keyring, repository_access};

/// So old an index may be that somebody completes versions from.
const OLDEST: Duration = Duration::from_mins(5);

/// The user's repositories and registries. There is no client before something is wanted.
#[derive(Debug, Default)]
pub(crate) struct UserMarket {
    client: OnceLock<Result<Client, String>>,
}

impl UserMarket {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn client(&self) -> Result<&Client, String> {
        let open = || Client::new(Settings::from_environment()).map_err(|error| error.to_string());
        self.client.get_or_init(open).as_ref().map_err(Clone::clone)
    }

    fn ask<T>(&self, call: impl FnOnce(&Client) -> Result<T, registry::Error>) -> Result<T, String> {
        call(self.client()?).map_err(|error| error.to_string())
    }
}

/// Where it is and how it is talked to, as a helmfile fetches from it.
fn source(repository: &RepositorySource) -> Source {
    let item = repository.item.as_deref();
    Source {
        address: repository.address.clone(),
        access: item.map(repository_access).unwrap_or_default(),
        keyring: item.filter(|it| it.verify).map(|it| keyring("", Some(it))),
    }
}

impl Market for UserMarket {
    fn versions(&self, chart: &ChartSource) -> Result<Vec<ChartVersion>, String> {
        let offers = self.ask(|it| it.offers(&source(&chart.repository), &chart.name, OLDEST))?;
        let version = |it: Offer| ChartVersion {
            version: it.version,
            app_version: it.app_version,
            description: it.description,
            is_deprecated: it.deprecated,
        };
        Ok(offers.into_iter().map(version).collect())
    }

    fn charts(&self, repository: &RepositorySource) -> Result<Vec<(String, String)>, String> {
        self.ask(|it| it.offered_charts(&source(repository), OLDEST))
    }

    fn repositories(&self) -> Vec<String> {
        self.client().map(Client::repository_names).unwrap_or_default()
    }

    fn unpacked(&self, chart: &ChartSource, version: &str) -> Option<PathBuf> {
        self.client().ok()?.unpacked(&chart.repository.address, &chart.name, version)
    }

    fn fetch(&self, chart: &ChartSource, version: &str) -> Result<PathBuf, String> {
        self.ask(|it| it.fetch_unpacked(&source(&chart.repository), &chart.name, version))
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
