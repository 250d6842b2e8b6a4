//! Numbers of a template, under every type that can hold them.
//!
//! Go's constants have no type until they are used. [`Number`] keeps the value under each type that it fits,
//! and [`Ideal`] says which it takes where nothing else decides.

use golang::strconv;

use super::utf8;

/// A number of a template.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Number {
    /// As a signed integer.
    pub int: Option<i64>,
    /// As an unsigned integer.
    pub uint: Option<u64>,
    /// As a float.
    pub float: Option<f64>,
    /// As a complex number, only if written as one.
    pub complex: Option<(f64, f64)>,
    /// What it is where any type would do.
    pub ideal: Ideal,
}

/// The type of a number by its looks.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Ideal {
    /// None fits: it would be an integer but is too large for one.
    #[default]
    Overflow,
    /// `int`.
    Int(i64),
    /// `float64`.
    Float(f64),
    /// `complex128`.
    Complex(f64, f64),
}

/// The number that a literal means, or Go's words for why it means none.
pub(super) fn number(text: &str) -> Result<Number, String> {
    if text.starts_with('\'') {
        return character(text);
    }
    if let Some(body) = text.strip_suffix('i') {
        if let Some(split) = complex_split(body) {
            let (real, imaginary) = (parse_float(&body[..split]), parse_float(&body[split..]));
            let pair = real.zip(imaginary).ok_or("syntax error scanning complex number")?;
            return Ok(complex(pair.0, pair.1));
        }
        if let Some(imaginary) = parse_float(body) {
            return Ok(complex(0.0, imaginary));
        }
    }
    real(text)
}

fn character(text: &str) -> Result<Number, String> {
    let mut unquoted = Vec::new();
    let rest = strconv::unquote_char(&text.as_bytes()[1..], b'\'', &mut unquoted).ok_or("invalid syntax")?;
    if rest != b"'" {
        return Err(format!("malformed character constant: {text}"));
    }
    // A byte escape such as `\xff` is no UTF-8 and means its own value.
    let value = match unquoted[..] {
        [byte] => u32::from(byte),
        _ => u32::from(utf8::decode(&unquoted).0),
    };
    Ok(Number {
        int: Some(value.into()),
        uint: Some(value.into()),
        float: Some(value.into()),
        complex: None,
        ideal: Ideal::Int(value.into()),
    })
}

/// Where the imaginary part begins: at a sign that is neither the first character nor behind an exponent.
fn complex_split(body: &str) -> Option<usize> {
    let bytes = body.as_bytes();
    let hex = body.trim_start_matches(['+', '-']).to_ascii_lowercase().starts_with("0x");
    let exponent = if hex { [b'p', b'P'] } else { [b'e', b'E'] };
    (1..bytes.len()).rev().find(|&at| matches!(bytes[at], b'+' | b'-') && !exponent.contains(&bytes[at - 1]))
}

/// A complex number, and what else it is if it has no imaginary part.
fn complex(real: f64, imaginary: f64) -> Number {
    let mut number = Number {
        complex: Some((real, imaginary)),
        ideal: Ideal::Complex(real, imaginary),
        ..Number::default()
    };
    if imaginary == 0.0 {
        number.float = Some(real);
        number.int = exact_int(real);
        number.uint = exact_uint(real);
    }
    number
}

fn real(text: &str) -> Result<Number, String> {
    let mut number = Number {
        int: strconv::parse_int(text.as_bytes(), 0).ok(),
        uint: strconv::parse_uint(text.as_bytes(), 0).ok(),
        ..Number::default()
    };
    if number.int == Some(0) {
        number.uint = Some(0); // -0 is no unsigned literal, but its value is one.
    }
    number.float = match (number.int, number.uint) {
        (Some(int), _) => Some(int as f64),
        (None, Some(uint)) => Some(uint as f64),
        (None, None) => parse_float(text),
    };
    let Some(float) = number.float else {
        return Err(format!("illegal number syntax: {}", strconv::quote(text)));
    };
    if number.int.is_none() && number.uint.is_none() {
        if !text.contains(['.', 'e', 'E', 'p', 'P']) {
            return Err(format!("integer overflow: {}", strconv::quote(text)));
        }
        number.int = exact_int(float);
        number.uint = exact_uint(float);
    }
    number.ideal = ideal(text, &number);
    Ok(number)
}

