//! `kubernetes-schema`: a rendered object that the API server refuses, or fields of it that it drops. `kubernetes-deprecated`: one
//! of a kind that will go away.
//!
//! The objects are judged, not the templates that make them: so it is certain, and what is found is told where it comes
//! from. That is the template, or the values file where a value is there that cannot be right.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use golang::Dialect;
use schema::{About, Catalog};
use text::{FileId, FileRange, Slip};
use yaml::Numbers;

use super::manifests::{NOT_A_STRING, problems_of};
use super::{Finding, Severity, Subject};
use crate::rendering::place_of;
use crate::{RenderedFile, split_manifests};

pub(super) const SCHEMA: &str = "kubernetes-schema";
pub(super) const DEPRECATED: &str = "kubernetes-deprecated";

/// Something that a cluster has against a rendered object.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    about: About,
    /// `Deployment web`
    object: String,
    message: String,
    /// In the rendered text.
    at: Range<usize>,
    /// Whether it may be the value that is shown there which is wrong, and not how it is shown.
    of_value: bool,
    /// What was likely meant by what stands there.
    slip: Option<Slip>,
}

/// The faults of a rendered text, for as long as the cluster knows the same.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    last: Mutex<Option<(Arc<Catalog>, Arc<[Fault]>)>>,
}

impl Faults {
    pub(crate) fn of(&self, catalog: &Arc<Catalog>, look: impl FnOnce() -> Vec<Fault>) -> Arc<[Fault]> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((known, faults)) if Arc::ptr_eq(known, catalog) => faults.clone(),
            _ => last.insert((catalog.clone(), look().into())).1.clone(),
        }
    }
}

/// What a cluster has against the objects of a text, and what else is wrong with it.
pub(crate) fn faults(
    catalog: &Catalog,
    text: &str,
    dialect: Dialect,
    problems: &mut Vec<super::Problem>,
) -> Vec<Fault> {
    let mut found = Vec::new();
    for part in split_manifests(text, dialect) {
        let Ok(root) = yaml::parse(&text[part.clone()], FileId(0), Numbers::AsWritten) else { continue };
        problems_of(&text[part.clone()], &root, part.start, problems);
        let said = |path: &[&str]| {
            root.path(path.iter().copied()).and_then(|it| it.value.as_str()).unwrap_or_default()
        };
        let object = format!("{} {}", said(&["kind"]), said(&["metadata", "name"])).trim().to_owned();
        found.extend(catalog.validate(&root).into_iter().filter_map(|it| {
            let range = Range::<usize>::from(it.at?.range);
            let of_value = match it.about {
                About::WrongType => !it.message.ends_with("quote it"),
                About::UnknownField | About::Value => true,
                About::Kind | About::Deprecated | About::Missing | About::Duplicate => false,
            };
            let at = part.start + range.start..part.start + range.end;
            Some(Fault {
                about: it.about,
                object: object.clone(),
                message: it.message,
                at,
                of_value,
                slip: it.slip,
            })
        }));
    }
    found
}

pub(super) fn check(
    subject: &Subject<'_>,
    catalog: &Arc<Catalog>,
    files: &[RenderedFile],
    dialect: Dialect,
) -> Vec<Finding> {
    let mut found = Vec::new();
    // Of an object that ends in the middle nothing can be said.
    let whole = files.iter().filter(|file| !file.is_partial && !file.name.ends_with("NOTES.txt"));
    for file in whole {
        for fault in &*file.faults(catalog, dialect) {
            let told = |it: &&super::Problem| it.id == NOT_A_STRING && it.at == fault.at;
            if file.problems(dialect).iter().find(told).is_none() && !subject.is_chosen(file, fault) {
                found.extend(subject.fault(file, fault, dialect));
            }
        }
    }
    found
}

impl Subject<'_> {
    /// Whether the template asked what there is before it chose the kind: without a cluster it was told Helm's own list,
    /// and in a cluster it may choose another.
    fn is_chosen(&self, file: &RenderedFile, fault: &Fault) -> bool {
        let asks = |at: FileRange| {
            let mut files = self.chart.all().into_iter().flat_map(|chart| chart.raw.iter());
            let text = files.find(|it| it.id == at.file).and_then(|it| it.text());
            text.and_then(|text| text.get(Range::<usize>::from(at.range)))
                .is_some_and(|it| it.contains("Capabilities"))
        };
        matches!(fault.about, About::Kind | About::Deprecated)
            && file.explain(fault.at.clone()).iter().flat_map(|it| &it.steps).any(|step| asks(step.at))
    }

    fn fault(&self, file: &RenderedFile, fault: &Fault, dialect: Dialect) -> Option<Finding> {
        let (severity, id) = severity(fault.about, dialect);
        let value = if fault.of_value { self.value(file, &fault.at) } else { None };
        if let Some((at, path)) = value {
            let message = format!("in {}: {}", fault.object, fault.message);
            return Some(Finding { severity, path, message, id, at: Some(at), slip: fault.slip.clone() });
        }
        let at = place_of(file, fault.at.start, fault.at.len());
        let finding = self.finding(severity, id, fault.message.clone(), at)?;
        Some(Finding { slip: fault.slip.clone(), ..finding })
    }

    /// The place in a values file that a range of a rendered text shows as it is.
    fn value(&self, file: &RenderedFile, range: &Range<usize>) -> Option<(FileRange, String)> {
        let shown = file.explain(range.clone());
        let [at] = *shown.iter().find(|it| !it.values.is_empty())?.values else { return None };
        let user = self.values_files.iter().find(|it| it.0 == at.file).map(|it| it.1.to_string());
        let own =
            || self.chart.values_file.as_ref().filter(|it| it.id == at.file).map(|it| it.path.to_string());
        Some((at, user.or_else(own)?))
    }
}

/// Fields that are none are dropped by Helm 3, and refused by Helm 4, which applies on the server.
fn severity(about: About, dialect: Dialect) -> (Severity, &'static str) {
    match about {
        About::Deprecated => (Severity::Warning, DEPRECATED),
        About::UnknownField | About::Duplicate if dialect == Dialect::Helm3 => (Severity::Warning, SCHEMA),
        About::Kind
        | About::UnknownField
        | About::Missing
        | About::WrongType
        | About::Value
        | About::Duplicate => (Severity::Error, SCHEMA),
    }
}
