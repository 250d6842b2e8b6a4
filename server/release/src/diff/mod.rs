//! What changes between two manifests, and how it is told: in the words of helm-diff, the plugin that everybody uses.
//!
//! Objects are compared as text, line by line, under the name that helm-diff gives them: `namespace, name, Kind (group)`.
//! Secrets are redacted unless somebody asks for them.

mod dyff;
mod index;
mod lines;
mod report;
mod secrets;
mod structured;

pub use dyff::{DyffConfig, dyff};
pub use index::{Index, IndexConfig, Item, tidy};
pub use lines::{Delta, Line, diff_lines};
pub use report::{Form, KeyParts, ReportConfig};

use secrets::Secrets;

use crate::error::Error;
use crate::object::Object;

/// How manifests are compared.
#[derive(Clone, Debug, Default)]
pub struct DiffConfig {
    /// Show what Secrets hold.
    pub show_secrets: bool,
    /// Show it decoded.
    pub show_secrets_decoded: bool,
    /// Lines end where their carriage return begins.
    pub strip_trailing_cr: bool,
    /// Two objects of a kind are one that was renamed if no larger part of the lines differs; 0 looks for none.
    pub find_renames: f32,
    /// Lines that match one of these are not shown.
    pub suppressed_lines: Vec<regex::Regex>,
}

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// It is made.
    Added,
    /// It is taken away.
    Removed,
    /// It is written.
    Modified,
    /// It passes to another release.
    Ownership,
    /// It is written, but no line of it is to be shown.
    Suppressed,
    /// It comes out differently each time it is rendered, and in nothing else.
    Restless,
}

/// One object that changes.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `namespace, name, Kind (group)`
    pub key: String,
    /// The kind; empty for ownership.
    pub kind: String,
    /// What happens to it.
    pub change: Change,
    /// Its lines, before and after.
    pub lines: Vec<Line>,
}

/// Everything that changes.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// By what happens: what is written, taken away, made; each by key.
    pub entries: Vec<Entry>,
    /// Whether there was anything before lines were suppressed.
    pub any: bool,
}

/// Compares two manifests.
pub fn diff(old: &Index, new: &Index, config: &DiffConfig) -> Diff {
    let mut entries = Vec::new();
    let mut removed = Vec::new();
    for (key, before) in old.items() {
        match new.get(key) {
            Some(after) => entries.extend(entry(key, Some(before), Some(after), config)),
            None => removed.push((key, before)),
        }
    }
    let mut added: Vec<_> = new.items().filter(|(key, _)| old.get(key).is_none()).collect();
    if config.find_renames > 0.0 {
        removed.retain(|(key, before)| match renamed(before, &added, config) {
            Some(at) => {
                let (_, after) = added.remove(at);
                entries.extend(entry(key, Some(before), Some(after), config));
                false
            }
            None => true,
        });
    }
    let going = removed.into_iter().filter(|(_, before)| before.policy != "keep");
    entries.extend(going.filter_map(|(key, before)| entry(key, Some(before), None, config)));
    entries.extend(added.into_iter().filter_map(|(key, after)| entry(key, None, Some(after), config)));
    let any = !entries.is_empty();
    suppress(&mut entries, &config.suppressed_lines);
    Diff { entries, any }
}

impl Diff {
    /// Says, before all else, that an object passes from one release to another.
    pub fn hand_over(&mut self, key: &str, before: &str, after: &str) {
        let lines = diff_lines(before, after, false);
        let (key, kind, change) = (key.to_owned(), String::new(), Change::Ownership);
        self.entries.insert(0, Entry { key, kind, change, lines });
        self.any = true;
    }
}

