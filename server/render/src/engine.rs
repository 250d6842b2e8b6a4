//! Runs templates: all of a chart's, or the one on the screen.
//!
//! A run owns the mutable world that templates share (`.Values` can be written to), lives on one thread and is
//! dropped with what it made. What it is made from is immutable and shared.

use std::cell::Cell;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use golang::Dialect;
use rustc_hash::FxHashSet;
use schema::Catalog;
use template::{
    Budget, Cx, ExecError, Filled, Host, Limits, Plain, Reads, Sink, Str, TemplateSet, Trace, Traced, Value,
    execute,
};
use text::FileRange;

use crate::context::Contexts;
use crate::document;
use crate::document::Documents;
use crate::error::{Error, ErrorKind};
use crate::lint::checks::{Fault, Faults, Problem, faults, problems};
use crate::moves::MovingOrigins;
use crate::origins::Origins;
use crate::templates::{TemplateFile, Templates};
use crate::{Environment, exec_error};

/// One file as its template printed it. Clones share everything, and what is read of it is read once.
#[derive(Clone, Debug)]
pub struct RenderedFile {
    /// As Helm names the template: `root/templates/a.yaml`.
    pub name: Arc<str>,
    /// The template.
    pub source: text::FileId,
    /// What it printed.
    pub text: Arc<String>,
    /// Where each byte comes from; empty where nobody asked.
    pub origins: Arc<MovingOrigins>,
    /// Whether the template failed: then this is what it had printed by then.
    pub is_partial: bool,
    documents: Arc<OnceLock<Documents>>,
    problems: Arc<OnceLock<Vec<Problem>>>,
    faults: Arc<Faults>,
}

impl RenderedFile {
    /// Its documents as far as they can be read; read when first asked for.
    pub(crate) fn documents(&self, dialect: Dialect) -> &Documents {
        self.documents.get_or_init(|| Documents::read(&self.text, dialect))
    }

    /// What is wrong with the text; looked for when first asked.
    pub(crate) fn problems(&self, dialect: Dialect) -> &[Problem] {
        self.problems.get_or_init(|| problems(&self.text, dialect))
    }

    /// What a cluster has against its objects; they are held against the catalog when first asked for it. What else is
    /// wrong is looked for on the way, since reading the text is most of the work.
    pub(crate) fn faults(&self, catalog: &Arc<Catalog>, dialect: Dialect) -> Arc<[Fault]> {
        self.faults.of(catalog, || {
            let mut problems = Vec::new();
            let faults = faults(catalog, &self.text, dialect, &mut problems);
            self.problems.get_or_init(|| problems);
            faults
        })
    }

    /// Reads its documents now, on whichever thread this is; all clones then have them.
    pub fn read_documents(&self, dialect: Dialect) {
        self.documents(dialect);
    }
}

/// How to run.
#[derive(Clone, Debug, Default)]
pub struct RunConfig {
    /// What all templates may use up together.
    pub limits: Limits,
    /// Of how many equal parts of the limits one template may use up one; with 0 or 1 it may use up all of them. Where
    /// others run after one that failed, it shall leave something to them.
    pub parts: u64,
    /// Raised when nobody waits for the result any more.
    pub cancelled: Option<Arc<AtomicBool>>,
    /// Whether to record where bytes come from.
    pub traced: bool,
}

/// A file that failed, with what it had printed by then.
#[derive(Clone, Debug)]
pub struct Failed {
    /// The file as far as it came.
    pub partial: RenderedFile,
    /// Why it did not go on.
    pub error: Error,
}

/// Runs the templates that are wanted, in Helm's order, until `go_on` says no to a failure.
pub fn run(
    environment: &Environment,
    templates: &Templates,
    host: &dyn Host,
    config: &RunConfig,
    wanted: impl Fn(&TemplateFile) -> bool,
    go_on: impl FnMut(&Failed) -> bool,
) -> (Vec<RenderedFile>, Vec<Failed>) {
    run_telling(environment, templates, host, config, wanted, go_on, |_| {})
}

/// The same; `told` gets each file as soon as it is rendered.
pub fn run_telling(
    environment: &Environment,
    templates: &Templates,
    host: &dyn Host,
    config: &RunConfig,
    wanted: impl Fn(&TemplateFile) -> bool,
    mut go_on: impl FnMut(&Failed) -> bool,
    mut told: impl FnMut(&RenderedFile),
) -> (Vec<RenderedFile>, Vec<Failed>) {
    let contexts = Contexts::new(environment);
    let engine = Engine::new(templates, host, config, environment.dialect);
    let (mut rendered, mut failed) = (Vec::new(), Vec::new());
    for file in templates.files().iter().filter(|file| file.is_run() && wanted(file)) {
        match engine.run(file, contexts.dot(&file.chart, &file.name)) {
            Ok(done) => {
                told(&done.file);
                rendered.push(done.file);
            }
            Err(failure) => {
                let stop = !go_on(&failure);
                failed.push(*failure);
                if stop {
                    break;
                }
            }
        }
    }
    (rendered, failed)
}

