//! Dates and durations, by Go's layouts. The clock and the local time zone are the host's.
//!
//! What is no date silently counts as "now" in most of these functions: sprig's habit.

pub(crate) mod duration;
mod format;
mod layout;
mod object;
mod parse;
mod time;

use self::duration::{Duration, SECOND};
use self::time::{Time, Zone};
use crate::{Cx, Data, Failure, Function, IntKind, Str, Value, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("now", now),
    function!("date", date),
    function!("dateInZone", date_in_zone),
    function!("date_in_zone", date_in_zone),
    function!("dateModify", date_modify),
    function!("date_modify", date_modify),
    function!("mustDateModify", must_date_modify),
    function!("must_date_modify", must_date_modify),
    function!("ago", ago),
    function!("duration", duration),
    function!("durationRound", duration_round),
    function!("htmlDate", html_date),
    function!("htmlDateInZone", html_date_in_zone),
    function!("toDate", to_date),
    function!("mustToDate", must_to_date),
    function!("unixEpoch", unix_epoch),
];

/// A time by a layout of Go's, for those who print times outside of templates: nanoseconds since 1970, and seconds that the
/// clocks are ahead of UTC.
pub fn format_time(nanoseconds: i128, offset: i32, layout: &str) -> String {
    let zone = if offset == 0 { Zone::Utc } else { Zone::Fixed { name: String::new(), offset } };
    let unix = nanoseconds.div_euclid(SECOND.into()) as i64;
    let nanosecond = nanoseconds.rem_euclid(SECOND.into()) as u32;
    let time = Time { unix, nanosecond, zone, monotonic: false };
    String::from_utf8_lossy(&format::format(&time, layout.as_bytes())).into_owned()
}

/// A duration as Go reads it (`1h30m`), in nanoseconds. The error is Go's.
pub fn parse_duration(text: &str) -> Result<i64, String> {
    duration::parse(text.as_bytes()).map(|it| it.0)
}

const HTML_DATE: &str = "2006-01-02";

/// The current time. A deploy gives another one on every run; a preview's clock stands still.
///
/// `{{ now | date "2006-01-02" }}` is a date such as `2026-11-23`
pub fn now(cx: &mut Cx<'_>) -> Value {
    let now = Time { monotonic: true, ..time_now(cx) };
    now.into()
}

/// Writes a date (a time or seconds since 1970) in Go's layout language, in the local time zone.
///
/// `{{ toDate "2006-01-02" "2017-12-31" | date "02/01/2006" }}` gives `31/12/2017`
pub fn date(cx: &mut Cx<'_>, layout: Str, date: Value) -> Str {
    let zone = Zone::local(cx);
    write(cx, &layout, &date, zone)
}

/// Writes a date in Go's layout language, in a time zone by its name (UTC if nobody knows it).
///
/// `{{ dateInZone "15:04 MST" (toDate "2006-01-02" "2017-12-31") "UTC" }}` gives `00:00 UTC`
pub fn date_in_zone(cx: &mut Cx<'_>, layout: Str, date: Value, zone: Str) -> Str {
    let zone = Zone::load(cx, &zone.to_text()).unwrap_or(Zone::Utc);
    write(cx, &layout, &date, zone)
}

/// Moves a date by a duration such as `-1.5h`; what is no duration leaves it as it is.
///
/// `{{ toDate "2006-01-02" "2017-12-31" | dateModify "24h" | date "2006-01-02" }}` gives `2018-01-01`
pub fn date_modify(by: Str, date: Time) -> Value {
    match duration::parse(&by) {
        Ok(by) => date.add(by).into(),
        Err(_) => date.into(),
    }
}

/// Moves a date by a duration such as `-1.5h`, and fails on what is no duration.
///
/// `{{ toDate "2006-01-02" "2017-12-31" | mustDateModify "-1h" | date "15:04" }}` gives `23:00`
pub fn must_date_modify(by: Str, date: Time) -> Result<Value, Failure> {
    Ok(date.add(duration::parse(&by)?).into())
}

/// How long ago a date (a time or seconds since 1970) was, to the second.
///
/// `{{ ago .Values.createdAt }}` is a duration such as `2h34m7s`
pub fn ago(cx: &mut Cx<'_>, date: Value) -> String {
    let now = time_now(cx);
    let date = match &date.data {
        Data::Int(IntKind::Int32, _) => None, // unlike `date`, this one does not know the type
        _ => Time::of(&date, Zone::Utc),
    };
    let date = date.unwrap_or_else(|| now.clone());
    now.since(&date).round(Duration(SECOND)).to_string()
}

