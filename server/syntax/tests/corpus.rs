//! The trees against real charts: every template that Helm accepts has no error node, both parsers see the
//! same actions, and edits never make a tree that a fresh start would not.
//!
//! The charts lie beside the workspace; where they do not, that is said and the test passes.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "this test reads real charts, or says that it did not"
)]

use std::path::{Path, PathBuf};

use chartroom_syntax::{Outline, Template, ValuesFile};
use text::{Edit, TextRange};

fn charts() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/charts");
    let mut files = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    if files.is_empty() {
        eprintln!("skipped: no charts at ../shared/corpus/charts");
    }
    files
}

fn read(files: &[PathBuf], wanted: impl Fn(&Path) -> bool) -> Vec<(String, String)> {
    files
        .iter()
        .filter(|path| wanted(path))
        .filter_map(|path| Some((path.display().to_string(), std::fs::read_to_string(path).ok()?)))
        .collect()
}

fn is_template(path: &Path) -> bool {
    path.components().any(|it| it.as_os_str() == "templates")
}

fn is_values(path: &Path) -> bool {
    path.file_name().is_some_and(|it| it == "values.yaml")
}

#[test]
fn no_template_of_the_charts_has_an_error() {
    let broken: Vec<_> = read(&charts(), is_template)
        .into_iter()
        .filter(|(_, text)| Template::parse(text.as_str()).has_action_error())
        .map(|(path, _)| path)
        .collect();
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn both_parsers_see_the_same_actions() {
    for (path, text) in read(&charts(), is_template) {
        let template = Template::parse(text.as_str());
        let ours = template.ast().actions.iter().map(|it| (it.range.start().into(), it.range.end().into()));
        let ours: Vec<(usize, usize)> = ours.collect();
        assert_eq!(ours, template.grammar_actions(), "{path}");
        assert!(template.ast().actions.iter().all(|it| it.closed), "{path}");
        assert!(template.ast().blocks.iter().all(|it| it.end.is_some()), "{path}");
    }
}

#[test]
fn most_masked_templates_are_yaml() {
    let templates =
        read(&charts(), |path| is_template(path) && path.extension().is_some_and(|it| it == "yaml"));
    let broken: Vec<_> = templates
        .iter()
        .filter(|(_, text)| Template::parse(text.as_str()).has_yaml_error())
        .map(|(path, _)| path)
        .collect();
    eprintln!("{} of {} masked templates have a YAML error", broken.len(), templates.len());
    assert!(broken.len() * 20 <= templates.len(), "{broken:#?}");
}

/// Keys with their indentation, of lines that are plainly keys.
fn plain_keys(text: &str) -> usize {
    text.lines()
        .filter(|line| {
            let content = line.trim_start().trim_start_matches("- ");
            content.split_once(':').is_some_and(|(key, rest)| {
                (rest.is_empty() || rest.starts_with(' '))
                    && !key.is_empty()
                    && key.chars().all(|it| it.is_ascii_alphanumeric() || it == '_' || it == '-')
            })
        })
        .count()
}

#[test]
fn the_keys_of_values_files_are_found() {
    for (path, text) in read(&charts(), is_values) {
        let outline = Outline::parse(&text);
        let found = outline.entries().count();
        // Block scalars hold lines that look like keys; flow collections hold keys that are no lines.
        assert!(found * 10 >= plain_keys(&text) * 7, "{path}: {found} of {}", plain_keys(&text));
    }
}

#[test]
fn examples_in_comments_are_found() {
    let files = read(&charts(), |path| path.ends_with("argo-cd/values.yaml"));
    for (_, text) in files {
        let values = ValuesFile::parse(text);
        let outline = values.outline();
        let list = outline.find_keys(["server", "extensions", "extensionList"]).unwrap();
        let item = outline.entry(list).children[0];
        assert!(outline.child_key(Some(item), "name").is_some());
        assert!(outline.child_key(Some(item), "env").is_some());
    }
}

/// A small generator, so that the edits are the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }

    fn edit(&mut self, text: &str) -> Edit {
        const PIECES: [&str; 24] = [
            "{{",
            "}}",
            "{{ .Values.x }}",
            "{{ if .a }}",
            "{{ end }}",
            "{{- ",
            " -}}",
            "\"",
            "`",
            ".",
            "$x",
            "|",
            "\n",
            "  ",
            ": ",
            "a",
            "é",
            "🎉",
            "- b: c\n",
            "(",
            ")",
            "{{/* c */}}",
            "# ",
            "[",
        ];
        let start = text.floor_char_boundary(self.below(text.len() + 1));
        let end = text.floor_char_boundary((start + self.below(4)).min(text.len())).max(start);
        let range = TextRange::new((start as u32).into(), (end as u32).into());
        Edit::replace(range, if self.below(3) == 0 { "" } else { PIECES[self.below(PIECES.len())] })
    }
}

#[test]
fn edits_of_real_templates_equal_a_fresh_start() {
    let mut dice = Dice(7);
    for (path, text) in read(&charts(), is_template).into_iter().filter(|it| it.1.len() < 20_000).step_by(7) {
        let mut template = Template::parse(text);
        for _ in 0..6 {
            let edit = dice.edit(template.text());
            let after = edit.applied_to(template.text());
            template = template.edited(&edit, after.as_str());
            let fresh = Template::parse(after);
            assert_eq!(template.dump_trees(), fresh.dump_trees(), "{path}: {edit:?}");
            assert_eq!(template.masked(), fresh.masked(), "{path}: {edit:?}");
            assert_eq!(template.yaml(), fresh.yaml(), "{path}: {edit:?}");
            assert_eq!(template.ast(), fresh.ast(), "{path}: {edit:?}");
        }
    }
}

#[test]
fn edits_of_real_values_files_equal_a_fresh_start() {
    let mut dice = Dice(11);
    for (path, text) in read(&charts(), is_values).into_iter().filter(|it| it.1.len() < 60_000).step_by(3) {
        let mut values = ValuesFile::parse(text);
        for _ in 0..6 {
            let edit = dice.edit(values.text());
            let after = edit.applied_to(values.text());
            values = values.edited(&edit, after.as_str());
            let fresh = ValuesFile::parse(after);
            assert_eq!(values.dump_tree(), fresh.dump_tree(), "{path}: {edit:?}");
            assert_eq!(values.outline(), fresh.outline(), "{path}: {edit:?}");
        }
    }
}
