//! Quick fixes of a chart's templates: for findings where only one thing can be meant.

use render::lint::checks::LOST_ROOT;

use crate::convert::{from, to};
use crate::lsp_types::{
    Code, CodeAction, CodeActionKind, Diagnostic, TextDocumentIdentifier, TextEdit, Uri, WorkspaceEdit,
};
use crate::state::Snapshot;

/// What mends these findings of a document.
pub(crate) fn fixes(
    snapshot: &Snapshot,
    document: &TextDocumentIdentifier,
    findings: &[Diagnostic],
) -> Vec<CodeAction> {
    let wanted = |it: &&Diagnostic| matches!(&it.code, Some(Code::String(code)) if code == LOST_ROOT);
    findings.iter().filter(wanted).filter_map(|it| from_the_root(snapshot, &document.uri, it)).collect()
}

/// `.Values` → `$.Values`, where the dot is another.
fn from_the_root(snapshot: &Snapshot, uri: &Uri, finding: &Diagnostic) -> Option<CodeAction> {
    let document = from::document(snapshot, uri)?;
    let encoding = snapshot.client.encoding;
    let at = from::offset(&document.text, finding.range.start, encoding);
    // The client may hold a finding of an older text.
    let named = from::range(&document.text, finding.range, encoding);
    if !document.text.slice(named).starts_with('.') {
        return None;
    }
    let range = to::range(&document.text, text::TextRange::empty(at), encoding);
    let edit = TextEdit { range, new_text: "$".to_owned() };
    Some(CodeAction {
        title: "Ask the root: put `$` in front".to_owned(),
        kind: Some(CodeActionKind::QuickFix),
        diagnostics: Some(vec![finding.clone()]),
        is_preferred: Some(true),
        edit: Some(WorkspaceEdit {
            changes: Some([(uri.clone(), vec![edit])].into()),
            ..WorkspaceEdit::default()
        }),
        ..CodeAction::default()
    })
}
