//! Lists and dicts that grow, double and contain themselves.

use super::{MEMORY_LIMIT, STEPS_LIMIT, printed, refused, template};

/// A dict that holds the one before it twice, and so on: 2^60 of them to whoever walks through.
fn doubled(use_it: &str) -> super::Attack {
    let doubling = "{{ $d := dict \"a\" 1 }}{{ range until 60 }}{{ $d = dict \"l\" $d \"r\" $d }}{{ end }}";
    template(format!("{doubling}{{{{ {use_it} }}}}"))
}

/// The same with lists.
fn doubled_list(use_it: &str) -> super::Attack {
    let doubling = "{{ $d := list 1 }}{{ range until 60 }}{{ $d = list $d $d }}{{ end }}";
    template(format!("{doubling}{{{{ {use_it} }}}}"))
}

/// A dict that contains itself.
fn cycle(use_it: &str) -> super::Attack {
    template(format!("{{{{ $d := dict \"x\" 1 }}}}{{{{ $_ := set $d \"a\" $d }}}}{{{{ {use_it} }}}}"))
}

/// Two such dicts of the same shape.
fn cycles(use_them: &str) -> super::Attack {
    let both = "{{ $d := dict }}{{ $_ := set $d \"a\" $d }}{{ $e := dict }}{{ $_ := set $e \"a\" $e }}";
    template(format!("a: 1{both}{{{{ {use_them} }}}}"))
}

/// A dict in a dict in a dict, deeper than any stack.
fn deep(use_it: &str) -> super::Attack {
    let nest = "{{ $d := dict }}{{ range until 40000 }}{{ $d = dict \"a\" $d }}{{ end }}";
    template(format!("a: 1{nest}{{{{ {use_it} }}}}"))
}

/// A loop that never ends on a list and a dict.
fn growing(body: &str) -> super::Attack {
    template(format!(
        "{{{{ $l := list 1 }}}}{{{{ $d := dict }}}}{{{{ range 9000000000000000000 }}}}{{{{ {body} }}}}{{{{ end }}}}"
    ))
}

