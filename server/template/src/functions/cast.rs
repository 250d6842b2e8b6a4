//! Numbers out of values, by the rules of `github.com/spf13/cast`.

use golang::strconv::{parse_float, parse_int};

use crate::{Data, Value};

/// `cast.ToInt64`, which is `cast.ToInt` as well on 64 bits.
pub(super) fn to_int64(value: &Value) -> i64 {
    match &value.data {
        Data::Int(_, it) => *it,
        Data::Float(it) => truncate(*it),
        Data::Str(it) => parse_int(without_zero_fraction(it), 0).unwrap_or(0),
        Data::Bool(it) => (*it).into(),
        Data::Object(it) => calendar(&**it).unwrap_or(0),
        _ => 0,
    }
}

/// Months and days of the week count, durations do not: `cast` knows the types one by one.
fn calendar(object: &dyn crate::Object) -> Option<i64> {
    let known = matches!(object.type_name(), "time.Month" | "time.Weekday");
    object.integer().filter(|_| known).map(|(_, it)| it)
}

/// Go's `int64(f)` on amd64, where all that does not fit is the smallest number.
pub(super) fn truncate(it: f64) -> i64 {
    const END: f64 = 9_223_372_036_854_775_808.0;
    if (-END..END).contains(&it) { it as i64 } else { i64::MIN }
}

/// `1.00` as `1`; any other fraction stays and makes it no integer.
fn without_zero_fraction(text: &[u8]) -> &[u8] {
    let zeros = text.iter().rev().take_while(|it| **it == b'0').count();
    text[..text.len() - zeros].strip_suffix(b".").filter(|_| zeros > 0).unwrap_or(text)
}

/// `cast.ToFloat64`.
pub(super) fn to_float64(value: &Value) -> f64 {
    match &value.data {
        Data::Int(kind, it) if kind.is_unsigned() => *it as u64 as f64,
        Data::Int(_, it) => *it as f64,
        Data::Float(it) => *it,
        Data::Str(it) => parse_float(it).unwrap_or(0.0),
        Data::Bool(it) => f64::from(u8::from(*it)),
        Data::Object(it) => calendar(&**it).unwrap_or(0) as f64,
        _ => 0.0,
    }
}
