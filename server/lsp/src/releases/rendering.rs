//! What is deployed: the chart as it is on the screen, rendered for a release in a cluster.
//!
//! Unlike a preview it is given real randomness, and what templates look up is looked up.

use chart::Dialect;
use chart::values::{merge_files, read_file_values};
use release::record::ChartPart;
use release::{Error, ErrorKind, Rendered, World, to_json, to_node};
use render::{Options, Release, RunConfig, Templates};
use serde_json::{Map, Value};

use super::place::Place;
use crate::model::Model;
use crate::state::ChartView;

/// The user's values for the active target.
pub(crate) fn values(view: &ChartView) -> Result<Map<String, Value>, Error> {
    if let Some((path, why)) = view.missing.first() {
        return Err(refused(&format!("cannot read {}: {why}", path.display())));
    }
    let as_map = |node| match to_json(node) {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    if let Some(given) = &view.given {
        return match (given.problems().first(), given.not_run()) {
            (Some(problem), _) => Err(refused(problem)),
            (None, Some(name)) => Err(refused(&format!(
                "the helmfile wants {name} to run, which an editor does not: deploy it with `chartroom apply`"
            ))),
            (None, None) => Ok(as_map(&given.values)),
        };
    }
    let dialect = view.settings.helm_version.dialect();
    let mut nodes = Vec::new();
    for file in &view.values {
        nodes.push(read_file_values(file, dialect).map_err(|error| refused(&error.message))?);
    }
    Ok(as_map(&merge_files(&nodes)))
}

/// What is rendered.
pub(crate) struct Asked {
    pub(crate) revision: i64,
    pub(crate) is_upgrade: bool,
    /// The user's values.
    pub(crate) values: Map<String, Value>,
    /// Not to hold them against the chart's schema.
    pub(crate) skip_schema: bool,
}

/// Renders a chart for a release.
pub(crate) fn rendered(
    view: &ChartView,
    model: &Model,
    place: &Place,
    world: &World<'_>,
    asked: Asked,
) -> Result<Rendered, Error> {
    let Asked { revision, is_upgrade, values, skip_schema } = asked;
    let base = model.exact(view);
    if let Some(error) = base.load_errors.first() {
        return Err(refused(&error.message));
    }
    let Some(chart) = &base.chart else { return Err(refused("there is no Chart.yaml that can be read")) };
    let dialect = world.dialect;
    let options = Options {
        release: Release {
            name: place.id.name.clone(),
            namespace: place.id.namespace.clone(),
            is_upgrade,
            revision,
        },
        capabilities: world.cluster.capabilities()?,
        dialect,
        skip_schema,
    };
    let user = to_node(&Value::Object(values.clone()));
    let prepared = render::prepare(chart, &user, &options);
    if let Some(error) = prepared.errors.first() {
        return Err(refused(&error.message));
    }
    let environment = prepared.environment;
    let templates = Templates::new(&environment.chart, dialect, Some(model.templates(view)));
    if let Some(error) = templates.errors().first() {
        return Err(refused(&error.message));
    }
    let rendering = run(&environment, &templates, place, view, dialect)?;
    let part = ChartPart::of(&environment.chart, dialect, world.now());
    Ok(Rendered::new(&rendering, &environment.chart.crds(), part, values, false))
}

fn run(
    environment: &render::Environment,
    templates: &Templates,
    place: &Place,
    view: &ChartView,
    dialect: Dialect,
) -> Result<render::Rendering, Error> {
    let host = place.site.host();
    let config = RunConfig { limits: view.settings.limits, ..RunConfig::default() };
    let (files, failed) =
        render::run_telling(environment, templates, &*host, &config, |_| true, |_| false, |_| {});
    if let Some(failed) = failed.into_iter().next() {
        return Err(refused(&failed.error.message));
    }
    let (rendering, unreadable) = render::Rendering::new(files, dialect);
    match unreadable.first() {
        Some(error) => Err(refused(&error.message)),
        None => Ok(rendering),
    }
}

fn refused(message: &str) -> Error {
    Error::new(ErrorKind::Manifest, message)
}
