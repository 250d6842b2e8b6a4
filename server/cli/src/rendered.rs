//! A chart rendered by a command, with all that is needed to say where something comes from.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use chart::capabilities::{Capabilities, KubeVersion};
use chart::values::UserValues;
use chart::{Chart, Dialect};
use render::{Environment, Options, Output, PrintConfig, Release, Rendering, RunConfig, Templates};
use template::Host;
use text::{Encoding, FileId, FileRange, FileTable, LineColumn, LineIndex};

use crate::charts::load_for_rendering;
use crate::flags::{Global, ValuesFlags};
use crate::report::report;

/// What is to be rendered.
#[derive(Debug)]
pub(crate) struct Request<'r> {
    pub(crate) chart: &'r Path,
    pub(crate) values: &'r ValuesFlags,
    pub(crate) release: Release,
    pub(crate) dialect: Dialect,
    pub(crate) kube_version: Option<&'r str>,
    /// Not to hold the values against the schema.
    pub(crate) skip_schema: bool,
    /// Only templates whose path ends so.
    pub(crate) template: Option<&'r str>,
    pub(crate) limits: template::Limits,
}

impl<'r> Request<'r> {
    /// What a chart comes to when it is installed under a name, whatever is in a cluster.
    pub(crate) fn of_first(
        global: &Global,
        chart: &'r Path,
        values: &'r ValuesFlags,
        name: String,
        kube_version: Option<&'r str>,
    ) -> Self {
        let namespace = global.namespace().to_owned();
        Self {
            chart,
            values,
            release: Release { name, namespace, is_upgrade: false, revision: 1 },
            dialect: global.helm.dialect(),
            kube_version,
            skip_schema: false,
            template: None,
            limits: global.limits.limits(),
        }
    }
}

/// A rendering, its text, and the sources behind it.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) rendering: Rendering,
    pub(crate) output: Output,
    pub(crate) sources: Sources,
    pub(crate) environment: Environment,
    pub(crate) templates: Templates,
    pub(crate) user: UserValues,
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
    /// Those of a chart and of the values that it was rendered with.
    pub(crate) fn new(
        table: FileTable,
        folder: &Path,
        chart: &Chart,
        texts: Vec<(FileId, Arc<[u8]>)>,
    ) -> Self {
        let here = std::env::current_dir().map(|here| project::text_of(&here)).unwrap_or_default();
        let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let bases = vec![project::text_of(folder), project::text_of(&absolute), here];
        let mut sources = Self { table, texts, bases };
        sources.add_chart(chart);
        sources
    }

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

    /// `templates/a.yaml:3`; an argument of the `--set` family has no lines.
    pub(crate) fn line(&self, at: FileRange) -> String {
        match self.line_column(at) {
            Some(place) => format!("{}:{}", self.path(at.file), place.line + 1),
            None => self.path(at.file).to_owned(),
        }
    }

    /// `templates/a.yaml:3:7`
    pub(crate) fn place(&self, at: FileRange) -> String {
        match self.line_column(at) {
            Some(place) => format!("{}:{}:{}", self.path(at.file), place.line + 1, place.column + 1),
            None => self.path(at.file).to_owned(),
        }
    }

    /// Line and column of its start in characters, from 0; `None` for what has no lines.
    pub(crate) fn line_column(&self, at: FileRange) -> Option<LineColumn> {
        let text = self.text(at.file).filter(|_| !self.is_argument(at.file))?;
        Some(LineIndex::new(text).line_column(text, at.range.start(), Encoding::Utf32))
    }

    /// The line that `templates/a.yaml:7` names, if there is such a file with such a line.
    pub(crate) fn named_line(&self, name: &str) -> Option<FileRange> {
        let (path, line) = name.rsplit_once(':')?;
        let line: u32 = line.parse().ok().filter(|it| *it > 0)?;
        let (file, _) = self.texts.iter().find(|(id, _)| self.path(*id) == path)?;
        let text = self.text(*file)?;
        let index = LineIndex::new(text);
        let range = (line <= index.line_count()).then(|| index.line_range(text, line - 1))?;
        Some(FileRange { file: *file, range })
    }

    /// Whether it is no file but an argument of the `--set` family.
    pub(crate) fn is_argument(&self, file: FileId) -> bool {
        self.table.path(file).starts_with("--set")
    }

    fn add_chart(&mut self, chart: &Chart) {
        self.texts.extend(chart.raw.iter().map(|file| (file.id, file.data.clone())));
        chart.dependencies.iter().for_each(|child| self.add_chart(child));
    }
}

