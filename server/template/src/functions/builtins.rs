//! What the language itself brings, and what Helm's engine adds to it: Go's `text/template/funcs.go` and
//! Helm's `pkg/engine/engine.go`.

mod compare;
mod escape;
mod index;

use crate::fmt::{self, Style};
use crate::{
    Body, Callable, Cx, Data, Failure, Function, Int, LetPass, Lookup, Reflect, Rest, Signature, Str,
    Templates, Text, Value, function,
};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    Function { name: "and", signature: logic, body: Body::ShortCircuit(false), item: "and" },
    Function { name: "or", signature: logic, body: Body::ShortCircuit(true), item: "or" },
    function!("not", not),
    function!("eq", eq),
    function!("ne", ne),
    function!("lt", lt),
    function!("le", le),
    function!("gt", gt),
    function!("ge", ge),
    function!("len", len),
    function!("index", index),
    function!("print", print),
    function!("printf", printf),
    function!("println", println),
    function!("html", html),
    function!("js", js),
    function!("urlquery", urlquery),
    Function { name: "call", signature: logic, body: Body::Call(call), item: "call" },
    Function {
        name: "include",
        signature: || Callable::signature(&|_: Str, _: Value| Value::NIL),
        body: Body::Templates(|run, args| include(run, args)),
        item: "include",
    },
    Function {
        name: "tpl",
        signature: || Callable::signature(&|_: Str, _: Value| Value::NIL),
        body: Body::Templates(|run, args| tpl(run, args)),
        item: "tpl",
    },
    function!("required", required),
    function!("fail", fail),
    function!("lookup", lookup),
    function!("getHostByName", get_host_by_name),
];

/// Go's own `slice`, which sprig's hides in Helm.
pub const SHADOWED: &[Function] = &[function!("slice", slice)];

/// One value, then any number.
fn logic() -> Signature {
    Callable::signature(&|_: Reflect, _: Rest<Reflect>| Value::NIL)
}

/// The first argument that is false, empty or nil, or else the last one. Arguments behind it are not evaluated.
///
/// `{{ and 1 "" 2 }}` gives nothing, `{{ and 1 2 }}` gives `2`
pub fn and(args: &[Value]) -> Value {
    deciding(args, false)
}

/// The first argument that is neither false, empty nor nil, or else the last one. Arguments behind it are not
/// evaluated.
///
/// `{{ or "" "b" "c" }}` gives `b`
pub fn or(args: &[Value]) -> Value {
    deciding(args, true)
}

fn deciding(args: &[Value], stops_at: bool) -> Value {
    let found = args.iter().find(|it| it.truth() == stops_at).or(args.last());
    found.cloned().unwrap_or(Value::INVALID)
}

/// Whether the argument is false, 0, empty or nil.
///
/// `{{ not "" }}` gives `true`
pub fn not(arg: Reflect) -> bool {
    !arg.0.truth()
}

/// Whether the first argument equals any of the others. Both sides must be of one kind: `eq 1 1.0` is an error.
///
/// `{{ eq "a" "b" "a" }}` gives `true`
pub fn eq(cx: &mut Cx<'_>, first: Reflect, others: Rest<Reflect>) -> Result<bool, Failure> {
    compare::equal_to_any(cx, &first.0, others.0.iter().map(|it| &it.0))
}

/// Whether the arguments differ. They must be of one kind.
///
/// `{{ ne 1 2 }}` gives `true`
pub fn ne(cx: &mut Cx<'_>, a: Reflect, b: Reflect) -> Result<bool, Failure> {
    Ok(!compare::equal_to_any(cx, &a.0, std::iter::once(&b.0))?)
}

/// Whether the first number or string comes before the second.
///
/// `{{ lt 1 2 }}` gives `true`
pub fn lt(a: Reflect, b: Reflect) -> Result<bool, Failure> {
    compare::less(&a.0, &b.0)
}

/// Whether the first number or string comes before the second or equals it.
///
/// `{{ le 2 2 }}` gives `true`
pub fn le(cx: &mut Cx<'_>, a: Reflect, b: Reflect) -> Result<bool, Failure> {
    compare::less_or_equal(cx, &a.0, &b.0)
}

/// Whether the first number or string comes after the second.
///
/// `{{ gt 2 1 }}` gives `true`
pub fn gt(cx: &mut Cx<'_>, a: Reflect, b: Reflect) -> Result<bool, Failure> {
    Ok(!compare::less_or_equal(cx, &a.0, &b.0)?)
}

/// Whether the first number or string comes after the second or equals it.
///
/// `{{ ge 2 2 }}` gives `true`
pub fn ge(a: Reflect, b: Reflect) -> Result<bool, Failure> {
    Ok(!compare::less(&a.0, &b.0)?)
}

/// How many elements, keys or bytes there are.
///
/// `{{ len "héllo" }}` gives `6`
pub fn len(it: Reflect) -> Result<Int, Failure> {
    let len = match &it.0.data {
        Data::Str(it) => it.len(),
        Data::Bytes(it) => it.len(),
        Data::List(it) => it.len(),
        Data::Map(it) => it.len(),
        Data::Nil => return Err("len of nil pointer".into()),
        Data::Invalid => return Err(index::ZERO_VALUE.into()),
        Data::Bool(_) | Data::Int(..) | Data::Float(_) | Data::Complex(_) | Data::Object(_) => {
            return Err(format!("len of type {}", index::indirect_name(&it.0)).into());
        }
    };
    Ok(Int(len as i64))
}

