//! Files that several processes share: replaced in one step, changed under a lock.

use std::fs::{File, Permissions};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

/// How often is tried whether a lock is free.
const PATIENCE: Duration = Duration::from_millis(50);

/// Puts a file in the place of another, or makes it and its folder. Nobody ever sees half of it. A link is written
/// through, and what exists keeps its mode; what is new is for its owner alone if it is `private`.
pub(crate) fn replace(path: &Path, data: &[u8], private: bool) -> io::Result<()> {
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut new = NamedTempFile::new_in(folder)?;
    new.write_all(data)?;
    match std::fs::metadata(&path) {
        Ok(old) => new.as_file().set_permissions(old.permissions())?,
        Err(_) if private => {}
        Err(_) => open_to_all(new.as_file())?,
    }
    new.persist(&path).map(drop).map_err(|error| error.error)
}

/// Temporary files are their owner's alone.
#[cfg(unix)]
fn open_to_all(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn open_to_all(_: &File) -> io::Result<()> {
    Ok(())
}

/// A lock between processes. It is free again when this is dropped, or its process is gone.
#[derive(Debug)]
pub(crate) struct FileLock(#[expect(dead_code, reason = "held open")] File);

impl FileLock {
    /// Waits for it, but not for ever.
    pub(crate) fn take(path: &Path, longest: Duration) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = File::options().create(true).truncate(false).write(true).open(path)?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(std::fs::TryLockError::Error(error)) => return Err(error),
                Err(std::fs::TryLockError::WouldBlock) if begun.elapsed() < longest => {
                    std::thread::sleep(PATIENCE);
                }
                Err(std::fs::TryLockError::WouldBlock) => {
                    let held = format!("another process has held {} for too long", path.display());
                    return Err(io::Error::new(ErrorKind::TimedOut, held));
                }
            }
        }
    }
}

/// The reason as Go words it, for the few that people meet.
pub(crate) fn reason(error: &io::Error) -> String {
    let words = match error.kind() {
        ErrorKind::NotFound => "no such file or directory",
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::IsADirectory => "is a directory",
        ErrorKind::NotADirectory => "not a directory",
        _ => return error.to_string(),
    };
    words.to_owned()
}

/// Go's words for a file that cannot be opened.
pub(crate) fn cannot_open(path: &Path, error: &io::Error) -> String {
    format!("open {}: {}", path.display(), reason(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x/a.lock");
        let lock = FileLock::take(&path, Duration::ZERO).unwrap();
        let error = FileLock::take(&path, Duration::from_millis(60)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        drop(lock);
        FileLock::take(&path, Duration::ZERO).unwrap();
    }

    #[test]
    #[cfg(unix)]
    fn what_is_replaced_stays_what_it_was() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("a/b"), folder.path().join("link"));
        let mode = || std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        replace(&file, b"1", true).unwrap();
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        replace(&link, b"2", true).unwrap();
        assert_eq!((std::fs::read(&file).unwrap(), mode()), (b"2".to_vec(), 0o640));
        assert!(link.is_symlink());
        assert!(replace(&folder.path().join("a"), b"3", false).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
