//! Values under a verb.

use crate::parse::{on_deep_stack, utf8};
use crate::{Budget, Data, List, MAX_NESTING, Map, Object, Refusal, Value};

/// The flags, width and precision of a directive.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    pub(super) minus: bool,
    pub(super) plus: bool,
    pub(super) sharp: bool,
    pub(super) space: bool,
    pub(super) zero: bool,
    /// `%+v`: field names.
    pub(super) plus_v: bool,
    /// `%#v`: Go syntax.
    pub(super) sharp_v: bool,
    pub(super) width: Option<usize>,
    pub(super) precision: Option<usize>,
}

pub(super) struct Printer<'b> {
    pub(super) out: Vec<u8>,
    pub(super) flags: Flags,
    /// Whether a complaint is being printed: then values show their bones, not their `String()`.
    complaining: bool,
    budget: &'b Budget,
    /// More bytes than this are not printed.
    room: usize,
    stopped: bool,
    /// How many lists, maps and structs are being printed in each other.
    nested: usize,
}

const NIL: &str = "<nil>";

impl<'b> Printer<'b> {
    pub(super) fn new(budget: &'b Budget) -> Self {
        let room = usize::try_from(budget.left().memory).unwrap_or(usize::MAX);
        let (out, flags) = (Vec::new(), Flags::default());
        Self { out, flags, complaining: false, budget, room, stopped: false, nested: 0 }
    }

    /// Whether more may be printed; if not, that is refused.
    pub(super) fn has_room(&mut self) -> bool {
        if self.out.len() > self.room {
            self.give_up(Refusal::Memory);
        }
        !self.stopped
    }

    /// What was printed.
    pub(super) fn finish(mut self) -> Vec<u8> {
        self.has_room();
        self.out
    }

    fn give_up(&mut self, why: Refusal) {
        self.stopped = true;
        let _: Result<(), _> = self.budget.refuse(why);
    }

    /// Goes one level down.
    fn nest(&mut self, print: impl FnOnce(&mut Self)) {
        self.stopped |= self.budget.step().is_err();
        if !self.has_room() {
            return;
        }
        if self.nested == MAX_NESTING {
            return self.give_up(Refusal::Nesting);
        }
        self.nested += 1;
        on_deep_stack(|| print(self));
        self.nested -= 1;
    }

