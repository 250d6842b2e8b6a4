//! The little language of `--set` and its relatives: `a.b=1,list[0].name=x,c={x,y}`.
//!
//! The tables of Helm's tests are matched to the letter, accidents included: what goes wrong inside of Go's runtime
//! there (a list where a map was expected) is an error with the runtime's words here. Typing: `true`, `false` and
//! `null` in any case, whole numbers without leading zeros as 64-bit integers, all else text.

use std::sync::Arc;

use golang::{Dialect, strconv::quote};
use text::{FileId, FileRange};
use yaml::{Entry, Map, Node, Value};

use super::json;
use crate::govalue::type_name;

/// Gives the contents of a file for `--set-file`, or the text of the error.
pub type Reader<'r> = &'r dyn Fn(&str) -> Result<String, String>;

/// The largest index of a list.
const MAX_INDEX: i64 = 65536;
/// The deepest name, in dots.
const MAX_NESTED_NAME_LEVEL: usize = 30;
/// The deepest list in a list. Helm has no bound, Go's stack grows; no one writes this by hand.
const MAX_LIST_DEPTH: usize = 1000;

/// An argument of the `--set` family, and the file under whose number its bytes are known.
#[derive(Clone, Copy, Debug)]
pub struct Argument<'t> {
    /// What was written: `a=1,b=2`.
    pub text: &'t str,
    /// Stands for the argument in ranges; without it, what is set has none.
    pub file: Option<FileId>,
}

impl<'t> From<&'t str> for Argument<'t> {
    fn from(text: &'t str) -> Self {
        Self { text, file: None }
    }
}

/// What Helm says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(String);

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// `--set`: values are typed.
pub fn parse_into(text: Argument, values: &mut Map, dialect: Dialect) -> Result<(), Error> {
    Parser::new(text, Mode::Typed).run(values, dialect)
}

/// `--set-string`: values are text.
pub fn parse_into_string(text: Argument, values: &mut Map, dialect: Dialect) -> Result<(), Error> {
    Parser::new(text, Mode::Text).run(values, dialect)
}

/// `--set-file`: values are names of files.
pub fn parse_into_file(
    text: Argument,
    values: &mut Map,
    dialect: Dialect,
    read: Reader,
) -> Result<(), Error> {
    Parser::new(text, Mode::File(read)).run(values, dialect)
}

/// `--set-json`: values are JSON.
pub fn parse_json_into(text: Argument, values: &mut Map, dialect: Dialect) -> Result<(), Error> {
    Parser::new(text, Mode::Json).run(values, dialect)
}

/// `--set-literal`: the value is all that follows the first `=`.
pub fn parse_literal_into(text: Argument, values: &mut Map, dialect: Dialect) -> Result<(), Error> {
    Parser::new(text, Mode::Literal).run(values, dialect)
}

#[derive(Clone, Copy)]
enum Mode<'r> {
    Typed,
    Text,
    File(Reader<'r>),
    Json,
    Literal,
}

/// Why reading stopped.
enum Stop {
    /// The text ended (`io.EOF`), which is how every good text stops.
    End,
    /// The text ended inside of an index. Helm 4 asks with `errors.Is` and takes it for a good end.
    EndInIndex,
    Error(String),
}

/// A value that is not what the name wants of it: Go's type assertion fails, `key` recovers.
fn assertion(value: &Value, wanted: &str) -> Stop {
    let found = type_name(value);
    Stop::Error(format!("unable to parse key: interface conversion: interface {{}} is {found}, not {wanted}"))
}

struct Parser<'t, 'r> {
    whole: Argument<'t>,
    rest: std::str::Chars<'t>,
    mode: Mode<'r>,
}

impl<'t, 'r> Parser<'t, 'r> {
    fn new(whole: Argument<'t>, mode: Mode<'r>) -> Self {
        Self { whole, rest: whole.text.chars(), mode }
    }

    /// How far the text has been read.
    fn offset(&self) -> usize {
        self.whole.text.len() - self.rest.as_str().len()
    }

    /// From an offset to what was read last, without one of the `stops` at its end.
    fn since(&self, start: usize, stops: &[char]) -> Option<FileRange> {
        let read = &self.whole.text[start..self.offset()];
        let len = read.strip_suffix(stops).unwrap_or(read).len();
        Some(FileRange::new(self.whole.file?, start, start + len))
    }

