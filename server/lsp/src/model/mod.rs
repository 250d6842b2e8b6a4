//! What can be known of a chart: the one place where the protocol's side meets the engine and the features.
//!
//! A model is made from a [`ChartView`] when someone asks. Typing in a template must not cost what reading
//! the chart costs, so there are two depths. What features look at (values, dependencies, other templates) is
//! made anew only if something else than the text of a template changed. What is rendered is always exact,
//! and made when someone asks for it.

mod base;
mod host;
mod kinds;
mod rendering;
mod sources;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use chart::{Chart, SourceFile};
use ide::Analysis;
use render::{Memo, Templates};
use schema::Catalog;
use text::{FileId, FileTable};

use crate::cancel::Cancel;
use crate::releases::Facts;
use crate::state::{ChartView, Numbers, same_facts};

pub(crate) use base::Base;
use base::Depth;
pub(crate) use host::Host;
use kinds::Kinds;
pub(crate) use rendering::Rendering;
use sources::Sources;

/// What can be known of a chart.
#[derive(Debug)]
pub(crate) struct Model {
    /// Numbers of all files, members of archives included.
    pub table: Arc<FileTable>,
    /// The chart and its values; the texts of templates in it may be older ones.
    base: Arc<Base>,
    exact: OnceLock<Arc<Base>>,
    /// What the model before this one knew exactly.
    last_exact: Option<Arc<Base>>,
    numbers: Numbers,
    facts: Option<Arc<Facts>>,
    sources: Sources,
    analysis: Option<Analysis>,
    templates: OnceLock<Templates>,
    last_templates: Option<Templates>,
    /// Those of subcharts that are switched off are among them.
    all_templates: OnceLock<Templates>,
    last_all_templates: Option<Templates>,
    /// What templates printed, handed on from model to model.
    memo: Arc<Mutex<Memo>>,
    /// What the cluster would know, handed on likewise.
    kinds: Arc<Kinds>,
    rendering: Mutex<Option<Arc<Rendering>>>,
    /// Files by number, members of archives included.
    files: OnceLock<HashMap<FileId, SourceFile>>,
}

impl Model {
    pub(crate) fn new(view: &ChartView, numbers: &Numbers, last: Option<&Self>) -> Self {
        let base = match last {
            Some(last) if last.base.is_of(view, Depth::ButTemplates) => last.base.clone(),
            _ => Arc::new(Base::new(view, numbers, last.map(|it| &*it.base))),
        };
        let table = numbers.all();
        let sources = Sources::new(view, &base, &table, last.map(|it| &it.sources));
        let analysis = base.environment.as_ref().map(|it| Analysis::new(sources.input(it)));
        // What templates printed for other answers of a cluster says nothing.
        let same_answers = last.filter(|it| same_facts(it.facts.as_ref(), view.facts.as_ref()));
        Self {
            table,
            facts: view.facts.clone(),
            exact: OnceLock::new(),
            last_exact: last.and_then(|it| it.exact.get().cloned().or_else(|| it.last_exact.clone())),
            numbers: numbers.clone(),
            sources,
            analysis,
            templates: OnceLock::new(),
            all_templates: OnceLock::new(),
            last_all_templates: last
                .and_then(|it| it.all_templates.get().or(it.last_all_templates.as_ref()).cloned()),
            last_templates: last.and_then(|it| it.templates.get().or(it.last_templates.as_ref()).cloned()),
            memo: same_answers.map(|it| it.memo.clone()).unwrap_or_default(),
            kinds: last.map(|it| it.kinds.clone()).unwrap_or_default(),
            rendering: Mutex::default(),
            files: OnceLock::new(),
            base,
        }
    }

    /// The features; without a `Chart.yaml` there are none.
    pub(crate) fn analysis(&self) -> Option<&Analysis> {
        self.analysis.as_ref()
    }

