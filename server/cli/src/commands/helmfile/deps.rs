//! `helmfile deps`: versions of charts are chosen and locked.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use chart::Dependency;
use chart::lock::digest;
use helmfile::fleet::{Overrides, Unit, shown_chart};
use helmfile::lock::{Lock, Locked};
use helmfile::{Release, StateFile};

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
        add_all(called, session.loaded.state.files.iter())?;
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
    let (mut wanted, mut locked, mut dependencies) = (Vec::new(), Vec::new(), Vec::new());
    for unit in units.iter().filter(|it| it.file.id == file.id) {
        let Some((name, repository)) = of_repository(file, unit.release) else { continue };
        let dependency = |version: &str| Dependency {
            name: name.clone(),
            repository: repository.clone(),
            version: version.to_owned(),
            ..Dependency::default()
        };
        let asked = match unit.release.version.it.as_str() {
            "" => "*",
            version => version,
        };
        let chosen = charts.newest(unit).with_context(|| format!("in {}: {}", file.path, unit.name()))?;
        wanted.push(dependency(asked));
        dependencies.push(dependency(&chosen));
        locked.push(Locked { name, repository, version: chosen });
    }
    if locked.is_empty() {
        if !file.releases.is_empty() {
            called.remark(
                "There are no charts of repositories in this helmfile, so that there are no versions to lock",
            );
        }
        return Ok(());
    }
    let lock = Lock {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        dependencies: locked,
        digest: digest(Some(&wanted), Some(&dependencies)),
        generated: epoch::now(),
    };
    let path = project::path_of(&file.lock_file);
    files::write(&path, lock.to_yaml().as_bytes()).map_err(|error| {
        let reason = project::reason(&error);
        anyhow!("open {}: {reason}", file.lock_file)
    })?;
    output::remark(&format!("wrote {}", file.lock_file));
    Ok(())
}

/// The name of a release's chart and the address of its repository, where that is one of the file's.
fn of_repository(file: &StateFile, release: &Release) -> Option<(String, String)> {
    let (name, chart) = release.repository_and_chart()?;
    let repository = file.repositories.iter().find(|it| it.name == name)?;
    if !repository.oci {
        return Some((chart.to_owned(), repository.url.clone()));
    }
    // The last part is the chart, and what stands before it belongs to the path of the registry.
    let base = format!("oci://{}", repository.url.trim_start_matches("oci://"));
    Some(match chart.rsplit_once('/') {
        Some((path, last)) => (last.to_owned(), format!("{base}/{path}")),
        None => (chart.to_owned(), base),
    })
}
