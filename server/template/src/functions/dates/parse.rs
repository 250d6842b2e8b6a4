//! Reads a time by a layout, with Go's messages.

use super::layout::{Element, MONTHS, Offset, Pad, WEEKDAYS, next_chunk};
use super::time::{Civil, Time, Zone};

/// Go's `time.ParseInLocation`; what names no zone is in the given one.
pub(super) fn parse(layout: &[u8], text: &[u8], local: &Zone) -> Result<Time, String> {
    let mut fields = Fields::default();
    let mut rest = text;
    let mut layout_rest = layout;
    let report = |element: &[u8], rest: &[u8], problem: Problem| match problem {
        Problem::Mismatch => {
            format!(
                "parsing time {} as {}: cannot parse {} as {}",
                quote(text),
                quote(layout),
                quote(rest),
                quote(element)
            )
        }
        Problem::Told(message) => format!("parsing time {}: {message}", quote(text)),
    };
    loop {
        let chunk = next_chunk(layout_rest);
        rest = skip(rest, chunk.prefix).map_err(|rest| report(chunk.prefix, rest, Problem::Mismatch))?;
        let Some((element, spelling)) = chunk.element else { break };
        layout_rest = chunk.rest;
        rest = fields.read(element, rest, layout_rest).map_err(|problem| report(spelling, rest, problem))?;
    }
    if !rest.is_empty() {
        return Err(report(b"", rest, Problem::Told(format!("extra text: {}", quote(rest)))));
    }
    fields.finish(local).map_err(|message| report(b"", b"", Problem::Told(message.to_owned())))
}

enum Problem {
    /// The text does not look like the element.
    Mismatch,
    /// It does, but its value cannot be.
    Told(String),
}

type Rest<'t> = Result<&'t [u8], Problem>;

fn out_of_range(what: &str) -> Problem {
    Problem::Told(format!("{what} out of range"))
}

#[derive(Default)]
struct Fields {
    year: i64,
    month: Option<i64>,
    day: Option<i64>,
    year_day: Option<i64>,
    hour: i64,
    minute: i64,
    second: i64,
    nanosecond: u32,
    half: Option<Half>,
    utc: bool,
    offset: Option<i32>,
    zone: String,
}

enum Half {
    Am,
    Pm,
}

