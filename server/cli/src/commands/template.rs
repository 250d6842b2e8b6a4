//! `chartroom template`: what `helm template` prints.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use chart::capabilities::{Capabilities, KubeVersion};
use chart::warning::log_line;
use chart::{Chart, Dialect};
use render::{
    ErrorKind, Failed, Options, Output, PrintConfig, Release, RenderedFile, Rendering, RunConfig, Templates,
};
use text::FileTable;

use super::dependency::update::Manager;
use crate::explanation::{Format, Spot, Teller, line_json, line_text};
use crate::flags::{Global, ValuesFlags};
use crate::host::Machine;
use crate::post_renderer::{self, PostRenderer};
use crate::processors::{self, Processors};
use crate::rendered::{self, Request, Sources, Unloaded};
use crate::report::report;
use crate::{charts, epoch, output};

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
    /// Render with what a cluster says. Needs a cluster.
    #[arg(long, hide = true)]
    validate: bool,
    /// `client` renders without a cluster; `server` needs one.
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
    /// Address of a chart repository.
    #[arg(long, value_name = "URL")]
    repo: Option<String>,
    /// Check the signature of a packed chart.
    #[arg(long)]
    verify: bool,
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
    ca_file: Option<String>,
    #[arg(long, hide = true)]
    cert_file: Option<String>,
    #[arg(long, hide = true)]
    create_namespace: bool,
    #[arg(long, hide = true)]
    description: Option<String>,
    #[arg(long, hide = true)]
    devel: bool,
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
    #[arg(long, hide = true)]
    insecure_skip_tls_verify: bool,
    #[arg(long, hide = true)]
    key_file: Option<String>,
    #[arg(long, hide = true)]
    keyring: Option<String>,
    #[arg(short, long, hide = true)]
    labels: Vec<String>,
    #[arg(long, hide = true)]
    pass_credentials: bool,
    #[arg(long, hide = true)]
    password: Option<String>,
    #[arg(long, hide = true)]
    plain_http: bool,
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
    #[arg(long, hide = true)]
    username: Option<String>,
    #[arg(long, hide = true)]
    version: Option<String>,
    #[arg(long, hide = true, num_args = 0..=1)]
    wait: Option<Option<String>>,
    #[arg(long, hide = true)]
    wait_for_jobs: bool,
}

pub(crate) fn run(global: &Global, args: &Args) -> Result<()> {
    let done = run_as_helm(global, args);
    let full = match args.rendering.errors {
        Errors::Auto => std::io::stderr().is_terminal(),
        Errors::Helm => false,
        Errors::Full => true,
    };
    match done {
        Err(error) if full && error.downcast_ref::<output::Told>().is_none() => {
            output::fail(&error);
            explain_errors(global, args);
            Err(output::Told.into())
        }
        done => done,
    }
}

