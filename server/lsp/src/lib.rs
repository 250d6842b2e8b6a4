//! The language server: the protocol around the rooms that know charts.
//!
//! A message goes through four stations, each its own module:
//!
//! - `front` takes messages in the order in which they arrive. What changes the state is applied there and
//!   then; what asks gets the immutable snapshot of that very moment.
//! - `state` is that state, with one writer, and its snapshots, with many readers.
//! - `requests` has one file per question. The work is done on one of two pools of threads and stops when the
//!   client no longer wants the answer.
//! - `releases` is what the user does in clusters: shown first, agreed to, then done. Clusters are a port, [`Clusters`],
//!   that the program brings.
//! - `refresh` computes what nobody asked for (diagnostics, previews that are being looked at), always for the
//!   latest snapshot.
//!
//! Types of the protocol stay in this crate, and `convert` is where they end. [`ext`] is what we add to the
//! protocol, and its documentation.

mod cancel;
mod capabilities;
mod chart_yaml;
mod client;
mod convert;
mod diagnostics;
pub mod ext;
mod fixes;
mod front;
mod helmfiles;
mod logging;
mod market;
mod model;
mod notifications;
mod pool;
mod preview;
mod refresh;
mod releases;
mod requests;
mod serve;
mod server;
mod settings;
mod state;

#[cfg(test)]
mod tests;

pub use ide::catalog::{ChartSource, ChartVersion, RepositorySource};
pub use market::{Market, NoMarket};
pub use releases::{Asked, Clusters, Context, NoClusters, Site};
pub use serve::{ServeError, run, run_stdio};
pub use settings::{Deploy, HelmVersion, Kube, Settings};
pub(crate) use tower_lsp::gen_lsp_types as lsp_types;
