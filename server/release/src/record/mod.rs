//! What Helm keeps of a release: one record for each revision, readable by Helm 3, Helm 4 and us alike.
//!
//! Fields are those of `pkg/release` in both Helms. The part about the chart is carried as the JSON that it is
//! ([`ChartPart`]): whoever rolls back copies it, byte for byte, and a list of releases looks at four fields of it.

mod chart;
mod codec;
mod listed;
mod memory;
mod store;
mod time;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use chart::{ChartMetadata, ChartPart};
pub use codec::{MAX_SIZE, decode, encode, go_json, go_json_indented};
pub use listed::Listed;
pub use memory::MemoryStore;
pub use store::{
    RecordStore, Records, StoreError, Stub, key, labels, merged_labels, newest_of, refuse_system_labels,
    user_labels,
};
pub use time::Time;

/// One revision of a release.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// The release.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// When, and what came of it.
    pub info: Info,
    /// The chart.
    pub chart: ChartPart,
    /// What the user said beyond the chart's own values.
    #[serde(skip_serializing_if = "Map::is_empty", deserialize_with = "or_default")]
    pub config: Map<String, Value>,
    /// What was rendered, without hooks.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub manifest: String,
    /// The hooks.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "or_default")]
    pub hooks: Vec<HookRecord>,
    /// The number of the revision, from 1.
    #[serde(skip_serializing_if = "is_zero")]
    pub version: i64,
    /// Where its objects go unless they say otherwise, and where the record lies.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// How its objects were written.
    #[serde(skip_serializing_if = "ApplyMethod::is_unsaid")]
    pub apply_method: ApplyMethod,
    /// Labels that users gave. They stand on the record's Secret, not in it.
    #[serde(skip)]
    pub labels: BTreeMap<String, String>,
}

/// When something was done with a revision, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Info {
    /// When the first revision was deployed.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::read")]
    pub first_deployed: Option<Time>,
    /// When this one was.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::read")]
    pub last_deployed: Option<Time>,
    /// When it was uninstalled.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::read")]
    pub deleted: Option<Time>,
    /// A sentence for people.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Where it is in its life.
    #[serde(skip_serializing_if = "Status::is_unsaid")]
    pub status: Status,
    /// The revision that it brought back; 0 for none.
    #[serde(skip_serializing_if = "is_zero")]
    pub rollback_revision: i64,
    /// The notes of the chart.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub notes: String,
}

/// Where a revision is in its life.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The record says nothing of it.
    #[default]
    #[serde(rename = "")]
    Unsaid,
    /// It is what should be in the cluster.
    Deployed,
    /// It was taken away, and its history kept.
    Uninstalled,
    /// A later revision took its place.
    Superseded,
    /// It did not come into being.
    Failed,
    /// It is being taken away.
    Uninstalling,
    /// It is being installed.
    PendingInstall,
    /// It is being upgraded to.
    PendingUpgrade,
    /// It is being rolled back to.
    PendingRollback,
    /// It is not known, or has a name that we do not know.
    #[serde(other)]
    Unknown,
}

impl Status {
    /// Every status that can stand in a record, in Helm's order.
    pub const ALL: [Self; 9] = [
        Self::Unknown,
        Self::Deployed,
        Self::Uninstalled,
        Self::Superseded,
        Self::Failed,
        Self::Uninstalling,
        Self::PendingInstall,
        Self::PendingUpgrade,
        Self::PendingRollback,
    ];

    /// As it stands in records, labels and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unsaid => "",
            Self::Unknown => "unknown",
            Self::Deployed => "deployed",
            Self::Uninstalled => "uninstalled",
            Self::Superseded => "superseded",
            Self::Failed => "failed",
            Self::Uninstalling => "uninstalling",
            Self::PendingInstall => "pending-install",
            Self::PendingUpgrade => "pending-upgrade",
            Self::PendingRollback => "pending-rollback",
        }
    }

    /// The status of that name; what has another name is unknown.
    pub fn named(name: &str) -> Self {
        if name.is_empty() {
            return Self::Unsaid;
        }
        Self::ALL.into_iter().find(|it| it.as_str() == name).unwrap_or(Self::Unknown)
    }

    /// Whether somebody is at it, or was when they were stopped.
    pub fn is_pending(self) -> bool {
        matches!(self, Self::PendingInstall | Self::PendingUpgrade | Self::PendingRollback)
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references out")]
    fn is_unsaid(&self) -> bool {
        *self == Self::Unsaid
    }
}

/// How the objects of a release were written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApplyMethod {
    /// With patches that the client computes.
    #[serde(rename = "csa")]
    ClientSide,
    /// With server-side apply.
    #[serde(rename = "ssa")]
    ServerSide,
    /// Helm 3 does not say it, and means client-side.
    #[default]
    #[serde(rename = "", other)]
    Unsaid,
}

impl ApplyMethod {
    /// As it stands in a record.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unsaid => "",
            Self::ClientSide => "csa",
            Self::ServerSide => "ssa",
        }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references out")]
    fn is_unsaid(&self) -> bool {
        *self == Self::Unsaid
    }
}

