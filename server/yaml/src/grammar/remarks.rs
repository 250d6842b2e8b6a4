//! Which event a comment is handed out with, as go-yaml v3 has it (`parserc.go`): those of all words since the last event
//! that took any. Collections in blocks take none where they begin but the head of the list item that they are.

use std::mem::take;

use super::Grammar;
use crate::scanner::{Fault, Position, TokenKind};

/// The comments of one node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// Above it.
    pub(crate) head: String,
    /// Behind it.
    pub(crate) line: String,
    /// Below it.
    pub(crate) foot: String,
}

/// Comments that are not handed out yet.
#[derive(Debug, Default)]
pub(super) struct Remarks {
    waiting: Said,
    /// What stands above a dash whose item is a collection.
    stem: Option<String>,
    /// Those of the last event.
    said: Said,
}

impl<'t> Grammar<'t> {
    /// The events of a text with their comments: see [`Grammar::take_said`].
    pub(crate) fn with_remarks(text: &'t str) -> Self {
        let mut grammar = Self::new(text);
        grammar.scanner = grammar.scanner.with_remarks();
        grammar.remarks = Some(Box::default());
        grammar
    }

    /// The comments of the event that was read last.
    pub(crate) fn take_said(&mut self) -> Said {
        self.remarks.as_mut().map(|it| take(&mut it.said)).unwrap_or_default()
    }

    /// Gathers the comments that belong to the next word or to what stands before it.
    pub(super) fn look(&mut self) -> Result<(), Fault> {
        let Some(remarks) = &mut self.remarks else { return Ok(()) };
        let word = self.scanner.peek()?;
        let (start, is_end) = (word.start.offset, word.kind == TokenKind::BlockEnd);
        while let Some((position, text)) = self.scanner.take_remark(start, is_end) {
            let into = match position {
                Position::Head => &mut remarks.waiting.head,
                Position::Line => &mut remarks.waiting.line,
                Position::Foot => &mut remarks.waiting.foot,
            };
            if !into.is_empty() && !text.is_empty() {
                into.push('\n');
            }
            into.push_str(&text);
        }
        Ok(())
    }

    /// Hands out what waits with the event that is made.
    pub(super) fn say(&mut self) {
        if let Some(remarks) = &mut self.remarks {
            remarks.said = take(&mut remarks.waiting);
            remarks.stem = None;
        }
    }

    /// Hands out what stands above a dash with the collection behind it.
    pub(super) fn say_stem(&mut self) {
        if let Some(remarks) = &mut self.remarks
            && let Some(stem) = remarks.stem.take()
        {
            remarks.said.head = stem;
        }
    }

    /// Passes a dash. What stands above it is of the whole item, if that is a collection, and not of its first key.
    pub(super) fn take_dash(&mut self) -> Result<(), Fault> {
        self.take()?;
        let above = self.remarks.as_ref().map_or(0, |it| it.waiting.head.len());
        if above == 0 {
            return Ok(());
        }
        let is_block = matches!(self.peek()?, TokenKind::BlockSequenceStart | TokenKind::BlockMappingStart);
        if let (true, Some(remarks)) = (is_block, &mut self.remarks) {
            let head = &mut remarks.waiting.head;
            let below = head.get(above + 1..).unwrap_or_default().to_owned();
            head.truncate(above);
            remarks.stem = Some(std::mem::replace(head, below));
        }
        Ok(())
    }

    /// What stands above the first document is of the document itself, up to the last empty line in it.
    pub(super) fn cut_head(&mut self) {
        let Some(remarks) = &mut self.remarks else { return };
        let head = &mut remarks.waiting.head;
        let until = if head.ends_with('\n') { Some(head.len()) } else { head.rfind("\n\n").map(|it| it + 2) };
        if let Some(until) = until {
            head.drain(..until);
        }
    }
}
