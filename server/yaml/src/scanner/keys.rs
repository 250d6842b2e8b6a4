//! Simple keys and indentation: whether what was read so far turns out to be a key.
//!
//! YAML tells a key only by the colon after it. The scanner remembers where a key may have begun, on each level
//! of brackets, and puts the word for "here begins a key" before it once the colon comes. Until then the words
//! wait in a queue.

use super::token::{Mark, Token, TokenKind};
use super::{Fault, Scanner};

/// How deep brackets and indentation may go; go-yaml's limits.
const MAX_DEPTH: usize = 10_000;
/// How long a key may be, in characters.
const MAX_KEY: usize = 1024;

/// Where a key may begin, on one level of brackets.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Candidate {
    possible: bool,
    /// Nothing but a key can stand there: it is at the indentation of a mapping.
    required: bool,
    /// Whether words wait for it. go-yaml forgets to, after an empty pair of brackets (see `leave_flow`).
    waited_for: bool,
    /// The number of its first word, counted from the beginning of the stream.
    number: usize,
    mark: Mark,
}

impl<'t> Scanner<'t> {
    /// The number that the next word will have.
    fn next_number(&self) -> usize {
        self.taken + self.queue.len()
    }

    /// Whether the first word in the queue may turn out to begin a key.
    pub(super) fn head_may_be_key(&mut self) -> Result<bool, Fault> {
        if let [only] = self.candidates[..] {
            return if only.number == self.taken && only.waited_for {
                self.is_still_possible(0)
            } else {
                Ok(false)
            };
        }
        let level = self.candidates.partition_point(|it| it.number < self.taken);
        // A level that has seen no word yet carries the number of its bracket, as may the level around it.
        let found = self.candidates[level..].iter().position(|it| it.number == self.taken && it.waited_for);
        match found {
            Some(at) => self.is_still_possible(level + at),
            None => Ok(false),
        }
    }

    fn is_still_possible(&mut self, level: usize) -> Result<bool, Fault> {
        let candidate = self.candidates[level];
        if !candidate.possible {
            return Ok(false);
        }
        let (start, here) = (candidate.mark.offset, self.cursor.offset);
        let too_long = here - start > MAX_KEY && self.cursor.text[start..here].chars().count() > MAX_KEY;
        if candidate.mark.line < self.cursor.line || too_long {
            if candidate.required {
                return Err(self.missing_colon(candidate.mark));
            }
            self.candidates[level].possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    fn missing_colon(&mut self, at: Mark) -> Fault {
        self.fault(at, "could not find expected ':'")
    }

    /// A key may begin here.
    pub(super) fn save_candidate(&mut self) -> Result<(), Fault> {
        if !self.key_allowed {
            return Ok(());
        }
        let mark = self.cursor.mark();
        let required = self.flow_level == 0 && self.indent == Some(mark.column);
        let number = self.next_number();
        self.drop_candidate()?;
        if let Some(candidate) = self.candidates.last_mut() {
            *candidate = Candidate { possible: true, required, waited_for: true, number, mark };
        }
        Ok(())
    }

    /// What may have been a key on this level was none.
    pub(super) fn drop_candidate(&mut self) -> Result<(), Fault> {
        let Some(candidate) = self.candidates.last_mut() else { return Ok(()) };
        if candidate.possible {
            if candidate.required {
                let mark = candidate.mark;
                return Err(self.missing_colon(mark));
            }
            candidate.possible = false;
            candidate.waited_for = false;
        }
        Ok(())
    }

    pub(super) fn enter_flow(&mut self) -> Result<(), Fault> {
        let mark = self.cursor.mark();
        let number = self.next_number();
        self.candidates.push(Candidate { number, mark, ..Candidate::default() });
        self.flow_level += 1;
        if self.flow_level > MAX_DEPTH {
            return Err(self.fault(mark, "exceeded max depth of 10000"));
        }
        Ok(())
    }

    pub(super) fn leave_flow(&mut self) {
        if self.flow_level == 0 {
            return;
        }
        self.flow_level -= 1;
        let left = self.candidates.pop();
        // go-yaml finds candidates by number, and forgets that of the level left. An empty pair of brackets
        // shares it with the candidate that it is itself: nobody waits for a colon after `[]` any more.
        if let (Some(left), Some(outer)) = (left, self.candidates.last_mut())
            && left.number == outer.number
        {
            outer.waited_for = false;
        }
    }

    /// A colon came: if a key is possible on this level, says so before its first word.
    pub(super) fn take_candidate(&mut self) -> Result<bool, Fault> {
        let level = self.candidates.len() - 1;
        if !self.is_still_possible(level)? {
            return Ok(false);
        }
        let Candidate { number, mark, .. } = self.candidates[level];
        self.insert(number, Token { kind: TokenKind::Key, start: mark, end: mark.offset });
        self.indent_to(mark, Some(number), TokenKind::BlockMappingStart)?;
        self.candidates[level].possible = false;
        self.candidates[level].waited_for = false;
        Ok(true)
    }

    /// Puts a word where the one of that number is, or last if that one is gone.
    fn insert(&mut self, number: usize, token: Token<'t>) {
        match number.checked_sub(self.taken) {
            Some(at) if at <= self.queue.len() => self.queue.insert(at, token),
            _ => self.queue.push_back(token),
        }
    }

    /// A block collection begins if this column is further right than the one around it.
    pub(super) fn indent_to(
        &mut self,
        mark: Mark,
        number: Option<usize>,
        kind: TokenKind<'t>,
    ) -> Result<(), Fault> {
        if self.flow_level > 0 || self.indent.is_some_and(|indent| indent >= mark.column) {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = Some(mark.column);
        if self.indents.len() > MAX_DEPTH {
            let at = self.candidates.last().map_or(mark, |it| it.mark);
            return Err(self.fault(at, "exceeded max depth of 10000"));
        }
        let number = number.unwrap_or(self.next_number());
        self.insert(number, Token { kind, start: mark, end: mark.offset });
        Ok(())
    }

    /// Ends the block collections that are further right than this column; all of them for `None`. Nothing but blanks and
    /// comments stands between there and here.
    pub(super) fn dedent_to(&mut self, column: Option<usize>, from: Mark) {
        if self.flow_level > 0 {
            return;
        }
        let mut end = from.offset.saturating_sub(1);
        while self.indent.is_some() && self.indent > column {
            let mut start = self.cursor.mark();
            if self.remarks.is_some() {
                end = self.block_end(end);
                start.offset = end;
            }
            self.queue.push_back(Token { kind: TokenKind::BlockEnd, start, end: start.offset });
            self.indent = self.indents.pop().flatten();
        }
    }
}
