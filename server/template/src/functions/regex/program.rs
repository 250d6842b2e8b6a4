//! A compiled pattern, and the memory of compiled patterns: charts use the same few thousands of times.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use regex::Regex;
use rustc_hash::FxHashMap;

use super::translate::{error, translate};
use crate::Str;

/// Patterns by their text. Clones share the memory.
#[derive(Clone, Debug, Default)]
pub struct Cache(Arc<Mutex<FxHashMap<Str, Compiled>>>);

type Compiled = Result<Arc<Program>, Arc<str>>;

/// More patterns than any chart has; a chart that makes them up as it goes must not fill the memory.
const MAX_PATTERNS: usize = 2000;

impl Cache {
    /// The program of a pattern, or Go's complaint about it.
    pub(super) fn compile(&self, pattern: &Str) -> Compiled {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = known.get(pattern) {
            return compiled.clone();
        }
        let compiled = Program::new(pattern).map(Arc::new).map_err(Arc::from);
        if known.len() >= MAX_PATTERNS {
            known.clear();
        }
        known.insert(pattern.clone(), compiled.clone());
        compiled
    }
}

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Program {
    regex: Regex,
    names: Vec<Option<String>>,
}

/// Where a group matched; `None` where it took no part.
pub(super) type Place = Option<Range<usize>>;

impl Program {
    fn new(pattern: &[u8]) -> Result<Self, String> {
        let translation = translate(pattern)?;
        let build =
            || regex::RegexBuilder::new(&translation.pattern).nest_limit(8000).size_limit(64 << 20).build();
        // Compiling recurses as deep as the groups nest.
        let regex = stacker::maybe_grow(256 << 10, 8 << 20, build).map_err(|problem| {
            let code = match problem {
                regex::Error::CompiledTooBig(_) => "expression too large",
                _ => "regexp/syntax: internal error",
            };
            error(code, &String::from_utf8_lossy(pattern))
        })?;
        Ok(Self { regex, names: translation.names })
    }

    pub(super) fn is_match(&self, bytes: &[u8]) -> bool {
        self.regex.is_match(&Subject::new(bytes).text)
    }

    pub(super) fn find(&self, bytes: &[u8]) -> Place {
        let subject = Subject::new(bytes);
        self.regex.find(&subject.text).map(|it| subject.place(it.range()))
    }

    /// The first `limit` matches.
    pub(super) fn find_all(&self, bytes: &[u8], limit: usize) -> Vec<Range<usize>> {
        let subject = Subject::new(bytes);
        self.regex.find_iter(&subject.text).take(limit).map(|it| subject.place(it.range())).collect()
    }

    /// All matches, each with the places of its groups; the first place is the whole match.
    pub(super) fn captures(&self, bytes: &[u8]) -> Vec<Vec<Place>> {
        let subject = Subject::new(bytes);
        let places = |found: regex::Captures<'_>| {
            found.iter().map(|it| it.map(|it| subject.place(it.range()))).collect()
        };
        self.regex.captures_iter(&subject.text).map(places).collect()
    }

    /// The groups that a name in a replacement can mean.
    pub(super) fn groups_named(&self, name: &str) -> Vec<usize> {
        let named = |(_, it): &(usize, &Option<String>)| it.as_deref() == Some(name);
        self.names.iter().enumerate().filter(named).map(|(at, _)| at).collect()
    }
}

/// The text to search. Go reads a byte that is not UTF-8 as U+FFFD; here it is replaced by that before the
/// search, and places are counted back.
struct Subject<'t> {
    text: Cow<'t, str>,
    /// Where U+FFFD was put in, which is two bytes longer than what it replaced.
    mended: Vec<usize>,
}

impl<'t> Subject<'t> {
    fn new(bytes: &'t [u8]) -> Self {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Self { text: text.into(), mended: Vec::new() };
        }
        let (mut text, mut mended) = (String::with_capacity(bytes.len() + 16), Vec::new());
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            for _ in chunk.invalid() {
                mended.push(text.len());
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        Self { text: text.into(), mended }
    }

    fn place(&self, range: Range<usize>) -> Range<usize> {
        let back = |at: usize| at - 2 * self.mended.partition_point(|&it| it < at);
        back(range.start)..back(range.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(pattern: &str) -> Program {
        Program::new(pattern.as_bytes()).unwrap()
    }

    #[test]
    fn bytes_that_are_not_utf8_count_as_one_character() {
        assert_eq!(program("^..b$").find(b"\xc3\xffb"), Some(0..3));
        assert_eq!(program("b").find(b"\xc3\xffb\xff"), Some(2..3));
    }

    #[test]
    fn a_surrogate_matches_nothing() {
        assert!(!program(r"\x{D800}").is_match("\u{FFFD}".as_bytes()));
        assert!(!program(r"[\x{D800}]").is_match("\u{FFFD}".as_bytes()));
        assert!(program(r"[^\x{D800}]").is_match("a".as_bytes()));
    }

    #[test]
    fn unicode_classes_and_folding() {
        assert!(program(r"(?i)^[σ]\p{Greek}$").is_match("ςα".as_bytes()));
        assert!(program(r"(?i)^\w$").is_match("K".as_bytes()), "the Kelvin sign folds to k");
        assert!(!program(r"^\w$").is_match("é".as_bytes()));
        assert!(program(r"^\P{^Lu}\pL$").is_match("Éa".as_bytes()));
    }

    #[test]
    fn ascii_word_boundaries() {
        assert_eq!(program(r"\b").find_all("aé b".as_bytes(), 9), vec![0..0, 1..1, 4..4, 5..5]);
        assert!(program(r"^\Bé").is_match("é".as_bytes()));
    }

    #[test]
    fn the_memory_gives_the_same_program() {
        let cache = Cache::default();
        let (one, two) = (cache.compile(&"a+".into()).unwrap(), cache.compile(&"a+".into()).unwrap());
        assert!(Arc::ptr_eq(&one, &two));
        assert!(cache.compile(&"(".into()).is_err());
    }

    #[test]
    fn a_monstrous_pattern_is_refused() {
        let complaint = Program::new(br"((\pL{100}){10}){1}(\pL{1000}){1}\pL{1000}").err();
        assert!(complaint.is_none_or(|it| it.contains("expression too large")));
    }
}
