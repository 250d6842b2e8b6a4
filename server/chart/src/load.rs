//! From files to a chart: which file means what, subcharts included.
//!
//! Helm stops at the first thing that is wrong. [`load`] does so too; [`load_tolerant`] goes on with what there
//! is, because in an editor half of a file is the normal state: a `values.yaml` that cannot be read is replaced by
//! its last good state, a broken `Chart.yaml` gives what could be read of it.

mod documents;
mod known;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use golang::{Dialect, path};
use text::{FileId, FileRange, FileTable};
use yaml::{Node, Value};

use crate::chart::ChartData;
use crate::decode::{DecodeError, convert_error, unmarshal_error};
use crate::metadata::{self, read_api_version, read_lock, read_metadata};
use crate::{Chart, InTurn, Lock, Metadata, SourceFile, Spread, archive};

pub(crate) use documents::read_values;
pub use documents::{BadSeparator, documents, read_first_map};
pub use known::KnownFiles;

/// What loading needs besides the files.
#[derive(Debug)]
pub struct LoadContext<'t> {
    /// Gives members of archives their numbers.
    pub table: &'t mut FileTable,
    /// The path of the chart, which the paths of members of archives begin with.
    pub base: &'t str,
    /// Which Helm.
    pub dialect: Dialect,
}

/// Why a chart cannot be loaded, or what was wrong with it.
#[derive(Clone, Debug)]
pub struct LoadError {
    /// What kind of trouble.
    pub kind: LoadErrorKind,
    /// Helm's text for the whole load, with what it puts before the text of a subchart.
    pub message: String,
    /// Where.
    pub at: Option<FileRange>,
}

/// Kinds of trouble with a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadErrorKind {
    /// There is no `Chart.yaml`.
    NotAChart,
    /// `Chart.yaml` cannot be read.
    ChartYaml,
    /// `Chart.yaml` says something that may not be.
    Validation,
    /// An API version that this Helm does not know.
    UnsupportedVersion,
    /// `values.yaml` cannot be read.
    Values,
    /// A lock file cannot be read.
    Lock,
    /// `requirements.yaml` cannot be read.
    Requirements,
    /// A packed subchart cannot be unpacked.
    Archive,
    /// Charts in charts in charts.
    TooDeep,
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for LoadError {}

/// The values that files had when they could last be read.
pub type LastGood = HashMap<FileId, Node>;

/// A chart as far as it could be loaded.
#[derive(Clone, Debug)]
pub struct LoadedChart {
    /// The chart; `None` where there is no `Chart.yaml`.
    pub chart: Option<Chart>,
    /// All that was wrong, in the order in which Helm would find it.
    pub errors: Vec<LoadError>,
    /// What reading its files came to: the next loading need not do that again.
    pub known: KnownFiles,
}

/// Helm does not bound this; no one nests charts by hand.
const MAX_NESTING: usize = 32;

/// Loads a chart as Helm does: all of it or the first error.
///
/// The order of `files` is the order of templates; Helm's is bytewise by path.
pub fn load(files: Vec<SourceFile>, context: &mut LoadContext) -> Result<Chart, LoadError> {
    load_spread(files, context, &InTurn)
}

/// The same, with the values of the chart and its subcharts read at once.
pub fn load_spread(
    files: Vec<SourceFile>,
    context: &mut LoadContext,
    spread: &dyn Spread,
) -> Result<Chart, LoadError> {
    let last_good = HashMap::new();
    let known = KnownFiles::read_values(&files, context.dialect, spread);
    let mut loader = Loader::new(true, &last_good, &known, context.dialect);
    let base = context.base.to_owned();
    loader.root(files, context.table, &base).map(|chart| chart.placed(None))
}

/// Like [`load`], without the look at the API version that Helm 4 takes first: lint leaves it out.
pub fn load_any_version(files: Vec<SourceFile>, context: &mut LoadContext) -> Result<Chart, LoadError> {
    let (last_good, known) = (HashMap::new(), KnownFiles::default());
    let mut loader = Loader::new(true, &last_good, &known, context.dialect);
    let base = context.base.to_owned();
    loader.chart(files, context.table, &base, 0).map(|chart| chart.placed(None))
}

