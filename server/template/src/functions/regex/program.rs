//! A compiled pattern, and the memory of compiled patterns: charts use the same few thousands of times.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use regex::Regex;
use rustc_hash::FxHashMap;

use super::translate::{error, translate};
use crate::{Budget, Failure, Str};

/// Patterns by their text. Clones share the memory.
#[derive(Clone, Debug, Default)]
pub struct Cache(Arc<Mutex<FxHashMap<Str, Compiled>>>);

type Compiled = Result<Arc<Program>, Arc<str>>;

/// Bytes that a compiled pattern may take: the first of these that is enough counts as what it takes.
const SIZES: [usize; 5] = [8 << 10, 64 << 10, 1 << 20, 8 << 20, 64 << 20];

/// More patterns than any chart has; a chart that makes them up as it goes must not fill the memory.
const MAX_PATTERNS: usize = 500;

impl Cache {
    /// The program of a pattern, or Go's complaint about it.
    pub(super) fn compile(&self, budget: &Budget, pattern: &Str) -> Result<Compiled, Failure> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(compiled) = known.get(pattern) {
            return Ok(compiled.clone());
        }
        budget.ensure(SIZES[0])?;
        let compiled = Program::new(pattern).map(Arc::new).map_err(Arc::from);
        budget.allocate(compiled.as_ref().map_or(SIZES[0], |it| it.size))?;
        if known.len() >= MAX_PATTERNS {
            known.clear();
        }
        known.insert(pattern.clone(), compiled.clone());
        Ok(compiled)
    }
}

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Program {
    regex: Regex,
    /// What it takes at most, one of [`SIZES`].
    size: usize,
    names: Vec<Option<String>>,
}

/// Where a group matched; `None` where it took no part.
pub(super) type Place = Option<Range<usize>>;

impl Program {
    pub(super) fn new(pattern: &[u8]) -> Result<Self, String> {
        let translation = translate(pattern)?;
        let build = |size: &usize| {
            let mut builder = regex::RegexBuilder::new(&translation.pattern);
            builder.nest_limit(8000).size_limit(*size).dfa_size_limit(1 << 20);
            // Compiling recurses as deep as the groups nest.
            let built = stacker::maybe_grow(256 << 10, 8 << 20, || builder.build());
            built.map(|regex| (regex, *size))
        };
        let is_done = |built: &Result<_, _>| !matches!(built, Err(regex::Error::CompiledTooBig(_)));
        let mut built = build(&SIZES[0]);
        for size in &SIZES[1..] {
            if is_done(&built) {
                break;
            }
            built = build(size);
        }
        let (regex, size) = built.map_err(|problem| {
            let code = match problem {
                regex::Error::CompiledTooBig(_) => "expression too large",
                _ => "regexp/syntax: internal error",
            };
            error(code, &String::from_utf8_lossy(pattern))
        })?;
        Ok(Self { regex, size, names: translation.names })
    }

    pub(super) fn into_regex(self) -> Regex {
        self.regex
    }

    pub(super) fn is_match(&self, budget: &Budget, bytes: &[u8]) -> Result<bool, Failure> {
        self.pay(budget, bytes.len())?;
        Ok(self.regex.is_match(&Subject::new(bytes).text))
    }

    pub(super) fn find(&self, budget: &Budget, bytes: &[u8]) -> Result<Place, Failure> {
        self.pay(budget, bytes.len())?;
        let subject = Subject::new(bytes);
        Ok(self.regex.find(&subject.text).map(|it| subject.place(it.range())))
    }

    /// The first `limit` matches.
    pub(super) fn find_all(
        &self,
        budget: &Budget,
        bytes: &[u8],
        limit: usize,
    ) -> Result<Vec<Range<usize>>, Failure> {
        self.pay(budget, bytes.len())?;
        let subject = Subject::new(bytes);
        let mut found = Vec::new();
        for it in self.regex.find_iter(&subject.text).take(limit) {
            found.push(subject.place(it.range()));
            pay_for_match(budget, subject.text.len() - it.end(), 1)?;
        }
        Ok(found)
    }

    /// All matches, each with the places of its groups; the first place is the whole match.
    pub(super) fn captures(&self, budget: &Budget, bytes: &[u8]) -> Result<Vec<Vec<Place>>, Failure> {
        self.pay(budget, bytes.len())?;
        let subject = Subject::new(bytes);
        let mut found = Vec::new();
        for it in self.regex.captures_iter(&subject.text) {
            let end = it.get(0).map_or(0, |it| it.end());
            found.push(it.iter().map(|it| it.map(|it| subject.place(it.range()))).collect());
            pay_for_match(budget, subject.text.len() - end, it.len())?;
        }
        Ok(found)
    }

