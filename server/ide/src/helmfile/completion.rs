//! Completion in a helmfile: keys by place, and what can stand behind them.

mod actions;
mod charts;
mod paths;

use std::collections::BTreeSet;

use syntax::{EntryId, EntryName, Place as TemplatePlace, YamlPart};
use text::{TextRange, TextSize};

use super::keys::{self, HOOK_EVENTS, Holds, Key, Place};
use super::{Helmfile, Role};
use crate::completion::{CompletionItem, CompletionKind};

/// Where something is being typed, outside of actions.
#[derive(Clone, Copy, Debug)]
struct Typed {
    /// What is replaced.
    range: TextRange,
    /// The key or item that it is the value of, if it is there already.
    entry: Option<EntryId>,
    /// What the key or item is a part of.
    parent: Option<EntryId>,
}

impl Helmfile<'_> {
    /// What can stand at an offset, the likeliest first.
    pub fn completions(&self, offset: TextSize) -> Vec<CompletionItem> {
        let cursor = self.document.cursor(offset);
        match cursor.place {
            TemplatePlace::Text if self.role == Role::Helmfile => self.in_text(offset),
            TemplatePlace::Text => Vec::new(),
            place => self.in_action(&cursor, place),
        }
    }

    fn in_text(&self, offset: TextSize) -> Vec<CompletionItem> {
        let outline = self.document.yaml();
        let cursor = outline.cursor(self.document.masked(), offset);
        let path = |id: Option<EntryId>| id.map_or_else(Vec::new, |id| outline.path(id));
        match cursor.part {
            YamlPart::Comment => Vec::new(),
            YamlPart::Key { entry, range, .. } => {
                let typed = Typed { range, entry, parent: cursor.parent };
                let parent = path(cursor.parent);
                let mut items = match keys::below(&parent) {
                    Place::Keys(keys) => self.keys(keys, typed, cursor.column),
                    Place::Names(_) | Place::Items(_) | Place::Free => Vec::new(),
                };
                // An item that is being typed may become a key, and may as well be a text.
                let is_item = matches!(parent.last(), Some(EntryName::Item(_)));
                if let Some(key) = keys::at(&parent).filter(|_| is_item) {
                    let item = Typed { entry: cursor.parent, ..typed };
                    items.extend(self.values(key, item));
                }
                items
            }
            YamlPart::Value { entry, range, .. } => {
                let range = self.written().raw(entry).map_or(range, |it| it.range);
                let typed = Typed { range, entry: Some(entry), parent: cursor.parent };
                keys::at(&path(Some(entry))).map_or_else(Vec::new, |key| self.values(key, typed))
            }
        }
    }

    /// The keys of a place that are not there yet.
    fn keys(&self, keys: &[::helmfile::keys::Key], typed: Typed, column: u32) -> Vec<CompletionItem> {
        let outline = self.document.yaml();
        let own_document = typed.entry.map(|it| outline.entry(it).document);
        let there: BTreeSet<&str> = outline
            .children(typed.parent)
            .iter()
            .filter(|it| Some(**it) != typed.entry)
            .map(|it| outline.entry(*it))
            .filter(|it| !it.commented && own_document.is_none_or(|own| own == it.document))
            .filter_map(|it| match &it.name {
                EntryName::Key(name) => Some(name.as_str()),
                EntryName::Item(_) => None,
            })
            .collect();
        let is_top = typed.parent.is_none();
        let known = keys.iter().filter(|it| !there.contains(it.name)).map(|it| Key::of(it, is_top));
        let item = |key: Key| {
            let kind = if key.holds.is_section() { CompletionKind::Section } else { CompletionKind::Value };
            let rank = match (COMMON.contains(&key.name), key.is_done()) {
                (true, _) => 0,
                (false, true) => 1,
                (false, false) => 3,
            };
            let mut item = CompletionItem::new(key.name, kind, typed.range)
                .detail(key.holds.told())
                .documentation(key.told())
                .rank(rank);
            if typed.entry.is_none() {
                item.insert.push_str(&behind(key.holds, column));
            }
            item
        };
        known.map(item).collect()
    }

    /// What can stand behind a key.
    fn values(&self, key: Key, typed: Typed) -> Vec<CompletionItem> {
        let words = |words: &[&str]| {
            words.iter().map(|it| CompletionItem::new(*it, CompletionKind::Keyword, typed.range)).collect()
        };
        match key.holds {
            Holds::Flag => words(&["true", "false"]),
            Holds::Word(all) => words(all),
            Holds::Texts if key.name == "events" => words(&HOOK_EVENTS),
            Holds::Texts if key.name == "inherits" => words(&INHERITED),
            Holds::Texts if matches!(key.name, "bases" | "secrets") => {
                self.path_items(typed.range, paths::YAML)
            }
            Holds::File if key.name == "path" => self.path_items(typed.range, paths::YAML),
            Holds::Files | Holds::Helmfiles(_) => self.path_items(typed.range, paths::YAML),
            Holds::File => self.path_items(typed.range, paths::ANY),
            Holds::Needs => self.needs(typed),
            Holds::Selectors => self.selectors(typed.range),
            Holds::Condition => self.conditions(typed.range),
            Holds::Template => {
                let names = self.written().names("templates");
                names.map(|(name, _)| CompletionItem::new(name, CompletionKind::Name, typed.range)).collect()
            }
            Holds::Chart => self.charts(typed.range),
            Holds::Version => self.versions(typed.entry, typed.range),
            Holds::Namespace => self.namespaces(typed.range),
            Holds::Text
            | Holds::Number
            | Holds::Texts
            | Holds::Anything
            | Holds::Keys(_)
            | Holds::List(_)
            | Holds::Named(_) => Vec::new(),
        }
    }

    /// Releases that can be needed: all but the one that is being typed in.
    fn needs(&self, typed: Typed) -> Vec<CompletionItem> {
        let own = typed.entry.and_then(|it| self.release_around(it)).and_then(|it| it.get("name"));
        let known: Vec<(String, String)> = self.release_ids();
        let mut seen = BTreeSet::new();
        let others = known.into_iter().filter(|(id, _)| own.is_none_or(|own| last_part(id) != own.text));
        let item = |(id, chart): (String, String)| {
            CompletionItem::new(id, CompletionKind::Name, typed.range).detail(chart)
        };
        others.filter(|(id, _)| seen.insert(id.clone())).map(item).collect()
    }

    fn selectors(&self, range: TextRange) -> Vec<CompletionItem> {
        let mut labels = BTreeSet::new();
        for release in self.written().items("releases") {
            let own = ["name", "namespace"].into_iter().filter_map(|key| Some((key, release.get(key)?)));
            labels
                .extend(own.chain(release.map("labels")).map(|(key, value)| format!("{key}={}", value.text)));
        }
        labels.into_iter().map(|it| CompletionItem::new(it, CompletionKind::Value, range)).collect()
    }

    fn namespaces(&self, range: TextRange) -> Vec<CompletionItem> {
        let named = self.written().items("releases").filter_map(|it| it.get("namespace"));
        let names: BTreeSet<&str> = named.map(|it| it.text).filter(|it| !it.is_empty()).collect();
        names.into_iter().map(|it| CompletionItem::new(it, CompletionKind::Name, range)).collect()
    }
}

/// What stands in most files.
const COMMON: [&str; 13] = [
    "releases",
    "repositories",
    "environments",
    "helmDefaults",
    "name",
    "chart",
    "version",
    "namespace",
    "values",
    "needs",
    "installed",
    "labels",
    "set",
];

/// What a sub-helmfile can take over.
const INHERITED: [&str; 7] = [
    "repositories",
    "helmDefaults",
    "commonLabels",
    "apiVersions",
    "kubeVersion",
    "templates",
    "environments",
];

/// What is typed behind a new key: its colon, and for a list the first item.
fn behind(holds: Holds, column: u32) -> String {
    let indent = " ".repeat(column as usize + 2);
    match holds {
        Holds::Keys(_) | Holds::Named(_) | Holds::Anything => format!(":\n{indent}"),
        Holds::List(keys) => {
            let first = keys.first().map(|it| format!("{}: ", it.name)).unwrap_or_default();
            format!(":\n{indent}- {first}")
        }
        _ if holds.is_section() => format!(":\n{indent}- "),
        _ => ": ".to_owned(),
    }
}

/// The name in `context/namespace/name`.
fn last_part(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

#[cfg(test)]
mod tests;
