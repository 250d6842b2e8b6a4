//! Functions on numbers. Integers are `int64` and wrap around; functions that end in `f` count in decimals.

use super::cast::{to_float64, to_int64};
use super::decimal::Decimal;
use crate::{Cx, Failure, Function, Int, List, ListType, Rest, Value, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("add", add),
    function!("add1", add1),
    function!("sub", sub),
    function!("mul", mul),
    function!("div", div),
    function!("mod", modulo),
    function!("max", max),
    function!("biggest", max),
    function!("min", min),
    function!("addf", addf),
    function!("add1f", add1f),
    function!("subf", subf),
    function!("mulf", mulf),
    function!("divf", divf),
    function!("maxf", maxf),
    function!("minf", minf),
    function!("floor", floor),
    function!("ceil", ceil),
    function!("round", round),
    function!("until", until),
    function!("untilStep", until_step),
    function!("seq", seq),
    function!("randInt", rand_int),
];

/// The sum of all arguments, each made an integer first.
///
/// `{{ add 1 2.7 "3" }}` gives `6`
pub fn add(values: Rest<Value>) -> i64 {
    values.0.iter().map(to_int64).fold(0, i64::wrapping_add)
}

/// One more.
///
/// `{{ add1 41 }}` gives `42`
pub fn add1(value: Value) -> i64 {
    to_int64(&value).wrapping_add(1)
}

/// The first argument less the second.
///
/// `{{ sub 5 3 }}` gives `2`
pub fn sub(from: Value, value: Value) -> i64 {
    to_int64(&from).wrapping_sub(to_int64(&value))
}

/// The product of all arguments.
///
/// `{{ mul 2 3 4 }}` gives `24`
pub fn mul(first: Value, values: Rest<Value>) -> i64 {
    values.0.iter().map(to_int64).fold(to_int64(&first), i64::wrapping_mul)
}

/// The whole part of a division. Division by zero is an error.
///
/// `{{ div 7 2 }}` gives `3`
pub fn div(value: Value, by: Value) -> Result<i64, Failure> {
    Ok(to_int64(&value).wrapping_div(divisor(&by)?))
}

/// What a division leaves over. Division by zero is an error.
///
/// `{{ mod 7 3 }}` gives `1`
pub fn modulo(value: Value, by: Value) -> Result<i64, Failure> {
    Ok(to_int64(&value).wrapping_rem(divisor(&by)?))
}

fn divisor(by: &Value) -> Result<i64, Failure> {
    match to_int64(by) {
        0 => Err("runtime error: integer divide by zero".into()),
        by => Ok(by),
    }
}

/// The greatest of the integers. `biggest` is its old name.
///
/// `{{ max 1 3 2 }}` gives `3`
pub fn max(first: Value, values: Rest<Value>) -> i64 {
    values.0.iter().map(to_int64).fold(to_int64(&first), i64::max)
}

/// The least of the integers.
///
/// `{{ min 3 1 2 }}` gives `1`
pub fn min(first: Value, values: Rest<Value>) -> i64 {
    values.0.iter().map(to_int64).fold(to_int64(&first), i64::min)
}

/// The sum of all arguments in decimals, without the errors of binary fractions.
///
/// `{{ addf 0.1 0.2 }}` gives `0.3`
pub fn addf(values: Rest<Value>) -> Result<f64, Failure> {
    decimals(&Value::from(0.0), &values.0, |sum, it| Ok(sum.add(it)))
}

/// One more, with the fraction kept.
///
/// `{{ add1f 0.5 }}` gives `1.5`
pub fn add1f(value: Value) -> Result<f64, Failure> {
    decimals(&value, &[Value::int(1)], |sum, it| Ok(sum.add(it)))
}

/// The first argument less all others, in decimals.
///
/// `{{ subf 7.5 2 3 }}` gives `2.5`
pub fn subf(first: Value, values: Rest<Value>) -> Result<f64, Failure> {
    decimals(&first, &values.0, |rest, it| Ok(rest.sub(it)))
}

/// The product of all arguments, in decimals.
///
/// `{{ mulf 1.5 2 }}` gives `3`
pub fn mulf(first: Value, values: Rest<Value>) -> Result<f64, Failure> {
    decimals(&first, &values.0, |product, it| Ok(product.mul(it)))
}

/// The first argument divided by all others, in decimals, each step to 16 places.
///
/// `{{ divf 10 4 }}` gives `2.5`
pub fn divf(first: Value, values: Rest<Value>) -> Result<f64, Failure> {
    decimals(&first, &values.0, |rest, by| rest.div(by).ok_or_else(|| "decimal division by 0".into()))
}

fn decimals(
    first: &Value,
    rest: &[Value],
    step: impl Fn(Decimal, &Decimal) -> Result<Decimal, Failure>,
) -> Result<f64, Failure> {
    let decimal = |value: &Value| {
        let it = to_float64(value);
        let name = if it.is_nan() {
            "NaN"
        } else if it > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        };
        Decimal::from_float(it).ok_or_else(|| Failure::new(format!("Cannot create a Decimal from {name}")))
    };
    let mut result = decimal(first)?;
    for value in rest {
        result = step(result, &decimal(value)?)?;
    }
    Ok(result.to_float())
}

