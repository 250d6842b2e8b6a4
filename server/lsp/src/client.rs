//! What the client can do, as far as it decides what we do.

use serde_json::Value;
use text::Encoding;

/// Facts about the client, from the parameters of `initialize`.
///
/// They are read from the raw JSON: a client that gets one capability wrong keeps all the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ClientFacts {
    /// The unit of columns, negotiated.
    pub(crate) encoding: Encoding,
    /// It tells us when files change, if we register for it.
    pub(crate) watches_files: bool,
    /// It answers `workspace/configuration`.
    pub(crate) has_settings: bool,
    /// It lets us register for changes of settings.
    pub(crate) tells_settings: bool,
    /// Symbols may have children.
    pub(crate) nested_symbols: bool,
    /// Hover may be Markdown.
    pub(crate) markdown: bool,
    /// Completion may be snippets.
    pub(crate) snippets: bool,
    /// A definition may be a link with an origin.
    pub(crate) links: bool,
    /// Diagnostics may name the version that they are for.
    pub(crate) diagnostic_versions: bool,
    /// Diagnostics may point to other places.
    pub(crate) related_places: bool,
    /// It folds whole lines only.
    pub(crate) folds_lines: bool,
    /// An edit may make files.
    pub(crate) creates_files: bool,
    /// An edit may give files other names.
    pub(crate) renames_files: bool,
    /// It shows virtual documents and asks us for their text.
    pub(crate) virtual_documents: bool,
    /// It shows documents that we name.
    pub(crate) shows_documents: bool,
    /// It shows how far something is.
    pub(crate) shows_progress: bool,
    /// It asks for code lenses again when we say so.
    pub(crate) renews_lenses: bool,
    /// It shows plans by itself (`chartroom/showPlan`).
    pub(crate) shows_plans: bool,
    /// It asks its user questions for us (`chartroom/ask`).
    pub(crate) asks: bool,
    /// Its user is told how something ended, and not asked what to do next.
    pub(crate) no_offers: bool,
}

impl ClientFacts {
    /// Reads the parameters of `initialize`.
    pub(crate) fn read(params: &Value) -> Self {
        let at = |path: &str| params.pointer(&format!("/capabilities/{path}"));
        let yes = |path: &str| at(path).and_then(Value::as_bool).unwrap_or(false);
        let formats = at("textDocument/hover/contentFormat").and_then(Value::as_array);
        let operations = at("workspace/workspaceEdit/resourceOperations").and_then(Value::as_array);
        let edits_files = |what: &str| {
            yes("workspace/workspaceEdit/documentChanges")
                && operations.is_some_and(|all| all.iter().any(|it| it == what))
        };
        Self {
            creates_files: edits_files("create"),
            renames_files: edits_files("rename"),
            encoding: encoding(at("general/positionEncodings")),
            watches_files: yes("workspace/didChangeWatchedFiles/dynamicRegistration"),
            has_settings: yes("workspace/configuration"),
            tells_settings: yes("workspace/didChangeConfiguration/dynamicRegistration"),
            nested_symbols: yes("textDocument/documentSymbol/hierarchicalDocumentSymbolSupport"),
            markdown: formats.is_some_and(|all| all.iter().any(|it| it == "markdown")),
            snippets: yes("textDocument/completion/completionItem/snippetSupport"),
            links: yes("textDocument/definition/linkSupport"),
            diagnostic_versions: yes("textDocument/publishDiagnostics/versionSupport"),
            related_places: yes("textDocument/publishDiagnostics/relatedInformation"),
            folds_lines: yes("textDocument/foldingRange/lineFoldingOnly"),
            virtual_documents: at("workspace/textDocumentContent").is_some_and(Value::is_object),
            shows_documents: yes("window/showDocument/support"),
            shows_progress: yes("window/workDoneProgress"),
            renews_lenses: yes("workspace/codeLens/refreshSupport"),
            shows_plans: yes("experimental/chartroom/showPlan"),
            asks: yes("experimental/chartroom/ask"),
            no_offers: yes("experimental/chartroom/noOffers"),
        }
    }
}

/// Bytes if the client can count them; UTF-16, which every client can, unless it says that it cannot.
fn encoding(offered: Option<&Value>) -> Encoding {
    let offered: Vec<Encoding> = offered
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|it| Encoding::from_name(it.as_str()?))
        .collect();
    let wanted = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];
    wanted.into_iter().find(|it| offered.contains(it)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(offered: Value) -> Encoding {
        let params = json!({ "capabilities": { "general": { "positionEncodings": offered } } });
        ClientFacts::read(&params).encoding
    }

    #[test]
    fn bytes_are_preferred_and_utf_16_is_the_default() {
        assert_eq!(with(json!(["utf-16", "utf-8"])), Encoding::Utf8);
        assert_eq!(with(json!(["utf-16"])), Encoding::Utf16);
        assert_eq!(with(json!(["utf-32"])), Encoding::Utf32);
        assert_eq!(with(json!(["ebcdic"])), Encoding::Utf16);
        assert_eq!(with(json!(null)), Encoding::Utf16);
    }

    #[test]
    fn a_client_that_says_nothing_can_do_nothing() {
        assert_eq!(ClientFacts::read(&json!({})), ClientFacts::default());
    }

    #[test]
    fn a_wrong_type_costs_only_itself() {
        let facts = ClientFacts::read(&json!({ "capabilities": {
            "workspace": { "configuration": "yes" },
            "textDocument": { "hover": { "contentFormat": ["plaintext", "markdown"] } },
        }}));
        assert!(facts.markdown && !facts.has_settings);
    }
}
