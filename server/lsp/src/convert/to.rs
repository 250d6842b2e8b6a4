//! From us to the protocol.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use text::{Encoding, FileId, FileRange, LineColumn, LineIndex, Text, TextRange};

use super::uri;
use crate::client::ClientFacts;
use crate::lsp_types::{Location, MarkupContent, MarkupKind, Position, Range, Uri};
use crate::model::Model;
use crate::state::{ChartView, Snapshot};

/// A range of a text.
pub(crate) fn range(text: &Text, range: TextRange, encoding: Encoding) -> Range {
    let at = |offset| position(text.line_column(offset, encoding));
    Range { start: at(range.start()), end: at(range.end()) }
}

/// A line and column.
pub(crate) fn position(place: LineColumn) -> Position {
    Position { line: place.line, character: place.column }
}

/// Markdown, to a client that shows it as such or else as it is.
pub(crate) fn markup(client: &ClientFacts, markdown: String) -> MarkupContent {
    let kind = if client.markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    MarkupContent { kind, value: markdown }
}

/// Finds the protocol's words for places in the files of one chart.
///
/// A file is looked at once, however many places lie in it.
#[derive(Debug)]
pub(crate) struct Places<'s> {
    snapshot: &'s Snapshot,
    view: &'s ChartView,
    model: &'s Model,
    files: RefCell<HashMap<FileId, Rc<File<'s>>>>,
}

/// What a place in a file is told with.
#[derive(Debug)]
struct File<'s> {
    uri: Uri,
    lines: Lines<'s>,
}

#[derive(Debug)]
enum Lines<'s> {
    /// Open in the editor.
    Open(&'s Text),
    /// A template that is not; what was counted stays with it.
    Template(&'s str, &'s LineIndex),
    Other(&'s str, LineIndex),
    /// Gone, or not a text.
    Unknown,
}

impl<'s> Places<'s> {
    /// Places in the files of `view` as `snapshot` sees them.
    pub(crate) fn new(snapshot: &'s Snapshot, view: &'s ChartView, model: &'s Model) -> Self {
        Self { snapshot, view, model, files: RefCell::default() }
    }

    /// The URI of a file: the client's own where it is open.
    pub(crate) fn uri(&self, file: FileId) -> Uri {
        self.file(file).uri.clone()
    }

    /// A range of a file.
    pub(crate) fn range(&self, at: FileRange) -> Range {
        let encoding = self.snapshot.client.encoding;
        let file = self.file(at.file);
        let (text, lines) = match &file.lines {
            Lines::Open(text) => return range(text, at.range, encoding),
            Lines::Template(text, lines) => (text, *lines),
            Lines::Other(text, lines) => (text, lines),
            Lines::Unknown => return Range::default(),
        };
        let place = |offset| position(lines.line_column(text, offset, encoding));
        Range { start: place(at.range.start()), end: place(at.range.end()) }
    }

    /// A place to go to.
    pub(crate) fn location(&self, at: FileRange) -> Location {
        Location { uri: self.uri(at.file), range: self.range(at) }
    }

    /// Whether people can edit a file: those in archives they cannot.
    pub(crate) fn is_editable(&self, file: FileId) -> bool {
        !self.model.table.path(file).contains(".tgz/")
    }

    fn file(&self, file: FileId) -> Rc<File<'s>> {
        self.files.borrow_mut().entry(file).or_insert_with(|| Rc::new(self.look_at(file))).clone()
    }

    fn look_at(&self, file: FileId) -> File<'s> {
        if let Some(document) = self.view.document(file) {
            return File { uri: Uri(document.uri.to_string()), lines: Lines::Open(&document.text) };
        }
        let path = self.model.table.path(file);
        let uri = match self.snapshot.document_at(path) {
            Some(document) => document.uri.to_string(),
            None => uri::of_path(path),
        };
        let template = self.model.analysis().and_then(|it| it.template(file));
        let lines = if let Some(template) = template {
            Lines::Template(template.text(), template.lines())
        } else {
            let text = self.model.text(self.view, file);
            text.map_or(Lines::Unknown, |it| Lines::Other(it, LineIndex::new(it)))
        };
        File { uri: Uri(uri), lines }
    }
}
