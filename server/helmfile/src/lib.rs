//! Helmfile without Helmfile: what a `helmfile.yaml` wants of a cluster, for one environment.
//!
//! Files, the environment of the process and programs come in through a trait, so that an editor can load what is on its
//! screen and run nothing, and tests can load files that are nowhere.

mod conditions;
mod engine;
mod files;
mod finding;
pub mod fleet;
pub mod graph;
pub mod hooks;
mod json;
pub mod keys;
mod load;
pub mod lock;
mod merge;
mod missing;
pub mod model;
mod paths;
pub mod print;
mod registries;
mod releases;
mod request;
mod selectors;
#[cfg(test)]
mod testing;
mod text_map;
mod typed;
mod values;
mod world;

pub use engine::functions;
pub use files::Files;
pub use finding::{Code, Finding, Severity};
pub use load::load;
pub use model::{Environment, Loaded, Placed, Release, State, StateFile};
pub use request::{DEFAULT_ENVIRONMENT, Request, StateValue};
pub use selectors::Selectors;
pub use values::{embedded, values};
pub use world::{Entry, Fault, FaultKind, Output, PathKind, Program, World};