/// The greatest of the numbers.
///
/// `{{ maxf 1.5 3 2.5 }}` gives `3`
pub fn maxf(first: Value, values: Rest<Value>) -> f64 {
    values.0.iter().map(to_float64).fold(to_float64(&first), |one, other| {
        if one.is_infinite() && one > 0.0 || other.is_infinite() && other > 0.0 {
            return f64::INFINITY; // before NaN, in Go
        }
        if one.is_nan() || other.is_nan() { f64::NAN } else { one.max(other) }
    })
}

/// The least of the numbers.
///
/// `{{ minf 1.5 3 2.5 }}` gives `1.5`
pub fn minf(first: Value, values: Rest<Value>) -> f64 {
    values.0.iter().map(to_float64).fold(to_float64(&first), |one, other| {
        if one.is_infinite() && one < 0.0 || other.is_infinite() && other < 0.0 {
            return f64::NEG_INFINITY;
        }
        if one.is_nan() || other.is_nan() { f64::NAN } else { one.min(other) }
    })
}

/// The greatest whole number that is not above.
///
/// `{{ floor 1.8 }}` gives `1`
pub fn floor(value: Value) -> f64 {
    to_float64(&value).floor()
}

/// The least whole number that is not below.
///
/// `{{ ceil 1.2 }}` gives `2`
pub fn ceil(value: Value) -> f64 {
    to_float64(&value).ceil()
}

/// Rounds to so many places. A last argument says from which fraction on to round up, 0.5 if it is not given.
///
/// `{{ round 123.5555 3 }}` gives `123.556`
pub fn round(value: Value, places: Int, up_from: Rest<f64>) -> f64 {
    let up_from = up_from.0.first().copied().unwrap_or(0.5);
    let power = power_of_ten(places.0);
    let shifted = power * to_float64(&value);
    // The fraction has the sign of the number, so that negative numbers always go down.
    let rounded = if shifted.fract() >= up_from { shifted.ceil() } else { shifted.floor() };
    rounded / power
}

/// Go's `math.Pow(10, n)`: squaring and multiplying, then the reciprocal.
fn power_of_ten(n: i64) -> f64 {
    let (mut power, mut square, mut left) = (1.0, 10.0, n.unsigned_abs());
    while left > 0 {
        if left & 1 == 1 {
            power *= square;
        }
        square *= square;
        left >>= 1;
    }
    if n < 0 { 1.0 / power } else { power }
}

/// The integers from 0 up to, not including, `n`; down from 0 when `n` is negative.
///
/// `{{ until 3 }}` gives `[0 1 2]`
pub fn until(cx: &mut Cx<'_>, n: Int) -> Result<List, Failure> {
    until_step(cx, Int(0), n, Int(if n.0 < 0 { -1 } else { 1 }))
}

/// The integers from `start` up to, not including, `stop`, in steps.
///
/// `{{ untilStep 3 10 2 }}` gives `[3 5 7 9]`
pub fn until_step(cx: &mut Cx<'_>, start: Int, stop: Int, step: Int) -> Result<List, Failure> {
    let numbers = steps(cx, start.0, stop.0, step.0)?;
    Ok(List::new(ListType::Ints, numbers.map(Value::int).collect()))
}

/// The numbers from `start` up to or down to `stop`, without it; none if the step leads away from it.
fn steps(cx: &mut Cx<'_>, start: i64, stop: i64, step: i64) -> Result<impl Iterator<Item = i64>, Failure> {
    let distance = i128::from(stop) - i128::from(start);
    let step = i128::from(step);
    let leads_there = distance != 0 && step != 0 && (distance < 0) == (step < 0);
    let count = if leads_there { distance.unsigned_abs().div_ceil(step.unsigned_abs()) } else { 0 };
    let bytes = count.saturating_mul(size_of::<Value>() as u128);
    cx.budget.ensure(usize::try_from(bytes).unwrap_or(usize::MAX))?;
    Ok((0..count as i128).map(move |at| (i128::from(start) + at * step) as i64))
}

/// Numbers with spaces between them: from 1 to the argument, from the first to the last, or, with three
/// arguments, in steps of the second.
///
/// `{{ seq 1 2 9 }}` gives `1 3 5 7 9`
pub fn seq(cx: &mut Cx<'_>, numbers: Rest<Int>) -> Result<String, Failure> {
    let (start, end, step) = match *numbers.0 {
        [end] => (1, end.0, None),
        [start, end] => (start.0, end.0, None),
        [start, step, end] => (start.0, end.0, Some(step.0)),
        _ => return Ok(String::new()),
    };
    let direction = if end < start { -1 } else { 1 };
    if direction < 0 && step.is_some_and(|it| it > 0) {
        return Ok(String::new());
    }
    let numbers = steps(cx, start, end.wrapping_add(direction), step.unwrap_or(direction))?;
    let mut out = String::new();
    for number in numbers {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&number.to_string());
    }
    Ok(out)
}

