//! Running templates, in small: messages, scopes, types, limits, and where bytes come from.

use text::{FileId, FileRange};

use super::*;
use crate::functions::testing::{call, traced};
use crate::parse::parse;
use crate::{Budget, Dialect, FrameKind, Limits, List, Map};

fn set(text: &str) -> TemplateSet {
    let mut set = TemplateSet::new();
    set.extend(parse("t", text.as_bytes().into(), FileId(0), Dialect::Helm4).unwrap());
    set
}

/// `.` of the tests: `.s` text, `.f` float, `.l` list, `.m` map, `.n` nil, `.ss` strings.
fn dot() -> Value {
    let strings = [(Str::from("a"), Value::from("x"))].into_iter().collect();
    let entries: [(&str, Value); 6] = [
        ("s", "text".into()),
        ("f", 3.0.into()),
        ("l", List::any(vec![1.0.into(), "two".into(), Value::NIL]).into()),
        ("m", [("k", Value::from(1.0)), ("z", Value::NIL)].into_iter().collect::<Map>().into()),
        ("n", Value::NIL),
        ("ss", Map::typed(MapType::Strings, strings).into()),
    ];
    entries.into_iter().collect::<Map>().into()
}

fn run(text: &str) -> Result<String, ExecError> {
    let mut sink = Plain::default();
    call(|cx| execute(&set(text), "t", dot(), cx, &mut sink))?;
    Ok(String::from_utf8_lossy(&sink.bytes).into_owned())
}

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(run(text).map_err(|it| it.to_string()), Ok(expected.to_owned()), "{text}");
}

/// The template stops with the message at the node, on line 1 and the column.
#[track_caller]
fn check_error(text: &str, column: u32, node: &str, message: &str) {
    let expected = format!("template: t:1:{column}: executing \"t\" at <{node}>: {message}");
    assert_eq!(run(text).unwrap_err().to_string(), expected, "{text}");
}

// Nil.

#[test]
fn a_chain_over_nil_is_an_error() {
    check_error("{{ .n.a }}", 5, ".n.a", "nil pointer evaluating interface {}.a");
    check_error("{{ .nowhere.a }}", 11, ".nowhere.a", "nil pointer evaluating interface {}.a");
}

#[test]
fn a_pipeline_forgets_that_it_was_nil() {
    check("[{{ (.n).a }}]", "[<no value>]");
    check("{{ $x := .nowhere }}[{{ $x.a.b }}]", "[<no value>]");
    check("{{ with .n }}{{ else }}no{{ end }}", "no");
}

#[test]
fn nil_is_refused_where_strings_are_wanted() {
    check_error("{{ .n | trunc 3 }}", 14, "3", "invalid value; expected string");
    check_error("{{ trunc 3 .n }}", 11, ".n", "wrong type for value; expected string; got interface {}");
    check_error("{{ trunc 3 nil }}", 11, "nil", "cannot assign nil to string");
}

#[test]
fn missing_strings_are_empty() {
    check("[{{ .ss.b }}{{ .ss.a }}]", "[x]");
}

// Types.

#[test]
fn messages_name_the_interface_that_holds_a_value() {
    check_error("{{ .s.a }}", 5, ".s.a", "can't evaluate field a in type interface {}");
    check_error("{{ $x := .s }}{{ $x.a }}", 19, "$x.a", "can't evaluate field a in type string");
    check_error("{{ range .l }}{{ .a }}{{ end }}", 17, ".a", "can't evaluate field a in type interface {}");
    check_error("{{ (.s).a }}", 4, ".s", "can't evaluate field a in type string");
}

#[test]
fn arguments_are_held_against_types() {
    check_error("{{ trunc .f \"a\" }}", 9, ".f", "wrong type for value; expected int; got float64");
    check_error("{{ trunc \"1\" \"a\" }}", 9, "\"1\"", "expected integer; found \"1\"");
    check_error("{{ trunc 1 2 }}", 11, "2", "expected string; found 2");
    check_error("{{ trunc 1 }}", 3, "trunc", "wrong number of args for trunc: want 2 got 1");
    check_error("{{ printf }}", 3, "printf", "wrong number of args for printf: want at least 1 got 0");
    check_error("{{ .m 1 }}", 3, ".m", "m is not a method but has arguments");
    check_error("{{ 1 2 }}", 3, "1", "can't give argument to non-function 1");
}

