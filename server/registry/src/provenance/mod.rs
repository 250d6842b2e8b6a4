//! Signatures of packed charts, as Helm makes and checks them (`pkg/provenance`).

use std::path::Path;

use crate::error::Error;

/// Who signed a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The names of the key: `Name <mail>`.
    pub signed_by: Vec<String>,
    /// The fingerprint of the key, in upper case.
    pub fingerprint: String,
    /// The digest of the archive, with `sha256:`.
    pub file_hash: String,
}

/// Checks the signature of a packed chart with the keys of a file.
pub fn verify(_: &[u8], _: &[u8], file_name: &str, _: &Path) -> Result<Verified, Error> {
    Err(Error::say(format!("{file_name}: signatures cannot be checked yet; leave out --verify")))
}
