//! Charts in OCI registries: one chart is one repository, one version one tag, one manifest names its parts.

mod advice;
mod challenge;
mod login;
mod manifest;
mod pull;
mod push;
mod reference;
mod remote;
mod session;
#[cfg(test)]
mod tests;
mod versions;

pub(crate) use pull::{fetch, list};
pub use push::{Push, Pushed};

/// Whether a reference is one into a registry.
pub fn is_oci(reference: &str) -> bool {
    reference.starts_with("oci://")
}
