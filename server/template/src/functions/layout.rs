//! Functions that fit strings into a manifest: indentation and quotes.
//!
//! These are the most called functions of all, so each looks for the short way first.

use super::pieces::part;
use super::strings::times;
use super::strval::{display, strval_text};
use crate::{Cx, Data, Failure, Function, Int, Rest, Str, Text, TextBuilder, Value, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("indent", indent),
    function!("nindent", nindent),
    function!("quote", quote),
    function!("squote", squote),
    function!("cat", cat),
];

/// Puts spaces before every line, empty ones too.
///
/// `{{ indent 2 "a\nb" | quote }}` gives `"  a\n  b"`
pub fn indent(cx: &mut Cx<'_>, spaces: Int, text: Text) -> Result<Text, Failure> {
    indented(cx, spaces, &text, b"")
}

/// Starts a new line and puts spaces before every line.
///
/// `{{ nindent 2 "a\nb" | quote }}` gives `"\n  a\n  b"`
pub fn nindent(cx: &mut Cx<'_>, spaces: Int, text: Text) -> Result<Text, Failure> {
    indented(cx, spaces, &text, b"\n")
}

/// As many as any sane manifest has at the start of a line.
const SPACES: &[u8] = &[b' '; 64];

fn indented(cx: &mut Cx<'_>, spaces: Int, text: &Text, before: &[u8]) -> Result<Text, Failure> {
    let bytes = &text.bytes;
    let lines = 1 + memchr::memchr_iter(b'\n', bytes).count();
    let count = times(cx, spaces, lines)?;
    cx.budget.ensure(bytes.len() + before.len() + lines * count)?;
    let pad = SPACES.get(..count).map_or_else(|| vec![b' '; count].into(), std::borrow::Cow::Borrowed);
    if cx.trace.is_none() {
        let mut out = Vec::with_capacity(before.len() + bytes.len() + lines * count);
        out.extend_from_slice(before);
        out.extend_from_slice(&pad);
        let mut start = 0;
        for newline in memchr::memchr_iter(b'\n', bytes) {
            out.extend_from_slice(&bytes[start..=newline]);
            out.extend_from_slice(&pad);
            start = newline + 1;
        }
        out.extend_from_slice(&bytes[start..]);
        return Ok(Text { bytes: out.into(), origin: text.origin });
    }
    let mut out = TextBuilder::new(cx);
    out.push(before);
    out.push(&pad);
    let mut start = 0;
    for newline in memchr::memchr_iter(b'\n', bytes) {
        out.push_part(cx, text, start..newline + 1);
        out.push(&pad);
        start = newline + 1;
    }
    out.push_part(cx, text, start..bytes.len());
    Ok(out.finish(cx))
}

/// Puts each argument into double quotes, with escapes, and spaces between them. Null is left out.
///
/// `{{ quote "a" 1 nil true }}` gives `"a" "1" "true"`
pub fn quote(cx: &mut Cx<'_>, values: Rest<Value>) -> Text {
    if let [Value { data: Data::Str(text), origin }] = &values.0[..]
        && cx.trace.is_none()
    {
        return Text { bytes: quoted(text), origin: *origin };
    }
    spaced(cx, &values.0, |cx, out, value| {
        let text = strval_text(cx, value);
        push_quoted(cx, out, &text);
    })
}

/// Whether the byte means itself between double quotes.
fn is_plain(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\'
}

fn quoted(text: &[u8]) -> Str {
    if !text.iter().all(|it| is_plain(*it)) {
        return golang::strconv::quote(text).into();
    }
    let mut out = Vec::with_capacity(text.len() + 2);
    out.push(b'"');
    out.extend_from_slice(text);
    out.push(b'"');
    out.into()
}

/// Runs of plain bytes keep their origin; an escape shows the text as a whole.
fn push_quoted(cx: &mut Cx<'_>, out: &mut TextBuilder, text: &Text) {
    let bytes = &text.bytes;
    out.push(b"\"");
    let mut at = 0;
    while at < bytes.len() {
        let plain = is_plain(bytes[at]);
        let len = bytes[at..].iter().take_while(|it| is_plain(**it) == plain).count();
        if plain {
            out.push_part(cx, text, at..at + len);
        } else {
            let escaped = golang::strconv::quote(&bytes[at..at + len]);
            let origin = part(cx, text, at..at + len).origin;
            let origin = cx.trace.as_ref().map_or(origin, |trace| trace.summary(origin));
            out.push_from(&escaped.as_bytes()[1..escaped.len() - 1], origin);
        }
        at += len;
    }
    out.push(b"\"");
}

