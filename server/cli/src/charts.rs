//! Charts on this machine as the commands that work on dependencies and packages load them.
//!
//! `template` and its like look at the API version of a chart first (`commands::template::load`); Helm does not do that
//! here, and names files as the user did.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow};
use chart::{Chart, Dialect, LoadContext, SourceFile};
use text::FileTable;

use crate::processors::Processors;

/// A folder or an archive (`chart/v2/loader.Load`).
pub(crate) fn load(path: &str, table: &mut FileTable, dialect: Dialect) -> Result<Chart> {
    stat(path)?;
    if Path::new(path).is_dir() { load_folder(path, table, dialect) } else { load_file(path, table, dialect) }
}

/// What the system says of a path, in Go's words where it is not there.
pub(crate) fn stat(path: &str) -> Result<std::fs::Metadata> {
    std::fs::metadata(path).map_err(|error| anyhow!("stat {path}: {}", project::reason(&error)))
}

/// A folder (`loader.LoadDir`). What is no folder has no files, and so no `Chart.yaml`.
pub(crate) fn load_folder(path: &str, table: &mut FileTable, dialect: Dialect) -> Result<Chart> {
    let root = absolute(path);
    let files = match root.is_dir() {
        true => project::read_chart(&root, table, dialect, &Processors)?,
        false => Vec::new(),
    };
    load_files(files, &project::text_of(&root), table, dialect)
}

/// An archive (`loader.LoadFile`).
pub(crate) fn load_file(path: &str, table: &mut FileTable, dialect: Dialect) -> Result<Chart> {
    let files = project::read_packed(Path::new(path), table, dialect)?;
    load_files(files, path, table, dialect)
}

fn load_files(files: Vec<SourceFile>, base: &str, table: &mut FileTable, dialect: Dialect) -> Result<Chart> {
    Ok(chart::load_any_version(files, &mut LoadContext { table, base, dialect })?)
}

/// The path from the root on, with `.` and `..` carried out (`filepath.Abs`).
pub(crate) fn absolute(path: &str) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.into());
    project::path_of(&golang::path::clean(&project::text_of(&path)))
}
