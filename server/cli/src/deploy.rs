//! From a chart to what a release is made of, for a cluster: what `install`, `upgrade` and `diff` begin with.

use anyhow::{Result, anyhow};
use chart::Dialect;
use release::record::{ChartPart, Record};
use release::{Rendered, World, to_json, to_node};
use render::{Options, RunConfig};
use serde_json::{Map, Value};
use text::FileTable;

use crate::flags::{DeployFlags, Global, ValuesFlags};
use crate::host::{Asking, Machine};
use crate::manifests::{self, ChartSource};
use crate::post_renderer::PostRenderer;
use crate::{charts, output};

/// A chart and values, before anybody looked at the cluster.
pub(crate) struct Ingredients {
    source: ChartSource,
    user: Map<String, Value>,
}

impl Ingredients {
    /// Reads the chart and the values.
    pub(crate) fn read(
        chart: &str,
        values: &ValuesFlags,
        flags: &DeployFlags,
        global: &Global,
    ) -> Result<Self> {
        let chart = &charts::find(chart, &flags.chart, global)?;
        let mut table = FileTable::default();
        let user = values.read(&mut table, global.helm.dialect())?;
        let bring = flags.dependency_update.then(|| flags.chart.access());
        let source = ChartSource::read(chart, bring, &mut table, global)?;
        let user = match to_json(&user.merged) {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        Ok(Self { source, user })
    }

    /// What the user said.
    pub(crate) fn user(&self) -> &Map<String, Value> {
        &self.user
    }

    /// The chart's custom resource definitions: file and text.
    pub(crate) fn crds(&self) -> Vec<(String, String)> {
        crds(&self.source.chart)
    }

    /// Renders for a release. `own_values` take the place of the chart's own.
    pub(crate) fn render(
        &self,
        world: &World<'_>,
        release: render::Release,
        config: Map<String, Value>,
        own_values: Option<Map<String, Value>>,
        flags: &DeployFlags,
        global: &Global,
    ) -> Result<Rendered> {
        let post_renderer = flags.post_renderer.find(world.dialect)?;
        let how = How {
            skip_schema: flags.skip_schema_validation,
            subchart_notes: flags.render_subchart_notes,
            post_renderer: post_renderer.as_ref(),
            brief: false,
            limits: global.limits.limits(),
        };
        render(world, &self.source, release, config, own_values, &how)
    }
}

/// The custom resource definitions of a chart: file and text.
pub(crate) fn crds(chart: &chart::Chart) -> Vec<(String, String)> {
    let text = |crd: &chart::Crd| String::from_utf8_lossy(&crd.file.data).into_owned();
    chart.crds().iter().map(|crd| (crd.file.path.to_string(), text(crd))).collect()
}

/// How a chart is rendered for a release.
pub(crate) struct How<'h> {
    /// Not to hold the values against the schema.
    pub(crate) skip_schema: bool,
    /// Whether the notes of subcharts come along.
    pub(crate) subchart_notes: bool,
    /// Whoever changes the manifest before it is deployed.
    pub(crate) post_renderer: Option<&'h PostRenderer<'h>>,
    /// Nothing is said of the chart itself: what is rendered is looked at, and not deployed.
    pub(crate) brief: bool,
    pub(crate) limits: template::Limits,
}

/// Renders a chart for a release. `own_values` take the place of the chart's own.
pub(crate) fn render(
    world: &World<'_>,
    source: &ChartSource,
    release: render::Release,
    config: Map<String, Value>,
    own_values: Option<Map<String, Value>>,
    how: &How<'_>,
) -> Result<Rendered> {
    let replaced;
    let source = match own_values {
        None => source,
        Some(values) => {
            replaced = source.with_values(to_node(&Value::Object(values)));
            &replaced
        }
    };
    let options = Options {
        release,
        capabilities: world.cluster.capabilities().map_err(|error| anyhow!(error))?,
        dialect: world.dialect,
        skip_schema: how.skip_schema,
    };
    let user = to_node(&Value::Object(config.clone()));
    let run = RunConfig { limits: how.limits, ..RunConfig::default() };
    let host = Asking { machine: Machine::new(), cluster: world.cluster };
    let made =
        manifests::make(source, &user, &options, &run, &host).map_err(|failure| anyhow!(*failure.error))?;
    let environment = &made.environment;
    let part = match how.brief {
        true => ChartPart::default(),
        false => ChartPart::of(&environment.chart, world.dialect, world.now()),
    };
    let crds = environment.chart.crds();
    let mut rendered = Rendered::new(&made.rendering, &crds, part, config, how.subchart_notes);
    if let Some(program) = how.post_renderer {
        rendered.manifest = program.run(&rendered.manifest)?;
    }
    Ok(rendered)
}

/// What is printed of a new revision.
pub(crate) fn print_record(
    record: &Record,
    title: &str,
    flags: &DeployFlags,
    dialect: Dialect,
) -> Result<()> {
    let mut shown = record.clone();
    if flags.hide_secret {
        shown.manifest = without_secrets(&shown.manifest);
    }
    if let Some(text) = flags.output.write(&crate::release_texts::for_programs(&shown, dialect)?)? {
        return output::print(&text);
    }
    let what = crate::release_texts::Shown { hide_notes: flags.hide_notes, ..Default::default() };
    let text = crate::release_texts::status(&shown, &what, dialect)?;
    output::print(&format!("{title}{text}"))
}

/// Secrets are named, but not shown (`--hide-secret`).
fn without_secrets(manifest: &str) -> String {
    let mut out = String::with_capacity(manifest.len());
    for document in manifest.split_inclusive("\n---\n") {
        let is_secret = release::manifest::read(document)
            .is_ok_and(|objects| objects.iter().any(|it| it.kind() == "Secret" && it.api_version() == "v1"));
        match document.lines().find(|line| line.starts_with("# Source: ")).filter(|_| is_secret) {
            Some(source) => {
                let head = if document.starts_with("---\n") { "---\n" } else { "" };
                let tail = if document.ends_with("\n---\n") { "---\n" } else { "" };
                out.push_str(&format!(
                    "{head}{source}\n# HIDDEN: The Secret output has been suppressed\n{tail}"
                ));
            }
            None => out.push_str(document),
        }
    }
    out
}
