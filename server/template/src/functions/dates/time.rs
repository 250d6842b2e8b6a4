//! Go's `time.Time`: an instant and the zone in which to show it.

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::duration::{Duration, SECOND};
use crate::{Arg, Cx, Data, GoType, IntKind, Value};

const DAY: i64 = 86_400;
/// Seconds from the first of January of year 1 to 1970.
const ZERO_TO_UNIX: i64 = 62_135_596_800;
const NANOSECONDS: i128 = 1_000_000_000;

/// An instant and its zone.
#[derive(Clone, Debug)]
pub struct Time {
    /// Seconds since 1970, UTC.
    pub(super) unix: i64,
    pub(super) nanosecond: u32,
    pub(super) zone: Zone,
    /// Whether Go would have read the monotonic clock too, which printing shows.
    pub(super) monotonic: bool,
}

/// In which zone a time is shown.
#[derive(Clone, Debug)]
pub(super) enum Zone {
    Utc,
    /// An offset in seconds out of a text, and the abbreviation that stood with it, if any.
    Fixed {
        name: String,
        offset: i32,
    },
    /// A zone of the tz database, or the local one under the name `Local`.
    Named {
        name: String,
        rules: TimeZone,
    },
}

/// Year, month and so on; values may lie outside of their range, as for Go's `time.Date`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Civil {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
}

impl Zone {
    /// The host's zone.
    pub(super) fn local(cx: &Cx<'_>) -> Self {
        let rules = find(cx.host.time_zone()).unwrap_or(TimeZone::UTC);
        Self::Named { name: "Local".to_owned(), rules }
    }

    /// Go's `time.LoadLocation`.
    pub(super) fn load(cx: &Cx<'_>, name: &str) -> Option<Self> {
        match name {
            "" | "UTC" => Some(Self::Utc),
            "Local" => Some(Self::local(cx)),
            _ => Some(Self::Named { name: name.to_owned(), rules: find(name)? }),
        }
    }

    /// What `.Location` prints.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Utc => "UTC",
            Self::Fixed { name, .. } | Self::Named { name, .. } => name,
        }
    }

    /// The offset from UTC in seconds at an instant.
    pub(super) fn offset(&self, unix: i64) -> i64 {
        match self {
            Self::Utc => 0,
            Self::Fixed { offset, .. } => (*offset).into(),
            Self::Named { rules, .. } => rules.to_offset(timestamp(unix)).seconds().into(),
        }
    }

    /// The abbreviation at an instant, such as `CEST`.
    pub(super) fn abbreviation(&self, unix: i64) -> String {
        match self {
            Self::Utc => "UTC".to_owned(),
            Self::Fixed { name, .. } => name.clone(),
            Self::Named { rules, .. } => rules.to_offset_info(timestamp(unix)).abbreviation().to_owned(),
        }
    }

    pub(super) fn is_dst(&self, unix: i64) -> bool {
        match self {
            Self::Utc | Self::Fixed { .. } => false,
            Self::Named { rules, .. } => rules.to_offset_info(timestamp(unix)).dst().is_dst(),
        }
    }
}

/// A zone of the database that is built in; names are case-sensitive, as they are on Helm's disk.
fn find(name: &str) -> Option<TimeZone> {
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    (zone.iana_name() == Some(name)).then_some(zone)
}

/// The instant, or the closest one that the database reaches.
fn timestamp(unix: i64) -> Timestamp {
    let reachable = unix.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(reachable).unwrap_or(Timestamp::UNIX_EPOCH)
}

impl Civil {
    /// Of seconds since 1970, without any zone.
    pub(super) fn of(seconds: i64) -> Self {
        let (year, month, day) = date_of_day(seconds.div_euclid(DAY));
        let second = seconds.rem_euclid(DAY);
        Self { year, month, day, hour: second / 3600, minute: second / 60 % 60, second: second % 60 }
    }

