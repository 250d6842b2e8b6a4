//! What is written in a helmfile, without loading it: releases, repositories, environments and paths, with their places.
//!
//! It holds while a line is half typed. What a template makes of it is the loader's business.

use std::ops::Range;

use syntax::{EntryId, EntryName, Outline, Template, ValueKind};
use text::TextRange;

use super::keys::{self, Holds, Key};

/// A helmfile as it is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written<'t> {
    document: &'t Template,
}

/// A text that stands in a file, without its quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scalar<'t> {
    pub(crate) text: &'t str,
    /// Without the quotes.
    pub(crate) range: TextRange,
}

/// An item of `releases:` or of another list of that kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item<'t> {
    written: Written<'t>,
    pub(crate) entry: EntryId,
}

/// A path that a helmfile names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Path<'t> {
    pub(crate) scalar: Scalar<'t>,
    pub(crate) of: PathOf,
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PathOf {
    /// Values, of the state or of a chart.
    Values,
    /// A base or another helmfile.
    Helmfile,
    /// A chart.
    Chart,
    /// Anything else.
    Other,
}

impl<'t> Written<'t> {
    pub(crate) fn new(document: &'t Template) -> Self {
        Self { document }
    }

    pub(crate) fn outline(self) -> &'t Outline {
        self.document.yaml()
    }

    pub(crate) fn text(self) -> &'t str {
        self.document.text()
    }

    /// The items of a list at the top, of all parts of the file.
    pub(crate) fn items(self, list: &'static str) -> impl Iterator<Item = Item<'t>> {
        let outline = self.outline();
        let named = move |id: &&EntryId| {
            let entry = outline.entry(**id);
            !entry.commented && matches!(&entry.name, EntryName::Key(key) if key == list)
        };
        let lists = outline.roots().iter().filter(named);
        let items = lists.flat_map(move |id| outline.entry(*id).children.iter());
        items.map(move |entry| Item { written: self, entry: *entry })
    }

    /// The names below a key at the top: of environments, of templates.
    pub(crate) fn names(self, key: &'static str) -> impl Iterator<Item = (&'t str, EntryId)> {
        let outline = self.outline();
        self.items(key).filter_map(move |item| match &outline.entry(item.entry).name {
            EntryName::Key(name) => Some((name.as_str(), item.entry)),
            EntryName::Item(_) => None,
        })
    }

    /// The text of an entry; nothing where it is a block, or holds an action.
    pub(crate) fn scalar(self, entry: EntryId) -> Option<Scalar<'t>> {
        let found = self.raw(entry)?;
        (!found.text.contains("{{")).then_some(found)
    }

    /// The text of an entry, actions included.
    pub(crate) fn raw(self, entry: EntryId) -> Option<Scalar<'t>> {
        let entry = self.outline().entry(entry);
        if entry.kind != ValueKind::Scalar || !entry.children.is_empty() {
            return None;
        }
        let text = self.text().get(Range::from(entry.value))?;
        let quoted = ['"', '\''].into_iter().find(|quote| text.starts_with(*quote));
        let range = match quoted {
            Some(quote) if text.len() > 1 && text.ends_with(quote) => TextRange::new(
                entry.value.start() + text::TextSize::from(1),
                entry.value.end() - text::TextSize::from(1),
            ),
            _ => entry.value,
        };
        Some(Scalar { text: self.text().get(Range::from(range))?, range })
    }

    /// Every entry that [`keys`] knows, with its key.
    pub(crate) fn known(self) -> impl Iterator<Item = (EntryId, Key)> {
        let outline = self.outline();
        let known = outline.entries().filter(|(_, entry)| !entry.commented);
        known.filter_map(move |(id, _)| Some((id, keys::at(&outline.path(id))?)))
    }

    /// Every path in the file that is no template.
    pub(crate) fn paths(self) -> Vec<Path<'t>> {
        self.known().filter_map(|(id, key)| self.path(id, key)).collect()
    }

    /// The path that an entry is.
    pub(crate) fn path(self, id: EntryId, key: Key) -> Option<Path<'t>> {
        let is_item = matches!(self.outline().entry(id).name, EntryName::Item(_));
        let of = match (key.holds, key.name) {
            (Holds::Files, _) if is_item => PathOf::Values,
            (Holds::Texts, "secrets") if is_item => PathOf::Values,
            (Holds::Texts, "bases") if is_item => PathOf::Helmfile,
            (Holds::Helmfiles(_), _) if is_item => PathOf::Helmfile,
            (Holds::File, "path") => PathOf::Helmfile,
            (Holds::File, _) => PathOf::Other,
            (Holds::Chart, _) => PathOf::Chart,
            _ => return None,
        };
        let scalar = self.scalar(id).filter(|it| !it.text.is_empty())?;
        let is_path = match of {
            PathOf::Chart => is_local(scalar.text),
            _ => !scalar.text.contains("://"),
        };
        is_path.then_some(Path { scalar, of })
    }
}

impl<'t> Item<'t> {
    /// The text of one of its keys.
    pub(crate) fn get(self, key: &str) -> Option<Scalar<'t>> {
        self.written.scalar(self.child(key)?)
    }

    /// One of its keys.
    pub(crate) fn child(self, key: &str) -> Option<EntryId> {
        let outline = self.written.outline();
        outline.child_key(Some(self.entry), key).filter(|it| !outline.entry(*it).commented)
    }

    /// Keys and texts of a map in it.
    pub(crate) fn map(self, key: &str) -> Vec<(&'t str, Scalar<'t>)> {
        let outline = self.written.outline();
        let children = self.child(key).map_or(&[][..], |it| outline.children(Some(it)));
        let pair = |id: &EntryId| match &outline.entry(*id).name {
            EntryName::Key(name) => Some((name.as_str(), self.written.scalar(*id)?)),
            EntryName::Item(_) => None,
        };
        children.iter().filter_map(pair).collect()
    }
}

/// Whether `chart:` names a folder: Helmfile takes what is there, and what begins like a path.
pub(crate) fn is_local(chart: &str) -> bool {
    chart.starts_with("./") || chart.starts_with("../") || chart.starts_with('/') || chart == "."
}