/// Writes a number of seconds (an `int64`, or a string of digits) as a duration.
///
/// `{{ duration "3661" }}` gives `1h1m1s`
pub fn duration(seconds: Value) -> String {
    let seconds = match &seconds.data {
        Data::Int(IntKind::Int64, it) => *it,
        Data::Str(it) => duration::parse_int(it),
        _ => 0,
    };
    Duration(seconds.wrapping_mul(SECOND)).to_string()
}

/// Rounds a duration (a text, nanoseconds, or the time since a date) down to its largest unit.
///
/// `{{ durationRound "2400h10m5s" }}` gives `3mo`
pub fn duration_round(cx: &mut Cx<'_>, duration: Value) -> String {
    let duration = match &duration.data {
        Data::Str(it) => duration::parse(it).unwrap_or_default(),
        Data::Int(IntKind::Int64, it) => Duration(*it),
        Data::Object(_) => {
            Time::of(&duration, Zone::Utc).map(|date| time_now(cx).since(&date)).unwrap_or_default()
        }
        _ => Duration::default(),
    };
    let nanoseconds = duration.0.unsigned_abs();
    let hour = 3600 * SECOND.unsigned_abs();
    let units = [
        (365 * 24 * hour, "y"),
        (30 * 24 * hour, "mo"),
        (24 * hour, "d"),
        (hour, "h"),
        (hour / 60, "m"),
        (hour / 3600, "s"),
    ];
    let unit = units.iter().find(|(unit, _)| nanoseconds > *unit);
    unit.map_or("0s".to_owned(), |(unit, name)| format!("{}{name}", nanoseconds / unit))
}

/// Writes a date for an HTML date input, in the local time zone.
///
/// `{{ toDate "02.01.2006" "31.12.2017" | htmlDate }}` gives `2017-12-31`
pub fn html_date(cx: &mut Cx<'_>, date: Value) -> Str {
    self::date(cx, HTML_DATE.into(), date)
}

/// Writes a date for an HTML date input, in a time zone by its name.
///
/// `{{ htmlDateInZone (toDate "2006-01-02" "2017-12-31") "UTC" }}` gives `2017-12-31`
pub fn html_date_in_zone(cx: &mut Cx<'_>, date: Value, zone: Str) -> Str {
    date_in_zone(cx, HTML_DATE.into(), date, zone)
}

/// Reads a date in Go's layout language; what does not fit is midnight of the first of January of year 1.
///
/// `{{ (toDate "2006-01-02" "2017-12-31").YearDay }}` gives `365`
pub fn to_date(cx: &mut Cx<'_>, layout: Str, text: Str) -> Value {
    let zone = Zone::local(cx);
    parse::parse(&layout, &text, &zone).unwrap_or_else(|_| Time::zero()).into()
}

/// Reads a date in Go's layout language, and fails on what does not fit.
///
/// `{{ (mustToDate "2006-01-02" "2017-12-31").Weekday }}` gives `Sunday`
pub fn must_to_date(cx: &mut Cx<'_>, layout: Str, text: Str) -> Result<Value, Failure> {
    let zone = Zone::local(cx);
    Ok(parse::parse(&layout, &text, &zone)?.into())
}

/// The seconds from 1970 to a date, as text.
///
/// `{{ toDate "2006-01-02 MST" "2017-12-31 UTC" | unixEpoch }}` gives `1514678400`
pub fn unix_epoch(date: Time) -> String {
    date.unix.to_string()
}

fn write(cx: &Cx<'_>, layout: &[u8], date: &Value, zone: Zone) -> Str {
    let date = Time::of(date, Zone::Utc).unwrap_or_else(|| time_now(cx));
    format::format(&date.within(zone), layout).into()
}

fn time_now(cx: &Cx<'_>) -> Time {
    Time::from_nanoseconds(cx.host.now(), Zone::local(cx))
}

/// An instant as certificates write it: `20261123052545Z`.
pub(crate) fn utc_stamp(unix: i64) -> String {
    let time::Civil { year, month, day, hour, minute, second } = time::Civil::of(unix);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z")
}

/// A time as TOML has it, for `fromToml`: with an offset, or local under one of TOML's own zone names.
pub(crate) fn toml_time(date: (i64, u8, u8), clock: (u8, u8, u8, u32), zone: TomlZone) -> Value {
    let zone = match zone {
        TomlZone::Offset(0) => Zone::Utc,
        TomlZone::Offset(minutes) => Zone::Fixed { name: String::new(), offset: i32::from(minutes) * 60 },
        TomlZone::Local(name) => Zone::Fixed { name: name.to_owned(), offset: 0 },
    };
    let (hour, minute, second, nanosecond) = clock;
    let civil = time::Civil {
        year: date.0,
        month: date.1.into(),
        day: date.2.into(),
        hour: hour.into(),
        minute: minute.into(),
        second: second.into(),
    };
    Time::from_civil(civil, nanosecond, zone).into()
}

