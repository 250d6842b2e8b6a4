//! A document that is open in the editor.

use std::sync::{Arc, OnceLock};

use project::path_of;
use syntax::{Template, ValuesFile};
use text::{Edit, Encoding, Text};

use crate::convert::{from, uri};
use crate::lsp_types::TextDocumentContentChangeEvent;

/// An open document at one version. Immutable: a change makes the next one.
#[derive(Debug)]
pub(crate) struct Document {
    /// As the client writes it.
    pub uri: Arc<str>,
    /// Its path, if it is a file; with `/`.
    pub path: Option<Arc<str>>,
    /// What it is.
    pub language: Language,
    /// The client's number for this state of the text.
    pub version: i32,
    /// The text.
    pub text: Text,
    syntax: OnceLock<Syntax>,
    /// The last state of the document whose trees were asked for, to start from.
    base: Option<Syntax>,
}

/// What a document is, to the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// A template or a helmfile.
    Template,
    /// A values file, `Chart.yaml` or other YAML without actions.
    Yaml,
    /// Anything else.
    Other,
}

/// The trees of a document. Cloning costs next to nothing.
#[derive(Clone, Debug)]
pub(crate) enum Syntax {
    /// Of a template.
    Template(Template),
    /// Of YAML.
    Yaml(ValuesFile),
}

impl Document {
    pub(crate) fn new(uri: &str, language_id: &str, version: i32, text: &str) -> Self {
        let path: Option<Arc<str>> = uri::path_of(uri).map(Into::into);
        let language = Language::of(path.as_deref().unwrap_or(uri), language_id);
        let (syntax, base) = (OnceLock::new(), None);
        Self { uri: uri.into(), path, language, version, text: Text::new(text), syntax, base }
    }

    /// What documents are told apart by: the path of a file, otherwise the URI.
    pub(crate) fn key(&self) -> Arc<str> {
        self.path.as_ref().unwrap_or(&self.uri).clone()
    }

    /// The document after the client's changes. Costs what the edits cost; nothing is parsed.
    pub(crate) fn changed(
        &self,
        version: i32,
        changes: &[TextDocumentContentChangeEvent],
        encoding: Encoding,
    ) -> Self {
        let mut text = self.text.clone();
        for change in changes {
            match change {
                TextDocumentContentChangeEvent::TextDocumentContentChangePartial(part) => {
                    let range = from::range(&text, part.range, encoding);
                    text.apply(&Edit::replace(range, part.text.as_str()));
                }
                TextDocumentContentChangeEvent::TextDocumentContentChangeWholeDocument(whole) => {
                    text.replace_all(&whole.text);
                }
            }
        }
        let base = self.syntax.get().or(self.base.as_ref()).cloned();
        let (uri, path) = (self.uri.clone(), self.path.clone());
        Self { uri, path, language: self.language, version, text, syntax: OnceLock::new(), base }
    }

    /// The trees, made when someone asks. Edits since the last time count as one.
    pub(crate) fn syntax(&self) -> Option<&Syntax> {
        let parse = || Syntax::read(self.language, self.text.whole(), self.base.as_ref());
        match self.language {
            Language::Template | Language::Yaml => Some(self.syntax.get_or_init(parse)),
            Language::Other => None,
        }
    }

    /// The text as bytes, the very same ones for as long as the document is the same.
    pub(crate) fn bytes(&self) -> Arc<[u8]> {
        self.text.whole().clone().into()
    }
}

impl Syntax {
    fn read(language: Language, text: &Arc<str>, base: Option<&Self>) -> Self {
        match base {
            Some(Self::Template(old)) => match Edit::between(old.text(), text) {
                Some(edit) => Self::Template(old.edited(&edit, text.clone())),
                None => Self::Template(old.clone()),
            },
            Some(Self::Yaml(old)) => match Edit::between(old.text(), text) {
                Some(edit) => Self::Yaml(old.edited(&edit, text.clone())),
                None => Self::Yaml(old.clone()),
            },
            None if language == Language::Template => Self::Template(Template::parse(text.clone())),
            None => Self::Yaml(ValuesFile::parse(text.clone())),
        }
    }
}