    pub(super) fn push(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// An argument of a printing function.
    pub(super) fn arg(&mut self, value: &Value, verb: char) {
        match (&value.data, verb) {
            (Data::Nil | Data::Invalid, 'T' | 'v') => self.pad(NIL.as_bytes()),
            (Data::Nil | Data::Invalid, _) => self.push(&format!("%!{verb}({NIL})")),
            (_, 'T') => self.text(value.type_name().as_bytes()),
            (Data::Map(_) | Data::List(_) | Data::Bytes(_), 'p') => self.address(),
            (Data::Object(object), 'p') if object.is_pointer() => self.address(),
            (Data::Bytes(bytes), _) => self.bytes(bytes, verb, "[]byte"),
            _ => self.value(value, verb, 0),
        }
    }

    /// A value at a depth within another.
    fn value(&mut self, value: &Value, verb: char, depth: usize) {
        match &value.data {
            Data::Invalid | Data::Nil if self.flags.sharp_v => self.push("interface {}(nil)"),
            Data::Invalid | Data::Nil => self.push(NIL),
            Data::Bool(it) => match verb {
                't' | 'v' => self.pad(if *it { b"true" } else { b"false" }),
                _ => self.complain(value, verb),
            },
            Data::Int(kind, it) => {
                if !self.integer(*it as u64, !kind.is_unsigned(), verb) {
                    self.complain(value, verb);
                }
            }
            Data::Float(it) => {
                if !self.float(*it, verb) {
                    self.complain(value, verb);
                }
            }
            Data::Complex(it) => {
                if matches!(verb, 'v' | 'b' | 'g' | 'G' | 'x' | 'X' | 'f' | 'F' | 'e' | 'E') {
                    self.complex(it.0, it.1, verb);
                } else {
                    self.complain(value, verb);
                }
            }
            Data::Str(it) => {
                if !self.string(it, verb) {
                    self.complain(value, verb);
                }
            }
            Data::Bytes(it) if matches!(verb, 's' | 'q' | 'x' | 'X') => self.bytes(it, verb, "[]uint8"),
            Data::Bytes(it) => self.byte_list(it, verb, "[]uint8"),
            Data::List(list) => self.nest(|it| it.list(list, verb, depth)),
            Data::Map(map) => self.nest(|it| it.map(map, verb, depth)),
            Data::Object(object) => self.nest(|it| it.object(&**object, verb, depth)),
        }
    }

    /// `%!d(string=x)`
    fn complain(&mut self, value: &Value, verb: char) {
        let outer = std::mem::replace(&mut self.complaining, true);
        self.push(&format!("%!{verb}({}=", value.type_name()));
        self.value(value, 'v', 0);
        self.push(")");
        self.complaining = outer;
    }

    fn list(&mut self, list: &List, verb: char, depth: usize) {
        let items = list.to_vec();
        self.sequence(list.list_type().name(), list.is_nil(), items.len(), |printer, at| {
            printer.value(&items[at], verb, depth + 1);
        });
    }

    fn byte_list(&mut self, bytes: &[u8], verb: char, type_name: &str) {
        self.sequence(type_name, false, bytes.len(), |printer, at| {
            let byte = Value::new(Data::Int(crate::IntKind::Uint8, bytes[at].into()));
            printer.value(&byte, verb, 1);
        });
    }

    /// `[a b]`, or in Go syntax `[]T{a, b}`.
    fn sequence(&mut self, type_name: &str, nil: bool, len: usize, item: impl Fn(&mut Self, usize)) {
        let go_syntax = self.flags.sharp_v;
        if go_syntax {
            self.push(type_name);
            if nil {
                return self.push("(nil)");
            }
        }
        self.push(if go_syntax { "{" } else { "[" });
        for at in 0..len {
            self.separate(at);
            item(self, at);
            if self.stopped || self.out.len() > self.room {
                break;
            }
        }
        self.push(if go_syntax { "}" } else { "]" });
    }

    fn separate(&mut self, at: usize) {
        if at > 0 {
            self.push(if self.flags.sharp_v { ", " } else { " " });
        }
    }

    fn map(&mut self, map: &Map, verb: char, depth: usize) {
        if self.flags.sharp_v {
            self.push(map.map_type().name());
            if map.is_nil() {
                return self.push("(nil)");
            }
            self.push("{");
        } else {
            self.push("map[");
        }
        for (at, (key, value)) in map.to_vec().into_iter().enumerate() {
            self.separate(at);
            self.value(&Value::from(key), verb, depth + 1);
            self.push(":");
            self.value(&value, verb, depth + 1);
            if self.stopped || self.out.len() > self.room {
                break;
            }
        }
        self.push(if self.flags.sharp_v { "}" } else { "]" });
    }

    fn object(&mut self, object: &dyn Object, verb: char, depth: usize) {
        let shows_itself =
            !self.complaining && !self.flags.sharp_v && matches!(verb, 'v' | 's' | 'x' | 'X' | 'q');
        if shows_itself && let Some(text) = object.display() {
            self.string(text.as_bytes(), verb);
            return;
        }
        if let Some((kind, number)) = object.integer() {
            let signed = !kind.is_unsigned();
            if !self.integer(number as u64, signed, verb) {
                self.push(&format!("%!{verb}({}=", object.type_name()));
                self.integer(number as u64, signed, 'v');
                self.push(")");
            }
            return;
        }
        if object.is_pointer() {
            if depth > 0 {
                return self.address();
            }
            self.push("&");
        }
        self.fields(object, verb, depth);
    }

    /// `{a b}`: a struct's fields.
    pub(super) fn fields(&mut self, object: &dyn Object, verb: char, depth: usize) {
        let go_syntax = self.flags.sharp_v;
        if go_syntax {
            self.push(object.type_name().trim_start_matches('*'));
        }
        self.push("{");
        for (at, (name, value)) in object.fields().into_iter().enumerate() {
            self.separate(at);
            if go_syntax || self.flags.plus_v {
                self.push(name);
                self.push(":");
            }
            self.value(&value, verb, depth + 1);
        }
        self.push("}");
    }

    /// Go prints where a thing lies in memory. No two runs agree on that, and we make no secret of it.
    fn address(&mut self) {
        self.pad(b"0xc000000000");
    }

    fn bytes(&mut self, bytes: &[u8], verb: char, type_name: &str) {
        match verb {
            'v' | 'd' if self.flags.sharp_v => {
                self.push(type_name);
                self.push("{");
                for (at, byte) in bytes.iter().enumerate() {
                    self.separate(at);
                    self.push(&format!("{byte:#x}"));
                }
                self.push("}");
            }
            'v' | 'd' => {
                self.push("[");
                for (at, byte) in bytes.iter().enumerate() {
                    self.separate(at);
                    self.integer((*byte).into(), false, 'd');
                }
                self.push("]");
            }
            's' | 'x' | 'X' | 'q' => {
                self.string(bytes, verb);
            }
            _ => self.byte_list(bytes, verb, type_name),
        }
    }

    /// A string under a verb; false if the verb is not for strings.
    fn string(&mut self, text: &[u8], verb: char) -> bool {
        match verb {
            'v' if self.flags.sharp_v => self.quoted(text),
            'v' | 's' => self.text(text),
            'q' => self.quoted(text),
            'x' => self.hex(text, b"0123456789abcdefx"),
            'X' => self.hex(text, b"0123456789ABCDEFX"),
            _ => return false,
        }
        true
    }

    fn text(&mut self, text: &[u8]) {
        let text = self.truncated(text);
        self.pad(text);
    }

    /// As many characters as the precision says.
    fn truncated<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        let Some(precision) = self.flags.precision else { return text };
        let mut end = 0;
        for _ in 0..precision {
            end += utf8::decode(&text[end..]).1;
        }
        &text[..end]
    }

