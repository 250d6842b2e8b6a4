//! A chart as an editor holds it: files in memory, edited one after the other, rendered after each edit.

use std::cell::{Cell, RefCell};
use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chart::load::LastGood;
use chart::values::{ValuesFile, merge_files, read_file_values};
use chart::{LoadContext, SourceFile, load_tolerant};
use chartroom_render::{Options, Release, Templates, World, prepare};
use golang::Dialect;
use text::{FileId, FileTable};

/// A chart and one values file over it.
pub(crate) struct Desk {
    pub(crate) files: Vec<SourceFile>,
    pub(crate) values: ValuesFile,
    table: FileTable,
    dialect: Dialect,
    last_templates: Option<Templates>,
}

/// The chart of the guide and, where they are, charts of the corpus.
pub(crate) fn charts(names: &[&str]) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let corpus = root.join("../shared/corpus/charts");
    let mut charts = vec![root.join("tests/charts/devops-network")];
    if corpus.exists() {
        charts.extend(names.iter().map(|name| corpus.join(name)));
    } else {
        println!("skipped: no charts at ../shared/corpus/charts");
    }
    charts
}

impl Desk {
    pub(crate) fn new(chart: &Path, values: &str, dialect: Dialect) -> Self {
        let mut table = FileTable::default();
        let files = project::read_chart(chart, &mut table, dialect).unwrap();
        let id = table.intern("override.yaml");
        let values = ValuesFile { name: "override.yaml".to_owned(), id, data: values.as_bytes().into() };
        Self { files, values, table, dialect, last_templates: None }
    }

    /// All that can be edited: the texts of templates, values files and `Chart.yaml`.
    pub(crate) fn editable(&self) -> Vec<FileId> {
        let own = self.files.iter().filter(|it| it.text().is_some() && !it.path.ends_with(".json"));
        own.map(|it| it.id).chain([self.values.id]).collect()
    }

    pub(crate) fn text(&self, file: FileId) -> String {
        let data = self.files.iter().find(|it| it.id == file).map_or(&self.values.data, |it| &it.data);
        String::from_utf8(data.to_vec()).unwrap()
    }

    pub(crate) fn path(&self, file: FileId) -> &str {
        self.table.path(file)
    }

    pub(crate) fn set_text(&mut self, file: FileId, text: &str) {
        let data: Arc<[u8]> = text.as_bytes().into();
        match self.files.iter_mut().find(|it| it.id == file) {
            Some(it) => it.data = data,
            None => self.values.data = data,
        }
    }

    /// What is to be rendered now; `None` where there is no chart.
    pub(crate) fn world(&mut self) -> Option<World> {
        let dialect = self.dialect;
        let mut context = LoadContext { table: &mut self.table, base: "chart", dialect };
        let chart = load_tolerant(self.files.clone(), &mut context, &LastGood::new()).chart?;
        let release = Release {
            name: "release-name".into(),
            namespace: "default".into(),
            is_upgrade: false,
            revision: 1,
        };
        let capabilities = chart::capabilities::Capabilities::defaults(dialect);
        let options = Options { release, capabilities, dialect, skip_schema: true };
        let user = merge_files(&read_file_values(&self.values, dialect).ok());
        let environment = prepare(&chart, &user, &options).environment;
        let templates = Templates::new(&environment.chart, dialect, self.last_templates.as_ref());
        self.last_templates = Some(templates.clone());
        let values_files = vec![(self.values.id, self.values.data.clone())];
        Some(World { environment: Arc::new(environment), templates, values_files })
    }
}

/// The same time always, and randomness that each template has to itself.
#[derive(Default)]
pub(crate) struct Still {
    template: RefCell<String>,
    drawn: Cell<u64>,
    /// How many templates ran.
    pub(crate) ran: Cell<usize>,
}

impl template::Host for Still {
    fn now(&self) -> i128 {
        1_700_000_000_000_000_000
    }

    fn enter(&self, template: &str) {
        template.clone_into(&mut self.template.borrow_mut());
        self.drawn.set(0);
        self.ran.set(self.ran.get() + 1);
    }

    fn random(&self, into: &mut [u8]) {
        for chunk in into.chunks_mut(8) {
            let mut hasher = DefaultHasher::new();
            hasher.write(self.template.borrow().as_bytes());
            hasher.write_u64(self.drawn.replace(self.drawn.get() + 1));
            chunk.copy_from_slice(&hasher.finish().to_le_bytes()[..chunk.len()]);
        }
    }

    fn rsa_key(&self, _bits: usize) -> Option<Vec<u8>> {
        None
    }
}
