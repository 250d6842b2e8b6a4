//! What Helm takes from Go and its libraries, for every room that must agree with them to the letter:
//! number and string formatting, path and glob matching, versions and their constraints, times.

mod dialect;
pub mod glob;
pub mod path;
pub mod semver;
pub mod sort;
pub mod strconv;
pub mod time;
pub use dialect::Dialect;
