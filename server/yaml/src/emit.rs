//! Prints YAML as `toYaml` does: go-yaml v2's choice of style for each scalar, and its layout around them.
//!
//! Values are pushed one after the other, so that whoever holds them in another shape need not build a tree,
//! and can ask between two pushes how far the text has come.
//!
//! go-yaml decides by four facts where a line or a blank is missing: the column, the indentation, whether a
//! blank was just written, and whether the line holds nothing but indentation and marks so far. They are kept
//! here as they are there, because odd strings (with U+2028 in them) show the difference.

mod scalars;

use crate::key_order::sort_keys;
use crate::scalar::{self, Facts};
use crate::{Error, Node, Value};

/// Which of go-yaml's layouts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// `toYaml`: folded at 80 columns, sequences in mappings not indented.
    #[default]
    V2,
    /// `toYamlPretty`: not folded, sequences in mappings indented.
    V3,
}

/// A YAML document in the making.
#[derive(Debug)]
pub struct Emitter {
    out: String,
    layout: Layout,
    open: Vec<Open>,
    /// The column of the keys or dashes of what is open; none at the root.
    indent: Option<usize>,
    /// Characters in the last line.
    column: usize,
    /// A blank was just written, or needs not be.
    after_blank: bool,
    /// The line holds only indentation and marks.
    only_marks: bool,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    map: bool,
    indent_around: Option<usize>,
}

impl Emitter {
    /// An empty document.
    pub fn new(layout: Layout) -> Self {
        Self {
            out: String::new(),
            layout,
            open: Vec::new(),
            indent: None,
            column: 0,
            after_blank: true,
            only_marks: true,
        }
    }

    /// How many bytes there are so far.
    pub fn position(&self) -> usize {
        self.out.len()
    }

    /// The finished document, without the line break at its end, which Helm cuts off.
    pub fn finish(mut self) -> String {
        self.indent = None;
        self.begin_line();
        if self.out.ends_with('\n') {
            self.out.pop();
        }
        self.out
    }

    /// `null`
    pub fn null(&mut self) {
        self.word("null");
    }

    /// `true` or `false`
    pub fn bool(&mut self, it: bool) {
        self.word(if it { "true" } else { "false" });
    }

    /// An integer.
    pub fn int(&mut self, it: i64) {
        self.word(&it.to_string());
    }

    /// An integer without a sign.
    pub fn uint(&mut self, it: u64) {
        self.word(&it.to_string());
    }

    /// A number that went through JSON: what has no fraction prints as an integer if it fits one.
    pub fn float(&mut self, it: f64) {
        self.word(&scalar::number(it, self.layout));
    }

    /// A string, in the style that reads back as the same string.
    pub fn str(&mut self, text: &str) {
        self.begin_element();
        let facts = Facts::of(text, self.layout);
        self.write_string(text, &facts, false);
    }

    /// A tree, its keys in go-yaml's order.
    pub fn node(&mut self, node: &Node) -> Result<(), Error> {
        push(self, node)
    }

    /// A word that needs no quotes.
    fn word(&mut self, text: &str) {
        self.begin_element();
        self.blank_if_needed();
        self.push_ascii(text);
        self.after_blank = false;
        self.only_marks = false;
    }

    /// Begins a mapping of so many keys. Push each key, then its value; keys in the order of
    /// [`sort_keys`](crate::sort_keys).
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
        self.begin_element();
        let in_map = self.open.last().is_some_and(|it| it.map);
        self.open.push(Open { map, indent_around: self.indent });
        if len == 0 {
            self.mark(if map { "{" } else { "[" }, true);
            self.only_marks = false;
            self.push_ascii(if map { "}" } else { "]" });
            self.after_blank = false;
            return;
        }
        // A sequence as a value of a mapping stands as far left as the key, unless the key is on a line above.
        let stays = !map && in_map && !self.only_marks && self.layout == Layout::V2;
        self.indent = match self.indent {
            None => Some(0),
            Some(indent) if stays => Some(indent),
            Some(indent) => Some(indent + 2),
        };
    }

    fn end(&mut self) {
        if let Some(open) = self.open.pop() {
            self.indent = open.indent_around;
        }
    }

    /// A key of the mapping that is open.
    pub fn key(&mut self, text: &str) {
        let facts = Facts::of(text, self.layout);
        self.begin_line();
        if facts.is_simple_key(text) {
            self.write_string(text, &facts, true);
            self.push_ascii(":");
            self.only_marks = false;
        } else {
            self.mark("?", false);
            self.write_string(text, &facts, false);
            self.begin_line();
            self.mark(":", false);
        }
    }

    /// What comes before an element of a sequence.
    fn begin_element(&mut self) {
        if self.open.last().is_some_and(|it| !it.map) {
            self.begin_line();
            self.mark("-", false);
        }
    }

    /// Goes to where the next key or dash stands, or the next line of a scalar: on a line of its own, or behind
    /// the mark of the collection around it.
    fn begin_line(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.only_marks || self.column > indent || (self.column == indent && !self.after_blank) {
            self.line_break();
        }
        for _ in self.column..indent {
            self.out.push(' ');
        }
        self.column = self.column.max(indent);
        self.after_blank = true;
        if self.layout == Layout::V2 {
            self.only_marks = true;
        }
    }

    fn line_break(&mut self) {
        self.out.push('\n');
        self.column = 0;
        if self.layout == Layout::V3 {
            self.only_marks = true;
        }
    }

    fn blank_if_needed(&mut self) {
        if !self.after_blank {
            self.push_ascii(" ");
        }
    }

    /// `-`, `?` or `:` on its own, `[`, `{`, `|` or a quote.
    fn mark(&mut self, mark: &str, is_blank: bool) {
        self.blank_if_needed();
        self.push_ascii(mark);
        self.after_blank = is_blank;
    }

    fn push_ascii(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.len();
    }

    fn push_char(&mut self, it: char) {
        self.out.push(it);
        self.column += 1;
    }
}

