//! Durations as numbers, which only Helm 4 has. Numbers count as seconds, also those that are written as text.

use golang::strconv;

use super::dates::duration::{self, Duration, SECOND};
use crate::{Data, Failure, Function, Value, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("mustToDuration", must_to_duration),
    function!("durationSeconds", duration_seconds),
    function!("durationMilliseconds", duration_milliseconds),
    function!("durationMicroseconds", duration_microseconds),
    function!("durationNanoseconds", duration_nanoseconds),
    function!("durationMinutes", duration_minutes),
    function!("durationHours", duration_hours),
    function!("durationDays", duration_days),
    function!("durationWeeks", duration_weeks),
    function!("durationRoundTo", duration_round_to),
    function!("durationTruncateTo", duration_truncate_to),
];

/// Reads a duration (`1h30m`) or a number of seconds, and fails on anything else.
///
/// `{{ mustToDuration 5400 }}` gives `1h30m0s`
pub fn must_to_duration(value: Value) -> Result<Value, Failure> {
    Ok(read(&value)?.into())
}

/// A duration in seconds; 0 for what is none.
///
/// `{{ durationSeconds "1m1.5s" }}` gives `61.5`
pub fn duration_seconds(value: Value) -> f64 {
    read_or_zero(&value).in_unit(SECOND)
}

/// A duration in whole milliseconds; 0 for what is none.
///
/// `{{ durationMilliseconds "1.5s" }}` gives `1500`
pub fn duration_milliseconds(value: Value) -> i64 {
    read_or_zero(&value).0 / 1_000_000
}

/// A duration in whole microseconds; 0 for what is none.
///
/// `{{ durationMicroseconds "2ms" }}` gives `2000`
pub fn duration_microseconds(value: Value) -> i64 {
    read_or_zero(&value).0 / 1_000
}

/// A duration in nanoseconds; 0 for what is none.
///
/// `{{ durationNanoseconds "2us" }}` gives `2000`
pub fn duration_nanoseconds(value: Value) -> i64 {
    read_or_zero(&value).0
}

/// A duration in minutes; 0 for what is none.
///
/// `{{ durationMinutes "1h30s" }}` gives `60.5`
pub fn duration_minutes(value: Value) -> f64 {
    read_or_zero(&value).in_unit(60 * SECOND)
}

/// A duration in hours; 0 for what is none.
///
/// `{{ durationHours "90m" }}` gives `1.5`
pub fn duration_hours(value: Value) -> f64 {
    read_or_zero(&value).in_unit(3600 * SECOND)
}

/// A duration in days of 24 hours; 0 for what is none.
///
/// `{{ durationDays "36h" }}` gives `1.5`
pub fn duration_days(value: Value) -> f64 {
    duration_hours(value) / 24.0
}

/// A duration in weeks; 0 for what is none.
///
/// `{{ durationWeeks "336h" }}` gives `2`
pub fn duration_weeks(value: Value) -> f64 {
    duration_hours(value) / 24.0 / 7.0
}

/// Rounds a duration to the nearest multiple of another.
///
/// `{{ durationRoundTo "2h31m" "1h" }}` gives `3h0m0s`
pub fn duration_round_to(value: Value, multiple: Value) -> Value {
    by_multiple(&value, &multiple, Duration::round)
}

/// Cuts a duration down to a multiple of another.
///
/// `{{ durationTruncateTo "2h59m" "1h" }}` gives `2h0m0s`
pub fn duration_truncate_to(value: Value, multiple: Value) -> Value {
    by_multiple(&value, &multiple, Duration::truncate)
}

/// What is no multiple leaves the duration as it is.
fn by_multiple(value: &Value, multiple: &Value, round: fn(Duration, Duration) -> Duration) -> Value {
    let value = read_or_zero(value);
    read(multiple).map_or(value, |multiple| round(value, multiple)).into()
}

fn read_or_zero(value: &Value) -> Duration {
    read(value).unwrap_or_default()
}

fn read(value: &Value) -> Result<Duration, String> {
    match &value.data {
        Data::Nil | Data::Invalid => Err("invalid duration".to_owned()),
        Data::Str(text) => from_text(text),
        Data::Int(kind, it) if kind.is_unsigned() => whole_seconds((*it as u64).into()),
        Data::Int(_, it) => whole_seconds((*it).into()),
        Data::Float(it) => seconds(*it),
        Data::Object(_) => Duration::of(value).ok_or_else(|| unsupported(value)),
        Data::Bool(_) | Data::Complex(_) | Data::Bytes(_) | Data::List(_) | Data::Map(_) => {
            Err(unsupported(value))
        }
    }
}

fn unsupported(value: &Value) -> String {
    format!("unsupported duration type {}", value.type_name())
}

fn from_text(text: &[u8]) -> Result<Duration, String> {
    let shown = String::from_utf8_lossy(text);
    let trimmed = shown.trim().as_bytes();
    if trimmed.is_empty() {
        return Err("empty duration".to_owned());
    }
    if let Ok(duration) = duration::parse(trimmed) {
        return Ok(duration);
    }
    match strconv::parse_float(trimmed) {
        Ok(number) => seconds(number),
        Err(_) => Err(format!("could not parse duration {}", strconv::quote(text))),
    }
}

fn whole_seconds(seconds: i128) -> Result<Duration, String> {
    let nanoseconds = i64::try_from(seconds * i128::from(SECOND));
    nanoseconds.map(Duration).map_err(|_| format!("duration seconds overflow: {seconds}"))
}

fn seconds(number: f64) -> Result<Duration, String> {
    let shown = || strconv::format_float(number, b'g', -1, 64);
    if !number.is_finite() {
        return Err(format!("invalid duration seconds: {}", shown()));
    }
    let longest = i64::MAX as f64 / SECOND as f64;
    if number.abs() > longest {
        return Err(format!("duration seconds overflow: {}", shown()));
    }
    Ok(Duration((number * SECOND as f64) as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_seconds() {
        let read = |value: Value| read(&value).map(|it| it.to_string());
        for (value, want) in [
            (Value::from("2.5"), Ok("2.5s")),
            (" 1h ".into(), Ok("1h0m0s")),
            (crate::Int(90).into(), Ok("1m30s")),
            (0.5.into(), Ok("500ms")),
            ("".into(), Err("empty duration")),
            ("x".into(), Err("could not parse duration \"x\"")),
            (Value::NIL, Err("invalid duration")),
            (true.into(), Err("unsupported duration type bool")),
            ("1e300".into(), Err("duration seconds overflow: 1e+300")),
            ("inf".into(), Err("invalid duration seconds: +Inf")),
            (crate::Int(9_223_372_037).into(), Err("duration seconds overflow: 9223372037")),
        ] {
            assert_eq!(read(value), want.map(str::to_owned).map_err(str::to_owned));
        }
    }

    #[test]
    fn errors_count_as_zero() {
        assert_eq!(duration_seconds("x".into()), 0.0);
        let rounded = duration_round_to("90s".into(), "x".into());
        assert_eq!(Duration::of(&rounded), Some(Duration(90 * SECOND)));
    }
}
