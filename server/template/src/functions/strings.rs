//! Functions on strings. Strings are bytes: `trunc` and `substr` cut where they are told to, as sprig does.

use std::ops::Range;

use memchr::memmem;

use super::pieces::{part, recased};
use super::unicode::{Category, map_runes, runes, to_lower, to_title, to_upper};
use crate::{Cx, Failure, Function, Int, Origin, Str, Text, TextBuilder, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("trim", trim),
    function!("trimAll", trim_all),
    function!("trimall", trim_all),
    function!("trimPrefix", trim_prefix),
    function!("trimSuffix", trim_suffix),
    function!("upper", upper),
    function!("lower", lower),
    function!("title", title),
    function!("untitle", untitle),
    function!("swapcase", swapcase),
    function!("trunc", trunc),
    function!("substr", substr),
    function!("repeat", repeat),
    function!("replace", replace),
    function!("contains", contains),
    function!("hasPrefix", has_prefix),
    function!("hasSuffix", has_suffix),
];

/// Takes white space off both ends.
///
/// `{{ trim "  a b  " | quote }}` gives `"a b"`
pub fn trim(cx: &mut Cx<'_>, text: Text) -> Text {
    let kept = trimmed(&text.bytes, char::is_whitespace);
    part(cx, &text, kept)
}

/// Takes any of the given characters off both ends. `trimall` is its old name.
///
/// `{{ trimAll "$/" "$/5.00/" }}` gives `5.00`
pub fn trim_all(cx: &mut Cx<'_>, characters: Str, text: Text) -> Text {
    let set: Vec<char> = runes(&characters).map(|(_, it)| it).collect();
    let kept = trimmed(&text.bytes, |it| set.contains(&it));
    part(cx, &text, kept)
}

fn trimmed(bytes: &[u8], goes: impl Fn(char) -> bool) -> Range<usize> {
    // Names and labels have nothing to trim: look at single bytes first.
    let stays = |byte: Option<&u8>| byte.is_some_and(|&it| it.is_ascii() && !goes(it.into()));
    if stays(bytes.first()) && stays(bytes.last()) {
        return 0..bytes.len();
    }
    let Some((start, _)) = runes(bytes).find(|(_, it)| !goes(*it)) else { return 0..0 };
    let mut end = bytes.len();
    while let Some((at, it)) = last_rune(&bytes[..end]) {
        if !goes(it) {
            break;
        }
        end = at;
    }
    start..end
}

/// The last character and where it starts.
fn last_rune(bytes: &[u8]) -> Option<(usize, char)> {
    let from = bytes.len().saturating_sub(4);
    let whole = (from..bytes.len()).find_map(|at| {
        let text = std::str::from_utf8(&bytes[at..]).ok()?;
        let (offset, it) = text.char_indices().last()?;
        Some((at + offset, it))
    });
    whole.or_else(|| Some((bytes.len().checked_sub(1)?, char::REPLACEMENT_CHARACTER)))
}

/// Takes the prefix off, once, if it is there.
///
/// `{{ trimPrefix "v" "v1.2" }}` gives `1.2`
pub fn trim_prefix(cx: &mut Cx<'_>, prefix: Str, text: Text) -> Text {
    if !text.bytes.starts_with(&prefix) {
        return text;
    }
    let kept = prefix.len()..text.bytes.len();
    part(cx, &text, kept)
}

/// Takes the suffix off, once, if it is there.
///
/// `{{ trimSuffix "-" "my-app-" }}` gives `my-app`
pub fn trim_suffix(cx: &mut Cx<'_>, suffix: Str, text: Text) -> Text {
    if !text.bytes.ends_with(&suffix) {
        return text;
    }
    let kept = 0..text.bytes.len() - suffix.len();
    part(cx, &text, kept)
}

/// Turns all letters into capitals.
///
/// `{{ upper "hello" }}` gives `HELLO`
pub fn upper(cx: &mut Cx<'_>, text: Text) -> Text {
    if !text.bytes.is_ascii() {
        return each_recased(cx, &text, to_upper);
    }
    if !text.bytes.iter().any(u8::is_ascii_lowercase) {
        return text;
    }
    Text { bytes: text.bytes.to_ascii_uppercase().into(), origin: text.origin }
}

/// Turns all letters into small ones.
///
/// `{{ lower "HELLO" }}` gives `hello`
pub fn lower(cx: &mut Cx<'_>, text: Text) -> Text {
    if !text.bytes.is_ascii() {
        return each_recased(cx, &text, to_lower);
    }
    if !text.bytes.iter().any(u8::is_ascii_uppercase) {
        return text;
    }
    Text { bytes: text.bytes.to_ascii_lowercase().into(), origin: text.origin }
}

/// Characters may become longer or shorter.
fn each_recased(cx: &mut Cx<'_>, text: &Text, change: impl Fn(char) -> char) -> Text {
    if cx.trace.is_none() {
        return Text { bytes: map_runes(&text.bytes, change).into(), origin: Origin::NONE };
    }
    let mut out = TextBuilder::new(cx);
    out.push_changed(cx, text, |it| map_runes(it, &change));
    out.finish(cx)
}