    /// Seconds since 1970, without any zone.
    pub(super) fn seconds(self) -> i64 {
        let months = self.year.saturating_mul(12).saturating_add(self.month - 1);
        let days = day_of_date(months.div_euclid(12), months.rem_euclid(12) + 1).wrapping_add(self.day - 1);
        let clock = self.hour.wrapping_mul(3600).wrapping_add(self.minute * 60).wrapping_add(self.second);
        days.wrapping_mul(DAY).wrapping_add(clock)
    }
}

/// Days from 1970 to the first of a month. Years begin in March here, so that leap days come last.
fn day_of_date(year: i64, month: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5;
    era.wrapping_mul(146_097).wrapping_add(of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

fn date_of_day(day: i64) -> (i64, i64, i64) {
    let day = day + 719_468;
    let (era, of_era) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = (shifted + 2) % 12 + 1;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * shifted + 2) / 5 + 1)
}

impl Time {
    /// Go's zero time, year 1.
    pub(super) fn zero() -> Self {
        Self { unix: -ZERO_TO_UNIX, nanosecond: 0, zone: Zone::Utc, monotonic: false }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.unix == -ZERO_TO_UNIX && self.nanosecond == 0
    }

    /// Of nanoseconds since 1970.
    pub(super) fn from_nanoseconds(nanoseconds: i128, zone: Zone) -> Self {
        let unix = nanoseconds.div_euclid(NANOSECONDS) as i64;
        Self { unix, nanosecond: nanoseconds.rem_euclid(NANOSECONDS) as u32, zone, monotonic: false }
    }

    /// Of a date and a clock in a zone. Where the zone skips or repeats an hour, one of the two meanings is
    /// taken, the same as in Go.
    pub(super) fn from_civil(civil: Civil, nanosecond: u32, zone: Zone) -> Self {
        let local = civil.seconds();
        let offset = zone.offset(local.wrapping_sub(zone.offset(local)));
        Self { unix: local.wrapping_sub(offset), nanosecond, zone, monotonic: false }
    }

    /// What the functions take for a date: a time, or seconds since 1970 in one of three integer types.
    pub(super) fn of(value: &Value, zone: Zone) -> Option<Self> {
        match &value.data {
            Data::Object(it) => it.as_any().downcast_ref::<Self>().cloned(),
            Data::Int(IntKind::Int | IntKind::Int32 | IntKind::Int64, unix) => {
                Some(Self { unix: *unix, nanosecond: 0, zone, monotonic: false })
            }
            _ => None,
        }
    }

    /// The same instant in another zone.
    pub(super) fn within(self, zone: Zone) -> Self {
        Self { zone, monotonic: false, ..self }
    }

    pub(super) fn offset(&self) -> i64 {
        self.zone.offset(self.unix)
    }

    /// The date and clock in its zone.
    pub(super) fn civil(&self) -> Civil {
        Civil::of(self.unix.wrapping_add(self.offset()))
    }

    /// 1 for the first of January.
    pub(super) fn year_day(&self) -> i64 {
        let civil = self.civil();
        let first = Civil { month: 1, day: 1, hour: 0, minute: 0, second: 0, ..civil };
        (civil.seconds() - first.seconds()) / DAY + 1
    }

    /// 0 for Sunday.
    pub(super) fn weekday(&self) -> i64 {
        (self.unix.wrapping_add(self.offset()).div_euclid(DAY) + 4).rem_euclid(7) // 1970 began on a Thursday
    }

    pub(super) fn add(&self, by: Duration) -> Self {
        let moved = Self::from_nanoseconds(self.nanoseconds() + i128::from(by.0), self.zone.clone());
        Self { monotonic: self.monotonic, ..moved }
    }

    /// Moves the date part, where the 31st of a short month becomes a day of the next one.
    pub(super) fn add_date(&self, years: i64, months: i64, days: i64) -> Self {
        let it = self.civil();
        let year = it.year.saturating_add(years);
        let (month, day) = (it.month.saturating_add(months), it.day.saturating_add(days));
        Self::from_civil(Civil { year, month, day, ..it }, self.nanosecond, self.zone.clone())
    }

    /// The time from another one to this, or the longest that Go can tell.
    pub(super) fn since(&self, other: &Self) -> Duration {
        let nanoseconds = self.nanoseconds() - other.nanoseconds();
        Duration(nanoseconds.clamp(i64::MIN.into(), i64::MAX.into()) as i64)
    }

