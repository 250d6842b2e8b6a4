//! A template as it is open in an editor.

use std::sync::Arc;

use text::{Edit, TextRange, TextSize};

use super::ast::Ast;
use super::cursor::CursorContext;
use super::mask::mask;
use crate::tree::{Grammar, SyntaxTree};
use crate::yaml::Outline;

/// A template with everything that can be known of it alone. Cloning costs next to nothing.
#[derive(Clone, Debug)]
pub struct Template {
    text: Arc<str>,
    tree: SyntaxTree,
    ast: Arc<Ast>,
    masked: Arc<str>,
    yaml_tree: SyntaxTree,
    yaml: Arc<Outline>,
}

impl Template {
    /// Reads a template from scratch.
    pub fn parse(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let ast = Ast::parse(&text);
        let masked: Arc<str> = mask(&text, &ast).into();
        Self {
            tree: SyntaxTree::new(Grammar::Template),
            yaml_tree: SyntaxTree::new(Grammar::Yaml),
            yaml: Arc::new(Outline::parse(&masked)),
            ast: Arc::new(ast),
            masked,
            text,
        }
    }

    /// The template after `edit`, given the text that the edit made. Equal to parsing that text from scratch.
    ///
    /// Trees are re-used where the edit left them alone. An edit may move the mask far from where it is
    /// (a `}}` typed at last), so the mask's own change is found by comparing.
    #[must_use]
    pub fn edited(&self, edit: &Edit, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let ast = Ast::parse(&text);
        let masked = mask(&text, &ast);
        let (masked, yaml_tree, yaml) = match Edit::between(&self.masked, &masked) {
            None => (self.masked.clone(), self.yaml_tree.clone(), self.yaml.clone()),
            Some(change) => {
                let tree = self.yaml_tree.edited(&self.masked, &masked, &change);
                let outline = Arc::new(Outline::parse(&masked));
                (masked.into(), tree, outline)
            }
        };
        let tree = self.tree.edited(&self.text, &text, edit);
        Self { text, tree, ast: Arc::new(ast), masked, yaml_tree, yaml }
    }

    /// The text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Actions, blocks, expressions.
    pub fn ast(&self) -> &Ast {
        &self.ast
    }

    /// The text with every action painted over, of the same length: YAML, as far as that can be told without
    /// rendering.
    pub fn masked(&self) -> &Arc<str> {
        &self.masked
    }

    /// The keys of the YAML around the actions, with offsets of the template.
    pub fn yaml(&self) -> &Outline {
        &self.yaml
    }

    /// What stands at `offset`.
    pub fn cursor(&self, offset: TextSize) -> CursorContext<'_> {
        self.ast.cursor(&self.text, offset)
    }

    /// Whether the grammar found something it could not read in the actions.
    pub fn has_action_error(&self) -> bool {
        self.tree.has_error(&self.text)
    }

    /// Whether the YAML grammar stumbled over the masked text; half of that is the mask's fault, so this is
    /// no diagnostic.
    pub fn has_yaml_error(&self) -> bool {
        self.yaml_tree.has_error(&self.masked)
    }

    /// Ever larger ranges around `offset`, for "expand selection": through the expression in an action,
    /// through the YAML outside of it.
    pub fn selection_ranges(&self, offset: TextSize) -> Vec<TextRange> {
        let mut ranges = self.tree.ranges_around(&self.text, offset);
        if self.ast.action_at(offset).is_none() {
            // The text between two actions is no unit to a person; lines, pairs and blocks are.
            ranges.retain(|range| self.ast.blocks.iter().any(|block| block.range == *range));
        }
        let mut yaml = self.yaml_tree.ranges_around(&self.masked, offset);
        let largest = ranges.first().copied().unwrap_or(TextRange::empty(offset));
        yaml.retain(|range| range.contains_range(largest) && *range != largest);
        ranges.extend(yaml);
        ranges.sort_by_key(|range| range.len());
        ranges.dedup();
        nested(ranges)
    }

    /// What tree-sitter holds, in words, for comparing trees in tests.
    #[doc(hidden)]
    pub fn dump_trees(&self) -> (String, String) {
        (self.tree.dump(&self.text), self.yaml_tree.dump(&self.masked))
    }

    /// Where the grammar sees actions, for comparing with [`Template::ast`] in tests.
    #[doc(hidden)]
    pub fn grammar_actions(&self) -> Vec<(usize, usize)> {
        self.tree.delimiters(&self.text)
    }
}

/// Keeps of `ranges`, from small to large, those that hold the one kept before.
fn nested(ranges: Vec<TextRange>) -> Vec<TextRange> {
    let mut kept: Vec<TextRange> = Vec::new();
    for range in ranges {
        if kept.last().is_none_or(|last| range.contains_range(*last)) {
            kept.push(range);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_edit(before: &str, start: u32, end: u32, new: &str) {
        let edit = Edit::replace(TextRange::new(start.into(), end.into()), new);
        let after = edit.applied_to(before);
        let edited = Template::parse(before).edited(&edit, after.as_str());
        let fresh = Template::parse(after);
        assert_eq!(edited.dump_trees(), fresh.dump_trees());
        assert_eq!(edited.masked, fresh.masked);
        assert_eq!(edited.ast, fresh.ast);
        assert_eq!(edited.yaml, fresh.yaml);
    }

    #[test]
    fn an_edit_equals_a_fresh_start() {
        check_edit("a: {{ .b }}\nc: d\n", 7, 8, "bc");
        check_edit("a: {{ .b }}\nc: d\n", 16, 16, "e");
        check_edit("a: b\nc: {{ .d }}\n", 3, 4, "{{");
        check_edit("a: {{ .b\nc: {{ .d }}\n", 8, 8, " }}");
        check_edit("{{ if .a }}\nb: c\n{{ end }}", 17, 26, "");
    }

    #[test]
    fn selection_grows_through_the_expression() {
        let text = "a: {{ include \"x\" .Values.b }}\nc: d\n";
        let template = Template::parse(text);
        let shown: Vec<_> = template.selection_ranges(27.into()).into_iter().map(|it| &text[it]).collect();
        assert_eq!(shown[0], "b");
        assert_eq!(shown[1], ".Values.b");
        assert!(shown.contains(&"{{ include \"x\" .Values.b }}"), "{shown:?}");
        assert!(shown.contains(&"a: {{ include \"x\" .Values.b }}"), "{shown:?}");
    }

    #[test]
    fn selection_grows_through_the_yaml() {
        let text = "a:\n  b: {{ .x }}\n  c: d\n";
        let template = Template::parse(text);
        let shown: Vec<_> = template.selection_ranges(21.into()).into_iter().map(|it| &text[it]).collect();
        assert!(shown.contains(&"c: d"), "{shown:?}");
        assert!(shown.contains(&"b: {{ .x }}\n  c: d"), "{shown:?}");
    }
}
