//! `textDocument/selectionRange`: ever larger pieces around a cursor, through expressions and through the YAML.

use text::{TextRange, TextSize};
use tower_lsp::jsonrpc::{Error, Result};

use crate::convert::{from, to};
use crate::lsp_types::{Range, SelectionRange, SelectionRangeParams};
use crate::server::{Lane, Server};
use crate::state::Syntax;

/// How often a person grows a selection, with much to spare. Texts may be nested without end, and the answer is
/// nested as they are: whoever writes, reads or drops it does so recursively.
const MAX_STEPS: usize = 64;

pub(crate) async fn handle(
    server: &Server,
    params: SelectionRangeParams,
) -> Result<Option<Vec<SelectionRange>>> {
    server
        .run(Lane::Interactive, move |snapshot, cancel| {
            let Some(document) = from::document(snapshot, &params.text_document.uri) else { return Ok(None) };
            let Some(syntax) = document.syntax() else { return Ok(None) };
            let encoding = snapshot.client.encoding;
            let mut answer = Vec::with_capacity(params.positions.len());
            for position in params.positions {
                if cancel.is_set() {
                    return Err(Error::request_cancelled());
                }
                let offset = from::offset(&document.text, position, encoding);
                let range = |it| to::range(&document.text, it, encoding);
                answer.push(nested(steps(syntax, offset).into_iter().map(range)));
            }
            Ok(Some(answer))
        })
        .await
}

/// From small to large. There is always one, because the protocol wants one for each position.
fn steps(syntax: &Syntax, offset: TextSize) -> Vec<TextRange> {
    let mut steps = match syntax {
        Syntax::Template(template) => template.selection_ranges(offset),
        Syntax::Yaml(yaml) => yaml.selection_ranges(offset),
    };
    steps.truncate(MAX_STEPS);
    if steps.is_empty() {
        steps.push(TextRange::empty(offset));
    }
    steps
}

/// The smallest range, with the larger ones as its parents.
fn nested(steps: impl DoubleEndedIterator<Item = Range>) -> SelectionRange {
    let larger =
        |parent: Option<SelectionRange>, range| Some(SelectionRange::new(range, parent.map(Box::new)));
    steps.rev().fold(None, larger).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use syntax::{Template, ValuesFile};

    use super::*;

    #[test]
    fn a_cursor_in_nothing_has_an_empty_range() {
        let syntax = Syntax::Template(Template::parse(""));
        assert!(steps(&syntax, 0.into()).iter().all(|it| it.is_empty()));
        assert_eq!(steps(&syntax, 0.into()).len(), 1);
    }

    #[test]
    fn nesting_is_bounded() {
        let text = "a: ".to_owned() + &"[".repeat(500) + "1" + &"]".repeat(500);
        let syntax = Syntax::Yaml(ValuesFile::parse(text));
        assert_eq!(steps(&syntax, 503.into()).len(), MAX_STEPS);
    }
}
