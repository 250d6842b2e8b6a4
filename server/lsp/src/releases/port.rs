//! What the server needs of the outside to work with releases. The program that runs it brings them; the server itself
//! knows no kubeconfig and opens no connection.

use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;

use chart::Dialect;
use release::ports::{Clock, Cluster, Identity};
use release::record::RecordStore;
use template::Host;

/// Which cluster is asked for. None of it comes out of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The kubeconfig file, if not the user's usual one.
    pub kubeconfig: Option<PathBuf>,
    /// The context, if not the current one.
    pub context: Option<String>,
    /// Whether programs that the kubeconfig names for credentials may run.
    pub allow_programs: bool,
}

/// A context of a kubeconfig.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Its name.
    pub name: String,
    /// The address of the API server.
    pub server: String,
    /// Its namespace; empty if it names none.
    pub namespace: String,
    /// Whether it is the current one.
    pub is_current: bool,
}

/// The clusters that a person can reach, and what that person decided about them. Calls block.
pub trait Clusters: Debug + Send + Sync {
    /// The contexts of the kubeconfig.
    fn contexts(&self, asked: &Asked) -> Result<Vec<Context>, String>;

    /// Makes a connection. It stays with the cluster that it was made for, whatever becomes of the kubeconfig.
    fn open(&self, asked: &Asked, dialect: Dialect) -> Result<Arc<dyn Site>, String>;

    /// Whether the user said once that this cluster may be deployed to.
    fn is_allowed(&self, cluster: &Identity) -> bool;

    /// The user says so.
    fn allow(&self, cluster: &Identity) -> Result<(), String>;

    /// Writes a text where only the user can read it, for clients that show nothing but files. `name` is a path whose
    /// last part people see. The answer is the file.
    fn keep_text(&self, name: &str, text: &str) -> Result<PathBuf, String>;
}

/// A cluster that can be worked in.
pub trait Site: Debug + Send + Sync {
    /// The namespace of the context, or `default`.
    fn namespace(&self) -> &str;

    /// The cluster.
    fn cluster(&self) -> &dyn Cluster;

    /// The time.
    fn clock(&self) -> &dyn Clock;

    /// Where records lie: those of one namespace, or with an empty one of all.
    fn records(&self, namespace: &str) -> Box<dyn RecordStore + '_>;

    /// What templates are told of the outside: real randomness, and what they look up in the cluster.
    fn host(&self) -> Box<dyn Host + '_>;
}

/// No clusters: of a server that was started without any.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoClusters;

impl Clusters for NoClusters {
    fn contexts(&self, _: &Asked) -> Result<Vec<Context>, String> {
        Ok(Vec::new())
    }

    fn open(&self, _: &Asked, _: Dialect) -> Result<Arc<dyn Site>, String> {
        Err("this server was started without access to clusters".to_owned())
    }

    fn is_allowed(&self, _: &Identity) -> bool {
        false
    }

    fn allow(&self, _: &Identity) -> Result<(), String> {
        Ok(())
    }

    fn keep_text(&self, _: &str, _: &str) -> Result<PathBuf, String> {
        Err("this server writes nothing".to_owned())
    }
}
