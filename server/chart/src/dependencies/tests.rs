//! Subcharts on and off, aliases, imports.

use serde_json::json;

use super::{check, check_installable, process};
use crate::testing::{json as to_json, load, node};
use crate::{Chart, Dialect};

/// A root with these dependency entries, and subcharts `a` and `b`, where `a` has a subchart `g` of its own.
fn chart(dependencies: &str, values: &str, values_of_a: &str) -> Chart {
    let fixture = format!(
        "#- Chart.yaml\napiVersion: v2\nname: p\nversion: 1.0.0\ndependencies:\n{dependencies}
#- values.yaml\n{values}
#- charts/a/Chart.yaml\nname: a\nversion: 1.0.0\n#- charts/a/values.yaml\n{values_of_a}
#- charts/a/charts/g/Chart.yaml\nname: g\nversion: 1.0.0
#- charts/b/Chart.yaml\nname: b\nversion: 2.0.0\n"
    );
    load(&fixture, Dialect::Helm4).unwrap()
}

fn names(chart: &Chart, dialect: Dialect, values: serde_json::Value) -> Vec<String> {
    let processed = process(chart, &node(&values), dialect).unwrap();
    processed.chart.all().iter().map(|chart| chart.full_path.to_string()).collect()
}

#[track_caller]
fn check_names(dependencies: &str, values: serde_json::Value, want: &[&str]) {
    let chart = chart(dependencies, "", "");
    for dialect in [Dialect::Helm3, Dialect::Helm4] {
        assert_eq!(names(&chart, dialect, values.clone()), want, "{dialect:?}");
    }
}

#[test]
fn conditions_beat_tags() {
    let entries =
        "- {name: a, version: '*', condition: a.on, tags: [t]}\n- {name: b, version: '*', tags: [t, u]}\n";
    check_names(entries, json!({}), &["p", "p/charts/a", "p/charts/a/charts/g", "p/charts/b"]);
    check_names(entries, json!({"tags": {"t": false}}), &["p"]);
    check_names(entries, json!({"tags": {"t": false, "u": true}}), &["p", "p/charts/b"]);
    check_names(entries, json!({"a": {"on": false}}), &["p", "p/charts/b"]);
    check_names(
        entries,
        json!({"a": {"on": true}, "tags": {"t": false}}),
        &["p", "p/charts/a", "p/charts/a/charts/g"],
    );
}

#[test]
fn first_boolean_condition_wins_and_spaces_count() {
    let entries = "- {name: b, version: '*', condition: 'x,y, z'}\n";
    let (on, off) = (
        &["p", "p/charts/a", "p/charts/a/charts/g", "p/charts/b"],
        &["p", "p/charts/a", "p/charts/a/charts/g"],
    );
    check_names(entries, json!({"x": "text", "y": false}), off);
    check_names(entries, json!({"x": true, "y": false}), on);
    check_names(entries, json!({"z": false}), on);
    check_names(entries, json!({" z": false}), off);
}

#[test]
fn version_must_fit() {
    check_names(
        "- {name: b, version: ^1, condition: b.on}\n",
        json!({"b": {"on": true}}),
        &["p", "p/charts/a", "p/charts/a/charts/g", "p/charts/b"],
    );
}

#[test]
fn aliases_share_unlisted_subcharts_in_helm3_only() {
    let chart =
        chart("- {name: a, version: '*', alias: one}\n- {name: a, version: '*', alias: two}\n", "", "");
    assert_eq!(
        names(&chart, Dialect::Helm3, json!({})),
        ["p", "p/charts/b", "p/charts/one", "p/charts/a/charts/g", "p/charts/two", "p/charts/a/charts/g"]
    );
    assert_eq!(
        names(&chart, Dialect::Helm4, json!({})),
        ["p", "p/charts/b", "p/charts/one", "p/charts/one/charts/g", "p/charts/two", "p/charts/two/charts/g"]
    );
}

#[test]
fn imports_lie_below_own_values() {
    let chart = chart(
        "- name: a\n  version: '*'\n  import-values:\n  - data\n  - {child: sub.x, parent: y.z}\n",
        "own: p\n",
        "exports: {data: {own: a, new: 1}}\nsub: {x: {k: v}}\n",
    );
    let processed = process(&chart, &node(&json!({})), Dialect::Helm4).unwrap().chart;
    let values = to_json(&processed.values);
    assert_eq!(
        (&values["own"], &values["new"], &values["y"]),
        (&json!("p"), &json!(1.0), &json!({"z": {"k": "v"}}))
    );
    assert_eq!(to_json(&processed.defaults), json!({"own": "p"}));
    assert!(processed.values.get("new").unwrap().at.is_some());
}

#[test]
fn missing_import_is_a_warning() {
    let chart = chart("- {name: a, version: '*', import-values: [none]}\n", "", "");
    let processed = process(&chart, &node(&json!({})), Dialect::Helm4).unwrap();
    assert!(processed.warnings[0].message.contains("\"exports\" is not a table"));
}

#[test]
fn missing_charts_are_named() {
    let chart = chart("- {name: x}\n- {name: a}\n- {name: z}\n", "", "");
    let error = check(&chart).unwrap_err();
    assert_eq!(error.to_string(), "found in Chart.yaml, but missing in charts/ directory: x, z");
    assert_eq!(error.missing, ["x", "z"]);
    assert!(error.at.is_some());
}

#[test]
fn libraries_are_not_installed() {
    let library = load("#- Chart.yaml\nname: l\nversion: 1.0.0\ntype: library\n", Dialect::Helm4).unwrap();
    assert_eq!(check_installable(&library).unwrap_err().to_string(), "library charts are not installable");
}
