//! Quoted strings: `%q`, which messages and the function `quote` use (`strconv/quote.go`).

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::younger::is_younger;

/// Whether Go prints a character as it is: letters, marks, numbers, punctuation, symbols and the ASCII space.
pub fn is_print(it: char) -> bool {
    if it.is_ascii() {
        return (' '..='~').contains(&it);
    }
    let printable = matches!(
        it.general_category_group(),
        GeneralCategoryGroup::Letter
            | GeneralCategoryGroup::Mark
            | GeneralCategoryGroup::Number
            | GeneralCategoryGroup::Punctuation
            | GeneralCategoryGroup::Symbol
    );
    printable && !is_younger(it)
}

/// `strconv.Quote`: between double quotes, with escapes for what is not printable or not UTF-8.
pub fn quote(text: impl AsRef<[u8]>) -> String {
    quote_with(text.as_ref(), b'"', false)
}

/// `strconv.QuoteToASCII`.
pub fn quote_to_ascii(text: impl AsRef<[u8]>) -> String {
    quote_with(text.as_ref(), b'"', true)
}

/// `strconv.QuoteRune`; what is no character counts as U+FFFD.
pub fn quote_rune(code: u32) -> String {
    quote_with(char::from_u32(code).unwrap_or('\u{FFFD}').to_string().as_bytes(), b'\'', false)
}

/// `strconv.QuoteRuneToASCII`.
pub fn quote_rune_to_ascii(code: u32) -> String {
    quote_with(char::from_u32(code).unwrap_or('\u{FFFD}').to_string().as_bytes(), b'\'', true)
}

fn quote_with(text: &[u8], mark: u8, ascii: bool) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push(char::from(mark));
    for chunk in text.utf8_chunks() {
        chunk.valid().chars().for_each(|it| escape(it, mark, ascii, &mut quoted));
        for byte in chunk.invalid() {
            quoted += &format!("\\x{byte:02x}");
        }
    }
    quoted.push(char::from(mark));
    quoted
}

fn escape(it: char, mark: u8, ascii: bool, into: &mut String) {
    match it {
        '\\' => into.push_str("\\\\"),
        _ if it == char::from(mark) => into.extend(['\\', it]),
        _ if is_print(it) && (it.is_ascii() || !ascii) => into.push(it),
        '\x07' => into.push_str("\\a"),
        '\x08' => into.push_str("\\b"),
        '\x0c' => into.push_str("\\f"),
        '\n' => into.push_str("\\n"),
        '\r' => into.push_str("\\r"),
        '\t' => into.push_str("\\t"),
        '\x0b' => into.push_str("\\v"),
        _ if it < ' ' || it == '\x7f' => *into += &format!("\\x{:02x}", it as u32),
        _ if (it as u32) < 0x10000 => *into += &format!("\\u{:04x}", it as u32),
        _ => *into += &format!("\\U{:08x}", it as u32),
    }
}

/// `strconv.CanBackquote`: whether the text can stand between backquotes on one line.
pub fn can_backquote(text: impl AsRef<[u8]>) -> bool {
    let Ok(text) = std::str::from_utf8(text.as_ref()) else { return false };
    text.chars().all(|it| it != '\u{FEFF}' && it != '`' && it != '\x7f' && (it >= ' ' || it == '\t'))
}

/// `strconv.Unquote`: the text that a Go literal in double, single or back quotes stands for.
pub fn unquote(literal: &[u8]) -> Option<Vec<u8>> {
    let (&mark, rest) = literal.split_first()?;
    let (&last, mut body) = rest.split_last()?;
    if mark != last {
        return None;
    }
    match mark {
        b'`' => (!body.contains(&b'`')).then(|| body.iter().copied().filter(|byte| *byte != b'\r').collect()),
        b'"' | b'\'' => {
            let (mut text, mut count) = (Vec::new(), 0);
            while !body.is_empty() {
                let rest = unquote_char(body, mark, &mut text)?;
                body = rest;
                count += 1;
            }
            // Go takes a character literal without a character.
            (mark == b'"' || count == 1 || literal == b"''").then_some(text)
        }
        _ => None,
    }
}

