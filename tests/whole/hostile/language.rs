//! The language itself: loops, recursion, nesting.

use super::{MEMORY_LIMIT, OUTPUT_LIMIT, STEPS_LIMIT, chart, printed, refused, template};

/// Ten loops in each other, a thousand rounds each.
fn nested_loops() -> String {
    format!("{}{}", "{{ range until 1000 }}".repeat(10), "{{ end }}".repeat(10))
}

/// `{{ define "aN" }}` that includes the next one, and so on.
fn chain(length: usize, how: &str) -> String {
    let mut text = String::new();
    for at in 0..length {
        text += &format!("{{{{ define \"a{at}\" }}}}{{{{ {how} \"a{}\" . }}}}{{{{ end }}}}", at + 1);
    }
    text + &format!("{{{{ define \"a{length}\" }}}}end{{{{ end }}}}")
}

refused! {
    loops_in_loops: template(nested_loops()) => "limit";
    a_loop_without_a_body: template("{{ range 1000000000000 }}{{ end }}{{ range 1000000000000 }}{{ end }}") => STEPS_LIMIT;
    a_loop_over_a_huge_number: template("{{ range 9000000000000000000 }}{{ end }}") => STEPS_LIMIT;
    a_loop_that_prints: template("{{ range 9000000000000000000 }}{{ repeat 10000 \"a\" }}{{ end }}").arg("--max-output").arg("2")
        => OUTPUT_LIMIT;
    until_a_billion: template("{{ range until 1000000000 }}x{{ end }}") => MEMORY_LIMIT;
    until_the_end_of_numbers: template("{{ until 9223372036854775807 | len }}") => MEMORY_LIMIT;
    steps_of_one: template("{{ untilStep 0 1000000000000 1 | len }}") => MEMORY_LIMIT;
    seq_of_a_trillion: template("{{ seq 1 1000000000000 | len }}") => MEMORY_LIMIT;
    include_of_itself: template("{{ define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}")
        => "rendering template has a nested reference name: a";
    include_of_each_other: template(
        "{{ define \"a\" }}{{ include \"b\" . }}{{ end }}{{ define \"b\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}",
    ) => "rendering template has a nested reference name: ";
    include_of_each_other_through_tpl: template(
        "{{ define \"a\" }}{{ tpl \"{{ include `a` . }}\" . }}{{ end }}{{ include \"a\" . }}",
    ) => "rendering template has a nested reference name: a";
    include_doubling: template(
        "{{ define \"a\" }}{{ if gt . 0 }}{{ include \"a\" (sub . 1) }}{{ include \"a\" (sub . 1) }}{{ end }}{{ end }}{{ include \"a\" 900 }}",
    ) => STEPS_LIMIT;
    template_of_itself: template("{{ define \"a\" }}{{ template \"a\" . }}{{ end }}{{ template \"a\" . }}")
        => "exceeded maximum template depth (100000)";
    tpl_of_itself: template("{{ tpl .Values.x . }}").values("x: '{{ tpl .Values.x . }}'")
        => "tpl", "nested deeper than";
    tpl_of_a_long_text_of_itself: template("{{ tpl .Values.x . }}")
        .values(format!("x: '{{{{/* {} */}}}}{{{{ tpl .Values.x . }}}}'", "x".repeat(1 << 14)))
        => "error calling tpl";
    tpl_doubling: template("{{ $x := \"{{ 1 }}\" }}{{ range until 100 }}{{ $x = print $x $x }}{{ $_ := tpl $x $ }}{{ end }}")
        => "limit";
    tpl_of_ever_new_texts: template("{{ range 9000000000000000000 }}{{ $_ := tpl (print \"{{ \" . \" }}\") $ }}{{ end }}")
        => "limit";
    variables_that_grow: template("{{ $x := \"aaaaaaaa\" }}{{ range until 100 }}{{ $x = print $x $x }}{{ end }}")
        => "limit";
    include_that_grows: template(
        "{{ define \"a\" }}{{ . }}{{ . }}{{ end }}{{ $x := \"aaaaaaaa\" }}{{ range until 100 }}{{ $x = include \"a\" $x }}{{ end }}",
    ) => "limit";
    parentheses: template(format!("{{{{ {}1{} }}}}", "(".repeat(100_000), ")".repeat(100_000)))
        .at(Some("app/templates/a.yaml:1")) => "max expression depth exceeded";
    a_long_chain_of_fields: template(format!("a: {{{{ (dict){} }}}}x", ".a".repeat(100_000)))
        => "nil pointer evaluating interface {}.a";
    a_million_errors_of_one: template("{{ ".repeat(1_000_000)).at(Some("templates/a.yaml:1"))
        => "unexpected";
}

printed! {
    ifs_in_ifs: template(format!("a: {}1{}", "{{ if true }}".repeat(20_000), "{{ end }}".repeat(20_000)))
        => "a: 1";
    a_long_pipeline: template(format!("a: {{{{ 1{} }}}}", " | int".repeat(100_000))) => "a: 1";
    else_ifs: template(format!("a: {{{{ if false }}}}{}{{{{ else }}}}1{{{{ end }}}}", "{{ else if false }}2".repeat(20_000)))
        => "a: 1";
    templates_in_a_row: chart()
        .file("templates/a.yaml", "a: {{ include \"a0\" . }}")
        .file("templates/_a.tpl", chain(1500, "include")) => "a: end";
}

/// More includes in each other than there is stack for, each of another name, so that Helm's limit does not count.
#[test]
fn a_long_row_of_includes() {
    chart()
        .file("templates/a.yaml", "a: {{ include \"a0\" . }}")
        .file("templates/_a.tpl", chain(6_000, "include"))
        .refused(&["include", "nested deeper than"]);
}
