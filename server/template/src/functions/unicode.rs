//! Go's package `unicode`: characters out of bytes, simple case mapping, categories.
//!
//! Rust's own case mapping may turn one character into several; Go's never does.

use std::sync::OnceLock;

use regex_syntax::hir::{ClassUnicode, HirKind};

/// The characters of a string with their offsets. As in Go, each byte that is not UTF-8 is a U+FFFD.
pub(super) fn runes(bytes: &[u8]) -> impl Iterator<Item = (usize, char)> + '_ {
    let mut start = 0;
    bytes.utf8_chunks().flat_map(move |chunk| {
        let at = start;
        let invalid_at = at + chunk.valid().len();
        start = invalid_at + chunk.invalid().len();
        let valid = chunk.valid().char_indices().map(move |(offset, it)| (at + offset, it));
        valid.chain((invalid_at..start).map(|offset| (offset, char::REPLACEMENT_CHARACTER)))
    })
}

/// Maps every character, as Go's `strings.Map` does.
pub(super) fn map_runes(bytes: &[u8], mut change: impl FnMut(char) -> char) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (_, it) in runes(bytes) {
        push_rune(&mut out, change(it));
    }
    out
}

/// Appends a character.
pub(super) fn push_rune(out: &mut Vec<u8>, it: char) {
    out.extend_from_slice(it.encode_utf8(&mut [0; 4]).as_bytes());
}

/// `unicode.ToUpper`.
pub(super) fn to_upper(it: char) -> char {
    let code = it as u32;
    match code {
        // Greek letters with an iota below have one-character capitals, which Rust spells as two.
        0x1f80..=0x1f87 | 0x1f90..=0x1f97 | 0x1fa0..=0x1fa7 => char::from_u32(code + 8).unwrap_or(it),
        0x1fb3 | 0x1fc3 | 0x1ff3 => char::from_u32(code + 9).unwrap_or(it),
        _ => only(it.to_uppercase()).unwrap_or(it),
    }
}

/// `unicode.ToLower`.
pub(super) fn to_lower(it: char) -> char {
    if it == 'İ' {
        return 'i';
    }
    only(it.to_lowercase()).unwrap_or(it)
}

/// `unicode.ToTitle`: as upper case, but for digraphs and Georgian.
pub(super) fn to_title(it: char) -> char {
    match it {
        'Ǆ'..='ǆ' => 'ǅ',
        'Ǉ'..='ǉ' => 'ǈ',
        'Ǌ'..='ǌ' => 'ǋ',
        'Ǳ'..='ǳ' => 'ǲ',
        'ა'..='ჺ' | 'ჽ'..='ჿ' => it,
        _ => to_upper(it),
    }
}

fn only(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    let first = mapped.next();
    if mapped.next().is_some() { None } else { first }
}

/// Sets of Unicode categories, of which the standard library knows only derived relatives.
#[derive(Clone, Copy)]
pub(super) enum Category {
    Upper,
    Lower,
    Title,
    Letter,
    Digit,
    Number,
    Punctuation,
}

const CATEGORIES: usize = 7;
static TABLES: [OnceLock<ClassUnicode>; CATEGORIES] = [const { OnceLock::new() }; CATEGORIES];

impl Category {
    fn pattern(self) -> &'static str {
        match self {
            Self::Upper => r"\p{Lu}",
            Self::Lower => r"\p{Ll}",
            Self::Title => r"\p{Lt}",
            Self::Letter => r"\p{L}",
            Self::Digit => r"\p{Nd}",
            Self::Number => r"\p{N}",
            Self::Punctuation => r"\p{P}",
        }
    }

    fn ascii(self, it: char) -> bool {
        match self {
            Self::Upper => it.is_ascii_uppercase(),
            Self::Lower => it.is_ascii_lowercase(),
            Self::Title => false,
            Self::Letter => it.is_ascii_alphabetic(),
            Self::Digit | Self::Number => it.is_ascii_digit(),
            Self::Punctuation => it.is_ascii_punctuation() && !"$+<=>^`|~".contains(it),
        }
    }

    /// Whether the character is in the category.
    pub(super) fn has(self, it: char) -> bool {
        if it.is_ascii() {
            return self.ascii(it);
        }
        let table = TABLES[self as usize].get_or_init(|| table(self.pattern()));
        let found = table.ranges().binary_search_by(|range| {
            if range.end() < it {
                std::cmp::Ordering::Less
            } else if range.start() > it {
                std::cmp::Ordering::Greater
            } else {
                std::cmp::Ordering::Equal
            }
        });
        found.is_ok()
    }
}

fn table(pattern: &str) -> ClassUnicode {
    match regex_syntax::parse(pattern).map(regex_syntax::hir::Hir::into_kind) {
        Ok(HirKind::Class(regex_syntax::hir::Class::Unicode(class))) => class,
        _ => ClassUnicode::empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_broken_byte_is_one_rune() {
        let found: Vec<_> = runes(b"a\xe2\x82b\xff").map(|(at, it)| (at, it as u32)).collect();
        assert_eq!(found, [(0, 0x61), (1, 0xfffd), (2, 0xfffd), (3, 0x62), (4, 0xfffd)]);
    }

    #[test]
    fn case_maps_one_to_one() {
        assert_eq!((to_upper('ß'), to_upper('ᾳ'), to_upper('é')), ('ß', 'ᾼ', 'É'));
        assert_eq!((to_lower('İ'), to_title('ǆ'), to_title('ა')), ('i', 'ǅ', 'ა'));
    }

    #[test]
    fn categories_are_those_of_unicode() {
        assert!(Category::Upper.has('É') && !Category::Upper.has('Ⓐ') && char::is_uppercase('Ⓐ'));
        assert!(Category::Punctuation.has('-') && !Category::Punctuation.has('$'));
        assert!(Category::Title.has('ǅ') && Category::Number.has('½') && !Category::Digit.has('½'));
    }
}