#[test]
fn comparisons_stay_within_a_kind() {
    check("{{ eq .f 3.0 }} {{ eq 1 2 1 }} {{ lt \"a\" \"b\" }}", "true true true");
    check("{{ eq .n nil }} {{ eq .n 1 }} {{ ne .n nil }}", "true false false");
    let message = "error calling eq: incompatible types for comparison: float64 and int";
    check_error("{{ eq .f 3 }}", 3, "eq .f 3", message);
    check_error("{{ lt .n 1 }}", 3, "lt .n 1", "error calling lt: invalid type for comparison");
    let message =
        "error calling eq: non-comparable type map[k:%!s(float64=1) z:<nil>]: map[string]interface {}";
    check_error("{{ eq .m .m }}", 3, "eq .m .m", message);
}

#[test]
fn and_and_or_stop_at_the_argument_that_decides() {
    check("{{ or .s (fail \"no\") }} {{ and \"\" (fail \"no\") }}", "text ");
    check("{{ and 1 2 }} {{ \"a\" | or \"\" }} {{ \"a\" | and \"\" }}", "2 a ");
}

#[test]
fn positions_are_looked_up_with_integers() {
    check("{{ index .l 1 }} {{ index .m \"k\" }} {{ index .m \"no\" }}", "two 1 <no value>");
    check_error("{{ index .l 9 }}", 3, "index .l 9", "error calling index: index out of range: 9");
    let message = "error calling index: reflect: slice index out of range";
    check_error("{{ index .l 3 }}", 3, "index .l 3", message);
    let message = "error calling index: cannot index slice/array with type float64";
    check_error("{{ index .l .f }}", 3, "index .l .f", message);
}

// Scopes and loops.

#[test]
fn variables_end_with_their_block() {
    check("{{ $x := 1 }}{{ if 1 }}{{ $x = 2 }}{{ $x := 3 }}{{ $x }}{{ end }}{{ $x }}", "32");
    check("{{ range $i, $e := .l }}{{ $i }}={{ $e }} {{ end }}", "0=1 1=two 2=<no value> ");
    check_error("{{ $y = 1 }}", 8, "1", "undefined variable: $y");
}

#[test]
fn loops_can_be_left() {
    let text = "{{ range 5 }}{{ if eq . 1 }}{{ continue }}{{ end }}{{ if eq . 3 }}{{ break }}{{ end }}{{ . }}{{ end }}";
    check(text, "02");
    check("{{ range .n }}x{{ else }}none{{ end }}", "none");
    check("{{ range $k, $v := .ss }}{{ $k }}{{ $v }}{{ end }}", "ax");
    check_error("{{ range .f }}{{ end }}", 9, ".f", "range can't iterate over 3");
}

#[test]
fn assignment_in_a_loop_is_seen_behind_it() {
    check("{{ $x := 0 }}{{ range $i := list 1 2 }}{{ $x = $i }}{{ end }}{{ $x }}", "2");
    check("{{ $x := 0 }}{{ range $x = .l }}{{ end }}{{ $x }}", "<no value>");
}

// Templates.

#[test]
fn errors_of_included_templates_name_every_place() {
    let error = run("{{ define `a` }}\n {{ .x.y }}{{ end }}{{ include `a` . }}").unwrap_err();
    let expected = "template: t:2:23: executing \"t\" at <include `a` .>: error calling include: \
                    template: t:2:6: executing \"a\" at <.x.y>: nil pointer evaluating interface {}.y";
    assert_eq!(error.to_string(), expected);
    let nodes: Vec<_> = error.places.iter().map(|it| (it.template.as_str(), it.node.as_str())).collect();
    assert_eq!(nodes, [("t", "include `a` ."), ("a", ".x.y")]);
    assert_eq!(error.message, "nil pointer evaluating interface {}.y");
}

#[test]
fn tpl_sees_all_templates_and_keeps_its_own() {
    check("{{ define `a` }}A{{ end }}{{ tpl \"{{ include `a` . }}{{ .s }}\" . }}", "Atext");
    let own = "{{ tpl \"{{ define `b` }}B{{ end }}{{ include `a` . }}\" . }}";
    check(&format!("{{{{ define `a` }}}}{{{{ include `b` . }}}}{{{{ end }}}}{own}"), "B");
    let error = run("{{ $_ := tpl \"{{ define `b` }}B{{ end }}\" . }}{{ include `b` . }}").unwrap_err();
    assert_eq!(error.message, "template: no template \"b\" associated with template \"gotpl\"");
}

