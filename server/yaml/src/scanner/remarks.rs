//! Comments, and the word that each belongs to, as go-yaml v3 decides it (`yaml_parser_scan_comments`).
//!
//! A comment stands above what follows (a head), behind something on its line, or below what came before (a foot). Which
//! of them depends on empty lines and on how far it is indented. Nobody but who prints comments asks for them, so a
//! scanner notes none unless it is told to.

use std::mem::take;

use super::Scanner;
use super::token::{Mark, TokenKind};

/// go-yaml looks so far ahead for a comment.
const LOOKAHEAD: usize = 512;

/// Where a comment stands, seen from a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Position {
    Head,
    Line,
    Foot,
}

/// A comment, and where it may be handed out.
#[derive(Debug)]
pub(crate) struct Remark {
    /// Empty once it was handed out.
    pub(crate) text: String,
    pub(crate) position: Position,
    /// It belongs to a word that begins here or behind it.
    pub(crate) token: usize,
    start: Mark,
    /// Where it was looked for from; nothing else stands between there and the comment.
    scanned_from: usize,
    end: usize,
}

/// All comments so far.
#[derive(Debug, Default)]
pub(crate) struct Remarks {
    all: Vec<Remark>,
    /// How many of them were handed out.
    given: usize,
}

impl Scanner<'_> {
    /// Notes comments, too.
    pub(crate) fn with_remarks(mut self) -> Self {
        self.remarks = Some(Box::default());
        self
    }

    /// The next comment, if it belongs to a word that begins there. Ends have no heads.
    pub(crate) fn take_remark(&mut self, token: usize, is_end: bool) -> Option<(Position, String)> {
        let remarks = self.remarks.as_mut()?;
        let remark = remarks.all.get_mut(remarks.given)?;
        let is_head = remark.position == Position::Head && !remark.text.is_empty();
        if token < remark.token || (is_head && is_end) {
            return None;
        }
        remarks.given += 1;
        Some((remark.position, take(&mut remark.text)))
    }

    /// To which word a comment belongs that follows the next one on its line.
    pub(super) fn commented_token(&mut self) -> usize {
        let separator = if self.flow_level > 0 { b',' } else { b':' };
        match self.queue.back() {
            Some(last) if self.cursor.peek() == separator => last.start.offset,
            _ => self.cursor.offset,
        }
    }

    /// The comment behind a word, on the same line.
    pub(super) fn line_remark(&mut self, token: usize) {
        if self.cursor.breaks_before() > 0 {
            return;
        }
        let rest = &self.cursor.bytes[self.cursor.offset..];
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if blanks >= LOOKAHEAD || rest.get(blanks) != Some(&b'#') {
            return;
        }
        self.cursor.skip(blanks);
        let start = self.cursor.mark();
        let text = self.rest_of_line();
        let remark = Remark { text, position: Position::Line, token, start, scanned_from: 0, end: 0 };
        self.note(remark);
    }

    /// The comment behind a dash that stands alone on its line is the head of what follows.
    pub(super) fn raise_remark_behind_dash(&mut self) {
        let Some(remarks) = self.remarks.as_mut() else { return };
        let (Some(last), [.., before, dash]) = (remarks.all.last_mut(), self.queue.make_contiguous()) else {
            return;
        };
        let begins = before.kind == TokenKind::BlockSequenceStart && dash.kind == TokenKind::BlockEntry;
        let is_line = last.position == Position::Line && !last.text.is_empty();
        if begins && is_line && self.cursor.break_at(0).is_none() {
            last.position = Position::Head;
            if last.start.line + 1 == self.cursor.line {
                last.token = self.cursor.offset;
            }
        }
    }

    /// The comments from here to the next word. The cursor stays behind the last of them.
    pub(super) fn remarks_ahead(&mut self, from: Mark) {
        let (mut token, follows_colon) = self.token_before();
        let breaks = self.cursor.breaks_before();
        let start = self.cursor.mark();
        // A foot begins on the line below what it belongs to, at the latest.
        let below = if breaks == 0 && start.column > 1 { 2 } else { 1 };
        let foot_line = (from.line > 0).then(|| (start.line + below).saturating_sub(breaks));
        let mut state = Ahead {
            scanned_from: from.offset,
            text: String::new(),
            start: Mark::default(),
            line: start.line,
            column: start.column,
        };
        let mut first_empty = breaks <= 1;
        let mut recent_empty = false;
        let mut peek = 0;
        while peek < LOOKAHEAD {
            state.column += 1;
            let byte = self.cursor.byte_at(peek);
            if matches!(byte, b' ' | b'\t') {
                peek += 1;
                continue;
            }
            let least = self.indent.unwrap_or(0);
            let closes = self.flow_level > 0 && matches!(byte, b']' | b'}');
            let is_end = self.cursor.offset + peek >= self.cursor.bytes.len();
            let is_break = self.cursor.break_at(peek).is_some();
            if closes || is_break || is_end {
                if closes || !recent_empty {
                    let dedented = state.start.column < least + 1;
                    let is_foot = foot_line == Some(state.start.line) && !follows_colon || dedented;
                    if closes || first_empty && is_foot {
                        if !state.text.is_empty() && dedented {
                            token = state.start.offset;
                        }
                        token = self.note_foot(&mut state, token, peek);
                    } else if !state.text.is_empty() && !is_end {
                        state.text.push('\n');
                    }
                }
                if !is_break {
                    break;
                }
                first_empty = false;
                recent_empty = true;
                state.column = 0;
                state.line += 1;
                peek += 1;
                continue;
            }
            // A comment that stands elsewhere belongs to something else.
            if state.column < least + 1 && state.column != state.start.column {
                token = self.note_foot(&mut state, token, peek);
            }
            if byte != b'#' {
                break;
            }
            if state.text.is_empty() {
                let offset = self.cursor.offset + peek;
                state.start = Mark { offset, line: state.line, column: state.column };
            } else {
                state.text.push('\n');
            }
            recent_empty = false;
            self.skip_blank_lines(peek);
            let text = self.rest_of_line();
            state.text.push_str(&text);
            // The break behind the comment is passed, but not counted.
            peek = 1;
            state.column = 0;
            state.line = self.cursor.line;
        }
        if !state.text.is_empty() {
            let end = (self.cursor.offset + peek).saturating_sub(1);
            let (text, start) = (take(&mut state.text), state.start);
            let scanned_from = state.scanned_from;
            self.note(Remark {
                text,
                position: Position::Head,
                token: start.offset,
                start,
                scanned_from,
                end,
            });
        }
    }

    /// Where the word before begins, and whether it is a colon. A comma counts as what stands before it.
    fn token_before(&self) -> (usize, bool) {
        let mut back = self.queue.iter().rev();
        let last = back.next();
        let is_comma = last.is_some_and(|it| it.kind == TokenKind::FlowEntry);
        let word = if is_comma { back.next().or(last) } else { last };
        word.map_or((0, false), |it| (it.start.offset, it.kind == TokenKind::Value))
    }

    /// Notes what was gathered as a foot, if there is something; what follows is looked for from here.
    fn note_foot(&mut self, state: &mut Ahead, token: usize, peek: usize) -> usize {
        if state.text.is_empty() {
            return token;
        }
        let end = self.cursor.offset + peek;
        let (text, start, scanned_from) = (take(&mut state.text), state.start, state.scanned_from);
        self.note(Remark { text, position: Position::Foot, token, start, scanned_from, end });
        state.scanned_from = end;
        end
    }

    fn note(&mut self, remark: Remark) {
        if let Some(remarks) = self.remarks.as_mut() {
            remarks.all.push(remark);
        }
    }

    /// Passes so many bytes of blanks and line breaks.
    fn skip_blank_lines(&mut self, bytes: usize) {
        let until = self.cursor.offset + bytes;
        while self.cursor.offset < until {
            if self.cursor.take_break().is_none() {
                self.cursor.skip(1);
            }
        }
    }

    fn rest_of_line(&mut self) -> String {
        let from = self.cursor.offset;
        self.cursor.skip_to_line_end();
        self.cursor.text[from..self.cursor.offset].to_owned()
    }

    /// Where the innermost block ends: before the comments behind it that are as far indented as the block, so that these
    /// become feet of what is in it.
    pub(super) fn block_end(&self, end: usize) -> usize {
        let (mut end, mut stop) = (end, end);
        let column = self.indent.unwrap_or(0) + 1;
        for remark in self.remarks.iter().flat_map(|it| it.all.iter().rev()) {
            if remark.end < stop {
                break;
            }
            if remark.start.column == column {
                end = remark.start.offset;
            }
            stop = remark.scanned_from;
        }
        end
    }
}

/// What was gathered of the comments ahead.
struct Ahead {
    scanned_from: usize,
    text: String,
    /// Columns count from 1 here.
    start: Mark,
    line: usize,
    column: usize,
}
