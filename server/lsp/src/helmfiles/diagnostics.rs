//! What is wrong with helmfiles, file by file, as the client shows it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use helmfile::Severity;
use ide::helmfile::{Found, PathRange, findings};
use text::LineIndex;

use super::{At, Fleet};
use crate::convert::{to, uri};
use crate::lsp_types::{
    Code, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, Message, Range, Uri,
};
use crate::state::Snapshot;

/// What a client was told of the files of a helmfile.
pub(crate) type Shown = BTreeMap<String, Vec<Diagnostic>>;

/// All that there is to say about a helmfile, by URI. Its open files are there, and may have nothing.
pub(crate) fn by_file(snapshot: &Snapshot, fleet: &Fleet) -> Shown {
    let mut places = FilePlaces { snapshot, fleet, lines: HashMap::new() };
    let mut all = Shown::new();
    let mut found = findings(&fleet.loaded, &fleet.path);
    for at in open_files(snapshot, fleet) {
        all.insert(at.document.uri.to_string(), hints(&at));
        found.extend(at.helmfile().not_run());
    }
    for it in found {
        let diagnostic = places.diagnostic(&it);
        all.entry(places.uri(&it.at.path).0).or_default().push(diagnostic);
    }
    all
}

/// The open files of a helmfile.
fn open_files<'s>(snapshot: &'s Snapshot, fleet: &Fleet) -> Vec<At<'s>> {
    let documents = snapshot.documents().filter_map(|it| Some((it.path.clone()?, it.uri.clone())));
    let own = documents.filter(|(path, _)| **path == *fleet.path || fleet.looks_at(path));
    let at = own.filter_map(|(_, uri)| super::at(snapshot, &Uri(uri.to_string())));
    at.filter(|it| it.fleet.path == fleet.path).collect()
}

/// Newer versions of charts: no trouble, so no more than a hint.
fn hints(at: &At<'_>) -> Vec<Diagnostic> {
    let hint = |it: ide::catalog::Outdated| Diagnostic {
        range: at.range(it.range),
        severity: Some(DiagnosticSeverity::Hint),
        code: Some(Code::String("newer-version".to_owned())),
        source: Some("chartroom".to_owned()),
        message: Message::String(it.told()),
        ..Diagnostic::default()
    };
    at.helmfile().outdated().into_iter().map(hint).collect()
}

/// Finds the protocol's words for places in the files of a helmfile.
struct FilePlaces<'s> {
    snapshot: &'s Snapshot,
    fleet: &'s Fleet,
    lines: HashMap<Arc<str>, Option<(String, LineIndex)>>,
}

impl FilePlaces<'_> {
    fn diagnostic(&mut self, found: &Found) -> Diagnostic {
        let related: Vec<_> = found
            .related
            .iter()
            .filter(|_| self.snapshot.client.related_places)
            .map(|(at, message)| DiagnosticRelatedInformation {
                location: Location { uri: self.uri(&at.path), range: self.range(at) },
                message: message.clone(),
            })
            .collect();
        Diagnostic {
            range: self.range(&found.at),
            severity: Some(match found.severity {
                Severity::Error => DiagnosticSeverity::Error,
                Severity::Warning => DiagnosticSeverity::Warning,
                Severity::Info => DiagnosticSeverity::Information,
            }),
            code: Some(Code::String(found.code.to_owned())),
            source: Some("chartroom".to_owned()),
            message: Message::String(found.message.clone()),
            related_information: (!related.is_empty()).then_some(related),
            ..Diagnostic::default()
        }
    }

    fn uri(&self, path: &str) -> Uri {
        uri_of(self.snapshot, path)
    }

    fn range(&mut self, at: &PathRange) -> Range {
        let encoding = self.snapshot.client.encoding;
        if let Some(document) = self.snapshot.document_at(&at.path) {
            return to::range(&document.text, at.range, encoding);
        }
        let fleet = self.fleet;
        let lines = self.lines.entry(at.path.clone()).or_insert_with(|| {
            let read = |it: &Arc<helmfile::Loaded>| Some(it.files.text(it.files.id(&at.path)?).clone());
            let text = fleet.loaded.iter().find_map(read)?;
            let text = String::from_utf8_lossy(&text).into_owned();
            let lines = LineIndex::new(&text);
            Some((text, lines))
        });
        let Some((text, lines)) = lines else { return Range::default() };
        let place = |offset| to::position(lines.line_column(text, offset, encoding));
        Range { start: place(at.range.start()), end: place(at.range.end()) }
    }
}

/// The URI of a file: the client's own where it is open.
pub(super) fn uri_of(snapshot: &Snapshot, path: &str) -> Uri {
    let open = snapshot.document_at(path).map(|it| it.uri.to_string());
    Uri(open.unwrap_or_else(|| uri::of_path(path)))
}

/// A place in a file of a helmfile, to go to.
pub(crate) fn location(snapshot: &Snapshot, fleet: &Fleet, at: &PathRange) -> Location {
    let mut places = FilePlaces { snapshot, fleet, lines: HashMap::new() };
    Location { uri: places.uri(&at.path), range: places.range(at) }
}
