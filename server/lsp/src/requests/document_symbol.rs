//! `textDocument/documentSymbol`: the keys of a file, and the named templates that it defines.

use syntax::{EntryId, EntryName, Outline, Template, ValueKind};
use text::TextRange;
use tower_lsp::jsonrpc::Result;

use crate::convert::{from, to};
use crate::lsp_types::{
    BaseSymbolInformation, DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, Location, Range,
    SymbolInformation, SymbolKind, Uri,
};
use crate::server::{Lane, Server};
use crate::state::{Document, Snapshot, Syntax};

pub(crate) async fn handle(
    server: &Server,
    params: DocumentSymbolParams,
) -> Result<Option<DocumentSymbolResponse>> {
    server
        .run(Lane::Interactive, move |snapshot, _| {
            let Some(document) = from::document(snapshot, &params.text_document.uri) else { return Ok(None) };
            let Some(syntax) = document.syntax() else { return Ok(None) };
            let symbols = match syntax {
                Syntax::Template(template) => of_template(template),
                Syntax::Yaml(yaml) => keys(yaml.outline(), yaml.outline().roots(), 0),
            };
            Ok(Some(answer(snapshot, &document, symbols)))
        })
        .await
}

/// A symbol in our own words.
struct Symbol {
    name: String,
    kind: SymbolKind,
    full: TextRange,
    focus: TextRange,
    children: Vec<Symbol>,
}

/// A define holds the keys in its body.
fn of_template(template: &Template) -> Vec<Symbol> {
    let define = |it: syntax::Definition| Symbol {
        name: it.name.value.clone(),
        kind: SymbolKind::Function,
        full: it.range,
        focus: it.name.content,
        children: Vec::new(),
    };
    let mut symbols: Vec<Symbol> = template.ast().definitions().map(define).collect();
    for key in keys(template.yaml(), template.yaml().roots(), 0) {
        match symbols
            .iter_mut()
            .find(|it| it.kind == SymbolKind::Function && it.full.contains_range(key.focus))
        {
            // A key at the end of a define may seem to reach beyond it.
            Some(define) => define.children.push(within(key, define.full)),
            None => symbols.push(key),
        }
    }
    symbols.sort_by_key(|it| (it.full.start(), it.focus.start()));
    symbols
}

/// The protocol wants children inside of their parents.
fn within(mut symbol: Symbol, limit: TextRange) -> Symbol {
    symbol.full = symbol.full.intersect(limit).unwrap_or(symbol.focus);
    let full = symbol.full;
    symbol.children.retain(|it| full.contains_range(it.focus));
    symbol.children = symbol.children.into_iter().map(|it| within(it, full)).collect();
    symbol
}

/// Nobody looks deeper into an outline, and files may be nested without end.
const MAX_DEPTH: usize = 64;

fn keys(outline: &Outline, entries: &[EntryId], depth: usize) -> Vec<Symbol> {
    if depth > MAX_DEPTH {
        return Vec::new();
    }
    let entries = entries.iter().map(|id| outline.entry(*id)).filter(|it| !it.commented);
    let symbol = |it: &syntax::Entry| Symbol {
        name: match &it.name {
            // A symbol without a name is refused by some clients.
            EntryName::Key(key) if key.trim().is_empty() => "\"\"".to_owned(),
            EntryName::Key(key) => key.clone(),
            EntryName::Item(number) => format!("[{number}]"),
        },
        kind: match it.kind {
            ValueKind::Mapping => SymbolKind::Object,
            ValueKind::Sequence => SymbolKind::Array,
            ValueKind::Null => SymbolKind::Null,
            ValueKind::Scalar | ValueKind::BlockScalar => SymbolKind::String,
            ValueKind::Alias => SymbolKind::Variable,
        },
        full: it.full.cover(it.name_range),
        focus: it.name_range,
        children: keys(outline, &it.children, depth + 1),
    };
    entries.map(symbol).collect()
}

/// In the form that the client understands.
fn answer(snapshot: &Snapshot, document: &Document, symbols: Vec<Symbol>) -> DocumentSymbolResponse {
    let range = |it| to::range(&document.text, it, snapshot.client.encoding);
    if snapshot.client.nested_symbols {
        return DocumentSymbolResponse::DocumentSymbolList(
            symbols.into_iter().map(|it| nested(it, &range)).collect(),
        );
    }
    let mut flat = Vec::new();
    let mut next: Vec<(Symbol, Option<String>)> = symbols.into_iter().rev().map(|it| (it, None)).collect();
    while let Some((symbol, container)) = next.pop() {
        let children = symbol.children.into_iter().rev();
        next.extend(children.map(|it| (it, Some(symbol.name.clone()))));
        let location = Location { uri: Uri(document.uri.to_string()), range: range(symbol.full) };
        #[expect(deprecated, reason = "the protocol's type has no other way to be made")]
        flat.push(SymbolInformation {
            location,
            deprecated: None,
            base_symbol_information: BaseSymbolInformation {
                name: symbol.name,
                kind: symbol.kind,
                tags: None,
                container_name: container,
            },
        });
    }
    DocumentSymbolResponse::SymbolInformationList(flat)
}

fn nested(symbol: Symbol, range: &impl Fn(TextRange) -> Range) -> DocumentSymbol {
    let children: Vec<_> = symbol.children.into_iter().map(|it| nested(it, range)).collect();
    #[expect(deprecated, reason = "the protocol's type has no other way to be made")]
    DocumentSymbol {
        name: symbol.name,
        detail: None,
        kind: symbol.kind,
        tags: None,
        deprecated: None,
        range: range(symbol.full),
        selection_range: range(symbol.focus),
        children: (!children.is_empty()).then_some(children),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(symbols: &[Symbol], text: &str, depth: usize, out: &mut String) {
        for symbol in symbols {
            let full = &text[symbol.full];
            let first = full.lines().next().unwrap_or_default();
            out.push_str(&format!("{}{} | {first}\n", "  ".repeat(depth), symbol.name));
            shown(&symbol.children, text, depth + 1, out);
        }
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut out = String::new();
        shown(&of_template(&Template::parse(text)), text, 0, &mut out);
        assert_eq!(out, expected);
    }

    #[test]
    fn keys_of_a_template() {
        check("kind: A\nspec:\n  b: {{ .c }}\n", "kind | kind: A\nspec | spec:\n  b | b: {{ .c }}\n");
    }

    #[test]
    fn a_define_holds_its_keys() {
        let text = "{{ define \"x\" }}\na: 1\n{{ end }}\nb: 2\n";
        check(text, "x | {{ define \"x\" }}\n  a | a: 1\nb | b: 2\n");
    }

    #[test]
    fn nesting_is_bounded() {
        let text = "a: ".to_owned() + &"[".repeat(1000);
        let template = Template::parse(text);
        assert!(!of_template(&template).is_empty());
    }
}
