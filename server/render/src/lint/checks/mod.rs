//! Our own findings: what Helm lets pass and nobody wants.
//!
//! Each check speaks only where it is certain, so that a finding is worth a look: where a template may do something that
//! cannot be seen without running it, it says nothing. COMPATIBILITY.md has the table of them for people.

mod booleans;
mod defines;
mod kubernetes;
mod manifests;
mod roots;
mod values;

use std::sync::Arc;

use chart::{Chart, SourceFile};
use golang::{Dialect, path};
use schema::Catalog;
use template::Define;
use template::parse::{Expr, ExprKind, Source, names};
use text::{FileId, FileRange};

use super::{Finding, Folder, Report, Severity};
use crate::{Definitions, RenderedFile, TemplateFile, Templates};
pub use defines::UNKNOWN_TEMPLATE;
pub(crate) use kubernetes::{Fault, Faults, faults};
pub(crate) use manifests::{Problem, problems};
pub use roots::LOST_ROOT;
pub(crate) use values::Mentions;
pub use values::UNUSED_VALUE;

/// The names of the checks.
pub const IDS: [&str; 9] = [
    values::UNUSED_VALUE,
    defines::UNKNOWN_TEMPLATE,
    defines::SHADOWED_DEFINE,
    booleans::FALSE_IS_LOST,
    roots::LOST_ROOT,
    manifests::DUPLICATE_KEY,
    manifests::NOT_A_STRING,
    kubernetes::SCHEMA,
    kubernetes::DEPRECATED,
];

/// Checks a chart that was linted; `report` should have been [traced](super::LintOptions::traced). Where it did not come
/// to rendering, what can be seen without is checked all the same.
///
/// The findings come by file and place. Each has a place, and its path is that of the file.
pub fn checks(folder: &Folder, report: &Report, dialect: Dialect) -> Vec<Finding> {
    let Ok(chart) = &folder.chart else { return Vec::new() };
    // Subcharts that are switched off count too: what they say is still said.
    let templates = Templates::new(chart, dialect, report.run.as_ref().map(|run| &run.templates));
    let rendered = report.run.as_ref().map_or(&[][..], |run| &run.files);
    let catalog = report.run.as_ref().map(|run| {
        let kube = &run.environment.capabilities.kube_version;
        Definitions::default().catalog(crate::minor(kube), chart, rendered, &[], dialect)
    });
    let subject = Subject {
        chart,
        templates: &templates,
        is_subchart: folder.is_subchart,
        catalog: catalog.as_ref(),
        values_files: &[],
    };
    let mut found = subject.findings(rendered, dialect);
    // Helm's own rule has said that already.
    found.retain(|it| it.id != kubernetes::DEPRECATED);
    found
}

/// What is checked.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'s> {
    /// The chart with all its subcharts, whether they are on or not.
    pub chart: &'s Chart,
    /// The templates of all of them.
    pub templates: &'s Templates,
    /// Whether another chart around it has a say.
    pub is_subchart: bool,
    /// What the cluster knows; without it no object is held against anything.
    pub catalog: Option<&'s Arc<Catalog>>,
    /// The user's values files, beside the chart's own: what is wrong with a value is told there.
    pub values_files: &'s [(FileId, Arc<str>)],
}

impl Subject<'_> {
    /// All that [`checks`] finds. What was found before in a template that is still the same, or in a rendered text, is
    /// not looked for again.
    pub fn findings(&self, rendered: &[RenderedFile], dialect: Dialect) -> Vec<Finding> {
        let mut findings = Vec::new();
        if self.templates.errors().is_empty() {
            findings.extend(values::unused(self));
            findings.extend(defines::unknown(self));
            findings.extend(defines::shadowed(self));
            findings.extend(booleans::lost(self));
            findings.extend(roots::lost(self));
        }
        if let Some(catalog) = self.catalog {
            findings.extend(kubernetes::check(self, catalog, rendered, dialect));
        }
        findings.extend(manifests::check(self, rendered, dialect));
        sort(&mut findings);
        findings
    }
}

fn sort(findings: &mut Vec<Finding>) {
    let key = |it: &Finding| (it.path.clone(), it.at.map(|at| (at.range.start(), at.range.end())), it.id);
    findings.sort_by_key(key);
    findings.dedup_by(|later, first| key(later) == key(first) && later.message == first.message);
}

impl<'s> Subject<'s> {
    /// Every define and every file of the chart and its subcharts.
    fn defines(&self) -> impl Iterator<Item = (&'s TemplateFile, &'s Define)> {
        let files = self.templates.files().iter();
        files.flat_map(|file| file.defines().iter().map(move |define| (file, &**define)))
    }

    /// Those of the chart itself.
    fn own_defines(&self) -> impl Iterator<Item = (&'s TemplateFile, &'s Define)> + use<'s> {
        let full_path = self.chart.full_path.clone();
        let files = self.templates.files().iter().filter(move |file| file.chart == full_path);
        files.flat_map(|file| file.defines().iter().map(move |define| (file, &**define)))
    }

    /// Whether everything is here that templates may come from.
    fn is_complete(&self) -> bool {
        let has_all = |chart: &Chart| {
            chart.metadata.dependencies().iter().all(|it| chart.dependency(&it.name).is_some())
        };
        self.chart.all().into_iter().all(has_all) && !self.chart.is_library() && !self.is_subchart
    }

    /// A finding at a range of a template.
    fn finding(
        &self,
        severity: Severity,
        id: &'static str,
        message: String,
        at: Option<FileRange>,
    ) -> Option<Finding> {
        let at = at?;
        // What subcharts do is for their own lint.
        let own = |file: &&SourceFile| file.id == at.file && !file.path.starts_with("charts/");
        let file = self.chart.raw.iter().find(own)?;
        Some(Finding { severity, path: file.path.to_string(), message, id, at: Some(at), slip: None })
    }
}

/// The names of `.a.b`, `$x.a.b` and `(…).a.b`, without the variable; `None` for other operands.
fn fields<'t>(source: &'t Source, expr: &'t Expr) -> Option<Vec<&'t str>> {
    let (range, skipped) = match &expr.kind {
        ExprKind::Field => (expr.range, 0),
        ExprKind::Variable => (expr.range, 1),
        ExprKind::Chain(chain) => (chain.fields, 0),
        ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::String(_)
        | ExprKind::Nil
        | ExprKind::Dot
        | ExprKind::Function(_)
        | ExprKind::Pipe(_) => return None,
    };
    let names = names(source, range).skip(skipped).map(|name| std::str::from_utf8(name).ok());
    // Parentheses around a chain are part of its range.
    names.map(|name| name.map(|it| it.trim_matches(['(', ')', ' ']))).collect()
}

/// The name of the function that a command calls.
fn function(command: &template::parse::Command) -> Option<&'static str> {
    match &command.args.first()?.kind {
        ExprKind::Function(known) => Some(known.function.name),
        _ => None,
    }
}

/// The text of a string constant.
fn literal(expr: &Expr) -> Option<std::borrow::Cow<'_, str>> {
    match &expr.kind {
        ExprKind::String(text) => Some(text.to_text()),
        _ => None,
    }
}

/// The path of a template below its chart.
fn below(file: &TemplateFile) -> &str {
    file.name.strip_prefix(&*file.chart).map_or(path::base(&file.name), |it| it.trim_start_matches('/'))
}

#[cfg(test)]
mod tests;
