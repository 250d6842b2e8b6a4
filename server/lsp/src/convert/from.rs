//! From the protocol to us.

use std::sync::Arc;

use ide::{Analysis, CompletionItem, Hover, Kubernetes};
use text::{Encoding, FilePos, LineColumn, Text, TextRange, TextSize};
use tower_lsp::jsonrpc::{Error, Result};

use super::to::Places;
use crate::lsp_types::{Position, Range, TextDocumentPositionParams, Uri};
use crate::model::Model;
use crate::state::{ChartView, Document, Snapshot};

/// A place in a text.
pub(crate) fn offset(text: &Text, position: Position, encoding: Encoding) -> TextSize {
    text.offset(line_column(position), encoding)
}

/// A range of a text; one that is turned around is turned back.
pub(crate) fn range(text: &Text, range: Range, encoding: Encoding) -> TextRange {
    text.range(line_column(range.start), line_column(range.end), encoding)
}

fn line_column(position: Position) -> LineColumn {
    LineColumn::new(position.line, position.character)
}

/// The open document that a request is about. `None` for one that was closed while the request was on its way:
/// that is no error, and editors would show it as one.
pub(crate) fn document(snapshot: &Snapshot, uri: &Uri) -> Option<Arc<Document>> {
    snapshot.document(&uri.0).cloned()
}

/// A place in an open document of a chart, with what is known of the chart.
#[derive(Debug)]
pub(crate) struct At {
    pub(crate) pos: FilePos,
    view: Arc<ChartView>,
    model: Arc<Model>,
}

/// The place that a request is about. `None` where the document belongs to no chart.
pub(crate) fn place(snapshot: &Snapshot, params: &TextDocumentPositionParams) -> Result<Option<At>> {
    let Some(document) = document(snapshot, &params.text_document.uri) else { return Ok(None) };
    let offset = offset(&document.text, params.position, snapshot.client.encoding);
    let Some(view) = snapshot.chart_of(&document.uri) else { return Ok(None) };
    let Some(file) = view.file(&document.key()) else { return Ok(None) };
    let model = snapshot.model(&view);
    Ok(model.analysis().is_some().then(|| At { pos: FilePos { file, offset }, view, model: model.clone() }))
}

impl At {
    /// The features of the chart.
    pub(crate) fn analysis(&self) -> Result<&Analysis> {
        self.model.analysis().ok_or_else(Error::internal_error)
    }

    /// Names in the cluster that can stand there, if somebody has looked at it.
    pub(crate) fn names(&self, snapshot: &Snapshot) -> Vec<CompletionItem> {
        let Some(names) = snapshot.names(&self.view.root) else { return Vec::new() };
        let text = self.model.text(&self.view, self.pos.file).unwrap_or_default();
        names.completions(text, self.pos.offset.into())
    }

    /// Fields and values of Kubernetes that can stand there.
    pub(crate) fn fields(&self) -> Result<Vec<CompletionItem>> {
        let (catalog, rendered) = (self.model.known_catalog(&self.view), self.model.made_by(self.pos.file));
        let kubernetes = Kubernetes { catalog: &catalog, rendered: &rendered };
        Ok(self.analysis()?.kubernetes_completions(self.pos, &kubernetes))
    }

    /// What a field of Kubernetes is for.
    pub(crate) fn field(&self) -> Result<Option<Hover>> {
        let (catalog, rendered) = (self.model.known_catalog(&self.view), self.model.made_by(self.pos.file));
        let kubernetes = Kubernetes { catalog: &catalog, rendered: &rendered };
        Ok(self.analysis()?.kubernetes_hover(self.pos, &kubernetes))
    }

    /// The way back to the protocol.
    pub(crate) fn places<'s>(&'s self, snapshot: &'s Snapshot) -> Places<'s> {
        Places::new(snapshot, &self.view, &self.model)
    }
}
