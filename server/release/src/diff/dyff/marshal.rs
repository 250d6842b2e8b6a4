//! Nodes as go-yaml v3 writes them: four columns further in for each level, styles and comments kept. What is written here is
//! never shown, but held against others to see which objects look alike.

use std::fmt::Write;

use yaml::{Content, NodeId, Style, Written, WrittenNode};

use super::{deeper, text_of};

const LEVEL: usize = 4;

/// A node as text.
pub(super) fn marshal(nodes: &Written, id: NodeId) -> String {
    let mut out = String::new();
    let mut writer = Writer { nodes, out: &mut out };
    match &nodes[id].content {
        Content::Map(entries) if !entries.is_empty() => writer.entries(entries, 0, false),
        Content::List(items) if !items.is_empty() => writer.items(items, 0, false),
        Content::Map(_) | Content::List(_) | Content::Scalar(..) | Content::Alias(..) => writer.value(id, 0),
    }
    out
}

struct Writer<'n, 'o> {
    nodes: &'n Written,
    out: &'o mut String,
}

impl Writer<'_, '_> {
    fn indent(&mut self, indent: usize) {
        let _ = write!(self.out, "{:indent$}", "");
    }

    fn remarks(&mut self, text: &str, indent: usize) {
        for line in text.split('\n').filter(|_| !text.is_empty()) {
            self.indent(if line.is_empty() { 0 } else { indent });
            self.out.push_str(line);
            self.out.push('\n');
        }
    }

    fn entries(&mut self, entries: &[(NodeId, NodeId)], indent: usize, behind_dash: bool) {
        let nodes = self.nodes;
        for (number, (key, value)) in entries.iter().enumerate() {
            self.remarks(&nodes[*key].head, indent);
            if number > 0 || !behind_dash || !nodes[*key].head.is_empty() {
                self.indent(indent);
            }
            self.scalar(&nodes[*key], text_of(nodes, *key), indent);
            self.out.push(':');
            let line = &nodes[*key].line;
            if !line.is_empty() {
                self.out.extend([" ", line]);
            }
            self.value(*value, indent);
            if !nodes[*key].foot.is_empty() {
                self.remarks(&nodes[*key].foot, indent);
                self.out.push('\n');
            }
        }
    }

    fn items(&mut self, items: &[NodeId], indent: usize, behind_dash: bool) {
        let nodes = self.nodes;
        for (number, item) in items.iter().enumerate() {
            self.remarks(&nodes[*item].head, indent);
            if number > 0 || !behind_dash || !nodes[*item].head.is_empty() {
                self.indent(indent);
            }
            self.out.push('-');
            match &nodes[*item].content {
                Content::Map(entries) if is_block(&nodes[*item], entries.len()) => {
                    self.out.push(' ');
                    deeper(|| self.entries(entries, indent + 2, true));
                }
                Content::List(inside) if is_block(&nodes[*item], inside.len()) => {
                    self.out.push(' ');
                    deeper(|| self.items(inside, indent + 2, true));
                }
                Content::Map(_) | Content::List(_) | Content::Scalar(..) | Content::Alias(..) => {
                    self.value(*item, indent);
                }
            }
        }
    }

    /// What stands behind a colon or a dash, to the end of its lines.
    fn value(&mut self, id: NodeId, indent: usize) {
        let nodes = self.nodes;
        let node = &nodes[id];
        match &node.content {
            Content::Map(entries) if is_block(node, entries.len()) => {
                self.anchor(node);
                self.out.push('\n');
                deeper(|| self.entries(entries, deeper_indent(indent), false));
                return;
            }
            Content::List(items) if is_block(node, items.len()) => {
                self.anchor(node);
                self.out.push('\n');
                deeper(|| self.items(items, deeper_indent(indent), false));
                return;
            }
            Content::Map(_) | Content::List(_) => {
                self.out.push(' ');
                self.flow(id);
            }
            Content::Scalar(text, Style::Plain) if text.is_empty() => self.anchor(node),
            Content::Scalar(text, _) => {
                self.anchor(node);
                self.out.push(' ');
                self.scalar(node, text, indent);
            }
            Content::Alias(name, _) => self.out.extend([" *", name]),
        }
        if !node.line.is_empty() && !is_behind_mark(node) {
            self.out.extend([" ", &node.line]);
        }
        self.out.push('\n');
        self.remarks(&node.foot, indent);
    }

