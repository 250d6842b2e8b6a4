//! Characters and classes of a Go pattern: `[…]`, `\d`, `\p{Greek}`, `[:alnum:]`, `\x{41}`.

use super::translate::error;

/// Go's `\d`, `\s` and `\w`, which are ASCII, as the inside of a class.
fn perl(letter: char) -> Option<&'static str> {
    Some(match letter {
        'd' => "0-9",
        's' => r"\x09\x0A\x0C\x0D\x20",
        'w' => "0-9A-Za-z_",
        _ => return None,
    })
}

/// The names of POSIX as the inside of a class.
fn posix(name: &str) -> Option<&'static str> {
    Some(match name {
        "alnum" => "0-9A-Za-z",
        "alpha" => "A-Za-z",
        "ascii" => r"\x00-\x7F",
        "blank" => r"\x09\x20",
        "cntrl" => r"\x00-\x1F\x7F",
        "digit" => "0-9",
        "graph" => r"\x21-\x7E",
        "lower" => "a-z",
        "print" => r"\x20-\x7E",
        "punct" => r"\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E",
        "space" => r"\x09-\x0D\x20",
        "upper" => "A-Z",
        "word" => "0-9A-Za-z_",
        "xdigit" => "0-9A-Fa-f",
        _ => return None,
    })
}

fn group(inside: &str, negated: bool) -> String {
    format!("[{}{inside}]", if negated { "^" } else { "" })
}

/// Puts the flag for folding case around a piece of a pattern.
fn folded(text: String, fold_case: bool) -> String {
    if fold_case { format!("(?i:{text})") } else { text }
}

/// One character that stands for itself. Surrogates, which Go allows to be named, match nothing.
pub(super) fn literal(code: u32, fold_case: bool) -> String {
    let Some(it) = char::from_u32(code) else { return r"[^\x00-\x{10FFFF}]".to_owned() };
    folded(spell(it), fold_case && (it.is_alphabetic() || !it.is_ascii()))
}

fn spell(it: char) -> String {
    if it.is_ascii_alphanumeric() || !(it.is_ascii() || it.is_control() || it.is_whitespace()) {
        it.to_string()
    } else if it.is_ascii() {
        format!(r"\x{:02X}", it as u32)
    } else {
        format!(r"\x{{{:X}}}", it as u32)
    }
}

/// `\d`, `\P{Greek}` and the like at the start of the text: the class and how much of the text it is.
pub(super) fn escaped(text: &str, fold_case: bool) -> Result<Option<(String, usize)>, String> {
    let Some(letter) = text[1..].chars().next() else { return Ok(None) };
    if let Some(inside) = perl(letter.to_ascii_lowercase()) {
        return Ok(Some((folded(group(inside, letter.is_ascii_uppercase()), fold_case), 2)));
    }
    if matches!(letter, 'p' | 'P') {
        let (class, len) = unicode(text)?;
        return Ok(Some((folded(class, fold_case), len)));
    }
    Ok(None)
}

/// `\pL`, `\p{Greek}`, `\P{^Greek}`.
fn unicode(text: &str) -> Result<(String, usize), String> {
    let Some(first) = text[2..].chars().next() else {
        return Err(error("invalid character class range", text));
    };
    let (name, len) = if first == '{' {
        let end = text.find('}').ok_or_else(|| error("invalid character class range", text))?;
        (&text[3..end], end + 1)
    } else {
        (&text[2..2 + first.len_utf8()], 2 + first.len_utf8())
    };
    let (name, inverted) = name.strip_prefix('^').map_or((name, false), |name| (name, true));
    let class = unicode_table(name).ok_or_else(|| error("invalid character class range", &text[..len]))?;
    let letter = if text.starts_with(r"\P") == inverted { 'p' } else { 'P' };
    Ok((format!(r"\{letter}{{{class}}}"), len))
}

/// How the `regex` crate calls a category or script that Go knows. Other properties of Unicode Go knows not.
fn unicode_table(name: &str) -> Option<String> {
    if !name.bytes().all(|it| it.is_ascii_alphabetic() || matches!(it, b'_' | b'-' | b' ')) {
        return None;
    }
    if ["any", "assigned", "ascii"].contains(&name.to_ascii_lowercase().as_str()) {
        return Some(name.to_owned());
    }
    let known = |class: &String| regex_syntax::parse(&format!(r"\p{{{class}}}")).is_ok();
    ["gc", "sc"].iter().map(|kind| format!("{kind}={name}")).find(known)
}

