//! Held against Go: 20,754 calls that real charts made while the real Helm rendered them, and sprig's own cases.
//!
//! The records lie beside the repository, not in it; without them the tests say so and pass. The record of calls
//! knows Go's types of arguments and results, but not of what lies inside of them, so that is compared as JSON.

use std::collections::BTreeMap;

use crate::functions::calling::{context, render, try_call};
use crate::functions::find;
use crate::{Body, Data, Int, List, ListType, Map, MapType, Str, Value};

#[expect(clippy::disallowed_methods, reason = "the record is too large to be built in, and may be absent")]
fn record(name: &str) -> Option<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus/functions/");
    let record = std::fs::read(format!("{folder}{name}")).ok();
    if record.is_none() {
        println!("skipped: {name} is not beside the repository");
    }
    record
}

fn lines(record: &[u8]) -> impl Iterator<Item = &[u8]> {
    record.split(|it| *it == b'\n').filter(|it| !it.is_empty())
}

/// Of these only the type can be compared.
const RANDOM: &[&str] = &["htpasswd", "now", "randAlpha", "randAlphaNum", "randNumeric"];

/// These look for primes, which takes its time and real chance.
const SLOW: &[&str] = &["genCA", "genPrivateKey", "genSignedCert"];

#[derive(Default)]
struct Score {
    passed: usize,
    failed: usize,
    skipped: usize,
}

#[test]
fn calls_of_real_charts() {
    let Some(record) = record("corpus_calls.jsonl") else { return };
    let mut scores: BTreeMap<String, Score> = BTreeMap::new();
    for line in lines(&record) {
        let call = parsed(Value::from(line.to_vec()));
        let call = call.as_map().unwrap();
        let name = call.get(b"fn").unwrap().as_str().unwrap().to_text().into_owned();
        let score = scores.entry(name.clone()).or_default();
        match outcome(&name, call) {
            None => score.skipped += 1,
            Some(Ok(())) => score.passed += 1,
            Some(Err(why)) => {
                if score.failed < 3 {
                    println!("{name}: {why}\n    {}", String::from_utf8_lossy(&line[..line.len().min(400)]));
                }
                score.failed += 1;
            }
        }
    }
    let total = |of: fn(&Score) -> usize| scores.values().map(of).sum::<usize>();
    for (name, score) in &scores {
        println!("{name}: {} passed, {} failed, {} skipped", score.passed, score.failed, score.skipped);
    }
    let (passed, failed, skipped) = (total(|it| it.passed), total(|it| it.failed), total(|it| it.skipped));
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    assert_eq!(failed, 0, "calls that differ");
    assert!(passed >= 20_600, "calls are no longer made");
}

/// None where the call cannot be made again.
fn outcome(name: &str, call: &Map) -> Option<Result<(), String>> {
    let mut cx = context();
    if SLOW.contains(&name) || !matches!(find(name, cx.dialect)?.body, Body::Plain(_)) {
        return None;
    }
    let types = list(call, "types");
    let args = list(call, "args").into_iter().zip(types);
    let args: Option<Vec<Value>> = args.map(|(value, name)| retyped(value, &text(&name))).collect();
    let expected_error = call.get(b"err").map(|it| text(&it)).unwrap_or_default();
    let result = match try_call(&mut cx, name, &args?) {
        Ok(result) => result,
        Err(failure) if failure.message() == expected_error => return Some(Ok(())),
        Err(failure) => return Some(Err(format!("error {failure}, expected {expected_error:?}"))),
    };
    let result_type = result.type_name().into_owned().replace("<nil>", "nil");
    let wanted_type = call.get(b"rtype").map(|it| text(&it)).unwrap_or_default();
    if result_type != wanted_type {
        return Some(Err(format!("type {result_type}, expected {wanted_type}")));
    }
    if RANDOM.contains(&name) {
        return Some(Ok(()));
    }
    let shown = |value: Value| {
        if name == "keys" || name == "values" {
            json(try_call(&mut context(), "sortAlpha", &[value]).unwrap())
        } else {
            json(value)
        }
    };
    let (result, wanted) = (shown(result), shown(call.get(b"res").unwrap_or(Value::NIL)));
    Some(if result == wanted { Ok(()) } else { Err(format!("{result}, expected {wanted}")) })
}

