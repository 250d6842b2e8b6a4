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
/// Lines are counted once per file, however many places lie in it.
#[derive(Debug)]
pub(crate) struct Places<'s> {
    snapshot: &'s Snapshot,
    view: &'s ChartView,
    model: &'s Model,
    indexes: RefCell<HashMap<FileId, Rc<LineIndex>>>,
}

impl<'s> Places<'s> {
    /// Places in the files of `view` as `snapshot` sees them.
    pub(crate) fn new(snapshot: &'s Snapshot, view: &'s ChartView, model: &'s Model) -> Self {
        Self { snapshot, view, model, indexes: RefCell::default() }
    }

    /// The URI of a file: the client's own where it is open.
    pub(crate) fn uri(&self, file: FileId) -> Uri {
        let path = self.model.table.path(file);
        match self.view.document(file) {
            Some(document) => Uri(document.uri.to_string()),
            None => match self.snapshot.document_at(path) {
                Some(document) => Uri(document.uri.to_string()),
                None => Uri(uri::of_path(path)),
            },
        }
    }

    /// A range of a file.
    pub(crate) fn range(&self, at: FileRange) -> Range {
        let encoding = self.snapshot.client.encoding;
        if let Some(document) = self.view.document(at.file) {
            return range(&document.text, at.range, encoding);
        }
        let Some(text) = self.model.text(self.view, at.file) else { return Range::default() };
        let index = self.index(at.file, text);
        let place = |offset| position(index.line_column(text, offset, encoding));
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

    fn index(&self, file: FileId, text: &str) -> Rc<LineIndex> {
        let mut indexes = self.indexes.borrow_mut();
        indexes.entry(file).or_insert_with(|| Rc::new(LineIndex::new(text))).clone()
    }
}
