//! Functions that look at Go's types, and `deepEqual`, which compares across nothing.

use super::deep_equal::deep_equal as equal;
use crate::{Cx, Failure, Function, Str, Value, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("typeOf", type_of),
    function!("typeIs", type_is),
    function!("typeIsLike", type_is_like),
    function!("kindOf", kind_of),
    function!("kindIs", kind_is),
    function!("deepEqual", deep_equal),
];

/// The Go type of a value. Numbers of a values file are `float64`.
///
/// `{{ typeOf (dict) }}` gives `map[string]interface {}`
pub fn type_of(value: Value) -> String {
    value.type_name().into_owned()
}

/// Whether the value has this Go type.
///
/// `{{ typeIs "string" "a" }}` gives `true`
pub fn type_is(name: Str, value: Value) -> bool {
    *name == *value.type_name().as_bytes()
}

/// Whether the value has this Go type or is a pointer to it.
///
/// `{{ typeIsLike "int" 1 }}` gives `true`
pub fn type_is_like(name: Str, value: Value) -> bool {
    let actual = value.type_name();
    let actual = actual.as_bytes();
    *name == *actual || actual.strip_prefix(b"*") == Some(&*name)
}

/// The kind of a value: `string`, `float64`, `int`, `bool`, `map`, `slice`, `struct`, `ptr`, or `invalid` for null.
///
/// `{{ kindOf (list 1) }}` gives `slice`
pub fn kind_of(value: Value) -> &'static str {
    value.kind_name()
}

/// Whether the value is of this kind.
///
/// `{{ kindIs "map" (dict) }}` gives `true`
pub fn kind_is(name: Str, value: Value) -> bool {
    *name == *value.kind_name().as_bytes()
}

/// Whether two values are equal in type and all their parts: an `int` 3 is not a `float64` 3.
///
/// `{{ deepEqual (list 1 2) (list 1 2) }}` gives `true`
pub fn deep_equal(cx: &mut Cx<'_>, one: Value, other: Value) -> Result<bool, Failure> {
    equal(cx, &one, &other)
}

#[cfg(test)]
mod tests {
    use super::super::calling::call;
    use crate::{Data, List, ListType, Value};

    #[test]
    fn null_has_names_too() {
        assert_eq!(call("typeOf", &[Value::NIL]), "<nil>");
        assert_eq!(call("kindOf", &[Value::NIL]), "invalid");
        assert_eq!(call("kindIs", &["invalid".into(), Value::NIL]), "true");
    }

    #[test]
    fn typed_slices_are_told_apart() {
        let strings: Value = List::strings(["a"]).into();
        assert_eq!(call("typeIs", &["[]string".into(), strings]), "true");
        let lists: Value = List::new(ListType::Lists, vec![]).into();
        assert_eq!(call("typeOf", &[lists]), "[][]interface {}");
        let bytes = Value::new(Data::Bytes(b"".as_slice().into()));
        assert_eq!(call("typeOf", std::slice::from_ref(&bytes)), "[]uint8");
        assert_eq!(call("kindOf", &[bytes]), "slice");
    }
}
