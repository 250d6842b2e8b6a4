//! Quick fixes of a helmfile, in the protocol's words.

use ide::helmfile::{Change, Fix};
use text::TextRange;

use super::At;
use crate::lsp_types::{
    CodeAction, CodeActionKind, CreateFile, DocumentChange, RenameFile, TextEdit, Uri, WorkspaceEdit,
};

impl At<'_> {
    /// What can be done about what is wrong in a range.
    pub(crate) fn fixes(&self, range: TextRange) -> Vec<CodeAction> {
        let fixes = self.helmfile().fixes(&self.fleet.loaded, range).into_iter();
        fixes.filter_map(|it| self.action(it)).collect()
    }

    /// A fix as an action. `None` where the client cannot do it.
    fn action(&self, fix: Fix) -> Option<CodeAction> {
        let (mut edits, mut files) = (Vec::new(), Vec::new());
        let client = &self.snapshot.client;
        for change in fix.changes {
            match change {
                Change::Edit(range, new_text) => edits.push(TextEdit { range: self.range(range), new_text }),
                Change::Create(path) if client.creates_files => {
                    files.push(DocumentChange::CreateFile(CreateFile {
                        uri: self.uri_of(&path),
                        options: None,
                        annotation_id: None,
                    }));
                }
                Change::Rename(from, to) if client.renames_files => {
                    files.push(DocumentChange::RenameFile(RenameFile {
                        old_uri: self.uri_of(&from),
                        new_uri: self.uri_of(&to),
                        options: None,
                        annotation_id: None,
                    }));
                }
                Change::Create(_) | Change::Rename(..) => return None,
            }
        }
        let uri = Uri(self.document.uri.to_string());
        let edit = WorkspaceEdit {
            changes: (!edits.is_empty()).then(|| [(uri, edits)].into()),
            document_changes: (!files.is_empty()).then_some(files),
            ..WorkspaceEdit::default()
        };
        let (title, kind) = (fix.title, Some(CodeActionKind::QuickFix));
        Some(CodeAction { title, kind, edit: Some(edit), ..CodeAction::default() })
    }
}
