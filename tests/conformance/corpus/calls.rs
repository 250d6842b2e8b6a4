//! 20,754 calls that real charts made while the real Helm rendered them.
//!
//! The record knows Go's types of arguments and results, but not of what lies inside of them, so that is compared as
//! JSON. Of what is random only the type and the shape can be compared.

use serde_json::Value as Json;
use template::value::methods::object;
use template::{Data, Dialect, Int, List, ListType, MapType, Str, Value};

use super::engine::{Struct, call, json_of, read_json};
use super::{Tally, Verdict, cases, same, text};

pub(super) fn run() -> Option<Tally> {
    let mut tally = Tally::new("corpus_calls.jsonl");
    for case in cases(tally.file)? {
        let shown = format!("{} {}", text(&case, "fn"), case["args"]);
        tally.note(&shown.chars().take(300).collect::<String>(), outcome(&case));
    }
    Some(tally)
}

fn outcome(case: &Json) -> Verdict {
    let name = text(case, "fn");
    let types = items(&case["types"]).iter().map(|it| it.as_str().unwrap());
    let args: Option<Vec<Value>> =
        items(&case["args"]).iter().zip(types).map(|(it, go)| typed(it, go)).collect();
    let args = args.ok_or("an argument cannot be made again")?;
    let wanted_error = text(case, "err");
    let result = match call(&name, &args) {
        Ok(result) => result,
        Err(failure) => return same(failure.message(), &wanted_error),
    };
    same(&result.type_name().replace("<nil>", "nil"), &text(case, "rtype"))?;
    let (got, want) = (result_of(&name, result), result_of(&name, read_json(&case["res"])));
    match is_random(&name) {
        true => same(&shape(&name, &got), &shape(&name, &want)),
        false => same(&got, &want),
    }
}

fn items(list: &Json) -> &[Json] {
    list.as_array().map_or(&[], Vec::as_slice)
}

/// As JSON; the order of a Go map does not count.
fn result_of(name: &str, value: Value) -> String {
    let sorted = matches!(name, "keys" | "values");
    json_of(if sorted { call("sortAlpha", &[value]).unwrap() } else { value })
}

fn is_random(name: &str) -> bool {
    let random = ["htpasswd", "now", "randAlpha", "randAlphaNum", "randNumeric", "genCA", "genPrivateKey"];
    random.contains(&name) || name == "genSignedCert"
}

/// What two random results have in common: lengths, kinds of characters, frames of keys and certificates.
fn shape(name: &str, json: &str) -> String {
    let kind = |character: char| match character {
        _ if name == "now" => 't',
        'a'..='z' | 'A'..='Z' if name != "randAlphaNum" => 'a',
        '0'..='9' if name == "randNumeric" => '0',
        _ => '?',
    };
    if json.contains("-----BEGIN") {
        // Lengths of keys differ by a digit or two; how they begin and end does not.
        let frames = json.split("\\n").filter(|line| line.contains("-----"));
        return frames.collect::<Vec<_>>().join(" ");
    }
    match name {
        // Salt and hash follow the user's name and the cost.
        "htpasswd" => json.split('$').take(3).collect::<Vec<_>>().join("$"),
        "now" => "a time".to_owned(),
        _ => json.chars().map(kind).collect(),
    }
}

/// A value under its Go type.
fn typed(json: &Json, go: &str) -> Option<Value> {
    let value = read_json(json);
    Some(match (go, &value.data) {
        ("int", Data::Float(it)) => Int(*it as i64).into(),
        ("int64", Data::Float(it)) => (*it as i64).into(),
        ("[]string", Data::List(it)) => List::new(ListType::Strings, it.to_vec()).into(),
        ("map[string]string", Data::Map(it)) => it.retyped(MapType::Strings).into(),
        ("chartutil.Values", Data::Map(it)) => it.retyped(MapType::Values(Dialect::Helm3)).into(),
        ("[]interface {}", Data::Nil) => List::nil(ListType::Any).into(),
        ("[]uint8", Data::Str(it)) => {
            let bytes = call("b64dec", &[it.clone().into()]).ok()?;
            Value::new(Data::Bytes(bytes.as_str().map(Str::shared)?.clone()))
        }
        ("sprig.certificate", Data::Map(it)) => {
            let part = |name: &[u8]| it.get(name).map(|text| call("b64enc", &[text]));
            call("buildCustomCert", &[part(b"Cert")?.ok()?, part(b"Key")?.ok()?]).ok()?
        }
        ("string" | "bool" | "float64" | "nil" | "map[string]interface {}" | "[]interface {}", _) => value,
        ("time.Time", Data::Str(it)) => super::engine::time(&it.to_text())?,
        _ => object(Struct { type_name: go.to_owned(), json: value }),
    })
}
