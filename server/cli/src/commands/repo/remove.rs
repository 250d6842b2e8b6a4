//! `chartroom repo remove`.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use golang::strconv::quote;
use registry::repository::{Repositories, charts_file, index_file};

use crate::flags::Global;
use crate::{charts, output};

/// Take repositories out of the list, with what was fetched of them.
#[derive(Debug, clap::Args)]
#[command(visible_alias = "rm")]
pub(super) struct Args {
    /// Their names.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    if args.names.is_empty() {
        bail!(
            "\"chartroom repo remove\" requires at least 1 argument\n\n\
             Usage:  chartroom repo remove [REPO1 [REPO2 ...]] [flags]"
        );
    }
    let settings = global.files.settings();
    let path = &settings.repository_config;
    if Repositories::read_filled(path)?.is_none() {
        bail!("no repositories configured");
    }
    for name in &args.names {
        Repositories::change(path, |list| {
            if !list.remove(name) {
                bail!("no repo named {} found", quote(name));
            }
            Ok(((), true))
        })?;
        forget(&settings.repository_cache, name)?;
        output::print(&format!("{} has been removed from your repositories\n", quote(name)))?;
    }
    Ok(())
}

/// Deletes what was fetched of a repository.
fn forget(cache: &Path, name: &str) -> Result<()> {
    // The names only help to complete; Helm does not mind either if they stay.
    let _ = std::fs::remove_file(charts_file(cache, name));
    let index = index_file(cache, name);
    match std::fs::remove_file(&index) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            let (path, reason) = (charts::shown(&index), project::reason(&error));
            Err(anyhow!("can't remove index file {path}: {reason}"))
        }
        _ => Ok(()),
    }
}
