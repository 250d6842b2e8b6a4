//! What changes in each object: both sides as text, and the paths of the fields that differ.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diff::{
    Change, Delta, Diff, DiffConfig, Entry, Index, IndexConfig, ReportConfig, Summary, diff, tidy,
};
use crate::error::Error;
use crate::object::Object;
use crate::ports::Target;
use crate::preflight::Tried;

/// An object that changes.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What happens to it, line by line. Secrets are redacted.
    pub entry: Entry,
    /// Which object it is.
    pub target: Target,
    /// The template that it comes from, as its manifest names it: `web/templates/service.yaml`. None for what goes.
    pub template: Option<String>,
    /// The fields that differ, as far down as they can be told apart. Empty for what is made or goes.
    pub paths: Vec<Path>,
}

/// The way to a field.
pub type Path = Vec<PathStep>;

/// A step on the way to a field.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PathStep {
    /// Into a map.
    Key(String),
    /// Into a list, from zero.
    Item(usize),
}

/// Before or after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What is there now.
    Before,
    /// What would be there.
    After,
}

impl Planned {
    /// One side of it as YAML; empty where there is nothing on that side.
    pub fn side(&self, side: Side) -> String {
        let gone = match side {
            Side::Before => Delta::New,
            Side::After => Delta::Old,
        };
        let missing = match side {
            Side::Before => Change::Added,
            Side::After => Change::Removed,
        };
        if self.entry.change == missing {
            return String::new();
        }
        let lines = self.entry.lines.iter().filter(|line| line.delta != gone);
        lines.map(|line| format!("{}\n", line.text)).collect()
    }

    /// As helm-diff tells it, with three lines around each change.
    pub fn text(&self) -> String {
        let diff = Diff { entries: vec![self.entry.clone()], any: true };
        diff.print(&ReportConfig { context: Some(3), ..ReportConfig::default() })
    }

    /// Whether it holds what cannot be had back, or brings down what stands on it.
    fn is_dangerous(&self) -> bool {
        const GRAVE: [&str; 5] = [
            "PersistentVolumeClaim",
            "PersistentVolume",
            "Namespace",
            "CustomResourceDefinition",
            "StatefulSet",
        ];
        GRAVE.contains(&self.entry.kind.as_str()) && self.entry.change != Change::Added
    }
}

/// What changes from the live objects to those that would be there.
pub(super) fn of_tried(
    tried: &Tried,
    manifest: &str,
    namespace: &str,
) -> Result<(Vec<Planned>, Summary), Error> {
    let before: Vec<&Object> =
        tried.trials.iter().filter_map(|it| it.live.as_ref()).chain(&tried.gone).collect();
    // What the server refuses is shown as it was meant.
    let after: Vec<&Object> =
        tried.trials.iter().map(|it| it.outcome.as_ref().unwrap_or(&it.wanted)).collect();
    let config = IndexConfig { namespace: namespace.to_owned(), ..IndexConfig::default() };
    let index = |objects: &[&Object]| {
        let owned: Vec<Object> = objects.iter().map(|it| (*it).clone()).collect();
        Index::of_objects(&owned, &config)
    };
    let found = diff(&index(&before)?, &index(&after)?, &DiffConfig::default());
    let summary = found.summary();
    let by_key = |objects: &[&Object]| -> BTreeMap<String, Object> {
        objects.iter().map(|it| (Index::key_of(it, &config), (*it).clone())).collect()
    };
    let (before, after) = (by_key(&before), by_key(&after));
    let templates = templates(manifest, &config)?;
    let planned = |entry: Entry| {
        let (old, new) = (before.get(&entry.key), after.get(&entry.key));
        let target = new.or(old).map(Target::of).unwrap_or_default();
        let mut paths = Vec::new();
        if let (Some(old), Some(new)) = (old, new) {
            differences(&tidy(old), &tidy(new), &mut Vec::new(), &mut paths);
        }
        Planned { template: templates.get(&entry.key).cloned(), entry, target, paths }
    };
    let mut objects: Vec<Planned> = found.entries.into_iter().map(planned).collect();
    let rank = |it: &Planned| (!it.is_dangerous(), it.entry.change != Change::Removed);
    objects.sort_by_key(rank);
    Ok((objects, summary))
}

/// The templates that objects come from, by the names of the objects.
fn templates(manifest: &str, config: &IndexConfig) -> Result<BTreeMap<String, String>, Error> {
    let index = Index::read(manifest, config)?;
    let template = |content: &str| {
        let source = content.lines().find_map(|line| line.strip_prefix("# Source: "));
        source.map(str::to_owned)
    };
    Ok(index.items().filter_map(|(key, item)| Some((key.to_owned(), template(&item.content)?))).collect())
}

/// The paths of the fields that differ. A field that is on one side only is one, and so is a list that grew.
fn differences(before: &Value, after: &Value, at: &mut Path, found: &mut Vec<Path>) {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let keys = new.keys().chain(old.keys().filter(|key| !new.contains_key(*key)));
            for key in keys {
                at.push(PathStep::Key(key.clone()));
                match (old.get(key), new.get(key)) {
                    (Some(old), Some(new)) => differences(old, new, at, found),
                    _ => found.push(at.clone()),
                }
                at.pop();
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                at.push(PathStep::Item(index));
                differences(old, new, at, found);
                at.pop();
            }
        }
        _ if before == after => {}
        _ => found.push(at.clone()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: &Value, after: &Value) -> Vec<String> {
        let mut found = Vec::new();
        differences(before, after, &mut Vec::new(), &mut found);
        let step = |step: &PathStep| match step {
            PathStep::Key(key) => key.clone(),
            PathStep::Item(index) => index.to_string(),
        };
        found.iter().map(|path| path.iter().map(step).collect::<Vec<_>>().join(".")).collect()
    }

    #[test]
    fn fields_that_differ_are_found() {
        let before = json!({"a": {"b": 1, "c": [1, 2], "gone": 0}, "same": [1]});
        let after = json!({"a": {"b": 2, "c": [1, 3], "new": 0}, "same": [1]});
        assert_eq!(told(&before, &after), ["a.b", "a.c.1", "a.new", "a.gone"]);
        assert_eq!(told(&json!([1]), &json!([1, 2])), [""]);
        assert!(told(&before, &before).is_empty());
    }
}
