//! What a plain scalar means: YAML 1.1 as go-yaml v2 has it (`resolve.go`).
//!
//! `yes` is true, `0755` is 493, `1_000` is a number, `08` is 8.0. Dates resolve to times there, and are turned
//! back into strings wherever Helm looks, so here they stay strings.

use golang::strconv::{parse_float, parse_int, parse_uint};

use crate::Value;

const PREFIX: &str = "tag:yaml.org,2002:";

/// A tag that decides what its scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Str,
    Bool,
    Int,
    Float,
    Null,
    Timestamp,
    Binary,
}

impl Tag {
    fn of(tag: &str) -> Option<Self> {
        Some(match tag.strip_prefix(PREFIX)? {
            "str" => Self::Str,
            "bool" => Self::Bool,
            "int" => Self::Int,
            "float" => Self::Float,
            "null" => Self::Null,
            "timestamp" => Self::Timestamp,
            "binary" => Self::Binary,
            _ => return None,
        })
    }

    fn short(self) -> &'static str {
        match self {
            Self::Str => "!!str",
            Self::Bool => "!!bool",
            Self::Int => "!!int",
            Self::Float => "!!float",
            Self::Null => "!!null",
            Self::Timestamp => "!!timestamp",
            Self::Binary => "!!binary",
        }
    }
}

/// Resolves a scalar. `implicit` says that it is plain and without a tag.
pub(crate) fn resolve(tag: Option<&str>, text: &str, implicit: bool) -> Result<Value, String> {
    let string = || Ok(Value::String(text.into()));
    let Some(tag) = tag.filter(|it| !it.is_empty()) else {
        return if implicit { Ok(plain(text)) } else { string() };
    };
    let Some(tag) = Tag::of(tag) else { return string() };
    match tag {
        Tag::Str => return string(),
        Tag::Binary => return binary(text),
        Tag::Bool | Tag::Int | Tag::Float | Tag::Null | Tag::Timestamp => {}
    }
    let value = plain(text);
    let found = match &value {
        Value::Null => Tag::Null,
        Value::Bool(_) => Tag::Bool,
        Value::Int(_) | Value::Uint(_) => Tag::Int,
        Value::Float(_) => Tag::Float,
        Value::String(_) | Value::List(_) | Value::Map(_) => Tag::Str,
    };
    match (tag, value) {
        (wanted, value) if wanted == found => Ok(value),
        (Tag::Float, Value::Int(it)) => Ok(Value::Float(it as f64)),
        (Tag::Timestamp, Value::String(it)) if looks_like_date(text) => Ok(Value::String(it)),
        _ => Err(format!("cannot decode {} `{text}` as a {}", found.short(), tag.short())),
    }
}

/// A plain scalar without a tag.
pub(crate) fn plain(text: &str) -> Value {
    let string = || Value::String(text.into());
    let Some(first) = text.bytes().next() else { return Value::Null };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => {
            word(text).unwrap_or_else(string)
        }
        b'.' => {
            word(text).or_else(|| parse_float(text.as_bytes()).ok().map(Value::Float)).unwrap_or_else(string)
        }
        b'+' | b'-' | b'0'..=b'9' => word(text).or_else(|| number(text)).unwrap_or_else(string),
        _ => string(),
    }
}

fn word(text: &str) -> Option<Value> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Value::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Value::Null,
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

fn number(text: &str) -> Option<Value> {
    let without = text.replace('_', "");
    let plain = without.as_bytes();
    if let Ok(it) = parse_int(plain, 0) {
        return Some(Value::Int(it));
    }
    if let Ok(it) = parse_uint(plain, 0) {
        return Some(Value::Uint(it));
    }
    if is_float(plain)
        && let Ok(it) = parse_float(plain)
    {
        return Some(Value::Float(it));
    }
    // A sign behind the prefix passes here: `0b-1`.
    let digits = match without.strip_prefix("-0b") {
        Some(digits) => format!("-{digits}"),
        None => without.strip_prefix("0b")?.to_owned(),
    };
    parse_int(digits.as_bytes(), 2).map(Value::Int).ok()
}