impl Fields {
    /// Reads one element and gives what follows it.
    fn read<'t>(&mut self, element: Element, text: &'t [u8], layout: &[u8]) -> Rest<'t> {
        match element {
            Element::LongYear => self.long_year(text),
            Element::Year => self.short_year(text),
            Element::LongMonth => named(text, &MONTHS, 0, &mut self.month),
            Element::Month => named(text, &MONTHS, 3, &mut self.month),
            Element::LongWeekday => named(text, &WEEKDAYS, 0, &mut None),
            Element::Weekday => named(text, &WEEKDAYS, 3, &mut None),
            Element::NumMonth(pad) => {
                let (month, rest) = two_digits(text, pad)?;
                self.month = Some(month);
                if (1..=12).contains(&month) { Ok(rest) } else { Err(out_of_range("month")) }
            }
            Element::Day(pad) => {
                let text = if pad == Pad::Space { text.strip_prefix(b" ").unwrap_or(text) } else { text };
                let (day, rest) = two_digits(text, pad)?;
                self.day = Some(day);
                Ok(rest)
            }
            Element::YearDay(pad) => self.day_of_year(text, pad),
            Element::Hour => limited(text, Pad::None, 23, "hour", &mut self.hour),
            Element::Hour12(pad) => limited(text, pad, 12, "hour", &mut self.hour),
            Element::Minute(pad) => limited(text, pad, 59, "minute", &mut self.minute),
            Element::Second(pad) => self.seconds(text, pad, layout),
            Element::UpperHalf => self.half(text, b"AM", b"PM"),
            Element::LowerHalf => self.half(text, b"am", b"pm"),
            Element::ZoneName => self.zone_name(text),
            Element::Offset(form) => self.zone_offset(text, form),
            Element::Fraction { exact: true, digits, .. } => {
                let (fraction, rest) = text.split_at_checked(1 + digits).ok_or(Problem::Mismatch)?;
                self.nanosecond = nanoseconds(fraction)?;
                Ok(rest)
            }
            Element::Fraction { exact: false, .. } => self.optional_fraction(text),
        }
    }

    fn long_year<'t>(&mut self, text: &'t [u8]) -> Rest<'t> {
        let (digits, rest) = text.split_at_checked(4).ok_or(Problem::Mismatch)?;
        self.year = number(digits)?;
        Ok(rest)
    }

    fn short_year<'t>(&mut self, text: &'t [u8]) -> Rest<'t> {
        let (digits, rest) = text.split_at_checked(2).ok_or(Problem::Mismatch)?;
        // Go reads a sign here, too.
        let unsigned = digits.strip_prefix(b"-").or_else(|| digits.strip_prefix(b"+"));
        let year = match unsigned {
            Some(digit) => number(digit)? * if digits[0] == b'-' { -1 } else { 1 },
            None => number(digits)?,
        };
        self.year = if year >= 69 { year + 1900 } else { year + 2000 }; // Unix began in 1969 west of Greenwich
        Ok(rest)
    }

    fn day_of_year<'t>(&mut self, mut text: &'t [u8], pad: Pad) -> Rest<'t> {
        if pad == Pad::Space {
            for _ in 0..2 {
                text = text.strip_prefix(b" ").unwrap_or(text);
            }
        }
        let len = text.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        if len == 0 || pad == Pad::Zero && len != 3 {
            return Err(Problem::Mismatch);
        }
        self.year_day = Some(number(&text[..len])?);
        Ok(&text[len..])
    }

    /// Seconds may have a fraction even where the layout has none.
    fn seconds<'t>(&mut self, text: &'t [u8], pad: Pad, layout: &[u8]) -> Rest<'t> {
        let rest = limited(text, pad, 59, "second", &mut self.second)?;
        let next = next_chunk(layout).element;
        if matches!(next, Some((Element::Fraction { .. }, _))) {
            Ok(rest)
        } else {
            self.optional_fraction(rest)
        }
    }

    fn optional_fraction<'t>(&mut self, text: &'t [u8]) -> Rest<'t> {
        let has_separator = matches!(text.first(), Some(b'.' | b','));
        let digits = text.iter().skip(1).take_while(|byte| byte.is_ascii_digit()).count();
        if !has_separator || digits == 0 {
            return Ok(text);
        }
        self.nanosecond = nanoseconds(&text[..=digits])?;
        Ok(&text[1 + digits..])
    }

    fn half<'t>(&mut self, text: &'t [u8], am: &[u8], pm: &[u8]) -> Rest<'t> {
        let (word, rest) = text.split_at_checked(2).ok_or(Problem::Mismatch)?;
        self.half = Some(match word {
            _ if word == am => Half::Am,
            _ if word == pm => Half::Pm,
            _ => return Err(Problem::Mismatch),
        });
        Ok(rest)
    }

    fn zone_name<'t>(&mut self, text: &'t [u8]) -> Rest<'t> {
        if let Some(rest) = text.strip_prefix(b"UTC") {
            self.utc = true;
            return Ok(rest);
        }
        let len = zone_name_len(text).ok_or(Problem::Mismatch)?;
        self.zone = String::from_utf8_lossy(&text[..len]).into_owned();
        Ok(&text[len..])
    }

    fn zone_offset<'t>(&mut self, text: &'t [u8], form: Offset) -> Rest<'t> {
        if form.z
            && let Some(rest) = text.strip_prefix(b"Z")
        {
            self.utc = true;
            return Ok(rest);
        }
        let parts = 1 + usize::from(form.minutes) + usize::from(form.seconds);
        let width = 1 + 2 * parts + if form.colon { parts - 1 } else { 0 };
        let (offset, rest) = text.split_at_checked(width).ok_or(Problem::Mismatch)?;
        let step = if form.colon { 3 } else { 2 };
        if form.colon && (1..parts).any(|part| offset[step * part] != b':') {
            return Err(Problem::Mismatch);
        }
        let limits = [(24, "hour"), (60, "minute"), (60, "second")]; // people do write 24 hours and 60 minutes
        let mut seconds = 0;
        let mut mismatch = !matches!(offset[0], b'+' | b'-');
        for ((limit, unit), part) in limits.into_iter().zip(0..parts) {
            let digits = &offset[1 + step * part..3 + step * part];
            let Ok((value, _)) = two_digits(digits, Pad::Zero) else {
                mismatch = true;
                break;
            };
            if value > limit {
                return Err(out_of_range(&format!("time zone offset {unit}"))); // counts before any mismatch
            }
            seconds += value * [3600, 60, 1][part];
        }
        if mismatch {
            return Err(Problem::Mismatch);
        }
        let seconds = seconds as i32;
        self.offset = Some(if offset[0] == b'-' { -seconds } else { seconds });
        Ok(rest)
    }

    fn finish(mut self, local: &Zone) -> Result<Time, &'static str> {
        match self.half {
            Some(Half::Pm) if self.hour < 12 => self.hour += 12,
            Some(Half::Am) if self.hour == 12 => self.hour = 0,
            _ => {}
        }
        let (month, day) = self.month_and_day()?;
        let civil = |month, day| Civil {
            year: self.year,
            month,
            day,
            hour: self.hour,
            minute: self.minute,
            second: self.second,
        };
        let here = civil(month, day);
        if day < 1 || Civil::of(here.seconds()).month != month {
            return Err("day out of range");
        }
        if self.utc {
            return Ok(Time::from_civil(here, self.nanosecond, Zone::Utc));
        }
        let utc = Time::from_civil(here, self.nanosecond, Zone::Utc);
        if let Some(offset) = self.offset {
            let unix = utc.unix - i64::from(offset);
            let is_local = local.offset(unix) == i64::from(offset)
                && (self.zone.is_empty() || local.abbreviation(unix) == self.zone);
            let zone = if is_local { local.clone() } else { Zone::Fixed { name: self.zone, offset } };
            return Ok(Time { unix, zone, ..utc });
        }
        if self.zone.is_empty() {
            return Ok(Time::from_civil(here, self.nanosecond, local.clone()));
        }
        Ok(in_named_zone(utc, here, self.zone, local))
    }

    /// The month and day, which a day of the year decides or must agree with.
    fn month_and_day(&self) -> Result<(i64, i64), &'static str> {
        let Some(year_day) = self.year_day else {
            return Ok((self.month.unwrap_or(1), self.day.unwrap_or(1)));
        };
        let first = Civil { year: self.year, month: 1, day: year_day, hour: 0, minute: 0, second: 0 };
        let found = Civil::of(first.seconds());
        if year_day < 1 || found.year != self.year {
            return Err("day-of-year out of range");
        }
        if self.month.is_some_and(|month| month != found.month) {
            return Err("day-of-year does not match month");
        }
        if self.day.is_some_and(|day| day != found.day) {
            return Err("day-of-year does not match day");
        }
        Ok((found.month, found.day))
    }
}

