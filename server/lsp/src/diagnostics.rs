//! What is wrong with a chart, and telling the client: only what changed, with the version that it is for.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use render::lint::checks::{Subject, UNKNOWN_TEMPLATE};
use text::FileId;

use crate::cancel::Cancel;
use crate::convert::to::Places;
use crate::fixes;
use crate::lsp_types::{
    Code, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Message,
    PublishDiagnosticsParams, Uri,
};
use crate::model::Model;
use crate::state::{ChartView, Snapshot};

/// Everything that is wrong with a chart. `None` if it was cancelled.
pub(crate) fn findings(view: &ChartView, model: &Model, cancel: &Cancel) -> Option<Vec<ide::Diagnostic>> {
    let rendering = model.rendering(view, cancel)?;
    let base = model.exact(view);
    let found = rendering.errors.iter().map(|it| &it.diagnostic);
    Some(found.filter(|it| it.is_of_reading() || !base.is_outdated(it.at.file)).cloned().collect())
}

/// What no one but us has anything against: what lint checks, beside errors. `None` if it was cancelled.
///
/// It takes longer than to render an edit, so errors are not kept waiting for it.
pub(crate) fn checks(view: &ChartView, model: &Model, cancel: &Cancel) -> Option<Vec<ide::Diagnostic>> {
    if !view.settings.checks {
        return Some(Vec::new());
    }
    let rendering = model.rendering(view, cancel)?;
    let base = model.exact(view);
    let Some(chart) = &base.chart else { return Some(Vec::new()) };
    let is_subchart = view.root.parent().is_some_and(|it| it.file_name().is_some_and(|it| it == "charts"));
    let catalog = if view.settings.schemas { model.catalog(view, &rendering) } else { None };
    let values_files: Vec<_> = view.values.iter().map(|it| (it.id, it.name.as_str().into())).collect();
    let subject = Subject {
        chart,
        templates: model.all_templates(view),
        is_subchart,
        catalog: catalog.as_ref(),
        values_files: &values_files,
    };
    if cancel.is_set() {
        return None;
    }
    let found = subject.findings(rendering.files(), view.settings.helm_version.dialect());
    let found = found.iter().filter_map(ide::Diagnostic::of_finding);
    // What the engine ran into there is told already.
    let errors: Vec<_> = rendering.errors.iter().map(|it| &it.diagnostic).collect();
    let is_told =
        |it: &ide::Diagnostic| it.code == UNKNOWN_TEMPLATE && errors.iter().any(|error| error.is_around(it));
    Some(found.filter(|it| !base.is_outdated(it.at.file) && !is_told(it)).collect())
}

/// What is told of each file, by whom. A file of values may be one of a chart and of a helmfile: neither takes away what
/// the other has to say.
#[derive(Debug, Default)]
pub(crate) struct Board(HashMap<String, BTreeMap<PathBuf, Vec<Diagnostic>>>);

impl Board {
    /// Takes what a chart or a helmfile, by its path, says of a file, and gives what all say of it.
    pub(crate) fn post(
        &mut self,
        owner: &Path,
        params: PublishDiagnosticsParams,
    ) -> PublishDiagnosticsParams {
        let told = self.0.entry(params.uri.0.clone()).or_default();
        match params.diagnostics.is_empty() {
            true => drop(told.remove(owner)),
            false => drop(told.insert(owner.to_owned(), params.diagnostics)),
        }
        let diagnostics = told.values().flatten().cloned().collect();
        if told.is_empty() {
            self.0.remove(&params.uri.0);
        }
        PublishDiagnosticsParams { diagnostics, ..params }
    }
}

/// What the client was told, chart by chart.
#[derive(Debug, Default)]
pub(crate) struct Published {
    charts: HashMap<PathBuf, Told>,
}

/// What the client was told about a chart.
#[derive(Debug, Default)]
struct Told {
    errors: Vec<ide::Diagnostic>,
    /// What was checked last: it stays on the screen until it is checked again.
    checked: Vec<ide::Diagnostic>,
    /// The errors alone, as they are shown.
    errors_shown: ByFile,
    /// All that is shown.
    shown: ByFile,
    /// Files that were told of since what was checked last.
    answered: BTreeSet<String>,
}

/// What there is to tell.
#[derive(Debug)]
pub(crate) enum News {
    /// From [`findings`].
    Errors(Vec<ide::Diagnostic>),
    /// From [`checks`].
    Checked(Vec<ide::Diagnostic>),
}

type ByFile = BTreeMap<String, Vec<Diagnostic>>;

impl Published {
    /// What the client has to be told about a chart now: files whose diagnostics are others than last time,
    /// files that were opened since, and those of `again`.
    ///
    /// An edit moves what was checked before it; a file of which only that is new, or nothing, has to wait until it is
    /// checked.
    pub(crate) fn news(
        &mut self,
        snapshot: &Snapshot,
        view: &ChartView,
        model: &Model,
        news: News,
        again: &BTreeSet<Arc<str>>,
    ) -> Vec<PublishDiagnosticsParams> {
        let places = Places::new(snapshot, view, model);
        let told = self.charts.entry(view.root.clone()).or_default();
        let only_errors = matches!(news, News::Errors(_));
        let answered = std::mem::take(&mut told.answered);
        match news {
            News::Errors(errors) => told.errors = errors,
            News::Checked(checked) => told.checked = checked,
        }
        let errors = by_file(snapshot, view, model, &places, &told.errors);
        let mut now = errors.clone();
        for (uri, checked) in by_file(snapshot, view, model, &places, &told.checked) {
            now.entry(uri).or_default().extend(checked);
        }
        let mut news = Vec::new();
        for uri in told.shown.keys().filter(|uri| !now.contains_key(*uri)) {
            news.push(PublishDiagnosticsParams::new(Uri(uri.clone()), None, Vec::new()));
        }
        told.shown.retain(|uri, _| now.contains_key(uri));
        for (uri, diagnostics) in now {
            let document = snapshot.document(&uri);
            let asked = document.is_some_and(|it| again.contains(&it.key()));
            let is_news = match told.shown.get(&uri) {
                Some(_) if only_errors => told.errors_shown.get(&uri) != errors.get(&uri),
                Some(shown) => *shown != diagnostics || asked && !answered.contains(&uri),
                None => true,
            };
            if is_news {
                let version = document.map(|it| it.version).filter(|_| snapshot.client.diagnostic_versions);
                news.push(PublishDiagnosticsParams::new(Uri(uri.clone()), version, diagnostics.clone()));
                if only_errors {
                    told.answered.insert(uri.clone());
                }
                told.shown.insert(uri, diagnostics);
            }
        }
        told.errors_shown = errors;
        news
    }

