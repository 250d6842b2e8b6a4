//! Helm's release life cycle, without a cluster: what an install, an upgrade or a rollback would do, and how it is done.
//!
//! Everything outside is a port, a trait of [`ports`]: where records lie, what a cluster answers, what time it is. Ports
//! block; whoever implements them with something asynchronous waits inside. [`memory`] has one that only remembers.

pub mod actions;
pub mod apply;
pub mod diff;
mod doctor;
mod error;
mod holder;
mod hooks;
mod json;
mod lookup;
pub mod manifest;
pub mod memory;
mod object;
mod order;
pub mod patch;
pub mod plan;
pub mod ports;
pub mod preflight;
pub mod ready;
pub mod record;
mod rendered;
mod wait;
mod world;

pub use error::{Error, ErrorKind};
pub use holder::Holder;
pub use json::{to_json, to_node};
pub use lookup::look_up;
pub use object::{Gvk, Object, ObjectKey};
pub use rendered::{Rendered, ValuesRule};
pub use wait::{WaitConfig, WaitStrategy};
pub use world::{Done, News, Nobody, Observer, Step, World};