    fn run(mut self, values: &mut Map, dialect: Dialect) -> Result<(), Error> {
        loop {
            match self.key(values, 0, 0) {
                Ok(()) => {}
                Err(Stop::End) => return Ok(()),
                Err(Stop::EndInIndex) if dialect == Dialect::Helm4 => return Ok(()),
                Err(Stop::EndInIndex) => return Err(Error("error parsing index: EOF".to_owned())),
                Err(Stop::Error(message)) => return Err(Error(message)),
            }
        }
    }

    /// Reads `key=value`, `key.…` or `key[…`.
    fn key(&mut self, values: &mut Map, level: usize, lists: usize) -> Result<(), Stop> {
        let literal = matches!(self.mode, Mode::Literal);
        let start = self.offset();
        let (key, last) = self.until(if literal { "=[." } else { "=[,." });
        let named = Named { key: &key, at: self.since(start, &['=', '[', '.']) };
        match last {
            None if key.is_empty() => Err(Stop::End),
            None => Err(Stop::Error(format!("key {} has no value", quote(&key)))),
            Some('[') => self.list_key(values, named, level, lists),
            Some('.') => self.map_key(values, named, level + 1, lists),
            Some(',') => {
                set(values, named, Node { value: Value::String("".into()), at: named.at });
                Err(Stop::Error(format!("key {} has no value (cannot end with ,)", quote(&key))))
            }
            Some(_) => {
                let (node, stop) = self.value()?;
                set(values, named, node);
                stop.map_or(Ok(()), Err)
            }
        }
    }

    fn list_key(
        &mut self,
        values: &mut Map,
        named: Named<'_>,
        level: usize,
        lists: usize,
    ) -> Result<(), Stop> {
        let index = self.index()?;
        let old = values.entry(named.key).cloned();
        let mut list = match old.as_ref().map(|entry| &entry.node.value) {
            None => Vec::new(),
            Some(Value::List(list)) => (**list).clone(),
            Some(other) => return Err(assertion(other, "[]interface {}")),
        };
        let result = self.list_item(&mut list, index, level, lists);
        let (at, key_at) = match old {
            Some(entry) => (entry.node.at, entry.key_at),
            None => (named.at, named.at),
        };
        set(values, Named { at: key_at, ..named }, Node { value: Value::List(list.into()), at });
        result
    }

    fn map_key(
        &mut self,
        values: &mut Map,
        named: Named<'_>,
        level: usize,
        lists: usize,
    ) -> Result<(), Stop> {
        check_level(level)?;
        let key = named.key;
        let old = values.entry(key).cloned();
        let mut inner = match old.as_ref().map(|entry| &entry.node.value) {
            None => Map::default(),
            Some(Value::Map(map)) => (**map).clone(),
            Some(other) => return Err(assertion(other, "map[string]interface {}")),
        };
        let result = self.deeper(|this| this.key(&mut inner, level, lists));
        if result.is_ok() && inner.is_empty() {
            return Err(Stop::Error(format!("key map {} has no value", quote(key))));
        }
        // An existing map under an empty name is changed in place, though a new one is not set there.
        if !inner.is_empty() && (old.is_some() || !key.is_empty()) {
            let (at, key_at) = match old {
                Some(entry) => (entry.node.at, entry.key_at),
                None => (named.at, named.at),
            };
            values.insert(Entry {
                key: key.into(),
                key_at,
                node: Node { value: Value::Map(inner.into()), at },
            });
        }
        result
    }

    /// What follows `]`: another index, a name in the element, or the element's value.
    fn list_item(
        &mut self,
        list: &mut Vec<Node>,
        index: i64,
        level: usize,
        lists: usize,
    ) -> Result<(), Stop> {
        if index < 0 {
            return Err(Stop::Error(format!("negative {index} index not allowed")));
        }
        if lists > MAX_LIST_DEPTH {
            return Err(Stop::Error(format!("lists are nested deeper than {MAX_LIST_DEPTH}")));
        }
        let (extra, last) = self.until("[.=");
        if !extra.is_empty() {
            let runes: Vec<String> = extra.chars().map(quote_rune).collect();
            return Err(Stop::Error(format!("unexpected data at end of array index: [{}]", runes.join(" "))));
        }
        match last {
            None => Err(Stop::End),
            Some('=') => {
                let (node, stop) = self.value()?;
                if let Some(stop @ (Stop::Error(_) | Stop::EndInIndex)) = stop {
                    return Err(stop);
                }
                set_index(list, index, node)
            }
            Some('[') => self.nested_list(list, index, level, lists),
            Some(_) => self.nested_map(list, index, level, lists),
        }
    }

