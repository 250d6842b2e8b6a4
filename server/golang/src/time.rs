//! A time as Go's `time.Time` reads it from JSON and writes it again: in lock files and in indexes of repositories.

use crate::strconv::quote;

const LAYOUT: &str = "2006-01-02T15:04:05Z07:00";

/// What Go writes for no time at all.
pub const NEVER: &str = "0001-01-01T00:00:00Z";

/// A number of the layout: what stands for it there, how many digits it has, which values it may have.
type Number = (&'static str, usize, std::ops::RangeInclusive<u32>, &'static str);

/// The layout up to the fraction: numbers, and what stands between them.
const NUMBERS: [(Number, &str); 6] = [
    (("2006", 4, 0..=9999, "year"), "-"),
    (("01", 2, 1..=12, "month"), "-"),
    (("02", 2, 0..=99, "day"), "T"),
    (("15", 2, 0..=23, "hour"), ":"),
    (("04", 2, 0..=59, "minute"), ":"),
    (("05", 2, 0..=59, "second"), ""),
];

/// Reads a time strictly and prints it as Go would: without zeros at the end of its fraction, UTC as `Z`. The error is
/// that of `time.Parse`.
pub fn normal(text: &str) -> Result<String, String> {
    let error = |problem: String| format!("parsing time {} as {}: {problem}", quote(text), quote(LAYOUT));
    let cannot =
        |rest: &str, element: &str| error(format!("cannot parse {} as {}", quote(rest), quote(element)));
    let range = |what: &str| format!("parsing time {}: {what} out of range", quote(text));
    let mut rest = text;
    let mut parts = [0; 6];
    for (at, ((element, digits, values, what), separator)) in NUMBERS.iter().enumerate() {
        let number = rest.get(..*digits).filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
        let number: u32 = number.and_then(|it| it.parse().ok()).ok_or_else(|| cannot(rest, element))?;
        if !values.contains(&number) {
            return Err(range(what));
        }
        parts[at] = number;
        rest = &rest[*digits..];
        rest = rest.strip_prefix(separator).ok_or_else(|| cannot(rest, separator))?;
    }
    let head = &text[..text.len() - rest.len()];
    let fraction = match rest.strip_prefix('.') {
        Some(digits) => {
            let end = digits.bytes().take_while(u8::is_ascii_digit).count();
            rest = &digits[end..];
            digits[..end.min(9)].trim_end_matches('0')
        }
        None => "",
    };
    let zone = zone(rest).ok_or_else(|| cannot(rest, "Z07:00"))?;
    if !(1..=days_in(parts[0], parts[1])).contains(&parts[2]) {
        return Err(range("day"));
    }
    let point = if fraction.is_empty() { "" } else { "." };
    Ok(format!("{head}{point}{fraction}{zone}"))
}

/// `Z` or `+07:00`; no difference from UTC is `Z` too.
fn zone(text: &str) -> Option<&str> {
    if text == "Z" {
        return Some(text);
    }
    let [b'+' | b'-', hours @ .., b':', tens, ones] = text.as_bytes() else { return None };
    let number = |digits: &[u8]| match digits {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some((tens - b'0') * 10 + ones - b'0'),
        _ => None,
    };
    let (hours, minutes) = (number(hours)?, number(&[*tens, *ones])?);
    (hours < 24 && minutes < 60).then_some(if hours == 0 && minutes == 0 { "Z" } else { text })
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn as_go_prints_it() {
        for (text, want) in [
            ("2020-01-02T03:04:05Z", "2020-01-02T03:04:05Z"),
            ("2020-01-02T03:04:05.1200+01:30", "2020-01-02T03:04:05.12+01:30"),
            ("2020-01-02T03:04:05.000-00:00", "2020-01-02T03:04:05Z"),
        ] {
            assert_eq!(normal(text).unwrap(), want);
        }
    }

    #[test]
    fn what_is_no_time() {
        let layout = "2006-01-02T15:04:05Z07:00";
        for (text, want) in [
            ("2020", format!("parsing time \"2020\" as \"{layout}\": cannot parse \"\" as \"-\"")),
            ("now", format!("parsing time \"now\" as \"{layout}\": cannot parse \"now\" as \"2006\"")),
            ("2021-02-29T00:00:00Z", "parsing time \"2021-02-29T00:00:00Z\": day out of range".to_owned()),
            ("2021-13-01T00:00:00Z", "parsing time \"2021-13-01T00:00:00Z\": month out of range".to_owned()),
        ] {
            assert_eq!(normal(text).unwrap_err(), want);
        }
        for text in [
            "",
            "2020-01-02T03:04:05",
            "2020-01-02T03:04:05é",
            "2020-01-02T03:04:05+1é:0",
            "2020-01-02T03:04:05++1:00",
            "2020-01-02T03:04:05+25:00",
        ] {
            assert!(normal(text).is_err(), "{text}");
        }
    }
}
