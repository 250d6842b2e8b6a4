//! `textDocument/signatureHelp`.

use tower_lsp::jsonrpc::Result;

use crate::convert::{from, to};
use crate::lsp_types::{
    Documentation, ParameterInformation, ParameterInformationLabel, SignatureHelp, SignatureHelpParams,
    SignatureInformation,
};
use crate::server::{Lane, Server};
use crate::state::Snapshot;

pub(crate) async fn handle(server: &Server, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
    server
        .run(Lane::Interactive, move |snapshot, _| {
            let Some(at) = from::place(snapshot, &params.text_document_position_params)? else {
                return Ok(None);
            };
            Ok(at.analysis()?.signature_help(at.pos).map(|it| answer(snapshot, it)))
        })
        .await
}

fn answer(snapshot: &Snapshot, help: ide::SignatureHelp) -> SignatureHelp {
    // Clients mark none where there is none with that number.
    let active = help.active.unwrap_or(help.parameters.len());
    let parameter = |it: std::ops::Range<usize>| ParameterInformation {
        label: ParameterInformationLabel::Tuple((it.start as u32, it.end as u32)),
        documentation: None,
    };
    let signature = SignatureInformation {
        label: help.label,
        documentation: Some(Documentation::MarkupContent(to::markup(&snapshot.client, help.documentation))),
        parameters: Some(help.parameters.into_iter().map(parameter).collect()),
        active_parameter: None,
    };
    SignatureHelp {
        signatures: vec![signature],
        active_signature: Some(0),
        active_parameter: Some((active as u32).into()),
    }
}
