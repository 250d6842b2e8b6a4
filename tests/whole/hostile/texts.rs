//! Functions that make much out of little, or take long over it.

use super::{MEMORY_LIMIT, STEPS_LIMIT, printed, refused, template};

/// Does it again and again, for ever.
fn for_ever(body: &str) -> super::Attack {
    template(format!("{{{{ range 9000000000000000000 }}}}{{{{ $_ := {body} }}}}{{{{ end }}}}"))
}

/// With `$x`, a megabyte of `a`.
fn with_a_megabyte(body: &str) -> super::Attack {
    template(format!("{{{{ $x := repeat 1000000 \"a\" }}}}{{{{ {body} }}}}"))
}

refused! {
    repeat: template("{{ repeat 1000000000000 \"ab\" }}") => MEMORY_LIMIT;
    repeat_too_much_for_go: template("{{ repeat 9223372036854775807 \"ab\" }}") => "Repeat output length overflow";
    indent: template("{{ indent 1000000000000 \"ab\" }}") => MEMORY_LIMIT;
    nindent_of_many_lines: template("{{ repeat 100000 \"a\\n\" | nindent 1000000 }}") => MEMORY_LIMIT;
    printf_with_wide_arguments: template("{{ range 9000000000000000000 }}{{ printf \"%*d%1000000d\" 1000000 1 2 }}{{ end }}")
        => "limit";
    printf_with_many_wide_verbs: template(format!("{{{{ printf \"{}\" 1 | len }}}}", "%1000000[1]d".repeat(5000)))
        => MEMORY_LIMIT;
    printf_with_precision: template(format!("{{{{ printf \"{}\" 1.5 | len }}}}", "%.1000000[1]f".repeat(5000)))
        => MEMORY_LIMIT;
    replace: with_a_megabyte("replace \"a\" $x $x") => MEMORY_LIMIT;
    replace_of_nothing: with_a_megabyte("replace \"\" $x $x") => MEMORY_LIMIT;
    join: with_a_megabyte("join $x (until 100000)") => MEMORY_LIMIT;
    wrap_with: with_a_megabyte("wrapWith 1 $x $x") => MEMORY_LIMIT;
    split_list: template("{{ range 100 }}{{ $x := repeat 10000000 \"a\" }}{{ splitList \"\" $x | len }}{{ end }}") => MEMORY_LIMIT;
    split: template("{{ $x := repeat 10000000 \"a\" }}{{ split \"\" $x | len }}") => MEMORY_LIMIT;
    regex_replace: with_a_megabyte("regexReplaceAll \"a\" $x $x") => "limit";
    regex_replace_literal: with_a_megabyte("regexReplaceAllLiteral \"\" $x $x") => "limit";
    regex_replace_groups: template(
        "{{ $x := repeat 10000000 \"a\" }}{{ regexReplaceAll \"(a)(.*)\" $x (repeat 1000 \"$1$2\") | len }}",
    ) => "limit";
    regex_find_all: template("{{ $x := repeat 10000000 \"a\" }}{{ regexFindAll \"a\" $x -1 | len }}") => "limit";
    regex_split: template("{{ $x := repeat 10000000 \"a\" }}{{ regexSplit \"\" $x -1 | len }}") => "limit";
    regex_that_looks_far_ahead: template(
        "{{ $x := repeat 1000000 \"a\" }}{{ regexFindAll \"a.*b|a\" $x -1 | len }}",
    ) => STEPS_LIMIT;
    regex_that_looks_far_ahead_for_groups: template(
        "{{ $x := repeat 1000000 \"a\" }}{{ regexReplaceAll \"(a).*b|a\" $x \"$1\" | len }}",
    ) => STEPS_LIMIT;
    regex_of_many_states: template(
        "{{ $x := repeat 5000000 \"a\" }}{{ regexMatch \"(a?){1000}(a?){1000}[^a]\" $x }}",
    ) => STEPS_LIMIT;
    regex_repeated_too_often: template("{{ regexFind \"(a{1000}){1000}\" \"a\" }}") => "invalid repeat count";
    regex_too_large: template("{{ regexFind \"((\\\\pL{100}){10})(\\\\pL{1000})(\\\\pL{1000})(\\\\pL{1000})(\\\\pL{1000})(\\\\pL{1000})(\\\\pL{1000})(\\\\pL{1000})\" \"a\" }}")
        => "expression too large";
    regex_nested: template(format!("{{{{ regexFind \"{}\" \"a\" }}}}", "(".repeat(1_000_000)))
        => "error parsing regexp";
    regex_nested_and_closed: template(format!("{{{{ regexFind \"{}a{}\" \"a\" }}}}", "(".repeat(900_000), ")".repeat(900_000)))
        => "expression nests too deeply";
    ever_new_patterns: for_ever("regexMatch (print \"(\\\\pL{50})\" .) \"a\"") => "limit";
    matching_for_ever: template("{{ $x := repeat 1000000 \"a\" }}{{ range 9000000000000000000 }}{{ $_ := regexMatch \"b\" $x }}{{ end }}")
        => STEPS_LIMIT;
    hashing_for_ever: template("{{ $x := repeat 1000000 \"a\" }}{{ range 9000000000000000000 }}{{ $_ := sha512sum $x }}{{ end }}")
        => STEPS_LIMIT;
    rand_alpha_num: template("{{ randAlphaNum 1000000000000 }}") => MEMORY_LIMIT;
    rand_bytes: template("{{ randBytes 1000000000000 }}") => MEMORY_LIMIT;
    rand_ascii_for_ever: for_ever("randAscii 1000000") => "limit";
    shuffle_for_ever: for_ever("shuffle (repeat 100000 \"a\")") => "limit";
    bcrypt_for_ever: for_ever("bcrypt \"a\"") => STEPS_LIMIT;
    htpasswd_for_ever: for_ever("htpasswd \"a\" \"b\"") => STEPS_LIMIT;
    derive_password_for_ever: for_ever("derivePassword 1 \"long\" \"a\" \"b\" \"c\"") => STEPS_LIMIT;
    rsa_keys_for_ever: for_ever("genCA \"a\" 1") => STEPS_LIMIT;
    ecdsa_keys_for_ever: for_ever("genPrivateKey \"ecdsa\"") => STEPS_LIMIT;
    a_version_of_a_megabyte: with_a_megabyte("semver (print \"1.2.3-\" $x)") => "version string is too long";
    a_constraint_of_a_megabyte: with_a_megabyte("semverCompare (print \">=\" $x) \"1.2.3\"") => "too long";
    yaml_read_for_ever: for_ever("fromYaml (repeat 100000 \"- a\\n\")") => "limit";
    json_read_for_ever: for_ever("fromJsonArray (print \"[\" (repeat 100000 \"1,\") \"1]\")") => "limit";
    toml_read_for_ever: for_ever("fromToml (repeat 10000 \"[[a]]\\nb = 1\\n\")") => "limit";
    json_of_many_parts: template("{{ fromJsonArray (print \"[\" (repeat 50000000 \"[],\") \"1]\") | len }}") => MEMORY_LIMIT;
    yaml_of_many_parts: template("{{ fromYamlArray (repeat 20000000 \"- {}\\n\") | len }}") => MEMORY_LIMIT;
    quoting_for_ever: template("{{ $x := repeat 1000000 \"\\n\" }}{{ range 9000000000000000000 }}{{ $_ := $x | quote }}{{ end }}")
        => "limit";
    urls_for_ever: template("{{ $x := repeat 1000000 \"a\" }}{{ range 9000000000000000000 }}{{ $_ := urlParse $x }}{{ end }}")
        => "limit";
}

