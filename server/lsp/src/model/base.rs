//! A chart loaded and prepared for its target, as far as that can be done.

use std::collections::HashMap;
use std::sync::Arc;

use chart::capabilities::{Capabilities, KubeVersion};
use chart::coalesce::Warning;
use chart::load::{KnownFiles, LastGood, LoadErrorKind};
use chart::values::{ValuesError, ValuesFile, merge_files, read_file_values};
use chart::{Chart, Dialect, LoadContext, LoadError, load_tolerant};
use render::{Environment, Options, Release, prepare};
use text::FileId;
use yaml::Node;

use crate::helmfiles::Layers;
use crate::releases::Facts;
use crate::settings::Settings;
use crate::state::{ChartView, Circumstances, Numbers, Target};

/// A chart loaded and prepared for its target.
#[derive(Debug)]
pub(crate) struct Base {
    /// The chart as far as it can be loaded.
    pub chart: Option<Chart>,
    /// Why Helm would not load it, in the order in which it would find out.
    pub load_errors: Vec<LoadError>,
    /// Values files of the target that cannot be read.
    pub values_errors: Vec<ValuesError>,
    /// A setting that makes no sense.
    pub setting_error: Option<String>,
    /// What templates will see.
    pub environment: Option<Arc<Environment>>,
    /// Why Helm would refuse.
    pub errors: Vec<render::Error>,
    /// What Helm would grumble about.
    pub warnings: Vec<Warning>,
    made_from: Inputs,
    /// What each values file said when it could last be read.
    last_good: LastGood,
    /// What reading the files of the chart came to.
    known: KnownFiles,
}

/// How much must be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Depth {
    /// All but the texts of templates; which templates there are counts.
    ButTemplates,
    /// Everything.
    All,
}

/// What a base was made from. Bytes are compared by where they are, which is where they were if nobody wrote.
#[derive(Debug)]
struct Inputs {
    files: Vec<(FileId, Arc<[u8]>, bool)>,
    target: Target,
    values: Vec<ValuesFile>,
    given: Option<Arc<Layers>>,
    settings: Arc<Settings>,
    facts: Option<Arc<Facts>>,
}

impl Inputs {
    fn of(view: &ChartView) -> Self {
        let file = |it: &chart::SourceFile| (it.id, it.data.clone(), is_template(&it.path));
        let Circumstances { target, values, given, settings, facts } = view.circumstances();
        Self {
            files: view.files.iter().map(file).collect(),
            target: target.clone(),
            values: values.to_vec(),
            given: given.cloned(),
            settings: settings.clone(),
            facts: facts.cloned(),
        }
    }

    fn circumstances(&self) -> Circumstances<'_> {
        Circumstances {
            target: &self.target,
            values: &self.values,
            given: self.given.as_ref(),
            settings: &self.settings,
            facts: self.facts.as_ref(),
        }
    }

    fn same(&self, view: &ChartView, depth: Depth) -> bool {
        let same_file = |((id, data, template), file): (&(FileId, Arc<[u8]>, bool), &chart::SourceFile)| {
            *id == file.id && (Arc::ptr_eq(data, &file.data) || (*template && depth == Depth::ButTemplates))
        };
        self.files.len() == view.files.len()
            && self.files.iter().zip(&view.files).all(same_file)
            && self.circumstances() == view.circumstances()
    }
}

fn is_template(path: &str) -> bool {
    path.starts_with("templates/") || path.contains("/templates/")
}

impl Base {
    pub(crate) fn new(view: &ChartView, numbers: &Numbers, last: Option<&Self>) -> Self {
        let dialect = view.settings.helm_version.dialect();
        let nothing = LastGood::default();
        let last_good = last.map_or(&nothing, |it| &it.last_good);
        let known = last.map(|it| it.known.clone()).unwrap_or_default();
        let loaded = numbers.give_slowly(|table| {
            let mut context = LoadContext { table, base: &view.base, dialect };
            load_tolerant(view.files.clone(), &mut context, last_good, &known)
        });
        let mut readable = readable_values(loaded.chart.as_ref());
        let (user, values_errors) = user_values(view, dialect, last_good, &mut readable);
        let (options, setting_error) = options(view, dialect);
        let prepared = loaded.chart.as_ref().map(|chart| prepare(chart, &user, &options));
        let (environment, errors, warnings) = match prepared {
            Some(it) => (Some(Arc::new(it.environment)), it.errors, it.warnings),
            None => (None, Vec::new(), Vec::new()),
        };
        Self {
            chart: loaded.chart,
            load_errors: loaded.errors,
            values_errors,
            setting_error,
            environment,
            errors,
            warnings,
            made_from: Inputs::of(view),
            last_good: readable,
            known: loaded.known,
        }
    }

