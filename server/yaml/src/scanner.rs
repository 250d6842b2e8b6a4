//! Cuts a text into YAML's words, where go-yaml v2 cuts it, and complains where and as it complains.
//!
//! go-yaml v2 reads YAML 1.1 as libyaml does; other YAML libraries for Rust read 1.2, and refuse files that Helm
//! takes. What is here is what can be seen from outside: which texts pass, as what, and with which message they
//! do not. The grammar over the words is in `grammar.rs`.

mod block;
mod cursor;
mod directive;
mod keys;
mod plain;
mod quoted;
mod remarks;
mod token;

use std::collections::VecDeque;

use self::cursor::Cursor;
use self::keys::Candidate;
pub(crate) use self::remarks::Position;
use self::remarks::Remarks;
pub use self::token::Style;
pub(crate) use self::token::{Mark, Token, TokenKind};

/// What is wrong with a text.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) problem: &'static str,
    /// Where it was noticed. Control characters are noticed before lines are counted.
    pub(crate) at: Option<Mark>,
    /// Where the thing began that is broken.
    pub(crate) context: Option<Mark>,
    /// Complaints about words name the line from 1, those about grammar (for whatever reason) from 0.
    pub(crate) about_words: bool,
    pub(crate) offset: usize,
}

/// go-yaml reads so many bytes at once, and refuses a control character as soon as it has read it.
const CHUNK: usize = 512;

/// The words of a text, one after the other.
pub(crate) struct Scanner<'t> {
    cursor: Cursor<'t>,
    queue: VecDeque<Token<'t>>,
    /// How many words were taken from the queue.
    taken: usize,
    /// Whether the first word in the queue is settled.
    ready: bool,
    ended: bool,
    flow_level: usize,
    /// The column of the innermost block collection.
    indent: Option<usize>,
    indents: Vec<Option<usize>>,
    /// One for each level of brackets, and one for the block around them.
    candidates: Vec<Candidate>,
    key_allowed: bool,
    /// The first character that may not be, and the beginning of the chunk that it comes with.
    control: Option<(usize, usize)>,
    /// Comments, if somebody wants them.
    remarks: Option<Box<Remarks>>,
}