/// A random integer from `min` up to, not including, `max`.
///
/// `{{ randInt 4 5 }}` gives `4`
pub fn rand_int(cx: &mut Cx<'_>, min: Int, max: Int) -> Result<Int, Failure> {
    let width = max.0.wrapping_sub(min.0);
    if width <= 0 {
        return Err("invalid argument to Intn".into());
    }
    Ok(Int((random_below(cx, width as u64) as i64).wrapping_add(min.0)))
}

/// A random number below `end`, all equally likely.
pub(super) fn random_below(cx: &mut Cx<'_>, end: u64) -> u64 {
    let mut bytes = [0; 16];
    cx.host.random(&mut bytes);
    // 128 bits leave no bias that anyone could find.
    (u128::from_le_bytes(bytes) % u128::from(end)) as u64
}

#[cfg(test)]
mod tests {
    use super::super::calling::{call, error_of, value_of};
    use crate::Value;

    fn ints(numbers: &[i64]) -> Vec<Value> {
        numbers.iter().map(|it| Value::int(*it)).collect()
    }

    #[test]
    fn integers_wrap_and_divide_as_in_go() {
        assert_eq!(call("add", &ints(&[i64::MAX, 1])), i64::MIN.to_string());
        assert_eq!(call("div", &ints(&[i64::MIN, -1])), i64::MIN.to_string());
        assert_eq!(call("mod", &ints(&[-7, 3])), "-1");
        assert_eq!(error_of("div", &ints(&[1, 0])), "runtime error: integer divide by zero");
        assert_eq!(error_of("mod", &ints(&[1, 0])), "runtime error: integer divide by zero");
        assert_eq!(value_of("add", &[]).type_name(), "int64");
    }

    #[test]
    fn decimals_have_no_binary_noise() {
        assert_eq!(call("mulf", &[1.1.into(), 1.1.into()]), "1.21");
        assert_eq!(call("divf", &ints(&[1, 3])), "0.3333333333333333");
        assert_eq!(call("divf", &ints(&[2, -3])), "-0.6666666666666667");
        assert_eq!(call("subf", &[0.3.into(), 0.1.into()]), "0.2");
        assert_eq!(call("addf", &[1e300.into(), 1e-300.into()]), "1e+300");
        assert_eq!(error_of("divf", &ints(&[1, 0])), "decimal division by 0");
        assert_eq!(error_of("addf", &["-Inf".into()]), "Cannot create a Decimal from -Inf");
    }

    #[test]
    fn rounding_keeps_the_quirk_of_negative_numbers() {
        let round = |value: f64, places| call("round", &[value.into(), Value::int(places)]);
        assert_eq!(round(2.5, 0), "3");
        assert_eq!(round(-2.4, 0), "-3");
        assert_eq!(round(1_234_567.891, 2), "1.23456789e+06");
        assert_eq!(round(1234.0, -2), "1200");
        assert_eq!(call("round", &[123.555.into(), Value::int(2), 0.6.into()]), "123.55");
    }

    #[test]
    fn ranges_of_integers() {
        let step = |start, stop, by| call("untilStep", &ints(&[start, stop, by]));
        assert_eq!(step(5, 0, -2), "[5 3 1]");
        assert_eq!(step(0, 5, -1), "[]");
        assert_eq!(step(5, 0, 1), "[]");
        assert_eq!(step(0, 3, 0), "[]");
        assert_eq!(step(i64::MAX - 1, i64::MAX, 2), "[9223372036854775806]");
        assert_eq!(call("until", &ints(&[-3])), "[0 -1 -2]");
        assert_eq!(value_of("until", &ints(&[0])).type_name(), "[]int");
        assert!(error_of("until", &ints(&[i64::MAX])).contains("limit"));
    }

    #[test]
    fn sequences() {
        let seq = |numbers: &[i64]| call("seq", &ints(numbers));
        assert_eq!(seq(&[]), "");
        assert_eq!(seq(&[0]), "1 0");
        assert_eq!(seq(&[-2]), "1 0 -1 -2");
        assert_eq!(seq(&[5, 1]), "5 4 3 2 1");
        assert_eq!(seq(&[5, 1, 1]), "");
        assert_eq!(seq(&[5, -2, 1]), "5 3 1");
        assert_eq!(seq(&[0, 0, 9]), "");
        assert!(error_of("seq", &ints(&[i64::MAX - 1])).contains("limit"));
    }

    #[test]
    fn greatest_and_least() {
        assert_eq!(call("maxf", &["nan".into(), "inf".into()]), "+Inf");
        assert_eq!(call("minf", &["nan".into(), 1.0.into()]), "NaN");
        assert_eq!(call("max", &[1.9.into(), "3".into()]), "3");
    }

    #[test]
    fn random_numbers_stay_in_their_range() {
        let number: i64 = call("randInt", &ints(&[10, 20])).parse().unwrap();
        assert!((10..20).contains(&number));
        assert_eq!(error_of("randInt", &ints(&[5, 5])), "invalid argument to Intn");
    }
}
