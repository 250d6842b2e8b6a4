//! What a chart was rendered to, as a release keeps it.

use chart::Crd;
use render::{Document, PrintConfig, Rendering};
use serde_json::{Map, Value};

use crate::record::{ChartPart, HookRecord, HookRun, Record};

/// What a release is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendered {
    /// What the record says of the chart.
    pub chart: ChartPart,
    /// What the user said.
    pub config: Map<String, Value>,
    /// The objects.
    pub manifest: String,
    /// The hooks, in the order of their kinds.
    pub hooks: Vec<HookRecord>,
    /// The notes.
    pub notes: String,
    /// The custom resource definitions of `crds/`: the name of the file and what it holds.
    pub crds: Vec<(String, String)>,
}

impl Rendered {
    /// Takes over what was rendered. With `subchart_notes` the notes of subcharts come along.
    pub fn new(
        rendering: &Rendering,
        crds: &[Crd],
        chart: ChartPart,
        config: Map<String, Value>,
        subchart_notes: bool,
    ) -> Self {
        let hooks = rendering.hooks.iter().map(|document| hook(rendering, document)).collect();
        let text = |crd: &Crd| String::from_utf8_lossy(&crd.file.data).into_owned();
        Self {
            chart,
            config,
            manifest: rendering.manifest(&[], &PrintConfig::default()),
            hooks,
            notes: notes(rendering, subchart_notes),
            crds: crds.iter().map(|crd| (crd.file.path.to_string(), text(crd))).collect(),
        }
    }

    /// Fills a record with it.
    pub(crate) fn fill(&self, record: &mut Record) {
        record.chart = self.chart.clone();
        record.config.clone_from(&self.config);
        record.manifest.clone_from(&self.manifest);
        record.hooks.clone_from(&self.hooks);
        record.info.notes.clone_from(&self.notes);
    }
}

/// The notes of the chart itself stand in a file right below its templates; those of subcharts are deeper.
fn notes(rendering: &Rendering, of_subcharts: bool) -> String {
    let is_own = |name: &str| name.matches('/').count() == 2;
    let wanted = rendering.notes.iter().filter(|file| of_subcharts || is_own(&file.name));
    let texts: Vec<&str> = wanted.map(|file| file.text.as_str()).collect();
    texts.join("\n")
}

fn hook(rendering: &Rendering, document: &Document) -> HookRecord {
    let file = &rendering.files[document.file];
    let policies = |key: &str| -> Vec<String> {
        let Some(annotation) = document.head.annotation(key) else { return Vec::new() };
        annotation.split(',').map(|it| it.trim().to_lowercase()).collect()
    };
    let event = |event: &String| if event == "test-success" { "test".to_owned() } else { event.clone() };
    let hook = document.hook.as_ref();
    HookRecord {
        name: document.head.name.clone(),
        kind: document.head.kind.clone(),
        path: file.name.to_string(),
        manifest: file.text[document.range.clone()].to_owned(),
        events: hook.map(|hook| hook.events.iter().map(event).collect()).unwrap_or_default(),
        last_run: HookRun::default(),
        weight: hook.map_or(0, |hook| hook.weight),
        delete_policies: policies("helm.sh/hook-delete-policy"),
        output_log_policies: policies("helm.sh/hook-output-log-policy"),
    }
}

/// Which values a new revision gets (`Upgrade.reuseValues`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ValuesRule {
    /// Those that are given now; where none are, those of the last revision.
    #[default]
    Given,
    /// Those that are given now, and no others (`--reset-values`).
    Reset,
    /// Those of the last revision, which also take the place of the chart's own, with new ones over them
    /// (`--reuse-values`).
    Reuse,
    /// The chart's own, those of the last revision over them, and new ones over these (`--reset-then-reuse-values`).
    ResetThenReuse,
}
