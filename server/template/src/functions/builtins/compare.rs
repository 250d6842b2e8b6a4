//! `eq`, `lt` and their relatives: only values of one kind compare, but for integers of either sign.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::{Cx, Data, Failure, Value};

/// Go's `basicKind`.
enum Basic<'v> {
    Bool(bool),
    Complex(f64, f64),
    Int(i64),
    Uint(u64),
    Float(f64),
    Str(&'v [u8]),
}

fn basic(value: &Value) -> Option<Basic<'_>> {
    Some(match &value.data {
        Data::Bool(it) => Basic::Bool(*it),
        Data::Int(kind, it) if kind.is_unsigned() => Basic::Uint(*it as u64),
        Data::Int(_, it) => Basic::Int(*it),
        Data::Float(it) => Basic::Float(*it),
        Data::Complex(it) => Basic::Complex(it.0, it.1),
        Data::Str(it) => Basic::Str(it),
        Data::Object(it) => Basic::Int(it.integer()?.1),
        Data::Invalid | Data::Nil | Data::Bytes(_) | Data::List(_) | Data::Map(_) => return None,
    })
}

fn incompatible(a: &Value, b: &Value) -> Failure {
    let (a, b) = (a.type_name(), b.type_name());
    Failure::new(format!("incompatible types for comparison: {a} and {b}"))
}

const BAD_TYPE: &str = "invalid type for comparison";

pub(super) fn equal_to_any<'v>(
    cx: &Cx<'_>,
    first: &Value,
    others: impl ExactSizeIterator<Item = &'v Value>,
) -> Result<bool, Failure> {
    if others.len() == 0 {
        return Err("missing argument for comparison".into());
    }
    for other in others {
        if equal(cx, first, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn equal(cx: &Cx<'_>, a: &Value, b: &Value) -> Result<bool, Failure> {
    let (Some(left), Some(right)) = (basic(a), basic(b)) else { return equal_others(cx, a, b) };
    Ok(match (left, right) {
        (Basic::Bool(a), Basic::Bool(b)) => a == b,
        (Basic::Complex(a, b), Basic::Complex(c, d)) => a == c && b == d,
        (Basic::Int(a), Basic::Int(b)) => a == b,
        (Basic::Uint(a), Basic::Uint(b)) => a == b,
        (Basic::Int(a), Basic::Uint(b)) | (Basic::Uint(b), Basic::Int(a)) => u64::try_from(a) == Ok(b),
        (Basic::Float(a), Basic::Float(b)) => a == b,
        (Basic::Str(a), Basic::Str(b)) => a == b,
        _ => return Err(incompatible(a, b)),
    })
}

/// At least one side is nil, a container or a struct.
fn equal_others(cx: &Cx<'_>, a: &Value, b: &Value) -> Result<bool, Failure> {
    if a.is_nil() || b.is_nil() {
        return Ok(is_nil(a) && is_nil(b) && (basic(a).is_none() && basic(b).is_none()));
    }
    if basic(a).is_some() || basic(b).is_some() {
        return Err(incompatible(a, b));
    }
    if a.kind_name() != b.kind_name() {
        let (shown_a, shown_b) = (shown(cx, a), shown(cx, b));
        let (type_a, type_b) = (a.type_name(), b.type_name());
        return Err(format!("non-comparable types {shown_a}: {type_a}, {type_b}: {shown_b}").into());
    }
    if is_nil(a) || is_nil(b) {
        return Ok(is_nil(a) == is_nil(b));
    }
    match (&a.data, &b.data) {
        (Data::Object(a), Data::Object(b)) => Ok(Rc::ptr_eq(a, b) || same_struct(cx, &**a, &**b)),
        _ => Err(format!("non-comparable type {}: {}", shown(cx, b), b.type_name()).into()),
    }
}

/// Structs held by value are equal if their fields are; those held by pointer only if they are the same.
fn same_struct(cx: &Cx<'_>, a: &dyn crate::Object, b: &dyn crate::Object) -> bool {
    !a.is_pointer() && a.type_name() == b.type_name() && {
        let (a, b) = (a.fields(), b.fields());
        a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| equal(cx, &a.1, &b.1).is_ok_and(|it| it))
    }
}

fn is_nil(value: &Value) -> bool {
    match &value.data {
        Data::Map(it) => it.is_nil(),
        Data::List(it) => it.is_nil(),
        _ => value.is_nil(),
    }
}

/// Go's messages print the value with `%s`, even where that makes a mess of it.
fn shown(cx: &Cx<'_>, value: &Value) -> String {
    let text = crate::fmt::sprintf(cx, b"%s", std::slice::from_ref(value));
    String::from_utf8_lossy(&text).into_owned()
}

pub(super) fn less(a: &Value, b: &Value) -> Result<bool, Failure> {
    let (Some(left), Some(right)) = (basic(a), basic(b)) else { return Err(BAD_TYPE.into()) };
    Ok(match (left, right) {
        (Basic::Bool(_), Basic::Bool(_)) | (Basic::Complex(..), Basic::Complex(..)) => {
            return Err(BAD_TYPE.into());
        }
        (Basic::Int(a), Basic::Int(b)) => a < b,
        (Basic::Uint(a), Basic::Uint(b)) => a < b,
        (Basic::Int(a), Basic::Uint(b)) => i128::from(a).cmp(&i128::from(b)) == Ordering::Less,
        (Basic::Uint(a), Basic::Int(b)) => i128::from(a).cmp(&i128::from(b)) == Ordering::Less,
        (Basic::Float(a), Basic::Float(b)) => a < b,
        (Basic::Str(a), Basic::Str(b)) => a < b,
        _ => return Err(incompatible(a, b)),
    })
}

/// Less, or else equal: NaN is neither, as in Go.
pub(super) fn less_or_equal(cx: &Cx<'_>, a: &Value, b: &Value) -> Result<bool, Failure> {
    Ok(less(a, b)? || equal(cx, a, b)?)
}
