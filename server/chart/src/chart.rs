//! A chart in memory. Cheap to clone; what changes it makes a new one.

use std::ops::Deref;
use std::sync::Arc;

use golang::path;
use yaml::Node;

use crate::{Lock, Metadata, SourceFile};

/// A chart with its subcharts.
#[derive(Clone, Debug)]
pub struct Chart {
    data: Arc<ChartData>,
}

/// What a chart holds.
#[derive(Clone, Debug)]
pub struct ChartData {
    /// `Chart.yaml`.
    pub metadata: Arc<Metadata>,
    /// `Chart.lock`.
    pub lock: Option<Arc<Lock>>,
    /// The values that count as this chart's own. Once dependencies are processed they hold what was imported
    /// and the subcharts' values too: Helm merges them there.
    pub values: Node,
    /// The values as `values.yaml` says them; processing leaves them alone.
    pub defaults: Node,
    /// `values.yaml` itself.
    pub values_file: Option<SourceFile>,
    /// `values.schema.json`.
    pub schema: Option<SourceFile>,
    /// Every file below `templates/`, whatever its name.
    pub templates: Arc<[SourceFile]>,
    /// What `.Files` offers: everything that has no other meaning, `crds/` included.
    pub files: Arc<[SourceFile]>,
    /// All files, in their order.
    pub raw: Arc<[SourceFile]>,
    /// The subcharts.
    pub dependencies: Vec<Chart>,
    /// `root/charts/child`: the prefix of its templates' names.
    pub full_path: Arc<str>,
    /// Whether it is no one's subchart.
    pub is_root: bool,
}

/// A file below `crds/`, of the chart or of a subchart.
#[derive(Clone, Debug)]
pub struct Crd {
    /// The name as `# Source:` prints it.
    pub filename: String,
    /// The file.
    pub file: SourceFile,
}

impl Deref for Chart {
    type Target = ChartData;
    fn deref(&self) -> &ChartData {
        &self.data
    }
}

impl Chart {
    pub(crate) fn new(data: ChartData) -> Self {
        Self { data: Arc::new(data) }
    }

    /// The chart's name, its alias once dependencies are processed.
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// The name of a file of this chart as templates and messages know it: `root/charts/child/templates/a.yaml`.
    pub fn full_file_path(&self, file: &SourceFile) -> String {
        path::join([&*self.full_path, &*file.path])
    }

    /// The subchart of that name.
    pub fn dependency(&self, name: &str) -> Option<&Chart> {
        self.dependencies.iter().find(|chart| chart.name() == name)
    }

    /// Whether its templates are for others only.
    pub fn is_library(&self) -> bool {
        self.metadata.kind == "library"
    }

    /// The custom resource definitions of the chart and then of its subcharts.
    pub fn crds(&self) -> Vec<Crd> {
        let own = self.files.iter().filter(|file| file.path.starts_with("crds/") && is_manifest(&file.path));
        let own = own.map(|file| Crd { filename: self.full_file_path(file), file: file.clone() });
        own.chain(self.dependencies.iter().flat_map(Chart::crds)).collect()
    }

    /// The chart and all below it, parents first.
    pub fn all(&self) -> Vec<&Chart> {
        let mut all = vec![self];
        all.extend(self.dependencies.iter().flat_map(Chart::all));
        all
    }

    /// The same chart with other texts for some of its templates, which change nothing else: neither the values nor
    /// the dependencies. `text` says what a template holds now, if that is not what it held.
    pub fn with_templates(&self, text: &dyn Fn(&SourceFile) -> Option<Arc<[u8]>>) -> Self {
        let dependencies: Vec<Self> = self.dependencies.iter().map(|it| it.with_templates(text)).collect();
        let same = |(old, new): (&Self, &Self)| Arc::ptr_eq(&old.data, &new.data);
        let same_below = self.dependencies.iter().zip(&dependencies).all(same);
        let same_here = self.templates.iter().all(|file| text(file).is_none());
        if same_below && same_here {
            return self.clone();
        }
        let now = |file: &SourceFile| match text(file) {
            Some(data) => SourceFile { data, ..file.clone() },
            None => file.clone(),
        };
        let templates = self.templates.iter().map(now).collect();
        let of_a_template = |file: &SourceFile| self.templates.iter().any(|it| it.id == file.id);
        let raw =
            self.raw.iter().map(|file| if of_a_template(file) { now(file) } else { file.clone() }).collect();
        Self::new(ChartData { templates, raw, dependencies, ..(*self.data).clone() })
    }

    /// The same chart that says something else about itself.
    pub fn with_metadata(&self, metadata: Metadata) -> Self {
        Self::new(ChartData { metadata: Arc::new(metadata), ..(*self.data).clone() })
    }

    /// The same chart with other values of its own.
    pub fn with_values(&self, values: yaml::Node) -> Self {
        Self::new(ChartData { values: values.clone(), defaults: values, ..(*self.data).clone() })
    }

    /// The same chart in another place of the tree.
    pub(crate) fn placed(&self, parent: Option<&str>) -> Self {
        let full_path: Arc<str> = match parent {
            Some(parent) => format!("{parent}/charts/{}", self.name()).into(),
            None => self.name().into(),
        };
        let dependencies = self.dependencies.iter().map(|chart| chart.placed(Some(&full_path))).collect();
        Self::new(ChartData { dependencies, is_root: parent.is_none(), full_path, ..(*self.data).clone() })
    }
}

fn is_manifest(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|ext| path::ext(path).eq_ignore_ascii_case(ext))
}