    /// Pays for a search through so many bytes. Most searches take a moment; but some patterns have to be tried in as many
    /// ways as they have states, for each byte.
    fn pay(&self, budget: &Budget, bytes: usize) -> Result<(), Failure> {
        budget.work((bytes as u64).saturating_mul((self.size / SIZES[0]) as u64) >> 1)
    }

    /// The groups that a name in a replacement can mean.
    pub(super) fn groups_named(&self, name: &str) -> Vec<usize> {
        let named = |(_, it): &(usize, &Option<String>)| it.as_deref() == Some(name);
        self.names.iter().enumerate().filter(named).map(|(at, _)| at).collect()
    }
}

/// Pays for a match with so many groups. To know where it ends may have taken a look at all that comes behind it.
fn pay_for_match(budget: &Budget, behind: usize, groups: usize) -> Result<(), Failure> {
    budget.work(1 + (behind >> 7) as u64)?;
    budget.allocate(super::PART + groups * size_of::<Place>())
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

    fn budget() -> Budget {
        Budget::default()
    }

    fn program(pattern: &str) -> Program {
        Program::new(pattern.as_bytes()).unwrap()
    }

    #[test]
    fn bytes_that_are_not_utf8_count_as_one_character() {
        assert_eq!(program("^..b$").find(&budget(), b"\xc3\xffb").unwrap(), Some(0..3));
        assert_eq!(program("b").find(&budget(), b"\xc3\xffb\xff").unwrap(), Some(2..3));
    }

    #[test]
    fn a_surrogate_matches_nothing() {
        assert!(!program(r"\x{D800}").is_match(&budget(), "\u{FFFD}".as_bytes()).unwrap());
        assert!(!program(r"[\x{D800}]").is_match(&budget(), "\u{FFFD}".as_bytes()).unwrap());
        assert!(program(r"[^\x{D800}]").is_match(&budget(), "a".as_bytes()).unwrap());
    }

    #[test]
    fn unicode_classes_and_folding() {
        assert!(program(r"(?i)^[σ]\p{Greek}$").is_match(&budget(), "ςα".as_bytes()).unwrap());
        assert!(
            program(r"(?i)^\w$").is_match(&budget(), "K".as_bytes()).unwrap(),
            "the Kelvin sign folds to k"
        );
        assert!(!program(r"^\w$").is_match(&budget(), "é".as_bytes()).unwrap());
        assert!(program(r"^\P{^Lu}\pL$").is_match(&budget(), "Éa".as_bytes()).unwrap());
    }

    #[test]
    fn ascii_word_boundaries() {
        assert_eq!(
            program(r"\b").find_all(&budget(), "aé b".as_bytes(), 9).unwrap(),
            vec![0..0, 1..1, 4..4, 5..5]
        );
        assert!(program(r"^\Bé").is_match(&budget(), "é".as_bytes()).unwrap());
    }

    #[test]
    fn the_memory_gives_the_same_program() {
        let cache = Cache::default();
        let (one, two) = (
            cache.compile(&budget(), &"a+".into()).unwrap().unwrap(),
            cache.compile(&budget(), &"a+".into()).unwrap().unwrap(),
        );
        assert!(Arc::ptr_eq(&one, &two));
        assert!(cache.compile(&budget(), &"(".into()).unwrap().is_err());
    }

    #[test]
    fn a_monstrous_pattern_is_refused() {
        let complaint = Program::new(br"((\pL{100}){10}){1}(\pL{1000}){1}\pL{1000}").err();
        assert!(complaint.is_none_or(|it| it.contains("expression too large")));
    }

    #[test]
    fn what_searches_take_is_paid_for() {
        let left = |pattern: &str, text: &str| {
            let budget = budget();
            program(pattern).find_all(&budget, text.as_bytes(), 1_000_000).unwrap();
            crate::Limits::default().steps - budget.left().steps
        };
        let text = "a".repeat(20_000);
        assert!(left("b", &text) < 20_000);
        assert!(left("a.*b|a", &text) > 100_000);
        assert!(left(r"\pL{500}b", &text) > 10 * left("b", &text));
    }
}