#[test]
fn tpl_takes_no_value_out() {
    check("[{{ tpl \"{{ .n }}\" . }}]", "[]");
}

#[test]
fn errors_of_tpl_quote_the_text() {
    let message = "error calling tpl: error during tpl function execution for \"{{ .s.x }}\": template: \
                   gotpl:1:5: executing \"gotpl\" at <.s.x>: can't evaluate field x in type interface {}";
    check_error("{{ tpl \"{{ .s.x }}\" . }}", 3, "tpl \"{{ .s.x }}\" .", message);
    let message = "error calling tpl: cannot parse template \"{{\": template: gotpl:1: unclosed action";
    check_error("{{ tpl \"{{\" . }}", 3, "tpl \"{{\" .", message);
}

#[test]
fn endless_includes_end() {
    let error = run("{{ define `a` }}{{ include `a` . }}{{ end }}{{ include `a` . }}").unwrap_err();
    let message = "rendering template has a nested reference name: a: unable to execute template";
    assert_eq!(error.message, message);
    assert_eq!(error.places.len(), 1002);
}

#[test]
fn endless_templates_end() {
    let error = run("{{ define `a` }}{{ template `a` . }}{{ end }}{{ template `a` . }}").unwrap_err();
    assert_eq!(error.message, "exceeded maximum template depth (100000)");
}

#[test]
fn endless_loops_end_with_the_budget() {
    let set = set("{{ range 100000000000 }}x{{ end }}");
    let mut sink = Plain::default();
    let error = call(|cx| {
        cx.budget = Budget::new(Limits { steps: 1000, ..Limits::default() }, None);
        execute(&set, "t", dot(), cx, &mut sink).unwrap_err()
    });
    assert!(error.message.contains("the limit of 1000 steps"), "{}", error.message);
    let error = call(|cx| {
        cx.budget = Budget::new(Limits { output: 1000, ..Limits::default() }, None);
        execute(&set, "t", dot(), cx, &mut sink).unwrap_err()
    });
    assert!(error.message.contains("print more than the limit of 1000 bytes"), "{}", error.message);
    assert_eq!(error.places.len(), 1);
}

#[test]
fn what_was_printed_before_an_error_stays() {
    let mut sink = Plain::default();
    call(|cx| execute(&set("a{{ .s }}{{ fail \"x\" }}"), "t", dot(), cx, &mut sink)).unwrap_err();
    assert_eq!(sink.bytes, b"atext");
}

#[test]
fn the_templates_that_were_run_are_remembered() {
    let set = set("{{ define `a` }}{{ end }}{{ template `a` }}{{ include `a` . }}");
    let reads = call(|cx| {
        cx.reads = Some(crate::Reads::default());
        execute(&set, "t", dot(), cx, &mut Plain::default()).unwrap();
        cx.reads.take()
    });
    assert_eq!(reads.unwrap().templates.into_iter().collect::<Vec<_>>(), [Str::from("a")]);
}

// Provenance.

/// A value that stands in file 1 at the given bytes.
fn at(value: &str, start: usize) -> Value {
    let range = FileRange::new(FileId(1), start, start + value.len());
    Value::from(value).with_origin(Some(range).into())
}

fn shown(kind: &crate::FrameKind) -> String {
    match kind {
        FrameKind::Call { name } => name.to_text().into_owned(),
        FrameKind::Condition { keyword, shown, holds, .. } => format!("{} {shown} {holds}", keyword.name()),
        FrameKind::Item { key, .. } => key.to_string(),
    }
}

/// The parts of the output: bytes, the text of the action or template that wrote them, the start of the value,
/// and the calls and conditions on the way, innermost first.
fn trace(text: &str, dot: Value) -> Vec<(String, String, Option<u32>, String)> {
    let set = set(text);
    traced(|cx| {
        let mut sink = Traced::default();
        execute(&set, "t", dot, cx, &mut sink).unwrap();
        let trace = cx.trace.as_ref().unwrap();
        let mut start = 0;
        let parts = sink.segments.iter().map(|segment| {
            let bytes = &sink.bytes[start..start + segment.len as usize];
            start += segment.len as usize;
            let place = segment.place.range().map_or(String::new(), |it| text[it.range].to_owned());
            let value = segment.value.range().map(|it| u32::from(it.range.start()));
            let frames = std::iter::successors(trace.frame(segment.frame), |frame| trace.frame(frame.parent));
            let calls = frames.map(|frame| shown(&frame.kind)).collect::<Vec<_>>().join("<");
            (String::from_utf8_lossy(bytes).into_owned(), place, value, calls)
        });
        let parts: Vec<_> = parts.collect();
        assert_eq!(start, sink.bytes.len(), "segments cover the output");
        parts
    })
}