/// A boolean to YAML 1.1 and no longer to 1.2.
pub(crate) fn is_old_bool(text: &str) -> bool {
    let new = matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE");
    !new && matches!(word(text), Some(Value::Bool(_)))
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`
fn is_float(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let text = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
    let whole = digits(text);
    let mut rest = &text[whole..];
    if let Some(after) = rest.strip_prefix(b".") {
        let fraction = digits(after);
        if whole == 0 && fraction == 0 {
            return false;
        }
        rest = &after[fraction..];
    } else if whole == 0 {
        return false;
    }
    let Some(exponent) = rest.strip_prefix(b"e").or_else(|| rest.strip_prefix(b"E")) else {
        return rest.is_empty();
    };
    let exponent = exponent.strip_prefix(b"-").or_else(|| exponent.strip_prefix(b"+")).unwrap_or(exponent);
    !exponent.is_empty() && digits(exponent) == exponent.len()
}

/// Numbers in base 60 are strings to go-yaml, but it quotes them for those who read them otherwise.
/// `^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`
pub(crate) fn is_base60(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let Some((first, rest)) = text.split_once(':') else { return false };
    let (rest, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let underscored = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let part = |part: &str| match part.as_bytes() {
        [one] => one.is_ascii_digit(),
        [ten, one] => (b'0'..=b'5').contains(ten) && one.is_ascii_digit(),
        _ => false,
    };
    first.starts_with(|it: char| it.is_ascii_digit())
        && underscored(first)
        && underscored(fraction)
        && rest.split(':').all(part)
}

/// Whether go-yaml's `parseTimestamp` would take it: a date, perhaps with a time behind it.
pub(crate) fn looks_like_date(text: &str) -> bool {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((text.as_bytes()[at], &text[at + 1..]))),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let (Some(year), Some(month), Some(day), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let number = |text: &str, most: usize, range: std::ops::RangeInclusive<u32>| {
        let digits = !text.is_empty() && text.len() <= most && text.bytes().all(|it| it.is_ascii_digit());
        text.parse().ok().filter(|it| digits && range.contains(it))
    };
    let (Some(year), Some(month)) =
        (number(year, 4, 0..=9999).filter(|_| year.len() == 4), number(month, 2, 1..=12))
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = [31, 28 + u32::from(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month as usize - 1];
    if number(day, 2, 1..=days).is_none() {
        return false;
    }
    let Some((separator, time)) = time else { return true };
    let zone_at = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(zone_at);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let mut parts = clock.split(':');
    let mut part = |limit| parts.next().is_some_and(|it| number(it, 2, 0..=limit).is_some());
    let whole = part(23) && part(59) && part(59) && parts.next().is_none();
    let fine = whole && !fraction.is_empty() && fraction.bytes().all(|it| it.is_ascii_digit());
    let zoned = match zone.as_bytes() {
        [] => separator == b' ',
        b"Z" => separator != b' ',
        [b'+' | b'-', a, b, b':', c, d] => {
            separator != b' ' && [a, b, c, d].iter().all(|it| it.is_ascii_digit())
        }
        _ => false,
    };
    fine && zoned
}

/// `!!binary`: base64, decoded; what is no UTF-8 does not survive the JSON step behind it.
fn binary(text: &str) -> Result<Value, String> {
    let wrong = || "!!binary value contains invalid base64 data".to_owned();
    let mut bits: u32 = 0;
    let mut count = 0;
    let mut bytes = Vec::new();
    let body: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    let padding = body.iter().rev().take_while(|byte| **byte == b'=').count();
    if !body.len().is_multiple_of(4) || padding > 2 {
        return Err(wrong());
    }
    for byte in &body[..body.len() - padding] {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return Err(wrong()),
        };
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    Ok(Value::String(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: &str) {
        assert_eq!(format!("{:?}", plain(text)), want, "{text}");
    }

    #[test]
    fn yaml_1_1() {
        check("yes", "Bool(true)");
        check("Off", "Bool(false)");
        check("~", "Null");
        check("0755", "Int(493)");
        check("0o17", "Int(15)");
        check("-0b11", "Int(-3)");
        check("1_000", "Int(1000)");
        check("08", "Float(8.0)");
        check("1e3", "Float(1000.0)");
        check(".5", "Float(0.5)");
        check("1.", "Float(1.0)");
        check("18446744073709551615", "Uint(18446744073709551615)");
        check("1:30", "String(\"1:30\")");
        check("2001-01-01", "String(\"2001-01-01\")");
        check("1e400", "String(\"1e400\")");
        check("tRue", "String(\"tRue\")");
        check("-", "String(\"-\")");
    }

    #[test]
    fn tags() {
        let tagged = |tag: &str, text| resolve(Some(&format!("{PREFIX}{tag}")), text, false);
        assert_eq!(tagged("str", "1").unwrap().as_str(), Some("1"));
        assert_eq!(tagged("binary", "aGk=").unwrap().as_str(), Some("hi"));
        assert!(matches!(tagged("float", "1"), Ok(Value::Float(1.0))));
        assert_eq!(tagged("int", "a").unwrap_err(), "cannot decode !!str `a` as a !!int");
    }

    #[test]
    fn base60() {
        assert!(is_base60("190:20:30") && is_base60("1:30.5") && !is_base60("1:70") && !is_base60("a:1"));
    }
}
