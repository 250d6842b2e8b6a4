//! Functions that see words in a string: naming styles, wrapping, shortening.

mod naming;

use naming::{is_connector, join_words};

use super::unicode::{Category, push_rune, runes, to_lower, to_upper};
use crate::{Cx, Failure, Function, Int, Str, Text, TextBuilder, function};

/// The table of this family.
pub const FUNCTIONS: &[Function] = &[
    function!("snakecase", snakecase),
    function!("kebabcase", kebabcase),
    function!("camelcase", camelcase),
    function!("initials", initials),
    function!("nospace", nospace),
    function!("plural", plural),
    function!("abbrev", abbrev),
    function!("abbrevboth", abbrevboth),
    function!("wrap", wrap),
    function!("wrapWith", wrap_with),
    function!("shuffle", shuffle),
    function!("hello", hello),
];

/// A greeting, for trying templates out.
///
/// `{{ hello }}` gives `Hello!`
pub fn hello() -> Str {
    "Hello!".into()
}

/// Writes words in small letters with `_` between them.
///
/// `{{ snakecase "FirstName HTTPServer" }}` gives `first_name_http_server`
pub fn snakecase(text: Str) -> Str {
    join_words(&text, '_').into()
}

/// Writes words in small letters with `-` between them.
///
/// `{{ kebabcase "FirstName" }}` gives `first-name`
pub fn kebabcase(text: Str) -> Str {
    join_words(&text, '-').into()
}

/// Writes words with capitals and nothing between them. Only the start of a word is looked at.
///
/// `{{ camelcase "http_server-name" }}` gives `HttpServerName`
pub fn camelcase(text: Str) -> Str {
    let mut out = Vec::with_capacity(text.len());
    let characters: Vec<char> = runes(&text).map(|(_, it)| it).collect();
    let lead = characters.iter().take_while(|it| is_connector(**it)).count();
    characters[..lead].iter().for_each(|&it| push_rune(&mut out, it));
    let Some((&first, rest)) = characters[lead..].split_first() else {
        // xstrings writes the last one twice where there is nothing else.
        characters.last().into_iter().for_each(|&it| push_rune(&mut out, it));
        return out.into();
    };
    push_rune(&mut out, to_upper(first));
    // Whether all letters of this word so far are capitals, of which only the first stays one.
    let mut capitals = Category::Upper.has(first);
    let mut held: Option<char> = None;
    for &it in rest {
        if is_connector(it) {
            // Of several connectors in a row, the last one goes, unless the text ends with it.
            if let Some(before) = held.replace(it) {
                push_rune(&mut out, before);
            }
        } else if held.take().is_some() {
            capitals = Category::Upper.has(it);
            push_rune(&mut out, to_upper(it));
        } else {
            capitals &= Category::Upper.has(it);
            push_rune(&mut out, if capitals { to_lower(it) } else { it });
        }
    }
    if let Some(it) = held {
        push_rune(&mut out, it);
    }
    out.into()
}

/// The first byte of each word.
///
/// `{{ initials "First Try" }}` gives `FT`
pub fn initials(text: Str) -> Str {
    let mut out = Vec::new();
    let mut in_word = false;
    for it in text.iter().map(|&it| char::from(it)) {
        if it.is_whitespace() {
            in_word = false;
        } else if !std::mem::replace(&mut in_word, true) {
            push_rune(&mut out, it);
        }
    }
    out.into()
}

/// Takes all white space out.
///
/// `{{ nospace "a b c" }}` gives `abc`
pub fn nospace(cx: &mut Cx<'_>, text: Text) -> Text {
    // goutils looks at bytes, so that what is not ASCII comes out garbled, but only if there is a space.
    let is_space = |it: u8| char::from(it).is_whitespace();
    if !text.bytes.iter().any(|&it| is_space(it)) {
        return text;
    }
    let mut out = TextBuilder::new(cx);
    for (at, &byte) in text.bytes.iter().enumerate().filter(|(_, it)| !is_space(**it)) {
        if byte.is_ascii() {
            out.push_part(cx, &text, at..at + 1);
        } else {
            let mut rune = Vec::new();
            push_rune(&mut rune, byte.into());
            out.push_instead(cx, &rune, &text, at..at + 1);
        }
    }
    out.finish(cx)
}

