//! `textDocument/codeAction`: the lenses' commands once more, for those who work by keyboard, and what belongs to a place:
//! the live object.

use serde_json::json;
use tower_lsp::jsonrpc::Result;

use super::code_lens;
use crate::ext;
use crate::lsp_types::{CodeAction, CodeActionKind, CodeActionParams, Command};
use crate::server::{Lane, Server};

/// What these actions are: of the whole file, so that no editor shows a light bulb on every line for them.
pub(crate) fn kind() -> CodeActionKind {
    CodeActionKind::Custom("source.chartroom".into())
}

pub(crate) async fn handle(server: &Server, params: CodeActionParams) -> Result<Option<Vec<CodeAction>>> {
    if !is_wanted(params.context.only.as_deref()) {
        return Ok(None);
    }
    server
        .run(Lane::Interactive, move |snapshot, _| {
            let uri = params.text_document.uri.0;
            let mut commands = code_lens::commands(snapshot, &uri);
            if commands.is_empty() {
                return Ok(None);
            }
            let more = |title: &str, command: &str, arguments| Command {
                title: title.to_owned(),
                tooltip: None,
                command: command.to_owned(),
                arguments: Some(arguments),
            };
            commands.push(more("Uninstall", ext::UNINSTALL_COMMAND, vec![json!(uri)]));
            if uri.contains("/templates/") {
                let place = json!({ "position": params.range.start });
                commands.push(more("Open Live Object", ext::OPEN_LIVE_COMMAND, vec![json!(uri), place]));
            }
            let action = |command: Command| CodeAction {
                title: command.title.clone(),
                kind: Some(kind()),
                command: Some(command),
                ..CodeAction::default()
            };
            Ok(Some(commands.into_iter().map(action).collect()))
        })
        .await
}

/// Whether the client wants actions of our kind: of one that ours is part of, or of none in particular.
fn is_wanted(only: Option<&[CodeActionKind]>) -> bool {
    let Some(only) = only else { return true };
    let own = String::from(kind());
    let covers = |wanted: &CodeActionKind| {
        let wanted = String::from(wanted.clone());
        wanted.is_empty() || own == wanted || own.starts_with(&format!("{wanted}."))
    };
    only.iter().any(covers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_wants_them_gets_them() {
        assert!(is_wanted(None));
        assert!(is_wanted(Some(&[CodeActionKind::Source])));
        assert!(is_wanted(Some(&[CodeActionKind::QuickFix, kind()])));
        assert!(!is_wanted(Some(&[CodeActionKind::QuickFix])));
        assert!(!is_wanted(Some(&[CodeActionKind::SourceFixAll])));
    }
}
