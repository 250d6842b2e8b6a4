//! What is wrong with a helmfile, over all its environments: what is the same in all is said once.

use std::sync::Arc;

use ::helmfile::{Code, Finding, Loaded, Severity};
use syntax::{EntryName, Template};
use text::TextRange;

use super::{Helmfile, PathRange, Role};
use crate::catalog::{ChartSource, Outdated};

/// Something to say about a helmfile or one of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where.
    pub at: PathRange,
    /// What is wrong, and what to do about it.
    pub message: String,
    /// A short name of the kind of trouble.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Other places that belong to it.
    pub related: Vec<(PathRange, String)>,
}

/// What loading found in all environments. `path` is blamed for what has no place.
pub fn findings(loaded: &[Arc<Loaded>], path: &str) -> Vec<Found> {
    let mut all: Vec<(Found, Vec<&str>)> = Vec::new();
    for loaded in loaded {
        for finding in &loaded.findings {
            let found = found(loaded, finding, path);
            let environment = loaded.state.environment.as_str();
            match all.iter_mut().find(|(known, _)| *known == found) {
                Some((_, environments)) => environments.push(environment),
                None => all.push((found, vec![environment])),
            }
        }
    }
    let told = |(mut found, environments): (Found, Vec<&str>)| {
        if environments.len() < loaded.len() {
            found.message = format!("{} (in {})", found.message, environments.join(", "));
        }
        found
    };
    all.into_iter().map(told).collect()
}

fn found(loaded: &Loaded, finding: &Finding, path: &str) -> Found {
    let top = || PathRange { path: path.into(), range: TextRange::default() };
    let place = |at| PathRange::new(&loaded.files, at);
    let message = match &finding.advice {
        Some(advice) => format!("{}\n{advice}", finding.message),
        None => finding.message.clone(),
    };
    Found {
        at: finding.at.map_or_else(top, place),
        message,
        code: finding.code.name(),
        severity: finding.severity,
        related: finding.related.iter().map(|(at, what)| (place(*at), what.clone())).collect(),
    }
}

/// The names of the environments that a helmfile or base names, in their order.
pub fn environments_in(document: &Template) -> Vec<String> {
    super::Written::new(document).names("environments").map(|it| it.0.to_owned()).collect()
}

/// The bases that a helmfile names, as it writes them.
pub fn bases_in(document: &Template) -> Vec<String> {
    let written = super::Written::new(document);
    let paths = written.paths().into_iter().filter(|it| it.of == super::written::PathOf::Helmfile);
    let outline = document.yaml();
    let is_base = |range: TextRange| {
        let chain = outline.at(range.start()).map(|it| outline.path(it)).unwrap_or_default();
        matches!(chain.first(), Some(EntryName::Key(key)) if key == "bases")
    };
    paths.filter(|it| is_base(it.scalar.range)).map(|it| it.scalar.text.to_owned()).collect()
}

impl Helmfile<'_> {
    /// Places where something would run or be fetched that an editor neither runs nor fetches.
    pub fn not_run(&self) -> Vec<Found> {
        let mut found = Vec::new();
        self.document.ast().each_expr(|_, expr| {
            let syntax::Head::Function(name) = &expr.head else { return };
            if !matches!(name.as_str(), "exec" | "envExec" | "fetchSecretValue" | "expandSecretRefs") {
                return;
            }
            found.push(Found {
                at: PathRange { path: self.path.into(), range: expr.head_range },
                message: format!(
                    "{name} does not run while you type: a text in its place says so. Diff and Apply run it, in a trusted workspace."
                ),
                code: Code::Untrusted.name(),
                severity: Severity::Info,
                related: Vec::new(),
            });
        });
        found
    }

    /// Versions of charts that are not the newest, as far as that is known.
    pub fn outdated(&self) -> Vec<Outdated> {
        if self.role != Role::Helmfile {
            return Vec::new();
        }
        let written = self.written();
        let items = written.items("releases").chain(written.items("templates"));
        let outdated = items.filter_map(|item| {
            let version = item.get("version")?;
            let chart: ChartSource = self.source_of(item.get("chart")?.text)?;
            Outdated::find(version.range, version.text, chart, self.catalog)
        });
        outdated.collect()
    }
}
