//! A chart as it is on the screen: the disk's files with the editor's texts over them, and the active target.
//!
//! This is what the engine and the features are given. It is plain data; a view whose inputs did not change
//! since the last snapshot *is* the last one, so that all that was computed from it stays.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use chart::SourceFile;
use chart::values::ValuesFile;
use project::{ChartFiles, Unsaved, lay_over, text_of};
use text::{FileId, FileTable};
use yaml::Node;

use super::{ChartMemory, Document, Snapshot, Target};
use crate::helmfiles::Layers;
use crate::model::Model;
use crate::releases::Facts;
use crate::settings::Settings;

/// A chart as it is on the screen.
#[derive(Debug)]
pub(crate) struct ChartView {
    /// Its folder.
    pub root: PathBuf,
    /// Its folder as numbers of files know it, with `/`.
    pub base: String,
    /// Its files in Helm's order, with what is open in an editor in the place of what is on disk.
    pub files: Vec<SourceFile>,
    /// What could not be read.
    pub disk: Arc<ChartFiles>,
    /// The active target.
    pub target: Target,
    /// Its values files, the one that counts most last. One that cannot be read is in `missing`.
    pub values: Vec<ValuesFile>,
    /// The values of a helmfile's release: then they are not what `values` says, but this.
    pub given: Option<Given>,
    /// Values files of the target that cannot be read, with the reason.
    pub missing: Vec<(PathBuf, String)>,
    /// The user's settings.
    pub settings: Arc<Settings>,
    /// What templates are told of a cluster.
    pub facts: Option<Arc<Facts>>,
    /// Numbers of all files.
    pub table: Arc<FileTable>,
    /// What is open in an editor, by number.
    documents: Vec<(FileId, Arc<Document>)>,
    model: OnceLock<Arc<Model>>,
}

/// The values of a helmfile's release.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) layers: Arc<Layers>,
    /// All layers merged, with the chart's numbers of files.
    pub values: Node,
}

impl Given {
    /// A program or secret in whose place a text stands.
    pub(crate) fn not_run(&self) -> Option<&str> {
        self.layers.not_run.first().map(String::as_str)
    }

    /// What could not be found out, for people.
    pub(crate) fn problems(&self) -> &[String] {
        &self.layers.problems
    }
}

impl ChartView {
    pub(super) fn new(snapshot: &Snapshot, root: &Path, target: Target, memory: &ChartMemory) -> Arc<Self> {
        let disk = snapshot.disk.chart(root).files(memory);
        let base = text_of(root);
        let mut documents = documents_of(snapshot, &base, &target);
        documents.sort_by(|a, b| a.path.cmp(&b.path));
        let unsaved: Vec<Unsaved> = documents.iter().filter_map(|it| unsaved(it, &base)).collect();
        let layers = target.of.as_ref().map(|it| snapshot.layers(it));
        let read = |(id, path): (FileId, &PathBuf)| (id, path.clone(), read_values(snapshot, memory, path));
        let (files, ids) = memory.numbers.give(|table| {
            let files = disk.files.iter().map(|it| it.source.clone()).collect();
            let files = lay_over(files, &unsaved, &disk.rules, &base, table);
            let ids: Vec<_> = target.values_files.iter().map(|it| table.intern(&text_of(it))).collect();
            for document in &documents {
                table.intern(&document.key());
            }
            (files, ids)
        });
        let (mut values, mut missing) = (Vec::new(), Vec::new());
        let given = layers.map(|layers| {
            let (node, files) = memory.numbers.give(|table| given(&layers, table));
            values = files;
            Given { layers, values: node }
        });
        let own = ids.into_iter().zip(&target.values_files).filter(|_| given.is_none());
        for (id, path, data) in own.map(read) {
            match data {
                Ok(data) => values.push(ValuesFile { name: text_of(&path), id, data }),
                Err(error) => missing.push((path, error.to_string())),
            }
        }
        let table = memory.numbers.all();
        let number = |document: Arc<Document>| Some((table.get(&document.key())?, document));
        let documents = documents.into_iter().filter_map(number).collect();
        let settings = snapshot.settings.clone();
        let facts = snapshot.facts(root).cloned();
        let root = root.to_owned();
        let model = OnceLock::new();
        let view = Self {
            root,
            base,
            files,
            disk,
            target,
            values,
            given,
            missing,
            settings,
            facts,
            table,
            documents,
            model,
        };
        let view = match memory.last_view(&view.target.name) {
            Some(last) if last.same_as(&view) => last,
            _ => Arc::new(view),
        };
        memory.remember_view(snapshot.revision, &view);
        view
    }

