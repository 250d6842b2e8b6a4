//! What was last seen of a chart's release: for lenses, and as findings where the cluster drifted from the record.

use ide::Diagnostic;
use release::diff::Change;
use release::plan::{Drift, Planned, drift};
use release::{Error, ErrorKind, World};

use super::shown::{Names, places_of};
use crate::cancel::Cancel;
use crate::ext::ReleaseId;
use crate::model::Model;
use crate::state::ChartView;

/// What was last seen of a release.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    /// Which release.
    pub id: ReleaseId,
    /// Where: `kind-dev / shop`.
    pub place: String,
    /// The last revision, if there is a release.
    pub last: Option<Last>,
    /// What is live and is not what the deployed revision says.
    drift: Vec<Planned>,
}

/// The last revision of a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Last {
    pub(crate) revision: i64,
    pub(crate) status: String,
    /// Nanoseconds since 1970.
    pub(crate) updated: i128,
    /// What Helm says of it.
    pub(crate) description: String,
}

impl Checked {
    /// Looks at a release.
    pub(super) fn look(world: &World<'_>, id: &ReleaseId, place: String) -> Result<Self, Error> {
        let last = match world.records.last(&id.name) {
            Err(error) if error.is_not_found() => None,
            last => Some(last?),
        };
        let drifted = match &last {
            None => Vec::new(),
            Some(_) => match drift(world, &id.name) {
                Ok(Drift { objects, .. }) => objects,
                Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
                Err(error) => return Err(error),
            },
        };
        let last = last.map(|record| Last {
            revision: record.version,
            status: record.info.status.as_str().to_owned(),
            updated: record.info.last_deployed.map_or(0, |it| it.parts().0),
            description: record.info.description,
        });
        Ok(Self { id: id.clone(), place, last, drift: drifted })
    }

    /// In one line: `revision 7 deployed 2 hours ago, 1 object drifted`.
    pub(crate) fn told(&self, now: i128) -> String {
        let Some(last) = &self.last else { return "not deployed".to_owned() };
        let drift = match self.drift.len() {
            0 => String::new(),
            1 => ", 1 object drifted".to_owned(),
            count => format!(", {count} objects drifted"),
        };
        format!("revision {} {} {}{drift}", last.revision, last.status, ago(now - last.updated))
    }
}

/// How long ago something was, in the largest unit that there is one of.
pub(super) fn ago(nanoseconds: i128) -> String {
    let seconds = nanoseconds / 1_000_000_000;
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let Some((size, unit)) = units.into_iter().find(|(size, _)| seconds >= *size) else {
        return "just now".to_owned();
    };
    match seconds / size {
        1 => format!("1 {unit} ago"),
        count => format!("{count} {unit}s ago"),
    }
}

/// Drift as findings, at the places in templates that write what was changed in the cluster.
pub(crate) fn drift_findings(
    checked: &Checked,
    view: &ChartView,
    model: &Model,
    cancel: &Cancel,
) -> Option<Vec<Diagnostic>> {
    if checked.drift.is_empty() {
        return Some(Vec::new());
    }
    let rendering = model.rendering(view, cancel)?;
    let names = Names { deployed: &checked.id.name, previewed: &view.target.release_name };
    let mut found = Vec::new();
    for object in &checked.drift {
        let what = match object.entry.change {
            Change::Added => "is missing",
            _ => "is not what was deployed",
        };
        let label = format!("{} {} in {} {what}", object.target.gvk.kind, object.target.name, checked.place);
        for at in places_of(&rendering, object, names) {
            found.push(Diagnostic {
                at,
                message: format!("{label}. Deploying again brings it back."),
                code: "drift",
                severity: ide::Severity::Info,
                related: Vec::new(),
                slip: None,
            });
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_roughly() {
        let told = |seconds: i128| ago(seconds * 1_000_000_000);
        assert_eq!(told(-5), "just now");
        assert_eq!(told(59), "just now");
        assert_eq!(told(60), "1 minute ago");
        assert_eq!(told(7_300), "2 hours ago");
        assert_eq!(told(86_400 * 3), "3 days ago");
    }
}
