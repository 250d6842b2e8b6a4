//! Go's `reflect.DeepEqual`: equal types, equal parts.

use rustc_hash::FxHashSet;

use crate::{Cx, Data, Failure, List, Map, Value};

/// Whether two values are deeply equal. A nil slice or map differs from an empty one, NaN from itself.
pub fn deep_equal(cx: &Cx<'_>, one: &Value, other: &Value) -> Result<bool, Failure> {
    Comparison { cx, above: FxHashSet::default() }.equal(one, other)
}

struct Comparison<'c, 'h> {
    cx: &'c Cx<'h>,
    /// Maps may contain themselves, thanks to `set`; a pair that is being compared already counts as equal.
    above: FxHashSet<(usize, usize)>,
}

impl Comparison<'_, '_> {
    fn equal(&mut self, one: &Value, other: &Value) -> Result<bool, Failure> {
        Ok(match (&one.data, &other.data) {
            (Data::Invalid | Data::Nil, Data::Invalid | Data::Nil) => true,
            (Data::Bool(one), Data::Bool(other)) => one == other,
            (Data::Int(kind, one), Data::Int(other_kind, other)) => kind == other_kind && one == other,
            (Data::Float(one), Data::Float(other)) => one == other,
            (Data::Complex(one), Data::Complex(other)) => one == other,
            (Data::Str(one), Data::Str(other)) => self.equal_bytes(one, other)?,
            (Data::Bytes(one), Data::Bytes(other)) => self.equal_bytes(one, other)?,
            (Data::List(one), Data::List(other)) => self.equal_lists(one, other)?,
            (Data::Map(one), Data::Map(other)) => self.equal_maps(one, other)?,
            (Data::Object(one), Data::Object(other)) => {
                std::rc::Rc::ptr_eq(one, other)
                    || one.type_name() == other.type_name()
                        && one.display() == other.display()
                        && all(one.fields().iter().zip(&other.fields()), |(one, other)| {
                            self.equal(&one.1, &other.1)
                        })?
            }
            _ => false,
        })
    }

    fn equal_bytes(&self, one: &[u8], other: &[u8]) -> Result<bool, Failure> {
        if one.len() != other.len() {
            return Ok(false);
        }
        self.cx.budget.work((one.len() >> 8) as u64)?;
        Ok(one == other)
    }

    fn equal_lists(&mut self, one: &List, other: &List) -> Result<bool, Failure> {
        if one.list_type() != other.list_type() || one.is_nil() != other.is_nil() || one.len() != other.len()
        {
            return Ok(false);
        }
        if one.same(other) {
            return Ok(true);
        }
        self.descend(one.count(), |it| {
            all(one.items().iter().zip(other.items().iter()), |(one, other)| it.equal(one, other))
        })
    }

    fn equal_maps(&mut self, one: &Map, other: &Map) -> Result<bool, Failure> {
        if one.map_type() != other.map_type() || one.is_nil() != other.is_nil() || one.len() != other.len() {
            return Ok(false);
        }
        let pair = (one.address(), other.address());
        if one.same(other) || !self.above.insert(pair) {
            return Ok(true);
        }
        let (entries, others) = (one.entries(), other.entries());
        let equal = self.descend(entries.len(), |it| {
            all(entries.iter().zip(others.iter()), |((key, value), (other_key, other_value))| {
                Ok(key == other_key && it.equal(value, other_value)?)
            })
        });
        self.above.remove(&pair);
        equal
    }

    /// Goes one level down, to so many parts.
    fn descend(
        &mut self,
        parts: usize,
        compare: impl FnOnce(&mut Self) -> Result<bool, Failure>,
    ) -> Result<bool, Failure> {
        self.cx.budget.work(1 + (parts >> 3) as u64)?;
        stacker::maybe_grow(64 << 10, 1 << 20, || compare(self))
    }
}

/// Whether something holds for all, until it is not known of one.
fn all<T>(
    items: impl Iterator<Item = T>,
    mut holds: impl FnMut(T) -> Result<bool, Failure>,
) -> Result<bool, Failure> {
    for item in items {
        if !holds(item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::super::calling::context;
    use super::*;
    use crate::{ListType, MapType};

    fn deep_equal(one: &Value, other: &Value) -> bool {
        super::deep_equal(&context(), one, other).unwrap()
    }

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
