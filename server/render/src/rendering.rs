//! A chart, rendered: documents sorted as Helm installs them, the text that Helm prints, and the way back.

use chart::Crd;
use golang::Dialect;
use template::FrameKind;
use text::{FileId, FileRange};

use crate::document::Document;
use crate::engine::RenderedFile;
use crate::error::{Error, ErrorKind, Excerpt};
use crate::order::install_key;
use crate::output::{Output, Part};
use crate::{InTurn, Spread};

/// What `helm template` can be asked to print or leave out.
#[derive(Clone, Debug, Default)]
pub struct PrintConfig {
    /// Put the chart's custom resource definitions first.
    pub include_crds: bool,
    /// Leave hooks out.
    pub no_hooks: bool,
    /// Leave hooks out that are tests.
    pub skip_tests: bool,
}

/// A rendered chart, or one rendered template.
#[derive(Clone, Debug, Default)]
pub struct Rendering {
    /// The files, by path; notes are apart.
    pub files: Vec<RenderedFile>,
    /// Everything but hooks, in the order of installation.
    pub manifests: Vec<Document>,
    /// Hooks, in the order of installation.
    pub hooks: Vec<Document>,
    /// The notes of the chart and its subcharts.
    pub notes: Vec<RenderedFile>,
    /// Hooks with events that Helm does not know, which it drops with a remark: what their annotation says.
    pub dropped_hooks: Vec<String>,
    dialect: Dialect,
}

/// Where a byte of the output comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The template text or action that wrote it; at least the template.
    pub place: Option<FileRange>,
    /// The template that was rendered.
    pub template: FileId,
    /// The `include`, `template` and `tpl` calls on the way, from the rendered file in.
    pub calls: Vec<FileRange>,
    /// The value that it shows.
    pub value: Option<FileRange>,
}

impl Rendering {
    /// Splits and sorts rendered files; the errors are documents that Helm cannot read, whose file is kept out.
    pub fn new(files: Vec<RenderedFile>, dialect: Dialect) -> (Self, Vec<Error>) {
        Self::read_all(files, dialect, &InTurn)
    }

    /// The same, several files at once.
    pub fn read_all(files: Vec<RenderedFile>, dialect: Dialect, spread: &dyn Spread) -> (Self, Vec<Error>) {
        let (notes, mut files): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|it| it.name.ends_with("NOTES.txt"));
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let sizes: Vec<usize> = files.iter().map(|file| file.text.len()).collect();
        spread.each(&sizes, &|at| {
            files[at].documents(dialect);
        });
        let mut rendering = Self { files, notes, dialect, ..Self::default() };
        let mut errors = Vec::new();
        for file in 0..rendering.files.len() {
            errors.extend(rendering.read(file));
        }
        let key = |document: &Document| -> (usize, String) {
            let (at, name) = install_key(&document.head.kind, dialect);
            (at, name.to_owned())
        };
        rendering.manifests.sort_by_cached_key(key);
        rendering.hooks.sort_by_cached_key(key);
        (rendering, errors)
    }

    /// Takes the documents of a file in; the error is about the first that cannot be read.
    fn read(&mut self, file: usize) -> Option<Error> {
        let rendered = &self.files[file];
        let documents = rendered.documents(self.dialect);
        for (range, head, hook) in &documents.read {
            let document = Document { file, range: range.clone(), head: head.clone(), hook: hook.clone() };
            if hook.is_some() { self.hooks.push(document) } else { self.manifests.push(document) }
        }
        self.dropped_hooks.extend(documents.dropped.iter().cloned());
        let (start, error) = documents.error.as_ref()?;
        let offset = start + usize::from(error.at.start());
        let at = blame(rendered, offset, usize::from(error.at.len()));
        let message = format!("YAML parse error on {}: {}", rendered.name, error.message);
        let excerpt = Excerpt { name: rendered.name.clone(), text: rendered.text.clone(), offset };
        let error = Error::new(ErrorKind::Manifest, error.message.clone(), at).with_message(message);
        Some(Error { rendered: Some(excerpt), ..error })
    }

    /// The manifests as Helm keeps them with a release: without hooks.
    fn manifest_parts<'r>(&'r self, crds: &'r [Crd]) -> Vec<Part<'r>> {
        let mut parts = Vec::new();
        for crd in crds {
            parts.push(Part::own(format!("---\n# Source: {}\n", crd.filename)));
            parts.push(Part::own(String::from_utf8_lossy(&crd.file.data)));
            parts.push(Part::own("\n"));
        }
        self.manifests.iter().for_each(|document| self.push(&mut parts, document));
        parts
    }

    /// The manifests as one text: what a post-renderer gets to see.
    pub fn manifest(&self, crds: &[Crd], config: &PrintConfig) -> String {
        let parts = self.manifest_parts(if config.include_crds { crds } else { &[] });
        parts.iter().map(|part| &*part.text).collect()
    }

    /// What `helm template` prints where the manifests became another text.
    pub fn print_instead(&self, manifest: &str, config: &PrintConfig) -> Output {
        let mut parts = vec![Part::own(manifest.trim()), Part::own("\n")];
        self.wanted_hooks(config).for_each(|document| self.push(&mut parts, document));
        parts.into_iter().collect()
    }

    /// What `helm template` prints, in parts: rendered documents can be large, and who only writes them needs no
    /// copy.
    pub fn parts<'r>(&'r self, crds: &'r [Crd], config: &PrintConfig) -> Vec<Part<'r>> {
        let mut parts = self.manifest_parts(if config.include_crds { crds } else { &[] });
        Part::trim_end(&mut parts);
        parts.push(Part::own("\n"));
        self.wanted_hooks(config).for_each(|document| self.push(&mut parts, document));
        parts
    }

    /// The same as one text.
    pub fn print(&self, crds: &[Crd], config: &PrintConfig) -> Output {
        self.parts(crds, config).into_iter().collect()
    }

    /// What `helm template --debug` prints where documents cannot be read: whole files, unsorted.
    pub fn raw(&self) -> String {
        let shown = self.files.iter().filter(|file| !file.text.trim().is_empty());
        shown.map(|file| format!("---\n# Source: {}\n{}\n", file.name, file.text)).collect()
    }

    /// What `--output-dir` writes: one document after the other, each to the end of the file that it is named for.
    pub fn by_file(&self, crds: &[Crd], config: &PrintConfig) -> Vec<(String, String)> {
        let mut documents = Vec::new();
        let mut add = |name: &str, text: &str| {
            documents.push((name.to_owned(), format!("---\n# Source: {name}\n{text}\n")));
        };
        for crd in crds.iter().filter(|_| config.include_crds) {
            add(&crd.filename, &String::from_utf8_lossy(&crd.file.data));
        }
        for document in self.manifests.iter().chain(self.wanted_hooks(config)) {
            let file = &self.files[document.file];
            add(&file.name, &file.text[document.range.clone()]);
        }
        documents
    }

    fn wanted_hooks<'r>(&'r self, config: &PrintConfig) -> impl Iterator<Item = &'r Document> + use<'r> {
        let PrintConfig { no_hooks, skip_tests, .. } = *config;
        let is_test = |it: &Document| it.hook.as_ref().is_some_and(crate::Hook::is_test);
        self.hooks.iter().filter(move |it| !(no_hooks || skip_tests && is_test(it)))
    }

    fn push<'r>(&'r self, parts: &mut Vec<Part<'r>>, document: &Document) {
        let file = &self.files[document.file];
        let text = &file.text[document.range.clone()];
        parts.push(Part::own(format!("---\n# Source: {}\n", file.name)));
        parts.push(Part { text: text.into(), from: Some((document.file, document.range.start)) });
        parts.push(Part::own("\n"));
    }

    /// Where the byte at an offset of an output of this rendering comes from.
    pub fn provenance(&self, output: &Output, offset: usize) -> Option<Provenance> {
        let (file, at) = output.origin(offset)?;
        self.files[file].provenance(at)
    }

    /// Where the text that a range of a template or a value wrote stands in an output, by offsets of first bytes.
    pub fn written_by(&self, output: &Output, place: FileRange) -> Vec<usize> {
        self.reached(output, place).into_iter().map(|it| it.start).collect()
    }
}

