//! Writes JSON as Go does, straight from values into a text that keeps where its parts come from.

use crate::{Cx, Data, Failure, List, MAX_NESTING, Map, Origin, Refusal, Str, Text, TextBuilder, Value};

/// From this depth on Go looks for a map or list inside of itself.
const LOOK_FOR_CYCLES: usize = 1000;

/// How JSON is laid out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// One element a line, two spaces a level.
    indent: bool,
    /// `<`, `>` and `&` as `\u003c` …, so that JSON can stand in HTML.
    escape_html: bool,
}

impl Layout {
    /// `json.Marshal`.
    pub(crate) const COMPACT: Self = Self { indent: false, escape_html: true };
    /// `json.MarshalIndent` with two spaces.
    pub(crate) const PRETTY: Self = Self { indent: true, escape_html: true };
    /// An encoder without HTML escaping.
    pub(crate) const RAW: Self = Self { indent: false, escape_html: false };
}

/// Writes one value.
pub(crate) fn write(cx: &mut Cx<'_>, value: &Value, layout: Layout) -> Result<Text, Failure> {
    let out = TextBuilder::new(cx);
    let mut writer = Writer { out, cx, layout, depth: 0, open: Vec::new() };
    writer.value(value, Origin::NONE)?;
    let out = writer.out;
    Ok(out.finish(cx))
}

struct Writer<'t, 'h> {
    out: TextBuilder,
    cx: &'t Cx<'h>,
    layout: Layout,
    depth: usize,
    /// The maps and lists being written below [`LOOK_FOR_CYCLES`].
    open: Vec<Value>,
}

impl Writer<'_, '_> {
    fn value(&mut self, value: &Value, around: Origin) -> Result<(), Failure> {
        let origin = self.origin(value, around);
        match &value.data {
            Data::Invalid | Data::Nil => self.out.push_from(b"null", origin),
            Data::Bool(it) => self.out.push_from(if *it { b"true" } else { b"false" }, origin),
            Data::Int(kind, it) if kind.is_unsigned() => {
                self.out.push_from((*it as u64).to_string().as_bytes(), origin);
            }
            Data::Int(_, it) => self.out.push_from(it.to_string().as_bytes(), origin),
            Data::Float(it) => self.out.push_from(number(*it)?.as_bytes(), origin),
            Data::Complex(_) => return Err("json: unsupported type: complex128".into()),
            Data::Str(it) => self.text(it, value.origin, origin),
            Data::Bytes(it) => {
                let text = data_encoding::BASE64.encode(it);
                self.out.push_from(format!("\"{text}\"").as_bytes(), origin);
            }
            Data::List(it) if it.is_nil() => self.out.push_from(b"null", origin),
            Data::Map(it) if it.is_nil() => self.out.push_from(b"null", origin),
            Data::List(it) => self.nested(value, |writer| writer.list(it, origin))?,
            Data::Map(it) => {
                let entries = it.entries();
                let members = entries.iter().map(|(key, value)| (&**key, value));
                self.nested(value, |writer| writer.members(members, Some(it), origin))?;
            }
            Data::Object(it) => match it.json_members() {
                Some(members) => {
                    let members = members.iter().map(|(name, value)| (name.as_bytes(), value));
                    self.nested(value, |writer| writer.members(members, None, origin))?;
                }
                None => self.value(&it.to_json(), origin)?,
            },
        }
        Ok(())
    }

    /// The origin of the value's bytes; what has none stands in the text of what surrounds it.
    fn origin(&self, value: &Value, around: Origin) -> Origin {
        let own = self.cx.trace.as_ref().map_or(Origin::NONE, |trace| trace.summary(value.origin));
        if own.is_none() { around } else { own }
    }

    fn nested(
        &mut self,
        value: &Value,
        write: impl FnOnce(&mut Self) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.depth += 1;
        self.cx.budget.step()?;
        self.cx.budget.ensure(self.out.len())?;
        if self.depth > LOOK_FOR_CYCLES {
            if self.open.iter().any(|it| is_same(it, value)) {
                let type_name = value.type_name();
                return Err(Failure::new(format!(
                    "json: unsupported value: encountered a cycle via {type_name}"
                )));
            }
            self.open.push(value.clone());
        }
        if self.depth > MAX_NESTING {
            return self.cx.budget.refuse(Refusal::Nesting);
        }
        stacker::maybe_grow(32 * 1024, 1024 * 1024, || write(self))?;
        if self.depth > LOOK_FOR_CYCLES {
            self.open.pop();
        }
        self.depth -= 1;
        Ok(())
    }

    fn list(&mut self, list: &List, origin: Origin) -> Result<(), Failure> {
        if list.is_empty() {
            self.out.push_from(b"[]", origin);
            return Ok(());
        }
        self.out.push_from(b"[", origin);
        for (at, item) in list.items().iter().enumerate() {
            self.separate(at, origin);
            self.value(item, origin)?;
        }
        self.close(b"]", origin);
        Ok(())
    }

