//! Regular expressions, with Go's syntax and complaints.
//!
//! Functions without `must` panic in Go on a bad pattern, hence the longer message of theirs.

mod class;
mod program;
mod translate;

use std::ops::Range;
use std::sync::Arc;

use program::{Place, Program};

pub use program::Cache;

use super::pieces::part;
use super::split::PART;
use crate::{Cx, Failure, Function, Int, List, ListType, Str, Text, TextBuilder, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("regexMatch", regex_match),
    function!("mustRegexMatch", must_regex_match),
    function!("regexFind", regex_find),
    function!("mustRegexFind", must_regex_find),
    function!("regexFindAll", regex_find_all),
    function!("mustRegexFindAll", must_regex_find_all),
    function!("regexReplaceAll", regex_replace_all),
    function!("mustRegexReplaceAll", must_regex_replace_all),
    function!("regexReplaceAllLiteral", regex_replace_all_literal),
    function!("mustRegexReplaceAllLiteral", must_regex_replace_all_literal),
    function!("regexSplit", regex_split),
    function!("mustRegexSplit", must_regex_split),
    function!("regexQuoteMeta", regex_quote_meta),
];

/// Whether the text contains a match of the pattern. A pattern that is wrong matches nothing.
///
/// `{{ regexMatch "^v[0-9]+$" "v12" }}` gives `true`
pub fn regex_match(cx: &mut Cx<'_>, pattern: Str, text: Str) -> bool {
    must_regex_match(cx, pattern, text).unwrap_or(false) // what was refused ends the run all the same
}

/// Whether the text contains a match of the pattern; a pattern that is wrong is an error.
///
/// `{{ mustRegexMatch "^v[0-9]+$" "12" }}` gives `false`
pub fn must_regex_match(cx: &mut Cx<'_>, pattern: Str, text: Str) -> Result<bool, Failure> {
    compile(cx, &pattern)?.is_match(&cx.budget, &text)
}

/// The first match of the pattern, or nothing.
///
/// `{{ regexFind "[0-9]+" "ab12c3" }}` gives `12`
pub fn regex_find(cx: &mut Cx<'_>, pattern: Str, text: Text) -> Result<Text, Failure> {
    let program = compile_or_panic(cx, &pattern)?;
    find(cx, &program, &text)
}

/// The first match of the pattern, or nothing. Like `regexFind`, with a shorter message for a wrong pattern.
///
/// `{{ mustRegexFind "[a-z]+" "ab12c3" }}` gives `ab`
pub fn must_regex_find(cx: &mut Cx<'_>, pattern: Str, text: Text) -> Result<Text, Failure> {
    let program = compile(cx, &pattern)?;
    find(cx, &program, &text)
}

/// The first `n` matches of the pattern as a list, or all with -1.
///
/// `{{ regexFindAll "[0-9]" "a1b2c3" 2 }}` gives `[1 2]`
pub fn regex_find_all(cx: &mut Cx<'_>, pattern: Str, text: Text, n: Int) -> Result<List, Failure> {
    let program = compile_or_panic(cx, &pattern)?;
    find_all(cx, &program, &text, n.0)
}

/// The first `n` matches of the pattern. Like `regexFindAll`, with a shorter message for a wrong pattern.
///
/// `{{ mustRegexFindAll "[0-9]" "a1b2c3" -1 }}` gives `[1 2 3]`
pub fn must_regex_find_all(cx: &mut Cx<'_>, pattern: Str, text: Text, n: Int) -> Result<List, Failure> {
    let program = compile(cx, &pattern)?;
    find_all(cx, &program, &text, n.0)
}

/// Replaces every match of the pattern. In the replacement, `$1` or `${1}` stands for the first group; `$1W` is
/// the group named `1W`, so put braces where letters follow.
///
/// `{{ regexReplaceAll "a(x*)b" "-ab-axxb-" "${1}W" }}` gives `-W-xxW-`
pub fn regex_replace_all(cx: &mut Cx<'_>, pattern: Str, text: Text, by: Text) -> Result<Text, Failure> {
    let program = compile_or_panic(cx, &pattern)?;
    replace(cx, &program, text, &by)
}

