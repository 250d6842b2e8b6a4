//! Floats. The digits are found by Rust, which like Go prints the shortest that read back as the same number;
//! the layout is Go's (`strconv/ftoa.go`).

use super::NumError;

/// Significant digits and the place of the decimal point: `0.d₁d₂… × 10^point`.
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

/// `strconv.FormatFloat`: `format` is one of `e E f F g G`, a negative `precision` asks for the shortest text
/// that reads back as the same number of that many `bits` (32 or 64).
pub fn format_float(value: f64, format: u8, precision: i32, bits: u32) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let text = match format.to_ascii_lowercase() {
        b'e' => {
            let decimal = scientific(value.abs(), precision.max(-1) + i32::from(precision >= 0), bits);
            let fraction = if precision < 0 { decimal.digits.len() as i32 - 1 } else { precision };
            exponent_form(&decimal, fraction, format)
        }
        b'f' => plain_form(value.abs(), precision, bits),
        _ => general_form(value.abs(), precision, format, bits),
    };
    format!("{sign}{text}")
}

/// The digits: the shortest that do for a `precision` below 1, else rounded to as many, trailing zeros cut.
fn scientific(value: f64, precision: i32, bits: u32) -> Decimal {
    let text = match precision {
        ..=0 if bits == 32 => format!("{:e}", value as f32),
        ..=0 => format!("{value:e}"),
        _ if bits == 32 => format!("{:.*e}", precision as usize - 1, value as f32),
        _ => format!("{:.*e}", precision as usize - 1, value),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    while digits.len() > 1 && digits.last() == Some(&b'0') {
        digits.pop();
    }
    if digits == b"0" {
        return Decimal { digits: Vec::new(), point: 0 };
    }
    Decimal { digits, point: exponent.parse::<i32>().unwrap_or(0) + 1 }
}

/// `d.ddde±dd`
fn exponent_form(decimal: &Decimal, fraction: i32, format: u8) -> String {
    let digit = |at: usize| char::from(decimal.digits.get(at).copied().unwrap_or(b'0'));
    let mut text = String::from(digit(0));
    if fraction > 0 {
        text.push('.');
        text.extend((1..=fraction as usize).map(digit));
    }
    let exponent = if decimal.digits.is_empty() { 0 } else { decimal.point - 1 };
    let letter = if format.is_ascii_uppercase() { 'E' } else { 'e' };
    let sign = if exponent < 0 { '-' } else { '+' };
    text + &format!("{letter}{sign}{:02}", exponent.abs())
}

/// `ddd.ddd`
fn plain_form(value: f64, precision: i32, bits: u32) -> String {
    match precision {
        ..0 if bits == 32 => format!("{}", value as f32),
        ..0 => format!("{value}"),
        _ if bits == 32 => format!("{:.*}", precision as usize, value as f32),
        _ => format!("{:.*}", precision as usize, value),
    }
}

fn general_form(value: f64, precision: i32, format: u8, bits: u32) -> String {
    let shortest = precision < 0;
    let wanted = if precision == 0 { 1 } else { precision };
    let decimal = scientific(value, if shortest { 0 } else { wanted }, bits);
    let count = decimal.digits.len() as i32;
    let mut limit = wanted;
    if limit > count && count >= decimal.point {
        limit = count;
    }
    if shortest {
        limit = 6;
    }
    let exponent = decimal.point - 1;
    if exponent < -4 || exponent >= limit {
        let digits = if shortest || wanted > count { count } else { wanted };
        // Go names the letter of the exponent after that of the format.
        return exponent_form(&decimal, digits - 1, format + b'e' - b'g');
    }
    fixed(&decimal)
}

/// All digits without an exponent.
fn fixed(decimal: &Decimal) -> String {
    let digit =
        |at: i32| usize::try_from(at).ok().and_then(|at| decimal.digits.get(at)).copied().unwrap_or(b'0');
    let mut text = String::new();
    if decimal.point > 0 {
        text.extend((0..decimal.point).map(|at| char::from(digit(at))));
    } else {
        text.push('0');
    }
    let fraction = decimal.digits.len() as i32 - decimal.point;
    if fraction > 0 {
        text.push('.');
        text.extend((0..fraction).map(|at| char::from(digit(decimal.point + at))));
    }
    text
}

/// `strconv.ParseFloat` with 64 bits: also `inf`, `nan`, hexadecimal, and `_` where a base prefix allows it.
pub fn parse_float(text: &[u8]) -> Result<f64, NumError> {
    let syntax = || NumError::syntax("ParseFloat", text);
    let whole = std::str::from_utf8(text).map_err(|_| syntax())?;
    let (sign, body) = match whole.as_bytes().first() {
        Some(b'-') => (-1.0, &whole[1..]),
        Some(b'+') => (1.0, &whole[1..]),
        _ => (1.0, whole),
    };
    match body.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => return Ok(sign * f64::INFINITY),
        "nan" => return Ok(f64::NAN),
        lower if lower.starts_with("0x") => {
            return hexadecimal(&lower[2..]).map(|it| sign * it).ok_or_else(syntax);
        }
        _ => {}
    }
    // Rust reads what Go reads here, but for words and underscores.
    let plain = body.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    let starts = body.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    if !plain || !starts {
        return Err(syntax());
    }
    let value: f64 = body.parse().map_err(|_| syntax())?;
    if value.is_infinite() {
        return Err(NumError::range("ParseFloat", text));
    }
    Ok(sign * value)
}

