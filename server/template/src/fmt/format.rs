//! `Sprintf`'s format: flags, width, precision, argument numbers, verbs.

use super::printer::{Flags, Printer};
use super::{From, Note};
use crate::parse::utf8;
use crate::{Cx, Data, Value};

/// Prints the arguments in the format, with Go's complaints where they do not fit.
pub(super) fn run<'f>(cx: &'f Cx<'_>, format: &'f [u8], args: &'f [Value], note: Note<'_>) -> Vec<u8> {
    let printer = Printer::new(&cx.budget);
    let mut state = State { printer, format, args, at: 0, arg: 0, reordered: false, good: true };
    while state.at < format.len() && state.printer.has_room() {
        let rest = &format[state.at..];
        let text = memchr::memchr(b'%', rest).unwrap_or(rest.len());
        if text > 0 {
            let start = state.printer.out.len();
            state.printer.out.extend_from_slice(&rest[..text]);
            note(start..state.printer.out.len(), From::Format(state.at..state.at + text));
            state.at += text;
            continue;
        }
        state.at += 1;
        if !state.directive(note) {
            break;
        }
    }
    state.extra();
    state.printer.finish()
}

struct State<'f> {
    printer: Printer<'f>,
    format: &'f [u8],
    args: &'f [Value],
    at: usize,
    /// The argument that the next verb takes.
    arg: usize,
    /// Whether any `[n]` was used: then unused arguments are no mistake.
    reordered: bool,
    /// Whether the argument number of this directive makes sense.
    good: bool,
}

impl State<'_> {
    fn push(&mut self, text: &str) {
        self.printer.out.extend_from_slice(text.as_bytes());
    }

    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    /// What follows a percent sign. False at the end of the format.
    fn directive(&mut self, note: Note<'_>) -> bool {
        self.good = true;
        self.printer.flags = Flags::default();
        self.flags();
        let mut after_index = self.index();
        if self.peek() == Some(b'*') {
            self.at += 1;
            self.star_width();
            after_index = false;
        } else {
            self.printer.flags.width = self.number(self.format.len());
            if after_index && self.printer.flags.width.is_some() {
                self.good = false; // "%[3]2d"
            }
        }
        if self.peek() == Some(b'.') && self.at + 1 < self.format.len() {
            self.at += 1;
            if after_index {
                self.good = false; // "%[3].2d"
            }
            after_index = self.index();
            if self.peek() == Some(b'*') {
                self.at += 1;
                self.star_precision();
                after_index = false;
            } else {
                self.printer.flags.precision = Some(self.number(self.format.len()).unwrap_or(0));
            }
        }
        if !after_index {
            self.index();
        }
        if self.at >= self.format.len() {
            self.push("%!(NOVERB)");
            return false;
        }
        let (verb, size) = utf8::decode(&self.format[self.at..]);
        self.at += size;
        self.verb(verb, note);
        true
    }

    fn flags(&mut self) {
        while let Some(byte) = self.peek() {
            let flags = &mut self.printer.flags;
            match byte {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                _ => return,
            }
            self.at += 1;
        }
    }

    fn verb(&mut self, verb: char, note: Note<'_>) {
        if verb == '%' {
            self.push("%");
        } else if !self.good {
            self.push(&format!("%!{verb}(BADINDEX)"));
        } else if let Some(arg) = self.args.get(self.arg) {
            if verb == 'v' {
                let flags = &mut self.printer.flags;
                flags.sharp_v = std::mem::take(&mut flags.sharp);
                flags.plus_v = std::mem::take(&mut flags.plus);
            }
            let start = self.printer.out.len();
            self.printer.arg(arg, verb);
            note(start..self.printer.out.len(), From::Arg(self.arg));
            self.arg += 1;
        } else {
            self.push(&format!("%!{verb}(MISSING)"));
        }
    }

    /// Complains about arguments that no verb took.
    fn extra(&mut self) {
        if self.reordered || self.arg >= self.args.len() {
            return;
        }
        self.printer.flags = Flags::default();
        self.push("%!(EXTRA ");
        for (at, arg) in self.args[self.arg..].iter().enumerate() {
            if at > 0 {
                self.push(", ");
            }
            if arg.is_nil() {
                self.push("<nil>");
            } else {
                self.push(&arg.type_name());
                self.push("=");
                self.printer.arg(arg, 'v');
            }
        }
        self.push(")");
    }

    /// A decimal number before `end`; none if there are no digits or far too many.
    fn number(&mut self, end: usize) -> Option<usize> {
        let mut value = None;
        while self.at < end
            && let Some(digit) = self.peek().filter(u8::is_ascii_digit)
        {
            if value.unwrap_or(0) > MAX_NUMBER {
                self.at = end;
                return None;
            }
            value = Some(value.unwrap_or(0) * 10 + usize::from(digit - b'0'));
            self.at += 1;
        }
        value
    }

    /// `[n]`, if it stands here; whether it did and can be read.
    fn index(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.reordered = true;
        let rest = &self.format[self.at..];
        let Some(close) = rest.iter().position(|&byte| byte == b']').filter(|_| rest.len() >= 3) else {
            self.good = false;
            self.at += 1;
            return false;
        };
        let (open, end) = (self.at, self.at + close);
        self.at = open + 1;
        let number = self.number(end);
        let reaches_end = self.at == end;
        self.at = end + 1;
        match number.filter(|_| reaches_end) {
            None => {
                self.good = false;
                false
            }
            Some(number) => {
                match number.checked_sub(1).filter(|&index| index < self.args.len()) {
                    Some(index) => self.arg = index,
                    None => self.good = false,
                }
                true
            }
        }
    }

    fn star_width(&mut self) {
        let Some(width) = self.int_arg() else {
            self.push("%!(BADWIDTH)");
            return;
        };
        self.printer.flags.width = Some(width.unsigned_abs() as usize);
        if width < 0 {
            self.printer.flags.minus = true;
            self.printer.flags.zero = false;
        }
    }

    fn star_precision(&mut self) {
        if let Some(Ok(precision)) = self.int_arg().map(usize::try_from) {
            self.printer.flags.precision = Some(precision);
        } else {
            self.push("%!(BADPREC)");
        }
    }

    /// The next argument as a width or precision.
    fn int_arg(&mut self) -> Option<i64> {
        let arg = self.args.get(self.arg)?;
        self.arg += 1;
        match arg.data {
            Data::Int(kind, it) if !(kind.is_unsigned() && it < 0) => {
                (it.unsigned_abs() <= MAX_NUMBER as u64).then_some(it)
            }
            _ => None,
        }
    }
}

/// Go's limit for widths and precisions.
const MAX_NUMBER: usize = 1_000_000;