/// Loads what can be loaded. `last_good` has the values that files had when they could last be read, `known` what
/// the last loading of the chart told.
pub fn load_tolerant(
    files: Vec<SourceFile>,
    context: &mut LoadContext,
    last_good: &LastGood,
    known: &KnownFiles,
) -> LoadedChart {
    let mut loader = Loader::new(false, last_good, known, context.dialect);
    let base = context.base.to_owned();
    let chart = match loader.root(files, context.table, &base) {
        Ok(chart) => Some(chart.placed(None)),
        Err(error) => {
            loader.errors.push(error);
            None
        }
    };
    LoadedChart { chart, errors: loader.errors, known: loader.now_known }
}

struct Loader<'g> {
    strict: bool,
    last_good: &'g LastGood,
    known: &'g KnownFiles,
    dialect: Dialect,
    errors: Vec<LoadError>,
    now_known: KnownFiles,
}

type Result<T, E = LoadError> = std::result::Result<T, E>;

/// The files of a chart by their meaning.
#[derive(Default)]
struct Buckets {
    values_file: Option<SourceFile>,
    values: Option<Node>,
    lock: Option<Arc<Lock>>,
    schema: Option<SourceFile>,
    templates: Vec<SourceFile>,
    files: Vec<SourceFile>,
    /// By the first part of the path below `charts/`; what is left of the path after `charts/` is theirs.
    subcharts: BTreeMap<String, Vec<SourceFile>>,
}

impl<'g> Loader<'g> {
    fn new(strict: bool, last_good: &'g LastGood, known: &'g KnownFiles, dialect: Dialect) -> Self {
        let (errors, now_known) = (Vec::new(), KnownFiles::default());
        Self { strict, last_good, known, dialect, errors, now_known }
    }

    /// In tolerant mode, notes the error and goes on.
    fn report(&mut self, error: LoadError) -> Result<()> {
        if self.strict {
            return Err(error);
        }
        self.errors.push(error);
        Ok(())
    }

    fn root(&mut self, files: Vec<SourceFile>, table: &mut FileTable, base: &str) -> Result<Chart> {
        if self.dialect == Dialect::Helm4 {
            self.check_api_version(&files)?;
        }
        self.chart(files, table, base, 0)
    }

    /// Helm 4 looks at the API version alone before anything else, and of the root chart only.
    fn check_api_version(&mut self, files: &[SourceFile]) -> Result<()> {
        let Some(file) = files.iter().find(|file| &*file.path == "Chart.yaml") else { return Ok(()) };
        // That it cannot be read is said where it is read in full, but for the type that is named there.
        let Ok(node) = parse_typed(file) else { return Ok(()) };
        let problem = match read_api_version(&node).as_deref() {
            Ok("" | "v1" | "v2") => return Ok(()),
            Ok(_) => error(
                LoadErrorKind::UnsupportedVersion,
                "unsupported chart version",
                at_key(&node, "apiVersion"),
            ),
            // In tolerant mode the full reading says the same of the same place.
            Err(_) if !self.strict => return Ok(()),
            Err(problem) => decode_error(LoadErrorKind::ChartYaml, "Chart.yaml", problem.clone()),
        };
        self.report(problem)
    }

    fn chart(
        &mut self,
        files: Vec<SourceFile>,
        table: &mut FileTable,
        base: &str,
        depth: usize,
    ) -> Result<Chart> {
        let raw: Arc<[SourceFile]> = files.into();
        let told = self.errors.len();
        let mut metadata = self.chart_yaml(&raw)?;
        let is_read = self.errors.len() == told;
        let mut buckets = Buckets::default();
        for file in raw.iter() {
            self.sort(file, &mut metadata, &mut buckets)?;
        }
        let Some(mut metadata) = metadata else {
            return Err(error(LoadErrorKind::NotAChart, "Chart.yaml file is missing", None));
        };
        // Of what could not be read nobody knows what it lacks.
        if let Some(problem) = metadata::validate(&mut metadata).filter(|_| is_read) {
            self.report(LoadError {
                kind: LoadErrorKind::Validation,
                message: problem.message,
                at: problem.at,
            })?;
        }
        let dependencies = self.subcharts(&metadata.name, buckets.subcharts, table, base, depth)?;
        let values = buckets.values.unwrap_or_else(|| Node::computed(Value::empty_map()));
        Ok(Chart::new(ChartData {
            full_path: metadata.name.as_str().into(),
            is_root: true,
            metadata: Arc::new(metadata),
            lock: buckets.lock,
            defaults: values.clone(),
            values,
            values_file: buckets.values_file,
            schema: buckets.schema,
            templates: buckets.templates.into(),
            files: buckets.files.into(),
            raw,
            dependencies,
        }))
    }

