//! `helmfile fetch`: charts, brought here.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow, bail};
use chart::Dialect;
use chart::archive;
use helmfile::fleet::{Overrides, Unit, shown_chart};
use helmfile::print::CHART_FOLDER;

use super::Called;
use super::deployment::{fleet, told_of_all};
use super::session::Session;
use crate::fleet::ChartStore;

/// Bring the charts of all releases into a folder.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder.
    #[arg(long, value_name = "FOLDER")]
    output_dir: Option<String>,
    /// A template for the folder of each chart.
    #[arg(long, value_name = "TEMPLATE")]
    output_dir_template: Option<String>,
    #[arg(long, hide = true)]
    concurrency: Option<usize>,
    #[arg(long, hide = true)]
    write_output: bool,
}

pub(super) fn run(called: &Called<'_>, args: &Args) -> Result<()> {
    if args.write_output {
        bail!(
            "chartroom does not have --write-output: set the charts of releases to the folders below --output-dir by hand"
        );
    }
    let Some(folder) = &args.output_dir else {
        bail!("without --output-dir the charts would go to a folder that is gone at once; name one");
    };
    let session = Session::load(called, false)?;
    let fleet = fleet(called, &session, None, &Overrides::default())?;
    let charts = ChartStore::new(called.global, called.globals.skip_deps, called.globals.oci_plain_http);
    let template = args.output_dir_template.as_deref().unwrap_or(CHART_FOLDER);
    let units = fleet.units.iter().filter(|it| it.release.installed);
    told_of_all(units, |unit| one(called, &charts, unit, &session.place(unit, template, folder)?))
}

/// Charts on this machine are copied, with their dependencies.
fn one(called: &Called<'_>, charts: &ChartStore<'_>, unit: &Unit<'_>, folder: &str) -> Result<()> {
    if let Some(local) = charts.folder(unit) {
        let folder = project::path_of(folder);
        copy(&local, &folder).with_context(|| format!("copying into {}", folder.display()))?;
        return charts.complete(&folder, unit);
    }
    called.remark(&format!("Fetching {}", shown_chart(unit)));
    let packed = charts.path(unit)?;
    let folder = project::path_of(folder).join(unit.release.chart_name());
    unpack(&packed, &folder, called.global.helm.dialect())
        .with_context(|| format!("unpacking into {}", folder.display()))
}

/// Copies a folder. If the other is in it, that one is left out.
fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    let target = to.canonicalize()?;
    let (mut open, mut files) = (vec![from.canonicalize()?], Vec::new());
    let from = open[0].clone();
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            // Links are followed, as a chart's are, but not to where they stand.
            match path.is_dir().then(|| path.canonicalize()).transpose()? {
                Some(real) if real == target || folder.starts_with(&real) => {}
                Some(_) => open.push(path),
                None => files.push(path),
            }
        }
    }
    for file in files {
        let path = to.join(file.strip_prefix(&from)?);
        std::fs::create_dir_all(path.parent().unwrap_or(to))?;
        std::fs::copy(&file, &path)?;
    }
    Ok(())
}

/// Unpacks a chart into a folder, over what is there. Nothing of it gets outside: the reader of archives sees to that.
pub(super) fn unpack(packed: &Path, folder: &Path, dialect: Dialect) -> Result<()> {
    let members = archive::unpack(&std::fs::read(packed)?, dialect).map_err(|error| anyhow!(error))?;
    Ok(registry::write_members(&members, folder)?)
}