/// An abbreviation means the local zone if that uses it, else a made-up zone at UTC (or `GMT+3`).
fn in_named_zone(utc: Time, here: Civil, name: String, local: &Zone) -> Time {
    let there = Time::from_civil(here, utc.nanosecond, local.clone());
    if local.abbreviation(there.unix) == name {
        return there;
    }
    let hours = name.strip_prefix("GMT").map_or(0, |hours| super::duration::parse_int(hours.as_bytes()));
    Time { zone: Zone::Fixed { name, offset: (hours * 3600) as i32 }, ..utc }
}

/// The literal text of a layout: blanks stand for any number of blanks.
fn skip<'t>(mut text: &'t [u8], mut prefix: &[u8]) -> Result<&'t [u8], &'t [u8]> {
    while let Some((&first, after)) = prefix.split_first() {
        if first == b' ' {
            if text.first().is_some_and(|&byte| byte != b' ') {
                return Err(text);
            }
            (prefix, text) = (trim_spaces(prefix), trim_spaces(text));
            continue;
        }
        text = text.strip_prefix(&[first]).ok_or(text)?;
        prefix = after;
    }
    Ok(text)
}

fn trim_spaces(text: &[u8]) -> &[u8] {
    &text[text.iter().take_while(|&&byte| byte == b' ').count()..]
}

/// A name out of a list in any case, or its first letters.
fn named<'t>(text: &'t [u8], names: &[&str], len: usize, into: &mut Option<i64>) -> Rest<'t> {
    for (at, name) in names.iter().enumerate() {
        let name = if len == 0 { name } else { &name[..len] };
        if text.len() >= name.len() && text[..name.len()].eq_ignore_ascii_case(name.as_bytes()) {
            *into = Some(at as i64 + 1);
            return Ok(&text[name.len()..]);
        }
    }
    Err(Problem::Mismatch)
}

/// One or two digits, both where the layout pads with zeros.
fn two_digits(text: &[u8], pad: Pad) -> Result<(i64, &[u8]), Problem> {
    let len = text.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
    if len == 0 || len == 1 && pad == Pad::Zero {
        return Err(Problem::Mismatch);
    }
    Ok((number(&text[..len])?, &text[len..]))
}

