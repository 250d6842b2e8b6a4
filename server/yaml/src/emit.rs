//! Prints YAML as `toYaml` does: go-yaml v2's choice of style for each scalar, and libyaml's layout below it.
//!
//! Values are pushed one after the other, so that whoever holds them in another shape need not build a tree,
//! and can ask between two pushes how far the text has come.

use crate::scalar::{Kind, Style, is_number_like};
use crate::{Error, Node, Value, key_order, scalar};

/// Which of go-yaml's layouts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// `toYaml`: folded at 80 columns, sequences in mappings not indented.
    #[default]
    V2,
    /// `toYamlPretty`: not folded, sequences in mappings indented.
    V3,
}

const WIDTH: usize = 80;

/// A YAML document in the making.
#[derive(Debug, Default)]
pub struct Emitter {
    out: String,
    layout: Layout,
    open: Vec<Open>,
    /// Characters in the last line of `out`.
    column: usize,
}

#[derive(Debug)]
struct Open {
    map: bool,
    empty: bool,
    first: bool,
    /// The column of its keys or dashes.
    indent: usize,
    /// For a mapping: whether a key waits for its value.
    after_key: bool,
}

impl Emitter {
    /// An empty document.
    pub fn new(layout: Layout) -> Self {
        Self { layout, ..Self::default() }
    }

    /// How many bytes there are so far.
    pub fn position(&self) -> usize {
        self.out.len()
    }

    /// The finished document, without a line break at its end.
    pub fn finish(mut self) -> String {
        if self.out.ends_with('\n') {
            self.out.pop();
        }
        self.out
    }

    /// `null`
    pub fn null(&mut self) {
        self.plain("null");
    }

    /// `true` or `false`
    pub fn bool(&mut self, it: bool) {
        self.plain(if it { "true" } else { "false" });
    }

    /// An integer.
    pub fn int(&mut self, it: i64) {
        self.plain(&it.to_string());
    }

    /// An integer without a sign.
    pub fn uint(&mut self, it: u64) {
        self.plain(&it.to_string());
    }

    /// A number that went through JSON: what has no fraction prints as an integer if it fits one.
    pub fn float(&mut self, it: f64) {
        self.plain(&scalar::number(it, self.layout == Layout::V3));
    }

    /// A string, in the style that reads back as the same string.
    pub fn str(&mut self, text: &str) {
        self.before_value();
        self.write_scalar(text, false);
        self.after_value();
    }

    fn plain(&mut self, text: &str) {
        self.before_value();
        self.space_before_scalar();
        self.push(text);
        self.after_value();
    }

    /// Begins a mapping of so many keys. Push each key, then its value; keys in the order of [`key_order`].
    pub fn begin_map(&mut self, len: usize) {
        self.begin(true, len);
    }

    /// Begins a sequence of so many elements.
    pub fn begin_list(&mut self, len: usize) {
        self.begin(false, len);
    }

    /// Ends a mapping.
    pub fn end_map(&mut self) {
        self.end();
    }

    /// Ends a sequence.
    pub fn end_list(&mut self) {
        self.end();
    }

    fn begin(&mut self, map: bool, len: usize) {
        self.before_value();
        let indent = match self.open.last() {
            None => 0,
            // A sequence as a value of a mapping stands as far left as the key.
            Some(parent) if parent.map && !map && self.layout == Layout::V2 => parent.indent,
            Some(parent) => parent.indent + 2,
        };
        if len == 0 {
            self.space_before_scalar();
            self.push(if map { "{}" } else { "[]" });
        }
        self.open.push(Open { map, empty: len == 0, first: true, indent, after_key: false });
    }

    fn end(&mut self) {
        self.open.pop();
        if let Some(parent) = self.open.last_mut() {
            parent.after_key = false;
        }
    }

    /// A key of the mapping that is open.
    pub fn key(&mut self, text: &str) {
        self.new_entry();
        if scalar::is_simple_key(text) {
            self.write_scalar(text, true);
            self.push(":");
        } else {
            self.push("? ");
            self.write_scalar(text, false);
            self.new_line();
            let indent = self.open.last().map_or(0, |it| it.indent);
            self.pad(indent);
            self.push(":");
        }
        if let Some(open) = self.open.last_mut() {
            open.after_key = true;
        }
    }

    /// What comes before an element of a sequence.
    fn before_value(&mut self) {
        if self.open.last().is_some_and(|it| !it.map && !it.empty) {
            self.new_entry();
            self.push("-");
        }
    }

