//! Holds the language against answers recorded from the real Go and Helm.
//!
//! The recordings lie beside the workspace, not in it; without them the tests say so and pass. Each has a floor:
//! what once passed must go on passing.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "tests may fail loudly and tell their figures")]
#![expect(
    clippy::disallowed_methods,
    reason = "the recordings are files, which only the engine must not read"
)]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use chartroom_template::functions::{Known, builtins, find_known};
use chartroom_template::parse::{ExprKind, Ideal, Node, Source, list_to_text, parse_source};
use chartroom_template::value::{Data, Int};
use chartroom_template::{
    Cx, Define, Dialect, Host, List, Map, Origin, ParseError, Plain, TemplateSet, Value, execute,
};
use serde_json::Value as Json;

/// The lines of a recording.
fn recording(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/functions").join(name);
    let text = fs::read_to_string(path).ok();
    if text.is_none() {
        println!("skipped: {name} is not here");
    }
    text
}

fn json_lines(name: &str) -> Option<Vec<Json>> {
    Some(recording(name)?.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// Counts, and shows what failed.
#[derive(Default)]
struct Tally {
    passed: usize,
    all: usize,
}

impl Tally {
    fn note(&mut self, case: &str, got: &str, expected: &str) {
        self.all += 1;
        if got == expected {
            self.passed += 1;
        } else {
            println!("--- {case}\n  got      {got}\n  expected {expected}");
        }
    }

    #[track_caller]
    fn at_least(&self, floor: usize) {
        println!("{} of {} pass", self.passed, self.all);
        assert!(self.passed >= floor, "{} of {} pass, once it was {floor}", self.passed, self.all);
    }
}

/// Go's own functions only: Helm's `slice` is another.
fn find_go(name: &str) -> Option<&'static Known> {
    if name == "slice" {
        return Some(Box::leak(Box::new(Known::from(&builtins::SHADOWED[0]))));
    }
    find_known(name, Dialect::Helm3)
}

fn parsed(name: &str, text: &str) -> Result<Vec<Arc<Define>>, ParseError> {
    let source = Source { name: name.into(), text: text.as_bytes().into(), file: None, origin: Origin::NONE };
    parse_source(source, &find_go)
}

fn text(case: &Json, key: &str) -> String {
    case[key].as_str().unwrap_or_default().to_owned()
}

/// Text is quoted in these recordings, everything else is not.
fn canonical(define: &Define) -> String {
    String::from_utf8_lossy(&list_to_text(&define.body, &define.source)).into_owned()
}

#[test]
fn parser() {
    let Some(cases) = json_lines("texttemplate_parse.jsonl") else { return };
    let mut tally = Tally::default();
    for case in &cases {
        match case["src"].as_str().unwrap() {
            // Go's test of the limit lowers the limit.
            "parseTests" if text(case, "name").starts_with("paren nesting") => {}
            "parseTests" | "errorTests" => {
                let name = text(case, "name");
                let (got, expected) = match parsed(&name, &text(case, "tpl")) {
                    Ok(defines) => (canonical(&defines[0]), text(case, "string")),
                    Err(error) => (format!("!! {error}"), format!("!! {}", text(case, "err"))),
                };
                tally.note(&text(case, "tpl"), &got, &expected);
            }
            "numberTests" => number(case, &mut tally),
            // The lexer is private; its unit tests read these.
            _ => {}
        }
    }
    tally.at_least(185);
}

/// A number under every type that can hold it.
fn number(case: &Json, tally: &mut Tally) {
    let text = text(case, "text");
    let flag = |key: &str| case[key].as_bool().unwrap();
    let expected = (flag("isInt"), flag("isUint"), flag("isFloat"), flag("isComplex"));
    let defines = parsed("n", &format!("{{{{{text}}}}}"));
    let number = defines.as_ref().ok().and_then(|defines| match &defines[0].body[0] {
        Node::Action(action) => match &action.pipe.commands[0].args[0].kind {
            ExprKind::Number(number) => Some(**number),
            _ => None,
        },
        _ => None,
    });
    let got = number.map_or((false, false, false, false), |it| {
        (it.int.is_some(), it.uint.is_some(), it.float.is_some(), it.complex.is_some())
    });
    tally.note(&text, &format!("{got:?}"), &format!("{expected:?}"));
    if let Some(number) = number {
        let int = number.int.map_or(0, |it| it);
        assert_eq!(int, case["int"].as_i64().unwrap(), "{text}");
        assert_eq!(number.float.unwrap_or_default(), case["float"].as_f64().unwrap(), "{text}");
        assert_eq!(number.complex.is_some(), matches!(number.ideal, Ideal::Complex(..)));
    }
}

struct NoWorld;

impl Host for NoWorld {
    fn now(&self) -> i128 {
        0
    }

    fn random(&self, into: &mut [u8]) {
        into.fill(7);
    }
}

fn plain(json: &Json) -> Value {
    match json {
        Json::Null => Value::NIL,
        Json::Bool(it) => (*it).into(),
        Json::Number(it) => match it.as_i64() {
            Some(it) => Int(it).into(),
            None => it.as_f64().unwrap().into(),
        },
        Json::String(it) => it.as_str().into(),
        Json::Array(it) => List::any(it.iter().map(plain).collect()).into(),
        Json::Object(it) => {
            it.iter().map(|(key, value)| (key.as_str(), plain(value))).collect::<Map>().into()
        }
    }
}

fn run(name: &str, defines: Vec<Arc<Define>>, dot: Value) -> (String, String) {
    let mut set = TemplateSet::new();
    set.extend(defines);
    let mut sink = Plain::default();
    let dot = if dot.is_nil() { Value::INVALID } else { dot };
    let result = execute(&set, name, dot, &mut Cx::new(Dialect::Helm3, &NoWorld), &mut sink);
    let error = result.err().map(|it| it.to_string()).unwrap_or_default();
    (String::from_utf8_lossy(&sink.bytes).into_owned(), error)
}

#[test]
fn executor() {
    let Some(cases) = json_lines("texttemplate.jsonl") else { return };
    let mut tally = Tally::default();
    for case in &cases {
        let (name, tpl) = (text(case, "name"), text(case, "tpl"));
        let expected = format!("{} !! {}", text(case, "out"), text(case, "err"));
        let got = match parsed(&name, &tpl) {
            Ok(defines) => {
                let (out, error) = run(&name, defines, plain(&case["data"]));
                format!("{out} !! {error}")
            }
            Err(error) => format!(" !! {error}"),
        };
        tally.note(&tpl, &got, &expected);
    }
    tally.at_least(437);
}

/// Numbers of values files are floats.
fn values(json: &Json) -> Value {
    match json {
        Json::Number(it) => it.as_f64().unwrap().into(),
        Json::Array(it) => List::any(it.iter().map(values).collect()).into(),
        Json::Object(it) => {
            it.iter().map(|(key, value)| (key.as_str(), values(value))).collect::<Map>().into()
        }
        Json::Null | Json::Bool(_) | Json::String(_) => plain(json),
    }
}

/// The values that the probes were recorded with, as one of the probes prints them.
fn probed_values(probes: &str) -> Json {
    let line = probes.lines().find_map(|line| line.strip_prefix("{{ .Values | toJson }}")).unwrap();
    serde_json::from_str(line.trim().strip_prefix("=> ").unwrap()).unwrap()
}

fn files() -> Value {
    let file = |path: &str, bytes: &[u8]| (path.into(), Value::new(Data::Bytes(bytes.into())));
    let files = [file("f/x.txt", b"hello\nworld\n"), file("f/y.bin", b"\xff\0A")];
    Map::typed(chartroom_template::MapType::Files, files.into_iter().collect()).into()
}

#[test]
fn probes() {
    const NAME: &str = "p/templates/a.yaml";
    let Some(probes) = recording("semantics_probe.txt") else { return };
    let recorded = probed_values(&probes);
    let mut tally = Tally::default();
    for line in probes.lines() {
        let found = [" => ", " !! "].into_iter().filter_map(|mark| Some((line.find(mark)?, mark))).min();
        let Some((at, mark)) = found.filter(|_| !line.starts_with('#')) else { continue };
        let (tpl, expected) = (line[..at].trim_end().replace("\\N", "\n"), line[at + 4..].to_owned());
        let Data::Map(map) = values(&recorded).data else { unreachable!() };
        let map = map.retyped(chartroom_template::MapType::Values(Dialect::Helm3));
        let release: Map = [("Name", "r"), ("Namespace", "ns")]
            .map(|(key, value)| (key, Value::from(value)))
            .into_iter()
            .collect();
        let dot: [(&str, Value); 3] =
            [("Values", map.into()), ("Release", release.into()), ("Files", files())];
        let dot: Map = dot.into_iter().collect();
        let got = match parsed_by_helm(NAME, &tpl) {
            Ok(defines) => match run(NAME, defines, dot.into()) {
                (out, error) if error.is_empty() => format!(" => {}", out.replace("<no value>", "")),
                (_, error) => format!(" !! {}", as_helm_tells(&error)),
            },
            Err(error) => {
                let last = error.message.rsplit(": ").next().unwrap_or_default();
                format!(" !! parse error at ({NAME}:{}): {last}", error.line)
            }
        };
        tally.note(&tpl, &got.replace('\n', "\\N"), &format!("{mark}{expected}"));
    }
    tally.at_least(202);
}

/// Helm shows only the message of `fail` and `required`, at the outermost place.
fn as_helm_tells(error: &str) -> String {
    let told = error.split_once("HELM_ERR_START").and_then(|(_, rest)| rest.split_once("HELM_ERR_END"));
    match (told, error.split(": ").nth(1)) {
        (Some((message, _)), Some(place)) => format!("execution error at ({place}): {message}"),
        _ => error.to_owned(),
    }
}

fn parsed_by_helm(name: &str, text: &str) -> Result<Vec<Arc<Define>>, ParseError> {
    let source = Source { name: name.into(), text: text.as_bytes().into(), file: None, origin: Origin::NONE };
    parse_source(source, &|name| find_known(name, Dialect::Helm3))
}