    /// Down to a multiple of a duration, counted from year 1.
    pub(super) fn truncate(&self, to: Duration) -> Self {
        let rest = self.rest(to);
        Self { monotonic: false, ..self.add(Duration(rest.saturating_neg())) }
    }

    /// To the nearest multiple of a duration, counted from year 1; halves go up.
    pub(super) fn round(&self, to: Duration) -> Self {
        let rest = self.rest(to);
        let by = if rest < to.0 - rest || to.0 <= 0 { -rest } else { to.0 - rest };
        Self { monotonic: false, ..self.add(Duration(by)) }
    }

    fn rest(&self, of: Duration) -> i64 {
        if of.0 <= 0 {
            return 0;
        }
        let from_zero = self.nanoseconds() + i128::from(ZERO_TO_UNIX) * NANOSECONDS;
        from_zero.rem_euclid(of.0.into()) as i64
    }

    /// Nanoseconds since 1970.
    pub(super) fn nanoseconds(&self) -> i128 {
        i128::from(self.unix) * i128::from(SECOND) + i128::from(self.nanosecond)
    }

    /// How JSON, YAML and TOML write it.
    pub(super) fn rfc3339(&self) -> String {
        let text = super::format::format(self, b"2006-01-02T15:04:05.999999999Z07:00");
        String::from_utf8_lossy(&text).into_owned()
    }
}

impl Arg for Time {
    const TYPE: GoType = GoType::Named("time.Time");
    fn take(value: &Value) -> Self {
        let Data::Object(it) = &value.data else { return Self::zero() };
        it.as_any().downcast_ref::<Self>().cloned().unwrap_or_else(Self::zero)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_round_trip() {
        for seconds in
            [0, -1, 951_782_399, 951_782_400, 1_795_411_545, -ZERO_TO_UNIX, -100_000_000_000, 253_402_300_800]
        {
            assert_eq!(Civil::of(seconds).seconds(), seconds);
        }
        let leap = Civil::of(951_782_400);
        assert_eq!((leap.year, leap.month, leap.day), (2000, 2, 29));
    }

    #[test]
    fn months_overflow_into_years() {
        let date = |year, month, day| Civil { year, month, day, hour: 0, minute: 0, second: 0 };
        assert_eq!(date(2017, 14, 1).seconds(), date(2018, 2, 1).seconds());
        assert_eq!(date(2017, 0, 32).seconds(), date(2017, 1, 1).seconds());
        let time = Time::from_civil(date(2024, 1, 31), 0, Zone::Utc).add_date(0, 1, 0);
        assert_eq!(time.civil(), date(2024, 3, 2));
        assert_eq!((time.year_day(), time.weekday()), (62, 6));
    }

    #[test]
    fn skipped_and_repeated_hours() {
        let berlin =
            || Zone::Named { name: "Europe/Berlin".to_owned(), rules: find("Europe/Berlin").unwrap() };
        let at = |month, day, hour| Civil { year: 2024, month, day, hour, minute: 30, second: 0 };
        let offset = |civil| Time::from_civil(civil, 0, berlin()).offset() / 3600;
        assert_eq!((offset(at(3, 31, 1)), offset(at(3, 31, 3))), (1, 2));
        assert_eq!((offset(at(10, 27, 1)), offset(at(10, 27, 3))), (2, 1));
    }

    #[test]
    fn rounding_counts_from_year_one() {
        let time = Time::from_nanoseconds(1_795_411_545_570_429_916, Zone::Utc);
        let hour = Duration(3600 * SECOND);
        assert_eq!(time.truncate(hour).rfc3339(), "2026-11-23T05:00:00Z");
        assert_eq!(time.round(Duration(SECOND)).rfc3339(), "2026-11-23T05:25:46Z");
        assert_eq!(time.round(hour).rfc3339(), "2026-11-23T05:00:00Z");
        assert_eq!(time.truncate(Duration(0)).rfc3339(), "2026-11-23T05:25:45.570429916Z");
    }
}
