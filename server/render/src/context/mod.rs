//! The dot of every template: `.Values`, `.Chart`, `.Release`, `.Capabilities`, `.Files`, `.Subcharts`.
//!
//! Each chart has one context, a map that all its templates share (`recAllTpls` in Helm's `engine.go`): a
//! template that writes into it is seen by those that run after it. `.Template` is set before each runs.

mod objects;
mod record;

use rustc_hash::FxHashMap;
use std::sync::Arc;

use chart::Chart;
use golang::Dialect;
use template::{Map, MapType, Value, Watch};

use crate::Environment;

/// Where the values of the chart are watched.
pub(crate) const VALUES: &str = "values";

/// Where `.Files` are watched, each chart's below its full path.
pub(crate) const FILES: &str = "files";

/// The contexts of a chart and all below it, by the charts' full paths.
#[derive(Debug)]
pub(crate) struct Contexts {
    by_chart: FxHashMap<Arc<str>, Map>,
    dialect: Dialect,
}

/// Below `global.x`, parent and child hold the same maps (`coalesceGlobals` copies no deeper): a template that
/// writes into one is seen through the other.
fn share_globals(parent: &Map, child: &Map) {
    let map = |of: &Map, key: &[u8]| of.get(key).and_then(|it| it.as_map().cloned());
    let (Some(above), Some(below)) = (map(parent, b"global"), map(child, b"global")) else { return };
    for (key, _) in above.to_vec() {
        let (Some(above), Some(below)) = (map(&above, &key), map(&below, &key)) else { continue };
        for (key, value) in above.to_vec() {
            if value.as_map().is_some() && map(&below, &key).is_some() {
                below.set(key, value);
            }
        }
    }
}

impl Contexts {
    /// Builds them for a chart whose dependencies are processed and whose values are coalesced.
    pub(crate) fn new(environment: &Environment) -> Self {
        let dialect = environment.dialect;
        let values = Value::from_node(&environment.values);
        let values = values.as_map().cloned().unwrap_or_default();
        let release = objects::release(&environment.release);
        let capabilities = objects::capabilities(&environment.capabilities, dialect);
        let mut contexts = Self { by_chart: FxHashMap::default(), dialect };
        contexts.add(&environment.chart, &values, &release, &capabilities);
        contexts
    }

    fn add(&mut self, chart: &Chart, values: &Map, release: &Value, capabilities: &Value) -> Map {
        let subcharts = Map::new();
        let entries: [(&str, Value); 6] = [
            ("Chart", objects::chart(chart, self.dialect)),
            ("Files", objects::files(chart)),
            ("Release", release.clone()),
            ("Capabilities", capabilities.clone()),
            ("Values", values.retyped(MapType::Values(self.dialect)).into()),
            ("Subcharts", subcharts.clone().into()),
        ];
        let context: Map = entries.into_iter().collect();
        for child in &chart.dependencies {
            let own = values.get(child.name().as_bytes()).and_then(|it| it.as_map().cloned());
            let own = own.unwrap_or_default();
            share_globals(values, &own);
            let below = self.add(child, &own, release, capabilities);
            subcharts.set(child.name(), below.into());
        }
        self.by_chart.insert(chart.full_path.clone(), context.clone());
        context
    }

    /// Lets someone watch what templates do with all that they share.
    pub(crate) fn watch(&self, environment: &Environment, watch: &Watch) {
        if let Some(values) = self.value(&environment.chart.full_path, "Values") {
            watch.over(&values, &[VALUES]);
        }
        for (chart, context) in &self.by_chart {
            if let Some(files) = self.value(chart, "Files") {
                watch.over(&files, &[FILES, chart]);
            }
            watch.over_writes(&context.clone().into());
        }
    }

    fn value(&self, chart: &str, name: &str) -> Option<Value> {
        self.by_chart.get(chart)?.get(name.as_bytes())
    }

    /// The dot of a template, with `.Template` set for it.
    pub(crate) fn dot(&self, chart: &str, template: &str) -> Value {
        let Some(context) = self.by_chart.get(chart) else { return Value::NIL };
        let entries = [("Name", template.to_owned()), ("BasePath", format!("{chart}/templates"))];
        let about: Map = entries.into_iter().collect();
        context.set("Template", about.retyped(MapType::Values(self.dialect)).into());
        context.retyped(MapType::Values(self.dialect)).into()
    }
}
