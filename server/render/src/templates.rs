//! The templates of a chart and its subcharts, in the order in which Helm parses and runs them, parsed once.
//!
//! Order matters: of two defines with one name the later one counts, and the deepest file comes first
//! (`sortTemplates` in `engine.go`). Parsing is remembered per file by the identity of its bytes, so that an
//! edit parses one file again.

use std::sync::{Arc, OnceLock};

use chart::{Chart, SourceFile};
use golang::Dialect;
use golang::path;
use rustc_hash::FxHashSet;
use template::{Define, ParseError, Str, TemplateSet, parse};

use crate::error::{Error, ErrorKind};
use crate::lint::checks::Mentions;
use crate::{InTurn, Spread};

/// A template file, parsed.
#[derive(Clone, Debug)]
pub struct TemplateFile {
    /// As Helm names it: `root/charts/child/templates/a.yaml`.
    pub name: Arc<str>,
    /// The full path of its chart.
    pub chart: Arc<str>,
    /// The file.
    pub source: SourceFile,
    parsed: Result<Arc<[Arc<Define>]>, Box<ParseError>>,
    mentions: Arc<OnceLock<Mentions>>,
}

impl TemplateFile {
    /// Whether it is only there for others: its name starts with `_`.
    pub fn is_partial(&self) -> bool {
        path::base(&self.name).starts_with('_')
    }

    /// Whether it is run: it is no partial, and can be parsed.
    pub(crate) fn is_run(&self) -> bool {
        !self.is_partial() && self.parsed.is_ok()
    }

    /// What it defines, the file itself first; nothing where it cannot be parsed.
    pub fn defines(&self) -> &[Arc<Define>] {
        self.parsed.as_deref().map_or(&[], |it| it)
    }

    /// Whether it prints the notes rather than manifests.
    pub fn is_notes(&self) -> bool {
        self.name.ends_with("NOTES.txt")
    }

    /// What it speaks of; looked for when first asked.
    pub(crate) fn mentions(&self) -> &Mentions {
        self.mentions.get_or_init(|| Mentions::of(self))
    }

