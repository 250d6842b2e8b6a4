//! What commands print of a state that need no cluster: `list`, `build`, `write-values`.

mod build;
mod list;
mod place;
mod written;

pub use build::{build, source};
pub use list::{Row, json, rows, table};
pub use place::{CHART_FOLDER, OUTPUT_FOLDER, VALUES_FILE, place};
pub use written::{values_path, written};
