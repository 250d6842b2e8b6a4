//! Paths of files beside a helmfile, one folder at a time.

use helmfile::PathKind;
use text::TextRange;

use crate::completion::{CompletionItem, CompletionKind};
use crate::helmfile::{Helmfile, resolve_path};

/// Which files are offered, by the ends of their names; folders always are.
pub(super) type Ends = &'static [&'static str];

/// Files that hold values or state.
pub(super) const YAML: Ends = &[".yaml", ".yml", ".gotmpl", ".json"];
/// Any file.
pub(super) const ANY: Ends = &[""];

impl Helmfile<'_> {
    /// What is in the folder that is typed so far.
    pub(super) fn path_items(&self, range: TextRange, ends: Ends) -> Vec<CompletionItem> {
        let typed = self.document.text().get(std::ops::Range::from(range)).unwrap_or_default();
        if typed.contains("{{") || typed.contains("://") {
            return Vec::new();
        }
        let typed_folder = typed.rfind('/').map_or("", |at| &typed[..=at]);
        let folder = resolve_path(self.folder(), typed_folder);
        let mut entries = self.world.list(&folder).unwrap_or_default();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        entries.retain(|it| !it.name.starts_with('.'));
        let is_self = |name: &str| format!("{folder}/{name}") == self.path;
        let item = |it: helmfile::Entry| {
            let path = format!("{typed_folder}{}", it.name);
            let file = |path: String| CompletionItem::new(path, CompletionKind::File, range);
            match it.kind {
                PathKind::Folder => Some(file(path + "/").rank(2)),
                PathKind::File if is_self(&it.name) => None,
                PathKind::File => ends.iter().any(|end| it.name.ends_with(end)).then(|| file(path).rank(0)),
            }
        };
        entries.into_iter().filter_map(item).collect()
    }
}
