//! `textDocument/foldingRange`: blocks of a template, and keys with what belongs to them.

use std::collections::BTreeSet;

use syntax::{ActionKind, Outline, Template};
use text::{Text, TextSize};
use tower_lsp::jsonrpc::Result;

use crate::convert::from;
use crate::lsp_types::{FoldingRange, FoldingRangeKind, FoldingRangeParams};
use crate::server::{Lane, Server};
use crate::state::Syntax;

pub(crate) async fn handle(server: &Server, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
    server
        .run(Lane::Interactive, move |snapshot, _| {
            let Some(document) = from::document(snapshot, &params.text_document.uri) else { return Ok(None) };
            let Some(syntax) = document.syntax() else { return Ok(None) };
            let folds = match syntax {
                Syntax::Template(template) => of_template(template, &document.text),
                Syntax::Yaml(yaml) => of_keys(yaml.outline(), &document.text),
            };
            Ok(Some(folds.into_iter().map(answer).collect()))
        })
        .await
}

/// Lines from the one that stays to the last one that goes; whole lines, as every client folds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fold {
    first: u32,
    last: u32,
    comment: bool,
}

fn of_template(template: &Template, text: &Text) -> BTreeSet<Fold> {
    let ast = template.ast();
    let mut folds = of_keys(template.yaml(), text);
    for block in &ast.blocks {
        for branch in &block.branches {
            // The `else` or `end` behind a body stays visible, as does the head before it.
            let head = line(text, ast.action(branch.action).range.end());
            let next = line(text, branch.body.end());
            insert(&mut folds, head, next.saturating_sub(1), false);
        }
    }
    for action in ast.actions.iter().filter(|it| it.kind == ActionKind::Comment) {
        insert(&mut folds, line(text, action.range.start()), line(text, action.range.end()), true);
    }
    folds
}

fn of_keys(outline: &Outline, text: &Text) -> BTreeSet<Fold> {
    let mut folds = BTreeSet::new();
    for (_, entry) in outline.entries().filter(|(_, it)| !it.commented) {
        let end = text.slice(entry.full).trim_end().len() as u32;
        insert(
            &mut folds,
            line(text, entry.full.start()),
            line(text, entry.full.start() + TextSize::from(end)),
            false,
        );
    }
    folds
}

fn insert(folds: &mut BTreeSet<Fold>, first: u32, last: u32, comment: bool) {
    if first < last {
        folds.insert(Fold { first, last, comment });
    }
}

fn line(text: &Text, offset: TextSize) -> u32 {
    text.line_column(offset, text::Encoding::Utf8).line
}

fn answer(fold: Fold) -> FoldingRange {
    FoldingRange {
        start_line: fold.first,
        start_character: None,
        end_line: fold.last,
        end_character: None,
        kind: fold.comment.then_some(FoldingRangeKind::Comment),
        collapsed_text: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(u32, u32)]) {
        let folds = of_template(&Template::parse(text), &Text::new(text));
        let lines: Vec<_> = folds.iter().map(|it| (it.first, it.last)).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn branches_fold_and_their_heads_stay() {
        check("{{ if .a }}\nb\n{{ else }}\nc\nd\n{{ end }}\n", &[(0, 1), (2, 4)]);
    }

    #[test]
    fn keys_fold() {
        check("a:\n  b:\n    c: 1\nd: 2\n\n", &[(0, 2), (1, 2)]);
    }

    #[test]
    fn comments_fold() {
        check("{{/*\n a\n*/}}\nb: 1\n", &[(0, 2)]);
    }

    #[test]
    fn what_is_not_closed_folds_to_its_end() {
        check("{{ if .a }}\nb\nc\n", &[(0, 2)]);
    }
}
