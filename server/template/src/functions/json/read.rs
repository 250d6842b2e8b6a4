//! Reads JSON with the messages of Go's decoder.
//!
//! Go checks the whole text before it decodes anything, byte by byte, and at the end of the text it feeds its
//! checker one blank. That is why a truncated `nul` complains about `' '` and a truncated `[1` about the end.

use std::collections::BTreeMap;

use crate::{Data, List, Map, MapType, Str, Value};

/// Deeper nesting is refused, by Go and by us.
const MAX_DEPTH: usize = 10_000;
const END: &str = "unexpected end of JSON input";

/// What was read.
#[derive(Debug)]
pub(crate) struct Read {
    /// The value, numbers as 64-bit floats.
    pub(crate) value: Value,
    /// A number too large for a float: Go leaves nil in its place, goes on, and reports the first one.
    pub(crate) problem: Option<String>,
}

/// Reads one JSON value.
pub(crate) fn read(text: &[u8]) -> Result<Read, String> {
    let mut reader = Reader { text, at: 0, depth: 0, problem: None };
    let value = reader.value()?;
    reader.skip_blanks();
    if reader.at < text.len() {
        return Err(reader.unexpected("after top-level value"));
    }
    Ok(Read { value, problem: reader.problem })
}

/// Where the JSON value ends that a text begins with, as `json.Decoder` reads a stream; else how many bytes Go had
/// looked at when it gave up, and its message. A text that ends too early gives `None` for the number.
pub fn prefix(text: &[u8]) -> Result<usize, (Option<usize>, String)> {
    let mut reader = Reader { text, at: 0, depth: 0, problem: None };
    match reader.value() {
        Ok(_) => Ok(reader.at),
        Err(_) if reader.at >= text.len() => Err((None, "unexpected EOF".to_owned())),
        Err(message) if message == END => Err((None, "unexpected EOF".to_owned())),
        Err(message) => Err((Some(reader.at + 1), message)),
    }
}

struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    depth: usize,
    problem: Option<String>,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// The next byte that is no blank.
    fn next_token(&mut self) -> Result<u8, String> {
        self.skip_blanks();
        self.peek().ok_or_else(|| END.to_owned())
    }

    fn unexpected(&self, place: &str) -> String {
        format!("invalid character {} {place}", quote_byte(self.peek().unwrap_or(b' ')))
    }

    fn value(&mut self) -> Result<Value, String> {
        match self.next_token()? {
            b'{' => self.nested(Self::object),
            b'[' => self.nested(Self::array),
            b'"' => self.string().map(Value::from),
            b't' => self.word("true", Data::Bool(true)),
            b'f' => self.word("false", Data::Bool(false)),
            b'n' => self.word("null", Data::Nil),
            b'-' | b'0'..=b'9' => self.number(),
            _ => Err(self.unexpected("looking for beginning of value")),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, String>) -> Result<Value, String> {
        if self.depth >= MAX_DEPTH {
            return Err(self.unexpected("exceeded max depth"));
        }
        self.depth += 1;
        self.at += 1;
        let value = stacker::maybe_grow(32 * 1024, 1024 * 1024, || read(self));
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<Value, String> {
        let mut entries: BTreeMap<Str, Value> = BTreeMap::new();
        if self.next_token()? == b'}' {
            self.at += 1;
            return Ok(Map::typed(MapType::Any, entries).into());
        }
        loop {
            if self.next_token()? != b'"' {
                return Err(self.unexpected("looking for beginning of object key string"));
            }
            let key = self.string()?;
            if self.next_token()? != b':' {
                return Err(self.unexpected("after object key"));
            }
            self.at += 1;
            let value = self.value()?;
            entries.insert(key, value);
            match self.next_token()? {
                b',' => self.at += 1,
                b'}' => break,
                _ => return Err(self.unexpected("after object key:value pair")),
            }
        }
        self.at += 1;
        Ok(Map::typed(MapType::Any, entries).into())
    }

    fn array(&mut self) -> Result<Value, String> {
        let mut items = Vec::new();
        if self.next_token()? == b']' {
            self.at += 1;
            return Ok(List::any(items).into());
        }
        loop {
            items.push(self.value()?);
            match self.next_token()? {
                b',' => self.at += 1,
                b']' => break,
                _ => return Err(self.unexpected("after array element")),
            }
        }
        self.at += 1;
        Ok(List::any(items).into())
    }

    fn word(&mut self, word: &str, data: Data) -> Result<Value, String> {
        for expected in word.bytes() {
            if self.peek() != Some(expected) {
                let place = format!("in literal {word} (expecting '{}')", char::from(expected));
                return Err(self.unexpected(&place));
            }
            self.at += 1;
        }
        Ok(Value::new(data))
    }

    fn number(&mut self) -> Result<Value, String> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        let text = String::from_utf8_lossy(&self.text[start..self.at]);
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number.into()),
            _ => {
                self.problem.get_or_insert_with(|| {
                    format!("json: cannot unmarshal number {text} into Go value of type float64")
                });
                Ok(Value::NIL)
            }
        }
    }

    /// One digit or more.
    fn digits(&mut self, place: &str) -> Result<(), String> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.unexpected(place));
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    fn string(&mut self) -> Result<Str, String> {
        self.at += 1;
        let mut out = Vec::new();
        loop {
            let rest = &self.text[self.at..];
            let run = rest.iter().position(|&byte| byte < b' ' || byte == b'"' || byte == b'\\');
            let Some(run) = run else { return Err(END.to_owned()) };
            super::write::replace_invalid(&rest[..run], &mut out);
            self.at += run;
            match self.text[self.at] {
                b'"' => break,
                b'\\' => self.escape(&mut out)?,
                _ => return Err(self.unexpected("in string literal")),
            }
        }
        self.at += 1;
        Ok(out.into())
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), String> {
        self.at += 1;
        let byte = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                let char = self.unicode_escape()?;
                out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return Err(self.unexpected("in string escape code")),
        };
        out.push(byte);
        self.at += 1;
        Ok(())
    }

    /// `uXXXX`, and the second half of a surrogate pair where there is one; halves alone become U+FFFD.
    fn unicode_escape(&mut self) -> Result<char, String> {
        self.at += 1;
        let first = self.hex4()?;
        if (0xd800..0xdc00).contains(&first) && self.text[self.at..].starts_with(b"\\u") {
            let before = self.at;
            self.at += 2;
            let second = self.hex4()?;
            if (0xdc00..0xe000).contains(&second) {
                let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before; // the second escape stands for itself
        }
        Ok(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self) -> Result<u32, String> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let digit = digit.ok_or_else(|| self.unexpected("in \\u hexadecimal character escape"))?;
            code = code << 4 | digit;
            self.at += 1;
        }
        Ok(code)
    }
}