    /// The chart and its values, with every text as it is on the screen.
    pub(crate) fn exact(&self, view: &ChartView) -> &Arc<Base> {
        self.exact.get_or_init(|| {
            let known = [Some(&self.base), self.last_exact.as_ref()].into_iter().flatten();
            let mut known = known.filter(|it| it.is_of(view, Depth::All));
            match known.next() {
                Some(known) => known.clone(),
                None if self.base.is_of(view, Depth::ButTemplates) => {
                    Arc::new(self.base.with_templates(view))
                }
                None => Arc::new(Base::new(view, &self.numbers, Some(&self.base))),
            }
        })
    }

    /// The templates, parsed by the engine; those that did not change are the last model's.
    pub(crate) fn templates(&self, view: &ChartView) -> &Templates {
        self.templates.get_or_init(|| match &self.exact(view).environment {
            Some(environment) => {
                Templates::new(&environment.chart, environment.dialect, self.last_templates.as_ref())
            }
            None => Templates::default(),
        })
    }

    /// The templates of all charts, whether they are switched on or off.
    pub(crate) fn all_templates(&self, view: &ChartView) -> &Templates {
        self.all_templates.get_or_init(|| match &self.exact(view).chart {
            Some(chart) => {
                let known = [Some(self.templates(view)), self.last_all_templates.as_ref()];
                let known: Templates =
                    known.into_iter().flatten().flat_map(Templates::files).cloned().collect();
                Templates::new(chart, view.settings.helm_version.dialect(), Some(&known))
            }
            None => Templates::default(),
        })
    }

    /// What templates printed until now; one rendering at a time.
    fn memo(&self) -> MutexGuard<'_, Memo> {
        self.memo.lock().unwrap_or_else(|poisoned| {
            // A rendering that panicked may have left half of it.
            let mut memo = poisoned.into_inner();
            *memo = Memo::default();
            self.memo.clear_poison();
            memo
        })
    }

    /// The whole chart, rendered once. `None` if it was cancelled.
    pub(crate) fn rendering(&self, view: &ChartView, cancel: &Cancel) -> Option<Arc<Rendering>> {
        // Held while it is rendered: who asks meanwhile wants the same.
        let mut rendering = self.rendering.lock().unwrap_or_else(PoisonError::into_inner);
        if rendering.is_none() {
            let made = Arc::new(Rendering::of_chart(view, self, cancel)?);
            self.kinds.rendered(&made);
            *rendering = Some(made);
        }
        rendering.clone()
    }

    /// What the target's cluster would know. It may have to read definitions.
    pub(crate) fn catalog(&self, view: &ChartView, rendering: &Rendering) -> Option<Arc<Catalog>> {
        let base = self.exact(view);
        Some(self.kinds.catalog(view, base.chart.as_ref()?, minor(view, base), rendering.files()))
    }

    /// The same as it was last found out: nothing is read while somebody waits.
    pub(crate) fn known_catalog(&self, view: &ChartView) -> Arc<Catalog> {
        self.kinds.known(minor(view, &self.base))
    }

    /// Version and kind of what a template made when the chart was last rendered.
    pub(crate) fn made_by(&self, file: FileId) -> Vec<(String, String)> {
        self.kinds.made_by(file)
    }

    /// The text of a file: of the chart, of the target or of an archive in the chart.
    pub(crate) fn text<'m>(&'m self, view: &'m ChartView, file: FileId) -> Option<&'m str> {
        if let Some(values) = view.values.iter().find(|it| it.id == file) {
            return std::str::from_utf8(&values.data).ok();
        }
        let collect = || {
            let packed = self.base.chart.iter().flat_map(Chart::all).flat_map(|it| it.raw.iter());
            packed.chain(&view.files).map(|it| (it.id, it.clone())).collect()
        };
        self.files.get_or_init(collect).get(&file)?.text()
    }
}

/// The minor version of Kubernetes whose schemas count.
fn minor(view: &ChartView, base: &Base) -> u32 {
    let told = || base.environment.as_ref().map(|it| render::minor(&it.capabilities.kube_version));
    view.settings.schemas_of.or_else(told).unwrap_or(schema::NEWEST)
}