/// The first text for a count of one, else the second.
///
/// `{{ plural "one anchovy" "many anchovies" 2 }}` gives `many anchovies`
pub fn plural(one: Text, many: Text, count: Int) -> Text {
    if count == Int(1) { one } else { many }
}

/// Cuts the text to `width` bytes, of which the last three are dots.
///
/// `{{ abbrev 8 "hello world" }}` gives `hello...`
pub fn abbrev(cx: &mut Cx<'_>, width: Int, text: Text) -> Text {
    if width.0 < 4 {
        return text;
    }
    abbreviate(cx, &text, 0, width.0)
}

/// Cuts the text on both sides: to `width` bytes, starting about at byte `left`.
///
/// `{{ abbrevboth 5 10 "1234 5678 9123" }}` gives `...5678...`
pub fn abbrevboth(cx: &mut Cx<'_>, left: Int, width: Int, text: Text) -> Text {
    if width.0 < 4 || left.0 > 0 && width.0 < 7 {
        return text;
    }
    abbreviate(cx, &text, left.0, width.0)
}

fn abbreviate(cx: &mut Cx<'_>, text: &Text, left: i64, width: i64) -> Text {
    let len = text.bytes.len() as i64;
    if len <= width {
        return text.clone();
    }
    let room = width - 3;
    let left = left.min(len - room);
    let (start, end) = match left {
        ..=4 => (0, room),
        _ if left + room < len => (left, left + room - 3),
        _ => (len - room, len),
    };
    let mut out = TextBuilder::new(cx);
    out.push(if start > 0 { b"..." } else { b"" });
    out.push_part(cx, text, start as usize..end as usize);
    out.push(if end < len { b"..." } else { b"" });
    out.finish(cx)
}

/// Breaks lines at spaces so that they have at most `width` bytes; longer words stay whole.
///
/// `{{ wrap 5 "hello big world" | quote }}` gives `"hello\nbig\nworld"`
pub fn wrap(cx: &mut Cx<'_>, width: Int, text: Text) -> Result<Text, Failure> {
    break_lines(cx, width, b"\n", &text, false)
}

/// Breaks lines at `width` bytes with a separator of your own; longer words are broken too.
///
/// `{{ wrapWith 5 "|" "helloworld foo" }}` gives `hello|world|foo`
pub fn wrap_with(cx: &mut Cx<'_>, width: Int, separator: Str, text: Text) -> Result<Text, Failure> {
    let separator = if separator.is_empty() { b"\n" } else { &*separator };
    break_lines(cx, width, separator, &text, true)
}

fn break_lines(
    cx: &mut Cx<'_>,
    width: Int,
    separator: &[u8],
    text: &Text,
    break_words: bool,
) -> Result<Text, Failure> {
    let bytes = &text.bytes;
    let width = width.0.max(1) as usize;
    cx.budget
        .ensure((bytes.len() / width + 1).saturating_mul(separator.len()).saturating_add(bytes.len()))?;
    let mut out = TextBuilder::new(cx);
    let mut start = 0;
    while bytes.len() - start > width {
        if bytes[start] == b' ' {
            start += 1;
            continue;
        }
        let limit = start + width;
        let space = memchr::memrchr(b' ', &bytes[start..=limit]).map(|at| start + at);
        let later_space = || memchr::memchr(b' ', &bytes[limit..]).map(|at| limit + at);
        let (end, next) = match space {
            Some(space) => (space, space + 1),
            None if break_words => (limit, limit),
            None => match later_space() {
                Some(space) => (space, space + 1),
                None => break,
            },
        };
        out.push_part(cx, text, start..end);
        out.push(separator);
        start = next;
    }
    out.push_part(cx, text, start..bytes.len());
    Ok(out.finish(cx))
}

