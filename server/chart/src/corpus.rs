//! Helm's own test tables, recorded with what Helm made of them.
//!
//! They are no part of the repository. Where they are absent the tests say so and pass.

use std::path::Path;

use golang::Dialect;
use serde_json::Value as Json;
use yaml::{Map, Node, Value};

use crate::ignore::Rules;
use crate::testing::{chart, json, node, plain};
use crate::values::strvals;
use crate::{coalesce, strip_bom};

/// The cases whose kind starts with `kind`, each once; `None` where there is no corpus.
#[expect(clippy::disallowed_methods, reason = "the recorded cases lie outside of the repository")]
fn cases(kind: &str) -> Option<Vec<Json>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/functions/helm3.jsonl");
    let Ok(data) = std::fs::read(path) else {
        println!("skipped: no recorded cases here");
        return None;
    };
    let text = String::from_utf8(strip_bom(&data).to_vec()).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines.dedup();
    let cases = lines.into_iter().map(|line| serde_json::from_str::<Json>(line).unwrap());
    let cases: Vec<Json> = cases.filter(|case| case["kind"].as_str().unwrap().starts_with(kind)).collect();
    assert!(!cases.is_empty(), "no cases of kind {kind}");
    Some(cases)
}

/// Runs every case and tells all that differ.
#[track_caller]
fn check(kind: &str, run: impl Fn(&Json) -> Option<Json>) {
    let Some(cases) = cases(kind) else { return };
    let mut wrong = Vec::new();
    let mut ran = 0;
    for case in &cases {
        let Some(got) = run(case) else { continue };
        ran += 1;
        let want = if case["err"].is_string() { case["err"].clone() } else { plain(&case["out"]) };
        if got != want {
            wrong.push(format!("{case}\n  got {got}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {ran} differ:\n{}", wrong.len(), wrong.join("\n"));
    println!("{kind}: {ran} cases");
}

fn strvals_case(case: &Json) -> Option<Json> {
    let kind = case["kind"].as_str()?.strip_prefix("strvals.")?;
    let (arg, base) = match &case["in"] {
        Json::Array(pair) => (pair[0].as_str()?, pair[1].clone()),
        arg => (arg.as_str()?, Json::Object(serde_json::Map::new())),
    };
    // A nil map, which cannot be had here.
    let Json::Object(_) = base else { return None };
    let mut values: Map = (**node(&base).value.as_map()?).clone();
    let result = match kind {
        "Parse" | "ParseInto" => strvals::parse_into(arg.into(), &mut values, Dialect::Helm3),
        "ParseString" | "ParseIntoString" => {
            strvals::parse_into_string(arg.into(), &mut values, Dialect::Helm3)
        }
        "ParseJSON" => strvals::parse_json_into(arg.into(), &mut values, Dialect::Helm3),
        "ParseLiteral" | "ParseLiteralInto" => {
            strvals::parse_literal_into(arg.into(), &mut values, Dialect::Helm3)
        }
        "ParseFile" | "ParseIntoFile" => return None,
        _ => panic!("unknown kind {kind}"),
    };
    Some(match result {
        Ok(()) => json(&Node::computed(Value::Map(values.into()))),
        Err(error) => Json::from(error.to_string()),
    })
}

#[test]
fn strvals_as_recorded() {
    check("strvals.", strvals_case);
}

#[test]
fn ignore_as_recorded() {
    check("Ignore", |case| {
        let input = &case["in"];
        let patterns: Vec<&str> = input["patterns"].as_array()?.iter().filter_map(Json::as_str).collect();
        let rules = Rules::parse(patterns.join("\n").as_bytes()).unwrap();
        Some(Json::from(rules.ignores(input["path"].as_str()?, input["dir"].as_bool()?)))
    });
}

#[test]
fn coalesce_as_recorded() {
    check("CoalesceValues", |case| {
        let (chart, values) = (chart(&case["in"][0]), node(&case["in"][1]));
        Some(match coalesce::coalesce_values(&chart, &values, Dialect::Helm3) {
            Ok(coalesced) => json(&coalesced.values),
            Err(error) => Json::from(error.to_string()),
        })
    });
}

#[test]
fn merge_as_recorded() {
    check("MergeValues", |case| {
        let (chart, values) = (chart(&case["in"][0]), node(&case["in"][1]));
        Some(match coalesce::merge_values(&chart, &values, Dialect::Helm3) {
            Ok(merged) => json(&merged.values),
            Err(error) => Json::from(error.to_string()),
        })
    });
}
