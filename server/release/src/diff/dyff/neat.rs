//! Nodes as YAML for people: keys in bold, comments where they are known, texts of several lines behind `|`, whatever they were
//! written like. It is to be read by people only: an empty mapping in a list leaves nothing behind its dash, not even a line
//! break.

use golang::strconv::quote;
use yaml::{Content, NodeId, Written};

use super::paint::{Colour, Paint};
use super::{Group, deeper, text_of};

/// The colours of the parts of YAML.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scheme {
    key: Colour,
    indent: Colour,
    scalar: Colour,
    lines: Colour,
    null: Colour,
    empty: Colour,
}

/// What is removed.
pub(super) const REDDISH: Scheme = Scheme {
    key: [0xB2, 0x22, 0x22],
    indent: [51, 0, 0],
    scalar: [0xF0, 0x80, 0x80],
    lines: [0xE9, 0x96, 0x7A],
    null: [0xFA, 0x80, 0x72],
    empty: [0xFF, 0xA0, 0x7A],
};

/// What is added.
pub(super) const GREENISH: Scheme = Scheme {
    key: [0x00, 0x80, 0x00],
    indent: [0, 51, 0],
    scalar: [0x32, 0xCD, 0x32],
    lines: [0x6B, 0x8E, 0x23],
    null: [0x80, 0x80, 0x00],
    empty: [0x55, 0x6B, 0x2F],
};

/// A node as YAML.
pub(super) fn node(nodes: &Written, id: NodeId, paint: Paint) -> String {
    printed(nodes, paint, None, |it| it.node("", false, id))
}

/// Nodes that come or go together, as YAML.
pub(super) fn group(nodes: &Written, group: &Group, scheme: &Scheme, paint: Paint) -> String {
    printed(nodes, paint, Some(scheme), |it| match group {
        Group::Document(root) => it.node("", false, *root),
        Group::Items(items) => it.items("", false, items),
        Group::Entries(entries) => it.entries("", false, entries),
    })
}

fn printed(
    nodes: &Written,
    paint: Paint,
    scheme: Option<&Scheme>,
    job: impl FnOnce(&mut Printer<'_>),
) -> String {
    let mut printer = Printer { nodes, paint, scheme, out: String::new() };
    job(&mut printer);
    printer.out
}

struct Printer<'n> {
    nodes: &'n Written,
    paint: Paint,
    scheme: Option<&'n Scheme>,
    out: String,
}

