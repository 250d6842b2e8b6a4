//! `textDocument/completion`.

use ide::CompletionKind;
use ide::catalog::Catalog;
use text::TextRange;
use tower_lsp::jsonrpc::Result;

use crate::chart_yaml;
use crate::convert::{from, to};
use crate::helmfiles;
use crate::lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemTextEdit, CompletionList, CompletionParams,
    Documentation, Range, TextDocumentPositionParams, TextEdit,
};
use crate::market::Asking;
use crate::server::{Lane, Server};
use crate::state::Snapshot;

pub(crate) async fn handle(server: &Server, params: CompletionParams) -> Result<Option<CompletionList>> {
    let params = params.text_document_position_params;
    let (list, asking) = complete(server, params.clone()).await?;
    // What repositories have may be on its way. It is waited for once, and by no thread.
    let is_news = match asking {
        Some(asking) => asking.arrived().await,
        None => false,
    };
    if is_news { Ok(complete(server, params).await?.0) } else { Ok(list) }
}

async fn complete(
    server: &Server,
    params: TextDocumentPositionParams,
) -> Result<(Option<CompletionList>, Option<Asking>)> {
    server
        .run(Lane::Interactive, move |snapshot, _| {
            let asking = snapshot.settings.kube.trusted.then(|| Asking::new(snapshot.market.clone()));
            if let Some((at, offset)) = helmfiles::place(snapshot, &params) {
                let helmfile = match &asking {
                    Some(asking) => at.helmfile_with(asking),
                    None => at.helmfile(),
                };
                let list = list(snapshot, helmfile.completions(offset).into_iter(), |range| at.range(range));
                return Ok((Some(list), asking));
            }
            if let Some((at, offset)) = chart_yaml::place(snapshot, &params) {
                let items = at.completions(offset, asking.as_ref().map(|it| it as &dyn Catalog));
                let list = list(snapshot, items.into_iter(), |range| at.range(range));
                return Ok((Some(list), asking));
            }
            let Some(at) = from::place(snapshot, &params)? else { return Ok((None, None)) };
            let places = at.places(snapshot);
            let mut items = at.analysis()?.completions(at.pos);
            items.extend(at.names(snapshot));
            if snapshot.settings.schemas {
                items.extend(at.fields()?);
            }
            let range = |range| places.range(text::FileRange { file: at.pos.file, range });
            Ok((Some(list(snapshot, items.into_iter(), range)), None))
        })
        .await
}

fn list(
    snapshot: &Snapshot,
    items: impl Iterator<Item = ide::CompletionItem>,
    range: impl Fn(TextRange) -> Range,
) -> CompletionList {
    let item = |(order, it): (usize, ide::CompletionItem)| CompletionItem {
        text_edit: Some(CompletionItemTextEdit::TextEdit(TextEdit {
            range: range(it.range),
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
    let items = items.enumerate().map(item).collect();
    CompletionList { is_incomplete: false, items, ..CompletionList::default() }
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