/// Where a time of a TOML file is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TomlZone {
    /// So many minutes east of Greenwich.
    Offset(i16),
    /// Nowhere in particular: `date-local` and the like.
    Local(&'static str),
}

/// A time as TOML writes it, if the value is one: RFC 3339, or the part of it that TOML's own zones have.
pub(crate) fn toml_text(value: &Value) -> Option<String> {
    let Data::Object(it) = &value.data else { return None };
    let time = it.as_any().downcast_ref::<Time>()?;
    let layout: &[u8] = match time.zone.name() {
        "datetime-local" => b"2006-01-02T15:04:05.999999999",
        "date-local" => b"2006-01-02",
        "time-local" => b"15:04:05.999999999",
        _ => return Some(time.rfc3339()),
    };
    Some(String::from_utf8_lossy(&format::format(time, layout)).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::call;

    fn on(date: &str) -> Value {
        call(|cx| must_to_date(cx, "2006-01-02 15:04:05 MST".into(), format!("{date} UTC").into())).unwrap()
    }

    fn zoned(layout: &str, date: Value, zone: &str) -> String {
        call(|cx| date_in_zone(cx, layout.into(), date, zone.into())).to_text().into_owned()
    }

    #[test]
    fn dates_in_zones() {
        let layout = "02 Jan 06 15:04 -0700 MST";
        let date = || on("2019-06-13 20:39:39");
        assert_eq!(zoned(layout, date(), "UTC"), "13 Jun 19 20:39 +0000 UTC");
        assert_eq!(zoned(layout, date(), "Europe/Berlin"), "13 Jun 19 22:39 +0200 CEST");
        assert_eq!(zoned(layout, date(), "America/St_Johns"), "13 Jun 19 18:09 -0230 NDT");
        assert_eq!(zoned(layout, date(), "europe/berlin"), "13 Jun 19 20:39 +0000 UTC");
        assert_eq!(zoned(layout, 1_560_458_379.into(), "foobar"), "13 Jun 19 20:39 +0000 UTC");
    }

    #[test]
    fn what_is_no_date_is_now() {
        assert_eq!(zoned(HTML_DATE, "2017-12-31".into(), "UTC"), "2026-11-23");
        assert_eq!(zoned(HTML_DATE, Value::NIL, "UTC"), "2026-11-23");
    }

    #[test]
    fn moving() {
        let date = || Time::of(&on("2017-12-31 23:59:59"), Zone::Utc).unwrap();
        let show = |value: Value| zoned("2006-01-02 15:04:05.000", value, "UTC");
        assert_eq!(show(date_modify("1.5s".into(), date())), "2018-01-01 00:00:00.500");
        assert_eq!(show(date_modify("x".into(), date())), "2017-12-31 23:59:59.000");
        let failure = must_date_modify("x".into(), date()).unwrap_err();
        assert_eq!(failure.message(), "time: invalid duration \"x\"");
    }

    #[test]
    fn durations() {
        for (seconds, want) in [("61", "1m1s"), ("3600", "1h0m0s"), ("93784", "26h3m4s"), ("x", "0s")] {
            assert_eq!(duration(seconds.into()), want);
        }
        assert_eq!(duration(crate::Int(3661).into()), "0s"); // only int64 counts
        let round = |it: &str| call(|cx| duration_round(cx, it.into()));
        for (text, want) in
            [("2h5s", "2h"), ("24h5s", "1d"), ("2400h5s", "3mo"), ("1s", "0s"), ("-3h", "3h"), ("1m1s", "1m")]
        {
            assert_eq!(round(text), want, "{text}");
        }
    }

    #[test]
    fn ago_counts_from_the_hosts_clock() {
        let ago = |seconds: i64| call(|cx| ago(cx, seconds.into()));
        assert_eq!(ago(1_795_411_545 - 125), "2m6s"); // the clock stands at .57 s
    }

    #[test]
    fn bad_dates_are_year_one() {
        let zero = call(|cx| to_date(cx, HTML_DATE.into(), "x".into()));
        assert_eq!(zoned(HTML_DATE, zero, "UTC"), "0001-01-01");
    }
}