/// `strconv.UnquoteChar`: takes one character or escape, appends what it stands for, returns the rest.
pub fn unquote_char<'t>(text: &'t [u8], mark: u8, into: &mut Vec<u8>) -> Option<&'t [u8]> {
    let (&first, rest) = text.split_first()?;
    if first == mark && (mark == b'"' || mark == b'\'') || first == b'\n' {
        return None;
    }
    if first != b'\\' {
        let chunk = text[..text.len().min(4)].utf8_chunks().next()?;
        let it = chunk.valid().chars().next();
        let width = it.map_or(1, char::len_utf8);
        let it = it.unwrap_or(char::REPLACEMENT_CHARACTER);
        into.extend_from_slice(it.encode_utf8(&mut [0; 4]).as_bytes());
        return Some(&text[width..]);
    }
    let (&kind, rest) = rest.split_first()?;
    let number = |digits: usize, radix: u32| {
        let text = std::str::from_utf8(rest.get(..digits)?).ok()?;
        let valid = text.chars().all(|it| it.is_digit(radix));
        u32::from_str_radix(text, radix).ok().filter(|_| valid)
    };
    match kind {
        b'a' => into.push(7),
        b'b' => into.push(8),
        b'f' => into.push(12),
        b'n' => into.push(b'\n'),
        b'r' => into.push(b'\r'),
        b't' => into.push(b'\t'),
        b'v' => into.push(11),
        b'\\' => into.push(b'\\'),
        b'\'' | b'"' if kind == mark => into.push(kind),
        b'x' => {
            into.push(number(2, 16)? as u8);
            return Some(&rest[2..]);
        }
        b'u' | b'U' => {
            let digits = if kind == b'u' { 4 } else { 8 };
            let character = char::from_u32(number(digits, 16)?)?;
            into.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            return Some(&rest[digits..]);
        }
        b'0'..=b'7' => {
            let text = text.get(1..4)?;
            let value = std::str::from_utf8(text).ok().and_then(|it| u32::from_str_radix(it, 8).ok())?;
            into.push(u8::try_from(value).ok()?);
            return Some(&rest[2..]);
        }
        _ => return None,
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting() {
        assert_eq!(quote("a\"b\\\n\t"), r#""a\"b\\\n\t""#);
        assert_eq!(quote(b"\xff\x00\x7f"), r#""\xff\x00\x7f""#);
        assert_eq!(quote("é\u{200b}\u{a0}😀"), "\"é\\u200b\\u00a0😀\"");
        assert_eq!(quote_to_ascii("é😀"), r#""\u00e9\U0001f600""#);
        assert_eq!(quote_rune(0x27), r"'\''");
    }

    #[test]
    fn unquoting_undoes_it() {
        for text in ["", "a\"b", "é😀\n", "\u{1}"] {
            assert_eq!(unquote(quote(text).as_bytes()).unwrap(), text.as_bytes());
        }
        assert_eq!(unquote(b"`a\\`").unwrap(), b"a\\");
        assert_eq!(unquote(br"'\x41'").unwrap(), b"A");
        assert_eq!(unquote(br#""\101""#).unwrap(), b"A");
        assert_eq!(unquote(b"\"a"), None);
        assert_eq!(unquote(b"'ab'"), None);
        assert_eq!(unquote(b"''").unwrap(), b"");
        assert_eq!(unquote(b"\"a\xff\"").unwrap(), "a\u{FFFD}".as_bytes());
    }

    #[test]
    fn backquotes_want_plain_text() {
        assert!(can_backquote("a\tb") && !can_backquote("a\nb") && !can_backquote("a`b"));
    }
}
