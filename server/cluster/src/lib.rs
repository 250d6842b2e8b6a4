//! The cluster: what [`release::ports`] ask for, answered by a real API server.
//!
//! Kubeconfig, credentials and TLS are the `kube` crate's. The requests are ours: Helm's life cycle needs dry runs, field
//! managers, lists of metadata only, tables and watches to the letter. Everything asynchronous stays in here; whoever
//! calls a [`Connection`] waits.

mod config;
mod connection;
mod discovery;
mod http;
mod observe;
mod send;
mod storage;

pub use config::{ClusterConfig, KnownContext};
pub use connection::{ConnectError, Connection};
pub use storage::{Driver, Storage};
