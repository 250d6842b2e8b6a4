//! Times as Go reads and writes them in JSON: to the nanosecond, with the offset that was written.

use std::fmt;

use jiff::Timestamp;
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A moment, and how far the clocks stood from UTC where it was written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    at: Timestamp,
    offset: Offset,
}

impl Time {
    /// A moment in nanoseconds since 1970, written down in a time zone. Unknown zones are UTC.
    pub fn new(nanoseconds: i128, zone: &str) -> Self {
        let at = Timestamp::from_nanosecond(nanoseconds).unwrap_or_default();
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        Self { at, offset: zone.to_offset(at) }
    }

    /// Reads what RFC 3339 has.
    pub fn parse(text: &str) -> Option<Self> {
        let at = text.parse().ok()?;
        let offset = Pieces::parse(text).ok()?.to_numeric_offset().unwrap_or(Offset::UTC);
        Some(Self { at, offset })
    }

    /// The moment.
    pub fn timestamp(self) -> Timestamp {
        self.at
    }

    /// Seconds since 1970.
    pub fn seconds(self) -> i64 {
        self.at.as_second()
    }

    /// As a clock shows it where it was written down.
    pub fn zoned(self) -> jiff::Zoned {
        self.at.to_zoned(self.offset.to_time_zone())
    }

    /// Nanoseconds since 1970, and seconds that the clocks stood ahead of UTC.
    pub fn parts(self) -> (i128, i32) {
        (self.at.as_nanosecond(), self.offset.seconds())
    }

    /// `2026-11-23 05:13:14.608973406 +0000 UTC`: Go's `Time.String`. A zone that is not UTC goes by its offset.
    pub fn go_string(self) -> String {
        let zoned = self.zoned();
        let zone =
            if self.offset == Offset::UTC { "UTC".to_owned() } else { zoned.strftime("%z").to_string() };
        format!("{}{} {zone}", zoned.strftime("%Y-%m-%d %H:%M:%S%.f"), zoned.strftime(" %z"))
    }

    /// `Mon Nov 23 05:13:12 2026`: Go's `time.ANSIC`.
    pub fn ansi_c(self) -> String {
        self.zoned().strftime("%a %b %e %H:%M:%S %Y").to_string()
    }
}

impl fmt::Display for Time {
    /// `2026-11-23T05:13:14.608973406Z`: Go's `time.RFC3339Nano`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let zoned = self.zoned();
        write!(f, "{}", zoned.strftime("%Y-%m-%dT%H:%M:%S%.f"))?;
        if self.offset == Offset::UTC { f.write_str("Z") } else { write!(f, "{}", zoned.strftime("%:z")) }
    }
}

impl PartialOrd for Time {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Time {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at.cmp(&other.at).then(self.offset.cmp(&other.offset))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Helm 3 writes `""` for no time, Helm 4 nothing or `null`; Go's own zero is the first year.
pub(super) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Time>, D::Error> {
    let Some(text) = Option::<String>::deserialize(from)? else { return Ok(None) };
    if text.is_empty() || text.starts_with("0001-01-01T00:00:00") {
        return Ok(None);
    }
    Time::parse(&text).map(Some).ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no time")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_and_digits_stay() {
        for text in
            ["2026-11-23T05:13:14.608973406Z", "2026-11-23T05:13:14.5+02:00", "2026-11-23T05:13:14-07:00"]
        {
            assert_eq!(Time::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn people_read_gos_layouts() {
        let time = Time::parse("2026-11-03T05:13:14.60897Z").unwrap();
        assert_eq!(time.go_string(), "2026-11-03 05:13:14.60897 +0000 UTC");
        assert_eq!(time.ansi_c(), "Tue Nov  3 05:13:14 2026");
        assert_eq!(
            Time::parse("2026-11-03T05:13:14+02:00").unwrap().go_string(),
            "2026-11-03 05:13:14 +0200 +0200"
        );
    }

    #[test]
    fn a_clock_has_a_zone() {
        assert_eq!(Time::new(1_500_000_000, "UTC").to_string(), "1970-01-01T00:00:01.5Z");
        assert_eq!(Time::new(0, "Europe/Berlin").to_string(), "1970-01-01T01:00:00+01:00");
    }
}
