//! Sprig's own test cases.

use serde_json::Value as Json;
use template::value::methods::object;
use template::{Map, MapType, Value};

use super::engine::{Struct, call, find_helm, parsed, plain, time};
use super::{Tally, Verdict, cases, same, text};

pub(super) fn run() -> Option<Tally> {
    let mut tally = Tally::new("sprig.jsonl");
    for case in cases(tally.file)? {
        let name = format!("{} {}", text(&case, "vars_type"), text(&case, "tpl"));
        tally.note(&name.chars().take(160).collect::<String>(), outcome(&case));
    }
    Some(tally)
}

fn outcome(case: &Json) -> Verdict {
    let template = text(case, "tpl");
    let vars = match text(case, "vars_type").as_str() {
        "map[string]string" => strings(&case["vars"]),
        name if name.ends_with("fixtureTO") => {
            object(Struct { type_name: name.to_owned(), json: plain(&case["vars"]) })
        }
        _ => with_time(plain(&case["vars"])),
    };
    let defines = parsed("test", &template, find_helm).map_err(|error| error.to_string())?;
    let (printed, error) = super::engine::run("test", defines, vars);
    let error = error.replace("HELM_ERR_START", "").replace("HELM_ERR_END", "");
    let (wanted, wanted_error) = (text(case, "out"), text(case, "err"));
    if is_random(&template) && error.is_empty() && wanted_error.is_empty() {
        return same(&shape(&printed), &shape(&wanted));
    }
    let got = if error.is_empty() { printed } else { format!("!! {error}") };
    same(&got, &if wanted_error.is_empty() { wanted } else { format!("!! {wanted_error}") })
}

/// Under `Time`, Go's tests have a time; none that is written out means now.
fn with_time(vars: Value) -> Value {
    let written = vars.as_map().and_then(|map| map.get(b"Time"));
    if let (Some(map), Some(written)) = (vars.as_map(), written.as_ref().and_then(Value::as_str)) {
        let time = if written.is_empty() { call("now", &[]).ok() } else { time(&written.to_text()) };
        // What is no time is a duration in words.
        if let Some(time) = time {
            map.set("Time", time);
        }
    }
    vars
}

/// `map[string]string`, whose missing keys are empty strings.
fn strings(json: &Json) -> Value {
    let map: Map = plain(json).as_map().cloned().unwrap_or_default();
    map.retyped(MapType::Strings).into()
}

fn is_random(template: &str) -> bool {
    let random = ["rand", "uuidv4", "shuffle", "bcrypt", "htpasswd", "genPrivateKey", "genCA", "genS"];
    random.iter().any(|name| template.contains(name))
}

/// What two random results have in common: frames of keys and certificates, or length and punctuation.
fn shape(text: &str) -> String {
    if text.contains("-----BEGIN") {
        return text.lines().filter(|line| line.contains("-----")).collect::<Vec<_>>().join("\n");
    }
    if let Some((start, _)) = text.split_once("$2a$10$") {
        return format!("{start}$2a$10$ and {} bytes", text.len());
    }
    let mut sorted: Vec<char> =
        text.chars().map(|it| if it.is_ascii_alphanumeric() { 'x' } else { it }).collect();
    if sorted.len() == 5 || sorted.len() == 16 {
        // Five characters of some kind, or twelve bytes in base64: any may come.
        return format!("{} characters", sorted.len());
    }
    if text.len() > 100 {
        return "a long text".to_owned();
    }
    sorted.sort_unstable();
    sorted.into_iter().collect()
}
