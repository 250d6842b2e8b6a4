//! What is wrong with a chart, and telling the client: only what changed, with the version that it is for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use text::FileId;

use crate::cancel::Cancel;
use crate::convert::to::Places;
use crate::lsp_types::{
    Code, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Message, PublishDiagnosticsParams,
    Uri,
};
use crate::model::Model;
use crate::state::{ChartView, Snapshot};

/// Everything that is wrong with a chart. `None` if it was cancelled.
pub(crate) fn findings(view: &ChartView, model: &Model, cancel: &Cancel) -> Option<Vec<ide::Diagnostic>> {
    let rendering = model.rendering(view, cancel)?;
    Some(rendering.errors.iter().map(|it| it.diagnostic.clone()).collect())
}

/// What the client was told, chart by chart.
#[derive(Debug, Default)]
pub(crate) struct Published {
    charts: HashMap<PathBuf, BTreeMap<String, Vec<Diagnostic>>>,
}

impl Published {
    /// What the client has to be told about a chart now: files whose diagnostics are others than last time,
    /// files that were opened since, and those of `again`.
    pub(crate) fn news(
        &mut self,
        snapshot: &Snapshot,
        view: &ChartView,
        model: &Model,
        findings: &[ide::Diagnostic],
        again: &BTreeSet<Arc<str>>,
    ) -> Vec<PublishDiagnosticsParams> {
        let now = by_file(snapshot, view, model, findings);
        let last = self.charts.entry(view.root.clone()).or_default();
        let mut news = Vec::new();
        for uri in last.keys().filter(|uri| !now.contains_key(*uri)) {
            news.push(PublishDiagnosticsParams::new(Uri(uri.clone()), None, Vec::new()));
        }
        for (uri, diagnostics) in &now {
            let document = snapshot.document(uri);
            let asked = document.is_some_and(|it| again.contains(&it.key()));
            if asked || last.get(uri) != Some(diagnostics) {
                let version = document.map(|it| it.version).filter(|_| snapshot.client.diagnostic_versions);
                news.push(PublishDiagnosticsParams::new(Uri(uri.clone()), version, diagnostics.clone()));
            }
        }
        *last = now;
        news
    }

    /// What the client has to be told when nothing of a chart is open any longer.
    pub(crate) fn forget(&mut self, root: &Path) -> Vec<PublishDiagnosticsParams> {
        let known = self.charts.remove(root).unwrap_or_default();
        let shown = known.into_iter().filter(|(_, diagnostics)| !diagnostics.is_empty());
        shown.map(|(uri, _)| PublishDiagnosticsParams::new(Uri(uri), None, Vec::new())).collect()
    }

    /// The charts that the client was told about.
    pub(crate) fn roots(&self) -> Vec<PathBuf> {
        self.charts.keys().cloned().collect()
    }
}

/// Diagnostics by URI; every open document of the chart is there, and may have none.
fn by_file(
    snapshot: &Snapshot,
    view: &ChartView,
    model: &Model,
    findings: &[ide::Diagnostic],
) -> BTreeMap<String, Vec<Diagnostic>> {
    let places = Places::new(snapshot, view, model);
    let mut all: BTreeMap<String, Vec<Diagnostic>> =
        view.documents().map(|(_, it)| (it.uri.to_string(), Vec::new())).collect();
    for finding in findings {
        let uri = places.uri(own_file(view, model, finding.at.file)).0;
        all.entry(uri).or_default().push(diagnostic(snapshot, view, model, &places, finding));
    }
    for diagnostics in all.values_mut() {
        diagnostics.dedup();
    }
    all
}

/// A person cannot open what is packed: it is the archive that is to blame.
fn own_file(view: &ChartView, model: &Model, file: FileId) -> FileId {
    let path = model.table.path(file);
    let archive = path.find(".tgz/").and_then(|at| view.file(&path[..at + ".tgz".len()]));
    archive.unwrap_or(file)
}

fn diagnostic(
    snapshot: &Snapshot,
    view: &ChartView,
    model: &Model,
    places: &Places,
    finding: &ide::Diagnostic,
) -> Diagnostic {
    let packed = own_file(view, model, finding.at.file) != finding.at.file;
    let related = finding.related.iter().map(|(at, message)| DiagnosticRelatedInformation {
        location: places.location(*at),
        message: message.clone(),
    });
    let related: Vec<_> = related.filter(|_| snapshot.client.related_places).collect();
    Diagnostic {
        range: if packed { crate::lsp_types::Range::default() } else { places.range(finding.at) },
        severity: Some(match finding.severity {
            ide::Severity::Error => DiagnosticSeverity::Error,
            ide::Severity::Warning => DiagnosticSeverity::Warning,
        }),
        code: Some(Code::String(finding.code.to_owned())),
        source: Some("chartroom".to_owned()),
        message: Message::String(finding.message.clone()),
        related_information: (!related.is_empty()).then_some(related),
        ..Diagnostic::default()
    }
}
