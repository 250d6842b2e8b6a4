//! One thing that is told each. Whole objects, colours and all, are in `tests/diff/cases`.

use super::*;

/// The fields of one object before and after, and what is said of them.
#[track_caller]
fn check(old: &str, new: &str, want: &str) {
    assert_eq!(told(old, new), want);
}

fn told(old: &str, new: &str) -> String {
    let object = |fields: &str| format!("---\napiVersion: v1\nkind: A\nmetadata: {{name: a}}\n{fields}\n");
    dyff(&object(old), &object(new), &DyffConfig::default())
}

#[test]
fn what_does_not_change_is_not_told() {
    check("a: 1", "a: 1 # remark", "\n");
    check("a: x", "a: 'x '", "\n");
    check("a: {x: 1, y: 2}", "a: {y: 2, x: 1}", "\n");
    check("a: ~", "a:", "\n");
}

#[test]
fn values_and_types_change() {
    check("a: {b: 1}", "a: {b: 2}", "\na.b\n± value change\n- 1\n+ 2\n\n");
    check("a: true", "a: 'true'", "\na\n± type change from bool to string\n- true\n+ \"true\"\n\n");
    check("a: x", "a: [y]", "\na\n± type change from string to list\n- x\n+ - y\n\n");
}

#[test]
fn entries_stand_side_by_side() {
    check(
        "m: {a: 1, b: 2}",
        "m: {c: 3}",
        "\nm\n- two map entries removed:   + one map entry added:\na: 1                         c: 3\nb: 2\n\n",
    );
}

#[test]
fn items_are_found_by_what_names_them() {
    check("l: [{name: x, v: 1}]", "l: [{name: x, v: 2}]", "\nl.x.v\n± value change\n- 1\n+ 2\n\n");
    check("l: [{v: 1}]", "l: [{v: 2}]", "\nl.0.v\n± value change\n- 1\n+ 2\n\n");
    check("l: [{id: 1}, {id: 2}]", "l: [{id: 2}, {id: 1}]", "\nl\n⇆ order changed\n- 1, 2\n+ 2, 1\n\n");
}

#[test]
fn plain_items_come_and_go() {
    check("l: [a, b]", "l: [a, b, c]", "\nl\n+ one list entry added:\n- c\n\n");
    check("l: [a, a, a]", "l: [a]", "\nl\n- two list entries removed:\n- a\n- a\n\n");
}

#[test]
fn lines_of_a_text_change() {
    check(
        "t: |\n  a\n  b",
        "t: |\n  a\n  c",
        "\nt\n± value change in multiline text (one insert, one deletion)\n- b\n+ c\n\n\n",
    );
}

/// What is said of an object that is there under another name, perhaps beside itself.
#[track_caller]
fn check_objects(old: &[&str], new: &[&str], renames: bool, want: &str) {
    let object = |name: &&str| {
        format!(
            "---\napiVersion: v1\nkind: A\nmetadata:\n  name: {name}\nspec:\n  some: fields\n  that: stay\n"
        )
    };
    let text = |names: &[&str]| names.iter().map(object).collect::<String>();
    let config = DyffConfig { renames, ..DyffConfig::default() };
    let told = dyff(&text(old), &text(new), &config);
    let fields = "apiVersion: v1\nkind: A\nmetadata:\n  name: NAME\nspec:\n  some: fields\n  that: stay\n";
    let whole = |name: &str| fields.replace("NAME", name);
    let told = told.replace(&whole("one"), "<one>\n").replace(&whole("two"), "<two>\n");
    assert_eq!(told, want);
}

#[test]
fn documents_come_and_go() {
    let added = "\n(root level)\n+ one document added:\n<two>\n";
    check_objects(&["one"], &["one", "two"], false, &format!("{added}\n"));
    let removed = "\n(root level)\n- one document removed:\n<one>\n";
    let moved = "\n(file level)\n⇆ order changed\n- v1/A/one\n+ v1/A/two\n";
    check_objects(&["one"], &["two"], false, &format!("{removed}{added}{moved}\n"));
}

#[test]
fn documents_are_found_under_another_name() {
    check_objects(&["one"], &["two"], true, "\nmetadata.name\n± value change\n- one\n+ two\n\n");
}

#[test]
fn what_cannot_be_compared_is_not_told() {
    assert_eq!(dyff("a: [", "b", &DyffConfig::default()), "\n");
    assert_eq!(dyff("a\n--- b\n", "a\n", &DyffConfig::default()), "\n");
    check("a: !!bool x", "a: !!bool y", "\n");
}

#[test]
fn binary_values_are_dumped() {
    let told = told("a: !!binary YWJj", "a: !!binary AAE=");
    assert!(told.contains("- 00000000  61 62 63                                          |abc|\n"), "{told}");
    assert!(told.contains("+ 00000000  00 01                                             |..|\n"), "{told}");
    check("a: !!binary YWJj", "a: !!binary '#'", "\na\n");
}

#[test]
fn half_typed_text_never_panics() {
    let text = "---\napiVersion: v1\nkind: A\nmetadata: {name: a}\nl: [{name: x}, &a {name: y}, *a]\nt: |\n  a\n# b\n\nm:\n- - c # d\n";
    for (end, _) in text.char_indices() {
        for (old, new) in [(&text[..end], text), (text, &text[..end]), (&text[end..], text)] {
            let config = DyffConfig { renames: true, colour: end % 2 == 0, width: end };
            assert!(!dyff(old, new, &config).is_empty());
        }
    }
}
