//! Where `snakecase` and `kebabcase` see words: the rules of `github.com/huandu/xstrings`.

use std::ops::Range;

use crate::functions::unicode::{Category, push_rune, runes, to_lower};

/// What stands between words.
pub(super) fn is_connector(it: char) -> bool {
    it == '-' || it == '_' || it.is_whitespace()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum WordKind {
    Number,
    /// A capital with the small letters after it, or capitals in a row.
    Capital,
    Small,
    Connector,
    Punctuation,
    Other,
}

impl WordKind {
    fn of(it: char) -> Self {
        match it {
            _ if is_connector(it) => Self::Connector,
            _ if Category::Punctuation.has(it) => Self::Punctuation,
            _ if Category::Upper.has(it) => Self::Capital,
            _ if Category::Letter.has(it) && !is_han(it) => Self::Small,
            _ if Category::Number.has(it) => Self::Number,
            _ => Self::Other,
        }
    }

    fn separates(self) -> bool {
        matches!(self, Self::Connector | Self::Punctuation)
    }
}

/// Letters without case, which xstrings keeps apart.
fn is_han(it: char) -> bool {
    matches!(it, '\u{4E00}'..='\u{9FCC}' | '\u{3400}'..='\u{4D85}' | '\u{20000}'..='\u{2B81D}')
}

/// A stretch of a text of one kind: first a character, later a word.
type Stretch = (WordKind, Range<usize>);

/// The characters of a text. Bytes that are not UTF-8 cling to the next character, at the end to the last.
fn characters(text: &[u8]) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = Vec::new();
    let mut start = 0;
    let mut ends = runes(text).map(|(at, _)| at).skip(1).chain([text.len()]);
    for (_, it) in runes(text) {
        let end = ends.next().unwrap_or(text.len());
        if it != char::REPLACEMENT_CHARACTER {
            found.push((WordKind::of(it), start..end));
            start = end;
        }
    }
    match found.last_mut() {
        Some((_, last)) => last.end = text.len(),
        None if text.is_empty() => {}
        None => found.push((WordKind::Other, 0..text.len())),
    }
    found
}

/// Cuts a text where the kind of its characters changes, and before the last capital of `HTTPServer`.
fn words(text: &[u8]) -> Vec<Stretch> {
    let characters = characters(text);
    let mut words = Vec::new();
    let mut rest = &characters[..];
    while let Some((kind, first)) = rest.first() {
        let run = |of: WordKind| rest[1..].iter().take_while(|(kind, _)| *kind == of).count();
        let mut len = 1 + run(*kind);
        if *kind == WordKind::Capital && rest.get(len).is_some_and(|(kind, _)| *kind == WordKind::Small) {
            len = if len == 1 { 1 + run(WordKind::Small) } else { len - 1 };
        }
        words.push((*kind, first.start..rest[len - 1].1.end));
        rest = &rest[len..];
    }
    words
}

/// Small letters with a connector between words. A number belongs to the word before it, but if small letters
/// follow, they belong to the number and it starts a word: `Bld4Floor3rd` is `bld4_floor_3rd`.
pub(super) fn join_words(text: &[u8], connector: char) -> Vec<u8> {
    let words = words(text);
    let kind = |at: usize| words.get(at).map(|(kind, _)| *kind);
    let mut out = Vec::with_capacity(text.len() + 8);
    let mut at = 0;
    while let Some(first) = kind(at) {
        let start = at;
        at += 1;
        if first == WordKind::Number {
            while matches!(kind(at), Some(WordKind::Small | WordKind::Number)) {
                at += 1;
            }
        } else if !first.separates() && kind(at) == Some(WordKind::Number) {
            let number_starts_word = kind(at + 1) == Some(WordKind::Small);
            at += usize::from(!number_starts_word);
        }
        for (kind, range) in &words[start..at] {
            push_small(&mut out, *kind, &text[range.clone()], connector);
        }
        if !first.separates() && kind(at).is_some_and(|next| !next.separates()) {
            push_rune(&mut out, connector);
        }
    }
    out
}

fn push_small(out: &mut Vec<u8>, kind: WordKind, word: &[u8], connector: char) {
    if !matches!(kind, WordKind::Connector | WordKind::Capital) {
        return out.extend_from_slice(word);
    }
    for (_, it) in runes(word) {
        push_rune(out, if is_connector(it) { connector } else { to_lower(it) });
    }
}
