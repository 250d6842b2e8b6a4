//! Go's layout language: a layout shows how `Mon Jan 2 15:04:05 MST 2006` would be written.

/// One element of a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    /// `2006`
    LongYear,
    /// `06`
    Year,
    /// `January`
    LongMonth,
    /// `Jan`
    Month,
    /// `1`, or `01` where padded.
    NumMonth(Pad),
    /// `Monday`
    LongWeekday,
    /// `Mon`
    Weekday,
    /// `2`, `_2` or `02`
    Day(Pad),
    /// `__2` or `002`
    YearDay(Pad),
    /// `15`
    Hour,
    /// `3` or `03`
    Hour12(Pad),
    /// `4` or `04`
    Minute(Pad),
    /// `5` or `05`
    Second(Pad),
    /// `PM`
    UpperHalf,
    /// `pm`
    LowerHalf,
    /// `MST`
    ZoneName,
    /// `-07:00` and its kin.
    Offset(Offset),
    /// `.000` (all digits) or `.999` (without zeros at the end).
    Fraction { exact: bool, digits: usize, separator: u8 },
}

/// What stands where a number is short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pad {
    None,
    Space,
    Zero,
}

/// The forms of an offset from UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offset {
    /// `Z` stands for UTC.
    pub(super) z: bool,
    pub(super) colon: bool,
    pub(super) minutes: bool,
    pub(super) seconds: bool,
}

/// The literal text up to the first element, the element with its spelling, and the rest.
#[derive(Debug)]
pub(super) struct Chunk<'l> {
    pub(super) prefix: &'l [u8],
    pub(super) element: Option<(Element, &'l [u8])>,
    pub(super) rest: &'l [u8],
}

/// Cuts the layout at its first element.
pub(super) fn next_chunk(layout: &[u8]) -> Chunk<'_> {
    for at in 0..layout.len() {
        if let Some((element, skip, len)) = element_at(&layout[at..]) {
            let start = at + skip;
            let element = Some((element, &layout[start..start + len]));
            return Chunk { prefix: &layout[..start], element, rest: &layout[start + len..] };
        }
    }
    Chunk { prefix: layout, element: None, rest: &[] }
}

/// The element at the start of the text, after how many literal bytes, and its length.
fn element_at(text: &[u8]) -> Option<(Element, usize, usize)> {
    use Element::{
        Day, Hour, Hour12, LongMonth, LongWeekday, LongYear, LowerHalf, Minute, Month, NumMonth, Second,
        UpperHalf, Weekday, Year, YearDay, ZoneName,
    };
    let starts = |prefix: &str| text.starts_with(prefix.as_bytes());
    // `Jan` and `Mon` are not elements inside of words such as `Janet`.
    let ends_word = || !text.get(3).is_some_and(u8::is_ascii_lowercase);
    let found = |element, len| Some((element, 0, len));
    match text.first()? {
        b'J' if starts("January") => found(LongMonth, 7),
        b'J' if starts("Jan") && ends_word() => found(Month, 3),
        b'M' if starts("Monday") => found(LongWeekday, 6),
        b'M' if starts("Mon") && ends_word() => found(Weekday, 3),
        b'M' if starts("MST") => found(ZoneName, 3),
        b'0' if starts("002") => found(YearDay(Pad::Zero), 3),
        b'0' => match text.get(1)? {
            b'1' => found(NumMonth(Pad::Zero), 2),
            b'2' => found(Day(Pad::Zero), 2),
            b'3' => found(Hour12(Pad::Zero), 2),
            b'4' => found(Minute(Pad::Zero), 2),
            b'5' => found(Second(Pad::Zero), 2),
            b'6' => found(Year, 2),
            _ => None,
        },
        b'1' if starts("15") => found(Hour, 2),
        b'1' => found(NumMonth(Pad::None), 1),
        b'2' if starts("2006") => found(LongYear, 4),
        b'2' => found(Day(Pad::None), 1),
        b'_' if starts("_2006") => Some((LongYear, 1, 4)), // a literal underscore and a year
        b'_' if starts("_2") => found(Day(Pad::Space), 2),
        b'_' if starts("__2") => found(YearDay(Pad::Space), 3),
        b'3' => found(Hour12(Pad::None), 1),
        b'4' => found(Minute(Pad::None), 1),
        b'5' => found(Second(Pad::None), 1),
        b'P' if starts("PM") => found(UpperHalf, 2),
        b'p' if starts("pm") => found(LowerHalf, 2),
        b'-' | b'Z' => offset_at(text),
        b'.' | b',' => fraction_at(text),
        _ => None,
    }
}

fn offset_at(text: &[u8]) -> Option<(Element, usize, usize)> {
    let z = text.first() == Some(&b'Z');
    let forms: [(&[u8], bool, bool, bool); 5] = [
        (b"070000", false, true, true),
        (b"07:00:00", true, true, true),
        (b"0700", false, true, false),
        (b"07:00", true, true, false),
        (b"07", false, false, false),
    ];
    let (form, colon, minutes, seconds) = *forms.iter().find(|it| text[1..].starts_with(it.0))?;
    Some((Element::Offset(Offset { z, colon, minutes, seconds }), 0, form.len() + 1))
}

/// A separator and a run of zeros or nines that no other digit follows.
fn fraction_at(text: &[u8]) -> Option<(Element, usize, usize)> {
    let digit = *text.get(1).filter(|&&byte| byte == b'0' || byte == b'9')?;
    let digits = text[1..].iter().take_while(|&&byte| byte == digit).count();
    if text.get(1 + digits).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let element = Element::Fraction { exact: digit == b'0', digits, separator: text[0] };
    Some((element, 0, 1 + digits))
}

/// Full names of the months; the first three letters are the short names.
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Full names of the weekdays; the first three letters are the short names.
pub(super) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

#[cfg(test)]
mod tests {
    use super::*;

    fn elements(layout: &str) -> Vec<String> {
        let mut rest = layout.as_bytes();
        let mut found = Vec::new();
        loop {
            let chunk = next_chunk(rest);
            let Some((_, text)) = chunk.element else { return found };
            found.push(String::from_utf8_lossy(text).into_owned());
            rest = chunk.rest;
        }
    }

    #[test]
    fn elements_are_found() {
        for (layout, want) in [
            ("Monday, 02-Jan-06 15:04:05 MST", "Monday 02 Jan 06 15 04 05 MST"),
            ("2006-01-02T15:04:05.999Z07:00", "2006 01 02 15 04 05 .999 Z07:00"),
            ("Janet Month _2006 __2 _2 002", "2006 __2 _2 002"),
            ("3:4:5,000pm -070000 .0001", "3 4 5 ,000 pm -070000 01"),
        ] {
            assert_eq!(elements(layout).join(" "), want, "{layout}");
        }
    }
}
