//! `chartroom pull`: a chart from a registry or repository, as a file or unpacked.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use chart::Dialect;
use registry::{ChartRef, Fetched, Verify};
use text::FileTable;

use crate::flags::{ChartFlags, Global};
use crate::{charts, fetching, files, output};

/// Fetch charts without installing them.
///
/// A chart is named as everywhere: `oci://HOST/PATH`, `REPOSITORY/NAME`, an address, or a name with --repo. Nothing is left
/// of one that cannot be fetched whole, or whose signature does not hold.
#[derive(Debug, clap::Args)]
#[command(visible_alias = "fetch")]
pub(crate) struct Args {
    /// The charts.
    #[arg(value_name = "CHART")]
    charts: Vec<String>,
    /// The folder to write to.
    #[arg(short, long, value_name = "FOLDER", default_value = ".")]
    destination: String,
    /// Unpack the chart.
    #[arg(long)]
    untar: bool,
    /// The folder to unpack into, below --destination.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    untardir: String,
    /// Fetch the signature as well, without checking it.
    #[arg(long)]
    prov: bool,
    #[command(flatten)]
    chart: ChartFlags,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    if args.charts.is_empty() {
        bail!(
            "\"chartroom pull\" requires at least 1 argument\n\n\
             Usage:  chartroom pull [chart URL | repo/chartname] [...] [flags]"
        );
    }
    let dialect = global.helm.dialect();
    let client = global.files.client()?;
    for name in &args.charts {
        let mut chart = args.chart.reference(name);
        if args.prov && chart.verify == Verify::Never {
            chart.verify = Verify::Later;
        }
        let fetched = client.fetch_chart(&chart)?;
        tell(&fetched, dialect)?;
        match args.untar {
            true => unpack(&fetched, &chart, args, dialect)?,
            false => save(&fetched, args)?,
        }
    }
    Ok(())
}

/// What Helm prints: a registry's words, then who signed it.
fn tell(fetched: &Fetched, dialect: Dialect) -> Result<()> {
    for line in fetching::pulled(fetched) {
        fetching::say(&line, dialect)?;
    }
    for warning in &fetched.warnings {
        output::print(&format!("{warning}\n"))?;
    }
    match &fetched.verified {
        Some(verified) => output::print(&verified.to_text()),
        None => Ok(()),
    }
}

/// Puts the archive, and its signature beside it, where they are wanted.
fn save(fetched: &Fetched, args: &Args) -> Result<()> {
    let to = Path::new(&args.destination).join(&fetched.file_name);
    copy(&fetched.path, &to)?;
    match &fetched.provenance {
        Some(provenance) => copy(provenance, Path::new(&format!("{}.prov", charts::shown(&to)))),
        None => Ok(()),
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let reason = |path: &Path, error: std::io::Error| {
        anyhow!("open {}: {}", charts::shown(path), project::reason(&error))
    };
    let data = std::fs::read(from).map_err(|error| reason(from, error))?;
    files::write(to, &data).map_err(|error| reason(to, error))
}

/// Unpacks the chart into a folder of its name, which must not be there yet. Nobody sees half of it.
fn unpack(fetched: &Fetched, chart: &ChartRef, args: &Args, dialect: Dialect) -> Result<()> {
    let folder = match Path::new(&args.untardir).is_absolute() {
        true => PathBuf::from(&args.untardir),
        false => Path::new(&args.destination).join(&args.untardir),
    };
    let data = std::fs::read(&fetched.path)?;
    let members = chart::archive::unpack(&data, dialect).map_err(|error| anyhow!(error))?;
    let to = folder.join(name_of(&members, dialect)?);
    // Helm asks for the name by which the chart was called, too.
    let called = folder.join(golang::path::base(&chart.reference));
    if let Some(taken) = [&called, &to].into_iter().find(|it| it.symlink_metadata().is_ok()) {
        let taken = golang::path::clean(&charts::shown(taken));
        bail!("failed to untar: a file or directory with the name {taken} already exists");
    }
    registry::unpack(&members, &to).context("failed to untar")
}

/// The name in the chart's `Chart.yaml`, which becomes that of a folder.
fn name_of(members: &[chart::archive::Member], dialect: Dialect) -> Result<String> {
    let file =
        members.iter().find(|it| it.path == "Chart.yaml").context("chart not specified in Chart.yaml")?;
    let id = FileTable::default().intern("Chart.yaml");
    let file = chart::SourceFile::new("Chart.yaml", id, file.data.clone());
    let metadata = chart::read_chart_yaml(&file, dialect).map_err(|error| anyhow!("{}", error.message))?;
    let name = metadata.name;
    let is_plain = !name.is_empty() && name != "." && name != ".." && !name.contains(['/', '\\']);
    match is_plain {
        true => Ok(name),
        false => bail!("the chart's name {} is no name of a folder", golang::strconv::quote(&name)),
    }
}
