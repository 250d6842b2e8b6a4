//! Trees and mistakes, in small.

use std::sync::Arc;

use text::{FileId, TextRange};

use super::*;

/// The templates of a text that parses.
#[track_caller]
pub(crate) fn parsed(text: &str) -> Vec<Arc<Define>> {
    parse("t", text.as_bytes().into(), FileId(0), Dialect::Helm4).unwrap()
}

/// The canonical form of a text is another.
#[track_caller]
fn check(text: &str, canonical: &str) {
    let defines = parsed(text);
    let main = &defines[0];
    assert_eq!(String::from_utf8(list_to_text(&main.body, &main.source)).unwrap(), canonical, "{text}");
}

/// A text does not parse; `~` marks what is underlined.
#[track_caller]
fn check_error(text: &str, marks: &str, message: &str) {
    let error = parse("t", text.as_bytes().into(), FileId(0), Dialect::Helm4).unwrap_err();
    assert_eq!(error.to_string(), message);
    let (start, len) = (marks.find('~').unwrap(), marks.matches('~').count());
    assert_eq!(error.at, TextRange::at((start as u32).into(), (len as u32).into()), "{text}");
}

#[test]
fn actions_are_printed_canonically() {
    check("{{  .Values.a|quote  }}", "{{.Values.a | quote}}");
    check("{{ $x:=1 }}{{ $x =2 }}", "{{$x := 1}}{{$x = 2}}");
    check("{{ (print 1).a.b }}", "{{(print 1).a.b}}");
    check("{{ range $i,$e:=.a }}{{ else }}x{{ end }}", "{{range $i, $e := .a}}{{else}}x{{end}}");
    check("{{ template `x` . }}", "{{template \"x\" .}}");
}

#[test]
fn a_pipe_may_stand_before_the_end() {
    check("{{ 1 | }}", "{{1}}");
}

#[test]
fn else_if_is_an_if_in_else() {
    check("{{ if 1 }}a{{ else if 2 }}b{{ end }}", "{{if 1}}a{{else}}{{if 2}}b{{end}}{{end}}");
    check("{{ with 1 }}a{{ else with 2 }}b{{ end }}", "{{with 1}}a{{else}}{{with 2}}b{{end}}{{end}}");
}

#[test]
fn trim_markers_need_a_space() {
    check("a {{- 1 -}} \n b", "a{{1}}b");
    check("a {{-1}} b", "a {{-1}} b");
}

#[test]
fn comments_leave_nothing() {
    check("a {{- /* b */ -}} c", "ac");
}

#[test]
fn the_file_comes_first_then_its_defines() {
    let defines = parsed("{{ define `b` }}1{{ end }}{{ define `a` }}2{{ end }}x");
    let names: Vec<_> = defines.iter().map(|it| it.name.to_text().into_owned()).collect();
    assert_eq!(names, ["t", "b", "a"]);
}

#[test]
fn a_block_is_a_define_and_its_call() {
    let defines = parsed("{{ block `b` . }}x{{ end }}");
    assert_eq!(list_to_text(&defines[0].body, &defines[0].source), b"{{template \"b\" .}}");
    assert_eq!(list_to_text(&defines[1].body, &defines[1].source), b"x");
}

#[test]
fn ranges_are_those_of_the_text() {
    let defines = parsed("{{ if .a }}{{ .b.c | quote }}{{ end }}");
    let source = &defines[0].source;
    let Node::If(branch) = &defines[0].body[0] else { panic!("no if") };
    assert_eq!(source.slice(branch.head), b"{{ if .a }}");
    assert_eq!(usize::from(branch.range.len()), source.text.len());
    let Node::Action(action) = &branch.list[0] else { panic!("no action") };
    assert_eq!(source.slice(action.range), b"{{ .b.c | quote }}");
    assert_eq!(source.slice(action.pipe.range), b".b.c | quote");
    assert_eq!(source.slice(action.pipe.commands[0].args[0].range), b".b.c");
    // Go counts the column of a chain of fields from the second.
    assert_eq!(action.pipe.commands[0].args[0].pos, 16);
}

#[test]
fn mistakes_are_underlined_where_they_are() {
    check_error("a {{ foo }}", "     ~~~", "template: t:1: function \"foo\" not defined");
    check_error("{{ $x }}", "   ~~", "template: t:1: undefined variable \"$x\"");
    let message = "template: t:2: unexpected \"}\" in operand";
    check_error("{{ if 1 }}\n{{ quote }", "                    ~", message);
    check_error("a\n{{ .a\n\n", "  ~~", "template: t:4: unclosed action started at t:2");
    check_error("{{ 1 | 2 }}", "       ~", "template: t:1: non executable command in pipeline stage 2");
    check_error("{{ range }}", "         ~~", "template: t:1: missing value for range");
    check_error("{{ 12k }}", "   ~~~", "template: t:1: bad number syntax: \"12k\"");
    check_error("{{ break }}", "   ~~~~~", "template: t:1: {{break}} outside {{range}}");
    let twice = "{{define `a`}}x{{end}}{{define `a`}}y{{end}}";
    let marks = "                               ~~~";
    check_error(twice, marks, "template: t:1: template: multiple definition of template \"a\"");
}

#[test]
fn deep_nesting_is_no_trouble() {
    let deep = 9_000;
    let text = format!("{{{{ {}1{} }}}}", "(".repeat(deep), ")".repeat(deep));
    parsed(&text);
    let text = format!("{}{}", "{{if 1}}".repeat(20_000), "{{end}}".repeat(20_000));
    parsed(&text);
    let text = format!("{{{{if 1}}}}{}{{{{end}}}}", "{{else if 1}}".repeat(20_000));
    parsed(&text);
}

#[test]
fn too_many_parentheses_are_refused() {
    let text = format!("{{{{ {}1", "(".repeat(10_001));
    let error = parse("t", text.as_bytes().into(), FileId(0), Dialect::Helm4).unwrap_err();
    assert_eq!(error.message, "max expression depth exceeded");
}

#[test]
fn half_a_text_is_no_trouble() {
    let text = "a {{- /* c */ -}} {{ define `x` }}{{ if (.a.b | eq \"é\\n\" 'c') }}{{ else with $x := 1.5e3 }}\n\
                {{ range $i, $e := (f .).g }}{{ break }}{{ end -}} {{ block \"b\" . }}{{ template `x` }}{{end}}{{end}}{{end}}";
    for at in (0..=text.len()).filter(|&at| text.is_char_boundary(at)) {
        for part in [&text[..at], &text[at..]] {
            if let Err(error) = parse("t", part.as_bytes().into(), FileId(0), Dialect::Helm4) {
                assert!(usize::from(error.at.end()) <= part.len(), "{part}");
            }
        }
    }
}
