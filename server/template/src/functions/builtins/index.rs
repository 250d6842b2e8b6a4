//! `index`, `slice` and what they and `len` have in common.

use std::borrow::Cow;

use crate::exec::zero_element;
use crate::{Data, Failure, IntKind, List, Value};

/// What Go's reflection panics with where there is no value to ask for its type.
pub(super) const ZERO_VALUE: &str = "reflect: call of reflect.Value.Type on zero Value";

/// The type that a message names: pointers are followed first.
pub(super) fn indirect_name(value: &Value) -> Cow<'static, str> {
    let name = value.type_name();
    match name.strip_prefix('*') {
        Some(pointee) => Cow::Owned(pointee.to_owned()),
        None => name,
    }
}

pub(super) fn index(item: Value, keys: impl Iterator<Item = Value>) -> Result<Value, Failure> {
    if item.is_nil() {
        return Err("index of untyped nil".into());
    }
    keys.into_iter().try_fold(item, |item, key| step(&item, &key))
}

fn step(item: &Value, key: &Value) -> Result<Value, Failure> {
    match &item.data {
        Data::Nil | Data::Invalid => Err("index of nil pointer".into()),
        Data::Map(map) => {
            let Data::Str(name) = &key.data else { return Err(bad_key(key)) };
            Ok(map.get(name).unwrap_or_else(|| zero_element(map.map_type())))
        }
        Data::List(list) => {
            let at = position(key, list.len())?;
            list.get(at).ok_or_else(|| "reflect: slice index out of range".into())
        }
        Data::Bytes(bytes) => {
            let at = position(key, bytes.len())?;
            bytes.get(at).copied().map(byte).ok_or_else(|| "reflect: slice index out of range".into())
        }
        Data::Str(text) => {
            let at = position(key, text.len())?;
            text.get(at).copied().map(byte).ok_or_else(|| "reflect: string index out of range".into())
        }
        Data::Bool(_) | Data::Int(..) | Data::Float(_) | Data::Complex(_) | Data::Object(_) => {
            Err(format!("can't index item of type {}", indirect_name(item)).into())
        }
    }
}

fn byte(byte: u8) -> Value {
    Value::new(Data::Int(IntKind::Uint8, i64::from(byte)))
}

fn bad_key(key: &Value) -> Failure {
    if key.is_nil() {
        return "value is nil; should be of type string".into();
    }
    format!("value has type {}; should be string", key.type_name()).into()
}

/// A position up to and including the end: Go checks no closer than that, and panics later.
fn position(key: &Value, end: usize) -> Result<usize, Failure> {
    let at = match &key.data {
        Data::Int(_, at) => *at,
        Data::Object(it) if let Some((_, at)) = it.integer() => at,
        Data::Nil | Data::Invalid => return Err("cannot index slice/array with nil".into()),
        _ => return Err(format!("cannot index slice/array with type {}", key.type_name()).into()),
    };
    match usize::try_from(at) {
        Ok(position) if position <= end => Ok(position),
        _ => Err(format!("index out of range: {at}").into()),
    }
}

pub(super) fn slice(item: &Value, at: &[Value]) -> Result<Value, Failure> {
    let len = match &item.data {
        Data::Nil | Data::Invalid => return Err("slice of untyped nil".into()),
        _ if at.len() > 3 => return Err(format!("too many slice indexes: {}", at.len()).into()),
        Data::Str(_) if at.len() == 3 => return Err("cannot 3-index slice a string".into()),
        Data::Str(text) => text.len(),
        Data::List(list) => list.len(),
        Data::Bytes(bytes) => bytes.len(),
        _ => return Err(format!("can't slice item of type {}", indirect_name(item)).into()),
    };
    let mut bounds = [0, len, len];
    for (bound, key) in bounds.iter_mut().zip(at) {
        *bound = position(key, len)?;
    }
    let [start, end, capacity] = bounds;
    for (low, high) in [(start, end), (end, capacity)] {
        if low > high {
            return Err(format!("invalid slice index: {low} > {high}").into());
        }
    }
    Ok(match &item.data {
        Data::Str(text) => text[start..end].to_vec().into(),
        Data::List(list) => List::new(list.list_type(), list.items()[start..end].to_vec()).into(),
        Data::Bytes(bytes) => Value::new(Data::Bytes(bytes[start..end].into())),
        _ => item.clone(),
    })
}
