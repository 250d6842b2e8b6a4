//! `write-values`: all values files of a release merged into one file.

use golang::path::base;
use sha1::{Digest, Sha1};
use yaml::Layout;

use crate::model::{Release, ReleaseValues, StateFile};

/// Where the values of a release are written where nothing is said about it: a folder that is named by the helmfile and
/// by its whole path. It is relative to the helmfile's folder.
pub fn values_path(file: &StateFile, release: &Release) -> String {
    let name = if file.among_many { &file.path } else { base(&file.path) };
    let stem = name.rfind('.').map_or(name, |at| &name[..at]);
    let hash: String =
        Sha1::digest(file.path.as_bytes()).iter().take(4).map(|it| format!("{it:02x}")).collect();
    format!("{stem}-{hash}/{}.yaml", release.name.it)
}

/// The file.
pub fn written(values: &ReleaseValues) -> Result<String, yaml::Error> {
    Ok(yaml::write(&values.written()?, Layout::V3)? + "\n")
}
