//! Actions into blocks.
//!
//! An `end` too few or too many must not upset the rest of the file. A `define` can only stand at the top, so
//! one that seems to stand inside another block closes what is open there; what is still open at the end of
//! the file reaches to it; an `else` or `end` without a block belongs to none.

use text::{TextRange, TextSize};

use super::ast::{Action, ActionId, ActionKind, Ast, Block, BlockId, BlockKind, Branch, BranchId};
use super::expr;
use super::lexer::{self, Lexeme, LexemeKind, RawAction};

impl Ast {
    /// Reads a template. This never fails and never recurses over blocks.
    pub fn parse(source: &str) -> Self {
        let len = TextSize::of(source);
        let mut builder = Builder { ast: Self { len, ..Self::default() }, open: Vec::new() };
        for raw in lexer::actions(source) {
            builder.add(action(source, &raw));
        }
        while !builder.open.is_empty() {
            builder.close(len, None);
        }
        builder.ast
    }
}

struct Builder {
    ast: Ast,
    open: Vec<BlockId>,
}

impl Builder {
    fn add(&mut self, mut action: Action) {
        let id = ActionId(self.ast.actions.len() as u32);
        let (start, end) = (action.range.start(), action.range.end());
        match action.kind {
            ActionKind::Define => {
                while !self.open.is_empty() {
                    self.close(start, None);
                }
                self.open_block(BlockKind::Define, id, &mut action);
            }
            ActionKind::If => self.open_block(BlockKind::If, id, &mut action),
            ActionKind::With => self.open_block(BlockKind::With, id, &mut action),
            ActionKind::Range => self.open_block(BlockKind::Range, id, &mut action),
            ActionKind::Block => self.open_block(BlockKind::Block, id, &mut action),
            ActionKind::Else | ActionKind::ElseIf | ActionKind::ElseWith => self.divide(id, &mut action),
            ActionKind::End => {
                action.opens = self.current();
                if action.opens.is_some() {
                    self.close(start, Some((id, end)));
                }
                action.parent = self.current();
            }
            ActionKind::Comment
            | ActionKind::Pipeline
            | ActionKind::Template
            | ActionKind::Break
            | ActionKind::Continue => action.parent = self.current(),
        }
        self.ast.actions.push(action);
    }

    /// The branch that text would stand in now.
    fn current(&self) -> Option<BranchId> {
        let block = *self.open.last()?;
        Some(BranchId { block, branch: self.ast.block(block).branches.len() as u32 - 1 })
    }

    fn open_block(&mut self, kind: BlockKind, id: ActionId, action: &mut Action) {
        let parent = self.current();
        let block = BlockId(self.ast.blocks.len() as u32);
        action.parent = parent;
        action.opens = Some(BranchId { block, branch: 0 });
        let body = TextRange::empty(action.range.end());
        let branches = vec![Branch { action: id, body }];
        self.ast.blocks.push(Block { kind, range: action.range, branches, end: None, parent });
        self.open.push(block);
    }

    fn divide(&mut self, id: ActionId, action: &mut Action) {
        let Some(current) = self.current() else { return };
        self.end_branch(current.block, action.range.start());
        let block = &mut self.ast.blocks[current.block.0 as usize];
        block.branches.push(Branch { action: id, body: TextRange::empty(action.range.end()) });
        action.parent = block.parent;
        action.opens = self.current();
    }

    fn end_branch(&mut self, block: BlockId, at: TextSize) {
        if let Some(branch) = self.ast.blocks[block.0 as usize].branches.last_mut() {
            branch.body = TextRange::new(branch.body.start(), at.max(branch.body.start()));
        }
    }

    /// Closes the innermost block, whose last body stops at `at`.
    fn close(&mut self, at: TextSize, end: Option<(ActionId, TextSize)>) {
        let Some(id) = self.open.pop() else { return };
        self.end_branch(id, at);
        let block = &mut self.ast.blocks[id.0 as usize];
        block.end = end.map(|(action, _)| action);
        let stop = end.map_or(at, |(_, stop)| stop);
        block.range = TextRange::new(block.range.start(), stop.max(block.range.end()));
    }
}