/// Everything that is wrong, not only what Helm finds first: renders once more and goes on where Helm stops.
fn explain_errors(global: &Global, args: &Args) {
    let host = Machine::new();
    let dialect = global.helm.dialect();
    let Ok((name, chart)) = names(global, args, &host) else { return };
    let namespace = global.namespace().to_owned();
    let request = Request {
        chart: Path::new(&chart),
        values: &args.values,
        release: Release { name, namespace, is_upgrade: args.rendering.is_upgrade, revision: 1 },
        dialect,
        kube_version: args.rendering.kube_version.as_deref(),
        skip_schema: args.rendering.skip_schema_validation,
        template: None,
        limits: global.limits.limits(),
    };
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

fn run_as_helm(global: &Global, args: &Args) -> Result<()> {
    let flags = &args.rendering;
    refuse_what_is_missing(flags)?;
    let dialect = global.helm.dialect();
    let post_renderer = flags.post_renderer.find(dialect)?;
    let host = Machine::new();
    let (name, chart_path) = names(global, args, &host)?;
    charts::ensure_there(&chart_path)?;
    let mut table = FileTable::default();
    let (user, texts) = args.values.read_with_texts(&mut table, dialect)?;
    let (mut chart, mut parsed) = charts::load_and_parse(Path::new(&chart_path), &mut table, dialect)?;
    output::remark_all(&chart::warning::of_loading(&chart), dialect);
    if !chart.metadata.dependencies().is_empty() {
        // Helm 4 reads it here, whether it needs it or not.
        epoch::pack_config(dialect)?;
    }
    let mut brought = false;
    if flags.dependency_update && !chart.is_library() && chart::dependencies::check(&chart).is_err() {
        brought = true;
        bring_dependencies(&chart_path, global)?;
        (chart, parsed) = charts::load_and_parse(Path::new(&chart_path), &mut table, dialect)
            .context("failed reloading chart after repo update")?;
        output::remark_all(&chart::warning::of_loading(&chart), dialect);
    }
    let options = Options {
        release: Release {
            name: name.clone(),
            namespace: global.namespace().to_owned(),
            is_upgrade: flags.is_upgrade,
            revision: 1,
        },
        capabilities: capabilities(flags, dialect)?,
        dialect,
        skip_schema: flags.skip_schema_validation,
    };
    let mut prepared = render::prepare(&chart, &user.merged, &options);
    if brought {
        // Helm does not look again. A folder with a chart of another name leaves the dependency open.
        prepared.errors.retain(|error| !error.is_missing_charts());
    }
    if chart.metadata.deprecated && !is_kind(&prepared.errors, ErrorKind::NotInstallable) {
        output::remark(&deprecated(dialect));
    }
    prepared.warnings.iter().for_each(|warning| output::remark(&warning.logged(dialect)));
    if let Some(error) = prepared.errors.into_iter().next() {
        bail!(preparing_failed(error, global));
    }
    let environment = prepared.environment;
    let templates = Templates::parse(&environment.chart, dialect, Some(&parsed), &Processors);
    if let Some(error) = templates.errors().into_iter().next() {
        bail!(debug_hint(error, global));
    }
    let stop = |_: &Failed| false;
    let limits = global.limits.limits();
    let config = RunConfig { traced: flags.explain.is_some(), limits, ..RunConfig::default() };
    // What is rendered is read by another thread while the next template runs.
    let size = templates.files().iter().map(|file| file.source.data.len()).sum();
    let (rendering, errors) = processors::beside(
        size,
        |file: RenderedFile| file.read_documents(dialect),
        |beside| {
            let told = |file: &RenderedFile| beside.give(|| file.clone());
            let (files, failed) =
                render::run_telling(&environment, &templates, &host, &config, |_| true, stop, told);
            beside.stop();
            match failed.into_iter().next() {
                Some(failed) => Err(debug_hint(failed.error, global)),
                None => Ok(Rendering::read_all(files, dialect, &Processors)),
            }
        },
    )?;
    rendering.dropped_hooks.iter().for_each(|hook| output::remark(&unknown_hook(hook, dialect)));
    if let Some(error) = errors.into_iter().next() {
        if global.debug {
            output::print(&rendering.raw())?;
            bail!(error);
        }
        bail!(debug_hint(error, global));
    }
    if let Some(spot) = flags.explain {
        let sources = Sources::new(table, Path::new(&chart_path), &environment.chart, texts);
        let printed = printed(flags, &environment.chart, &rendering, dialect)?;
        let teller = Teller::new(&rendering, &printed, &environment, &user);
        let line = teller.line(spot, &environment.chart.crds())?;
        return output::print(&match flags.output {
            Format::Text => line_text(&line, &sources),
            Format::Json => format!("{:#}\n", line_json(&line, &sources)),
        });
    }
    match post_renderer {
        None => print(global, flags, &name, &environment.chart, &rendering)?,
        Some(program) => {
            let chart = &environment.chart;
            let post_rendered = post_rendered(&program, flags, &name, chart, &rendering);
            let shown =
                show_only(post_rendered.map_err(|error| anyhow!(hinted(&error, global)))?, flags, dialect)?;
            output::print(&shown.text)?;
        }
    }
    // The program ends here, and the system takes all of this back at once.
    std::mem::forget((rendering, templates, environment, chart, user, table));
    Ok(())
}

/// What `--dependency-update` does where something is missing. Its report goes before the manifests, as in Helm.
fn bring_dependencies(chart: &str, global: &Global) -> Result<()> {
    let mut manager = Manager::new(&project::text_of(&charts::absolute(chart)), global)?;
    let done = manager.update();
    output::print(&manager.told)?;
    done
}

fn print(
    global: &Global,
    flags: &RenderingFlags,
    release: &str,
    chart: &Chart,
    rendering: &Rendering,
) -> Result<()> {
    let dialect = global.helm.dialect();
    if let Some(folder) = output_folder(flags, release) {
        let documents = rendering.by_file(&chart.crds(), &print_config(flags));
        write_files(&folder, &documents).map_err(|error| anyhow!(hinted(&error, global)))?;
        // What would have been printed, of which nothing is left but the line break.
        let left = Output { text: "\n".to_owned(), ..Output::default() };
        return output::print(&show_only(left, flags, dialect)?.text);
    }
    if flags.show_only.is_empty() {
        let crds = chart.crds();
        let parts = rendering.parts(&crds, &print_config(flags));
        return output::print_all(parts.iter().map(|part| &*part.text));
    }
    output::print(&printed(flags, chart, rendering, dialect)?.text)
}

/// What another program makes of the manifests. With an output folder there are none left to give to it.
fn post_rendered(
    program: &PostRenderer<'_>,
    flags: &RenderingFlags,
    release: &str,
    chart: &Chart,
    rendering: &Rendering,
) -> Result<Output> {
    let config = print_config(flags);
    let Some(folder) = output_folder(flags, release) else {
        return Ok(
            rendering.print_instead(&program.run(&rendering.manifest(&chart.crds(), &config))?, &config)
        );
    };
    let made = program.run("");
    let no_hooks = PrintConfig { no_hooks: true, ..config };
    // Helm writes hooks after the program ran.
    let written = if made.is_ok() { &config } else { &no_hooks };
    write_files(&folder, &rendering.by_file(&chart.crds(), written))?;
    Ok(rendering.print_instead(&made?, &no_hooks))
}

fn output_folder(flags: &RenderingFlags, release: &str) -> Option<PathBuf> {
    let folder = flags.output_dir.as_ref()?;
    Some(if flags.release_name { folder.join(release) } else { folder.clone() })
}

/// What is printed where no files are written.
fn printed(flags: &RenderingFlags, chart: &Chart, rendering: &Rendering, dialect: Dialect) -> Result<Output> {
    show_only(rendering.print(&chart.crds(), &print_config(flags)), flags, dialect)
}

fn show_only(printed: Output, flags: &RenderingFlags, dialect: Dialect) -> Result<Output> {
    if flags.show_only.is_empty() {
        return Ok(printed);
    }
    printed
        .show_only(&flags.show_only, dialect)
        .map_err(|pattern| anyhow!("could not find template {pattern} in chart"))
}

fn print_config(flags: &RenderingFlags) -> PrintConfig {
    PrintConfig { include_crds: flags.include_crds, no_hooks: flags.no_hooks, skip_tests: flags.skip_tests }
}

/// Writes each file once, with all its documents, and tells of each document as Helm does, which appends them.
fn write_files(folder: &Path, documents: &[(String, String)]) -> Result<()> {
    let mut files: Vec<(&str, String)> = Vec::new();
    for (name, text) in documents {
        match files.iter_mut().find(|(known, _)| known == name) {
            Some((_, all)) => all.push_str(text),
            None => files.push((name, text.clone())),
        }
    }
    for (name, text) in files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(folder);
        let failed = |verb: &str, path: &Path, error: &std::io::Error| {
            anyhow!("{verb} {}: {}", path.display(), project::reason(error))
        };
        match parent.metadata() {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                std::fs::create_dir_all(parent).map_err(|error| failed("mkdir", parent, &error))?;
            }
            Err(error) => return Err(failed("stat", parent, &error)),
        }
        std::fs::write(&path, text).map_err(|error| failed("open", &path, &error))?;
    }
    let told = |(name, _): &(String, String)| format!("wrote {}\n", folder.join(name).display());
    output::print(&documents.iter().map(told).collect::<String>())
}

