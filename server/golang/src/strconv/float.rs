//! Floats. The digits are found by Rust, which like Go prints the shortest that read back as the same number;
//! the layout is Go's (`strconv/ftoa.go`).

use super::NumError;
use super::integer::underscores_are_fine;

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
    if format == b'g' && precision < 0 && value.abs() < 1e6 && value.fract() == 0.0 && value != 0.0 {
        return (value as i64).to_string(); // most numbers are small and whole
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
    if precision > 0 {
        return rounded(value, precision as usize, bits);
    }
    let text = if bits == 32 { format!("{:e}", value as f32) } else { format!("{value:e}") };
    let shortest = digits_of(&text);
    // Of two texts that are equally near Rust takes the upper one, Go the even one. There can be two only among
    // the longest.
    let count = shortest.digits.len();
    if count >= if bits == 32 { 6 } else { 15 } {
        let even = rounded(value, count, bits);
        if even.digits != shortest.digits && reads_back(&even, value, bits) {
            return even;
        }
    }
    shortest
}

/// So many digits, the last one rounded to even, trailing zeros cut.
fn rounded(value: f64, count: usize, bits: u32) -> Decimal {
    let text = if bits == 32 {
        format!("{:.*e}", count - 1, value as f32)
    } else {
        format!("{value:.*e}", count - 1)
    };
    digits_of(&text)
}

fn reads_back(decimal: &Decimal, value: f64, bits: u32) -> bool {
    let text = exponent_form(decimal, decimal.digits.len() as i32 - 1, b'e');
    if bits == 32 { text.parse() == Ok(value as f32) } else { text.parse() == Ok(value) }
}

/// What Rust writes with an exponent.
fn digits_of(text: &str) -> Decimal {
    let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
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
        ..0 => fixed(&scientific(value, precision, bits)),
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

/// `strconv.ParseFloat` with 64 bits: also `inf`, `nan`, hexadecimal, and `_` between digits.
pub fn parse_float(text: &[u8]) -> Result<f64, NumError> {
    let syntax = || NumError::syntax("ParseFloat", text);
    let whole = std::str::from_utf8(text).map_err(|_| syntax())?;
    let (sign, body) = match whole.as_bytes().first() {
        Some(b'-') => (-1.0, &whole[1..]),
        Some(b'+') => (1.0, &whole[1..]),
        _ => (1.0, whole),
    };
    if whole.eq_ignore_ascii_case("nan") {
        return Ok(f64::NAN);
    }
    if body.eq_ignore_ascii_case("inf") || body.eq_ignore_ascii_case("infinity") {
        return Ok(sign * f64::INFINITY);
    }
    if body.contains('_') && !underscores_are_fine(body.as_bytes()) {
        return Err(syntax());
    }
    let lower = body.replace('_', "").to_ascii_lowercase();
    let value = match lower.strip_prefix("0x") {
        Some(digits) => hexadecimal(digits).ok_or_else(syntax)?,
        None => decimal(&lower).ok_or_else(syntax)?,
    };
    if value.is_infinite() {
        return Err(NumError::range("ParseFloat", text));
    }
    Ok(sign * value)
}

/// Rust reads what Go reads here, but for words.
fn decimal(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'+' | b'-'));
    let starts = text.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    text.parse().ok().filter(|_| plain && starts)
}

/// `hh.hhp±dd`; the exponent is not optional.
fn hexadecimal(text: &str) -> Option<f64> {
    // Sixteen digits are more than a float can hold; of the rest it counts only whether there is one.
    const KEPT: usize = 16;
    let (mantissa, exponent) = text.split_once('p')?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.len() + fraction.len() == 0 || !exponent.ends_with(|last: char| last.is_ascii_digit()) {
        return None;
    }
    let (mut value, mut kept, mut dropped, mut lost) = (0_u64, 0, 0, false);
    for byte in whole.bytes().chain(fraction.bytes()) {
        let digit = char::from(byte).to_digit(16)?;
        if kept < KEPT {
            value = value << 4 | u64::from(digit);
            kept += usize::from(value > 0);
        } else {
            dropped += 1;
            lost |= digit > 0;
        }
    }
    // What does not fit an `i64` is as good as endless.
    let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let limit = if exponent.starts_with('-') { -1_000_000 } else { 1_000_000 };
    let exponent = exponent.parse().unwrap_or(limit).clamp(-1_000_000, 1_000_000);
    Some(scaled(value, lost, exponent + 4 * (dropped - fraction.len() as i64)))
}

