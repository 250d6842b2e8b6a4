//! What the server needs of the outside to know and fetch charts: repositories and registries, as the user reaches them.

use std::fmt::Debug;
use std::path::{Path, PathBuf};

use ide::catalog::{ChartSource, ChartVersion, RepositorySource};

/// Repositories and registries. Calls block, unless it is said that they do not.
pub trait Market: Debug + Send + Sync {
    /// The versions of a chart, the newest first.
    fn versions(&self, chart: &ChartSource) -> Result<Vec<ChartVersion>, String>;

    /// The charts of a repository, each with what it is; none of a registry, which does not say.
    fn charts(&self, repository: &RepositorySource) -> Result<Vec<(String, String)>, String>;

    /// The names of the user's own repositories. Only the disk is looked at.
    fn repositories(&self) -> Vec<String>;

    /// The folder that a chart was unpacked into when it was fetched. Only the disk is looked at.
    fn unpacked(&self, chart: &ChartSource, version: &str) -> Option<PathBuf>;

    /// Fetches a chart, checks it and unpacks it. `version` may be a range, or empty for the newest.
    fn fetch(&self, chart: &ChartSource, version: &str) -> Result<PathBuf, String>;

    /// Fetches the dependencies of a chart into its `charts/`, and writes its lock. The answer says what was done.
    fn update_dependencies(&self, chart: &Path) -> Result<String, String>;
}

/// No repositories: of a server that was started without any.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMarket;

const NONE: &str = "this server was started without access to repositories";

impl Market for NoMarket {
    fn versions(&self, _: &ChartSource) -> Result<Vec<ChartVersion>, String> {
        Err(NONE.to_owned())
    }

    fn charts(&self, _: &RepositorySource) -> Result<Vec<(String, String)>, String> {
        Err(NONE.to_owned())
    }

    fn repositories(&self) -> Vec<String> {
        Vec::new()
    }

    fn unpacked(&self, _: &ChartSource, _: &str) -> Option<PathBuf> {
        None
    }

    fn fetch(&self, _: &ChartSource, _: &str) -> Result<PathBuf, String> {
        Err(NONE.to_owned())
    }

    fn update_dependencies(&self, _: &Path) -> Result<String, String> {
        Err(NONE.to_owned())
    }
}
