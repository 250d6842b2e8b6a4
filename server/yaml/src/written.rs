//! Documents as they are written, as go-yaml v3 hands them to who asks for nodes instead of values: scalars with their text
//! and the tag that it amounts to, keys in their order, anchors, and comments beside what they belong to.
//!
//! Nodes are named by numbers, since an alias names one that stands elsewhere, and since those who print documents put nodes
//! into another order.

use std::collections::HashMap;

use text::TextRange;

use crate::Error;
use crate::build::MAX_DEPTH;
use crate::events::{Event, EventKind, Properties, Style, describe};
use crate::grammar::{Grammar, Said};
use crate::resolve::{is_old_bool, looks_like_date, plain};
use crate::value::Value;

/// How many nodes a text may come to with its aliases followed.
const MAX_NODES: u64 = 10_000_000;

/// The number of a node.
pub type NodeId = usize;

/// The nodes of one or more texts.
#[derive(Clone, Debug, Default)]
pub struct Written {
    nodes: Vec<WrittenNode>,
}

/// A node as it is written.
#[derive(Clone, Debug, Default)]
pub struct WrittenNode {
    /// What it holds.
    pub content: Content,
    /// What it is: `!!str`, `!!map`, or what stands in front of it.
    pub tag: String,
    /// Whether it is in brackets.
    pub flow: bool,
    /// Its anchor.
    pub anchor: Option<String>,
    /// Comments above it, behind it and below it.
    pub head: String,
    /// See there.
    pub line: String,
    /// See there.
    pub foot: String,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub enum Content {
    /// A text, and how it is written.
    Scalar(String, Style),
    /// Nodes one after the other.
    List(Vec<NodeId>),
    /// Keys and values.
    Map(Vec<(NodeId, NodeId)>),
    /// The name of an anchor, and the node that has it.
    Alias(String, NodeId),
}

impl Default for Content {
    fn default() -> Self {
        Self::Scalar(String::new(), Style::Plain)
    }
}

impl std::ops::Index<NodeId> for Written {
    type Output = WrittenNode;

    fn index(&self, id: NodeId) -> &WrittenNode {
        &self.nodes[id]
    }
}

impl std::ops::IndexMut<NodeId> for Written {
    fn index_mut(&mut self, id: NodeId) -> &mut WrittenNode {
        &mut self.nodes[id]
    }
}

impl Written {
    /// Adds a node.
    pub fn push(&mut self, node: WrittenNode) -> NodeId {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Reads all documents of a text; the answer names their roots.
    pub fn read(&mut self, text: &str) -> Result<Vec<NodeId>, Error> {
        let mut grammar = Grammar::with_remarks(text);
        let mut roots = Vec::new();
        let mut reader = Reader { nodes: self, open: Vec::new(), root: None, anchors: HashMap::new() };
        loop {
            let event = match grammar.next_event() {
                Ok(Some(event)) => event,
                Ok(None) => return Ok(roots),
                Err(fault) => return Err(describe(&fault, text)),
            };
            let said = grammar.take_said();
            if let EventKind::DocumentEnd = event.kind {
                roots.extend(reader.root.take());
            } else {
                reader.event(event, said)?;
            }
        }
    }

    /// The node that an alias names, or the node itself.
    pub fn followed(&self, id: NodeId) -> NodeId {
        match self[id].content {
            Content::Alias(_, target) => target,
            Content::Scalar(..) | Content::List(_) | Content::Map(_) => id,
        }
    }
}

struct Reader<'w, 't> {
    nodes: &'w mut Written,
    open: Vec<Open>,
    root: Option<NodeId>,
    anchors: HashMap<&'t str, Anchored>,
}

/// A collection that is still open.
struct Open {
    id: NodeId,
    items: Vec<NodeId>,
    is_map: bool,
    flow: bool,
    anchor: bool,
    size: u64,
    height: usize,
}

/// What an anchor names: how many nodes it comes to, and how deep it is. Nothing is known while it is read.
#[derive(Clone, Copy)]
struct Anchored {
    id: NodeId,
    extent: Option<(u64, usize)>,
}

impl<'t> Reader<'_, 't> {
    fn event(&mut self, event: Event<'t>, said: Said) -> Result<(), Error> {
        match event.kind {
            EventKind::DocumentStart | EventKind::DocumentEnd => Ok(()),
            EventKind::Alias { anchor } => self.alias(anchor, said, event.at),
            EventKind::Scalar { properties, value, style, .. } => {
                let by_text = || if style == Style::Plain { scalar_tag(&value) } else { "!!str" };
                let tag = tag_of(properties.as_deref(), by_text);
                let content = Content::Scalar(value.into_owned(), style);
                let id = self.node(content, tag, properties.as_deref(), said, Some((1, 0)));
                self.add(id, 1, 0, event.at)
            }
            EventKind::SequenceStart { properties, flow } => {
                self.start(false, flow, properties, said);
                self.check_depth(0, event.at)
            }
            EventKind::MappingStart { properties, flow } => {
                self.start(true, flow, properties, said);
                self.check_depth(0, event.at)
            }
            EventKind::SequenceEnd | EventKind::MappingEnd => self.end(said, event.at),
        }
    }

