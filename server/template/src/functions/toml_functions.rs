//! TOML, in the layout of the library that Helm uses (BurntSushi's).

mod read;
pub(super) mod write;

use crate::{Cx, Failure, Function, Map, Origin, Str, Text, Value, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[function!("toToml", to_toml), function!("fromToml", from_toml)];

/// Writes a dict as TOML. What TOML cannot say gives the text of the error.
///
/// `{{ dict "port" 80 "name" "a" | toToml | trim | replace "\n" "; " }}` gives `name = "a"; port = 80`
pub fn to_toml(cx: &mut Cx<'_>, value: Value) -> Result<Str, Failure> {
    let text = match write::write(cx, &value) {
        Ok(text) => Str::from(text),
        Err(write::Error::Told(message)) => message.into(),
        Err(write::Error::Panic(message)) => return Err(message.into()),
    };
    Ok(text)
}

/// Reads TOML into a dict. Bad TOML gives a dict with the message below `Error`.
///
/// `{{ (fromToml "[server]\nport = 80").server.port }}` gives `80`
pub fn from_toml(cx: &mut Cx<'_>, text: Text) -> Map {
    let memory = super::yaml_functions::read::memory_of_parts(&text.bytes);
    let read = match cx.budget.allocate(memory) {
        Ok(()) => read::read(&text.bytes.to_text()),
        Err(refused) => Err(refused.to_string()),
    };
    let map = read.unwrap_or_else(|message| super::json::with_error(Map::new(), message));
    let origin = cx.trace.as_mut().map_or(Origin::NONE, |trace| trace.mix([text.origin]));
    if origin.is_none() {
        return map;
    }
    super::json::shows(map.into(), origin).as_map().cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::testing::call;
    use crate::{Int, List, ListType};

    fn from_toml_of(text: &str) -> Map {
        call(|cx| from_toml(cx, Text { bytes: text.into(), origin: Origin::NONE }))
    }

    fn map(entries: &[(&str, Value)]) -> Value {
        entries.iter().map(|(key, value)| (*key, value.clone())).collect::<Map>().into()
    }

    fn list(items: &[Value]) -> Value {
        List::any(items.to_vec()).into()
    }

    fn int(it: i64) -> Value {
        Int(it).into()
    }

    #[track_caller]
    fn check(value: Value, want: &str) {
        let text =
            call(|cx| to_toml(cx, value)).map_or_else(|it| it.message().to_owned(), |it| it.to_text().into());
        assert_eq!(text, want);
    }

    #[test]
    fn values_come_before_tables() {
        check(
            map(&[
                ("a", int(1)),
                ("b", map(&[("c", 1.5.into()), ("d", list(&[int(1), "x".into()]))])),
                ("e", list(&[])),
                ("f", 1e6.into()),
                ("g", 100_000.0.into()),
                ("n", Value::NIL),
                ("z", list(&[map(&[("k", int(1))]), map(&[("k", int(2))])])),
            ]),
            "a = 1\ne = []\nf = 1e+06\ng = 100000.0\n\n[b]\n  c = 1.5\n  d = [1, \"x\"]\n\n[[z]]\n  k = 1\n\n[[z]]\n  k = 2\n",
        );
    }

    #[test]
    fn tables_in_tables() {
        let inner = map(&[("a", list(&[map(&[("b", int(1))]), map(&[("c", map(&[("d", int(1))]))])]))]);
        check(
            map(&[("a b", map(&[("", map(&[("c.d", "q\"\\\n\u{7f}".into())]))])), ("t", list(&[inner]))]),
            "[\"a b\"]\n  [\"a b\".\"\"]\n    \"c.d\" = \"q\\\"\\\\\\n\\u007f\"\n\n[[t]]\n\n  [[t.a]]\n    b = 1\n\n  [[t.a]]\n    [t.a.c]\n      d = 1\n",
        );
        check(
            map(&[("a", map(&[("b", map(&[("c", int(1))]))])), ("d", map(&[]))]),
            "[a]\n  [a.b]\n    c = 1\n\n[d]\n",
        );
    }

    #[test]
    fn inline_tables_keep_the_comma_before_a_nil() {
        check(
            map(&[("x", list(&[int(1), map(&[("a", int(1)), ("z", Value::NIL)])]))]),
            "x = [1, {a = 1, }]\n",
        );
        let inner = map(&[("x", list(&[map(&[("y", Value::NIL), ("z", int(1))])]))]);
        check(map(&[("b", list(&[list(&[int(1), inner])]))]), "b = [[1, {x = [{z = 1}]}]]\n");
    }

    #[test]
    fn the_top_may_be_a_scalar_but_no_list_of_tables() {
        check(int(3), "3");
        check("s".into(), "\"s\"");
        check(list(&[int(1), int(2)]), "[1, 2]");
        check(map(&[]), "");
        check(list(&[map(&[("a", int(1))])]), "toml: top-level values must be Go maps or structs");
        check(map(&[("a", list(&[Value::NIL]))]), "toml: cannot encode array with nil element");
        check(Value::NIL, "reflect: call of reflect.Value.Type on zero Value");
    }

    #[test]
    fn reading_knows_gos_types() {
        let read =
            from_toml_of("a = 1\nb = 1.5\nc = [1, 'x', {d = 1}]\n[[e]]\nf = 2020-01-02T03:04:05Z\n[[e]]\n");
        let type_of = |key: &str| read.get(key.as_bytes()).unwrap().type_name().into_owned();
        assert_eq!(
            [type_of("a"), type_of("b"), type_of("c"), type_of("e")],
            ["int64", "float64", "[]interface {}", "[]map[string]interface {}"]
        );
        assert_eq!(
            read.get(b"e").unwrap().as_list().unwrap().list_type(),
            ListType::Named("[]map[string]interface {}")
        );
        check(
            read.into(),
            "a = 1\nb = 1.5\nc = [1, \"x\", {d = 1}]\n\n[[e]]\n  f = 2020-01-02T03:04:05Z\n\n[[e]]\n",
        );
    }

    #[test]
    fn times_come_back_as_they_were() {
        let text = "a = 1979-05-27\nb = 07:32:00.5\nc = 1979-05-27T07:32:00\nd = 1979-05-27T00:32:00-07:00\n";
        check(from_toml_of(text).into(), text);
    }

    #[test]
    fn errors_say_the_line() {
        let error =
            |text: &str| from_toml_of(text).get(b"Error").unwrap().as_str().unwrap().to_text().into_owned();
        assert!(error("a = 1\na = 2").starts_with("toml: line 2: "), "{}", error("a = 1\na = 2"));
        assert!(error("a = [1,2").starts_with("toml: line 1: "));
        assert!(error("a = 99999999999999999999").contains("out of range for int64"));
    }
}
