//! The table of functions: one file per family, one Rust function each, documented where it stands.

use std::sync::LazyLock;

use golang::Dialect;
use rustc_hash::FxHashMap;

use crate::{Function, Signature};

pub mod builtins;
#[cfg(test)]
pub(crate) mod calling;
mod cast;
pub mod certificates;
pub mod convert;
pub mod crypto;
pub mod dates;
mod decimal;
mod deep_copy;
pub mod deep_equal;
pub mod defaults;
pub mod dicts;
pub mod durations;
pub mod encoding;
#[cfg(test)]
mod examples;
pub mod helm4;
pub mod json;
pub mod layout;
pub mod lists;
pub mod math;
pub mod merge;
#[cfg(test)]
mod origins;
pub mod paths;
mod pieces;
pub mod random;
pub mod regex;
pub mod split;
pub mod strings;
mod strval;
#[cfg(test)]
pub(crate) mod testing;
pub mod toml_functions;
pub mod types;
mod unicode;
pub mod urls;
pub mod versions;
pub mod words;
pub mod yaml_functions;

/// A file of functions, with its text so that the doc comments serve as documentation.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// What the functions have in common, for people.
    pub title: &'static str,
    /// The functions.
    pub functions: &'static [Function],
    /// The source, out of which [`docs`] reads the doc comments.
    pub source: &'static str,
    /// Whether only Helm 4 has them.
    pub helm4_only: bool,
}

macro_rules! families {
    ($($module:ident $title:literal $helm4_only:literal;)*) => {
        /// Every family, in the order of the manual.
        pub const FAMILIES: &[Family] = &[$(Family {
            title: $title,
            functions: $module::FUNCTIONS,
            source: include_str!(concat!(stringify!($module), ".rs")),
            helm4_only: $helm4_only,
        },)*];
    };
}

families! {
    builtins "The language" false;
    strings "Strings" false;
    words "Words" false;
    layout "Indentation and quotes" false;
    split "Splitting and joining" false;
    regex "Regular expressions" false;
    convert "Conversion" false;
    math "Numbers" false;
    defaults "Defaults and choices" false;
    lists "Lists" false;
    dicts "Dicts" false;
    merge "Merging" false;
    types "Types" false;
    encoding "Encoding" false;
    json "JSON" false;
    crypto "Checksums and passwords" false;
    random "Random values" false;
    versions "Versions" false;
    paths "Paths" false;
    urls "URLs" false;
    dates "Dates" false;
    durations "Durations as numbers" true;
    certificates "Keys and certificates" false;
    yaml_functions "YAML" false;
    toml_functions "TOML" false;
    helm4 "Writers that fail" true;
}

/// A function with its signature at hand.
#[derive(Debug)]
pub struct Known {
    /// The row of the table.
    pub function: &'static Function,
    /// Its signature.
    pub signature: Signature,
}

impl From<&'static Function> for Known {
    fn from(function: &'static Function) -> Self {
        Self { function, signature: (function.signature)() }
    }
}

/// All functions; of two with one name the first is the one that templates call.
static KNOWN: LazyLock<Vec<(Known, bool)>> = LazyLock::new(|| {
    let rows = FAMILIES.iter().flat_map(|family| family.functions.iter().map(|it| (it, family.helm4_only)));
    rows.map(|(function, helm4_only)| (Known::from(function), helm4_only)).collect()
});

/// By name, for Helm 3 and Helm 4.
static INDEX: LazyLock<[FxHashMap<&'static str, &'static Known>; 2]> = LazyLock::new(|| {
    [false, true].map(|helm4| {
        let rows = KNOWN.iter().rev().filter(|(_, helm4_only)| helm4 || !helm4_only);
        rows.map(|(known, _)| (known.function.name, known)).collect()
    })
});

/// The function of that name, if the version of Helm has it.
pub fn find_known(name: &str, dialect: Dialect) -> Option<&'static Known> {
    INDEX[usize::from(dialect == Dialect::Helm4)].get(name).copied()
}

/// The same without its signature.
pub fn find(name: &str, dialect: Dialect) -> Option<&'static Function> {
    find_known(name, dialect).map(|it| it.function)
}

/// The documentation of one of Helm's functions.
pub fn docs(name: &str) -> Option<String> {
    docs_among(FAMILIES, name)
}

/// The documentation of a function: the doc comment of the Rust function behind it.
pub fn docs_among(families: &[Family], name: &str) -> Option<String> {
    let (family, function) =
        families.iter().find_map(|it| Some((it, it.functions.iter().find(|f| f.name == name)?)))?;
    let item = function.item.rsplit("::").next()?.trim();
    let lines: Vec<&str> = family.source.lines().collect();
    let head = format!("pub fn {item}");
    let at = lines
        .iter()
        .position(|line| line.strip_prefix(&head).is_some_and(|rest| rest.starts_with(['(', '<'])))?;
    let above = lines[..at].iter().rev().take_while(|line| line.starts_with("///") || line.starts_with("#["));
    let mut docs: Vec<&str> = above
        .filter_map(|line| line.strip_prefix("///"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    docs.reverse();
    Some(docs.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docs_come_from_the_comment_above_the_function() {
        assert!(docs("trunc").unwrap().starts_with("Keeps the first `n` bytes"));
    }

    #[test]
    fn every_function_is_documented() {
        for function in FAMILIES.iter().flat_map(|it| it.functions) {
            assert!(docs(function.name).is_some_and(|it| !it.trim().is_empty()), "{}", function.name);
        }
    }
}
