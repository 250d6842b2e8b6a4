//! Writes values as YAML, straight into the emitter: the most frequent work of all templates.
//!
//! Helm writes JSON first and reads that as YAML, which is where the refusals come from: numbers that JSON
//! lacks, control characters that YAML lacks, keys too long for YAML's scanner.

use std::borrow::Cow;

use data_encoding::BASE64;
use yaml::{Emitter, Layout};

use crate::functions::json::write::{is_same, replace_invalid};
use crate::{Budget, Cx, Data, Failure, List, Map, Origin, Str, Text, TextBuilder, Trace, Value};

/// From this depth on Go looks for a map or list inside of itself.
const LOOK_FOR_CYCLES: usize = 1000;
/// Deeper YAML is not read.
const MAX_DEPTH: usize = 10_000;

/// Writes one value.
pub(in crate::functions) fn write(cx: &mut Cx<'_>, value: &Value, layout: Layout) -> Result<Text, Failure> {
    let mut writer = Writer {
        budget: &cx.budget,
        emitter: Emitter::new(layout),
        layout,
        trace: cx.trace.as_ref(),
        marks: Vec::new(),
        texts: Vec::new(),
        depth: 0,
        open: Vec::new(),
    };
    let origin = writer.origin(value, Origin::NONE);
    writer.mark(origin);
    writer.value(value, origin)?;
    let Writer { emitter, marks, texts, .. } = writer;
    let text = emitter.finish();
    Ok(with_origins(cx, text, &marks, texts))
}

/// Cuts the text at its marks.
fn with_origins(cx: &mut Cx<'_>, text: String, marks: &[(usize, Origin)], texts: Vec<(usize, Text)>) -> Text {
    if cx.trace.is_none() {
        return Text { bytes: text.into(), origin: Origin::NONE };
    }
    let mut builder = TextBuilder::new(cx);
    let ends = marks.iter().skip(1).map(|mark| mark.0).chain([text.len()]);
    let mut texts = texts.into_iter().peekable();
    for (number, ((start, origin), end)) in marks.iter().zip(ends).enumerate() {
        let end = end.min(text.len()); // the last line break is gone
        let bytes = text.as_bytes().get(*start..end).unwrap_or_default();
        match texts.next_if(|(it, _)| *it == number) {
            Some((_, shown)) => builder.push_shown(cx, bytes, &shown),
            None => builder.push_from(bytes, *origin),
        }
    }
    builder.finish(cx)
}

struct Writer<'t> {
    budget: &'t Budget,
    emitter: Emitter,
    layout: Layout,
    trace: Option<&'t Trace>,
    /// From which byte on which origin holds.
    marks: Vec<(usize, Origin)>,
    /// The strings behind marks, by the number of the mark, where they consist of parts.
    texts: Vec<(usize, Text)>,
    depth: usize,
    /// The maps and lists being written below [`LOOK_FOR_CYCLES`].
    open: Vec<Value>,
}

