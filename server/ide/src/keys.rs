//! Where the values files speak of a value: every layer's key, the one that wins first, examples in comments last.
//!
//! A value of a subchart is written below the subchart's name in a parent's file, and `global` is the same for
//! all. This is the one place that knows the ways in which one value can be spelled.

use std::sync::Arc;

use syntax::{EntryId, EntryName};
use text::FileRange;

use crate::analysis::Analysis;
use crate::shape::ValueAt;
use crate::source::ValuesSource;

/// A key in a values file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyPlace<'a> {
    pub(crate) source: &'a ValuesSource,
    pub(crate) entry: EntryId,
}

impl<'a> KeyPlace<'a> {
    /// Whether it only stands in a comment.
    pub(crate) fn is_commented(&self) -> bool {
        self.source.parsed().outline().entry(self.entry).commented
    }

    /// The key itself.
    pub(crate) fn name_at(&self) -> FileRange {
        let range = self.source.parsed().outline().entry(self.entry).name_range;
        FileRange { file: self.source.file, range }
    }

    /// The text of its value.
    pub(crate) fn value_text(&self) -> &'a str {
        &self.source.text()[self.source.parsed().outline().entry(self.entry).value]
    }

    /// What the comments say about it.
    pub(crate) fn doc(&self) -> Option<String> {
        Some(self.source.parsed().doc(self.entry)?.text).filter(|text| !text.is_empty())
    }

    /// `values.yaml:12`
    pub(crate) fn shown(&self) -> String {
        let line = self.source.lines().line(self.name_at().range.start());
        format!("{}:{}", self.source.path, line + 1)
    }
}

impl Analysis {
    /// Where values files speak of a value.
    pub(crate) fn key_places(&self, value: &ValueAt) -> Vec<KeyPlace<'_>> {
        let mut places: Vec<KeyPlace<'_>> = Vec::new();
        for source in &self.input.values_files {
            for path in spellings(&source.chart, value) {
                if let Some(entry) = find(source, &path) {
                    places.push(KeyPlace { source, entry });
                }
            }
        }
        places.sort_by_key(KeyPlace::is_commented);
        places
    }

    /// The keys that values files know below a value, each with its name; doubles included.
    pub(crate) fn keys_below(&self, value: &ValueAt) -> Vec<(String, KeyPlace<'_>)> {
        let mut found = Vec::new();
        for source in &self.input.values_files {
            let outline = source.parsed().outline();
            for path in spellings(&source.chart, value) {
                let parent = if path.is_empty() { Some(None) } else { find(source, &path).map(Some) };
                for &entry in parent.map_or(&[][..], |parent| outline.children(parent)) {
                    if let EntryName::Key(name) = &outline.entry(entry).name {
                        found.push((name.clone(), KeyPlace { source, entry }));
                    }
                }
            }
        }
        found
    }

    /// The value that a key of a values file stands for, as the templates of that file's chart see it.
    pub(crate) fn value_of_entry(&self, source: &ValuesSource, entry: EntryId) -> ValueAt {
        let path = source.parsed().outline().path(entry);
        let start = ValueAt { chart: source.chart.clone(), path: Vec::new(), key_at: None, node: None };
        path.iter().fold(start, |value, name| match name {
            EntryName::Key(key) => value.child(key),
            EntryName::Item(at) => {
                let mut path = value.path.clone();
                path.push(format!("[{at}]").into());
                ValueAt { path, ..value }
            }
        })
    }
}

/// How a file of one chart spells a value that is seen through the `.Values` of another.
fn spellings(file_chart: &str, value: &ValueAt) -> Vec<Vec<Arc<str>>> {
    let Some(below) = value.chart.strip_prefix(file_chart) else {
        return own_spelling(file_chart, value).into_iter().collect();
    };
    if below.is_empty() {
        return vec![value.path.clone()];
    }
    let Some(names) = below.strip_prefix("/charts/") else { return Vec::new() };
    let mut path: Vec<Arc<str>> = names.split("/charts/").map(Arc::from).collect();
    path.extend(value.path.iter().cloned());
    let mut all = vec![path];
    if value.path.first().is_some_and(|key| &**key == "global") {
        all.push(value.path.clone());
    }
    all
}

/// How the values file of a subchart spells what its parent calls `.Values.subchart.key`.
fn own_spelling(file_chart: &str, value: &ValueAt) -> Option<Vec<Arc<str>>> {
    let names = file_chart.strip_prefix(&*value.chart)?.strip_prefix("/charts/")?;
    let mut path = value.path.iter();
    let inside = names.split("/charts/").all(|name| path.next().is_some_and(|key| **key == *name));
    let rest: Vec<Arc<str>> = path.cloned().collect();
    (inside && !rest.is_empty()).then_some(rest)
}

fn find(source: &ValuesSource, path: &[Arc<str>]) -> Option<EntryId> {
    let outline = source.parsed().outline();
    let step = |parent: Option<EntryId>, key: &Arc<str>| {
        let Some(number) = key.strip_prefix('[').and_then(|it| it.strip_suffix(']')) else {
            return outline.child_key(parent, key);
        };
        let wanted = EntryName::Item(number.parse().ok()?);
        // Other layers may have fewer elements; what one element looks like is still worth showing.
        outline.child(parent, &wanted).or_else(|| outline.child(parent, &EntryName::Item(0)))
    };
    path.iter().try_fold(None, |parent, key| step(parent, key).map(Some))?
}

/// One name for a value, however it is spelled: subchart names in front, elements of lists alike.
pub(crate) fn identity(value: &ValueAt) -> Vec<Arc<str>> {
    let global = value.path.first().is_some_and(|key| &**key == "global");
    let charts = value.chart.split("/charts/").skip(1).filter(|_| !global).map(Arc::from);
    let keys = value.path.iter().map(|key| if key.starts_with('[') { Arc::from("[]") } else { key.clone() });
    charts.chain(keys).collect()
}
