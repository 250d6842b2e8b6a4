//! golang

mod dialect;
pub use dialect::Dialect;
