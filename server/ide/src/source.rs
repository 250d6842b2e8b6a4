//! The files of a chart as the editor has them now, parsed when someone asks.
//!
//! A source is immutable and shared between snapshots: an edit makes a new one for its file and leaves the
//! others, with all that was computed about them, as they are.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;
use syntax::{ActionId, Ast, Template, ValuesFile};
use text::{FileId, FileRange, LineIndex, TextRange};

/// A template of a chart, or of one of its subcharts.
#[derive(Debug)]
pub struct TemplateSource {
    /// Its number.
    pub file: FileId,
    /// Relative to its chart: `templates/a.yaml`.
    pub path: Arc<str>,
    /// The full path of the chart that it belongs to: `root/charts/child`.
    pub chart: Arc<str>,
    text: Arc<str>,
    /// Parsed already where it is open in an editor.
    document: Option<Template>,
    ast: OnceLock<Ast>,
    /// Which actions name a field or key.
    named: OnceLock<FxHashMap<Box<str>, Vec<ActionId>>>,
    lines: OnceLock<LineIndex>,
}

impl TemplateSource {
    /// A template that nobody edits.
    pub fn new(file: FileId, path: Arc<str>, chart: Arc<str>, text: Arc<str>) -> Self {
        let (ast, named, lines) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Self { file, path, chart, text, document: None, ast, named, lines }
    }

    /// A template that is open in an editor, with the trees that are kept for it.
    pub fn open(file: FileId, path: Arc<str>, chart: Arc<str>, document: Template) -> Self {
        let text = document.text().clone();
        Self { document: Some(document), ..Self::new(file, path, chart, text) }
    }

    /// The text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Actions and blocks.
    pub fn ast(&self) -> &Ast {
        match &self.document {
            Some(document) => document.ast(),
            None => self.ast.get_or_init(|| Ast::parse(&self.text)),
        }
    }

    /// The lines of the text.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// The actions that name a field (`.a`) or a key (`index … "a"`), in order.
    pub(crate) fn actions_naming(&self, name: &str) -> &[ActionId] {
        let named = self.named.get_or_init(|| {
            let mut named: FxHashMap<Box<str>, Vec<ActionId>> = FxHashMap::default();
            let mut add = |name: &str, action: ActionId| match named.get_mut(name) {
                Some(actions) if actions.last() == Some(&action) => {}
                Some(actions) => actions.push(action),
                None => drop(named.insert(name.into(), vec![action])),
            };
            self.ast().each_expr(|action, expr| {
                expr.path.iter().for_each(|name| add(&name.text, action));
                expr.string().into_iter().for_each(|key| add(&key.value, action));
            });
            named
        });
        named.get(name).map_or(&[], Vec::as_slice)
    }

    /// The editor's trees; parsed now where the file is not open.
    pub fn document(&self) -> std::borrow::Cow<'_, Template> {
        match &self.document {
            Some(document) => std::borrow::Cow::Borrowed(document),
            None => std::borrow::Cow::Owned(Template::parse(self.text.clone())),
        }
    }

    /// A range of this file.
    pub fn at(&self, range: TextRange) -> FileRange {
        FileRange { file: self.file, range }
    }
}

/// A values file: a chart's own or one of the active target's.
#[derive(Debug)]
pub struct ValuesSource {
    /// Its number.
    pub file: FileId,
    /// As people know it: `values.yaml`, `charts/child/values.yaml`, `dev.values.yaml`.
    pub path: Arc<str>,
    /// The full path of the chart whose templates see it as `.Values`.
    pub chart: Arc<str>,
    text: Arc<str>,
    parsed: OnceLock<ValuesFile>,
    lines: OnceLock<LineIndex>,
}

impl ValuesSource {
    /// A values file.
    pub fn new(file: FileId, path: Arc<str>, chart: Arc<str>, text: Arc<str>) -> Self {
        Self { file, path, chart, text, parsed: OnceLock::new(), lines: OnceLock::new() }
    }

    /// A values file that is open in an editor, with the tree that is kept for it.
    pub fn open(file: FileId, path: Arc<str>, chart: Arc<str>, document: ValuesFile) -> Self {
        let text = document.text().clone();
        Self { file, path, chart, text, parsed: OnceLock::from(document), lines: OnceLock::new() }
    }

    /// Where its lines begin.
    pub(crate) fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// The text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Keys, comments, examples.
    pub fn parsed(&self) -> &ValuesFile {
        self.parsed.get_or_init(|| ValuesFile::parse(self.text.clone()))
    }
}
