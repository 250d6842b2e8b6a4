//! What commands print of a state that need no cluster: `list`, `build`, `write-values`.

mod build;
mod list;
mod written;

pub use build::{build, source};
pub use list::{Row, json, rows, table};
pub use written::{values_path, written};