/// `value × 2^exponent`, rounded once, to even; `lost` says that a little more than `value` is meant.
fn scaled(value: u64, lost: bool, exponent: i64) -> f64 {
    if value == 0 {
        return 0.0;
    }
    let shift = value.leading_zeros();
    // The number is 1.xxx × 2^top now.
    let (value, top) = (value << shift, exponent - i64::from(shift) + 63);
    if top > 1023 {
        return f64::INFINITY;
    }
    // Below 2^-1022 fewer bits are left.
    let cut = (11 + (-1022 - top).max(0)).min(65) as u32;
    let wide = u128::from(value);
    let (kept, rest) = (wide >> cut, wide & ((1 << cut) - 1));
    let half = 1_u128 << (cut - 1);
    let up = rest > half || rest == half && (lost || kept & 1 == 1);
    let rounded = kept as u64 + u64::from(up);
    // The bits of a float count on through its exponents: rounding up carries into the next one.
    let biased = (top + 1022).max(0) as u64;
    let bits = if top >= -1022 { (biased << 52) + rounded } else { rounded };
    f64::from_bits(bits)
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
    fn of_two_equally_near_the_even_one() {
        shortest(250_910_857_439_689.0 + 0.125, "2.5091085743968912e+14");
        assert_eq!(format_float(676_007_174_605_294.0 + 0.25, b'f', -1, 64), "676007174605294.2");
    }

    #[test]
    fn reading() {
        assert_eq!(parse_float(b"1e3"), Ok(1000.0));
        assert_eq!(parse_float(b".5"), Ok(0.5));
        assert_eq!(parse_float(b"-Inf"), Ok(f64::NEG_INFINITY));
        assert_eq!(parse_float(b"0x1p-2"), Ok(0.25));
        assert_eq!(parse_float(b"1_0"), Ok(10.0));
        for wrong in ["", "infin", "+nan", "1__0", "_1", "1_", "0x1", "0x.p1", "1e", "0x1p", "0x1p+"] {
            assert!(parse_float(wrong.as_bytes()).is_err(), "{wrong}");
        }
        let text = parse_float(b"1e999").unwrap_err().to_string();
        assert_eq!(text, "strconv.ParseFloat: parsing \"1e999\": value out of range");
    }

    #[test]
    fn hexadecimal_floats_are_rounded_once() {
        assert_eq!(parse_float(b"0x1.fffffffffffff8p0"), Ok(2.0));
        assert_eq!(parse_float(b"0x1.fffffffffffff7fffffffp0"), Ok(1.999_999_999_999_999_8));
        assert_eq!(parse_float(b"0x10000000000000800000p-4"), Ok(f64::from_bits(0x4470_0000_0000_0000)));
        assert_eq!(parse_float(b"0x10000000000000800001p-4"), Ok(f64::from_bits(0x4470_0000_0000_0001)));
        assert_eq!(parse_float(b"0x1p-1074"), Ok(f64::from_bits(1)));
        assert_eq!(parse_float(b"0x1p-1075"), Ok(0.0));
        assert_eq!(parse_float(b"0x1.8p-1075"), Ok(f64::from_bits(1)));
        assert_eq!(parse_float(b"-0x_1_0p0"), Ok(-16.0));
        assert!(parse_float(b"0x1p1024").unwrap_err().out_of_range);
        assert!(parse_float(b"0x1p99999999999999999999").unwrap_err().out_of_range);
    }
}