fn ideal(text: &str, number: &Number) -> Ideal {
    let hex_int =
        text.len() > 2 && (text.starts_with("0x") || text.starts_with("0X")) && !text.contains(['p', 'P']);
    match (number.float, number.int) {
        (Some(float), _) if !hex_int && text.contains(['.', 'e', 'E', 'p', 'P']) => Ideal::Float(float),
        (_, Some(int)) => Ideal::Int(int),
        _ => Ideal::Overflow,
    }
}

/// The integer that a float is, if it is one. Out of range, Go's conversion gives the smallest.
fn exact_int(float: f64) -> Option<i64> {
    let in_range = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&float);
    let int = if in_range { float as i64 } else { i64::MIN };
    (int as f64 == float).then_some(int)
}

fn exact_uint(float: f64) -> Option<u64> {
    ((0.0..18_446_744_073_709_551_616.0).contains(&float) && float.fract() == 0.0).then_some(float as u64)
}

fn parse_float(text: &str) -> Option<f64> {
    if !text.contains('_') {
        return strconv::parse_float(text.as_bytes()).ok();
    }
    let text = underscores_ok(text).then(|| text.replace('_', ""))?;
    strconv::parse_float(text.as_bytes()).ok()
}

/// Go's rule: an underscore stands between digits, or between a base's prefix and a digit.
fn underscores_ok(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let unsigned = lower.strip_prefix(['+', '-']).unwrap_or(&lower);
    let prefix = ["0x", "0o", "0b"].into_iter().find(|prefix| unsigned.starts_with(prefix));
    let hex = prefix == Some("0x");
    let digits = &unsigned[prefix.map_or(0, str::len)..];
    let is_digit = |it: char| it.is_ascii_digit() || hex && it.is_ascii_hexdigit();
    // The prefix counts as a digit before the first character, and nothing does behind the last.
    let before = std::iter::once(prefix.is_some()).chain(digits.chars().map(is_digit));
    let behind = digits.chars().skip(1).map(is_digit).chain([false]);
    digits.chars().zip(before).zip(behind).all(|((it, before), behind)| it != '_' || before && behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_take_the_type_of_their_looks() {
        let ideal = |text| number(text).unwrap().ideal;
        assert_eq!(ideal("017"), Ideal::Int(15));
        assert_eq!(ideal("1_000"), Ideal::Int(1000));
        assert_eq!(ideal("0x1F"), Ideal::Int(31));
        assert_eq!(ideal("0b101"), Ideal::Int(5));
        assert_eq!(ideal("1e3"), Ideal::Float(1000.0));
        assert_eq!(ideal("0x1p4"), Ideal::Float(16.0));
        assert_eq!(ideal("'a'"), Ideal::Int(97));
        assert_eq!(ideal("1+2i"), Ideal::Complex(1.0, 2.0));
        assert_eq!(ideal("18446744073709551615"), Ideal::Overflow);
    }

    #[test]
    fn underscores_stand_between_digits() {
        let float = |text| number(text).ok().and_then(|it| it.float);
        assert_eq!(float("0_0_1_2_3.4"), Some(123.4));
        assert_eq!(float("1e1_9"), Some(1e19));
        assert_eq!(float("+0x_1.e_0p+0_2"), Some(7.5));
        assert_eq!(float("1_.5"), None);
        assert_eq!(float("1._5"), None);
        assert_eq!(float("1.5_"), None);
    }

    #[test]
    fn wrong_numbers_are_refused_in_gos_words() {
        assert_eq!(number("1_").unwrap_err(), r#"illegal number syntax: "1_""#);
        assert_eq!(
            number("99999999999999999999").unwrap_err(),
            r#"integer overflow: "99999999999999999999""#
        );
        assert_eq!(number("'ab'").unwrap_err(), "malformed character constant: 'ab'");
        assert_eq!(number("089").unwrap_err(), r#"integer overflow: "089""#);
    }
}
