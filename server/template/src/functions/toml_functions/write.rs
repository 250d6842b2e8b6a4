//! Writes TOML: values of a table first, then its tables, each level indented by two spaces.

use golang::strconv::format_float;
use rustc_hash::FxHashSet;

use crate::functions::dates;
use crate::{Budget, Cx, Data, Failure, MAX_NESTING, Map, Refusal, Value};

/// Why a value cannot be written.
#[derive(Debug)]
pub(in crate::functions) enum Error {
    /// An error, which `toToml` returns as text.
    Told(String),
    /// A panic of Go's, which fails the call.
    Panic(&'static str),
}

type Done = Result<(), Error>;

/// Writes a document.
pub(in crate::functions) fn write(cx: &Cx<'_>, value: &Value) -> Result<Vec<u8>, Error> {
    let mut writer = Writer { out: Vec::new(), budget: &cx.budget, depth: 0, open: FxHashSet::default() };
    if value.is_nil() {
        return Err(Error::Panic("reflect: call of reflect.Value.Type on zero Value"));
    }
    writer.entry(&Key::default(), &simplified(value))?;
    Ok(writer.out)
}

/// The path of a table, each part quoted if it must be.
#[derive(Clone, Copy, Default)]
struct Key<'k> {
    above: Option<&'k Key<'k>>,
    /// The last part; the key of the document has none.
    name: &'k str,
    depth: usize,
}

impl<'k> Key<'k> {
    fn child(&'k self, name: &'k str) -> Self {
        Self { above: Some(self), name, depth: self.depth + 1 }
    }

    fn indent(&self) -> String {
        "  ".repeat(self.depth.saturating_sub(1))
    }

    /// All parts with dots between them.
    fn path(&self) -> String {
        let keys = std::iter::successors(Some(self), |key| key.above).take(self.depth);
        let mut names: Vec<&str> = keys.map(|key| key.name).collect();
        names.reverse();
        names.join(".")
    }
}

/// What decides where a value stands in its table.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Nil,
    Value,
    Table,
    Tables,
}

struct Writer<'b> {
    out: Vec<u8>,
    budget: &'b Budget,
    depth: usize,
    /// The dicts that are being written, by their addresses.
    open: FxHashSet<usize>,
}

