//! Quick fixes of a chart's files: for findings where only one thing can be meant.

use render::lint::checks::LOST_ROOT;
use serde_json::{Value, json};
use text::{Slip, TextRange, TextSize};

use crate::convert::{from, to};
use crate::lsp_types::{
    Code, CodeAction, CodeActionKind, Diagnostic, TextDocumentIdentifier, TextEdit, Uri, WorkspaceEdit,
};
use crate::state::{Document, Snapshot};

/// What mends these findings of a document.
pub(crate) fn fixes(
    snapshot: &Snapshot,
    document: &TextDocumentIdentifier,
    findings: &[Diagnostic],
) -> Vec<CodeAction> {
    let Some(open) = from::document(snapshot, &document.uri) else { return Vec::new() };
    let fix = |finding: &Diagnostic| {
        let is_lost = matches!(&finding.code, Some(Code::String(code)) if code == LOST_ROOT);
        let fix = if is_lost {
            from_the_root(snapshot, &open, finding)
        } else {
            as_meant(snapshot, &open, finding)
        };
        fix.map(|it| it.action(snapshot, &open, &document.uri, finding))
    };
    let mut actions: Vec<CodeAction> = findings.iter().filter_map(fix).collect();
    // A value may be at fault in several objects that show it.
    actions.dedup_by(|later, first| later.edit == first.edit);
    actions
}

/// What goes with a finding to the client and comes back when it asks for fixes.
pub(crate) fn data_of(slip: &Slip) -> Value {
    json!({ "written": slip.written, "meant": slip.meant })
}

/// A text to be put in the place of another.
struct Fix {
    title: String,
    at: TextRange,
    text: String,
}

impl Fix {
    fn action(self, snapshot: &Snapshot, document: &Document, uri: &Uri, finding: &Diagnostic) -> CodeAction {
        let range = to::range(&document.text, self.at, snapshot.client.encoding);
        let edit = TextEdit { range, new_text: self.text };
        CodeAction {
            title: self.title,
            kind: Some(CodeActionKind::QuickFix),
            diagnostics: Some(vec![finding.clone()]),
            is_preferred: Some(true),
            edit: Some(WorkspaceEdit {
                changes: Some([(uri.clone(), vec![edit])].into()),
                ..WorkspaceEdit::default()
            }),
            ..CodeAction::default()
        }
    }
}

/// `.Values` → `$.Values`, where the dot is another.
fn from_the_root(snapshot: &Snapshot, document: &Document, finding: &Diagnostic) -> Option<Fix> {
    let named = from::range(&document.text, finding.range, snapshot.client.encoding);
    // The client may hold a finding of an older text.
    if !document.text.slice(named).starts_with('.') {
        return None;
    }
    let (title, at) = ("Ask the root: put `$` in front".to_owned(), TextRange::empty(named.start()));
    Some(Fix { title, at, text: "$".to_owned() })
}

/// The name that was meant, where another stands: at the place of the finding, or behind it in its line.
fn as_meant(snapshot: &Snapshot, document: &Document, finding: &Diagnostic) -> Option<Fix> {
    let data = finding.data.as_ref()?;
    let text_of = |key: &str| Some(data.get(key)?.as_str()?.to_owned());
    let slip = Slip { written: text_of("written")?, meant: text_of("meant")? };
    let start = from::offset(&document.text, finding.range.start, snapshot.client.encoding);
    let rest = document.text.slice(TextRange::new(start, document.text.len()));
    let found = slip.find_in(rest.lines().next()?)?;
    let place = |at: usize| Some(start + TextSize::try_from(at).ok()?);
    let at = TextRange::new(place(found.start)?, place(found.end)?);
    Some(Fix { title: format!("Change to `{}`", slip.meant), at, text: slip.meant })
}
