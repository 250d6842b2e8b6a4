//! Helm's release life cycle, without a cluster: what an install, an upgrade or a rollback would do, and how it is done.
//!
//! Everything outside is a port, a trait of [`ports`]: where records lie, what a cluster answers, what time it is. Ports
//! block; whoever implements them with something asynchronous waits inside. `memory` has some that only remember.

mod json;
mod object;
pub mod ports;
pub mod ready;
pub mod record;

pub use json::{to_json, to_node};
pub use object::{Gvk, Object, ObjectKey};
