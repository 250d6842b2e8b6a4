//! `helmfile template`: all manifests.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};
use chart::capabilities::{Capabilities, KubeVersion};
use helmfile::fleet::{Overrides, Unit, shown_chart};
use helmfile::model::HookEvent;
use helmfile::print::OUTPUT_FOLDER;
use release::actions::install::check_manifest;
use release::to_node;
use render::{Options, PrintConfig, Release, RunConfig};
use serde_json::Value;

use super::Called;
use super::deployment::fleet;
use super::flags::{NeedsFlags, RefusedFlags, ReleaseFlags};
use super::session::Session;
use crate::commands::template::printing::write_silently;
use crate::fleet::{ChartStore, Crew, ReleaseValues, Sites};
use crate::host::{Asking, Machine};
use crate::manifests::{self, Manifests};
use crate::{output, post_renderer};

/// Render every release of the helmfile and print the manifests.
///
/// Prints what Helmfile and Helm print, byte for byte, without asking a cluster.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_field_names, reason = "they are the names of the flags")]
pub(super) struct Args {
    #[command(flatten)]
    releases: ReleaseFlags,
    #[command(flatten)]
    needs: NeedsFlags,
    #[command(flatten)]
    refused: RefusedFlags,
    /// Write files into a folder instead of printing.
    #[arg(long, value_name = "FOLDER")]
    output_dir: Option<String>,
    /// A template for the folder of each release. Without it:
    /// `{{ .OutputDir }}/{{ .State.BaseName }}-{{ .State.AbsPathSHA1 }}-{{ .Release.Name}}`
    #[arg(long, value_name = "TEMPLATE")]
    output_dir_template: Option<String>,
    /// Print the custom resource definitions of charts as well.
    #[arg(long)]
    include_crds: bool,
    /// Leave hooks out that are tests.
    #[arg(long)]
    skip_tests: bool,
    /// Leave hooks out.
    #[arg(long)]
    no_hooks: bool,
    /// Print only manifests of these templates; may be given again.
    #[arg(long, value_name = "TEMPLATE")]
    show_only: Vec<String>,
    /// The version of Kubernetes to render for.
    #[arg(long, value_name = "VERSION")]
    kube_version: Option<String>,
    /// Render with what the cluster says, and ask it about the objects.
    #[arg(long)]
    validate: bool,
    /// Do not hold values against the schemas of charts.
    #[arg(long)]
    skip_schema_validation: bool,
    /// A program that changes the manifests before anybody sees them. Only with --helm 3.
    #[arg(long, value_name = "PROGRAM")]
    post_renderer: Option<String>,
    /// An argument for the post-renderer; may be given again.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    post_renderer_args: Vec<String>,
    /// Taken for Helmfile's sake: values are never written into files.
    #[arg(long, hide = true)]
    skip_cleanup: bool,
}

/// What releases are rendered with.
struct Rendering<'r> {
    called: &'r Called<'r>,
    session: &'r Session,
    args: &'r Args,
    charts: ChartStore<'r>,
    values: ReleaseValues<'r>,
    /// Where `--validate` asks.
    sites: Option<Sites>,
}

pub(super) fn run(called: &Called<'_>, args: &Args) -> Result<()> {
    args.refused.refuse()?;
    let session = Session::load(called, false)?;
    let overrides = Overrides {
        skip_schema_validation: args.skip_schema_validation,
        post_renderer: args.post_renderer.clone().map(|it| (it, args.post_renderer_args.clone())),
        ..Overrides::default()
    };
    let mut fleet = fleet(called, &session, Some(&args.needs), &overrides)?;
    fleet.units.retain(|unit| unit.release.installed);
    let hooks = session.hooks();
    for unit in &fleet.units {
        hooks.of_release(unit, HookEvent::Prepare, "template", None)?;
    }
    let contexts = fleet.units.iter().map(|it| it.release.kube_context.as_str());
    let rendering = Rendering {
        called,
        session: &session,
        args,
        charts: ChartStore::new(called.global, called.globals.skip_deps, called.globals.oci_plain_http),
        values: session.values(&args.releases)?,
        sites: if args.validate { Some(Sites::open(called.global, contexts)?) } else { None },
    };
    let crew = Crew::of_processors(args.releases.concurrency);
    crew.in_order(
        &fleet.units,
        |unit| rendering.one(unit),
        |unit, text| {
            called.remark(&format!("Templating release={}, chart={}", unit.name(), shown_chart(unit)));
            let text = text.map_err(|error| anyhow!("in {}: {error:#}", unit.file.path))?;
            output::print(&text)?;
            if let Err(error) = hooks.of_release(unit, HookEvent::Cleanup, "template", None) {
                output::remark(&format!("warning: {}: {error:#}", unit.name()));
            }
            Ok(())
        },
    )
}

