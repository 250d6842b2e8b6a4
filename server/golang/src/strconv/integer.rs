//! Integers (`strconv/atoi.go`).

use std::fmt;

use super::quote;

/// Go's `*strconv.NumError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumError {
    function: &'static str,
    text: Vec<u8>,
    /// Whether the text is a number that is too large, rather than no number.
    pub out_of_range: bool,
}

impl NumError {
    pub(super) fn syntax(function: &'static str, text: &[u8]) -> Self {
        Self { function, text: text.to_owned(), out_of_range: false }
    }

    pub(super) fn range(function: &'static str, text: &[u8]) -> Self {
        Self { function, text: text.to_owned(), out_of_range: true }
    }
}

impl fmt::Display for NumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.out_of_range { "value out of range" } else { "invalid syntax" };
        write!(f, "strconv.{}: parsing {}: {what}", self.function, quote(&self.text))
    }
}

impl std::error::Error for NumError {}

/// `strconv.ParseInt` with 64 bits; base 0 takes prefixes (`0x`, `0o`, `0b`, `0`) and underscores.
pub fn parse_int(text: &[u8], base: u32) -> Result<i64, NumError> {
    let (negative, digits) = match text.first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let magnitude =
        unsigned(digits, base, "ParseInt").map_err(|error| NumError { text: text.to_owned(), ..error })?;
    let value = if negative { -i128::from(magnitude) } else { i128::from(magnitude) };
    i64::try_from(value).map_err(|_| NumError::range("ParseInt", text))
}

/// `strconv.ParseUint` with 64 bits.
pub fn parse_uint(text: &[u8], base: u32) -> Result<u64, NumError> {
    unsigned(text, base, "ParseUint")
}

fn unsigned(text: &[u8], base: u32, function: &'static str) -> Result<u64, NumError> {
    let syntax = || NumError::syntax(function, text);
    let (radix, digits) = match (base, text) {
        (0, [b'0', b'x' | b'X', rest @ ..]) => (16, rest),
        (0, [b'0', b'o' | b'O', rest @ ..]) => (8, rest),
        (0, [b'0', b'b' | b'B', rest @ ..]) => (2, rest),
        (0, [b'0', rest @ ..]) if !rest.is_empty() => (8, rest),
        (0, _) => (10, text),
        (base, _) => (base, text),
    };
    if digits.is_empty() {
        return Err(syntax());
    }
    let mut value: u64 = 0;
    for &byte in digits {
        if byte == b'_' && base == 0 {
            continue;
        }
        let digit = char::from(byte).to_digit(radix).ok_or_else(syntax)?;
        // Go does not look at what follows a number that is too large.
        value = value
            .checked_mul(u64::from(radix))
            .and_then(|it| it.checked_add(u64::from(digit)))
            .ok_or_else(|| NumError::range(function, text))?;
    }
    if base == 0 && !underscores_are_fine(text) {
        return Err(syntax());
    }
    Ok(value)
}

/// Underscores stand between digits, or between a base prefix and a digit.
pub(super) fn underscores_are_fine(text: &[u8]) -> bool {
    let prefix = if text.len() >= 2 && text[0] == b'0' { text[1].to_ascii_lowercase() } else { 0 };
    let prefixed = matches!(prefix, b'x' | b'o' | b'b');
    let mut last = if prefixed { b'0' } else { b'^' };
    for byte in &text[if prefixed { 2 } else { 0 }..] {
        let now = match byte {
            b'_' => b'_',
            byte if byte.is_ascii_digit() || prefix == b'x' && byte.is_ascii_hexdigit() => b'0',
            _ => b'!',
        };
        if now == b'_' && last != b'0' || last == b'_' && now != b'0' {
            return false;
        }
        last = now;
    }
    last != b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases() {
        assert_eq!(parse_int(b"0755", 0), Ok(493));
        assert_eq!(parse_int(b"-0x1F", 0), Ok(-31));
        assert_eq!(parse_int(b"0b101", 0), Ok(5));
        assert_eq!(parse_int(b"1_000", 0), Ok(1000));
        assert_eq!(parse_int(b"0755", 10), Ok(755));
        assert_eq!(parse_int(b"0", 0), Ok(0));
        assert_eq!(parse_int(b"-9223372036854775808", 10), Ok(i64::MIN));
    }

    #[test]
    fn errors_are_gos() {
        let text = |it: &[u8], base| parse_int(it, base).unwrap_err().to_string();
        assert_eq!(text(b"08", 0), "strconv.ParseInt: parsing \"08\": invalid syntax");
        assert_eq!(text(b"-", 10), "strconv.ParseInt: parsing \"-\": invalid syntax");
        assert_eq!(
            text(b"9223372036854775808", 10),
            "strconv.ParseInt: parsing \"9223372036854775808\": value out of range"
        );
        assert!(
            parse_int(b"1__0", 0).is_err() && parse_int(b"_1", 0).is_err() && parse_int(b"1_0", 10).is_err()
        );
    }
}
