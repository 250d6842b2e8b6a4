//! Writing files so that nobody ever sees half of one, and several of them so that all change or none.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// Writes a file beside its place and moves it there in one step.
pub(crate) fn write(path: &Path, data: &[u8]) -> io::Result<()> {
    let beside = beside(path);
    let done = std::fs::write(&beside, data).and_then(|()| std::fs::rename(&beside, path));
    if done.is_err() {
        // What went wrong first is what matters.
        let _ = std::fs::remove_file(&beside);
    }
    done
}

/// A name in the same folder that nothing else has.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}", std::process::id()));
    path.with_file_name(name)
}

/// Files that change together. Whatever is there already is kept aside until all is done; when one step fails, or nobody
/// says [`Exchange::keep`], everything is put back.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// A folder of our own on the same disk.
    aside: PathBuf,
    /// Folders that were made, outermost first.
    made: Vec<PathBuf>,
    /// What was written, and where that is kept which was there before.
    done: Vec<(PathBuf, Option<PathBuf>)>,
}

impl Exchange {
    /// Begins. `aside` must not be there yet, and is gone in the end.
    pub(crate) fn begin(aside: PathBuf) -> io::Result<Self> {
        std::fs::create_dir(&aside)?;
        Ok(Self { aside, made: Vec::new(), done: Vec::new() })
    }

    /// Makes a folder where there is none.
    pub(crate) fn folder(&mut self, path: &Path) -> io::Result<()> {
        if !path.is_dir() {
            std::fs::create_dir(path)?;
            self.made.push(path.to_owned());
        }
        Ok(())
    }

    /// Writes a file, in place of the one that is there.
    pub(crate) fn write(&mut self, path: &Path, data: &[u8]) -> io::Result<()> {
        let fresh = self.aside.join(format!("new-{}", self.done.len()));
        std::fs::write(&fresh, data)?;
        self.remove_if_there(path)?;
        std::fs::rename(&fresh, path)
    }

    /// Removes a file.
    pub(crate) fn remove(&mut self, path: &Path) -> io::Result<()> {
        let old = self.aside.join(format!("old-{}", self.done.len()));
        std::fs::rename(path, &old)?;
        self.done.push((path.to_owned(), Some(old)));
        Ok(())
    }

    fn remove_if_there(&mut self, path: &Path) -> io::Result<()> {
        if path.symlink_metadata().is_ok() {
            return self.remove(path);
        }
        self.done.push((path.to_owned(), None));
        Ok(())
    }

    /// All went well: nothing is put back.
    pub(crate) fn keep(mut self) {
        self.done.clear();
        self.made.clear();
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        // Each step back is tried whatever became of the others.
        for (path, old) in self.done.drain(..).rev() {
            let _ = match old {
                Some(old) => std::fs::rename(old, &path),
                None => std::fs::remove_file(&path),
            };
        }
        for folder in self.made.drain(..).rev() {
            let _ = std::fs::remove_dir(folder);
        }
        let _ = std::fs::remove_dir_all(&self.aside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(folder: &Path) -> Vec<(String, String)> {
        let entries = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
        let mut found: Vec<_> = entries
            .filter(|it| it.is_file())
            .map(|it| {
                (it.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(it).unwrap())
            })
            .collect();
        found.sort();
        found
    }

    #[test]
    fn all_or_nothing() {
        let scratch = tempfile::tempdir().unwrap();
        let at = |name: &str| scratch.path().join(name);
        std::fs::write(at("a"), "old").unwrap();
        std::fs::write(at("b"), "old").unwrap();
        let change = || {
            let mut exchange = Exchange::begin(at("aside")).unwrap();
            exchange.folder(&at("new")).unwrap();
            exchange.write(&at("a"), b"new").unwrap();
            exchange.write(&at("c"), b"new").unwrap();
            exchange.remove(&at("b")).unwrap();
            exchange
        };
        let mut broken = change();
        assert!(broken.write(&at("nowhere/x"), b"").is_err());
        drop(broken);
        let own = |list: &[(&str, &str)]| -> Vec<_> {
            list.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
        };
        assert_eq!(files(scratch.path()), own(&[("a", "old"), ("b", "old")]));
        assert!(!at("new").exists() && !at("aside").exists());
        change().keep();
        assert_eq!(files(scratch.path()), own(&[("a", "new"), ("c", "new")]));
        assert!(at("new").exists() && !at("aside").exists());
    }

    #[test]
    fn nothing_is_left_of_a_write_that_failed() {
        let scratch = tempfile::tempdir().unwrap();
        std::fs::create_dir(scratch.path().join("taken")).unwrap();
        assert!(write(&scratch.path().join("taken"), b"x").is_err());
        assert_eq!(files(scratch.path()), []);
        write(&scratch.path().join("free"), b"x").unwrap();
        assert_eq!(files(scratch.path()).len(), 1);
    }
}
