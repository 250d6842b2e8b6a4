//! Nulls and globals: where the two Helms differ, and what is shared.

use serde_json::{Value as Json, json};

use super::{coalesce_tables, coalesce_values, merge_tables};
use crate::Dialect;
use crate::testing::{chart, json as to_json, node, plain};

#[track_caller]
fn check(dialect: Dialect, of: &Json, user: &Json, want: &Json) {
    let coalesced = coalesce_values(&chart(of), &node(user), dialect).unwrap();
    assert_eq!(to_json(&coalesced.values), plain(want), "{dialect:?}");
}

#[test]
fn null_of_the_chart_survives_in_helm3() {
    let of = json!({"name": "p", "values": {"a": null, "b": {"c": null, "d": 1}}});
    check(Dialect::Helm3, &of, &json!({}), &json!({"a": null, "b": {"c": null, "d": 1}}));
    check(Dialect::Helm4, &of, &json!({}), &json!({"b": {"d": 1}}));
}

#[test]
fn null_of_the_user_deletes() {
    let of = json!({"name": "p", "values": {"a": 1, "b": {"c": 2, "d": 3}}});
    for dialect in [Dialect::Helm3, Dialect::Helm4] {
        check(
            dialect,
            &of,
            &json!({"a": null, "b": {"c": null}, "z": null}),
            &json!({"b": {"d": 3}, "z": null}),
        );
    }
}

#[test]
fn null_of_the_parent_for_a_subchart() {
    let of = json!({"name": "p", "values": {"s": {"x": null}}, "deps": [{"name": "s", "values": {"x": 5}}]});
    check(Dialect::Helm3, &of, &json!({}), &json!({"s": {"global": {}}}));
    check(Dialect::Helm4, &of, &json!({}), &json!({"s": {"global": {}, "x": 5}}));
    check(Dialect::Helm4, &of, &json!({"s": {}}), &json!({"s": {"global": {}}}));
}

#[test]
fn deep_globals_are_one_map() {
    let child = json!({"name": "s", "values": {"global": {"a": {"b": {"child": 1}, "own": 1}}}});
    let of = json!({"name": "p", "values": {"global": {"a": {"b": {"parent": 1}}}}, "deps": [child]});
    let deep = json!({"child": 1, "parent": 1});
    let want = json!({"global": {"a": {"b": deep}}, "s": {"global": {"a": {"b": deep, "own": 1}}}});
    for dialect in [Dialect::Helm3, Dialect::Helm4] {
        check(dialect, &of, &json!({}), &want);
    }
}

#[test]
fn subchart_section_must_be_a_map() {
    let of = json!({"name": "p", "values": {}, "deps": [{"name": "s", "values": {}}]});
    let error = coalesce_values(&chart(&of), &node(&json!({"s": "x"})), Dialect::Helm4).unwrap_err();
    assert_eq!(error.to_string(), "type mismatch on s: %!t(string=x)");
}

#[test]
fn mismatches_are_warned_of() {
    let of = json!({"name": "p", "values": {"a": 1, "b": {"c": {"d": 1}, "e": 2}}});
    let user = json!({"a": {}, "b": {"c": 3, "e": {}}});
    let coalesced = coalesce_values(&chart(&of), &node(&user), Dialect::Helm3).unwrap();
    let warnings: Vec<&str> = coalesced.warnings.iter().map(|it| &*it.message).collect();
    assert_eq!(
        warnings,
        [
            "warning: skipped value for p.a: Not a table.",
            "warning: cannot overwrite table with non table for p.b.c (map[d:1])",
            "warning: destination for p.b.e is a table. Ignoring non-table value (2)",
        ]
    );
}

#[test]
fn tables() {
    let (dst, src) =
        (node(&json!({"a": null, "b": {"x": 1}})), node(&json!({"a": 1, "b": {"x": 2, "y": 3}})));
    let coalesced = coalesce_tables(&dst, &src, Dialect::Helm3).values;
    assert_eq!(to_json(&coalesced), plain(&json!({"b": {"x": 1, "y": 3}})));
    let merged = merge_tables(&dst, &src, Dialect::Helm3);
    assert_eq!(to_json(&merged), plain(&json!({"a": null, "b": {"x": 1, "y": 3}})));
}