    fn quoted(&mut self, text: &[u8]) {
        let text = self.truncated(text);
        if self.flags.sharp && golang::strconv::can_backquote(text) {
            let quoted = [b"`", text, b"`"].concat();
            return self.pad(&quoted);
        }
        let quoted = if self.flags.plus {
            golang::strconv::quote_to_ascii(text)
        } else {
            golang::strconv::quote(text)
        };
        self.pad(quoted.as_bytes());
    }

    fn hex(&mut self, text: &[u8], digits: &[u8; 17]) {
        let text = &text[..self.flags.precision.unwrap_or(text.len()).min(text.len())];
        let mut out = Vec::with_capacity(text.len() * 2 + 2);
        let prefix = [b'0', digits[16]];
        for (at, byte) in text.iter().enumerate() {
            if at > 0 && self.flags.space {
                out.push(b' ');
            }
            if self.flags.sharp && (at == 0 || self.flags.space) {
                out.extend_from_slice(&prefix);
            }
            out.extend_from_slice(&[digits[usize::from(byte >> 4)], digits[usize::from(byte & 15)]]);
        }
        self.pad(&out);
    }

    /// Writes text, filled up to the width.
    pub(super) fn pad(&mut self, text: &[u8]) {
        let missing = self.flags.width.map_or(0, |width| width.saturating_sub(utf8::count(text)));
        if self.flags.minus {
            self.out.extend_from_slice(text);
            self.fill(missing);
        } else {
            self.fill(missing);
            self.out.extend_from_slice(text);
        }
    }

    pub(super) fn fill(&mut self, count: usize) {
        let byte = if self.flags.zero && !self.flags.minus { b'0' } else { b' ' };
        self.out.resize(self.out.len() + count, byte);
    }

    /// Writes text that already has its zeros.
    pub(super) fn pad_with_spaces(&mut self, text: &[u8]) {
        let zero = std::mem::take(&mut self.flags.zero);
        self.pad(text);
        self.flags.zero = zero;
    }
}