    fn chart_yaml(&mut self, files: &[SourceFile]) -> Result<Option<Metadata>> {
        let mut metadata = None;
        for file in files.iter().filter(|file| &*file.path == "Chart.yaml") {
            let metadata = metadata.get_or_insert_with(Metadata::default);
            self.typed(LoadErrorKind::ChartYaml, file, |node, dialect| {
                metadata.source = metadata::Source::new(node);
                read_metadata(node, dialect, metadata)
            })?;
            if metadata.api_version.is_empty() {
                "v1".clone_into(&mut metadata.api_version);
            }
        }
        Ok(metadata)
    }

    /// Reads a typed file; what is wrong with it is reported.
    fn typed(
        &mut self,
        kind: LoadErrorKind,
        file: &SourceFile,
        read: impl FnOnce(&Node, Dialect) -> Option<DecodeError>,
    ) -> Result<()> {
        match parse_typed(file) {
            Ok(node) => match read(&node, self.dialect) {
                None => Ok(()),
                // A null in a list is Validate's to refuse, without the name of the file.
                Some(problem) if problem.message.starts_with("validation:") => self.report(LoadError {
                    kind: LoadErrorKind::Validation,
                    message: problem.message,
                    at: problem.at,
                }),
                Some(problem) => self.report(decode_error(kind, &file.path, problem)),
            },
            Err(problem) => {
                let message = format!("cannot load {}: {}", file.path, convert_error(&problem.message));
                self.report(LoadError { kind, message, at: problem.at })
            }
        }
    }

    fn sort(
        &mut self,
        file: &SourceFile,
        metadata: &mut Option<Metadata>,
        buckets: &mut Buckets,
    ) -> Result<()> {
        match &*file.path {
            "Chart.yaml" => {}
            "Chart.lock" => self.lock(file, buckets)?,
            "values.yaml" => {
                buckets.values = Some(self.values(file)?);
                buckets.values_file = Some(file.clone());
            }
            "values.schema.json" => buckets.schema = Some(file.clone()),
            "requirements.yaml" => {
                let metadata = metadata.get_or_insert_with(Metadata::default);
                self.typed(LoadErrorKind::Requirements, file, |node, dialect| {
                    read_metadata(node, dialect, metadata)
                })?;
                buckets.keep_if_v1(file, metadata);
            }
            "requirements.lock" => {
                self.lock(file, buckets)?;
                buckets.keep_if_v1(file, metadata.get_or_insert_with(Metadata::default));
            }
            name if name.starts_with("templates/") => buckets.templates.push(file.clone()),
            name => match name.strip_prefix("charts/") {
                Some(below) if path::ext(name) != ".prov" => {
                    let first = below.split('/').next().unwrap_or(below);
                    buckets.subcharts.entry(first.to_owned()).or_default().push(file.at(below));
                }
                _ => buckets.files.push(file.clone()),
            },
        }
        Ok(())
    }

    fn lock(&mut self, file: &SourceFile, buckets: &mut Buckets) -> Result<()> {
        self.typed(LoadErrorKind::Lock, file, |node, dialect| {
            let (lock, problem) = read_lock(node, dialect);
            buckets.lock = Some(Arc::new(lock));
            problem
        })
    }

    fn values(&mut self, file: &SourceFile) -> Result<Node> {
        let read = || read_values(&file.data, file.id, self.dialect);
        let came_to = self.known.values(file).unwrap_or_else(read);
        if !self.strict {
            self.now_known.add_values(file, came_to.clone());
        }
        match came_to {
            Ok(node) => Ok(node),
            Err(problem) => {
                let message = format!("cannot load values.yaml: {}", problem.message);
                self.report(LoadError { kind: LoadErrorKind::Values, message, at: problem.at })?;
                let last_good = self.last_good.get(&file.id).cloned();
                Ok(last_good.unwrap_or_else(|| Node::computed(Value::empty_map())))
            }
        }
    }