    fn after_value(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.after_key = false;
        }
    }

    /// Goes to where a key or dash stands: its own line, or behind the dash of the collection around it.
    fn new_entry(&mut self) {
        let depth = self.open.len();
        let Some(open) = self.open.last_mut() else { return };
        let first = std::mem::replace(&mut open.first, false);
        let indent = open.indent;
        let in_list = depth >= 2 && !self.open[depth - 2].map;
        if first && (depth == 1 || in_list) {
            if depth > 1 {
                self.push(" ");
            }
            return;
        }
        self.new_line();
        self.pad(indent);
    }

    fn space_before_scalar(&mut self) {
        if !self.open.is_empty() {
            self.push(" ");
        }
    }

    fn new_line(&mut self) {
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.column = 0;
    }

    fn pad(&mut self, indent: usize) {
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.column += indent;
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    /// How far lines of a folded or literal scalar are indented.
    fn scalar_indent(&self) -> usize {
        let Some(open) = self.open.last() else { return 2 };
        open.indent + 2
    }

    fn write_scalar(&mut self, text: &str, key: bool) {
        let kind = if is_number_like(text) { Kind::OtherWhenPlain } else { Kind::String };
        let style = scalar::style(text, kind, key, self.layout == Layout::V3);
        let nested = !self.open.is_empty() && !key && !self.out.ends_with("? ");
        if nested {
            self.push(" ");
        }
        match style {
            Style::Plain => self.fold(text, key, |out, _, part| out.push_str(part)),
            Style::Single => {
                self.push("'");
                let indent = self.scalar_indent();
                self.fold(text, key, |out, _, part| single_quoted(part, indent, out));
                self.push("'");
            }
            Style::Double => self.double(text, key),
            Style::Literal => self.literal(text),
        }
    }

    /// Writes text of one line, broken at single spaces once the line is long.
    fn fold(&mut self, text: &str, key: bool, write: impl Fn(&mut String, usize, &str)) {
        let indent = self.scalar_indent();
        let breaks = !key && self.layout == Layout::V2;
        let bytes = text.as_bytes();
        let mut from = 0;
        for (at, _) in text.match_indices(' ') {
            let inner = at > 0 && at + 1 < bytes.len();
            let single = inner && bytes[at - 1] != b' ' && bytes[at + 1] != b' ';
            let column = self.column + written(&text[from..at], &write);
            if breaks && single && column > WIDTH {
                let start = self.out.len();
                write(&mut self.out, start, &text[from..at]);
                self.out.push('\n');
                self.column = 0;
                self.pad(indent);
                from = at + 1;
            }
        }
        let before = self.out.len();
        write(&mut self.out, before, &text[from..]);
        self.column += self.out[before..].chars().count();
    }

    /// Double quotes, with escapes. Lines end in a backslash where a blank would be lost.
    fn double(&mut self, text: &str, key: bool) {
        let indent = self.scalar_indent();
        let breaks = !key && self.layout == Layout::V2;
        let characters: Vec<char> = text.chars().collect();
        let escape_all = characters.first() == Some(&'\u{FEFF}');
        self.push("\"");
        let mut after_space = false;
        for (at, &it) in characters.iter().enumerate() {
            let blank = it == ' ' && !escape_all;
            let inner = at > 0 && at + 1 < characters.len();
            if blank && breaks && inner && !after_space && self.column > WIDTH {
                self.out.push('\n');
                self.column = 0;
                self.pad(indent);
                if characters[at + 1] == ' ' {
                    self.push("\\");
                }
            } else {
                let mut buffer = String::new();
                scalar::escape(it, escape_all, &mut buffer);
                self.push(&buffer);
            }
            after_space = blank;
        }
        self.push("\"");
    }

    /// `|`, with hints for leading blanks and trailing breaks.
    fn literal(&mut self, text: &str) {
        let indent = self.scalar_indent();
        self.push("|");
        if text.starts_with([' ', '\n']) {
            self.push("2");
        }
        let body = text.trim_end_matches('\n');
        match text.len() - body.len() {
            0 => self.push("-"),
            1 if !body.is_empty() => {}
            _ => self.push("+"),
        }
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            self.out.push('\n');
            self.column = 0;
            if !line.is_empty() {
                self.pad(indent);
                self.push(line);
            }
        }
        self.out.push('\n');
        self.column = 0;
    }
}

/// Doubles quotes. Behind a break other than a line feed libyaml indents as on a new line.
fn single_quoted(part: &str, indent: usize, out: &mut String) {
    let separator = |it: char| matches!(it, '\u{2028}' | '\u{2029}');
    let mut after_break = false;
    for it in part.chars() {
        if after_break && !separator(it) {
            out.extend(std::iter::repeat_n(' ', indent));
        }
        after_break = separator(it);
        out.push(it);
        if it == '\'' {
            out.push(it);
        }
    }
}

fn written(part: &str, write: &impl Fn(&mut String, usize, &str)) -> usize {
    let mut buffer = String::new();
    write(&mut buffer, 0, part);
    buffer.chars().count()
}

/// Prints a tree, its keys in go-yaml's order.
pub fn write(node: &Node, layout: Layout) -> Result<String, Error> {
    let mut emitter = Emitter::new(layout);
    push(&mut emitter, node)?;
    Ok(emitter.finish())
}

fn push(emitter: &mut Emitter, node: &Node) -> Result<(), Error> {
    match &node.value {
        Value::Null => emitter.null(),
        Value::Bool(it) => emitter.bool(*it),
        Value::Int(it) => emitter.int(*it),
        Value::Uint(it) => emitter.uint(*it),
        Value::Float(it) => emitter.float(*it),
        Value::String(it) => {
            scalar::check(it)?;
            emitter.str(&scalar::as_read(it));
        }
        Value::List(items) => {
            emitter.begin_list(items.len());
            items.iter().try_for_each(|item| push(emitter, item))?;
            emitter.end_list();
        }
        Value::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by(|a, b| key_order(&a.key, &b.key));
            emitter.begin_map(entries.len());
            for entry in entries {
                scalar::check_key(&entry.key)?;
                emitter.key(&scalar::as_read(&entry.key));
                push(emitter, &entry.node)?;
            }
            emitter.end_map();
        }
    }
    Ok(())
}