/// Marks what also differs from a second rendering of the same: passwords made up, certificates, times.
///
/// An object with no other change is [`Change::Restless`] and does not count.
pub fn mark_restless(diff: &mut Diff, new: &Index, again: &Index, config: &DiffConfig) {
    for entry in diff.entries.iter_mut().filter(|entry| entry.change == Change::Modified) {
        let (Some(once), Some(twice)) = (new.get(&entry.key), again.get(&entry.key)) else { continue };
        if once.content == twice.content {
            continue;
        }
        let (once, twice) = shown(Some(once), Some(twice), config);
        let unstable: Vec<String> = diff_lines(&once, &twice, config.strip_trailing_cr)
            .into_iter()
            .filter(|line| line.delta == Delta::Old)
            .map(|line| line.text)
            .collect();
        for line in entry.lines.iter_mut().filter(|line| line.delta == Delta::New) {
            line.restless = unstable.contains(&line.text);
        }
        let news = entry.lines.iter().filter(|line| line.delta == Delta::New);
        let olds = entry.lines.iter().filter(|line| line.delta == Delta::Old).count();
        let (restless, real): (Vec<_>, Vec<_>) = news.partition(|line| line.restless);
        if real.is_empty() && !restless.is_empty() && olds <= restless.len() {
            entry.change = Change::Restless;
        }
    }
    diff.any = diff.entries.iter().any(|entry| entry.change != Change::Restless);
}

fn shown(before: Option<&Item>, after: Option<&Item>, config: &DiffConfig) -> (String, String) {
    let mode = if config.show_secrets_decoded {
        Secrets::Decoded
    } else if config.show_secrets {
        Secrets::Plain
    } else {
        Secrets::Redacted
    };
    secrets::shown(before, after, mode)
}

fn entry(key: &str, before: Option<&Item>, after: Option<&Item>, config: &DiffConfig) -> Option<Entry> {
    if let (Some(before), Some(after)) = (before, after)
        && before.content == after.content
    {
        return None;
    }
    let (old, new) = shown(before, after, config);
    let lines = diff_lines(&old, &new, config.strip_trailing_cr);
    let change = match (before, after) {
        (None, _) => Change::Added,
        (_, None) => Change::Removed,
        _ => Change::Modified,
    };
    if change == Change::Modified && lines.iter().all(|line| line.delta == Delta::Both) {
        return None;
    }
    let kind = before.or(after).map(|it| it.kind.clone()).unwrap_or_default();
    Some(Entry { key: key.to_owned(), kind, change, lines })
}

/// The one of the new objects that is most like an old one, if it is like enough.
fn renamed(before: &Item, added: &[(&str, &Item)], config: &DiffConfig) -> Option<usize> {
    let fraction = |after: &Item| {
        let (old, new) = (before.content.len() as f32, after.content.len() as f32);
        let similar_length = before.kind == "Secret" || (0.1..=10.0).contains(&(old / new));
        if before.kind != after.kind || old == 0.0 || new == 0.0 || !similar_length {
            return None;
        }
        let (old, new) = shown(Some(before), Some(after), config);
        let lines = diff_lines(&old, &new, config.strip_trailing_cr);
        let changed = lines.iter().filter(|line| line.delta != Delta::Both).count();
        (changed > 0).then(|| changed as f32 / lines.len() as f32)
    };
    let all = added.iter().enumerate().filter_map(|(at, (_, after))| Some((at, fraction(after)?)));
    let (at, best) = all.reduce(|best, it| if it.1 < best.1 { it } else { best })?;
    (best < config.find_renames).then_some(at)
}

/// Takes lines away that nobody wants to see, and with the last change of an object what is said of it.
fn suppress(entries: &mut [Entry], patterns: &[regex::Regex]) {
    if patterns.is_empty() {
        return;
    }
    for entry in entries {
        entry.lines.retain(|line| !patterns.iter().any(|pattern| pattern.is_match(&line.text)));
        if entry.lines.iter().all(|line| line.delta == Delta::Both) {
            entry.lines.clear();
            if entry.change == Change::Modified {
                entry.change = Change::Suppressed;
            }
        }
    }
}

/// An object as YAML for people: without who wrote which field, and with what Secrets hold covered.
pub fn shown_object(object: &Object) -> Result<String, Error> {
    let mut value = object.as_value().clone();
    if let Some(metadata) = value.get_mut("metadata").and_then(serde_json::Value::as_object_mut) {
        metadata.shift_remove("managedFields");
    }
    let content = index::written(&crate::json::to_node(&value))?;
    let item = Item { kind: object.kind().to_owned(), content, ..Item::default() };
    Ok(shown(Some(&item), Some(&item), &DiffConfig::default()).0)
}