impl Writer<'_> {
    fn mark(&mut self, origin: Origin) {
        if self.trace.is_some() {
            self.marks.push((self.emitter.position(), origin));
        }
    }

    /// Remembers that the bytes since the last mark show a string that was put together.
    fn mark_text(&mut self, text: &Str, origin: Origin) {
        if self.trace.is_some() && !origin.is_none() && origin.range().is_none() {
            let text = Text { bytes: text.clone(), origin };
            self.texts.push((self.marks.len().saturating_sub(1), text));
        }
    }

    /// The origin of a value's line; what has none stands in the text of what surrounds it.
    fn origin(&self, value: &Value, around: Origin) -> Origin {
        let own = self.trace.map_or(Origin::NONE, |trace| trace.summary(value.origin));
        if own.is_none() { around } else { own }
    }

    fn value(&mut self, value: &Value, origin: Origin) -> Result<(), Failure> {
        // Only the way through JSON turns containers that are nil into null.
        let nil_is_null = self.layout == Layout::V2;
        match &value.data {
            Data::Invalid | Data::Nil => self.emitter.null(),
            Data::Bool(it) => self.emitter.bool(*it),
            Data::Int(kind, it) if kind.is_unsigned() => self.emitter.uint(*it as u64),
            Data::Int(_, it) => self.emitter.int(*it),
            Data::Float(it) if it.is_finite() => self.emitter.float(*it),
            Data::Float(it) => {
                crate::functions::json::write::number(*it).map_err(|error| marshaling(&error))?;
            }
            Data::Complex(_) => return Err(marshaling(&Failure::new("json: unsupported type: complex128"))),
            Data::Str(it) => {
                self.string(it)?;
                self.mark_text(it, value.origin);
            }
            Data::Bytes(it) if self.layout == Layout::V2 => self.emitter.str(&BASE64.encode(it)),
            Data::Bytes(it) => {
                self.emitter.begin_list(it.len());
                it.iter().for_each(|&byte| self.emitter.uint(byte.into()));
                self.emitter.end_list();
            }
            Data::List(it) if it.is_nil() && nil_is_null => self.emitter.null(),
            Data::Map(it) if it.is_nil() && nil_is_null => self.emitter.null(),
            Data::List(it) => self.nested(value, |writer| writer.list(it, origin))?,
            Data::Map(it) => self.nested(value, |writer| writer.map(it, origin))?,
            Data::Object(it) => self.value(&it.to_json(), origin)?,
        }
        Ok(())
    }

    fn nested(
        &mut self,
        value: &Value,
        write: impl FnOnce(&mut Self) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.depth += 1;
        self.budget.step()?;
        self.budget.ensure(self.emitter.position())?;
        if self.depth > LOOK_FOR_CYCLES {
            if self.open.iter().any(|it| is_same(it, value)) {
                let message =
                    format!("json: unsupported value: encountered a cycle via {}", value.type_name());
                return Err(marshaling(&Failure::new(message)));
            }
            self.open.push(value.clone());
        }
        if self.depth > MAX_DEPTH {
            return Err(converting(&format!("yaml: exceeded max depth of {MAX_DEPTH}")));
        }
        stacker::maybe_grow(32 * 1024, 1024 * 1024, || write(self))?;
        if self.depth > LOOK_FOR_CYCLES {
            self.open.pop();
        }
        self.depth -= 1;
        Ok(())
    }

    fn list(&mut self, list: &List, around: Origin) -> Result<(), Failure> {
        let items = list.items();
        self.emitter.begin_list(items.len());
        for item in items.iter() {
            let origin = self.origin(item, around);
            // The dash goes with what stands on its line, the first key of a map.
            let first = || first_key_origin(item).filter(|it| !it.is_none()).unwrap_or(origin);
            let line = if self.trace.is_some() { first() } else { origin };
            self.mark(line);
            self.value(item, origin)?;
        }
        self.emitter.end_list();
        Ok(())
    }

    fn map(&mut self, map: &Map, around: Origin) -> Result<(), Failure> {
        let entries = map.entries();
        let mut sorted: Vec<(Cow<'_, str>, &Value)> =
            entries.iter().map(|(key, value)| (text_of(key), value)).collect();
        yaml::sort_keys(&mut sorted, self.layout, |it| &it.0);
        self.emitter.begin_map(sorted.len());
        for (key, value) in sorted {
            let origin = self.origin(value, around);
            if self.trace.is_some() {
                let key_origin = map.key_origin(key.as_bytes());
                self.mark(if key_origin.is_none() { origin } else { key_origin });
            }
            self.key(&key)?;
            if !shows_parts(value) {
                self.mark(origin);
            }
            self.value(value, origin)?;
        }
        self.emitter.end_map();
        Ok(())
    }

    fn key(&mut self, key: &str) -> Result<(), Failure> {
        const LONGEST_PLAIN: usize = 128; // far below what needs a check
        if self.layout == Layout::V2 && (key.len() > LONGEST_PLAIN || !is_ascii_text(key)) {
            yaml::check_key(key).map_err(|error| converting(&error.message))?;
            self.emitter.key(&yaml::as_read(key));
        } else {
            self.emitter.key(key);
        }
        Ok(())
    }

    fn string(&mut self, text: &Str) -> Result<(), Failure> {
        let text = text_of(text);
        if self.layout == Layout::V2 && !is_ascii_text(&text) {
            yaml::check(&text).map_err(|error| converting(&error.message))?;
            self.emitter.str(&yaml::as_read(&text));
        } else {
            self.emitter.str(&text);
        }
        Ok(())
    }
}

/// Whether it is written as other values, which bring their own origins.
fn shows_parts(value: &Value) -> bool {
    match &value.data {
        Data::Map(map) => !map.is_empty(),
        Data::List(list) => !list.is_empty(),
        _ => false,
    }
}

/// Where the first key of a map is written.
fn first_key_origin(value: &Value) -> Option<Origin> {
    let map = value.as_map()?;
    let first = map.entries().keys().next().cloned()?;
    Some(map.key_origin(&first))
}

/// Nothing in it that YAML's reader could refuse or change.
fn is_ascii_text(text: &str) -> bool {
    text.bytes().all(|byte| byte < 0x7f)
}

/// The text with U+FFFD for each byte that is not UTF-8, as JSON has it.
fn text_of(text: &Str) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(text) {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len() + 8);
    replace_invalid(text, &mut bytes);
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

fn marshaling(error: &Failure) -> Failure {
    Failure::new(format!("error marshaling into JSON: {}", error.message()))
}

fn converting(message: &str) -> Failure {
    Failure::new(format!("error converting JSON to YAML: {message}"))
}