    /// The document behind a number, if it is open.
    pub(crate) fn document(&self, file: FileId) -> Option<&Arc<Document>> {
        self.documents.iter().find(|(id, _)| *id == file).map(|(_, document)| document)
    }

    /// All documents of the chart that are open, values files of the target included.
    pub(crate) fn documents(&self) -> impl Iterator<Item = (FileId, &Arc<Document>)> {
        self.documents.iter().map(|(id, document)| (*id, document))
    }

    /// The number of a file, by its path.
    pub(crate) fn file(&self, path: &str) -> Option<FileId> {
        self.table.get(path)
    }

    /// A file of the chart, by its number.
    pub(crate) fn source(&self, file: FileId) -> Option<&SourceFile> {
        self.files.iter().find(|it| it.id == file)
    }

    /// What can be known of the chart, found out when someone asks.
    pub(crate) fn model(&self, revision: u64, memory: &ChartMemory) -> Arc<Model> {
        let make = || {
            let last = memory.last_model(&self.target.name);
            let model = Arc::new(Model::new(self, &memory.numbers, last.as_deref()));
            memory.remember_model(revision, &self.target.name, &model);
            model
        };
        self.model.get_or_init(make).clone()
    }

    fn same_as(&self, other: &Self) -> bool {
        let same_document =
            |(a, b): (&(FileId, Arc<Document>), &(FileId, Arc<Document>))| Arc::ptr_eq(&a.1, &b.1);
        Arc::ptr_eq(&self.disk, &other.disk)
            && self.circumstances() == other.circumstances()
            && self.missing == other.missing
            && self.documents.len() == other.documents.len()
            && self.documents.iter().zip(&other.documents).all(same_document)
    }

    /// What the chart is rendered with.
    pub(crate) fn circumstances(&self) -> Circumstances<'_> {
        Circumstances {
            target: &self.target,
            values: &self.values,
            given: self.given.as_ref().map(|it| &it.layers),
            settings: &self.settings,
            facts: self.facts.as_ref(),
        }
    }
}

/// What a chart is rendered with, apart from what is in its folder. Bytes and what was made of them are the same where they
/// are where they were: nobody writes over them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances<'v> {
    pub target: &'v Target,
    pub values: &'v [ValuesFile],
    pub given: Option<&'v Arc<Layers>>,
    pub settings: &'v Arc<Settings>,
    pub facts: Option<&'v Arc<Facts>>,
}

impl PartialEq for Circumstances<'_> {
    fn eq(&self, other: &Self) -> bool {
        let same_values = |(one, other): (&ValuesFile, &ValuesFile)| {
            one.id == other.id && Arc::ptr_eq(&one.data, &other.data)
        };
        self.target == other.target
            && self.given.map(Arc::as_ptr) == other.given.map(Arc::as_ptr)
            && self.settings == other.settings
            && same_facts(self.facts, other.facts)
            && self.values.len() == other.values.len()
            && self.values.iter().zip(other.values).all(same_values)
    }
}

/// Whether a cluster said the same, which is so if it was not asked again.
pub(crate) fn same_facts(one: Option<&Arc<Facts>>, other: Option<&Arc<Facts>>) -> bool {
    match (one, other) {
        (None, None) => true,
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// Open documents in the chart's folder, and those that are the target's values files.
fn documents_of(snapshot: &Snapshot, base: &str, target: &Target) -> Vec<Arc<Document>> {
    let values: Vec<String> = target.values_files.iter().map(|it| text_of(it)).collect();
    let wanted = |document: &&Arc<Document>| {
        let Some(path) = document.path.as_deref() else { return false };
        inside(path, base).is_some() || values.iter().any(|it| it == path)
    };
    snapshot.documents().filter(wanted).cloned().collect()
}

/// The values of layers, and the files that they are from, with the chart's numbers.
fn given(layers: &Layers, table: &mut FileTable) -> (Node, Vec<ValuesFile>) {
    let file = |(path, data): &(Arc<str>, Arc<[u8]>)| ValuesFile {
        name: path.to_string(),
        id: table.intern(path),
        data: data.clone(),
    };
    let files = layers.files.iter().map(file).collect();
    (layers.node(table), files)
}

fn inside<'p>(path: &'p str, base: &str) -> Option<&'p str> {
    path.strip_prefix(base)?.strip_prefix('/')
}

fn unsaved(document: &Document, base: &str) -> Option<Unsaved> {
    let path = inside(document.path.as_deref()?, base)?;
    Some(Unsaved { path: path.into(), data: document.bytes() })
}

fn read_values(snapshot: &Snapshot, memory: &ChartMemory, path: &Path) -> std::io::Result<Arc<[u8]>> {
    match snapshot.document_at(&text_of(path)) {
        Some(document) => Ok(document.bytes()),
        None => memory.outside.read(path),
    }
}