    /// The same with the texts of templates as they are now: what [`Base::new`] would make, where nothing else
    /// than those texts changed.
    pub(crate) fn with_templates(&self, view: &ChartView) -> Self {
        let now: HashMap<FileId, &Arc<[u8]>> = view.files.iter().map(|it| (it.id, &it.data)).collect();
        let text = |file: &chart::SourceFile| {
            let data = now.get(&file.id).copied()?;
            (!Arc::ptr_eq(data, &file.data)).then(|| data.clone())
        };
        let environment = self.environment.as_ref();
        Self {
            chart: self.chart.as_ref().map(|chart| chart.with_templates(&text)),
            load_errors: self.load_errors.clone(),
            values_errors: self.values_errors.clone(),
            setting_error: self.setting_error.clone(),
            environment: environment
                .map(|it| Arc::new(Environment { chart: it.chart.with_templates(&text), ..(**it).clone() })),
            errors: self.errors.clone(),
            warnings: self.warnings.clone(),
            made_from: Inputs::of(view),
            last_good: self.last_good.clone(),
            known: self.known.clone(),
        }
    }

    /// Whether a values file cannot be read now, so that what it said last counts. Nothing that is found out about that
    /// stands where it stood.
    pub(crate) fn is_outdated(&self, file: FileId) -> bool {
        let unread = self.load_errors.iter().filter(|it| it.kind == LoadErrorKind::Values);
        let places = unread.map(|it| it.at).chain(self.values_errors.iter().map(|it| it.at));
        places.flatten().any(|it| it.file == file)
    }

    /// Whether it is what would be made from this view.
    pub(crate) fn is_of(&self, view: &ChartView, depth: Depth) -> bool {
        self.made_from.same(view, depth)
    }
}

/// The values of every chart whose file could be read; where it could not, loading put the last good ones.
fn readable_values(chart: Option<&Chart>) -> LastGood {
    let all = chart.into_iter().flat_map(Chart::all);
    all.filter_map(|chart| Some((chart.values_file.as_ref()?.id, chart.defaults.clone()))).collect()
}

/// The target's values, files that cannot be read as they were when they could.
fn user_values(
    view: &ChartView,
    dialect: Dialect,
    last_good: &LastGood,
    readable: &mut HashMap<FileId, Node>,
) -> (Node, Vec<ValuesError>) {
    if let Some(given) = &view.given {
        return (given.values.clone(), Vec::new());
    }
    let (mut values, mut errors) = (Vec::new(), Vec::new());
    for file in &view.values {
        let node = match read_file_values(file, dialect) {
            Ok(node) => Some(node),
            Err(error) => {
                errors.push(error);
                last_good.get(&file.id).cloned()
            }
        };
        readable.extend(node.iter().map(|it| (file.id, it.clone())));
        values.extend(node);
    }
    (merge_files(&values), errors)
}

fn options(view: &ChartView, dialect: Dialect) -> (Options, Option<String>) {
    let mut capabilities =
        view.facts.as_ref().map_or_else(|| Capabilities::defaults(dialect), |it| it.capabilities.clone());
    let mut setting_error = None;
    // A cluster that was asked knows better.
    if let (Some(version), None) = (&view.settings.kube_version, &view.facts) {
        match KubeVersion::parse(version, dialect) {
            Ok(version) => capabilities.kube_version = version,
            Err(error) => setting_error = Some(format!("setting chartroom.kubeVersion: {error}")),
        }
    }
    let release = Release {
        name: view.target.release_name.clone(),
        namespace: view.target.namespace.clone(),
        is_upgrade: false,
        revision: 1,
    };
    (Options { release, capabilities, dialect, skip_schema: false }, setting_error)
}
