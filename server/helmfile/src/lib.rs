//! Helmfile without Helmfile: what a `helmfile.yaml` wants of a cluster, for one environment.
//!
//! Files, the environment of the process and programs come in through a trait, so that an editor can load what is on its
//! screen and run nothing, and tests can load files that are nowhere.

mod files;
mod finding;
pub mod fleet;
pub mod model;
mod request;
mod world;

pub use files::Files;
pub use finding::{Code, Finding, Severity};
pub use model::{Environment, Loaded, Placed, Release, State, StateFile};
pub use request::{DEFAULT_ENVIRONMENT, Request, StateValue};
pub use world::{Entry, Fault, FaultKind, Output, PathKind, Program, World};
