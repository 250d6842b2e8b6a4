//! `helmfile deps`: versions of charts are chosen and locked.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use helmfile::StateFile;
use helmfile::fleet::{Overrides, Unit, shown_chart};
use helmfile::lock::{Lock, wanted};
use text::FileId;
use yaml::Value;

use super::Called;
use super::deployment::fleet;
use super::flags::RefusedFlags;
use super::repos::add_all;
use super::session::Session;
use crate::commands::dependency::update::Manager;
use crate::fleet::ChartStore;
use crate::{epoch, files, output};

/// Update the dependencies of local charts, and lock the versions of all others.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    refused: RefusedFlags,
    /// Do not update repositories first.
    #[arg(long)]
    skip_repos: bool,
    #[arg(long, hide = true)]
    concurrency: Option<usize>,
}

pub(super) fn run(called: &Called<'_>, args: &Args) -> Result<()> {
    args.refused.refuse()?;
    let session = Session::load(called, false)?;
    if !args.skip_repos && !called.globals.skip_refresh && !called.globals.skip_deps {
        add_all(called, session.loaded.state.files.iter().filter(|it| !skips_repositories(it)))?;
    }
    let fleet = fleet(called, &session, None, &Overrides::default())?;
    let charts = ChartStore::new(called.global, false, called.globals.oci_plain_http);
    let mut updated = Vec::new();
    for unit in fleet.units.iter().filter(|it| it.release.installed) {
        let Some(folder) = charts.folder(unit).filter(|it| !updated.contains(it)) else { continue };
        update(called, unit, &folder).with_context(|| format!("in {}", unit.file.path))?;
        updated.push(folder);
    }
    for file in &session.loaded.state.files {
        lock(called, &charts, file, &fleet.units)?;
    }
    Ok(())
}

/// Whether the file says that its repositories are left as they are.
fn skips_repositories(file: &StateFile) -> bool {
    let defaults = file.tree.get("helmDefaults");
    let is_true = |key: &str| {
        defaults.and_then(|it| it.get(key)).is_some_and(|it| matches!(it.value, Value::Bool(true)))
    };
    is_true("skipDeps") || is_true("skipRefresh")
}

/// `helm dependency update` of a chart on this machine.
fn update(called: &Called<'_>, unit: &Unit<'_>, folder: &Path) -> Result<()> {
    called.remark(&format!("Updating dependency {}", shown_chart(unit)));
    let mut manager = Manager::new(&project::text_of(folder), called.global)?;
    let done = manager.update();
    if !manager.told.is_empty() {
        called.remark(manager.told.trim_end_matches('\n'));
    }
    done
}

/// Chooses the versions of charts in the file's repositories, and writes them down.
fn lock(called: &Called<'_>, charts: &ChartStore<'_>, file: &StateFile, units: &[Unit<'_>]) -> Result<()> {
    let mut chosen = Vec::new();
    for unit in units.iter().filter(|it| it.file.id == file.id) {
        let Some(wanted) = wanted(file, unit.release) else { continue };
        let version = charts.newest(unit).with_context(|| format!("in {}: {}", file.path, unit.name()))?;
        chosen.push((wanted, version));
    }
    if chosen.is_empty() {
        if !file.releases.is_empty() {
            called.remark(
                "There are no charts of repositories in this helmfile, so that there are no versions to lock",
            );
        }
        return Ok(());
    }
    let lock = Lock::new(chosen, env!("CARGO_PKG_VERSION"), epoch::now());
    let path = project::path_of(&file.lock_file);
    if old(&path).is_some_and(|it| it.digest == lock.digest) {
        // Neither what is asked for nor what was chosen is another, as with Helm's own locks.
        return Ok(());
    }
    files::write(&path, lock.to_yaml().as_bytes()).map_err(|error| {
        let reason = project::reason(&error);
        anyhow!("open {}: {reason}", file.lock_file)
    })?;
    output::remark(&format!("wrote {}", file.lock_file));
    Ok(())
}

/// The lock file that is there, if it is one.
fn old(path: &Path) -> Option<Lock> {
    Lock::parse(&std::fs::read_to_string(path).ok()?, FileId(0)).ok()
}