/// Gives each word a capital at its start; a word starts after anything but letters, digits and `_`.
///
/// `{{ title "hello wORLD-foo" }}` gives `Hello WORLD-Foo`
pub fn title(cx: &mut Cx<'_>, text: Text) -> Text {
    let mut at_start = true;
    let bytes = map_runes(&text.bytes, |it| {
        let mapped = if at_start { to_title(it) } else { it };
        at_start = separates(it);
        mapped
    });
    recased(&text, bytes, cx)
}

/// What Go's `strings.Title` takes for the space between words.
fn separates(it: char) -> bool {
    match it {
        _ if it.is_ascii() => !it.is_ascii_alphanumeric() && it != '_',
        _ => !Category::Letter.has(it) && !Category::Digit.has(it) && it.is_whitespace(),
    }
}

/// Gives each word a small letter at its start.
///
/// `{{ untitle "Hello World" }}` gives `hello world`
pub fn untitle(cx: &mut Cx<'_>, text: Text) -> Text {
    let mut at_start = true;
    let bytes = map_runes(&text.bytes, |it| {
        let mapped = if at_start { to_lower(it) } else { it };
        at_start = it.is_whitespace();
        mapped
    });
    recased(&text, bytes, cx)
}

/// Swaps capitals and small letters; a small letter at the start of a word becomes a title letter.
///
/// `{{ swapcase "Hello World" }}` gives `hELLO wORLD`
pub fn swapcase(cx: &mut Cx<'_>, text: Text) -> Text {
    let mut after_space = true;
    let bytes = map_runes(&text.bytes, |it| {
        if Category::Upper.has(it) || Category::Title.has(it) {
            after_space = false;
            to_lower(it)
        } else if Category::Lower.has(it) {
            let mapped = if after_space { to_title(it) } else { to_upper(it) };
            after_space = false;
            mapped
        } else {
            after_space = it.is_whitespace();
            it
        }
    });
    recased(&text, bytes, cx)
}

/// Keeps the first `n` bytes, or the last `-n` when `n` is negative.
///
/// `{{ trunc -3 "hello" }}` gives `llo`
pub fn trunc(cx: &mut Cx<'_>, n: Int, text: Text) -> Text {
    let (len, n) = (text.bytes.len() as i64, n.0);
    if n >= 0 && n < len {
        return part(cx, &text, 0..n as usize);
    }
    if n < 0 && n.saturating_add(len) > 0 {
        return part(cx, &text, (len + n) as usize..len as usize);
    }
    text
}

/// The bytes from `start` up to, not including, `end`. A negative `start` means 0, a negative `end` the end.
///
/// `{{ substr 1 4 "hello" }}` gives `ell`
pub fn substr(cx: &mut Cx<'_>, start: Int, end: Int, text: Text) -> Result<Text, Failure> {
    let (len, start, mut end) = (text.bytes.len() as i64, start.0, end.0);
    if start < 0 {
        if end > len {
            return Err(out_of_range(&format!("[:{end}] with length {len}")));
        }
        if end < 0 {
            return Err(out_of_range(&format!("[:{end}]")));
        }
        return Ok(part(cx, &text, 0..end as usize));
    }
    if end < 0 || end > len {
        end = len;
    }
    if start > end {
        return Err(out_of_range(&format!("[{start}:{end}]")));
    }
    Ok(part(cx, &text, start as usize..end as usize))
}

fn out_of_range(what: &str) -> Failure {
    Failure::new(format!("runtime error: slice bounds out of range {what}"))
}

/// The text `n` times over.
///
/// `{{ repeat 3 "ab" }}` gives `ababab`
pub fn repeat(cx: &mut Cx<'_>, n: Int, text: Text) -> Result<Text, Failure> {
    let count = times(cx, n, text.bytes.len())?;
    let mut out = TextBuilder::new(cx);
    for _ in 0..if text.bytes.is_empty() { 0 } else { count } {
        out.push_text(cx, &text);
    }
    Ok(out.finish(cx))
}

/// How often to repeat so many bytes, if they fit the budget; else the error of Go's `strings.Repeat`.
pub(super) fn times(cx: &mut Cx<'_>, n: Int, len: usize) -> Result<usize, Failure> {
    let count = usize::try_from(n.0).map_err(|_| "strings: negative Repeat count")?;
    let bytes = count.checked_mul(len).filter(|&it| i64::try_from(it).is_ok());
    let bytes = bytes.ok_or("strings: Repeat output length overflow")?;
    cx.budget.ensure(bytes)?;
    Ok(count)
}

