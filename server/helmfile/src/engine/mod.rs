//! Runs the templates of helmfiles: with Helmfile's functions, its data and its strictness about keys.
//!
//! State values that nobody gives are not told one by one: an empty text takes their place and the work goes on, to find
//! the others. What comes of it is thrown away; only the list of them counts ([`Engine::missing`]).

mod data;
pub mod functions;
mod outside;
mod refs;
mod value;

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use golang::path::join;
use template::parse::{Source, parse_source};
use template::{
    Budget, Cx, Define, Dialect, ExecError, Limits, Origin, ParseError, Plain, TemplateSet, Traced, execute,
};
use text::{FileId, FileRange, TextSize};

pub(crate) use data::{EnvironmentData, HookData, ReleaseData, TemplateData};
use functions::VOCABULARY;
use outside::Outside;
pub(crate) use refs::{References, may_refer};

use crate::paths;
use crate::text_map::TextMap;
use crate::{Code, Fault, FaultKind, Files, Finding, Request, World};

/// Runs templates.
pub(crate) struct Engine<'w> {
    pub(crate) world: &'w dyn World,
    /// The files that were read so far.
    pub(crate) files: Files,
    /// State values that were read and that nobody gives, with the first place that reads them.
    missing: Vec<(String, Option<FileRange>)>,
    /// The parsed `_*.tpl` of folders.
    helpers: HashMap<String, Helpers>,
    secure: bool,
    left: Limits,
}

type Helpers = Arc<Vec<Vec<Arc<Define>>>>;

/// A text that is to be run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Job<'t> {
    /// The template.
    pub(crate) text: &'t str,
    /// The file that it is a part of, from this offset on; none for a text whose bytes have no places.
    pub(crate) file: Option<(FileId, u32)>,
    /// The place to blame where the text has none.
    pub(crate) at: Option<FileRange>,
    /// What its paths are relative to, and where its `_*.tpl` are.
    pub(crate) folder: &'t str,
}

/// What a template printed.
#[derive(Clone, Debug)]
pub(crate) struct Rendered {
    pub(crate) text: String,
    pub(crate) map: TextMap,
}

/// Stands for the text that is being run: its bytes have places of their own, whatever part of a file it is.
const SCRATCH: FileId = FileId(0xF000);

impl<'w> Engine<'w> {
    pub(crate) fn new(world: &'w dyn World, request: &Request, files: Files) -> Self {
        Self {
            world,
            files,
            missing: Vec::new(),
            helpers: HashMap::new(),
            secure: request.no_insecure_functions,
            left: request.limits.unwrap_or_default(),
        }
    }

    /// The state values that were read and that nobody gives.
    pub(crate) fn missing(&self) -> &[(String, Option<FileRange>)] {
        &self.missing
    }

    /// Reads a file and remembers it.
    pub(crate) fn read(&mut self, path: &str) -> Result<(FileId, Arc<[u8]>), Fault> {
        let bytes = self.world.read(path)?;
        Ok((self.files.add(path, bytes.clone()), bytes))
    }

    /// Runs a template.
    pub(crate) fn render(&mut self, job: &Job<'_>, data: &TemplateData) -> Result<Rendered, Finding> {
        if !job.text.contains("{{") {
            let map =
                job.file.map_or(TextMap::Whole(job.at), |(file, offset)| TextMap::Shifted(file, offset));
            return Ok(Rendered { text: job.text.to_owned(), map });
        }
        loop {
            let placeholders: Vec<String> = self.missing.iter().map(|it| it.0.clone()).collect();
            let failed = match self.run(job, data.dot(&placeholders))? {
                Ok(rendered) => return Ok(rendered),
                Err(failed) => failed,
            };
            match failed.missing(data) {
                Some(path) if !placeholders.contains(&path) => self.missing.push((path, failed.at)),
                _ => return Err(failed.finding()),
            }
        }
    }

    /// Runs a template once. What cannot be parsed is an outer error: running it again is of no use.
    fn run(&mut self, job: &Job<'_>, dot: template::Value) -> Result<Result<Rendered, Failed>, Finding> {
        let mut set = TemplateSet::new();
        for defines in self.helpers(job.folder)?.iter() {
            set.extend(defines.iter().cloned());
        }
        let file = job.file.map(|_| SCRATCH);
        let source = Source {
            name: VOCABULARY.root.into(),
            text: job.text.as_bytes().into(),
            file,
            origin: Origin::NONE,
        };
        let defines = parse_source(source, &|name| functions::find(name, Dialect::Helm4));
        set.extend(defines.map_err(|error| parse_finding(&error, job))?);

        let (secure, quiet) = (self.secure, !self.missing.is_empty());
        let outside =
            Outside { world: self.world, folder: job.folder, quiet, secure, failed: Cell::new(None) };
        let mut cx = Cx::new(Dialect::Helm4, &outside);
        cx.vocabulary = VOCABULARY;
        cx.budget = Budget::new(self.left, None);
        let ran = match job.file {
            Some(place) => traced(&set, dot, &mut cx, place),
            None => plain(&set, dot, &mut cx, job.at),
        };
        self.left = cx.budget.left();
        drop(cx);
        Ok(ran.map_err(|error| Failed::new(error, outside.failed.take(), job)))
    }