    fn members<'m>(
        &mut self,
        members: impl ExactSizeIterator<Item = (&'m [u8], &'m Value)>,
        map: Option<&Map>,
        origin: Origin,
    ) -> Result<(), Failure> {
        if members.len() == 0 {
            self.out.push_from(b"{}", origin);
            return Ok(());
        }
        self.out.push_from(b"{", origin);
        for (at, (key, value)) in members.enumerate() {
            self.separate(at, origin);
            let around = self.origin(value, origin);
            let own = map.filter(|_| self.cx.trace.is_some()).map_or(Origin::NONE, |map| map.key_origin(key));
            let around = if own.is_none() { around } else { own };
            self.string(key, around);
            self.out.push_from(if self.layout.indent { b": " } else { b":" }, around);
            self.value(value, origin)?;
        }
        self.close(b"}", origin);
        Ok(())
    }

    fn separate(&mut self, at: usize, origin: Origin) {
        if at > 0 {
            self.out.push_from(b",", origin);
        }
        self.new_line(self.depth, origin);
    }

    fn close(&mut self, bracket: &[u8], origin: Origin) {
        self.new_line(self.depth - 1, origin);
        self.out.push_from(bracket, origin);
    }

    fn new_line(&mut self, depth: usize, origin: Origin) {
        if self.layout.indent {
            self.out.push_from(b"\n", origin);
            for _ in 0..depth {
                self.out.push_from(b"  ", origin);
            }
        }
    }

    /// A string that may have been put together: its parts keep what they show.
    fn text(&mut self, text: &Str, own: Origin, origin: Origin) {
        if self.cx.trace.is_none() || own.range().is_some() || own.is_none() {
            return self.string(text, origin);
        }
        let mut quoted = Vec::with_capacity(text.len() + 2);
        quote(text, self.layout.escape_html, &mut quoted);
        self.out.push_shown(self.cx, &quoted, &Text { bytes: text.clone(), origin: own });
    }

    fn string(&mut self, text: &[u8], origin: Origin) {
        let mut quoted = Vec::with_capacity(text.len() + 2);
        quote(text, self.layout.escape_html, &mut quoted);
        self.out.push_from(&quoted, origin);
    }
}

/// Whether both are one and the same map or list.
pub(crate) fn is_same(a: &Value, b: &Value) -> bool {
    match (&a.data, &b.data) {
        (Data::Map(a), Data::Map(b)) => a.same(b),
        (Data::List(a), Data::List(b)) => a.same(b),
        _ => false,
    }
}

/// A number as in JavaScript: with an exponent below 1e-6 and from 1e21 on.
pub(crate) fn number(it: f64) -> Result<String, Failure> {
    if !it.is_finite() {
        let name = if it.is_nan() {
            "NaN"
        } else if it > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        };
        return Err(Failure::new(format!("json: unsupported value: {name}")));
    }
    let size = it.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{it:e}");
        return Ok(if text.contains("e-") { text } else { text.replace('e', "e+") });
    }
    Ok(it.to_string())
}

/// Writes a string in quotes.
pub(crate) fn quote(text: &[u8], escape_html: bool, out: &mut Vec<u8>) {
    out.push(b'"');
    for chunk in text.utf8_chunks() {
        quote_valid(chunk.valid().as_bytes(), escape_html, out);
        for _ in chunk.invalid() {
            out.extend_from_slice(b"\\ufffd");
        }
    }
    out.push(b'"');
}

fn quote_valid(text: &[u8], escape_html: bool, out: &mut Vec<u8>) {
    let mut done = 0;
    for (at, &byte) in text.iter().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            8 => "\\b",
            12 => "\\f",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            b'<' if escape_html => "\\u003c",
            b'>' if escape_html => "\\u003e",
            b'&' if escape_html => "\\u0026",
            0..=0x1f => {
                out.extend_from_slice(&text[done..at]);
                out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
                done = at + 1;
                continue;
            }
            // U+2028 and U+2029 end a line in JavaScript, so Go escapes them always.
            0xe2 if text[at..].starts_with(b"\xe2\x80\xa8") => "\\u2028",
            0xe2 if text[at..].starts_with(b"\xe2\x80\xa9") => "\\u2029",
            _ => continue,
        };
        out.extend_from_slice(&text[done..at]);
        out.extend_from_slice(escape.as_bytes());
        done = if byte == 0xe2 { at + 3 } else { at + 1 };
    }
    out.extend_from_slice(&text[done..]);
}

/// Copies a text, with U+FFFD for each byte that is not UTF-8.
pub(crate) fn replace_invalid(text: &[u8], out: &mut Vec<u8>) {
    for chunk in text.utf8_chunks() {
        out.extend_from_slice(chunk.valid().as_bytes());
        for _ in chunk.invalid() {
            out.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &[u8]) -> String {
        let mut out = Vec::new();
        quote(text, true, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_switch_to_exponents_as_in_javascript() {
        for (number, want) in [
            (1e6, "1000000"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (0.000_001, "0.000001"),
            (1.5e-7, "1.5e-7"),
            (-0.0, "-0"),
            (12_345_678_901_234_567_890.0, "12345678901234567000"),
        ] {
            assert_eq!(super::number(number).unwrap(), want);
        }
        assert_eq!(super::number(f64::NEG_INFINITY).unwrap_err().message(), "json: unsupported value: -Inf");
    }

    #[test]
    fn strings_are_safe_in_html_and_javascript() {
        assert_eq!(quoted(b"<a&\"\\>"), r#""\u003ca\u0026\"\\\u003e""#);
        assert_eq!(quoted("\u{2028}x\u{7f}\u{1}".as_bytes()), "\"\\u2028x\u{7f}\\u0001\"");
        assert_eq!(quoted(b"\xff\xe2\x80"), r#""\ufffd\ufffd\ufffd""#);
    }
}
