//! Charts and signatures by what is in them, where Helm 4 keeps them, too (`DiskCache`): `content/ab/abcd….chart`.
//!
//! Several processes may write at once: a file is written beside its place and moved there in one step, and two that
//! write the same name write the same bytes. Whatever is read is held against its name first: Helm also files content
//! under other digests, and disks fail.

use std::path::PathBuf;

use sha2::{Digest as _, Sha256};

use crate::error::Error;
use crate::files::replace;

/// The folder of content.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

/// What is kept under a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A packed chart, by its own digest.
    Chart,
    /// The signature of a chart, by the digest of the chart.
    Provenance,
}

impl Kind {
    fn extension(self) -> &'static str {
        match self {
            Self::Chart => "chart",
            Self::Provenance => "prov",
        }
    }
}

impl Cache {
    /// The cache in a folder that need not be there yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The chart of a digest, if it is there whole.
    pub(crate) fn chart(&self, digest: &str) -> Option<PathBuf> {
        let path = self.path(digest, Kind::Chart)?;
        let data = std::fs::read(&path).ok()?;
        (sha256(&data) == hex(digest)).then_some(path)
    }

    /// Keeps content for the chart of a digest, and says where.
    pub(crate) fn keep(&self, digest: &str, kind: Kind, data: &[u8]) -> Result<PathBuf, Error> {
        let path = self
            .path(digest, kind)
            .ok_or_else(|| Error::say(format!("\"{digest}\" is no digest of SHA-256")))?;
        replace(&path, data, false).map_err(|source| Error::file(&path, source))?;
        Ok(path)
    }

    fn path(&self, digest: &str, kind: Kind) -> Option<PathBuf> {
        let hex = hex(digest);
        let is_sha256 = hex.len() == 64 && hex.bytes().all(|it| matches!(it, b'0'..=b'9' | b'a'..=b'f'));
        is_sha256.then(|| self.folder.join(&hex[..2]).join(format!("{hex}.{}", kind.extension())))
    }
}

/// A digest without the name of its algorithm.
pub(crate) fn hex(digest: &str) -> &str {
    digest.strip_prefix("sha256:").unwrap_or(digest)
}

/// The digest of content, without the name of the algorithm.
pub(crate) fn sha256(data: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_lies_where_helm_looks_for_it() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path());
        let digest = sha256(b"chart");
        assert_eq!(cache.chart(&digest), None);
        let path = cache.keep(&format!("sha256:{digest}"), Kind::Chart, b"chart").unwrap();
        assert_eq!(path, folder.path().join(&digest[..2]).join(format!("{digest}.chart")));
        assert_eq!(cache.chart(&digest), Some(path));
        let path = cache.keep(&digest, Kind::Provenance, b"signed").unwrap();
        assert!(path.ends_with(format!("{digest}.prov")));
    }

    #[test]
    fn content_under_a_wrong_name_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path());
        let digest = sha256(b"chart");
        let path = cache.keep(&digest, Kind::Chart, b"chart").unwrap();
        std::fs::write(path, "half of it").unwrap();
        assert_eq!(cache.chart(&digest), None);
        assert!(cache.keep("../../etc", Kind::Chart, b"").is_err());
    }

    #[test]
    fn many_may_keep_the_same_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path());
        let data = vec![7; 100_000];
        let digest = sha256(&data);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        cache.keep(&digest, Kind::Chart, &data).unwrap();
                        assert!(cache.chart(&digest).is_some());
                    }
                });
            }
        });
        let left = std::fs::read_dir(folder.path().join(&digest[..2])).unwrap().count();
        assert_eq!(left, 1, "nothing temporary stays");
    }
}
