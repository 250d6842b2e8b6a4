//! `duplicate-key`: a rendered mapping says a key twice, of which one is dropped. `not-a-string`: a number or boolean where
//! Kubernetes takes nothing but text, mostly for want of a `quote`.

use std::ops::Range;

use chart::capabilities::DEFAULT_API_VERSIONS;
use golang::Dialect;
use text::FileId;
use yaml::{Node, Numbers, duplicate_keys};

use super::{Finding, Severity, Subject};
use crate::rendering::place_of;
use crate::{RenderedFile, split_manifests};

pub(super) const DUPLICATE_KEY: &str = "duplicate-key";
pub(super) const NOT_A_STRING: &str = "not-a-string";

/// Something that is wrong with a rendered text.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    severity: Severity,
    pub(super) id: &'static str,
    message: String,
    /// In the rendered text.
    pub(super) at: Range<usize>,
}

pub(super) fn check(subject: &Subject<'_>, files: &[RenderedFile], dialect: Dialect) -> Vec<Finding> {
    let own = |file: &&RenderedFile| subject.chart.templates.iter().any(|it| it.id == file.source);
    let mut found = Vec::new();
    for file in files.iter().filter(own).filter(|file| !file.name.ends_with("NOTES.txt")) {
        for problem in file.problems(dialect) {
            let at = place_of(file, problem.at.start, problem.at.len());
            found.extend(subject.finding(problem.severity, problem.id, problem.message.clone(), at));
        }
    }
    found
}

/// What is wrong with a rendered text, wherever it comes from.
pub(crate) fn problems(text: &str, dialect: Dialect) -> Vec<Problem> {
    let mut found = Vec::new();
    for part in split_manifests(text, dialect) {
        let document = &text[part.clone()];
        let Ok(root) = yaml::parse(document, FileId(0), Numbers::AsWritten) else { continue };
        problems_of(document, &root, part.start, &mut found);
    }
    found
}

/// What is wrong with a document that begins at an offset.
pub(super) fn problems_of(document: &str, root: &Node, start: usize, found: &mut Vec<Problem>) {
    let within = |at: text::TextRange| start + usize::from(at.start())..start + usize::from(at.end());
    found.extend(duplicate_keys(document).into_iter().map(|double| Problem {
        severity: Severity::Warning,
        id: DUPLICATE_KEY,
        message: format!("`{}` is said twice in one mapping; the last one counts", double.key),
        at: within(double.at),
    }));
    let mut texts = Texts { found: Vec::new() };
    texts.object(root);
    found.extend(texts.found.into_iter().filter_map(|(path, node)| {
        let what = node.value.told_kind();
        let message = format!("`{path}` is {what} here, and Kubernetes takes only text: quote it");
        let at = within(node.at?.range);
        Some(Problem { severity: Severity::Error, id: NOT_A_STRING, message, at })
    }));
}

/// Collects what should be text and is not.
struct Texts<'n> {
    found: Vec<(String, &'n Node)>,
}

impl<'n> Texts<'n> {
    fn object(&mut self, root: &'n Node) {
        let text = |key: &str| root.get(key).and_then(|it| it.value.as_str()).unwrap_or_default();
        let (version, kind) = (text("apiVersion"), text("kind"));
        if kind.is_empty() {
            return;
        }
        self.metadata(root, "metadata");
        // Only Kubernetes' own kinds are known well enough.
        if !DEFAULT_API_VERSIONS.contains(&version) {
            return;
        }
        match kind {
            "ConfigMap" => self.map(root, "data", "data"),
            "Secret" => {
                self.map(root, "data", "data");
                self.map(root, "stringData", "stringData");
            }
            "Service" => self.below(root, &["spec"], |it, spec| it.map(spec, "selector", "spec.selector")),
            "Pod" => self.below(root, &["spec"], |it, spec| it.pod(spec, "spec")),
            "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet" | "Job" | "ReplicationController" => {
                self.below(root, &["spec"], |it, spec| it.workload(spec, "spec"));
            }
            "CronJob" => self.below(root, &["spec", "jobTemplate"], |it, template| {
                it.metadata(template, "spec.jobTemplate.metadata");
                it.below(template, &["spec"], |it, spec| it.workload(spec, "spec.jobTemplate.spec"));
            }),
            _ => {}
        }
    }

    /// Goes on at a path, if there is something.
    fn below(&mut self, node: &'n Node, path: &[&str], go_on: impl FnOnce(&mut Self, &'n Node)) {
        if let Some(node) = node.path(path.iter().copied()) {
            go_on(self, node);
        }
    }

    fn workload(&mut self, spec: &'n Node, path: &str) {
        if let Some(selector) = spec.get("selector") {
            self.map(selector, "matchLabels", &format!("{path}.selector.matchLabels"));
        }
        let Some(template) = spec.get("template") else { return };
        self.metadata(template, &format!("{path}.template.metadata"));
        self.below(template, &["spec"], |it, spec| it.pod(spec, &format!("{path}.template.spec")));
    }

    fn pod(&mut self, spec: &'n Node, path: &str) {
        self.map(spec, "nodeSelector", &format!("{path}.nodeSelector"));
        for kind in ["initContainers", "containers"] {
            let containers = spec.get(kind).and_then(|it| it.value.as_list());
            for (at, container) in containers.into_iter().flat_map(|it| it.iter()).enumerate() {
                let path = format!("{path}.{kind}[{at}]");
                self.list(container, "args", &path);
                self.list(container, "command", &path);
                let variables = container.get("env").and_then(|it| it.value.as_list());
                for (at, variable) in variables.into_iter().flat_map(|it| it.iter()).enumerate() {
                    self.texts(variable.get("value"), || format!("{path}.env[{at}].value"));
                }
            }
        }
    }

    /// Labels and annotations of what has metadata.
    fn metadata(&mut self, node: &'n Node, path: &str) {
        let Some(metadata) = node.get("metadata") else { return };
        for field in ["labels", "annotations"] {
            self.map(metadata, field, &format!("{path}.{field}"));
        }
    }

    /// A map whose values are all text.
    fn map(&mut self, node: &'n Node, field: &str, path: &str) {
        let Some(map) = node.get(field).and_then(|it| it.value.as_map()) else { return };
        for entry in map.iter() {
            self.texts(Some(&entry.node), || format!("{path}.{}", entry.key));
        }
    }

    /// A list of nothing but text.
    fn list(&mut self, node: &'n Node, field: &str, path: &str) {
        let Some(list) = node.get(field).and_then(|it| it.value.as_list()) else { return };
        for (at, item) in list.iter().enumerate() {
            self.texts(Some(item), || format!("{path}.{field}[{at}]"));
        }
    }

    fn texts(&mut self, node: Option<&'n Node>, path: impl FnOnce() -> String) {
        // Nothing at all counts as the empty text.
        let Some(node) = node.filter(|it| !it.value.is_null() && it.value.as_str().is_none()) else { return };
        self.found.push((path(), node));
    }
}
