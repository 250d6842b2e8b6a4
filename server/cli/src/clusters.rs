//! What the language server is given to work with releases: the user's clusters, and what the user decided about them.
//!
//! Which clusters may be written to is kept with the user (`$XDG_STATE_HOME/chartroom`), never with a workspace.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use chart::Dialect;
use cluster::{ClusterConfig, Connection, Driver, Storage};
use lsp::{Asked, Clusters, Context, Site};
use release::ports::{Clock, Cluster, Identity};
use release::record::RecordStore;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use template::Host;

use crate::host::{Asking, Machine};

/// The clusters of the user's kubeconfig.
#[derive(Debug)]
pub(crate) struct UserClusters {
    driver: Driver,
    /// Where decisions are kept; none where there is no such place.
    state: Option<PathBuf>,
    /// Where texts are kept for clients that show nothing but files. It goes with the server.
    texts: OnceLock<TempDir>,
    writing: Mutex<()>,
}

/// A cluster that the user allowed once.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Allowed {
    /// The `uid` of its namespace `kube-system`; empty where that could not be read, and the address counts.
    uid: String,
    server: String,
    /// What it was called then, for people who read the file.
    context: String,
}

impl UserClusters {
    pub(crate) fn new(driver: Driver) -> Self {
        Self {
            driver,
            state: state_folder().map(|it| it.join("allowed-clusters.json")),
            texts: OnceLock::new(),
            writing: Mutex::default(),
        }
    }

    fn allowed(&self) -> Vec<Allowed> {
        let text = self.state.as_ref().and_then(|file| std::fs::read(file).ok()).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }
}

/// Where programs keep what they remember for a user.
fn state_folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    let state = variable("XDG_STATE_HOME")
        .or_else(|| if cfg!(windows) { variable("LOCALAPPDATA") } else { None })
        .or_else(|| Some(variable("HOME")?.join(".local/state")))?;
    Some(state.join("chartroom"))
}

fn config(asked: &Asked) -> ClusterConfig {
    ClusterConfig {
        files: asked.kubeconfig.clone().into_iter().collect(),
        context: asked.context.clone(),
        allow_exec: asked.allow_programs,
        // Standard input and output belong to the protocol.
        terminal: false,
        ..ClusterConfig::default()
    }
}

fn is_same(allowed: &Allowed, cluster: &Identity) -> bool {
    if allowed.uid.is_empty() || cluster.uid.is_empty() {
        return allowed.uid == cluster.uid && allowed.server == cluster.server;
    }
    allowed.uid == cluster.uid
}

impl Clusters for UserClusters {
    fn contexts(&self, asked: &Asked) -> Result<Vec<Context>, String> {
        let known = config(asked).contexts().map_err(|error| error.to_string())?;
        let context = |it: cluster::KnownContext| Context {
            name: it.name,
            server: it.server,
            namespace: it.namespace,
            is_current: it.is_current,
        };
        Ok(known.into_iter().map(context).collect())
    }

    fn open(&self, asked: &Asked, dialect: Dialect) -> Result<Arc<dyn Site>, String> {
        let connection = Connection::open(&config(asked), dialect).map_err(|error| error.to_string())?;
        Ok(Arc::new(UserSite { connection, driver: self.driver, machine: Machine::new() }))
    }

    fn is_allowed(&self, cluster: &Identity) -> bool {
        self.allowed().iter().any(|it| is_same(it, cluster))
    }

    fn allow(&self, cluster: &Identity) -> Result<(), String> {
        let file = self.state.as_ref().ok_or("there is no folder of the user's to remember it in")?;
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut allowed = self.allowed();
        if allowed.iter().any(|it| is_same(it, cluster)) {
            return Ok(());
        }
        allowed.push(Allowed {
            uid: cluster.uid.clone(),
            server: cluster.server.clone(),
            context: cluster.context.clone(),
        });
        replace(file, &allowed).map_err(|error| format!("{}: {error}", file.display()))
    }

    fn keep_text(&self, name: &str, text: &str) -> Result<PathBuf, String> {
        let told = |error: std::io::Error| error.to_string();
        let folder = if let Some(folder) = self.texts.get() {
            folder
        } else {
            // Only the user may look into it.
            let new = tempfile::Builder::new().prefix("chartroom-").tempdir().map_err(told)?;
            self.texts.get_or_init(|| new)
        };
        let safe = |part: &str| {
            part.chars()
                .map(|it| if it.is_control() || ":\\*?\"<>|".contains(it) { '-' } else { it })
                .collect::<String>()
        };
        let parts: Vec<String> =
            name.split('/').filter(|it| !it.is_empty() && *it != "." && *it != "..").map(safe).collect();
        let path = parts.iter().fold(folder.path().to_owned(), |path, part| path.join(part));
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(told)?;
        }
        std::fs::write(&path, text).map_err(told)?;
        Ok(path)
    }
}

/// Puts a new file in the place of the old one, so that nobody ever reads half of it.
fn replace(file: &Path, allowed: &[Allowed]) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut new = tempfile::NamedTempFile::new_in(folder)?;
    new.write_all(&serde_json::to_vec_pretty(allowed)?)?;
    new.persist(file).map(drop).map_err(|error| error.error)
}

/// One of them.
#[derive(Debug)]
struct UserSite {
    connection: Connection,
    driver: Driver,
    machine: Machine,
}

impl Site for UserSite {
    fn namespace(&self) -> &str {
        self.connection.namespace()
    }

    fn cluster(&self) -> &dyn Cluster {
        &self.connection
    }

    fn clock(&self) -> &dyn Clock {
        &self.machine
    }

    fn records(&self, namespace: &str) -> Box<dyn RecordStore + '_> {
        Box::new(Storage::new(&self.connection, self.driver, namespace))
    }

    fn host(&self) -> Box<dyn Host + '_> {
        Box::new(Asking { machine: Machine::new(), cluster: &self.connection })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clusters(folder: &Path) -> UserClusters {
        UserClusters { state: Some(folder.join("x/allowed.json")), ..UserClusters::new(Driver::Secrets) }
    }

    fn identity(uid: &str, server: &str) -> Identity {
        Identity { uid: uid.into(), context: "c".into(), server: server.into() }
    }

    #[test]
    fn what_was_allowed_is_remembered_by_what_the_cluster_is() {
        let folder = tempfile::tempdir().unwrap();
        let it = clusters(folder.path());
        assert!(!it.is_allowed(&identity("u", "s")));
        it.allow(&identity("u", "s")).unwrap();
        it.allow(&identity("", "t")).unwrap();
        let again = clusters(folder.path());
        assert!(again.is_allowed(&identity("u", "elsewhere")));
        assert!(!again.is_allowed(&identity("v", "s")));
        assert!(!again.is_allowed(&identity("", "s")));
        assert!(again.is_allowed(&identity("", "t")));
    }

    #[test]
    fn texts_stay_in_their_folder() {
        let it = UserClusters::new(Driver::Secrets);
        let path = it.keep_text("/1/../Deploy revision 2 of web.diff", "x").unwrap();
        assert!(path.ends_with("1/Deploy revision 2 of web.diff"), "{}", path.display());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "x");
        drop(it);
        assert!(!path.exists());
    }
}