    fn nested_list(
        &mut self,
        list: &mut Vec<Node>,
        index: i64,
        level: usize,
        lists: usize,
    ) -> Result<(), Stop> {
        let next = self.index()?;
        let mut inner = match element(list, index).map(|node| &node.value) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::List(inner)) => (**inner).clone(),
            Some(other) => return Err(assertion(other, "[]interface {}")),
        };
        self.deeper(|this| this.list_item(&mut inner, next, level, lists + 1))?;
        set_index(list, index, Node::computed(Value::List(inner.into())))
    }

    fn nested_map(
        &mut self,
        list: &mut Vec<Node>,
        index: i64,
        level: usize,
        lists: usize,
    ) -> Result<(), Stop> {
        let old = element(list, index).cloned();
        let mut inner = match old.as_ref().map(|node| &node.value) {
            Some(Value::Map(inner)) => (**inner).clone(),
            _ => Map::default(),
        };
        let result = self.deeper(|this| this.key(&mut inner, level, lists + 1));
        let at = old.as_ref().and_then(|node| node.at);
        let node = Node { value: Value::Map(inner.into()), at };
        // Where the list had the element, Go has changed it in place before it looks at the outcome.
        if result.is_ok() || old.is_some() {
            set_index(list, index, node)?;
        }
        result
    }

    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || work(self))
    }

    /// Reads what follows `=`. A stop with a value means that the value is set nevertheless.
    fn value(&mut self) -> Result<(Node, Option<Stop>), Stop> {
        let start = self.offset();
        let (value, stop) = match self.mode {
            Mode::Literal => (Value::String(self.rest_of_text().into()), None),
            Mode::Json => (self.json_value()?, None),
            Mode::Typed | Mode::Text | Mode::File(_) => self.plain_value()?,
        };
        let at = self.since(start, if matches!(self.mode, Mode::Literal) { &[] } else { &[','] });
        let node = Node { value, at };
        let text = &self.whole.text[start..self.offset()];
        let text = text.strip_suffix(',').unwrap_or(text);
        Ok((if matches!(self.mode, Mode::Json) { placed(node, text, at) } else { node }, stop))
    }

    fn plain_value(&mut self) -> Result<(Value, Option<Stop>), Stop> {
        match self.rest.clone().next() {
            None => Ok((Value::String("".into()), Some(Stop::End))),
            Some('{') => {
                self.rest.next();
                Ok((self.list_value()?, None))
            }
            Some(_) => {
                let (text, _) = self.until(",");
                match self.read(&text) {
                    Ok(value) => Ok((value, None)),
                    Err(message) => Ok((Value::Null, Some(Stop::Error(message)))),
                }
            }
        }
    }

    /// Reads `x,y}` and the comma after it.
    fn list_value(&mut self) -> Result<Value, Stop> {
        let mut list = Vec::new();
        loop {
            let start = self.offset();
            let (text, last) = self.until(",}");
            let at = self.since(start, &[',', '}']);
            let Some(last) = last else {
                return Err(Stop::Error("list must terminate with '}'".to_owned()));
            };
            list.push(Node { value: self.read(&text).map_err(Stop::Error)?, at });
            if last == '}' {
                if self.rest.clone().next() == Some(',') {
                    self.rest.next();
                }
                return Ok(Value::List(list.into()));
            }
        }
    }

    /// Reads a JSON value and the spaces and the comma after it; nothing at all is null.
    fn json_value(&mut self) -> Result<Value, Stop> {
        if self.skip_empty_value() {
            return Ok(Value::Null);
        }
        let (node, taken) = json::parse_prefix(self.rest.as_str()).map_err(Stop::Error)?;
        self.rest = self.rest.as_str()[taken..].chars();
        self.skip_empty_value();
        Ok(node.value)
    }

    /// Skips spaces and, if nothing else stood there, a comma. Says whether nothing else stood there.
    fn skip_empty_value(&mut self) -> bool {
        loop {
            let before = self.rest.clone();
            match self.rest.next() {
                None | Some(',') => return true,
                Some(space) if space.is_whitespace() => {}
                Some(_) => {
                    self.rest = before;
                    return false;
                }
            }
        }
    }

    fn read(&self, text: &str) -> Result<Value, String> {
        match self.mode {
            Mode::Typed => Ok(typed(text)),
            Mode::File(read) => read(text).map(|contents| Value::String(contents.into())),
            Mode::Text | Mode::Json | Mode::Literal => Ok(Value::String(text.into())),
        }
    }

    fn index(&mut self) -> Result<i64, Stop> {
        let (text, last) = self.until("]");
        if last.is_none() {
            return Err(Stop::EndInIndex);
        }
        atoi(&text).map_err(|problem| {
            Stop::Error(format!("error parsing index: strconv.Atoi: parsing {}: {problem}", quote(&text)))
        })
    }

    /// Reads up to one of the stops, which is taken too. `\` takes the next character as it is, except in literals.
    fn until(&mut self, stops: &str) -> (String, Option<char>) {
        let literal = matches!(self.mode, Mode::Literal);
        let mut text = String::new();
        while let Some(found) = self.rest.next() {
            if stops.contains(found) {
                return (text, Some(found));
            }
            if found == '\\' && !literal {
                match self.rest.next() {
                    Some(escaped) => text.push(escaped),
                    None => break,
                }
            } else {
                text.push(found);
            }
        }
        (text, None)
    }

    fn rest_of_text(&mut self) -> String {
        std::mem::replace(&mut self.rest, "".chars()).as_str().to_owned()
    }
}

