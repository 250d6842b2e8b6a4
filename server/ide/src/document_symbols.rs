//! Document symbols: defines and keys of a template, keys of a values file, nested as they are.

use syntax::{EntryId, EntryName, Outline, ValueKind};
use text::{FileId, TextRange};

use crate::analysis::Analysis;

/// A symbol of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentSymbol {
    /// Its name.
    pub name: String,
    /// What stands behind a key, if it is short.
    pub detail: String,
    /// What it is.
    pub kind: SymbolKind,
    /// All of it.
    pub range: TextRange,
    /// Its name.
    pub focus: TextRange,
    /// What it holds.
    pub children: Vec<DocumentSymbol>,
}

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SymbolKind {
    /// A named template.
    Define,
    /// A key whose value holds keys.
    Section,
    /// A key whose value is a list.
    List,
    /// Another key.
    Key,
}

impl Analysis {
    /// The symbols of a file of the chart.
    pub fn document_symbols(&self, file: FileId) -> Vec<DocumentSymbol> {
        if let Some(source) = self.values_file(file) {
            return keys(source.parsed().outline(), source.text(), None);
        }
        let Some(source) = self.template(file) else { return Vec::new() };
        let define = |it: syntax::Definition<'_>| DocumentSymbol {
            name: it.name.value.clone(),
            detail: "define".to_owned(),
            kind: SymbolKind::Define,
            range: it.range,
            focus: it.name.content,
            children: Vec::new(),
        };
        let mut symbols: Vec<DocumentSymbol> = source.ast().definitions().map(define).collect();
        let document = source.document();
        let bodies: Vec<TextRange> = symbols.iter().map(|it| it.range).collect();
        let outside = |it: &DocumentSymbol| !bodies.iter().any(|body| body.contains_range(it.focus));
        symbols.extend(keys(document.yaml(), source.text(), None).into_iter().filter(outside));
        symbols.sort_by_key(|it| it.range.start());
        symbols
    }
}

/// How deep keys are listed: deeper ones are found faster by looking.
const MAX_DEPTH: usize = 12;

fn keys(outline: &Outline, text: &str, parent: Option<EntryId>) -> Vec<DocumentSymbol> {
    let depth = parent.map_or(0, |it| outline.chain(it).len());
    let shown = outline.children(parent).iter().filter(|_| depth < MAX_DEPTH);
    let symbol = |id: &EntryId| {
        let entry = outline.entry(*id);
        if entry.commented {
            return None;
        }
        let name = match &entry.name {
            EntryName::Key(key) => key.clone(),
            EntryName::Item(at) => format!("[{at}]"),
        };
        let (kind, detail) = match entry.kind {
            ValueKind::Mapping => (SymbolKind::Section, String::new()),
            ValueKind::Sequence => (SymbolKind::List, String::new()),
            ValueKind::Null | ValueKind::Scalar | ValueKind::BlockScalar | ValueKind::Alias => {
                let first = text.get(std::ops::Range::from(entry.value)).and_then(|it| it.lines().next());
                (SymbolKind::Key, first.unwrap_or_default().chars().take(60).collect())
            }
        };
        let children = keys(outline, text, Some(*id));
        Some(DocumentSymbol { name, detail, kind, range: entry.full, focus: entry.name_range, children })
    };
    shown.filter_map(symbol).collect()
}
