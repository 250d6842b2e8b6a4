//! What can be known of a chart: the one place where the protocol's side meets the engine and the features.
//!
//! A model is made from a [`ChartView`] when someone asks. The one before it is at hand, so that what an edit
//! left alone need not be computed again.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use chart::{Chart, LoadContext, LoadError, SourceFile, load_tolerant};
use text::{FileId, FileTable};
use yaml::Node;

use crate::state::{ChartMemory, ChartView};

/// What can be known of a chart.
#[derive(Debug)]
pub struct Model {
    /// The chart as far as it can be loaded.
    pub chart: Option<Chart>,
    /// Why Helm would not load it, in the order in which it would find out.
    pub errors: Vec<LoadError>,
    /// Numbers of all files, members of archives included.
    pub table: Arc<FileTable>,
    /// What each values file said when it could last be read.
    last_good: HashMap<FileId, Node>,
    /// Files by number, members of archives included.
    sources: OnceLock<HashMap<FileId, SourceFile>>,
}

impl Model {
    pub(crate) fn new(view: &ChartView, memory: &ChartMemory, last: Option<&Self>) -> Self {
        let dialect = view.settings.helm_version.dialect();
        let nothing = HashMap::new();
        let last_good = last.map_or(&nothing, |it| &it.last_good);
        let loaded = memory.with_table(|table| {
            let mut context = LoadContext { table, base: &view.base, dialect };
            load_tolerant(view.files.clone(), &mut context, last_good)
        });
        let last_good = readable_values(loaded.chart.as_ref(), last_good);
        let table = memory.table();
        Self { chart: loaded.chart, errors: loaded.errors, table, last_good, sources: OnceLock::new() }
    }

    /// The text of a file: of the chart, of the target or of an archive in the chart.
    pub(crate) fn text<'m>(&'m self, view: &'m ChartView, file: FileId) -> Option<&'m str> {
        if let Some(values) = view.values.iter().find(|it| it.id == file) {
            return std::str::from_utf8(&values.data).ok();
        }
        self.source(view, file)?.text()
    }

    fn source(&self, view: &ChartView, file: FileId) -> Option<&SourceFile> {
        let collect = || {
            let packed = self.chart.iter().flat_map(Chart::all).flat_map(|it| it.raw.iter());
            packed.chain(&view.files).map(|it| (it.id, it.clone())).collect()
        };
        self.sources.get_or_init(collect).get(&file)
    }
}

/// The values of every chart whose file could be read; where it could not, loading put the last good ones.
fn readable_values(chart: Option<&Chart>, last: &HashMap<FileId, Node>) -> HashMap<FileId, Node> {
    let mut values = last.clone();
    for chart in chart.into_iter().flat_map(Chart::all) {
        if let Some(file) = &chart.values_file {
            values.insert(file.id, chart.defaults.clone());
        }
    }
    values
}
