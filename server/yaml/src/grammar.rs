//! From words to events: the grammar of YAML 1.1 as go-yaml v2 has it, with its complaints.
//!
//! It keeps a stack of its own instead of calling itself, so that depth costs no stack.

mod collections;
mod remarks;

use std::borrow::Cow;

use self::remarks::Remarks;
pub(crate) use self::remarks::Said;
use crate::error::range;
use crate::events::{Event, EventKind, Properties};
use crate::scanner::{Fault, Mark, Scanner, Style, Token, TokenKind};

/// What is expected next.
#[derive(Clone, Copy, Debug)]
enum State {
    /// The first document needs no `---`.
    FirstDocument,
    Document,
    /// Behind `---`.
    DocumentContent,
    DocumentEnd,
    End,
    BlockNode,
    /// An element of a block sequence that is indented; of one that is not.
    BlockElement,
    PlainElement,
    BlockKey,
    BlockValue,
    /// An element in brackets; whether it is the first.
    FlowElement(bool),
    /// `[a: b]` is a mapping in a sequence.
    PairKey,
    PairValue,
    PairEnd,
    FlowKey(bool),
    FlowValue,
    /// `{a}` has a key without a value.
    FlowNoValue,
}

/// The events of a text.
pub(crate) struct Grammar<'t> {
    len: usize,
    scanner: Scanner<'t>,
    state: State,
    /// What is expected after the collections that are open.
    states: Vec<State>,
    /// Where the open collections begin.
    marks: Vec<Mark>,
    /// Where the last word ended that was taken: what is left out stands there.
    behind: usize,
    /// Handles and what they stand for in this document.
    handles: Vec<(&'t str, Cow<'t, str>)>,
    /// Comments, if somebody wants them.
    remarks: Option<Box<Remarks>>,
}

