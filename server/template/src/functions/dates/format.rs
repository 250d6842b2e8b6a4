//! Writes a time by a layout.

use super::layout::{Element, MONTHS, Offset, Pad, WEEKDAYS, next_chunk};
use super::time::Time;

/// Go's `Time.Format`.
pub(super) fn format(time: &Time, layout: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(layout.len() + 10);
    let mut rest = layout;
    loop {
        let chunk = next_chunk(rest);
        out.extend_from_slice(chunk.prefix);
        let Some((element, _)) = chunk.element else { return out };
        out.extend_from_slice(write(time, element).as_bytes());
        rest = chunk.rest;
    }
}

fn write(time: &Time, element: Element) -> String {
    let at = time.civil();
    let hour12 = if at.hour % 12 == 0 { 12 } else { at.hour % 12 };
    let month = MONTHS[(at.month - 1) as usize];
    let weekday = WEEKDAYS[time.weekday() as usize];
    match element {
        Element::LongYear if at.year < 0 => format!("-{:04}", -at.year),
        Element::LongYear => format!("{:04}", at.year),
        Element::Year => format!("{:02}", at.year.max(0) % 100),
        Element::LongMonth => month.to_owned(),
        Element::Month => month[..3].to_owned(),
        Element::NumMonth(pad) => padded(at.month, 2, pad),
        Element::LongWeekday => weekday.to_owned(),
        Element::Weekday => weekday[..3].to_owned(),
        Element::Day(pad) => padded(at.day, 2, pad),
        Element::YearDay(pad) => padded(time.year_day(), 3, pad),
        Element::Hour => format!("{:02}", at.hour),
        Element::Hour12(pad) => padded(hour12, 2, pad),
        Element::Minute(pad) => padded(at.minute, 2, pad),
        Element::Second(pad) => padded(at.second, 2, pad),
        Element::UpperHalf => if at.hour >= 12 { "PM" } else { "AM" }.to_owned(),
        Element::LowerHalf => if at.hour >= 12 { "pm" } else { "am" }.to_owned(),
        Element::ZoneName => zone_name(time),
        Element::Offset(form) => offset(time.offset(), form),
        Element::Fraction { exact, digits, separator } => fraction(time.nanosecond, exact, digits, separator),
    }
}

fn padded(number: i64, width: usize, pad: Pad) -> String {
    match pad {
        Pad::None => number.to_string(),
        Pad::Space => format!("{number:width$}"),
        Pad::Zero => format!("{number:0width$}"),
    }
}

/// The abbreviation, or the offset where the zone has none.
fn zone_name(time: &Time) -> String {
    let name = time.zone.abbreviation(time.unix);
    if !name.is_empty() {
        return name;
    }
    let minutes = time.offset() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

fn offset(seconds: i64, form: Offset) -> String {
    if form.z && seconds == 0 {
        return "Z".to_owned();
    }
    let minutes = seconds / 60; // what is less than a minute shows in seconds only
    let sign = if minutes < 0 { '-' } else { '+' };
    let colon = if form.colon { ":" } else { "" };
    let mut out = format!("{sign}{:02}", minutes.abs() / 60);
    if form.minutes {
        out.extend([colon, &format!("{:02}", minutes.abs() % 60)]);
    }
    if form.seconds {
        out.extend([colon, &format!("{:02}", seconds.abs() % 60)]);
    }
    out
}

fn fraction(nanosecond: u32, exact: bool, digits: usize, separator: u8) -> String {
    let all = format!("{nanosecond:09}");
    let shown: String = all.chars().chain(std::iter::repeat('0')).take(digits).collect();
    let shown = if exact { shown.as_str() } else { shown.trim_end_matches('0') };
    if shown.is_empty() { String::new() } else { format!("{}{shown}", char::from(separator)) }
}

#[cfg(test)]
mod tests {
    use super::super::time::Zone;
    use super::*;

    fn check(layout: &str, want: &str) {
        let zone = Zone::Fixed { name: String::new(), offset: -(3 * 3600 + 30 * 60 + 15) };
        let time = Time::from_nanoseconds(1_136_239_445_012_340_000, zone);
        assert_eq!(String::from_utf8(format(&time, layout.as_bytes())).unwrap(), want, "{layout}");
    }

    #[test]
    fn every_element() {
        check("Monday January _2 15:04:05 2006", "Monday January  2 18:33:50 2006");
        check("Mon Jan 2 3:4:5PM 06 002 __2", "Mon Jan 2 6:33:50PM 06 002   2");
        check(".000 .999999 .0000 ,999", ".012 .01234 .0123 ,012");
        check("-07 -0700 -07:00 -07:00:00 Z070000 MST", "-03 -0330 -03:30 -03:30:15 -033015 -0330");
    }

    #[test]
    fn zero_offsets_and_years() {
        let time = Time::from_nanoseconds(0, Zone::Utc);
        assert_eq!(format(&time, b"Z07:00 -07:00 MST 03pm"), b"Z +00:00 UTC 12am");
        assert_eq!(format(&Time::zero(), b"2006 06 .999"), b"0001 01 ");
    }
}
