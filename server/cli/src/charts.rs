//! Charts on this machine, as commands load them.
//!
//! Those that render look at the API version of a chart first. Those that show it, or work on its dependencies, do not,
//! and name files as the user did; so does Helm.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use chart::{Chart, Dialect, LoadContext, SourceFile};
use registry::repository::Repositories;
use render::{TemplateFile, Templates};
use text::FileTable;

use crate::flags::{ChartFlags, Global};
use crate::processors::{self, Processors};
use crate::{fetching, meant, output, signatures};

/// Whether there is such a chart on this machine, in Helm's words: it takes a path that is not there for the name of a
/// chart in a repository.
pub(crate) fn ensure_there(chart: &str) -> Result<()> {
    if Path::new(chart).exists() {
        return Ok(());
    }
    if chart.starts_with(['/', '.']) {
        bail!("path \"{chart}\" not found");
    }
    match chart.split_once('/') {
        Some(_) if chart.contains("://") => {
            bail!("{chart} is not on this machine; pull it, and give its path")
        }
        Some((repository, _)) => bail!("repo {repository} not found"),
        None => bail!("non-absolute URLs should be in form of repo_name/path_to_chart, got: {chart}"),
    }
}

/// The chart's path on this machine (`LocateChart`): where it is, or where it was fetched to from a repository, a registry
/// or an address. Its signature is checked if that is asked for.
pub(crate) fn find(chart: &str, flags: &ChartFlags, global: &Global) -> Result<String> {
    let chart = chart.trim();
    locate(chart, flags, global).map_err(|error| match flags.repo {
        // To pipes Helm's message goes as it is.
        None if std::io::stderr().is_terminal() => advised(error, chart, global),
        _ => error,
    })
}

/// With a line that says which chart may have been meant.
fn advised(error: anyhow::Error, chart: &str, global: &Global) -> anyhow::Error {
    let list = Repositories::read_or_empty(&global.files.settings().repository_config);
    let names: Vec<&str> = list.iter().flat_map(|it| &it.entries).map(|it| it.name.as_str()).collect();
    match meant::advice(chart, &names) {
        Some(advice) => anyhow!("{error:#}\n{advice}"),
        None => error,
    }
}

fn locate(chart: &str, flags: &ChartFlags, global: &Global) -> Result<String> {
    if flags.repo.is_none() {
        if Path::new(chart).exists() {
            if flags.signature.verify {
                signatures::check_chart(chart, &flags.signature.keyring(), global.helm.dialect())?;
            }
            return Ok(chart.to_owned());
        }
        if chart.starts_with(['/', '.']) {
            bail!("path \"{chart}\" not found");
        }
    }
    let fetched = global.files.client()?.fetch_chart(&flags.reference(chart))?;
    // Not to standard output: there the result goes.
    for line in fetching::told(&fetched) {
        output::remark(&line);
    }
    Ok(shown(&fetched.path))
}

/// Reads a chart from a folder or an archive for the commands that render it: Helm 4 looks at its API version first.
pub(crate) fn load_for_rendering(path: &Path, table: &mut FileTable, dialect: Dialect) -> Result<Chart> {
    let files = read_for_rendering(path, table, dialect)?;
    load_read(files, path, table, dialect)
}

/// The same, with those of its own templates that another thread could parse in the meantime.
pub(crate) fn load_and_parse(
    path: &Path,
    table: &mut FileTable,
    dialect: Dialect,
) -> Result<(Chart, Templates)> {
    let files = read_for_rendering(path, table, dialect)?;
    let chart_yaml = files.iter().find(|file| &*file.path == "Chart.yaml");
    let Some(metadata) = chart_yaml.and_then(|file| chart::read_chart_yaml(file, dialect).ok()) else {
        return Ok((load_read(files, path, table, dialect)?, Templates::default()));
    };
    let mut own: Vec<_> = files.iter().filter(|file| file.path.starts_with("templates/")).cloned().collect();
    own.sort_by_key(|file| std::cmp::Reverse(file.data.len()));
    let size = own.iter().map(|file| file.data.len()).sum();
    let (sender, parsed) = std::sync::mpsc::channel();
    let parse = move |file| drop(sender.send(TemplateFile::of_root(&metadata.name, file, dialect)));
    let chart = processors::beside(size, parse, |beside| {
        for file in own {
            beside.give(|| file);
        }
        let chart = load_read(files, path, table, dialect);
        beside.stop();
        chart
    })?;
    Ok((chart, parsed.into_iter().collect()))
}

fn read_for_rendering(path: &Path, table: &mut FileTable, dialect: Dialect) -> Result<Vec<SourceFile>> {
    ensure_there(&path.to_string_lossy())?;
    Ok(if path.is_dir() {
        project::ensure_chart(path, dialect)?;
        project::read_chart(path, table, dialect, &Processors)?
    } else {
        project::read_archive(path, table, dialect)?
    })
}

fn load_read(files: Vec<SourceFile>, path: &Path, table: &mut FileTable, dialect: Dialect) -> Result<Chart> {
    let base = project::text_of(path);
    Ok(chart::load_spread(files, &mut LoadContext { table, base: &base, dialect }, &Processors)?)
}

/// A folder or an archive, whatever API version it says (`chart/v2/loader.Load`).
pub(crate) fn load(path: &str, table: &mut FileTable, dialect: Dialect) -> Result<Chart> {
    stat(path)?;
    if Path::new(path).is_dir() { load_folder(path, table, dialect) } else { load_file(path, table, dialect) }
}

/// A path for people.
pub(crate) fn shown(path: &Path) -> String {
    project::text_of(path)
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
