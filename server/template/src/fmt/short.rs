//! A value in a few words, for people who want to know why a branch was taken.

use std::borrow::Cow;

use crate::{Budget, Data, Value};

/// The value as Go prints it, strings in quotes, cut after `most` bytes. Nothing is printed beyond that.
pub fn short(value: &Value, most: usize) -> Cow<'static, str> {
    match &value.data {
        Data::Bool(true) => Cow::Borrowed("true"),
        Data::Bool(false) => Cow::Borrowed("false"),
        Data::Invalid => Cow::Borrowed("<no value>"),
        Data::Nil => Cow::Borrowed("<nil>"),
        Data::Str(text) => {
            let quoted = golang::strconv::quote(&text[..text.len().min(most)]);
            Cow::Owned(if text.len() > most { quoted + "…" } else { quoted })
        }
        Data::Int(..)
        | Data::Float(_)
        | Data::Complex(_)
        | Data::Bytes(_)
        | Data::List(_)
        | Data::Map(_)
        | Data::Object(_) => {
            let mut out = Vec::new();
            let whole = append(value, most, &mut out);
            let mut text = String::from_utf8_lossy(&out).into_owned();
            if !whole {
                text.truncate(text.floor_char_boundary(most));
                text.push('…');
            }
            Cow::Owned(text)
        }
    }
}

/// Appends until there is enough; false if more was to come.
fn append(value: &Value, most: usize, out: &mut Vec<u8>) -> bool {
    match &value.data {
        Data::Str(text) => out.extend_from_slice(&text[..text.len().min(most + 1)]),
        Data::Bytes(bytes) => out.extend_from_slice(format!("[{} bytes]", bytes.len()).as_bytes()),
        Data::List(list) => {
            out.push(b'[');
            for (at, item) in list.items().iter().enumerate() {
                if at > 0 {
                    out.push(b' ');
                }
                // Each level adds a byte, so that this ends after as many levels as bytes.
                if out.len() > most || !append(item, most, out) {
                    return false;
                }
            }
            out.push(b']');
        }
        Data::Map(map) => {
            out.extend_from_slice(b"map[");
            for (at, (key, item)) in map.entries().iter().enumerate() {
                if at > 0 {
                    out.push(b' ');
                }
                out.extend_from_slice(key);
                out.push(b':');
                if out.len() > most || !append(item, most, out) {
                    return false;
                }
            }
            out.push(b']');
        }
        Data::Object(object) => match object.display() {
            Some(text) => out.extend_from_slice(text.as_bytes()),
            None => out.extend_from_slice(object.type_name().as_bytes()),
        },
        Data::Invalid | Data::Nil | Data::Bool(_) | Data::Int(..) | Data::Float(_) | Data::Complex(_) => {
            super::display_within(&Budget::default(), value, out);
        }
    }
    out.len() <= most
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{List, Map};

    #[test]
    fn short_values_are_shown_whole() {
        let list = List::any(vec!["a".into(), Value::int(2), Value::NIL]);
        let map: Map = [("x", Value::from(list))].into_iter().collect();
        assert_eq!(short(&map.into(), 60), "map[x:[a 2 <nil>]]");
        assert_eq!(short(&"a\"b".into(), 60), r#""a\"b""#);
        assert_eq!(short(&3.0.into(), 60), "3");
        assert_eq!(short(&Value::INVALID, 60), "<no value>");
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(short(&"abcdef".into(), 3), "\"abc\"…");
        let list = List::any(vec!["abc".into(); 1000]);
        assert_eq!(short(&list.into(), 9), "[abc abc …");
        let wide = List::any(vec!["ééé".into()]);
        assert_eq!(short(&wide.into(), 4), "[é…");
    }

    #[test]
    fn a_map_that_contains_itself_ends() {
        let map = Map::new();
        map.set("self", map.clone().into());
        assert!(short(&map.clone().into(), 60).starts_with("map[self:map[self:map"));
        map.unset(b"self");
    }
}