/// Why there is no chart, with the file to blame.
#[derive(Debug)]
pub(crate) struct Unloaded {
    pub(crate) error: render::Error,
    pub(crate) sources: Sources,
}

impl Unloaded {
    /// The same error, with the place in the file if it has one.
    fn of(error: anyhow::Error, table: FileTable, chart: &Path) -> anyhow::Error {
        let Some(at) = error.downcast_ref::<chart::LoadError>().and_then(|it| it.at) else { return error };
        let message = error.to_string();
        let error = render::Error {
            kind: render::ErrorKind::Values,
            reason: message.clone(),
            message,
            at: Some(at),
            chain: Vec::new(),
            rendered: None,
        };
        let texts = std::fs::read(&**table.path(at.file)).map(|data| (at.file, data.into()));
        let sources =
            Sources { texts: texts.into_iter().collect(), bases: vec![project::text_of(chart)], table };
        Self { error, sources }.into()
    }
}

impl std::fmt::Display for Unloaded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.error.message)
    }
}

impl std::error::Error for Unloaded {}

/// Renders as far as it goes; what is wrong is among the errors. Fails where there is no chart at all.
pub(crate) fn render(request: &Request<'_>, host: &dyn Host) -> Result<Rendered> {
    let dialect = request.dialect;
    let mut table = FileTable::default();
    let (user, texts) = request.values.read_with_texts(&mut table, dialect)?;
    let chart = match load_for_rendering(request.chart, &mut table, dialect) {
        Ok(chart) => chart,
        Err(error) => return Err(Unloaded::of(error, table, request.chart)),
    };
    let mut capabilities = Capabilities::defaults(dialect);
    if let Some(version) = request.kube_version {
        capabilities.kube_version = KubeVersion::parse(version, dialect).map_err(anyhow::Error::msg)?;
    }
    let options =
        Options { release: request.release.clone(), capabilities, dialect, skip_schema: request.skip_schema };
    let prepared = render::prepare(&chart, &user.merged, &options);
    let environment = prepared.environment;
    let templates = Templates::new(&environment.chart, dialect, None);
    let mut errors = prepared.errors;
    errors.extend(templates.errors());
    // Whatever else is wrong is told as well, so that one template must not use up everything.
    let config = RunConfig { traced: true, limits: request.limits, parts: 4, ..RunConfig::default() };
    let wanted = |file: &render::TemplateFile| request.template.is_none_or(|path| file.name.ends_with(path));
    let (files, failed) = render::run(&environment, &templates, host, &config, wanted, |_| true);
    errors.extend(failed.into_iter().map(|it| it.error));
    let (rendering, unreadable) = Rendering::new(files, dialect);
    errors.extend(unreadable);
    let output = rendering.print(&[], &PrintConfig::default());
    let sources = Sources::new(table, request.chart, &environment.chart, texts);
    Ok(Rendered { rendering, output, sources, environment, templates, user, errors })
}

impl Rendered {
    /// Everything that is wrong, for people; nothing where nothing is.
    pub(crate) fn reports(&self, colour: bool) -> Vec<String> {
        let report = |error| {
            let hint = render::hint(error, &self.environment, &self.templates);
            report(error, hint.as_ref(), &self.sources, colour)
        };
        self.errors.iter().map(report).collect()
    }

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
