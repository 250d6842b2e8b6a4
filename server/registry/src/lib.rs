//! Where charts come from when they are not on this machine: OCI registries and chart repositories, with the credentials,
//! signatures and caches that Helm keeps, so that both find what the other left.
//!
//! Whoever wants a chart calls [`Client::fetch_chart`] and waits. Everything asynchronous stays in here, and all of it goes
//! through one layer of HTTP (`http`), so that retries, time limits, redirects and errors are the same everywhere.

mod cache;
mod client;
mod credentials;
mod error;
mod fetch;
mod files;
mod http;
mod oci;
mod offers;
pub mod provenance;
pub mod repository;
mod settings;
#[cfg(test)]
mod testing;
mod unpacked;

pub use cache::Cache;
pub use client::Client;
pub use error::{Error, NoAnswer, Refusal, RegistryError, Trouble};
pub use fetch::{ChartRef, Fetched, Verify};
pub use http::Limits;
pub use oci::{Push, Pushed, is_oci};
pub use offers::{Offer, Source};
pub use settings::{Access, Password, Proxies, Settings};
pub use unpacked::{unpack, write_members};
