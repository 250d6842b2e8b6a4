//! The status of any object, as kstatus computes it (`status.Compute` of fluxcd/cli-utils 1.2.2, which Helm 4 links).
//!
//! First come rules for all objects: deletion, generations, and the conditions `Reconciling` and `Stalled`. Then come
//! rules of a kind (`kinds`), by group and kind whatever the version. For all others a condition `Ready` decides, and
//! where there is none they count as current.

mod kinds;

pub(super) use kinds::{finished_job, is_unschedulable, may_find_a_node};

use std::fmt;
use std::time::Duration;

use super::fields::{self, Malformed};
use crate::object::Object;

/// How long a pod may look for a node before it counts as failed.
pub const SCHEDULE_WINDOW: Duration = Duration::from_secs(15);

/// What can be said of an object in one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Status {
    /// It is on its way.
    InProgress,
    /// It will not come without somebody's help.
    Failed,
    /// It is what was asked for.
    Current,
    /// It is going away.
    Terminating,
    /// It is not there.
    NotFound,
    /// It cannot be told, or has not been seen yet.
    #[default]
    Unknown,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InProgress => "InProgress",
            Self::Failed => "Failed",
            Self::Current => "Current",
            Self::Terminating => "Terminating",
            Self::NotFound => "NotFound",
            Self::Unknown => "Unknown",
        })
    }
}

/// The status of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// In one word.
    pub status: Status,
    /// Why, in one word, where it is in progress or has failed; else empty.
    pub reason: String,
    /// In a sentence.
    pub message: String,
}

impl Outcome {
    pub(super) fn in_progress(reason: &str, message: impl Into<String>) -> Self {
        Self { status: Status::InProgress, reason: reason.to_owned(), message: message.into() }
    }

    pub(super) fn failed(reason: &str, message: impl Into<String>) -> Self {
        Self { status: Status::Failed, reason: reason.to_owned(), message: message.into() }
    }

    pub(super) fn current(message: impl Into<String>) -> Self {
        Self { status: Status::Current, reason: String::new(), message: message.into() }
    }
}

/// Computes the status of an object, which must be whole. The time is in nanoseconds since 1970.
pub fn compute(object: &Object, now: i128) -> Result<Outcome, Malformed> {
    if let Some(outcome) = by_what_all_have(object)? {
        return Ok(outcome);
    }
    if let Some(outcome) = kinds::compute(object, now) {
        return outcome;
    }
    Ok(by_condition_ready(object)?.unwrap_or_else(|| Outcome::current("Resource is current")))
}

fn by_what_all_have(object: &Object) -> Result<Option<Outcome>, Malformed> {
    let deletion = fields::nested_text(object, &["metadata", "deletionTimestamp"])?;
    if deletion.is_some_and(|time| !time.is_empty()) {
        let message = "Resource scheduled for deletion".to_owned();
        return Ok(Some(Outcome { status: Status::Terminating, reason: String::new(), message }));
    }
    if let Some(outcome) = by_generation(object)? {
        return Ok(Some(outcome));
    }
    Ok(fields::conditions(object)?.into_iter().find_map(|condition| {
        if condition.is("Reconciling", "True") {
            Some(Outcome::in_progress(condition.reason, condition.message))
        } else if condition.is("Stalled", "True") {
            Some(Outcome::failed(condition.reason, condition.message))
        } else {
            None
        }
    }))
}

/// What the controller has not looked at yet is in progress.
fn by_generation(object: &Object) -> Result<Option<Outcome>, Malformed> {
    let Some(wanted) = fields::nested_number(object, &["metadata", "generation"])? else { return Ok(None) };
    let observed = fields::nested_number(object, &["status", "observedGeneration"])?;
    Ok(observed.filter(|observed| *observed != wanted).map(|observed| {
        let kind = object.kind();
        let message = format!("{kind} generation is {wanted}, but latest observed generation is {observed}");
        Outcome::in_progress("LatestGenerationNotObserved", message)
    }))
}

fn by_condition_ready(object: &Object) -> Result<Option<Outcome>, Malformed> {
    let conditions = fields::conditions(object)?;
    Ok(conditions.into_iter().filter(|condition| condition.kind == "Ready").find_map(|condition| {
        match condition.status {
            "True" => Some(Outcome::current("Resource is Ready")),
            "False" | "Unknown" => Some(Outcome::in_progress(condition.reason, condition.message)),
            _ => None,
        }
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn said(object: Value) -> String {
        let outcome = compute(&Object::from(object), 0).unwrap();
        format!("{} {}: {}", outcome.status, outcome.reason, outcome.message)
    }

    #[test]
    fn what_nobody_reports_on_is_current() {
        assert_eq!(said(json!({"kind": "Car"})), "Current : Resource is current");
    }

    #[test]
    fn a_generation_that_was_not_looked_at() {
        let object =
            json!({"kind": "Car", "metadata": {"generation": 2}, "status": {"observedGeneration": 1}});
        assert_eq!(
            said(object),
            "InProgress LatestGenerationNotObserved: Car generation is 2, but latest observed generation is 1"
        );
    }
}