    fn node(
        &mut self,
        content: Content,
        tag: String,
        properties: Option<&Properties<'t>>,
        said: Said,
        extent: Option<(u64, usize)>,
    ) -> NodeId {
        let anchor = properties.and_then(|it| it.anchor);
        let Said { head, line, foot } = said;
        let id = self.nodes.push(WrittenNode {
            content,
            tag,
            flow: false,
            anchor: anchor.map(str::to_owned),
            head,
            line,
            foot,
        });
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Anchored { id, extent });
        }
        id
    }

    fn alias(&mut self, anchor: &'t str, said: Said, at: TextRange) -> Result<(), Error> {
        let Some(Anchored { id, extent }) = self.anchors.get(anchor).copied() else {
            return Err(Error::decode(format_args!("unknown anchor '{anchor}' referenced"), at));
        };
        let Some((size, height)) = extent else {
            return Err(Error::decode(format_args!("anchor '{anchor}' value contains itself"), at));
        };
        let alias = self.node(Content::Alias(anchor.to_owned(), id), String::new(), None, said, None);
        self.add(alias, size, height, at)
    }

    fn start(&mut self, is_map: bool, flow: bool, properties: Option<Box<Properties<'t>>>, said: Said) {
        let tag = tag_of(properties.as_deref(), || if is_map { "!!map" } else { "!!seq" });
        let id = self.node(Content::default(), tag, properties.as_deref(), said, None);
        let anchor = properties.is_some_and(|it| it.anchor.is_some());
        self.open.push(Open { id, items: Vec::new(), is_map, flow, anchor, size: 1, height: 1 });
    }

    fn check_depth(&self, height: usize, at: TextRange) -> Result<(), Error> {
        if self.open.len() + height > MAX_DEPTH {
            return Err(Error::decode(format_args!("exceeded max depth of {MAX_DEPTH}"), at));
        }
        Ok(())
    }

    fn end(&mut self, said: Said, at: TextRange) -> Result<(), Error> {
        let Some(Open { id, items, is_map, flow, anchor, size, height }) = self.open.pop() else {
            return Ok(());
        };
        let node = &mut self.nodes[id];
        (node.line, node.foot, node.flow) = (said.line, said.foot, flow);
        if is_map {
            let foot = if flow { String::new() } else { std::mem::take(&mut node.foot) };
            if !foot.is_empty() {
                match items.iter().rev().nth(1) {
                    Some(last_key) => self.nodes[*last_key].foot = foot,
                    None => self.nodes[id].foot = foot,
                }
            }
            let pairs = items.chunks_exact(2).map(|it| (it[0], it[1])).collect();
            self.nodes[id].content = Content::Map(pairs);
        } else {
            node.content = Content::List(items);
        }
        if anchor && let Some(anchored) = self.anchors.values_mut().find(|it| it.id == id) {
            anchored.extent = Some((size, height));
        }
        self.add(id, size, height, at)
    }

    /// A node is whole: it is a key, a value, an item or the document.
    fn add(&mut self, id: NodeId, size: u64, height: usize, at: TextRange) -> Result<(), Error> {
        self.check_depth(height, at)?;
        let Some(open) = self.open.last_mut() else {
            self.root = Some(id);
            return Ok(());
        };
        open.items.push(id);
        open.size = open.size.saturating_add(size);
        open.height = open.height.max(height + 1);
        if open.size > MAX_NODES {
            return Err(Error::decode("document contains excessive aliasing", at));
        }
        if open.is_map {
            self.move_foot();
        }
        Ok(())
    }

    /// What stands below a value is below its key as well, and is noted there. What stands below a key of a block was below
    /// the entry before it.
    fn move_foot(&mut self) {
        let Some(open) = self.open.last() else { return };
        match *open.items {
            [.., key_before, _, key] if open.items.len() % 2 == 1 && !open.flow => {
                let foot = std::mem::take(&mut self.nodes[key].foot);
                if !foot.is_empty() {
                    self.nodes[key_before].foot = foot;
                }
            }
            [.., key, value] if open.items.len() % 2 == 0 && self.nodes[key].foot.is_empty() => {
                self.nodes[key].foot = std::mem::take(&mut self.nodes[value].foot);
            }
            _ => {}
        }
    }
}

