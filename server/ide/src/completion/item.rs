//! An item of a completion: plain data, in the editor's words.

use text::TextRange;

/// Something that can stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletionItem {
    /// What the list shows.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A value, a type or a signature, behind the label.
    pub detail: String,
    /// More, in Markdown.
    pub documentation: String,
    /// What is replaced.
    pub range: TextRange,
    /// By what.
    pub insert: String,
    /// What the typed text is matched against, if that is not the label.
    pub filter: Option<String>,
    /// Lower comes first.
    pub rank: u8,
}

/// What a completion item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    /// A key of the values, or of a map.
    Value,
    /// A key whose value holds further keys.
    Section,
    /// A built-in object or one of its fields.
    Builtin,
    /// A method of a built-in object.
    Method,
    /// A template function.
    Function,
    /// A word of the template language.
    Keyword,
    /// A variable.
    Variable,
    /// A named template.
    Define,
    /// A file of the chart.
    File,
    /// The name of something in the cluster.
    Name,
}

impl CompletionItem {
    /// An item that inserts its label.
    pub(crate) fn new(label: impl Into<String>, kind: CompletionKind, range: TextRange) -> Self {
        let label = label.into();
        Self {
            insert: label.clone(),
            label,
            kind,
            detail: String::new(),
            documentation: String::new(),
            range,
            filter: None,
            rank: 1,
        }
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    pub(crate) fn documentation(mut self, documentation: impl Into<String>) -> Self {
        self.documentation = documentation.into();
        self
    }

    pub(crate) fn rank(mut self, rank: u8) -> Self {
        self.rank = rank;
        self
    }
}
