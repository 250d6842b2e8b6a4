//! How sprig turns values into strings: like `%v`, but byte slices are text.

use crate::{Cx, Data, Origin, Str, Text, Value};

/// Sprig's `strval` as a string value; strings are shared.
pub(super) fn strval_shared(cx: &Cx<'_>, value: &Value) -> Str {
    match &value.data {
        Data::Str(it) => it.clone(),
        Data::Bytes(it) => it.clone().into(),
        _ => display(cx, value).into(),
    }
}

/// Sprig's `strval` with the origin of the value.
pub(super) fn strval_text(cx: &Cx<'_>, value: &Value) -> Text {
    let origin = match &cx.trace {
        None => Origin::NONE,
        Some(_) if matches!(value.data, Data::Str(_)) => value.origin,
        Some(trace) => trace.summary(value.origin),
    };
    Text { bytes: strval_shared(cx, value), origin }
}

/// Go's `%v`.
pub(super) fn display(cx: &Cx<'_>, value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    crate::fmt::display(cx, value, &mut out);
    out
}
