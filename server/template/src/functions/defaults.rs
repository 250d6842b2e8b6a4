//! Functions that choose between values. Empty is what Go's templates take for false.

use crate::{Function, Rest, Value, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("default", default),
    function!("empty", empty),
    function!("coalesce", coalesce),
    function!("all", all),
    function!("any", any),
    function!("ternary", ternary),
];

/// The second argument, or the first if the second is empty.
///
/// `{{ "" | default "latest" }}` gives `latest`
pub fn default(default: Value, given: Rest<Value>) -> Value {
    given.0.into_iter().next().filter(Value::truth).unwrap_or(default)
}

/// Whether the value is empty: null, 0, false, "" or a list or dict with nothing in it.
///
/// `{{ empty (list) }}` gives `true`
pub fn empty(value: Value) -> bool {
    !value.truth()
}

/// The first argument that is not empty, or null.
///
/// `{{ coalesce "" 0 "a" "b" }}` gives `a`
pub fn coalesce(values: Rest<Value>) -> Value {
    values.0.into_iter().find(Value::truth).unwrap_or(Value::NIL)
}

/// Whether no argument is empty.
///
/// `{{ all 1 "a" true }}` gives `true`
pub fn all(values: Rest<Value>) -> bool {
    values.0.iter().all(Value::truth)
}

/// Whether at least one argument is not empty.
///
/// `{{ any 0 "" true }}` gives `true`
pub fn any(values: Rest<Value>) -> bool {
    values.0.iter().any(Value::truth)
}

/// The first value if the last argument is true, else the second. It must be a boolean, not just anything.
///
/// `{{ ternary "yes" "no" false }}` gives `no`
pub fn ternary(if_true: Value, if_false: Value, condition: bool) -> Value {
    if condition { if_true } else { if_false }
}

#[cfg(test)]
mod tests {
    use super::super::calling::{call, value_of};
    use crate::{Origin, Value};

    #[test]
    fn default_needs_no_value() {
        assert_eq!(call("default", &["x".into()]), "x");
        assert_eq!(call("default", &["x".into(), Value::NIL]), "x");
        assert_eq!(call("default", &["x".into(), 0.0.into()]), "x");
        assert_eq!(call("default", &["x".into(), "0".into()]), "0");
    }

    #[test]
    fn values_keep_their_origin() {
        let at = text::FileRange::new(text::FileId(0), 1, 2);
        let origin = Origin::from(Some(at));
        let value = Value::from("a").with_origin(origin);
        assert_eq!(value_of("default", &["x".into(), value.clone()]).origin, origin);
        assert_eq!(value_of("coalesce", &["".into(), value.clone()]).origin, origin);
        assert_eq!(value_of("ternary", &[value, "b".into(), true.into()]).origin, origin);
    }

    #[test]
    fn nothing_is_all_but_not_any() {
        assert_eq!(call("all", &[]), "true");
        assert_eq!(call("any", &[]), "false");
        assert!(value_of("coalesce", &[]).is_nil());
    }
}
