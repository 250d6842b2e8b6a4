//! The files of a chart in the form in which features take them, shared from one model to the next.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use chart::{Chart, SourceFile};
use ide::{Input, SchemaSource, TemplateSource, ValuesSource};
use render::Environment;
use text::{FileId, FileTable};

use super::Base;
use crate::state::{ChartView, Syntax};

/// A source is the same for as long as its bytes, its chart and its being open are.
type Key = (FileId, Arc<str>);

/// Templates and values files.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    templates: Vec<(Made, Arc<TemplateSource>)>,
    values: Vec<(Made, Arc<ValuesSource>)>,
    schemas: Vec<(Made, Arc<SchemaSource>)>,
}

/// What a source was made from.
#[derive(Clone, Debug)]
struct Made {
    key: Key,
    data: Arc<[u8]>,
    open: bool,
}

impl Made {
    fn same(&self, other: &Self) -> bool {
        self.key == other.key && Arc::ptr_eq(&self.data, &other.data) && self.open == other.open
    }
}

impl Sources {
    pub(crate) fn new(view: &ChartView, base: &Base, table: &FileTable, last: Option<&Self>) -> Self {
        let Some(environment) = &base.environment else { return Self::default() };
        let maker = Maker::new(view, last);
        let mut templates: Vec<_> = environment
            .chart
            .all()
            .into_iter()
            .flat_map(|chart| templates_of(chart).map(move |file| (chart, file)))
            .map(|(chart, file)| {
                let name = chart.full_file_path(file);
                // Helm's order of parsing (`sortTemplates`): the deepest first, and by name backwards.
                (Reverse((depth(&name), name)), maker.template(chart, file))
            })
            .collect();
        templates.sort_by(|(a, _), (b, _)| a.cmp(b));
        let templates = templates.into_iter().map(|(_, template)| template).collect();
        let root = &environment.chart.full_path;
        let below = |path: &str| -> Arc<str> {
            path.strip_prefix(&view.base).map_or(path, |it| it.trim_start_matches('/')).into()
        };
        let user = view.values.iter().rev();
        let user = user.map(|it| maker.values(it.id, below(&it.name), root.clone(), it.data.clone()));
        let own = environment.chart.all().into_iter().filter_map(|chart| {
            let file = chart.values_file.as_ref()?;
            let path = below(table.path(file.id));
            Some(maker.values(file.id, path, chart.full_path.clone(), file.data.clone()))
        });
        let values = user.chain(own).collect();
        let schemas = environment.chart.all().into_iter();
        let schemas = schemas.filter_map(|chart| Some(maker.schema(chart, chart.schema.as_ref()?))).collect();
        Self { templates, values, schemas }
    }

    /// What an analysis is made from.
    pub(crate) fn input(&self, environment: &Environment) -> Input {
        Input {
            chart: environment.chart.clone(),
            values: environment.values.clone(),
            templates: self.templates.iter().map(|(_, it)| it.clone()).collect(),
            values_files: self.values.iter().map(|(_, it)| it.clone()).collect(),
            schemas: self.schemas.iter().map(|(_, it)| it.clone()).collect(),
            release: environment.release.clone(),
            capabilities: environment.capabilities.clone(),
            dialect: environment.dialect,
        }
    }
}

fn depth(name: &str) -> usize {
    name.matches('/').count()
}

/// Of a library chart only the partials count.
fn templates_of(chart: &Chart) -> impl Iterator<Item = &SourceFile> {
    let is_partial =
        |file: &SourceFile| file.path.rsplit('/').next().is_some_and(|name| name.starts_with('_'));
    chart.templates.iter().filter(move |file| !chart.is_library() || is_partial(file))
}

struct Maker<'v> {
    view: &'v ChartView,
    /// The bytes as they are on the screen: those of the chart may be older.
    bytes: HashMap<FileId, &'v Arc<[u8]>>,
    templates: HashMap<&'v Key, &'v (Made, Arc<TemplateSource>)>,
    values: HashMap<&'v Key, &'v (Made, Arc<ValuesSource>)>,
    schemas: HashMap<&'v Key, &'v (Made, Arc<SchemaSource>)>,
}

impl<'v> Maker<'v> {
    fn new(view: &'v ChartView, last: Option<&'v Sources>) -> Self {
        let bytes = view.files.iter().map(|it| (it.id, &it.data)).collect();
        let templates = last.into_iter().flat_map(|it| &it.templates).map(|it| (&it.0.key, it)).collect();
        let values = last.into_iter().flat_map(|it| &it.values).map(|it| (&it.0.key, it)).collect();
        let schemas = last.into_iter().flat_map(|it| &it.schemas).map(|it| (&it.0.key, it)).collect();
        Self { view, bytes, templates, values, schemas }
    }

    fn made(&self, id: FileId, chart: &Arc<str>, data: Arc<[u8]>) -> Made {
        Made { key: (id, chart.clone()), data, open: self.view.document(id).is_some() }
    }

    fn template(&self, chart: &Chart, file: &SourceFile) -> (Made, Arc<TemplateSource>) {
        let data = self.bytes.get(&file.id).map_or(&file.data, |it| *it);
        let made = self.made(file.id, &chart.full_path, data.clone());
        if let Some(known) = self.templates.get(&made.key).filter(|(known, _)| known.same(&made)) {
            return (*known).clone();
        }
        let (path, full_path) = (file.path.clone(), chart.full_path.clone());
        let source = match self.view.document(file.id).and_then(|it| it.syntax()) {
            Some(Syntax::Template(document)) => {
                TemplateSource::open(file.id, path, full_path, document.clone())
            }
            Some(Syntax::Yaml(_)) | None => TemplateSource::new(file.id, path, full_path, text(data)),
        };
        (made, Arc::new(source))
    }

    fn schema(&self, chart: &Chart, file: &SourceFile) -> (Made, Arc<SchemaSource>) {
        let made = self.made(file.id, &chart.full_path, file.data.clone());
        if let Some(known) = self.schemas.get(&made.key).filter(|(known, _)| known.same(&made)) {
            return (*known).clone();
        }
        let source = SchemaSource::new(file.id, chart.full_path.clone(), text(&file.data));
        (made, Arc::new(source))
    }

    fn values(
        &self,
        id: FileId,
        path: Arc<str>,
        chart: Arc<str>,
        data: Arc<[u8]>,
    ) -> (Made, Arc<ValuesSource>) {
        let made = self.made(id, &chart, data);
        if let Some(known) = self.values.get(&made.key).filter(|(known, _)| known.same(&made)) {
            return (*known).clone();
        }
        let source = match self.view.document(id).and_then(|it| it.syntax()) {
            Some(Syntax::Yaml(document)) => ValuesSource::open(id, path, chart, document.clone()),
            Some(Syntax::Template(_)) | None => ValuesSource::new(id, path, chart, text(&made.data)),
        };
        (made, Arc::new(source))
    }
}

fn text(data: &[u8]) -> Arc<str> {
    String::from_utf8_lossy(data).into()
}