fn action(source: &str, raw: &RawAction) -> Action {
    let mut action = Action {
        range: expr::range(&raw.range),
        inner: expr::range(&raw.inner),
        trim_left: raw.trim_left,
        trim_right: raw.trim_right,
        closed: raw.closed,
        kind: if raw.comment { ActionKind::Comment } else { ActionKind::Pipeline },
        keyword: None,
        second_keyword: None,
        name: None,
        pipeline: None,
        parent: None,
        opens: None,
    };
    let mut tokens = raw.tokens.as_slice();
    if let Some(kind) = tokens.first().and_then(|first| keyword(source, first)) {
        action.keyword = Some(expr::range(&tokens[0].range));
        tokens = &tokens[1..];
        action.kind = kind;
    }
    if action.kind == ActionKind::Else {
        let second = tokens.first().and_then(|it| keyword(source, it));
        let kind = match second {
            Some(ActionKind::If) => Some(ActionKind::ElseIf),
            Some(ActionKind::With) => Some(ActionKind::ElseWith),
            _ => None,
        };
        if let Some(kind) = kind {
            action.kind = kind;
            action.second_keyword = Some(expr::range(&tokens[0].range));
            tokens = &tokens[1..];
        }
    }
    if matches!(action.kind, ActionKind::Define | ActionKind::Block | ActionKind::Template) {
        action.name = tokens.first().and_then(|first| expr::string(source, first));
        tokens = &tokens[usize::from(action.name.is_some())..];
    }
    action.pipeline = expr::pipeline(source, tokens);
    action
}

fn keyword(source: &str, token: &Lexeme) -> Option<ActionKind> {
    if token.kind != LexemeKind::Identifier {
        return None;
    }
    match &source[token.range.clone()] {
        "if" => Some(ActionKind::If),
        "with" => Some(ActionKind::With),
        "range" => Some(ActionKind::Range),
        "define" => Some(ActionKind::Define),
        "block" => Some(ActionKind::Block),
        "else" => Some(ActionKind::Else),
        "end" => Some(ActionKind::End),
        "template" => Some(ActionKind::Template),
        "break" => Some(ActionKind::Break),
        "continue" => Some(ActionKind::Continue),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    /// Blocks in order, each with its bodies, `end` or the lack of it.
    #[track_caller]
    fn check(source: &str, expected: &str) {
        let ast = Ast::parse(source);
        let mut out = String::new();
        for block in &ast.blocks {
            let depth = std::iter::successors(block.parent, |it| ast.block(it.block).parent).count();
            let _ = write!(out, "{}{:?}", "  ".repeat(depth), block.kind);
            for branch in &block.branches {
                let _ = write!(out, " {:?}", &source[branch.body]);
            }
            out.push_str(if block.end.is_some() { "\n" } else { " …\n" });
        }
        assert_eq!(out.trim_end(), expected);
    }

    #[test]
    fn branches() {
        check("{{ if .a }}b{{ else if .c }}d{{ else }}e{{ end }}f", "If \"b\" \"d\" \"e\"");
        check("{{ with .a }}b{{ else with .c }}d{{ end }}", "With \"b\" \"d\"");
    }

    #[test]
    fn nesting() {
        check("{{ range .a }}{{ if .b }}c{{ end }}{{ end }}", "Range \"{{ if .b }}c{{ end }}\"\n  If \"c\"");
    }

    #[test]
    fn a_missing_end_reaches_to_the_end_of_the_file() {
        check("{{ if .a }}b", "If \"b\" …");
        check("{{ if .a }}{{ if .b }}c{{ end }}d", "If \"{{ if .b }}c{{ end }}d\" …\n  If \"c\"");
    }

    #[test]
    fn a_missing_end_reaches_to_the_next_define() {
        check(
            "{{ define \"a\" }}{{ if .x }}b{{ end }}\n{{ define \"c\" }}d{{ end }}",
            "Define \"{{ if .x }}b{{ end }}\\n\" …\n  If \"b\"\nDefine \"d\"",
        );
    }

    #[test]
    fn an_end_too_many_belongs_to_nothing() {
        check("{{ end }}{{ else }}{{ if .a }}b{{ end }}{{ end }}", "If \"b\"");
        assert_eq!(Ast::parse("{{ end }}").actions[0].opens, None);
    }

    #[test]
    fn names() {
        let ast = Ast::parse("{{ define \"a.b\" }}{{ template `c` .x }}{{ end }}{{ template }}");
        let names: Vec<_> = ast.actions.iter().map(|it| it.name.as_ref().map(|name| &*name.value)).collect();
        assert_eq!(names, [Some("a.b"), Some("c"), None, None]);
    }

    #[test]
    fn a_hundred_thousand_blocks_do_no_harm() {
        let ast = Ast::parse(&"{{ if .a }}".repeat(100_000));
        assert_eq!(ast.blocks.len(), 100_000);
    }
}
