//! `textDocument/codeAction`: the lenses' commands once more, for those who work by keyboard, and what belongs to a place:
//! the live object. Before them what mends findings.

use serde_json::json;
use tower_lsp::jsonrpc::Result;

use super::code_lens;
use crate::chart_yaml;
use crate::convert::from;
use crate::ext;
use crate::fixes::fixes;
use crate::helmfiles;
use crate::lsp_types::{CodeAction, CodeActionKind, CodeActionParams, Command};
use crate::server::{Lane, Server};

/// What these actions are: of the whole file, so that no editor shows a light bulb on every line for them.
pub(crate) fn kind() -> CodeActionKind {
    CodeActionKind::Custom("source.chartroom".into())
}

pub(crate) async fn handle(server: &Server, params: CodeActionParams) -> Result<Option<Vec<CodeAction>>> {
    let only = params.context.only.as_deref();
    let (commands_wanted, fixes_wanted) =
        (is_wanted(only, &kind()), is_wanted(only, &CodeActionKind::QuickFix));
    if !commands_wanted && !fixes_wanted {
        return Ok(None);
    }
    server
        .run(Lane::Interactive, move |snapshot, _| {
            let action = |command: Command| CodeAction {
                title: command.title.clone(),
                kind: Some(kind()),
                command: Some(command),
                ..CodeAction::default()
            };
            if let Some(at) = helmfiles::at(snapshot, &params.text_document.uri) {
                let range = from::range(&at.document.text, params.range, snapshot.client.encoding);
                let mut actions = if fixes_wanted { at.fixes(range) } else { Vec::new() };
                if commands_wanted {
                    actions.extend(at.commands(range).into_iter().map(action));
                }
                return Ok(Some(actions));
            }
            let updates = chart_yaml::at(snapshot, &params.text_document.uri.0).filter(|_| fixes_wanted);
            let mut actions = updates.map_or_else(Vec::new, |at| at.updates(at.text_range(params.range)));
            if fixes_wanted {
                actions.extend(fixes(snapshot, &params.text_document, &params.context.diagnostics));
            }
            if !commands_wanted {
                return Ok((!actions.is_empty()).then_some(actions));
            }
            let uri = params.text_document.uri.0;
            let mut commands = code_lens::commands(snapshot, &uri);
            if commands.is_empty() {
                return Ok((!actions.is_empty()).then_some(actions));
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
            if uri.ends_with("/Chart.yaml") {
                let title = "Fetch Dependencies";
                commands.push(more(title, ext::FETCH_DEPENDENCIES_COMMAND, vec![json!(uri)]));
            }
            actions.extend(commands.into_iter().map(action));
            Ok(Some(actions))
        })
        .await
}

/// Whether the client wants actions of a kind: of one that it is part of, or of none in particular.
fn is_wanted(only: Option<&[CodeActionKind]>, kind: &CodeActionKind) -> bool {
    let Some(only) = only else { return true };
    let own = String::from(kind.clone());
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
        let is_wanted = |only: Option<&[CodeActionKind]>| is_wanted(only, &kind());
        assert!(is_wanted(None));
        assert!(is_wanted(Some(&[CodeActionKind::Source])));
        assert!(is_wanted(Some(&[CodeActionKind::QuickFix, kind()])));
        assert!(!is_wanted(Some(&[CodeActionKind::QuickFix])));
        assert!(!is_wanted(Some(&[CodeActionKind::SourceFixAll])));
    }
}
