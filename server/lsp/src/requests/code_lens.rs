//! `textDocument/codeLens`: what can be done with the chart's release, above the first line of its files.
//!
//! The cluster is not asked for it: what is said of the release is what was last seen, after somebody asked.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;
use tower_lsp::jsonrpc::Result;

use crate::convert::uri;
use crate::ext;
use crate::helmfiles;
use crate::lsp_types::{CodeLens, CodeLensParams, Command, Range};
use crate::server::{Lane, Server};
use crate::state::Snapshot;

pub(crate) async fn handle(server: &Server, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
    server
        .run(Lane::Interactive, move |snapshot, _| {
            if let Some(at) = helmfiles::at(snapshot, &params.text_document.uri) {
                let lens = |(range, command)| CodeLens { range, command: Some(command), data: None };
                return Ok(Some(at.lenses().into_iter().map(lens).collect()));
            }
            let uri = params.text_document.uri.0;
            let lens = |command| CodeLens { range: Range::default(), command: Some(command), data: None };
            Ok(Some(commands(snapshot, &uri).into_iter().map(lens).collect()))
        })
        .await
}

/// Files of a chart that say what is deployed: `Chart.yaml`, values and templates.
fn is_about_release(snapshot: &Snapshot, uri: &str) -> bool {
    let Some(path) = uri::path_of(uri) else { return false };
    let Some(root) = snapshot.root_of(uri) else { return false };
    let root = project::text_of(&root);
    let inside = path.strip_prefix(&root).and_then(|it| it.strip_prefix('/'));
    match inside {
        Some("Chart.yaml" | "values.yaml") => true,
        Some(inside) if inside.starts_with("templates/") => true,
        _ => {
            let root = project::path_of(&root);
            let targets = snapshot.own_targets(&root);
            targets.iter().flat_map(|it| &it.values_files).any(|it| project::text_of(it) == path)
        }
    }
}

/// What can be done with the release of the chart that a file belongs to.
pub(super) fn commands(snapshot: &Snapshot, uri: &str) -> Vec<Command> {
    if !is_about_release(snapshot, uri) {
        return Vec::new();
    }
    let Some(root) = snapshot.root_of(uri) else { return Vec::new() };
    let target = snapshot.active_target(&root).name;
    let checked = snapshot.checked(&root);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_nanos() as i128);
    let state = match checked {
        None => "Check Release".to_owned(),
        Some(checked) => format!("{} in {}: {}", checked.id.name, checked.place, checked.told(now)),
    };
    let command = |title: String, command: &str| Command {
        title,
        tooltip: None,
        command: command.to_owned(),
        arguments: Some(vec![json!(uri)]),
    };
    let mut commands = vec![
        command(format!("Diff {target}"), ext::DIFF_COMMAND),
        command(format!("Deploy {target}"), ext::DEPLOY_COMMAND),
        command(state, ext::CHECK_COMMAND),
    ];
    // Of what is known not to be there nothing can be said.
    if checked.is_none_or(|it| it.last.is_some()) {
        commands.push(command("Roll Back".to_owned(), ext::ROLL_BACK_COMMAND));
        commands.push(command("History".to_owned(), ext::HISTORY_COMMAND));
    }
    commands
}