#[track_caller]
fn check_trace(text: &str, dot: Value, expected: &[(&str, &str, Option<u32>, &str)]) {
    let got = trace(text, dot);
    let got: Vec<_> = got.iter().map(|it| (it.0.as_str(), it.1.as_str(), it.2, it.3.as_str())).collect();
    assert_eq!(got, expected, "{text}");
}

#[test]
fn text_and_values_are_told_apart() {
    check_trace("a: {{ . }}", at("v", 5), &[("a: ", "a: ", None, ""), ("v", "{{ . }}", Some(5), "")]);
}

#[test]
fn included_text_keeps_its_place_and_gets_its_call() {
    check_trace(
        "{{ define `d` }}x{{ . }}{{ end }}{{ include `d` . }}",
        at("v", 5),
        &[("x", "x", None, "d"), ("v", "{{ . }}", Some(5), "d")],
    );
    check_trace(
        "{{ define `d` }}x{{ end }}{{ define `e` }}{{ template `d` }}{{ end }}{{ include `e` . }}",
        at("v", 5),
        &[("x", "x", None, "d<e")],
    );
}

#[test]
fn printf_keeps_its_parts_apart() {
    const ACTION: &str = "{{ printf \"%s-%s\" . \"b\" }}";
    check_trace(ACTION, at("v", 5), &[("v", ACTION, Some(5), ""), ("-b", ACTION, None, "")]);
}

#[test]
fn what_scrambles_keeps_the_value_as_a_whole() {
    const ACTION: &str = "{{ . | sha1sum | len }}";
    check_trace(ACTION, at("v", 5), &[("40", ACTION, Some(5), "")]);
}

#[test]
fn a_text_given_to_tpl_is_where_its_bytes_come_from() {
    const ACTION: &str = "{{ tpl . (dict `k` `v`) }}";
    let expected = [("a ", ACTION, Some(100), "gotpl"), ("v", ACTION, Some(102), "gotpl")];
    check_trace(ACTION, at("a {{ .k }}", 100), &expected);
}

#[test]
fn conditions_stand_around_what_they_let_through() {
    let list = || Value::from(crate::List::any(vec![at("v", 5)]));
    check_trace(
        "{{ if . }}a{{ else }}b{{ end }}c",
        at("v", 5),
        &[("a", "a", None, "if \"v\" true"), ("c", "c", None, "")],
    );
    check_trace(
        "{{ with 0 }}a{{ else with . }}b{{ end }}",
        at("v", 5),
        &[("b", "b", None, "with \"v\" true<with 0 false")],
    );
    check_trace(
        "{{ range . }}{{ . }}{{ end }}{{ range $i, $x := . }}x{{ end }}",
        list(),
        &[("v", "{{ . }}", Some(5), "0<range [v] true"), ("x", "x", None, "0<range [v] true")],
    );
    check_trace("{{ range 0 }}{{ else }}x{{ end }}", list(), &[("x", "x", None, "range 0 false")]);
}

#[test]
fn calls_and_conditions_are_one_tree() {
    check_trace(
        "{{ define `d` }}{{ if . }}x{{ end }}{{ end }}{{ if true }}{{ include `d` 1 }}{{ end }}",
        Value::NIL,
        &[("x", "x", None, "if 1 true<d<if true true")],
    );
}

#[test]
fn conditions_remember_all_that_decided() {
    let set = set("{{ if and .a (eq .b `y`) }}x{{ end }}{{ if not .a }}{{ end }}");
    let map: crate::Map = [("a", at("x", 5)), ("b", at("y", 9))].into_iter().collect();
    traced(|cx| {
        execute(&set, "t", map.into(), cx, &mut Traced::default()).unwrap();
        let (frames, several) = cx.trace.take().unwrap().into_parts();
        let values = |frame: &crate::Frame| match frame.kind {
            FrameKind::Condition { value, .. } => {
                value.values(&several).map(|it| u32::from(it.range.start())).collect::<Vec<_>>()
            }
            _ => Vec::new(),
        };
        // What let nothing through is remembered too: it read the value.
        assert_eq!(frames.iter().map(values).collect::<Vec<_>>(), [vec![5, 9], vec![5]]);
    });
}
