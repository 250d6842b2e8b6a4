//! Exact decimal arithmetic, as `github.com/shopspring/decimal` does it for `addf` and its kin.
//!
//! Numbers here come out of floats and go back into one, so they are short and school arithmetic on digits is
//! good enough; only a product of very many factors gets long.

use std::cmp::Ordering;

/// `digits × 10^exponent`, with a sign.
#[derive(Clone, Debug)]
pub(super) struct Decimal {
    negative: bool,
    /// From the lowest digit up, without leading zeros; zero has none.
    digits: Vec<u8>,
    exponent: i64,
}

/// Divisions stop after so many places.
const PLACES: i64 = 16;

impl Decimal {
    /// The shortest decimal that reads back as the float; none for infinities and NaN.
    pub(super) fn from_float(it: f64) -> Option<Self> {
        if !it.is_finite() {
            return None;
        }
        let text = format!("{:e}", it.abs());
        let (mantissa, exponent) = text.split_once('e')?;
        let places = mantissa.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let digits = mantissa.bytes().rev().filter(u8::is_ascii_digit).map(|it| it - b'0').collect();
        let exponent = exponent.parse::<i64>().ok()? - places as i64;
        Some(Self { negative: it.is_sign_negative(), digits: trimmed(digits), exponent })
    }

    /// The nearest float.
    pub(super) fn to_float(&self) -> f64 {
        let digits: String = self.digits.iter().rev().map(|it| char::from(b'0' + it)).collect();
        let magnitude: f64 = format!("0{digits}e{}", self.exponent).parse().unwrap_or(f64::NAN);
        // Big integers have no negative zero.
        if self.negative && !self.digits.is_empty() { -magnitude } else { magnitude }
    }

    pub(super) fn add(mut self, other: &Self) -> Self {
        let mut other = other.clone();
        let exponent = self.exponent.min(other.exponent);
        self.lower_to(exponent);
        other.lower_to(exponent);
        if self.negative == other.negative {
            return Self { digits: sum(&self.digits, &other.digits), ..self };
        }
        match compare(&self.digits, &other.digits) {
            Ordering::Less => Self { digits: difference(&other.digits, &self.digits), ..other },
            _ => Self { digits: difference(&self.digits, &other.digits), ..self },
        }
    }

    pub(super) fn sub(self, other: &Self) -> Self {
        let negated = Self { negative: !other.negative, ..other.clone() };
        self.add(&negated)
    }

    pub(super) fn mul(self, other: &Self) -> Self {
        Self {
            negative: self.negative != other.negative,
            digits: product(&self.digits, &other.digits),
            exponent: self.exponent + other.exponent,
        }
    }

    /// The quotient to 16 places, halves away from zero; none for a division by zero.
    pub(super) fn div(mut self, other: &Self) -> Option<Self> {
        let mut other = other.clone();
        if other.digits.is_empty() {
            return None;
        }
        // Scaled so that the whole part of the quotient counts units of the last place.
        let target = other.exponent - PLACES;
        if self.exponent > target {
            self.lower_to(target);
        } else {
            other.lower_to(self.exponent + PLACES);
        }
        let (mut digits, rest) = quotient(&self.digits, &other.digits);
        if compare(&sum(&rest, &rest), &other.digits) != Ordering::Less {
            digits = sum(&digits, &[1]);
        }
        Some(Self { negative: self.negative != other.negative, digits, exponent: -PLACES })
    }

    /// Writes zeros at the end until the exponent is so low.
    fn lower_to(&mut self, exponent: i64) {
        let zeros = usize::try_from(self.exponent - exponent).unwrap_or(0);
        if !self.digits.is_empty() {
            self.digits.splice(0..0, std::iter::repeat_n(0, zeros));
        }
        self.exponent = exponent;
    }
}

fn trimmed(mut digits: Vec<u8>) -> Vec<u8> {
    while digits.last() == Some(&0) {
        digits.pop();
    }
    digits
}

fn compare(one: &[u8], other: &[u8]) -> Ordering {
    one.len().cmp(&other.len()).then_with(|| one.iter().rev().cmp(other.iter().rev()))
}

fn sum(one: &[u8], other: &[u8]) -> Vec<u8> {
    let mut digits = Vec::with_capacity(one.len().max(other.len()) + 1);
    let mut carry = 0;
    for at in 0..one.len().max(other.len()) {
        let digit = one.get(at).unwrap_or(&0) + other.get(at).unwrap_or(&0) + carry;
        carry = u8::from(digit > 9);
        digits.push(digit - 10 * carry);
    }
    digits.push(carry);
    trimmed(digits)
}

/// What is left of the greater number when the smaller is taken away.
fn difference(greater: &[u8], smaller: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let digit = |(at, digit): (usize, &u8)| {
        let taken = smaller.get(at).unwrap_or(&0) + borrow;
        borrow = u8::from(*digit < taken);
        digit + 10 * borrow - taken
    };
    trimmed(greater.iter().enumerate().map(digit).collect())
}

fn product(one: &[u8], other: &[u8]) -> Vec<u8> {
    let mut columns = vec![0_u64; one.len() + other.len() + 1];
    for (at, digit) in one.iter().enumerate() {
        for (column, factor) in columns[at..].iter_mut().zip(other) {
            *column += u64::from(*digit) * u64::from(*factor);
        }
    }
    let mut carry = 0;
    let digit = |column: u64| {
        let value = column + carry;
        carry = value / 10;
        (value % 10) as u8
    };
    trimmed(columns.into_iter().map(digit).collect())
}

/// Long division: the quotient and the rest.
fn quotient(dividend: &[u8], divisor: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut digits = vec![0; dividend.len()];
    let mut rest = Vec::new();
    for at in (0..dividend.len()).rev() {
        rest.insert(0, dividend[at]);
        rest = trimmed(rest);
        while compare(&rest, divisor) != Ordering::Less {
            rest = difference(&rest, divisor);
            digits[at] += 1;
        }
    }
    (trimmed(digits), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(it: f64) -> Decimal {
        Decimal::from_float(it).unwrap()
    }

    #[test]
    fn floats_come_back() {
        for it in [0.0, 1.0, -0.1, 1e22, 5e-324, f64::MAX, 123_456.789] {
            assert_eq!(decimal(it).to_float(), it);
        }
        assert!(decimal(-0.0).to_float().is_sign_positive());
    }

    #[test]
    fn signs() {
        assert_eq!(decimal(1.0).sub(&decimal(2.5)).to_float(), -1.5);
        assert_eq!(decimal(-1.0).add(&decimal(1.0)).to_float(), 0.0);
        assert_eq!(decimal(-2.0).mul(&decimal(-0.5)).to_float(), 1.0);
        assert_eq!(decimal(-1.0).div(&decimal(8.0)).unwrap().to_float(), -0.125);
    }

    #[test]
    fn quotients_round_at_the_sixteenth_place() {
        assert_eq!(decimal(2.0).div(&decimal(3.0)).unwrap().to_float(), 0.666_666_666_666_666_7);
        assert_eq!(decimal(1e-20).div(&decimal(1.0)).unwrap().to_float(), 0.0);
        assert_eq!(decimal(5e-17).div(&decimal(1.0)).unwrap().to_float(), 1e-16);
        assert_eq!(decimal(1e10).div(&decimal(4e-3)).unwrap().to_float(), 2.5e12);
    }

    #[test]
    fn overflow_is_infinite() {
        assert_eq!(decimal(f64::MAX).mul(&decimal(10.0)).to_float(), f64::INFINITY);
    }
}
