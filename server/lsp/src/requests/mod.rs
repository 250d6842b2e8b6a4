//! What the client asks, one file each, all of one shape:
//!
//! 1. a function `handle` with the server and the parameters,
//! 2. which runs its work on a [`Lane`](crate::server::Lane),
//! 3. where it goes from the protocol's words to ours (`convert::from`),
//! 4. asks a room that knows charts,
//! 5. and goes back (`convert::to`).
//!
//! To add one: write the file, name it in [`register`], say it in `capabilities`.

mod code_action;
mod code_lens;
mod completion;
mod definition;
mod document_highlight;
mod document_link;
mod document_symbol;
mod execute_command;
mod folding_range;
mod history;
mod hover;
mod prepare_rename;
mod preview;
mod preview_locate;
mod references;
mod releases;
mod rename;
mod selection_range;
mod set_target;
mod signature_help;
mod targets;
mod text_document_content;

use tower_lsp::LspServiceBuilder;
use tower_lsp::jsonrpc::Request;

use crate::ext;
use crate::server::Server;

pub(crate) use code_action::kind as code_action_kind;

type Builder = LspServiceBuilder<Server>;

/// Makes every request known.
pub(crate) fn register(builder: Builder) -> Builder {
    builder
        .custom_method("textDocument/completion", completion::handle)
        .custom_method("textDocument/hover", hover::handle)
        .custom_method("textDocument/signatureHelp", signature_help::handle)
        .custom_method("textDocument/definition", definition::handle)
        .custom_method("textDocument/references", references::handle)
        .custom_method("textDocument/documentHighlight", document_highlight::handle)
        .custom_method("textDocument/prepareRename", prepare_rename::handle)
        .custom_method("textDocument/rename", rename::handle)
        .custom_method("textDocument/documentLink", document_link::handle)
        .custom_method("textDocument/documentSymbol", document_symbol::handle)
        .custom_method("textDocument/foldingRange", folding_range::handle)
        .custom_method("textDocument/selectionRange", selection_range::handle)
        .custom_method("textDocument/codeLens", code_lens::handle)
        .custom_method("textDocument/codeAction", code_action::handle)
        .custom_method("workspace/executeCommand", execute_command::handle)
        .custom_method("workspace/textDocumentContent", text_document_content::handle)
        .custom_method(ext::PREVIEW, preview::handle)
        .custom_method(ext::PREVIEW_LOCATE, preview_locate::handle)
        .custom_method(ext::RELEASES, releases::handle)
        .custom_method(ext::HISTORY, history::handle)
        .custom_method(ext::TARGETS, targets::handle)
        .custom_method(ext::SET_TARGET, set_target::handle)
}

/// What a request changes before anything later is looked at. Few do.
pub(crate) fn note(server: &Server, request: &Request) {
    match (request.method(), request.params()) {
        ("initialize", Some(params)) => server.state().initialize(params),
        (ext::SET_TARGET, Some(params)) => set_target::note(server, params),
        _ => {}
    }
}
