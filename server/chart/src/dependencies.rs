//! Which subcharts take part, under which names, and what their parents take over from them.
//!
//! Helm changes charts in place and lets copies share parts, and some of what users see is an accident of that: in
//! Helm 3, two aliases of one chart share its unlisted subcharts, which then render once, under whichever parent
//! touched them last. So this works on an `Arena` in which the same things are shared, and makes a tree of charts
//! from it at the end.

mod arena;
mod enabled;
mod imports;

use golang::Dialect;
use text::FileRange;
use yaml::Node;

use arena::Arena;

use crate::Chart;
use crate::coalesce::{CoalesceError, Warning};

/// What processing gives.
#[derive(Clone, Debug)]
pub struct Processed {
    /// The chart with the subcharts that are on, aliases in force, and imported values in place.
    pub chart: Chart,
    /// What Helm would grumble about.
    pub warnings: Vec<Warning>,
}

/// Why a chart cannot be installed as it is.
#[derive(Clone, Debug)]
pub struct DependencyError {
    /// Helm's text.
    pub message: String,
    /// The entry of `Chart.yaml`, or the value, that is to blame.
    pub at: Option<FileRange>,
    /// The names that are missing in `charts/`, if that is the trouble.
    pub missing: Vec<String>,
}

impl std::fmt::Display for DependencyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for DependencyError {}

impl From<CoalesceError> for DependencyError {
    fn from(error: CoalesceError) -> Self {
        Self { message: error.message, at: error.at, missing: Vec::new() }
    }
}

/// `ProcessDependencies` (Helm 3: `…WithMerge`): switches subcharts by the user's values and imports values.
pub fn process(chart: &Chart, values: &Node, dialect: Dialect) -> Result<Processed, DependencyError> {
    let mut arena = Arena::new(chart, dialect);
    arena.process_enabled(Arena::ROOT, values, "")?;
    arena.process_imports(Arena::ROOT)?;
    let chart = arena.freeze(Arena::ROOT);
    Ok(Processed { chart, warnings: arena.warnings })
}

/// Whether everything that `Chart.yaml` names lies in `charts/`: names only, as Helm checks before processing.
pub fn check(chart: &Chart) -> Result<(), DependencyError> {
    let mut missing = chart
        .metadata
        .dependencies()
        .iter()
        .filter(|dependency| chart.dependency(&dependency.name).is_none())
        .peekable();
    let Some(at) = missing.peek().map(|dependency| dependency.source.at()) else { return Ok(()) };
    let missing: Vec<String> = missing.map(|dependency| dependency.name.clone()).collect();
    let message = format!("found in Chart.yaml, but missing in charts/ directory: {}", missing.join(", "));
    Err(DependencyError { message, at, missing })
}

/// Whether the chart is one to install: a library is not.
pub fn check_installable(chart: &Chart) -> Result<(), DependencyError> {
    match chart.metadata.kind.as_str() {
        "" | "application" => Ok(()),
        kind => Err(DependencyError {
            message: format!("{kind} charts are not installable"),
            at: chart.metadata.source.value_at("type"),
            missing: Vec::new(),
        }),
    }
}

#[cfg(test)]
mod tests;
