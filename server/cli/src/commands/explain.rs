//! `chartroom explain`: where a value of a chart comes from, and where it gets to.

use std::path::Path;

use anyhow::{Context, Result, bail};
use chart::values::{PathStep, ValuePath};
use serde_json::json;
use yaml::Node;

use crate::explanation::{Format, Reached, Teller, lines_json, lines_text, value_json, value_text};
use crate::flags::{ChartFlags, Global, ValuesFlags};
use crate::host::Machine;
use crate::rendered::{Rendered, Request, render};
use crate::{charts, output};

/// Say which files set a value, which of them wins, and which lines of the output show it.
///
/// Instead of a value, a line of a template may be named (`templates/a.yaml:7`): then it says which lines of the
/// output that wrote. Line numbers are those of what `chartroom template` prints with the same values. Fails if
/// nothing shows the value.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The chart: a folder, a packed chart, or one of a repository or registry.
    chart: String,
    /// The value as `--set` names it: `image.tag`, `hosts[0].name`, `annotations.example\.org/name`; or
    /// `FILE:LINE` of the chart.
    #[arg(value_name = "VALUES.PATH")]
    path: String,
    #[command(flatten)]
    values: ValuesFlags,
    /// The release's name.
    #[arg(long, value_name = "NAME", default_value = "release-name")]
    release: String,
    /// The version of Kubernetes to render for.
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<String>,
    /// How to tell it.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    output: Format,
    #[command(flatten)]
    source: ChartFlags,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let kube_version = args.kube_version.as_deref();
    let chart = charts::find(&args.chart, &args.source, global)?;
    let request =
        Request::of_first(global, Path::new(&chart), &args.values, args.release.clone(), kube_version);
    let rendered = render(&request, &Machine::new())?;
    if !rendered.errors.is_empty() {
        rendered.reports(false).iter().for_each(|report| output::remark(report));
        return Err(output::Told.into());
    }
    let Rendered { rendering, output: text, sources, environment, user, .. } = &rendered;
    let teller = Teller::new(rendering, text, environment, user);
    if let Some(place) = sources.named_line(&args.path) {
        let lines = teller.reached(&[place]);
        if lines.is_empty() {
            bail!("{} wrote nothing that is printed", args.path);
        }
        return output::print(&match args.output {
            Format::Text => lines_text(&lines, sources),
            Format::Json => format!("{:#}\n", json!({ "reaches": lines_json(&lines, sources) })),
        });
    }
    let path = ValuePath::parse(&args.path)
        .map_err(anyhow::Error::msg)
        .with_context(|| format!("`{}` is no path of a value", args.path))?;
    let reached = teller.value(path);
    if reached.origin.value.is_none() && reached.origin.layers.is_empty() {
        bail!(unknown(&reached.origin.path, &environment.values));
    }
    match args.output {
        Format::Text => output::print(&value_text(&reached, sources))?,
        Format::Json => output::print(&format!("{:#}\n", value_json(&reached, sources)))?,
    }
    if reached.lines.is_empty() { Err(shown_nowhere(&reached, &rendered)) } else { Ok(()) }
}

/// How many places an error names.
const MOST_PLACES: usize = 3;

/// Why there is nothing to show.
fn shown_nowhere(reached: &Reached<'_>, rendered: &Rendered) -> anyhow::Error {
    let path = &reached.origin.path;
    let mut places: Vec<String> = reached.asked_by.iter().map(|it| rendered.sources.place(it.at)).collect();
    places.dedup();
    if reached.origin.value.is_none() {
        return anyhow::anyhow!("{path} is taken out, so nothing in the chart shows it");
    }
    if places.is_empty() {
        return anyhow::anyhow!("nothing in the chart shows {path}, and no condition looks at it");
    }
    let more = places.len().saturating_sub(MOST_PLACES);
    places.truncate(MOST_PLACES);
    let mut places = places.join(", ");
    if more > 0 {
        places.push_str(&format!(" and {more} more"));
    }
    anyhow::anyhow!("nothing in the chart shows {path}; it is read by the conditions at {places}")
}

/// How far a path leads, and what there is.
fn unknown(path: &ValuePath, values: &Node) -> String {
    let known = (0..path.0.len()).rev().find_map(|len| {
        let known = ValuePath(path.0[..len].to_vec());
        known.find(values).map(|node| (known, node))
    });
    let Some((known, node)) = known else { return format!("no values file sets {path}") };
    let keys: Vec<String> = match &node.value {
        yaml::Value::Map(map) => {
            map.iter().map(|it| ValuePath(vec![PathStep::Key(it.key.clone())]).to_string()).collect()
        }
        yaml::Value::List(items) => (0..items.len()).map(|at| format!("[{at}]")).collect(),
        _ => Vec::new(),
    };
    let place = if known.0.is_empty() { "the chart".to_owned() } else { known.to_string() };
    match keys.is_empty() {
        true => format!("no values file sets {path}: nothing is below {place}"),
        false => format!("no values file sets {path}: {place} has {}", keys.join(", ")),
    }
}