/// Go's `quoteChar`: the byte as a rune in single quotes.
fn quote_byte(byte: u8) -> String {
    match byte {
        b'\'' => "'\\''".to_owned(),
        b'\\' => "'\\\\'".to_owned(),
        7 => "'\\a'".to_owned(),
        8 => "'\\b'".to_owned(),
        b'\t' => "'\\t'".to_owned(),
        b'\n' => "'\\n'".to_owned(),
        11 => "'\\v'".to_owned(),
        12 => "'\\f'".to_owned(),
        b'\r' => "'\\r'".to_owned(),
        0..=0x1f | 0x7f => format!("'\\x{byte:02x}'"),
        0x80..=0xa0 | 0xad => format!("'\\u{byte:04x}'"),
        _ => format!("'{}'", char::from(byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_error(text: &str, want: &str) {
        assert_eq!(
            read(text.as_bytes()).map(|it| it.value.type_name().into_owned()),
            Err(want.to_owned()),
            "{text}"
        );
    }

    #[test]
    fn the_end_counts_as_a_blank_inside_words_and_numbers() {
        check_error("nul", "invalid character ' ' in literal null (expecting 'l')");
        check_error("-", "invalid character ' ' in numeric literal");
        check_error("1.", "invalid character ' ' after decimal point in numeric literal");
        check_error("1e", "invalid character ' ' in exponent of numeric literal");
        check_error("\"\\", "invalid character ' ' in string escape code");
        for text in ["", "[1", "{", "{\"a\"", "{\"a\":1", "\"x"] {
            check_error(text, END);
        }
    }

    #[test]
    fn messages_name_the_byte_and_the_place() {
        check_error("{1}", "invalid character '1' looking for beginning of object key string");
        check_error("[1,]", "invalid character ']' looking for beginning of value");
        check_error("[01]", "invalid character '1' after array element");
        check_error("{\"a\" 1}", "invalid character '1' after object key");
        check_error("{\"a\":1 \"b\"}", "invalid character '\"' after object key:value pair");
        check_error("{} x", "invalid character 'x' after top-level value");
        check_error("\"a\nb\"", "invalid character '\\n' in string literal");
        check_error("\"\\q\"", "invalid character 'q' in string escape code");
        check_error("\"\\u12g4\"", "invalid character 'g' in \\u hexadecimal character escape");
        check_error("é", "invalid character 'Ã' looking for beginning of value");
    }

    #[test]
    fn surrogates_pair_up_or_are_replaced() {
        let text = |json: &str| read(json.as_bytes()).unwrap().value.as_str().unwrap().to_text().into_owned();
        assert_eq!(text(r#""\ud83d\ude00""#), "😀");
        assert_eq!(text(r#""\ud800x""#), "\u{fffd}x");
        assert_eq!(text(r#""\ud800A""#), "\u{fffd}A");
    }

    #[test]
    fn numbers_too_large_are_nil_and_reported() {
        let read = read(b"[1e999, 2]").unwrap();
        assert_eq!(read.value.as_list().unwrap().len(), 2);
        assert_eq!(
            read.problem.as_deref(),
            Some("json: cannot unmarshal number 1e999 into Go value of type float64")
        );
    }

    #[test]
    fn depth_is_limited() {
        let deep = "[".repeat(10_001);
        check_error(&deep, "invalid character '[' exceeded max depth");
        check_error(&deep[1..], END);
    }
}