impl Rendering<'_> {
    /// What is printed of a release. With an output folder its files are written instead.
    fn one(&self, unit: &Unit<'_>) -> Result<String> {
        let made = self.made(unit)?;
        let config = PrintConfig {
            include_crds: self.args.include_crds,
            no_hooks: self.args.no_hooks,
            skip_tests: self.args.skip_tests,
        };
        let crds = made.environment.chart.crds();
        if let Some(folder) = self.folder(unit)? {
            write_silently(&folder, &made.rendering.by_file(&crds, &config))?;
            return Ok(String::new());
        }
        let flags =
            unit.config.post_renderer.as_ref().map(|(program, args)| post_renderer::Flags::of(program, args));
        let dialect = self.called.global.helm.dialect();
        let mut printed = match flags.as_ref().map(|it| it.find(dialect)).transpose()?.flatten() {
            Some(program) => {
                let manifest = program.run(&made.rendering.manifest(&crds, &config))?;
                made.rendering.print_instead(&manifest, &config)
            }
            None => made.rendering.print(&crds, &config),
        };
        if !self.args.show_only.is_empty() {
            printed = printed
                .show_only(&self.args.show_only, dialect)
                .map_err(|pattern| anyhow!("could not find template {pattern} in chart"))?;
        }
        // Helmfile ends each release's manifests with a line of its own.
        Ok(if printed.text.is_empty() { String::new() } else { printed.text + "\n" })
    }

    fn made(&self, unit: &Unit<'_>) -> Result<Manifests> {
        let source = self.charts.chart(unit)?;
        let values = to_node(&Value::Object(self.values.of(unit)?));
        let global = self.called.global;
        let site = self.sites.as_ref().map(|it| it.site(unit)).transpose().map_err(|error| anyhow!(error))?;
        let namespace = match (&site, unit.release.namespace.it.as_str()) {
            (Some(site), _) => site.namespace.clone(),
            (None, "") => global.namespace().to_owned(),
            (None, namespace) => namespace.to_owned(),
        };
        let options = Options {
            release: Release {
                name: unit.name().to_owned(),
                namespace: namespace.clone(),
                is_upgrade: false,
                revision: 1,
            },
            capabilities: match &site {
                Some(site) => site.cluster.capabilities().map_err(|error| anyhow!(error))?,
                None => self.capabilities(unit)?,
            },
            dialect: global.helm.dialect(),
            skip_schema: unit.config.skip_schema_validation,
        };
        let config = RunConfig { limits: global.limits.limits(), ..RunConfig::default() };
        let made = match &site {
            Some(site) => {
                let host = Asking { machine: Machine::new(), cluster: site.cluster };
                manifests::make(&source, &values, &options, &config, &host)
            }
            None => manifests::make(&source, &values, &options, &config, &Machine::new()),
        };
        let made = made.map_err(|failed| anyhow!(*failed.error))?;
        if let Some(site) = &site {
            let manifest = made.rendering.manifest(&[], &PrintConfig::default());
            check_manifest(&site.world(0), &manifest, unit.name(), &namespace, false)
                .map_err(|error| anyhow!(error))?;
        }
        Ok(made)
    }

    /// What templates are told of a cluster that nobody asks.
    fn capabilities(&self, unit: &Unit<'_>) -> Result<Capabilities> {
        let dialect = self.called.global.helm.dialect();
        let mut capabilities = Capabilities::defaults(dialect);
        let options = &unit.release.options;
        let version = self.args.kube_version.as_ref().unwrap_or(&options.kube_version);
        if !version.is_empty() {
            capabilities.kube_version = KubeVersion::parse(version, dialect)
                .map_err(|reason| anyhow!("invalid kube version '{version}': {reason}"))?;
        }
        capabilities.api_versions.extend(options.api_versions.iter().cloned());
        Ok(capabilities)
    }

    /// The folder that a release's files are written into.
    fn folder(&self, unit: &Unit<'_>) -> Result<Option<PathBuf>> {
        let template = self.args.output_dir_template.as_deref();
        if self.args.output_dir.is_none() && template.is_none() {
            return Ok(None);
        }
        let folder = self.args.output_dir.as_deref().unwrap_or_default();
        let path = self.session.place(unit, template.unwrap_or(OUTPUT_FOLDER), folder)?;
        std::fs::create_dir_all(&path).with_context(|| format!("mkdir {path}"))?;
        Ok(Some(project::path_of(&path)))
    }
}
