//! Quantities of Kubernetes: `500m` of a processor, `1Gi` of memory.
//!
//! Two of them can say the same in different words, and a quota can be smaller than what one pod asks for.

/// A quantity in billionths of its unit, which is as fine as Kubernetes keeps them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(i128);

const BILLION: i128 = 1_000_000_000;

impl Quantity {
    /// Reads one; `None` for what is none, and for what is too large to be one.
    pub fn read(text: &str) -> Option<Self> {
        let (sign, text) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (number, suffix) = text.split_at(end);
        let (numerator, denominator) = unit(suffix)?;
        let billionths = billionths(number)?.checked_mul(numerator)?;
        // What is finer is rounded up, as Kubernetes does.
        let rounded = billionths.checked_add(denominator - 1)? / denominator;
        Some(Self(sign * rounded))
    }
}

/// A decimal number in billionths; digits beyond them are cut.
fn billionths(number: &str) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let fraction: i128 = format!("{:0<9}", fraction.get(..9).unwrap_or(fraction)).parse().ok()?;
    whole.checked_mul(BILLION)?.checked_add(fraction)
}

/// What a suffix multiplies by and divides by.
fn unit(suffix: &str) -> Option<(i128, i128)> {
    let times = |power: u32| Some((10_i128.checked_pow(power)?, 1));
    let binary = |power: u32| Some((1 << (10 * power), 1));
    match suffix {
        "" => Some((1, 1)),
        "n" => Some((1, BILLION)),
        "u" => Some((1, 1_000_000)),
        "m" => Some((1, 1_000)),
        "k" => times(3),
        "M" => times(6),
        "G" => times(9),
        "T" => times(12),
        "P" => times(15),
        "E" => times(18),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        _ => {
            let exponent: i32 = suffix.strip_prefix(['e', 'E'])?.parse().ok()?;
            let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
            Some(if exponent < 0 { (1, power) } else { (power, 1) })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_same(left: &str, right: &str) {
        assert_eq!(Quantity::read(left).unwrap(), Quantity::read(right).unwrap());
    }

    #[test]
    fn the_same_in_other_words() {
        check_same("1", "1000m");
        check_same("1Gi", "1024Mi");
        check_same("0.5", "500m");
        check_same("1e3", "1k");
        check_same(".5", "0.50");
        check_same("1E", "1000P");
        check_same("12e-1", "1.2");
        check_same("1000000n", "1m");
    }

    #[test]
    fn larger_and_smaller() {
        assert!(Quantity::read("1Gi") > Quantity::read("1G"));
        assert!(Quantity::read("-1") < Quantity::read("0"));
        assert!(Quantity::read("1001m") > Quantity::read("1"));
    }

    #[test]
    fn what_is_none() {
        for text in
            ["", ".", "Gi", "1Xi", "one", "1.2.3", "1e", "9e99", "170141183460469231731687303715884105728"]
        {
            assert_eq!(Quantity::read(text), None, "{text}");
        }
    }
}