/// The tag that is written, in short, or else that one.
fn tag_of(properties: Option<&Properties<'_>>, default: impl FnOnce() -> &'static str) -> String {
    match properties.and_then(|it| it.tag.as_deref()).filter(|it| !matches!(*it, "" | "!")) {
        Some(tag) => match tag.strip_prefix("tag:yaml.org,2002:") {
            Some(short) => format!("!!{short}"),
            None => tag.to_owned(),
        },
        None => default().to_owned(),
    }
}

/// What a plain scalar is to the third version.
fn scalar_tag(text: &str) -> &'static str {
    if text == "<<" {
        return "!!merge";
    }
    if looks_like_date(text) {
        return "!!timestamp";
    }
    if is_old_bool(text) {
        return "!!str";
    }
    match plain(text) {
        Value::Null => "!!null",
        Value::Bool(_) => "!!bool",
        Value::Int(_) | Value::Uint(_) => "!!int",
        Value::Float(_) => "!!float",
        Value::String(_) | Value::List(_) | Value::Map(_) => "!!str",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every node that has a comment: its text, or its kind, then what is above, behind and below.
    fn remarks(text: &str) -> String {
        let mut nodes = Written::default();
        nodes.read(text).unwrap();
        let show = |node: &WrittenNode| {
            let name = match &node.content {
                Content::Scalar(text, _) => text.as_str(),
                Content::List(_) => "[]",
                Content::Map(_) => "{}",
                Content::Alias(name, _) => name,
            };
            format!("{name} ^{} >{} v{}", node.head, node.line, node.foot).replace('\n', "⏎")
        };
        let spoken =
            nodes.nodes.iter().filter(|it| [&it.head, &it.line, &it.foot].iter().any(|it| !it.is_empty()));
        spoken.map(show).collect::<Vec<_>>().join("\n")
    }

    #[track_caller]
    fn check(text: &str, want: &str) {
        assert_eq!(remarks(text), want, "{text}");
    }

    #[test]
    fn comments_have_a_node() {
        check("# a\nb: 1 # c\nd: 2\n# e\n", "b ^# a > v\n1 ^ ># c v\nd ^ > v# e");
        check("a:\n  b: 1\n  # c\n  d: 2\n", "d ^# c > v");
        check("a:\n  b: 1\n  # c\n\n  d: 2\n", "b ^ > v# c");
        check("a: # b\n  c: 1\n", "a ^ ># b v");
        check("a:\n# b\n- c\n# d\n- e: 1\n", "c ^# b > v\n{} ^# d > v");
    }

    #[test]
    fn tags_are_those_of_the_third_version() {
        let tags = |text: &str| {
            let mut nodes = Written::default();
            let roots = nodes.read(text).unwrap();
            roots.iter().map(|it| nodes[*it].tag.clone()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(
            tags("yes\n--- true\n--- 0o17\n--- \"1\"\n--- 2020-01-01\n--- ~\n"),
            "!!str !!bool !!int !!str !!timestamp !!null"
        );
        assert_eq!(tags("!x a\n--- !!binary YQ==\n--- ! 1\n--- []\n---\n"), "!x !!binary !!int !!seq !!null");
    }

    #[test]
    fn half_typed_text_never_panics() {
        let text = "# a\nb: &x # c\n\n  # d\n  - |  # e\n    f\n  # g\n- h: [i, # j\n  # k\n  *x] \n\n# l\n---\n? m # n\n: {o: p}\n";
        for (end, _) in text.char_indices() {
            let _ = Written::default().read(&text[..end]);
            let _ = Written::default().read(&text[end..]);
        }
    }

    #[test]
    fn bombs_are_refused() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..10 {
            let items = vec![format!("*a{}", level - 1); 9].join(", ");
            text = format!("{text}a{level}: &a{level} [{items}]\n");
        }
        let refused = |text: &str| Written::default().read(text).unwrap_err().message;
        assert_eq!(refused(&text), "yaml: document contains excessive aliasing");
        assert_eq!(refused("a: &a [*a]"), "yaml: anchor 'a' value contains itself");
        assert_eq!(refused(&"[".repeat(1_002)), "yaml: exceeded max depth of 1000");
    }
}
