//! A rendered chart, with everything that is wrong with it and the way from every byte to its source.

use ide::Diagnostic;
use release::plan::PathStep;
use render::{Output, Part, PrintConfig, RenderedFile, RunConfig, TemplateFile, World};
use text::{FileId, FileRange, TextRange};

use super::Model;
use super::host::Host;
use crate::cancel::Cancel;
use crate::releases::Made;
use crate::state::ChartView;

/// A rendered chart, or one rendered template.
#[derive(Debug)]
pub(crate) struct Rendering {
    /// The text.
    pub text: String,
    /// What is wrong, in the order in which Helm would find out.
    pub errors: Vec<Failure>,
    files: render::Rendering,
    output: Output,
}

/// Something that is wrong.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// Helm's text.
    pub message: String,
    /// For the editor.
    pub diagnostic: Diagnostic,
    /// Whether Helm refuses.
    pub is_error: bool,
}

impl Rendering {
    /// Everything, as `helm template` prints it.
    pub(crate) fn of_chart(view: &ChartView, model: &Model, cancel: &Cancel) -> Option<Self> {
        let (files, mut errors) = run(view, model, &|_| true, cancel)?;
        let dialect = view.settings.helm_version.dialect();
        let (rendering, unreadable) = render::Rendering::new(files, dialect);
        errors.extend(unreadable.iter().map(|it| Failure::rendering(it, view, model)));
        let output = rendering.print(&[], &PrintConfig::default());
        Some(Self { text: output.text.clone(), errors, files: rendering, output })
    }

    /// One template, as it prints itself: also what is no YAML, which a person wants to see then.
    pub(crate) fn of_template(
        view: &ChartView,
        model: &Model,
        file: FileId,
        cancel: &Cancel,
    ) -> Option<Self> {
        let (files, mut errors) = run(view, model, &|it| it.source.id == file, cancel)?;
        let dialect = view.settings.helm_version.dialect();
        let names: Vec<_> = files.iter().map(|it| it.name.clone()).collect();
        let (mut rendering, unreadable) = render::Rendering::new(files, dialect);
        errors.extend(unreadable.iter().map(|it| Failure::rendering(it, view, model)));
        // Notes are kept apart, and shown all the same.
        let notes = std::mem::take(&mut rendering.notes);
        rendering.files.extend(notes);
        let mut parts: Vec<Part> = Vec::new();
        for name in names {
            let Some(at) = rendering.files.iter().position(|it| it.name == name) else { continue };
            if parts.iter().any(|it| !it.text.is_empty()) {
                parts.push(Part { text: "---\n".into(), from: None });
            }
            parts.push(Part { text: rendering.files[at].text.as_str().into(), from: Some((at, 0)) });
        }
        let output: Output = parts.into_iter().collect();
        Some(Self { text: output.text.clone(), errors, files: rendering, output })
    }

    /// What templates printed, file by file.
    pub(crate) fn files(&self) -> &[RenderedFile] {
        &self.files.files
    }

    /// Version and kind of every object, with the template that made it.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = (FileId, &str, &str)> {
        let all = self.files.manifests.iter().chain(&self.files.hooks);
        all.map(|it| (self.files.files[it.file].source, it.head.api_version.as_str(), it.head.kind.as_str()))
    }

    /// What wrote the byte at an offset.
    pub(crate) fn source_of(&self, offset: usize) -> Option<FileRange> {
        let provenance = self.files.provenance(&self.output, offset)?;
        provenance.place.or_else(|| Some(FileRange::new(provenance.template, 0, 0)))
    }

    /// The objects that a place in a template makes or a value has a part in: version, kind and name.
    pub(crate) fn made_by(&self, place: FileRange) -> Vec<Made> {
        let mut made = Vec::new();
        for offset in self.written_by(place) {
            let Some((file, at)) = self.output.origin(offset) else { continue };
            let documents = self.files.manifests.iter().chain(&self.files.hooks);
            let mut documents = documents.filter(|it| it.file == file && it.range.contains(&at));
            let head = documents.next().map(|it| &it.head);
            let object = head.map(|it| (it.api_version.clone(), it.kind.clone(), it.name.clone()));
            made.extend(object.filter(|it| !made.contains(it)));
        }
        made
    }

    /// What wrote a field of an object: of the first in a template's file whose kind and name are the wanted ones. Where
    /// the field is not there, what wrote the one around it.
    pub(crate) fn field(
        &self,
        template: &str,
        wanted: &dyn Fn(&str, &str) -> bool,
        path: &[PathStep],
    ) -> Option<FileRange> {
        let documents = self.files.manifests.iter().chain(&self.files.hooks);
        let mut documents = documents.filter(|it| *self.files.files[it.file].name == *template);
        let document = documents.find(|it| wanted(&it.head.kind, &it.head.name))?;
        let file = &self.files.files[document.file];
        let text = &file.text[document.range.clone()];
        let start = document.range.start + offset_of(text, path)?;
        let provenance = file.provenance(start)?;
        provenance.place.or_else(|| Some(FileRange::new(provenance.template, 0, 0)))
    }

    /// Offsets of what a place wrote, in a template, or of what shows it, in values.
    pub(crate) fn written_by(&self, place: FileRange) -> Vec<usize> {
        self.files.written_by(&self.output, place)
    }
}

