//! Times, durations, months and weekdays as templates hold them: Go's types with Go's methods.

use std::any::Any;

use super::duration::{Duration, SECOND};
use super::layout::{MONTHS, WEEKDAYS};
use super::time::{Time, Zone};
use crate::value::methods::{method, object};
use crate::{Arg, Cx, Data, GoType, Int, IntKind, Method, Object, Str, Value};

impl From<Time> for Value {
    fn from(time: Time) -> Self {
        object(time)
    }
}

impl From<Duration> for Value {
    fn from(duration: Duration) -> Self {
        object(duration)
    }
}

impl Arg for Duration {
    const TYPE: GoType = GoType::Named("time.Duration");
    fn take(value: &Value) -> Self {
        Self::of(value).unwrap_or_default()
    }
}

impl Duration {
    /// The duration, if the value is one or a number of nanoseconds.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match &value.data {
            Data::Int(_, nanoseconds) => Some(Self(*nanoseconds)),
            Data::Object(it) => it.as_any().downcast_ref::<Self>().copied(),
            _ => None,
        }
    }
}

impl Time {
    fn printed(&self) -> String {
        let text = super::format::format(self, b"2006-01-02 15:04:05.999999999 -0700 MST");
        // Go adds how long the program has been running; ours has no clock but the host's.
        let monotonic = if self.monotonic { " m=+0.000000001" } else { "" };
        String::from_utf8_lossy(&text).into_owned() + monotonic
    }

    /// Methods that ask for a part of the time.
    fn part(&self, name: &str) -> Option<Value> {
        let at = self.civil();
        let int = |it: i64| Some(Int(it).into());
        match name {
            "Year" => int(at.year),
            "Month" => Some(object(Name { index: at.month, of: &MONTHS, first: 1, go_type: "time.Month" })),
            "Day" => int(at.day),
            "Hour" => int(at.hour),
            "Minute" => int(at.minute),
            "Second" => int(at.second),
            "Nanosecond" => int(self.nanosecond.into()),
            "YearDay" => int(self.year_day()),
            "Weekday" => {
                Some(object(Name { index: self.weekday(), of: &WEEKDAYS, first: 0, go_type: "time.Weekday" }))
            }
            "Unix" => Some(self.unix.into()),
            "UnixMilli" => Some((self.nanoseconds().div_euclid(1_000_000) as i64).into()),
            "UnixMicro" => Some((self.nanoseconds().div_euclid(1_000) as i64).into()),
            "UnixNano" => Some((self.nanoseconds() as i64).into()),
            "IsZero" => Some(self.is_zero().into()),
            "IsDST" => Some(self.zone.is_dst(self.unix).into()),
            "String" => Some(self.printed().into()),
            "Location" => Some(object(self.zone.clone())),
            _ => None,
        }
    }
}

