//! Go's `time.Duration`: nanoseconds, written as `1h2m3.5s`.

use std::fmt;

use golang::strconv::quote;

/// Nanoseconds of a second.
pub(crate) const SECOND: i64 = 1_000_000_000;

/// A duration in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Duration(pub(crate) i64);

impl Duration {
    /// To the nearest multiple, halves away from zero; the longest duration where that overflows.
    pub(crate) fn round(self, to: Self) -> Self {
        if to.0 <= 0 {
            return self;
        }
        let rest = self.0 % to.0;
        let size = rest.unsigned_abs();
        if size < to.0.unsigned_abs() - size {
            return Self(self.0 - rest);
        }
        let away = to.0 - rest.abs();
        Self(if self.0 < 0 { self.0.saturating_sub(away) } else { self.0.saturating_add(away) })
    }

    /// Towards zero to a multiple.
    pub(crate) fn truncate(self, to: Self) -> Self {
        if to.0 <= 0 { self } else { Self(self.0 - self.0 % to.0) }
    }

    /// Hours and their fraction, in the two steps in which Go divides; so for the other units.
    pub(crate) fn in_unit(self, unit: i64) -> f64 {
        (self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let size = self.0.unsigned_abs();
        let second = SECOND.unsigned_abs();
        if size == 0 {
            return f.write_str("0s");
        }
        if size < second {
            let (unit, digits) = match size {
                0..1_000 => ("ns", 0),
                1_000..1_000_000 => ("µs", 3),
                _ => ("ms", 6),
            };
            return write!(f, "{sign}{}{unit}", decimal(size, digits));
        }
        let (hours, minutes) = (size / second / 3600, size / second / 60 % 60);
        f.write_str(sign)?;
        if hours > 0 {
            write!(f, "{hours}h")?;
        }
        if size >= 60 * second {
            write!(f, "{minutes}m")?;
        }
        write!(f, "{}s", decimal(size % (60 * second), 9))
    }
}

/// A number of which the last `digits` are a fraction, without zeros at its end.
fn decimal(number: u64, digits: u32) -> String {
    let unit = 10_u64.pow(digits);
    let fraction = number % unit;
    if fraction == 0 {
        return (number / unit).to_string();
    }
    let fraction = format!("{fraction:0width$}", width = digits as usize);
    format!("{}.{}", number / unit, fraction.trim_end_matches('0'))
}

/// Go's `time.ParseDuration`: numbers with units, such as `-1.5h` or `300ms`.
pub(crate) fn parse(text: &[u8]) -> Result<Duration, String> {
    const LIMIT: u64 = 1 << 63;
    let shown = || quote(text);
    let invalid = || format!("time: invalid duration {}", shown());
    let (negative, mut rest) = match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    };
    if rest == b"0" {
        return Ok(Duration(0));
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total = 0_u64;
    while !rest.is_empty() {
        let (digits, after) = split_while(rest, |byte| byte.is_ascii_digit());
        let whole = digits_value(digits).filter(|&it| it <= LIMIT).ok_or_else(invalid)?;
        let (fraction, after) = match after.split_first() {
            Some((b'.', after)) => split_while(after, |byte| byte.is_ascii_digit()),
            _ => (&[][..], after),
        };
        if digits.is_empty() && fraction.is_empty() {
            return Err(invalid());
        }
        let (unit, after) = split_while(after, |byte| byte != b'.' && !byte.is_ascii_digit());
        if unit.is_empty() {
            return Err(format!("time: missing unit in duration {}", shown()));
        }
        let Some(size) = unit_size(unit) else {
            let unit = quote(unit);
            return Err(format!("time: unknown unit {unit} in duration {}", shown()));
        };
        let value = whole.checked_mul(size).filter(|&it| it <= LIMIT).ok_or_else(invalid)?;
        let value = value + fraction_value(fraction, size);
        total = total.checked_add(value).filter(|&it| it <= LIMIT).ok_or_else(invalid)?;
        rest = after;
    }
    match (negative, i64::try_from(total)) {
        (true, _) => Ok(Duration((total as i64).wrapping_neg())),
        (false, Ok(total)) => Ok(Duration(total)),
        (false, Err(_)) => Err(invalid()),
    }
}

fn unit_size(unit: &[u8]) -> Option<u64> {
    let second = SECOND.unsigned_abs();
    Some(match unit {
        b"ns" => 1,
        b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => 1_000, // both of the letters that look like a mu
        b"ms" => 1_000_000,
        b"s" => second,
        b"m" => 60 * second,
        b"h" => 3600 * second,
        _ => return None,
    })
}

fn split_while(text: &[u8], keep: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().position(|&byte| !keep(byte)).unwrap_or(text.len());
    text.split_at(end)
}

fn digits_value(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0_u64, |value, digit| value.checked_mul(10)?.checked_add(u64::from(digit - b'0')))
}