refused! {
    append_without_end: growing("$l = append $l .") => "limit";
    prepend_without_end: growing("$l = prepend $l .") => "limit";
    concat_doubling: growing("$l = concat $l $l") => MEMORY_LIMIT;
    lists_kept: growing("$l = list $l (list . . . . . . . .)") => "limit";
    until_kept: growing("$d = dict \"k\" (until 100000) \"d\" $d") => "limit";
    set_without_end: growing("$_ := set $d (toString .) .") => "limit";
    set_of_long_keys: growing("$_ := set $d (print . (repeat 100000 \"k\")) .") => "limit";
    merge_without_end: growing("$_ := merge $d (dict (toString .) (dict \"a\" .))") => "limit";
    deep_copies_kept: growing("$d = dict \"a\" (deepCopy $d) \"b\" (deepCopy $d)") => "limit";
    chunks: growing("$l = concat $l $l (chunk 1 $l)") => "limit";
    uniq_of_many: template("{{ $l := list }}{{ range until 20000 }}{{ $l = append $l (list .) }}{{ end }}{{ len (uniq $l) }}")
        => "limit";

    doubled_as_yaml: doubled("toYaml $d | len") => "limit";
    doubled_as_pretty_yaml: doubled("toYamlPretty $d | len") => "limit";
    doubled_as_json: doubled("toJson $d | len") => "limit";
    doubled_as_pretty_json: doubled("mustToPrettyJson $d | len") => "limit";
    doubled_as_toml: doubled("toToml $d | len") => "limit";
    doubled_printed: doubled("$d") => "limit";
    doubled_as_string: doubled("toString $d | len") => "limit";
    doubled_in_printf: doubled("printf \"%v %#v\" $d $d | len") => "limit";
    doubled_quoted: doubled("quote $d | len") => "limit";
    doubled_as_key: doubled("dict $d 1 | len") => "limit";
    doubled_joined: doubled("join \",\" (list $d) | len") => "limit";
    doubled_copied: doubled("deepCopy $d | len") => "limit";
    doubled_merged: doubled("merge (deepCopy (dict \"l\" (dict))) $d (dict \"l\" $d \"r\" $d) | len") => "limit";
    doubled_list_as_yaml: doubled_list("toYaml $d | len") => "limit";
    doubled_list_as_json: doubled_list("toJson $d | len") => "limit";
    doubled_list_as_toml: doubled_list("toToml (dict \"a\" $d) | len") => "limit";
    doubled_list_printed: doubled_list("$d") => "limit";
    doubled_list_sorted: doubled_list("sortAlpha $d | len") => "limit";
    doubled_list_in_an_error: doubled_list("range $d | toString }}{{ end") => "limit";

    doubled_equal: template(
        "{{ $d := dict \"a\" 1 }}{{ $e := dict \"a\" 1 }}{{ range until 60 }}{{ $d = dict \"l\" $d \"r\" $d }}{{ $e = dict \"l\" $e \"r\" $e }}{{ end }}{{ deepEqual $d $e }}",
    ) => STEPS_LIMIT;
    doubled_lists_equal: template(
        "{{ $d := list 1 }}{{ $e := list 1 }}{{ range until 60 }}{{ $d = list $d $d }}{{ $e = list $e $e }}{{ end }}{{ has $d (list $e) }}",
    ) => STEPS_LIMIT;

    a_cycle_printed: cycle("$d") => "contains itself";
    a_cycle_in_printf: cycle("printf \"%v\" $d") => "contains itself";
    a_cycle_quoted: cycle("quote $d") => "contains itself";
    a_cycle_as_string: cycle("$d | toString | len") => "contains itself";
    a_cycle_as_toml: cycle("toToml $d") => "contains itself";
    a_cycle_as_raw_json: cycle("toRawJson $d") => "encountered a cycle via map[string]interface {}";
    a_cycle_copied: cycle("deepCopy $d | len") => "contains itself";
    two_cycles_merged: cycles("merge $d $e | len") => "contains itself";
    a_cycle_through_a_list: template("{{ $d := dict }}{{ $_ := set $d \"a\" (list $d) }}{{ $d }}") => "contains itself";
    a_cycle_compared: cycle("eq $d $d") => "contains itself";

    a_deep_dict_printed: deep("$d | toString | len") => "nests deeper than";
    a_deep_dict_copied: deep("deepCopy $d | len") => "nests deeper than";
    a_deep_dict_as_toml: deep("toToml $d | len") => "error calling toToml";
}

printed! {
    // Go finds cycles when it writes JSON, and these functions swallow all errors.
    a_cycle_as_yaml: cycle("toYaml $d") =>;
    a_cycle_as_json: cycle("toJson $d") =>;
    a_cycle_is_a_dict: cycles("if and (hasKey $d \"a\") (dig \"a\" \"a\" \"a\" 1 $d) (deepEqual $d $e) }}{{ end") => "a: 1";
    a_cycle_through_yaml_and_back: cycles("fromYaml (toYaml $d) | len | int | add 5 | printf \"\\nb: %d\"") => "b: 5";
    a_deep_dict_is_dropped: deep("if $d }}{{ end") => "a: 1";
    a_deep_dict_as_yaml: deep("toYaml $d | trunc 10").arg("--max-memory").arg("512") => "a: 1";
    a_deep_list_is_dropped: template("a: 1{{ $d := list }}{{ range until 100000 }}{{ $d = list $d }}{{ end }}") => "a: 1";
    deep_dicts_are_equal: template(
        "a: {{ $d := dict }}{{ $e := dict }}{{ range until 20000 }}{{ $d = dict \"a\" $d }}{{ $e = dict \"a\" $e }}{{ end }}{{ deepEqual $d $e }}",
    ) => "a: true";
}
