//! Definition and references in a helmfile: from paths to files, from `needs` to releases, from state values to the files
//! that set them, and back.

use syntax::{CursorContext, EntryId, Place, YamlPart};
use text::{TextRange, TextSize};

use super::dot::{self, Seen};
use super::written::Item;
use super::{Helmfile, PathRange, Role, keys};

impl<'h> Helmfile<'h> {
    /// Where what stands at an offset comes from; what counts in the active environment comes first.
    pub fn definition(&self, offset: TextSize) -> Vec<PathRange> {
        let cursor = self.document.cursor(offset);
        match cursor.place {
            Place::Text if self.role == Role::Helmfile => self.definition_of_text(offset),
            Place::Text => Vec::new(),
            place => self.seen_at(&cursor, place).map_or_else(Vec::new, |seen| self.set_at(&seen)),
        }
    }

    /// Everything here that speaks of the same: the release in `needs`, the state value, the path.
    pub fn references(&self, offset: TextSize) -> Vec<PathRange> {
        let cursor = self.document.cursor(offset);
        if let Some(seen) = self.seen_at(&cursor, cursor.place) {
            return self.reads_of(&seen).into_iter().map(|range| self.here(range)).collect();
        }
        let Some(entry) = self.entry_at(offset) else { return Vec::new() };
        let outline = self.document.yaml();
        let own = match keys::at(&outline.path(entry)).map(|it| it.name) {
            Some("name") => self.item_at(offset).filter(|it| it.child("name") == Some(entry)),
            Some("needs") => self.written().scalar(entry).and_then(|it| self.needed(it.text)),
            _ => None,
        };
        own.map_or_else(Vec::new, |release| self.uses_of(release))
    }

    fn here(&self, range: TextRange) -> PathRange {
        PathRange { path: self.path.into(), range }
    }

    fn entry_at(&self, offset: TextSize) -> Option<EntryId> {
        let outline = self.document.yaml();
        match outline.cursor(self.document.masked(), offset).part {
            YamlPart::Value { entry, .. } => Some(entry),
            // A plain item is a key that is being typed, to the trees.
            YamlPart::Key { entry, .. } => entry.or_else(|| outline.at(offset)),
            YamlPart::Comment => None,
        }
    }

    fn definition_of_text(&self, offset: TextSize) -> Vec<PathRange> {
        let Some(entry) = self.entry_at(offset) else { return Vec::new() };
        let Some(key) = keys::at(&self.document.yaml().path(entry)) else { return Vec::new() };
        if let Some(path) = self.written().path(entry, key) {
            let file = self.target(&path);
            return file
                .map(|it| PathRange { path: it.into(), range: TextRange::default() })
                .into_iter()
                .collect();
        }
        let Some(scalar) = self.written().scalar(entry) else { return Vec::new() };
        let name_of = |item: Item<'h>| item.get("name").map(|it| it.range);
        let found = match key.holds {
            keys::Holds::Needs => self.needed(scalar.text).and_then(name_of),
            keys::Holds::Template => {
                self.template_named(scalar.text).map(|it| self.document.yaml().entry(it).name_range)
            }
            keys::Holds::Chart => {
                let name = scalar.text.split('/').next().unwrap_or_default();
                let mut repositories = self.written().items("repositories");
                repositories.find(|it| it.get("name").is_some_and(|it| it.text == name)).and_then(name_of)
            }
            keys::Holds::Condition => {
                let seen = Seen::State(scalar.text.split('.').map(Into::into).collect());
                return self.set_at(&seen);
            }
            _ => None,
        };
        found.map(|range| self.here(range)).into_iter().collect()
    }

    /// The state value that an action speaks of.
    fn seen_at(&self, cursor: &CursorContext<'_>, place: Place<'_>) -> Option<Seen> {
        match place {
            Place::Field(field) => {
                let upto = (field.segment + 1).min(field.expr.path.len());
                dot::resolve(&cursor.frames, &field.expr.head, &field.expr.path[..upto])
            }
            _ => None,
        }
    }

    /// Where a state value is set, in every environment.
    fn set_at(&self, seen: &Seen) -> Vec<PathRange> {
        let mut places: Vec<PathRange> = Vec::new();
        for place in self.values_of(seen).iter().filter_map(super::state::StateValue::place) {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    /// The fields in actions of this file that are the same state value, however they are written.
    fn reads_of(&self, wanted: &Seen) -> Vec<TextRange> {
        let ast = self.document.ast();
        let mut found = Vec::new();
        ast.each_expr(|action, expr| {
            let frames = ast.frames_of_action(action);
            for upto in 1..=expr.path.len() {
                if dot::resolve(&frames, &expr.head, &expr.path[..upto]).as_ref() == Some(wanted) {
                    found.push(expr.path[upto - 1].range);
                }
            }
        });
        found
    }

    /// The name of a release, and where it is needed.
    fn uses_of(&self, release: Item<'h>) -> Vec<PathRange> {
        let outline = self.document.yaml();
        let needs = outline.entries().filter(|(id, entry)| !entry.commented && self.is_item_of(*id, "needs"));
        let needs = needs.filter_map(|(id, _)| {
            let scalar = self.written().scalar(id)?;
            (self.needed(scalar.text)?.entry == release.entry).then_some(scalar.range)
        });
        let name = release.get("name").map(|it| it.range);
        name.into_iter().chain(needs).map(|range| self.here(range)).collect()
    }
}
