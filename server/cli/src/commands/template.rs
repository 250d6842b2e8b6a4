//! `chartroom template`: what `helm template` prints.

pub(crate) mod printing;

use std::cell::OnceCell;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use chart::Dialect;
use chart::capabilities::{Capabilities, KubeVersion};
use release::actions::install::check_manifest;
use render::{Options, PrintConfig, Release, RunConfig};
use text::FileTable;

use crate::explanation::{Format, Spot, Teller, line_json, line_text};
use crate::flags::{ChartFlags, Global, ValuesFlags};
use crate::host::{Asking, Machine};
use crate::manifests::{self, ChartSource, Failure};
use crate::rendered::{self, Request, Sources, Unloaded};
use crate::report::report;
use crate::site::Site;
use crate::{charts, output, post_renderer};

/// Render a chart's templates and print the manifests.
///
/// Prints what `helm template` prints, byte for byte, without asking a cluster. The first argument is the name
/// of the release if there are two.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The release's name, and the chart: a folder or a packed chart.
    #[arg(value_names = ["NAME", "CHART"])]
    names: Vec<String>,
    #[command(flatten)]
    values: ValuesFlags,
    #[command(flatten)]
    rendering: RenderingFlags,
    #[command(flatten)]
    chart: ChartFlags,
    #[command(flatten)]
    ignored: IgnoredFlags,
}

/// What to render and print.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Rendering")]
struct RenderingFlags {
    /// Print only manifests of these templates (`templates/a.yaml`, `templates/*`).
    #[arg(short, long, value_name = "TEMPLATE")]
    show_only: Vec<String>,
    /// Print the chart's custom resource definitions as well.
    #[arg(long)]
    include_crds: bool,
    /// Leave hooks out.
    #[arg(long)]
    no_hooks: bool,
    /// Leave hooks out that are tests.
    #[arg(long)]
    skip_tests: bool,
    /// Set `.Release.IsUpgrade` instead of `.Release.IsInstall`.
    #[arg(long)]
    is_upgrade: bool,
    /// The version of Kubernetes to render for.
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<String>,
    /// Further API versions that the cluster serves, such as `batch/v1` or `apps/v1/Deployment`.
    #[arg(short, long, value_name = "VERSIONS", value_delimiter = ',')]
    api_versions: Vec<String>,
    /// Do not hold the values against the chart's schema.
    #[arg(long)]
    skip_schema_validation: bool,
    /// Make up a name for the release.
    #[arg(short, long)]
    generate_name: bool,
    /// A template for the name of the release.
    #[arg(long, value_name = "TEMPLATE")]
    name_template: Option<String>,
    /// Write files into a folder instead of printing.
    #[arg(long, value_name = "FOLDER")]
    output_dir: Option<PathBuf>,
    /// Put the release's name into the paths below `--output-dir`.
    #[arg(long)]
    release_name: bool,
    /// How errors are told: as Helm does, or with Helm's words first and then, for each independent error, the place
    /// in the chart, the calls that led there, and a hint. `auto` tells people more than pipes.
    #[arg(long, value_enum, default_value = "auto", value_name = "auto|helm|full")]
    errors: Errors,
    /// Look names of hosts up when a template asks for them.
    #[arg(long)]
    enable_dns: bool,
    /// Render with what a cluster says, and ask it about the objects.
    #[arg(long, hide = true)]
    validate: bool,
    /// `client` renders without a cluster. `server` asks one: what it serves, what templates look up, whose objects are.
    #[arg(long, value_name = "HOW", num_args = 0..=1, default_value = "client", default_missing_value = "client")]
    dry_run: String,
    #[command(flatten)]
    post_renderer: post_renderer::Flags,
    /// Bring dependencies that are missing into the chart's `charts/` before rendering: those that are folders on this
    /// machine.
    #[arg(long)]
    dependency_update: bool,
    /// Print no manifests, but why a line of them is as it is: what wrote it, through which calls and
    /// conditions, and which values it shows.
    #[arg(long, value_name = "LINE[:COLUMN]", conflicts_with_all = ["output_dir", "post_renderer"])]
    explain: Option<Spot>,
    /// How to explain it.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT", requires = "explain")]
    output: Format,
}

/// How errors are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Errors {
    /// In full on a terminal, else as Helm does.
    Auto,
    /// As Helm does, to the byte.
    Helm,
    /// With places, calls and hints.
    Full,
}

