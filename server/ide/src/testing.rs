//! Charts in strings, for the tests of features.

use std::sync::Arc;

use chart::capabilities::Capabilities;
use chart::{Dialect, LoadContext, SourceFile};
use fixtures::Fixture;
use render::{Options, Release};

use crate::analysis::{Analysis, Input};
use crate::source::{TemplateSource, ValuesSource};
use crate::values_schema::SchemaSource;

/// The analysis of a fixture. Without a `Chart.yaml` it gets one; `*.values.yaml` are the target's files.
#[track_caller]
pub(crate) fn analyse(fixture: &Fixture) -> Analysis {
    let mut table = fixture.table().clone();
    let mut files: Vec<SourceFile> = fixture
        .files()
        .map(|(path, text)| SourceFile::new(path, table.intern(path), text.as_bytes()))
        .collect();
    if !files.iter().any(|it| &*it.path == "Chart.yaml") {
        let text = b"apiVersion: v2\nname: app\nversion: 1.0.0\n";
        files.push(SourceFile::new("Chart.yaml", table.intern("Chart.yaml"), &text[..]));
    }
    let dialect = Dialect::Helm4;
    let overrides: Vec<SourceFile> =
        files.iter().filter(|it| it.path.ends_with(".values.yaml")).cloned().collect();
    let mut context = LoadContext { table: &mut table, base: "", dialect };
    let chart = chart::load(files, &mut context).expect("the fixture is a chart");
    let user: Vec<_> = overrides
        .iter()
        .map(|it| yaml::parse(it.text().unwrap(), it.id, yaml::Numbers::AsJson).expect("values are YAML"))
        .collect();
    let user = chart::values::merge_files(&user);
    let options = Options {
        release: Release { name: "demo".into(), namespace: "space".into(), is_upgrade: false, revision: 1 },
        capabilities: Capabilities::defaults(dialect),
        dialect,
        skip_schema: false,
    };
    let environment = render::prepare(&chart, &user, &options).environment;
    let templates = render::Templates::new(&environment.chart, dialect, None);
    let text = |file: &SourceFile| -> Arc<str> { file.text().unwrap().into() };
    let template = |it: &render::TemplateFile| {
        Arc::new(TemplateSource::new(
            it.source.id,
            it.source.path.clone(),
            it.chart.clone(),
            text(&it.source),
        ))
    };
    let mut values_files: Vec<Arc<ValuesSource>> = Vec::new();
    let root = environment.chart.full_path.clone();
    for file in overrides.iter().rev() {
        values_files.push(Arc::new(ValuesSource::new(file.id, file.path.clone(), root.clone(), text(file))));
    }
    for chart in environment.chart.all() {
        if let Some(file) = &chart.values_file {
            let path: Arc<str> = table.path(file.id).clone();
            values_files.push(Arc::new(ValuesSource::new(
                file.id,
                path,
                chart.full_path.clone(),
                text(file),
            )));
        }
    }
    let schemas = environment.chart.all().into_iter().filter_map(|chart| {
        let file = chart.schema.as_ref()?;
        Some(Arc::new(SchemaSource::new(file.id, chart.full_path.clone(), text(file))))
    });
    Analysis::new(Input {
        schemas: schemas.collect(),
        chart: environment.chart.clone(),
        values: environment.values.clone(),
        templates: templates.files().iter().map(template).collect(),
        values_files,
        release: environment.release.clone(),
        capabilities: environment.capabilities.clone(),
        dialect,
    })
}