/// A hook of a release.
///
/// Events and policies are what the annotations say, which may be words that no Helm knows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HookRecord {
    /// Its object's name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Its object's kind.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kind: String,
    /// The template that rendered it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Its object, rendered.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub manifest: String,
    /// When it runs: `pre-install`, `test`, …
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "or_default")]
    pub events: Vec<String>,
    /// When it ran last.
    pub last_run: HookRun,
    /// Lower ones run first.
    #[serde(skip_serializing_if = "is_zero")]
    pub weight: i64,
    /// When its object is deleted: `before-hook-creation`, `hook-succeeded`, `hook-failed`.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "or_default")]
    pub delete_policies: Vec<String>,
    /// When its logs are printed: `hook-succeeded`, `hook-failed`.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "or_default")]
    pub output_log_policies: Vec<String>,
}

impl HookRecord {
    /// Whether it runs on an event.
    pub fn runs_on(&self, event: &str) -> bool {
        self.events.iter().any(|it| it == event)
    }
}

/// One run of a hook.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HookRun {
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::read")]
    pub started_at: Option<Time>,
    /// When it was done, or failed.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "time::read")]
    pub completed_at: Option<Time>,
    /// What came of it.
    pub phase: HookPhase,
}

/// What came of a run of a hook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum HookPhase {
    /// It never ran.
    #[default]
    #[serde(rename = "")]
    Never,
    /// It runs, or did when somebody stopped us.
    Running,
    /// It did what it should.
    Succeeded,
    /// It did not.
    Failed,
    /// Nobody knows.
    #[serde(other)]
    Unknown,
}

impl HookPhase {
    /// As it stands in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Never => "",
            Self::Unknown => "Unknown",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
        }
    }
}

impl Record {
    /// What lists show of it: without manifest, hooks, notes and values, and with no more of the chart than its
    /// description.
    pub fn in_brief(self) -> Self {
        let chart = self.chart.in_brief();
        let info = Info { notes: String::new(), ..self.info };
        Self { info, chart, manifest: String::new(), hooks: Vec::new(), config: Map::new(), ..self }
    }

    /// The values that templates saw: the user's over the chart's own. Those of subcharts are not in a record.
    pub fn computed_values(&self) -> Map<String, Value> {
        crate::actions::upgrade::coalesced(self.config.clone(), &self.chart.values())
    }

    /// Sets where it is in its life, with a sentence for people.
    pub fn set_status(&mut self, status: Status, description: impl Into<String>) {
        self.info.status = status;
        self.info.description = description.into();
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands references out")]
fn is_zero(number: &i64) -> bool {
    *number == 0
}

/// `null` is as good as nothing.
fn or_default<'de, D: serde::Deserializer<'de>, T: Deserialize<'de> + Default>(
    from: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn unchanged(json: Value) {
        let record: Record = serde_json::from_value(json.clone()).unwrap();
        assert_eq!(serde_json::to_value(&record).unwrap(), json);
    }

    #[test]
    fn what_helm_4_writes_comes_back() {
        unchanged(json!({
            "name": "web",
            "info": {
                "first_deployed": "2026-11-23T05:13:12.123456789Z",
                "last_deployed": "2026-11-23T07:13:12+02:00",
                "description": "Rollback to 1",
                "status": "pending-rollback",
                "rollback_revision": 1,
                "notes": "a < b\n"
            },
            "chart": {"metadata": {"name": "web", "version": "1.0.0"}, "values": {"a": 1.5, "big": 9_007_199_254_740_993_u64}},
            "config": {"b": null},
            "manifest": "---\n# Source: web/templates/a.yaml\n",
            "hooks": [{
                "name": "h", "kind": "Job", "path": "web/templates/h.yaml", "manifest": "x", "events": ["pre-install"],
                "last_run": {"started_at": "2026-11-23T05:13:12Z", "phase": "Running"},
                "weight": -5, "delete_policies": ["before-hook-creation"]
            }],
            "version": 3,
            "namespace": "n",
            "apply_method": "ssa"
        }));
    }

    #[test]
    fn helm_3_writes_empty_times() {
        let record: Record = serde_json::from_value(json!({
            "name": "web",
            "info": {"first_deployed": "", "last_deployed": "2026-11-23T05:13:12Z", "deleted": "", "status": "deployed"},
            "hooks": [{"name": "h", "last_run": {"started_at": "", "completed_at": "", "phase": ""}}],
            "config": null
        }))
        .unwrap();
        assert_eq!(record.info.deleted, None);
        assert_eq!(record.hooks[0].last_run, HookRun::default());
        assert_eq!(record.apply_method, ApplyMethod::Unsaid);
        assert_eq!(record.info.status, Status::Deployed);
    }

    #[test]
    fn every_status_has_its_name() {
        for status in Status::ALL {
            assert_eq!(Status::named(status.as_str()), status);
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        assert_eq!(serde_json::from_value::<Status>(json!("odd")).unwrap(), Status::Unknown);
    }
}
