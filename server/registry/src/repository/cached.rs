//! What was last fetched of repositories, where Helm keeps it: `NAME-index.yaml`, and the names of the charts in it in
//! `NAME-charts.txt`.

use std::path::{Path, PathBuf};

use chart::Dialect;

use super::{Index, IndexError, ReadIndex};
use crate::cache::sha256;
use crate::error::Error;
use crate::files::{cannot_open, replace};

/// The index of a repository.
pub fn index_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(file(name, "index.yaml"))
}

/// The names of its charts, one a line.
pub fn charts_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(file(name, "charts.txt"))
}

fn file(name: &str, kind: &str) -> String {
    if name.is_empty() { kind.to_owned() } else { format!("{name}-{kind}") }
}

/// The name under which the index of a repository is kept that a chart names and nobody added.
pub fn unmanaged_name(url: &str) -> String {
    format!("helm-manager-{}", sha256(url.as_bytes()))
}

/// The index of a repository. The error is Helm's text (`LoadIndexFile`).
pub fn read_cached(folder: &Path, name: &str, dialect: Dialect) -> Result<ReadIndex, String> {
    read(folder, name, |data, source| Index::read(data, source, dialect))
}

/// One chart of it.
pub fn read_cached_chart(
    folder: &Path,
    name: &str,
    chart: &str,
    dialect: Dialect,
) -> Result<ReadIndex, String> {
    read(folder, name, |data, source| Index::read_chart(data, chart, source, dialect))
}

fn read(
    folder: &Path,
    name: &str,
    read: impl Fn(&[u8], &str) -> Result<ReadIndex, IndexError>,
) -> Result<ReadIndex, String> {
    let path = index_file(folder, name);
    let data = std::fs::read(&path).map_err(|error| cannot_open(&path, &error))?;
    let source = path.display().to_string();
    read(&data, &source).map_err(|error| format!("error loading {source}: {error}"))
}

/// Keeps what was fetched.
pub(super) fn keep(folder: &Path, name: &str, index: &Index, data: &[u8]) -> Result<(), Error> {
    let names: String = index.entries.keys().map(|name| format!("{name}\n")).collect();
    let write =
        |path: PathBuf, data: &[u8]| replace(&path, data, false).map_err(|error| Error::file(&path, error));
    write(charts_file(folder, name), names.as_bytes())?;
    write(index_file(folder, name), data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_helms_names() {
        let folder = Path::new("/c");
        assert_eq!(index_file(folder, "a"), Path::new("/c/a-index.yaml"));
        assert_eq!(charts_file(folder, ""), Path::new("/c/charts.txt"));
        assert_eq!(
            unmanaged_name("https://charts.example.com/"),
            "helm-manager-404c181c94dd84e3f088cbcd8229a90332e93aea1cd1c6a31eae8e7b43d1aede"
        );
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let text =
            "apiVersion: v1\nentries:\n  b: [{name: b, version: 1.0.0}]\n  a: [{name: a, version: 1.0.0}]\n";
        let index = Index::read(text.as_bytes(), "", Dialect::Helm4).unwrap().index;
        keep(folder.path(), "x", &index, text.as_bytes()).unwrap();
        assert_eq!(std::fs::read_to_string(charts_file(folder.path(), "x")).unwrap(), "a\nb\n");
        let one = read_cached_chart(folder.path(), "x", "b", Dialect::Helm4).unwrap();
        assert_eq!(one.index.entries.keys().collect::<Vec<_>>(), ["b"]);
        let error = read_cached(folder.path(), "y", Dialect::Helm4).unwrap_err();
        assert!(error.starts_with("open /") && error.ends_with("y-index.yaml: no such file or directory"));
    }
}
