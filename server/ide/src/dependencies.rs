//! The `dependencies:` of a `Chart.yaml`: charts and versions out of repositories and registries. Keys are the business of
//! `chart_yaml`.

use std::ops::Range;

use syntax::{EntryId, EntryName, ValuesFile, YamlPart};
use text::{TextRange, TextSize};

use crate::catalog::{Catalog, ChartSource, Outdated, RepositorySource, version_items};
use crate::completion::{CompletionItem, CompletionKind};

/// A `Chart.yaml`, with what repositories and registries have.
#[derive(Clone, Copy, Debug)]
pub struct Dependencies<'d> {
    /// The file.
    pub document: &'d ValuesFile,
    /// Repositories and registries.
    pub catalog: &'d dyn Catalog,
}

impl Dependencies<'_> {
    /// What repositories have for an offset.
    pub fn completions(&self, offset: TextSize) -> Vec<CompletionItem> {
        match self.document.cursor(offset).part {
            YamlPart::Value { entry, range, .. } => {
                let Some((item, key)) = self.key(entry) else { return Vec::new() };
                let range = self.text_of(entry).map_or(range, |it| it.1);
                self.values(item, key, range)
            }
            YamlPart::Key { .. } | YamlPart::Comment => Vec::new(),
        }
    }

    fn values(&self, item: EntryId, key: &str, range: TextRange) -> Vec<CompletionItem> {
        let name =
            |it: String, doc: String| CompletionItem::new(it, CompletionKind::Name, range).documentation(doc);
        match key {
            "version" => {
                let versions = self.source(item).and_then(|it| self.catalog.versions(&it));
                version_items(&versions.unwrap_or_default(), range)
            }
            "name" => {
                let repository = self.get(item, "repository").map(|it| RepositorySource::at(it.0));
                let charts = repository.and_then(|it| self.catalog.charts(&it)).unwrap_or_default();
                charts.into_iter().map(|(it, doc)| name(it, doc)).collect()
            }
            "repository" => {
                let known = self.catalog.repositories().into_iter();
                known.map(|it| name(format!("@{it}"), "one of your repositories".to_owned())).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Dependencies that are not the newest, as far as that is known.
    pub fn outdated(&self) -> Vec<Outdated> {
        let items = self.document.outline().entries().filter(|(id, _)| self.is_dependency(*id));
        let find = |(item, _): (EntryId, &syntax::Entry)| {
            let (version, range) = self.get(item, "version")?;
            Outdated::find(range, version, self.source(item)?, self.catalog)
        };
        items.filter_map(find).collect()
    }

    /// Where a dependency comes from, if it is no folder.
    fn source(&self, item: EntryId) -> Option<ChartSource> {
        let (repository, _) = self.get(item, "repository")?;
        let (name, _) = self.get(item, "name")?;
        let is_elsewhere =
            ["https://", "http://", "oci://", "@", "alias:"].iter().any(|it| repository.starts_with(it));
        let repository = match repository.strip_prefix("alias:") {
            Some(alias) => format!("@{alias}"),
            None => repository.trim_end_matches('/').to_owned(),
        };
        let repository = RepositorySource::at(repository);
        is_elsewhere.then(|| ChartSource { repository, name: name.to_owned() })
    }

    /// Whether an entry is an item of `dependencies:`.
    fn is_dependency(&self, entry: EntryId) -> bool {
        let entry = self.document.outline().entry(entry);
        let list = entry.parent.map(|it| self.document.outline().entry(it));
        let is_list = list
            .is_some_and(|it| it.parent.is_none() && it.name == EntryName::Key("dependencies".to_owned()));
        is_list && !entry.commented
    }

    /// The dependency that an entry is a key of, and the key.
    fn key(&self, entry: EntryId) -> Option<(EntryId, &str)> {
        let entry = self.document.outline().entry(entry);
        let EntryName::Key(key) = &entry.name else { return None };
        Some((entry.parent.filter(|it| self.is_dependency(*it))?, key))
    }

    fn get(&self, item: EntryId, key: &str) -> Option<(&str, TextRange)> {
        let entry = self.document.outline().child_key(Some(item), key)?;
        self.text_of(entry).filter(|it| !it.0.is_empty())
    }

    /// The text of an entry, without its quotes.
    fn text_of(&self, entry: EntryId) -> Option<(&str, TextRange)> {
        let range = self.document.outline().entry(entry).value;
        let text = self.document.text().get(Range::from(range))?;
        let is_quoted = text.len() > 1 && text.starts_with(['"', '\'']) && text.ends_with(['"', '\'']);
        if !is_quoted {
            return Some((text, range));
        }
        let one = TextSize::from(1);
        Some((&text[1..text.len() - 1], TextRange::new(range.start() + one, range.end() - one)))
    }
}

#[cfg(test)]
mod tests {
    use fixtures::Fixture;

    use super::*;
    use crate::catalog::testing::Shop;

    const CHART: &str = "name: app\ndependencies:\n  - name: web\n    version: 1.4.0\n    repository: https://shop.example/\n  - CURSOR\n";

    #[track_caller]
    fn check(item: &str, want: &[&str]) {
        let fixture = Fixture::parse(&CHART.replace("CURSOR", item));
        let document = ValuesFile::parse(fixture.only_text());
        let dependencies = Dependencies { document: &document, catalog: &Shop };
        let items = dependencies.completions(fixture.cursor().offset);
        let labels: Vec<&str> = items.iter().map(|it| it.label.as_str()).take(want.len().max(1)).collect();
        assert_eq!(labels, want, "{item}");
    }

    #[test]
    fn charts_and_versions_of_a_repository() {
        check("name: web\n    repository: https://shop.example\n    version: <|>", &["2.0.0", "1.4.0"]);
        check(
            "name: web\n    version: \"<|>\"\n    repository: oci://shop.example/charts",
            &["2.0.0", "1.4.0"],
        );
        check("repository: https://shop.example\n    name: <|>", &["web"]);
        check("name: web\n    repository: \"<|>\"", &["@own"]);
        check("name: web\n    repository: file://../web\n    version: <|>", &[]);
    }

    #[test]
    fn a_version_may_be_outdated() {
        let text =
            CHART.replace("CURSOR", "name: web\n    version: ^1\n    repository: https://shop.example");
        let document = ValuesFile::parse(text.as_str());
        let found = Dependencies { document: &document, catalog: &Shop }.outdated();
        let told: Vec<_> = found.iter().map(|it| (&text[it.range], it.newest.as_str())).collect();
        assert_eq!(told, [("1.4.0", "2.0.0")]);
    }
}
