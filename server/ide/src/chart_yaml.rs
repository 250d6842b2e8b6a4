//! `Chart.yaml`: its keys, what they are for, and what may stand behind them.
//!
//! Versions and charts out of repositories are the business of `dependencies`.

use syntax::{EntryId, EntryName, ValuesFile, YamlPart};
use text::{TextRange, TextSize};

use crate::completion::{CompletionItem, CompletionKind};

/// Which of the files with these keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `Chart.yaml`.
    Chart,
    /// `requirements.yaml`, in which Helm 2 had the dependencies.
    Requirements,
}

/// A key, what it is for, and what is put behind it.
type Key = (&'static str, &'static str, &'static str);

const TOP: [Key; 15] = [
    (
        "apiVersion",
        "The format of this file: `v2`. `v1` is that of Helm 2, with its dependencies in requirements.yaml.",
        ": ",
    ),
    ("name", "The chart's name: small letters, digits and `-`.", ": "),
    ("version", "The chart's version, a SemVer 2. It must be another whenever the chart changes.", ": "),
    (
        "appVersion",
        "The version of the application in it. It need not be a SemVer; put it between quotes.",
        ": ",
    ),
    ("description", "What it is, in a sentence.", ": "),
    ("type", "`application`, or `library` for a chart of named templates alone.", ": "),
    ("kubeVersion", "The versions of Kubernetes that it is for: `>=1.25.0-0`.", ": "),
    ("dependencies", "The charts that it brings along.", ":"),
    ("keywords", "Words to find it by.", ":"),
    ("home", "The address of the project.", ": "),
    ("sources", "Addresses of its source code.", ":"),
    ("maintainers", "Who takes care of it.", ":"),
    ("icon", "The address of a picture, SVG or PNG.", ": "),
    ("annotations", "Notes by key, for other programs.", ":"),
    ("deprecated", "Whether it should no longer be used.", ": "),
];

const REQUIREMENTS: [Key; 1] = [("dependencies", "The charts that it brings along.", ":")];

const MAINTAINER: [Key; 3] =
    [("name", "Who it is.", ": "), ("email", "Where to write to.", ": "), ("url", "Their page.", ": ")];

const DEPENDENCY: [Key; 8] = [
    ("name", "The chart's name.", ": "),
    ("version", "A version, or a range like `^1.2` or `>=1.2 <2`.", ": "),
    (
        "repository",
        "Where it comes from: `https://…`, `oci://…` without the chart's name, `@name`, or `file://…`.",
        ": ",
    ),
    ("condition", "Values that switch it on or off, the first that is there: `redis.enabled`.", ": "),
    ("tags", "Names by which several dependencies are switched at once, in `tags:` of the values.", ": "),
    ("alias", "What it is called in the values, and in `charts/`.", ": "),
    ("import-values", "Values of it that this chart takes over.", ": "),
    ("enabled", "Set by Helm itself; it does nothing here.", ": "),
];

/// What can stand at an offset, as far as the file alone tells.
pub fn completions(document: &ValuesFile, kind: Kind, offset: TextSize) -> Vec<CompletionItem> {
    let cursor = document.cursor(offset);
    match cursor.part {
        YamlPart::Key { entry, range, .. } => {
            let is_new = |key: &str| {
                let known = document.outline().child_key(cursor.parent, key);
                known.is_none_or(|it| Some(it) == entry || document.outline().entry(it).commented)
            };
            let item = |(key, doc, behind): &Key| {
                let mut it = CompletionItem::new(*key, CompletionKind::Value, range).documentation(*doc);
                if entry.is_none() {
                    it.insert.push_str(behind);
                }
                it
            };
            keys(document, kind, cursor.parent).iter().filter(|it| is_new(it.0)).map(item).collect()
        }
        YamlPart::Value { entry, range, .. } => {
            let entry = document.outline().entry(entry);
            let words: &[&str] = match (&entry.name, entry.parent) {
                (EntryName::Key(key), None) => match key.as_str() {
                    "apiVersion" => &["v2", "v1"],
                    "type" => &["application", "library"],
                    "deprecated" => &["true", "false"],
                    _ => &[],
                },
                (EntryName::Key(_) | EntryName::Item(_), _) => &[],
            };
            words.iter().map(|it| CompletionItem::new(*it, CompletionKind::Value, range)).collect()
        }
        YamlPart::Comment => Vec::new(),
    }
}

/// What the key at an offset is for, in Markdown, with its range.
pub fn hover(document: &ValuesFile, kind: Kind, offset: TextSize) -> Option<(TextRange, String)> {
    let outline = document.outline();
    let entry = outline.entry(outline.at(offset)?);
    let EntryName::Key(name) = &entry.name else { return None };
    let (key, doc, _) = keys(document, kind, entry.parent).iter().find(|it| it.0 == name)?;
    entry.name_range.contains_inclusive(offset).then(|| (entry.name_range, format!("`{key}`\n\n{doc}")))
}

/// The keys that may stand below an entry.
fn keys(document: &ValuesFile, kind: Kind, parent: Option<EntryId>) -> &'static [Key] {
    let Some(item) = parent.map(|it| document.outline().entry(it)) else {
        return if kind == Kind::Chart { &TOP } else { &REQUIREMENTS };
    };
    let list = item.parent.map(|it| document.outline().entry(it)).filter(|it| it.parent.is_none());
    match (&item.name, list.map(|it| &it.name)) {
        (EntryName::Item(_), Some(EntryName::Key(list))) => match list.as_str() {
            "dependencies" => &DEPENDENCY,
            "maintainers" => &MAINTAINER,
            _ => &[],
        },
        (EntryName::Item(_) | EntryName::Key(_), _) => &[],
    }
}

