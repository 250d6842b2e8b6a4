//! How sprig turns values into strings: like `%v`, but byte slices are text.

use crate::{Cx, Data, Origin, Str, Text, Value};

/// Sprig's `strval` as a string value; strings are shared.
pub(super) fn strval_shared(value: &Value) -> Str {
    match &value.data {
        Data::Str(it) => it.clone(),
        Data::Bytes(it) => it.clone().into(),
        _ => display(value).into(),
    }
}

/// Sprig's `strval` with the origin of the value.
pub(super) fn strval_text(cx: &Cx<'_>, value: &Value) -> Text {
    let origin = match &cx.trace {
        None => Origin::NONE,
        Some(_) if matches!(value.data, Data::Str(_)) => value.origin,
        Some(trace) => trace.summary(value.origin),
    };
    Text { bytes: strval_shared(value), origin }
}

/// Go's `%v`.
pub(super) fn display(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    interim(value, &mut out);
    out
}

fn interim(value: &Value, out: &mut Vec<u8>) {
    use std::io::Write;
    match &value.data {
        Data::Nil | Data::Invalid => out.extend_from_slice(b"<nil>"),
        Data::Bool(it) => write!(out, "{it}").unwrap_or_default(),
        Data::Int(kind, it) if kind.is_unsigned() => write!(out, "{}", *it as u64).unwrap_or_default(),
        Data::Int(_, it) => write!(out, "{it}").unwrap_or_default(),
        Data::Float(it) => out.extend_from_slice(golang::strconv::format_float(*it, b'g', -1, 64).as_bytes()),
        Data::Str(it) => out.extend_from_slice(it),
        Data::Bytes(it) => write!(out, "{}", format!("{it:?}").replace(',', "")).unwrap_or_default(),
        Data::List(it) => {
            out.push(b'[');
            for (at, item) in it.items().iter().enumerate() {
                if at > 0 {
                    out.push(b' ');
                }
                interim(item, out);
            }
            out.push(b']');
        }
        Data::Map(it) => {
            out.extend_from_slice(b"map[");
            for (at, (key, item)) in it.entries().iter().enumerate() {
                if at > 0 {
                    out.push(b' ');
                }
                out.extend_from_slice(key);
                out.push(b':');
                interim(item, out);
            }
            out.push(b']');
        }
        Data::Object(it) => write!(out, "{}", it.display().unwrap_or_default()).unwrap_or_default(),
        Data::Complex(_) => {}
    }
}