/// The fraction of a unit, with as many digits as fit into 63 bits.
fn fraction_value(digits: &[u8], unit: u64) -> u64 {
    let (mut value, mut scale) = (0_u64, 1.0);
    for digit in digits {
        let next = value.checked_mul(10).and_then(|it| it.checked_add(u64::from(digit - b'0')));
        let Some(next) = next.filter(|&it| i64::try_from(it).is_ok()) else { break };
        value = next;
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

/// Go's `strconv.ParseInt` in base 10, where an error gives 0 and an overflow the nearest number.
pub(super) fn parse_int(text: &[u8]) -> i64 {
    let (negative, digits) = match text.split_first() {
        Some((b'-', digits)) => (true, digits),
        Some((b'+', digits)) => (false, digits),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return 0;
    }
    let step = |value: i64, digit: &u8| {
        let digit = i64::from(digit - b'0');
        value.saturating_mul(10).saturating_add(if negative { -digit } else { digit })
    };
    digits.iter().fold(0, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_as_go_does() {
        for (nanoseconds, want) in [
            (0, "0s"),
            (1, "1ns"),
            (1_100, "1.1µs"),
            (2_200_000, "2.2ms"),
            (-3_300_000_000, "-3.3s"),
            (300_000_000_000, "5m0s"),
            (3_600_000_000_000, "1h0m0s"),
            (3_661_000_000_001, "1h1m1.000000001s"),
            (i64::MAX, "2562047h47m16.854775807s"),
            (i64::MIN, "-2562047h47m16.854775808s"),
        ] {
            assert_eq!(Duration(nanoseconds).to_string(), want);
        }
    }

    #[test]
    fn read_as_go_does() {
        for (text, want) in [
            ("0", 0),
            ("5s", 5 * SECOND),
            ("-.5s", -SECOND / 2),
            ("1.s", SECOND),
            ("1h2m3.5s", 3_723_500_000_000),
            ("3µs", 3_000),
            ("0.3333333333333333333h", 1_200_000_000_000),
            ("-9223372036854775808ns", i64::MIN),
        ] {
            assert_eq!(parse(text.as_bytes()), Ok(Duration(want)), "{text}");
        }
        for (text, want) in [
            ("", "invalid duration \"\""),
            ("3", "missing unit in duration \"3\""),
            ("-", "invalid duration \"-\""),
            (".s", "invalid duration \".s\""),
            ("3d", "unknown unit \"d\" in duration \"3d\""),
            ("9223372036854775808ns", "invalid duration \"9223372036854775808ns\""),
        ] {
            assert_eq!(parse(text.as_bytes()), Err(format!("time: {want}")), "{text}");
        }
    }

    #[test]
    fn rounding() {
        let round = |it, to| Duration(it).round(Duration(to)).0;
        assert_eq!((round(15, 10), round(-15, 10), round(14, 10), round(7, 0)), (20, -20, 10, 7));
        assert_eq!(round(i64::MAX, 1_000), i64::MAX);
        assert_eq!(Duration(-19).truncate(Duration(10)), Duration(-10));
    }
}