    /// What the client has to be told when nothing of a chart is open any longer.
    pub(crate) fn forget(&mut self, root: &Path) -> Vec<PublishDiagnosticsParams> {
        let known = self.charts.remove(root).unwrap_or_default().shown;
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
    places: &Places<'_>,
    findings: &[ide::Diagnostic],
) -> ByFile {
    let mut all: ByFile = view.documents().map(|(_, it)| (it.uri.to_string(), Vec::new())).collect();
    for finding in findings {
        let uri = places.uri(own_file(view, model, finding.at.file)).0;
        all.entry(uri).or_default().push(diagnostic(snapshot, view, model, places, finding));
    }
    // One mistake that several templates come upon is told once, with the way of the first.
    for diagnostics in all.values_mut() {
        let mut told: Vec<Diagnostic> = Vec::new();
        for it in std::mem::take(diagnostics) {
            let is_same = |other: &Diagnostic| {
                (&other.range, &other.code, &other.message) == (&it.range, &it.code, &it.message)
            };
            if !told.iter().any(is_same) {
                told.push(it);
            }
        }
        *diagnostics = told;
    }
    all
}

/// A person cannot open what is packed: it is the archive that is to blame.
fn own_file(view: &ChartView, model: &Model, file: FileId) -> FileId {
    let path = model.table.path(file);
    let archive = path.find(".tgz/").and_then(|at| view.file(&path[..at + ".tgz".len()]));
    archive.unwrap_or(file)
}

/// Nobody reads a thousand calls: those that matter are at the ends of the chain.
const MAX_RELATED: usize = 20;

fn outermost_and_innermost<T>(related: &[T]) -> impl Iterator<Item = &T> {
    let (outer, inner) = match related.len().checked_sub(MAX_RELATED) {
        None | Some(0) => (related, &related[..0]),
        Some(_) => (&related[..MAX_RELATED / 2], &related[related.len() - MAX_RELATED / 2..]),
    };
    outer.iter().chain(inner)
}

fn diagnostic(
    snapshot: &Snapshot,
    view: &ChartView,
    model: &Model,
    places: &Places,
    finding: &ide::Diagnostic,
) -> Diagnostic {
    let packed = own_file(view, model, finding.at.file) != finding.at.file;
    let related = outermost_and_innermost(&finding.related).map(|(at, message)| {
        DiagnosticRelatedInformation { location: places.location(*at), message: message.clone() }
    });
    let related: Vec<_> = related.filter(|_| snapshot.client.related_places).collect();
    Diagnostic {
        range: if packed { crate::lsp_types::Range::default() } else { places.range(finding.at) },
        severity: Some(match finding.severity {
            ide::Severity::Error => DiagnosticSeverity::Error,
            ide::Severity::Warning => DiagnosticSeverity::Warning,
            ide::Severity::Info => DiagnosticSeverity::Information,
            ide::Severity::Hint => DiagnosticSeverity::Hint,
        }),
        code: Some(Code::String(finding.code.to_owned())),
        source: Some("chartroom".to_owned()),
        message: Message::String(finding.message.clone()),
        tags: finding.is_unnecessary().then(|| vec![DiagnosticTag::Unnecessary]),
        related_information: (!related.is_empty()).then_some(related),
        data: finding.slip.as_ref().map(fixes::data_of),
        ..Diagnostic::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_and_a_helmfile_talk_of_the_same_file() {
        let mut board = Board::default();
        let mut post = |owner: &str, messages: &[&str]| {
            let message = |it: &&str| Diagnostic {
                message: Message::String((*it).to_owned()),
                ..Diagnostic::default()
            };
            let params = PublishDiagnosticsParams::new(
                Uri("file:///values.yaml".to_owned()),
                None,
                messages.iter().map(message).collect(),
            );
            let all = board.post(Path::new(owner), params).diagnostics.into_iter();
            let text = |it: Diagnostic| match it.message {
                Message::String(text) => text,
                Message::MarkupContent(text) => text.value,
            };
            all.map(text).collect::<Vec<_>>()
        };
        assert_eq!(post("/chart", &["a"]), ["a"]);
        assert_eq!(post("/helmfile.yaml", &["b"]), ["a", "b"]);
        assert_eq!(post("/chart", &[]), ["b"]);
        assert_eq!(post("/helmfile.yaml", &[]), [""; 0]);
    }

    #[test]
    fn long_chains_are_told_from_both_ends() {
        let told = |count: usize| {
            let all: Vec<usize> = (0..count).collect();
            outermost_and_innermost(&all).copied().collect::<Vec<_>>()
        };
        assert_eq!(told(20), (0..20).collect::<Vec<_>>());
        assert_eq!(told(1000), (0..10).chain(990..1000).collect::<Vec<_>>());
        assert_eq!(told(0), Vec::<usize>::new());
    }
}
