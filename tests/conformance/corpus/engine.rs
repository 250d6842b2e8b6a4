//! Runs single templates and functions in this process, in a world without clock and chance.

use std::sync::Arc;

use serde_json::Value as Json;
use template::functions::{Known, builtins, find_known};
use template::parse::{Source, parse_source};
use template::{
    Body, Cx, Data, Define, Dialect, Failure, Host, Int, List, Map, MapType, Object, Origin, ParseError,
    Plain, TemplateSet, Value, execute,
};

/// A world in which no time passes and chance is good enough for a shuffle and for keys that nobody uses.
pub(super) struct Still {
    /// Whether it is as in `helm lint`.
    lints: bool,
}

impl Host for Still {
    fn lints(&self) -> bool {
        self.lints
    }

    /// When sprig's cases were recorded, some of which ask how long ago something was.
    fn now(&self) -> i128 {
        1_795_411_527_200_000_000
    }

    fn random(&self, into: &mut [u8]) {
        use std::cell::Cell;
        thread_local!(static STATE: Cell<u64> = const { Cell::new(0x9E37_79B9_7F4A_7C15) });
        for byte in into {
            STATE.with(|state| {
                // A xorshift generator: looking for primes needs bits that differ.
                let mut it = state.get();
                it ^= it << 13;
                it ^= it >> 7;
                it ^= it << 17;
                state.set(it);
                *byte = (it >> 32) as u8;
            });
        }
    }
}

/// A Go struct of which no more is known than its type and its JSON.
#[derive(Debug)]
pub(super) struct Struct {
    pub(super) type_name: String,
    pub(super) json: Value,
}

impl Object for Struct {
    fn type_name(&self) -> &str {
        &self.type_name
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        Vec::new()
    }

    fn to_json(&self) -> Value {
        self.json.clone()
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// A time, as JSON shows it.
pub(super) fn time(text: &str) -> Option<Value> {
    call("mustToDate", &["2006-01-02T15:04:05.999999999Z07:00".into(), text.into()]).ok()
}

pub(super) fn context() -> Cx<'static> {
    Cx::new(Dialect::Helm3, &Still { lints: false })
}

/// Calls a function by its name.
pub(super) fn call(name: &str, args: &[Value]) -> Result<Value, Failure> {
    let known = find_known(name, Dialect::Helm3).unwrap_or_else(|| panic!("no function {name}"));
    let Body::Plain(call) = known.function.body else { panic!("{name} is not called this way") };
    call(&mut context(), args)
}

pub(super) fn json_of(value: Value) -> String {
    call("toJson", &[value]).unwrap().as_str().unwrap().to_text().into_owned()
}

/// A value as Helm reads JSON: all numbers are floats.
pub(super) fn read_json(json: &Json) -> Value {
    match json {
        Json::Array(it) => List::any(it.iter().map(read_json).collect()).into(),
        Json::Object(it) => it.iter().map(|(key, it)| (key.as_str(), read_json(it))).collect::<Map>().into(),
        Json::Null => Value::NIL,
        Json::Bool(it) => (*it).into(),
        Json::Number(it) => it.as_f64().unwrap().into(),
        Json::String(it) => it.as_str().into(),
    }
}

/// A value as a Go test writes it: whole numbers are `int`.
pub(super) fn plain(json: &Json) -> Value {
    match json {
        Json::Array(it) => List::any(it.iter().map(plain).collect()).into(),
        Json::Object(it) => it.iter().map(|(key, it)| (key.as_str(), plain(it))).collect::<Map>().into(),
        Json::Number(it) => it.as_i64().map_or_else(|| it.as_f64().unwrap().into(), |it| Int(it).into()),
        Json::Null | Json::Bool(_) | Json::String(_) => read_json(json),
    }
}

/// Go's own functions only: Helm's `slice` is another.
pub(super) fn find_go(name: &str) -> Option<&'static Known> {
    if name == "slice" {
        return Some(Box::leak(Box::new(Known::from(&builtins::SHADOWED[0]))));
    }
    find_known(name, Dialect::Helm3)
}

pub(super) fn find_helm(name: &str) -> Option<&'static Known> {
    find_known(name, Dialect::Helm3)
}

type Find = fn(&str) -> Option<&'static Known>;

pub(super) fn parsed(name: &str, text: &str, find: Find) -> Result<Vec<Arc<Define>>, ParseError> {
    let source = Source { name: name.into(), text: text.as_bytes().into(), file: None, origin: Origin::NONE };
    parse_source(source, &find)
}

/// What a template prints, and its error, which is empty where there is none.
pub(super) fn run_in(set: &TemplateSet, name: &str, dot: Value) -> (String, String) {
    run_with(set, name, dot, &mut context())
}

/// The same in Helm's lint mode, in which `required` and `fail` stop nothing.
pub(super) fn run_linting(set: &TemplateSet, name: &str, dot: Value) -> (String, String) {
    run_with(set, name, dot, &mut Cx::new(Dialect::Helm3, &Still { lints: true }))
}

fn run_with(set: &TemplateSet, name: &str, dot: Value, cx: &mut Cx<'_>) -> (String, String) {
    let mut sink = Plain::default();
    let dot = if dot.is_nil() { Value::INVALID } else { dot };
    let result = execute(set, name, dot, cx, &mut sink);
    let error = result.err().map(|it| it.to_string()).unwrap_or_default();
    (String::from_utf8_lossy(&sink.bytes).into_owned(), error)
}

/// The same for a template alone.
pub(super) fn run(name: &str, defines: Vec<Arc<Define>>, dot: Value) -> (String, String) {
    let mut set = TemplateSet::new();
    set.extend(defines);
    run_in(&set, name, dot)
}

/// What a chart sees under `.Values`.
pub(super) fn as_values(map: Value) -> Value {
    match &map.data {
        Data::Map(it) => it.retyped(MapType::Values(Dialect::Helm3)).into(),
        _ => map,
    }
}

/// Helm shows only the message of `fail` and `required`, at the outermost place (`cleanupExecError`).
pub(super) fn as_helm_tells(error: &str) -> String {
    let told = error.split_once("HELM_ERR_START").and_then(|(_, rest)| rest.rsplit_once("HELM_ERR_END"));
    match (told, error.split(": ").nth(1)) {
        (Some((message, _)), Some(place)) => format!("execution error at ({place}): {message}"),
        _ => error.to_owned(),
    }
}

/// Helm keeps what stands behind the last colon of a message (`cleanupParseError`).
pub(super) fn as_helm_tells_parsing(name: &str, error: &ParseError) -> String {
    let last = error.message.rsplit(": ").next().unwrap_or_default();
    format!("parse error at ({name}:{}): {last}", error.line)
}