/// Flags of Helm's that decide nothing where nothing is installed. They are taken so that a script need not
/// change.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Taken for Helm's sake, without effect here")]
#[expect(clippy::option_option, reason = "clap's way of a flag whose value may be left out")]
struct IgnoredFlags {
    #[arg(long, hide = true)]
    atomic: bool,
    #[arg(long, hide = true)]
    create_namespace: bool,
    #[arg(long, hide = true)]
    description: Option<String>,
    #[arg(long, hide = true)]
    disable_openapi_validation: bool,
    #[arg(long, hide = true)]
    force: bool,
    #[arg(long, hide = true)]
    force_conflicts: bool,
    #[arg(long, hide = true)]
    force_replace: bool,
    #[arg(long, hide = true)]
    hide_notes: bool,
    #[arg(short, long, hide = true)]
    labels: Vec<String>,
    #[arg(long, hide = true)]
    render_subchart_notes: bool,
    #[arg(long, hide = true)]
    replace: bool,
    #[arg(long, hide = true)]
    rollback_on_failure: bool,
    #[arg(long, hide = true, num_args = 0..=1)]
    server_side: Option<Option<String>>,
    #[arg(long, hide = true)]
    skip_crds: bool,
    #[arg(long, hide = true)]
    take_ownership: bool,
    #[arg(long, hide = true)]
    timeout: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1)]
    wait: Option<Option<String>>,
    #[arg(long, hide = true)]
    wait_for_jobs: bool,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let found = OnceCell::new();
    let done = run_as_helm(global, args, &found);
    let full = match args.rendering.errors {
        Errors::Auto => std::io::stderr().is_terminal(),
        Errors::Helm => false,
        Errors::Full => true,
    };
    match done {
        Err(error) if full && error.downcast_ref::<output::Told>().is_none() => {
            output::fail(&error);
            if let Some(chart) = found.get() {
                explain_errors(global, args, chart);
            }
            Err(output::Told.into())
        }
        done => done,
    }
}

/// Everything that is wrong, not only what Helm finds first: renders once more and goes on where Helm stops.
fn explain_errors(global: &Global, args: &Args, chart: &str) {
    let host = Machine::new();
    let Ok((name, _)) = names(global, args, &host) else { return };
    let flags = &args.rendering;
    let mut request =
        Request::of_first(global, Path::new(chart), &args.values, name, flags.kube_version.as_deref());
    request.release.is_upgrade = flags.is_upgrade;
    request.skip_schema = flags.skip_schema_validation;
    let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let reports = match rendered::render(&request, &host) {
        Ok(rendered) => rendered.reports(colour),
        Err(error) => {
            let unloaded = error.downcast_ref::<Unloaded>();
            unloaded.map(|it| report(&it.error, None, &it.sources, colour)).into_iter().collect()
        }
    };
    for report in reports {
        output::remark(&format!("\n{report}"));
    }
}

/// `found` is where the chart was found.
fn run_as_helm(global: &Global, args: &Args, found: &OnceCell<String>) -> Result<()> {
    let flags = &args.rendering;
    refuse_what_is_missing(flags)?;
    let dialect = global.helm.dialect();
    let post_renderer = flags.post_renderer.find(dialect)?;
    let host = Machine::new();
    let (name, chart_path) = names(global, args, &host)?;
    let chart_path = charts::find(&chart_path, &args.chart, global)?;
    let chart_path = found.get_or_init(|| chart_path);
    let mut table = FileTable::default();
    let (user, texts) = args.values.read_with_texts(&mut table, dialect)?;
    let bring = flags.dependency_update.then(|| args.chart.access());
    let source = ChartSource::read(chart_path, bring, &mut table, global)?;
    let site = match flags.validate || flags.dry_run == "server" {
        true => Some(Site::open(global)?),
        false => None,
    };
    let namespace = site.as_ref().map_or_else(|| global.namespace(), Site::namespace).to_owned();
    let options = Options {
        release: Release { name: name.clone(), namespace, is_upgrade: flags.is_upgrade, revision: 1 },
        capabilities: match &site {
            None => capabilities(flags, dialect)?,
            Some(site) => {
                site.work(0, |world| world.cluster.capabilities()).map_err(|error| anyhow!(error))?
            }
        },
        dialect,
        skip_schema: flags.skip_schema_validation,
    };
    let config =
        RunConfig { traced: flags.explain.is_some(), limits: global.limits.limits(), ..RunConfig::default() };
    if site.is_some() && !source.chart.crds().is_empty() {
        manifests::remark_on_crds(dialect);
    }
    let made = match site.as_ref().filter(|_| looks_up(flags, dialect)) {
        None => manifests::make(&source, &user.merged, &options, &config, &host),
        Some(site) => site.work(0, |world| {
            let asking = Asking { machine: Machine::new(), cluster: world.cluster };
            manifests::make(&source, &user.merged, &options, &config, &asking)
        }),
    };
    let made = made.map_err(|failed| told(failed, global))?;
    if let Some(site) = &site {
        let manifest = made.rendering.manifest(&[], &PrintConfig::default());
        let Release { name, namespace, is_upgrade, .. } = &options.release;
        site.work(0, |world| check_manifest(world, &manifest, name, namespace, *is_upgrade))
            .map_err(|error| anyhow!(error))?;
    }
    let chart = &made.environment.chart;
    if let Some(spot) = flags.explain {
        let sources = Sources::new(table, Path::new(chart_path), chart, texts);
        let printed = printing::printed(flags, &made, dialect)?;
        let teller = Teller::new(&made.rendering, &printed, &made.environment, &user);
        let line = teller.line(spot, &chart.crds())?;
        return output::print(&match flags.output {
            Format::Text => line_text(&line, &sources),
            Format::Json => format!("{:#}\n", line_json(&line, &sources)),
        });
    }
    printing::print(global, flags, &made, post_renderer.as_ref())?;
    // The program ends here, and the system takes all of this back at once.
    std::mem::forget((made, source, user, table));
    Ok(())
}