/// Replaces every match of the pattern. Like `regexReplaceAll`, with a shorter message for a wrong pattern.
///
/// `{{ mustRegexReplaceAll "[^a-z]+" "a.b.c" "-" }}` gives `a-b-c`
pub fn must_regex_replace_all(cx: &mut Cx<'_>, pattern: Str, text: Text, by: Text) -> Result<Text, Failure> {
    let program = compile(cx, &pattern)?;
    replace(cx, &program, text, &by)
}

/// Replaces every match of the pattern by a text in which `$` means nothing special.
///
/// `{{ regexReplaceAllLiteral "a(x*)b" "-ab-" "${1}" }}` gives `-${1}-`
pub fn regex_replace_all_literal(
    cx: &mut Cx<'_>,
    pattern: Str,
    text: Text,
    by: Text,
) -> Result<Text, Failure> {
    let program = compile_or_panic(cx, &pattern)?;
    replace_literal(cx, &program, text, &by)
}

/// Replaces every match. Like `regexReplaceAllLiteral`, with a shorter message for a wrong pattern.
///
/// `{{ mustRegexReplaceAllLiteral "[.]" "1.2" "$1" }}` gives `1$12`
pub fn must_regex_replace_all_literal(
    cx: &mut Cx<'_>,
    pattern: Str,
    text: Text,
    by: Text,
) -> Result<Text, Failure> {
    let program = compile(cx, &pattern)?;
    replace_literal(cx, &program, text, &by)
}

/// Splits the text at the matches of the pattern into at most `n` parts, or all with -1.
///
/// `{{ regexSplit "z+" "pizza" -1 }}` gives `[pi a]`
pub fn regex_split(cx: &mut Cx<'_>, pattern: Str, text: Text, n: Int) -> Result<List, Failure> {
    let program = compile_or_panic(cx, &pattern)?;
    split(cx, &program, &pattern, &text, n.0)
}

/// Splits the text at the matches of the pattern. Like `regexSplit`, with a shorter message for a wrong pattern.
///
/// `{{ mustRegexSplit "[,;]" "a,b;c" 2 }}` gives `[a b;c]`
pub fn must_regex_split(cx: &mut Cx<'_>, pattern: Str, text: Text, n: Int) -> Result<List, Failure> {
    let program = compile(cx, &pattern)?;
    split(cx, &program, &pattern, &text, n.0)
}

/// Puts a backslash before every character that means something in a pattern.
///
/// `{{ regexQuoteMeta "1.2-3" }}` gives `1\.2-3`
pub fn regex_quote_meta(cx: &mut Cx<'_>, text: Text) -> Text {
    let mut out = TextBuilder::new(cx);
    for (at, byte) in text.bytes.iter().enumerate() {
        if br"\.+*?()|[]{}^$".contains(byte) {
            out.push(b"\\");
        }
        out.push_part(cx, &text, at..at + 1);
    }
    out.finish(cx)
}

/// A pattern in Go's syntax for searches outside of templates: flags of commands that Helm hands to `regexp.Compile`.
/// The error is Go's.
pub fn compile_go(pattern: &str) -> Result<::regex::Regex, String> {
    Program::new(pattern.as_bytes()).map(Program::into_regex)
}

fn compile(cx: &Cx<'_>, pattern: &Str) -> Result<Arc<Program>, Failure> {
    cx.regexes.compile(&cx.budget, pattern)?.map_err(|complaint| Failure::new(&*complaint))
}