/// `hh.hhp±dd`, rounded once; the exponent is not optional.
fn hexadecimal(text: &str) -> Option<f64> {
    let (mantissa, exponent) = text.split_once('p')?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: String = [whole, fraction].concat().replace('_', "");
    if digits.is_empty() || digits.len() > 15 {
        return None;
    }
    let value = u64::from_str_radix(&digits, 16).ok()? as f64;
    let exponent: i32 = exponent.parse().ok()?;
    Some(value * 2f64.powi(exponent - 4 * fraction.replace('_', "").len() as i32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn shortest(value: f64, want: &str) {
        assert_eq!(format_float(value, b'g', -1, 64), want);
    }

    #[test]
    fn general_form_switches_at_six_digits() {
        shortest(0.0, "0");
        shortest(999_999.0, "999999");
        shortest(1_000_000.0, "1e+06");
        shortest(12_345_678.0, "1.2345678e+07");
        shortest(1_234_567.5, "1.2345675e+06");
        shortest(0.0001, "0.0001");
        shortest(0.00001, "1e-05");
        shortest(-1.5, "-1.5");
        shortest(1e100, "1e+100");
        shortest(f64::INFINITY, "+Inf");
    }

    #[test]
    fn precision_counts_digits() {
        assert_eq!(format_float(2.71928, b'g', 3, 64), "2.72");
        assert_eq!(format_float(1234.0, b'g', 2, 64), "1.2e+03");
        assert_eq!(format_float(100.0, b'g', 5, 64), "100");
        assert_eq!(format_float(2.5, b'f', 0, 64), "2");
        assert_eq!(format_float(1.0, b'e', 6, 64), "1.000000e+00");
        assert_eq!(format_float(12345.678, b'e', -1, 64), "1.2345678e+04");
        assert_eq!(format_float(0.0, b'e', 2, 64), "0.00e+00");
        assert_eq!(format_float(1e21, b'f', -1, 64), "1000000000000000000000");
        assert_eq!(format_float(1e9, b'G', -1, 64), "1E+09");
    }

    #[test]
    fn half_the_bits_have_half_the_digits() {
        assert_eq!(format_float(1.1, b'g', -1, 32), "1.1");
        assert_eq!(format_float(16_777_217.0, b'g', -1, 32), "1.6777216e+07");
    }

    #[test]
    fn reading() {
        assert_eq!(parse_float(b"1e3"), Ok(1000.0));
        assert_eq!(parse_float(b".5"), Ok(0.5));
        assert_eq!(parse_float(b"-Inf"), Ok(f64::NEG_INFINITY));
        assert_eq!(parse_float(b"0x1p-2"), Ok(0.25));
        assert!(parse_float(b"1_0").is_err() && parse_float(b"").is_err() && parse_float(b"infin").is_err());
        let text = parse_float(b"1e999").unwrap_err().to_string();
        assert_eq!(text, "strconv.ParseFloat: parsing \"1e999\": value out of range");
    }
}