/// Prints a tree, its keys in go-yaml's order.
pub fn write(node: &Node, layout: Layout) -> Result<String, Error> {
    let mut emitter = Emitter::new(layout);
    push(&mut emitter, node)?;
    Ok(emitter.finish())
}

fn push(emitter: &mut Emitter, node: &Node) -> Result<(), Error> {
    // Only the way through JSON refuses and changes anything.
    let through_json = emitter.layout == Layout::V2;
    match &node.value {
        Value::Null => emitter.null(),
        Value::Bool(it) => emitter.bool(*it),
        Value::Int(it) => emitter.int(*it),
        Value::Uint(it) => emitter.uint(*it),
        Value::Float(it) => emitter.float(*it),
        Value::String(it) if through_json => {
            scalar::check(it)?;
            emitter.str(&scalar::as_read(it));
        }
        Value::String(it) => emitter.str(it),
        Value::List(items) => {
            emitter.begin_list(items.len());
            stacker::maybe_grow(32 * 1024, 1024 * 1024, || {
                items.iter().try_for_each(|item| push(emitter, item))
            })?;
            emitter.end_list();
        }
        Value::Map(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            sort_keys(&mut entries, emitter.layout, |it| &it.key);
            emitter.begin_map(entries.len());
            for entry in entries {
                if through_json {
                    scalar::check_key(&entry.key)?;
                }
                emitter.key(&entry.key);
                stacker::maybe_grow(32 * 1024, 1024 * 1024, || push(emitter, &entry.node))?;
            }
            emitter.end_map();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(text: &str, layout: Layout) -> String {
        let mut emitter = Emitter::new(layout);
        emitter.begin_map(1);
        emitter.key("a");
        emitter.str(text);
        emitter.end_map();
        emitter.finish()
    }

    #[track_caller]
    fn check(text: &str, want: &str) {
        assert_eq!(string(text, Layout::V2), want);
    }

    #[test]
    fn styles() {
        check("x", "a: x");
        check("", "a: \"\"");
        check("yes", "a: \"yes\"");
        check("0x1F", "a: \"0x1F\"");
        check("2001-01-01", "a: \"2001-01-01\"");
        check("1:30", "a: \"1:30\"");
        check("it's", "a: it's");
        check("'it's", "a: '''it''s'");
        check("a: b", "a: 'a: b'");
        check("a #b", "a: 'a #b'");
        check("a\tb", "a: \"a\\tb\"");
        check("😀", "a: \"\\U0001F600\"");
        check("\u{FEFF}a", "a: \"\\uFEFF\\x61\"");
        check(" x", "a: ' x'");
        check("<<", "a: <<");
    }

    #[test]
    fn literals() {
        check("x\ny", "a: |-\n  x\n  y");
        check("x\n", "a: |\n  x");
        check("x\n\n", "a: |+\n  x\n");
        check("\nx", "a: |2-\n\n  x");
        check("x \ny", "a: \"x \\ny\"");
        check("x\u{2028}y\n", "a: |\n  x\u{2028}  y");
    }

    #[test]
    fn long_lines_fold_at_single_blanks() {
        let word = "w".repeat(40);
        check(&format!("{word} {word} {word}"), &format!("a: {word} {word}\n  {word}"));
        check(&format!("{word} {word}  {word}"), &format!("a: {word} {word}  {word}"));
        check(&format!("'{word} {word} {word}"), &format!("a: '''{word} {word}\n  {word}'"));
        check(&format!("{word}\t{word}  x"), &format!("a: \"{word}\\t{word}\n  \\ x\""));
        check(&format!("ü{word} {word} {word}"), &format!("a: ü{word} {word}\n  {word}"));
        let kept = format!("{word} {word} {word}");
        assert_eq!(string(&kept, Layout::V3), format!("a: {kept}"));
    }

    #[test]
    fn collections() {
        let mut emitter = Emitter::new(Layout::V2);
        emitter.begin_map(3);
        emitter.key("k");
        emitter.begin_list(3);
        emitter.begin_list(1);
        emitter.int(1);
        emitter.end_list();
        emitter.begin_map(2);
        emitter.key("x");
        emitter.null();
        emitter.key("y");
        emitter.begin_list(1);
        emitter.bool(true);
        emitter.end_list();
        emitter.end_map();
        emitter.begin_map(0);
        emitter.end_map();
        emitter.end_list();
        emitter.key(&"l".repeat(129));
        emitter.begin_list(1);
        emitter.uint(1);
        emitter.end_list();
        emitter.key("e");
        emitter.begin_list(0);
        emitter.end_list();
        emitter.end_map();
        let long = "l".repeat(129);
        let want = format!("k:\n- - 1\n- x: null\n  \"y\":\n  - true\n- {{}}\n? {long}\n: - 1\ne: []");
        assert_eq!(emitter.finish(), want);
    }

    #[test]
    fn roots_may_be_scalars() {
        let mut emitter = Emitter::new(Layout::V2);
        emitter.str("a\nb\n");
        assert_eq!(emitter.finish(), "|\n  a\n  b");
    }

    #[test]
    fn positions_lead_to_values() {
        let mut emitter = Emitter::new(Layout::V3);
        emitter.begin_map(1);
        emitter.key("a");
        let before = emitter.position();
        emitter.begin_list(1);
        emitter.float(1e6);
        emitter.end_list();
        emitter.end_map();
        assert_eq!(&emitter.finish()[before..], "\n  - 1e+06");
    }
}