/// Replaces every `old` by `new`.
///
/// `{{ replace "." "-" "1.2.3" }}` gives `1-2-3`
pub fn replace(cx: &mut Cx<'_>, old: Str, new: Text, text: Text) -> Result<Text, Failure> {
    let places = places_of(&old, &text.bytes);
    if places.is_empty() || old == new.bytes {
        return Ok(text);
    }
    cx.budget.ensure(places.len().saturating_mul(new.bytes.len()).saturating_add(text.bytes.len()))?;
    let mut out = TextBuilder::new(cx);
    let mut end = 0;
    for place in places {
        out.push_part(cx, &text, end..place);
        out.push_text(cx, &new);
        end = place + old.len();
    }
    out.push_part(cx, &text, end..text.bytes.len());
    Ok(out.finish(cx))
}

/// Where a string occurs, without overlaps; the empty one before every character and at the end.
fn places_of(old: &[u8], text: &[u8]) -> Vec<usize> {
    match old {
        [] => runes(text).map(|(at, _)| at).chain([text.len()]).collect(),
        [byte] => memchr::memchr_iter(*byte, text).collect(),
        _ => memmem::find_iter(text, old).collect(),
    }
}

/// Whether the text contains another.
///
/// `{{ contains "ell" "hello" }}` gives `true`
pub fn contains(part: Str, text: Str) -> bool {
    memmem::find(&text, &part).is_some()
}

/// Whether the text starts with another.
///
/// `{{ hasPrefix "he" "hello" }}` gives `true`
pub fn has_prefix(prefix: Str, text: Str) -> bool {
    text.starts_with(&prefix)
}

/// Whether the text ends with another.
///
/// `{{ hasSuffix "lo" "hello" }}` gives `true`
pub fn has_suffix(suffix: Str, text: Str) -> bool {
    text.ends_with(&suffix)
}

#[cfg(test)]
mod tests {
    use super::super::calling::{call, error_of, value_of};
    use crate::{Str, Value};

    fn bytes(name: &str, args: &[Value]) -> Str {
        value_of(name, args).as_str().unwrap().clone()
    }

    #[test]
    fn cuts_inside_characters() {
        assert_eq!(&*bytes("trunc", &[Value::int(2), "héllo".into()]), b"h\xc3");
        assert_eq!(&*bytes("substr", &[Value::int(2), Value::int(-1), "hé".into()]), b"\xa9");
        assert_eq!(call("trunc", &[Value::int(i64::MIN), "abc".into()]), "abc");
        assert_eq!(call("trunc", &[Value::int(-3), "abc".into()]), "abc");
    }

    #[test]
    fn bounds_are_reported_as_go_does() {
        let substr = |start, end| error_of("substr", &[Value::int(start), Value::int(end), "abc".into()]);
        assert_eq!(substr(3, 1), "runtime error: slice bounds out of range [3:1]");
        assert_eq!(substr(5, 9), "runtime error: slice bounds out of range [5:3]");
        assert_eq!(substr(-1, 9), "runtime error: slice bounds out of range [:9] with length 3");
        assert_eq!(substr(-1, -2), "runtime error: slice bounds out of range [:-2]");
        assert_eq!(error_of("repeat", &[Value::int(-1), "a".into()]), "strings: negative Repeat count");
        let overflow = error_of("repeat", &[Value::int(i64::MAX), "ab".into()]);
        assert_eq!(overflow, "strings: Repeat output length overflow");
    }

    #[test]
    fn hostile_counts_end_in_the_budget() {
        assert!(error_of("repeat", &[Value::int(1 << 40), "a".into()]).contains("limit"));
        assert_eq!(call("repeat", &[Value::int(1 << 40), "".into()]), "");
    }

    #[test]
    fn trims_unicode_space_and_broken_bytes() {
        assert_eq!(call("trim", &["\u{a0} a\t\n\u{2003}".into()]), "a");
        assert_eq!(&*bytes("trim", &[Value::from(b" \xff\xe2\x82 ".to_vec())]), b"\xff\xe2\x82");
        assert_eq!(call("trimAll", &["é$".into(), "é$aé".into()]), "a");
        assert_eq!(call("trimAll", &["a".into(), "aaa".into()]), "");
        assert_eq!(call("trimAll", &["".into(), "a".into()]), "a");
    }

    #[test]
    fn affixes_go_once() {
        assert_eq!(call("trimPrefix", &["a".into(), "aab".into()]), "ab");
        assert_eq!(call("trimSuffix", &["b".into(), "abb".into()]), "ab");
    }

    #[test]
    fn case_follows_unicode() {
        assert_eq!(call("upper", &["héß".into()]), "HÉß");
        assert_eq!(call("title", &["it's bar_baz élan".into()]), "It'S Bar_baz Élan");
        assert_eq!(call("swapcase", &["aB1 c".into()]), "Ab1 C");
        assert_eq!(call("upper", &[Value::from(b"\xe9\xff!".to_vec())]), "\u{fffd}\u{fffd}!");
    }

    #[test]
    fn replacing_nothing_puts_it_between_characters() {
        assert_eq!(call("replace", &["".into(), "-".into(), "aé".into()]), "-a-é-");
        assert_eq!(call("replace", &["aa".into(), "b".into(), "aaa".into()]), "ba");
    }
}