impl Printer<'_> {
    fn painted(&self, text: &str, colour: impl FnOnce(&Scheme) -> Colour) -> String {
        match self.scheme {
            Some(scheme) => self.paint.coloured(text, colour(scheme)),
            None => text.to_owned(),
        }
    }

    fn push_line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// A comment on a line of its own, if there is one.
    fn remark(&mut self, text: &str) {
        if !text.is_empty() {
            self.push_line(text);
        }
    }

    fn deeper_prefix(&self, prefix: &str) -> String {
        format!("{prefix}{}", self.painted("  ", |it| it.indent))
    }

    fn node(&mut self, prefix: &str, indented: bool, id: NodeId) {
        let nodes = self.nodes;
        match &nodes[id].content {
            Content::Scalar(text, _) => self.scalar(prefix, id, text),
            Content::List(items) => deeper(|| self.items(prefix, indented, items)),
            Content::Map(entries) => deeper(|| self.entries(prefix, indented, entries)),
            Content::Alias(_, target) => deeper(|| self.node(prefix, indented, *target)),
        }
    }

    fn items(&mut self, prefix: &str, indented: bool, items: &[NodeId]) {
        let inner = self.deeper_prefix(prefix);
        let dash = self.painted("-", |it| it.key);
        for (number, item) in items.iter().enumerate() {
            if number > 0 || !indented {
                self.out.push_str(prefix);
            }
            self.out.extend([&dash, " "]);
            self.node(&inner, true, *item);
        }
    }

    fn entries(&mut self, prefix: &str, indented: bool, entries: &[(NodeId, NodeId)]) {
        let inner = self.deeper_prefix(prefix);
        let nodes = self.nodes;
        for (number, (key, value)) in entries.iter().enumerate() {
            if number > 0 || !indented {
                self.out.push_str(prefix);
            }
            self.remark(&nodes[*key].head);
            let name = self.painted(&format!("{}:", text_of(nodes, *key)), |it| it.key);
            let name = self.paint.bold(&name);
            self.out.push_str(&name);
            if let (Some(anchor), false) = (&nodes[*value].anchor, is_alias(nodes, *value)) {
                self.out.extend([" &", anchor]);
            }
            match &nodes[*value].content {
                Content::Map(inside) if inside.is_empty() => self.empty("{}"),
                Content::List(inside) if inside.is_empty() => self.empty("[]"),
                Content::Map(_) => {
                    self.out.push('\n');
                    self.node(&inner, false, *value);
                }
                Content::List(_) => {
                    self.out.push('\n');
                    self.node(prefix, false, *value);
                }
                Content::Scalar(..) => {
                    self.out.push(' ');
                    self.node(&inner, false, *value);
                }
                Content::Alias(anchor, _) => self.push_line(&format!(" *{anchor}")),
            }
            self.remark(&nodes[*key].foot);
        }
    }

    fn empty(&mut self, brackets: &str) {
        let brackets = self.painted(brackets, |it| it.empty);
        self.push_line(&format!(" {brackets}"));
    }

    fn scalar(&mut self, prefix: &str, id: NodeId, text: &str) {
        let nodes = self.nodes;
        let node = &nodes[id];
        if text.contains('\n') {
            let mark = self.painted("|", |it| it.lines);
            self.out.push_str(&mark);
            for line in text.split('\n') {
                let line = self.painted(line, |it| it.lines);
                self.out.extend(["\n", prefix, &line]);
            }
        } else {
            let shown = if needs_quotes(&node.tag, text) { quote(text) } else { text.to_owned() };
            // Dates and what has a tag of its own are in the colour of texts; what is binary is in none.
            let shown = match node.tag.as_str() {
                "!!binary" => shown,
                "!!null" => self.painted(&shown, |it| it.null),
                _ => self.painted(&shown, |it| it.scalar),
            };
            self.out.push_str(&shown);
        }
        if !node.line.is_empty() {
            self.out.extend([" ", &node.line]);
        }
        self.out.push('\n');
        self.remark(&node.foot);
    }
}

fn is_alias(nodes: &Written, id: NodeId) -> bool {
    matches!(nodes[id].content, Content::Alias(..))
}

/// Whether a text would be taken for something else, roughly.
fn needs_quotes(tag: &str, text: &str) -> bool {
    let is_word = matches!(text, "true" | "false" | "null" | ".nan" | ".inf" | "-.inf" | "+.inf");
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_numberlike = |text: &str| {
        !text.is_empty() && text.bytes().all(|it| matches!(it, b'0'..=b'9' | b'.' | b'e' | b'+'))
    };
    let is_number = is_numberlike(digits) || is_numberlike(text);
    tag == "!!str"
        && (is_word || text.starts_with('-') || is_number || text.contains([' ', '*', '&', ':', ',']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: &str) {
        let mut nodes = Written::default();
        let root = nodes.read(text).unwrap()[0];
        assert_eq!(node(&nodes, root, Paint { colour: false }), want);
    }

    #[test]
    fn texts_are_quoted_where_they_look_like_something_else() {
        check(
            "a: '1'\nb: x y\nc: \"true\"\nd: yes\ne: 1.5\n",
            "a: \"1\"\nb: \"x y\"\nc: \"true\"\nd: yes\ne: 1.5\n",
        );
        check("a: |\n  x\n  y\n", "a: |\n  x\n  y\n  \n");
    }

    #[test]
    fn collections_nest() {
        check("a: {b: [1, {c: d, e: []}]}\n", "a:\n  b:\n  - 1\n  - c: d\n    e: []\n");
        check("a: [{}, x]\n", "a:\n- - x\n");
        check("a: &x {b: 1}\nc: *x\nd: [*x]\n", "a: &x\n  b: 1\nc: *x\nd:\n- b: 1\n");
    }

    #[test]
    fn comments_stay() {
        check("# a\nb: 1 # c\n# d\n", "# a\nb: 1 # c\n# d\n");
        check("b: 1\nc:\n  # e\n  d: 1\n", "b: 1\nc:\n  # e\nd: 1\n");
    }
}