fn limited<'t>(text: &'t [u8], pad: Pad, limit: i64, what: &str, into: &mut i64) -> Rest<'t> {
    let (value, rest) = two_digits(text, pad)?;
    *into = value;
    if value <= limit { Ok(rest) } else { Err(out_of_range(what)) }
}

fn number(digits: &[u8]) -> Result<i64, Problem> {
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(Problem::Mismatch);
    }
    Ok(super::duration::parse_int(digits))
}

/// A separator and digits, of which nine count.
fn nanoseconds(fraction: &[u8]) -> Result<u32, Problem> {
    let Some((b'.' | b',', digits)) = fraction.split_first() else { return Err(Problem::Mismatch) };
    let digits = &digits[..digits.len().min(9)];
    Ok(number(digits)? as u32 * 10_u32.pow(9 - digits.len() as u32))
}

/// How long a time zone's abbreviation is: three to five capitals, or an offset such as `+03`.
fn zone_name_len(text: &[u8]) -> Option<usize> {
    if text.len() < 3 {
        return None;
    }
    if text.starts_with(b"ChST") || text.starts_with(b"MeST") {
        return Some(4);
    }
    if let Some(rest) = text.strip_prefix(b"GMT") {
        return Some(3 + signed_offset_len(rest));
    }
    if matches!(text[0], b'+' | b'-') {
        return Some(signed_offset_len(text)).filter(|&len| len > 0);
    }
    match text.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count() {
        5 if text[4] == b'T' => Some(5),
        4 if text[3] == b'T' || text.starts_with(b"WITA") => Some(4),
        3 => Some(3),
        _ => None,
    }
}

fn signed_offset_len(text: &[u8]) -> usize {
    let Some((b'+' | b'-', rest)) = text.split_first() else { return 0 };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let hours = super::duration::parse_int(&rest[..digits]);
    if digits == 0 || hours > 23 { 0 } else { 1 + digits }
}

/// The `time` package quotes on its own: bytes that are not ASCII in hexadecimal.
fn quote(text: &[u8]) -> String {
    let mut out = String::from("\"");
    for &byte in text {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            b' '..=0x7f => out.push(char::from(byte)),
            _ => out.extend(format!("\\x{byte:02x}").chars()),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(layout: &str, text: &str, want: &str) {
        let seen = match parse(layout.as_bytes(), text.as_bytes(), &Zone::Utc) {
            Ok(time) => {
                String::from_utf8(super::super::format::format(&time, b"2006-01-02 15:04:05.999 -0700 MST"))
                    .unwrap()
            }
            Err(message) => message,
        };
        assert_eq!(seen, want, "{layout}");
    }

    #[test]
    fn reading() {
        check("2006-01-02", "2017-12-31", "2017-12-31 00:00:00 +0000 UTC");
        check("Jan _2 2006 3:04PM", "FEB  9 2017 12:30AM", "2017-02-09 00:30:00 +0000 UTC");
        check(
            "2006-01-02T15:04:05Z07:00",
            "2017-12-31T10:11:12.5+02:00",
            "2017-12-31 10:11:12.5 +0200 +0200",
        );
        check("06 002", "68 060", "2068-02-29 00:00:00 +0000 UTC");
        check("15:04 MST", "10:11 CEST", "0000-01-01 10:11:00 +0000 CEST");
        check("15:04 MST", "10:11 GMT+3", "0000-01-01 13:11:00 +0300 GMT+3"); // as Go has it
        check("15:04 MST -0700", "10:11 CEST +0200", "0000-01-01 10:11:00 +0200 CEST");
        check("Mon 15:04:05.000", "tue 10:11:12.345", "0000-01-01 10:11:12.345 +0000 UTC");
    }

    #[test]
    fn messages() {
        let date = "2006-01-02";
        check(date, "x", r#"parsing time "x" as "2006-01-02": cannot parse "x" as "2006""#);
        check(date, "2017/12", r#"parsing time "2017/12" as "2006-01-02": cannot parse "/12" as "-""#);
        check(date, "2017-13-01", r#"parsing time "2017-13-01": month out of range"#);
        check(date, "2017-02-29", r#"parsing time "2017-02-29": day out of range"#);
        check(date, "2017-12-31é", r#"parsing time "2017-12-31\xc3\xa9": extra text: "\xc3\xa9""#);
        check("15:04", "24:00", r#"parsing time "24:00": hour out of range"#);
        check("002 01", "060 05", r#"parsing time "060 05": day-of-year does not match month"#);
        check("-0700", "+2500", r#"parsing time "+2500": time zone offset hour out of range"#);
    }
}