/// A bracketed class at the start of the text, and how much of the text it is.
pub(super) fn bracketed(text: &str, fold_case: bool) -> Result<(String, usize), String> {
    let mut out = String::from("[");
    let mut at = 1;
    if text[at..].starts_with('^') {
        out.push('^');
        at += 1;
    }
    let mut first = true;
    while first || !text[at..].starts_with(']') {
        first = false;
        let rest = &text[at..];
        let named = match named(rest)? {
            Some(found) => Some(found),
            None if rest.starts_with('\\') => escaped(rest, false)?,
            None => None,
        };
        let (piece, len) = match named {
            Some(found) => found,
            None => range(text, at)?,
        };
        out.push_str(plain_inside(&piece));
        at += len;
    }
    // An empty class would not be one in the `regex` crate; only surrogates can make one.
    if out == "[" || out == "[^" {
        out.push_str(r"&&\x00");
    }
    out.push(']');
    Ok((folded(out, fold_case), at + 1))
}

/// `[0-9]` as `0-9`: a class that is not negated needs no brackets inside another.
fn plain_inside(class: &str) -> &str {
    match class.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
        Some(inside) if !inside.starts_with('^') => inside,
        _ => class,
    }
}

/// `[:alpha:]`, `[:^alpha:]`; `[:` without `:]` after it is a bracket and a colon.
fn named(text: &str) -> Result<Option<(String, usize)>, String> {
    let Some(end) = text.strip_prefix("[:").filter(|it| !it.is_empty()).and_then(|it| it.find(":]")) else {
        return Ok(None);
    };
    let (name, len) = (&text[2..2 + end], end + 4);
    let (plain, negated) = name.strip_prefix('^').map_or((name, false), |name| (name, true));
    let inside = posix(plain).ok_or_else(|| error("invalid character class range", &text[..len]))?;
    Ok(Some((group(inside, negated), len)))
}

/// A character or a range of them at `at` in the class.
fn range(class: &str, at: usize) -> Result<(String, usize), String> {
    let (low, mut len) = character(class, at)?;
    let mut high = low;
    let rest = &class[at + len..];
    if rest.len() >= 2 && rest.starts_with('-') && !rest.starts_with("-]") {
        let (found, high_len) = character(class, at + len + 1)?;
        high = found;
        len += 1 + high_len;
        if high < low {
            return Err(error("invalid character class range", &class[at..at + len]));
        }
    }
    Ok((spell_range(low, high), len))
}

fn spell_range(low: u32, high: u32) -> String {
    // Go lets ranges begin and end between the surrogates, where no character lies.
    let low = char::from_u32(low).unwrap_or('\u{E000}');
    let high = char::from_u32(high).unwrap_or('\u{D7FF}');
    match low.cmp(&high) {
        std::cmp::Ordering::Less => format!("{}-{}", spell(low), spell(high)),
        std::cmp::Ordering::Equal => spell(low),
        std::cmp::Ordering::Greater => String::new(),
    }
}

fn character(class: &str, at: usize) -> Result<(u32, usize), String> {
    let rest = &class[at..];
    match rest.chars().next() {
        None => Err(error("missing closing ]", class)),
        Some('\\') => escape(rest),
        Some(it) => Ok((it as u32, it.len_utf8())),
    }
}

/// An escape that stands for one character: its code and length.
pub(super) fn escape(text: &str) -> Result<(u32, usize), String> {
    let Some(letter) = text[1..].chars().next() else {
        return Err(error("trailing backslash at end of expression", ""));
    };
    let after = 1 + letter.len_utf8();
    let code = match letter {
        '1'..='7' if !text[after..].starts_with(|it| ('0'..='7').contains(&it)) => None,
        '0'..='7' => {
            let digits = text[1..].bytes().take(3).take_while(|it| (b'0'..=b'7').contains(it)).count();
            return Ok((u32::from_str_radix(&text[1..=digits], 8).unwrap_or_default(), 1 + digits));
        }
        'x' => return hexadecimal(text),
        'a' => Some('\x07'),
        'f' => Some('\x0c'),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        'v' => Some('\x0b'),
        it if it.is_ascii() && !it.is_ascii_alphanumeric() => Some(it),
        _ => None,
    };
    let code = code.ok_or_else(|| error("invalid escape sequence", &text[..after]))?;
    Ok((code as u32, after))
}

/// `\x41` or `\x{1F600}`. The complaint shows what Go had read when it gave up.
fn hexadecimal(text: &str) -> Result<(u32, usize), String> {
    let bad = |len: usize| error("invalid escape sequence", &text[..len.min(text.len())]);
    let rest = &text[2..];
    let Some(inside) = rest.strip_prefix('{') else {
        let len: usize = rest.chars().take(2).map(char::len_utf8).sum();
        let digits = rest.get(..2).filter(|it| it.bytes().all(|it| it.is_ascii_hexdigit()));
        let digits = digits.ok_or_else(|| bad(2 + len))?;
        return Ok((u32::from_str_radix(digits, 16).unwrap_or_default(), 4));
    };
    let mut code = 0;
    for (at, it) in inside.char_indices() {
        let end = 3 + at + it.len_utf8();
        match it.to_digit(16) {
            Some(digit) if code * 16 + digit <= 0x10_ffff => code = code * 16 + digit,
            None if it == '}' && at > 0 => return Ok((code, end)),
            _ => return Err(bad(end)),
        }
    }
    Err(bad(text.len()))
}