printed! {
    deep_json: template("a: {{ fromJson (repeat 100000 \"[\") | toJson }}") => "exceeded max depth";
    deep_yaml: template("a: {{ (fromYaml (repeat 100000 \"[\")).Error | toJson }}") => "exceeded max depth";
    deep_toml: template("a: {{ (fromToml (print \"a = \" (repeat 100000 \"[\"))).Error | toJson }}") => "toml: line 1";
    deep_toml_tables: template("a: {{ (fromToml (print \"[a\" (repeat 100000 \".a\") \"]\")) | len }}") => "a: 1";
    deep_toml_keys: template("a: {{ (fromToml (print \"a\" (repeat 100000 \".a\") \" = 1\")) | len }}") => "a: 1";
    laughs: template(
        "{{ $y := `a: &a [x,x,x,x,x,x,x,x,x]` }}{{ $p := `a` }}{{ range $n := list `b` `c` `d` `e` `f` `g` `h` `i` `j` }}{{ $y = printf \"%s\\n%s: &%s [*%s,*%s,*%s,*%s,*%s,*%s,*%s,*%s,*%s]\" $y $n $n $p $p $p $p $p $p $p $p $p }}{{ $p = $n }}{{ end }}a: {{ (fromYaml $y).Error | toJson }}",
    ) => "document contains excessive aliasing";
    base64_of_a_megabyte: with_a_megabyte("b64dec (b64enc $x) | len | printf \"a: %d\"") => "a: 1000000";
    a_date_of_a_megabyte: with_a_megabyte("toDate \"2006-01-02\" $x | typeOf | printf \"a: %s\"") => "a: time.Time";
    no_names_of_hosts: template("a: {{ getHostByName \"example.com\" | quote }}") => "a: \"\"";
    a_width_beyond_gos: template("a: {{ printf \"%1000000000d\" 1 | quote }}") => "%!(NOVERB)";
    an_argument_of_width_beyond_gos: template("a: {{ printf \"%*d\" 1000000000 1 | quote }}") => "%!(BADWIDTH)1";
}
