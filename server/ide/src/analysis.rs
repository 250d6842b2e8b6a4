//! One chart, for one target, at one moment: what every feature is asked of.
//!
//! It is immutable and cheap to make anew from the last one: the chart, its merged values and the parsed
//! sources are shared. What is computed on the way (who calls which define, what it is passed) is remembered
//! for as long as the snapshot lives.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use chart::Chart;
use rustc_hash::FxHashMap;
use syntax::{ActionId, Argument};
use text::{FileId, FileRange, TextRange};
use yaml::Node;

use crate::shape::Shape;
use crate::source::{TemplateSource, ValuesSource};
use crate::values_schema::SchemaSource;

/// What an [`Analysis`] is made from.
#[derive(Clone, Debug)]
pub struct Input {
    /// The chart with its dependencies processed for the target.
    pub chart: Chart,
    /// The values that its templates see, the target's laid over the chart's own.
    pub values: Node,
    /// Templates of the chart and its subcharts, in the order in which Helm parses them.
    pub templates: Vec<Arc<TemplateSource>>,
    /// The target's values files, the one that wins first, then each chart's own `values.yaml`.
    pub values_files: Vec<Arc<ValuesSource>>,
    /// The schemas of the chart and its subcharts.
    pub schemas: Vec<Arc<SchemaSource>>,
    /// The name and namespace that the target renders for.
    pub release: render::Release,
    /// What templates are told of the cluster.
    pub capabilities: chart::capabilities::Capabilities,
    /// Which Helm.
    pub dialect: chart::Dialect,
}

/// One chart, for one target, at one moment.
#[derive(Debug)]
pub struct Analysis {
    pub(crate) input: Input,
    by_file: FxHashMap<FileId, usize>,
    calls: OnceLock<HashMap<String, Vec<CallSite>>>,
    definitions: OnceLock<HashMap<String, Vec<(usize, TextRange)>>>,
    passed: Mutex<HashMap<String, Option<Shape>>>,
}

/// An `include` or `template` by a constant name.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallSite {
    source: usize,
    /// Which of the template's uses.
    at: usize,
    /// The name between its quotes.
    pub(crate) name: FileRange,
}

impl Analysis {
    /// Looks at nothing yet.
    pub fn new(input: Input) -> Self {
        let by_file = input.templates.iter().enumerate().map(|(at, it)| (it.file, at)).collect();
        Self {
            input,
            by_file,
            calls: OnceLock::new(),
            definitions: OnceLock::new(),
            passed: Mutex::default(),
        }
    }

    /// The template with that number.
    pub fn template(&self, file: FileId) -> Option<&TemplateSource> {
        self.by_file.get(&file).map(|&at| &*self.input.templates[at])
    }

    /// The values file with that number.
    pub fn values_file(&self, file: FileId) -> Option<&ValuesSource> {
        self.input.values_files.iter().find(|it| it.file == file).map(|it| &**it)
    }

    /// The chart with that full path.
    pub fn chart(&self, full_path: &str) -> Option<&Chart> {
        let names = full_path.strip_prefix(self.input.chart.name())?;
        names.split("/charts/").skip(1).try_fold(&self.input.chart, |chart, name| chart.dependency(name))
    }

    /// What `.Values` is for the templates of a chart.
    pub(crate) fn values(&self, chart: &str) -> Option<Node> {
        let names = chart.strip_prefix(self.input.chart.name())?;
        names.split("/charts/").skip(1).try_fold(&self.input.values, |node, name| node.get(name)).cloned()
    }

    /// Everyone who calls a define, with what they pass.
    pub(crate) fn callers(&self, name: &str) -> Vec<(&TemplateSource, ActionId, Argument<'_>)> {
        let mut found = Vec::new();
        for site in self.call_sites(name) {
            let source = &*self.input.templates[site.source];
            if let Some(it) = source.ast().template_uses().get(site.at) {
                found.push((source, it.action, it.argument));
            }
        }
        found
    }

    /// Everywhere that a define is called by its name.
    pub(crate) fn call_sites(&self, name: &str) -> &[CallSite] {
        let calls = self.calls.get_or_init(|| {
            let mut calls: HashMap<String, Vec<CallSite>> = HashMap::new();
            for (source, template) in self.input.templates.iter().enumerate() {
                for (at, it) in template.ast().template_uses().iter().enumerate() {
                    let site = CallSite { source, at, name: template.at(it.name.content) };
                    calls.entry(it.name.value.clone()).or_default().push(site);
                }
            }
            calls
        });
        calls.get(name).map_or(&[], Vec::as_slice)
    }

    /// Everywhere that a name is defined, the definition that Helm takes first: the last one parsed.
    pub(crate) fn definitions(&self, name: &str) -> Vec<(&TemplateSource, TextRange)> {
        let found = self.all_definitions().get(name).into_iter().flatten().rev();
        found.map(|&(source, range)| (&*self.input.templates[source], range)).collect()
    }

    /// Every name that is defined, with the source and the range of the name between its quotes.
    pub(crate) fn all_definitions(&self) -> &HashMap<String, Vec<(usize, TextRange)>> {
        self.definitions.get_or_init(|| {
            let mut all: HashMap<String, Vec<(usize, TextRange)>> = HashMap::new();
            for (source, template) in self.input.templates.iter().enumerate() {
                for definition in template.ast().definitions() {
                    let name = definition.name;
                    all.entry(name.value.clone()).or_default().push((source, name.content));
                }
            }
            all
        })
    }

    /// What callers pass to a define: computed once. While it is being computed, nothing is known of it, which
    /// ends the search where defines call each other in a circle.
    pub(crate) fn passed(&self, name: &str, compute: impl FnOnce() -> Shape) -> Shape {
        let lock = || self.passed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = lock().get(name) {
            return known.clone().unwrap_or_default();
        }
        lock().insert(name.to_owned(), None);
        let shape = compute();
        lock().insert(name.to_owned(), Some(shape.clone()));
        shape
    }
}