    /// The `_*.tpl` of a folder, which every template of the folder can use.
    fn helpers(&mut self, folder: &str) -> Result<Helpers, Finding> {
        if let Some(known) = self.helpers.get(folder) {
            return Ok(known.clone());
        }
        let told = |fault: Fault| {
            Finding::error(Code::Template, None, format!("failed to glob helper templates: {fault}"))
        };
        let found = paths::glob(self.world, &join([folder, "_*.tpl"])).map_err(told)?;
        let mut helpers = Vec::new();
        for path in found {
            let (id, bytes) = self.read(&path).map_err(told)?;
            let source =
                Source { name: VOCABULARY.root.into(), text: bytes, file: Some(id), origin: Origin::NONE };
            let parsed = parse_source(source, &|name| functions::find(name, Dialect::Helm4));
            helpers.push(parsed.map_err(|error| {
                let at = Some(FileRange { file: id, range: error.at });
                Finding::error(Code::Template, at, format!("failed to parse helper template {path}: {error}"))
            })?);
        }
        let helpers = Arc::new(helpers);
        self.helpers.insert(folder.to_owned(), helpers.clone());
        Ok(helpers)
    }
}

/// Runs a text that is a part of a file, and keeps where each byte comes from.
fn traced(
    set: &TemplateSet,
    dot: template::Value,
    cx: &mut Cx<'_>,
    (file, offset): (FileId, u32),
) -> Result<Rendered, ExecError> {
    cx.trace = Some(template::Trace::default());
    let mut sink = Traced::default();
    execute(set, VOCABULARY.root, dot, cx, &mut sink)?;
    let frames = cx.trace.take().map(|it| it.into_parts().0).unwrap_or_default();
    let map = TextMap::rendered(&sink.segments, &frames, SCRATCH).moved(file, offset);
    Ok(Rendered { text: into_text(sink.bytes), map })
}

fn plain(
    set: &TemplateSet,
    dot: template::Value,
    cx: &mut Cx<'_>,
    at: Option<FileRange>,
) -> Result<Rendered, ExecError> {
    let mut sink = Plain::default();
    execute(set, VOCABULARY.root, dot, cx, &mut sink)?;
    Ok(Rendered { text: into_text(sink.bytes), map: TextMap::Whole(at) })
}

fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// A run that failed.
struct Failed {
    error: ExecError,
    code: Code,
    at: Option<FileRange>,
    related: Box<[(FileRange, String)]>,
}

impl Failed {
    fn new(error: ExecError, code: Option<Code>, job: &Job<'_>) -> Self {
        let place = |at: usize| {
            let place = error.places.get(at)?;
            let file = place.file?;
            Some(match job.file {
                Some((own, offset)) if file == SCRATCH => {
                    FileRange { file: own, range: place.range + TextSize::from(offset) }
                }
                _ => FileRange { file, range: place.range },
            })
        };
        let inner = (1..error.places.len()).filter_map(place);
        let related = inner.map(|at| (at, "called from there".to_owned())).collect();
        let at = place(0).or(job.at);
        Self { code: code.unwrap_or(Code::Template), at, related, error }
    }

    /// The path of a state value that it did not find, if that is why it failed.
    fn missing(&self, data: &TemplateData) -> Option<String> {
        let key = self.error.message.strip_prefix("map has no entry for key ")?.trim_matches('"');
        data::missing_path(&self.error.places.last()?.node, key, data)
    }

    fn finding(self) -> Finding {
        let finding = Finding::error(self.code.clone(), self.at, self.error.to_string());
        let finding = Finding { related: self.related, ..finding };
        match self.code {
            Code::Untrusted => finding.advise("trust this folder to let its helmfile run programs"),
            _ => finding,
        }
    }
}

fn parse_finding(error: &ParseError, job: &Job<'_>) -> Finding {
    let own = job.file.map(|(file, offset)| FileRange { file, range: error.at + TextSize::from(offset) });
    Finding::error(Code::Template, own.or(job.at), error.to_string())
}

/// A finding about something outside that did not work.
pub(crate) fn fault_finding(
    fault: &Fault,
    code: Code,
    at: Option<FileRange>,
    what: impl std::fmt::Display,
) -> Finding {
    match fault.kind {
        FaultKind::Untrusted => Finding::error(Code::Untrusted, at, format!("{what}: {fault}"))
            .advise("trust this folder to let its helmfile run programs"),
        FaultKind::Missing | FaultKind::Other => Finding::error(code, at, format!("{what}: {fault}")),
    }
}
