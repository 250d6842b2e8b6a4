//! A chart of the user's as the start of a new one (`chartutil.CreateFrom`).
//!
//! Helm writes a `Chart.yaml` of its own, puts the name in place of `<CHARTNAME>` in templates and in `values.yaml`, and
//! takes everything else over as it is.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use chart::{Dialect, LoadContext, SourceFile};
use text::FileTable;

use super::{NewFile, PLACEHOLDER};
use crate::processors::Processors;

/// The files of a new chart out of a starter.
pub(super) fn files(starter: &str, name: &str, dialect: Dialect) -> Result<Vec<NewFile>> {
    let source = find(starter);
    let mut table = FileTable::default();
    let failed = |reason: &str| anyhow::anyhow!("could not load {}: {reason}", source.display());
    let read = match std::fs::metadata(&source) {
        Err(error) => bail!(failed(&format!("stat {}: {}", source.display(), project::reason(&error)))),
        Ok(metadata) if metadata.is_dir() => project::read_chart(&source, &mut table, dialect, &Processors),
        Ok(_) => project::read_archive(&source, &mut table, dialect),
    };
    let files = read.map_err(|error| failed(&error.message))?;
    let base = project::text_of(&source);
    // What is no chart is no starter.
    chart::load_any_version(files.clone(), &mut LoadContext { table: &mut table, base: &base, dialect })
        .map_err(|error| failed(&error.message))?;
    Ok(files.iter().map(|file| new_file(file, name)).collect())
}

/// Where a starter is: at an absolute path, in Helm's folder for starters, or at a path from here.
fn find(starter: &str) -> PathBuf {
    let path = Path::new(starter);
    if path.is_absolute() {
        return path.to_owned();
    }
    let named = starters().map(|folder| folder.join(starter));
    match named {
        Some(named) if named.exists() || !path.exists() => named,
        _ => path.to_owned(),
    }
}

/// Helm's folder for starters (`helmpath.DataPath`).
fn starters() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    let data = variable("HELM_DATA_HOME")
        .or_else(|| Some(variable("XDG_DATA_HOME")?.join("helm")))
        .or_else(|| Some(variable("HOME")?.join(".local/share/helm")))?;
    Some(data.join("starters"))
}

fn new_file(file: &SourceFile, name: &str) -> NewFile {
    let is_filled = &*file.path == "values.yaml" || file.path.starts_with("templates/");
    let data = match (&*file.path, file.text()) {
        ("Chart.yaml", _) => chart_yaml(name).into_bytes(),
        (_, Some(text)) if is_filled => text.replace(PLACEHOLDER, name).into_bytes(),
        _ => file.data.to_vec(),
    };
    NewFile { path: file.path.to_string(), data }
}

/// The words of Helm, which scripts and people know.
fn chart_yaml(name: &str) -> String {
    let quoted = super::is_no_text_to_yaml(name).then(|| format!("\"{name}\""));
    format!(
        "apiVersion: v2\nappVersion: 0.1.0\ndescription: A Helm chart for Kubernetes\nname: {}\n\
         type: application\nversion: 0.1.0\n",
        quoted.as_deref().unwrap_or(name)
    )
}
