//! The releases of a helmfile by where they stand: for lenses, and for commands at the cursor.

use ::helmfile::{Loaded, Release};
use syntax::{EntryId, EntryName};
use text::{TextRange, TextSize};

use super::written::Item;
use super::{Helmfile, Role};

/// A release as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseAt {
    /// The item of `releases:`.
    pub range: TextRange,
    /// Its `name:`, or the beginning of the item.
    pub focus: TextRange,
    /// Its id in each environment that has it: `namespace/name`.
    pub ids: Vec<(String, String)>,
}

impl<'h> Helmfile<'h> {
    /// The releases of this file in order, each with its ids by environment. One that a loop makes many of has many.
    pub fn releases(&self) -> Vec<ReleaseAt> {
        if self.role != Role::Helmfile {
            return Vec::new();
        }
        let outline = self.document.yaml();
        let at = |item: Item<'_>| {
            let entry = outline.entry(item.entry);
            let focus = item.child("name").map_or(entry.name_range, |it| outline.entry(it).full);
            let ids = self.loaded.iter().flat_map(|loaded| {
                let own = self.releases_at(loaded, entry.full);
                own.into_iter().map(|it| (loaded.state.environment.clone(), it.id.clone()))
            });
            ReleaseAt { range: entry.full, focus, ids: ids.collect() }
        };
        self.written().items("releases").map(at).collect()
    }

    /// What an item became in an environment.
    pub(super) fn releases_at(&self, loaded: &'h Loaded, range: TextRange) -> Vec<&'h Release> {
        let Some(file) = loaded.files.id(self.path) else { return Vec::new() };
        let all = loaded.state.files.iter().flat_map(|it| &it.releases);
        all.filter(|it| {
            let at = it.name.at.or(it.at);
            at.is_some_and(|at| at.file == file && range.contains_range(at.range))
        })
        .collect()
    }

    /// The item of `releases:` at an offset.
    pub(super) fn item_at(&self, offset: TextSize) -> Option<Item<'h>> {
        let outline = self.document.yaml();
        let inside = |it: &Item<'_>| outline.entry(it.entry).full.contains_inclusive(offset);
        self.written().items("releases").find(inside)
    }

    /// The release that a text in `needs:` means, among those that are written here.
    pub(super) fn needed(&self, id: &str) -> Option<Item<'h>> {
        let mut parts = id.rsplit('/');
        let name = parts.next()?;
        let namespace = parts.next();
        let is_it = |it: &Item<'_>| {
            it.get("name").is_some_and(|it| it.text == name)
                && namespace.is_none_or(|want| it.get("namespace").is_none_or(|it| it.text == want))
        };
        self.written().items("releases").find(is_it)
    }

    /// The entry of a template by its name.
    pub(super) fn template_named(&self, name: &str) -> Option<EntryId> {
        self.written().names("templates").find(|it| it.0 == name).map(|it| it.1)
    }

    /// Whether an entry is an item of the list `key` of a release.
    pub(super) fn is_item_of(&self, entry: EntryId, key: &str) -> bool {
        let path = self.document.yaml().path(entry);
        matches!(path.as_slice(), [.., EntryName::Key(list), EntryName::Item(_)] if list == key)
    }
}
