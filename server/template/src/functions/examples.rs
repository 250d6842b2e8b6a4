//! Runs the examples in the documentation of functions, which people read on hover.
//!
//! An example is a line of the form `` `{{ trunc -3 "hello" }}` gives `llo` ``.

use golang::Dialect;

use super::calling::render;
use super::{FAMILIES, docs};
use crate::Value;

/// The examples of a function: templates and what they print.
fn examples(docs: &str) -> impl Iterator<Item = (&str, &str)> {
    docs.lines().filter_map(|line| {
        let (template, output) = line.strip_prefix('`')?.split_once("` gives `")?;
        let output = output.strip_suffix('`')?;
        (!template.contains('`')).then_some((template, output))
    })
}

#[test]
fn documented_examples_are_true() {
    let mut wrong = Vec::new();
    for family in FAMILIES {
        let dialect = if family.helm4_only { Dialect::Helm4 } else { Dialect::Helm3 };
        for function in family.functions {
            for (template, expected) in examples(&docs(function.name).unwrap_or_default()) {
                let found = render(template, Value::INVALID, dialect);
                if found.as_deref() != Ok(expected) {
                    wrong.push(format!("{}: {template} gives {found:?}, not {expected:?}", function.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_function_of_sprig_shows_an_example() {
    let families = ["Strings", "Words", "Lists", "Dicts", "Merging", "Types", "Numbers", "Conversion"];
    let more =
        ["Indentation and quotes", "Splitting and joining", "Regular expressions", "Defaults and choices"];
    for family in FAMILIES.iter().filter(|it| families.contains(&it.title) || more.contains(&it.title)) {
        for function in family.functions {
            assert!(examples(&docs(function.name).unwrap()).next().is_some(), "{}", function.name);
        }
    }
}
