//! A chart rendered by a command, with all that is needed to say where something comes from.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use chart::capabilities::{Capabilities, KubeVersion};
use chart::{Chart, Dialect};
use render::{Options, Output, PrintConfig, Release, Rendering, RunConfig, Templates};
use template::Host;
use text::{Encoding, FileId, FileRange, FileTable, LineIndex};

use crate::commands::template::load;
use crate::flags::ValuesFlags;

/// What is to be rendered.
#[derive(Debug)]
pub(crate) struct Request<'r> {
    pub(crate) chart: &'r Path,
    pub(crate) values: &'r ValuesFlags,
    pub(crate) release: Release,
    pub(crate) dialect: Dialect,
    pub(crate) kube_version: Option<&'r str>,
    /// Only templates whose path ends so.
    pub(crate) template: Option<&'r str>,
}

/// A rendering, its text, and the sources behind it.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) rendering: Rendering,
    pub(crate) output: Output,
    pub(crate) sources: Sources,
    pub(crate) errors: Vec<render::Error>,
}

/// Names and texts of the files that took part.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    table: FileTable,
    texts: Vec<(FileId, Arc<[u8]>)>,
    /// What is left out in front of paths: the chart's folder, or the one that we are in.
    bases: Vec<String>,
}

impl Sources {
    /// The text of a file of the chart or of a values file.
    pub(crate) fn text(&self, file: FileId) -> Option<&str> {
        let (_, data) = self.texts.iter().find(|(id, _)| *id == file)?;
        std::str::from_utf8(data).ok()
    }

    /// The path of a file, below the chart where it is in the chart.
    pub(crate) fn path(&self, file: FileId) -> &str {
        let path = self.table.path(file);
        let below = |base: &String| path.strip_prefix(base.as_str());
        self.bases.iter().find_map(below).map_or(path, |below| below.trim_start_matches('/'))
    }

    /// `templates/a.yaml:3`
    pub(crate) fn line(&self, at: FileRange) -> String {
        let Some(text) = self.text(at.file) else { return self.path(at.file).to_owned() };
        let place = LineIndex::new(text).line_column(text, at.range.start(), Encoding::Utf32);
        format!("{}:{}", self.path(at.file), place.line + 1)
    }

    fn add_chart(&mut self, chart: &Chart) {
        self.texts.extend(chart.raw.iter().map(|file| (file.id, file.data.clone())));
        chart.dependencies.iter().for_each(|child| self.add_chart(child));
    }
}

/// Renders as far as it goes; what is wrong is among the errors. Fails where there is no chart at all.
pub(crate) fn render(request: &Request<'_>, host: &dyn Host) -> Result<Rendered> {
    let dialect = request.dialect;
    let mut table = FileTable::default();
    let user = request.values.read(&mut table, dialect)?;
    let chart = load(request.chart, &mut table, dialect)?;
    let mut capabilities = Capabilities::defaults(dialect);
    if let Some(version) = request.kube_version {
        capabilities.kube_version = KubeVersion::parse(version, dialect).map_err(anyhow::Error::msg)?;
    }
    let options = Options { release: request.release.clone(), capabilities, dialect, skip_schema: false };
    let prepared = render::prepare(&chart, &user.merged, &options);
    let environment = prepared.environment;
    let templates = Templates::new(&environment.chart, dialect, None);
    let mut errors = prepared.errors;
    errors.extend(templates.errors());
    let config = RunConfig { traced: true, ..RunConfig::default() };
    let wanted = |file: &render::TemplateFile| request.template.is_none_or(|path| file.name.ends_with(path));
    let (files, failed) = render::run(&environment, &templates, host, &config, wanted, |_| true);
    errors.extend(failed.into_iter().map(|it| it.error));
    let (rendering, unreadable) = Rendering::new(files, dialect);
    errors.extend(unreadable);
    let output = rendering.print(&[], &PrintConfig::default());
    let here = std::env::current_dir().map(|here| project::text_of(&here)).unwrap_or_default();
    let mut sources = Sources { bases: vec![project::text_of(request.chart), here], ..Sources::default() };
    sources.add_chart(&environment.chart);
    for name in &request.values.files {
        let path = std::path::absolute(name)?;
        if let (Some(id), Ok(data)) = (table.get(&project::text_of(&path)), std::fs::read(&path)) {
            sources.texts.push((id, data.into()));
        }
    }
    sources.table = table;
    Ok(Rendered { rendering, output, sources, errors })
}

impl Rendered {
    /// Where each line of the output comes from: the template line, and the value's line if it shows one.
    pub(crate) fn origins(&self) -> Vec<String> {
        let mut origins = Vec::new();
        let mut start = 0;
        for line in self.output.text.split_inclusive('\n') {
            let indent = line.len() - line.trim_start().len();
            let value_at = line.find(": ").map_or(indent, |colon| colon + 2);
            let at = |offset: usize| self.rendering.provenance(&self.output, start + offset);
            let end = line.trim_end().len().saturating_sub(1);
            let mut origin =
                at(indent).and_then(|it| it.place).map(|at| self.sources.line(at)).unwrap_or_default();
            let value = (value_at.min(end)..=end).find_map(|offset| at(offset)?.value);
            if let Some(value) = value {
                origin.push_str(&format!(" ← {}", self.sources.line(value)));
            }
            origins.push(origin);
            start += line.len();
        }
        origins
    }
}
