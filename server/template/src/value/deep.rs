//! Values deep in each other, and values that contain themselves: neither may take more than it is given.
//!
//! A dict in a dict in a dict would be dropped by as many calls in each other, however small the stack. So from some
//! depth on the contents wait until those above are done. And a dict that contains itself would never be dropped: what
//! is put into a dict is remembered, and at the end of a run emptied.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

use super::{Data, Map, Str, Value};

/// How many drops may be in each other.
const MAX_DEPTH: u32 = 64;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static WAITING: RefCell<Vec<Contents>> = const { RefCell::new(Vec::new()) };
}

/// What is in a list or dict that nobody holds any longer.
#[expect(dead_code, reason = "they are there to be dropped")]
pub(super) enum Contents {
    List(Vec<Value>),
    Map(BTreeMap<Str, Value>),
}

impl Contents {
    /// Drops everything, now or when those who wait for it are done.
    pub(super) fn drop(self) {
        let depth = DEPTH.get();
        if depth >= MAX_DEPTH {
            // At the end of a thread there may be nothing left to wait in; then it is dropped here after all.
            let _ = WAITING.try_with(|waiting| waiting.borrow_mut().push(self));
            return;
        }
        DEPTH.set(depth + 1);
        drop(self);
        while depth == 0
            && let Ok(Some(next)) = WAITING.try_with(|waiting| waiting.borrow_mut().pop())
        {
            drop(next);
        }
        DEPTH.set(depth);
    }
}

/// The dicts into which lists and dicts were put, if somebody asked. Clones share them; with the last one they are
/// emptied, so it has to outlive whoever looks at them.
#[derive(Clone, Debug, Default)]
pub struct Filled(Option<Rc<RefCell<FilledMaps>>>);

#[derive(Debug, Default)]
struct FilledMaps(Vec<Weak<super::map::Inner>>);

impl Filled {
    /// Remembers them. (The default does not.)
    pub fn remembered() -> Self {
        Self(Some(Rc::default()))
    }

    /// Remembers a dict, if what is put into it could contain it.
    pub(crate) fn note(&self, map: &Map, value: &Value) {
        if let (Some(filled), Data::Map(_) | Data::List(_)) = (&self.0, &value.data) {
            filled.borrow_mut().0.push(map.downgrade());
        }
    }
}

impl Drop for FilledMaps {
    fn drop(&mut self) {
        for map in self.0.drain(..).filter_map(|it| it.upgrade()) {
            map.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::List;

    #[test]
    fn a_deep_value_needs_no_deep_stack() {
        let mut value = Value::NIL;
        for at in 0..200_000 {
            value = if at % 2 == 0 {
                List::any(vec![value]).into()
            } else {
                Map::from_iter([("a", value)]).into()
            };
        }
        drop(value);
    }

    #[test]
    fn a_dict_that_contains_itself_is_emptied() {
        let filled = Filled::remembered();
        let map = Map::new();
        let value = Value::from(map.clone());
        filled.note(&map, &value);
        map.set("self", value);
        drop(filled.clone());
        assert_eq!(map.len(), 1);
        drop(filled);
        assert_eq!(map.len(), 0);
    }
}