/// Helm's hint, under errors that come from rendering.
fn debug_hint(error: render::Error, global: &Global) -> anyhow::Error {
    if global.debug { error.into() } else { anyhow!(hinted(&error, global)) }
}

fn hinted(error: &dyn std::fmt::Display, global: &Global) -> String {
    if global.debug {
        error.to_string()
    } else {
        format!("{error}\n\nUse --debug flag to render out invalid YAML")
    }
}

fn is_kind(errors: &[render::Error], kind: ErrorKind) -> bool {
    errors.first().is_some_and(|error| error.kind == kind)
}

/// What Helm says of a chart that it cannot render, before any template runs.
fn preparing_failed(error: render::Error, global: &Global) -> anyhow::Error {
    match error.kind {
        ErrorKind::KubeVersion => debug_hint(error, global),
        ErrorKind::ReleaseName if global.helm.dialect() == Dialect::Helm4 => {
            let attributes = [("error", error.reason.clone())];
            output::remark(&log_line("ERROR", "release name check failed", &attributes));
            error.into()
        }
        _ => error.into(),
    }
}

fn deprecated(dialect: Dialect) -> String {
    match dialect {
        Dialect::Helm3 => "WARNING: This chart is deprecated".to_owned(),
        Dialect::Helm4 => log_line("WARN", "this chart is deprecated", &[]),
    }
}

fn unknown_hook(hook: &str, dialect: Dialect) -> String {
    match dialect {
        Dialect::Helm3 => {
            format!("manifest_sorter.go:199: info: skipping unknown hook: {}", golang::strconv::quote(hook))
        }
        Dialect::Helm4 => log_line("INFO", "skipping unknown hooks", &[("hookTypes", hook.to_owned())]),
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

/// What needs a cluster, a network or another program is refused, never silently left out.
fn refuse_what_is_missing(flags: &RenderingFlags) -> Result<()> {
    let missing = [
        (flags.validate || flags.dry_run == "server", "--validate and --dry-run=server need a cluster"),
        (flags.repo.is_some(), "--repo needs a chart repository"),
        (flags.verify, "--verify checks signatures"),
        (flags.enable_dns, "--enable-dns asks the network"),
    ];
    match missing.iter().find(|(asked, _)| *asked) {
        Some((_, why)) => bail!("{why}, which chartroom does not do yet"),
        None => Ok(()),
    }
}
