//! What the comments of a values file say about a key, cleaned for people.
//!
//! Three habits are common, and files mix them:
//!
//! - helm-docs: `# -- text` above the key, more lines behind it, `(type)` first, `# @default -- …`;
//! - Bitnami: `## @param path.of.key [type, default: x] text`, anywhere in the file;
//! - plain comments above the key, or behind the value on its line.

use std::collections::HashMap;
use std::fmt::Write as _;

use text::{TextRange, TextSize};

use super::flow;
use super::outline::{EntryId, EntryName, Outline};

/// What is said about a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyDoc {
    /// The text, without `#` and marks; paragraphs have an empty line between them.
    pub text: String,
    /// The type, if one is given.
    pub kind: Option<String>,
    /// The default, if one is given that is not the value itself.
    pub default: Option<String>,
    /// The comment.
    pub range: TextRange,
}

/// The `@param` lines of a file, by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Params(HashMap<String, KeyDoc>);

impl Params {
    pub(super) fn read(text: &str) -> Self {
        let mut all = HashMap::new();
        for at in memchr::memmem::find_iter(text.as_bytes(), "@param ") {
            let (start, end) = line_around(text, at);
            let line = text[start..end].trim();
            let Some(param) = line.trim_start_matches('#').trim_start().strip_prefix("@param ") else {
                continue;
            };
            if !line.starts_with('#') {
                continue;
            }
            let (path, rest) = param.trim().split_once([' ', '\t']).unwrap_or((param.trim(), ""));
            let doc = param_doc(rest.trim(), range(start, end));
            all.entry(path.to_owned()).or_insert(doc);
        }
        Self(all)
    }
}

/// `[type, default: x] text`
fn param_doc(rest: &str, range: TextRange) -> KeyDoc {
    let mut doc = KeyDoc { text: rest.to_owned(), range, ..KeyDoc::default() };
    if let Some((marks, text)) = rest.strip_prefix('[').and_then(|it| it.split_once(']')) {
        text.trim().clone_into(&mut doc.text);
        let (default, kind): (Vec<_>, Vec<_>) =
            marks.split(',').map(str::trim).partition(|it| it.starts_with("default:"));
        doc.default = default.first().map(|it| it["default:".len()..].trim().to_owned());
        doc.kind = (!kind.is_empty()).then(|| kind.join(", "));
    }
    doc
}

/// What is said about `id`; lines in `claimed` belong to examples of another key.
pub(super) fn doc_of(
    text: &str,
    outline: &Outline,
    params: &Params,
    claimed: &[TextRange],
    id: EntryId,
) -> Option<KeyDoc> {
    let path = dotted(&outline.path(id));
    let above = comment_above(text, outline, claimed, id);
    let param = params.0.get(&path).cloned();
    let written = above.and_then(|range| clean(&text[range], range, &path));
    let mut doc = match (param, written) {
        // The line above may add to what @param says; it does not where it is that very line.
        (Some(param), Some(written)) if !written.range.contains_range(param.range) => {
            KeyDoc { text: join(&param.text, &written.text), ..param }
        }
        (Some(param), _) => param,
        (None, Some(written)) => written,
        (None, None) => comment_behind(text, outline, id)?,
    };
    doc.text.truncate(doc.text.trim_end().len());
    (!doc.text.is_empty() || doc.default.is_some()).then_some(doc)
}

fn join(first: &str, second: &str) -> String {
    if second.is_empty() { first.to_owned() } else { format!("{first}\n\n{second}") }
}

/// A path as @param writes it: dots between keys whatever the keys hold.
fn dotted(path: &[EntryName]) -> String {
    let mut out = String::new();
    for name in path {
        match name {
            EntryName::Item(index) => {
                let _ = write!(out, "[{index}]");
            }
            EntryName::Key(key) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(key);
            }
        }
    }
    out
}

/// The lines of comment right above a key, as deep as its line.
fn comment_above(text: &str, outline: &Outline, claimed: &[TextRange], id: EntryId) -> Option<TextRange> {
    let (key_line, _) = line_around(text, outline.entry(id).name_range.start().into());
    let indent = indent(&text[key_line..]);
    let mut first = key_line;
    while first > 0 {
        let (start, end) = line_around(text, first - 1);
        let content = text[start..end].trim_start();
        let at = TextSize::from(start as u32);
        if !content.starts_with('#')
            || self::indent(&text[start..]) != indent
            || claimed.iter().any(|it| it.contains(at))
        {
            break;
        }
        first = start;
    }
    (first < key_line).then(|| range(first, key_line))
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// A comment behind the value, on the key's line.
fn comment_behind(text: &str, outline: &Outline, id: EntryId) -> Option<KeyDoc> {
    let entry = outline.entry(id);
    let (_, end) = line_around(text, entry.name_range.end().into());
    let from = if entry.children.is_empty() { entry.value.end() } else { entry.name_range.end() };
    let rest = text.get(usize::from(from)..end)?;
    let kept = flow::without_comment(rest).len();
    let comment = rest[kept..].trim_start();
    let words = comment.trim_start_matches('#').trim();
    let start = end - comment.len();
    (!words.is_empty()).then(|| KeyDoc {
        text: words.to_owned(),
        range: range(start, end),
        ..KeyDoc::default()
    })
}

/// A block of comment lines, cleaned.
fn clean(block: &str, range: TextRange, path: &str) -> Option<KeyDoc> {
    let lines: Vec<_> = block.lines().map(|line| bare(line.trim())).collect();
    let marked = lines.iter().rposition(|line| marked(line, path).is_some());
    let mut doc = KeyDoc { range, ..KeyDoc::default() };
    let mut text: Vec<&str> = Vec::new();
    let mut schema = false;
    for (index, line) in lines.iter().enumerate() {
        if line.starts_with("@schema") {
            schema = !schema;
        } else if let Some(default) = line.strip_prefix("@default --") {
            doc.default = Some(default.trim().to_owned());
        } else if schema || line.starts_with('@') || is_rule(line) || marked.is_some_and(|it| index < it) {
            // Marks for programs, decoration, and what stands before the description.
        } else if Some(index) == marked {
            let described = marked_text(line, path);
            let (kind, words) = typed(described);
            doc.kind = kind;
            text.push(words);
        } else {
            text.push(line);
        }
    }
    doc.text = paragraphs(&text);
    (!doc.text.is_empty() || doc.default.is_some()).then_some(doc)
}

/// A comment line without its `#` and the one blank behind.
fn bare(line: &str) -> &str {
    let words = line.trim_start_matches('#');
    words.strip_prefix(' ').unwrap_or(words).trim_end()
}

/// `-- text`, or the older `path.of.key -- text`.
fn marked<'a>(line: &'a str, path: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(path).map_or(line, str::trim_start);
    rest.strip_prefix("--").filter(|it| it.is_empty() || it.starts_with(' '))
}

