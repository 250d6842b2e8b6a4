//! Scalars behind `|` and `>`.

use std::borrow::Cow;

use super::token::{Mark, Style, Token, TokenKind};
use super::{Fault, Scanner};

/// What becomes of the line breaks at the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chomp {
    /// `-`: none stays.
    Strip,
    /// One stays.
    Clip,
    /// `+`: all stay.
    Keep,
}

impl<'t> Scanner<'t> {
    pub(super) fn block_scalar(&mut self, literal: bool) -> Result<Token<'t>, Fault> {
        let start = self.cursor.mark();
        self.cursor.skip(1);
        let (chomp, increment) = self.block_header(start)?;
        let header_end = self.cursor.offset;
        if self.remarks.is_some() {
            self.line_remark(start.offset);
        }
        self.cursor.skip_blanks_and_comment();
        if self.cursor.break_at(0).is_none() && !self.cursor.is_end() {
            return Err(self.fault(start, "did not find expected comment or line break"));
        }
        self.cursor.take_break();
        let mut indent = increment.map(|it| self.indent.unwrap_or(0) + it);
        let mut out = String::new();
        // The break behind the last line, and the empty lines behind that.
        let mut last_break: Option<char> = None;
        let mut empty_lines = String::new();
        let mut columns = self.block_indent(&mut indent, &mut empty_lines, start)?;
        let mut after_blank = false;
        let mut end = header_end;
        while !self.cursor.is_end() && self.cursor.column() == columns {
            let blank = self.cursor.is_blank();
            let folds = !literal && !after_blank && !blank && last_break == Some('\n');
            match last_break {
                Some(_) if folds && empty_lines.is_empty() => out.push(' '),
                Some(_) if folds => {}
                found => out.extend(found),
            }
            out.push_str(&empty_lines);
            empty_lines.clear();
            after_blank = blank;
            let from = self.cursor.offset;
            self.cursor.skip_to_line_end();
            end = self.cursor.offset;
            out.push_str(&self.cursor.text[from..end]);
            last_break = self.cursor.take_break().map(|it| it.is);
            columns = self.block_indent(&mut indent, &mut empty_lines, start)?;
        }
        if chomp != Chomp::Strip {
            out.extend(last_break);
        }
        if chomp == Chomp::Keep {
            out.push_str(&empty_lines);
        }
        let style = if literal { Style::Literal } else { Style::Folded };
        Ok(Token { kind: TokenKind::Scalar(Cow::Owned(out), style), start, end })
    }

    /// The hints behind `|` and `>`, in either order.
    fn block_header(&mut self, start: Mark) -> Result<(Chomp, Option<usize>), Fault> {
        let (mut chomp, mut increment) = (None, None);
        for _ in 0..2 {
            match self.cursor.peek() {
                b'+' if chomp.is_none() => chomp = Some(Chomp::Keep),
                b'-' if chomp.is_none() => chomp = Some(Chomp::Strip),
                b'0' if increment.is_none() => {
                    return Err(self.fault(start, "found an indentation indicator equal to 0"));
                }
                digit @ b'1'..=b'9' if increment.is_none() => increment = Some(usize::from(digit - b'0')),
                _ => break,
            }
            self.cursor.skip(1);
        }
        Ok((chomp.unwrap_or(Chomp::Clip), increment))
    }

    /// Passes empty lines and the indentation of the next one. The first line that is not empty decides how
    /// far the scalar is indented, if its header does not say so; that column is the answer.
    fn block_indent(
        &mut self,
        indent: &mut Option<usize>,
        empty_lines: &mut String,
        start: Mark,
    ) -> Result<usize, Fault> {
        let mut furthest = 0;
        loop {
            let mut column = self.cursor.column();
            let most = indent.map_or(usize::MAX, |it| it.saturating_sub(column));
            let rest = &self.cursor.bytes[self.cursor.offset..];
            let spaces = rest.iter().take(most).take_while(|byte| **byte == b' ').count();
            self.cursor.skip(spaces);
            column += spaces;
            furthest = furthest.max(column);
            if indent.is_none_or(|it| column < it) && self.cursor.peek() == b'\t' {
                let problem = "found a tab character where an indentation space is expected";
                return Err(self.fault(start, problem));
            }
            match self.cursor.take_break() {
                Some(found) => empty_lines.push(found.is),
                None => break,
            }
        }
        let least = self.indent.map_or(1, |it| it + 1);
        Ok(*indent.get_or_insert(furthest.max(least)))
    }
}