fn check_level(level: usize) -> Result<(), Stop> {
    if level <= MAX_NESTED_NAME_LEVEL {
        return Ok(());
    }
    Err(Stop::Error(format!(
        "value name nested level is greater than maximum supported nested level of {MAX_NESTED_NAME_LEVEL}"
    )))
}

/// A key and where it is written.
#[derive(Clone, Copy)]
struct Named<'k> {
    key: &'k str,
    at: Option<FileRange>,
}

/// Nothing is set under an empty name.
fn set(values: &mut Map, named: Named<'_>, node: Node) {
    if !named.key.is_empty() {
        values.insert(Entry { key: named.key.into(), key_at: named.at, node });
    }
}

/// JSON with its places. Its reader keeps none, so it is read once more, as YAML; what differs there (a key that
/// comes twice) has the place of the whole.
pub(super) fn placed(node: Node, text: &str, at: Option<FileRange>) -> Node {
    let Some(at) = at else { return node };
    let places = yaml::parse(text, at.file, yaml::Numbers::AsJson).ok();
    overlay(&node, places.as_ref(), at)
}

fn overlay(node: &Node, places: Option<&Node>, whole: FileRange) -> Node {
    let start = whole.range.start();
    let moved = |at: FileRange| FileRange { file: at.file, range: at.range + start };
    let below = |child: &Node, place: Option<&Node>| {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || overlay(child, place, whole))
    };
    let value = match &node.value {
        Value::List(items) => {
            let place = |index: usize| places?.value.as_list()?.get(index);
            let items = items.iter().enumerate().map(|(index, item)| below(item, place(index)));
            Value::List(Arc::new(items.collect()))
        }
        Value::Map(map) => {
            let entry = |entry: &Entry| {
                let place = places.and_then(|it| it.value.as_map()?.entry(&entry.key));
                let key_at = place.and_then(|it| it.key_at).map_or(whole, moved);
                let node = below(&entry.node, place.map(|it| &it.node));
                Entry { key: entry.key.clone(), key_at: Some(key_at), node }
            };
            Value::Map(Arc::new(map.iter().map(entry).collect()))
        }
        scalar => scalar.clone(),
    };
    Node { value, at: Some(places.and_then(|it| it.at).map_or(whole, moved)) }
}

fn element(list: &[Node], index: i64) -> Option<&Node> {
    list.get(usize::try_from(index).ok()?)
}

fn set_index(list: &mut Vec<Node>, index: i64, node: Node) -> Result<(), Stop> {
    if index > MAX_INDEX {
        return Err(Stop::Error(format!(
            "index of {index} is greater than maximum supported index of {MAX_INDEX}"
        )));
    }
    let index = index as usize;
    if list.len() <= index {
        list.resize(index + 1, Node::computed(Value::Null));
    }
    list[index] = node;
    Ok(())
}

/// A bare value of `--set`.
fn typed(text: &str) -> Value {
    let folded = text.to_ascii_lowercase().replace('ſ', "s");
    match folded.as_str() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        "null" => Value::Null,
        "0" => Value::Int(0),
        _ if text.starts_with('0') => Value::String(text.into()),
        _ => text.parse().map_or_else(|_| Value::String(Arc::from(text)), Value::Int),
    }
}

/// `strconv.Atoi`.
fn atoi(text: &str) -> Result<i64, &'static str> {
    text.parse().map_err(|_| {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let numeric = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if numeric { "value out of range" } else { "invalid syntax" }
    })
}