/// Whether templates may look things up in the cluster. Helm 3's `--validate` alone does not let them.
fn looks_up(flags: &RenderingFlags, dialect: Dialect) -> bool {
    flags.dry_run == "server" || dialect == Dialect::Helm4
}

/// What is told of a failure: raw manifests first if that was asked for, or else Helm's hint to ask for them.
fn told(failed: Failure, global: &Global) -> anyhow::Error {
    if global.debug
        && let Some(raw) = &failed.raw
        && let Err(error) = output::print(raw)
    {
        return error;
    }
    if failed.has_release { anyhow!(hinted(&failed.error, global)) } else { anyhow!(*failed.error) }
}

/// Helm's hint, under errors that come from rendering.
fn hinted(error: &dyn std::fmt::Display, global: &Global) -> String {
    if global.debug {
        error.to_string()
    } else {
        format!("{error}\n\nUse --debug flag to render out invalid YAML")
    }
}

fn capabilities(flags: &RenderingFlags, dialect: Dialect) -> Result<Capabilities> {
    let mut capabilities = Capabilities::defaults(dialect);
    if let Some(version) = &flags.kube_version {
        capabilities.kube_version = KubeVersion::parse(version, dialect)
            .map_err(|reason| anyhow!("invalid kube version '{version}': {reason}"))?;
    }
    capabilities.api_versions.extend(flags.api_versions.iter().cloned());
    Ok(capabilities)
}

/// The name of the release and the path of the chart.
fn names(global: &Global, args: &Args, host: &Machine) -> Result<(String, String)> {
    let flags = &args.rendering;
    let (name, chart) = match args.names.as_slice() {
        [chart] => (None, chart.clone()),
        [name, chart] => (Some(name.clone()), chart.clone()),
        [] => bail!(
            "\"helm template\" requires at least 1 argument\n\nUsage:  helm template [NAME] [CHART] [flags]"
        ),
        [_, _, more @ ..] => {
            bail!("expected at most two arguments, unexpected arguments: {}", more.join(", "))
        }
    };
    if name.is_some() && flags.generate_name {
        bail!("cannot set --generate-name and also specify a name");
    }
    if name.is_some() && flags.name_template.is_some() {
        bail!("cannot set --name-template and also specify a name");
    }
    if let Some(template) = &flags.name_template {
        let (limits, dialect) = (global.limits.limits(), global.helm.dialect());
        let name = render::name_from_template(template, host, limits, dialect);
        let name = name.map_err(|reason| anyhow!(reason))?;
        return Ok((name, chart));
    }
    // `--generate-name` changes nothing: Helm's `template` has a name before it looks for that flag.
    Ok((name.unwrap_or_else(|| "release-name".to_owned()), chart))
}

/// What is not there is refused, never silently left out.
fn refuse_what_is_missing(flags: &RenderingFlags) -> Result<()> {
    if flags.enable_dns {
        bail!("--enable-dns asks the network, which chartroom does not do yet");
    }
    Ok(())
}
