//! The rules for subcharts (`dependencies.go`): `Chart.yaml` and `charts/` name the same ones, each once.

use chart::{Chart, Dependency};

use super::{Folder, Report, Severity};

pub(super) fn lint(folder: &Folder, report: &mut Report) {
    let chart = match &folder.chart {
        Ok(chart) => chart,
        Err(problem) => {
            let message = format!("unable to load chart\n\t{}", problem.message);
            return report.add(Severity::Error, "", "chart-load", message, problem.at);
        }
    };
    let wanted = chart.metadata.dependencies();
    let unlisted = chart.dependencies.iter().map(Chart::name);
    let unlisted: Vec<&str> = unlisted.filter(|name| wanted.iter().all(|it| it.name != *name)).collect();
    if !unlisted.is_empty() {
        let message = format!("chart metadata is missing these dependencies: {}", unlisted.join(","));
        let at = chart.metadata.source.key_at("dependencies");
        report.add(Severity::Error, &folder.path, "dependency-unlisted", message, at);
    }
    let doubles = doubles(wanted);
    if let Some(first) = doubles.first() {
        let at = first.source.at();
        let names: Vec<&str> = doubles.iter().map(|it| it.local_name()).collect();
        let message = format!("multiple dependencies with name or alias: {}", names.join(","));
        report.add(Severity::Error, &folder.path, "dependency-double", message, at);
    }
    let missing: Vec<&Dependency> = wanted.iter().filter(|it| chart.dependency(&it.name).is_none()).collect();
    if let Some(first) = missing.first() {
        let at = first.source.at();
        let names: Vec<&str> = missing.iter().map(|it| it.name.as_str()).collect();
        let message = format!("chart directory is missing these dependencies: {}", names.join(","));
        report.add(Severity::Warning, &folder.path, "dependency-missing", message, at);
    }
}

/// Those whose name or alias one before them has.
fn doubles(wanted: &[Dependency]) -> Vec<&Dependency> {
    let has_before =
        |at: usize, it: &Dependency| wanted[..at].iter().any(|before| before.local_name() == it.local_name());
    wanted.iter().enumerate().filter(|(at, it)| has_before(*at, it)).map(|(_, it)| it).collect()
}
