//! An index of the charts in a folder: what `repo index` makes (`IndexDirectory`).

use std::path::{Path, PathBuf};

use chart::{Chart, validate};
use golang::path;

use super::{ChartVersion, Index};
use crate::provenance::digest;
use crate::repository::url_join;

/// When entries came into an index, as Go prints times.
pub type IndexTime<'t> = &'t dyn Fn() -> String;

/// Adds the archives in a folder and in those below it, one level deep. `load` reads a chart, and answers `None` where
/// a file is none.
pub fn add_folder(
    index: &mut Index,
    folder: &Path,
    base_url: &str,
    now: IndexTime<'_>,
    load: impl Fn(&Path, &[u8]) -> Option<Chart>,
) -> Result<(), String> {
    let mut folders = vec![(String::new(), folder.to_owned())];
    folders.extend(names(folder).into_iter().map(|name| (name.clone(), folder.join(name))));
    for (below, folder) in folders {
        let archives = names(&folder).into_iter().filter(|name| path::ext(name) == ".tgz");
        for name in archives {
            let file = folder.join(&name);
            let Ok(data) = std::fs::read(&file) else { continue };
            let Some(chart) = load(&file, &data) else { continue };
            let base = url_join(base_url, &below);
            let version = version(&chart, &name, &base, &data, now)
                .map_err(|reason| format!("failed adding to {name} to index: {reason}"))?;
            index.entries.entry(version.metadata.name.clone()).or_default().push(version);
        }
    }
    Ok(())
}

fn version(
    chart: &Chart,
    file: &str,
    base: &str,
    data: &[u8],
    now: IndexTime<'_>,
) -> Result<ChartVersion, String> {
    let mut metadata = chart::Metadata::clone(&chart.metadata);
    if metadata.api_version.is_empty() {
        "v1".clone_into(&mut metadata.api_version);
    }
    if let Some(problem) = validate(&mut metadata) {
        return Err(format!("validate failed for {file}: {}", problem.message));
    }
    let url = if base.is_empty() { file.to_owned() } else { url_join(base, file) };
    let digest = digest(data).trim_start_matches("sha256:").to_owned();
    Ok(ChartVersion { metadata, urls: vec![url], created: now(), digest, ..ChartVersion::default() })
}

/// What lies in a folder, by name; nothing where it is none.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|it| PathBuf::from(it.file_name()).to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
