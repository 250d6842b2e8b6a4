//! Functions that turn values into strings and numbers. They never fail: what is no number is 0.

use golang::strconv::parse_int;

use super::cast::{to_float64, to_int64};
use super::strval::{display, strval_text};
use crate::{Cx, Function, Int, Str, Text, Value, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("toString", to_string),
    function!("atoi", atoi),
    function!("int", int),
    function!("int64", int64),
    function!("float64", float64),
    function!("toDecimal", to_decimal),
];

/// The value as a string, as it would print.
///
/// `{{ toString (list 1 "a") | quote }}` gives `"[1 a]"`
pub fn to_string(cx: &mut Cx<'_>, value: Value) -> Text {
    strval_text(cx, &value)
}

/// A decimal number in a string as an `int`.
///
/// `{{ atoi "08" }}` gives `8`
pub fn atoi(text: Str) -> Int {
    // Go's Atoi returns the nearest number along with its error, and sprig drops only the error.
    Int(parse_int(&text, 10).unwrap_or_else(|problem| match text.first() {
        _ if !problem.out_of_range => 0,
        Some(b'-') => i64::MIN,
        _ => i64::MAX,
    }))
}

/// The value as an `int`: numbers lose their fraction, strings may be written as in Go, so `0755` is octal.
///
/// `{{ int 2.7 }}` gives `2`
pub fn int(value: Value) -> Int {
    Int(to_int64(&value))
}

/// The value as an `int64`, by the rules of `int`.
///
/// `{{ int64 "0x1f" }}` gives `31`
pub fn int64(value: Value) -> i64 {
    to_int64(&value)
}

/// The value as a `float64`.
///
/// `{{ float64 "1e3" }}` gives `1000`
pub fn float64(value: Value) -> f64 {
    to_float64(&value)
}

/// Reads digits as octal, as the modes of files are written.
///
/// `{{ toDecimal 755 }}` gives `493`
pub fn to_decimal(cx: &mut Cx<'_>, value: Value) -> i64 {
    parse_int(&display(cx, &value), 8).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::super::calling::{call, value_of};
    use crate::Value;

    #[test]
    fn ints_as_cast_reads_them() {
        let int = |value: Value| call("int", &[value]);
        assert_eq!(int("0755".into()), "493");
        assert_eq!(int("08".into()), "0");
        assert_eq!(int("1.9".into()), "0");
        assert_eq!(int("1.0".into()), "1");
        assert_eq!(int("-1_000".into()), "-1000");
        assert_eq!(int((-1.9).into()), "-1");
        assert_eq!(int(true.into()), "1");
        assert_eq!(int(Value::NIL), "0");
        assert_eq!(int("9223372036854775808".into()), "0");
        assert_eq!(call("int64", &[9.223_372_036_854_776e18.into()]), "-9223372036854775808");
        assert_eq!(call("int64", &[f64::NAN.into()]), "-9223372036854775808");
    }

    #[test]
    fn atoi_keeps_the_nearest_number() {
        assert_eq!(call("atoi", &["99999999999999999999".into()]), "9223372036854775807");
        assert_eq!(call("atoi", &["-99999999999999999999".into()]), "-9223372036854775808");
        assert_eq!(call("atoi", &["1_0".into()]), "0");
        assert_eq!(call("atoi", &["+7".into()]), "7");
        assert_eq!(value_of("atoi", &["7".into()]).type_name(), "int");
    }

    #[test]
    fn octal_of_anything_that_prints_so() {
        assert_eq!(call("toDecimal", &[777.0.into()]), "511");
        assert_eq!(call("toDecimal", &["8".into()]), "0");
        assert_eq!(call("toDecimal", &[Value::NIL]), "0");
    }
}
