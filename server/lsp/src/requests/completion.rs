//! `textDocument/completion`.

use ide::CompletionKind;
use tower_lsp::jsonrpc::Result;

use crate::convert::{from, to};
use crate::lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemTextEdit, CompletionList, CompletionParams,
    Documentation, TextEdit,
};
use crate::server::{Lane, Server};

pub(crate) async fn handle(server: &Server, params: CompletionParams) -> Result<Option<CompletionList>> {
    server
        .run(Lane::Interactive, move |snapshot, _| {
            let Some(at) = from::place(snapshot, &params.text_document_position_params)? else {
                return Ok(None);
            };
            let places = at.places(snapshot);
            let mut items = at.analysis()?.completions(at.pos);
            items.extend(at.names(snapshot));
            if snapshot.settings.schemas {
                items.extend(at.fields()?);
            }
            let item = |(order, it): (usize, ide::CompletionItem)| CompletionItem {
                text_edit: Some(CompletionItemTextEdit::TextEdit(TextEdit {
                    range: places.range(text::FileRange { file: at.pos.file, range: it.range }),
                    new_text: it.insert,
                })),
                kind: Some(kind(it.kind)),
                detail: (!it.detail.is_empty()).then_some(it.detail),
                documentation: (!it.documentation.is_empty())
                    .then(|| Documentation::MarkupContent(to::markup(&snapshot.client, it.documentation))),
                // Clients sort by text; ours is the order that we give.
                sort_text: Some(format!("{}{order:05}", it.rank.min(9))),
                filter_text: it.filter,
                label: it.label,
                ..CompletionItem::default()
            };
            let items = items.into_iter().enumerate().map(item).collect();
            Ok(Some(CompletionList { is_incomplete: false, items, ..CompletionList::default() }))
        })
        .await
}

fn kind(kind: CompletionKind) -> CompletionItemKind {
    match kind {
        CompletionKind::Value => CompletionItemKind::Value,
        CompletionKind::Section => CompletionItemKind::Field,
        CompletionKind::Builtin => CompletionItemKind::Property,
        CompletionKind::Method => CompletionItemKind::Method,
        CompletionKind::Function | CompletionKind::Define => CompletionItemKind::Function,
        CompletionKind::Keyword => CompletionItemKind::Keyword,
        CompletionKind::Variable => CompletionItemKind::Variable,
        CompletionKind::File => CompletionItemKind::File,
        CompletionKind::Name => CompletionItemKind::Reference,
    }
}