/// Go's `regexp.MustCompile`, whose panic quotes the pattern once more.
fn compile_or_panic(cx: &Cx<'_>, pattern: &Str) -> Result<Arc<Program>, Failure> {
    cx.regexes.compile(&cx.budget, pattern)?.map_err(|complaint| {
        let text = pattern.to_text();
        let quoted = if golang::strconv::can_backquote(&**pattern) {
            format!("`{}`", translate::shown(&text))
        } else {
            golang::strconv::quote(&**pattern)
        };
        Failure::new(format!("regexp: Compile({quoted}): {complaint}"))
    })
}

fn find(cx: &mut Cx<'_>, program: &Program, text: &Text) -> Result<Text, Failure> {
    let found = program.find(&cx.budget, &text.bytes)?;
    Ok(part(cx, text, found.unwrap_or(0..0)))
}

/// No match gives a nil slice, as in Go.
fn find_all(cx: &mut Cx<'_>, program: &Program, text: &Text, n: i64) -> Result<List, Failure> {
    let found = program.find_all(&cx.budget, &text.bytes, usize::try_from(n).unwrap_or(usize::MAX))?;
    if found.is_empty() {
        return Ok(List::nil(ListType::Strings));
    }
    Ok(List::strings(found.into_iter().map(|range| part(cx, text, range)).collect::<Vec<_>>()))
}

/// Go's `Regexp.Split`. That of the `regex` crate differs at an empty text and at the end.
fn split(cx: &mut Cx<'_>, program: &Program, pattern: &[u8], text: &Text, n: i64) -> Result<List, Failure> {
    if n == 0 {
        return Ok(List::nil(ListType::Strings));
    }
    if text.bytes.is_empty() && !pattern.is_empty() {
        return Ok(List::strings([text.clone()]));
    }
    let limit = usize::try_from(n).unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    let (mut start, mut end) = (0, 0);
    for found in program.find_all(&cx.budget, &text.bytes, limit)? {
        if parts.len() + 1 >= limit {
            break;
        }
        end = found.start;
        if found.end != 0 {
            parts.push(part(cx, text, start..end));
        }
        start = found.end;
    }
    if end != text.bytes.len() {
        parts.push(part(cx, text, start..text.bytes.len()));
    }
    Ok(List::strings(parts))
}

fn replace_literal(cx: &mut Cx<'_>, program: &Program, text: Text, by: &Text) -> Result<Text, Failure> {
    let found = program.find_all(&cx.budget, &text.bytes, usize::MAX)?;
    if found.is_empty() {
        return Ok(text);
    }
    cx.budget.ensure(found.len().saturating_mul(by.bytes.len()).saturating_add(text.bytes.len()))?;
    let mut out = TextBuilder::new(cx);
    let mut end = 0;
    for range in found {
        out.push_part(cx, &text, end..range.start);
        out.push_text(cx, by);
        end = range.end;
    }
    out.push_part(cx, &text, end..text.bytes.len());
    Ok(out.finish(cx))
}

fn replace(cx: &mut Cx<'_>, program: &Program, text: Text, by: &Text) -> Result<Text, Failure> {
    if !by.bytes.contains(&b'$') {
        return replace_literal(cx, program, text, by);
    }
    let found = program.captures(&cx.budget, &text.bytes)?;
    if found.is_empty() {
        return Ok(text);
    }
    let template = template_parts(program, &by.bytes);
    let mut out = TextBuilder::new(cx);
    let mut end = 0;
    for places in found {
        let Some(Some(whole)) = places.first() else { continue };
        out.push_part(cx, &text, end..whole.start);
        for piece in &template {
            cx.budget.ensure(out.len())?;
            match piece {
                Piece::Text(range) => out.push_part(cx, by, range.clone()),
                Piece::Groups(groups) => {
                    if let Some(place) = matched(groups, &places) {
                        out.push_part(cx, &text, place);
                    }
                }
            }
        }
        end = whole.end;
    }
    out.push_part(cx, &text, end..text.bytes.len());
    Ok(out.finish(cx))
}

/// The first of these groups that took part in the match.
fn matched(groups: &[usize], places: &[Place]) -> Place {
    groups.iter().find_map(|&group| places.get(group)?.clone())
}