impl<'t> Grammar<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self {
            len: text.len(),
            scanner: Scanner::new(text),
            state: State::FirstDocument,
            states: Vec::new(),
            marks: Vec::new(),
            behind: 0,
            handles: Vec::new(),
            remarks: None,
        }
    }

    /// The next event; `None` behind the last one.
    pub(crate) fn next_event(&mut self) -> Result<Option<Event<'t>>, Fault> {
        match self.state {
            State::FirstDocument => self.document(true),
            State::Document => self.document(false),
            State::End => Ok(None),
            State::DocumentContent => self.document_content().map(Some),
            State::DocumentEnd => self.document_end().map(Some),
            State::BlockNode => self.node(true, false).map(Some),
            State::BlockElement => self.block_element().map(Some),
            State::PlainElement => self.plain_element().map(Some),
            State::BlockKey => self.block_key().map(Some),
            State::BlockValue => self.block_value().map(Some),
            State::FlowElement(first) => self.flow_element(first).map(Some),
            State::PairKey => self.pair_key().map(Some),
            State::PairValue => self.pair_value().map(Some),
            State::PairEnd => self.pair_end().map(Some),
            State::FlowKey(first) => self.flow_key(first).map(Some),
            State::FlowValue => self.flow_value().map(Some),
            State::FlowNoValue => self.flow_no_value().map(Some),
        }
    }

    fn peek(&mut self) -> Result<&TokenKind<'t>, Fault> {
        self.look()?;
        Ok(&self.scanner.peek()?.kind)
    }

    /// Where the next word begins.
    fn here(&mut self) -> Result<Mark, Fault> {
        self.look()?;
        Ok(self.scanner.peek()?.start)
    }

    fn take(&mut self) -> Result<Token<'t>, Fault> {
        let token = self.scanner.take()?;
        self.behind = token.end;
        Ok(token)
    }

    fn event(&self, kind: EventKind<'t>, start: usize, end: usize) -> Event<'t> {
        Event { kind, at: range(start, end, self.len) }
    }

    /// A complaint about the next word, and where the collection began that it is in.
    fn fault(&mut self, context: Option<Mark>, problem: &'static str) -> Fault {
        match self.here() {
            Ok(at) => Fault { problem, at: Some(at), context, about_words: false, offset: at.offset },
            Err(fault) => fault,
        }
    }

    /// Expects what comes after the collection or node that ends here.
    fn leave(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// A node, and then that.
    fn node_then(&mut self, next: State, block: bool, plain_sequence: bool) -> Result<Event<'t>, Fault> {
        self.states.push(next);
        self.node(block, plain_sequence)
    }

    /// Nothing, where a node may be left out, and then that.
    fn nothing_then(&mut self, next: State) -> Event<'t> {
        self.state = next;
        let value = Cow::Borrowed("");
        let kind = EventKind::Scalar { properties: None, value, style: Style::Plain, implicit: true };
        self.event(kind, self.behind, self.behind)
    }

    fn document(&mut self, first: bool) -> Result<Option<Event<'t>>, Fault> {
        while !first && *self.peek()? == TokenKind::DocumentEnd {
            self.take()?;
        }
        let start = self.here()?.offset;
        let begins = match self.peek()? {
            TokenKind::StreamEnd => {
                self.state = State::End;
                return Ok(None);
            }
            TokenKind::Version(..) | TokenKind::TagDirective(..) | TokenKind::DocumentStart => true,
            _ => !first,
        };
        self.directives()?;
        self.states.push(State::DocumentEnd);
        if !begins {
            self.cut_head();
            self.state = State::BlockNode;
            return Ok(Some(self.event(EventKind::DocumentStart, start, start)));
        }
        if *self.peek()? != TokenKind::DocumentStart {
            return Err(self.fault(None, "did not find expected <document start>"));
        }
        self.state = State::DocumentContent;
        let end = self.take()?.end;
        Ok(Some(self.event(EventKind::DocumentStart, start, end)))
    }

    fn directives(&mut self) -> Result<(), Fault> {
        let mut versioned = false;
        loop {
            match self.peek()? {
                TokenKind::Version(..) if versioned => {
                    return Err(self.fault(None, "found duplicate %YAML directive"));
                }
                TokenKind::Version(1, 1) => versioned = true,
                TokenKind::Version(..) => return Err(self.fault(None, "found incompatible YAML document")),
                TokenKind::TagDirective(handle, prefix) => {
                    let (handle, prefix) = (*handle, prefix.clone());
                    if self.handles.iter().any(|(known, _)| *known == handle) {
                        return Err(self.fault(None, "found duplicate %TAG directive"));
                    }
                    self.handles.push((handle, prefix));
                }
                _ => break,
            }
            self.take()?;
        }
        for (handle, prefix) in [("!", "!"), ("!!", "tag:yaml.org,2002:")] {
            if !self.handles.iter().any(|(known, _)| *known == handle) {
                self.handles.push((handle, Cow::Borrowed(prefix)));
            }
        }
        Ok(())
    }

    fn document_content(&mut self) -> Result<Event<'t>, Fault> {
        let empty = matches!(
            self.peek()?,
            TokenKind::Version(..)
                | TokenKind::TagDirective(..)
                | TokenKind::DocumentStart
                | TokenKind::DocumentEnd
                | TokenKind::StreamEnd
        );
        if !empty {
            return self.node(true, false);
        }
        self.leave();
        let next = self.state;
        Ok(self.nothing_then(next))
    }

    fn document_end(&mut self) -> Result<Event<'t>, Fault> {
        let start = self.here()?.offset;
        let end = if *self.peek()? == TokenKind::DocumentEnd { self.take()?.end } else { start };
        self.handles.clear();
        self.say();
        self.state = State::Document;
        Ok(self.event(EventKind::DocumentEnd, start, end))
    }

    /// Any node. `plain_sequence`: one whose dashes stand as far left as the key before them may come.
    fn node(&mut self, block: bool, plain_sequence: bool) -> Result<Event<'t>, Fault> {
        let first = self.here()?;
        if let TokenKind::Alias(anchor) = *self.peek()? {
            self.say();
            let token = self.take()?;
            self.leave();
            return Ok(self.event(EventKind::Alias { anchor }, token.start.offset, token.end));
        }
        let properties = self.properties(first)?;
        let start = self.here()?;
        let open = match self.peek()? {
            TokenKind::Scalar(..) => return self.scalar(properties),
            TokenKind::BlockEntry if plain_sequence => {
                // The dash is left for its element.
                self.state = State::PlainElement;
                let kind = EventKind::SequenceStart { properties, flow: false };
                return Ok(self.event(kind, start.offset, start.offset));
            }
            TokenKind::FlowSequenceStart => State::FlowElement(true),
            TokenKind::FlowMappingStart => State::FlowKey(true),
            TokenKind::BlockSequenceStart if block => State::BlockElement,
            TokenKind::BlockMappingStart if block => State::BlockKey,
            _ if properties.is_some() => {
                self.leave();
                let kind = EventKind::Scalar {
                    implicit: properties.as_ref().is_none_or(|it| it.tag.is_none()),
                    properties,
                    value: Cow::Borrowed(""),
                    style: Style::Plain,
                };
                return Ok(self.event(kind, self.behind, self.behind));
            }
            _ => return Err(self.fault(Some(first), "did not find expected node content")),
        };
        self.state = open;
        match open {
            State::FlowElement(_) | State::FlowKey(_) => self.say(),
            _ => self.say_stem(),
        }
        let token = self.take()?;
        self.marks.push(token.start);
        let flow = matches!(open, State::FlowElement(_) | State::FlowKey(_));
        let kind = match open {
            State::FlowKey(_) | State::BlockKey => EventKind::MappingStart { properties, flow },
            _ => EventKind::SequenceStart { properties, flow },
        };
        Ok(self.event(kind, token.start.offset, token.end))
    }

    /// An anchor and a tag, in either order.
    fn properties(&mut self, first: Mark) -> Result<Option<Box<Properties<'t>>>, Fault> {
        if !matches!(self.peek()?, TokenKind::Anchor(_) | TokenKind::Tag(..)) {
            return Ok(None);
        }
        let mut properties = Properties::default();
        let mut tag: Option<(&'t str, Cow<'t, str>, Mark)> = None;
        loop {
            match self.peek()? {
                TokenKind::Anchor(_) if properties.anchor.is_none() => {}
                TokenKind::Tag(..) if tag.is_none() => {}
                _ => break,
            }
            let token = self.take()?;
            match token.kind {
                TokenKind::Anchor(name) => properties.anchor = Some(name),
                TokenKind::Tag(handle, suffix) => tag = Some((handle, suffix, token.start)),
                _ => {}
            }
        }
        if let Some((handle, suffix, at)) = tag {
            properties.tag = Some(self.resolve_tag(handle, suffix).ok_or(Fault {
                problem: "found undefined tag handle",
                at: Some(at),
                context: Some(first),
                about_words: false,
                offset: at.offset,
            })?);
        }
        Ok(Some(Box::new(properties)))
    }

    fn resolve_tag(&self, handle: &str, suffix: Cow<'t, str>) -> Option<Cow<'t, str>> {
        if handle.is_empty() {
            return Some(suffix);
        }
        let (_, prefix) = self.handles.iter().find(|(known, _)| *known == handle)?;
        Some(Cow::Owned(format!("{prefix}{suffix}")))
    }

    fn scalar(&mut self, properties: Option<Box<Properties<'t>>>) -> Result<Event<'t>, Fault> {
        self.leave();
        self.say();
        let token = self.take()?;
        let (value, style) = match token.kind {
            TokenKind::Scalar(value, style) => (value, style),
            _ => (Cow::Borrowed(""), Style::Plain),
        };
        let implicit = match properties.as_ref().and_then(|it| it.tag.as_deref()) {
            None | Some("") => style == Style::Plain,
            Some(tag) => tag == "!",
        };
        let kind = EventKind::Scalar { properties, value, style, implicit };
        Ok(self.event(kind, token.start.offset, token.end))
    }
}
