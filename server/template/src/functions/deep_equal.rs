//! Go's `reflect.DeepEqual`: equal types, equal parts.

use crate::{Data, List, Map, Value};

/// Whether two values are deeply equal. A nil slice or map differs from an empty one, NaN from itself.
pub fn deep_equal(one: &Value, other: &Value) -> bool {
    equal(one, other, &mut Vec::new())
}

/// Maps may contain themselves, thanks to `set`; a pair that is being compared already counts as equal.
type Comparing = Vec<(Map, Map)>;

fn equal(one: &Value, other: &Value, above: &mut Comparing) -> bool {
    match (&one.data, &other.data) {
        (Data::Invalid | Data::Nil, Data::Invalid | Data::Nil) => true,
        (Data::Bool(one), Data::Bool(other)) => one == other,
        (Data::Int(kind, one), Data::Int(other_kind, other)) => kind == other_kind && one == other,
        (Data::Float(one), Data::Float(other)) => one == other,
        (Data::Complex(one), Data::Complex(other)) => one == other,
        (Data::Str(one), Data::Str(other)) => one == other,
        (Data::Bytes(one), Data::Bytes(other)) => one == other,
        (Data::List(one), Data::List(other)) => equal_lists(one, other, above),
        (Data::Map(one), Data::Map(other)) => equal_maps(one, other, above),
        (Data::Object(one), Data::Object(other)) => {
            let fields = || one.fields().into_iter().zip(other.fields());
            std::rc::Rc::ptr_eq(one, other)
                || one.type_name() == other.type_name()
                    && one.display() == other.display()
                    && fields().all(|((_, one), (_, other))| equal(&one, &other, above))
        }
        _ => false,
    }
}

fn equal_lists(one: &List, other: &List, above: &mut Comparing) -> bool {
    if one.list_type() != other.list_type() || one.is_nil() != other.is_nil() || one.len() != other.len() {
        return false;
    }
    let grown = || one.items().iter().zip(other.items().iter()).all(|(one, other)| equal(one, other, above));
    one.same(other) || stacker::maybe_grow(64 << 10, 1 << 20, grown)
}

fn equal_maps(one: &Map, other: &Map, above: &mut Comparing) -> bool {
    if one.map_type() != other.map_type() || one.is_nil() != other.is_nil() || one.len() != other.len() {
        return false;
    }
    if one.same(other) || above.iter().any(|(a, b)| a.same(one) && b.same(other)) {
        return true;
    }
    above.push((one.clone(), other.clone()));
    let (entries, others) = (one.entries(), other.entries());
    let equal = stacker::maybe_grow(64 << 10, 1 << 20, || {
        entries.iter().zip(others.iter()).all(|((key, value), (other_key, other_value))| {
            key == other_key && equal(value, other_value, above)
        })
    });
    above.pop();
    equal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ListType, MapType};

    fn list(items: Vec<Value>) -> Value {
        List::any(items).into()
    }

    #[test]
    fn types_must_agree() {
        assert!(deep_equal(&Value::int(3), &Value::int(3)));
        assert!(!deep_equal(&Value::int(3), &Value::int64(3)));
        assert!(!deep_equal(&Value::int(3), &3.0.into()));
        assert!(!deep_equal(&List::strings(["a"]).into(), &list(vec!["a".into()])));
        assert!(!deep_equal(&Value::NIL, &"".into()));
    }

    #[test]
    fn nil_is_not_empty() {
        assert!(!deep_equal(&List::nil(ListType::Any).into(), &list(vec![])));
        assert!(!deep_equal(&Map::nil(MapType::Any).into(), &Map::new().into()));
    }

    #[test]
    fn nan_is_equal_only_within_the_same_list() {
        let nan = list(vec![f64::NAN.into()]);
        assert!(deep_equal(&nan, &nan));
        assert!(!deep_equal(&nan, &list(vec![f64::NAN.into()])));
    }

    #[test]
    fn maps_that_contain_themselves() {
        let (one, other) = (Map::new(), Map::new());
        one.set("self", one.clone().into());
        other.set("self", other.clone().into());
        assert!(deep_equal(&one.clone().into(), &other.clone().into()));
        other.set("more", Value::int(1));
        assert!(!deep_equal(&one.into(), &other.into()));
    }

    #[test]
    fn parts_are_compared() {
        let map = |n| Map::from_iter([("a", list(vec![Value::int(n)]))]).into();
        assert!(deep_equal(&map(1), &map(1)));
        assert!(!deep_equal(&map(1), &map(2)));
    }
}