/// Puts the characters of the text into a random order.
///
/// `{{ shuffle "aaa" }}` gives `aaa`
pub fn shuffle(cx: &mut Cx<'_>, text: Str) -> Result<Str, Failure> {
    // Where each character has to be drawn, that is what takes long.
    cx.budget.work(text.len() as u64 * 4)?;
    let mut characters: Vec<char> = runes(&text).map(|(_, it)| it).collect();
    for last in (1..characters.len()).rev() {
        characters.swap(last, super::math::random_below(cx, last as u64 + 1) as usize);
    }
    Ok(characters.into_iter().collect::<String>().into())
}

#[cfg(test)]
mod tests {
    use super::super::calling::call;
    use crate::Value;

    #[track_caller]
    fn check(function: &str, cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            assert_eq!(call(function, &[(*text).into()]), *expected, "{function} {text}");
        }
    }

    #[test]
    fn snakes() {
        check(
            "snakecase",
            &[
                ("FirstName", "first_name"),
                ("NoHTTPS", "no_https"),
                ("GO-PATH", "go_path"),
                ("http2xx", "http_2xx"),
                ("HTTP20xOK", "http_20x_ok"),
                ("Duration2m3s", "duration_2m3s"),
                ("Bld4Floor3rd", "bld4_floor_3rd"),
                ("a1", "a1"),
                ("a1-b", "a1_b"),
                ("1a", "1a"),
                ("v1.2.3", "v1.2.3"),
                ("_complex__Case_", "_complex__case_"),
                ("aB1C2", "a_b1_c2"),
                ("日本Go", "日本_go"),
                ("", ""),
            ],
        );
    }

    #[test]
    fn broken_bytes_cling_to_the_next_character() {
        let snake = |text: &[u8]| super::join_words(text, '_');
        assert_eq!(snake(b"h\xc3"), b"h\xc3");
        assert_eq!(snake(b"\xff\xfeab"), b"\xff\xfeab");
        assert_eq!(snake(b"a\xffB\xfe"), "a_\u{fffd}b\u{fffd}".as_bytes());
    }

    #[test]
    fn camels() {
        check(
            "camelcase",
            &[
                ("some words", "SomeWords"),
                ("no_https", "NoHttps"),
                ("_complex__case_", "_Complex_Case_"),
                ("GOLANG_IS_GREAT", "GolangIsGreat"),
                ("HTTPServer", "Httpserver"),
                ("foo__", "Foo__"),
                ("_", "__"),
                ("a", "A"),
                ("", ""),
            ],
        );
    }

    #[test]
    fn bytes_are_letters_to_goutils() {
        check("initials", &[("first try 2x", "ft2"), (" é", "Ã"), ("", "")]);
        check("nospace", &[("a b\tc\n", "abc"), ("é", "é"), ("é é", "Ã©Ã©")]);
    }

    #[test]
    fn shortens() {
        let both =
            |left, width, text: &str| call("abbrevboth", &[Value::int(left), Value::int(width), text.into()]);
        assert_eq!(both(0, 8, "hello world"), "hello...");
        assert_eq!(both(9, 8, "hello world!"), "...orld!");
        assert_eq!(both(5, 6, "hello world"), "hello world");
        assert_eq!(call("abbrev", &[Value::int(3), "abcdef".into()]), "abcdef");
        assert_eq!(call("abbrev", &[Value::int(i64::MAX), "abcdef".into()]), "abcdef");
    }

    #[test]
    fn wraps() {
        assert_eq!(call("wrap", &[Value::int(3), "a bcdef g".into()]), "a\nbcdef\ng");
        assert_eq!(call("wrap", &[Value::int(0), "ab c".into()]), "ab\nc");
        assert_eq!(call("wrap", &[Value::int(4), "     ab".into()]), "  ab");
        assert_eq!(call("wrapWith", &[Value::int(2), "".into(), "abcde".into()]), "ab\ncd\ne");
    }
}