impl Language {
    /// By the place in the chart first: editors call a template YAML as often as not, and a values file Helm.
    fn of(path: &str, language_id: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let extension = path_of(name).extension().map(|it| it.to_string_lossy().to_lowercase());
        let extension = extension.as_deref().unwrap_or_default();
        let is_yaml = matches!(extension, "yaml" | "yml");
        if project::is_helmfile(&path_of(path)) {
            return Self::Template;
        }
        if extension == "tpl" || (path.contains("/templates/") && (is_yaml || extension == "txt")) {
            return Self::Template;
        }
        if is_yaml && (name == "Chart.yaml" || name.contains("values")) {
            return Self::Yaml;
        }
        let id = language_id.to_lowercase();
        if id.contains("helm") || id.contains("gotmpl") || id.contains("go-template") || extension == "gotmpl"
        {
            return if id.contains("values") { Self::Yaml } else { Self::Template };
        }
        if is_yaml || id.contains("yaml") { Self::Yaml } else { Self::Other }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn changes(value: serde_json::Value) -> Vec<TextDocumentContentChangeEvent> {
        serde_json::from_value(value).unwrap()
    }

    fn open(text: &str) -> Document {
        Document::new("file:///c/templates/a.yaml", "helm", 1, text)
    }

    #[track_caller]
    fn check_change(text: &str, change: serde_json::Value, encoding: Encoding, after: &str) {
        let changed = open(text).changed(2, &changes(change), encoding);
        assert_eq!(&**changed.text.whole(), after);
        assert_eq!(changed.version, 2);
    }

    #[test]
    fn columns_are_counted_in_the_negotiated_unit() {
        for (encoding, column) in [(Encoding::Utf8, 7), (Encoding::Utf16, 5), (Encoding::Utf32, 4)] {
            let at = json!({ "line": 0, "character": column });
            let change = json!([{ "range": { "start": at, "end": at }, "text": "!" }]);
            check_change("a: 🎉x", change, encoding, "a: 🎉!x");
        }
    }

    #[test]
    fn changes_apply_one_after_the_other() {
        let range = |from, to| json!({ "start": { "line": 0, "character": from }, "end": { "line": 0, "character": to } });
        let change = json!([
            { "range": range(0, 2), "text": "漢字漢字" },
            { "range": range(1, 3), "text": "" },
        ]);
        check_change("ab: 1", change, Encoding::Utf16, "漢字: 1");
    }

    #[test]
    fn a_change_without_a_range_is_the_whole_text() {
        check_change("old", json!([{ "text": "new" }]), Encoding::Utf16, "new");
        check_change("old", json!([{ "range": null, "text": "new" }]), Encoding::Utf16, "new");
    }

    #[test]
    fn a_range_beyond_the_text_is_its_end() {
        let range = json!({ "start": { "line": 9, "character": 9 }, "end": { "line": 99, "character": 0 } });
        check_change("a\n", json!([{ "range": range, "text": "b" }]), Encoding::Utf16, "a\nb");
    }

    fn template(document: &Document) -> &Template {
        match document.syntax() {
            Some(Syntax::Template(template)) => template,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn trees_follow_the_edits() {
        let first = open("a: {{ .Values.x }}\n");
        assert_eq!(template(&first).ast().actions.len(), 1);
        let range = json!({ "start": { "line": 1, "character": 0 }, "end": { "line": 1, "character": 0 } });
        let second =
            first.changed(2, &changes(json!([{ "range": range, "text": "b: {{ .y }}\n" }])), Encoding::Utf8);
        let third = second.changed(3, &[], Encoding::Utf8);
        assert_eq!(template(&third).ast().actions.len(), 2);
        assert_eq!(template(&third).text(), third.text.whole());
    }

    #[track_caller]
    fn check_language(path: &str, id: &str, language: Language) {
        assert_eq!(Language::of(path, id), language, "{path} as {id}");
    }

    #[test]
    fn the_place_in_the_chart_says_the_language() {
        check_language("/c/templates/a.yaml", "yaml", Language::Template);
        check_language("/c/templates/_helpers.tpl", "plaintext", Language::Template);
        check_language("/c/templates/NOTES.txt", "plaintext", Language::Template);
        check_language("/c/values.yaml", "helm", Language::Yaml);
        check_language("/c/dev.values.yaml", "yaml.helm-values", Language::Yaml);
        check_language("/c/Chart.yaml", "yaml", Language::Yaml);
        check_language("/c/files/a.conf", "helm", Language::Template);
        check_language("/c/README.md", "markdown", Language::Other);
        check_language("/c/helmfile.yaml", "yaml", Language::Template);
        check_language("/c/helmfile.d/values.yaml", "helmfile", Language::Template);
        check_language("/c/dev.yaml.gotmpl", "helmfile", Language::Template);
        check_language("untitled:Untitled-1", "helm", Language::Template);
    }
}
