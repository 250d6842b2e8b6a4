//! What we tell the client that we can do: what is registered in `requests`, in the form that it understands.

use text::Encoding;

use crate::client::ClientFacts;
use crate::convert::uri;
use crate::ext;
use crate::lsp_types::{
    ChangeNotifications, CompletionOptions, DefinitionProvider, DocumentHighlightProvider,
    DocumentSymbolProvider, ExecuteCommandOptions, FoldingRangeProvider, HoverProvider, PositionEncodingKind,
    ReferencesProvider, RenameOptions, RenameProvider, Save, SelectionRangeProvider, ServerCapabilities,
    TextDocumentContent, TextDocumentContentOptions, TextDocumentSync, TextDocumentSyncKind,
    TextDocumentSyncOptions, WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};

/// The server's capabilities for this client.
pub(crate) fn capabilities(client: &ClientFacts) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(match client.encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }),
        text_document_sync: Some(TextDocumentSync::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::Incremental),
            save: Some(Save::Bool(true)),
            ..TextDocumentSyncOptions::default()
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([".", "$", "\"", "`"].map(str::to_owned).into()),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProvider::Bool(true)),
        definition_provider: Some(DefinitionProvider::Bool(true)),
        references_provider: Some(ReferencesProvider::Bool(true)),
        document_highlight_provider: Some(DocumentHighlightProvider::Bool(true)),
        rename_provider: Some(RenameProvider::RenameOptions(RenameOptions {
            prepare_provider: Some(true),
            ..RenameOptions::default()
        })),
        document_symbol_provider: Some(DocumentSymbolProvider::Bool(true)),
        folding_range_provider: Some(FoldingRangeProvider::Bool(true)),
        selection_range_provider: Some(SelectionRangeProvider::Bool(true)),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: vec![ext::PREVIEW_COMMAND.to_owned()],
            ..ExecuteCommandOptions::default()
        }),
        workspace: Some(WorkspaceOptions {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(ChangeNotifications::Bool(true)),
            }),
            text_document_content: client.virtual_documents.then(|| {
                TextDocumentContent::Options(TextDocumentContentOptions {
                    schemes: vec![uri::PREVIEW.to_owned(), uri::ARCHIVE.to_owned()],
                })
            }),
            ..WorkspaceOptions::default()
        }),
        ..ServerCapabilities::default()
    }
}
