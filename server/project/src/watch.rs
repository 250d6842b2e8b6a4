//! Waits for files to change: for the preview in a terminal. Editors tell the server themselves.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::error::{ReadError, ReadErrorKind};

/// A save is several events: write, rename, new time stamp. What comes within this time is one change.
const QUIET: Duration = Duration::from_millis(20);

/// Watches folders, and files whether or not they are there.
#[derive(Debug)]
pub struct Watcher {
    events: Receiver<notify::Result<Event>>,
    folders: Vec<PathBuf>,
    files: BTreeSet<PathBuf>,
    /// Stops when dropped.
    _keep: RecommendedWatcher,
}

impl Watcher {
    /// Starts to watch everything below the folders, and the single files.
    pub fn new(folders: &[PathBuf], files: &[PathBuf]) -> Result<Self, ReadError> {
        let (sender, events) = channel();
        let first = folders.iter().chain(files).next().map_or(Path::new("."), PathBuf::as_path);
        let failed = |path: &Path, error: &notify::Error| {
            let message = format!("cannot watch {}: {error}", path.display());
            ReadError::new(ReadErrorKind::Io, path, message)
        };
        let mut watcher = notify::recommended_watcher(sender).map_err(|error| failed(first, &error))?;
        let real = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
        let folders: Vec<_> = folders.iter().map(real).collect();
        for folder in &folders {
            watcher.watch(folder, RecursiveMode::Recursive).map_err(|error| failed(folder, &error))?;
        }
        // Editors put a new file in the place of the old one, so it is its folder that has to be watched.
        let place = |file: &PathBuf| {
            let (folder, name) = (file.parent()?, file.file_name()?);
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            Some(real(&folder.to_owned()).join(name))
        };
        let files: BTreeSet<_> = files.iter().filter_map(place).collect();
        let around: BTreeSet<_> = files.iter().filter_map(|file| file.parent()).collect();
        for folder in around.into_iter().filter(|it| !folders.iter().any(|folder| it.starts_with(folder))) {
            watcher.watch(folder, RecursiveMode::NonRecursive).map_err(|error| failed(folder, &error))?;
        }
        Ok(Self { events, folders, files, _keep: watcher })
    }

    /// Waits until something changed, and says what. `None` when there will be no more changes.
    pub fn wait(&self) -> Option<BTreeSet<PathBuf>> {
        let mut changed = BTreeSet::new();
        while changed.is_empty() {
            self.note(self.events.recv().ok()?, &mut changed);
        }
        loop {
            match self.events.recv_timeout(QUIET) {
                Ok(event) => self.note(event, &mut changed),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Some(changed),
            }
        }
    }

    fn note(&self, event: notify::Result<Event>, changed: &mut BTreeSet<PathBuf>) {
        let Ok(event) = event else { return };
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        let ours = |path: &PathBuf| {
            self.files.contains(path) || self.folders.iter().any(|folder| path.starts_with(folder))
        };
        changed.extend(event.paths.into_iter().filter(ours));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn real(folder: &tempfile::TempDir) -> PathBuf {
        folder.path().canonicalize().unwrap()
    }

    #[test]
    fn a_change_below_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("templates")).unwrap();
        let watcher = Watcher::new(&[folder.path().to_owned()], &[]).unwrap();
        let file = real(&folder).join("templates/a.yaml");
        std::fs::write(&file, "a").unwrap();
        assert!(watcher.wait().unwrap().contains(&file));
    }

    #[test]
    fn a_file_that_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let file = real(&folder).join("dev.yaml");
        let watcher = Watcher::new(&[], std::slice::from_ref(&file)).unwrap();
        std::fs::write(folder.path().join("other.yaml"), "").unwrap();
        std::fs::write(folder.path().join("new"), "").unwrap();
        std::fs::rename(folder.path().join("new"), &file).unwrap();
        assert_eq!(watcher.wait().unwrap(), BTreeSet::from([file]));
    }
}