/// Puts each argument into single quotes, as it is, and spaces between them. Null is left out.
///
/// `{{ squote "it's" 1 }}` gives `'it's' '1'`
pub fn squote(cx: &mut Cx<'_>, values: Rest<Value>) -> Text {
    spaced(cx, &values.0, |cx, out, value| {
        out.push(b"'");
        push_displayed(cx, out, value);
        out.push(b"'");
    })
}

/// Joins the arguments with spaces. Null is left out.
///
/// `{{ cat "a" nil 1 "b" }}` gives `a 1 b`
pub fn cat(cx: &mut Cx<'_>, values: Rest<Value>) -> Text {
    spaced(cx, &values.0, push_displayed)
}

/// `%v`, in which a `[]byte` is a list of numbers.
fn push_displayed(cx: &mut Cx<'_>, out: &mut TextBuilder, value: &Value) {
    if let Data::Str(bytes) = &value.data {
        return out.push_text(cx, &Text { bytes: bytes.clone(), origin: value.origin });
    }
    let origin = cx.trace.as_ref().map_or(value.origin, |trace| trace.summary(value.origin));
    out.push_from(&display(cx, value), origin);
}

fn spaced(cx: &mut Cx<'_>, values: &[Value], push: impl Fn(&mut Cx<'_>, &mut TextBuilder, &Value)) -> Text {
    let mut out = TextBuilder::new(cx);
    for (at, value) in values.iter().filter(|it| !it.is_nil()).enumerate() {
        if at > 0 {
            out.push(b" ");
        }
        push(cx, &mut out, value);
    }
    out.finish(cx)
}

#[cfg(test)]
mod tests {
    use text::{FileId, FileRange};

    use super::super::calling::{call, context, error_of, try_call};
    use crate::{Data, List, Origin, Segment, Value};

    #[test]
    fn empty_lines_are_indented_too() {
        assert_eq!(call("indent", &[Value::int(2), "a\n\nb\n".into()]), "  a\n  \n  b\n  ");
        assert_eq!(call("nindent", &[Value::int(0), "".into()]), "\n");
        assert_eq!(error_of("indent", &[Value::int(-1), "a".into()]), "strings: negative Repeat count");
        assert!(error_of("indent", &[Value::int(1 << 50), "a".into()]).contains("limit"));
    }

    #[test]
    fn quotes_go_around_what_sprig_calls_a_string() {
        let list = List::any(vec!["a".into(), Value::NIL]);
        assert_eq!(call("quote", &["a\n\"".into(), list.into()]), r#""a\n\"" "[a <nil>]""#);
        let bytes = Value::new(Data::Bytes(b"hi".as_slice().into()));
        assert_eq!(call("quote", std::slice::from_ref(&bytes)), r#""hi""#);
        assert_eq!(call("squote", &[bytes]), "'[104 105]'");
        assert_eq!(call("quote", &[Value::NIL]), "");
        assert_eq!(call("quote", &["".into(), "".into()]), r#""" """#);
        assert_eq!(call("cat", &["".into(), Value::int(7)]), " 7");
    }

    #[track_caller]
    fn segments_of(name: &str, text: &str, more: &[Value]) -> Vec<Segment> {
        let at = FileRange::new(FileId(0), 10, 10 + text.len());
        let mut cx = context().traced();
        let mut args = more.to_vec();
        args.push(Value::from(text).with_origin(Origin::from(Some(at))));
        let result = try_call(&mut cx, name, &args).unwrap();
        let mut segments = Vec::new();
        let len = result.as_str().unwrap().len();
        cx.trace.unwrap().slice(result.origin, 0..len, &mut segments);
        segments
    }

    #[test]
    fn origins_survive() {
        let lens = |segments: Vec<Segment>| {
            segments.iter().map(|it| (it.len, !it.value.is_none())).collect::<Vec<_>>()
        };
        assert_eq!(lens(segments_of("quote", "ab", &[])), [(1, false), (2, true), (1, false)]);
        assert_eq!(lens(segments_of("quote", "a\nb", &[])), [(1, false), (4, true), (1, false)]);
        let indented = segments_of("indent", "a\nb", &[Value::int(2)]);
        assert_eq!(lens(indented), [(2, false), (2, true), (2, false), (1, true)]);
        assert_eq!(lens(segments_of("trunc", "abc", &[Value::int(2)])), [(2, true)]);
        assert_eq!(
            lens(segments_of("replace", "a.b", &[".".into(), "-".into()])),
            [(1, true), (1, false), (1, true)]
        );
    }
}
