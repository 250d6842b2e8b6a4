//! The rules for `crds/` (`crds.go`, only in Helm 4): plain YAML, and nothing but definitions of custom resources.

use super::objects::{CRD_READER, objects};
use super::{Entry, Folder, Report, Severity};
use text::FileRange;

const PATH: &str = "crds/";

pub(super) fn lint(folder: &Folder, report: &mut Report) {
    match &folder.crds {
        Entry::Missing => return,
        Entry::Folder => {}
        Entry::File(_) => {
            return report.add(Severity::Error, PATH, "crds-folder", "not a directory", None);
        }
        Entry::Unreadable(reason) => {
            return report.add(Severity::Error, PATH, "crds-folder", reason.as_str(), None);
        }
    }
    let chart = match &folder.chart {
        Ok(chart) => chart,
        Err(problem) => {
            return report.add(Severity::Error, PATH, "chart-load", problem.message.as_str(), problem.at);
        }
    };
    for crd in chart.crds() {
        let path = &*crd.file.path;
        let text = String::from_utf8_lossy(&crd.file.data);
        let place = |range: &std::ops::Range<usize>| FileRange::new(crd.file.id, range.start, range.end);
        let (found, problem) = objects(&text, CRD_READER);
        for object in found.iter().filter_map(Option::as_ref) {
            let at = Some(place(&object.head));
            if !object.api_version.starts_with("apiextensions.k8s.io") {
                let message = "apiVersion is not in 'apiextensions.k8s.io'";
                report.add(Severity::Error, path, "crd-api-version", message, at);
            }
            if object.kind != "CustomResourceDefinition" {
                let message = "object kind is not 'CustomResourceDefinition'";
                report.add(Severity::Error, path, "crd-kind", message, at);
            }
        }
        // A file that is no YAML ends the rule for all: so does Helm.
        if let Some(problem) = problem {
            let message = format!("unable to parse YAML: {}", problem.message);
            return report.add(Severity::Error, path, "crd-yaml", message, Some(place(&problem.range)));
        }
    }
}