    /// Anchor and tag, if they are written.
    fn anchor(&mut self, node: &WrittenNode) {
        let is_own = !matches!(
            node.tag.as_str(),
            "!!str"
                | "!!int"
                | "!!bool"
                | "!!float"
                | "!!null"
                | "!!timestamp"
                | "!!merge"
                | "!!map"
                | "!!seq"
                | ""
        );
        if is_own {
            self.out.extend([" ", &node.tag]);
        }
        if let Some(anchor) = &node.anchor {
            self.out.extend([" &", anchor]);
        }
    }

    fn flow(&mut self, id: NodeId) {
        let nodes = self.nodes;
        let between = |number| if number > 0 { ", " } else { "" };
        match &nodes[id].content {
            Content::Map(entries) => {
                self.out.push('{');
                for (number, (key, value)) in entries.iter().enumerate() {
                    self.out.push_str(between(number));
                    self.flow(*key);
                    self.out.push_str(": ");
                    deeper(|| self.flow(*value));
                }
                self.out.push('}');
            }
            Content::List(items) => {
                self.out.push('[');
                for (number, item) in items.iter().enumerate() {
                    self.out.push_str(between(number));
                    deeper(|| self.flow(*item));
                }
                self.out.push(']');
            }
            Content::Scalar(text, _) => self.scalar(&nodes[id], text, 0),
            Content::Alias(name, _) => self.out.extend(["*", name]),
        }
    }

    fn scalar(&mut self, node: &WrittenNode, text: &str, indent: usize) {
        let Content::Scalar(_, style) = &node.content else {
            self.out.push_str(text);
            return;
        };
        match style {
            Style::Plain => self.out.push_str(text),
            Style::Single if !text.contains(['\t']) && !text.contains(" \n") && !text.contains("\n ") => {
                self.single(text, indent);
            }
            Style::Literal | Style::Folded if is_block_text(text) => {
                self.block(text, *style, &node.line, indent);
            }
            Style::Single | Style::Double | Style::Literal | Style::Folded => {
                self.out.push_str(&golang::strconv::quote(text));
            }
        }
    }

    /// In single quotes; a line break takes an empty line.
    fn single(&mut self, text: &str, indent: usize) {
        self.out.push('\'');
        for (number, line) in text.replace('\'', "''").split('\n').enumerate() {
            if number > 0 {
                self.out.push_str(if self.out.ends_with('\n') { "\n" } else { "\n\n" });
                self.indent(if line.is_empty() { 0 } else { deeper_indent(indent) });
            }
            self.out.push_str(line);
        }
        self.out.push('\'');
    }

    fn block(&mut self, text: &str, style: Style, remark: &str, indent: usize) {
        self.out.push(if style == Style::Literal { '|' } else { '>' });
        if text.starts_with([' ', '\n']) {
            let _ = write!(self.out, "{LEVEL}");
        }
        match text.strip_suffix('\n') {
            None => self.out.push('-'),
            Some(rest) if rest.is_empty() || rest.ends_with('\n') => self.out.push('+'),
            Some(_) => {}
        }
        if !remark.is_empty() {
            self.out.extend([" ", remark]);
        }
        for (number, line) in text.strip_suffix('\n').unwrap_or(text).split('\n').enumerate() {
            self.out.push_str(if style == Style::Folded && number > 0 { "\n\n" } else { "\n" });
            self.indent(if line.is_empty() { 0 } else { deeper_indent(indent) });
            self.out.push_str(line);
        }
    }
}

/// Whether a text can stand behind `|`: no line of it ends with blanks.
fn is_block_text(text: &str) -> bool {
    !text.is_empty() && !text.contains(" \n") && !text.ends_with(' ')
}

/// Whether the comment of a text stands behind its mark, and not behind the text.
fn is_behind_mark(node: &WrittenNode) -> bool {
    matches!(&node.content, Content::Scalar(text, Style::Literal | Style::Folded) if is_block_text(text))
}

/// The next column that is a whole number of levels.
fn deeper_indent(indent: usize) -> usize {
    (indent / LEVEL + 1) * LEVEL
}

fn is_block(node: &WrittenNode, len: usize) -> bool {
    len > 0 && !node.flow
}
