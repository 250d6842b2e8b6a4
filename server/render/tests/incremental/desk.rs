//! A chart as an editor holds it: files in memory, edited one after the other, rendered after each edit.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chart::load::{KnownFiles, LastGood};
use chart::values::{ValuesFile, merge_files, read_file_values};
use chart::{InTurn, LoadContext, SourceFile, load_tolerant};
use chartroom_render::{Environment, Options, Release, Templates, World, prepare};
use golang::Dialect;
use text::{FileId, FileTable};

/// A chart and one values file over it.
pub(crate) struct Desk {
    pub(crate) files: Vec<SourceFile>,
    pub(crate) values: ValuesFile,
    table: FileTable,
    dialect: Dialect,
    last: Option<World>,
    known: KnownFiles,
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
        let files = project::read_chart(chart, &mut table, dialect, &InTurn).unwrap();
        let id = table.intern("override.yaml");
        let values = ValuesFile { name: "override.yaml".to_owned(), id, data: values.as_bytes().into() };
        Self { files, values, table, dialect, last: None, known: KnownFiles::default() }
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
        let environment = match self.with_other_templates() {
            Some(environment) => environment,
            None => self.environment()?,
        };
        let last = self.last.as_ref().map(|it| &it.templates);
        let templates = Templates::new(&environment.chart, self.dialect, last);
        let values_files = vec![(self.values.id, self.values.data.clone())];
        let world = World { environment: Arc::new(environment), templates, values_files };
        self.last = Some(world.clone());
        Some(world)
    }

    /// The last environment with the templates as they are now, if nothing else was edited.
    fn with_other_templates(&self) -> Option<Environment> {
        let last = self.last.as_ref()?;
        let now: HashMap<FileId, &SourceFile> = self.files.iter().map(|it| (it.id, it)).collect();
        let changed = |file: &SourceFile| {
            let data = &now.get(&file.id)?.data;
            (!Arc::ptr_eq(data, &file.data)).then(|| data.clone())
        };
        let other = last.environment.chart.all().into_iter().flat_map(|chart| chart.raw.iter());
        let mut other = other.filter(|file| !file.path.starts_with("templates/"));
        if other.any(|file| changed(file).is_some())
            || !Arc::ptr_eq(&last.values_files[0].1, &self.values.data)
        {
            return None;
        }
        let environment = &*last.environment;
        Some(Environment { chart: environment.chart.with_templates(&changed), ..environment.clone() })
    }

    fn environment(&mut self) -> Option<Environment> {
        let dialect = self.dialect;
        let mut context = LoadContext { table: &mut self.table, base: "chart", dialect };
        let loaded = load_tolerant(self.files.clone(), &mut context, &LastGood::new(), &self.known);
        self.known = loaded.known;
        let release = Release {
            name: "release-name".into(),
            namespace: "default".into(),
            is_upgrade: false,
            revision: 1,
        };
        let capabilities = chart::capabilities::Capabilities::defaults(dialect);
        let options = Options { release, capabilities, dialect, skip_schema: true };
        let user = merge_files(&read_file_values(&self.values, dialect).ok());
        Some(prepare(&loaded.chart?, &user, &options).environment)
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
