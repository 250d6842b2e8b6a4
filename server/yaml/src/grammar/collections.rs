//! Mappings and sequences, in blocks and in brackets.

use super::{Grammar, State};
use crate::events::{Event, EventKind};
use crate::scanner::{Fault, TokenKind};

impl<'t> Grammar<'t> {
    /// Ends the collection whose last word is the next one.
    fn end(&mut self, kind: EventKind<'t>) -> Result<Event<'t>, Fault> {
        self.leave();
        self.marks.pop();
        let token = self.take()?;
        Ok(self.event(kind, token.start.offset, token.end))
    }

    /// The same, with the comments in front of that word.
    fn end_saying(&mut self, kind: EventKind<'t>) -> Result<Event<'t>, Fault> {
        self.say();
        self.end(kind)
    }

    /// Neither an element nor the end.
    fn broken(&mut self, problem: &'static str) -> Fault {
        let context = self.marks.last().copied();
        self.fault(context, problem)
    }

    pub(super) fn block_element(&mut self) -> Result<Event<'t>, Fault> {
        match self.peek()? {
            TokenKind::BlockEntry => {}
            TokenKind::BlockEnd => return self.end(EventKind::SequenceEnd),
            _ => return Err(self.broken("did not find expected '-' indicator")),
        }
        self.take_dash()?;
        match self.peek()? {
            TokenKind::BlockEntry | TokenKind::BlockEnd => Ok(self.nothing_then(State::BlockElement)),
            _ => self.node_then(State::BlockElement, true, false),
        }
    }

    pub(super) fn plain_element(&mut self) -> Result<Event<'t>, Fault> {
        if *self.peek()? != TokenKind::BlockEntry {
            let offset = self.here()?.offset;
            self.leave();
            return Ok(self.event(EventKind::SequenceEnd, offset, offset));
        }
        self.take_dash()?;
        match self.peek()? {
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                Ok(self.nothing_then(State::PlainElement))
            }
            _ => self.node_then(State::PlainElement, true, false),
        }
    }

    pub(super) fn block_key(&mut self) -> Result<Event<'t>, Fault> {
        match self.peek()? {
            TokenKind::Key => {}
            TokenKind::BlockEnd => return self.end_saying(EventKind::MappingEnd),
            _ => return Err(self.broken("did not find expected key")),
        }
        self.take()?;
        self.entry_part(State::BlockValue)
    }

    pub(super) fn block_value(&mut self) -> Result<Event<'t>, Fault> {
        if *self.peek()? != TokenKind::Value {
            return Ok(self.nothing_then(State::BlockKey));
        }
        self.take()?;
        self.entry_part(State::BlockKey)
    }

    /// The key or value of a block mapping, which may be left out.
    fn entry_part(&mut self, next: State) -> Result<Event<'t>, Fault> {
        match self.peek()? {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => Ok(self.nothing_then(next)),
            _ => self.node_then(next, true, true),
        }
    }

    /// Passes the comma between two elements in brackets.
    fn comma(&mut self, first: bool, problem: &'static str) -> Result<(), Fault> {
        if first {
            return Ok(());
        }
        if *self.peek()? != TokenKind::FlowEntry {
            return Err(self.broken(problem));
        }
        self.take().map(drop)
    }

    pub(super) fn flow_element(&mut self, first: bool) -> Result<Event<'t>, Fault> {
        if *self.peek()? == TokenKind::FlowSequenceEnd {
            return self.end_saying(EventKind::SequenceEnd);
        }
        self.comma(first, "did not find expected ',' or ']'")?;
        match self.peek()? {
            TokenKind::FlowSequenceEnd => self.end_saying(EventKind::SequenceEnd),
            TokenKind::Key => {
                self.state = State::PairKey;
                let token = self.take()?;
                let kind = EventKind::MappingStart { properties: None, flow: true };
                Ok(self.event(kind, token.start.offset, token.end))
            }
            _ => self.node_then(State::FlowElement(false), false, false),
        }
    }

    pub(super) fn pair_key(&mut self) -> Result<Event<'t>, Fault> {
        match self.peek()? {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                // go-yaml passes the colon here, so that what follows it is neither key nor value of the pair.
                self.take()?;
                Ok(self.nothing_then(State::PairValue))
            }
            _ => self.node_then(State::PairValue, false, false),
        }
    }

    pub(super) fn pair_value(&mut self) -> Result<Event<'t>, Fault> {
        if *self.peek()? == TokenKind::Value {
            self.take()?;
            if !matches!(self.peek()?, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                return self.node_then(State::PairEnd, false, false);
            }
        }
        Ok(self.nothing_then(State::PairEnd))
    }

    pub(super) fn pair_end(&mut self) -> Result<Event<'t>, Fault> {
        let offset = self.here()?.offset;
        self.state = State::FlowElement(false);
        Ok(self.event(EventKind::MappingEnd, offset, offset))
    }

    pub(super) fn flow_key(&mut self, first: bool) -> Result<Event<'t>, Fault> {
        if *self.peek()? == TokenKind::FlowMappingEnd {
            return self.end_saying(EventKind::MappingEnd);
        }
        self.comma(first, "did not find expected ',' or '}'")?;
        match self.peek()? {
            TokenKind::FlowMappingEnd => return self.end_saying(EventKind::MappingEnd),
            TokenKind::Key => {}
            _ => return self.node_then(State::FlowNoValue, false, false),
        }
        self.take()?;
        match self.peek()? {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                Ok(self.nothing_then(State::FlowValue))
            }
            _ => self.node_then(State::FlowValue, false, false),
        }
    }

    pub(super) fn flow_value(&mut self) -> Result<Event<'t>, Fault> {
        if *self.peek()? == TokenKind::Value {
            self.take()?;
            if !matches!(self.peek()?, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                return self.node_then(State::FlowKey(false), false, false);
            }
            return Ok(self.nothing_then(State::FlowKey(false)));
        }
        Ok(self.nothing_then(State::FlowKey(false)))
    }

    pub(super) fn flow_no_value(&mut self) -> Result<Event<'t>, Fault> {
        Ok(self.nothing_then(State::FlowKey(false)))
    }
}
