//! A `Chart.yaml` in the editor: its keys, and of its dependencies versions out of repositories, newer ones, fetching them.

use std::sync::Arc;

use ide::CompletionItem;
use ide::catalog::Catalog;
use ide::chart_yaml::Kind;
use ide::dependencies::Dependencies;
use syntax::ValuesFile;
use text::{TextRange, TextSize};

use crate::convert::{from, to};
use crate::lsp_types::{
    CodeAction, CodeActionKind, Range, TextDocumentPositionParams, TextEdit, Uri, WorkspaceEdit,
};
use crate::state::{Document, Snapshot, Syntax};

/// An open `Chart.yaml`.
pub(crate) struct At<'s> {
    document: Arc<Document>,
    file: ValuesFile,
    catalog: Arc<dyn Catalog>,
    snapshot: &'s Snapshot,
}

/// The `Chart.yaml` that a request is about. `None` for any other file.
pub(crate) fn at<'s>(snapshot: &'s Snapshot, uri: &str) -> Option<At<'s>> {
    let document = snapshot.document(uri)?.clone();
    let path = document.path.as_deref()?;
    let is_chart = ["/Chart.yaml", "/requirements.yaml"].iter().any(|name| path.ends_with(name));
    if !is_chart {
        return None;
    }
    let Some(Syntax::Yaml(file)) = document.syntax() else { return None };
    let (file, catalog) = (file.clone(), snapshot.market.quiet());
    Some(At { document, file, catalog, snapshot })
}

/// The same with the offset of a position.
pub(crate) fn place<'s>(
    snapshot: &'s Snapshot,
    params: &TextDocumentPositionParams,
) -> Option<(At<'s>, TextSize)> {
    let at = at(snapshot, &params.text_document.uri.0)?;
    let offset = from::offset(&at.document.text, params.position, snapshot.client.encoding);
    Some((at, offset))
}

impl At<'_> {
    /// What can stand at an offset, as far as `catalog` knows.
    pub(crate) fn completions(&self, offset: TextSize, catalog: Option<&dyn Catalog>) -> Vec<CompletionItem> {
        let catalog = catalog.unwrap_or(&*self.catalog);
        let mut items = ide::chart_yaml::completions(&self.file, self.kind(), offset);
        items.extend(Dependencies { document: &self.file, catalog }.completions(offset));
        items
    }

    /// What the key at an offset is for.
    pub(crate) fn hover(&self, offset: TextSize) -> Option<(TextRange, String)> {
        ide::chart_yaml::hover(&self.file, self.kind(), offset)
    }

    fn kind(&self) -> Kind {
        let is_chart = self.document.path.as_deref().is_some_and(|it| it.ends_with("/Chart.yaml"));
        if is_chart { Kind::Chart } else { Kind::Requirements }
    }

    /// Updates of the versions in a range.
    pub(crate) fn updates(&self, range: TextRange) -> Vec<CodeAction> {
        let outdated = Dependencies { document: &self.file, catalog: &*self.catalog }.outdated();
        let here = outdated.into_iter().filter(|it| it.range.intersect(range).is_some());
        let action = |it: ide::catalog::Outdated| {
            let uri = Uri(self.document.uri.to_string());
            let edit = TextEdit { range: self.range(it.range), new_text: it.newest.clone() };
            let edit =
                WorkspaceEdit { changes: Some([(uri, vec![edit])].into()), ..WorkspaceEdit::default() };
            CodeAction {
                title: format!("Update {} to {}", it.chart.name, it.newest),
                kind: Some(CodeActionKind::QuickFix),
                edit: Some(edit),
                ..CodeAction::default()
            }
        };
        here.map(action).collect()
    }

    /// A range of the protocol, in the file.
    pub(crate) fn text_range(&self, range: Range) -> TextRange {
        from::range(&self.document.text, range, self.snapshot.client.encoding)
    }

    /// A range of the file, in the protocol's words.
    pub(crate) fn range(&self, range: TextRange) -> Range {
        to::range(&self.document.text, range, self.snapshot.client.encoding)
    }
}

/// Dependencies of which there is a newer version, as far as that is known without asking anybody.
pub(crate) fn outdated(snapshot: &Snapshot, view: &crate::state::ChartView) -> Vec<ide::Diagnostic> {
    let catalog = snapshot.market.quiet();
    let chart = view.files.iter().find(|it| &*it.path == "Chart.yaml");
    let Some((file, text)) = chart.and_then(|it| Some((it.id, it.text()?))) else { return Vec::new() };
    // Most charts depend on nothing.
    if !text.contains("dependencies:") {
        return Vec::new();
    }
    let document = ValuesFile::parse(text);
    let outdated = Dependencies { document: &document, catalog: &*catalog }.outdated();
    let finding = |it: ide::catalog::Outdated| ide::Diagnostic {
        at: text::FileRange { file, range: it.range },
        message: it.told(),
        code: "newer-version",
        severity: ide::Severity::Hint,
        related: Vec::new(),
        slip: None,
    };
    outdated.into_iter().map(finding).collect()
}
