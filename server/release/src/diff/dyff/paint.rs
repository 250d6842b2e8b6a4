//! Colours and emphasis of a text that may have some already, as dyff's library bunt applies them: what was there is read back
//! from its escape sequences, what is new is put over it, and the whole is written anew.

use std::fmt::Write;

/// A colour by its parts.
pub(super) type Colour = [u8; 3];

pub(super) const ADDED: Colour = [0x58, 0xBF, 0x38];
pub(super) const CHANGED: Colour = [0xC7, 0xC4, 0x3F];
pub(super) const REMOVED: Colour = [0xB9, 0x31, 0x1B];
pub(super) const SAME_IN_ADDED: Colour = [0x90, 0xEE, 0x90];
pub(super) const SAME_IN_REMOVED: Colour = [0xFF, 0xA0, 0x7A];
pub(super) const ROOT: Colour = [0xB0, 0xC4, 0xDE];

/// How one character looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Look {
    bold: bool,
    italic: bool,
    colour: Option<Colour>,
}

/// Whether there are colours at all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paint {
    pub(super) colour: bool,
}

impl Paint {
    /// In a colour, line by line.
    pub(super) fn coloured(self, text: &str, colour: Colour) -> String {
        self.apply(text, |it, look| look.colour = if it == '\n' { look.colour } else { Some(colour) })
    }

    /// In bold letters, line by line.
    pub(super) fn bold(self, text: &str) -> String {
        self.apply(text, |it, look| look.bold |= it != '\n')
    }

    /// In italics, line by line.
    pub(super) fn italic(self, text: &str) -> String {
        self.apply(text, |it, look| look.italic |= it != '\n')
    }

    /// A text inside of what is emphasized; nothing in it is read.
    pub(super) fn within(self, text: &str, emphasized: impl Fn(Self, &str) -> String) -> String {
        const PLACE: &str = "%";
        emphasized(self, PLACE).replacen(PLACE, text, 1)
    }

    fn apply(self, text: &str, change: impl Fn(char, &mut Look)) -> String {
        if !self.colour && !text.contains('\x1b') {
            return text.to_owned();
        }
        let mut characters = read(text);
        for (it, look) in &mut characters {
            change(*it, look);
        }
        self.written(&characters)
    }

    fn written(self, characters: &[(char, Look)]) -> String {
        let mut out = String::new();
        let mut current = Look::default();
        for (character, look) in characters {
            if self.colour && *look != current {
                let ends = (current.bold && !look.bold) || (current.italic && !look.italic);
                push_sequence(&mut out, *look, ends);
                current = *look;
            }
            out.push(*character);
        }
        if current != Look::default() {
            push_sequence(&mut out, Look::default(), false);
        }
        out
    }
}

fn push_sequence(out: &mut String, look: Look, ends_emphasis: bool) {
    let mut parts = Vec::new();
    let is_plain = look == Look::default();
    for (is_set, part) in [(ends_emphasis || is_plain, "0"), (look.bold, "1"), (look.italic, "3")] {
        parts.extend(is_set.then(|| part.to_owned()));
    }
    parts.extend(look.colour.map(|[red, green, blue]| format!("38;2;{red};{green};{blue}")));
    let _ = write!(out, "\x1b[{}m", parts.join(";"));
}

/// Each character with its look; the sequences that say so are gone.
fn read(text: &str) -> Vec<(char, Look)> {
    let mut characters = Vec::with_capacity(text.len());
    let mut look = Look::default();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match sequence(rest) {
            Some((parts, after)) if !parts.is_empty() => {
                look = looks_like(parts);
                rest = after;
            }
            _ => {
                characters.push((first, look));
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    characters
}

/// What stands between `ESC [` and `m` at the beginning of a text, and what comes behind that.
fn sequence(text: &str) -> Option<(&str, &str)> {
    let rest = text.strip_prefix("\x1b[")?;
    let end = rest.find(|it: char| !it.is_ascii_digit() && it != ';')?;
    let after = rest[end..].strip_prefix('m')?;
    Some((&rest[..end], after))
}

fn looks_like(parts: &str) -> Look {
    let numbers: Vec<u8> = parts.split(';').map(|it| it.parse().unwrap_or(0)).collect();
    let mut look = Look::default();
    let mut rest = &numbers[..];
    while let [first, others @ ..] = rest {
        rest = others;
        match (first, others) {
            (1, _) => look.bold = true,
            (3, _) => look.italic = true,
            (38, [2, red, green, blue, others @ ..]) => {
                look.colour = Some([*red, *green, *blue]);
                rest = others;
            }
            _ => {}
        }
    }
    look
}

/// How many characters of a text are seen.
pub(super) fn visible_len(text: &str) -> usize {
    if !text.contains('\x1b') {
        return text.chars().count();
    }
    let mut count = 0;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        rest = if let Some((_, after)) = sequence(rest) {
            after
        } else {
            count += 1;
            &rest[first.len_utf8()..]
        };
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_put_over_each_other() {
        let paint = Paint { colour: true };
        let inner = paint.italic("b");
        assert_eq!(inner, "\x1b[3mb\x1b[0m");
        let both = paint.coloured(&format!("a{inner}c\nd"), [1, 2, 3]);
        assert_eq!(
            both,
            "\x1b[38;2;1;2;3ma\x1b[3;38;2;1;2;3mb\x1b[0;38;2;1;2;3mc\x1b[0m\n\x1b[38;2;1;2;3md\x1b[0m"
        );
        assert_eq!(visible_len(&both), 5);
    }

    #[test]
    fn without_colours_only_the_text_stays() {
        assert_eq!(Paint { colour: false }.bold("a\x1b[1mb\x1b[0m"), "ab");
    }
}
