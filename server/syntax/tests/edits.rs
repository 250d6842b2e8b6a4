//! Property: a document that was edited equals one read from scratch, for any text and any edits.
//!
//! `corpus.rs` asks the same of real charts; this one needs none, and shrinks what it finds.

use chartroom_syntax::{Template, ValuesFile};
use proptest::prelude::*;
use text::{Edit, TextRange};

const TEMPLATE: [&str; 38] = [
    "{{",
    "}}",
    "{{- ",
    " -}}",
    "{{ if .a }}",
    "{{ else }}",
    "{{ else if .b }}",
    "{{ end }}",
    "{{ range $k, $v := .x }}",
    "{{ with .y }}",
    "{{ define \"n\" }}",
    "{{ include \"n\" . }}",
    "{{ .Values.image.tag }}",
    "{{ .Values.",
    "$v.",
    "(",
    ")",
    "|",
    "\"",
    "`",
    "'",
    "/*",
    "*/",
    "\n",
    "\r\n",
    "  ",
    "    ",
    "- ",
    "key: ",
    "key:\n",
    "value",
    "{",
    "}",
    "# ",
    "日本",
    "🎉",
    "{{ toYaml .x | nindent 4 }}",
    "---\n",
];

const YAML: [&str; 22] = [
    "a: ", "b:\n", "  ", "    ", "- ", "\n", "\n\n", "# ", "#", "value", "[", "]", "{", "}", ",", "\"", "'",
    "|\n", ">-\n", "&x ", "*x", "é: 🎉",
];

fn text_of(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 0..40).prop_map(|it| it.concat())
}

/// Where (in thousandths of the text), how many bytes go, what comes.
fn edits(pieces: &'static [&'static str]) -> impl Strategy<Value = Vec<(usize, usize, &'static str)>> {
    prop::collection::vec((0..1000_usize, 0..6_usize, prop::sample::select(pieces)), 1..8)
}

fn edit(text: &str, (at, length, new): (usize, usize, &str)) -> Edit {
    let start = text.floor_char_boundary(text.len() * at / 1000);
    let end = text.floor_char_boundary((start + length).min(text.len())).max(start);
    Edit::replace(TextRange::new((start as u32).into(), (end as u32).into()), new)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn an_edited_template_equals_a_fresh_one(text in text_of(&TEMPLATE), edits in edits(&TEMPLATE)) {
        let mut template = Template::parse(text);
        for it in edits {
            let edit = edit(template.text(), it);
            let after = edit.applied_to(template.text());
            template = template.edited(&edit, after.as_str());
            if it.0 % 3 == 0 {
                // Nobody asks for the tree of this version: the next one is made over two edits.
                continue;
            }
            let fresh = Template::parse(after);
            prop_assert_eq!(template.dump_trees(), fresh.dump_trees());
            prop_assert_eq!(template.masked(), fresh.masked());
            prop_assert_eq!(template.ast(), fresh.ast());
            prop_assert_eq!(template.yaml(), fresh.yaml());
        }
    }

    #[test]
    fn an_edited_values_file_equals_a_fresh_one(text in text_of(&YAML), edits in edits(&YAML)) {
        let mut values = ValuesFile::parse(text);
        for it in edits {
            let edit = edit(values.text(), it);
            let after = edit.applied_to(values.text());
            values = values.edited(&edit, after.as_str());
            if it.0 % 3 == 0 {
                continue;
            }
            let fresh = ValuesFile::parse(after);
            prop_assert_eq!(values.dump_tree(), fresh.dump_tree());
            prop_assert_eq!(values.outline(), fresh.outline());
        }
    }

    #[test]
    fn any_place_of_any_text_can_be_asked(text in text_of(&TEMPLATE)) {
        let template = Template::parse(text.as_str());
        prop_assert_eq!(template.masked().len(), text.len());
        for at in 0..=text.len() as u32 + 1 {
            let context = template.cursor(at.into());
            prop_assert!(context.frames.len() <= template.ast().blocks.len());
            let _ = template.yaml().cursor(&text, at.into());
            let _ = template.selection_ranges(at.into());
        }
    }

    #[test]
    fn any_place_of_any_values_file_can_be_asked(text in text_of(&YAML)) {
        let values = ValuesFile::parse(text.as_str());
        for at in 0..=text.len() as u32 + 1 {
            let _ = values.cursor(at.into());
            let _ = values.path_at(at.into());
        }
        for (id, entry) in values.outline().entries() {
            let _ = values.doc(id);
            prop_assert!(text.get(std::ops::Range::<usize>::from(entry.full)).is_some());
            prop_assert!(text.get(std::ops::Range::<usize>::from(entry.value)).is_some());
        }
    }
}
