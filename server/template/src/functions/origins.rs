//! Which byte of what a function makes shows which value: the tests of all families in one table.
//!
//! A case is a template, what it prints, and below each byte of that a letter: `a` to `d` for the value that the
//! byte shows, `m` for several at once, `v` for text that the template itself holds and has included, `-` for
//! what shows no value.

use text::{FileId, FileRange};

use crate::exec::{Traced, execute};
use crate::functions::testing::traced;
use crate::parse::parse;
use crate::{Data, Dialect, List, Map, Origin, Segment, TemplateSet, Value};

/// The file of the values.
const VALUES: FileId = FileId(1);

/// The values: each stands at its own place of a values file.
fn dot() -> Value {
    let at = |letter: u8, value: Value| {
        let start = usize::from(letter - b'a') * 100;
        value.with_origin(Origin::from(Some(FileRange::new(VALUES, start, start + 50))))
    };
    let list = List::any(vec![at(b'a', "one".into()), at(b'b', "two".into()), at(b'c', 3.0.into())]);
    let map: Map = [("x", at(b'a', "ex".into())), ("y", at(b'b', true.into()))].into_iter().collect();
    let entries: [(&str, Value); 10] = [
        ("a", at(b'a', "aBc".into())),
        ("b", at(b'b', "de".into())),
        ("c", at(b'c', 12.0.into())),
        ("d", at(b'd', "p/q.r".into())),
        ("e", at(b'd', "".into())),
        ("list", at(b'd', list.into())),
        ("map", at(b'd', map.into())),
        ("lines", at(b'a', "k\nl".into())),
        ("bytes", at(b'a', Value::new(Data::Bytes(b"hi".as_slice().into())))),
        ("yaml", at(b'a', "z: 1".into())),
    ];
    entries.into_iter().collect::<Map>().into()
}

fn letter(segment: &Segment, several: &[Box<[FileRange]>]) -> char {
    if segment.is_verbatim() {
        return 'v';
    }
    let values: Vec<FileRange> = segment.value.values(several).collect();
    match &values[..] {
        [] => '-',
        [one] => char::from(b'a' + (u32::from(one.range.start()) / 100) as u8),
        _ => 'm',
    }
}

/// `$t` is a text made of `aBc` and `de`.
const TEXT: &str = "{{ define `t` }}{{ .a }}{{ .b }}{{ end }}{{ define `v` }}v-{{ .a }}{{ end }}";

#[track_caller]
fn check(action: &str, printed: &str, shown: &str) {
    let mut set = TemplateSet::new();
    let text = format!("{TEXT}{{{{ $t := include `t` . }}}}{{{{ $v := include `v` . }}}}{action}");
    set.extend(parse("file", text.as_bytes().into(), FileId(0), Dialect::Helm4).unwrap());
    traced(|cx| {
        let mut sink = Traced::default();
        execute(&set, "file", dot(), cx, &mut sink).unwrap();
        let (_, several) = cx.trace.take().unwrap().into_parts();
        let letters: String =
            sink.segments.iter().flat_map(|it| vec![letter(it, &several); it.len as usize]).collect();
        assert_eq!(
            (String::from_utf8_lossy(&sink.bytes).as_ref(), letters.as_str()),
            (printed, shown),
            "{action}"
        );
    });
}

#[test]
fn the_language() {
    check("{{ print .a 1 .b }}", "aBc1de", "aaa-bb");
    check("{{ println .a .b }}", "aBc de\n", "aaa-bb-");
    check(
        "{{ printf `%s-%v|%q|%5s|%-4s|` .a .c .b .b .b }}",
        "aBc-12|\"de\"|   de|de  |",
        "aaa-cc-bbbb-bbbbb-bbbb-",
    );
    check("{{ printf `%s` $t }}", "aBcde", "aaabb");
    check("{{ index .list 0 }}{{ index .map `x` }}", "oneex", "aaaaa");
    check("{{ or .e .b }}{{ and .a .b }}", "dede", "bbbb");
    check("{{ html $t }}{{ `<` | html }}", "aBcde&lt;", "aaabb----");
    check("{{ urlquery .d }}{{ js .a }}", "p%2Fq.raBc", "dddddddaaa");
    check("{{ required `x` .a }}", "aBc", "aaa");
    check("{{ not .a }}{{ eq .a .b }}{{ len .list }}", "falsefalse3", "aaaaammmmmd");
    check("{{ and true (eq .a `aBc`) (eq .b `de`) }}", "true", "mmmm");
}

#[test]
fn includes_keep_text_and_values() {
    check("{{ $t }}{{ $v }}", "aBcdev-aBc", "aaabbvvaaa");
    check("{{ $v | nindent 1 }}", "\n v-aBc", "--vvaaa");
    check("{{ $v | upper }}{{ $v | trunc 3 }}", "V-ABCv-a", "vvaaavva");
    check("{{ tpl `x{{ .b }}` . }}", "xde", "-bb");
}

#[test]
fn strings() {
    check("{{ trim (printf ` %s ` .a) }}", "aBc", "aaa");
    check("{{ trimAll `ae` $t }}", "Bcd", "aab");
    check("{{ trimPrefix `aB` $t }}{{ trimSuffix `e` $t }}", "cdeaBcd", "abbaaab");
    check("{{ upper $t }}{{ lower $t }}{{ title .b }}{{ untitle .a }}", "ABCDEabcdeDeaBc", "aaabbaaabbbbaaa");
    check("{{ swapcase $t }}", "AbCDE", "aaabb");
    check("{{ printf `é%s` .a | upper }}", "ÉABC", "--aaa");
    check("{{ trunc 4 $t }}{{ trunc -3 $t }}{{ substr 1 4 $t }}", "aBcdcdeBcd", "aaababbaab");
    check("{{ repeat 2 .b }}", "dede", "bbbb");
    check("{{ replace `c` .b $t }}", "aBdede", "aabbbb");
    check("{{ nospace (printf `%s %s` .a .b) }}", "aBcde", "aaabb");
    check("{{ abbrev 4 $t }}{{ plural .a .b 2 }}", "a...de", "a---bb");
    check("{{ wrapWith 3 `,` $t }}", "aBc,de", "aaa-bb");
    check("{{ snakecase $t }}", "a_bcde", "mmmmmm");
}

