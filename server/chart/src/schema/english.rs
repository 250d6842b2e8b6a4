//! Numbers and quotes as the Go library prints them: numbers go through x/text's English printer.

use golang::strconv;

/// `%d`: `1,234,567`.
pub(super) fn integer(value: usize) -> String {
    group(&value.to_string())
}

/// `%v` of a float: grouped up to a million, powers of ten in superscripts beyond.
pub(super) fn float(value: f64) -> String {
    let shortest = strconv::format_float(value.abs(), b'e', -1, 64);
    let sign = if value < 0.0 { "-" } else { "" };
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if value != 0.0 && !(-4..6).contains(&exponent) {
        return format!("{sign}{mantissa}×10{}", superscript(exponent));
    }
    let plain = strconv::format_float(value.abs(), b'f', -1, 64);
    match plain.split_once('.') {
        Some((whole, fraction)) => format!("{sign}{}.{fraction}", group(whole)),
        None => format!("{sign}{}", group(&plain)),
    }
}

fn group(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn superscript(exponent: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let sign = if exponent < 0 { "⁻" } else { "" };
    let digits = format!("{:02}", exponent.unsigned_abs());
    let digits: String = digits.bytes().map(|digit| DIGITS[usize::from(digit - b'0')]).collect();
    format!("{sign}{digits}")
}

/// In single quotes, with Go's escapes.
pub(super) fn quote(text: &str) -> String {
    let quoted = strconv::quote(text);
    let inner = &quoted[1..quoted.len() - 1];
    format!("'{}'", inner.replace("\\\"", "\"").replace('\'', "\\'"))
}

/// Several, each in quotes.
pub(super) fn quote_all<T: AsRef<str>>(texts: &[T]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quote(text.as_ref())).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats() {
        for (value, want) in [
            (0.0, "0"),
            (1.5, "1.5"),
            (-2.0, "-2"),
            (1000.0, "1,000"),
            (999_999.0, "999,999"),
            (1_000_000.0, "1×10⁰⁶"),
            (1_234_567.0, "1.234567×10⁰⁶"),
            (1e21, "1×10²¹"),
            (0.0001, "0.0001"),
            (0.000_012_345, "1.2345×10⁻⁰⁵"),
            (123_456.789, "123,456.789"),
            (-1e7, "-1×10⁰⁷"),
        ] {
            assert_eq!(float(value), want);
        }
    }

    #[test]
    fn integers_and_quotes() {
        assert_eq!(integer(1_234_567), "1,234,567");
        assert_eq!(integer(12), "12");
        assert_eq!(quote("it's \"x\"\n"), r#"'it\'s "x"\n'"#);
        assert_eq!(quote_all(&["a", "b"]), "'a', 'b'");
    }
}