impl RenderedFile {
    /// Where a byte of the file comes from, in short; [`RenderedFile::explain`] tells more.
    pub fn provenance(&self, offset: usize) -> Option<Provenance> {
        let Some((_, segment)) = self.origins.at(offset) else {
            return (offset < self.text.len()).then(|| Provenance {
                place: None,
                template: self.source,
                calls: Vec::new(),
                value: None,
            });
        };
        let frames = self.origins.frames_from(segment.frame);
        let mut calls: Vec<FileRange> =
            frames.filter(|it| matches!(it.kind, FrameKind::Call { .. })).map(|it| it.place).collect();
        calls.reverse();
        let value = self.origins.values(segment.value).next();
        Some(Provenance { place: self.place(offset), template: self.source, calls, value })
    }

    /// What wrote a byte. Text that a template holds verbatim is known to the byte, not only to its piece.
    pub(crate) fn place(&self, offset: usize) -> Option<FileRange> {
        let (start, segment) = self.origins.at(offset)?;
        let place = segment.place.range()?;
        if !segment.is_verbatim() {
            return Some(place);
        }
        let at = usize::from(place.range.start()) + (offset - start);
        Some(FileRange::new(place.file, at, place.range.end().into()))
    }
}

/// The template place that wrote a piece of a file: no more of it than the piece, where it stands there verbatim.
pub(crate) fn place_of(file: &RenderedFile, offset: usize, len: usize) -> Option<FileRange> {
    let place = blame(file, offset, len)?;
    let next = file.provenance(offset + 1).and_then(|it| it.place);
    let start = usize::from(place.range.start());
    let is_verbatim =
        next.is_some_and(|it| it.file == place.file && usize::from(it.range.start()) == start + 1);
    if len > 0 && is_verbatim && usize::from(place.range.len()) > len {
        return Some(FileRange::new(place.file, start, start + len));
    }
    Some(place)
}

/// The template place that wrote the text at an offset, or the nearest text before it.
pub(crate) fn blame(file: &RenderedFile, offset: usize, len: usize) -> Option<FileRange> {
    let last = file.text.len().checked_sub(1)?;
    // An error at a line break or at the end is about what stands before it.
    let visible =
        file.text.as_bytes()[..=offset.min(last)].iter().rposition(|byte| !byte.is_ascii_whitespace());
    let at = if len > 0 { offset.min(last) } else { visible.unwrap_or(0) };
    let provenance = file.provenance(at)?;
    provenance.place.or(Some(FileRange::new(provenance.template, 0, 0)))
}