#[cfg(test)]
mod tests {
    use fixtures::Fixture;

    use super::*;

    #[track_caller]
    fn offered(text: &str) -> Vec<String> {
        let fixture = Fixture::parse(text);
        let document = ValuesFile::parse(fixture.only_text());
        completions(&document, Kind::Chart, fixture.cursor().offset).into_iter().map(|it| it.insert).collect()
    }

    #[test]
    fn keys_that_are_not_there_yet() {
        let top = offered("apiVersion: v2\nname: a\n<|>");
        assert_eq!(&top[..2], ["version: ", "appVersion: "]);
        assert!(top.contains(&"dependencies:".to_owned()));
        assert_eq!(offered("maintainers:\n  - name: a\n    <|>"), ["email: ", "url: "]);
        assert_eq!(offered("dependencies:\n  - na<|>me: a\n    version: 1")[..2], ["name", "repository"]);
        assert!(offered("annotations:\n  <|>").is_empty());
    }

    #[test]
    fn requirements_are_dependencies_alone() {
        let document = ValuesFile::parse("");
        let items = completions(&document, Kind::Requirements, TextSize::from(0));
        assert_eq!(items.iter().map(|it| it.label.as_str()).collect::<Vec<_>>(), ["dependencies"]);
    }

    #[test]
    fn values_that_may_stand_there() {
        assert_eq!(offered("apiVersion: <|>\n"), ["v2", "v1"]);
        assert_eq!(offered("type: lib<|>\n"), ["application", "library"]);
        assert!(offered("name: <|>\n").is_empty());
        assert!(offered("annotations:\n  type: <|>\n").is_empty());
    }

    #[test]
    fn hover_tells_what_a_key_is_for() {
        let fixture = Fixture::parse("version: 1.0.0\nappV<|>ersion: \"2\"\n");
        let document = ValuesFile::parse(fixture.only_text());
        let (range, said) = hover(&document, Kind::Chart, fixture.cursor().offset).unwrap();
        assert_eq!(&fixture.only_text()[range], "appVersion");
        assert!(said.starts_with("`appVersion`\n\nThe version of the application"), "{said}");
        assert_eq!(hover(&document, Kind::Chart, TextSize::from(10)), None);
    }
}