    /// The subcharts in the order of their names: in Helm it is random where `Chart.yaml` does not list them.
    fn subcharts(
        &mut self,
        parent: &str,
        subcharts: BTreeMap<String, Vec<SourceFile>>,
        table: &mut FileTable,
        base: &str,
        depth: usize,
    ) -> Result<Vec<Chart>> {
        let mut charts = Vec::new();
        for (name, files) in subcharts {
            if name.starts_with(['_', '.']) {
                continue;
            }
            let packed = path::ext(&name) == ".tgz";
            if let Some(file) = files.first().filter(|file| packed && *file.path != name) {
                let message =
                    format!("error unpacking subchart tar in {parent}: expected {name}, got {}", file.path);
                self.report(error(LoadErrorKind::Archive, &message, None))?;
                continue;
            }
            let known = self.errors.len();
            let prefix = format!("error unpacking subchart {name} in {parent}: ");
            let loaded = if depth >= MAX_NESTING {
                Err(error(LoadErrorKind::TooDeep, "charts are nested too deeply", None))
            } else if let Some(file) = files.first().filter(|_| packed) {
                self.packed(file, table, base, depth)
            } else {
                let inner = files.iter().filter_map(|file| Some(file.at(file.path.split_once('/')?.1)));
                let base = format!("{base}/charts/{name}");
                self.chart(inner.collect(), table, &base, depth + 1)
            };
            for noted in &mut self.errors[known..] {
                noted.message.insert_str(0, &prefix);
            }
            match loaded {
                Ok(chart) => charts.push(chart),
                Err(problem) => {
                    self.report(LoadError { message: format!("{prefix}{}", problem.message), ..problem })?;
                }
            }
        }
        Ok(charts)
    }

    /// A subchart in `charts/<name>.tgz`, whose members get numbers under the archive's path.
    fn packed(
        &mut self,
        file: &SourceFile,
        table: &mut FileTable,
        base: &str,
        depth: usize,
    ) -> Result<Chart> {
        let base = format!("{base}/charts/{}", file.path);
        let files = match self.known.archive(file) {
            Some(known) => known,
            None => self.unpack(file, table, &base)?,
        };
        if !self.strict {
            self.now_known.add_archive(file, files.clone());
        }
        self.chart(files, table, &base, depth + 1)
    }

    fn unpack(&self, file: &SourceFile, table: &mut FileTable, base: &str) -> Result<Vec<SourceFile>> {
        let whole = FileRange::new(file.id, 0, 0);
        let members = archive::unpack(&file.data, self.dialect)
            .map_err(|message| error(LoadErrorKind::Archive, &message, Some(whole)))?;
        let member = |member: archive::Member| {
            let id = table.intern(&format!("{base}/{}", member.path));
            SourceFile { path: member.path.into(), id, data: member.data.into() }
        };
        Ok(members.into_iter().map(member).collect())
    }
}

impl Buckets {
    fn keep_if_v1(&mut self, file: &SourceFile, metadata: &Metadata) {
        if metadata.api_version == "v1" {
            self.files.push(file.clone());
        }
    }
}

/// The first document of a file of ours, integers kept.
pub(crate) fn parse_typed(file: &SourceFile) -> Result<Node, DecodeError> {
    documents::parse(&file.data, file.id, yaml::Numbers::AsWritten)
}

fn error(kind: LoadErrorKind, message: &str, at: Option<FileRange>) -> LoadError {
    LoadError { kind, message: message.to_owned(), at }
}

fn decode_error(kind: LoadErrorKind, file: &str, problem: DecodeError) -> LoadError {
    let message = format!("cannot load {file}: {}", unmarshal_error(&problem.message));
    LoadError { kind, message, at: problem.at }
}

fn at_key(node: &Node, key: &str) -> Option<FileRange> {
    node.get(key)?.at
}

#[cfg(test)]
mod tests;