impl Writer<'_> {
    /// Goes into a dict, unless it contains itself.
    fn open(&mut self, map: &Map, run: impl FnOnce(&mut Self) -> Done) -> Done {
        if !self.open.insert(map.address()) {
            return self.budget.refuse(Refusal::Nesting).map_err(|it| Error::Told(it.to_string()));
        }
        let done = self.nest(run);
        self.open.remove(&map.address());
        done
    }

    /// Goes one level down. What is refused ends the run, whatever is told of it here.
    fn nest<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        let refused = |failure: Failure| Error::Told(failure.to_string());
        self.budget.step().and_then(|()| self.budget.ensure(self.out.len())).map_err(refused)?;
        if self.depth == MAX_NESTING {
            return self.budget.refuse(Refusal::Nesting).map_err(refused);
        }
        self.depth += 1;
        let done = stacker::maybe_grow(32 * 1024, 1024 * 1024, || run(self));
        self.depth -= 1;
        done
    }

    fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// A line break, except at the very start.
    fn line_break(&mut self) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
    }

    fn entry(&mut self, key: &Key<'_>, value: &Value) -> Done {
        match &value.data {
            Data::Nil | Data::Invalid => Ok(()),
            Data::Map(map) => {
                if map.is_nil() {
                    Ok(())
                } else {
                    self.open(map, |it| it.table(key, map))
                }
            }
            Data::List(_) if self.shape(value)? == Shape::Tables => self.tables(key, value),
            Data::Complex(_) => {
                let path = key.path();
                Err(Error::Told(format!("unsupported type for key '{path}': complex128")))
            }
            _ => self.pair(key, value, false),
        }
    }

    fn table(&mut self, key: &Key<'_>, map: &Map) -> Done {
        if key.depth == 1 {
            self.line_break();
        }
        if key.depth > 0 {
            self.push(&format!("{}[{}]", key.indent(), key.path()));
            self.line_break();
        }
        self.entries(key, map, false)
    }

    fn tables(&mut self, key: &Key<'_>, list: &Value) -> Done {
        if key.depth == 0 {
            return Err(Error::Told("toml: top-level values must be Go maps or structs".to_owned()));
        }
        for item in list.as_list().map(crate::List::to_vec).unwrap_or_default() {
            let item = simplified(&item);
            let Some(map) = item.as_map().filter(|map| !map.is_nil()) else { continue };
            self.line_break();
            self.push(&format!("{}[[{}]]", key.indent(), key.path()));
            self.line_break();
            self.open(map, |it| it.entries(key, map, false))?;
        }
        Ok(())
    }

    /// The entries of a table. The comma of an inline table stands even where a nil follows that is not written.
    fn entries(&mut self, key: &Key<'_>, map: &Map, inline: bool) -> Done {
        let (mut direct, mut below) = (Vec::new(), Vec::new());
        for (name, value) in map.to_vec() {
            let value = simplified(&value);
            let shape = self.shape(&value)?;
            let group = if matches!(shape, Shape::Table | Shape::Tables) { &mut below } else { &mut direct };
            group.push((name, value, shape));
        }
        if inline {
            self.push("{");
        }
        let (last_direct, last_below) = (direct.len(), below.len());
        let all = direct.iter().enumerate().map(|(at, it)| (it, at + 1 != last_direct || last_below > 0));
        for ((name, value, shape), comma) in
            all.chain(below.iter().enumerate().map(|(at, it)| (it, at + 1 != last_below)))
        {
            if *shape == Shape::Nil {
                continue;
            }
            if inline {
                self.pair(&Key::default().child(&key_text(name)), value, true)?;
                self.push(if comma { ", " } else { "" });
            } else {
                self.entry(&key.child(&key_text(name)), value)?;
            }
        }
        if inline {
            self.push("}");
        }
        Ok(())
    }

    /// `key = value`, or only the value where there is no key.
    fn pair(&mut self, key: &Key<'_>, value: &Value, inline: bool) -> Done {
        if key.depth == 0 {
            return self.element(value);
        }
        self.push(&format!("{}{} = ", key.indent(), key.name));
        self.element(value)?;
        if !inline {
            self.line_break();
        }
        Ok(())
    }

    fn element(&mut self, value: &Value) -> Done {
        match &value.data {
            Data::Str(it) => quote(it, &mut self.out),
            Data::Bool(it) => self.push(if *it { "true" } else { "false" }),
            Data::Int(kind, it) if kind.is_unsigned() => self.push(&(*it as u64).to_string()),
            Data::Int(_, it) => self.push(&it.to_string()),
            Data::Float(it) => self.push(&float(*it)),
            Data::Bytes(it) => {
                let numbers: Vec<String> = it.iter().map(u8::to_string).collect();
                self.push(&format!("[{}]", numbers.join(", ")));
            }
            Data::List(list) => {
                self.push("[");
                for (at, item) in list.to_vec().iter().enumerate() {
                    self.push(if at > 0 { ", " } else { "" });
                    let item = simplified(item);
                    self.nest(|it| it.element(&item))?;
                }
                self.push("]");
            }
            Data::Map(map) => self.open(map, |it| it.entries(&Key::default(), map, true))?,
            Data::Object(it) => match dates::toml_text(value) {
                Some(text) => self.push(&text),
                None => quote(it.display().unwrap_or_default().as_bytes(), &mut self.out),
            },
            Data::Complex(_) => return Err(Error::Told("unexpected type: complex128".to_owned())),
            Data::Nil | Data::Invalid => {
                return Err(Error::Told("toml: cannot encode array with nil element".to_owned()));
            }
        }
        Ok(())
    }

    /// What decides where it stands.
    fn shape(&mut self, value: &Value) -> Result<Shape, Error> {
        Ok(match &value.data {
            Data::Nil | Data::Invalid => Shape::Nil,
            Data::Map(map) if map.is_nil() => Shape::Nil,
            Data::List(list) if list.is_nil() => Shape::Nil,
            Data::Map(_) => Shape::Table,
            Data::Complex(_) => return Err(Error::Told("unsupported type: complex128".to_owned())),
            Data::List(list) => {
                let mut all_tables = !list.is_empty();
                for item in list.items().iter() {
                    match self.nest(|it| it.shape(&simplified(item)))? {
                        Shape::Nil => {
                            return Err(Error::Told("toml: cannot encode array with nil element".to_owned()));
                        }
                        Shape::Table => {}
                        Shape::Value | Shape::Tables => all_tables = false,
                    }
                }
                if all_tables { Shape::Tables } else { Shape::Value }
            }
            Data::Bool(_)
            | Data::Int(..)
            | Data::Float(_)
            | Data::Str(_)
            | Data::Bytes(_)
            | Data::Object(_) => Shape::Value,
        })
    }
}

/// Structs without a text of their own are tables of their fields.
fn simplified(value: &Value) -> Value {
    match &value.data {
        Data::Object(it) if it.display().is_none() => it.fields().into_iter().collect::<Map>().into(),
        _ => value.clone(),
    }
}

/// A float always shows that it is one.
fn float(it: f64) -> String {
    if it.is_nan() {
        return "nan".to_owned();
    }
    if it.is_infinite() {
        return if it > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let text = format_float(it, b'g', -1, 64);
    if text.contains(['e', '.']) { text } else { text + ".0" }
}

fn key_text(name: &[u8]) -> String {
    let is_bare = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !name.is_empty() && name.iter().all(is_bare) {
        return String::from_utf8_lossy(name).into_owned();
    }
    let mut out = Vec::new();
    quote(name, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

fn quote(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for &byte in text {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            8 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            12 => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            0..=0x1f | 0x7f => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}