/// A part of a replacement: text, or the groups whose match it shows.
enum Piece {
    Text(Range<usize>),
    Groups(Vec<usize>),
}

/// Takes a replacement apart by the rules of Go's `Regexp.Expand`.
fn template_parts(program: &Program, template: &[u8]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut at, mut text_start) = (0, 0);
    while let Some(dollar) = memchr::memchr(b'$', &template[at..]).map(|found| at + found) {
        let after = &template[dollar + 1..];
        if after.first() == Some(&b'$') {
            pieces.push(Piece::Text(text_start..dollar + 1));
            at = dollar + 2;
            text_start = at;
        } else if let Some((name, len)) = group_name(after) {
            pieces.push(Piece::Text(text_start..dollar));
            pieces.push(Piece::Groups(match group_number(name) {
                Some(number) => vec![number],
                None => program.groups_named(name),
            }));
            at = dollar + 1 + len;
            text_start = at;
        } else {
            at = dollar + 1; // it stands for itself
        }
    }
    pieces.push(Piece::Text(text_start..template.len()));
    pieces
}

/// `name` or `{name}` at the start of the text, and how long it is with its braces.
fn group_name(text: &[u8]) -> Option<(&str, usize)> {
    let inside = text.strip_prefix(b"{");
    let text = inside.unwrap_or(text);
    let text = text.utf8_chunks().next()?.valid();
    let end = text.find(|it: char| it != '_' && !it.is_alphanumeric()).unwrap_or(text.len());
    match inside {
        _ if end == 0 => None,
        None => Some((&text[..end], end)),
        Some(_) => text[end..].starts_with('}').then(|| (&text[..end], end + 2)),
    }
}

fn group_number(name: &str) -> Option<usize> {
    let well_formed =
        name.bytes().all(|it| it.is_ascii_digit()) && (name.len() == 1 || !name.starts_with('0'));
    name.parse().ok().filter(|&number: &usize| well_formed && number < 1_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::super::calling::{call, error_of, value_of};
    use crate::Value;

    #[test]
    fn a_wrong_pattern_reads_as_in_go() {
        let compile =
            "regexp: Compile(`(?=a)`): error parsing regexp: invalid or unsupported Perl syntax: `(?=`";
        assert_eq!(error_of("regexFind", &["(?=a)".into(), "a".into()]), compile);
        let must = "error parsing regexp: missing closing ]: `[`";
        assert_eq!(error_of("mustRegexMatch", &["a[".into(), "a".into()]), must);
        assert_eq!(call("regexMatch", &["a[".into(), "a".into()]), "false");
    }

    #[test]
    fn replacements_know_names_and_dollars() {
        let replace = |pattern: &str, text: &str, by: &str| {
            call("regexReplaceAll", &[pattern.into(), text.into(), by.into()])
        };
        assert_eq!(replace("a(x*)b", "-ab-axxb-", "$1W"), "---");
        assert_eq!(replace("a(?P<n>x*)b", "axb", "$n$$${n}$"), "x$x$");
        assert_eq!(replace("b*", "abc", "-"), "-a-c-");
        assert_eq!(replace("(a)|(b)", "ab", "[$1$2$3]"), "[a][b]");
    }

    #[test]
    fn splits_as_go_does() {
        let split = |pattern: &str, text: &str, n: i64| {
            call("regexSplit", &[pattern.into(), text.into(), Value::int(n)])
        };
        assert_eq!(split(",", "", -1), "[]");
        assert_eq!(split(",", ",a,", -1), "[ a ]");
        assert_eq!(split("", "abc", -1), "[a b c]");
        assert_eq!(split("a", "banana", 2), "[b nana]");
        assert_eq!(split(",", "a,b", 0), "[]");
    }

    #[test]
    fn nothing_found_is_a_nil_list() {
        let found = value_of("regexFindAll", &["x".into(), "a".into(), Value::int(-1)]);
        assert!(found.as_list().unwrap().is_nil());
    }
}