#[test]
fn layout() {
    check("{{ quote .a .c }}", "\"aBc\" \"12\"", "-aaa---cc-");
    check("{{ squote .a .b }}", "'aBc' 'de'", "-aaa---bb-");
    check("{{ quote $t }}", "\"aBcde\"", "-aaabb-");
    check("{{ quote .lines }}", "\"k\\nl\"", "-aaaa-");
    check("{{ indent 2 .lines }}", "  k\n  l", "--aa--a");
    check("{{ nindent 1 $t }}", "\n aBcde", "--aaabb");
    check("{{ cat .a .b 1 }}", "aBc de 1", "aaa-bb--");
}

#[test]
fn splitting_and_joining() {
    check("{{ join .b .list }}", "onedetwode3", "aaabbbbbbbc");
    check("{{ splitList `c` $t | last }}{{ (split `c` $t)._0 }}", "deaB", "bbaa");
    check("{{ (splitn `B` 2 $t)._1 }}", "cde", "abb");
    check("{{ list $t | sortAlpha | first }}{{ toStrings .list | join `` }}", "aBcdeonetwo3", "aaabbaaabbbc");
}

#[test]
fn regular_expressions() {
    check("{{ regexReplaceAll `c(d)` $t `<$1>` }}", "aB<d>e", "aa-b-b");
    check("{{ regexReplaceAllLiteral `c` $t .b }}", "aBdede", "aabbbb");
    check("{{ regexFind `[cd]+` $t }}{{ regexFindAll `.` $t -1 | last }}", "cde", "abb");
    check("{{ regexSplit `c` $t -1 | first }}", "aB", "aa");
    check("{{ regexQuoteMeta .d }}", "p/q\\.r", "ddd-dd");
}

#[test]
fn choices() {
    check("{{ default .b .e }}{{ default .b .a }}{{ .a | default `x` }}", "deaBcaBc", "bbaaaaaa");
    check("{{ coalesce .e .b }}{{ ternary .a .b true }}", "deaBc", "bbaaa");
    // A literal shows the value that it was chosen for.
    check("{{ default `x` .e }}{{ ternary `yes` `no` (eq .a `aBc`) }}", "xyes", "daaa");
}

#[test]
fn lists_and_dicts() {
    check("{{ first .list }}{{ last .list }}", "one3", "aaac");
    check("{{ rest .list | first }}{{ append .list .b | last }}", "twode", "bbbbb");
    check(
        "{{ concat .list (list .b) | reverse | first }}{{ without .list `one` | first }}",
        "detwo",
        "bbbbb",
    );
    check("{{ get .map `x` }}{{ dig `x` `` .map }}{{ pluck `x` .map | first }}", "exexex", "aaaaaa");
    check("{{ values .map | first }}{{ (pick .map `x`).x }}{{ (omit .map `y`).x }}", "exexex", "aaaaaa");
    check("{{ (merge (dict) .map).x }}{{ (deepCopy .map).x }}", "exex", "aaaa");
    check("{{ (set (dict) `k` $t).k }}", "aBcde", "aaabb");
    check(
        "{{ range $k, $v := .map }}{{ $v }}{{ end }}{{ range .list }}{{ . }}{{ end }}",
        "extrueonetwo3",
        "aabbbbaaabbbc",
    );
}

#[test]
fn yaml_and_json() {
    check("{{ toYaml .map }}", "x: ex\n\"y\": true", "aaaaabbbbbbbbbb");
    check("{{ dict `k` $t | toYaml }}", "k: aBcde", "aaaaaabb");
    check("{{ dict `k` (printf `%s: %s` .a .b) | toYaml }}", "k: 'aBc: de'", "aaaaaaa--bba");
    check("{{ dict `k` $t | toJson }}", "{\"k\":\"aBcde\"}", "maaaaaaaabbam");
    check("{{ toJson .map }}", "{\"x\":\"ex\",\"y\":true}", "daaaaaaaadbbbbbbbbd");
    check("{{ (fromYaml (printf `k: %s%s` .a .b)).k }}", "aBcde", "aaabb");
    check("{{ (fromToml (printf `k=%q` .b)).k }}", "de", "bb");
    check("{{ (fromYaml .yaml).z }}{{ (fromJson (printf `{\"k\":%q}` .b)).k }}", "1de", "abb");
}

#[test]
fn paths() {
    check(
        "{{ base (printf `%s/%s` .a .b) }}{{ dir (printf `%s/%s` .a .b) }}{{ ext .d }}",
        "deaBc.r",
        "bbaaadd",
    );
}

#[test]
fn what_scrambles_shows_all_that_went_in() {
    check("{{ b64enc .a }}{{ .b | sha256sum | trunc 2 }}", "YUJj95", "aaaabb");
    check("{{ b64enc $t }}", "YUJjZGU=", "mmmmmmmm");
    check("{{ add .c 1 }}{{ int .c }}{{ toString .c }}", "131212", "cccccc");
    check("{{ b64enc $v }}", "di1hQmM=", "aaaaaaaa");
    check("{{ camelcase .a }}{{ initials $t }}", "ABca", "aaam");
}