    fn is_parsed_as(&self, other: &Self) -> bool {
        match (&self.parsed, &other.parsed) {
            (Ok(one), Ok(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// Parses a template of a chart that is no subchart, before the chart is known.
    pub fn of_root(chart: &str, source: SourceFile, dialect: Dialect) -> Self {
        let name = format!("{chart}/{}", source.path);
        Self::parse(name.into(), chart.into(), source, dialect)
    }

    fn parse(name: Arc<str>, chart: Arc<str>, source: SourceFile, dialect: Dialect) -> Self {
        let parsed = parse(&name, source.data.clone(), source.id, dialect).map(Arc::from).map_err(Box::new);
        Self { name, chart, source, parsed, mentions: Arc::default() }
    }
}

/// All templates of a chart, parsed.
#[derive(Clone, Debug, Default)]
pub struct Templates {
    files: Vec<TemplateFile>,
}

impl Templates {
    /// Parses those that `last` does not have already.
    pub fn new(chart: &Chart, dialect: Dialect, last: Option<&Self>) -> Self {
        Self::parse(chart, dialect, last, &InTurn)
    }

    /// The same, several files at once.
    pub fn parse(chart: &Chart, dialect: Dialect, last: Option<&Self>, spread: &dyn Spread) -> Self {
        let mut wanted = Vec::new();
        collect(chart, &mut wanted);
        wanted.sort_by_cached_key(|(name, ..)| {
            let (depth, name) = order(name);
            std::cmp::Reverse((depth, name.to_owned()))
        });
        wanted.dedup_by(|(later, ..), (first, ..)| later == first);
        let known = |at: usize, name: &str, source: &SourceFile| {
            // Mostly the files are the same ones in the same order.
            let same = last?.files.get(at).filter(|it| *it.name == *name);
            let file = same.or_else(|| last?.file(name))?;
            (Arc::ptr_eq(&file.source.data, &source.data) && file.source.id == source.id)
                .then(|| file.clone())
        };
        let sizes: Vec<usize> = wanted.iter().map(|(.., source)| source.data.len()).collect();
        let files: Vec<OnceLock<TemplateFile>> = sizes.iter().map(|_| OnceLock::new()).collect();
        spread.each(&sizes, &|at| {
            let (name, chart, source) = &wanted[at];
            files[at].get_or_init(|| {
                let parse = || TemplateFile::parse(name.clone(), chart.clone(), source.clone(), dialect);
                known(at, name, source).unwrap_or_else(parse)
            });
        });
        Self { files: files.into_iter().filter_map(OnceLock::into_inner).collect() }
    }

    /// The files in the order in which they are parsed and run.
    pub fn files(&self) -> &[TemplateFile] {
        &self.files
    }

    /// The file of that full name.
    pub fn file(&self, name: &str) -> Option<&TemplateFile> {
        let at = self.files.binary_search_by(|file| order(name).cmp(&order(&file.name))).ok()?;
        Some(&self.files[at])
    }

    /// Why Helm would refuse the chart: an error for each file that cannot be parsed.
    pub fn errors(&self) -> Vec<Error> {
        let failed = |file: &TemplateFile| file.parsed.as_ref().err().map(|error| parse_error(file, error));
        self.files.iter().filter_map(failed).collect()
    }

    /// Each file with what it was in `last`.
    pub(crate) fn since<'t>(
        &'t self,
        last: &'t Self,
    ) -> impl Iterator<Item = (&'t TemplateFile, Option<&'t TemplateFile>)> {
        self.files.iter().enumerate().map(|(at, file)| {
            // Mostly the files are the same ones in the same order.
            let same = last.files.get(at).filter(|it| Arc::ptr_eq(&it.name, &file.name));
            (file, same.or_else(|| last.file(&file.name)))
        })
    }

    /// The names of all defines in files that are not the same in `last`, as they were and as they are.
    pub(crate) fn changed_since(&self, last: &Self) -> FxHashSet<Str> {
        let mut names = FxHashSet::default();
        let mut add = |file: &TemplateFile| {
            names.insert(Str::from(&*file.name));
            names.extend(file.parsed.iter().flat_map(|defines| defines.iter()).map(|it| it.name.clone()));
        };
        let mut kept = 0;
        for (file, before) in self.since(last) {
            kept += usize::from(before.is_some());
            match before {
                Some(before) if before.is_parsed_as(file) => {}
                Some(before) => [before, file].into_iter().for_each(&mut add),
                None => add(file),
            }
        }
        if kept < last.files.len() {
            last.files.iter().filter(|file| self.file(&file.name).is_none()).for_each(add);
        }
        names
    }

    /// The names that `include` finds, of defines and of files.
    pub fn names(&self) -> Vec<String> {
        self.set().iter().map(|define| define.name.to_text().into_owned()).collect()
    }

    /// Everything that is defined, where it can be parsed.
    pub(crate) fn set(&self) -> TemplateSet {
        let mut set = TemplateSet::new();
        for defines in self.files.iter().filter_map(|file| file.parsed.as_ref().ok()) {
            set.extend(defines.iter().cloned());
        }
        set
    }
}

/// Files that were parsed before, for [`Templates::parse`] to take what belongs to a chart; of two with one name the
/// first.
impl FromIterator<TemplateFile> for Templates {
    fn from_iter<T: IntoIterator<Item = TemplateFile>>(files: T) -> Self {
        let mut files: Vec<TemplateFile> = files.into_iter().collect();
        files.sort_by(|one, other| order(&other.name).cmp(&order(&one.name)));
        files.dedup_by(|later, first| later.name == first.name);
        Self { files }
    }
}

/// Most slashes first, then by name backwards.
fn order(name: &str) -> (usize, &str) {
    (name.matches('/').count(), name)
}

fn collect(chart: &Chart, into: &mut Vec<(Arc<str>, Arc<str>, SourceFile)>) {
    for file in chart.templates.iter() {
        if !chart.is_library() || path::base(&file.path).starts_with('_') {
            into.push((chart.full_file_path(file).into(), chart.full_path.clone(), file.clone()));
        }
    }
    chart.dependencies.iter().for_each(|child| collect(child, into));
}

/// Helm keeps only what stands behind the last `: ` of Go's message (`cleanupParseError`).
fn parse_error(file: &TemplateFile, error: &ParseError) -> Error {
    let text = error.to_string();
    let parts: Vec<&str> = text.split(": ").collect();
    let message = match parts.as_slice() {
        [_, location, .., last] => format!("parse error at ({location}): {last}"),
        [_, location] => format!("parse error at ({location}): {location}"),
        _ => format!("parse error in ({}): {text}", file.name),
    };
    let at = text::FileRange { file: file.source.id, range: error.at };
    Error::new(ErrorKind::Parse, error.message.clone(), Some(at)).with_message(message)
}