/// What the templates of a chart need to run, one after the other.
pub(crate) struct Engine<'r> {
    set: TemplateSet,
    host: &'r dyn Host,
    config: &'r RunConfig,
    dialect: Dialect,
    regexes: template::functions::regex::Cache,
    remembers: bool,
    /// What is left of the limits.
    left: Cell<Limits>,
    filled: Filled,
}

/// A template that ran to its end.
pub(crate) struct Done {
    /// What it printed.
    pub file: RenderedFile,
    /// The templates that it ran or looked for.
    pub names: FxHashSet<Str>,
}

impl<'r> Engine<'r> {
    pub(crate) fn new(
        templates: &Templates,
        host: &'r dyn Host,
        config: &'r RunConfig,
        dialect: Dialect,
    ) -> Self {
        let regexes = template::functions::regex::Cache::default();
        let (set, left) = (templates.set(), Cell::new(config.limits));
        Self { set, host, config, dialect, regexes, remembers: false, left, filled: Filled::remembered() }
    }

    /// The same, which tells the names of the templates that are run.
    pub(crate) fn remembering(self) -> Self {
        Self { remembers: true, ..self }
    }

    /// Runs one template.
    pub(crate) fn run(&self, file: &TemplateFile, dot: Value) -> Result<Done, Box<Failed>> {
        self.host.enter(&file.name);
        let mut cx = Cx::new(self.dialect, self.host);
        let granted = self.left.get().min(self.config.limits.divided_by(self.config.parts));
        cx.budget = Budget::new(self.config.limits, self.config.cancelled.clone()).with_left(granted);
        cx.regexes = self.regexes.clone();
        cx.filled = self.filled.clone();
        cx.reads = self.remembers.then(Reads::default);
        let (bytes, segments, done) = if self.config.traced {
            cx.trace = Some(Trace::default());
            let (sink, done) = print::<Traced>(&self.set, &file.name, dot, &mut cx);
            (sink.bytes, sink.segments, done)
        } else {
            let (sink, done) = print::<Plain>(&self.set, &file.name, dot, &mut cx);
            (sink.bytes, Vec::new(), done)
        };
        self.left.set(self.left.get().minus(granted.minus(cx.budget.left())));
        let origins = Origins::new(segments, cx.trace.take().map(Trace::into_parts).unwrap_or_default());
        let names = cx.reads.take().unwrap_or_default().templates;
        let rendered = finish(file, bytes, origins, self.dialect);
        match done {
            Ok(()) => Ok(Done { file: rendered, names }),
            Err(error) => {
                let error = describe(&file.name, &error, self.dialect);
                Err(Box::new(Failed { partial: RenderedFile { is_partial: true, ..rendered }, error }))
            }
        }
    }
}

/// Runs one template. Every `<no value>` is dropped, as Helm does, even where a template wrote it out.
fn print<S: Sink>(set: &TemplateSet, name: &str, dot: Value, cx: &mut Cx<'_>) -> (S, Result<(), ExecError>) {
    let mut sink = S::default();
    let done = execute(set, name, dot, cx, &mut sink);
    sink.remove_no_value();
    (sink, done)
}

/// `--name-template`: a template without a chart, which only functions can say something in.
pub fn name_from_template(
    template: &str,
    host: &dyn Host,
    limits: Limits,
    dialect: Dialect,
) -> Result<String, String> {
    const NAME: &str = "name-template";
    let defines = template::parse(NAME, template.as_bytes().into(), text::FileId(0), dialect)
        .map_err(|error| error.to_string())?;
    let mut set = TemplateSet::new();
    set.extend(defines);
    let mut cx = Cx::new(dialect, host);
    cx.budget = Budget::new(limits, None);
    let (sink, done) = print::<Plain>(&set, NAME, Value::NIL, &mut cx);
    done.map_err(|error| exec_error::without_marks(&error.to_string()))?;
    Ok(String::from_utf8_lossy(&sink.bytes).into_owned())
}

fn finish(file: &TemplateFile, bytes: Vec<u8>, origins: Origins, dialect: Dialect) -> RenderedFile {
    let (text, documents) = match String::from_utf8(bytes) {
        Ok(text) => (text, Arc::default()),
        Err(error) => {
            // What is no text is no YAML: where it stands, Helm's reader stops.
            let bytes = error.as_bytes();
            let documents =
                Documents { error: document::encoding_error(bytes, dialect), ..Documents::default() };
            (String::from_utf8_lossy(bytes).into_owned(), Arc::new(OnceLock::from(documents)))
        }
    };
    RenderedFile {
        name: file.name.clone(),
        source: file.source.id,
        text: Arc::new(text),
        origins: Arc::new(origins.into()),
        is_partial: false,
        documents,
        problems: Arc::default(),
        faults: Arc::default(),
    }
}

/// Helm's text for a failed run, with the innermost place for editors.
fn describe(name: &str, error: &ExecError, dialect: Dialect) -> Error {
    let mut places = error.places.iter().filter_map(|it| Some(FileRange { file: it.file?, range: it.range }));
    let at = places.next_back();
    let chain = places.collect();
    let message = exec_error::message(name, error, dialect);
    Error {
        kind: ErrorKind::Execution,
        message,
        reason: exec_error::reason(error),
        at,
        chain,
        rendered: None,
    }
}