fn list(call: &Map, key: &str) -> Vec<Value> {
    call.get(key.as_bytes()).and_then(|it| it.as_list().map(List::to_vec)).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().map(|it| it.to_text().into_owned()).unwrap_or_default()
}

fn parsed(text: Value) -> Value {
    try_call(&mut context(), "mustFromJson", &[text]).unwrap()
}

fn json(value: Value) -> String {
    text(&try_call(&mut context(), "toJson", &[value]).unwrap())
}

/// A value out of JSON under its Go type; objects cannot be made again.
fn retyped(value: Value, type_name: &str) -> Option<Value> {
    Some(match (type_name, &value.data) {
        ("int", Data::Float(it)) => Int(*it as i64).into(),
        ("int64", Data::Float(it)) => (*it as i64).into(),
        ("[]string", Data::List(it)) => List::new(ListType::Strings, it.to_vec()).into(),
        ("map[string]string", Data::Map(it)) => it.retyped(MapType::Strings).into(),
        ("chartutil.Values", Data::Map(it)) => it.retyped(MapType::Values(golang::Dialect::Helm3)).into(),
        ("[]interface {}", Data::Nil) => List::nil(ListType::Any).into(),
        ("[]uint8", Data::Str(it)) => {
            let bytes = try_call(&mut context(), "b64dec", &[it.clone().into()]).ok()?;
            Value::new(Data::Bytes(bytes.as_str().map(Str::shared)?.clone()))
        }
        ("string" | "bool" | "float64" | "nil" | "map[string]interface {}" | "[]interface {}", _) => value,
        _ => return None,
    })
}

/// Cases that need a Go struct of sprig's tests, a clock, chance, the environment or the network, or in which
/// Helm differs from sprig: its `fail`, and `.missing.key`.
const OUT_OF_REACH: &[&str] = &[
    "ago",
    "uuidv4",
    "getHostByName",
    "env",
    "hello",
    "htpasswd",
    "bcrypt",
    "gen",
    "buildCustomCert",
    "rand",
    "shuffle",
    "fail",
    ".bottom",
];

fn out_of_reach(case: &serde_json::Value) -> bool {
    let template = case["tpl"].as_str().unwrap();
    let type_name = case["vars_type"].as_str().unwrap();
    let is_time = |it: &str| it.is_empty() || it.contains('T');
    type_name.contains("fixtureTO")
        || type_name == "*string"
        || OUT_OF_REACH.iter().any(|name| template.contains(name))
        || case["vars"]["Time"].as_str().is_some_and(is_time)
}

fn value_of_json(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Number(it) if it.is_i64() => Int(it.as_i64().unwrap()).into(),
        serde_json::Value::Array(it) => List::any(it.iter().map(value_of_json).collect()).into(),
        serde_json::Value::Object(it) => {
            it.iter().map(|(key, it)| (key.as_str(), value_of_json(it))).collect::<Map>().into()
        }
        other => parsed(other.to_string().into()),
    }
}

#[test]
fn cases_of_sprig() {
    let Some(record) = record("sprig.jsonl") else { return };
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for line in lines(&record) {
        let case: serde_json::Value = serde_json::from_slice(line).unwrap();
        if out_of_reach(&case) {
            skipped += 1;
            continue;
        }
        let dot = if case["vars"].is_null() { Value::INVALID } else { value_of_json(&case["vars"]) };
        let (template, out) = (case["tpl"].as_str().unwrap(), case["out"].as_str().unwrap());
        let expected = case["err"].as_str().map_or(Ok(out), Err);
        let found = render(template, dot, golang::Dialect::Helm3);
        if found.as_deref().map_err(String::as_str) == expected {
            passed += 1;
        } else {
            println!("{template}\n    {found:?}\n    {expected:?}");
            failed += 1;
        }
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    assert_eq!(failed, 0, "cases that differ");
    assert!(passed >= 355, "cases are no longer run");
}
