//! Charts and their versions: folders beside the helmfile, what its repositories have, what registries have.

use std::collections::VecDeque;

use helmfile::PathKind;
use syntax::EntryId;
use text::TextRange;

use crate::catalog::{ChartSource, version_items};
use crate::completion::{CompletionItem, CompletionKind};
use crate::helmfile::Helmfile;

/// Folders that are looked into for charts, and how deep.
const MAX_FOLDERS: usize = 200;
const MAX_DEPTH: usize = 3;

impl Helmfile<'_> {
    pub(super) fn charts(&self, range: TextRange) -> Vec<CompletionItem> {
        let mut items = self.local_charts(range);
        for repository in self.repositories() {
            let name = &repository.name;
            if repository.is_registry() {
                let item = CompletionItem::new(format!("{name}/"), CompletionKind::Name, range).rank(2);
                items.push(item.detail(repository.source.to_string()));
                continue;
            }
            let charts = self.catalog.charts(&repository.source).unwrap_or_default();
            let chart = |(chart, description): (String, String)| {
                let source = ChartSource { repository: repository.source.clone(), name: chart.clone() };
                let versions = self.catalog.versions(&source).unwrap_or_default();
                let newest = versions.first().map(|it| it.version.clone()).unwrap_or_default();
                let item = CompletionItem::new(format!("{name}/{chart}"), CompletionKind::Name, range);
                item.detail(newest).documentation(description).rank(1)
            };
            items.extend(charts.into_iter().map(chart));
        }
        items
    }

    /// Folders with a `Chart.yaml` below that of the helmfile and beside it.
    fn local_charts(&self, range: TextRange) -> Vec<CompletionItem> {
        let folder = self.folder();
        let above = folder.rsplit_once('/').map_or("", |it| it.0);
        let mut found = Vec::new();
        let mut queue = VecDeque::from([(folder.to_owned(), ".".to_owned(), 0)]);
        queue.push_back((above.to_owned(), "..".to_owned(), MAX_DEPTH - 1));
        for _ in 0..MAX_FOLDERS {
            let Some((path, shown, depth)) = queue.pop_front() else { break };
            let entries = self.world.list(&path).unwrap_or_default();
            if entries.iter().any(|it| it.name == "Chart.yaml" && it.kind == PathKind::File) {
                let item = CompletionItem::new(shown, CompletionKind::File, range).rank(0);
                found.push(item.detail("chart in this folder"));
                continue;
            }
            let folders = entries.into_iter().filter(|it| it.kind == PathKind::Folder && depth < MAX_DEPTH);
            let wanted = folders.filter(|it| !it.name.starts_with('.') && it.name != "node_modules");
            queue.extend(
                wanted.map(|it| (format!("{path}/{}", it.name), format!("{shown}/{}", it.name), depth + 1)),
            );
        }
        found.sort_by(|a, b| a.label.cmp(&b.label));
        found.dedup_by(|a, b| a.label == b.label);
        found
    }

    /// The versions of the chart that stands beside `version:`, the newest first.
    pub(super) fn versions(&self, entry: Option<EntryId>, range: TextRange) -> Vec<CompletionItem> {
        let chart = entry.and_then(|it| self.release_around(it)).and_then(|it| it.get("chart"));
        let source = chart.and_then(|it| self.source_of(it.text));
        let versions = source.and_then(|it| self.catalog.versions(&it)).unwrap_or_default();
        version_items(&versions, range)
    }
}