/// The element at a position of a list or under a key of a map; further arguments look into what was found.
///
/// `{{ index (list "a" "b") 1 }}` gives `b`
pub fn index(it: Reflect, keys: Rest<Reflect>) -> Result<Value, Failure> {
    index::index(it.0, keys.0.into_iter().map(|it| it.0))
}

/// A part of a string or list, from the first position to before the second.
///
/// `{{ slice "hello" 1 3 }}` gives `el`
pub fn slice(it: Reflect, at: Rest<Reflect>) -> Result<Value, Failure> {
    let at: Vec<Value> = at.0.into_iter().map(|it| it.0).collect();
    index::slice(&it.0, &at)
}

/// The arguments as text, with spaces only between two that are no strings.
///
/// `{{ print "a" 1 2 "b" }}` gives `a1 2b`
pub fn print(cx: &mut Cx<'_>, args: Rest<Value>) -> Text {
    fmt::print_text(cx, Style::Print, &args.0)
}

/// The arguments in a format: `%s` text, `%d` integer, `%v` anything, `%q` quoted, `%05.1f` number with width,
/// zeros and decimals. Numbers of values files are floats: `%d` wants `int` first.
///
/// `{{ printf "%s-%03d" "a" 7 }}` gives `a-007`
pub fn printf(cx: &mut Cx<'_>, format: Text, args: Rest<Value>) -> Text {
    fmt::printf_text(cx, &format, &args.0)
}

/// The arguments as text, with spaces between them and a line break behind.
///
/// `{{ println "a" 1 | trim }}` gives `a 1`
pub fn println(cx: &mut Cx<'_>, args: Rest<Value>) -> Text {
    fmt::print_text(cx, Style::Println, &args.0)
}

/// The text of the arguments with `< > & ' "` as character references.
///
/// `{{ html "a<b" }}` gives `a&lt;b`
pub fn html(cx: &mut Cx<'_>, args: Rest<Value>) -> Text {
    escape::escaped(cx, args.0, escape::html)
}

/// The text of the arguments escaped for a JavaScript string.
///
/// `{{ js "it's" }}` gives `it\'s`
pub fn js(cx: &mut Cx<'_>, args: Rest<Value>) -> Text {
    escape::escaped(cx, args.0, escape::js)
}

/// The text of the arguments escaped for the query of a URL.
///
/// `{{ urlquery "a b&c" }}` gives `a+b%26c`
pub fn urlquery(cx: &mut Cx<'_>, args: Rest<Value>) -> Text {
    escape::escaped(cx, args.0, escape::query)
}

/// Calls a function that is held in a field. Helm's data holds none, so this is always an error.
pub fn call(callee: &str, args: &[Value]) -> Result<Value, Failure> {
    match args.first() {
        Some(it) if !it.is_nil() => Err(format!("non-function {callee} of type {}", it.type_name()).into()),
        _ => Err("call of nil".into()),
    }
}

/// What the named template prints, given a dot. Unlike `template`, its result can be piped on.
///
/// `{{ include "app.labels" . | nindent 4 }}`
pub fn include(run: &mut dyn Templates, args: &[Value]) -> Result<Value, Failure> {
    let name = args[0].as_str().cloned().unwrap_or_default();
    run.include(&name, args[1].clone())
}

/// What a text prints that is itself a template, given a dot. It sees all templates of the chart, and its own
/// defines are seen only below it.
///
/// `{{ tpl .Values.host . }}`
pub fn tpl(run: &mut dyn Templates, args: &[Value]) -> Result<Value, Failure> {
    let text = Text { bytes: args[0].as_str().cloned().unwrap_or_default(), origin: args[0].origin };
    run.tpl(&text, args[1].clone())
}

/// Stops with the message if the value is nil or the empty string; otherwise gives the value.
///
/// `{{ required "image.tag is needed" .Values.image.tag }}`
pub fn required(cx: &mut Cx<'_>, message: Str, value: Value) -> Result<Value, Failure> {
    if value.is_nil() {
        return stop(cx, LetPass::Missing, &message);
    }
    let is_empty = value.as_str().is_some_and(|it| it.is_empty());
    if is_empty { stop(cx, LetPass::Empty, &message) } else { Ok(value) }
}

/// Stops with the message.
///
/// `{{ fail "choose one of a, b" }}`
pub fn fail(cx: &mut Cx<'_>, message: Str) -> Result<Value, Failure> {
    stop(cx, LetPass::Fail, &message)
}

/// Helm marks such messages, to tell them from Go's when it prints the error. In lint mode nothing stops.
fn stop(cx: &mut Cx<'_>, what: LetPass, message: &Str) -> Result<Value, Failure> {
    if cx.host.lints() {
        cx.host.let_pass(what, &message.to_text());
        return Ok(Value::from(""));
    }
    Err(format!("HELM_ERR_START{}HELM_ERR_END", message.to_text()).into())
}

/// An object of the cluster, a list of them if the name is empty, an empty map if there is none or no cluster.
///
/// `{{ lookup "v1" "Secret" .Release.Namespace "app" }}`
pub fn lookup(
    cx: &mut Cx<'_>,
    api_version: Str,
    kind: Str,
    namespace: Str,
    name: Str,
) -> Result<Value, Failure> {
    let text = |it: Str| it.to_text().into_owned();
    let query = Lookup {
        api_version: text(api_version),
        kind: text(kind),
        namespace: text(namespace),
        name: text(name),
    };
    cx.host.lookup(&query)
}

/// An address of a host name; empty unless names are allowed to be resolved.
///
/// `{{ getHostByName "example.org" }}`
pub fn get_host_by_name(cx: &mut Cx<'_>, name: Str) -> String {
    cx.host.host_by_name(&name.to_text())
}