impl<'t> Scanner<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let cursor = Cursor::new(text);
        Self {
            control: cursor.control().map(|at| (at, at - at % CHUNK)),
            cursor,
            queue: VecDeque::new(),
            taken: 0,
            ready: false,
            ended: false,
            flow_level: 0,
            indent: None,
            indents: Vec::new(),
            candidates: vec![Candidate::default()],
            key_allowed: true,
            remarks: None,
        }
    }

    /// The next word, left where it is.
    pub(crate) fn peek(&mut self) -> Result<&Token<'t>, Fault> {
        if !self.ready {
            // Who wants comments must know the two words behind the next one.
            let ahead = if self.remarks.is_some() { 2 } else { 0 };
            while self.queue.len() <= ahead || self.head_may_be_key()? {
                self.fetch()?;
            }
            self.ready = true;
        }
        Ok(&self.queue[0])
    }

    /// The next word. At the end it is the end, again and again.
    pub(crate) fn take(&mut self) -> Result<Token<'t>, Fault> {
        let start = self.peek()?.start;
        self.ready = false;
        self.taken += 1;
        let end = start.offset;
        Ok(self.queue.pop_front().unwrap_or(Token { kind: TokenKind::StreamEnd, start, end }))
    }

    /// A complaint about the place where the scanner stands.
    fn fault(&mut self, context: Mark, problem: &'static str) -> Fault {
        let at = self.cursor.mark();
        Fault { problem, at: Some(at), context: Some(context), about_words: true, offset: at.offset }
    }

    fn check_control(&self, upto: usize) -> Result<(), Fault> {
        match self.control {
            Some((offset, chunk)) if upto >= chunk => Err(Fault {
                problem: "control characters are not allowed",
                at: None,
                context: None,
                about_words: false,
                offset,
            }),
            _ => Ok(()),
        }
    }

    /// Reads at least one more word.
    fn fetch(&mut self) -> Result<(), Fault> {
        if self.control.is_some() {
            self.check_control(self.cursor.offset)?;
            let fetched = self.fetch_word();
            self.check_control(self.cursor.offset)?;
            return fetched;
        }
        self.fetch_word()
    }

    fn fetch_word(&mut self) -> Result<(), Fault> {
        let from = self.cursor.mark();
        self.skip_to_word(from);
        let column = self.cursor.column();
        self.dedent_to(Some(column), from);
        if self.cursor.is_end() {
            return self.stream_end();
        }
        let byte = self.cursor.peek();
        if column == 0 {
            if byte == b'%' {
                self.leave_document()?;
                let token = self.directive()?;
                self.queue.push_back(token);
                return Ok(());
            }
            if matches!(byte, b'-' | b'.') && self.cursor.is_document_marker() {
                self.leave_document()?;
                let marker = if byte == b'-' { TokenKind::DocumentStart } else { TokenKind::DocumentEnd };
                self.push_mark(marker, 3);
                return Ok(());
            }
        }
        if self.remarks.is_none() {
            return self.fetch_content(byte);
        }
        let token = self.commented_token();
        self.fetch_content(byte)?;
        // What stands behind a dash is above what follows.
        if self.queue.back().is_none_or(|it| it.kind != TokenKind::BlockEntry) {
            self.line_remark(token);
        }
        Ok(())
    }

    /// A word that is neither the end nor one of those that only stand at the beginning of a line.
    fn fetch_content(&mut self, byte: u8) -> Result<(), Fault> {
        let flow = self.flow_level > 0;
        let blank_follows = self.cursor.is_blank_or_end_at(1);
        match byte {
            b'[' => self.open_bracket(TokenKind::FlowSequenceStart),
            b'{' => self.open_bracket(TokenKind::FlowMappingStart),
            b']' => self.close_bracket(TokenKind::FlowSequenceEnd),
            b'}' => self.close_bracket(TokenKind::FlowMappingEnd),
            b',' => {
                self.drop_candidate()?;
                self.key_allowed = true;
                self.push_mark(TokenKind::FlowEntry, 1);
                Ok(())
            }
            b'-' if blank_follows => self.dash(),
            b'?' if flow || blank_follows => self.question_mark(),
            b':' if flow || blank_follows => self.colon(),
            b'*' => self.scalar_like(|it| it.anchor(true)),
            b'&' => self.scalar_like(|it| it.anchor(false)),
            b'!' => self.scalar_like(Self::tag),
            b'\'' | b'"' => self.scalar_like(|it| it.quoted(byte)),
            b'|' | b'>' if !flow => {
                self.drop_candidate()?;
                self.key_allowed = true;
                let token = self.block_scalar(byte == b'|')?;
                self.queue.push_back(token);
                Ok(())
            }
            b'\t' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => self.no_word(),
            // A dash in front of anything that is no blank begins a scalar, even at the end of a line in brackets.
            _ => self.plain_scalar(),
        }
    }

    fn no_word(&mut self) -> Result<(), Fault> {
        let mark = self.cursor.mark();
        Err(self.fault(mark, "found character that cannot start any token"))
    }

    /// Passes blanks, comments and line breaks. Tabs may not indent.
    fn skip_to_word(&mut self, from: Mark) {
        loop {
            let tabs = self.flow_level > 0 || !self.key_allowed;
            self.cursor.skip_spaces();
            while tabs && self.cursor.is_blank() {
                self.cursor.skip(1);
            }
            self.raise_remark_behind_dash();
            if self.cursor.peek() == b'#' {
                if self.remarks.is_some() {
                    self.remarks_ahead(from);
                } else {
                    self.cursor.skip_to_line_end();
                }
            }
            if self.cursor.take_break().is_none() {
                return;
            }
            if self.flow_level == 0 {
                self.key_allowed = true;
            }
        }
    }

    fn stream_end(&mut self) -> Result<(), Fault> {
        if !self.ended {
            self.cursor.force_new_line();
            self.leave_document()?;
            self.ended = true;
        }
        self.push_mark(TokenKind::StreamEnd, 0);
        Ok(())
    }

    /// Ends what is open in the block around.
    fn leave_document(&mut self) -> Result<(), Fault> {
        let here = self.cursor.mark();
        self.dedent_to(None, here);
        self.drop_candidate()?;
        self.key_allowed = false;
        Ok(())
    }

    /// Passes a mark of so many bytes.
    fn push_mark(&mut self, kind: TokenKind<'t>, len: usize) {
        let start = self.cursor.mark();
        self.cursor.skip(len);
        self.queue.push_back(Token { kind, start, end: self.cursor.offset });
    }

    fn open_bracket(&mut self, kind: TokenKind<'t>) -> Result<(), Fault> {
        self.save_candidate()?;
        self.enter_flow()?;
        self.key_allowed = true;
        self.push_mark(kind, 1);
        Ok(())
    }

    fn close_bracket(&mut self, kind: TokenKind<'t>) -> Result<(), Fault> {
        self.drop_candidate()?;
        self.leave_flow();
        self.key_allowed = false;
        self.push_mark(kind, 1);
        Ok(())
    }

    fn dash(&mut self) -> Result<(), Fault> {
        if self.flow_level == 0 {
            let mark = self.cursor.mark();
            if !self.key_allowed {
                return Err(self.fault(mark, "block sequence entries are not allowed in this context"));
            }
            self.indent_to(mark, None, TokenKind::BlockSequenceStart)?;
        }
        self.drop_candidate()?;
        self.key_allowed = true;
        self.push_mark(TokenKind::BlockEntry, 1);
        Ok(())
    }

    fn question_mark(&mut self) -> Result<(), Fault> {
        if self.flow_level == 0 {
            let mark = self.cursor.mark();
            if !self.key_allowed {
                return Err(self.fault(mark, "mapping keys are not allowed in this context"));
            }
            self.indent_to(mark, None, TokenKind::BlockMappingStart)?;
        }
        self.drop_candidate()?;
        self.key_allowed = self.flow_level == 0;
        self.push_mark(TokenKind::Key, 1);
        Ok(())
    }

    fn colon(&mut self) -> Result<(), Fault> {
        if self.take_candidate()? {
            self.key_allowed = false;
        } else {
            if self.flow_level == 0 {
                let mark = self.cursor.mark();
                if !self.key_allowed {
                    return Err(self.fault(mark, "mapping values are not allowed in this context"));
                }
                self.indent_to(mark, None, TokenKind::BlockMappingStart)?;
            }
            self.key_allowed = self.flow_level == 0;
        }
        self.push_mark(TokenKind::Value, 1);
        Ok(())
    }

    /// What may be a key, and behind which on the same line no key begins.
    fn scalar_like(&mut self, read: impl FnOnce(&mut Self) -> Result<Token<'t>, Fault>) -> Result<(), Fault> {
        self.save_candidate()?;
        self.key_allowed = false;
        let token = read(self)?;
        self.queue.push_back(token);
        Ok(())
    }

    fn plain_scalar(&mut self) -> Result<(), Fault> {
        self.scalar_like(Self::plain)
    }
}