fn marked_text<'a>(line: &'a str, path: &str) -> &'a str {
    marked(line, path).unwrap_or(line).trim()
}

/// `(type) text`
fn typed(text: &str) -> (Option<String>, &str) {
    match text.strip_prefix('(').and_then(|it| it.split_once(')')) {
        Some((kind, words)) if !kind.contains(' ') => (Some(kind.to_owned()), words.trim()),
        _ => (None, text),
    }
}

fn is_rule(line: &str) -> bool {
    line.len() >= 3 && line.bytes().all(|it| matches!(it, b'-' | b'=' | b'*' | b'~' | b'_' | b'+' | b'#'))
}

/// Lines joined; any number of empty ones become one.
fn paragraphs(lines: &[&str]) -> String {
    let mut out = String::new();
    for line in lines {
        if !(line.is_empty() && (out.is_empty() || out.ends_with("\n\n"))) {
            out.push_str(line);
            out.push('\n');
        }
    }
    out.trim_end().to_owned()
}

pub(super) fn line_around(text: &str, at: usize) -> (usize, usize) {
    let at = at.min(text.len());
    let start = memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |it| it + 1);
    let end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |it| at + it);
    (start, end)
}

fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(TextSize::from(start as u32), TextSize::from(end as u32))
}

#[cfg(test)]
mod tests {
    use super::super::ValuesFile;

    #[track_caller]
    fn check(text: &str, keys: &str, expected: Option<&str>) {
        let values = ValuesFile::parse(text);
        let id = values.outline().find_keys(keys.split('.')).expect("the key is there");
        assert_eq!(values.doc(id).map(|it| it.text).as_deref(), expected);
    }

    #[test]
    fn plain_comments() {
        check("# Image to run.\n# Really.\nimage: x\n", "image", Some("Image to run.\nReally."));
        check("a:\n  ## Doc of b\n  ##\n  b: 1\n", "a.b", Some("Doc of b"));
        check("a: 1 # behind\n", "a", Some("behind"));
        check("a: # behind\n  b: 1\n", "a", Some("behind"));
        check("a: \"#no\"\n", "a", None);
    }

    #[test]
    fn a_blank_line_or_another_depth_parts() {
        check("# About the file.\n\na: 1\n", "a", None);
        check("a:\n  b: 1\n  # deeper\nc: 1\n", "c", None);
    }

    #[test]
    fn helm_docs() {
        check(
            "# -- Image to run\n# on the node\n# @default -- `x`\na: 1\n",
            "a",
            Some("Image to run\non the node"),
        );
        check("# Section\n# -- Image\na: 1\n", "a", Some("Image"));
        check("# a.b -- Old way\na:\n  # a.b -- Old way\n  b: 1\n", "a.b", Some("Old way"));
    }

    #[test]
    fn helm_docs_types_and_defaults() {
        let values = ValuesFile::parse("# -- (string) Tag\n# @default -- the chart's\ntag: \"\"\n");
        let doc = values.doc(values.outline().find_keys(["tag"]).unwrap()).unwrap();
        assert_eq!((doc.text.as_str(), doc.kind.as_deref()), ("Tag", Some("string")));
        assert_eq!(doc.default.as_deref(), Some("the chart's"));
    }

    #[test]
    fn bitnami() {
        let text = "## @section Image\n## @param image.tag [string, default: v1] Tag to pull\n##\nimage:\n  tag: v1\n";
        check(text, "image.tag", Some("Tag to pull"));
        let values = ValuesFile::parse(text);
        let doc = values.doc(values.outline().find_keys(["image", "tag"]).unwrap()).unwrap();
        assert_eq!((doc.kind.as_deref(), doc.default.as_deref()), (Some("string"), Some("v1")));
    }

    #[test]
    fn bitnami_with_more_below() {
        let text = "## @param a Short.\n## ref: https://x\n##\na: 1\n";
        check(text, "a", Some("Short."));
    }

    #[test]
    fn decoration_is_no_text() {
        check("# =====\n# A thing\n# -----\na: 1\n", "a", Some("A thing"));
        check("# @schema\n# type: string\n# @schema\n# A thing\na: 1\n", "a", Some("A thing"));
    }
}