impl Object for Time {
    #[expect(clippy::unnecessary_literal_bound, reason = "the trait's signature")]
    fn type_name(&self) -> &str {
        "time.Time"
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    fn method(&self, name: &str) -> Option<Method> {
        if let Some(part) = self.part(name) {
            return Some(method(move || part.clone()));
        }
        let it = self.clone();
        Some(match name {
            "Format" => method(move |layout: Str| Str::from(super::format::format(&it, &layout))),
            "Add" => method(move |by: Duration| it.add(by)),
            "AddDate" => {
                method(move |years: Int, months: Int, days: Int| it.add_date(years.0, months.0, days.0))
            }
            "Sub" => method(move |other: Time| it.since(&other)),
            "Before" => method(move |other: Time| it.nanoseconds() < other.nanoseconds()),
            "After" => method(move |other: Time| it.nanoseconds() > other.nanoseconds()),
            "Equal" => method(move |other: Time| it.nanoseconds() == other.nanoseconds()),
            "Compare" => method(move |other: Time| Int(it.nanoseconds().cmp(&other.nanoseconds()) as i64)),
            "Truncate" => method(move |to: Duration| it.truncate(to)),
            "Round" => method(move |to: Duration| it.round(to)),
            "UTC" => method(move || it.clone().within(Zone::Utc)),
            "Local" => method(move |cx: &mut Cx<'_>| it.clone().within(Zone::local(cx))),
            "In" => method(move |zone: Zone| it.clone().within(zone)),
            _ => return None,
        })
    }

    fn display(&self) -> Option<String> {
        Some(self.printed())
    }

    fn to_json(&self) -> Value {
        self.rfc3339().into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for Duration {
    #[expect(clippy::unnecessary_literal_bound, reason = "the trait's signature")]
    fn type_name(&self) -> &str {
        "time.Duration"
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    fn method(&self, name: &str) -> Option<Method> {
        let it = *self;
        Some(match name {
            "Hours" => method(move || it.in_unit(3600 * SECOND)),
            "Minutes" => method(move || it.in_unit(60 * SECOND)),
            "Seconds" => method(move || it.in_unit(SECOND)),
            "Milliseconds" => method(move || it.0 / 1_000_000),
            "Microseconds" => method(move || it.0 / 1_000),
            "Nanoseconds" => method(move || it.0),
            "String" => method(move || it.to_string()),
            "Round" => method(move |to: Duration| it.round(to)),
            "Truncate" => method(move |to: Duration| it.truncate(to)),
            "Abs" => method(move || Duration(it.0.saturating_abs())),
            _ => return None,
        })
    }

    fn display(&self) -> Option<String> {
        Some(self.to_string())
    }

    fn integer(&self) -> Option<(IntKind, i64)> {
        Some((IntKind::Int64, self.0))
    }

    /// A plain number of nanoseconds: Go's `Duration` has no JSON form of its own.
    fn to_json(&self) -> Value {
        self.0.into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A `time.Month` or `time.Weekday`: an integer that prints as a name.
#[derive(Debug)]
struct Name {
    index: i64,
    of: &'static [&'static str],
    first: i64,
    go_type: &'static str,
}

impl Name {
    fn text(&self) -> String {
        let at = usize::try_from(self.index - self.first).ok();
        at.and_then(|at| self.of.get(at)).map_or_else(|| self.index.to_string(), |&name| name.to_owned())
    }
}

impl Object for Name {
    fn type_name(&self) -> &str {
        self.go_type
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    fn method(&self, name: &str) -> Option<Method> {
        let text = self.text();
        (name == "String").then(|| method(move || text.clone()))
    }

    fn display(&self) -> Option<String> {
        Some(self.text())
    }

    fn integer(&self) -> Option<(IntKind, i64)> {
        Some((IntKind::Int, self.index))
    }

    fn to_json(&self) -> Value {
        Value::int(self.index)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Arg for Zone {
    const TYPE: GoType = GoType::Named("*time.Location");
    fn take(value: &Value) -> Self {
        let Data::Object(it) = &value.data else { return Self::Utc };
        it.as_any().downcast_ref::<Self>().cloned().unwrap_or(Self::Utc)
    }
}

impl Object for Zone {
    #[expect(clippy::unnecessary_literal_bound, reason = "the trait's signature")]
    fn type_name(&self) -> &str {
        "*time.Location"
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    fn method(&self, name: &str) -> Option<Method> {
        let text = self.name().to_owned();
        (name == "String").then(|| method(move || text.clone()))
    }

    fn display(&self) -> Option<String> {
        Some(self.name().to_owned())
    }

    fn to_json(&self) -> Value {
        crate::Map::new().into()
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::call;

    fn ask(value: &Value, name: &str, args: &[Value]) -> Value {
        let method = value.method(name).unwrap();
        call(|cx| (method.call)(cx, args)).unwrap()
    }

    fn shown(value: &Value) -> String {
        match &value.data {
            Data::Object(it) => it.display().unwrap(),
            Data::Str(it) => it.to_text().into_owned(),
            other => format!("{other:?}"),
        }
    }

    fn time() -> Value {
        Time::from_nanoseconds(1_514_764_799_500_000_000, Zone::Utc).into()
    }

    #[test]
    fn parts() {
        for (name, want) in [
            ("Year", "Int(Int, 2017)"),
            ("Month", "December"),
            ("Weekday", "Sunday"),
            ("YearDay", "Int(Int, 365)"),
            ("Unix", "Int(Int64, 1514764799)"),
            ("UnixMilli", "Int(Int64, 1514764799500)"),
            ("String", "2017-12-31 23:59:59.5 +0000 UTC"),
            ("IsZero", "Bool(false)"),
            ("Location", "UTC"),
        ] {
            assert_eq!(shown(&ask(&time(), name, &[])), want, "{name}");
        }
    }

    #[test]
    fn calculations() {
        let later = ask(&time(), "AddDate", &[Int(0).into(), Int(2).into(), Int(0).into()]);
        assert_eq!(shown(&later), "2018-03-03 23:59:59.5 +0000 UTC");
        let between = ask(&later, "Sub", &[time()]);
        assert_eq!(shown(&between), "1488h0m0s");
        assert_eq!(shown(&ask(&between, "Hours", &[])), "Float(1488.0)");
        assert_eq!(
            shown(&ask(&time(), "Add", &[Duration(SECOND / 2).into()])),
            "2018-01-01 00:00:00 +0000 UTC"
        );
        assert_eq!(shown(&ask(&time(), "Before", &[later])), "Bool(true)");
        assert_eq!(shown(&ask(&time(), "Format", &["Jan 2".into()])), "Dec 31");
    }
}
