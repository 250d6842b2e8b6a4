//! A values file as it is open in an editor.

use std::sync::Arc;

use text::{Edit, TextRange, TextSize};

use super::comments::{self, KeyDoc, Params};
use super::cursor::YamlCursor;
use super::examples;
use super::outline::{EntryId, EntryName, Outline};
use crate::tree::{Grammar, SyntaxTree};

/// A values file with everything that can be known of it alone. Cloning costs next to nothing.
#[derive(Clone, Debug)]
pub struct ValuesFile {
    text: Arc<str>,
    tree: SyntaxTree,
    read: Arc<Read>,
}

#[derive(Debug, PartialEq, Eq)]
struct Read {
    outline: Outline,
    params: Params,
    claimed: Vec<TextRange>,
}

impl Read {
    fn new(text: &str) -> Arc<Self> {
        let mut outline = Outline::parse(text);
        let claimed = examples::add(text, &mut outline);
        Arc::new(Self { outline, params: Params::read(text), claimed })
    }
}

impl ValuesFile {
    /// Reads a file from scratch.
    pub fn parse(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        Self { tree: SyntaxTree::new(Grammar::Yaml), read: Read::new(&text), text }
    }

    /// The file after `edit`, given the text that the edit made. Equal to parsing that text from scratch.
    #[must_use]
    pub fn edited(&self, edit: &Edit, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        Self { tree: self.tree.edited(&self.text, &text, edit), read: Read::new(&text), text }
    }

    /// The text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// All keys and items; those that stand in comments only are marked, and come last.
    pub fn outline(&self) -> &Outline {
        &self.read.outline
    }

    /// The names from the top down to what `offset` is in: `image`, `tag`.
    pub fn path_at(&self, offset: TextSize) -> Option<Vec<EntryName>> {
        let id = self.outline().at(offset)?;
        Some(self.outline().path(id))
    }

    /// What the comments say about an entry.
    pub fn doc(&self, id: EntryId) -> Option<KeyDoc> {
        comments::doc_of(&self.text, &self.read.outline, &self.read.params, &self.read.claimed, id)
    }

    /// What stands at `offset`.
    pub fn cursor(&self, offset: TextSize) -> YamlCursor {
        self.outline().cursor(&self.text, offset)
    }

    /// Whether the YAML grammar found something it could not read.
    pub fn has_error(&self) -> bool {
        self.tree.has_error(&self.text)
    }

    /// Ever larger ranges around `offset`, for "expand selection".
    pub fn selection_ranges(&self, offset: TextSize) -> Vec<TextRange> {
        self.tree.ranges_around(&self.text, offset)
    }

    /// What tree-sitter holds, in words, for comparing trees in tests.
    #[doc(hidden)]
    pub fn dump_tree(&self) -> String {
        self.tree.dump(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::super::path_text;
    use super::*;

    #[test]
    fn an_edit_equals_a_fresh_start() {
        let before = "a: 1\nb:\n  - c: 2\n  # - d: 3\n";
        let edit = Edit::insert(TextSize::from(16), "x");
        let after = edit.applied_to(before);
        let edited = ValuesFile::parse(before).edited(&edit, after.as_str());
        let fresh = ValuesFile::parse(after);
        assert_eq!(edited.dump_tree(), fresh.dump_tree());
        assert_eq!(edited.read, fresh.read);
    }

    #[test]
    fn a_place_has_a_path() {
        let values = ValuesFile::parse("a:\n  b:\n    - c: 1\n");
        let path = |at: u32| values.path_at(at.into()).map(|it| path_text(&it));
        assert_eq!(path(18).as_deref(), Some("a.b[0].c"));
        assert_eq!(path(6).as_deref(), Some("a.b"));
        assert_eq!(path(0).as_deref(), Some("a"));
    }

    #[test]
    fn selection_grows() {
        let text = "a:\n  b: c\n";
        let values = ValuesFile::parse(text);
        let shown: Vec<_> = values.selection_ranges(8.into()).into_iter().map(|it| &text[it]).collect();
        assert_eq!(&shown[..2], ["c", "b: c"]);
    }
}
