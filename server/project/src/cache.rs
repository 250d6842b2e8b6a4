//! Single files that are asked for again and again, read again only when they changed.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::walk::Stamp;

/// Files and what was in them.
#[derive(Debug, Default)]
pub struct FileCache {
    files: Mutex<HashMap<PathBuf, (Stamp, Arc<[u8]>)>>,
}

impl FileCache {
    /// The bytes of a file, the very same ones for as long as it does not change.
    pub fn read(&self, path: &Path) -> io::Result<Arc<[u8]>> {
        let stamp = Stamp::of(&path.metadata()?);
        let lock = || self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, data)) = lock().get(path)
            && *known == stamp
        {
            return Ok(data.clone());
        }
        let data: Arc<[u8]> = std::fs::read(path)?.into();
        lock().insert(path.to_owned(), (stamp, data.clone()));
        Ok(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_again_when_it_changed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, cache) = (folder.path().join("a"), FileCache::default());
        assert!(cache.read(&path).is_err());
        std::fs::write(&path, "one").unwrap();
        let first = cache.read(&path).unwrap();
        assert!(Arc::ptr_eq(&first, &cache.read(&path).unwrap()));
        std::fs::write(&path, "three").unwrap();
        assert_eq!(&*cache.read(&path).unwrap(), b"three");
    }
}
