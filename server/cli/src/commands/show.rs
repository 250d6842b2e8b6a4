//! `chartroom show`: what a chart says about itself, as `helm show` prints it.

use anyhow::{Result, anyhow, bail};
use chart::{Chart, Dialect};
use text::FileTable;

use crate::flags::{ChartFlags, Global};
use crate::{charts, output};

/// Print what a chart says about itself: its Chart.yaml, values, README, custom resource definitions.
#[derive(Debug, clap::Args)]
#[command(visible_alias = "inspect")]
pub(crate) struct Args {
    #[command(subcommand)]
    part: Part,
}

/// What to print.
#[derive(Debug, clap::Subcommand)]
enum Part {
    /// Everything below, parted by `---`.
    All(Source),
    /// `Chart.yaml`, as Helm understands it.
    Chart(Source),
    /// `values.yaml`, comments included.
    Values(Values),
    /// The README.
    Readme(Source),
    /// The custom resource definitions of the chart and its subcharts.
    Crds(Source),
}

/// Where the chart is.
#[derive(Debug, clap::Args)]
struct Source {
    /// The chart: a folder, a packed chart, or one that is elsewhere: `oci://…`, `REPOSITORY/NAME`, an address.
    chart: Option<String>,
    #[arg(hide = true)]
    more: Vec<String>,
    #[command(flatten)]
    from: ChartFlags,
}

#[derive(Debug, clap::Args)]
struct Values {
    #[command(flatten)]
    source: Source,
    /// A JSONPath expression to filter the values by.
    #[arg(long, value_name = "TEMPLATE")]
    jsonpath: Option<String>,
}

/// The names that a README may have, in any case.
const READMES: [&str; 3] = ["readme.md", "readme.txt", "readme"];

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let dialect = global.helm.dialect();
    type Print = fn(&Chart, Dialect, &mut String) -> Result<()>;
    let (name, source, print): (&str, &Source, Print) = match &args.part {
        Part::All(source) => ("all", source, all),
        Part::Chart(source) => ("chart", source, |chart, _, out| definition(chart, out)),
        Part::Values(Values { jsonpath: Some(_), .. }) => {
            bail!("--jsonpath is not supported yet; without it all values are printed")
        }
        Part::Values(Values { source, .. }) => ("values", source, |chart, _, out| values(chart, "", out)),
        Part::Readme(source) => ("readme", source, |chart, _, out| readme(chart, "", out)),
        Part::Crds(source) => ("crds", source, crds),
    };
    let (Some(path), []) = (&source.chart, &source.more[..]) else {
        bail!(
            "\"chartroom show {name}\" requires 1 argument\n\nUsage:  chartroom show {name} [CHART] [flags]"
        )
    };
    let path = &charts::find(path, &source.from, global)?;
    let mut table = FileTable::default();
    // As Helm, which does not ask for the API version here.
    let chart = charts::load(&project::text_of(&charts::absolute(path)), &mut table, dialect)?;
    output::remark_all(&chart::warning::of_loading(&chart), dialect);
    let mut out = String::new();
    print(&chart, dialect, &mut out)?;
    output::print(&out)
}

fn all(chart: &Chart, dialect: Dialect, out: &mut String) -> Result<()> {
    definition(chart, out)?;
    values(chart, "---\n", out)?;
    readme(chart, "---\n", out)?;
    let crds_from = out.len();
    crds(chart, dialect, out)?;
    // Helm 3 parts the definitions from what stands before them, not from each other.
    if dialect == Dialect::Helm3 && out.len() > crds_from && !out[crds_from..].starts_with("---") {
        out.insert_str(crds_from, "---\n");
    }
    Ok(())
}

fn definition(chart: &Chart, out: &mut String) -> Result<()> {
    let text = chart.metadata.to_yaml().map_err(|error| anyhow!("Chart.yaml: {}", error.message))?;
    out.push_str(&text);
    out.push('\n');
    Ok(())
}

/// The values as they are written, unless there are none.
fn values(chart: &Chart, before: &str, out: &mut String) -> Result<()> {
    let Some(file) = &chart.values_file else { return Ok(()) };
    out.push_str(before);
    out.push_str(&String::from_utf8_lossy(&file.data));
    out.push('\n');
    Ok(())
}

fn readme(chart: &Chart, before: &str, out: &mut String) -> Result<()> {
    let is_readme = |path: &str| READMES.iter().any(|name| path.eq_ignore_ascii_case(name));
    if let Some(file) = chart.files.iter().find(|file| is_readme(&file.path)) {
        out.push_str(before);
        out.push_str(&String::from_utf8_lossy(&file.data));
        out.push('\n');
    }
    Ok(())
}

fn crds(chart: &Chart, dialect: Dialect, out: &mut String) -> Result<()> {
    for crd in chart.crds() {
        let text = String::from_utf8_lossy(&crd.file.data);
        if dialect == Dialect::Helm4 && !text.starts_with("---") {
            out.push_str("---\n");
        }
        out.push_str(&text);
        out.push('\n');
    }
    Ok(())
}
