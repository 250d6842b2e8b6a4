//! From a chart on this machine to manifests, in the order in which Helm goes about it: `template` prints them,
//! releases are made of them.
//!
//! What Helm grumbles about on the way goes to standard error at the moment at which it would say so.

use std::path::Path;

use anyhow::{Context, Result};
use chart::warning::log_line;
use chart::{Chart, Dialect};
use registry::Access;
use render::{Environment, ErrorKind, Options, RenderedFile, Rendering, RunConfig, Templates};
use template::Host;
use text::FileTable;
use yaml::Node;

use crate::commands::dependency::update::Manager;
use crate::flags::Global;
use crate::processors::{self, Processors};
use crate::{charts, epoch, output};

/// A chart that is there with all that it depends on, as far as Helm looks.
#[derive(Debug)]
pub(crate) struct ChartSource {
    pub(crate) chart: Chart,
    /// Those of its templates that could be parsed in the meantime.
    parsed: Templates,
    /// Whether `--dependency-update` went to work: Helm does not look again then.
    brought: bool,
}

/// What came of a chart and values.
#[derive(Debug)]
pub(crate) struct Manifests {
    pub(crate) environment: Environment,
    pub(crate) rendering: Rendering,
    /// They are kept for as long as what was made of them is looked at.
    _templates: Templates,
}

/// Why there are no manifests.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Box<render::Error>,
    /// Whether Helm has a release in its hands at that point, although it is of no use.
    pub(crate) has_release: bool,
    /// What was rendered, if that is what cannot be read.
    pub(crate) raw: Option<String>,
}

impl ChartSource {
    /// Reads a folder or an archive. `bring` says how registries are talked to for what is missing in its `charts/`, if it is
    /// to be brought.
    pub(crate) fn read(
        path: &str,
        bring: Option<Access>,
        table: &mut FileTable,
        global: &Global,
    ) -> Result<Self> {
        let dialect = global.helm.dialect();
        let (chart, parsed) = charts::load_and_parse(Path::new(path), table, dialect)?;
        output::remark_all(&chart::warning::of_loading(&chart), dialect);
        if !chart.metadata.dependencies().is_empty() {
            // Helm 4 reads it here, whether it needs it or not.
            epoch::pack_config(dialect)?;
        }
        let is_whole = || chart.is_library() || chart::dependencies::check(&chart).is_ok();
        let Some(access) = bring.filter(|_| !is_whole()) else {
            return Ok(Self { chart, parsed, brought: false });
        };
        bring_dependencies(path, access, global)?;
        let (chart, parsed) = charts::load_and_parse(Path::new(path), table, dialect)
            .context("failed reloading chart after repo update")?;
        output::remark_all(&chart::warning::of_loading(&chart), dialect);
        Ok(Self { chart, parsed, brought: true })
    }
}

impl ChartSource {
    /// The same chart with other values of its own (`upgrade --reuse-values`).
    pub(crate) fn with_values(&self, values: Node) -> Self {
        let chart = self.chart.with_values(values);
        Self { chart, parsed: self.parsed.clone(), brought: self.brought }
    }
}

/// What `--dependency-update` does where something is missing. Its report goes before the manifests, as in Helm.
fn bring_dependencies(chart: &str, access: Access, global: &Global) -> Result<()> {
    let mut manager = Manager::new(&project::text_of(&charts::absolute(chart)), global)?;
    manager.asking.access = access;
    let done = manager.update();
    output::print(&manager.told)?;
    done
}

/// Merges values, holds them against the schema, runs the templates and sorts what they printed.
pub(crate) fn make(
    source: &ChartSource,
    user: &Node,
    options: &Options,
    config: &RunConfig,
    host: &dyn Host,
) -> Result<Manifests, Failure> {
    let environment = prepare(source, user, options)?;
    let dialect = options.dialect;
    let templates = Templates::parse(&environment.chart, dialect, Some(&source.parsed), &Processors);
    if let Some(error) = templates.errors().into_iter().next() {
        return Err(Failure::of_release(error));
    }
    let (rendering, errors) = run(&environment, &templates, config, host)?;
    rendering.dropped_hooks.iter().for_each(|hook| output::remark(&unknown_hook(hook, dialect)));
    if let Some(error) = errors.into_iter().next() {
        return Err(Failure { raw: Some(rendering.raw()), ..Failure::of_release(error) });
    }
    Ok(Manifests { environment, rendering, _templates: templates })
}

fn prepare(source: &ChartSource, user: &Node, options: &Options) -> Result<Environment, Failure> {
    let dialect = options.dialect;
    let mut prepared = render::prepare(&source.chart, user, options);
    if source.brought {
        // A folder with a chart of another name leaves the dependency open.
        prepared.errors.retain(|error| !error.is_missing_charts());
    }
    let refused = prepared.errors.first().is_some_and(|error| error.kind == ErrorKind::NotInstallable);
    if source.chart.metadata.deprecated && !refused {
        output::remark(&deprecated(dialect));
    }
    prepared.warnings.iter().for_each(|warning| output::remark(&warning.logged(dialect)));
    match prepared.errors.into_iter().next() {
        Some(error) => Err(Failure::before_rendering(error, dialect)),
        None => Ok(prepared.environment),
    }
}

/// What is rendered is read by another thread while the next template runs.
fn run(
    environment: &Environment,
    templates: &Templates,
    config: &RunConfig,
    host: &dyn Host,
) -> Result<(Rendering, Vec<render::Error>), Failure> {
    let dialect = environment.dialect;
    let size = templates.files().iter().map(|file| file.source.data.len()).sum();
    let read = |file: RenderedFile| file.read_documents(dialect);
    processors::beside(size, read, |beside| {
        let told = |file: &RenderedFile| beside.give(|| file.clone());
        let (files, failed) =
            render::run_telling(environment, templates, host, config, |_| true, |_| false, told);
        beside.stop();
        match failed.into_iter().next() {
            Some(failed) => Err(Failure::of_release(failed.error)),
            None => Ok(Rendering::read_all(files, dialect, &Processors)),
        }
    })
}

impl Failure {
    fn of_release(error: render::Error) -> Self {
        Self { error: error.into(), has_release: true, raw: None }
    }

    /// What Helm says of a chart that it cannot render, before any template runs.
    fn before_rendering(error: render::Error, dialect: Dialect) -> Self {
        if error.kind == ErrorKind::ReleaseName && dialect == Dialect::Helm4 {
            let attributes = [("error", error.reason.clone())];
            output::remark(&log_line("ERROR", "release name check failed", &attributes));
        }
        Self { has_release: error.kind == ErrorKind::KubeVersion, error: error.into(), raw: None }
    }
}

/// What a dry run says of a chart with custom resource definitions, which it does not make. Helm 3 says it to nobody.
pub(crate) fn remark_on_crds(dialect: Dialect) {
    if dialect == Dialect::Helm4 {
        let text =
            "This chart or one of its subcharts contains CRDs. Rendering may fail or contain inaccuracies.";
        output::remark(&log_line("WARN", text, &[]));
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