/// What changes, in numbers and in dangers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Objects that are made.
    pub added: usize,
    /// Objects that are written.
    pub changed: usize,
    /// Objects that are taken away.
    pub removed: usize,
    /// Workloads whose pods are made anew.
    pub restarts: usize,
    /// What cannot be undone by rolling back, a sentence each.
    pub dangers: Vec<String>,
}

impl Diff {
    /// Counts, and looks for what is dangerous.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for entry in &self.entries {
            match entry.change {
                Change::Added => summary.added += 1,
                Change::Removed => summary.removed += 1,
                Change::Modified | Change::Ownership => summary.changed += 1,
                Change::Suppressed | Change::Restless => {}
            }
            let is_lost = matches!(
                entry.kind.as_str(),
                "PersistentVolumeClaim"
                    | "PersistentVolume"
                    | "Namespace"
                    | "CustomResourceDefinition"
                    | "StatefulSet"
            );
            if entry.change == Change::Removed && is_lost {
                summary.dangers.push(format!("{} is deleted, with what it holds", entry.key));
            }
            if entry.change == Change::Modified && entry.restarts_pods() {
                summary.restarts += 1;
            }
        }
        summary
    }
}

impl Entry {
    /// Whether a line of a pod template changes: the pods are made anew then.
    fn restarts_pods(&self) -> bool {
        if !matches!(self.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet") {
            return false;
        }
        let mut inside = false;
        for line in &self.lines {
            let indent = line.text.len() - line.text.trim_start().len();
            if indent <= 2 && !line.text.trim().is_empty() {
                inside = line.text.trim_end() == "  template:";
            }
            if inside && line.delta != Delta::Both {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "---\n# Source: c/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: \"1\"\n---\n\
        # Source: c/templates/b.yaml\napiVersion: v1\nkind: Service\nmetadata:\n  name: b\n";

    fn index(text: &str) -> Index {
        Index::read(text, &IndexConfig { namespace: "n".into(), ..IndexConfig::default() }).unwrap()
    }

    #[track_caller]
    fn check(new: &str, want: &str) {
        let diff = diff(&index(OLD), &index(new), &DiffConfig::default());
        assert_eq!(diff.print(&ReportConfig::default()), want);
    }

    #[test]
    fn a_line_changes() {
        check(
            &OLD.replace("\"1\"", "\"2\""),
            "n, a, ConfigMap (v1) has changed:\n  # Source: c/templates/a.yaml\n  apiVersion: v1\n  kind: ConfigMap\n  \
             metadata:\n    name: a\n  data:\n-   x: \"1\"\n+   x: \"2\"\n",
        );
        check(OLD, "");
    }

    #[test]
    fn objects_come_and_go() {
        check(
            &OLD.replace("kind: Service", "kind: Pod"),
            "n, b, Service (v1) has been removed:\n- # Source: c/templates/b.yaml\n- apiVersion: v1\n- kind: Service\n- metadata:\n\
             -   name: b\n+ \nn, b, Pod (v1) has been added:\n- \n+ # Source: c/templates/b.yaml\n+ apiVersion: v1\n+ kind: Pod\n\
             + metadata:\n+   name: b\n",
        );
    }

    #[test]
    fn what_is_made_up_each_time_is_no_change() {
        let (once, twice) = (OLD.replace("\"1\"", "\"r1\""), OLD.replace("\"1\"", "\"r2\""));
        let config = DiffConfig::default();
        let mut found = diff(&index(OLD), &index(&once), &config);
        mark_restless(&mut found, &index(&once), &index(&twice), &config);
        assert_eq!(found.entries[0].change, Change::Restless);
        assert!(!found.any);
    }

    #[test]
    fn dangers_are_counted() {
        let old = index(
            "kind: PersistentVolumeClaim\napiVersion: v1\nmetadata: {name: p}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  replicas: 1\n  template:\n    x: 1\n",
        );
        let new = index(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec:\n  replicas: 1\n  template:\n    x: 2\n",
        );
        let summary = diff(&old, &new, &DiffConfig::default()).summary();
        assert_eq!((summary.changed, summary.removed, summary.restarts), (1, 1, 1));
        assert_eq!(summary.dangers, ["n, p, PersistentVolumeClaim (v1) is deleted, with what it holds"]);
    }
}
