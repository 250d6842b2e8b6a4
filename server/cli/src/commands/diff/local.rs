//! `chartroom diff local`: how two charts on the disk differ when they are rendered. It asks no cluster.

use anyhow::{Result, anyhow};
use chart::capabilities::{Capabilities, KubeVersion};
use release::diff::Index;
use render::{Options, PrintConfig, Release, RunConfig};
use text::FileTable;

use super::flags::Flags;
use super::tell;
use crate::charts;
use crate::flags::{ChartFlags, Global, ValuesFlags};
use crate::host::Machine;
use crate::manifests::{self, ChartSource};

/// Show how two charts differ when they are rendered with the same values.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A chart.
    #[arg(value_name = "CHART")]
    first: String,
    /// Another one.
    #[arg(value_name = "CHART")]
    second: String,
    /// The release to render for.
    #[arg(long, value_name = "NAME", default_value = "release")]
    release: String,
    /// The chart's custom resource definitions, too.
    #[arg(long)]
    include_crds: bool,
    /// The version of Kubernetes to render for.
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<String>,
    /// Further API versions that the cluster serves.
    #[arg(short, long, value_name = "VERSIONS", value_delimiter = ',')]
    api_versions: Vec<String>,
    #[command(flatten)]
    values: ValuesFlags,
    #[command(flatten)]
    flags: Flags,
}

pub(super) fn run(global: &Global, args: &Args) -> Result<()> {
    let render = |chart: &str| {
        let text = rendered(global, args, chart).map_err(|error| {
            anyhow!("failed to render chart {}: {error:#}", golang::strconv::quote(chart))
        })?;
        let namespace = global.namespace.clone().unwrap_or_default();
        Index::read(&text, &args.flags.index(&namespace)).map_err(|error| anyhow!(error))
    };
    let (old, new) = (render(&args.first)?, render(&args.second)?);
    tell(&release::diff::diff(&old, &new, &args.flags.config()?), &args.flags)
}

fn rendered(global: &Global, args: &Args, chart: &str) -> Result<String> {
    let chart = &charts::find(chart, &ChartFlags::default(), global)?;
    let dialect = global.helm.dialect();
    let mut table = FileTable::default();
    let user = args.values.read(&mut table, dialect)?;
    let source = ChartSource::read(chart, None, &mut table, global)?;
    let mut capabilities = Capabilities::defaults(dialect);
    if let Some(version) = &args.kube_version {
        capabilities.kube_version = KubeVersion::parse(version, dialect)
            .map_err(|reason| anyhow!("invalid kube version '{version}': {reason}"))?;
    }
    capabilities.api_versions.extend(args.api_versions.iter().cloned());
    let release = Release {
        name: args.release.clone(),
        namespace: global.namespace().to_owned(),
        is_upgrade: false,
        revision: 1,
    };
    let options = Options { release, capabilities, dialect, skip_schema: false };
    let run = RunConfig { limits: global.limits.limits(), ..RunConfig::default() };
    let made = manifests::make(&source, &user.merged, &options, &run, &Machine::new())
        .map_err(|failure| anyhow!(*failure.error))?;
    let config = PrintConfig { include_crds: args.include_crds, ..PrintConfig::default() };
    Ok(made.rendering.print(&made.environment.chart.crds(), &config).text)
}