/// `%q` of a rune.
fn quote_rune(rune: char) -> String {
    match rune {
        '\'' => "'\\''".to_owned(),
        '"' => "'\"'".to_owned(),
        _ => {
            let quoted = quote(rune.encode_utf8(&mut [0; 4]));
            format!("'{}'", &quoted[1..quoted.len() - 1])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::to_json;
    use super::*;

    fn text(map: Map) -> String {
        to_json(&Node::computed(Value::Map(map.into()))).to_string()
    }

    #[track_caller]
    fn check(arg: &str, want: &str) {
        let mut values = Map::default();
        let got = match parse_into(arg.into(), &mut values, Dialect::Helm3) {
            Ok(()) => text(values),
            Err(error) => error.to_string(),
        };
        assert_eq!(got, want, "{arg}");
    }

    #[test]
    fn typing() {
        check(
            "a=1,b=1.5,c=0123,d=TRUE,e=Null,f=0,g=-7",
            r#"{"a":1,"b":"1.5","c":"0123","d":true,"e":null,"f":0,"g":-7}"#,
        );
        check("a=9223372036854775808", r#"{"a":"9223372036854775808"}"#);
        check("a=\"x\"", r#"{"a":"\"x\""}"#);
    }

    #[test]
    fn shapes() {
        check("a.b.c=x", r#"{"a":{"b":{"c":"x"}}}"#);
        check("x[2]=z", r#"{"x":[null,null,"z"]}"#);
        check("x={},y={a,1}", r#"{"x":[""],"y":["a",1]}"#);
        check("a=b\\,c,d\\.e=f", r#"{"a":"b,c","d.e":"f"}"#);
        check("a[0][1].b=1", r#"{"a":[[null,{"b":1}]]}"#);
        check("x=", r#"{"x":""}"#);
    }

    #[test]
    fn errors() {
        check("a", r#"key "a" has no value"#);
        check("a,b=1", r#"key "a" has no value (cannot end with ,)"#);
        check("a={1,2", "list must terminate with '}'");
        check("a[x]=1", r#"error parsing index: strconv.Atoi: parsing "x": invalid syntax"#);
        check("a[65537]=1", "index of 65537 is greater than maximum supported index of 65536");
        check(
            "a=1,a.b=2",
            "unable to parse key: interface conversion: interface {} is int64, not map[string]interface {}",
        );
        check("a[0]x=1", "unexpected data at end of array index: ['x']");
        check("a[0", "error parsing index: EOF");
    }

    #[test]
    fn helm4_takes_an_open_index_for_the_end() {
        let mut values = Map::default();
        assert_eq!(parse_into("a=1,b[0".into(), &mut values, Dialect::Helm4), Ok(()));
        assert_eq!(text(values), r#"{"a":1}"#);
    }

    #[test]
    fn deep_lists_are_refused() {
        let arg = format!("a{}=1", "[0]".repeat(100_000));
        let error = parse_into(arg.as_str().into(), &mut Map::default(), Dialect::Helm4).unwrap_err();
        assert_eq!(error.to_string(), "lists are nested deeper than 1000");
    }

    /// Every value with what stands at its range.
    fn places(flag: fn(Argument, &mut Map, Dialect) -> Result<(), Error>, text: &str) -> Vec<String> {
        let mut values = Map::default();
        flag(Argument { text, file: Some(FileId(7)) }, &mut values, Dialect::Helm4).unwrap();
        let mut seen = Vec::new();
        collect(&Node::computed(Value::Map(values.into())), text, &mut seen);
        seen
    }

    fn collect(node: &Node, text: &str, into: &mut Vec<String>) {
        let shown = |at: Option<FileRange>| at.map_or("-", |it| &text[it.range]).to_owned();
        match &node.value {
            Value::Map(map) => map.iter().for_each(|entry| {
                into.push(format!("{}:", shown(entry.key_at)));
                collect(&entry.node, text, into);
            }),
            Value::List(items) => items.iter().for_each(|item| collect(item, text, into)),
            _ => into.push(shown(node.at)),
        }
    }

    #[test]
    fn values_know_where_they_stand_in_the_argument() {
        assert_eq!(
            places(parse_into, "a.b=1,c={x,y},d[1].e=z"),
            ["a:", "b:", "1", "c:", "x", "y", "d:", "-", "e:", "z"]
        );
        assert_eq!(places(parse_literal_into, "a=1,2"), ["a:", "1,2"]);
        assert_eq!(places(parse_into_string, "a=,b=x"), ["a:", "", "b:", "x"]);
        assert_eq!(places(parse_json_into, r#"a={"b":[1]},c=2"#), ["a:", r#""b":"#, "1", "c:", "2"]);
    }
}