/// Where a field stands in a document, or as much of the way to it as there is.
fn offset_of(text: &str, path: &[PathStep]) -> Option<usize> {
    let node = yaml::parse(text, FileId(0), yaml::Numbers::AsWritten).ok()?;
    let (mut node, mut at) = (&node, node.at);
    for step in path {
        let next = match step {
            PathStep::Key(key) => node.value.as_map().and_then(|map| map.iter().find(|it| *it.key == **key)),
            PathStep::Item(_) => None,
        };
        if let Some(entry) = next {
            (node, at) = (&entry.node, entry.node.at.or(entry.key_at));
            continue;
        }
        let PathStep::Item(index) = step else { break };
        let Some(item) = node.value.as_list().and_then(|items| items.get(*index)) else { break };
        (node, at) = (item, item.at.or(at));
    }
    Some(at?.range.start().into())
}

/// One template may use up a quarter of what all may, so that the others are shown next to one that never ends.
const PARTS: u64 = 4;

/// Runs the wanted templates and tells all that went wrong until then. `None` if it was cancelled.
fn run(
    view: &ChartView,
    model: &Model,
    wanted: &dyn Fn(&TemplateFile) -> bool,
    cancel: &Cancel,
) -> Option<(Vec<RenderedFile>, Vec<Failure>)> {
    if cancel.is_set() {
        return None;
    }
    let mut errors = before(view, model);
    let base = model.exact(view);
    let Some(environment) = base.environment.clone() else { return Some((Vec::new(), errors)) };
    let templates = model.templates(view);
    errors.extend(templates.errors().iter().map(|it| Failure::rendering(it, view, model)));
    let config = RunConfig {
        limits: view.settings.limits,
        parts: PARTS,
        cancelled: Some(cancel.flag()),
        traced: true,
    };
    let values_files = view.values.iter().map(|it| (it.id, it.data.clone())).collect();
    let world = World { environment, templates: templates.clone(), values_files };
    let (mut files, failed) =
        model.memo().run(&world, &Host::of(view.facts.clone()), &config, wanted, |_| !cancel.is_set());
    if cancel.is_set() {
        return None;
    }
    for failure in failed {
        errors.push(Failure::rendering(&failure.error, view, model));
        files.push(failure.partial);
    }
    Some((files, errors))
}

/// What is wrong before any template runs.
fn before(view: &ChartView, model: &Model) -> Vec<Failure> {
    let base = model.exact(view);
    let at = fallback(view);
    let message = |message: String| Failure::plain(message, at);
    let mut errors: Vec<Failure> = view.disk.errors.iter().map(|it| message(it.message.clone())).collect();
    errors.extend(
        view.missing.iter().map(|(path, why)| message(format!("cannot read {}: {why}", path.display()))),
    );
    errors.extend(view.given.iter().flat_map(|it| it.problems()).map(|it| message(it.clone())));
    errors.extend(base.setting_error.clone().map(message));
    errors.extend(base.load_errors.iter().map(|it| {
        let diagnostic = Diagnostic::of_load_error(it, at);
        Failure { message: it.message.clone(), diagnostic, is_error: true }
    }));
    errors
        .extend(base.values_errors.iter().map(|it| Failure::plain(it.message.clone(), it.at.unwrap_or(at))));
    errors.extend(base.errors.iter().map(|it| Failure::rendering(it, view, model)));
    errors.extend(base.warnings.iter().map(|it| {
        let diagnostic = Diagnostic::of_warning(it, at);
        Failure { message: it.message.clone(), diagnostic, is_error: false }
    }));
    errors
}

impl Failure {
    fn rendering(error: &render::Error, view: &ChartView, model: &Model) -> Self {
        let environment = model.exact(view).environment.clone();
        let hint = environment.and_then(|it| render::hint(error, &it, model.templates(view)));
        let diagnostic = Diagnostic::of_render_error(error, fallback(view)).with_hint(hint);
        Self { message: error.message.clone(), diagnostic, is_error: true }
    }

    fn plain(message: String, at: FileRange) -> Self {
        let diagnostic = Diagnostic {
            at,
            message: message.clone(),
            code: ide::READING,
            severity: ide::Severity::Error,
            related: Vec::new(),
            slip: None,
        };
        Self { message, diagnostic, is_error: true }
    }
}

/// What has no place is `Chart.yaml`'s.
fn fallback(view: &ChartView) -> FileRange {
    let named = view.files.iter().find(|it| &*it.path == "Chart.yaml").or(view.files.first());
    FileRange { file: named.map_or(FileId(0), |it| it.id), range: TextRange::default() }
}
